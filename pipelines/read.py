"""The single entry: what one captured record is. Live crawl, recovery, import and rebuild all come through here.

Pure: the bytes of the record, the site files and the code decide, no clock and no network. Total: whatever the bytes
are, a reading comes out.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archive.http1 import HttpMessage, NotHttp
from archive.model import Article, Link, Listing, NotAnArticle, Reading, Unreadable
from pipelines.feeds import read_feed
from pipelines.robots import read_robots
from pipelines.sitemaps import read_sitemap
from pipelines.urls import UrlTooLong, UrlWithCredentials, canonical, outlink
from pipelines.words.kinds import CHALLENGE_MARKS, CHALLENGE_TITLES

if TYPE_CHECKING:
    from archive.model import Capture
    from archive.warc_read import CapturedRecord
    from pipelines.page import Page
    from pipelines.site import Sites

READER_VERSION = "1"
"""Raised with a change to what a page is read as that is worth telling; the sources themselves count too."""

MAX_CONTENT = 32 * 1024 * 1024
MAX_REFRESH_DELAY = 30.0
"""Seconds; a page that sends its readers on later than this is meant to be read first, or reloads itself."""

MAX_REFRESH_TEXT = 600
"""Letters; a page with more of its own text is no mere redirect."""

SESSION_ENDED = "session ended"
"""Among the notes of a capture: a subscriber was not known any more, so that what came is the page for strangers."""

_ANY_PAGE = b"<title>A page</title><h1>A page</h1><p>1 January 2001</p><p>Text</p><a href=/a/b?c>Link</a>"
_PARTS = ("*.json", "*.py", "words/*.py")
_REDIRECTS = frozenset({300, 301, 302, 303, 307, 308})
_BROKEN_OFF = frozenset({"disconnect", "time"})
_END = 2_000
"""Bytes at the end of a page in which its end tag stands; comments and scripts may follow it."""

_LOGIN_STATUSES = frozenset({401, 407, 511})

# Magic numbers (mimesniff.spec.whatwg.org, 6), and what a capture that begins so is.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"\x1f\x8b\x08", "other"),  # a compressed file; a sitemap is told before
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"RIFF", "image"),
    (b"\0\0\x01\0", "image"),
    (b"wOF", "other"),
    (b"PK\x03\x04", "other"),
    (b"\x1a\x45\xdf\xa3", "video"),
    (b"OggS", "video"),
    (b"ID3", "video"),
)
_MIMES: tuple[tuple[str, str], ...] = (
    ("image/svg", "image"),
    ("image/", "image"),
    ("video/", "video"),
    ("audio/", "video"),
    ("font/", "other"),
    ("text/css", "script"),
    ("text/javascript", "script"),
    ("application/javascript", "script"),
    ("application/x-javascript", "script"),
    ("application/pdf", "pdf"),
)
_UNTOLD_MIMES = frozenset(
    {"", "text/plain", "application/octet-stream", "unknown/unknown", "application/unknown", "*/*"}
)
_HTML_MIMES = frozenset({"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml", "multipart/related"})
_SOMETHING = re.compile(rb"[^ \t\r\n\0\xef\xbb\xbf]")
_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|title|meta|div|p|h1|table|script|article|main)\b", re.IGNORECASE)
_LISTING_ROOT = re.compile(
    rb"<(?:\w{1,20}:)?(rss|feed|rdf|channel|urlset|sitemapindex)[\s>/]|<(html)[\s>]", re.IGNORECASE
)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_WALL_STATUSES = frozenset({403, 429, 503})
_WALL_BYTES = 64 * 1024
_RIDDLES = tuple(
    title for title in CHALLENGE_TITLES if title not in {"access denied", "403 forbidden"}
)  # plain refusals
_REFRESH = re.compile(r"\s*(\d{1,6}(?:\.\d*)?|\.\d+)?[\s;,]*(?:url\s*=\s*)?[\"']?(.*?)[\"']?\s*", re.IGNORECASE)


class Reader:
    """Reads captured records with the site files of *sites*."""

    def __init__(self, sites: Sites) -> None:
        self.sites = sites

    @cached_property
    def id(self) -> str:
        """Names this reader: two readers of one id read any record alike. Hashes layouts, weights and sources."""
        digest = hashlib.sha256(self.sites.reading_digest.encode("ascii"))
        for part in sorted(path for form in _PARTS for path in Path(__file__).parent.glob(form)):
            digest.update(part.name.encode() + b"\0" + part.read_bytes())
        return f"{READER_VERSION}+{digest.hexdigest()[:12]}"

    def prepare(self) -> None:
        """Load what HTML needs, which is not loaded before, so that the first page costs no more than others."""
        from pipelines.article import read_article
        from pipelines.page import open_page

        page = open_page(_ANY_PAGE, url="http://page.invalid/", captured_at=datetime(2001, 1, 2, tzinfo=UTC))
        read_article(page, self.sites.layout(page.url, on=page.captured_at))

    def read(self, record: CapturedRecord) -> Reading:
        """What the record is; what the code itself fails at is Unreadable with the place in the code.

        Raises MemoryError alone: how much memory there is says nothing of the page, and a rebuild may have more.
        """
        try:
            return self._read(record)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - the one boundary: a page that breaks us must not stop the crawl
            place = extract_tb(error.__traceback__)[-1]
            where = f"{Path(place.filename).name}, line {place.lineno}"
            return Unreadable(reason=f"the reader failed: {type(error).__name__} in {where}")

    def _read(self, record: CapturedRecord) -> Reading:
        capture = record.capture
        if capture.kind == "failure":
            return Unreadable(reason=f"no answer: {capture.outcome}")
        if capture.kind == "revisit" and not record.block:
            return Unreadable(reason="a revisit is read as the response that it refers to")
        try:
            message = record.message
        except NotHttp as error:
            return Unreadable(reason=str(error)[:200])
        if SESSION_ENDED in capture.notes.split("; "):
            return NotAnArticle(reason="login", notes=(SESSION_ENDED,))
        return _by_status(message, capture.url) or self._by_content(message, capture)

    def _by_content(self, message: HttpMessage, capture: Capture) -> Reading:
        decoded = message.decoded(MAX_CONTENT)
        content = decoded.content
        if not _SOMETHING.search(content):
            return NotAnArticle(reason="empty", notes=decoded.defects[:5])
        mime = message.mime
        if capture.is_requisite:
            return self._read_requisite(content, mime, capture)
        if _path_of(capture.url) == "/robots.txt":
            return read_robots(content, url=capture.url)
        listing = _listing(content, mime, message.header("Content-Type"), capture.url)
        if listing is not None:
            return listing
        reason = _reason_of(content, mime)
        return NotAnArticle(reason=reason) if reason else self._read_html(message, content, capture)

    def _read_html(self, message: HttpMessage, content: bytes, capture: Capture) -> Reading:
        from pipelines.article import read_article
        from pipelines.page import open_page
        from pipelines.reservations import is_left_unread, reservations

        page = open_page(
            content,
            url=capture.url,
            content_type=message.header("Content-Type"),
            captured_at=capture.captured_at,
            time_zone=self.sites.time_zone(capture.url),
        )
        target = _refresh_target(page)
        if target:
            return NotAnArticle(reason="redirect", links=(Link(url=target, rel="redirect"),))
        reading = read_article(page, self.sites.layout(capture.url, on=capture.captured_at))
        if isinstance(reading, Article) and _is_torn(content, capture):
            return NotAnArticle(reason="torn", links=reading.links, notes=(f"outcome: {capture.outcome}",))
        if needed := self._needed_by(page, capture):
            reading = replace(reading, links=(*reading.links, *needed))
        reserved = reservations(page.meta, message.headers)
        own = (*page.meta.get("tdm-reservation", ()), message.header("TDM-Reservation"))
        if isinstance(reading, Article) and is_left_unread(capture.notes, reserved, own):
            return NotAnArticle(reason="reserved", links=reading.links, notes=reserved)
        if isinstance(reading, Article) and capture.is_rendered:
            reading = NotAnArticle(reason="unrendered", links=reading.links)
        return replace(reading, notes=(*reading.notes, *reserved)) if reserved else reading

    def _needed_by(self, page: Page, capture: Capture) -> tuple[Link, ...]:
        """What the page needs to be shown, as far as the file of its site wants it."""
        wanted = self.sites.requisites(capture.site)
        if not wanted:
            return ()
        from pipelines.requisites import needed_by_page

        return needed_by_page(page.html, page.base_url, wanted)

    def _read_requisite(self, content: bytes, mime: str, capture: Capture) -> NotAnArticle:
        """What a page needs is never read as a page, whatever it is."""
        from pipelines.requisites import needed_by_css

        reason = _reason_of(content, mime) or "other"
        wanted = self.sites.requisites(capture.site)
        if mime != "text/css" or not wanted:
            return NotAnArticle(reason=reason)
        return NotAnArticle(reason=reason, links=needed_by_css(content.decode("utf-8", "replace"), capture.url, wanted))


def _is_torn(content: bytes, capture: Capture) -> bool:
    """Whether the page broke off. Some servers announce more than there is: what has its end tag is whole."""
    return capture.outcome in _BROKEN_OFF and b"</html" not in content[-_END:].lower()


def _by_status(message: HttpMessage, url: str) -> NotAnArticle | None:
    """What the status alone decides; None where the content has to be looked at."""
    location = message.header("Location").strip()
    if message.status in _REDIRECTS and location:
        return _redirect(location, url)
    if message.status in _LOGIN_STATUSES:
        return NotAnArticle(reason="login", notes=(f"status: {message.status}",))
    if message.header("cf-mitigated").lower() == "challenge":
        return NotAnArticle(reason="challenge", notes=(f"status: {message.status}",))
    if message.status in _WALL_STATUSES and _is_challenge(message.content(_WALL_BYTES)):
        return NotAnArticle(reason="challenge", notes=(f"status: {message.status}",))
    if not 200 <= message.status < 300:
        return NotAnArticle(reason="status", notes=(f"status: {message.status}",))
    return NotAnArticle(reason="empty") if message.status in (204, 205) else None


def _is_challenge(content: bytes) -> bool:
    """Whether a refusal is a riddle for robots, by its title or by the scripts of those who set them."""
    text = content.decode("utf-8", "replace")
    title = _TITLE.search(text)
    words = title[1].strip().lower() if title else ""
    return words.startswith(_RIDDLES) or any(mark in text for mark in CHALLENGE_MARKS)


def _redirect(location: str, url: str) -> NotAnArticle:
    with suppress(UnicodeError):  # servers send UTF-8 where only ASCII is allowed
        location = location.encode("latin-1").decode("utf-8")
    try:
        return NotAnArticle(reason="redirect", links=(Link(url=outlink(location, url), rel="redirect"),))
    except (UrlTooLong, UrlWithCredentials) as problem:
        return NotAnArticle(reason="redirect", notes=(f"location: {problem}",))
    except ValueError:
        return NotAnArticle(reason="redirect", notes=(f"location: no http or https URL: {location[:200]!r}",))


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _listing(content: bytes, mime: str, content_type: str, url: str) -> Listing | None:
    """The feed or sitemap that the content is, whatever it was sent as; None when it is none."""
    start = content[:8_192]
    root = _LISTING_ROOT.search(start)
    is_sitemap = bool(root and root[1] and root[1].lower() in (b"urlset", b"sitemapindex"))
    if root and root[2]:
        return None
    if is_sitemap or start.startswith(b"\x1f\x8b"):
        return read_sitemap(content, url=url, content_type=content_type)
    if mime == "text/plain" and not root:
        return read_sitemap(content, url=url) if "sitemap" in _path_of(url).lower() else None
    is_json = "json" in mime or start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    is_wide = b"\0" in start[:64]  # UTF-16 or UTF-32, in which the expression above finds nothing
    if root or is_json or is_wide or (mime not in _HTML_MIMES and "xml" in mime):
        feed = read_feed(content, url=url, content_type=content_type)
        return feed if feed is not None or is_json else read_sitemap(content, url=url, content_type=content_type)
    return None


def _reason_of(content: bytes, mime: str) -> str:
    """Why content that is no listing is not read as a page, in one word; empty when it looks like HTML."""
    magic = next((reason for sign, reason in _MAGIC if content.startswith(sign)), "")
    if magic:
        return magic
    if mime in _HTML_MIMES or _is_markup(content):
        return ""
    by_mime = next((reason for prefix, reason in _MIMES if mime.startswith(prefix)), "")
    if by_mime:
        return by_mime
    if b"\0" in content[:512]:
        return "other"
    return "text" if mime in _UNTOLD_MIMES or mime.startswith("text/") else "other"


def _is_markup(content: bytes) -> bool:
    start = content[:1_024]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.decode("utf-16", "ignore").encode("utf-8", "ignore")
    return bool(_MARKUP.search(start))


def _refresh_target(page: Page) -> str:
    """Where a page that is nothing but a redirect sends its readers; empty for any other page."""
    found = _REFRESH.fullmatch(page.meta_value("refresh")[:1_024].strip())
    if not found or not found[2] or float(found[1] or 0) > MAX_REFRESH_DELAY:
        return ""
    try:
        target, own = outlink(found[2], page.base_url), canonical(page.url, page.url)
    except ValueError:
        return ""
    if target == own or len(page.text) > MAX_REFRESH_TEXT:
        return ""
    return target
