"""The beginning of a job: what is asked for is checked, the collection locked, what a crash left behind made good.

Every step may itself be the last one before a crash: done again, it goes on from whatever it finds.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from archive.catching_up import catch_up
from archive.collection import Collection
from archive.database_errors import DamagedCatalog, check_structure
from archive.errors import DamagedRecord, UsageError
from archive.files import Files, disk_errors, keep_reserve
from archive.index import Catalog
from archive.jobs import first_job_record, job_records, opening_fields
from archive.lost import keep_only, losses
from archive.model import Capture, Reading
from archive.urlkey import url_key
from archive.warc import CapturedRecord, WarcWriter
from crawler.bindings import default_reader, site_files
from crawler.browser import require_browser
from crawler.clock import SteadyClock
from crawler.contact import require_contact
from crawler.deriving import derive_frontier
from crawler.file_handles import fit
from crawler.folding import Folding, Settled
from crawler.frontier import DamagedFrontier, Frontier, SqliteFrontier
from crawler.orders import CrawlOrder
from crawler.reading_child import record_of, record_path
from crawler.reading_pool import BlockingReader, ChildProgram, ReadingPool, children_for
from crawler.subscriptions import Subscription, subscriptions_of
from crawler.targets import Scopes, resolve
from pipelines.site import OBEYED, Site
from pipelines.urls import registered_domain
from spiders.candidates import Candidate, Scope

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from crawler.job import Reads
    from pipelines.read import Reader

log = logging.getLogger(__name__)


class InProcess:
    """Reads pages in the crawling process, without limits; for tests, and where no child may be started."""

    def __init__(self, archive_dir: Path, reader: Reader) -> None:
        self._archive_dir = archive_dir
        self._reader = reader

    async def start(self) -> None:
        """Nothing to start."""

    async def read(self, capture: Capture) -> Reading:
        """The reading of the record at the capture's place."""
        return self._reader.read(record_of(self._archive_dir, capture))

    async def close(self) -> None:
        """Nothing to end."""


@dataclass(slots=True, kw_only=True)
class Opened:
    """What a job holds while it runs."""

    job: str
    """Name of the job."""

    started_at: datetime
    """When it began."""

    clock: SteadyClock
    """Its clock."""

    collection: Collection
    """The collection, locked."""

    catalog: Catalog
    """Its catalog, open for writing."""

    frontier: Frontier
    """Its frontier."""

    writer: WarcWriter
    """Writes its WARC files."""

    files: Files
    """The disk."""

    folding: Folding
    """Folds into catalog and frontier."""

    scopes: Scopes
    """Say what pages lead to."""

    reads: Reads
    """Reads captures."""

    reader_id: str
    """Id of the reader."""

    sites: frozenset[str]
    """The sites of the targets."""

    delays: Mapping[str, float]
    """By host: the pause between two requests that its site file asks for."""

    concurrencies: Mapping[str, int]
    """By host: the requests in flight that its site file allows."""

    unchecked: tuple[Scope, ...]
    """Those of them whose files say that certificates are not checked."""

    subscriptions: Mapping[str, Subscription]
    """By site: how its subscriber logs in."""

    obeyed: Mapping[str, frozenset[str]]
    """By site: what of that which its pages reserve is obeyed."""

    recovered: int
    """Captures of an earlier, broken job that were folded first."""

    aborted: list[tuple[Capture, str]]
    """Those of them that could not be read within the limits of a page, and why."""

    waits: list[float]
    """Seconds before each further attempt of a URL."""

    closing: ExitStack
    """What is to be closed at the end, lock last."""

    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    """What runs beside Scrapy's requests."""

    def fold_end(self, growing: str, closing_at: int, *, everything_is_folded: bool) -> None:
        """Fold what the WARC files say of the job itself.

        *closing_at* is where in the file *growing* its closing record begins; that record may have been the last to fit
        in. When *everything_is_folded*, the watermarks move to the end of the file.
        """
        path = record_path(self.collection.archive_dir, growing)
        for name in dict.fromkeys([*(path.name for path in self.writer.finished), growing]):
            first = first_job_record(record_path(self.collection.archive_dir, name), name)
            if first is not None:
                self.catalog.add_job_record(first)
        for record in job_records(path, growing, closing_at):
            self.catalog.add_job_record(record)
        reached = {growing: path.stat().st_size} if everything_is_folded else {}
        self.catalog.commit(reached)
        self.frontier.set_watermarks(reached)

    def close(self, *, frontier_is_damaged: bool = False) -> None:
        """Close the databases and give the lock back."""
        with self.closing:
            if frontier_is_damaged:
                set_aside(self.collection.frontier_path)


