"""The headline: the first heading that a page shows, told from the site's name and from titles for search engines."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from archive.model import Evidence
from pipelines.finding import Finding, evidence_of, plain
from pipelines.json_ld import Node, text_of, types_of
from pipelines.lines import is_shown
from pipelines.page import Page, fold

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

MAX_HEADLINE = 400
"""Letters of a headline; a longer `<h1>` holds more than that."""

_SEPARATOR = re.compile(r"\s+(?:[|\-–—:»«·•/~>]|::|\|\|)+\s+|\s*[|｜ㅣ│»«]\s*|\s*[：]\s*|(?<=\S)\s*-\s*(?=[^-]{2,20}$)")
_NEWS = {"NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle", "LiveBlogPosting"}
_SHORT = 12
"""Letters of a part of a title that is too short to be taken for the headline by itself."""

_SHORTEST_KICKER = 5
"""Letters of a kicker: "The" and "2024" are none."""

_WORDS = 6
_LONG = 200
"""Letters of a heading that is a text, where no declared title is half as long."""

_LIKE = 0.3
"""How like a declared title a heading has to be."""

_META_NAMES = ("og:title", "twitter:title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title", "title")


@dataclass(frozen=True, slots=True)
class Headline:
    """The headline of a page."""

    text: str
    """Without the site's name; empty when the page has none."""

    evidence: tuple[Evidence, ...]
    """Where it was seen."""


def read_headline(page: Page, news: Node) -> Headline:
    """The headline of *page*; *news* is the JSON-LD node of its article (empty when there is none)."""
    site = _site_words(page)
    declared = list(_declared(page, news, site))
    shown = list(_shown(page, declared))
    chosen = _choose(page, shown, declared, site, is_news=bool(set(types_of(news)) & _NEWS))
    return Headline(chosen.value if chosen else "", evidence_of("headline", shown + declared, chosen))


def _declared(page: Page, news: Node, site: set[str]) -> Iterator[Finding]:
    """What JSON-LD, `<meta>` and `<title>` call the page."""
    places = [(text_of(news.get("headline")) or text_of(news.get("name")), "json-ld", "headline")]
    for name in _META_NAMES:
        places += [
            (raw, "opengraph" if name.startswith("og:") else "meta", name) for raw in page.meta.get(name, ())[:1]
        ]
    places.append((page.title, "heuristic", "title"))
    values: dict[str, str] = {}
    for raw, source, selector in places:
        if raw:
            title = html.unescape(fold(raw))
            if title not in values:
                values[title] = _without_site(title, page, site)
            yield Finding(values[title], raw, source, selector)


def _shown(page: Page, declared: list[Finding]) -> Iterator[Finding]:
    """The headings on the page, and what it marks as headline."""
    titles = {plain(f.value) for f in declared}
    hidden: list[Finding] = []
    elsewhere: list[Finding] = []
    has_own = False
    for number, heading in enumerate(page.headings[:60]):
        tag = heading.tag
        text = _part_of_heading(heading, titles) or fold(heading.text())
        if not 0 < len(text) <= MAX_HEADLINE or (tag == "h2" and plain(text) not in titles):
            continue
        found = Finding(text, text, "heuristic", f"{tag}[{number}]")
        if tag == "h1" and _leads_elsewhere(heading, page):
            elsewhere.append(found)
            continue
        has_own = has_own or tag == "h1"
        if tag == "h1" and is_shown(page, text):
            yield found
        elif tag == "h1" or is_shown(page, text):
            hidden.append(found)
    # an <h1> for machines alone comes after an <h2> that shows what the page declares as its title
    yield from sorted(hidden, key=lambda f: f.selector, reverse=True)
    for node in page.marked.get("headline", ())[:3]:
        text = fold(node.text()) or (node.attributes.get("content") or "").strip()
        if text and len(text) <= MAX_HEADLINE:
            yield Finding(text, text, "microdata", "[itemprop=headline]")
    if not has_own:
        yield from elsewhere


