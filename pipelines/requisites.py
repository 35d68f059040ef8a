"""What a page needs to be shown as readers saw it: style sheets, scripts, fonts and pictures.

Pure: markup or a style sheet in, links out, each once and as it is named, since replay asks for it so. What is 1 pixel
wide and high counts visitors and shows nothing; it is left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final

from archive.model import REQUISITE_RELS, Link
from pipelines.pruning import prune
from pipelines.urls import standard_form

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

MAX_NEEDED = 100
"""Requisites of one page, or of one style sheet; style sheets come first, pictures last."""

_MAX_NODES: Final = 5_000
_MAX_NAMED: Final = 10_000
_MAX_CSS: Final = 2_000_000
_ELEMENTS: Final = (
    "img, source[srcset], link[rel][href], script[src], style, [style], video[poster], input[src], [background], image"
    ", use"
)
_DESTINATIONS: Final = {"style": "css", "font": "font", "image": "image", "script": "script"}
"""Fetch standard: what a preload says in `as`."""

_LINKED: Final = {"stylesheet": "css", "icon": "image", "apple-touch-icon": "image", "mask-icon": "image"}
_ATTRIBUTES: Final = ("src", "data-src", "poster", "background", "href", "xlink:href")
_SETS: Final = ("srcset", "data-srcset")
_CANDIDATE: Final = re.compile(r"[\s,]*+([^\s,]\S*)[^,]*+")
_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_CSS_URL: Final = re.compile(
    r"""(@import\s++)?(?:url\(\s*+(?:"([^"\n]*+)"|'([^'\n]*+)'|([^"'()\s]*+)))|@import\s++["']([^"'\n]*+)["']""",
    re.IGNORECASE,
)
_FONTS: Final = (".woff2", ".woff", ".ttf", ".otf", ".eot")


def needed_by_page(html: str, base_url: str, wanted: Collection[str]) -> tuple[Link, ...]:
    """The requisites of a page, of the *wanted* `REQUISITE_RELS`.

    >>> needed_by_page('<img src="a.png#x" srcset="a2.png 2x">', "http://x.example/", ["image"])[1].url
    'http://x.example/a2.png'
    """
    from selectolax.lexbor import LexborHTMLParser

    source, _ = prune(html.encode("utf-8", "replace"))
    nodes = LexborHTMLParser(source).css(_ELEMENTS)[:_MAX_NODES]
    return _links((named for node in nodes for named in _named_by(node)), base_url, wanted)


def needed_by_css(text: str, base_url: str, wanted: Collection[str]) -> tuple[Link, ...]:
    """The requisites of a style sheet.

    >>> needed_by_css("p { background: url('b.png') }", "http://x.example/", ["image"])[0].url
    'http://x.example/b.png'
    """
    return _links(_named_in_css(text), base_url, wanted)


def _links(named: Iterator[tuple[str, str]], base_url: str, wanted: Collection[str]) -> tuple[Link, ...]:
    found: dict[str, Link] = {}
    for rel, text in islice(named, _MAX_NAMED):
        if rel in wanted and text.strip():
            try:
                url = standard_form(text.strip(), base_url).partition("#")[0]
            except ValueError:  # data:, about:, and what is none
                continue
            found.setdefault(url, Link(url=url, rel=rel))
    by_importance = sorted(found.values(), key=lambda link: REQUISITE_RELS.index(link.rel))
    return tuple(by_importance[:MAX_NEEDED])


def _named_by(node: LexborNode) -> Iterator[tuple[str, str]]:
    attributes = node.attributes
    tag = node.tag or ""
    if attributes.get("style"):
        yield from _named_in_css(attributes["style"] or "")
    if tag == "style":
        yield from _named_in_css(node.text())
    elif tag == "link":
        yield from _named_by_link(attributes)
    elif not _is_pixel(attributes):
        rel = "script" if tag == "script" else "image"
        yield from ((rel, attributes.get(name) or "") for name in _ATTRIBUTES)
        for name in _SETS:
            yield from ((rel, one[1].rstrip(",")) for one in _CANDIDATE.finditer(attributes.get(name) or ""))


def _named_by_link(attributes: dict[str, str | None]) -> Iterator[tuple[str, str]]:
    words = (attributes.get("rel") or "").lower().split()
    destination = (attributes.get("as") or "").lower() if "preload" in words else ""
    rels = {_LINKED[word] for word in words if word in _LINKED}
    if destination in _DESTINATIONS:
        rels.add(_DESTINATIONS[destination])
    yield from ((rel, attributes.get("href") or "") for rel in rels)


def _is_pixel(attributes: dict[str, str | None]) -> bool:
    return all((attributes.get(side) or "").strip() in {"0", "1"} for side in ("width", "height"))


def _named_in_css(text: str) -> Iterator[tuple[str, str]]:
    for found in _CSS_URL.finditer(_COMMENT.sub(" ", text[:_MAX_CSS])):
        imported, *urls = found.groups(default="")
        url = next(filter(None, urls), "")
        is_sheet = imported or found[5] is not None
        is_font = url.partition("?")[0].partition("#")[0].lower().endswith(_FONTS)
        yield "css" if is_sheet else "font" if is_font else "image", url
