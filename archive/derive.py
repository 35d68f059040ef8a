"""Articles, revisions and clusters as they follow from the facts: one function for what was touched and for everything.

An article is a component of URLs that are names of one another (`archive.aliases`); its id is the smallest URL key
among them. Its fields are those of its latest reading; a revision is one distinct text, dated by the capture that
showed it first. All of that is of its first page; of later ones (`archive.continuations`) the latest text is joined to
it. Rows that do not change are not written.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from archive import clusters, fold
from archive.aliases import components
from archive.continuations import later_pages
from archive.pages import Pages, Showing
from archive.similar import Pairs

Row = tuple[Any, ...]

CHUNK = 1000
"""Pages that are derived at once when everything is."""

_ARTICLE_COLUMNS = (
    "id, text_id, record_id, url, canonical_url, site, authors, date_published, date_modified, day, dated_at, section, "
    "keywords, language, publisher, main_image, is_accessible_for_free, first_captured_at, last_captured_at, "
    "revision_count"
)
_ARTICLE_NAMES = _ARTICLE_COLUMNS.split(", ")
_REVISION_COLUMNS = "article_id, text_id, captured_at, record_id"
_PAGE_COLUMNS = "article_id, number, urlkey, text_id, record_id"
_OF_ARTICLE = ("site", "section", "language", "day", "dated_at", "authors", "keywords", "revision_count")
_STATE_COLUMNS = f"text_id, article_id, begins_at, ends_at, {', '.join(_OF_ARTICLE)}"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class _Table:
    """A derived table, in which the rows of an article are replaced where they differ."""

    name: str
    columns: str
    article: str
    """The column that holds the article's id."""
    key: int
    """How many columns at the beginning are the key."""
    where: str = "{article} in (select value from json_each(?))"
    """How the rows of some articles are found."""

    def rows(self, db: sqlite3.Connection, articles: str) -> dict[Row, Row]:
        """The rows of these articles (a JSON array of ids), by their key."""
        where = self.where.format(article=self.article)
        found = db.execute(f"select {self.columns} from {self.name} where {where}", (articles,))  # noqa: S608
        return {row[: self.key]: row for row in found}

    def replace(self, db: sqlite3.Connection, old: dict[Row, Row], new: dict[Row, Row]) -> set[str]:
        """Makes *old* rows *new* ones, and gives the ids of the articles that changed."""
        names = self.columns.split(", ")
        position = names.index(self.article)
        gone = [key for key in old if key not in new]
        written = [row for key, row in sorted(new.items()) if old.get(key) != row]
        if gone:
            where = " and ".join(f"{name} = ?" for name in names[: self.key])
            db.executemany(f"delete from {self.name} where {where}", gone)  # noqa: S608
        if written:
            marks = ", ".join("?" * len(names))
            # an upsert, because what a `replace` deletes sets off no trigger
            changed = ", ".join(f"{name} = excluded.{name}" for name in names[self.key :]) or f"{names[0]} = {names[0]}"
            db.executemany(
                f"insert into {self.name} ({self.columns}) values ({marks}) "  # noqa: S608
                f"on conflict ({', '.join(names[: self.key])}) do update set {changed}",
                written,
            )
        return {row[position] for row in written} | {old[key][position] for key in gone}


_URLS = _Table("article_urls", "urlkey, article_id", "article_id", 1)
_ARTICLES = _Table("article_rows", _ARTICLE_COLUMNS, "id", 1)
_REVISIONS = _Table("revision_rows", _REVISION_COLUMNS, "article_id", 2)
_PAGES = _Table("article_pages", _PAGE_COLUMNS, "article_id", 2)
_STATES = _Table(
    "article_states",
    _STATE_COLUMNS,
    "article_id",
    3,
    where="(text_id, article_id) in "
    "(select text_id, article_id from revision_rows where article_id in (select value from json_each(?)))",
)

FOREVER = "~"
"""When a state ends that still holds; later than any instant."""