def _leads_elsewhere(heading: LexborNode, page: Page) -> bool:
    """Whether a heading is nothing but a link to another page, as the headings of teasers are."""
    links = heading.css("a[href]")[:2]
    if len(links) != 1 or fold(links[0].text()) != fold(heading.text()):
        return False
    href = (links[0].attributes.get("href") or "").strip()
    try:
        target = urljoin(page.base_url or page.url, href)
    except ValueError:
        return False
    return bool(page.url) and not href.startswith("#") and _place(target) != _place(page.url)


def _place(url: str) -> str:
    """A URL without scheme, query and fragment."""
    return url.partition("://")[2].partition("#")[0].partition("?")[0].rstrip("/").removeprefix("www.")


def _part_of_heading(heading: LexborNode, titles: set[str]) -> str:
    """The element inside a heading that the page declares as its title: the rest is a kicker above it."""
    parts = [fold(part.text()) for part, _ in zip(heading.iter(), range(6), strict=False)]
    return next((p for p in parts if len(parts) > 1 and len(p) > 10 and plain(p) in titles), "")


def _behind_kicker(text: str, declared: list[Finding]) -> str:
    """The title that JSON-LD or `<meta>` declares, where a heading ends with it and begins with few words more."""
    squeezed = plain(text).replace(" ", "")
    for found in declared:
        title = plain(found.value).replace(" ", "")
        kicker = len(squeezed) - len(title)
        is_long = _SHORTEST_KICKER <= kicker < len(title) > _SHORT
        if found.source != "heuristic" and is_long and squeezed.endswith(title):
            return found.value
    return ""


def _without_site(title: str, page: Page, site: set[str]) -> str:
    """*title* without the name of the site or section at its end or start.

    A part is the site's when it is its name, or when the rest stands on the page as a heading.
    """
    parts = list(_parts(title))
    if len(parts) < 2:
        return title
    headings = page.heading_texts
    runs = [_between(title, parts[i], parts[j]) for i in range(len(parts)) for j in range(i, len(parts))]
    for run in sorted(runs, key=len, reverse=True):
        words = plain(run)
        if words in headings and (run == title or len(words) > _SHORT) and not _is_site(run, site):
            return run
    while len(parts) > 1 and (
        _is_site(parts[-1], site) or (plain(parts[-1]) in headings and len(parts[-1]) < len(parts[0]))
    ):
        parts.pop()
    while len(parts) > 1 and _is_site(parts[0], site):
        parts.pop(0)
    longest = max(parts, key=len)
    kept = _between(title, parts[0], parts[-1])
    # what is left of "Headline - Section - Site" when only the site is known
    return longest if len(longest) > 0.6 * len(kept) and len(parts) > 2 else kept


@lru_cache(maxsize=1024)
def _parts(title: str) -> tuple[str, ...]:
    """What stands between the separators of a title, the first twelve."""
    return tuple(p for p in _SEPARATOR.split(title[: 4 * MAX_HEADLINE]) if p and p.strip())[:12]


def _between(title: str, first: str, last: str) -> str:
    start = title.find(first)
    return title[start : title.rfind(last) + len(last)].strip()


def _site_words(page: Page) -> set[str]:
    host = page.url.partition("://")[2].partition("/")[0].lower()
    names = {plain(name) for name in (*page.meta.get("og:site_name", ()), *page.meta.get("application-name", ()))}
    names |= {plain(text_of(node.get("name"))) for node in page.json_ld[:50] if set(types_of(node)) & _PUBLISHERS}
    return {name.replace(" ", "") for name in names if name} | {host.removeprefix("www."), *host.split(".")[:-1]} - {
        "www"
    }


_PUBLISHERS = {"Organization", "NewsMediaOrganization", "WebSite"}


def _is_site(part: str, site: set[str]) -> bool:
    squeezed = plain(part).replace(" ", "")
    return not squeezed or any(
        squeezed == name or (len(name) > 3 and len(squeezed) > 3 and _mostly(squeezed, name)) for name in site
    )


def _mostly(one: str, other: str) -> bool:
    """Whether one of two names holds the other and little else."""
    short, long = sorted((one, other), key=len)
    return short in long and len(short) > 0.6 * len(long)


