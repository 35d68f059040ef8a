"""What to fetch next: the URLs that wait, who holds them, and when each is due again.

The words are URL Frontier's: `put`, `lease`, `ack`, `nack`, `heartbeat`, `stats`. `Frontier` is the interface,
`SqliteFrontier` keeps it in `frontier.db`. Nothing here is a fact: the file can be thrown away and is then
derived again from the catalog, at the price of polling again.

A URL is *ready*, or *waiting* for its retry, or *leased*, or *done* or *failed* and due again at some time or
never. What was in flight at two crashes is a *suspect* and leased alone; what was alone in flight at a crash is
*poison* and tried last, alone.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from pathlib import Path
from typing import Any, Protocol

from archive.errors import DiskFull, PressmarkError, UsageError
from archive.files import StorageFailed
from archive.model import instant, utc_now
from spiders.candidates import Candidate, Kind

Clock = Callable[[], datetime]

LEASE_TERM = timedelta(minutes=15)
SUSPECT_AFTER = 2
_LOOK_EVERY = 250  # milliseconds between two looks for what has become due


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease(Candidate):
    """A candidate handed out to be fetched, with what came of it so far."""

    attempts: int = 0
    """Exchanges without a usable answer since the last good one."""

    visits: int = 0
    """How often it was fetched before."""

    unchanged: int = 0
    """How many of the last visits in a row brought nothing new."""

    alone: bool = False
    """True when nothing else may be in flight beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """How the fetching of a URL ended; a URL that the frontier does not know is entered with it."""

    url: str
    """The URL that was leased, or found in a WARC."""

    site: str
    """As in `Lease`."""

    host: str
    """As in `Lease`."""

    at: datetime
    """When it was fetched."""

    due: datetime | None = None
    """When it is to be fetched again; None for never."""

    changed: bool = True
    """False when the answer was a revisit."""

    failed: bool = False
    """True when it is given up for now; `due` says when a later job may try again."""

    ends_lease: bool = False
    """True when it ends a lease of this job, so that it counts even where the machine's clock was set back."""

    kind: Kind = "page"
    """What it has turned out to be, as in `Lease`."""

    discovered: str = ""
    """As in `Lease`; used for a URL that the frontier does not know."""

    hops: str = ""
    """As in `Lease`; used for a URL that the frontier does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierStats:
    """How many URLs are in which state."""

    ready: int = 0
    """May be leased now, suspects included."""

    waiting: int = 0
    """Failed, and to be tried again at a set time."""

    leased: int = 0
    """Handed out."""

    done: int = 0
    """Fetched; some of them due again later."""

    failed: int = 0
    """Given up for now."""

    poison: int = 0
    """In flight, alone, when the crawler died."""


class Frontier(Protocol):
    """The URLs of a collection that are to be fetched. Every method is one transaction, or joins the one around it."""

    def put(self, offers: Iterable[Candidate]) -> int:
        """Take in URLs; what is known already is only raised in priority, or made due when it has changed since.

        Gives the number of new ones.
        """
        ...

    def lease(
        self,
        n: int,
        *,
        sites: Collection[str] | None = None,
        busy: Collection[str] = (),
        per_host: int = 1,
        alone: bool = False,
    ) -> list[Lease]:
        """Hand out at most *n* ready URLs of *sites* (None: of all), best first, none of a *busy* host.

        With *alone* (nothing is in flight) a suspect, and at last what is poison, is handed out by itself.
        """
        ...

    def ack(self, visit: Visit) -> None:
        """The URL was fetched, or is given up for now."""
        ...

    def nack(self, url: str, *, retry_at: datetime | None = None, tried: bool = True) -> None:
        """The URL goes back: at once, or to wait until *retry_at*; *tried* counts an attempt."""
        ...

    def heartbeat(self, urls: Iterable[str]) -> None:
        """These leases are still held; one that is not told of within its term returns by itself."""
        ...

    def stats(self, sites: Collection[str] | None = None) -> FrontierStats:
        """How many URLs are in which state."""
        ...

    # what a job needs beside: one transaction for several of the above, an end, and a way back from any end

    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside happens together or not at all."""
        ...

    def find(self, url: str) -> Lease | None:
        """What is known of a URL, in the form of a lease that nobody holds; None when nothing is."""
        ...

    def ready(self, sites: Collection[str] | None = None) -> int:
        """How many URLs could be leased now; cheap enough to be asked every second."""
        ...

    def has_work(self, sites: Collection[str] | None = None, *, busy: Collection[str] = (), until: datetime) -> bool:
        """True when something of *sites* can be leased now, or will be ready by *until*, from hosts not *busy*."""
        ...

    def recheck(self, sites: Collection[str] | None = None) -> int:
        """Make everything that was fetched or failed due at once; gives how many."""
        ...

    def fetch_again(self, urls: Iterable[str], *, only_failed: bool = False) -> int:
        """Make those of *urls* that were fetched or failed due at once, as after a loss; gives how many."""
        ...

    def recover(self) -> tuple[int, list[str]]:
        """Take back what a dead job held. Gives the number of leases and the URLs that are now poison."""
        ...

    def release(self) -> int:
        """Give back what this job holds, at an orderly end; gives how many."""
        ...

    def watermark(self, warc: str) -> int:
        """The offset below which every group of this WARC is acknowledged."""
        ...

    def watermarks(self) -> dict[str, int]:
        """All watermarks."""
        ...

    def set_watermarks(self, watermarks: Mapping[str, int]) -> None:
        """Move watermarks; they only go forward."""
        ...

    def close(self) -> None:
        """Nothing is asked of it any more."""
        ...


