"""What a page says around an article: section, keywords, publisher, canonical URL, lead picture, whether it is free."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archive.model import Evidence
from pipelines.authors import people_in
from pipelines.finding import Finding, evidence_of, plain
from pipelines.json_ld import Json, Node, text_of, texts_of, types_of
from pipelines.lines import Line, line_of
from pipelines.page import Page, fold
from pipelines.urls import canonical, joined, same_site, without_credentials
from pipelines.words.fields import KEYWORDS_META, SECTION_META

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from pipelines.blocks import Blocks

MAX_KEYWORDS = 100
_LABELLED = re.compile(
    r"^\W*(?:from|section|categor(?:y|ies)|filed (?:under|in)|posted in|published in|topics?|channel|in"
    r"|ressort|rubrik|kategorien?|thema"
    r"|sección|categorías?|rubrique|catégories?|sezione|categorie?|categorias?|rubriek|categorie|kategori|рубрика|раздел|dział|rubrika"
    r"|分野|カテゴリー?|ジャンル|セクション|栏目|频道|分类|欄目|分類|섹션|분야|카테고리)"
    r"(?:\s*[:：]\s*|\s+)(?P<name>\S.{1,60})$",
    re.IGNORECASE,
)
_NO_SECTION = frozenset(
    [
        "home",
        "homepage",
        "start",
        "startseite",
        "inicio",
        "accueil",
        "portada",
        "index",
        "news",
        "main",
        "page",
        "article",
        "articles",
        "story",
        "uncategorized",
        "uncategorised",
        "blog",
        "nachrichten",
        "noticias",
        "all",
        "default",
    ]
)
_STEPS = 8
"""Steps of a line of breadcrumbs, at most; a longer line of links is a menu."""

_ABOVE, _BELOW = 3, 6
"""Lines above and below the headline in which a link to the section may stand."""

_LINE, _NAME = 160, 40
"""Letters of such a line and of the name of a section, at most."""

_ANCHORS, _IN_LINE = 400, 8
"""Links of a page in which a menu is looked for, and links of a line that are looked at."""

_LEVELS = 3
"""Elements around a headline in which a line above it belongs to it."""

_NO_NAME = re.compile(r"\d|[{}:?!<>]|^(?:back|zurück|retour|volver|torna)\b", re.IGNORECASE)
_NO_TARGET = re.compile(r"#|/(?:author|autor|auteur|people|profile|team|staff)", re.IGNORECASE)
_CRUMB_SEPARATOR = re.compile(r"\s*(?:[>›»→/|]|::)\s*")


@dataclass(frozen=True, slots=True)
class Label:
    """One value with where it was seen."""

    value: str = ""
    """Empty when the page does not say."""

    evidence: tuple[Evidence, ...] = ()
    """Where it was seen."""


def read_section(page: Page, news: Node, at: int, headline: str) -> Label:
    """The section that the article stands in; *at* is the block of its headline."""
    findings = [f for f in _declared_sections(page, news) if f.value]
    chosen = next((f for f in findings if plain(f.value) not in _NO_SECTION), None)
    if chosen is None:
        shown = [f for f in _shown_sections(page, max(at, 0), headline) if f.value]
        chosen = next((f for f in shown if plain(f.value) not in _NO_SECTION), None)
        findings += shown
    return Label(chosen.value if chosen else "", evidence_of("section", findings, chosen))


def read_keywords(page: Page, news: Node, headline: str) -> tuple[tuple[str, ...], tuple[Evidence, ...]]:
    """Tags and topics of the article, each once, of the first place that gives any."""
    kept: tuple[str, ...] = ()
    findings: list[Finding] = []
    for source, selector, raws in _keyword_places(page, news):
        words = _keywords_in(raws, headline) if raws else ()
        if words:
            findings.append(Finding("", "; ".join(raws), source, selector))
            kept = kept or words
    if not kept:
        shown = [fold(tag.text()) for tag in page.tree.css('a[rel~="tag"]')[:MAX_KEYWORDS]]
        kept = _keywords_in(shown, headline)
        findings = [Finding("", "; ".join(shown), "heuristic", "a[rel~=tag]")] if kept else []
    return kept, evidence_of("keywords", findings, findings[0] if findings else None)


def _keywords_in(raws: Sequence[str], headline: str) -> tuple[str, ...]:
    words = (word for raw in raws[:MAX_KEYWORDS] for word in _split_keywords(raw, alone=len(raws) == 1))
    kept: dict[str, str] = {}
    for word in words:
        if 1 < len(word) <= 80 and plain(word) not in {"", plain(headline)}:
            kept.setdefault(plain(word), word)
    return tuple(kept.values())[:MAX_KEYWORDS]


def read_publisher(page: Page, news: Node) -> Label:
    """The name of the publisher, as the page gives it."""
    findings = [f for f in _publishers(page, news) if f.value and not f.value.startswith(("http", "@", "#"))]
    chosen = findings[0] if findings else None
    return Label(chosen.value if chosen else "", evidence_of("publisher", findings, chosen))


def read_canonical_url(page: Page) -> Label:
    """The canonical URL that the page gives, where it is credible: http or https, the same site, not the home page."""
    raws = [("link[rel=canonical]", href, "meta") for rel, href, _ in page.head_links if "canonical" in rel.split()]
    raws += [("og:url", value, "opengraph") for value in page.meta.get("og:url", ())[:1]]
    findings = [Finding(_credible(raw, page), raw, source, selector) for selector, raw, source in raws[:6]]
    chosen = next((f for f in findings if f.value), None)
    return Label(chosen.value if chosen else "", evidence_of("canonical_url", findings, chosen))


def read_main_image(page: Page, news: Node) -> Label:
    """The absolute URL of the lead picture."""
    raws = [("json-ld", "image", url) for url in _image_urls(news.get("image"))]
    for name in ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src"):
        raws += [("opengraph" if name.startswith("og:") else "meta", name, v) for v in page.meta.get(name, ())[:1]]
    # og:image is made to be shown; what JSON-LD lists may begin with a logo
    raws.sort(key=lambda raw: raw[0] != "opengraph")
    findings = [Finding(_absolute(raw, page), raw, source, selector) for source, selector, raw in raws[:8]]
    chosen = next((f for f in findings if f.value), None)
    return Label(chosen.value if chosen else "", evidence_of("main_image", findings, chosen))


def read_is_free(page: Page, news: Node) -> tuple[bool | None, tuple[Evidence, ...]]:
    """Whether the article can be read without paying; None when the page does not say."""
    findings = [f for f in _free(page, news) if f.value]
    chosen = findings[0] if findings else None
    value = chosen.value == "true" if chosen else None
    return value, evidence_of("is_accessible_for_free", findings, chosen)


def _declared_sections(page: Page, news: Node) -> Iterator[Finding]:
    for raw in list(texts_of(news.get("articleSection")))[:3]:
        yield Finding(_last_part(raw), raw, "json-ld", "articleSection")
    for name in SECTION_META:
        for raw in page.meta.get(name, ())[:1]:
            yield Finding(_last_part(raw), raw, "opengraph" if name.startswith(("og:", "article:")) else "meta", name)
    for node in page.marked.get("articlesection", ())[:2]:
        raw = node.attributes.get("content") or fold(node.text())
        yield Finding(_last_part(raw), raw, "microdata", "[itemprop=articleSection]")


def _shown_sections(page: Page, at: int, headline: str) -> Iterator[Finding]:
    yield from _labelled(page, at)
    yield from _crumbs(page, headline)
    yield from _shown_crumbs(page, at, headline)
    yield from _linked(page, at, headline)
    yield from _in_footer(page)


def _in_footer(page: Page) -> Iterator[Finding]:
    """A link named as the section's, as by "From:", in the footer of the article, which is no part of the blocks."""
    for anchor in page.tree.css("article footer a[href]")[:_IN_LINE]:
        text = fold(anchor.parent.text()) if anchor.parent is not None else ""
        found = _LABELLED.match(text) if len(text) < 80 else None
        if found and found["name"] == fold(anchor.text()):
            yield Finding(found["name"], text, "heuristic", "article footer")