def _choose(
    page: Page, shown: list[Finding], declared: list[Finding], site: set[str], *, is_news: bool
) -> Finding | None:
    heading = _heading(shown, declared, site)
    of_graph = next((f for f in declared if f.selector == "og:title"), None)
    title = next((f for f in declared if f.selector == "title" and f.source == "heuristic"), None)
    if heading is not None and heading.source != "json-ld":
        told = _behind_kicker(heading.value, declared)
        heading = replace(heading, value=told) if told else heading
    if heading is None:
        linked = next((f for f in declared if f.source == "json-ld"), None)
        given = [f for f in (linked, of_graph, *declared) if f is not None and not _is_site(f.value, site)]
        return given[0] if given else (title or next(iter(shown), None))
    # <title> is written for search engines; where a heading only repeats it, og:title is the editors' own
    is_other = is_news and of_graph and not _alike(of_graph, heading) and not _is_site(of_graph.value, site)
    if is_other and of_graph and _alike(heading, title) and is_shown(page, of_graph.value):
        return of_graph
    return heading


def _heading(shown: list[Finding], declared: list[Finding], site: set[str]) -> Finding | None:
    """The heading that is the headline: the first of those most like what the page declares as its title."""
    names = site | {name for f in declared if (name := _site_in_title(f.raw)) and not _is_part(name, f.raw, shown)}
    titles = {f.value for f in declared}
    longest = max((len(title) for title in titles), default=MAX_HEADLINE)
    first = {f.value: f for f in reversed(shown)}
    candidates = [
        f
        for f in shown
        if f is first[f.value] and not _is_site(f.value, names) and not _LONG < len(f.value) > 2 * longest
    ]
    best, best_score = None, _LIKE
    for finding in candidates:
        score = max((_likeness(finding.value, title) for title in titles), default=0.0)
        # "News" may be all of <title> on each page of a part
        score -= 0.1 * (len(finding.value) < _SHORT)
        if score > best_score:
            best, best_score = finding, score
    if best is None and candidates and (_shares_word(candidates[0], declared) or _is_alone(candidates, declared, site)):
        return candidates[0]
    return best


def _is_alone(candidates: list[Finding], declared: list[Finding], site: set[str]) -> bool:
    """Whether there is one heading: of a sentence's length, or of several words beside nothing but the site's name."""
    if len({plain(f.value) for f in candidates}) != 1:
        return False
    words = len(plain(candidates[0].value).split())
    is_sentence = words > _WORDS and not candidates[0].value.endswith(":")
    return is_sentence or (words > 2 and all(_is_site(f.value, site) for f in declared))


def _is_part(name: str, title: str, shown: list[Finding]) -> bool:
    """Whether a heading reaches over what was taken for the name of a site, as in "Fire : 2 - Rain : 1"."""
    squeezed = plain(title).replace(" ", "")
    headings = (plain(f.value).replace(" ", "") for f in shown)
    return any(name in heading and name != heading and heading in squeezed for heading in headings)


def _site_in_title(title: str) -> str:
    """The last part of a title of several, where one before it is no shorter: the name of a site, squeezed."""
    parts = _parts(title)
    is_last = len(parts) > 1 and max(len(p) for p in parts[:-1]) >= len(parts[-1]) * 0.7
    return plain(parts[-1]).replace(" ", "") if is_last else ""


def _shares_word(finding: Finding, others: list[Finding]) -> bool:
    """Whether a heading of some length shares a longer word with a declared title."""
    words = {w for w in plain(finding.value).split() if len(w) > 4}
    return len(words) > 1 and any(words & set(plain(other.value).split()) for other in others)


def _likeness(one: str, other: str) -> float:
    """How many of their words two titles share, from 0 to 1; more where one begins or holds the other."""
    a, b = plain(one), plain(other)
    if not a or not b:
        return 0.0
    words_a, words_b = set(a.split()), set(b.split())
    shared = len(words_a & words_b) / len(words_a | words_b)
    return shared + (1.0 if a == b else 0.3 if len(a) > 10 and (a in b or b in a) else 0.0)


def _alike(one: Finding | None, other: Finding | None) -> bool:
    """Whether two findings give one title: in the same words, or one cut short."""
    if one is None or other is None:
        return False
    a, b = plain(one.value).replace(" ", ""), plain(other.value).replace(" ", "")
    return bool(a and b) and (a == b or (min(len(a), len(b)) > 15 and (a.startswith(b) or b.startswith(a))))
