"""What kind of page an HTML page is: an article, a list of articles, or something that stands in an article's place.

Nothing that has an article's text is lost: a page is called something else only where it says so itself, or where there
is hardly any text of its own. The less a page declares, the more its text and its links decide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from pipelines.blocks import Blocks
from pipelines.finding import plain, width
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
_BELOW, _BEHIND = 80, 2
"""Blocks below a headline that are looked at, and how many behind a linked heading are taken for its teaser."""

_HEADING, _PARAGRAPH = 20, 60
"""Letters of a linked heading and of a paragraph, at least."""

_TEASERS, _MOSTLY = 0.35, 0.5
"""The share of teasers that speaks for a list, and of teasers or links that makes one."""

_SENTENCE, _MENU_WORDS = 35, 2
"""Letters from which a headline is no name of a section; spaces in such a name, at most."""

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
    """The body's text and the captions of its pictures: of a gallery they are most of what it says."""

    published: bool = False
    """Whether there is a date of publication."""

    authors: bool = False
    """Whether anybody signs."""

    is_continued: bool = False
    """Whether it is a later page of an article, in a row of numbered ones."""

    link_share: float = 0.0
    """How much of the page's text is links, from 0 to 1."""

    body_link_share: float = 0.0
    """How much of the body's text is links, from 0 to 1."""

    teaser_share: float = 0.0
    """How much of the text below the headline stands right behind linked headings, from 0 to 1; 0 where JSON-LD calls
    the page an article."""


def teaser_share(blocks: Blocks, at: int) -> float:
    """How much of the text below the headline's block *at* is the text of teasers, from 0 to 1; 0 without a headline.

    A teaser's text stands right behind a linked heading, or begins with one in the same block.
    """
    own = behind = 0.0
    since = _BEHIND
    for i in range(at + 1, min(at + 1 + _BELOW, len(blocks.texts))) if at >= 0 else ():
        letters, linked = width(blocks.texts[i]), blocks.link_letters[i]
        if linked > 0.8 * len(blocks.texts[i]):
            since = 0 if letters >= _HEADING else since
        elif linked > 0.3 * len(blocks.texts[i]) and linked >= _HEADING:
            behind += letters - linked
        elif since < _BEHIND:
            behind += letters if letters >= _HEADING else 0.0
            since += 1
        elif letters >= _PARAGRAPH:
            own += letters
    return behind / (behind + own) if behind else 0.0


def page_kind(page: Page, news: Node, signs: Signs) -> str:
    """`article`, `section`, or why neither: challenge, not_found, consent, login, search, video, other."""
    if len(signs.body) < _LITTLE_TEXT:
        reason = _stand_in(page, news, width(signs.body))
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


def _stand_in(page: Page, news: Node, letters: float) -> str:
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
    title = _without_host(title, page.url)
    if _says(title, NOT_FOUND) or _says(first, NOT_FOUND):
        return "not_found"
    if _begins(title, CONSENT):
        return "consent"
    if (_says(title, LOGIN) or (letters < _HARDLY_ANY_TEXT and _says(first, LOGIN))) and 'type="password"' in page.html:
        return "login"
    return "video" if letters < _HARDLY_ANY_TEXT and _is_video(page, news) else ""


def _without_host(title: str, url: str) -> str:
    """*title* without the parts that are the name of the site: of one called The Register no page is a registration."""
    host = _segments_of(url)[1].replace("-", "").split(".")
    parts = re.split(r"(\s[|–—:·-]\s|\s*\|\s*|:\s)", title)
    return "".join(part for part in parts if plain(part).replace(" ", "") not in host or not plain(part))


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
    letters = width(signs.body)
    kinds = {kind for node in page.json_ld[:40] for kind in types_of(node)}
    score = 2.5 if news and not set(types_of(news)) & OTHER_TYPES else 0.0
    og_type = page.meta_value("og:type").lower()
    score += (
        1.5 if og_type in {"article", "news", "blog"} else -0.5 if og_type in {"website", "product", "profile"} else 0.0
    )
    score += 0.8 if signs.published else 0.0
    score += 0.5 if signs.authors else 0.0
    score += 0.5 if signs.is_shown else -0.3
    is_place = not news and _names_a_place(page, signs)
    score += 1.3 if signs.is_shown and signs.published and not is_place and _is_titled(page, signs.headline) else 0.0
    # a later page of an article need not say again who wrote it when
    score += 1.6 if signs.is_continued and signs.is_shown and _is_titled(page, signs.headline) else 0.0
    score += 1.4 if letters > 1_500 else 0.9 if letters > 600 else 0.3 if letters > 250 else -1.0
    return score - _against(signs, kinds, letters, is_news=bool(news)) - 0.8 * is_place + _score_of_url(page.url)


def _against(signs: Signs, kinds: set[str], letters: float, *, is_news: bool) -> float:
    """How much speaks against an article: types of other things, links, teasers."""
    # a signed and dated text is one, whatever else the page lists
    doubt = 0.5 if signs.published and signs.authors and letters > 1_500 else 1.0 if letters > 1_500 else 2.0
    score = doubt * max(0.0, signs.link_share - 0.45)
    if is_news:
        return score
    score += 0.75 * doubt * (bool(kinds & LISTING_TYPES) + bool(kinds & OTHER_TYPES))
    score += 2.0 * int(doubt) * max(0.0, signs.teaser_share - _TEASERS)
    return score + 6.0 * max(0.0, signs.body_link_share - 0.25)


def _is_titled(page: Page, headline: str) -> bool:
    """Whether the page's title begins or ends with a headline of a sentence's length, as that of a section does not."""
    words, title = plain(headline), plain(page.title)
    is_sentence = words.count(" ") >= 6 or width(headline) >= _SENTENCE
    return is_sentence and (title.startswith(words) or title.endswith(words))


def _names_a_place(page: Page, signs: Signs) -> bool:
    """Whether the headline is the name of a place: of the last part of the path, of an entry of a menu, of the site."""
    words = plain(signs.headline).replace(" ", "")
    segments, host = _segments_of(page.url)
    if not words or not host:
        return False
    is_named = bool(segments) and words in {
        plain(name).replace(" ", "") for name in (segments[-1], unquote(segments[-1]))
    }
    if segments[-2:-1] and segments[-2] in LISTING_SEGMENTS:
        return is_named
    is_short = signs.headline.count(" ") <= _MENU_WORDS and width(signs.headline) < _SENTENCE
    is_high = len(segments) < (4 if signs.teaser_share > _TEASERS else 2)
    is_place = is_named or words in host.replace("-", "").split(".")
    return is_short and is_high and (is_place or _is_in_menu(page, signs.headline))


def _is_in_menu(page: Page, headline: str) -> bool:
    """Whether *headline* is the text of a link to the page itself, as a menu has one for each section."""
    own, words = page.url.rstrip("/"), plain(headline)
    return any(link.url.rstrip("/") == own and plain(link.text) == words for link in page.links if link.text)


def _segments_of(url: str) -> tuple[list[str], str]:
    """The segments of a URL's path, in lower case, and its host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return [], ""
    return [s.lower() for s in parts.path.split("/") if s], parts.hostname or ""


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
    if kinds & LISTING_TYPES or _score_of_url(page.url) < 0 or max(signs.link_share, signs.teaser_share) > _MOSTLY:
        return True
    return sum(len(link.text) > 25 for link in page.links[:500]) > 12
