"""A crawl under `kill -9`, at random but from a seed, over and over: what is kept in the end, and what it cost.

Run by `make soak` with 1,000 kills; the tests run it with 25. With `--peer` a plain spider with Scrapy's own JOBDIR
goes through the same, and one whose requests wait in Redis (scrapy-redis, with a redis-server of its own on loopback,
which is never killed): killed by the same dice, on the same web. A table of all stands at the end.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, TypeVar

from archive.collection import Collection
from archive.verify import verify
from crawler.bindings import default_reader
from crawler.newsweb import NewsWeb, Server, serve
from tests.crawler.forked_crawls import Crawls, Running
from tests.crawler.tiny_web import state_of
from tests.end_to_end import asked, environment, rows

SITES = 4
CONCURRENCY = 2
"""Requests in flight to one site."""

ARTICLES_PER_PAGE = 0.225
"""Beside its articles the web has redirects to them, sections, tags, feeds, sitemaps."""

_PEER = [sys.executable, str(Path(__file__).with_name("jobdir_spider.py"))]


class Life(Protocol):
    """One run of a crawl, from its start to its end by itself or by a kill."""

    @property
    def is_alive(self) -> bool: ...

    def kill_all(self) -> None: ...


L = TypeVar("L", bound=Life)


@dataclass(frozen=True)
class Line:
    """How one crawler stood it."""

    name: str
    """The crawler."""

    kills: int
    """How often it was killed before it said that it had finished."""

    kept: int
    """Pages that it has in the end."""

    of: int
    """Pages that it should have: for a peer those that it has without kills."""

    twice: int
    """Pages that it has more than once."""

    again: int
    """Requests beyond the first for each URL."""

    def __str__(self) -> str:
        lost = f"{1 - self.kept / max(self.of, 1):.1%}"
        pages = f"{self.kept:,} of {self.of:,}"
        return f"{self.name:<22}{self.kills:>7,}{pages:>18}{lost:>8}{self.twice:>7,}{self.again:>13,}"


def table(found: list[Line | str]) -> Iterator[str]:
    """A line for each crawler; for one that could not be run, why."""
    yield f"{'crawler':<22}{'kills':>7}{'pages kept':>18}{'lost':>8}{'twice':>7}{'asked again':>13}"
    yield from map(str, found)


@dataclass(frozen=True, kw_only=True)
class Report:
    """How a crawl of ours stood it."""

    kills: int
    """How often it was killed."""

    expected: frozenset[str]
    """URLs that must be captured: every article, and whatever the server has answered for."""

    captured: Counter[str]
    """How often each URL was captured, robots.txt aside."""

    requests: Counter[str]
    """How often each URL was asked for, robots.txt aside."""

    state: dict[str, object]
    """See `state_of`."""

    difference: object
    """Where the catalog differs from its rebuild; None where it does not."""

    findings: tuple[object, ...]
    """What `verify` found."""

    seconds: float
    """How long it took."""

    @property
    def missing(self) -> frozenset[str]:
        return self.expected - self.captured.keys()

    @property
    def twice(self) -> list[str]:
        return [url for url, count in self.captured.items() if count > 1]

    @property
    def asked_again(self) -> int:
        """Requests beyond the first for each URL."""
        return self.requests.total() - len(self.requests)

    @property
    def line(self) -> Line:
        """For the table."""
        kept = len(self.expected) - len(self.missing)
        return Line("pressmark", self.kills, kept, len(self.expected), len(self.twice), self.asked_again)

    def lines(self) -> Iterator[str]:
        """For people."""
        once = len(self.expected) - len(self.missing)
        yield f"pressmark: {self.kills:,} kills in {self.seconds:,.0f} s"
        yield f"  captured           {once:,} of {len(self.expected):,} pages, {len(self.twice)} of them twice"
        yield (
            f"  asked again        {self.asked_again:,} requests of {self.requests.total():,};"
            f" {self.kills * CONCURRENCY * SITES:,} may have been in flight; at most"
            f" {max(self.requests.values(), default=0)} times for one URL"
        )
        yield f"  rebuild --check    {'equal' if self.difference is None else self.difference}"
        yield f"  verify             {len(self.findings)} findings"
        yield f"  left unfinished    {self.state['open']}, without index {self.state['unindexed']}"
        yield f"  integrity_check    {self.state['integrity']}, leases left {self.state['leased']}"


def main() -> None:
    """Run and print."""
    options = _options()
    web = web_of(options.seed, options.pages)
    with tempfile.TemporaryDirectory(prefix="pressmark-kills-") as folder, serve(web) as server:
        report = run(web, server, Path(folder), kills=options.kills, seed=options.seed)
        print("\n".join(report.lines()), flush=True)
        if options.peer:
            peers = peer_runs(web, server, Path(folder), kills=options.kills, seed=options.seed)
            print("\n".join(table([report.line, *peers])), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=25, help="how often the crawl is killed (default 25)")
    parser.add_argument("--pages", type=int, default=1500, help="about how many pages the web has (default 1500)")
    parser.add_argument("--seed", type=int, default=1, help="of the web and the dice (default 1)")
    parser.add_argument("--peer", action="store_true", help="do the same to spiders with JOBDIR and scrapy-redis")
    return parser.parse_args()


def web_of(seed: int, pages: int) -> NewsWeb:
    """A web of about so many pages."""
    return NewsWeb(seed, sites=SITES, articles=int(pages * ARTICLES_PER_PAGE), crawl_delay=0)


def run(web: NewsWeb, server: Server, folder: Path, *, kills: int, seed: int) -> Report:
    """Our crawl, killed so often and then left to end."""
    kept, dice, began = folder / "kept", random.Random(seed), time.monotonic()
    server.clear_log()
    with Crawls(folder) as crawls:

        def start() -> Running:
            children = int(dice.random() < 0.2)  # dear to start, and a kill is to find them at work too
            return crawls.start(
                targets=list(web.home_urls),
                collection=str(kept),
                connect_to=list(server.connect_to),
                concurrency=CONCURRENCY,
                longest=600,
                settings={"PRESSMARK_READING_CHILDREN": children},
            )

        def end(life: Running) -> int:
            ended = life.wait()
            if ended.status not in (0, -signal.SIGKILL):
                raise RuntimeError(f"the crawl ended with {ended.status}: {ended.error}")
            return ended.status

        done = _kill_and_go_on(start, end, server, kills=kills, pages=_size(web), dice=dice)
    return _report(web, server, kept, kills=done, seconds=time.monotonic() - began)


def _size(web: NewsWeb) -> int:
    return int(len(web.articles) / ARTICLES_PER_PAGE)


def _report(web: NewsWeb, server: Server, kept: Path, *, kills: int, seconds: float) -> Report:
    requests = Counter(url for url in asked(server) if not url.endswith("/robots.txt"))
    found = rows(kept / "catalog.db", "select url from captures where kind <> 'failure'")
    return Report(
        kills=kills,
        expected=frozenset(article.url for article in web.articles if not article.withdrawn) | requests.keys(),
        captured=Counter(url for (url,) in found if not url.endswith("/robots.txt")),
        requests=requests,
        state=state_of(kept),
        difference=Collection.open(kept).check_rebuild(default_reader),
        findings=verify(kept).findings,
        seconds=seconds,
    )


def _kill_and_go_on(
    start: Callable[[], L], end: Callable[[L], int], server: Server, *, kills: int, pages: int, dice: random.Random
) -> int:
    """Start it until it ends by itself, and kill it *kills* times on the way; gives how often it was killed."""
    done = 0
    while True:
        life = start()
        if done < kills:
            left = max(pages - len(set(asked(server))), 0)
            _wait_for_its_hour(life, server, most=2 * left // (kills - done), dice=dice)
            life.kill_all()
        if end(life) == 0:
            return done
        done += 1


def _wait_for_its_hour(life: Life, server: Server, *, most: int, dice: random.Random) -> None:
    """Until it has made a random number of requests, so that the kills spread over the crawl.

    Every fourth time it is a random moment of its first second instead: it is recovering then.
    """
    begun, at = time.monotonic(), len(server.log) + dice.randint(0, most)
    early = dice.random() < 0.25
    moment = dice.uniform(0, 1) if early else dice.uniform(0, 0.05)
    while not early and len(server.log) < at and life.is_alive and time.monotonic() - begun < 60:
        time.sleep(0.002)
    time.sleep(moment)


class _PeerLife:
    """One run of the peer, whose requests wait in a folder, or in a Redis."""

    def __init__(self, where: str, kept: Path, web: NewsWeb, server: Server) -> None:
        self._process = subprocess.Popen(
            [*_PEER, where, str(kept), *web.home_urls],
            env=environment(http_proxy=f"http://127.0.0.1:{server.port}"),
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill_all(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> int:
        """Its exit code, or minus the signal."""
        return self._process.wait(600)


def peer_runs(web: NewsWeb, server: Server, folder: Path, *, kills: int, seed: int) -> Iterator[Line | str]:
    """The same done to plain spiders, and how they stood it."""
    yield _peer_line("Scrapy with JOBDIR", _job_folder, web, server, folder / "jobdir", kills=kills, seed=seed)
    if find_spec("scrapy_redis") is None or shutil.which("redis-server") is None:
        yield "scrapy-redis: not run, for the package or redis-server is missing; others have seen it lose 2-3 %"
    else:
        yield _peer_line("scrapy-redis", _redis, web, server, folder / "redis", kills=kills, seed=seed)


Where = Callable[[Path], AbstractContextManager[str]]
"""Makes the place in a folder where a peer's requests wait, and says how it is named."""


