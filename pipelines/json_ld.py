"""JSON-LD: what a page says of itself in `<script type="application/ld+json">`, mended where it is cheaply mended."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeAlias

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
Node: TypeAlias = dict[str, Json]

MAX_LETTERS = 1_000_000
"""Letters of JSON-LD that are read on one page; real pages have 1,000 to 50,000."""

MAX_NODES = 2_000
"""Nodes that are kept of one page."""

_INSIDE_KEYS = ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item")
_DECODER = json.JSONDecoder(strict=False)
_WRAPPING = re.compile(r"^\s*(?:<!--|/\*\s*<!\[CDATA\[\s*\*/|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?://\s*)?(?:-->|\]\]>)\s*$")
_TRAILING_COMMA = re.compile(r",\s*(?=[}\]])")
_MISSING_COMMA = re.compile(r"(?<=[}\]\"])[ \t]*\r?\n\s*(?=\"[@\w]+\"\s*:)")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])|\\(?=u(?![0-9a-fA-F]{4}))')
_COMMENT = re.compile(r"^\s*//[^\n]*$", re.MULTILINE)
_DOUBLED_COMMA = re.compile(r",(?:\s*,)+")


def read_json_ld(scripts: Iterable[str]) -> tuple[tuple[Node, ...], tuple[str, ...]]:
    """The nodes in JSON-LD *scripts*, those of a `@graph` one by one, and notes on what was left out. Never raises."""
    nodes: list[Node] = []
    notes: list[str] = []
    left, left_out = MAX_LETTERS, []
    for script in scripts:
        if len(script) > left:
            left_out.append(len(script))
            continue
        left -= len(script)
        for value in _values(script):
            nodes.extend(_nodes(value))
    if left_out:
        what = "a script" if len(left_out) == 1 else f"{len(left_out):,} scripts"
        notes.append(f"json-ld: {what} of {sum(left_out):,} characters left out")
    if len(nodes) > MAX_NODES:
        notes.append(f"json-ld: {len(nodes):,} nodes found, {MAX_NODES:,} kept")
    return tuple(nodes[:MAX_NODES]), tuple(notes)


def types_of(node: Mapping[str, Json]) -> tuple[str, ...]:
    """The types of a node, without the address of schema.org.

    >>> types_of({"@type": ["https://schema.org/NewsArticle", "Article"]})
    ('NewsArticle', 'Article')
    """
    kind = node.get("@type")
    if isinstance(kind, str):
        return (_type_name(kind),)
    return tuple(_type_name(k) for k in kind if isinstance(k, str)) if isinstance(kind, list) else ()


@lru_cache(maxsize=1024)  # a dozen types are on nearly all pages
def _type_name(kind: str) -> str:
    return re.split(r"[/#:]", kind)[-1]


def texts_of(value: Json) -> Iterator[str]:
    """The strings that a value gives: itself, those of a list, `@value` and `name` of an object."""
    if isinstance(value, str):
        if value.strip():
            yield value.strip()
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, list):
        for item in value[:1000]:
            yield from () if isinstance(item, list) else texts_of(item)
    elif isinstance(value, dict):
        inner = value.get("@value") or value.get("name") or value.get("@id")
        yield from texts_of(inner) if isinstance(inner, str) else ()


def text_of(value: Json) -> str:
    """The first string that a value gives; empty when there is none."""
    return next(texts_of(value), "")


def _values(script: str) -> Iterator[Json]:
    for mend in (_as_it_is, _unwrapped, _mended, _unescaped):
        try:
            values = list(_concatenated(mend(script)))
        except (ValueError, RecursionError):
            continue
        yield from values
        return


def _concatenated(text: str) -> Iterator[Json]:
    """The values of one script; some pages put several behind one another. Raises ValueError at what is none."""
    at = _skip(text, 0)
    found = 0
    while at < len(text):
        try:
            value, end = _DECODER.raw_decode(text, at)
        except ValueError:
            if found:
                return
            raise
        yield value
        found += 1
        at = _skip(text, end)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n;,\ufeff\x00\u200b":
        at += 1
    return at


def _as_it_is(script: str) -> str:
    return script


def _unwrapped(script: str) -> str:
    return _WRAPPING.sub("", _WRAPPING.sub("", script))


def _mended(script: str) -> str:
    text = _COMMENT.sub("", _unwrapped(script))
    text = _DOUBLED_COMMA.sub(",", text)
    return _BAD_ESCAPE.sub(r"\\\\", _MISSING_COMMA.sub(",\n", _TRAILING_COMMA.sub("", text)))


def _unescaped(script: str) -> str:
    return _mended(html.unescape(script) if "&quot;" in script or "&#34;" in script else script)


def _nodes(value: Json, depth: int = 0) -> Iterator[Node]:
    if depth > 4:
        return
    if isinstance(value, list):
        for item in value[:MAX_NODES]:
            yield from _nodes(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in _INSIDE_KEYS:
            inner = value.get(key)
            if isinstance(inner, dict | list):
                yield from _nodes(inner, depth + 1)


def article_node(nodes: Iterable[Node], url: str = "", title: str = "") -> Node:
    """The node of the article that a page is about; an empty one when no node is an article.

    Of several (related articles are marked up alike) it is the one with the page's URL or title; a list of articles
    none of which has either is about others.
    """
    articles = [node for node in nodes if is_article(node)][:200]
    if len(articles) < 2:
        return articles[0] if articles else {}
    address, words = url.partition("?")[0].rstrip("/"), set(title.lower().split())
    fit, article = max(((_fits(node, address, words), node) for node in articles), key=lambda pair: pair[0])
    return article if fit > _FITS_ANY else {}


def is_article(node: Node) -> bool:
    """Whether the node is an article, a posting or a report by its type."""
    return any(_is_article_type(kind) for kind in types_of(node))


@lru_cache(maxsize=1024)
def _is_article_type(kind: str) -> bool:
    return _ARTICLE_TYPE.search(kind) is not None


_ARTICLE_TYPE = re.compile(r"Article$|Posting$|^Report$")
_FITS_ANY = 0.5
"""What a node of any page with a date and an author comes to."""

_ADDRESS_KEYS = ("url", "@id", "mainEntityOfPage")


def _fits(node: Node, address: str, words: set[str]) -> float:
    """How well an article node fits the page at *address* with the *words* of its title."""
    addresses = [text_of(node.get(key)) for key in _ADDRESS_KEYS]
    score = (
        2.0
        if address and any(a.partition("?")[0].partition("#")[0].rstrip("/") == address for a in addresses if a)
        else 0.0
    )
    headline = set(html.unescape(text_of(node.get("headline"))).lower().split())
    score += 2.0 * len(headline & words) / len(headline | words) if headline and words else 0.0
    return score + (0.3 if node.get("datePublished") else 0.0) + (0.2 if node.get("author") else 0.0)
