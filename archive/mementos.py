"""Answers that were kept, by URL and time, as Memento (RFC 7089) asks for them."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from archive.text import storable
from archive.urlkey import url_key

MAX_MEMENTOS = 10_000
"""Mementos that a list of one URL has, the newest ones."""

_COLUMNS = "record_id, url, captured_at, kind, status, mime"
_ANSWERED = f"select {_COLUMNS} from captures where urlkey = ? and kind <> 'failure'"  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Memento:
    """One answer of a URL: a response, a revisit that stands for one, or what a browser made of one."""

    record_id: str
    """Its WARC record."""

    url: str
    """What was asked for."""

    captured_at: str
    """When."""

    kind: str
    """response, revisit or conversion."""

    status: int | None
    """HTTP status."""

    mime: str
    """Media type."""

    @property
    def timestamp(self) -> str:
        """When, as the 14 digits that stand in a URL."""
        return timestamp_of(self.captured_at)

    @property
    def at(self) -> datetime:
        """When."""
        return datetime.fromisoformat(self.captured_at)


def timestamp_of(instant: str) -> str:
    """An instant of the catalog as 14 digits.

    >>> timestamp_of("2026-03-01T12:30:05.000000Z")
    '20260301123005'
    """
    return re.sub(r"\D", "", instant)[:14]


def mementos(db: sqlite3.Connection, url: str) -> tuple[Memento, ...]:
    """The answers of a URL, oldest first; of very many the newest ones."""
    rows = db.execute(
        f"{_ANSWERED} order by captured_at desc, record_id desc limit ?", (_key(url), MAX_MEMENTOS)
    ).fetchall()
    return tuple(_memento(row) for row in reversed(rows))


def nearest(db: sqlite3.Connection, url: str, at: datetime) -> Memento | None:
    """The answer of a URL that was captured nearest to *at*, to the second; None where there is none."""
    second = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    until = db.execute(
        f"{_ANSWERED} and captured_at < ? order by captured_at desc, record_id desc limit 1", (_key(url), f"{second}~")
    ).fetchone()
    since = db.execute(
        f"{_ANSWERED} and captured_at > ? order by captured_at, record_id limit 1", (_key(url), f"{second}~")
    ).fetchone()
    found = [_memento(row) for row in (until, since) if row is not None]
    return min(found, key=lambda one: abs(one.at - at), default=None)


def first_and_last(db: sqlite3.Connection, url: str) -> tuple[Memento, Memento] | None:
    """The oldest and the newest answer of a URL; None where there is none."""
    rows = [
        db.execute(f"{_ANSWERED} order by captured_at {way}, record_id {way} limit 1", (_key(url),)).fetchone()
        for way in ("", "desc")
    ]
    return (_memento(rows[0]), _memento(rows[1])) if rows[0] else None


def _key(url: str) -> str:
    return url_key(storable(url))


def _memento(row: tuple[str, str, str, str, int | None, str]) -> Memento:
    return Memento(record_id=row[0], url=row[1], captured_at=row[2], kind=row[3], status=row[4], mime=row[5])
