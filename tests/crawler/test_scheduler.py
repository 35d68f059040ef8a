"""Which URL goes to the downloader next: politeness, fairness, the end of a job."""

import heapq
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.model import Capture
from crawler.context import LEASE
from crawler.frontier import Lease, SqliteFrontier, Visit
from crawler.scheduler import MAX_AHEAD, Schedule, request_for
from spiders.candidates import Candidate

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def candidate(url: str, host: str, **more: Any) -> Candidate:
    """A link of the site that is crawled."""
    return Candidate(**{"url": url, "host": host, "site": "site", "hops": "L", "discovered": "link"} | more)


class Time:
    """A clock that stands still until it is moved, as time of day and as seconds."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def frontier(tmp_path: Path, time: Time) -> SqliteFrontier:
    return SqliteFrontier(tmp_path / "frontier.db", clock=time)


Make = Callable[..., Schedule]


@pytest.fixture
def schedule(frontier: SqliteFrontier, time: Time) -> Make:
    def make(**more: Any) -> Schedule:
        settings: dict[str, Any] = {"sites": {"site"}, "room": 100, "clock": time, "monotonic": time.monotonic}
        return Schedule(frontier, **settings | more)

    return make


def put(frontier: SqliteFrontier, host: str, count: int, **more: Any) -> None:
    frontier.put([candidate(url=f"http://{host}/{n}", host=host, **more) for n in range(count)])


def take_all(schedule: Schedule) -> list[Lease]:
    """Everything that is handed out while nothing ends."""
    return list(iter(schedule.next, None))


def test_one_in_flight_and_one_waiting(frontier: SqliteFrontier, schedule: Make) -> None:
    """A host has its concurrency in flight and one more at hand in its slot, however many URLs it has."""
    put(frontier, "a.example", 10)

    assert [len(take_all(schedule(concurrency=n))) for n in (1, 3)] == [2, 4]


@pytest.mark.fault(16)
def test_a_slow_host_does_not_hold_up_the_others(frontier: SqliteFrontier, schedule: Make) -> None:
    """While one host answers nothing, all URLs of the other are handed out."""
    put(frontier, "slow.example", 50, priority=9)
    put(frontier, "fast.example", 30)
    handed: list[str] = []

    one = schedule()
    while (lease := one.next()) is not None:
        handed.append(lease.host)
        if lease.host == "fast.example":
            one.over(lease)

    assert (handed.count("slow.example"), handed.count("fast.example")) == (2, 30)


def test_hosts_take_turns(frontier: SqliteFrontier, schedule: Make) -> None:
    """Hosts are asked in turn."""
    for host in ("a", "b", "c"):
        put(frontier, f"{host}.example", 5)

    assert [lease.host[0] for lease in take_all(schedule())[:3]] == ["a", "b", "c"]


def test_no_more_than_there_is_room_for(frontier: SqliteFrontier, schedule: Make) -> None:
    """All hosts together have no more in flight than the room for them."""
    for n in range(20):
        put(frontier, f"h{n}.example", 3)

    assert len(take_all(schedule(room=8))) == 8


def test_leases_go_ahead_for_a_fast_host_alone(frontier: SqliteFrontier, schedule: Make, time: Time) -> None:
    """A host that answers at once is leased in batches; at two seconds a request, only what is asked next."""
    put(frontier, "a.example", 500)
    one = schedule()
    for _ in range(100):
        lease = one.next()
        assert lease is not None
        one.over(lease)
    fast = frontier.stats().leased

    slow_schedule = schedule()
    before = frontier.stats().leased
    for _ in range(10):
        time.seconds += 2
        lease = slow_schedule.next()
        assert lease is not None
        slow_schedule.over(lease)

    assert 100 < fast <= 100 + 2 * MAX_AHEAD
    assert frontier.stats().leased - before <= 12


def test_max_pages(frontier: SqliteFrontier, schedule: Make) -> None:
    """`--max-pages` counts pages that were fetched; feeds, and what failed, do not count."""
    put(frontier, "a.example", 3, kind="feed")
    put(frontier, "b.example", 9)
    one = schedule(concurrency=20, max_pages=4)
    handed = take_all(one)
    for lease in handed:
        one.over(lease)
    one.failed(handed[-1])
    last = take_all(one)
    still = one.has_work()
    one.over(last[0])

    assert ([len(handed), len(last)], still, one.has_work()) == ([7, 1], True, False)
    assert one.closed == "--max-pages reached"


def test_a_paused_host(frontier: SqliteFrontier, schedule: Make, time: Time) -> None:
    """A host that asks us to wait is left alone so long; for a minute the job waits, for longer it does not."""
    put(frontier, "a.example", 3)
    one = schedule()
    lease = one.next()
    assert lease is not None
    one.over(lease)
    one.pause("a.example", 30)

    assert (one.next(), one.has_work()) == (None, True)
    one.pause("a.example", 100)
    assert (one.next(), one.has_work()) == (None, False)
    assert one.paused == {"a.example": 100.0}
    time.seconds += 100
    assert one.next() is not None


@pytest.mark.parametrize("until_paused", [20, 40, 80])
def test_paused_hosts_do_not_hold_up_the_others(
    frontier: SqliteFrontier, schedule: Make, time: Time, until_paused: int
) -> None:
    """Whenever two fast hosts ask us to wait, all URLs of the third are handed out meanwhile."""
    for host in ("a", "b", "c"):
        put(frontier, host, 100)
    one, ended = schedule(room=32), Counter[str]()
    while handed := take_all(one):
        for lease in handed:
            one.over(lease)
            time.seconds += 0.03
            ended[lease.host] += 1
            if lease.host != "c" and ended[lease.host] == until_paused:
                one.pause(lease.host, 3000)

    assert ended["c"] == 100
    assert not one.has_work()


def test_leases_of_a_paused_host_are_given_back(frontier: SqliteFrontier, schedule: Make, time: Time) -> None:
    """What was leased ahead for a host that asks us to wait waits in the frontier; in the end it goes on in order."""
    put(frontier, "a", 60)
    one, handed = schedule(), []
    for n in range(60):
        lease = one.next()
        assert lease is not None
        handed.append(lease.url)
        one.over(lease)
        frontier.ack(Visit(url=lease.url, site="site", host="a", at=time(), ends_lease=True))
        if n == 30:
            one.pause("a", 30)
            assert (one.next(), frontier.stats().leased) == (None, 0)
            time.seconds += 30

    assert handed == [f"http://a/{n}" for n in range(60)]


@pytest.mark.parametrize(("hosts", "pages"), [(8, 40), (30, 10)])
def test_no_host_idles(frontier: SqliteFrontier, schedule: Make, time: Time, hosts: int, pages: int) -> None:
    """Hosts of two seconds a request are asked all of them every two seconds, as long as each has its place."""
    for host in range(hosts):
        put(frontier, f"h{host}", pages)
    one, free, ends = schedule(room=32), dict[str, float](), list[tuple[float, str, Lease]]()
    while True:
        for lease in take_all(one):
            begin = max(time.seconds, free.get(lease.host, 0))
            free[lease.host] = begin + 2
            heapq.heappush(ends, (begin + 0.1, lease.url, lease))
        if not ends:
            break
        time.seconds, _, lease = heapq.heappop(ends)
        one.over(lease)

    assert frontier.stats().leased == hosts * pages
    assert time.seconds - 100 <= 2 * pages + 1


def test_leases_are_held_while_nothing_can_be_handed_out(frontier: SqliteFrontier, schedule: Make, time: Time) -> None:
    """The frontier hears of what is in flight also while there is no room for more."""
    put(frontier, "slow", 5)
    one = schedule(room=2)
    slow = take_all(one)
    for _ in range(40):
        time.seconds += 30
        assert one.next() is None
    one.over(slow[0])

    assert len(slow) == 2
    assert one.next() not in [None, *slow]


def test_the_end_of_a_job(frontier: SqliteFrontier, schedule: Make) -> None:
    """There is work while something is in flight, ready, or to be retried within a minute; then there is none."""
    put(frontier, "a.example", 1)
    one = schedule()
    assert one.has_work()
    lease = one.next()
    assert lease is not None
    assert one.has_work()
    one.over(lease)
    frontier.nack(lease.url, retry_at=NOON + timedelta(seconds=150))
    assert one.has_work()
    frontier.nack(lease.url, retry_at=NOON + timedelta(seconds=300))
    assert not one.has_work()


def test_alone(frontier: SqliteFrontier, schedule: Make) -> None:
    """While a suspect is in flight nothing else is; it waits until nothing else is."""
    put(frontier, "bad.example", 1)
    for _ in range(2):
        frontier.lease(1)
        frontier.recover()
    put(frontier, "good.example", 1)
    one = schedule()

    first, none_yet = one.next(), one.next()
    assert first is not None
    one.over(first)
    suspect = one.next()
    assert suspect is not None
    put(frontier, "new.example", 1)

    assert (first.host, none_yet, suspect.alone, one.next()) == ("good.example", None, True, None)
    one.over(suspect)
    frontier.ack(Visit(url=suspect.url, site="site", host="bad.example", at=NOON))
    assert one.next() is not None


def test_what_is_not_worth_it_is_held_back(frontier: SqliteFrontier, schedule: Make, time: Time) -> None:
    """A URL in a barren part is left to a later job; what is worth fetching behind it is handed out."""
    put(frontier, "trap.example", 40, priority=9)
    put(frontier, "good.example", 1)
    one = schedule(bars=lambda lease: lease.host == "trap.example")

    assert [lease.host for lease in take_all(one)] == ["good.example"]
    assert one.held_back == 40
    time.seconds += 7200
    assert "trap.example" in [lease.host for lease in take_all(schedule())]


def test_what_turns_out_not_to_be_worth_it(frontier: SqliteFrontier, schedule: Make) -> None:
    """What was leased ahead is held back, too, when the pages before it show that nothing is to be found there."""
    put(frontier, "trap.example", 40)
    seen: list[Lease] = []
    one = schedule(is_barren=lambda _: len(seen) >= 3)
    while lease := one.next():
        seen.append(lease)
        one.over(lease)
        frontier.ack(Visit(url=lease.url, site="site", host=lease.host, at=NOON))

    assert (len(seen), one.held_back) == (3, 37)


def test_what_lies_in_a_barren_part_rests_for_a_month(frontier: SqliteFrontier, schedule: Make, time: Time) -> None:
    """No job of the next days goes into the same trap again; one of the next month looks whether it still is one."""
    put(frontier, "trap.example", 40)
    assert take_all(schedule(is_barren=lambda _: True)) == []
    time.seconds += 29 * 24 * 3600
    assert take_all(schedule()) == []
    time.seconds += 2 * 24 * 3600
    assert take_all(schedule()) != []


def test_a_request_serves_a_lease() -> None:
    """The request carries its lease and its politeness key, and asks only for what has changed."""
    lease = Lease(url="http://www.a.example/1", site="a.example", host="a.example")
    capture = Capture(
        record_id="r",
        url=lease.url,
        urlkey="",
        captured_at=NOON,
        kind="response",
        etag='"x"',
        last_modified="Tue, 24 Nov 2026 12:00:00 GMT",
    )

    request = request_for(lease, capture)

    assert request.meta == {LEASE: lease, "download_slot": "a.example"}
    assert request.headers.to_unicode_dict() == {
        "If-None-Match": '"x"',
        "If-Modified-Since": "Tue, 24 Nov 2026 12:00:00 GMT",
    }
    assert not request_for(lease, None).headers


def test_a_host_with_a_concurrency_of_its_own(frontier: SqliteFrontier, schedule: Make) -> None:
    """A site's file may allow its domains more at once than others get; each has one more waiting."""
    put(frontier, "a.example", 9)
    put(frontier, "b.example", 9)
    taken = Counter(lease.host for lease in take_all(schedule(concurrency_of={"b.example": 4})))

    assert taken == {"a.example": 2, "b.example": 5}
