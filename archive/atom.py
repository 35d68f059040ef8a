"""Atom feeds (RFC 4287) of what is kept: what a search finds, to be followed with any feed reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from archive.results import SearchResult

NAMESPACE = "http://www.w3.org/2005/Atom"

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One entry of a feed."""

    id: str
    """An IRI that stays the same for the same thing."""

    title: str
    """Its headline."""

    link: str
    """Where it is on the web."""

    updated: str
    """When it came to be as it is: an instant (RFC 3339)."""

    published: str = ""
    """When it was published, if that is known to the second."""

    authors: tuple[str, ...] = ()
    """Who wrote it."""

    summary: str = ""
    """Plain text."""


def feed(entries: Iterable[FeedEntry], *, id: str, title: str, author: str = "pressmark") -> str:  # noqa: A002  the element's name
    """The feed as a document; it was updated when the newest entry was, or, without any, at the beginning of time."""
    entries = list(entries)
    root = ET.Element("feed", xmlns=NAMESPACE)
    _add(root, "id", id)
    _add(root, "title", title)
    _add(root, "updated", max((entry.updated for entry in entries), default="1970-01-01T00:00:00Z"))
    _add(ET.SubElement(root, "author"), "name", author)
    for entry in entries:
        _add_entry(ET.SubElement(root, "entry"), entry)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def feed_of_search(result: SearchResult, filters: Mapping[str, object]) -> str:
    """What a search with *filters* found, to be followed with a feed reader."""
    asked = urlencode({"q": result.query, **filters}, errors="replace")
    entries = [
        FeedEntry(
            id=hit.pressmark.record_id,
            title=hit.headline,
            link=hit.url,
            updated=hit.first_captured_at,
            authors=hit.authors,
            summary=" ".join(hit.snippet.split()),
        )
        for hit in result.hits
    ]
    return feed(entries, id=f"urn:pressmark:search?{asked}", title=f"pressmark: {result.query or 'all articles'}")


def _add_entry(element: ET.Element, entry: FeedEntry) -> None:
    _add(element, "id", entry.id)
    _add(element, "title", entry.title or entry.link)
    ET.SubElement(element, "link", rel="alternate", href=_clean(entry.link))
    _add(element, "updated", entry.updated)
    if entry.published:
        _add(element, "published", entry.published)
    for name in entry.authors:
        _add(ET.SubElement(element, "author"), "name", name)
    if entry.summary:
        _add(element, "summary", entry.summary)


def _add(element: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(element, tag).text = _clean(text)


def _clean(text: str) -> str:
    """The text without characters that XML cannot hold."""
    return _NOT_XML.sub("", text)
