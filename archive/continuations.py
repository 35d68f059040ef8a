"""Articles that are split over several pages: which URL is that of a later page, and of which article.

The form of the URL says which page of what it is, and a short link to the page before or to the first one says that it
is one in a row, not an address that happens to end in a number. That such a page belongs to an article is decided where
both are known (`archive.derive`): they share the headline and begin differently.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence

from archive.model import Link
from archive.pages import Pages
from archive.urlkey import url_key

MAX_TEXT = 40
"""Letters of a link that leads from page to page: "1", "Zurück zur ersten Seite". A headline has more."""

_WORD = r"(?:page|pages|pagina|paged|pg|seite|part|teil|p)"
_NUMBER = r"([1-9]\d?)"  # a greater one says something else
_QUERY = re.compile(
    r"(?:^|&)(?:page|paged|pg|page_?num|page_?number|current_?page|pagewanted|pagina|seite|p|part)"
    rf"={_NUMBER}(?=&|$)",
    re.IGNORECASE,
)
_PATH = re.compile(
    rf"(?<=[^/)])(?:/{_WORD}[/-]?{_NUMBER}|/{_NUMBER}|[-_,]{_WORD}[-_,]?{_NUMBER}(?=\.)|[_,-]{_NUMBER}(?=\.)"
    rf"|[-_](?:page|seite|pagina)[-_]?{_NUMBER}|(?<=/index)[_-]?{_NUMBER}(?=\.))"
    r"(\.[a-z]{3,5})?/?$",
    re.IGNORECASE,
)
_END = re.compile(r"(?:\.[a-z]{3,5})?/?$", re.IGNORECASE)


def page_of(urlkey: str) -> tuple[str, int]:
    """What a URL key is a page of, and the number in it, 0 where it has none: the pages of an article share the stem.

    >>> page_of("com,example)/news/merger.html"), page_of("com,example)/news/merger_2.html")
    (('com,example)/news/merger', 0), ('com,example)/news/merger', 2))
    >>> page_of("com,example)/a?id=7&page=3") == (page_of("com,example)/a?id=7")[0], 3)
    True
    """
    path, mark, query = urlkey.partition("?")
    in_query = _QUERY.search(query) if mark else None
    if in_query:
        left = (query[: in_query.start()] + query[in_query.end() :]).strip("&")
        return _END.sub("", path) + (f"?{left}" if left else ""), int(in_query[1])
    in_path = _PATH.search(path)
    if in_path:
        number = next(group for group in in_path.groups()[:-1] if group)
        return path[: in_path.start()] + mark + query, int(number)
    return _END.sub("", path) + mark + query, 0


def page_before(urlkey: str, links: Iterable[Link]) -> str:
    """The key of the first page, or else of one before, that the page of *urlkey* leads back to; empty if it is none.

    A page leads back by `rel=prev`, or by a link of few letters.
    """
    stem, number = page_of(urlkey)
    if number == 0:
        return ""
    before = {}
    for link in links:
        if link.rel == "prev" or (link.rel == "link" and len(link.text) <= MAX_TEXT):
            key = url_key(link.url)
            its_stem, its_number = page_of(key)
            if its_stem == stem and its_number < number:
                before[its_number, len(key), key] = key
    return before[min(before)] if before else ""


def is_in_row(urlkey: str, links: Sequence[Link]) -> bool:
    """Whether the page of *urlkey* is a later one of a row: it leads back, and to some page of the row by its number.

    The menu alone leads back from `/jobs/2` to `/jobs/`.
    """
    if not page_before(urlkey, links):
        return False
    stem = page_of(urlkey)[0]
    numbered = (link.url for link in links if link.rel in {"prev", "next"} or link.text.isdecimal())
    return any(page_of(url_key(url))[0] == stem for url in numbered)


def later_pages(db: sqlite3.Connection, pages: Pages, components: Iterable[Sequence[str]]) -> dict[str, int]:
    """Those URL keys of *components* that are later pages of their article, and which.

    Each component holds the URLs of one article (`archive.aliases`). A page that begins as another of them does is the
    same page once more, with other comments perhaps, or the first one under its number. Where the first page was never
    seen, the earliest stands for it.
    """
    numbered = [(keys, found) for keys in components if (found := _numbered(keys))]
    claiming = _claiming(db, [key for _, found in numbered for key in found]) if numbered else set()
    later: dict[str, int] = {}
    for keys, found in numbered:
        rows = {key: number for key, number in found.items() if key in claiming and pages.showings(key)}
        firsts = [key for key in keys if key not in rows and pages.showings(key)]
        firsts = firsts or sorted(rows, key=lambda key: (rows[key], key))[:1]
        texts = {sign for key in firsts for sign in _texts(pages, key)}
        later |= {key: n for key, n in rows.items() if key not in firsts and texts.isdisjoint(_texts(pages, key))}
    return later


def _numbered(keys: Iterable[str]) -> dict[str, int]:
    return {key: number for key in keys if (number := page_of(key)[1])}


def _claiming(db: sqlite3.Connection, keys: list[str]) -> set[str]:
    """Those of *keys* that say they have a page before them."""
    rows = db.execute(
        "select distinct a.from_urlkey from json_each(?) as k join aliases as a on a.from_urlkey = k.value "
        "where a.kind = 'page'",
        (json.dumps(keys),),
    )
    return {key for (key,) in rows}


def _texts(pages: Pages, urlkey: str) -> set[str]:
    """What tells the texts of a page from those of another page of its article, which have the same headline."""
    return {sign for sign in pages.keys(urlkey) if not sign.startswith("headline ")}
