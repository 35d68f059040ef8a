"""The edits of articles: each change of a text as it was seen, and each time that a page was found gone.

A text is what `archive.text` makes of a page's headline, standfirst and body; menus, boxes, counts of comments and the
like are no part of it, so they never make an edit. Each URL of an article is followed by itself, since a print or AMP
page may be read a little otherwise; what one URL has shown is not told again for the next.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archive.changes import Changes, Texts, compare
from archive.pages import Pages, Showing
from archive.query import NotFound, find_article
from archive.text import storable

MAX_EDITS = 500
"""Edits of a whole collection that are given, the newest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change of an article."""

    article_id: str
    """The article."""

    url: str
    """The URL at which it was seen."""

    site: str
    """Its site."""

    seen_at: str
    """When it was seen."""

    not_before: str
    """When that URL was seen as it was before: the edit was made between the two."""

    record_id: str
    """The record that shows the new text, or that the page is gone."""

    previous_record_id: str
    """The record that shows the text before."""

    kinds: tuple[str, ...]
    """As in `Changes`; `gone` when the page was answered with 404 or 410."""

    headline: str
    """The headline after it; before it, when the page is gone."""

    date_modified: str
    """What the page says of its last change, if it does."""

    status: int | None
    """HTTP status of the answer."""

    changes: Changes | None
    """What changed in the text; None when the page is gone."""


@dataclass(frozen=True, slots=True)
class _Step:
    """From one showing of a URL to the next, or to its end."""

    before: Showing
    after: Showing | None
    record_id: str
    seen_at: str
    status: int | None


def edits_of(db: sqlite3.Connection, what: str) -> list[Edit]:
    """The edits of one article, by its id or any of its URLs, oldest first. Raises NotFound."""
    article = find_article(db, storable(what).strip())
    if article is None:
        raise NotFound(f"no article is known as {what!r}; try words of its headline with `pressmark search`")
    return sorted(_edits(db, article), key=lambda edit: (edit.seen_at, edit.record_id))


def newest_edits(db: sqlite3.Connection, *, since: str = "", site: str = "", limit: int = MAX_EDITS) -> list[Edit]:
    """The newest edits of the whole collection, newest first, from the day *since* on."""
    articles = db.execute(_EDITED, (site,)).fetchall()
    found = [edit for (article,) in articles for edit in _edits(db, article) if edit.seen_at >= since]
    return sorted(found, key=lambda edit: (edit.seen_at, edit.article_id, edit.record_id), reverse=True)[:limit]


_EDITED = """
select id
from article_rows
where revision_count > 1 and ?1 in ('', site)
union
select a.id
from captures as c
join article_urls as u on u.urlkey = c.urlkey
join article_rows as a on a.id = u.article_id
where c.status in (404, 410) and ?1 in ('', a.site)
"""
_GONE_AT = "select captured_at, record_id, status from captures where urlkey = ? and status in (404, 410)"
_TEXTS = """
select t.id, t.headline, t.standfirst, t.body
from json_each(?) as k
join texts as t on t.id = k.value
"""
_PAGE = """
select c.url, c.site, coalesce(json_extract(r.fields, '$.date_modified'), '')
from captures as c
left join readings as r on r.record_id = ?2
where c.record_id = ?1
"""


def _edits(db: sqlite3.Connection, article: str) -> Iterator[Edit]:
    steps = [step for keys in _keys_by_page(db, article) for step in _steps(db, keys)]
    ids = {showing.text_id for step in steps for showing in (step.before, step.after) if showing}
    texts = {
        text: Texts(headline=headline, standfirst=standfirst, body=body)
        for text, headline, standfirst, body in db.execute(_TEXTS, (json.dumps(sorted(ids)),))
    }
    for step in steps:
        before = texts[step.before.text_id]
        after = texts[step.after.text_id] if step.after else None
        changes = compare(before, after) if after else None
        read = step.after.reading_id if step.after else step.record_id
        url, site, date_modified = db.execute(_PAGE, (step.record_id, read)).fetchone()
        yield Edit(
            article_id=article,
            url=url,
            site=site,
            seen_at=step.seen_at,
            not_before=step.before.captured_at,
            record_id=step.record_id,
            previous_record_id=step.before.record_id,
            kinds=changes.kinds if changes else ("gone",),
            headline=(after or before).headline,
            date_modified=date_modified,
            status=step.status,
            changes=changes,
        )


def _keys_by_page(db: sqlite3.Connection, article: str) -> Iterable[list[str]]:
    """The URL keys of the article; those of its later pages apart, since each page has a text of its own."""
    rows = db.execute(
        "select coalesce(p.number, 1), u.urlkey from article_urls as u "
        "left join article_pages as p on p.article_id = u.article_id and p.urlkey = u.urlkey where u.article_id = ?",
        (article,),
    )
    found: dict[int, list[str]] = {}
    for number, urlkey in rows:
        found.setdefault(number, []).append(urlkey)
    return found.values()


def _steps(db: sqlite3.Connection, urlkeys: list[str]) -> Iterator[_Step]:
    """What changed at these URLs, in the order of time."""
    last: dict[str, Showing] = {}
    is_gone: set[str] = set()
    newest: Showing | None = None
    seen: set[int] = set()
    for at, record_id, urlkey, showing, status in _history(db, urlkeys):
        if showing is None:
            if urlkey in last and urlkey not in is_gone:
                is_gone.add(urlkey)
                yield _Step(last[urlkey], None, record_id, at, status)
            continue
        is_gone.discard(urlkey)
        before = last.get(urlkey, None if showing.text_id in seen else newest)
        told = newest is not None and newest.text_id == showing.text_id
        if before is not None and before.text_id != showing.text_id and not told:
            yield _Step(before, showing, record_id, at, status)
        last[urlkey] = newest = showing
        seen.add(showing.text_id)


def _history(db: sqlite3.Connection, urlkeys: list[str]) -> list[tuple[str, str, str, Showing | None, int | None]]:
    """Instant, record and URL key of each time that the article was seen, or was found gone."""
    pages = Pages(db)
    pages.load(urlkeys)
    found: list[tuple[str, str, str, Showing | None, int | None]] = []
    for urlkey in urlkeys:
        found += [(s.captured_at, s.record_id, urlkey, s, 200) for s in pages.showings(urlkey)]
        found += [(at, record, urlkey, None, status) for at, record, status in db.execute(_GONE_AT, (urlkey,))]
    return sorted(found, key=lambda seen: seen[:3])