def _labelled(page: Page, at: int) -> Iterator[Finding]:
    """Lines such as "From: Healthcare", whose name is a link."""
    blocks = page.blocks
    for i in range(at, min(at + 250, len(blocks.texts))):
        text = blocks.texts[i]
        if blocks.links[i] and len(text) < 80:
            found = _LABELLED.match(text)
            linked = blocks.link_letters[i]
            if found and 0.6 * len(found["name"]) <= linked <= 1.2 * len(found["name"]) + 2:
                name = re.split(r"\s*[,;|•·]\s*", found["name"])[0]
                yield Finding(name, text, "heuristic", f"line {i - at:+}")
                return


def _crumbs(page: Page, headline: str) -> Iterator[Finding]:
    """The last step but the article itself of a `BreadcrumbList`."""
    for node in page.json_ld[:200]:
        if "BreadcrumbList" in types_of(node):
            items = node.get("itemListElement")
            names = [_crumb_name(item) for item in items[:20]] if isinstance(items, list) else []
            steps = [n for n in names if n and plain(n) not in _NO_SECTION and not _is_the_headline(n, headline)]
            if steps:
                yield Finding(steps[-1], " > ".join(names), "json-ld", "BreadcrumbList")


def _crumb_name(item: Json) -> str:
    if not isinstance(item, dict):
        return ""
    inner = item.get("item")
    return html.unescape(text_of(item.get("name")) or (text_of(inner.get("name")) if isinstance(inner, dict) else ""))