class State(IntEnum):
    """The states of a URL, as `frontier.db` writes them."""

    READY = 0
    LEASED = 1
    SUSPECT = 2
    ALONE = 3
    POISON = 4
    DONE = 5
    FAILED = 6
    WAITING = 7


_VERSION = 1
# `id` gives the order of arrival. `hash` (CRC-32) only narrows the search, the URL decides: an index of the URLs
# themselves would double the file. The partial index `ready` is the queue; what waits is not in it.
_SCHEMA = """
create table queues (
  id integer primary key,
  site text not null,
  host text not null,
  unique (site, host)
) strict;
create table urls (
  id integer primary key,
  hash integer not null,
  url text not null,
  queue integer not null references queues (id),
  state integer not null default 0,
  priority integer not null default 0,
  due integer,
  fetched integer,
  kind text not null default 'page',
  discovered text not null default '',
  hops text not null default '',
  via integer,
  published text not null default '',
  updated text not null default '',
  attempts integer not null default 0,
  visits integer not null default 0,
  unchanged integer not null default 0,
  crashes integer not null default 0
) strict;
create index urls_by_hash on urls (hash);
create index ready on urls (queue, priority desc, id) where state = 0;
create index timed on urls (state, due) where due is not null;
create index marked on urls (state) where state in (1, 2, 3, 4);
create table watermarks (warc text primary key, offset integer not null) strict, without rowid;
"""
_LEASED = "id, url, kind, priority, hops, via, discovered, published, updated, attempts, visits, unchanged"
_TAKE = f"""
update urls set state = ?, due = ?
where id in (select id from urls where state = 0 and queue = ? order by priority desc, id limit ?)
returning {_LEASED}
"""  # noqa: S608  only names of columns are put in
_TAKE_ONE = f"update urls set state = ?, due = ? where id = ? returning queue, {_LEASED}"  # noqa: S608
_INSERT = """
insert into urls (hash, url, queue, state, priority, kind, discovered, hops, via, published, updated)
values (?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?)
"""


_FULL = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class DamagedFrontier(PressmarkError):
    """frontier.db is not a whole database any more; it can be derived again from the catalog."""