def derive(db: sqlite3.Connection, touched: Collection[str], paired: Collection[int] = ()) -> None:
    """Brings the derived tables in step with the facts, after facts about the *touched* URL keys were added.

    *paired* are the bodies whose pairs have changed (see `archive.similar`).
    """
    if not touched and not paired:
        return
    pages = Pages(db)
    pages.load(touched)
    found = components(db, pages, {*touched, *pages.repeated_elsewhere(touched)})
    later = later_pages(db, pages, found)
    articles = [(component, _showings(pages, (key for key in component if key not in later))) for component in found]
    shown = [(component, showings) for component, showings in articles if showings]
    old = json.dumps(sorted(_old_articles(db, (key for component in found for key in component))))
    ids = json.dumps(sorted({component[0] for component, _ in shown} | set(json.loads(old))))
    _URLS.replace(db, _URLS.rows(db, ids), {(key,): (key, c[0]) for c, _ in shown for key in c})
    revisions = {row[:2]: row for component, showings in shown for row in _revision_rows(component[0], showings)}
    _PAGES.replace(db, _PAGES.rows(db, ids), _page_rows(pages, found, later))
    said = _said(db, (showing.reading_id for _, showings in shown for showing in showings))
    _STATES.replace(db, _STATES.rows(db, ids), _state_rows(shown, said))
    changed = _REVISIONS.replace(db, _REVISIONS.rows(db, ids), revisions)
    changed |= _ARTICLES.replace(db, _ARTICLES.rows(db, ids), _article_rows(shown, said))
    clusters.derive(db, changed | clusters.articles_of(db, paired))


def derive_all(db: sqlite3.Connection) -> None:
    """Computes the derived tables from the facts alone, in an order that depends on nothing else."""
    Pairs(db).derive_all()
    _derive_articles(db)


def _derive_articles(db: sqlite3.Connection) -> None:
    articles = ("article_urls", "article_rows", "article_states", "revision_rows", "article_pages")
    for table in (*articles, "clusters", "cluster_members"):
        db.execute(f"delete from {table}")  # noqa: S608
    pages = db.execute(
        "select urlkey from readings where kind = 'article' "
        "union select urlkey from captures where kind = 'revisit' and refers_to_url <> url order by urlkey"
    ).fetchall()
    waiting = (urlkey for (urlkey,) in pages)
    while chunk := list(islice(waiting, CHUNK)):
        derive(db, chunk)


def derive_after_upgrade(db: sqlite3.Connection) -> None:
    """Fingerprints the texts of a catalog that had no fingerprints, and computes the derived tables."""
    new = db.execute(
        "select body_hash, min(body) from texts "
        "where body_hash is not null and body_hash not in (select body_hash from fingerprints) "
        "group by body_hash"
    )
    found = db.executemany(fold.FINGERPRINTS.insert, (fold.fingerprint_row(body_hash, body) for body_hash, body in new))
    if found.rowcount > 0:
        Pairs(db).derive_all()
    _derive_articles(db)


def merge_facts(db: sqlite3.Connection, other: str) -> set[int]:
    """Folds the facts of the attached catalog *other* in, and indexes the texts that are new. Derives nothing.

    Gives the keys of the bodies that are new.
    """
    new = db.execute(
        f"select body_key from {other}.fingerprints except select body_key from main.fingerprints"  # noqa: S608
    ).fetchall()
    last = db.execute("select coalesce(max(id), 0) from texts").fetchone()[0]
    for table in fold.FACT_TABLES:
        db.execute(table.merge_from(other))
    db.execute(
        "insert into articles_fts (rowid, headline, standfirst, body) "
        "select id, headline, standfirst, body from texts where id > ? order by id",
        (last,),
    )
    return {body for (body,) in new}


def article_rows(db: sqlite3.Connection, shown: list[tuple[list[str], list[Showing]]]) -> dict[str, dict[str, Any]]:
    """What `article_rows` would hold, by article, if each component of URLs had been seen in these showings alone."""
    said = _said(db, (showings[-1].reading_id for _, showings in shown))
    return {row[0]: dict(zip(_ARTICLE_NAMES, row, strict=True)) for row in _article_rows(shown, said).values()}


def _showings(pages: Pages, component: Iterable[str]) -> list[Showing]:
    return sorted(showing for key in component for showing in pages.showings(key))


def _old_articles(db: sqlite3.Connection, urlkeys: Iterable[str]) -> set[str]:
    """The articles that these pages were names of."""
    rows = db.execute(
        "select distinct u.article_id from json_each(?) as k join article_urls as u on u.urlkey = k.value",
        (json.dumps(list(urlkeys)),),
    )
    return {article for (article,) in rows}


def _revision_rows(article: str, showings: list[Showing]) -> Iterator[Row]:
    """A row for each distinct text, with the capture that showed it first."""
    seen = set()
    for showing in showings:
        if showing.text_id not in seen:
            seen.add(showing.text_id)
            yield (article, showing.text_id, showing.captured_at, showing.reading_id)


