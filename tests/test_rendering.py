"""Pages that are empty without scripts are read as a browser makes them, where their site's file asks for it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.errors import DamagedRecord
from archive.warc import read_captures
from crawler.newsweb import LogEntry, serve
from tests.end_to_end import Ran, crawl_words, environment, missing, rows, run
from tests.scripted_web import ADS, APP, DATA, HEADLINES, HOME, RESERVED, SECOND, STORY, TEXT, ScriptedWeb
from tests.serving import CHROMIUM

SITE_FILE = f"""name = "app"
home = "{HOME}"
feeds = ["/feed/"]
sitemaps = ["/none.xml"]
obey = ["tdm"]
render = %s
render_hosts = ["{DATA}", "10.11.12.13"]
"""
DELAY = 0.2


class App:
    """The paper that was crawled, and what its server heard, visit by visit."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / "app"
        self.visits: list[tuple[LogEntry, ...]] = []
        self.ran: list[Ran] = []
        (root / "sites").mkdir()

    def crawl(self, web: ScriptedWeb, *more: str, render: str = "true", **env: str) -> Ran:
        self.write(render)
        with serve(web) as server:
            words = crawl_words(["app"], self.path, server.connect_to, "--json", *more)
            self.ran.append(run(words, cwd=self.root, env=environment(**env)))
            self.visits.append(server.log)
        return self.ran[-1]

    def write(self, render: str) -> None:
        (self.root / "sites" / "app.toml").write_text(SITE_FILE % render)

    def run(self, *words: str) -> Ran:
        return run([*words, "-c", str(self.path)], cwd=self.root, env=environment())

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return rows(self.path / "catalog.db", query)

    def asked(self, visit: int) -> list[str]:
        return [f"http://{entry.host}{entry.path}" for entry in self.visits[visit]]


@pytest.fixture(scope="module", autouse=True)
def _browser() -> None:
    if not CHROMIUM:
        missing("chromium (Debian package)")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> App:
    """The paper, crawled twice with a browser."""
    app = App(tmp_path_factory.mktemp("rendered"))
    app.crawl(ScriptedWeb(), "--delay", str(DELAY)).done()
    app.crawl(ScriptedWeb(), "--recheck").done()
    return app


def test_an_article_that_scripts_make(rendered: App) -> None:
    """Headline and text are those that the browser shows, and each has its place in the WARC."""
    found = rendered.rows("select url, headline, body from articles order by url")

    assert [(url, headline) for url, headline, _ in found] == sorted(HEADLINES.items())
    assert all(TEXT[str(url)].strip() in str(body) for url, _, body in found)


def test_without_a_browser(tmp_path: Path) -> None:
    """The same paper without `render` lacks the article that scripts make, though its feed leads to both pages."""
    app = App(tmp_path)
    app.crawl(ScriptedWeb(), render="false").done()

    assert {STORY, SECOND} <= set(app.asked(0))
    assert app.rows("select url from articles") == [(SECOND,)]


def test_the_links_that_scripts_make(rendered: App) -> None:
    """The list that a script has made of the home page is read as one, beside the empty answer."""
    kinds = rendered.rows(f"select kind from captures where url = '{HOME}' order by captured_at")
    lists = rendered.rows(
        "select count(*) from links as l join captures as c on c.record_id = l.first_record_id"
        f" where c.kind = 'conversion' and c.url = '{HOME}' and l.url in ('{STORY}', '{SECOND}')"
    )

    assert kinds == [("response",), ("conversion",), ("revisit",), ("conversion",)]
    assert lists == [(2,)]


def test_the_records(rendered: App) -> None:
    """Requests of the page lie in the WARC as responses with their requests, the DOM as a conversion of the answer.

    Read by warcio, whose digests hold.
    """
    records = []
    for warc in sorted((rendered.path / "archive").glob("*.warc.gz")):
        with warc.open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                content = record.raw_stream.read()
                records.append((record.rec_type, record.rec_headers, content))
    types = {named["WARC-Record-ID"]: (kind, named["WARC-Target-URI"]) for kind, named, _ in records}
    conversions = [(named, content) for kind, named, content in records if kind == "conversion"]
    asked = {named["WARC-Target-URI"] for kind, named, _ in records if kind == "request"}

    assert len(conversions) == 6
    for named, content in conversions:
        kind, url = types[named["WARC-Refers-To"]]
        assert (kind in {"response", "revisit"}, url) == (True, named["WARC-Target-URI"])
        assert named["Content-Type"] == "text/html; charset=utf-8"
        assert content.startswith(b"<!DOCTYPE html><html")
    assert {f"{HOME}app.js", f"http://{DATA}/go?page=%2F", f"http://{DATA}/story.json?page=%2F"} <= asked


def test_what_a_page_may_not_ask_for(rendered: App) -> None:
    """Other hosts, POST, pictures, windows, what robots.txt forbids and private addresses are refused, and counted.

    None of it reaches a server, and no request comes from anywhere but the crawler.
    """
    stats = rendered.ran[0].json["stats"]
    refused = dict(
        rendered.rows("select distinct url, outcome from captures where discovered = 'rendering' and kind = 'failure'")
    )
    paths = {entry.path for entry in rendered.visits[0]}

    assert {name: stats[f"render/{name}"] for name in ("other_hosts", "other_methods", "not_needed")} == {
        "other_hosts": 3,
        "other_methods": 6,
        "not_needed": 3,
    }
    assert refused == {f"{HOME}private/numbers.json": "robots", "http://10.11.12.13/secret": "blocked"}
    assert paths.isdisjoint({"/count", "/beacon", "/popup", "/pixel.png", "/private/numbers.json", "/live"})
    assert {entry.agent.split("/")[0] for entry in rendered.visits[0]} == {"pressmark"}
    assert ADS not in {entry.host for entry in rendered.visits[0]}


