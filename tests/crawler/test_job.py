"""The write protocol, step by step: what is committed when, and what a job makes good that another left."""

import asyncio
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings

from archive.collection import Collection
from archive.errors import CollectionLocked, DiskFull, PressmarkError, UsageError
from archive.files import Files
from archive.index import Catalog
from archive.jobs import read_notes
from archive.model import Capture, Entry, Exchange, Listing, NotAnArticle, Reading, Unreadable
from archive.query import LONGEST, reading
from archive.warc import read_captures
from crawler.bindings import default_reader
from crawler.folding import Settled
from crawler.frontier import SqliteFrontier
from crawler.job import Job
from crawler.opening import Opened, open_job
from crawler.orders import CrawlOrder
from crawler.reading_pool import ReadingAborted, ReadingStopped
from spiders.candidates import Candidate

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SITE = "127.0.0.1:8000"
READ = NotAnArticle(reason="other")


class Watched(Files):
    """Files that tell what is done with them, and answer with an error when asked to."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.refuse = ""
        self.free: int | None = None

    def room(self, path: Path) -> tuple[int, int]:
        free, size = super().room(path)
        return (free if self.free is None else self.free), size

    def write(self, fd: int, data: bytes) -> int:
        self._do("write")
        return super().write(fd, data)

    def sync_data(self, fd: int) -> None:
        self._do("sync")
        super().sync_data(fd)

    def _do(self, name: str) -> None:
        self.done.append(name)
        if name == self.refuse:
            raise OSError(28, "No space left on device")


@pytest.fixture
def files() -> Watched:
    return Watched()


@pytest.fixture
def opened(tmp_path: Path, files: Watched) -> Callable[[], Opened]:
    settings = Settings()
    settings.setmodule("crawler.settings")
    settings.set("PRESSMARK_READING_CHILDREN", 0)
    order = CrawlOrder(targets=(f"http://{SITE}/",), collection=tmp_path / "kept")
    return lambda: open_job(order, settings, files=files)


@pytest.fixture
def job(opened: Callable[[], Opened], tmp_path: Path) -> Job:
    return Job(CrawlOrder(targets=(f"http://{SITE}/",), collection=tmp_path / "kept"), opened())


def exchange(path: str, **more: Any) -> Exchange:
    body = f"<p>{path}</p>".encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    asked = {"url": f"http://{SITE}{path}", "response": answer, "started_at": NOON, "finished_at": NOON, "site": SITE}
    return Exchange(**asked | more)


def settled(capture: Capture, reading: Reading | None = READ) -> Settled:
    return Settled(capture=capture, reading=reading)


def in_loop(steps: Callable[[], Any]) -> None:
    async def run() -> None:
        steps()

    asyncio.run(run())


def rows(tmp_path: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(tmp_path / "kept" / "catalog.db") as db:
        return db.execute(query).fetchall()


def test_synced_before_committed(job: Job, files: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """W2, W3, W4: one write, then the sync, then the catalog, then the frontier."""
    for owner, name in ((Catalog, "commit"), (SqliteFrontier, "set_watermarks")):
        original = getattr(owner, name)

        def told(*args: Any, _original: Any = original, _name: str = name) -> Any:
            files.done.append(_name)
            return _original(*args)

        monkeypatch.setattr(owner, name, told)
    job.record(exchange("/0"))
    files.done.clear()

    def steps() -> None:
        job.fold(settled(job.record(exchange("/1"))))
        job.flush()

    in_loop(steps)

    assert [name for name in files.done if name != "write"] == ["sync", "commit", "set_watermarks"]
    assert files.done[0] == "write"


def test_a_reserve_is_kept(job: Job, opened: Callable[[], Opened], files: Watched, tmp_path: Path) -> None:
    """With hardly any room a job ends in order, what it holds committed, and none begins; with room again it does."""
    files.free = 1_000

    def steps() -> None:
        job.fold(settled(job.record(exchange("/1"))))
        job.check_limits()

    in_loop(steps)
    summary = job.close_at_once("finished")

    assert (summary.exit, job.error) == (3, None)
    assert "only 0 MB are free" in summary.reason
    assert rows(tmp_path, "select count(*) from captures") == [(1,)]
    with pytest.raises(DiskFull, match="make room"):
        opened()
    files.free = None
    opened().close()


@pytest.mark.fault(90)
def test_the_archive_is_taken_away(job: Job, tmp_path: Path) -> None:
    """A job whose folder is removed under it ends with an error that names the file, and does not end in order."""
    in_loop(lambda: (job.fold(settled(job.record(exchange("/1")))), job.flush()))
    shutil.rmtree(tmp_path / "kept" / "archive")
    summary = job.close_at_once("finished")

    assert isinstance(job.error, PressmarkError)
    assert str(tmp_path / "kept" / "archive") in str(job.error)
    assert summary.exit == job.error.exit_code != 0


def test_the_watermark_waits_for_what_is_not_read(job: Job, opened: Callable[[], Opened]) -> None:
    """A group folded out of turn does not move the watermark; when the gap is closed it passes both."""
    first, second = (job.record(exchange(path)) for path in ("/1", "/2"))
    marks: list[int] = []

    def steps() -> None:
        for capture in (second, first):
            job.fold(settled(capture))
            job.flush()
            marks.append(job._opened.catalog.watermark(capture.warc))

    in_loop(steps)

    assert marks[0] <= first.offset
    assert marks[1] > second.offset
    assert job._opened.frontier.watermark(first.warc) == marks[1]


def test_what_was_not_folded_is_caught_up(job: Job, opened: Callable[[], Opened], tmp_path: Path) -> None:
    """Captures that a dead job had written but not folded are folded and acknowledged before anything is leased."""
    lease = job._opened.frontier.lease(1)[0]
    now = datetime.now(UTC)  # so that the home page is not due again
    for path in ("/", "/2", "/3"):
        job.record(exchange(path, started_at=now, finished_at=now))
    job._opened.closing.close()  # as dead as it can be in this process: locks and databases are let go, nothing more
    later = opened()

    assert later.recovered == 3
    assert [status for (status,) in rows(tmp_path, "select status from captures")] == [200] * 3
    assert later.frontier.stats().leased == 0
    assert lease.url == f"http://{SITE}/robots.txt"
    assert f"http://{SITE}/" not in [again.url for again in later.frontier.lease(99, per_host=99)]
    later.close()


@pytest.mark.fault(97)
def test_the_log_of_a_lost_frontier(job: Job, opened: Callable[[], Opened], tmp_path: Path) -> None:
    """Where frontier.db is gone and its write-ahead log is still there, the log does not get into the new frontier."""
    path, ghost = tmp_path / "kept" / "frontier.db", f"http://{SITE}/ghost"
    job._opened.frontier.put([Candidate(url=ghost, site=SITE, host=SITE)])
    log = path.with_name("frontier.db-wal").read_bytes()
    job._opened.closing.close()
    path.unlink()
    path.with_name("frontier.db-wal").write_bytes(log)

    later = opened()
    assert (later.frontier.find(ghost), later.frontier.find(f"http://{SITE}/") is None) == (None, False)
    later.close()


def test_disk_full(job: Job, files: Watched, tmp_path: Path) -> None:
    """Without room recording ends with DiskFull; what was whole stays, the leases go back, the exit code is 3."""
    kept = job.record(exchange("/1"))
    job._opened.frontier.lease(1)
    files.refuse = "write"
    with pytest.raises(DiskFull):
        job.record(exchange("/2"))
    summary = job.close_at_once("finished")
    growing = next((tmp_path / "kept" / "archive").iterdir())

    assert (summary.exit, "make room" in summary.reason) == (3, True)
    assert [record.capture.url for record, _ in read_captures(growing)] == [kept.url]
    assert SqliteFrontier(tmp_path / "kept" / "frontier.db").stats().leased == 0


def test_an_aborted_reading(job: Job, tmp_path: Path) -> None:
    """A page that cannot be read within the limits is Unreadable, and a record says so for every later rebuild."""

    class Gives:
        async def read(self, capture: Capture) -> Reading:
            raise ReadingAborted("more CPU time than a page may have")

    job._opened.reads = Gives()  # type: ignore[assignment]  # only asked to read
    capture = job.record(exchange("/1"))
    reading = asyncio.run(job.read(capture))
    reader_id = job._opened.reader_id
    job._opened.reads = None  # type: ignore[assignment]
    job.close_at_once("finished")
    warc = next((tmp_path / "kept" / "archive").glob("*.gz"))

    assert reading == Unreadable(reason="more CPU time than a page may have")
    assert read_notes(warc, warc.name).aborted == {(capture.record_id, reader_id): reading.reason}


@pytest.mark.parametrize("filled_by", ["the capture", "the closing record"])
def test_the_end_of_a_file(job: Job, tmp_path: Path, filled_by: str) -> None:
    """The last capture of a job, or the record of its end, may fill the WARC file; all is folded all the same."""
    writer = job._opened.writer
    if filled_by == "the capture":
        writer._max_bytes = 1
    capture = job.record(exchange("/1"))
    reading = asyncio.run(job.read(capture))
    in_loop(lambda: job.fold(settled(capture, reading)))
    writer._max_bytes = writer.position[1] + 1
    job.close_at_once("finished")

    assert rows(tmp_path, "select exit from jobs") == [(0,)]
    assert Collection.open(tmp_path / "kept").check_rebuild(default_reader) is None


def test_unchanged_pages_are_revisits(job: Job, opened: Callable[[], Opened], tmp_path: Path) -> None:
    """What was fetched before is compared with its earlier capture; the same payload becomes a revisit of it."""
    first = job.record(exchange("/1"))
    in_loop(lambda: job.fold(settled(first)))
    job.close_at_once("finished")
    again = Job(job.order, opened())
    lease = again._opened.frontier.find(first.url)
    assert lease is not None

    previous = again.conditions(lease)
    second = again.record(exchange("/1", started_at=NOON + timedelta(days=1)))
    again.close_at_once("finished")

    assert previous is not None
    assert previous.record_id == first.record_id
    assert (second.kind, second.refers_to_date) == ("revisit", NOON)


def test_a_job_tells_of_itself(job: Job, tmp_path: Path) -> None:
    """The catalog lists the job with its sites and its end; a job that was killed has no exit code."""
    job.record(exchange("/1"))
    summary = job.close_at_once("finished")

    assert rows(tmp_path, "select job, sites, exit from jobs") == [(summary.job, f'["{SITE}"]', 0)]


def test_the_second_job_is_refused(job: Job, opened: Callable[[], Opened]) -> None:
    """A collection that a job writes to is locked."""
    with pytest.raises(CollectionLocked):
        opened()
    job.close_at_once("finished")
    opened().close()


def test_nothing_is_left_to_catch_up(job: Job, opened: Callable[[], Opened], tmp_path: Path) -> None:
    """After an orderly end the watermarks stand at the end of the file: the next job reads nothing again."""
    capture = job.record(exchange("/1"))
    in_loop(lambda: job.fold(settled(capture)))
    job.close_at_once("finished")
    size = (tmp_path / "kept" / "archive" / capture.warc).stat().st_size
    later = opened()

    assert later.recovered == 0
    assert later.frontier.watermarks() == later.catalog.watermarks() == {capture.warc: size}
    later.close()
    assert Collection.open(tmp_path / "kept").recover().finished == ()


def test_large_answers_are_packed_in_a_thread(job: Job) -> None:
    """A large body is hashed and compressed beside the event loop, and lies in the WARC as any other."""
    large = exchange("/big", response=b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + b"x" * 3_000_000)

    async def record() -> Capture:
        return await job.record_large(large)

    capture = asyncio.run(record())
    path = next(job._opened.collection.archive_dir.iterdir())
    kept = [record.capture.record_id for record, _ in read_captures(path)]
    job.close_at_once("finished")

    assert kept == [capture.record_id]


MANY = Listing(form="sitemap", entries=tuple(Entry(link=f"http://{SITE}/news/{n}") for n in range(1_500)))


@pytest.mark.fault(73)
def test_what_leads_to_many_urls_is_folded_in_a_thread(job: Job, tmp_path: Path) -> None:
    """While a thread folds a long sitemap nothing is leased or committed; what came meanwhile is committed after it."""

    async def steps() -> tuple[bool, object, bool]:
        job.fold(settled(job.record(exchange("/sitemap.xml")), MANY))
        job.flush()
        job.fold(settled(job.record(exchange("/1"))))
        job.flush()
        meanwhile = job.schedule.is_held, job.schedule.next(), job.has_work()
        while job.schedule.is_held or job._queue:
            await asyncio.sleep(0.01)
        return meanwhile

    assert asyncio.run(steps()) == (True, None, True)
    assert job.schedule.next() is not None
    assert rows(tmp_path, "select count(*) from entries") == [(1_500,)]
    assert rows(tmp_path, "select count(*) from captures") == [(2,)]


def test_a_thread_that_fails_ends_the_job(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong in the thread is told as elsewhere, and nothing more is committed."""

    def full(*_: Any) -> None:
        raise DiskFull("no room")

    async def steps() -> None:
        monkeypatch.setattr(Catalog, "commit", full)
        job.fold(settled(job.record(exchange("/sitemap.xml")), MANY))
        job.flush()
        while job.schedule.is_held:
            await asyncio.sleep(0.01)

    asyncio.run(steps())

    assert isinstance(job.error, DiskFull)
    assert job.schedule.closed == "no room"


