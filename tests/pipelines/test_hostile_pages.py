"""Pages that would stall or fill a reader are read within the limits of a child, and say what was left out."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import brotli
import pytest
from backports import zstd

from archive.group import build_group
from archive.model import Exchange, Link, Reading, Unreadable
from archive.warc_read import CapturedRecord
from archive.warc_write import WarcWriter
from crawler.reading_pool import BlockingReader, ChildProgram

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MILLION = 1_000_000
PARAGRAPH = b"<p>One paragraph with some words in it, said the minister on Tuesday 3 May 2019."


@dataclass
class Child:
    """A reading child with the limits of a crawl, and what it has used."""

    reader: BlockingReader
    writer: WarcWriter

    def read(self, body: bytes, coding: str = "") -> Reading:
        """What it makes of a page."""
        fields = f"Content-Type: text/html\r\nContent-Encoding: {coding or 'identity'}\r\n\r\n"
        block = b"HTTP/1.1 200 OK\r\n" + fields.encode() + body
        exchange = Exchange(url="http://a.example/news", response=block, started_at=NOON, finished_at=NOON, site="a")
        return self.reader.read(CapturedRecord(capture=self.writer.append(build_group(exchange))))

    @property
    def pid(self) -> int:
        """Its process."""
        assert self.reader._child is not None
        return self.reader._child.pid

    @property
    def cpu_seconds(self) -> float:
        """CPU time so far."""
        used = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def most_memory(self) -> int:
        """Resident bytes at their highest since `forget`."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) << 10

    def forget(self) -> None:
        """Count the highest use of memory from now on."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")


@pytest.fixture(scope="module")
def one_child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    folder = tmp_path_factory.mktemp("hostile")
    child = Child(BlockingReader(ChildProgram(folder / "archive")), WarcWriter(folder, prefix="test", warcinfo={}))
    child.read(PARAGRAPH * 50)  # it imports what it needs
    yield child
    child.reader.close()


@pytest.fixture
def child(one_child: Child) -> Child:
    one_child.forget()
    return one_child


@dataclass(frozen=True)
class Hostile:
    """A page, and the note with which its reading says what was left out."""

    body: Callable[[], bytes]
    note: str = ""


PAGES = {
    "a-million-links": Hostile(
        lambda: b"".join(b'<a href="/story/%d">the story of %d</a>\n' % (n, n) for n in range(600_000)), "links: "
    ),
    "200,000-attributes": Hostile(
        lambda: b"<p " + b" ".join(b"a%d=1" % n for n in range(200_000)) + b">x", "attributes: "
    ),
    "a-million-nested": Hostile(lambda: b"<div>" * MILLION + b"<p>text", "nesting: "),
    "nested-in-turn": Hostile(lambda: b"<b><i><div><span>" * 250_000 + b"<p>text", "nesting: "),
    "tables-in-tables": Hostile(lambda: b"<table><tr><td>" * 100_000 + b"x", "nesting: "),
    "30-mb-of-text": Hostile(lambda: b"<p>" + b"news of today, " * (31 << 16), "page: "),
    "an-attribute-that-never-closes": Hostile(lambda: b'<p class="' + b"x y='z " * (5 << 17), "attributes: "),
    "attributes-that-never-close": Hostile(lambda: b'<p a="x ' * (5 << 17), "nesting: "),
    "nul-bytes": Hostile(lambda: b"<p>te\0xt</p>" + b"\0" * MILLION + PARAGRAPH.replace(b" ", b"\0 ") * 50),
    "meta": Hostile(lambda: b'<meta property="og:title" content="abc">' * 95_000, "meta: "),
    "json-ld-in-json-ld": Hostile(
        lambda: b'<script type="application/ld+json">' + b'{"a":' * 190_000 + b"</script>" + PARAGRAPH * 20
    ),
    "much-json-ld": Hostile(
        lambda: b'<script type="application/ld+json">{"@type":"NewsArticle","headline":"x"}</script>' * 45_000,
        "json-ld: ",
    ),
    "dates": Hostile(lambda: b"<p>" + b"3 May 2019, " * 400_000),
    "no-text-encoding": Hostile(lambda: b"<p>" + bytes(range(128, 256)) * 40_000, "page: "),
    "paragraphs": Hostile(lambda: PARAGRAPH * 60_000, "body: "),
}


@pytest.mark.fault(45, 46, 47, 48, 49, 50, 104)
@pytest.mark.parametrize("hostile", PAGES.values(), ids=PAGES)
def test_read_within_the_limits(child: Child, hostile: Hostile) -> None:
    """Whatever the page, its reading comes from one child within 5 s of CPU and 512 MB, and names what was left out."""
    pid, before = child.pid, child.cpu_seconds
    reading = child.read(hostile.body())

    assert not isinstance(reading, Unreadable)
    assert (child.pid, child.reader.aborted) == (pid, [])
    assert child.cpu_seconds - before < 5
    assert child.most_memory < 512 << 20
    assert [note for note in reading.notes if note.startswith(hostile.note)] or not hostile.note
    assert len(reading.notes) < 10


@pytest.mark.fault(45)
def test_the_first_links_are_kept(child: Child) -> None:
    """Of too many links the first 20,000 are followed."""
    links: tuple[Link, ...] = getattr(child.read(PAGES["a-million-links"].body()), "links", ())

    assert (len(links), links[0].url) == (20_000, "http://a.example/story/0")


def packed(begin: Callable[[], Any], piece: bytes = bytes(1 << 20), count: int = 400) -> bytes:
    """A stream of so many pieces."""
    packer = begin()
    pack = getattr(packer, "process", None) or packer.compress
    end = getattr(packer, "finish", None) or packer.flush
    return b"".join([*(pack(piece) for _ in range(count)), end()])


GZIP = packed(lambda: zlib.compressobj(1, 8, 31))
BOMBS = {
    "gzip": GZIP,
    "deflate": packed(lambda: zlib.compressobj(1)),
    "br": packed(lambda: brotli.Compressor(quality=1)),
    "zstd": packed(zstd.ZstdCompressor),
    "gzip, gzip": gzip.compress(GZIP),
    "gzip, gzip, br": brotli.compress(gzip.compress(GZIP)),
}


@pytest.mark.fault(20, 21, 22, 23, 24)
@pytest.mark.parametrize("coding", BOMBS)
def test_bombs_in_a_child(child: Child, coding: str) -> None:
    """A bomb of 400 MB, nested too, costs a reading child at most 96 MiB more than it had, and is told."""
    before = child.most_memory
    reading = child.read(BOMBS[coding], coding)

    assert child.most_memory - before < 96 << 20
    assert reading.notes == ("more than 33554432 bytes, cut there",)
    assert child.reader.aborted == []


@pytest.mark.fault(20)
def test_a_bomb_of_markup(child: Child) -> None:
    """A bomb that is a page costs at most 96 MiB more than a page of the length that is read."""
    child.read(PARAGRAPH * 62_000)
    before = child.most_memory
    child.forget()
    reading = child.read(packed(lambda: zlib.compressobj(1, 8, 31), PARAGRAPH * 12_000), "gzip")

    assert child.most_memory - before < 96 << 20
    assert json.dumps(reading.notes).count("bytes, 5,000,000 read") == 1
