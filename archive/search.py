"""Finds articles: by words and filters, with snippets and facets, today or as the archive stood on a day.

Values that a caller gives are bound, never written into a statement.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any, Literal, TypedDict, Unpack

from archive import as_of
from archive.errors import UsageError
from archive.query_syntax import check_size, quote_odd_words, syntax_errors
from archive.results import Facet, Hit, Pressmark, SearchResult
from archive.text import storable

MAX_RANKED = 10_000
"""Up to so many matches are counted, ranked and put into facets."""

NEWEST = 2_000
"""Of more than that, so many of the newest are ranked and put into facets: a match costs microseconds, a common word
stands in millions of articles."""

MAX_QUERY = 2000
"""Characters that a query or a filter may have."""

MAX_VALUES = 50
"""Values that a facet has, the most frequent ones; of months there are all."""

Sort = Literal["relevance", "date"]


class Filters(TypedDict, total=False):
    """What narrows a search; what is empty or missing narrows nothing."""

    site: str
    """Name of the site."""

    section: str
    """Section, in any case."""

    author: str
    """Part of an author's name."""

    keyword: str
    """A keyword, in any case."""

    language: str
    """Language; `en` for `en-gb` too."""

    since: str
    """Day, month or year of publication or, where that is unknown, of the first capture, inclusive."""

    until: str
    """The same for the end."""

    cluster: str
    """Id of a cluster."""

    revisions: int
    """At least so many distinct texts."""

    first_seen: str
    """An instant: only articles that were captured first then or later."""

    as_of: str
    """Day, month or year, inclusive: the archive as it stood at its end."""


def search(
    db: sqlite3.Connection,
    query: str = "",
    *,
    sort: Sort = "relevance",
    limit: int = 20,
    offset: int = 0,
    marks: tuple[str, str] = ("[", "]"),
    facets: bool = False,
    **filters: Unpack[Filters],
) -> SearchResult:
    """The articles that match *query* (FTS5 syntax) and every filter; an empty query matches all, newest first.

    With `as_of` an article is what it was then; filters other than words and days of capture look at what is known of
    it now. *marks* stand around the words that match in a snippet. Raises QueryError or UsageError.
    """
    asked = _asked(db, query, filters)
    with syntax_errors(db, asked.words):
        total, first = asked.count(db, MAX_RANKED + 1)
        if total > MAX_RANKED:
            _, first = asked.count(db, min(NEWEST, MAX_RANKED))
        found = asked.page(db, sort=sort, limit=limit, offset=offset, first=first)
        return SearchResult(
            query=asked.words,
            hits=_hits(db, found, _snippets(db, asked.words, found, marks), asked.until),
            total=min(total, MAX_RANKED),
            more=total > MAX_RANKED,
            facets=asked.facets(db, first) if facets else {},
        )


def matching(db: sqlite3.Connection, query: str = "", **filters: Unpack[Filters]) -> list[str]:
    """The ids of all articles that match, in their order; as `search`, without a bound."""
    asked = _asked(db, query, filters)
    with syntax_errors(db, asked.words):
        rows = db.execute(f"select a.id {asked.source} order by a.id", asked.values)
        return [article for (article,) in rows]


def end_of(filters: Mapping[str, object]) -> str:
    """What instants of the archive that is asked for are smaller than; empty for today's."""
    day = filters.get("as_of")
    return f"{_day(str(day))}~" if day else ""


def sites(db: sqlite3.Connection) -> list[str]:
    """The sites that have articles."""
    return [site for (site,) in db.execute("select distinct site from article_rows order by site")]


