"""Reading children: what a page does to one of them, the crawl only hears of."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.errors import PressmarkError
from archive.group import build_group
from archive.model import (
    Article,
    Capture,
    Entry,
    Evidence,
    Exchange,
    Image,
    Link,
    Listing,
    NotAnArticle,
    Reading,
    Unreadable,
)
from archive.warc_read import CapturedRecord
from archive.warc_write import WarcWriter
from crawler.reading_child import capture_from_json, capture_to_json, frame, reading_from_rows, reading_to_rows
from crawler.reading_pool import BlockingReader, ChildProgram, Limits, ReadingAborted, ReadingPool, ReadingStopped

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TIGHT = Limits(cpu_seconds=0.3, wall_seconds=2, memory=256 << 20, frame=1 << 20)


@pytest.fixture
def writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WarcWriter:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    return WarcWriter(tmp_path, prefix="test", warcinfo={})


def page(writer: WarcWriter, order: str) -> Capture:
    """The capture of a page that tells the reader what to do."""
    block = f"HTTP/1.1 200 OK\r\nContent-Length: {len(order)}\r\n\r\n{order}".encode()
    exchange = Exchange(
        url="http://a.example/1", response=block, started_at=NOON, finished_at=NOON, site="a", via="http://a.example/"
    )
    return writer.append(build_group(exchange))


@asynccontextmanager
async def running(tmp_path: Path, size: int = 1, limits: Limits = TIGHT) -> AsyncIterator[ReadingPool]:
    pool = ReadingPool(ChildProgram(tmp_path / "archive", reader="odd_readers:Obedient", limits=limits), size=size)
    await pool.start()
    try:
        yield pool
    finally:
        await pool.close()


async def read_all(tmp_path: Path, captures: list[Capture], size: int = 1) -> list[object]:
    """What the pool says of each, an abort as its reason."""
    async with running(tmp_path, size) as pool:
        answers = await asyncio.gather(*(pool.read(capture) for capture in captures), return_exceptions=True)
    return [str(answer) if isinstance(answer, ReadingAborted) else answer for answer in answers]


def test_a_capture_goes_to_a_child_and_back() -> None:
    """A capture comes through the pipe as it was."""
    capture = Capture(
        record_id="urn:uuid:1", url="http://a/", urlkey="a)/", captured_at=NOON, kind="revisit", refers_to_date=NOON
    )

    assert capture_from_json(capture_to_json(capture)) == capture


EVERYTHING = [
    Article(
        headline="h",
        body="ä\udcff",
        authors=("A B", "C"),
        images=(Image(url="http://a/1.jpg", caption="c", credit="d"),),
        is_accessible_for_free=False,
        links=(Link(url="http://a/", text="t", rel="canonical"), Link(url="http://b/")),
        evidence=(Evidence(field="headline", source="meta", selector="og:title", raw="h", chosen=True),),
        notes=("links: cut",),
    ),
    Listing(form="rss", entries=(Entry(link="http://a/1", title="t", published="2026-11-24", guid="g"),)),
    NotAnArticle(reason="redirect", links=(Link(url="http://a/", rel="redirect"),)),
    Unreadable(reason="because"),
]


@pytest.mark.parametrize("reading", EVERYTHING, ids=lambda reading: reading.kind)
@pytest.mark.fault(55)
def test_a_reading_comes_back(reading: Reading) -> None:
    """A reading of any kind comes through the pipe as it was, odd characters included."""
    assert (
        reading_from_rows(json.loads(frame(reading_to_rows(reading))[4:].decode("utf-8", "surrogatepass"))) == reading
    )


def test_readings_come_back_to_those_who_asked(tmp_path: Path, writer: WarcWriter) -> None:
    """Many pages at once, small and large, in two children: each gets its own reading."""
    sizes = [1, 200_000, 5, 50_000] * 5
    captures = [page(writer, f"article {size}") for size in sizes]

    readings = asyncio.run(read_all(tmp_path, captures, size=2))

    assert [len(reading.body) for reading in readings if isinstance(reading, Article)] == sizes


def test_context_reaches_the_reader(tmp_path: Path, writer: WarcWriter) -> None:
    """The reader sees the capture with its context, though the record itself does not hold it."""
    assert asyncio.run(read_all(tmp_path, [page(writer, "context")])) == [NotAnArticle(reason="a http://a.example/")]


def test_reads_a_file_that_has_got_its_final_name(tmp_path: Path, writer: WarcWriter) -> None:
    """It does not matter whether the WARC is still growing."""
    capture = page(writer, "article 1")
    writer.close()

    assert asyncio.run(read_all(tmp_path, [capture])) == [Article(headline="http://a.example/1", body="x")]


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ("spins", "more CPU time than a page may have"),
        ("sleeps", "no answer within 2 s"),
        ("eats", "needs more memory than a page may have"),
        ("dies", "SIGABRT"),
        ("fails", "KeyError: 'a bug'"),
        ("article 2000000", "reading of more than 1 MB"),
    ],
)
@pytest.mark.fault(104)
def test_a_hostile_page_is_to_blame_alone(tmp_path: Path, writer: WarcWriter, order: str, reason: str) -> None:
    """The page that kills or outlasts its child is told with the reason; those behind it are read by the next."""
    captures = [page(writer, order), *(page(writer, "article 1") for _ in range(6))]

    answers = asyncio.run(read_all(tmp_path, captures))

    assert answers == [reason] + [Article(headline="http://a.example/1", body="x")] * 6


@pytest.mark.fault(93)
def test_a_child_inherits_nothing(tmp_path: Path, writer: WarcWriter) -> None:
    """Open files of the parent, its lock above all, are not open in a child; numeric libraries use one thread."""
    with (tmp_path / "LOCK").open("w") as lock:
        os.set_inheritable(lock.fileno(), True)
        files, threads = asyncio.run(read_all(tmp_path, [page(writer, "files"), page(writer, "environment")]))

    assert "LOCK" not in str(files)
    assert threads == NotAnArticle(reason="1")


def test_what_a_library_prints_does_no_harm(tmp_path: Path, writer: WarcWriter) -> None:
    """Output on stdout does not get between the frames."""
    assert asyncio.run(read_all(tmp_path, [page(writer, "prints")])) == [NotAnArticle(reason="printed")]


def test_children_end_with_the_pool(tmp_path: Path, writer: WarcWriter) -> None:
    """After close no child is left."""

    async def pid() -> int:
        async with running(tmp_path) as pool:
            reading = await pool.read(page(writer, "pid"))
            assert isinstance(reading, NotAnArticle)
            return int(reading.reason)

    with pytest.raises(ProcessLookupError):
        os.kill(asyncio.run(pid()), 0)


def test_a_reader_that_cannot_start(tmp_path: Path, writer: WarcWriter) -> None:
    """A child that ends before it can read stops the job with a sentence, not a loop of new children."""
    pool = ReadingPool(ChildProgram(tmp_path, reader="odd_readers:Stillborn"), size=1)

    with pytest.raises(PressmarkError, match="exit code 3 before it could read"):
        asyncio.run(pool.start())


def test_children_that_cannot_be_started_again(tmp_path: Path, writer: WarcWriter) -> None:
    """Where no child can be started any more, it is tried again, and then all who wait and ask are told so."""
    captures = [page(writer, "dies"), *(page(writer, "article 1") for _ in range(6))]

    async def read_all() -> list[object]:
        program = ChildProgram(tmp_path / "archive", reader="odd_readers:OnlyOnce", limits=TIGHT)
        pool = ReadingPool(program, size=1, pauses=(0.0, 0.1))
        await pool.start()
        reading = asyncio.gather(*(pool.read(capture) for capture in captures), return_exceptions=True)
        answers = [
            *await asyncio.wait_for(reading, 30),
            *await asyncio.gather(pool.read(captures[1]), return_exceptions=True),
        ]
        await pool.close()
        return answers

    first, *others = asyncio.run(read_all())

    assert isinstance(first, ReadingAborted)
    assert [type(answer) for answer in others] == [ReadingStopped] * 7
    assert str(others[0]).startswith("reading child ended with exit code 3 before it could read; ")
    assert (tmp_path / "starts").read_bytes() == b"1" * 4


def test_a_program_that_is_gone(tmp_path: Path, writer: WarcWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that starts no process is told in a sentence, to the crawl and when catching up."""
    program = ChildProgram(tmp_path)
    monkeypatch.setattr(ChildProgram, "argv", lambda _: [str(tmp_path / "no-python")])

    with pytest.raises(PressmarkError, match="cannot be started: No such file"):
        asyncio.run(ReadingPool(program, size=1).start())
    with pytest.raises(PressmarkError, match="cannot be started: No such file"):
        BlockingReader(program)


@pytest.mark.parametrize("order", ["spins", "sleeps", "dies", "fails"])
def test_blocking_reader(tmp_path: Path, writer: WarcWriter, order: str) -> None:
    """Catching up has the same limits: what cannot be read within them is Unreadable, and told."""
    bad, good = page(writer, order), page(writer, "article 1")
    reader = BlockingReader(ChildProgram(tmp_path / "archive", reader="odd_readers:Obedient", limits=TIGHT))

    readings = [reader.read(CapturedRecord(capture=capture)) for capture in (bad, good)]
    reader.close()

    assert (reader.id, type(readings[0]), type(readings[1])) == ("obedient", Unreadable, Article)
    assert [capture for capture, _ in reader.aborted] == [bad]