def open_job(order: CrawlOrder, settings: BaseSettings, *, files: Files | None = None) -> Opened:
    """Begin a job. Raises PressmarkError, with nothing changed, when it cannot."""
    fit(settings, children=_children(settings))
    return _Opening(order, settings, files or Files()).open()


class _Opening:
    """A job on its way to being open."""

    def __init__(self, order: CrawlOrder, settings: BaseSettings, files: Files) -> None:
        self.order = order
        self.settings = settings
        self.files = files
        self.clock = SteadyClock()
        self.started_at = self.clock()
        self.job = f"{self.started_at:%Y%m%d%H%M%S}-{os.getpid()}"
        self.site_files = site_files()
        self.targets = [
            resolve(target, self.site_files, since=order.since, alone=order.alone) for target in order.targets
        ]
        self.sites = frozenset(target.scope.site for target in self.targets)
        require_contact(order, [_host(target.seeds[0].url) for target in self.targets])
        self.subscriptions = subscriptions_of(self._sites_with_files(), os.environ)
        self.obeyed = self._obeyed()
        if rendered := sorted(target.scope.site for target in self.targets if target.scope.render):
            require_browser(rendered[0], settings.get("PRESSMARK_BROWSER"))
        self.waits = [float(wait) for wait in settings.getlist("PRESSMARK_RETRY_WAITS")]

    def _obeyed(self) -> dict[str, frozenset[str]]:
        """By site: what is obeyed, by the settings and the site's file."""
        always = frozenset(map(str, self.settings.getlist("PRESSMARK_OBEY")))
        if unknown := always - OBEYED:
            raise UsageError(f"{min(unknown)!r} cannot be obeyed, only {' and '.join(sorted(OBEYED))}")
        of_files = {site.name: site.obey for site in self._sites_with_files()}
        obeyed = {site: always | of_files.get(site, frozenset()) for site in self.sites}
        return {site: words for site, words in obeyed.items() if words}

    def _by_host(self, key: str) -> dict[str, Any]:
        """By host of a target: what its site file says under that key of politeness, where it does.

        What the operator says on the command line holds; then nobody asks for this.
        """
        asked = {site.name: getattr(site.politeness, key) for site in self._sites_with_files()}
        named = [target for target in self.targets if asked.get(target.scope.site) is not None]
        return {registered_domain(seed.url): asked[one.scope.site] for one in named for seed in one.seeds}

    def _sites_with_files(self) -> list[Site]:
        return [self.site_files.named(name) for name in sorted(self.sites) if name in self.site_files.names]

    def open(self) -> Opened:
        collection = Collection.create(self.order.collection, site_of=registered_domain)
        with ExitStack() as locked:
            locked.enter_context(collection.lock())
            try:
                opened = self._open_locked(collection)
            except DamagedFrontier as damage:  # which was only seen when it was used
                log.warning("%s", damage)
                set_aside(collection.frontier_path)
                opened = self._open_locked(collection)
            locked.enter_context(opened.closing)
            opened.closing = locked.pop_all()
        return opened

    def _open_locked(self, collection: Collection) -> Opened:
        with ExitStack() as closing:
            opened = self._open(collection, closing)
            opened.closing = closing.pop_all()
        return opened

    def _open(self, collection: Collection, closing: ExitStack) -> Opened:
        keep_reserve(self.files, collection.path)
        collection.recover(self.files)
        reader = default_reader()
        _set_aside_what_is_damaged(collection, reader.id)
        _read_anew(collection, reader.id)
        catalog = collection.catalog(reader_id=reader.id)
        closing.callback(catalog.close)
        frontier = self._frontier(collection, catalog)
        closing.callback(frontier.close)
        scopes = self._scopes()
        folding = self._folding(catalog, frontier, scopes)
        program = ChildProgram(collection.archive_dir)
        in_process = reader if _children(self.settings) == 0 else None
        recovered, aborted = _catch_up(collection, folding, _WhenNeeded(program, in_process))
        _take_back(frontier)
        self._plant(frontier)
        self._fetch_lost(collection, catalog, frontier)
        return Opened(
            job=self.job,
            started_at=self.started_at,
            clock=self.clock,
            collection=collection,
            catalog=catalog,
            frontier=frontier,
            writer=self._writer(collection),
            files=self.files,
            folding=folding,
            scopes=scopes,
            reads=_reads(self.settings, program, reader),
            reader_id=reader.id,
            sites=self.sites,
            delays={} if self.order.delay is not None else self._by_host("delay"),
            concurrencies={} if self.order.concurrency is not None else self._by_host("concurrency"),
            unchecked=tuple(each.scope for each in self.targets if not each.scope.check_certificate),
            subscriptions=self.subscriptions,
            obeyed=self.obeyed,
            recovered=recovered,
            aborted=aborted,
            waits=self.waits,
            closing=closing,
        )

    def _frontier(self, collection: Collection, catalog: Catalog) -> Frontier:
        """The frontier of the collection; one that is missing or damaged is derived from the catalog first."""
        path = collection.frontier_path
        if path.is_dir():
            raise UsageError(f"{path} is a folder, not a database; move it away, the frontier is then derived anew")
        try:
            if path.exists():
                return SqliteFrontier(path, clock=self.clock)
        except DamagedFrontier as damage:
            log.warning("%s", damage)
            set_aside(path)
        beside = path.with_name(f"{path.name}.new")
        with disk_errors(path):
            for remains in path.parent.glob(f"{beside.name}*"):
                self.files.unlink(remains)
        derived = SqliteFrontier(beside, clock=self.clock)
        count = derive_frontier(collection.catalog_path, self._folding(catalog, derived, self._scopes()))
        derived.checkpoint()
        derived.close()
        with disk_errors(path):
            for suffix in ("-wal", "-shm"):  # SQLite would take the log of a lost frontier for that of the new one
                self.files.unlink(path.with_name(path.name + suffix))
            self.files.rename(beside, path)
            self.files.sync_directory(path.parent)
        if count:
            log.warning("the frontier was derived anew from the %d captures of the catalog", count)
        return SqliteFrontier(path, clock=self.clock)

    def _scopes(self) -> Scopes:
        return Scopes(self.targets, self.site_files, only_redirects=self.order.alone)

    def _folding(self, catalog: Catalog, frontier: Frontier, scopes: Scopes) -> Folding:
        return Folding(
            catalog=catalog,
            frontier=frontier,
            candidates=scopes.candidates,
            host_of=registered_domain,
            waits=self.waits,
            clock=self.clock,
        )

    def _plant(self, frontier: Frontier) -> None:
        with frontier.transaction():
            for target in self.targets:
                frontier.put(target.seeds)
                # Who names a target again has looked at the network, or allowed its address.
                frontier.fetch_again((seed.url for seed in target.seeds), only_failed=True)
            if self.order.recheck:
                frontier.recheck(self.sites)

    def _fetch_lost(self, collection: Collection, catalog: Catalog, frontier: Frontier) -> None:
        """Have fetched again what a repair could not save, until it was tried; see `archive.lost`."""
        noted = losses(collection.path)
        tried = "select 1 from captures where urlkey = ? and captured_at >= ? limit 1"
        lost = [one for one in noted if not catalog.connection.execute(tried, (url_key(one.url), one.at)).fetchone()]
        with frontier.transaction():
            frontier.put(self._candidate(one.url) for one in lost if frontier.find(one.url) is None)
            frontier.fetch_again(one.url for one in lost)
        if len(lost) < len(noted):
            keep_only(collection.path, lost, self.files)

    def _candidate(self, url: str) -> Candidate:
        covering = (target.scope.site for target in self.targets if target.scope.covers(url))
        host = registered_domain(url)
        return Candidate(url=url, site=next(covering, host), host=host, discovered="recheck")

    def _writer(self, collection: Collection) -> WarcWriter:
        software = f"pressmark/{version('pressmark')}"
        warcinfo = {
            **opening_fields(self.job, sites=self.sites, software=software),
            "format": "WARC File Format 1.1",
            "robots": "obey" if self.settings.getbool("ROBOTSTXT_OBEY") else "ignore",
            "operator": self.order.contact,
            "http-header-user-agent": self.settings.get("USER_AGENT") or "",
            "hostname": socket.gethostname(),
            "siteFiles": self.site_files.digest,
            "settings": json.dumps({name: self.settings.get(name) for name in _TOLD}, default=str),
        }
        return WarcWriter(
            collection.path,
            prefix="pressmark",
            warcinfo={name: value for name, value in warcinfo.items() if value},
            max_bytes=self.settings.getint("PRESSMARK_MAX_WARC_BYTES"),
            files=self.files,
        )


