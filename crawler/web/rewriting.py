"""Archived pages and style sheets with their links led back into the archive, and without what runs or reaches out.

What keeps such a page from harm is the sandbox it is served in; what is taken out here would only fail there, or is
not held by it: a page can have names looked up and connections opened by `link` elements alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urljoin

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

MAX_PAGE = 8 * 1024 * 1024
"""Bytes up to which pages are rewritten; longer ones are shown as they are, in the sandbox."""

_DROPPED = "script, base, object, embed, applet, iframe, frame, template, portal, fencedframe, meta[http-equiv]"
_LINKS = ("href", "src", "poster", "background", "cite", "longdesc", "xlink:href")
_CANDIDATES = ("srcset", "imagesrcset")
_NEEDLESS = ("target", "ping", "action", "formaction", "integrity", "nonce", "crossorigin", "srcdoc", "manifest")
_CSS_URL = re.compile(r"""(url\(\s*)(["']?)([^"')]*)(\2\s*\))|(@import\s+)(["'])([^"']*)(\6)""", re.IGNORECASE)
_CANDIDATE = re.compile(r"([^\s,]\S*[^\s,]|[^\s,])(\s+[^,]+)?")
_ON_THE_WEB = re.compile(r"https?://", re.IGNORECASE)
_SHOWN_RELS = {"stylesheet", "icon", "canonical"}

Link = Callable[[str], str]


def linking(url: str, timestamp: str) -> Link:
    """Where a link on the page at *url* leads: to the capture nearest to *timestamp*; nowhere if not to the web."""

    def link(href: str) -> str:
        href = href.strip()
        if href.startswith("#") or href.lower().startswith("data:image/"):
            return href
        try:
            target = urljoin(url, href)
        except ValueError:
            return ""
        return f"/web/{timestamp}/{target}" if _ON_THE_WEB.match(target) else ""

    return link


def rewrite_html(text: str, link: Link) -> str:
    """The page, serialised from its tree."""
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(text)
    base = page.css_first("base[href]")
    if base is not None:
        link = _based(link, base.attributes.get("href") or "")
    for node in page.css(_DROPPED):
        node.decompose()
    for node in page.css("link"):
        if not _SHOWN_RELS & set((node.attributes.get("rel") or "").lower().split()):
            node.decompose()
    for node in page.css("*"):
        _rewrite_attributes(node, link)
    for node in page.css("style"):
        node.inner_html = rewrite_css(node.text(), link)
    return page.html or ""


def _based(link: Link, base: str) -> Link:
    """Links that are relative to what a `base` element says."""

    def based(href: str) -> str:
        if href.strip().startswith("#"):
            return href
        try:
            return link(urljoin(base, href.strip()))
        except ValueError:
            return ""

    return based


def _rewrite_attributes(node: LexborNode, link: Link) -> None:
    for name, value in node.attributes.items():
        if name.startswith("on") or name in _NEEDLESS:
            del node.attrs[name]
        elif name in _LINKS:
            _put(node, name, link(value or ""))
        elif name in _CANDIDATES:
            _put(node, name, _CANDIDATE.sub(lambda one: link(one[1]) + (one[2] or ""), value or ""))
        elif name == "style" and value:
            node.attrs[name] = rewrite_css(value, link)


def _put(node: LexborNode, name: str, value: str) -> None:
    if value:
        node.attrs[name] = value
    else:
        del node.attrs[name]


def rewrite_css(text: str, link: Link) -> str:
    """The style sheet with its `url(…)` and `@import` led back.

    >>> rewrite_css("a { background: url(/a.png) }", linking("http://x.example/", "20260301000000"))
    'a { background: url(/web/20260301000000/http://x.example/a.png) }'
    """
    return _CSS_URL.sub(
        lambda found: (
            f"{found[1]}{found[2]}{link(found[3])}{found[4]}"
            if found[1]
            else f"{found[5]}{found[6]}{link(found[7])}{found[8]}"
        ),
        text,
    )
