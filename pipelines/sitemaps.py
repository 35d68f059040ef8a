"""Sitemaps (sitemaps.org): XML and text, indexes of sitemaps, Google's news fields, compressed or not.

Namespaces are not compared, since many sitemaps name a wrong one or none.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING

from archive.codings import take_off
from archive.model import Entry, Link, Listing
from pipelines.feed_dates import feed_date
from pipelines.feeds import plain_text
from pipelines.urls import outlink
from pipelines.xmltext import root_name, standard_xml

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_ENTRIES = 50_000  # what sitemaps.org allows in one file
MAX_BYTES = 50 * 1024 * 1024  # the same, uncompressed
MAX_LINE = 4_096

_START = 65_536
_BLANK = bytes(range(33))
_CUT = f"bytes: more than {MAX_BYTES:,}, the rest not read"

_LOCATION = re.compile(rb"<(?:\w{1,20}:)?loc>([^<]{1,4096})")
_FORMS = {"urlset": "sitemap", "sitemapindex": "sitemapindex"}


def read_sitemap(content: bytes, *, url: str, content_type: str = "") -> Listing | None:
    """What a sitemap lists; None when the bytes are no sitemap.

    The pages are entries. The sitemaps of an index are links with `rel` "sitemap", whose text is their lastmod.
    *url* is where it was fetched, against which relative locations are resolved.
    """
    notes: list[str] = []
    if content.startswith(b"\x1f\x8b"):
        content = _inflated(content, notes)
    if len(content) > MAX_BYTES:
        content = content[:MAX_BYTES]
        notes.append(_CUT)
    if not content[:_START].strip(_BLANK):
        return None
    xml = standard_xml(content, content_type)
    if not xml.startswith(b"<"):
        return _read_text(content, notes)
    form = _FORMS.get(root_name(xml).rpartition(":")[2].lower())
    return _read_xml(xml, form, url, notes) if form else None


def _inflated(content: bytes, notes: list[str]) -> bytes:
    """The content of gzip members, up to `MAX_BYTES`; of a torn one what could be read."""
    decoded = take_off(content, ["gzip"], MAX_BYTES)
    if decoded.cut:
        notes.append(_CUT)
    elif decoded.defects:
        notes.append("gzip: damaged")
    return decoded.content


def _read_text(content: bytes, notes: list[str]) -> Listing | None:
    """One URL a line; None when the first line is none."""
    lines = (line.strip() for line in content.decode("utf-8-sig", "replace").splitlines())
    entries: dict[Entry, None] = {}
    unusable = 0
    for line in lines:
        if line and len(entries) < MAX_ENTRIES:
            link = _canonical_or_nothing(line) if len(line) <= MAX_LINE else ""
            if link:
                entries[Entry(link=link)] = None
            elif not entries:
                return None
            else:
                unusable += 1
    if not entries or unusable > len(entries):
        return None
    if unusable:
        notes.append(f"lines: {unusable:,} are no http or https URL")
    return Listing(form="sitemap", entries=tuple(entries), notes=tuple(notes))


def _read_xml(xml: bytes, form: str, url: str, notes: list[str]) -> Listing:
    entries: dict[Entry, None] = {}
    links: dict[Link, None] = {}
    unusable = 0
    for element in _elements(xml, notes):
        fields = _fields(element)
        location = _canonical_or_nothing(fields.get("loc", ""), url)
        if not location:
            unusable += 1
        elif fields["element"] == "sitemap":
            links[Link(url=location, text=feed_date(fields.get("lastmod", "")), rel="sitemap")] = None
        else:
            entries[_entry(location, fields)] = None
        if len(entries) + len(links) >= MAX_ENTRIES:
            notes.append(f"entries: {MAX_ENTRIES:,} kept, the rest not read")
            break
    if unusable:
        notes.append(f"entries: {unusable:,} without a usable location")
    if not entries and not links and form == "sitemap":
        entries = dict.fromkeys(Entry(link=link) for link in _bare_locations(xml, url))
    return Listing(form=form, entries=tuple(entries), links=tuple(links), notes=tuple(notes))


def _bare_locations(xml: bytes, url: str) -> list[str]:
    """The locations of a sitemap that is too broken for its elements to be found."""
    texts = (html.unescape(found[1].decode("utf-8", "replace")) for found in _LOCATION.finditer(xml))
    links = (_canonical_or_nothing(text, url) for text in islice(texts, MAX_ENTRIES))
    return [link for link in links if link]


def _elements(xml: bytes, notes: list[str]) -> Iterator[_Element]:
    """Each url and sitemap element, emptied after use, so that 50 MB of sitemap are never one tree."""
    from lxml import etree

    parsing = etree.iterparse(
        BytesIO(xml),
        events=("end",),
        tag=("{*}url", "{*}sitemap"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        for _, element in parsing:
            yield element
            element.clear()
            parent = element.getparent()
            if parent is None or _local_name(parent) == "url":  # the end tag before it is missing
                continue
            while element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError:
        notes.append("xml: broken off")
    else:
        if len(parsing.error_log):
            notes.append("xml: not well-formed, repaired")


def _fields(element: _Element) -> dict[str, str]:
    """The texts below a url or sitemap element that are wanted, by local name, news fields with `news:` before it."""
    fields = {"element": _local_name(element)}
    for child in element:
        name = _local_name(child)
        if name == "news":
            fields |= {f"news:{_local_name(field)}": field.text or "" for field in child.iterdescendants("{*}*", "*")}
        elif name in ("loc", "lastmod"):
            fields.setdefault(name, child.text or "")
    if "loc" not in fields and fields["element"] == "sitemap":
        fields["loc"] = element.text or ""
    return fields


def _local_name(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2].rpartition(":")[2].lower()


def _entry(location: str, fields: dict[str, str]) -> Entry:
    return Entry(
        link=location,
        title=plain_text(fields.get("news:title", "")),
        published=feed_date(fields.get("news:publication_date", "")),
        updated=feed_date(fields.get("lastmod", "")),
        language=fields.get("news:language", "").strip()[:40],
        keywords=plain_text(fields.get("news:keywords", "")),
    )


def _canonical_or_nothing(location: str, base: str = "") -> str:
    location = location.strip()
    if not location or len(location) > MAX_LINE:
        return ""
    try:
        return outlink(location, base)
    except ValueError:
        return ""
