"""What kind of page an HTML page is: an article, a list of articles, or something that stands in an article's place.

Nothing that has an article's text is lost: a page is called something else only where it says so itself, or where there
is hardly any text of its own. The less a page declares, the more its text and its links decide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipelines.finding import plain
from pipelines.json_ld import Node, types_of
from pipelines.page import Page
from pipelines.urls import article_likeness
from pipelines.words.kinds import (
    CHALLENGE_MARKS,
    CHALLENGE_TITLES,
    CONSENT,
    LISTING_SEGMENTS,
    LISTING_TYPES,
    LOGIN,
    NOT_FOUND,
    OTHER_TYPES,
    SEARCH,
)

_LITTLE_TEXT = 1_200
_HARDLY_ANY_TEXT = 250
_ARTICLE = 1.0
_VIDEO_TYPES = {"VideoObject", "Movie", "Clip", "BroadcastEvent"}
_SEARCH_QUERY = re.compile(r"(?:^|&)(?:s|q|query|search|suche|k|keyword)=[^&]", re.IGNORECASE)
_SEARCH_PATH = re.compile(
    r"/(?:search|suche|recherche|buscar|busca|ricerca|zoeken|sok|haku|arama|szukaj)(?:[/.]|$)", re.IGNORECASE
)
_HOME_PATH = re.compile(r"/?(?:index|default|home|start)?(?:\.\w{3,5})?/?|/[a-z]{2}(?:[-_][a-z]{2})?/?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signs:
    """What the readers of the fields found, as far as it tells the kind of page."""

    headline: str = ""
    """The headline."""

    is_shown: bool = False
    """Whether the headline stands on the page."""

    body: str = ""
    """The body's text."""

    published: bool = False
    """Whether there is a date of publication."""

    authors: bool = False
    """Whether anybody signs."""

    link_share: float = 0.0
    """How much of the page's text is links, from 0 to 1."""

    body_link_share: float = 0.0
    """How much of the body's text is links, from 0 to 1."""


def page_kind(page: Page, news: Node, signs: Signs) -> str:
    """`article`, `section`, or why neither: challenge, not_found, consent, login, search, video, other."""
    letters = len(signs.body)
    if letters < _LITTLE_TEXT:
        reason = _stand_in(page, news, letters)
        if reason:
            return reason
    if _is_search(page) and not news:
        return "search"
    score = _article_score(page, news, signs)
    if score >= _ARTICLE:
        return "article"
    if _is_video(page, news):
        return "video"
    return "section" if _is_list(page, signs) else "other"


def _stand_in(page: Page, news: Node, letters: int) -> str:
    """What stands where an article of little text was expected; empty for what may be one."""
    title = page.title.lower()[:300]
    is_short = len(page.html) < 60_000
    first = next((h.text().lower() for h in page.headings[:3] if h.tag == "h1"), "")[:300]
    if _begins(title, CHALLENGE_TITLES) or (
        letters < _HARDLY_ANY_TEXT and is_short and any(m in page.html for m in CHALLENGE_MARKS)
    ):
        return "challenge"
    if news:
        return ""
    if _says(title, NOT_FOUND) or _says(first, NOT_FOUND):
        return "not_found"
    if _begins(title, CONSENT):
        return "consent"
    if (_says(title, LOGIN) or (letters < _HARDLY_ANY_TEXT and _says(first, LOGIN))) and 'type="password"' in page.html:
        return "login"
    return "video" if letters < _HARDLY_ANY_TEXT and _is_video(page, news) else ""


def _begins(text: str, phrases: tuple[str, ...]) -> bool:
    """Whether *text* begins with one of *phrases*, behind a few letters at most."""
    return any(0 <= text.find(phrase) < 12 for phrase in phrases)


def _says(text: str, phrases: tuple[str, ...]) -> bool:
    """Whether a short *text* says one of *phrases* in whole words, and little else."""
    for part in re.split(r"\s[|–—:·-]\s|\s*\|\s*", text):
        words = plain(part)
        for phrase in phrases:
            wanted = plain(phrase)
            if words == wanted or (len(wanted) > 5 and wanted in words and len(words) < len(wanted) + 30):
                return True
            if len(wanted) == 3 and words.startswith(wanted + " ") and len(words) < 40:
                return True
    return False


def _is_search(page: Page) -> bool:
    try:
        parts = urlsplit(page.url)
    except ValueError:
        return False
    named = bool(_SEARCH_PATH.search(parts.path)) or (
        _HOME_PATH.fullmatch(parts.path) and _SEARCH_QUERY.search(parts.query)
    )
    return bool(named) or _begins(page.title.lower(), SEARCH)


def _is_video(page: Page, news: Node) -> bool:
    kinds = {kind for node in page.json_ld[:20] for kind in types_of(node)}
    return page.meta_value("og:type").lower().startswith("video") or (not news and bool(kinds & _VIDEO_TYPES))


def _article_score(page: Page, news: Node, signs: Signs) -> float:
    """How much speaks for an article; `_ARTICLE` is needed."""
    letters = len(signs.body)
    kinds = {kind for node in page.json_ld[:40] for kind in types_of(node)}
    score = 2.5 if news and not set(types_of(news)) & OTHER_TYPES else 0.0
    og_type = page.meta_value("og:type").lower()
    score += (
        1.5 if og_type in {"article", "news", "blog"} else -0.5 if og_type in {"website", "product", "profile"} else 0.0
    )
    score += 0.8 if signs.published else 0.0
    score += 0.5 if signs.authors else 0.0
    score += 0.5 if signs.is_shown else -0.3
    score += 1.3 if signs.is_shown and signs.published and _is_titled(page, signs.headline) else 0.0
    score += 1.4 if letters > 1_500 else 0.9 if letters > 600 else 0.3 if letters > 250 else -1.0
    # a signed and dated text is one, whatever else the page lists
    doubt = 0.5 if signs.published and signs.authors and letters > 1_500 else 1.0 if letters > 1_500 else 2.0
    score -= 0.75 * doubt if kinds & LISTING_TYPES and not news else 0.0
    score -= 0.75 * doubt if kinds & OTHER_TYPES and not news else 0.0
    score -= doubt * max(0.0, signs.link_share - 0.45)
    score -= 0.0 if news else 6.0 * max(0.0, signs.body_link_share - 0.25)
    return score + _score_of_url(page.url)


def _is_titled(page: Page, headline: str) -> bool:
    """Whether the page's title begins with a headline of a sentence's length, as that of a section does not."""
    words = plain(headline)
    return words.count(" ") >= 6 and plain(page.title).startswith(words)


def _score_of_url(url: str) -> float:
    try:
        parts = urlsplit(url)
    except ValueError:
        return 0.0
    if not url:
        return 0.3
    if _HOME_PATH.fullmatch(parts.path) and not parts.query:
        return -2.5
    segments = [s.lower() for s in parts.path.split("/") if s]
    if any(s in LISTING_SEGMENTS for s in segments[:3]):
        return -0.8
    return 0.8 * article_likeness(url)


def _is_list(page: Page, signs: Signs) -> bool:
    """Whether a page that is no article leads to others: many links with words of their own."""
    kinds = {kind for node in page.json_ld[:40] for kind in types_of(node)}
    if kinds & LISTING_TYPES or _score_of_url(page.url) < 0 or signs.link_share > 0.5:
        return True
    return sum(len(link.text) > 25 for link in page.links[:500]) > 12
