"""A part of a collection as one WARC file: every record that belongs to some articles, byte for byte.

Of each article go in the captures of all its URLs, with their requests and metadata, the responses that its revisits
stand for, and the warcinfo of every file that something is taken from.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.gzip_members import gzip_member
from archive.records import Record, is_gzip, read_records
from archive.urlkey import url_key


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a capture lies."""

    warc: str
    """The file, below `archive/`."""

    offset: int
    """Its first byte there."""


_CAPTURES_OF = """
select c.warc, c.offset, c.kind, c.payload_digest, c.refers_to_url
from json_each(?) as k
join article_urls as u on u.article_id = k.value
join captures as c on c.urlkey = u.urlkey
where c.captured_at < ?
"""
_STOOD_FOR = """
select c.warc, c.offset
from json_each(?) as k
join captures as c on c.urlkey = json_extract(k.value, '$[0]') and c.payload_digest = json_extract(k.value, '$[1]')
where c.kind = 'response'
"""


def places(db: sqlite3.Connection, articles: Iterable[str], until: str = "") -> list[Place]:
    """Where the captures of these articles lie, those before *until* alone if it is given, in order."""
    rows = db.execute(_CAPTURES_OF, (json.dumps(list(articles)), until or "~")).fetchall()
    stood_for = [(url_key(url), digest) for *_, kind, digest, url in rows if kind == "revisit" and url]
    others = db.execute(_STOOD_FOR, (json.dumps(stood_for),))
    return sorted({Place(warc, offset) for warc, offset, *_ in rows} | {Place(*row) for row in others})


def members(db: sqlite3.Connection, archive_dir: Path, wanted: Iterable[Place]) -> Iterator[bytes]:
    """The records of the captures that lie at *wanted*, as gzip members, each file's warcinfo first.

    Raises DamagedRecord where a record cannot be read.
    """
    by_file = defaultdict(list)
    for place in wanted:
        by_file[place.warc].append(place.offset)
    captures = _captures_in(db, by_file)
    for warc, offsets in sorted(by_file.items()):
        yield from _of_file(archive_dir / warc, sorted(offsets), captures[warc])


def group_at(db: sqlite3.Connection, archive_dir: Path, place: Place) -> list[Record]:
    """The records of the exchange whose capture lies there, in the order of the file."""
    return _records_at(archive_dir / place.warc, place.offset, _captures_in(db, [place.warc])[place.warc])


def _captures_in(db: sqlite3.Connection, warcs: Iterable[str]) -> dict[str, list[tuple[int, int]]]:
    """For each file the first byte of each capture in it, and the byte behind it."""
    rows = db.execute(
        "select warc, offset, offset + length from captures "
        "where warc in (select value from json_each(?)) order by warc, offset",
        (json.dumps(list(warcs)),),
    )
    found = defaultdict(list)
    for warc, begin, end in rows:
        found[warc].append((begin, end))
    return found


def _of_file(path: Path, offsets: list[int], captures: list[tuple[int, int]]) -> Iterator[bytes]:
    packed, first = is_gzip(path), next(read_records(path))
    with path.open("rb") as stream:
        if first.type == "warcinfo":
            yield _member(stream.read(first.length), packed=packed)
        for offset in offsets:
            for record in _records_at(path, offset, captures):
                stream.seek(record.offset)
                yield _member(stream.read(record.length), packed=packed)


def _records_at(path: Path, offset: int, captures: list[tuple[int, int]]) -> list[Record]:
    """The capture at *offset* and the records that belong to it; they lie between the captures before and behind it."""
    after = bisect_right(captures, (offset, sys.maxsize))
    begin = captures[after - 2][1] if after > 1 else 0
    end = captures[after][0] if after < len(captures) else path.stat().st_size
    return _group(_between(path, begin, end), offset)


def _member(content: bytes, *, packed: bool) -> bytes:
    return content if packed else gzip_member(content)


def _between(path: Path, begin: int, end: int) -> Iterator[Record]:
    """The records between two captures, with the one that they surround."""
    for record in read_records(path, begin):
        if record.offset >= end:
            return
        yield record


def _group(around: Iterable[Record], offset: int) -> list[Record]:
    """The records that the capture at *offset* is linked with, in the order of the file."""
    records = list(around)
    names = {record.record_id for record in records if record.offset == offset}
    taken: set[int] = {offset}
    while True:
        linked = [
            record
            for record in records
            if record.offset not in taken and (record.record_id in names or names & set(record.concurrent_to))
        ]
        if not linked:
            return [record for record in records if record.offset in taken]
        for record in linked:
            taken.add(record.offset)
            names |= {record.record_id, *record.concurrent_to}
