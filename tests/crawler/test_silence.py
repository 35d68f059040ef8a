"""Hosts to which no connection can be made: nothing is asked of them in vain, nothing of theirs is lost."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.newsweb import serve
from crawler.silence import RESTS, Silence
from tests.crawler.forked_crawls import Crawls
from tests.crawler.test_hostile_sites import rows
from tests.crawler.tiny_web import TinyWeb, asked, captured

HOST = "site.example"
URL = f"http://{HOST}/1"
WAITS = (2.0, 20.0)


class Clock:
    """Stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def rests(silence: Silence, clock: Clock, outcome: str, count: int) -> list[float]:
    """How long the host rests after each of so many failures, each as soon as it may be."""
    seconds = []
    for _ in range(count):
        silence.failed(URL, HOST, outcome, "why")
        seconds.append(silence.hosts[HOST])
        clock.now += seconds[-1]
    return seconds


@pytest.mark.fault(1, 8)
@pytest.mark.parametrize(
    ("outcome", "seconds"), [("connect", [*WAITS, *RESTS, RESTS[-1]]), ("dns", [2.0, *RESTS, RESTS[-1], RESTS[-1]])]
)
def test_rests_grow(outcome: str, seconds: list[float]) -> None:
    """A host rests until the next attempt of the URL that failed, and for growing times once one is given up."""
    clock = Clock()

    assert rests(Silence(WAITS, monotonic=clock), clock, outcome, 6) == seconds


def test_what_was_in_flight_beside_it_says_no_more() -> None:
    """Failures of the same moment count once."""
    silence = Silence(WAITS, monotonic=Clock())
    for n in range(8):
        silence.failed(f"{URL}{n}", HOST, "connect", "why")

    assert silence.hosts == {HOST: 2.0}


def test_an_answer_ends_it() -> None:
    """Whatever comes from a host, it is asked again at once, and its next failure is the first."""
    clock = Clock()
    silence = Silence(WAITS, monotonic=clock)
    rests(silence, clock, "connect", 4)
    silence.answered(URL, HOST)
    after = (dict(silence.hosts), silence.reasons())
    silence.failed(URL, HOST, "connect", "refused")

    assert after == ({}, {})
    assert (silence.hosts, silence.reasons()) == ({HOST: 2.0}, {HOST: "refused"})


def test_a_part_of_a_host() -> None:
    """Where another origin of the host answers, the one that does not rests alone."""
    silence = Silence(WAITS, monotonic=Clock())
    silence.answered(f"http://www.{HOST}/", HOST)
    silence.failed(f"http://old.{HOST}/1", HOST, "dns", "no such name")

    assert silence.hosts == {}
    assert (silence.bars(f"http://old.{HOST}/2"), silence.bars(f"http://www.{HOST}/2")) == (True, False)
    assert silence.reasons() == {f"http://old.{HOST}": "no such name"}


def closed_ports(count: int) -> list[int]:
    """Ports where nobody listens."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@pytest.mark.fault(1, 16)
def test_twenty_dead_hosts_beside_a_good_one(zygote: Crawls, kept: Path) -> None:
    """All pages of the good host are fetched as ever; each dead one costs a few failures, and its URLs wait."""
    web = TinyWeb(articles=40)
    dead = [f"http://127.0.0.1:{port}/" for port in closed_ports(20)]
    with serve(web) as server:
        good = f"http://127.0.0.1:{server.port}/"
        ended = zygote.run(targets=[good, *dead], collection=str(kept))
        entries = [entry for entry in server.log if entry.status == 200]
    failures = dict(rows(kept, "select site, count(*) from captures where kind = 'failure' group by site"))  # type: ignore[arg-type]
    counts = [failures[urlsplit(url).netloc] for url in dead]
    print(f"{sum(counts)} failures at 20 dead hosts; {ended.summary['pending']} URLs wait; {len(entries)} good answers")

    assert (ended.status, set(captured(kept)) >= web.paths) == (0, True)
    assert max(counts) <= 30  # nine at once, three times each
    assert ended.summary["pending"] >= 20 * 5
    assert {f"silent/{urlsplit(url).netloc}" for url in dead} <= ended.summary["stats"].keys()


@pytest.mark.fault(1)
def test_nothing_of_a_dead_host_is_lost(zygote: Crawls, kept: Path) -> None:
    """A target that refuses all connections ends the job with 9; when it is there again, everything is fetched."""
    web, [port] = TinyWeb(), closed_ports(1)
    order = {"targets": [f"http://127.0.0.1:{port}/"], "collection": str(kept), "concurrency": 1}
    ended = zygote.run(**order)
    [(failures,)] = rows(kept, "select count(*) from captures where kind = 'failure'")
    with serve(web, port=port) as server:
        again = zygote.run(**order)
        found = asked(server)

    assert (ended.status, again.status) == (9, 0)
    assert isinstance(failures, int)
    assert failures <= 9
    assert set(found) == web.paths - {"/private/no"}
