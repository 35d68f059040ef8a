"""Feeds: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, RDF, CDF and JSON Feed, broken ones too.

A feed announces pages. What is kept of an announcement is where it leads, what it is called and when; an item without
a link to an http or https page announces nothing.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from archive.model import Entry, Link, Listing
from pipelines.feed_dates import feed_date
from pipelines.urls import MAX_URL, UrlTooLong, canonical, outlink
from pipelines.xmltext import parse_xml, root_name, standard_xml

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_ENTRIES = 20_000
MAX_LINKS = 100
MAX_TITLE = 1_000
MAX_RAW_TEXT = 10_000

_LONG_TAG = 200
_REPAIRED = "xml: not well-formed, repaired"
_NAMESPACES = {
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/atom/ns": "",
    "http://purl.org/rss/1.0": "",
    "http://my.netscape.com/rdf/simple/0.9": "",
    "http://channel.netscape.com/rdf/simple/0.9": "",
    "http://my.netscape.com/publish/formats/rss-0.91.dtd": "",
    "http://backend.userland.com/rss": "",
    "http://backend.userland.com/rss2": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://www.rssboard.org/rss-specification": "",
    "http://purl.org/dc/elements/1.0": "dc:",
    "http://purl.org/dc/elements/1.1": "dc:",
    "http://purl.org/dc/terms": "dcterms:",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner:",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns": "rdf:",
}
_FEED_ROOTS = frozenset({"rss", "rdf", "feed", "channel"})
_ITEM_TAGS = ("{*}item", "{*}entry", "{*}Item", "{*}Entry", "{*}ITEM", "{*}ENTRY", "atom:entry", "rss:item")
_ITEMS = frozenset({"item", "entry"})
_PUBLISHED = ("pubdate", "published", "issued", "dcterms:issued", "dc:date", "created", "dcterms:created", "date")
_UPDATED = ("updated", "modified", "dcterms:modified")
_WANTED = frozenset(
    {*_PUBLISHED, *_UPDATED, "title", "dc:title", "link", "guid", "id", "content", "dc:language", "feedburner:origlink"}
)
_HTML_TYPES = frozenset({"", "text/html", "application/xhtml+xml"})
_KEPT_RELS = {"hub": "hub", "self": "self", "next": "next", "prev-archive": "prev", "previous": "prev"}
_XML = "{http://www.w3.org/XML/1998/namespace}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_UNSEEN = re.compile(r"<(?:(script|style)\b|!--)", re.IGNORECASE)
_UNSEEN_ENDS = {
    "script": re.compile(r"</script\s*>", re.IGNORECASE),
    "style": re.compile(r"</style\s*>", re.IGNORECASE),
    "": re.compile("-->"),
}
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<![^<>]*>")


def read_feed(content: bytes, *, url: str, content_type: str = "") -> Listing | None:
    """What a feed announces; None when the bytes are no feed.

    *url* is where it was fetched, against which relative links are resolved.
    """
    if content[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _read_json_feed(content, url)
    feed = _parsed(content, url, content_type)
    return feed.listing() if feed else None


def read_items(content: bytes, *, url: str, content_type: str = "") -> list[Entry]:
    """Every item of an XML feed, also those without a link, whose `link` is empty."""
    feed = _parsed(content, url, content_type)
    return feed.items()[0] if feed else []


def _parsed(content: bytes, url: str, content_type: str) -> _Feed | None:
    xml = standard_xml(content, content_type)
    if root_name(xml).rpartition(":")[2].lower() not in _FEED_ROOTS:
        return None
    root, repaired = parse_xml(xml)
    if root is None:
        return None
    return _Feed(root, url, has_bases=b"xml:base" in xml, notes=(_REPAIRED,) if repaired else ())


def plain_text(text: str) -> str:
    """Text that may hold HTML, without it: tags removed, entities resolved, white space folded.

    >>> plain_text("AT&amp;T buys <b>more</b>")
    'AT&T buys more'
    """
    text = text[:MAX_RAW_TEXT]
    if "<" in text:
        text = _TAG.sub("", _without_unseen(text))
    if "&" in text:
        text = html.unescape(text)
    return _folded(text)


def _without_unseen(text: str) -> str:
    """The text without scripts, styles and comments; what does not end is gone to the end."""
    parts, at = [], 0
    while begun := _UNSEEN.search(text, at):
        parts.append(text[at : begun.start()])
        ended = _UNSEEN_ENDS[(begun[1] or "").lower()].search(text, begun.end())
        if not ended:
            return " ".join(parts)
        at = ended.end()
    return " ".join([*parts, text[at:]])


def _folded(text: str) -> str:
    return " ".join(text[:MAX_RAW_TEXT].split())[:MAX_TITLE]


class _Feed:
    """One parsed feed, while it is read."""

    def __init__(self, root: _Element, url: str, *, has_bases: bool, notes: tuple[str, ...]) -> None:
        self.root = root
        self.notes = notes
        self.long_links: list[str] = []
        self.url = url
        self.has_bases = has_bases
        self.names: dict[str, str] = {}
        self.own_namespace = root.tag.partition("}")[0] + "}" if root.tag[:1] == "{" else "{}"
        self.is_atom = self.name(root) == "feed"
        self.head = list(self._head())
        said = (_folded(el.text or "") for el in self.head if self.name(el) in ("language", "dc:language"))
        self.language = (next(said, "") or self.root.get(_XML + "lang", ""))[:40]

    def listing(self) -> Listing:
        entries, found = self.items()
        too_many = (f"entries: {found:,} found, {MAX_ENTRIES:,} kept",) if found > MAX_ENTRIES else ()
        return Listing(
            form="atom" if self.is_atom else "rss",
            title=next((self._text(el) for el in self.head if self.name(el) == "title"), ""),
            entries=tuple(dict.fromkeys(entry for entry in entries if entry.link)),
            links=self._links(),
            language=self.language,
            notes=self.notes + too_many + _of_long(self.long_links),
        )

    def name(self, element: _Element) -> str:
        """An element's name, lower case: bare in the namespaces of feeds, else with the usual prefix."""
        tag = element.tag
        name = self.names.get(tag)
        if name is None:
            is_own = tag.startswith(self.own_namespace)
            usual_name = _usual_name if len(tag) <= _LONG_TAG else _usual_name.__wrapped__
            name = self.names[tag] = usual_name(tag, is_own)
        return name

    def _head(self) -> Iterator[_Element]:
        """The elements that describe the feed itself."""
        for child in self.root:
            name = self.name(child)
            if name == "channel":
                yield from (el for el in child if self.name(el) not in _ITEMS)
            elif name not in _ITEMS:
                yield child

    def items(self) -> tuple[list[Entry], int]:
        """The items, up to the budget, and how many there are."""
        entries, found = [], 0
        for element in self.root.iter(*_ITEM_TAGS):
            if self.name(element) not in _ITEMS:
                continue
            found += 1
            if found <= MAX_ENTRIES:
                entries.append(self._entry(element))
        return entries, found

    def _entry(self, item: _Element) -> Entry:
        fields: dict[str, _Element] = {}
        links: list[_Element] = []
        self._gather(item, fields, links, depth=0)
        guid = _first_text(fields, "guid", "id") or item.get(_RDF + "about", "")
        title = fields["title"] if "title" in fields else fields.get("dc:title")
        return Entry(
            link=self._link_of(item, fields, links),
            title="" if title is None else self._text(title),
            published=_first_date(fields, _PUBLISHED),
            updated=_first_date(fields, _UPDATED) or (feed_date(_attribute(item, "lastmod")) if item.attrib else ""),
            language=(_first_text(fields, "dc:language") or item.get(_XML + "lang", "") or self.language)[:40],
            guid=_folded(guid),
        )

    def _gather(self, item: _Element, fields: dict[str, _Element], links: list[_Element], depth: int) -> None:
        """The first element of each wanted name; also what a missing end tag has moved into one of them."""
        names = self.names
        for child in item:
            name = names.get(child.tag) or self.name(child)
            if name not in _WANTED:
                continue
            if name == "link":
                links.append(child)
            elif name not in fields or name in _UPDATED:  # the last change is the one that counts
                fields[name] = child
            if depth < 8 and len(child) and name != "content":
                self._gather(child, fields, links, depth + 1)

    def _link_of(self, item: _Element, fields: dict[str, _Element], links: list[_Element]) -> str:
        """Where an item leads, by the first of the ways that feeds have to say it."""
        original = _first_text(fields, "feedburner:origlink")
        if original:
            return self._resolved(original, fields["feedburner:origlink"])
        for link in links:
            if _is_alternate(link):
                href = link.get("href")
                resolved = self._resolved(self._bare_text(link) if href is None else href, link)
                if resolved:
                    return resolved
        guid = fields.get("guid", fields.get("id"))
        if guid is not None and _is_permalink(guid):
            return self._resolved(guid.text, guid)
        content = fields.get("content")
        source = content.get("src", "") if content is not None and content.get("type", "") in _HTML_TYPES else ""
        return self._resolved(source or _attribute(item, "href") or item.get(_RDF + "about"), item)

    def _resolved(self, link: str | None, element: _Element) -> str:
        link = (link or "").strip()
        return _canonical_or_nothing(link, self._base(element), self.long_links) if link else ""

    def _base(self, element: _Element) -> str:
        if not self.has_bases:
            return self.url
        bases = [el.get(_XML + "base", "").strip() for el in (element, *element.iterancestors())]
        base = self.url
        for relative in reversed(bases):
            try:
                base = canonical(relative, base) if relative else base
            except ValueError:
                continue
        return base

    def _text(self, element: _Element) -> str:
        """A text construct without markup, read by its type (RFC 4287, 3.1; Atom 0.3, 3.1)."""
        kind = element.get("type", "").lower()
        text = self._bare_text(element)
        if element.get("mode") == "base64" or (
            kind and "/" in kind and not kind.startswith(("text/", "application/xh"))
        ):
            text = _from_base64(text)
        if self.is_atom and kind in ("", "text", "text/plain"):
            return _folded(text)
        return _folded(text) if len(element) and "xhtml" in kind else plain_text(text)

    def _bare_text(self, element: _Element) -> str:
        if not len(element):
            return element.text or ""
        if any(self.name(child) in _WANTED or self.name(child) in _ITEMS for child in element):
            return element.text or ""  # its end tag is missing
        return "".join(_seen_text(element))

    def _links(self) -> tuple[Link, ...]:
        found: dict[Link, None] = {}
        for element in self.head:
            rel = _KEPT_RELS.get(element.get("rel", "").lower())
            url = self._resolved(element.get("href"), element) if rel and self.name(element) == "link" else ""
            if rel and url:
                found[Link(url=url, rel=rel)] = None
        return tuple(found)[:MAX_LINKS]