def _shown_crumbs(page: Page, at: int, headline: str) -> Iterator[Finding]:
    """The last step of a line of links above the headline that is named as breadcrumbs."""
    blocks = page.blocks
    for i in range(max(0, at - 12), at):
        line = line_of(blocks, i, i - at)
        steps = [s for s in _CRUMB_SEPARATOR.split(line.text) if s]
        is_menu = len(steps) > _STEPS or ("|" in line.text and not _is_crumbs(line))
        if len(steps) > 1 and len(line.text) < 300 and not is_menu and (blocks.links[i] > 1 or _is_crumbs(line)):
            if blocks.links[i] < len(steps) and set(plain(steps[-1]).split()) <= set(plain(headline).split()):
                steps.pop()  # the article itself, by some of its headline's words
            kept = [
                s for s in steps if plain(s) not in _NO_SECTION and not _is_the_headline(s, headline) and len(s) < 40
            ]
            if kept:
                yield Finding(kept[-1], line.text, "heuristic", f"line {i - at:+}")
                return


def _is_crumbs(line: Line) -> bool:
    return line.hints_at("nav") and line.link_share > 0.4


def _linked(page: Page, at: int, headline: str) -> Iterator[Finding]:
    """A link beside the headline that leads to a part of the page's path, or where one of the menu does."""
    blocks = page.blocks
    near = sorted(range(max(0, at - _ABOVE), min(at + _BELOW + 1, len(blocks.texts))), key=lambda i: abs(i - at))
    for i in near:
        text = blocks.texts[i]
        if i == at or not blocks.links[i] or len(text) > _LINE:
            continue
        may_be_twin = _is_kicker(blocks, i, at) if i < at else _is_dateline(blocks, i)
        for anchor in _anchors_in(blocks, i):
            name, href = fold(anchor.text()), anchor.attributes.get("href") or ""
            is_name = 1 < len(name) <= _NAME and name in text and not _is_the_headline(name, headline)
            if not is_name or plain(name) in _NO_SECTION or _NO_NAME.search(name) or _NO_TARGET.search(href):
                continue
            is_person = " " in name and people_in(name)
            if _lies_above(page, href) or (may_be_twin and not is_person and _is_in_menu(page, anchor, name)):
                yield Finding(name, text, "heuristic", f"line {i - at:+}")
                return


def _is_kicker(blocks: Blocks, i: int, at: int) -> bool:
    """Whether the block *i* stands in an element that the headline's block *at* stands in too, near to it."""
    own, around = blocks.elements[i], blocks.elements[at]
    for _ in range(_LEVELS):
        around = blocks.parents[around] if around >= 0 else -1
        if around >= 0 and around in (own, blocks.parents[own]):
            return True
    return False


def _is_dateline(blocks: Blocks, i: int) -> bool:
    """Whether a line with a link also has figures beside it, as a line with date and section does."""
    text = blocks.texts[i]
    return blocks.link_letters[i] < 0.8 * len(text) and any(map(str.isdigit, text))


def _anchors_in(blocks: Blocks, i: int) -> list[LexborNode]:
    """The links in the block *i*, and others that stand in the elements around its first and last text."""
    around = [node for node in (blocks.spans[i][0].parent, blocks.spans[i][1].parent) if node is not None]
    return [a for node in around for a in ([node] if node.tag == "a" else node.css("a[href]")[:_IN_LINE])]


def _lies_above(page: Page, href: str) -> bool:
    """Whether the path of *page* lies below the one that *href* leads to."""
    try:
        target, own = urlsplit(joined(page.base_url, href)), urlsplit(page.url)
    except ValueError:
        return False
    path = target.path.rstrip("/")
    is_above = bool(path) and own.path.startswith(path + "/") and own.path.rstrip("/") != path
    return is_above and target.hostname == own.hostname and not target.query


def _is_in_menu(page: Page, anchor: LexborNode, name: str) -> bool:
    """Whether the first link of the page that leads where *anchor* does is another one of the same text."""
    href = anchor.attributes.get("href")
    first = next((a for a in page.tree.css("a[href]")[:_ANCHORS] if a.attributes.get("href") == href), None)
    return first is not None and first.mem_id != anchor.mem_id and fold(first.text()) == name


