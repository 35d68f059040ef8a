"""The headline: what the page shows as its first heading, told from the site's name and from titles for search engines."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from archive.model import Evidence
from pipelines.finding import Finding, evidence_of, plain
from pipelines.json_ld import Node, text_of, types_of
from pipelines.page import Page, fold

MAX_HEADLINE = 400
"""Letters of a headline; a longer `<h1>` holds more than that."""

_SEPARATOR = re.compile(r"\s+(?:[|\-–—:»«·•/~>]|::|\|\|)+\s+|\s*[|｜ㅣ│»«]\s*|\s*[：]\s*|(?<=\S)\s*-\s*(?=[^-]{2,20}$)")
_NEWS = ("NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle", "LiveBlogPosting")
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
    findings = list(_findings(page, news))
    chosen = _choose(findings, page, news)
    return Headline(chosen.value if chosen else "", evidence_of("headline", findings, chosen))


def without_site(title: str, page: Page) -> str:
    """*title* without the name of the site or section at its end or start.

    A part is the site's when it is its name, or when the rest stands on the page as a heading.
    """
    parts = [p for p in _SEPARATOR.split(title) if p and p.strip()]
    if len(parts) < 2:
        return title
    headings = {plain(fold(h.text())) for h in page.headings[:40]} - {""}
    for end in range(len(parts), 0, -1):
        for start in range(end):
            part = _between(title, parts[start], parts[end - 1])
            if plain(part) in headings and (end - start == len(parts) or len(plain(part)) > 12):
                return part
    site = _site_words(page)
    while len(parts) > 1 and _is_site(parts[-1], site):
        parts.pop()
    while len(parts) > 1 and _is_site(parts[0], site):
        parts.pop(0)
    longest = max(parts, key=len)
    kept = _between(title, parts[0], parts[-1])
    # what is left of "Headline - Section - Site" when only the site is known
    return longest if len(longest) > 0.6 * len(kept) and len(parts) > 2 else kept


def _between(title: str, first: str, last: str) -> str:
    start = title.find(first)
    return title[start : title.rfind(last) + len(last)].strip()


def _site_words(page: Page) -> set[str]:
    host = page.url.partition("://")[2].partition("/")[0].lower()
    names = {plain(name) for name in (*page.meta.get("og:site_name", ()), *page.meta.get("application-name", ()))}
    names |= {plain(text_of(node.get("name"))) for node in page.json_ld[:50] if set(types_of(node)) & _PUBLISHERS}
    return {name.replace(" ", "") for name in names if name} | {host.removeprefix("www."), *host.split(".")[:-1]} - {"www"}


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


def _findings(page: Page, news: Node) -> Iterator[Finding]:
    for number, heading in enumerate(page.headings[:60]):
        if heading.tag == "h1":
            text = fold(heading.text())
            if 0 < len(text) <= MAX_HEADLINE:
                yield Finding(text, text, "heuristic", f"h1[{number}]")
    for node in page.marked.get("headline", ())[:3]:
        text = fold(node.text()) or (node.attributes.get("content") or "").strip()
        if text and len(text) <= MAX_HEADLINE:
            yield Finding(text, text, "microdata", "[itemprop=headline]")
    title = html.unescape(fold(text_of(news.get("headline")) or text_of(news.get("name"))))
    if title:
        yield Finding(without_site(title, page), title, "json-ld", "headline")
    for name in _META_NAMES:
        for value in page.meta.get(name, ())[:1]:
            text = html.unescape(fold(value))
            yield Finding(without_site(text, page), value, "opengraph" if name.startswith("og:") else "meta", name)
    if page.title:
        yield Finding(without_site(page.title, page), page.title, "heuristic", "title")


def _choose(findings: list[Finding], page: Page, news: Node) -> Finding | None:
    shown = _shown(findings, page)
    declared = next((f for f in findings if f.selector == "og:title"), None)
    linked = next((f for f in findings if f.source == "json-ld"), None)
    title = next((f for f in findings if f.source == "heuristic" and f.selector == "title"), None)
    if shown is None:
        return linked or declared or next((f for f in findings if f.selector in _META_NAMES), None) or title
    is_news = bool(set(types_of(news)) & set(_NEWS))
    if is_news and declared and not _alike(declared, shown) and not _is_site(declared.value, _site_words(page)):
        # <title> is written for search engines; where the heading only repeats it, og:title is the editors' own
        if _alike(declared, linked) or (_alike(shown, title) and _alike(shown, linked)):
            return declared
    return shown


def _shown(findings: list[Finding], page: Page) -> Finding | None:
    """The heading on the page that is the headline: the one most like what the page declares as its title."""
    headings = [f for f in findings if f.selector.startswith(("h1", "[itemprop"))]
    declared = [f for f in findings if not f.selector.startswith(("h1", "[itemprop"))]
    names = _site_words(page) | {_site_in_title(f.raw) for f in declared}
    candidates = [f for f in headings if not _is_site(f.value, names)]
    best, best_score = None, 0.3
    for finding in candidates:
        score = max((_likeness(finding.value, other.value) for other in declared), default=0.0)
        if score > best_score:
            best, best_score = finding, score
    if best is None and candidates and _shares_word(candidates[0], declared):
        return candidates[0]
    return best


def _site_in_title(title: str) -> str:
    """The last part of a title of several, where one before it is no shorter: the name of a site, squeezed."""
    parts = [p for p in _SEPARATOR.split(title) if p and p.strip()]
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
