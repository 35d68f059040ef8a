"""Every frontier keeps these rules. A backend joins the suite by a line in `BACKENDS`."""

import sqlite3
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.database_errors import database_error
from archive.errors import DiskFull, PressmarkError, UsageError
from archive.files import StorageFailed
from crawler.frontier import Frontier, FrontierStats, Lease, SqliteFrontier, Visit, frontier_errors
from spiders.candidates import Candidate

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def candidate(url: str, **more: Any) -> Candidate:
    """A link of the site a.example."""
    return Candidate(**{"url": url, "site": "a.example", "host": "a.example", "hops": "L", "discovered": "link"} | more)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


Open = Callable[[], Frontier]
BACKENDS = [pytest.param(SqliteFrontier, id="sqlite")]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=BACKENDS)
def reopen(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Open]:
    """Opens the one frontier anew, as the next job does; the one before is as dead as after kill -9."""
    opened: list[SqliteFrontier] = []

    def open_one() -> SqliteFrontier:
        opened.append(request.param(tmp_path / "frontier.db", clock=clock))
        return opened[-1]

    yield open_one
    for each in opened:
        each._db.close()


@pytest.fixture
def frontier(reopen: Open) -> Frontier:
    return reopen()


def urls(leases: list[Lease]) -> list[str]:
    return [lease.url for lease in leases]


def visit(url: str, **more: object) -> Visit:
    return Visit(**{"url": url, "site": "a.example", "host": "a.example", "at": NOON} | more)  # type: ignore[arg-type]


def test_lease_carries_what_was_put(frontier: Frontier) -> None:
    """A lease tells all that is known of why the URL is fetched, its via spelled out."""
    frontier.put([candidate(url="http://a.example/feed")])
    frontier.put([candidate(url="http://a.example/1", via="http://a.example/feed", hops="F", published="2026-11-24")])

    leases = frontier.lease(5, per_host=5)

    assert leases[1] == Lease(
        url="http://a.example/1",
        site="a.example",
        host="a.example",
        hops="F",
        via="http://a.example/feed",
        discovered="link",
        published="2026-11-24",
    )


def test_known_url_is_not_put_again(frontier: Frontier) -> None:
    """Putting a URL again, in whatever state it is, makes no second one."""
    offers = [candidate(url="http://a.example/1"), candidate(url="http://a.example/2")]

    assert [frontier.put(offers), frontier.put(offers)] == [2, 0]
    assert len(frontier.lease(9, per_host=9)) == 2
    assert frontier.put([*offers, candidate(url="http://a.example/2", priority=3)]) == 0
    assert frontier.lease(9, per_host=9) == []


def test_priority_then_arrival(frontier: Frontier) -> None:
    """Within a host the higher priority goes first, and of equals the one that came first."""
    frontier.put([candidate(url=f"http://a.example/{p}", priority=p) for p in (1, 5, 3)])
    frontier.put([candidate(url="http://a.example/late", priority=5), candidate(url="http://a.example/1", priority=9)])

    assert [url[17:] for url in urls(frontier.lease(4, per_host=4))] == ["1", "5", "late", "3"]


def test_hosts_take_turns(frontier: Frontier) -> None:
    """A host with many URLs does not keep the others waiting, and a busy one is passed over."""
    frontier.put([candidate(url=f"http://a.example/{n}", priority=9) for n in range(5)])
    frontier.put(
        [candidate(url="http://b.example/1", host="b.example"), candidate(url="http://c.example/1", host="c.example")]
    )

    first = [lease.host for lease in frontier.lease(3)]
    second = [lease.host for lease in frontier.lease(3, busy={"b.example"}, per_host=2)]

    assert (first, second) == (["a.example", "b.example", "c.example"], ["a.example", "a.example"])


def test_only_the_sites_asked_for(frontier: Frontier) -> None:
    """A job gets URLs of its own sites alone."""
    frontier.put([candidate(url="http://a.example/1"), candidate(url="http://b.example/1", site="b", host="b.example")])

    assert urls(frontier.lease(9, sites={"b"})) == ["http://b.example/1"]
    assert not frontier.has_work({"b"}, until=NOON)
    assert frontier.has_work({"a.example"}, until=NOON)


def test_a_retry_waits(frontier: Frontier, clock: Clock) -> None:
    """What was nacked with a time is handed out again at that time, its attempts counted."""
    frontier.put([candidate(url="http://a.example/1")])
    frontier.lease(1)
    frontier.nack("http://a.example/1", retry_at=NOON + timedelta(seconds=30))

    assert frontier.lease(1) == []
    assert not frontier.has_work(until=NOON + timedelta(seconds=29))
    assert frontier.has_work(until=NOON + timedelta(seconds=30))
    clock.move(seconds=30)
    assert [lease.attempts for lease in frontier.lease(1)] == [1]


