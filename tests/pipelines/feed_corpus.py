"""The public feeds of feedparser's own tests, and how what we find in one differs from what feedparser finds."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from archive.model import Entry
from pipelines.feeds import plain_text, read_items
from pipelines.urls import canonical

FEEDS = Path(__file__).parents[3] / "shared/corpora/feeds.zip"

EXCEPTIONS = {
    "tests/wellformed/atom10/entry_link_no_href_link_priority.xml": "the file itself expects what we find",
    "tests/wellformed/atom10/entry_link_rel_enclosure_no_href.xml": "the file itself expects what we find",
    "tests/wellformed/base/http_entry_id_base_content_location.xml": "an id is no link unless it is a whole URL",
    "tests/wellformed/node_precedence/atom10_id.xml": "an id is no link unless it is a whole URL",
}


class PublicFeed(NamedTuple):
    """One file of the corpus."""

    name: str
    """Its path in the archive."""

    content: bytes
    """What is served."""

    headers: dict[str, str]
    """The HTTP headers that it asks to be served with."""


def public_feeds() -> Iterator[PublicFeed]:
    """Every file of the corpus."""
    with zipfile.ZipFile(FEEDS) as corpus:
        for name in corpus.namelist():
            content = corpus.read(name)
            yield PublicFeed(name, content, _headers(content, name))


def differences(feed: PublicFeed, theirs: list[dict[str, Any]]) -> list[str] | None:
    """The fields that differ from what feedparser finds; None when nothing does, not even the number of items."""
    base, content_type = feed.headers["content-location"], feed.headers["content-type"]
    ours = read_items(feed.content, url=base, content_type=content_type)
    found = [d for one, other in zip(ours, theirs, strict=False) for d in _differences(one, other, base)]
    return found if found or len(ours) != len(theirs) else None


def _headers(content: bytes, name: str) -> dict[str, str]:
    found = re.findall(rb"^\s*Header:\s*([A-Za-z-]+):(.*)$", content[:3_000], re.MULTILINE)
    asked = {key.decode().lower(): value.decode("latin-1").strip() for key, value in found}
    return {"content-type": "application/xml", "content-location": f"http://127.0.0.1:8097/{name}"} | asked


def _differences(ours: Entry, theirs: dict[str, Any], base: str) -> list[str]:
    try:
        link = canonical(theirs.get("link", ""), base) if theirs.get("link") else ""
    except ValueError:
        link = ""
    title = theirs.get("title", "")
    is_html = "html" in theirs.get("title_detail", {}).get("type", "")
    title = plain_text(title) if is_html else " ".join(title.split())
    published, updated = theirs.get("published_parsed"), theirs.get("updated_parsed")
    found = ["link"] if link and link != ours.link else []
    found += ["title"] if title != ours.title else []
    found += ["published"] if published and _in_utc(ours.published) != tuple(published)[:6] else []
    # dc:date is the day of publication to us, and that of the last change to feedparser
    dates = (_in_utc(ours.updated), _in_utc(ours.published))
    return found + (["updated"] if updated and tuple(updated)[:6] not in dates else [])


def _in_utc(text: str) -> tuple[int, ...] | None:
    if not text:
        return None
    when = datetime.fromisoformat(text)
    return tuple((when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).timetuple()[:6])
