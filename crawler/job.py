"""One crawl into one collection: the write protocol from the lease to the catalog, so that nothing is lost.

    W1  lease URLs from the frontier                                    `schedule`
    W2  append request, response and metadata to the WARC, one write    `record`
    W3  sync the WARC                                                   `flush`
    W4  commit readings to the catalog, then outlinks and
        acknowledgements to the frontier                                `flush`
    W5  finish the WARC: sync, MANIFEST, rename, index                  `close`

The order is the promise: no row ever points at bytes that may vanish, no URL is done before its capture is folded.
`crawler.opening` does what comes before: lock, recovery, catching up.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from archive.errors import DiskFull, NothingReached, PressmarkError
from archive.files import keep_reserve, storage_error
from archive.jobs import closing_note
from archive.model import READ, Article, Capture, Exchange, Listing, Reading, Unreadable
from archive.relations import Relations
from archive.warc import Group, build_conversion, build_group, build_note
from archive.warc_read import CapturedRecord
from crawler import left_alone
from crawler.context import CAPTURE, LEASE, RENDER
from crawler.failures import ExchangeFailed, HostPaused, RobotsForbidden, RobotsUnreachable
from crawler.folding import MAX_GROUP, Settled
from crawler.frontier import DamagedFrontier, Lease
from crawler.orders import CrawlOrder, CrawlSummary, Progress, SiteSummary
from crawler.overdue import silent_since
from crawler.reading_child import record_of
from crawler.reading_pool import ReadingAborted, ReadingStopped
from crawler.scheduler import PAGES, Schedule
from crawler.settling import asked_pause
from crawler.silence import NO_CONNECTION, Silence
from crawler.subscriptions import LoginFailed
from crawler.watermarks import Watermarks
from pipelines.urls import registered_domain
from spiders.barren import Barren
from spiders.candidates import Scope
from spiders.traps import resembles
from spiders.walls import REST, Walls

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.opening import Opened

log = logging.getLogger(__name__)

INTERRUPTED = 11
NO_NEWS = 7
TOO_BIG = 14
TOO_LONG = 15
BLOCKED = 18

_MAX_WAIT = 0.2
_MAX_BYTES = 4 << 20
MAX_LOG = 64 << 20
"""Bytes of the catalog's write-ahead log from which on it is emptied."""

_LIGHT = 80_000
"""Characters of links and entries of one group, with `_LINK` for each; to fold more would hold up the event loop for
too long: it takes 30 ms for 300 links of ordinary length, or for 60 of a thousand characters."""

_LINK = 200
_PAUSE = "pressmark_pause"
"""Key of `request.meta` for the seconds that an answer asks us to wait."""

_ENDINGS = {"finished": 0, "shutdown": INTERRUPTED}
_BLOCKING = frozenset({403, 429, 503})


class Reads(Protocol):
    """Reads captures, in children (`ReadingPool`) or in this process (`crawler.opening.InProcess`)."""

    async def start(self) -> None: ...

    async def read(self, capture: Capture) -> Reading: ...

    async def close(self) -> None: ...