@contextmanager
def _job_folder(room: Path) -> Iterator[str]:
    yield str(room / "job")


@contextmanager
def _redis(room: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(room), "--save", "", "--appendonly", "no"]
    running = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        running.terminate()
        running.wait(30)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 5):
            return
        time.sleep(0.05)
    raise RuntimeError("redis-server does not answer")


def _peer_line(name: str, where: Where, web: NewsWeb, server: Server, room: Path, *, kills: int, seed: int) -> Line:
    whole = _peer_run(room / "whole", where, web, server, kills=0, seed=seed)[1]
    done, kept = _peer_run(room / "killed", where, web, server, kills=kills, seed=seed)
    again = Counter(asked(server))
    return Line(
        name=name,
        kills=done,
        kept=len(whole.keys() & kept.keys()),
        of=len(whole),
        twice=sum(count > 1 for count in kept.values()),
        again=again.total() - len(again),
    )


def _peer_run(
    room: Path, where: Where, web: NewsWeb, server: Server, *, kills: int, seed: int
) -> tuple[int, Counter[str]]:
    room.mkdir(parents=True)
    server.clear_log()
    dice, kept = random.Random(seed), room / "kept"
    with where(room) as place:
        done = _kill_and_go_on(
            lambda: _PeerLife(place, kept, web, server),
            _PeerLife.end,
            server,
            kills=kills,
            pages=_size(web),
            dice=dice,
        )
    return done, Counter(kept.read_text(encoding="utf-8").split() if kept.exists() else [])


if __name__ == "__main__":
    main()
