"""Figures of a collection, or of one of its sites, to see at a glance how it goes on."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

DAYS = 90
"""So many days are counted, up to the newest article's."""

NEWEST = 2000
"""Of so many articles, the newest ones, is looked which fields were read."""

FIELDS = {
    "author": "a.authors <> '[]'",
    "date": "a.date_published <> ''",
    "standfirst": "t.standfirst <> ''",
    "body": "t.body <> ''",
    "section": "a.section <> ''",
    "keywords": "a.keywords <> '[]'",
    "language": "a.language <> ''",
    "picture": "a.main_image <> ''",
}
"""Each field, and the condition that it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What is counted."""

    days: tuple[tuple[str, int], ...]
    """Articles of each day (UTC) that has any, in order."""

    counted: int
    """How many articles the shares are of."""

    shares: dict[str, float]
    """For each field, the share of articles where it was read, 0 to 1."""


def overview(db: sqlite3.Connection, site: str = "") -> Overview:
    """The figures of the whole collection, or of *site*."""
    where, values = ("where a.site = ?", (site,)) if site else ("", ())
    newest = db.execute(f"select max(a.dated_at) from article_rows as a {where}", values).fetchone()[0] or ""  # noqa: S608
    and_or_where = f"{where} and" if site else "where"
    days = db.execute(
        f"select substr(a.dated_at, 1, 10), count(*) from article_rows as a "  # noqa: S608  one of two conditions
        f"{and_or_where} a.dated_at >= date(?, ?) group by 1 order by 1",
        (*values, newest[:10], f"-{DAYS - 1} days"),
    ).fetchall()
    sums = ", ".join(f"total({condition})" for condition in FIELDS.values())
    counted, *read = db.execute(
        f"select count(*), {sums} "  # noqa: S608  conditions of FIELDS
        f"from (select * from article_rows as a {where} order by a.dated_at desc limit ?) as a "
        "join texts as t on t.id = a.text_id",
        (*values, NEWEST),
    ).fetchone()
    shares = {name: count / counted for name, count in zip(FIELDS, read, strict=True)} if counted else {}
    return Overview(days=tuple(days), counted=counted, shares=shares)