class Job:
    """A running crawl. Scrapy's components call it; it knows Scrapy's requests and responses, not its engine."""

    def __init__(self, order: CrawlOrder, opened: Opened, *, room: int = 32) -> None:
        self.order = order
        self.name = opened.job
        self.counts: Counter[str] = opened.folding.counts
        self.barren = Barren()
        self.silence = Silence(opened.waits)
        self.walls = Walls()
        self.schedule = Schedule(
            opened.frontier,
            sites=opened.sites,
            room=room,
            concurrency=order.concurrency or 1,
            concurrency_of=opened.concurrencies,
            max_pages=order.max_pages,
            bars=self._bars,
            is_barren=self._is_barren,
            resting=lambda: self.silence.hosts,
            clock=opened.clock,
        )
        self.subscriptions = opened.subscriptions
        self.obeyed = opened.obeyed
        self.refused: dict[str, str] = {}
        """By host that is left alone: why the login to it failed."""
        self.error: Exception | None = None
        self.on_stop: Callable[[str], None] = lambda _: None
        self.on_fold: Callable[[], None] = lambda: None
        self.on_progress: Callable[[Progress], None] | None = None
        self.max_log = MAX_LOG
        self._opened = opened
        self._writer = opened.writer
        self._marks = Watermarks()
        self._begins: dict[str, tuple[str, int]] = {}
        self._previous: dict[str, Capture] = {}
        self._held: dict[str, Settled] = {}
        self._queue: list[Settled] = []
        self._queued: set[str] = set()
        self._queued_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._apart: Future[None] | None = None
        self._pending = 0
        self._ending = ("", 0)
        self._by_site: Counter[tuple[str, str]] = Counter()
        self._handed_out: Counter[tuple[str, str]] = Counter()
        self._summary: CrawlSummary | None = None
        self._left_alone: dict[str, Any] = {}
        for capture, reason in opened.aborted:
            self._note_abort(capture, reason)

    # W1

    def _bars(self, lease: Lease) -> bool:
        if self.silence.bars(lease.url):
            return True
        bound = self.order.at_most.get(lease.kind)
        if bound is not None:
            self._handed_out[lease.site, lease.kind] += 1
            if self._handed_out[lease.site, lease.kind] > bound:
                return True
        return False

    def _is_barren(self, lease: Lease) -> bool:
        barred = self.barren.bars(lease.url, discovered=lease.discovered, priority=lease.priority, via=lease.via)
        if barred and (kind := resembles(lease.url)):
            self._opened.scopes.note_traps(lease.site, kind, [lease.url])
        return barred

    def conditions(self, lease: Lease) -> Capture | None:
        """The earlier capture that a URL's new answer is compared with; None for one never fetched."""
        if not lease.visits:
            return None
        previous = self._opened.catalog.latest_capture(lease.url)
        if previous is not None:
            self._previous[lease.url] = previous
        return previous

    def renders(self, lease: Lease) -> bool:
        """Whether the page of a lease is given to a browser, since the file of its site says so."""
        return lease.kind in PAGES and self._opened.scopes.of(lease.site).render

    @property
    def has_rendering(self) -> bool:
        """Whether a site of the targets has its pages given to a browser."""
        return any(self._opened.scopes.of(site).render for site in self._opened.sites)

    def scope(self, site: str) -> Scope:
        """Which URLs belong to the site of that name."""
        return self._opened.scopes.of(site)

    def compare(self, url: str) -> None:
        """Have the next answer of that URL compared with the last one, so that an equal one is kept as a revisit."""
        previous = self._opened.catalog.latest_capture(url) if self._apart is None else None
        if previous is not None:
            self._previous[url] = previous

    def has_work(self) -> bool:
        """True when something is left to do; readings that wait are folded first, for they may lead further."""
        if self._opened.tasks:
            return True
        self.flush()
        return self.schedule.has_work()

    def kept(self, url: str) -> CapturedRecord | None:
        """The newest answer of that URL that the collection keeps; None where all is to be fetched again."""
        capture = None if self.order.recheck else self._opened.catalog.latest_capture(url)
        if capture is None:
            return None
        try:
            record = record_of(self._opened.collection.archive_dir, capture)
            parsed = record.message
        except (PressmarkError, OSError) as damage:
            log.warning("%s: what is kept of it cannot be read: %s", url, damage)
            return None
        return record if parsed.status else None

    def checks_certificate(self, url: str) -> bool:
        """False where the file of one of the job's sites says that its certificates are not checked."""
        return not any(scope.covers(url) for scope in self._opened.unchecked)

    # W2

    def record(self, exchange: Exchange) -> Capture:
        """Append the exchange to the WARC. Raises DiskFull, and the job ends."""
        exchange = replace(exchange, job=self.name)
        previous = self._previous.pop(exchange.url, None)
        return self._append(build_group(exchange, previous=previous, warcinfo_id=self._writer.warcinfo_id))

    async def record_large(self, exchange: Exchange) -> Capture:
        """As `record`, with hashing and compression in a thread."""
        exchange = replace(exchange, job=self.name)
        previous = self._previous.pop(exchange.url, None)
        while True:
            warcinfo_id = self._writer.warcinfo_id
            group = await asyncio.to_thread(build_group, exchange, previous=previous, warcinfo_id=warcinfo_id)
            if warcinfo_id == self._writer.warcinfo_id:  # no new file was begun meanwhile
                return self._append(group)

    def record_conversion(self, exchange: Exchange, content: bytes, content_type: str, *, about: str) -> Capture:
        """Append what was made of the record *about*, as `record` does."""
        exchange = replace(exchange, job=self.name)
        warcinfo_id = self._writer.warcinfo_id
        return self._append(build_conversion(exchange, content, content_type, about=about, warcinfo_id=warcinfo_id))

    def _append(self, group: Group) -> Capture:
        try:
            capture = self._writer.append(group)
        except PressmarkError as error:
            self.fail(error)
            raise
        begin = capture.offset - group.capture.offset
        self._marks.appended(capture.warc, begin, begin + len(group.data))
        self._begins[capture.record_id] = (capture.warc, begin)
        self.counts["warc/captures"] += 1
        self.counts["warc/bytes"] += len(group.data)
        self._by_site[capture.site, "received"] += len(group.data)
        if capture.kind != "conversion":
            self._by_site[capture.site, "failures" if capture.kind == "failure" else "captures"] += 1
        if capture.kind not in {"failure", "conversion"} and not _is_for_rules(capture):
            self._by_site[capture.site, "answers"] += 1
        self._queued_bytes += len(group.data)
        return capture

    # from response to reading

    async def item_of(self, response: Response) -> dict[str, Any] | None:
        """The article that a response was read as, as an item to be stored; anything else is folded at once."""
        capture: Capture = response.meta[CAPTURE]
        lease: Lease | None = response.meta.get(LEASE)
        if lease is not None:
            self.schedule.over(lease)
            self.silence.answered(lease.url, lease.host)
        pause = response.meta[_PAUSE] if _PAUSE in response.meta else self._pause(response, capture, lease)
        reading = await self.read(capture)
        again = lease is not None and self._session_has_ended(lease, response, capture, reading)
        settled = Settled(capture=capture, reading=reading, lease=lease, pause=pause, again=again)
        if not isinstance(settled.reading, Article):
            self.fold(settled)
            return None
        from pipelines.scrapy_steps import item_of

        self._held[capture.record_id] = settled
        return item_of(capture, settled.reading)

    def _session_has_ended(self, lease: Lease, response: Response, capture: Capture, reading: Reading | None) -> bool:
        """Whether the page is asked for again, since a subscriber's session had ended."""
        subscription = self.subscriptions.get(lease.site)
        if subscription is None or not subscription.has_ended(response, capture, reading):
            return False
        self.schedule.failed(lease)
        return True

    def heed(self, request: Any, response: Response) -> None:
        """An answer has come: if it asks us to wait we do from now on, not only when its callback's turn comes."""
        lease: Lease | None = request.meta.get(LEASE)
        capture: Capture | None = request.meta.get(CAPTURE)
        if lease is not None and capture is not None:
            request.meta[_PAUSE] = self._pause(response, capture, lease)

    async def read(self, capture: Capture) -> Reading | None:
        """What the capture is read as; None for one that has no reading of its own, and when nothing can be read."""
        if capture.kind not in READ:
            return None
        try:
            return await self._opened.reads.read(capture)
        except ReadingAborted as abort:
            self._note_abort(capture, str(abort))
            return Unreadable(reason=str(abort))
        except ReadingStopped as stop:
            self.fail(stop)  # nothing is committed any more: the next job catches up with this capture
            return None

    @cached_property
    def relations(self) -> Relations:
        """What is known of articles, for the items."""
        return Relations(self._opened.catalog.path)

    def count(self, what: str) -> None:
        """Count an event of the item pipelines."""
        self.counts[what] += 1

    def store(self, record_id: str) -> None:
        """Fold the reading whose item has come through the pipelines, or was dropped there; may be told again."""
        settled = self._held.pop(record_id, None)
        if settled is not None:
            self.fold(settled)

    def failed(self, failure: Failure) -> None:
        """A request had no answer: its failure is folded, or the URL goes back when there is no record of it."""
        request = failure.request  # type: ignore[attr-defined]  # Scrapy puts it there
        lease: Lease | None = request.meta.get(LEASE)
        capture: Capture | None = request.meta.get(CAPTURE)
        if lease is None:
            return
        self.schedule.over(lease)
        self.schedule.failed(lease)
        if isinstance(failure.value, HostPaused):
            self.schedule.give_back(lease)
            return
        if isinstance(failure.value, LoginFailed):
            self.refused[lease.host] = str(failure.value)
            self.schedule.pause(lease.host, REST)
            return
        self._note_silence(lease, failure.value)
        if capture is not None:
            pause = failure.value.retry_after if isinstance(failure.value, RobotsUnreachable) else None
            self.fold(Settled(capture=capture, reading=None, lease=lease, pause=pause))
        elif not isinstance(failure.value, PressmarkError):
            self.counts["frontier/returned"] += 1
            log.warning("%s: %s", lease.url, failure.value)

    def _note_silence(self, lease: Lease, failure: object) -> None:
        if isinstance(failure, RobotsForbidden) or not isinstance(failure, ExchangeFailed):
            return
        if failure.sent:
            self.silence.answered(lease.url, lease.host)
        elif failure.outcome in NO_CONNECTION:
            self.silence.failed(lease.url, lease.host, failure.outcome, str(failure))

    def left(self, request: Any) -> None:
        """A request has left the downloader; one that nobody waits for, such as for robots.txt, is folded here."""
        lease: Lease | None = request.meta.get(LEASE)
        if lease is not None:
            if RENDER not in request.meta:  # else its page goes to the browser first
                self.schedule.over(lease)
            return
        capture: Capture | None = request.meta.get(CAPTURE)
        if capture is not None:
            task = asyncio.get_running_loop().create_task(self._fold_unasked(capture))
            self._opened.tasks.add(task)
            task.add_done_callback(self._opened.tasks.discard)

    async def _fold_unasked(self, capture: Capture) -> None:
        self.fold(Settled(capture=capture, reading=await self.read(capture)))
        self.on_fold()

    def _pause(self, response: Response, capture: Capture, lease: Lease | None) -> float | None:
        """Seconds that the server asks us to wait; its host is left alone so long."""
        if capture.status not in _BLOCKING:
            return None
        self.counts["schedule/blocked"] += 1
        header = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
        asked = asked_pause(header, capture.captured_at)
        pause = self.walls.pause(capture_host(lease, capture), capture.status, asked)
        if pause is not None and lease is not None:
            self.schedule.pause(lease.host, pause)
        return pause

    # W3, W4

    def fold(self, settled: Settled) -> None:
        """Have a capture and its reading committed with the next group, within a fifth of a second."""
        record_id, lease = settled.capture.record_id, settled.lease
        is_told = record_id not in self._begins or record_id in self._queued
        if is_told and (lease is None or lease.kind == "robots"):
            return  # the answer that robots.txt's own policy got, and who asks for robots.txt gets too
        self._queued.add(record_id)
        self._queue.append(settled)
        if not settled.capture.is_rendered:  # what the browser makes of it is the page
            self.barren.saw(settled.capture, settled.reading)
        self._look_for_wall(settled)
        if isinstance(settled.reading, Article):
            self.counts["reading/article"] += 1
            self._by_site[settled.capture.site, "articles"] += 1
        elif settled.reading is not None:
            self.counts[f"reading/{settled.reading.kind}"] += 1
        if len(self._queue) >= MAX_GROUP or self._queued_bytes >= _MAX_BYTES:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_MAX_WAIT, self.flush)

    def _look_for_wall(self, settled: Settled) -> None:
        """Leave a host alone, for longer than this job waits, that answers with nothing but walls."""
        host = capture_host(settled.lease, settled.capture)
        if settled.lease is not None and not settled.again and self.walls.saw(host, settled.capture, settled.reading):
            log.warning("%s answers with nothing but %s; it is left to a later job", host, self.walls.closed[host])
            self.schedule.pause(host, REST)

    def flush(self) -> None:
        """Sync the WARC, then commit what waits. What goes wrong here ends the job.

        What leads to very many URLs is committed in a thread; until it is, nothing else is leased or committed.
        """
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._queue or self.error is not None or self._apart is not None:
            return
        group, self._queue, self._queued_bytes = self._queue, [], 0
        self._queued.clear()
        try:
            self._writer.sync()
            for settled in group:
                begun = self._begins.pop(settled.capture.record_id, None)
                if begun is not None:  # None for a refusal by robots.txt that was recorded before
                    self._marks.folded(*begun)
            if self._summary is None and leads_to_many(settled.reading for settled in group):
                self._fold_apart(group)
            else:
                self._opened.folding.fold(group, self._marks.reached())
        except Exception as error:  # noqa: BLE001  the boundary: what was not committed is caught up by the next job
            self.fail(error)
        self.on_fold()

    def _fold_apart(self, group: list[Settled]) -> None:
        """Fold in a thread; meanwhile the databases belong to it."""
        self._pending = self._opened.frontier.ready(self._opened.sites)
        self.schedule.is_held = True
        thread = ThreadPoolExecutor(1)
        self._apart = thread.submit(self._opened.folding.fold, group, self._marks.reached())
        thread.shutdown(wait=False)
        task = asyncio.get_running_loop().create_task(self._go_on_after(self._apart))
        self._opened.tasks.add(task)
        task.add_done_callback(self._opened.tasks.discard)

    async def _go_on_after(self, folding: Future[None]) -> None:
        await asyncio.wait([asyncio.wrap_future(folding)])
        self._join()
        self.flush()
        self.on_fold()

    def _join(self) -> None:
        """Wait for what is folded in a thread, if there is anything."""
        if self._apart is None:
            return
        error, self._apart = self._apart.exception(), None
        self.schedule.is_held = False
        if isinstance(error, Exception):
            self.fail(error)

    # ending

    def check_limits(self) -> None:
        """End the job where it has used up its time, size or disk; to be called about once a second."""
        self.schedule.keep_alive()
        limit = self.order.max_seconds
        if limit is not None and self._opened.clock.seconds >= limit:
            self.stop("--max-time reached", TOO_LONG)
        size = self.order.max_bytes
        if size is not None and self.counts["warc/bytes"] >= size:
            self.stop("--max-size reached", TOO_BIG)
        try:
            keep_reserve(self._opened.files, self._opened.collection.path)
        except DiskFull as full:
            self.stop(str(full), full.exit_code)

    def check_log(self) -> None:
        """Empty the catalog's write-ahead log when it has grown; who holds it up is told of once.

        To be called about once a second. SQLite reuses the log by itself, but for what some reader still looks at.
        """
        catalog = self._opened.catalog
        if self._apart is not None or self.error is not None or catalog.log_size < self.max_log or catalog.checkpoint():
            return
        self.counts["catalog/held_up"] += 1
        if self.counts["catalog/held_up"] == 1:
            log.warning(
                "another program reads %s in one long transaction: its log is at %d MB, and shrinks when that ends",
                catalog.path,
                catalog.log_size >> 20,
            )

    def stop(self, reason: str, code: int) -> None:
        """Hand out nothing more and end when what is in flight is done."""
        if not self._ending[0]:
            self._ending = (reason, code)
            self.schedule.closed = reason
            self.on_stop(reason)

    def fail(self, error: Exception) -> None:
        """End the job because it cannot go on; nothing more is committed."""
        if self.error is None:
            self.error = error
            code = error.exit_code if isinstance(error, PressmarkError) else 1
            log.error("%s", error, exc_info=None if isinstance(error, PressmarkError) else error)
            self.stop(str(error), code)

    @property
    def progress(self) -> Progress:
        """How far the job is."""
        return Progress(
            seconds=self._opened.clock.seconds,
            captures=self.counts["warc/captures"],
            articles=self.counts["reading/article"],
            failures=sum(count for (_, what), count in self._by_site.items() if what == "failures"),
            received=self.counts["warc/bytes"],
            pending=self._pending if self._apart is not None else self._opened.frontier.ready(self._opened.sites),
        )

    def tell_progress(self) -> None:
        """Tell the listener, if there is one, how far the job is."""
        if self.on_progress is not None:
            self.on_progress(self.progress)

    @property
    def delays(self) -> Mapping[str, float]:
        """By host: the pause between two requests that its site file asks for."""
        return self._opened.delays

    @property
    def paused(self) -> Mapping[str, float]:
        """Hosts that have asked us to wait, with the seconds that are left."""
        return self.schedule.paused

    @property
    def concurrencies(self) -> Mapping[str, int]:
        """By host: the requests in flight that its site file allows."""
        return self._opened.concurrencies

    @property
    def seconds(self) -> float:
        """Seconds since the job began."""
        return self._opened.clock.seconds

    async def start_reading(self) -> None:
        """Start the reading children. Raises PressmarkError when they cannot read."""
        await self._opened.reads.start()

    async def close(self, reason: str) -> CrawlSummary:
        """End the job in order: commit, give the leases back, finish the WARC. *reason* is Scrapy's."""
        await self._opened.reads.close()
        return self.close_at_once(reason)

    def close_at_once(self, reason: str) -> CrawlSummary:
        """As `close`, without waiting for readings: what is not folded is caught up by the next job."""
        if self._summary is not None:
            return self._summary
        for record_id in list(self._held):
            self.store(record_id)
        self._join()
        self.flush()
        self._join()
        self.counts["schedule/held_back"] += self.schedule.held_back
        self._left_alone = left_alone.stats_of(
            traps=self._opened.scopes.traps, barren=self.barren.barren_parts(), silent=self.silence.reasons()
        )
        self._summary = self._sum_up(reason)
        try:
            self._finish(self._summary)
        except PressmarkError as error:
            self._summary = self._broken_off(error, reason)
        except OSError as error:
            error_of_ours = storage_error(error, Path(error.filename or self.order.collection))
            self._summary = self._broken_off(error_of_ours, reason)
        finally:
            self._opened.close(frontier_is_damaged=isinstance(self.error, DamagedFrontier))
        return self._summary

    def _broken_off(self, error: PressmarkError, reason: str) -> CrawlSummary:
        self.fail(error)
        return self._sum_up(reason)

    def _finish(self, summary: CrawlSummary) -> None:
        self._opened.frontier.release()
        told = {f"silent/{site.site}" for site in summary.sites if not site.captures}  # by name, as targets
        for sentence in left_alone.sentences({name: x for name, x in self._left_alone.items() if name not in told}):
            log.warning("%s", sentence)
        if isinstance(self.error, DiskFull):  # the record of the end needs room too; without it the exit is unknown
            return
        if self._writer.position[0] or self._writer.finished:
            note = closing_note(self.name, finished_at=summary.finished_at, stats=summary.stats, exit_code=summary.exit)
            closing = self._writer.append_note(note)
            self._writer.sync()
            is_folded = self.error is None and not self._marks.waiting
            self._opened.fold_end(*closing, everything_is_folded=is_folded)
        self._writer.close()

    def _sum_up(self, reason: str) -> CrawlSummary:
        told, code = self._ending if self._ending[0] else (self.schedule.closed or reason, _ENDINGS.get(reason, 0))
        if not self.schedule.closed and code == 0:
            told, code = self._judge(told)
        waiting = self._opened.frontier.stats(self._opened.sites)
        return CrawlSummary(
            job=self.name,
            collection=self.order.collection,
            exit=code,
            reason="interrupted" if code == INTERRUPTED else told,
            started_at=self._opened.started_at,
            finished_at=self._opened.clock(),
            sites=tuple(self._of_site(site) for site in sorted({site for site, _ in self._by_site})),
            pending=waiting.ready + waiting.leased,  # what was leased ahead is given back
            recovered=self._opened.recovered,
            stats={name: count for name, count in sorted(self.counts.items()) if count} | self._left_alone,
        )

    def _judge(self, reason: str) -> tuple[str, int]:
        failures = sum(count for (_, what), count in self._by_site.items() if what == "failures")
        answers = sum(count for (_, what), count in self._by_site.items() if what == "answers")
        if failures and not answers:
            return "no target could be reached", NothingReached.exit_code
        if self.schedule.paused:
            return self._why_paused(), BLOCKED
        silent = self._silent_sites() if reason == "finished" else ()
        return ("; ".join(silent), NO_NEWS) if silent else (reason, 0)

    def _silent_sites(self) -> list[str]:
        """The sites that were to have news by their history and have none, in words."""
        if self.order.alone or self.order.at_most or self.error is not None:
            return []
        today, catalog = self._opened.clock().date(), self._opened.catalog.connection
        silent = []
        for site in sorted(self._opened.sites):
            day = silent_since(catalog, {site, *self._opened.scopes.of(site).domains}, today)
            silent += [f"nothing new from {site} since {day}, where news was to be expected"] if day else []
        return silent

    def _why_paused(self) -> str:
        walls = [f"{host} answers with nothing but {what}" for host, what in sorted(self.walls.closed.items())]
        refused = [f"the login to {host} failed: {why}" for host, why in sorted(self.refused.items())]
        waiting = sorted(self.schedule.paused.keys() - self.walls.closed.keys() - self.refused.keys())
        return "; ".join([*refused, *walls, *([f"asked to wait by {', '.join(waiting)}"] if waiting else [])])

    def _of_site(self, site: str) -> SiteSummary:
        return SiteSummary(
            site=site,
            **{what: self._by_site[site, what] for what in ("captures", "articles", "failures", "received")},
        )

    def _note_abort(self, capture: Capture, reason: str) -> None:
        self.counts["reading/aborted"] += 1
        log.warning("%s: reading aborted: %s", capture.url, reason)
        self._append_note(aborted_note(capture, reason, self._opened.reader_id, at=self._opened.clock()))

    def _append_note(self, note: bytes) -> None:
        try:
            self._writer.append_note(note)
        except PressmarkError as error:
            self.fail(error)
        self.counts["warc/bytes"] += len(note)


def _is_for_rules(capture: Capture) -> bool:
    """Whether it is of robots.txt, or of what that redirects to: an answer that shows no page of a site."""
    return capture.url.endswith("/robots.txt") or capture.hops.rstrip("R").endswith("P")


def capture_host(lease: Lease | None, capture: Capture) -> str:
    """Whom a request burdened."""
    return lease.host if lease is not None else registered_domain(capture.url)


def leads_to_many(readings: Iterable[Reading | None]) -> bool:
    """Whether the readings lead to so many URLs, or such long ones, that folding them takes long."""
    weight = 0
    for reading in readings:
        weight += sum(_LINK + len(link.url) for link in getattr(reading, "links", ()))
        weight += sum(_LINK + len(entry.link) for entry in reading.entries) if isinstance(reading, Listing) else 0
        if weight > _LIGHT:
            return True
    return False


def aborted_note(capture: Capture, reason: str, reader_id: str, *, at: datetime) -> bytes:
    """The metadata record that says that a page could not be read within the limits, for a rebuild to honour."""
    fields = {"readingAborted": reason, "reader": reader_id}
    return build_note(capture.url, fields.items(), at=at, about=capture.record_id)
