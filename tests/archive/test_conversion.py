"""What was made of a response: a record of its own that refers to it, is read, and is no answer to be replayed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from archive.collection import Collection
from archive.exchanges import exchange as kept_exchange
from archive.mementos import mementos
from archive.model import RENDERED, Capture
from archive.query import reading
from archive.verify import verify
from archive.warc import WarcWriter, build_conversion, build_group, read_capture, read_captures
from crawler.bindings import default_reader
from tests.archive.catalogs import page

URL = "http://paper.example/2026/11/20/a-story"
DOM = "<!DOCTYPE html><html><body><article><h1>Ä story</h1>" + "<p>The plant of the town opens. </p>" * 20
SHELL = page("<p>Loading</p>", URL, 1)
TYPE = "text/html; charset=utf-8"


def written(path: Path) -> tuple[Collection, Capture, Capture]:
    """A collection with an answer and what a browser made of it."""
    collection = Collection.create(path)
    writer = WarcWriter(path, prefix="test", warcinfo={"software": "test"})
    answer = writer.append(build_group(replace(SHELL, notes=(RENDERED,))))
    later = SHELL.started_at + timedelta(seconds=1)
    context = replace(SHELL, request=b"", response=b"", started_at=later, finished_at=later)
    conversion = writer.append(build_conversion(context, DOM.encode(), TYPE, about=answer.record_id))
    writer.close()
    collection.catch_up(default_reader().read, reader_id=default_reader().id)
    return collection, answer, conversion


def test_the_record(tmp_path: Path) -> None:
    """It refers to the answer, holds the bytes as they are, and its digests hold for others too."""
    collection, answer, _ = written(tmp_path)
    [warc] = collection.warcs()
    with warc.open("rb") as stream:
        found = [
            (record.rec_headers, record.raw_stream.read())
            for record in ArchiveIterator(stream, check_digests="raise")
            if record.rec_type == "conversion"
        ]

    [(named, content)] = found
    assert named["WARC-Refers-To"] == f"<{answer.record_id}>"
    assert (named["WARC-Target-URI"], named["Content-Type"]) == (URL, TYPE)
    assert content == DOM.encode()
    assert verify(collection.path).findings == ()


def test_it_is_read_back(tmp_path: Path) -> None:
    """The capture that was written is the one that is found again, alone by its place or with all others."""
    collection, _, conversion = written(tmp_path)
    [warc] = collection.warcs()
    everything = [found.capture for found, _ in read_captures(warc)]
    alone = read_capture(warc, conversion.offset, conversion.length)

    assert conversion in everything
    assert (alone.capture.kind, alone.capture.record_id) == ("conversion", conversion.record_id)
    assert alone.message.content() == DOM.encode()


def test_it_is_what_is_read(tmp_path: Path) -> None:
    """The article comes from the conversion; the answer is unrendered, or nothing."""
    collection, answer, conversion = written(tmp_path)
    with reading(collection.catalog_path) as db:
        [(headline, record)] = db.execute("select headline, record_id from articles").fetchall()
        kinds = dict(db.execute("select record_id, kind from readings").fetchall())

    assert (headline, record) == ("Ä story", conversion.record_id)
    assert kinds == {answer.record_id: "not_an_article", conversion.record_id: "article"}


def test_replay(tmp_path: Path) -> None:
    """Indexes for replay name the answer alone; our own pages show the conversion too, at its time."""
    collection, answer, conversion = written(tmp_path)
    [warc] = collection.warcs()
    lines = (collection.indexes_dir / f"{warc.name}.cdxj").read_text().splitlines()
    with reading(collection.catalog_path) as db:
        shown = [one.record_id for one in mementos(db, URL)]
        content = kept_exchange(db, collection.archive_dir, conversion.record_id).message.content()

    assert len(lines) == 1
    assert f'"offset": "{answer.offset}"' in lines[0]
    assert shown == [answer.record_id, conversion.record_id]
    assert content == DOM.encode()


def test_a_conversion_into_plain_text(tmp_path: Path) -> None:
    """Text that others have made of pages, as in WET files, is no capture."""
    writer = WarcWriter(tmp_path, prefix="test", warcinfo={"software": "test"})
    writer.append(build_conversion(SHELL, b"The plant", "text/plain", about="urn:uuid:1"))
    [warc] = writer.close()

    assert list(read_captures(warc)) == []