def test_nack_without_a_time(frontier: Frontier) -> None:
    """What was nacked without a time may be leased at once; untried, it counts no attempt."""
    frontier.put([candidate(url="http://a.example/1")])
    frontier.lease(1)
    frontier.nack("http://a.example/1", tried=False)

    assert [lease.attempts for lease in frontier.lease(1)] == [0]


def test_revisits_belong_to_the_next_job(frontier: Frontier, reopen: Open, clock: Clock) -> None:
    """A page due again in an hour is due for a job that begins after that hour, not for one that runs into it."""
    frontier.put([candidate(url="http://a.example/1")])
    frontier.lease(1)
    frontier.ack(visit("http://a.example/1", due=NOON + timedelta(hours=1), changed=False))
    clock.move(hours=2)

    assert frontier.lease(1) == []
    assert [(lease.visits, lease.unchanged) for lease in reopen().lease(1)] == [(1, 1)]


def test_announced_change_is_due(frontier: Frontier) -> None:
    """A sitemap that says a page has changed since it was fetched makes it due; the same word again does not."""
    frontier.ack(visit("http://a.example/1"))
    frontier.ack(visit("http://a.example/2"))
    news = [
        candidate(url="http://a.example/1", updated="2026-11-25"),
        candidate(url="http://a.example/2", updated="2026-11-01"),
    ]
    frontier.put(news)

    assert urls(frontier.lease(9, per_host=9)) == ["http://a.example/1"]
    frontier.ack(visit("http://a.example/1"))
    frontier.put(news)
    assert frontier.lease(9) == []


def test_recheck(frontier: Frontier) -> None:
    """A recheck makes all that was fetched or failed due at once, for the sites asked for."""
    frontier.ack(visit("http://a.example/1"))
    frontier.ack(visit("http://a.example/2", failed=True))
    frontier.ack(visit("http://b.example/1", site="b", host="b.example"))

    assert frontier.recheck({"a.example"}) == 2
    assert len(frontier.lease(9, per_host=9)) == 2


def test_ack_of_an_unknown_url(frontier: Frontier) -> None:
    """A capture found in a WARC enters its URL as done."""
    frontier.ack(visit("http://a.example/new"))

    assert frontier.put([candidate(url="http://a.example/new")]) == 0
    assert frontier.stats() == FrontierStats(done=1)


def test_an_older_capture_changes_nothing(frontier: Frontier) -> None:
    """Acknowledging twice, or an earlier capture later, leaves what is known of the URL: catching up may repeat."""
    frontier.ack(visit("http://a.example/1", due=NOON + timedelta(days=2)))
    frontier.ack(visit("http://a.example/1", at=NOON - timedelta(days=1), failed=True))

    assert frontier.stats() == FrontierStats(done=1)


def test_the_end_of_a_lease_always_counts(frontier: Frontier) -> None:
    """A visit that ends a lease counts, though the machine's clock was set back meanwhile."""
    frontier.ack(visit("http://a.example/1"))
    frontier.recheck()
    frontier.lease(1)
    frontier.ack(visit("http://a.example/1", at=NOON - timedelta(days=1), ends_lease=True))

    assert frontier.stats() == FrontierStats(done=1)


def test_lost_leases_return(frontier: Frontier, clock: Clock) -> None:
    """A lease that nobody tells of returns after its term; a heartbeat keeps it."""
    frontier.put([candidate(url="http://a.example/1"), candidate(url="http://a.example/2")])
    frontier.lease(2, per_host=2)
    clock.move(minutes=10)
    frontier.heartbeat(["http://a.example/1"])
    clock.move(minutes=10)

    assert urls(frontier.lease(9, per_host=9)) == ["http://a.example/2"]


def test_suspects_are_leased_alone(frontier: Frontier, reopen: Open) -> None:
    """In flight at one crash: leased as before. At two: last, and only when nothing else is in flight."""
    frontier.put([candidate(url="http://a.example/bad", priority=9), candidate(url="http://a.example/good")])
    frontier.lease(1)
    second = reopen()
    assert second.recover() == (1, [])
    assert urls(second.lease(1)) == ["http://a.example/bad"]

    third = reopen()
    third.recover()
    assert urls(third.lease(9, per_host=9, alone=True)) == ["http://a.example/good"]
    assert third.lease(9, per_host=9) == []
    assert [(lease.url, lease.alone) for lease in third.lease(9, alone=True)] == [("http://a.example/bad", True)]


