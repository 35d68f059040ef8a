"""Memento (RFC 7089): TimeGate, TimeMap, and the mementos themselves, as captured, in a sandbox.

/timegate/URL               leads to the memento nearest to Accept-Datetime, or to the newest
/timemap/link/URL           all mementos of a URL, in link format (RFC 6690); /timemap/json/URL as JSON
/web/YYYYMMDDhhmmss/URL     a memento, its links led back into the archive; an inexact time leads to the nearest
/web/YYYYMMDDhhmmssid_/URL  the same, with the bytes of the page as they are
"""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote

from archive.errors import UsageError
from archive.exchanges import KeptExchange, exchange
from archive.http1 import HttpMessage, NotHttp
from archive.mementos import Memento, first_and_last, mementos, nearest
from archive.query import NotFound
from archive.urlkey import safe_uri
from crawler.web.http import HTML, Answer, Asked, one_line
from crawler.web.rewriting import MAX_PAGE, linking, rewrite_css, rewrite_html

_MEMENTO = re.compile(r"/web/(\d{14})(id_|im_|cs_)?/(.+)", re.DOTALL)
_TIMEGATE = re.compile(r"/timegate/(.+)", re.DOTALL)
_TIMEMAP = re.compile(r"/timemap/(link|json)/(.+)", re.DOTALL)
_ONE_SLASH = re.compile(r"(https?):/+", re.IGNORECASE)
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_HTML_TYPES = {"text/html", "application/xhtml+xml"}
_CSS_TYPES = {"text/css"}
_BODILESS = {204, 205, 304}
_REDIRECTS = {301, 302, 303, 307, 308}

PREFIXES = ("/web/", "/timegate/", "/timemap/")


def answer_memento(db: sqlite3.Connection, archive_dir: Path, asked: Asked) -> Answer:
    """The answer of a path below `PREFIXES`. UsageError for one that says nothing, NotFound for an unknown one."""
    if found := _MEMENTO.fullmatch(asked.target):
        digits, form, url = found.groups(default="")
        return _memento(db, archive_dir, asked, _Wanted(_instant(digits), form, _url(url)))
    if found := _TIMEGATE.fullmatch(asked.target):
        return _timegate(db, asked, _url(found[1]))
    if found := _TIMEMAP.fullmatch(asked.target):
        return _timemap(db, asked, _url(found[2]), found[1])
    raise UsageError(f"{asked.path[:80]}: write /web/YYYYMMDDhhmmss/URL, /timegate/URL or /timemap/link/URL")


