"""Our own pages: search, article, differences, site, overview. Each takes what is asked and gives a whole answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from archive.errors import UsageError
from archive.mementos import Memento, nearest
from archive.printable import json_text
from archive.query import NotFound, reading, show, status
from archive.results import SearchResult, Shown, ShownRevision
from archive.search import NEWEST, Filters, search
from crawler.web.http import Answer, Asked
from crawler.web.plots import bars, every_day, every_month
from crawler.web.replay import path_of
from crawler.web.word_diff import word_diff

if TYPE_CHECKING:
    import sqlite3

    from jinja2 import Environment

PER_PAGE = 20
LAST_PAGE = 500
MONTHS = 60
"""Bars of months that the search page draws at most, the last ones."""

SHOWN_VALUES = 10
"""Values of a facet that the search page lists."""

FILTERS = tuple(name for name in Filters.__annotations__ if name != "first_seen")
_ASKS = ("q", *FILTERS, "sort")
_BEGIN, _END = "\ue000", "\ue001"
_MARKED = re.compile(f"{_BEGIN}([^{_BEGIN}{_END}]*){_END}")


@dataclass(frozen=True)
class Room:
    """The collection that is shown, and how."""

    path: Path
    """Its folder."""

    @cached_property
    def templates(self) -> Environment:
        """The templates; what they are given is text, and escaped."""
        from jinja2 import Environment, PackageLoader, StrictUndefined

        found = Environment(
            loader=PackageLoader("crawler.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        found.filters |= {"marked": marked, "instant": _instant, "web": web_link, "number": "{:,}".format}
        found.globals |= {"here": "", "link": link, "collection": self.path.resolve().name}
        return found

    def page(self, template: str, status: int = 200, /, **values: object) -> Answer:
        """A page made from a template."""
        text = self.templates.get_template(template).render(values)
        return Answer(body=text.encode(errors="replace"), status=status)

    def told(self, status: int, message: str) -> Answer:
        """A page that says what is wrong, in one line."""
        return self.page("error.html", status, message=" ".join(message.split()), status=status)


Page = Callable[[Room, "sqlite3.Connection", Asked], Answer]


def link(path: str, given: Mapping[str, object] | None = None, **more: object) -> str:
    """A path with parameters; *more* replaces those of *given*, and what is empty is left out.

    >>> link("/", {"q": "a b", "site": "x.example"}, site="", page=2)
    '/?q=a+b&page=2'
    """
    parameters = {name: value for name, value in {**(given or {}), **more}.items() if value}
    return f"{path}?{urlencode(parameters, errors='replace')}" if parameters else path


def web_link(url: str) -> str:
    """The URL where it leads to the web, else nothing: a page can say `javascript:` in its place."""
    return url if url.lower().startswith(("http://", "https://")) else ""


def marked(snippet: str) -> list[tuple[str, bool]]:
    r"""The parts of a snippet, and whether each is a match.

    >>> marked("a \ue000word\ue001 here")
    [('a ', False), ('word', True), (' here', False)]
    """
    parts = _MARKED.split(snippet)
    return [(part.replace(_BEGIN, "").replace(_END, ""), n % 2 == 1) for n, part in enumerate(parts) if part or n % 2]


def _instant(text: str | None) -> str:
    """An instant, to the minute: '2026-03-01 12:30'."""
    return (text or "")[:16].replace("T", " ")


def _whole_number(asked: Asked, name: str, least: int, most: int) -> int:
    text = asked.parameters.get(name, "")
    if not text:
        return least
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
        raise UsageError(f"{name}={text[:40]}: a number from {least} to {most} is needed")
    return int(text)


def filters_of(asked: Asked) -> Filters:
    """The filters of a request."""
    found: dict[str, Any] = {name: asked.parameters[name] for name in FILTERS if asked.parameters.get(name)}
    if site := found.get("site"):
        found["site"] = site.removeprefix("www.")
    if "revisions" in found:
        found["revisions"] = _whole_number(asked, "revisions", 0, 1_000_000)
    return cast("Filters", found)


def search_page(room: Room, db: sqlite3.Connection, asked: Asked) -> Answer:
    """The search page; a query that cannot be understood is told above the box that holds it."""
    given = {name: asked.parameters.get(name, "") for name in _ASKS}
    try:
        number = _whole_number(asked, "page", 1, LAST_PAGE)
        result = _found(db, asked, number)
    except UsageError as error:
        empty = SearchResult(query=given["q"], hits=(), total=0)
        return room.page("search.html", 400, **_of_search(empty, given, 1), error=str(error))
    return room.page("search.html", **_of_search(result, given, number), error="")


def _found(db: sqlite3.Connection, asked: Asked, number: int) -> SearchResult:
    by_date = asked.parameters.get("sort") == "date"
    return search(
        db,
        asked.parameters.get("q", ""),
        sort="date" if by_date else "relevance",
        limit=PER_PAGE,
        offset=(number - 1) * PER_PAGE,
        marks=(_BEGIN, _END),
        facets=True,
        **filters_of(asked),
    )


def _of_search(result: SearchResult, given: dict[str, str], number: int) -> dict[str, object]:
    months = every_month([(one.value, one.count) for one in result.facets.get("month", ())], MONTHS)
    return {
        "result": result,
        "given": given,
        "used": {name: given[name] for name in FILTERS if given[name]},
        "facets": _facets(result, given),
        "bars": bars(months),
        "page": number,
        "pages": min(-(-(NEWEST if result.more and result.query else result.total) // PER_PAGE), LAST_PAGE),
        "newest": NEWEST,
        "first": (number - 1) * PER_PAGE + 1,
    }


def _facets(result: SearchResult, given: dict[str, str]) -> list[tuple[str, list[dict[str, object]]]]:
    """Each facet, and for each value its count and where it leads: to the search with it, or without it."""
    listed = []
    for name, values in result.facets.items():
        shown = list(reversed(values))[:SHOWN_VALUES] if name == "month" else values[:SHOWN_VALUES]
        rows = []
        for one in shown:
            narrowed = {"since": one.value, "until": one.value} if name == "month" else {name: one.value}
            chosen = all(given[key] == value for key, value in narrowed.items())
            to = dict.fromkeys(narrowed, "") if chosen else narrowed
            rows.append(
                {"value": one.value, "count": one.count, "chosen": chosen, "href": link("/", given | {"page": ""} | to)}
            )
        if rows:
            listed.append((name, rows))
    return listed


def feed_page(room: Room, db: sqlite3.Connection, asked: Asked) -> Answer:  # noqa: ARG001  as every page
    """What the search page lists, as an Atom feed."""
    from archive.atom import feed_of_search

    filters = filters_of(asked)
    result = search(db, asked.parameters.get("q", ""), sort="date", limit=50, **filters)
    return Answer(body=feed_of_search(result, filters).encode(), content_type="application/atom+xml; charset=utf-8")


def _shown(db: sqlite3.Connection, asked: Asked) -> Shown:
    what = asked.parameters.get("id", "")
    if not what:
        raise UsageError("say which article: /article?id=ID or URL")
    return show(db, what)


def article_page(room: Room, db: sqlite3.Connection, asked: Asked) -> Answer:
    """An article, or a page that is none, with all that is known of it."""
    shown = _shown(db, asked)
    if shown.article is None:
        return room.page("captures.html", shown=shown, mementos=_mementos(shown))
    from archive.citations import bibtex, csl

    mementos = _mementos(shown)
    mark = shown.pressmark
    return room.page(
        "article.html",
        shown=shown,
        article=shown.article,
        paragraphs=[part for part in shown.article["body"].split("\n") if part.strip()],
        picture=_picture(db, shown),
        mementos=mementos,
        replayed=mementos.get(mark.record_id, "") if mark else "",
        compared=_compared(*shown.revisions[-2:]) if len(shown.revisions) > 1 else None,
        bibtex=bibtex(shown),
        csl=json_text([csl(shown)], indent=2),
    )


def _mementos(shown: Shown) -> dict[str, str]:
    """Where each capture that has an answer is shown, by its record id."""
    found = {}
    for one in shown.captures:
        if one.kind != "failure":
            record = one.pressmark.record_id
            found[record] = path_of(
                Memento(
                    record_id=record,
                    url=one.url,
                    captured_at=one.captured_at,
                    kind=one.kind,
                    status=one.status,
                    mime="",
                )
            )
    return found


def _picture(db: sqlite3.Connection, shown: Shown) -> str:
    """The main picture, from the archive; nothing where it was not captured."""
    from datetime import datetime

    article = cast("dict[str, Any]", shown.article)
    if not web_link(article["main_image"]):
        return ""
    found = nearest(db, article["main_image"], datetime.fromisoformat(article["last_captured_at"]))
    return path_of(found, "im_") if found and found.mime.startswith("image/") else ""


def _compared(before: ShownRevision, after: ShownRevision) -> dict[str, object]:
    """Two revisions, field by field."""
    return {
        "before": before,
        "after": after,
        "fields": [
            (name, word_diff(getattr(before, name), getattr(after, name)))
            for name in ("headline", "standfirst", "body")
            if getattr(before, name) or getattr(after, name)
        ],
    }


def diff_page(room: Room, db: sqlite3.Connection, asked: Asked) -> Answer:
    """Two revisions of an article side by side: those that are named, or the last two."""
    shown = _shown(db, asked)
    if len(shown.revisions) < 2:
        raise NotFound(f"there is one text of {shown.urls[0]}; nothing to compare")
    last = len(shown.revisions)
    after = _whole_number(asked, "to", 1, last) if asked.parameters.get("to") else last
    before = _whole_number(asked, "from", 1, last) if asked.parameters.get("from") else max(after - 1, 1)
    compared = _compared(shown.revisions[before - 1], shown.revisions[after - 1])
    return room.page("diff.html", shown=shown, article=shown.article, compared=compared, before=before, after=after)


def overview_page(room: Room, db: sqlite3.Connection, asked: Asked) -> Answer:  # noqa: ARG001  as every page
    """How the collection stands."""
    from crawler.left_alone import sentences

    now = status(db, room.path)
    left_alone = sentences(now.jobs[0].stats if now.jobs else {})
    return room.page("overview.html", now=now, left_alone=list(left_alone), **_figures(db))


def site_page(room: Room, db: sqlite3.Connection, asked: Asked) -> Answer:
    """How one site stands, and its newest articles."""
    name = asked.parameters.get("name", "").removeprefix("www.")
    now = status(db, room.path, jobs=50)
    found = next((one for one in now.sites if one.site == name), None)
    if found is None:
        raise NotFound(f"nothing was captured of a site {name!r}; see the overview for those that are known")
    hits = search(db, site=name, sort="date", limit=10).hits if found.articles else ()
    jobs = [job for job in now.jobs if name in job.sites][:10]
    return room.page("site.html", site=found, hits=hits, jobs=jobs, **_figures(db, name))


def _figures(db: sqlite3.Connection, site: str = "") -> dict[str, object]:
    from archive.overview import DAYS, overview

    figures = overview(db, site)
    days = every_day(figures.days, DAYS)
    return {"figures": figures, "bars": bars(days)}


def raw_page(room: Room, db: sqlite3.Connection, asked: Asked) -> Answer:
    """The request and the response of a capture as they went over the wire, to be saved."""
    from archive.exchanges import exchange

    kept = exchange(db, room.path / "archive", asked.parameters.get("id", ""))
    headers = (("Content-Disposition", 'attachment; filename="exchange.http"'),)
    content = kept.request + kept.response
    return Answer(body=content, content_type="application/octet-stream", headers=headers, archived=True)


_STATIC = {"style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}


def static_file(name: str) -> Answer:
    """A file of ours. Raises NotFound for any other name."""
    if name not in _STATIC:
        raise NotFound("there is no such page")
    content = files("crawler.web").joinpath("static", name).read_bytes()
    return Answer(body=content, content_type=_STATIC[name])


PAGES: dict[str, Page] = {
    "/": search_page,
    "/feed.atom": feed_page,
    "/article": article_page,
    "/diff": diff_page,
    "/overview": overview_page,
    "/site": site_page,
    "/raw": raw_page,
}


def answer(room: Room, asked: Asked) -> Answer:
    """The answer to a request: what is wrong with it is told in one line, and is no error of ours."""
    from archive.errors import CheckFailed, CollectionLocked, PressmarkError
    from archive.files import storage_error
    from crawler.web.replay import PREFIXES, answer_memento

    try:
        if asked.path.startswith("/static/"):
            return static_file(asked.path.removeprefix("/static/"))
        page = PAGES.get(asked.path)
        if page is None and not asked.path.startswith(PREFIXES):
            return room.told(404, "there is no such page")
        with reading(room.path / "catalog.db") as db:
            return page(room, db, asked) if page else answer_memento(db, room.path / "archive", asked)
    except NotFound as error:
        return room.told(404, str(error))
    except (CheckFailed, CollectionLocked) as error:
        return room.told(503, str(error))
    except PressmarkError as error:
        return room.told(400, str(error))
    except OSError as error:
        return room.told(503, str(storage_error(error, Path(error.filename or room.path))))
