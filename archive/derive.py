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
_REVISION_COLUMNS = "article_id, text_id, captured_at, record_id"
_PAGE_COLUMNS = "article_id, number, urlkey, text_id, record_id"
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

    def rows(self, db: sqlite3.Connection, articles: str) -> dict[Row, Row]:
        """The rows of these articles (a JSON array of ids), by their key."""
        found = db.execute(
            f"select {self.columns} from {self.name} where {self.article} in (select value from json_each(?))",  # noqa: S608
            (articles,),
        )
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
            db.executemany(f"insert or replace into {self.name} ({self.columns}) values ({marks})", written)  # noqa: S608
        return {row[position] for row in written} | {old[key][position] for key in gone}


_URLS = _Table("article_urls", "urlkey, article_id", "article_id", 1)
_ARTICLES = _Table("article_rows", _ARTICLE_COLUMNS, "id", 1)
_REVISIONS = _Table("revision_rows", _REVISION_COLUMNS, "article_id", 2)
_PAGES = _Table("article_pages", _PAGE_COLUMNS, "article_id", 2)


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
    changed = _REVISIONS.replace(db, _REVISIONS.rows(db, ids), revisions)
    changed |= _ARTICLES.replace(db, _ARTICLES.rows(db, ids), _article_rows(db, shown))
    clusters.derive(db, changed | clusters.articles_of(db, paired))


def derive_all(db: sqlite3.Connection) -> None:
    """Computes the derived tables from the facts alone, in an order that depends on nothing else."""
    for table in ("article_urls", "article_rows", "revision_rows", "article_pages", "clusters", "cluster_members"):
        db.execute(f"delete from {table}")  # noqa: S608
    Pairs(db).derive_all()
    pages = db.execute(
        "select urlkey from readings where kind = 'article' "
        "union select urlkey from captures where kind = 'revisit' and refers_to_url <> url order by urlkey"
    ).fetchall()
    waiting = (urlkey for (urlkey,) in pages)
    while chunk := list(islice(waiting, CHUNK)):
        derive(db, chunk)


def derive_after_upgrade(db: sqlite3.Connection) -> None:
    """Fingerprints the texts of a catalog that had no fingerprints, and computes all derived tables."""
    rows = db.execute("select body_hash, min(body) from texts where body_hash is not null group by body_hash")
    db.executemany(fold.FINGERPRINTS.insert, (fold.fingerprint_row(body_hash, body) for body_hash, body in rows))
    derive_all(db)


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
    names = _ARTICLE_COLUMNS.split(", ")
    return {row[0]: dict(zip(names, row, strict=True)) for row in _article_rows(db, shown).values()}


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


def _article_rows(db: sqlite3.Connection, shown: list[tuple[list[str], list[Showing]]]) -> dict[Row, Row]:
    latest = {showings[-1].reading_id for _, showings in shown}
    said = {
        record: (json.loads(fields), url, site)
        for record, fields, url, site in db.execute(
            "select r.record_id, r.fields, c.url, c.site "
            "from json_each(?) as k "
            "join readings as r on r.record_id = k.value "
            "join captures as c on c.record_id = r.record_id",
            (json.dumps(sorted(latest)),),
        )
    }
    rows = (_article_row(component[0], showings, *said[showings[-1].reading_id]) for component, showings in shown)
    return {row[:1]: row for row in rows}


def _article_row(article: str, showings: list[Showing], said: dict[str, Any], url: str, site: str) -> Row:
    published = said.get("date_published", "")
    free = said.get("is_accessible_for_free")
    first = showings[0].captured_at
    return (
        article,
        showings[-1].text_id,
        showings[-1].reading_id,
        said.get("url") or url,
        said.get("canonical_url", ""),
        site,
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
        showings[-1].captured_at,
        len({showing.text_id for showing in showings}),
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
