"""Signs of a spider trap in a URL: pages that a server makes up without end.

Each rule looks at the URL and the day on which the link was seen, so that the same link is judged alike on every crawl.
The rules are for links found on pages; what a feed or sitemap announces is exempt from those that could hit an article.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from pipelines.urls import article_likeness, date_in, has_article_number, month_in

MAX_LENGTH = 2_048
"""Characters in a URL; what is longer grows."""

MAX_SEGMENTS = 20
"""Parts of a path; as Heritrix's TooManyPathSegmentsDecideRule."""

MAX_REPEATS = 2
"""How often a path segment may come again; Heritrix's PathologicalPathDecideRule allows as many, but counts only what
follows itself, which paths that grow by one of two words pass by."""

MAX_PARAMETERS = 2
"""Query parameters, beside the page's number, of a page that no number chooses; more combine without end."""

AHEAD = timedelta(days=62)
BEHIND = timedelta(days=183)
"""How far from the day of the link a calendar is followed."""

EARLIEST = date(1990, 1, 1)

_CALENDAR = re.compile(r"calend[ae]r|kalender|agenda|events?\b|termine|veranstaltung|whats-?on|diary", re.IGNORECASE)
_DATE_PARAMETER = re.compile(
    r"(?:^|&)(?:date|day|month|year|week|from|to|start|end|d|m|y|cal\w*|tribe-bar-date|eventdate|ical)=(\d{4})(?:-?(\d\d))?",
    re.IGNORECASE,
)
_PAGE_NUMBER = re.compile(r"(?:page|paged|pg|pagenum)=\d+$", re.IGNORECASE)
_FACETS = re.compile(
    r"(?:^|&)(?:sort|order|orderby|sortby|dir|view|display|per_?page|limit|filter\w*|facet\w*|f)\b", re.IGNORECASE
)


class Shape(NamedTuple):
    """What a URL shows of a trap, whenever and wherever it was found."""

    endless: str
    """Why its path never ends, in one word: long, deep, repeats; empty when it does."""

    combines: bool
    """Whether its query is one of very many combinations."""

    day: date | None
    """The day, or first day of the month, that it stands for; None when it stands for none."""

    is_calendar: bool
    """Whether it looks like a page of a calendar and not like an article."""


def shape_of(url: str) -> Shape:
    """The shape of a URL in canonical form."""
    parts = urlsplit(url)
    day = _day_of(url, parts.query)
    return Shape(
        endless=_endless(url, parts.path),
        combines=_combines(parts.query),
        day=day,
        is_calendar=day is not None and _is_calendar(url, parts.path, parts.query),
    )


def trap_in(shape: Shape, *, seen_on: date, announced: bool = False) -> str:
    """Why a URL of that shape looks like part of a trap, in one word; empty when it does not.

    *announced* says that a feed or sitemap named it.

    >>> trap_in(shape_of("https://example.com/a/b/a/b/a/b/"), seen_on=date(2018, 6, 18))
    'repeats'
    """
    if shape.endless or announced:
        return shape.endless
    if shape.day is not None and (shape.day > seen_on + AHEAD or shape.day < EARLIEST):
        return "calendar"
    if shape.is_calendar and shape.day is not None and shape.day < seen_on - BEHIND:
        return "calendar"
    return "facets" if shape.combines else ""


def resembles(url: str) -> str:
    """Which kind of trap a URL in canonical form would be part of, where its folder brings nothing; empty for none.

    >>> resembles("https://example.com/calendar/?month=2018-06"), resembles("https://example.com/a/b/a/")
    ('calendar', 'repeats')
    """
    parts = urlsplit(url)
    if shape_of(url).is_calendar:
        return "calendar"
    segments = [segment for segment in parts.path.split("/") if segment]
    if len(set(segments)) < len(segments):
        return "repeats"
    return "facets" if parts.query.count("&") >= 1 and not has_article_number(parts.query) else ""


def _endless(url: str, path: str) -> str:
    if len(url) > MAX_LENGTH:
        return "long"
    segments = [segment for segment in path.split("/") if segment]
    if len(segments) > MAX_SEGMENTS:
        return "deep"
    return "repeats" if len(segments) > MAX_REPEATS and _repeats(segments) else ""


def _repeats(segments: list[str]) -> bool:
    """Whether a segment stands too often in a path; numbers may, as in /2018/06/06/06/."""
    counts = Counter(segment for segment in segments if not segment.isdigit())
    return max(counts.values(), default=0) > MAX_REPEATS


def _is_calendar(url: str, path: str, query: str) -> bool:
    return bool(_CALENDAR.search(path) or _DATE_PARAMETER.search(query)) and article_likeness(url) < 0.6


def _day_of(url: str, query: str) -> date | None:
    """The day that a URL stands for: in its path, or the first of the month in path or query."""
    found = _DATE_PARAMETER.search(query) if query else None
    if found:
        year, month = int(found[1]), int(found[2] or 1)
        return date(max(year, 1), month if 1 <= month <= 12 else 1, 1)
    day = date_in(url)
    if day:
        return day
    month_text = month_in(url)
    return date.fromisoformat(month_text + "-01") if month_text else None


def _combines(query: str) -> bool:
    if not query or has_article_number(query):
        return False
    parameters = [part for part in query.split("&") if part and not _PAGE_NUMBER.match(part)]
    return len(parameters) > MAX_PARAMETERS or len(_FACETS.findall(query)) > 1
