"""Scrapy's scheduler over the frontier: which URL goes to the downloader next, and when there is none.

Politeness is per host: a host has at most its concurrency in flight and one more waiting in its download slot, so that
one slow host never holds up the others. The slot itself keeps the delay between two requests.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol, Self

from scrapy import Request
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from scrapy.utils.defer import deferred_from_coro
from twisted.internet.defer import Deferred

from archive.model import Capture
from crawler.context import LEASE, RENDER
from crawler.frontier import Lease

PATIENCE = timedelta(seconds=60)
"""A job waits so long for a retry; what becomes ready later is left to the next one."""

HELD_BACK = timedelta(hours=1)
"""A URL that is held back waits at least so long, so that no page of this job leads to it again soon."""

LEFT_ALONE = timedelta(days=30)
"""One that lies where nothing is to be found waits so long: no job of the next days goes into the same trap again."""

MAX_AHEAD = 32
"""URLs leased ahead for a host that answers fast."""

MAX_REQUISITE = 8 * 1024 * 1024
"""Bytes of a picture, style sheet, font or script; what is longer is cut."""

_FAST = 0.25
"""Seconds a page below which a host is leased further ahead."""

PAGES = ("page", "list", "section")
"""Kinds of leases that `--max-pages` counts."""


class Source(Protocol):
    """What the scheduler needs of the frontier."""

    def lease(
        self, n: int, *, sites: Collection[str] | None, busy: Collection[str], per_host: int, alone: bool
    ) -> list[Lease]: ...

    def has_work(self, sites: Collection[str] | None, *, busy: Collection[str], until: datetime) -> bool: ...

    def nack(self, url: str, *, retry_at: datetime | None = None, tried: bool) -> None: ...

    def heartbeat(self, urls: list[str]) -> None: ...

    def transaction(self) -> AbstractContextManager[None]: ...


class Schedule:
    """Hands out leases, host by host, within the limits of each. Knows nothing of Scrapy.

    *room* is how many may be in flight in all, *concurrency* how many to one host, *concurrency_of* those of which
    something else is known. *bars* says of a URL, once, that it is not worth fetching in this job, *is_barren* that it
    lies where nothing is to be found, again when its turn comes; *resting* which hosts are left alone since nothing
    reaches them, with the seconds.
    """

    def __init__(
        self,
        source: Source,
        *,
        sites: Collection[str],
        room: int,
        concurrency: int = 1,
        concurrency_of: Mapping[str, int] | None = None,
        max_pages: int | None = None,
        bars: Callable[[Lease], bool] = lambda _: False,
        is_barren: Callable[[Lease], bool] = lambda _: False,
        resting: Callable[[], Mapping[str, float]] = dict,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.closed = ""
        """Why nothing more is handed out; empty while the job goes on."""
        self.is_held = False
        """True while somebody else works with the frontier, so that nothing is leased."""
        self.held_back = 0
        """URLs that are left to a later job, since they lie where nothing is to be found."""
        self._source = source
        self._sites = sites
        self._room = room
        self._capacity = concurrency + 1
        self._capacity_of = {host: most + 1 for host, most in (concurrency_of or {}).items()}
        self._bars = bars
        self._is_barren = is_barren
        self._resting = resting
        self._pages_left = max_pages
        self._clock = clock
        self._monotonic = monotonic
        self._heard_at = monotonic()
        self._leased: dict[str, tuple[float, int]] = {}
        self._waiting: dict[str, deque[Lease]] = {}
        self._in_flight: dict[str, str] = {}
        self._burden: dict[str, int] = {}
        self._paused: dict[str, float] = {}
        self._alone = False

    def next(self) -> Lease | None:
        """The next URL to fetch; None when there is none now."""
        if self.is_held:
            return None
        self.keep_alive()
        if self.closed or self._alone or self._pages_left == 0 or len(self._in_flight) >= self._room:
            return None
        lease = self._from_waiting(self._scarce)
        while lease is None and self._refill():
            held_back = self.held_back
            lease = self._from_waiting(self._scarce)
            if held_back == self.held_back:
                break
        lease = lease or self._from_waiting(0)
        if lease is not None:
            self._begin(lease)
        return lease

    def over(self, lease: Lease) -> None:
        """The exchange has ended, or was never made; may be told again."""
        host = self._in_flight.pop(lease.url, None)
        if host is None:
            return
        self._burden[host] -= 1
        if not self._burden[host]:
            del self._burden[host]
        if lease.alone:
            self._alone = False

    def failed(self, lease: Lease) -> None:
        """It was no page after all, for `--max-pages`."""
        if self._pages_left is not None and lease.kind in PAGES:
            self._pages_left += 1

    def pause(self, host: str, seconds: float) -> None:
        """Ask nothing of that host for some time."""
        self._paused[host] = max(self._paused.get(host, 0.0), self._monotonic() + seconds)

    @property
    def paused(self) -> dict[str, float]:
        """Hosts that asked us to wait, with the seconds that are left."""
        now = self._monotonic()
        self._paused = {host: until for host, until in self._paused.items() if until > now}
        return {host: until - now for host, until in self._paused.items()}

    @property
    def _left_alone(self) -> dict[str, float]:
        """Hosts that are not asked now, with the seconds that are left."""
        return {**self._resting(), **self.paused}

    def has_work(self) -> bool:
        """True when something is left to do within the job's patience."""
        if self.closed:
            return False
        long = {host for host, seconds in self._left_alone.items() if seconds > PATIENCE.total_seconds()}
        if self._in_flight:
            return True
        if self._pages_left == 0:
            self.closed = "--max-pages reached"
            return False
        if self._waiting.keys() - long:
            return True
        return self._source.has_work(self._sites, busy=long, until=self._clock() + PATIENCE)

    def keep_alive(self) -> None:
        """Tell the source about once a minute that the leases are still held; to be called often."""
        if self.is_held:
            return
        if self._monotonic() - self._heard_at > 60:
            self._heard_at = self._monotonic()
            self._source.heartbeat([*self._in_flight, *(x.url for line in self._waiting.values() for x in line)])

    @property
    def _scarce(self) -> int:
        """How much of its capacity a host leaves unused until others were asked: 1 where the room gets scarce."""
        return int(2 * len(self._in_flight) >= self._room)

    def _left(self, host: str) -> int:
        """How many more may be in flight to a host."""
        return self._capacity_of.get(host, self._capacity) - self._burden.get(host, 0)

    def _from_waiting(self, spare: int) -> Lease | None:
        """What waits for the host with the least in flight, of those with more than *spare* left, and is worth it."""
        while (lease := self._first_waiting(spare)) and self._is_barren(lease):
            self._hold_back([lease], LEFT_ALONE)
        return lease

    def _first_waiting(self, spare: int) -> Lease | None:
        paused = self._left_alone
        hosts = [host for host in self._waiting if host not in paused and self._left(host) > spare]
        host = min(hosts, key=lambda one: self._burden.get(one, 0), default="")
        if not host:
            return None
        line = self._waiting.pop(host)
        lease = line.popleft()
        if line:
            self._waiting[host] = line  # to the end: hosts take turns
        return lease

    def _refill(self) -> bool:
        """Lease for every host that may be asked and has nothing waiting, whatever waits for the others."""
        paused = self._left_alone.keys()
        self._give_back(paused & self._waiting.keys())
        full = {host for host in self._burden if self._left(host) <= 0}
        alone = not self._in_flight and not self._waiting
        return self._take(full | self._waiting.keys() | paused, alone=alone)

    def _give_back(self, hosts: Iterable[str]) -> None:
        """What was leased ahead for hosts that are left alone."""
        for host in list(hosts):
            with self._source.transaction():
                for lease in self._waiting[host]:
                    self._source.nack(lease.url, tried=False)
            del self._waiting[host]

    def give_back(self, lease: Lease) -> None:
        """Nothing was asked for a lease that was handed out, as if it never had been."""
        with self._source.transaction():
            self._source.nack(lease.url, tried=False)

    def _ahead(self, busy: Collection[str]) -> int:
        """URLs to lease for a host: twice as many as before where it took them fast, else what is asked next.

        One transaction a page is dear where a host answers at once; far ahead is wrong where it is slow.
        """
        now = self._monotonic()
        dry = {host: self._leased.pop(host) for host in self._leased.keys() - set(busy)}
        fast = [min(MAX_AHEAD, 2 * count) for leased_at, count in dry.values() if now - leased_at < _FAST * count]
        return max(fast, default=self._capacity)

    def _take(self, busy: Collection[str], *, alone: bool) -> bool:
        """Lease until something is worth handing out, or nothing is left."""
        ahead = self._ahead(busy)
        n = max(self._room - len(self._in_flight), ahead)
        while leases := self._source.lease(n, sites=self._sites, busy=busy, per_host=ahead, alone=alone):
            worth: list[Lease] = []
            barred: list[Lease] = []
            barren: list[Lease] = []
            for lease in leases:
                (barred if self._bars(lease) else barren if self._is_barren(lease) else worth).append(lease)
            self._hold_back(barred, HELD_BACK)
            self._hold_back(barren, LEFT_ALONE)
            for lease in worth:
                self._waiting.setdefault(lease.host, deque()).append(lease)
            if worth:
                now, hosts = self._monotonic(), {lease.host for lease in worth}
                self._leased |= {host: (now, len(self._waiting[host])) for host in hosts}
                return True
        return False

    def _hold_back(self, leases: Collection[Lease], rest: timedelta) -> None:
        if not leases:
            return
        with self._source.transaction():
            for lease in leases:
                self._source.nack(lease.url, retry_at=self._clock() + rest, tried=False)
                self.held_back += 1

    def _begin(self, lease: Lease) -> None:
        self._in_flight[lease.url] = lease.host
        self._burden[lease.host] = self._burden.get(lease.host, 0) + 1
        self._alone = lease.alone
        if self._pages_left is not None and lease.kind in PAGES:
            self._pages_left -= 1