def _is_the_headline(step: str, headline: str) -> bool:
    a, b = plain(step), plain(headline)
    return bool(b) and len(a) > 8 and (a in b or b.startswith(a[:30]))


def _last_part(raw: str) -> str:
    """The name of a section: of a path the last part, markup undone."""
    text = fold(html.unescape(raw)).strip(" /")
    parts = [p for p in re.split(r"\s*[/>|]\s*", text) if p]
    name = parts[-1] if len(parts) > 1 else text.partition(",")[0] if text.count(",") > 1 else text
    return name if len(name) <= 80 and not name.startswith("http") and any(c.isalpha() for c in name) else ""


def _keyword_places(page: Page, news: Node) -> Iterator[tuple[str, str, list[str]]]:
    for name in KEYWORDS_META[:2]:
        yield ("opengraph" if name.startswith("article:") else "meta"), name, list(page.meta.get(name, ()))
    yield "json-ld", "keywords", list(texts_of(news.get("keywords")))
    for name in KEYWORDS_META[2:]:
        yield "meta", name, list(page.meta.get(name, ()))


def _split_keywords(raw: str, *, alone: bool) -> Iterable[str]:
    text = html.unescape(raw)
    parts = re.split(r"[,;、，|]", text) if alone or ";" in text else [text]
    return [fold(p).strip(" #\"'") for p in parts[:MAX_KEYWORDS]]


def _publishers(page: Page, news: Node) -> Iterator[Finding]:
    publisher = news.get("publisher")
    for value in publisher[:3] if isinstance(publisher, list) else [publisher]:
        if isinstance(value, dict) and not value.get("name"):
            reference = value.get("@id")
            value = next((n for n in page.json_ld if n.get("@id") == reference and n.get("name")), None)  # noqa: PLW2901
        raw = text_of(value)
        yield Finding(fold(html.unescape(raw)), raw, "json-ld", "publisher")
    for name in (
        "og:site_name",
        "publisher",
        "dc.publisher",
        "dcterms.publisher",
        "application-name",
        "apple-mobile-web-app-title",
    ):
        for raw in page.meta.get(name, ())[:1]:
            yield Finding(fold(html.unescape(raw)), raw, "opengraph" if name.startswith("og:") else "meta", name)
    for node in page.json_ld[:50]:
        if set(types_of(node)) & {"NewsMediaOrganization", "Organization", "WebSite"}:
            raw = text_of(node.get("name"))
            yield Finding(fold(html.unescape(raw)), raw, "json-ld", "name")


def _credible(raw: str, page: Page) -> str:
    url = _absolute(raw, page)
    if not url or not page.url:
        return url
    own, given = urlsplit(page.url), urlsplit(url)
    is_home = given.path in {"", "/"} and not given.query and own.path not in {"", "/"}
    return url if same_site(url, page.url) and not is_home else ""


def _absolute(raw: str, page: Page) -> str:
    try:
        return without_credentials(canonical(raw.strip(), page.base_url)) if raw.strip() else ""
    except ValueError:
        return ""


def _image_urls(value: Json) -> Iterator[str]:
    for image in value[:3] if isinstance(value, list) else [value]:
        if isinstance(image, str):
            yield image
        elif isinstance(image, dict):
            yield text_of(image.get("url") or image.get("contentUrl"))


def _free(page: Page, news: Node) -> Iterator[Finding]:
    parts = news.get("hasPart")
    for node in [news, *(parts[:20] if isinstance(parts, list) else [parts])]:
        raw = node.get("isAccessibleForFree") if isinstance(node, dict) else None
        if isinstance(raw, bool | str):
            yield Finding(_truth(str(raw)), str(raw), "json-ld", "isAccessibleForFree")
    for node in page.marked.get("isaccessibleforfree", ())[:2]:
        raw = node.attributes.get("content") or fold(node.text())
        yield Finding(_truth(raw), raw, "microdata", "[itemprop=isAccessibleForFree]")
    for raw in page.meta.get("article:content_tier", ())[:1]:
        yield Finding(
            {"free": "true", "locked": "false", "metered": "false"}.get(raw.lower(), ""),
            raw,
            "opengraph",
            "article:content_tier",
        )


def _truth(raw: str) -> str:
    word = raw.strip().lower().rpartition("/")[2]
    return {"true": "true", "yes": "true", "1": "true", "false": "false", "no": "false", "0": "false"}.get(word, "")
