"""How much of what simulated sites publish is found, by each way alone and by all together, and at what price.

Run by `make bench-discovery`. Each web follows from a seed that nobody developed with, and has traps, an advertiser
and pages that robots.txt forbids. One crawl of a web shows all ways: what its feeds, its sitemaps, its section pages
and its articles name. Beside it stand the functions of trafilatura that look for the same, on the same server, and the
crawlers of news-please, from an environment of its own.

Recall is the share of the planted articles, under whichever of their addresses. Precision is the share of articles
among the different URLs of the site that a way names (of the crawl: that were fetched, but robots.txt, feeds and
sitemaps).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from crawler.newsweb import LogEntry, NewsWeb, Server, serve
from pipelines.urls import canonical, registered_domain
from tests.end_to_end import crawl_words, pressmark, rows

FIRST_SEED = 770_001
NEWS_PLEASE = Path(".venv-peers/bin/news-please")
TRAPS = ("/calendar/", "/desk/", "/archive/years/", "/finder/", "/wiki/")
FORBIDDEN = ("/members/", "/search")
TOLERANCE = 0.005  # seconds between the sending of a request and the server's look at its clock

_ANNOUNCED = """
select distinct r.reason, e.link from entries as e join readings as r using (record_id)
"""
_LINKED = """
select distinct r.kind, o.url
from readings as r, json_each(r.links) as l
join outlinks as o on o.id = l.value
where o.rel in ('link', 'next') and (r.kind = 'article' or r.reason = 'section')
"""
_FETCHED = """
select distinct c.url from captures as c left join readings as r using (record_id)
where c.kind = 'response' and c.status = 200
and coalesce(r.reason, '') not in ('robots', 'rss', 'atom', 'jsonfeed', 'sitemap', 'sitemapindex')
"""


@dataclass(slots=True)
class Way:
    """What one way of discovery has named on the webs so far."""

    found: int = 0
    """Planted articles among it."""

    planted: int = 0
    """Planted articles in all."""

    right: int = 0
    """URLs that lead to an article."""

    named: int = 0
    """Different URLs of the sites."""

    asked: int = 0
    """Requests that it cost; 0 where it is a part of the crawl."""

    def add(self, urls: Iterable[str], truth: Truth, *, asked: int = 0) -> None:
        """Count what was named on one web."""
        own = {url for url in urls if truth.is_own(url)}
        articles = [truth.article_at[url] for url in own if url in truth.article_at]
        self.found += len(set(articles))
        self.planted += truth.count
        self.right += len(articles)
        self.named += len(own)
        self.asked += asked

    def row(self, name: str) -> str:
        recall, precision = self.found / max(1, self.planted), self.right / max(1, self.named)
        asked = f"{self.asked:,}" if self.asked else ""
        return f"{name:34}{recall:8.3f}{precision:11.3f}{self.found:9,}{self.named:10,}{asked:>10}"


@dataclass(frozen=True)
class Truth:
    """What one web publishes."""

    web: NewsWeb

    article_at: dict[str, str]
    """By canonical URL, aliases too: the article that is there."""

    count: int
    """Articles that can be read."""

    domains: frozenset[str]
    """Registered domains of its sites."""

    @classmethod
    def of(cls, web: NewsWeb) -> Truth:
        live = [article for article in web.articles if not article.withdrawn]
        at = {canonical(url): article.url for article in live for url in (article.url, *article.aliases)}
        return cls(web, at, len(live), frozenset(plan.domain for plan in web.sites))

    def is_own(self, url: str) -> bool:
        return registered_domain(url) in self.domains


@dataclass(slots=True)
class Behaviour:
    """What the servers saw of one crawler."""

    requests: int = 0
    traps: Counter[str] = field(default_factory=Counter)
    forbidden: int = 0
    elsewhere: int = 0
    gaps: int = 0
    too_short: int = 0
    shortest: float = 1e9

    def add(self, log: Sequence[LogEntry], truth: Truth, delay: float) -> None:
        """Count one web's log."""
        self.requests += len(log)
        for entry in log:
            trap = next((trap for trap in TRAPS if entry.path.startswith(trap)), "")
            self.traps[trap] += bool(trap)
            self.forbidden += entry.path.startswith(FORBIDDEN)
            self.elsewhere += not truth.is_own(f"http://{entry.host}/")
        for domain in truth.domains:
            own = [entry.at for entry in log if registered_domain(f"http://{entry.host}/") == domain]
            pauses = [later - earlier for earlier, later in pairwise(own)]
            self.gaps += len(pauses)
            self.too_short += sum(pause < delay - TOLERANCE for pause in pauses)
            self.shortest = min([self.shortest, *pauses])

    def lines(self, sites: int, delay: float) -> Iterable[str]:
        inside = sum(max(0, count - sites) for count in self.traps.values())
        by_trap = ", ".join(f"{trap.strip('/')} {self.traps[trap]:,}" for trap in TRAPS)
        others = f"to hosts of others {self.elsewhere}; to what robots.txt forbids {self.forbidden}"
        yield f"requests {self.requests:,}; {others}"
        yield f"pages of traps: {by_trap}; beyond their {sites} entrances each: {inside:,}"
        kept = 1 - self.too_short / max(1, self.gaps)
        yield (
            f"pauses of {delay:g} s kept in {kept:.2%} of {self.gaps:,} by the server's clock, "
            f"the shortest {self.shortest:.3f} s"
        )