def test_a_job_that_can_read_no_more_ends(
    job: Job, opened: Callable[[], Opened], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any child to read with, the job ends with the reason; the next one folds what was fetched."""

    async def stopped(_: Capture) -> Reading:
        raise ReadingStopped("no child can be started")

    monkeypatch.setattr(job._opened.reads, "read", stopped)
    capture = job.record(exchange("/1"))
    reading = asyncio.run(job.read(capture))
    in_loop(lambda: job.fold(settled(capture, reading)))
    summary = job.close_at_once("shutdown")

    assert (reading, summary.exit, summary.reason) == (None, 1, "no child can be started")
    assert rows(tmp_path, "select count(*) from captures") == [(0,)]
    assert Job(job.order, opened()).close_at_once("finished").recovered == 1
    assert rows(tmp_path, "select url from captures") == [(f"http://{SITE}/1",)]


def test_the_end_waits_for_the_thread(job: Job, tmp_path: Path) -> None:
    """A job that is closed while a thread folds has folded all of it."""

    async def steps() -> None:
        job.fold(settled(job.record(exchange("/sitemap.xml")), MANY))
        job.flush()
        job.fold(settled(job.record(exchange("/1")), MANY))
        job.close_at_once("finished")

    asyncio.run(steps())

    assert rows(tmp_path, "select count(*) from captures") == [(2,)]
    assert not list((tmp_path / "kept").rglob("*.open"))


ENDLESS = "with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n, captures"


@pytest.mark.fault(100)
def test_our_own_readers_end(job: Job, tmp_path: Path) -> None:
    """A question of ours that takes too long ends with the way out; commits go on, and after it the log is emptied."""
    job.max_log = 1
    catalog = tmp_path / "kept" / "catalog.db"

    def commit(number: int) -> float:
        began = time.monotonic()
        in_loop(lambda: (job.fold(settled(job.record(exchange(f"/{number}")))), job.flush()))
        job.check_log()
        return time.monotonic() - began

    def ask() -> None:
        with reading(catalog, longest=2.5) as db:
            asking.set()
            db.execute(ENDLESS).fetchone()

    commit(0)
    asking = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        began = time.monotonic()
        answer = pool.submit(ask)
        asking.wait(10)
        time.sleep(0.2)
        longest = max(commit(number) for number in range(1, 6))
        error = answer.exception(timeout=30)
    job.check_log()

    assert isinstance(error, UsageError)
    assert "--since" in str(error)
    assert time.monotonic() - began < 12.5  # 2.5, with slack for a busy machine
    assert (job.counts["catalog/held_up"] > 0, job._opened.catalog.log_size) == (True, 0)
    assert longest < 5  # a writer that had to wait would wait 10 s
    assert (LONGEST, rows(tmp_path, "select count(*) from captures")) == (5.0, [(6,)])


@pytest.mark.fault(100)
def test_a_reader_that_never_ends(job: Job, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A foreign reader's long transaction holds up no commit and is told of once; the log is emptied when it ends."""
    job.max_log = 1
    reader = sqlite3.connect(tmp_path / "kept" / "catalog.db", isolation_level=None)
    reader.execute("begin")
    reader.execute("select count(*) from captures").fetchone()

    def steps() -> None:
        for n in range(20):
            job.fold(settled(job.record(exchange(f"/{n}"))))
            job.flush()
            job.check_log()

    in_loop(steps)
    held = job._opened.catalog.log_size
    seen = reader.execute("select count(*) from captures").fetchone()
    reader.close()
    job.check_log()

    assert (seen, rows(tmp_path, "select count(*) from captures")) == ((0,), [(20,)])
    assert (held > 0, job._opened.catalog.log_size, job.error) == (True, 0, None)
    assert ["in one long transaction" in record.getMessage() for record in caplog.records] == [True]