@dataclass(frozen=True, slots=True)
class _Found:
    """A match: an article and the text of it that matched."""

    article: str
    text: int
    score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A search as SQL: where the matches come from, and the values that are bound there."""

    words: str
    source: str
    values: tuple[Any, ...]
    until: str
    """The end of the day whose archive is searched; empty for today's."""

    text: str
    """The expression that names the text of a match."""

    def count(self, db: sqlite3.Connection, most: int) -> tuple[int, int]:
        """How many match, counted up to *most*, and the oldest text among the newest so many."""
        newest = f"order by {self.text} desc" if self.words else ""
        total, first = db.execute(
            f"select count(*), min(text) from (select {self.text} as text {self.source} {newest} limit ?)",  # noqa: S608  conditions of _FILTERS
            (*self.values, most),
        ).fetchone()
        return total, first or 0

    def page(self, db: sqlite3.Connection, *, sort: Sort, limit: int, offset: int, first: int) -> list[_Found]:
        """Some of the matches, in order."""
        ranked = bool(self.words) and sort == "relevance"
        rank, order = ("f.rank", "f.rank, a.id") if ranked else ("null", "a.dated_at desc, a.id")
        rows = db.execute(
            f"select a.id, {self.text}, {rank} {self._newest()} order by {order} limit ? offset ?",
            (*self.values, *self._bound(first), limit, offset),
        )
        return [_Found(article, text, None if rank is None else -rank) for article, text, rank in rows]

    def facets(self, db: sqlite3.Connection, first: int) -> dict[str, tuple[Facet, ...]]:
        """How often each value stands in the matches, most frequent first; months in their order."""
        columns = "a.site, a.section, a.authors, a.keywords, a.language, a.day"
        order = f"{self.text} desc" if self.words else "a.dated_at desc, a.id"
        rows = db.execute(
            f"with m as materialized (select {columns} {self._newest()} order by {order} limit ?) {_COUNTS}",
            (*self.values, *self._bound(first), MAX_RANKED if self.words else NEWEST),
        )
        found = defaultdict(list)
        for name, value, count in rows:
            if value:
                found[name].append(Facet(value=value, count=count))
        return {name: _in_order(name, found[name]) for name, _, _ in _FACETS}

    def _newest(self) -> str:
        """The source without what is older than the newest matches; those alone are ranked."""
        return f"{self.source} and {self.text} >= ?" if self.words else self.source

    def _bound(self, first: int) -> tuple[int, ...]:
        return (first,) if self.words else ()


_FACETS = (
    ("site", "site", "m"),
    ("section", "section", "m"),
    ("author", "n.value", "m, json_each(m.authors) as n"),
    ("keyword", "n.value", "m, json_each(m.keywords) as n"),
    ("language", "language", "m"),
    ("month", "substr(day, 1, 7)", "m"),
)
"""Each facet: its name, its value, and where that stands."""

_COUNTS = " union all ".join(
    f"select '{name}', {value}, count(*) from {place} group by 2"  # noqa: S608  names of columns
    for name, value, place in _FACETS
)


def _in_order(name: str, values: list[Facet]) -> tuple[Facet, ...]:
    if name == "month":
        return tuple(sorted(values, key=lambda one: one.value))
    return tuple(sorted(values, key=lambda one: (-one.count, one.value))[:MAX_VALUES])


def _asked(db: sqlite3.Connection, query: str, filters: Filters) -> _Asked:
    for value in (query, *filters.values()):
        if isinstance(value, str) and len(value) > MAX_QUERY:
            raise UsageError(f"{value[:40]!r}… is too long; ask with at most {MAX_QUERY:,} characters")
    if (site := filters.get("site")) and not filters.get("first_seen"):
        _check_site(db, storable(site))
    words = quote_odd_words(storable(query).strip())
    check_size(words)
    until = end_of(filters)
    where, values = _conditions(filters)
    joined = ["from articles_fts as f"] if words else []
    match = ["f.articles_fts match ?"] if words else []
    if until:
        text = "r.text_id"
        joined += ["join" if words else "from", "revision_rows as r", "on r.text_id = f.rowid" if words else ""]
        joined += ["join article_rows as a on a.id = r.article_id"]
        where = ["r.captured_at < ?", f"(a.revision_count = 1 or {as_of.FUNCTION}(a.id, ?) = r.text_id)", *where]
        values = [until, until, *values]
        as_of.register(db)
    else:
        text = "a.text_id"
        joined += ["join article_rows as a on a.text_id = f.rowid" if words else "from article_rows as a"]
    source = f"{' '.join(joined)} where {' and '.join([*match, *where]) or '1'}"
    return _Asked(words=words, source=source, values=(*([words] if words else []), *values), until=until, text=text)


def _conditions(filters: Filters) -> tuple[list[str], list[Any]]:
    """The conditions on `article_rows as a`, and the values that they bind."""
    where, values = [], list[Any]()
    for name, value in filters.items():
        if value and name in _FILTERS:
            condition, bound = _FILTERS[name]
            where.append(condition)
            values += bound(storable(value) if isinstance(value, str) else value)
    return where, values


def _day(value: str) -> str:
    with suppress(ValueError):
        if re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", value):
            date.fromisoformat(value + "0000-01-01"[len(value) :])
            return value
    raise UsageError(f"{value!r} is no date; write 2026, 2026-03 or 2026-03-31")