def main() -> None:
    """Measure and print."""
    options = _options()
    ways: dict[str, Way] = {}
    ours = Behaviour()
    for seed in range(options.first_seed, options.first_seed + options.webs):
        web = NewsWeb(seed, sites=options.sites, articles=options.articles, traps=True)
        truth = Truth.of(web)
        with serve(web) as server:
            _crawl(web, server, truth, ways, options.delay, ours)
            if not options.no_peers:
                _peers(web, server, truth, ways)
        if options.news_please.exists() and not options.no_peers:
            _news_please(options.news_please, web, truth, ways)
        so_far = ways["all together (the crawl)"]
        print(f"web {seed}: {so_far.found:,} of {so_far.planted:,} so far", file=sys.stderr)
    planted = ways["feeds"].planted
    print(f"{options.webs} webs of {options.sites} sites, {planted:,} articles, seeds from {options.first_seed}")
    print(f"{'way':34}{'recall':>8}{'precision':>11}{'articles':>9}{'URLs':>10}{'requests':>10}")
    for name, way in ways.items():
        print(way.row(name))
    if not options.no_peers and not options.news_please.exists():
        print(f"news-please was not run: there is no {options.news_please} (`make .venv-peers/.ready`)")
    for line in ours.lines(options.webs * options.sites, options.delay):
        print(line)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--webs", type=int, default=20, help="how many webs (default 20)")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED, help="seed of the first one")
    parser.add_argument("--sites", type=int, default=2, help="sites of each (default 2)")
    parser.add_argument("--articles", type=int, default=60, help="articles of each (default 60)")
    parser.add_argument("--delay", type=float, default=0.05, help="pause between requests (default 0.05 s)")
    parser.add_argument("--news-please", type=Path, default=NEWS_PLEASE, help=f"the program (default {NEWS_PLEASE})")
    parser.add_argument("--no-peers", action="store_true", help="our crawl alone")
    return parser.parse_args()