def set_aside(path: Path) -> None:
    """Move a database that is damaged out of the way, with its log."""
    files, quarantine = Files(), path.parent / "quarantine"
    with disk_errors(quarantine):
        files.make_directory(quarantine)
        for part in path.parent.glob(f"{path.name}*"):
            files.rename(part, quarantine / f"{part.name}.{datetime.now(UTC):%Y%m%d%H%M%S%f}")


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _set_aside_what_is_damaged(collection: Collection, reader_id: str) -> None:
    """What is no whole database any more is made again: the catalog from the WARCs, the frontier from the catalog."""
    for path, source in ((collection.catalog_path, "the WARC files"), (collection.frontier_path, "the catalog")):
        try:
            if path.exists():
                check_structure(path)
            if path == collection.catalog_path:
                collection.is_current(reader_id)
        except DamagedCatalog as damage:
            log.warning("%s; it is put into quarantine/ and made anew from %s", damage, source)
            set_aside(path)


def _read_anew(collection: Collection, reader_id: str) -> None:
    """A catalog names its one reader: where ours is another, everything is read again first."""
    if collection.is_current(reader_id):
        return
    log.warning("the catalog was read by an earlier version; all pages are read again first, from the WARC files")
    collection.rebuild(default_reader, workers=children_for(os.cpu_count()), on_damage=_warn_of)