def path_of(memento: Memento, form: str = "") -> str:
    """Where a memento is on this server."""
    return f"/web/{memento.timestamp}{form}/{safe_uri(memento.url)}"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A memento that is asked for."""

    at: datetime
    """When."""

    form: str
    """`id_` for the bytes as they are; `im_` and `cs_` say what the page wants, as other replay tools write it."""

    url: str
    """Of which URL."""


def _url(text: str) -> str:
    return _ONE_SLASH.sub(r"\1://", text, count=1)  # what stands before some servers makes one slash of two


def _instant(digits: str) -> datetime:
    with suppress(ValueError):
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    raise UsageError(f"{digits} is no time; write YYYYMMDDhhmmss")


def _timegate(db: sqlite3.Connection, asked: Asked, url: str) -> Answer:
    wanted = datetime.now(UTC)
    if text := asked.headers.get("accept-datetime"):
        wanted = _accepted(text)
    found = _nearest(db, url, wanted)
    headers = (("Location", f"{asked.root}{path_of(found)}"), ("Vary", "accept-datetime"), _relations(db, asked, found))
    return Answer(body=b"", status=302, headers=headers)


def _accepted(text: str) -> datetime:
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        at = parsedate_to_datetime(text)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    raise UsageError(f"Accept-Datetime: {text[:80]!r} is no date such as 'Thu, 31 May 2007 20:35:00 GMT'")


def _nearest(db: sqlite3.Connection, url: str, at: datetime) -> Memento:
    found = nearest(db, url, at)
    if found is None:
        raise NotFound(f"nothing was captured of {url}")
    return found


def _timemap(db: sqlite3.Connection, asked: Asked, url: str, form: str) -> Answer:
    found = mementos(db, url)
    if not found:
        raise NotFound(f"nothing was captured of {url}")
    original = _uri(found[-1].url)
    itself, gate = f"{asked.root}/timemap/{form}/{original}", f"{asked.root}/timegate/{original}"
    if form == "json":
        return _json_timemap(asked, original, found, (itself, gate))
    lines = [
        f'<{original}>; rel="original"',
        f'<{itself}>; rel="self"; type="application/link-format"; from="{_date(found[0])}"; until="{_date(found[-1])}"',
        f'<{gate}>; rel="timegate"',
        *(
            f'<{asked.root}{_uri(path_of(one))}>; rel="{_place(n, len(found))}"; datetime="{_date(one)}"'
            for n, one in enumerate(found)
        ),
    ]
    return Answer(body=",\n".join(lines).encode() + b"\n", content_type="application/link-format")


def _json_timemap(asked: Asked, original: str, found: tuple[Memento, ...], places: tuple[str, str]) -> Answer:
    """As memgator writes it."""
    listed = [{"datetime": f"{one.at:%Y-%m-%dT%H:%M:%SZ}", "uri": f"{asked.root}{_uri(path_of(one))}"} for one in found]
    said = {
        "original_uri": original,
        "self": places[0],
        "mementos": {"list": listed, "first": listed[0], "last": listed[-1]},
        "timegate_uri": places[1],
        "timemap_uri": {
            "link_format": f"{asked.root}/timemap/link/{original}",
            "json_format": f"{asked.root}/timemap/json/{original}",
        },
    }
    return Answer(body=json.dumps(said, indent=1).encode(), content_type="application/json")


def _place(number: int, count: int) -> str:
    where = " ".join(word for word, is_it in (("first", number == 0), ("last", number == count - 1)) if is_it)
    return f"{where} memento".strip()


def _date(memento: Memento) -> str:
    return format_datetime(memento.at.replace(microsecond=0), usegmt=True)


def _uri(url: str) -> str:
    """The URL, fit to stand between `<` and `>` in a header."""
    return quote(safe_uri(url), safe="!#$%&'()*+,/:;=?@[]~")


def _relations(db: sqlite3.Connection, asked: Asked, memento: Memento) -> tuple[str, str]:
    """The Link header of a memento, and of what leads to it."""
    original = _uri(memento.url)
    links = [
        f'<{original}>; rel="original"',
        f'<{asked.root}/timegate/{original}>; rel="timegate"',
        f'<{asked.root}/timemap/link/{original}>; rel="timemap"; type="application/link-format"',
    ]
    ends = first_and_last(db, memento.url)
    for name, one in zip(("first", "last"), ends or (), strict=False):
        links.append(f'<{asked.root}{_uri(path_of(one))}>; rel="{name} memento"; datetime="{_date(one)}"')
    links.append(f'<{asked.root}{_uri(path_of(memento))}>; rel="memento"; datetime="{_date(memento)}"')
    return "Link", ", ".join(links)


def _memento(db: sqlite3.Connection, archive_dir: Path, asked: Asked, wanted: _Wanted) -> Answer:
    found = _nearest(db, wanted.url, wanted.at)
    if f"{wanted.at:%Y%m%d%H%M%S}" != found.timestamp:
        # as archived, or a page in its sandbox, which is of another origin, could not follow it to its pictures
        where = ("Location", _uri(path_of(found, wanted.form)))
        return Answer(body=b"", status=302, headers=(where,), archived=True)
    kept = exchange(db, archive_dir, found.record_id)
    try:
        message = kept.message
    except NotHttp:
        return one_line(404, f"{kept.url} gave no answer that can be shown at {kept.captured_at}")
    headers = (("Memento-Datetime", _date(found)), _relations(db, asked, found))
    return _replayed(message, kept, found, wanted.form, headers)


def _replayed(
    message: HttpMessage, kept: KeptExchange, found: Memento, form: str, headers: tuple[tuple[str, str], ...]
) -> Answer:
    location = message.header("Location")
    if message.status in _REDIRECTS and location:
        target = linking(kept.url, found.timestamp + form)(location)
        headers = (*headers, ("Location", _uri(target))) if target else headers
    content, content_type = _content(message, kept, found, form)
    status = message.status if 200 <= message.status <= 599 and message.status not in _BODILESS else 200
    return Answer(body=content, status=status, content_type=content_type, headers=headers, archived=True)


def _content(message: HttpMessage, kept: KeptExchange, found: Memento, form: str) -> tuple[bytes, str]:
    from pipelines.charset import decode_html

    content, mime = message.content(), message.mime or found.mime
    if not _MEDIA_TYPE.fullmatch(mime):
        mime = "text/html" if content.lstrip()[:1] == b"<" else "application/octet-stream"
    charset = f"; charset={message.charset}" if re.fullmatch(r"[\w.:-]+", message.charset, re.ASCII) else ""
    if form == "id_" or len(content) > MAX_PAGE:
        return content, f"{mime}{charset}"
    link = linking(kept.url, found.timestamp)
    if mime in _HTML_TYPES:
        text, _ = decode_html(content, message.header("Content-Type"))
        return rewrite_html(text, link).encode(errors="replace"), HTML
    if mime in _CSS_TYPES:
        return rewrite_css(content.decode(errors="surrogateescape"), link).encode(errors="surrogateescape"), mime
    return content, f"{mime}{charset}"
