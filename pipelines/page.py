"""A page, decoded and parsed once, with what its head says: the value that every reader of an article looks at.

One parse by lexbor, one query for what the head and the marked-up parts hold. Budgets bound each step, so that the cost
grows with the size of the page and no faster; what a budget cuts is told in `notes`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archive.model import Link
from pipelines.charset import decode_html
from pipelines.finding import plain
from pipelines.json_ld import Node, read_json_ld
from pipelines.pruning import prune
from pipelines.urls import MAX_URL, UrlTooLong, outlink

if TYPE_CHECKING:
    from pipelines.blocks import Blocks

MAX_BYTES = 5_000_000
MAX_META = 2_000
MAX_META_LETTERS = 10_000
MAX_MARKED = 5_000
MAX_LINKS = 20_000

_HEAD = (
    'meta, link, title, base, script[type*="ld+json" i], time, h1, h2, [itemprop], [rel~="author"]'
    ', [property*=":"][content]'
)
_SPACE = re.compile(r"\s+")


def fold(text: str) -> str:
    """*text* with each run of white space as one space, none at the ends."""
    return " ".join(text.split())


@dataclass(frozen=True, eq=False, kw_only=True)
class Page:
    """One HTML page. Readers look, and leave the tree as it is."""

    url: str
    """The page's own URL, absolute; empty for a file of unknown origin."""

    base_url: str
    """What relative links are resolved against: `<base href>` where there is one."""

    captured_at: datetime
    """When it was captured, aware. Readings have no other clock."""

    charset: str
    """The charset that it was read in, as Python's codec."""

    time_zone: str = ""
    """IANA name of the zone in which its site gives times without one; empty when that is unknown."""

    html: str
    """Its source, decoded."""

    tree: LexborHTMLParser
    """The parsed page."""

    meta: Mapping[str, tuple[str, ...]]
    """Content of each `<meta>` by its name, property, itemprop or http-equiv in lower case, in the page's order."""

    json_ld: tuple[Node, ...]
    """JSON-LD nodes in the page's order, those of a `@graph` one by one."""

    title: str
    """Text of `<title>`, folded."""

    declared_language: str
    """`lang` of `<html>` as it stands; empty when there is none."""

    head_links: tuple[tuple[str, str, str], ...]
    """rel in lower case, href and type of each `<link>`."""

    headings: tuple[LexborNode, ...]
    """Each `<h1>` and `<h2>`."""

    times: tuple[LexborNode, ...]
    """Each `<time>`."""

    marked: Mapping[str, tuple[LexborNode, ...]]
    """Elements by `itemprop` (microdata), and by `rel=author` as `rel:author`."""

    notes: tuple[str, ...] = ()
    """What a budget cut."""

    def meta_value(self, *names: str) -> str:
        """The first content of the first of *names* that has one; empty when none has."""
        return next((value for name in names for value in self.meta.get(name, ()) if value), "")

    @cached_property
    def blocks(self) -> Blocks:
        """The text blocks of the page, walked once for all who read them."""
        from pipelines.blocks import Blocks, read_blocks

        return read_blocks(self.tree.root) if self.tree.root is not None else Blocks()

    @cached_property
    def text(self) -> str:
        """All visible text, folded, one line a block."""
        return "\n".join(self.blocks.texts)

    @cached_property
    def heading_texts(self) -> frozenset[str]:
        """The words of its first headings, as `pipelines.finding.plain` gives them."""
        return frozenset(plain(heading.text()) for heading in self.headings[:40]) - {""}

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Its outlinks, each once: those of the head with their rel, then `<a>` and `<area>`; at most `MAX_LINKS`."""
        return tuple(self._read_links[0].values())

    @property
    def link_notes(self) -> tuple[str, ...]:
        """What the budgets for links cut."""
        found, long = len(self._anchors), len(self._read_links[1])
        notes = (f"links: {found:,} found, {MAX_LINKS:,} kept",) if found > MAX_LINKS else ()
        return (*notes, f"links: {long:,} of more than {MAX_URL:,} characters left out") if long else notes

    @cached_property
    def _anchors(self) -> list[LexborNode]:
        return self.tree.css("a[href], area[href]")

    @cached_property
    def _read_links(self) -> tuple[dict[tuple[str, str], Link], list[str]]:
        """The outlinks by URL and rel, and what is said of those that are too long."""
        kept: dict[tuple[str, str], Link] = {}
        long: list[str] = []
        for rel, href, kind in self.head_links:
            word = _rel_of_head(rel, kind)
            url = self._url_of(href, long) if word else ""
            if url:
                kept.setdefault((url, word), Link(url=url, rel=word))
        seen: set[str] = set()
        for anchor in self._anchors[:MAX_LINKS]:
            attributes = anchor.attributes
            href = attributes.get("href") or ""
            if href in seen:
                continue
            text = " ".join(anchor.text_lexbor().split())[:200]
            if text:
                seen.add(href)
            url = self._url_of(href, long)
            if not url:
                continue
            rel_text = attributes.get("rel")
            rel = _rel_of_anchor(rel_text) if rel_text else "link"
            known = kept.get((url, rel))
            if known is None or (text and not known.text):
                kept[url, rel] = Link(url, text, rel)
        return kept, long

    @cached_property
    def _origin(self) -> str:
        """Scheme, host and port of the base in canonical form; empty for a base that is no http or https URL."""
        try:
            return "/".join(outlink("", self.base_url).split("/", 3)[:3])
        except ValueError:
            return ""

    def _url_of(self, href: str, long: list[str]) -> str:
        """The canonical form of a link; empty for one that leads nowhere, or is too long, which *long* gets."""
        if not href or href[0] == "#":
            return ""
        origin = self._origin
        path = href.removeprefix(origin)
        if origin and len(href) < MAX_URL - len(origin) and _SIMPLE_PATH.fullmatch(path):
            return origin + path
        if href.startswith(_NO_LINKS):
            return ""
        try:
            return outlink(href.strip(), self.base_url)
        except UrlTooLong as problem:
            long.append(str(problem))
            return ""
        except ValueError:
            return ""


_SIMPLE_PATH = re.compile(r"/(?:[A-Za-z0-9_-][A-Za-z0-9_/-]*(?:\.[A-Za-z]{2,5})?)?")
"""Paths that stand in canonical form already; most links have one."""

_NO_LINKS = ("javascript:", "mailto:", "tel:", "data:", "whatsapp:", "sms:")


def open_page(content: bytes, *, url: str, content_type: str = "", captured_at: datetime, time_zone: str = "") -> Page:
    """The page that *content* is. Never raises; an empty or broken page gives an empty one."""
    notes = []
    if len(content) > MAX_BYTES:
        notes.append(f"page: {len(content):,} bytes, {MAX_BYTES:,} read")
        content = content[:MAX_BYTES]
    text, charset = decode_html(content, content_type)
    source, pruned = prune(content if charset == "utf-8" else text.encode("utf-8", "replace"))
    tree = LexborHTMLParser(source)
    head = _Head()
    head.read(tree)
    json_ld, json_notes = read_json_ld(head.scripts)
    html_node = tree.root if tree.root and tree.root.tag == "html" else tree.css_first("html")
    return Page(
        url=url,
        base_url=_joined(head.base, url),
        captured_at=captured_at,
        charset=charset,
        time_zone=time_zone,
        html=text,
        tree=tree,
        meta={name: tuple(values) for name, values in head.meta.items()},
        json_ld=json_ld,
        title=head.title,
        declared_language=_language(html_node),
        head_links=tuple(head.links),
        headings=tuple(head.headings),
        times=tuple(head.times),
        marked={name: tuple(nodes) for name, nodes in head.marked.items()},
        notes=(*notes, *pruned, *head.notes, *json_notes),
    )


@dataclass
class _Head:
    """What one query over the tree gathers."""

    meta: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    links: list[tuple[str, str, str]] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    headings: list[LexborNode] = field(default_factory=list)
    times: list[LexborNode] = field(default_factory=list)
    marked: defaultdict[str, list[LexborNode]] = field(default_factory=lambda: defaultdict(list))
    title: str = ""
    base: str = ""
    notes: list[str] = field(default_factory=list)
    metas: int = 0
    marks: int = 0

    def read(self, tree: LexborHTMLParser) -> None:
        """Gather from *tree*."""
        for node in tree.css(_HEAD):
            tag = node.tag
            if tag == "meta":
                self.read_meta(node.attributes)
            elif tag == "link":
                self.read_link(node)
            elif tag == "script":
                self.scripts.append(node.text())
            elif tag == "title":
                self.title = self.title or fold(node.text())
            elif tag == "base":
                self.base = self.base or node.attributes.get("href") or ""
            else:
                self.read_marked(node, tag or "")
        if self.metas > MAX_META:
            self.notes.append(f"meta: {self.metas:,} found, {MAX_META:,} read")
        if self.marks > MAX_MARKED:
            self.notes.append(f"microdata: {self.marks:,} elements found, {MAX_MARKED:,} read")

    def read_meta(self, attributes: Mapping[str, str | None]) -> None:
        """Take in one `<meta>`, under each of its names."""
        content = attributes.get("content")
        self.metas += 1
        if not content or self.metas > MAX_META:
            return
        content = content[:MAX_META_LETTERS].strip()
        for key in ("name", "property", "itemprop", "http-equiv"):
            names = attributes.get(key)
            if names and content:
                values = self.meta[names.strip().lower()]
                if content not in values[-8:]:
                    values.append(content)

    def read_link(self, node: LexborNode) -> None:
        """Take in one `<link>`."""
        attributes = node.attributes
        rel, href = attributes.get("rel"), attributes.get("href")
        if rel and href and len(self.links) < MAX_META:
            self.links.append((rel.lower().strip(), href, (attributes.get("type") or "").lower()))

    def read_marked(self, node: LexborNode, tag: str) -> None:
        """Take in a heading, a `<time>` or an element with a property."""
        self.marks += 1
        if self.marks > MAX_MARKED:
            return
        if tag in {"h1", "h2"}:
            self.headings.append(node)
        elif tag == "time":
            self.times.append(node)
        attributes = node.attributes
        names = attributes.get("itemprop") or attributes.get("property")
        for name in (names or "").split()[:8]:
            self.marked[name.rpartition(":")[2].lower()].append(node)
        if "author" in (attributes.get("rel") or ""):
            self.marked["rel:author"].append(node)


def _joined(href: str, url: str) -> str:
    from urllib.parse import urljoin

    if not href or len(href) > MAX_URL:
        return url
    try:
        joined = urljoin(url, href.strip())
    except ValueError:
        return url
    return joined if joined.startswith(("http://", "https://")) else url


def _language(html_node: LexborNode | None) -> str:
    attributes = html_node.attributes if html_node is not None else {}
    return (attributes.get("lang") or attributes.get("xml:lang") or "").strip()


_FEED_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "text/xml+rss",
    "application/rdf+xml",
)
_HEAD_RELS = ("canonical", "amphtml", "next", "prev", "icon", "sitemap", "shortlink")


def _rel_of_head(rel: str, kind: str) -> str:
    """The word of `archive.model.Link` for the rel of a `<link>`; empty for what leads nowhere (style sheets)."""
    words = rel.split()
    if "alternate" in words and "stylesheet" not in words:
        return "feed" if kind.startswith(_FEED_TYPES) else "alternate"
    if "previous" in words:
        return "prev"
    return next((word for word in words if word in _HEAD_RELS), "")


_ANCHOR_RELS = ("next", "prev", "amphtml", "canonical")


def _rel_of_anchor(rel: str) -> str:
    words = rel.lower().split()
    return next((word for word in _ANCHOR_RELS if word in words), "link")


def values_of(page: Page, *names: str) -> Iterator[tuple[str, str]]:
    """Each (name, content) of the page's `<meta>` of *names*, in the order of *names*."""
    for name in names:
        for value in page.meta.get(name, ()):
            yield name, value