def test_robots_first_on_the_host_of_the_data(rendered: App) -> None:
    """A host that only the browser asks is asked for robots.txt before."""
    assert next(entry.path for entry in rendered.visits[0] if entry.host == DATA) == "/robots.txt"


def test_pauses_hold_for_the_browser(rendered: App) -> None:
    """By the server's own clock no host is asked twice within the pause, whoever asks."""
    gaps = [
        (host, later - earlier)
        for host in ScriptedWeb.hosts
        for earlier, later in pairwise(entry.at for entry in rendered.visits[0] if entry.host == host)
    ]

    assert {host for host, _ in gaps} == {APP, DATA}
    assert min(gap for _, gap in gaps) >= DELAY


def test_a_page_that_is_not_to_be_mined(rendered: App) -> None:
    """Where reservations are obeyed, a page that reserves text and data mining by a header is not rendered."""
    assert RESERVED in rendered.asked(0)
    assert rendered.rows(f"select kind from captures where url = '{RESERVED}' and kind = 'conversion'") == []


def test_scripts_are_fetched_once(rendered: App) -> None:
    """Pages share scripts and style sheets: each is asked for once a job, and is a revisit the next time."""
    assert rendered.asked(0).count(f"{HOME}app.js") == 1
    assert rendered.rows(f"select kind from captures where url = '{HOME}app.js' order by captured_at") == [
        ("response",),
        ("revisit",),
    ]


def test_the_second_visit(rendered: App) -> None:
    """Nothing has changed: one revision each, and what the pages asked for is not asked for by itself."""
    assert rendered.rows("select distinct revision_count from articles") == [(1,)]
    assert len(rendered.visits[1]) <= len(rendered.visits[0])
    assert [url for url in rendered.asked(1) if url.count("story.json")] == [
        url for url in rendered.asked(0) if url.count("story.json")
    ]


def test_it_is_whole(rendered: App) -> None:
    """Every byte verifies, and a rebuild reads the same from the conversions."""
    assert rendered.run("verify").code == 0
    assert rendered.run("rebuild", "--check").code == 0


def test_what_is_requested_by_the_browser_is_no_page(rendered: App) -> None:
    """Coverage counts home page, feed, three pages and robots.txt of both hosts, and nothing that pages need."""
    [site] = rendered.run("status", "--coverage", "--json").done().json

    assert site["fetched"] == 7


def test_a_page_with_its_text_in_the_markup(rendered: App) -> None:
    """Where the answer is an article too, the browser's page is the one that is read: no change is made up."""
    read = rendered.rows(
        "select c.kind, r.kind, r.reason from captures as c join readings as r using (record_id)"
        f" where c.url = '{SECOND}' order by c.captured_at limit 2"
    )

    assert read == [("response", "not_an_article", "unrendered"), ("conversion", "article", "")]


@pytest.mark.skipif(not os.environ.get("PRESSMARK_SOAK"), reason="a minute; run by `make soak`")
@pytest.mark.fault(84)
def test_a_crawl_that_is_killed(tmp_path: Path) -> None:
    """Killed while the browser waits for the data of a page, the crawl loses nothing that was kept.

    The next one fetches and renders the page again. The browser has died with the crawl.
    """
    app = App(tmp_path)
    app.write("true")
    mark = f"KILLED={tmp_path}"
    with serve(ScriptedWeb(), latency={DATA: 3.0}) as server:
        words = [sys.executable, "-m", "crawler.cli", *crawl_words(["app"], app.path, server.connect_to)]
        crawl = subprocess.Popen(words, cwd=tmp_path, env=environment(KILLED=str(tmp_path)))
        wait_until(lambda: any(entry.path.startswith("/go") for entry in server.log))
        had_browser = len(processes_with(mark)) > 2
        crawl.kill()
        crawl.wait(30)
        wait_until(lambda: not processes_with(mark))
    kept = read_whole(app.path)
    app.crawl(ScriptedWeb()).done()
    after = {url for (url,) in app.rows("select record_id from captures")}

    assert had_browser
    assert kept
    assert kept <= after
    assert app.rows("select count(*) from articles") == [(2,)]
    assert app.run("verify").code == app.run("rebuild", "--check").code == 0


def wait_until(holds: Callable[[], bool]) -> None:
    """Come back when it holds."""
    until = time.monotonic() + 90
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def processes_with(mark: str) -> list[int]:
    """The processes that have it in their environment, and have not ended."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark.encode() in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def read_whole(path: Path) -> set[str]:
    """The record ids of the captures that lie whole in the WARC file that a crawl has left behind."""
    [growing] = (path / "archive").glob("*.open")
    found = set()
    with suppress(DamagedRecord):
        for record, _ in read_captures(growing):
            found.add(record.capture.record_id)
    return found


def test_no_browser_to_be_found(tmp_path: Path) -> None:
    """A site that is to be rendered, and no browser: one line says what to install, before anything is fetched."""
    app = App(tmp_path)
    ended = app.crawl(ScriptedWeb(), PATH="/nonexistent")

    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert "app.toml says `render = true`" in ended.err
    assert "apt install chromium" in ended.err
    assert app.visits == [()]


def test_without_the_extra(tmp_path: Path) -> None:
    """Without Playwright one line says which extra to install."""
    app = App(tmp_path)
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util, sys\nfound = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *more: None if name == 'playwright' else found(name, *more)\n"
    )
    ended = app.crawl(ScriptedWeb(), PYTHONPATH=f"{tmp_path}:{environment()['PYTHONPATH']}")

    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "pip install 'pressmark[browser]'" in ended.err
