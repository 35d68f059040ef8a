"""A frontier derived anew from the catalog: what was captured is done, what it led to is to be fetched.

It is the acknowledgement of a job, done again for every capture; so the price of a lost frontier.db is that some pages
are asked for earlier than they would have been.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

from archive.fold import CAPTURE_COLUMNS
from archive.index import capture_of
from archive.model import Article, Capture, Entry, Link, Listing, NotAnArticle, Reading, Unreadable
from crawler.folding import Folding, Settled

_BATCH = 500
_CAPTURES = f"""
select r.kind, r.reason, r.fields, {", ".join(f"c.{name}" for name in CAPTURE_COLUMNS)}
from captures as c
left join readings as r on r.record_id = c.record_id
where c.warc in (select value from json_each(?))
order by c.record_id
"""  # noqa: S608  names of columns
_LINKS = "select first_record_id, url, text, rel from links order by first_record_id, url"
_MARKS = "select warc, offset from watermarks"
_ENTRIES = """
select record_id, link, title, published, updated
from entries
order by record_id, link, title, published, updated
"""


def derive_frontier(catalog: Path, folding: Folding, *, warcs: Collection[str] | None = None) -> int:
    """Acknowledge every capture of the catalog, or those in some of its *warcs*; gives how many there are."""
    db = sqlite3.connect(f"{catalog.absolute().as_uri()}?mode=ro", uri=True)
    try:
        count = 0
        db.execute("begin")  # one state of the catalog, whatever is committed meanwhile
        marks = {warc: mark for warc, mark in db.execute(_MARKS) if warcs is None or warc in warcs}
        for batch in _batches(_settled(db, marks)):
            folding.acknowledge(batch, {})
            count += len(batch)
        folding.acknowledge([], marks)
    finally:
        db.close()
    return count


def _batches(settled: Iterator[Settled]) -> Iterator[list[Settled]]:
    while batch := list(islice(settled, _BATCH)):
        yield batch


def _settled(db: sqlite3.Connection, warcs: Iterable[str]) -> Iterator[Settled]:
    entries, links = _Beside(db.execute(_ENTRIES)), _Beside(db.execute(_LINKS))
    for kind, reason, fields, *columns in db.execute(_CAPTURES, (json.dumps(list(warcs)),)):
        capture = capture_of(tuple(columns))
        made = _Made(
            entries=tuple(Entry(link=e[1], title=e[2], published=e[3], updated=e[4]) for e in entries.of(capture)),
            links=tuple(Link(url=link[1], text=link[2], rel=link[3]) for link in links.of(capture)),
        )
        yield Settled(capture=capture, reading=None if kind is None else made.reading(kind, reason, fields))


class _Beside:
    """Rows that belong to records, read along with the records in the order of their ids."""

    def __init__(self, rows: Iterable[tuple[str, ...]]) -> None:
        self._groups = groupby(rows, key=itemgetter(0))
        self._next = next(self._groups, None)

    def of(self, capture: Capture) -> Iterator[tuple[str, ...]]:
        while self._next is not None and self._next[0] < capture.record_id:
            self._next = next(self._groups, None)
        if self._next is not None and self._next[0] == capture.record_id:
            yield from self._next[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """As much of a reading as says where it leads and when it is due again."""

    entries: tuple[Entry, ...]
    links: tuple[Link, ...]

    def reading(self, kind: str, reason: str, fields: str) -> Reading:
        if kind == "listing":
            dated = json.loads(fields).get("dated", "")
            return Listing(form=reason, entries=self.entries, links=self.links, dated=dated)
        if kind == "article":
            published = json.loads(fields).get("date_published", "")
            return Article(headline="", body="", date_published=published, links=self.links)
        made = NotAnArticle if kind == "not_an_article" else Unreadable
        return made(reason=reason, links=self.links)
