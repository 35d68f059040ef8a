"""Sites that were to have news by now, as their history goes, and from which a job brought none."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from datetime import date, timedelta

from crawler.coverage import MOST_DAYS, empty_days

FEW = 2
"""Days without news that say little: a holiday, an editor who is ill."""

_DAYS = """
select day, count(*), min(begins_at)
from article_states
where site = ? and ends_at = '~' and length(day) = 10 and day between ? and ?
group by day
"""


def silent_since(db: sqlite3.Connection, domains: Collection[str], today: date) -> str:
    """The day of the newest article of a site, where more days than a few without one have passed that should have had
    some; empty where nothing is to be wondered at. *today* itself is not over yet, and what was before the site was
    crawled first is none of its history here.
    """
    begin = today - timedelta(days=MOST_DAYS)
    rows = [row for domain in sorted(domains) for row in db.execute(_DAYS, (domain, f"{begin}", f"{today}"))]
    counts = {day: n for day, n, _ in rows}
    first_seen = min((seen[:10] for _, _, seen in rows), default="")
    overdue = [day for day in overdue_days(counts, today) if day > first_seen]
    return max(counts) if len(overdue) > FEW else ""


def overdue_days(counts: Mapping[str, int], today: date) -> list[str]:
    """The days since the newest article that should have had some, by those on which there were articles."""
    newest = max(counts, default="")
    return [day for day in empty_days(counts, until=today) if day > newest]
