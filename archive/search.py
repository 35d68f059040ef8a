"""Finds articles: by words and filters, with snippets and facets, today or as the archive stood on a day.

Values that a caller gives are bound, never written into a statement.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from heapq import nlargest, nsmallest
from itertools import chain
from operator import itemgetter
from typing import Any, Literal, TypedDict, Unpack, get_args

from archive import as_of
from archive.derive import FOREVER
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

    With `as_of` an article is what it was then, and so is what the filters look at, but for the cluster. *marks* stand
    around the words that match in a snippet. Raises QueryError or UsageError.
    """
    if sort not in get_args(Sort) or limit < 0 or offset < 0:
        raise UsageError(f"sort is {' or '.join(get_args(Sort))}, and limit and offset are not negative")
    asked = _asked(db, query, filters)
    with syntax_errors(db, asked.words):
        by_rank, most = bool(asked.words) and sort == "relevance", offset + limit
        matches = asked.matches(db, by_rank=by_rank, facets=facets, most=most)
        found = matches.first(most, by_rank=by_rank)[offset:]
        return SearchResult(
            query=asked.words,
            hits=_hits(db, found, _snippets(db, asked.words, found, marks), asked.until),
            total=matches.total,
            more=matches.more,
            facets=matches.facets() if facets else {},
        )


def matching(db: sqlite3.Connection, query: str = "", **filters: Unpack[Filters]) -> list[str]:
    """The ids of all articles that match, in their order; as `search`, without a bound."""
    asked = _asked(db, query, filters)
    with syntax_errors(db, asked.words):
        rows = db.execute(f"select a.article_id {asked.source}", asked.values).fetchall()
        rows += asked.on_later_pages(db, "a.article_id")
        return sorted({article for (article,) in rows})


def end_of(filters: Mapping[str, object]) -> str:
    """What instants of the archive that is asked for are smaller than; empty for today's."""
    day = filters.get("as_of")
    return f"{_day(str(day))}~" if day else ""


def sites(db: sqlite3.Connection) -> list[str]:
    """The sites that have articles."""
    return [site for (site,) in db.execute("select site from site_counts where articles > 0 order by site")]


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

    counted: tuple[str, tuple[Any, ...]]
    """The same for counting alone, from less where that will do."""

    last: int
    """No text of a higher number can match."""

    def matches(self, db: sqlite3.Connection, *, by_rank: bool, facets: bool, most: int) -> _Matches:
        """How many match, and those of them that are looked at; at least *most* of the newest without words."""
        columns = f"{'f.rank' if by_rank else 'null'}, a.article_id, a.text_id, a.dated_at"
        if facets:
            columns += "".join(f", a.{column}" for column in _FACETS.values())
        return self._with_words(db, columns) if self.words else self._without_words(db, columns, facets, most)

    def _with_words(self, db: sqlite3.Connection, columns: str) -> _Matches:
        texts = "from articles_fts as f where f.articles_fts match ?"
        if len(self._newest(db, texts, (self.words,))) > MAX_RANKED:
            newest = self._newest(db, *self.counted)
            if len(newest) > MAX_RANKED:
                most = min(NEWEST, MAX_RANKED)
                source = f"{self.source} and f.rowid between ? and ? order by f.rowid"
                rows = self._rows(db, f"{columns} {source}", newest[most - 1], self.last)
                return _Matches(total=MAX_RANKED, more=True, rows=rows[-most:])
        rows = self._rows(db, f"{columns} {self.source}")
        found = {article for _, article, *_ in rows}
        for row in sorted(self.on_later_pages(db, columns), key=lambda row: (row[0] or 0, row[1])):
            if row[1] not in found:
                found.add(row[1])
                rows.append(row)
        return _Matches(total=len(rows), more=False, rows=rows)

    def on_later_pages(self, db: sqlite3.Connection, columns: str) -> list[tuple[Any, ...]]:
        """The matches on the later pages of articles as they are today: few articles have any."""
        if not self.words or self.until or not db.execute("select 1 from article_pages limit 1").fetchone():
            return []
        selected = columns.replace("a.text_id", "p.text_id")
        return self._rows(db, f"{selected} {self.source.replace(_MATCHING, _MATCHING_LATER)}")

    def _newest(self, db: sqlite3.Connection, source: str, values: tuple[Any, ...]) -> list[int]:
        """The texts of the newest matches, of one more than are ranked."""
        rows = db.execute(
            f"select f.rowid {source} and f.rowid <= ? order by f.rowid desc limit ?",
            (*values, self.last, MAX_RANKED + 1),
        )
        return [text for (text,) in rows]

    def _without_words(self, db: sqlite3.Connection, columns: str, facets: bool, most: int) -> _Matches:
        (total,) = db.execute(
            f"select count(*) from (select 1 {self.source} limit ?)",  # noqa: S608
            (*self.values, MAX_RANKED + 1),
        ).fetchone()
        more = total > MAX_RANKED
        looked_at = min(NEWEST if more else MAX_RANKED, MAX_RANKED) if facets else 0
        rows = self._rows(
            db, f"{columns} {self.source} order by a.dated_at desc, a.article_id limit ?", max(looked_at, most)
        )
        return _Matches(total=min(total, MAX_RANKED), more=more, rows=rows, looked_at=looked_at)

    def _rows(self, db: sqlite3.Connection, selected: str, *more: int) -> list[tuple[Any, ...]]:
        return db.execute(f"select {selected}", (*self.values, *more)).fetchall()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matches:
    """The matches of a search, or the newest of them."""

    total: int
    more: bool
    rows: list[tuple[Any, ...]]
    """Rank, article, text and instant of each match, and what is counted."""
    looked_at: int = MAX_RANKED
    """How many rows are counted in facets."""

    def first(self, most: int, *, by_rank: bool) -> list[_Found]:
        """The first matches, in order."""
        if by_rank:
            rows = nsmallest(most, self.rows)
        else:
            newest = sorted(nlargest(most, map(itemgetter(3), self.rows)))[:1]
            rows = sorted((row for row in self.rows if [row[3]] >= newest), key=itemgetter(1))
            rows = sorted(rows, key=itemgetter(3), reverse=True)[:most]
        return [_Found(article, text, None if rank is None else -rank) for rank, article, text, *_ in rows]

    def facets(self) -> dict[str, tuple[Facet, ...]]:
        """How often each value stands in the matches, most frequent first; months in their order."""
        rows = self.rows[: self.looked_at]
        columns = list(zip(*rows, strict=True))[4:] if rows else [()] * len(_FACETS)
        return {name: _counted(name, column) for name, column in zip(_FACETS, columns, strict=True)}