def test_poison_is_tried_once_a_job_and_kept(frontier: Frontier, reopen: Open) -> None:
    """Alone in flight at a crash is poison: told of, tried last, once in each later job, never dropped."""
    frontier.put([candidate(url="http://a.example/bad")])
    for _ in range(3):
        frontier.lease(1, alone=True)
        frontier = reopen()
        poison = frontier.recover()[1]

    assert (poison, frontier.stats().poison) == (["http://a.example/bad"], 1)
    assert frontier.has_work(until=NOON)
    assert len(frontier.lease(1, alone=True)) == 1
    frontier.release()
    assert not frontier.has_work(until=NOON)
    assert [lease.url for lease in reopen().lease(1, alone=True)] == ["http://a.example/bad"]


def test_a_good_answer_clears_the_suspicion(frontier: Frontier, reopen: Open) -> None:
    """Crashes count until the URL is fetched; then they are forgotten."""
    frontier.put([candidate(url="http://a.example/1")])
    frontier.lease(1)
    frontier = reopen()
    frontier.recover()
    frontier.lease(1)
    frontier.ack(visit("http://a.example/1"))
    frontier.recheck()
    frontier.lease(1)
    frontier = reopen()
    frontier.recover()

    assert urls(frontier.lease(1)) == ["http://a.example/1"]


def test_orderly_end_gives_leases_back(frontier: Frontier, reopen: Open) -> None:
    """After an orderly end nothing is suspected."""
    frontier.put([candidate(url="http://a.example/1")])
    frontier.lease(1)
    assert frontier.release() == 1

    later = reopen()
    assert later.recover() == (0, [])
    assert len(later.lease(1)) == 1


def test_outlinks_acknowledgement_and_watermark_go_together(frontier: Frontier, reopen: Open) -> None:
    """What one transaction holds happens as a whole: after an error inside it, nothing of it is there."""
    frontier.put([candidate(url="http://a.example/1")])

    def fold_and_break() -> None:
        with frontier.transaction():
            frontier.ack(visit("http://a.example/1"))
            frontier.put([candidate(url="http://new.example/2", site="new", host="new.example")])
            frontier.set_watermarks({"x.warc.gz": 100})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fold_and_break()

    later = reopen()
    assert (later.stats(), later.watermarks()) == (FrontierStats(ready=1), {})
    assert frontier.put([candidate(url="http://new.example/2", site="new", host="new.example")]) == 1


def test_watermarks_go_forward(frontier: Frontier) -> None:
    """A watermark is a maximum, so that catching up may repeat."""
    frontier.set_watermarks({"x.warc.gz": 100})
    frontier.set_watermarks({"x.warc.gz": 50, "y.warc.gz": 7})

    assert frontier.watermarks() == {"x.warc.gz": 100, "y.warc.gz": 7}
    assert (frontier.watermark("x.warc.gz"), frontier.watermark("z.warc.gz")) == (100, 0)


@pytest.mark.fault(98)
def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    """A frontier.db of a later version is left alone."""
    sqlite3.connect(tmp_path / "frontier.db").execute("pragma user_version = 99")

    with pytest.raises(UsageError, match="newer pressmark"):
        SqliteFrontier(tmp_path / "frontier.db")


@pytest.mark.fault(87)
def test_no_room(frontier: SqliteFrontier) -> None:
    """Without room the transaction is undone and DiskFull names the file."""
    frontier._db.execute("pragma max_page_count = 20")

    with pytest.raises(DiskFull, match=r"frontier\.db"):
        frontier.put([candidate(url=f"http://a.example/{n}") for n in range(5000)])
    assert frontier.stats() == FrontierStats()


@pytest.mark.fault(87, 88)
@pytest.mark.parametrize(
    ("code", "error"),
    [
        (sqlite3.SQLITE_FULL, DiskFull),
        (sqlite3.SQLITE_IOERR_WRITE, DiskFull),  # what a limit on the size of files gives
        (sqlite3.SQLITE_IOERR_SHMSIZE, DiskFull),
        (sqlite3.SQLITE_IOERR_FSYNC, StorageFailed),
        (sqlite3.SQLITE_IOERR_READ, StorageFailed),
    ],
)
def test_what_sqlite_says_of_a_disk(code: int, error: type[PressmarkError]) -> None:
    """A disk that is full is told from one that fails, by the frontier as by the catalog."""
    said = sqlite3.OperationalError("said by SQLite")
    said.sqlite_errorcode = code
    with pytest.raises(error), frontier_errors():
        raise said

    assert isinstance(database_error(said, Path("catalog.db")), error)


def test_a_hash_met_twice(frontier: SqliteFrontier) -> None:
    """Two URLs with the same CRC-32 are two URLs."""
    twins = ["http://a.example/plumless", "http://a.example/buckeroo"]
    assert len({zlib.crc32(url.encode()) for url in twins}) == 1

    assert frontier.put([candidate(url=url) for url in twins]) == 2
    frontier.ack(visit(twins[0]))
    assert urls(frontier.lease(5, per_host=5)) == twins[1:]
