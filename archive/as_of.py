"""Articles as they stood on a day: derived from the captures until then by the same rules as today's.

A search finds them by `article_states`; what else is shown of them comes from the captures.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from archive import derive
from archive.pages import Pages, Showing


def rows(db: sqlite3.Connection, articles: Iterable[str], until: str) -> dict[str, dict[str, Any]]:
    """The rows of `article_rows` as they stood before *until*, by id; none for an article not seen yet."""
    shown = [([article], showings) for article, showings in _showings(db, articles, until).items() if showings]
    return derive.article_rows(db, shown)


def _showings(db: sqlite3.Connection, articles: Iterable[str], until: str) -> dict[str, list[Showing]]:
    """Where each article was seen before *until*, in the order of time."""
    keys = db.execute(
        "select u.article_id, u.urlkey from json_each(?) as k join article_urls as u on u.article_id = k.value "
        "where u.urlkey not in (select urlkey from article_pages where article_id = k.value)",
        (json.dumps(list(articles)),),
    ).fetchall()
    pages = Pages(db)
    pages.load(urlkey for _, urlkey in keys)
    found: dict[str, list[Showing]] = {article: [] for article, _ in keys}
    for article, urlkey in keys:
        found[article] += (one for one in pages.showings(urlkey) if one.captured_at < until)
    return {article: sorted(showings) for article, showings in found.items()}