_FACETS = {
    "site": "site",
    "section": "section",
    "author": "authors",
    "keyword": "keywords",
    "language": "language",
    "month": "day",
}
"""Each facet, and the column that has its values."""


def _counted(name: str, column: Iterable[str]) -> tuple[Facet, ...]:
    if name in {"author", "keyword"}:
        # all lists at once, which takes a tenth of the time
        column = chain.from_iterable(json.loads(f"[{','.join(column)}]"))
    elif name == "month":
        column = (day[:7] for day in column)
    counts = Counter(column)
    del counts[""]
    if name == "month":
        found = sorted(counts.items())
    else:
        found = nsmallest(MAX_VALUES, counts.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Facet(value=value, count=count) for value, count in found)


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
    if until:
        where, values = ["a.begins_at < ?", "a.ends_at >= ?", *where], [until, until, *values]
    else:
        where = [f"a.ends_at = '{FOREVER}'", *where]
    if words:
        tables, where, values = _MATCHING, ["f.articles_fts match ?", *where], [words, *values]
    else:
        tables = "article_states as a"
    source = f"from {tables} where {' and '.join(where)}"
    plain = bool(words) and len(where) == 2 and not until
    counted = (_TEXTS_OF_TODAY, (words,)) if plain else (source, tuple(values))
    return _Asked(
        words=words, source=source, values=tuple(values), until=until, counted=counted, last=_last_text(db, until)
    )


def _last_text(db: sqlite3.Connection, until: str) -> int:
    """The last text that an article showed before *until*, or one of the same month."""
    month = until[:7] if until else FOREVER
    (last,) = db.execute("select max(text_id) from month_texts where month <= ?", (month,)).fetchone()
    return last or 0


# `cross join`: the index is asked first, whatever the planner thinks
_TEXTS_OF_TODAY = """
from articles_fts as f
cross join article_rows as n indexed by article_rows_by_text on n.text_id = f.rowid
where f.articles_fts match ?
"""
_MATCHING = "articles_fts as f cross join article_states as a on a.text_id = f.rowid"

_MATCHING_LATER = """articles_fts as f
cross join article_pages as p on p.text_id = f.rowid
join article_rows as r on r.id = p.article_id
join article_states as a on a.text_id = r.text_id and a.article_id = r.id"""


def _conditions(filters: Filters) -> tuple[list[str], list[Any]]:
    """The conditions on `article_states as a`, and the values that they bind."""
    where, values = [], list[Any]()
    if unknown := next((name for name in filters if name not in _FILTERS and name != "as_of"), ""):
        close = get_close_matches(unknown, [*_FILTERS, "as_of"], n=1)
        raise TypeError(f"there is no filter {unknown!r}" + (f"; did you mean {close[0]}?" if close else ""))
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
        "a.article_id in (select article_id from cluster_members where cluster_id = ?)",
        lambda value: [value],
    ),
    "revisions": ("a.revision_count >= ?", lambda value: [value]),
    "first_seen": (
        "a.begins_at >= ? and (select n.first_captured_at from article_rows as n where n.id = a.article_id) >= ?",
        lambda value: [value, value],
    ),
}


def _check_site(db: sqlite3.Connection, site: str) -> None:
    known = db.execute("select 1 from site_counts where site = ? and articles > 0", (site,)).fetchone()
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