def _crawl(web: NewsWeb, server: Server, truth: Truth, ways: dict[str, Way], delay: float, ours: Behaviour) -> None:
    with tempfile.TemporaryDirectory(prefix="pressmark-bench-") as folder:
        kept = Path(folder) / "kept"
        words = crawl_words(web.home_urls, kept, server.connect_to, "--json", "--delay", str(delay))
        ran = pressmark(*words, cwd=kept.parent, timeout=1800)
        if ran.code:
            sys.exit(f"the crawl ended with {ran.code}: {ran.err}")
        catalog = kept / "catalog.db"
        named: dict[str, set[str]] = {"feeds": set(), "sitemaps": set()}
        for form, url in rows(catalog, _ANNOUNCED):
            named["sitemaps" if form == "sitemap" else "feeds"].add(url)
        linked: dict[str, set[str]] = {"listing": set(), "article": set()}
        for kind, url in rows(catalog, _LINKED):
            linked[kind].add(_canonical(url))
        fetched = {_canonical(url) for (url,) in rows(catalog, _FETCHED)}
    ours.add(server.log, truth, delay)
    for name, urls in (*named.items(), ("section pages", linked["listing"]), ("links in articles", linked["article"])):
        ways.setdefault(name, Way()).add(urls, truth)
    ways.setdefault("all together (the crawl)", Way()).add(fetched, truth, asked=len(server.log))


def _peers(web: NewsWeb, server: Server, truth: Truth, ways: dict[str, Way]) -> None:
    """What trafilatura's functions name, each in a process of its own that reaches the server under every name."""
    for way in ("feeds", "sitemaps", "crawl"):
        server.clear_log()
        command = [sys.executable, "-m", "tests.benchmarks.discovery_peer", way, str(server.port), *web.home_urls]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
        if ran.returncode:
            sys.exit(ran.stderr[-2000:])
        urls = {_canonical(url) for url in json.loads(ran.stdout.splitlines()[-1])}
        ways.setdefault(f"trafilatura, {way}", Way()).add(urls, truth, asked=len(server.log))


def _news_please(program: Path, web: NewsWeb, truth: Truth, ways: dict[str, Way]) -> None:
    """What each of news-please's crawlers fetches within a minute, side by side; a server of its own is its proxy."""
    crawlers = ("RssCrawler", "SitemapCrawler", "RecursiveCrawler")
    with ThreadPoolExecutor(len(crawlers)) as room:
        logs = list(room.map(lambda crawler: _log_of_news_please(program, web, crawler), crawlers))
    for crawler, log in zip(crawlers, logs, strict=True):
        named = {_canonical(f"http://{entry.host}{entry.path}") for entry in log if entry.status == 200}
        ways.setdefault(f"news-please, {crawler}", Way()).add(named, truth, asked=len(log))


def _log_of_news_please(program: Path, web: NewsWeb, crawler: str) -> Sequence[LogEntry]:
    [shipped] = program.parent.parent.glob("lib/python3*/site-packages/newsplease/config/config.cfg")
    with serve(web) as server, tempfile.TemporaryDirectory(prefix="pressmark-bench-") as folder:
        config = shipped.read_text(encoding="utf-8")
        for name, value in (
            ("default", crawler),
            ("working_path", f"{folder}/kept/"),
            ("check_certificate", "False"),
        ):
            config = re.sub(rf"^{name} = .*$", f"{name} = {value}", config, flags=re.MULTILINE)
        (Path(folder) / "config.cfg").write_text(config, encoding="utf-8")
        sites = {"base_urls": [{"url": home} for home in web.home_urls]}
        (Path(folder) / "sitelist.hjson").write_text(json.dumps(sites), encoding="utf-8")
        proxy = f"http://127.0.0.1:{server.port}"
        environment = {**os.environ, "http_proxy": proxy, "HTTP_PROXY": proxy}
        _run_for(60, [str(program), "-c", folder, "-no-confirm"], environment)
        return server.log


def _run_for(seconds: float, command: list[str], environment: dict[str, str]) -> None:
    """Run a program with all that it starts, for so long at most."""
    quiet = subprocess.DEVNULL
    program = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet, start_new_session=True)
    with suppress(subprocess.TimeoutExpired):
        program.wait(seconds)
    with suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
    program.wait()


def _canonical(url: str) -> str:
    try:
        return canonical(url)
    except ValueError:
        return url


if __name__ == "__main__":
    main()
