# Everything runs in an environment of its own below .venv; `make demo` and `make test` need nothing prepared
# but Python >= 3.11 with venv. A second run costs only the run itself.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PYWEB  := .venv-pywb/.ready
PLAYER := .replayweb/.ready
AXE    := tests/browser/.ready
PEERS  := .venv-peers/.ready
TRAIN  := $(VENV)/.ready-train

.PHONY: demo test lint bench bench-extraction bench-newsweb bench-query bench-discovery bench-feeds bench-second-run bench-hosts bench-dedupe soak clean help

help:           ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 26

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

# pywb pins old versions of libraries that we use too, so it lives apart with wacz, which judges our exports; only
# tests run them.
$(PYWEB): constraints-pywb.txt
	$(PYTHON) -m venv .venv-pywb
	.venv-pywb/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints-pywb.txt pywb wacz setuptools
	@touch $@

# Other readers of articles, for comparison alone. Older pips trip over the extras of one of them.
$(PEERS): constraints-peers.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check 'pip>=25.3'
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints-peers.txt \
		trafilatura readability-lxml newspaper4k news-please lxml_html_clean
	@touch $@

# What trains the block model, which is cross-validated beside the other readers.
$(TRAIN): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[train]'
	@touch $@

# The player of web archives that researchers use; only tests run it, in a browser, and they say so where it is missing.
$(PLAYER):
	@mkdir -p .replayweb
	@cd .replayweb && npm pack --silent replaywebpage@2.5.3 >/dev/null && tar -xzf replaywebpage-2.5.3.tgz && touch .ready \
		|| echo "ReplayWeb.page could not be fetched by npm; its tests are skipped"

demo: $(READY)  ## crawl the bundled sample sites, search, show, rebuild, verify
	@$(BIN)/pressmark demo

lint: $(READY)  ## ruff, mypy and the layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# axe, which looks for what keeps people out of a page; only tests run it, and they say so where it is missing.
$(AXE): tests/browser/package-lock.json
	@(cd tests/browser && npm ci --silent --no-audit --no-fund && touch .ready) \
		|| echo "axe could not be fetched by npm; its tests are skipped"

test: $(READY) $(PYWEB) $(PLAYER) $(AXE) lint ## everything that CI runs, on two cores
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

bench: $(READY) ## CPU per page of crawl, extract and rebuild, beside a bare Scrapy spider
	$(BIN)/python -m tests.benchmarks.crawl

bench-extraction: $(READY) $(PEERS) $(TRAIN) ## how well articles are read, beside other readers, cross-validated
	$(BIN)/python -m tests.benchmarks.extraction
	$(BIN)/python -m tests.benchmarks.seed_text
	$(BIN)/python -m tests.benchmarks.headline_sources

bench-newsweb: $(READY) ## how well simulated webs are read, by field, page design and kind of page
	$(BIN)/python -m tests.benchmarks.newsweb_reading
	$(BIN)/python -m tests.benchmarks.page_kinds

bench-discovery: $(READY) $(PEERS) ## how much of simulated sites is found, by each way and together, and how politely
	$(BIN)/python -m tests.benchmarks.discovery

bench-feeds: $(READY) ## what it costs to read a feed, beside feedparser
	$(BIN)/python -m tests.benchmarks.feeds

bench-dedupe: $(READY)  ## how well copies are found, beside other tools; ARTICLES=1000000: what that costs in a large catalog
	$(BIN)/python -m tests.benchmarks.dedupe $(if $(ARTICLES),--articles $(ARTICLES))
	$(BIN)/python -m tests.benchmarks.edited_stories

bench-hosts: $(READY) ## pauses and fairness with a thousand hosts at once, by the server's clock
	$(BIN)/python -m tests.benchmarks.many_hosts

bench-second-run: $(READY) ## what it costs to crawl a site again
	$(BIN)/python -m tests.benchmarks.second_run

bench-query: $(READY) ## how long searches and articles take in a catalog of a million made-up articles
	$(BIN)/python -m tests.benchmarks.query

soak: $(READY)  ## tests of processes and timing 20 times, every fault at every point, then a crawl under 1,000 kill -9
	$(BIN)/python -m tests.benchmarks.soak --repeats 20
	PRESSMARK_SOAK=1 $(BIN)/python -m pytest -q --timeout 7200 tests/crawler/test_fault_points.py tests/crawler/test_replays.py tests/test_rendering.py
	$(BIN)/python -m tests.benchmarks.kill_loop --kills 1000 --pages 3000 --peer

clean:          ## remove the environments and caches; collections stay
	rm -rf $(VENV) .venv-pywb .replayweb tests/browser/node_modules $(AXE) .venv-peers .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