def _warn_of(damage: DamagedRecord) -> None:
    log.warning("passed over: %s", damage)


def _catch_up(
    collection: Collection, folding: Folding, when_needed: _WhenNeeded
) -> tuple[int, list[tuple[Capture, str]]]:
    """Fold and acknowledge what an earlier job has written but not folded.

    Gives the number of captures, and those whose reading was aborted, with the reasons.
    """
    catalog, frontier = folding.catalog, folding.frontier
    unknown = catalog.watermarks().keys() - frontier.watermarks().keys()
    if unknown:  # imported since, or a crash came before the frontier had heard of the file
        derive_frontier(collection.catalog_path, folding, warcs=unknown)

    def acknowledge(batch: list[tuple[Capture, Reading | None]], watermarks: Mapping[str, int]) -> None:
        folding.acknowledge([Settled(capture=capture, reading=reading) for capture, reading in batch], watermarks)

    with when_needed as reader:
        caught_up = catch_up(
            catalog,
            collection.archive_dir,
            reader.read,
            since=frontier.watermarks(),
            on_batch=acknowledge,
            site_of=registered_domain,
        )
    for damage in caught_up.damaged:
        _warn_of(damage)
    if caught_up.captures:
        log.warning("%d captures of an earlier job were folded first", caught_up.captures)
    return caught_up.captures, reader.aborted


class _WhenNeeded:
    """A reading child that is started with the first page, for most jobs have nothing to catch up.

    Where no child may be started, *in_process* reads.
    """

    def __init__(self, program: ChildProgram, in_process: Reader | None) -> None:
        self._program = program
        self._in_process = in_process
        self._reader: BlockingReader | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._reader is not None:
            self._reader.close()

    @property
    def aborted(self) -> list[tuple[Capture, str]]:
        """Pages that could not be read within the limits, and why."""
        return self._reader.aborted if self._reader is not None else []

    def read(self, record: CapturedRecord) -> Reading:
        """The reading of the record, within the limits of a page."""
        if self._in_process is not None:
            return self._in_process.read(record)
        self._reader = self._reader or BlockingReader(self._program)
        return self._reader.read(record)


def _take_back(frontier: Frontier) -> None:
    """All that was folded is acknowledged: what is still leased was in flight at a crash."""
    _, poison = frontier.recover()
    for url in poison:
        log.warning("%s was in flight, alone, when the crawler died; it is tried last", url)


_TOLD = (
    "DOWNLOAD_DELAY",
    "CONCURRENT_REQUESTS_PER_DOMAIN",
    "DOWNLOAD_TIMEOUT",
    "DOWNLOAD_MAXSIZE",
    "PRESSMARK_ALLOW_NETWORKS",
    "PRESSMARK_CONNECT_TO",
    "PRESSMARK_OBEY",
)


def _reads(settings: BaseSettings, program: ChildProgram, reader: Reader) -> Reads:
    children = _children(settings)
    return ReadingPool(program, size=children) if children else InProcess(program.archive_dir, reader)


def _children(settings: BaseSettings) -> int:
    """How many processes read pages; 0 for none."""
    children = settings.get("PRESSMARK_READING_CHILDREN")
    return int(children) if children is not None else children_for(os.cpu_count())
