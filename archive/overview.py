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
    "date": "r.date_published <> ''",
    "standfirst": "t.standfirst <> ''",
    "body": "t.body <> ''",
    "section": "a.section <> ''",
    "keywords": "a.keywords <> '[]'",
    "language": "a.language <> ''",
    "picture": "r.main_image <> ''",
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
    where, values = ("where site = ?", (site,)) if site else ("where true", ())
    newest = db.execute(
        f"select dated_at from article_states {where} and ends_at = '~' order by dated_at desc limit 1",  # noqa: S608
        values,
    ).fetchone()
    days = db.execute(
        f"select day, sum(articles) from day_counts {where} and day >= date(?, ?) group by day order by day",  # noqa: S608
        (*values, newest[0][:10] if newest else "", f"-{DAYS - 1} days"),
    ).fetchall()
    sums = ", ".join(f"total({condition})" for condition in FIELDS.values())
    counted, *read = db.execute(
        f"with a as materialized (select * from article_states {where} and ends_at = '~' "  # noqa: S608  conditions of FIELDS
        "order by dated_at desc limit ?) "
        f"select count(*), {sums} "
        "from a join article_rows as r on r.id = a.article_id join texts as t on t.id = a.text_id",
        (*values, NEWEST),
    ).fetchone()
    shares = {name: count / counted for name, count in zip(FIELDS, read, strict=True)} if counted else {}
    return Overview(days=tuple(days), counted=counted, shares=shares)