class FrontierScheduler(BaseScheduler):
    """Scrapy's side of `Schedule`: leases become requests."""

    def __init__(self, job: Any) -> None:
        self._job = job
        self._others: deque[Request] = deque()
        self._errback: Callable[..., Any] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.pressmark_job)  # type: ignore[attr-defined]  # put there by the add-on

    def has_pending_requests(self) -> bool:
        return bool(self._others) or self._job.has_work()

    def enqueue_request(self, request: Request) -> bool:
        """Take a request that some other component makes; it is kept in memory alone."""
        self._others.append(request)
        return True

    def next_request(self) -> Request | None:
        if self._others:
            return self._others.popleft()
        lease = self._job.schedule.next()
        if lease is None:
            return None
        previous = self._job.conditions(lease)
        if self._job.renders(lease):
            return request_for(lease, None, errback=self._errback, render=True)
        return request_for(lease, previous, errback=self._errback)

    def open(self, spider: Any) -> Deferred[None]:
        """Start the reading children beside the first requests."""
        self._errback = spider.without_answer
        return deferred_from_coro(self._job.start_reading())

    def close(self, reason: str) -> Deferred[None]:
        """End the job in order, when nothing is in flight any more."""
        return deferred_from_coro(self._job.close(reason))


def request_for(
    lease: Lease, previous: Capture | None, *, errback: Callable[..., Any] | None = None, render: bool = False
) -> Request:
    """The request that serves a lease; conditional where an earlier capture says how (RFC 9110, 13.1).

    With *render* its page is for a browser.
    """
    headers = {}
    if previous is not None and previous.etag:
        headers["If-None-Match"] = previous.etag
    if previous is not None and previous.last_modified:
        headers["If-Modified-Since"] = previous.last_modified
    meta = {LEASE: lease, "download_slot": lease.host, **({RENDER: True} if render else {})}
    if lease.kind == "requisite":
        meta["download_maxsize"] = MAX_REQUISITE
    return Request(lease.url, headers=headers, errback=errback, dont_filter=True, meta=meta)