@lru_cache(maxsize=1_024)
def _usual_name(tag: str, is_own: bool) -> str:
    """The name of an element, of which *is_own* says whether it is in the namespace of the feed's root."""
    namespace, brace, local = tag.rpartition("}")
    local = local.lower()
    if not brace:  # no namespace, or a prefix that nobody declared
        return local.removeprefix("atom:").removeprefix("rss:")
    prefix = _NAMESPACES.get(namespace[1:].rstrip("/#").lower())
    if prefix is None:
        prefix = "" if is_own else "?:"
    return prefix + local


def _is_alternate(link: _Element) -> bool:
    if not link.attrib:
        return True
    return link.get("rel", "alternate").lower() == "alternate" and link.get("type", "").lower() in _HTML_TYPES


def _is_permalink(guid: _Element) -> bool:
    said = _attribute(guid, "ispermalink").strip().lower()
    return said != "false" and (guid.text or "").strip().lower().startswith(("http://", "https://"))


def _attribute(element: _Element, name: str) -> str:
    """The value of an attribute, whatever the case of its name; empty when it is not there."""
    return next((str(value) for key, value in element.attrib.items() if str(key).lower() == name), "")


def _seen_text(element: _Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if not str(child.tag).endswith(("script", "style")):
            yield from _seen_text(child)
        yield child.tail or ""


def _first_text(fields: dict[str, _Element], *names: str) -> str:
    for name in names:
        if name in fields:
            text = (fields[name].text or "").strip()
            if text:
                return text
    return ""


def _first_date(fields: dict[str, _Element], names: tuple[str, ...]) -> str:
    for name in names:
        if name in fields and (found := feed_date(fields[name].text or "")):
            return found
    return ""


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode(text, validate=False).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return text


def _read_json_feed(content: bytes, url: str) -> Listing | None:
    """JSON Feed 1.0 and 1.1 (jsonfeed.org)."""
    try:
        feed = json.loads(content.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        return None
    if "jsonfeed.org" not in _string(feed, "version"):
        return None
    items = [item for item in feed["items"] if isinstance(item, dict)]
    language = _string(feed, "language")
    long_links: list[str] = []
    entries = dict.fromkeys(_json_entry(item, url, language, long_links) for item in items[:MAX_ENTRIES])
    too_many = (f"entries: {len(items):,} found, {MAX_ENTRIES:,} kept",) if len(items) > MAX_ENTRIES else ()
    return Listing(
        form="jsonfeed",
        title=_folded(_string(feed, "title")),
        entries=tuple(entry for entry in entries if entry.link),
        links=_json_links(feed, url, long_links),
        language=language[:40],
        notes=too_many + _of_long(long_links),
    )


def _json_entry(item: dict[str, Any], url: str, language: str, long_links: list[str]) -> Entry:
    link = _string(item, "url") or _string(item, "external_url")
    return Entry(
        link=_canonical_or_nothing(link, url, long_links),
        title=_folded(_string(item, "title")),
        published=feed_date(_string(item, "date_published")),
        updated=feed_date(_string(item, "date_modified")),
        language=(_string(item, "language") or language)[:40],
        guid=_folded(_string(item, "id")),
    )


def _json_links(feed: dict[str, Any], url: str, long_links: list[str]) -> tuple[Link, ...]:
    hubs = (
        [hub for hub in feed.get("hubs") or () if isinstance(hub, dict)] if isinstance(feed.get("hubs"), list) else []
    )
    said = [("next", _string(feed, "next_url")), ("self", _string(feed, "feed_url"))]
    said += [("hub", _string(hub, "url")) for hub in hubs[:MAX_LINKS]]
    found = ((rel, _canonical_or_nothing(link, url, long_links)) for rel, link in said)
    return tuple(Link(url=link, rel=rel) for rel, link in found if link)


def _canonical_or_nothing(link: str, base: str, long_links: list[str]) -> str:
    """The link in canonical form; empty for none, and for one that is too long, which *long_links* gets."""
    try:
        return outlink(link, base) if link else ""
    except UrlTooLong as long:
        long_links.append(str(long))
        return ""
    except ValueError:
        return ""


def _of_long(links: list[str]) -> tuple[str, ...]:
    return (f"links: {len(links):,} of more than {MAX_URL:,} characters left out",) if links else ()


def _string(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