def _page_rows(pages: Pages, components: Iterable[list[str]], later: dict[str, int]) -> dict[Row, Row]:
    """A row for each later page of an article, with its latest text; of two URLs of one page the latest seen."""
    rows: dict[Row, tuple[Showing, Row]] = {}
    for component in components:
        for urlkey in component:
            if urlkey in later:
                key, shown = (component[0], later[urlkey]), pages.showings(urlkey)[-1]
                if key not in rows or rows[key][0] < shown:
                    rows[key] = (shown, (*key, urlkey, shown.text_id, shown.reading_id))
    return {key: row for key, (_, row) in rows.items()}


def _state_rows(shown: list[tuple[list[str], list[Showing]]], said: dict[str, _Said]) -> dict[Row, Row]:
    """A row for each state of an article: from the capture that showed it first to the one that showed another."""
    rows = (row for component, showings in shown for row in _states(component[0], showings, said))
    return {row[:3]: row for row in rows}


def _states(article: str, showings: list[Showing], said: dict[str, _Said]) -> Iterator[Row]:
    found: list[tuple[str, Row]] = []
    texts: set[int] = set()
    last = None
    for showing in showings:
        texts.add(showing.text_id)
        if last == (showing.reading_id, len(texts)):
            continue
        last = (showing.reading_id, len(texts))
        row = _article_row(article, showings[0], showing, len(texts), said[showing.reading_id])
        state = (showing.text_id, *(row[at] for at in _PLACES_OF_STATE))
        if found and found[-1][0] == showing.captured_at:
            found.pop()
        if not found or found[-1][1] != state:
            found.append((showing.captured_at, state))
    ends = [*(begins for begins, _ in found[1:]), FOREVER]
    for (begins, (text, *values)), end in zip(found, ends, strict=True):
        yield (text, article, begins, end, *values)


_PLACES_OF_STATE = [_ARTICLE_NAMES.index(name) for name in _OF_ARTICLE]


@dataclass(frozen=True, slots=True)
class _Said:
    """What a reading says of an article beside its text."""

    fields: dict[str, Any]
    """As the catalog keeps them."""
    url: str
    """The URL of the capture."""
    site: str
    """Its site."""


def _said(db: sqlite3.Connection, readings: Iterable[str]) -> dict[str, _Said]:
    """What these readings say, by record id."""
    rows = db.execute(
        "select r.record_id, r.fields, c.url, c.site "
        "from json_each(?) as k "
        "join readings as r on r.record_id = k.value "
        "join captures as c on c.record_id = r.record_id",
        (json.dumps(sorted(set(readings))),),
    )
    return {record: _Said(json.loads(fields), url, site) for record, fields, url, site in rows}


def _article_rows(shown: list[tuple[list[str], list[Showing]]], said: dict[str, _Said]) -> dict[Row, Row]:
    rows = (
        _article_row(
            component[0],
            showings[0],
            showings[-1],
            len({showing.text_id for showing in showings}),
            said[showings[-1].reading_id],
        )
        for component, showings in shown
    )
    return {row[:1]: row for row in rows}


def _article_row(article: str, first_seen: Showing, shown: Showing, revisions: int, read: _Said) -> Row:
    said, first = read.fields, first_seen.captured_at
    published = said.get("date_published", "")
    free = said.get("is_accessible_for_free")
    return (
        article,
        shown.text_id,
        shown.reading_id,
        said.get("url") or read.url,
        said.get("canonical_url", ""),
        read.site,
        _list(said.get("authors", ())),
        published,
        said.get("date_modified", ""),
        published[:10] if _DAY.match(published) else first[:10],
        _sortable(published) or first,
        said.get("section", ""),
        _list(said.get("keywords", ())),
        said.get("language", ""),
        said.get("publisher", ""),
        said.get("main_image", ""),
        None if free is None else int(free),
        first,
        shown.captured_at,
        revisions,
    )


def _list(values: Collection[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)


def _sortable(published: str) -> str:
    """The instant in UTC, or the date, by which articles are sorted; empty when it cannot be read."""
    if len(published) <= 10:
        return published if _DAY.fullmatch(published) else ""
    try:
        when = datetime.fromisoformat(published)
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):
        return published[:10] if _DAY.match(published) else ""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ") if when.year >= 1000 else ""