@contextmanager
def frontier_errors() -> Iterator[None]:
    """Turns what SQLite raises inside into one of pressmark's errors."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        if code in _FULL:
            raise DiskFull(f"frontier.db: {error}; make room, then run the same command again") from error
        if code & 0xFF in _DAMAGED:
            raise DamagedFrontier(f"frontier.db: {error}; run again, it is then derived anew") from error
        if code & 0xFF == sqlite3.SQLITE_IOERR:
            raise StorageFailed(f"frontier.db: {error}; check the disk, then run the same command again") from error
        raise


class SqliteFrontier:
    """`Frontier` in one SQLite file, for one job at a time (the collection's lock sees to that).

    *clock* should not jump; see `crawler.clock.SteadyClock`.
    """

    def __init__(self, path: Path, *, clock: Clock = utc_now, lease_term: timedelta = LEASE_TERM) -> None:
        self._clock = clock
        self._term = lease_term
        self._db = _connect(path)
        self._opened = _milliseconds(clock())
        self._looked = -_LOOK_EVERY
        self._tried_alone: set[str] = set()
        try:
            with frontier_errors():
                self._check()
                self._load()
        except BaseException:
            self._db.close()
            raise

    def _check(self) -> None:
        """Raises DamagedFrontier where a page of the file is not what was written.

        An index that lacks rows raises nothing by itself: URLs would wait that nobody can lease.
        """
        (found,) = self._db.execute("pragma integrity_check(1)").fetchone()
        if found != "ok":
            raise DamagedFrontier(
                f"frontier.db: {found.rpartition('***')[2].strip()}; run again, it is then derived anew"
            )

    @frontier_errors()
    def _load(self) -> None:
        self._queues: dict[tuple[str, str], int] = {}
        self._names: dict[int, tuple[str, str]] = {}
        for queue, site, host in self._db.execute("select id, site, host from queues"):
            self._remember_queue(queue, site, host)
        self._filled = dict.fromkeys(q for (q,) in self._db.execute("select distinct queue from urls where state = 0"))
        self._seen = _Seen()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens together or not at all."""
        if self._db.in_transaction:
            yield
            return
        with frontier_errors():
            self._db.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._db.rollback()
                self._load()
                raise
            self._db.execute("commit")

    def put(self, offers: Iterable[Candidate]) -> int:
        """See `Frontier.put`."""
        new = 0
        vias: dict[str, int | None] = {}
        with self.transaction():
            for offer in offers:
                if self._seen.knows(offer):
                    continue
                known = self._known(offer.url)
                if known is None:
                    self._insert(offer, vias)
                    new += 1
                else:
                    self._raise(known, offer)
        return new

    def _known(self, url: str) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._db.execute(
            "select id, state, priority, updated, fetched, queue from urls where hash = ? and url = ?",
            (_hash(url), url),
        ).fetchone()
        return found

    def _insert(self, offer: Candidate, vias: dict[str, int | None]) -> None:
        queue = self._queue(offer.site, offer.host)
        if offer.via is not None and offer.via not in vias:
            found = self._known(offer.via)
            vias[offer.via] = None if found is None else found[0]
        via = vias[offer.via] if offer.via is not None else None
        described = (offer.kind, offer.discovered, offer.hops, via, offer.published, offer.updated)
        self._db.execute(_INSERT, (_hash(offer.url), offer.url, queue, offer.priority, *described))
        self._filled[queue] = None

    def _raise(self, known: tuple[Any, ...], offer: Candidate) -> None:
        url_id, state, priority, updated, fetched, queue = known
        if state in (State.READY, State.WAITING) and offer.priority > priority:
            self._db.execute("update urls set priority = ? where id = ?", (offer.priority, url_id))
        if offer.kind == "section":  # a list that the navigation of the home page leads to
            self._db.execute("update urls set kind = 'section' where id = ? and kind in ('page', 'list')", (url_id,))
        if offer.updated <= updated:
            return
        is_later = offer.updated > instant(_datetime(fetched or 0)) or len(offer.updated) == len(updated)
        again = is_later and state in (State.DONE, State.FAILED)
        if again:
            self._db.execute("update urls set state = 0, due = null where id = ?", (url_id,))
            self._filled[queue] = None
        self._db.execute("update urls set updated = ? where id = ?", (offer.updated, url_id))

    def lease(
        self,
        n: int,
        *,
        sites: Collection[str] | None = None,
        busy: Collection[str] = (),
        per_host: int = 1,
        alone: bool = False,
    ) -> list[Lease]:
        """See `Frontier.lease`. Hosts take turns; within a host, priority and then arrival decide."""
        leases: list[Lease] = []
        with self.transaction():
            self._return_what_is_due()
            for queue in list(self._filled):
                if len(leases) >= n:
                    break
                site, host = self._names[queue]
                if (sites is None or site in sites) and host not in busy:
                    leases += self._take(queue, min(per_host, n - len(leases)))
            if not leases and alone:
                leases = self._take_alone(sites)
        return leases

    def _take(self, queue: int, n: int) -> list[Lease]:
        expires = _milliseconds(self._clock() + self._term)
        rows = self._db.execute(_TAKE, (State.LEASED, expires, queue, n)).fetchall()
        del self._filled[queue]
        if len(rows) == n:
            self._filled[queue] = None  # to the end of the line; there may be more
        rows.sort(key=lambda row: (-row[3], row[0]))
        return [self._lease(queue, row, alone=False) for row in rows]

    def _take_alone(self, sites: Collection[str] | None) -> list[Lease]:
        expires = _milliseconds(self._clock() + self._term)
        for state in (State.SUSPECT, State.POISON):
            rows = self._db.execute("select id, url, queue from urls where state = ? order by id", (state,))
            for url_id, url, queue in rows.fetchall():
                wanted = sites is None or self._names[queue][0] in sites
                if wanted and url not in self._tried_alone:
                    self._tried_alone.add(url)
                    row = self._db.execute(_TAKE_ONE, (State.ALONE, expires, url_id)).fetchone()
                    return [self._lease(row[0], row[1:], alone=True)]
        return []

    def _lease(self, queue: int, row: tuple[Any, ...], *, alone: bool) -> Lease:
        site, host = self._names[queue]
        _, url, kind, priority, hops, via, discovered, published, updated, attempts, visits, unchanged = row
        return Lease(
            url=url,
            site=site,
            host=host,
            kind=kind,
            priority=priority,
            hops=hops,
            via=self._url(via),
            discovered=discovered,
            published=published,
            updated=updated,
            attempts=attempts,
            visits=visits,
            unchanged=unchanged,
            alone=alone,
        )

    def _url(self, url_id: int | None) -> str | None:
        if url_id is None:
            return None
        found = self._db.execute("select url from urls where id = ?", (url_id,)).fetchone()
        return found[0] if found else None

    def _return_what_is_due(self) -> None:
        """Retries and lost leases at their time; revisits only those due when the job began, or no job would end."""
        now = _milliseconds(self._clock())
        if now - self._looked < _LOOK_EVERY:
            return
        self._looked = now
        for state, until in (
            (State.WAITING, now),
            (State.LEASED, now),
            (State.DONE, self._opened),
            (State.FAILED, self._opened),
        ):
            returned = self._db.execute(
                "update urls set state = 0, due = null where state = ? and due <= ? returning queue", (state, until)
            )
            self._filled.update(dict.fromkeys(queue for (queue,) in returned.fetchall()))

    def ack(self, visit: Visit) -> None:
        """See `Frontier.ack`."""
        with self.transaction():
            state = State.FAILED if visit.failed else State.DONE
            due = None if visit.due is None else _milliseconds(visit.due)
            fetched = _milliseconds(visit.at)
            found = self._known(visit.url)
            if found is None:
                where = (_hash(visit.url), visit.url, self._queue(visit.site, visit.host))
                self._db.execute(
                    "insert into urls (hash, url, queue, state, due, fetched, kind, discovered, hops, visits)"
                    " values (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
                    (*where, state, due, fetched, visit.kind, visit.discovered, visit.hops),
                )
            elif visit.ends_lease or fetched >= (found[4] or 0):
                self._db.execute(
                    "update urls set state = ?, due = ?, fetched = ?, kind = ?, visits = visits + 1, crashes = 0,"
                    " attempts = iif(?, attempts + 1, 0), unchanged = iif(?, 0, unchanged + 1) where id = ?",
                    (state, due, fetched, visit.kind, visit.failed, visit.changed, found[0]),
                )

    @frontier_errors()
    def find(self, url: str) -> Lease | None:
        """What is known of a URL, in the form of a lease that nobody holds; None when nothing is."""
        row = self._db.execute(f"select queue, {_LEASED} from urls where hash = ? and url = ?", (_hash(url), url))  # noqa: S608
        found = row.fetchone()
        return None if found is None else self._lease(found[0], found[1:], alone=False)

    def nack(self, url: str, *, retry_at: datetime | None = None, tried: bool = True) -> None:
        """See `Frontier.nack`."""
        with self.transaction():
            found = self._known(url)
            if found is None:
                return
            state, due = (State.READY, None) if retry_at is None else (State.WAITING, _milliseconds(retry_at))
            self._db.execute(
                "update urls set state = ?, due = ?, attempts = attempts + ?, crashes = iif(?, 0, crashes)"
                " where id = ?",
                (state, due, int(tried), tried, found[0]),
            )
            if retry_at is None:
                self._filled[found[5]] = None

    def heartbeat(self, urls: Iterable[str]) -> None:
        """See `Frontier.heartbeat`."""
        expires = _milliseconds(self._clock() + self._term)
        with self.transaction():
            self._db.executemany(
                "update urls set due = ? where hash = ? and url = ? and state in (1, 3)",
                ((expires, _hash(url), url) for url in urls),
            )

    @frontier_errors()
    def stats(self, sites: Collection[str] | None = None) -> FrontierStats:
        """See `Frontier.stats`."""
        counts: dict[State, int] = dict.fromkeys(State, 0)
        for queue, state, count in self._db.execute("select queue, state, count(*) from urls group by queue, state"):
            if sites is None or self._names[queue][0] in sites:
                counts[State(state)] += count
        return FrontierStats(
            ready=counts[State.READY] + counts[State.SUSPECT],
            waiting=counts[State.WAITING],
            leased=counts[State.LEASED] + counts[State.ALONE],
            done=counts[State.DONE],
            failed=counts[State.FAILED],
            poison=counts[State.POISON],
        )

    @frontier_errors()
    def ready(self, sites: Collection[str] | None = None) -> int:
        """How many URLs could be leased now; cheap enough to be asked every second."""
        queues = [q for q in self._filled if sites is None or self._names[q][0] in sites]
        count = "select count(*) from urls where state = 0 and queue = ?"
        return sum(self._db.execute(count, (queue,)).fetchone()[0] for queue in queues)

    def has_work(self, sites: Collection[str] | None = None, *, busy: Collection[str] = (), until: datetime) -> bool:
        """True when something of *sites* can be leased now, or will be ready by *until*, from hosts not *busy*."""
        with self.transaction():
            self._return_what_is_due()
        wanted = {q for q, (site, host) in self._names.items() if (sites is None or site in sites) and host not in busy}
        if any(self._is_filled(queue) for queue in wanted & self._filled.keys()):
            return True
        odd = self._db.execute(
            "select queue, url from urls where state in (2, 4) union all"
            " select queue, url from urls where state = 7 and due <= ?",
            (_milliseconds(until),),
        )
        return any(queue in wanted and url not in self._tried_alone for queue, url in odd)

    def _is_filled(self, queue: int) -> bool:
        if self._db.execute("select 1 from urls where state = 0 and queue = ? limit 1", (queue,)).fetchone():
            return True
        del self._filled[queue]
        return False

    def recheck(self, sites: Collection[str] | None = None) -> int:
        """Make everything that was fetched or failed due at once; gives how many."""
        with self.transaction():
            changed = 0
            for queue, (site, _) in self._names.items():
                if sites is None or site in sites:
                    changed += self._db.execute(
                        "update urls set state = 0, due = null, attempts = 0 where queue = ? and state in (5, 6, 7)",
                        (queue,),
                    ).rowcount
                    self._filled[queue] = None
        return changed

    def fetch_again(self, urls: Iterable[str], *, only_failed: bool = False) -> int:
        """Make those of *urls* that were fetched or failed due at once, as after a loss; gives how many.

        *only_failed* for those alone that gave no answer when they were asked last.
        """
        with self.transaction():
            returned = [
                queue
                for url in urls
                for (queue,) in self._db.execute(
                    "update urls set state = 0, due = null, attempts = 0, unchanged = 0"
                    " where hash = ? and url = ? and (state = 6 or (? and state in (5, 7))) returning queue",
                    (_hash(url), url, not only_failed),
                ).fetchall()
            ]
        self._filled.update(dict.fromkeys(returned))
        return len(returned)

    def recover(self) -> tuple[int, list[str]]:
        """Take back what a dead job held. Gives the number of leases and the URLs that are now poison.

        To be called when all that the WARCs hold is acknowledged: what is still leased was in flight.
        """
        with self.transaction():
            poison = self._db.execute(
                "update urls set state = ?, due = null, crashes = crashes + 1 where state = ? returning url",
                (State.POISON, State.ALONE),
            ).fetchall()
            held = self._db.execute(
                "update urls set crashes = crashes + 1, due = null,"
                " state = iif(crashes + 1 >= ?, ?, ?) where state = ? returning queue",
                (SUSPECT_AFTER, State.SUSPECT, State.READY, State.LEASED),
            ).fetchall()
        self._filled.update(dict.fromkeys(queue for (queue,) in held))
        return len(poison) + len(held), sorted(url for (url,) in poison)

    def release(self) -> int:
        """Give back what this job holds, at an orderly end; gives how many."""
        with self.transaction():
            alone = self._db.execute("update urls set state = 2, due = null where state = 3").rowcount
            held = self._db.execute("update urls set state = 0, due = null where state = 1").rowcount
        return alone + held

    @frontier_errors()
    def watermark(self, warc: str) -> int:
        """The offset below which every group of this WARC is acknowledged."""
        row = self._db.execute("select offset from watermarks where warc = ?", (warc,)).fetchone()
        return row[0] if row else 0

    @frontier_errors()
    def watermarks(self) -> dict[str, int]:
        """All watermarks."""
        return dict(self._db.execute("select warc, offset from watermarks"))

    def set_watermarks(self, watermarks: Mapping[str, int]) -> None:
        """Move watermarks; they only go forward."""
        with self.transaction():
            self._db.executemany(
                "insert into watermarks values (?, ?)"
                " on conflict (warc) do update set offset = max(offset, excluded.offset)",
                watermarks.items(),
            )

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the file. Raises DiskFull."""
        with frontier_errors():
            self._db.execute("pragma wal_checkpoint(truncate)").fetchall()

    def close(self) -> None:
        """Fold the write-ahead log into the file, where there is room for it, and close it."""
        with suppress(sqlite3.DatabaseError):  # what is in the log is as good as what is in the file
            self._db.execute("pragma wal_checkpoint(truncate)")
        self._db.close()

    def _queue(self, site: str, host: str) -> int:
        queue = self._queues.get((site, host))
        if queue is None:
            self._db.execute("insert or ignore into queues (site, host) values (?, ?)", (site, host))
            found = self._db.execute("select id from queues where site = ? and host = ?", (site, host)).fetchone()
            queue = self._remember_queue(found[0], site, host)
        return queue

    def _remember_queue(self, queue: int, site: str, host: str) -> int:
        self._queues[site, host] = queue
        self._names[queue] = (site, host)
        return queue


class _Seen:
    """The offers of late, so that the hundred links that every page of a site repeats cost no query.

    Two generations of bounded size; they begin anew when a transaction is rolled back.
    """

    def __init__(self, size: int = 30_000) -> None:
        self._size = size
        self._young: dict[str, tuple[int, str]] = {}
        self._old: dict[str, tuple[int, str]] = {}

    def knows(self, offer: Candidate) -> bool:
        """True for an offer that says no more than one before; else it is remembered."""
        known = self._young.get(offer.url) or self._old.get(offer.url)
        if known is not None and offer.priority <= known[0] and offer.updated <= known[1]:
            return True
        if len(self._young) >= self._size:
            self._old, self._young = self._young, {}
        self._young[offer.url] = (offer.priority, offer.updated)
        return False


def _connect(path: Path) -> sqlite3.Connection:
    with frontier_errors():
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # busy_timeout before journal_mode: changing the mode may already have to wait
        for pragma in ("busy_timeout = 10000", "journal_mode = wal", "synchronous = full", "cache_size = -65536"):
            db.execute(f"pragma {pragma}")
        version = db.execute("pragma user_version").fetchone()[0]
        if version > _VERSION:
            raise UsageError(f"{path}: written by a newer pressmark (schema {version}); install that version")
        if version == 0:
            db.executescript(f"begin immediate; {_SCHEMA} pragma user_version = {_VERSION}; commit;")
    return db


def _hash(url: str) -> int:
    return zlib.crc32(url.encode("utf-8", "surrogatepass"))


def _milliseconds(when: datetime) -> int:
    return int(when.timestamp() * 1000)


def _datetime(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