def _like(value: str) -> str:
    return "%" + re.sub(r"([%_\\])", r"\\\1", value) + "%"


_FILTERS: dict[str, tuple[str, Callable[[Any], list[Any]]]] = {
    "site": ("a.site = ?", lambda value: [value]),
    "section": ("a.section = ? collate nocase", lambda value: [value]),
    "author": (
        "exists (select 1 from json_each(a.authors) as n where n.value like ? escape '\\')",
        lambda value: [_like(value)],
    ),
    "keyword": (
        "exists (select 1 from json_each(a.keywords) as n where n.value = ? collate nocase)",
        lambda value: [value],
    ),
    "language": (
        "(a.language = ? or substr(a.language, 1, ?) = ?)",
        lambda v: [v.lower(), len(v) + 1, f"{v.lower()}-"],
    ),
    "since": ("a.day >= ?", lambda value: [_day(value)]),
    "until": ("a.day < ?", lambda value: [f"{_day(value)}~"]),
    "cluster": (
        "a.id in (select article_id from cluster_members where cluster_id = ?)",
        lambda value: [value],
    ),
    "revisions": ("a.revision_count >= ?", lambda value: [value]),
    "first_seen": ("a.first_captured_at >= ?", lambda value: [value]),
}


def _check_site(db: sqlite3.Connection, site: str) -> None:
    known = db.execute("select 1 from article_rows where site = ? limit 1", (site,)).fetchone()
    if known is None:
        there = sites(db)
        close = get_close_matches(site, there, n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(there[:10]) or 'none yet'}"
        raise UsageError(f"no article of a site {site!r}; {hint}")


def _snippets(db: sqlite3.Connection, words: str, found: list[_Found], marks: tuple[str, str]) -> dict[int, str]:
    """The words around the match in each text."""
    if not words:
        return {}
    rows = db.execute(
        "select rowid, snippet(articles_fts, -1, ?, ?, '…', 24) "
        "from articles_fts "
        "where rowid in (select value from json_each(?)) and articles_fts match ?",
        (*marks, json.dumps([one.text for one in found]), words),
    )
    return dict(rows)


_ROW = "a.url, a.site, a.authors, a.date_published, a.section, a.language, a.first_captured_at, a.record_id"


def _hits(db: sqlite3.Connection, found: list[_Found], snippets: dict[int, str], until: str) -> tuple[Hit, ...]:
    articles = [one.article for one in found]
    rows = as_of.rows(db, articles, until) if until else _rows_now(db, articles)
    marks = _pressmarks(db, [row["record_id"] for row in rows.values()])
    texts = _texts(db, [one.text for one in found])
    return tuple(
        Hit(
            id=one.article,
            headline=texts[one.text][0],
            authors=tuple(json.loads(row["authors"])),
            snippet=snippets.get(one.text, texts[one.text][1]),
            score=one.score,
            pressmark=marks[row["record_id"]],
            **{
                name: row[name]
                for name in ("url", "site", "date_published", "section", "language", "first_captured_at")
            },
        )
        for one in found
        for row in (rows[one.article],)
    )


def _rows_now(db: sqlite3.Connection, articles: list[str]) -> dict[str, dict[str, Any]]:
    names = ("url", "site", "authors", "date_published", "section", "language", "first_captured_at", "record_id")
    rows = db.execute(
        f"select a.id, {', '.join(f'a.{name}' for name in names)} "  # noqa: S608  names of columns
        "from json_each(?) as k join article_rows as a on a.id = k.value",
        (json.dumps(articles),),
    )
    return {article: dict(zip(names, values, strict=True)) for article, *values in rows}


def _pressmarks(db: sqlite3.Connection, records: list[str]) -> dict[str, Pressmark]:
    rows = db.execute(
        "select c.record_id, c.payload_digest, c.warc, c.offset, c.length "
        "from json_each(?) as k join captures as c on c.record_id = k.value",
        (json.dumps(records),),
    )
    names = ("record_id", "payload_digest", "warc", "offset", "length")
    return {row[0]: Pressmark(**dict(zip(names, row, strict=True))) for row in rows}


def _texts(db: sqlite3.Connection, texts: list[int]) -> dict[int, tuple[str, str]]:
    """Headline and beginning of the body of each text."""
    rows = db.execute(
        "select t.id, t.headline, substr(t.body, 1, 200) from json_each(?) as k join texts as t on t.id = k.value",
        (json.dumps(texts),),
    )
    return {text: (headline, body) for text, headline, body in rows}
