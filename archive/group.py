"""The records that keep one exchange: request, response or revisit, metadata, each a gzip member of its own.

`response` blocks are the bytes of the wire without interim replies, `request` blocks the bytes that were sent. A page
that was seen before becomes a revisit. What could not be fetched is one metadata record with `fetchError`. Written
here rather than by a library, because libraries serialise HTTP headers anew.

The metadata record holds what the bytes do not say (`via`, `hopsFromSeed`, `fetchTimeMs` as Heritrix names them):
without it the catalog could not be rebuilt. It holds also bytes that have no record of their own: the head of a 304
(`responseHead`, escaped), and what came but is no HTTP (`receivedBase64`).
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from archive.cdxj import index_mime
from archive.gzip_members import gzip_member
from archive.http1 import HttpMessage, NotHttp, head_length, parse_response, strip_interim
from archive.model import Capture, Exchange, instant
from archive.urlkey import safe_uri, url_key
from archive.warc_fields import escape, field_lines

FIELDS_TYPE = "application/warc-fields"
"""Exactly this Content-Type: with any other, cdxj-indexer lists metadata records as captures."""

IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
RECORD_END = b"\r\n\r\n"
CUT = ("disconnect", "time", "length")
"""Outcomes that are a WARC-Truncated: an answer came, but not all of it."""

_DIGESTED = 8 << 20
_DENSE = ("image/jpeg", "image/png", "image/webp", "image/avif", "video/", "audio/", "application/zip", "font/woff")

NewId = Callable[[], str]


def random_urn() -> str:
    """A new record id: `urn:uuid:` and a random UUID."""
    return f"urn:uuid:{uuid.uuid4()}"


def sha1_digest(content: bytes) -> str:
    """`sha1:` + base32, the form that WARC tools verify."""
    return "sha1:" + base64.b32encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The records of one exchange, ready to be appended to a WARC file with one write."""

    data: bytes
    """The gzip members, one after the other."""

    capture: Capture
    """What is kept, with `offset` counted from the first byte of `data` and `warc` empty."""

    records: int
    """How many records the group has."""

    index_mime: str | None = None
    """The Content-Type as CDXJ lines give it, its case kept; None when there was none."""

    def placed(self, warc: str, base_offset: int) -> Capture:
        """The capture as it lies in the file *warc*, the group's first byte being *base_offset*."""
        return replace(self.capture, warc=warc, offset=base_offset + self.capture.offset)


def build_group(
    exchange: Exchange, *, previous: Capture | None = None, new_id: NewId = random_urn, warcinfo_id: str = ""
) -> Group:
    """The records that keep *exchange*; *previous* is the newest earlier capture of that URL with a payload.

    An equal payload becomes a revisit of *previous*, and so does a 304. *warcinfo_id* is that of the file which the
    group is meant for (`WarcWriter.warcinfo_id`). A pure function: it may run in a thread.
    """
    return _Builder(exchange, previous, new_id, warcinfo_id).build()


def build_conversion(
    exchange: Exchange,
    content: bytes,
    content_type: str,
    *,
    about: str,
    new_id: NewId = random_urn,
    warcinfo_id: str = "",
) -> Group:
    """The records that keep what was made of the record *about* (WARC 1.1, 6.7): *content*, and its context.

    *exchange* says what of, when and why; it holds no bytes.
    """
    return _Builder(exchange, None, new_id, warcinfo_id).conversion(content, content_type, about)


def build_note(
    target: str,
    fields: Iterable[tuple[str, str]],
    *,
    at: datetime,
    about: str = "",
    new_id: NewId = random_urn,
) -> bytes:
    """A metadata record that belongs to no exchange, such as the closing record of a job, as a gzip member.

    *target* is its WARC-Target-URI (`urn:pressmark:job:…`), *about* the id of the record that it speaks of.
    """
    block = field_lines((name, escape(value)) for name, value in fields)
    link = [("WARC-Refers-To", f"<{escape(about)}>")] if about else []
    named = [("WARC-Target-URI", safe_uri(target)), *link, ("Content-Type", FIELDS_TYPE)]
    return gzip_member(record_head("metadata", new_id(), at, named, block), block, RECORD_END)


class _Builder:
    """One exchange on its way into records."""

    def __init__(self, exchange: Exchange, previous: Capture | None, new_id: NewId, warcinfo_id: str) -> None:
        self.exchange = exchange
        self.previous = previous
        self.new_id = new_id
        self.url = safe_uri(exchange.url)
        self.common = [("WARC-IP-Address", escape(exchange.ip))] if exchange.ip else []
        if warcinfo_id:
            self.common.append(("WARC-Warcinfo-ID", f"<{warcinfo_id}>"))

    def build(self) -> Group:
        if self.exchange.outcome != "ok" and self.exchange.outcome not in CUT:
            return self._failure(self.exchange.outcome, self.exchange.error)
        block = strip_interim(self.exchange.response)
        try:
            message = parse_response(block)
        except NotHttp as problem:
            outcome = "invalid" if self.exchange.outcome == "ok" else self.exchange.outcome
            return self._failure(outcome, self.exchange.error or str(problem))
        if message.status == 304 and self.previous is not None:
            return self._not_modified(message, block, self.previous)
        return self._response(message, block)

    def conversion(self, content: bytes, content_type: str, about: str) -> Group:
        digest = sha1_digest(content)
        mime = content_type.partition(";")[0]
        capture = replace(self._capture(None, digest, digest), kind="conversion", mime=mime)
        link = ("WARC-Refers-To", f"<{escape(about)}>")
        fields = [link, *self.common, ("WARC-Payload-Digest", digest), ("Content-Type", content_type)]
        record = gzip_member(self._head("conversion", capture.record_id, fields, content), content, RECORD_END)
        metadata = self._metadata(self.new_id(), capture.record_id, capture, ())
        return Group(data=record + metadata, capture=replace(capture, length=len(record)), records=2)

    def _response(self, message: HttpMessage, block: bytes) -> Group:
        payload_digest = sha1_digest(message.payload)
        previous = self.previous
        if previous is not None and self._is_unchanged(message, payload_digest, previous):
            capture = self._capture(message, payload_digest, previous.content_digest)
            return self._unchanged(capture, message, block[: head_length(block)], previous)
        capture = self._capture(message, payload_digest, content_digest(message, payload_digest))
        cut = [("WARC-Truncated", self.exchange.outcome)] if self.exchange.outcome in CUT else []
        record = self._record("response", capture, cut, block)
        return self._group(capture, gzip_member(record, block, RECORD_END, deflated=not _is_dense(message)), message)

    def _unchanged(self, capture: Capture, message: HttpMessage, head: bytes, previous: Capture) -> Group:
        capture = _revisiting(capture, previous)
        record = self._record("revisit", capture, [("WARC-Profile", IDENTICAL), *_refers_to(capture, previous)], head)
        return self._group(capture, gzip_member(record, head, RECORD_END), message)

    def _not_modified(self, message: HttpMessage, block: bytes, previous: Capture) -> Group:
        # With an HTTP block, pywb and ReplayWeb.page show the 304 and hide the capture that it confirms.
        capture = self._capture(message, previous.payload_digest, previous.content_digest)
        capture = _revisiting(capture, previous)
        record = self._record("revisit", capture, [("WARC-Profile", NOT_MODIFIED), *_refers_to(capture, previous)], b"")
        head = block[: head_length(block)].decode("latin-1")
        return self._group(capture, gzip_member(record, RECORD_END), message, [("responseHead", escape(head))])

    def _failure(self, outcome: str, error: str) -> Group:
        capture = self._capture(None, "", "")
        capture = replace(capture, kind="failure", outcome=outcome, error=error or outcome)
        extra = [("fetchError", escape(capture.error))]
        if self.exchange.response:  # no HTTP, or not enough of it: kept all the same
            extra.append(("receivedBase64", base64.b64encode(self.exchange.response).decode()))
        request = self._request(capture.record_id)
        metadata = self._metadata(capture.record_id, None, capture, extra)
        capture = replace(capture, offset=len(request), length=len(metadata))
        return Group(data=request + metadata, capture=capture, records=1 + bool(request))

    def _group(
        self, capture: Capture, member: bytes, message: HttpMessage, extra: Iterable[tuple[str, str]] = ()
    ) -> Group:
        request = self._request(capture.record_id)
        metadata = self._metadata(self.new_id(), capture.record_id, capture, extra)
        return Group(
            data=b"".join((request, member, metadata)),
            capture=replace(capture, offset=len(request), length=len(member)),
            records=2 + bool(request),
            index_mime=index_mime(message),
        )

    def _capture(self, message: HttpMessage | None, payload_digest: str, content_digest: str) -> Capture:
        exchange = self.exchange
        return Capture(
            record_id=self.new_id(),
            url=self.url,
            urlkey=url_key(self.url),
            captured_at=exchange.started_at,
            kind="response",
            status=message.status if message else None,
            mime=message.mime if message else "",
            payload_digest=payload_digest,
            content_digest=content_digest,
            via=safe_uri(exchange.via) if exchange.via else None,
            hops=exchange.hops,
            site=exchange.site,
            discovered=exchange.discovered,
            job=exchange.job,
            outcome=exchange.outcome,
            ip=exchange.ip,
            etag=message.header("ETag") if message else "",
            last_modified=message.header("Last-Modified") if message else "",
            notes="; ".join(exchange.notes),
        )

    def _is_unchanged(self, message: HttpMessage, payload_digest: str, previous: Capture) -> bool:
        return (
            self.exchange.outcome == "ok"
            and payload_digest == previous.payload_digest
            and message.payload != b""
            and previous.status in {message.status, 304}
        )

    def _request(self, concurrent_to: str) -> bytes:
        block = self.exchange.request
        if not block:
            return b""
        link = ("WARC-Concurrent-To", f"<{concurrent_to}>")
        kind = ("Content-Type", "application/http; msgtype=request")
        return gzip_member(self._head("request", self.new_id(), [link, *self.common, kind], block), block, RECORD_END)

    def _record(self, kind: str, capture: Capture, extra: list[tuple[str, str]], block: bytes) -> bytes:
        fields = [*extra, *self.common, ("WARC-Payload-Digest", escape(capture.payload_digest))]
        if block:
            fields.append(("Content-Type", "application/http; msgtype=response"))
        return self._head(kind, capture.record_id, fields, block)

    def _metadata(
        self, record_id: str, concurrent_to: str | None, capture: Capture, extra: Iterable[tuple[str, str]]
    ) -> bytes:
        block = field_lines((name, value) for name, value in (*self._context(capture), *extra) if value)
        link = [("WARC-Concurrent-To", f"<{concurrent_to}>")] if concurrent_to else []
        kind = ("Content-Type", FIELDS_TYPE)
        return gzip_member(self._head("metadata", record_id, [*link, *self.common, kind], block), block, RECORD_END)

    def _head(self, kind: str, record_id: str, fields: list[tuple[str, str]], block: bytes) -> bytes:
        named = (("WARC-Target-URI", self.url), *fields)
        return record_head(kind, record_id, self.exchange.started_at, named, block)

    def _context(self, capture: Capture) -> tuple[tuple[str, str], ...]:
        exchange = self.exchange
        taken = exchange.finished_at - exchange.started_at
        return (
            ("via", capture.via or ""),
            ("hopsFromSeed", escape(exchange.hops)),
            ("fetchTimeMs", str(round(taken.total_seconds() * 1000))),
            ("job", escape(exchange.job)),
            ("site", escape(exchange.site)),
            ("discovered", escape(exchange.discovered)),
            ("outcome", escape(capture.outcome)),
            ("contentDigest", capture.content_digest),
            ("masked", escape(", ".join(exchange.masked))),
            ("notes", escape(capture.notes)),
        )


def content_digest(message: HttpMessage, payload_digest: str) -> str:
    """Digest of the content with all codings removed; empty when it is longer than 8 MiB, which no page is."""
    if not (message.header("Transfer-Encoding") or message.header("Content-Encoding")):
        return payload_digest
    decoded = message.decoded(_DIGESTED)
    return "" if decoded.cut else sha1_digest(decoded.content)


def _revisiting(capture: Capture, previous: Capture) -> Capture:
    earlier_url = safe_uri(previous.refers_to_url or previous.url)
    earlier_date = previous.refers_to_date or previous.captured_at
    return replace(capture, kind="revisit", refers_to_url=earlier_url, refers_to_date=earlier_date)


def _refers_to(capture: Capture, previous: Capture) -> list[tuple[str, str]]:
    assert capture.refers_to_url is not None
    assert capture.refers_to_date is not None
    fields = [
        ("WARC-Refers-To-Target-URI", capture.refers_to_url),
        ("WARC-Refers-To-Date", instant(capture.refers_to_date)),
    ]
    if previous.kind == "response":
        fields.insert(0, ("WARC-Refers-To", f"<{escape(previous.record_id)}>"))
    return fields


def _is_dense(message: HttpMessage) -> bool:
    """Whether the payload is compressed already."""
    return bool(message.header("Content-Encoding")) or message.mime.startswith(_DENSE)


def record_head(kind: str, record_id: str, at: datetime, fields: Iterable[tuple[str, str]], block: bytes) -> bytes:
    """The head of a WARC record whose content is *block*. The values of *fields* must have been made safe."""
    named = (
        ("WARC-Type", kind),
        ("WARC-Record-ID", f"<{record_id}>"),
        ("WARC-Date", instant(at)),
        *fields,
        ("WARC-Block-Digest", sha1_digest(block)),
        ("Content-Length", str(len(block))),
    )
    return b"".join((b"WARC/1.1\r\n", field_lines(named), b"\r\n"))


def build_warcinfo(record_id: str, warc: str, fields: Iterable[tuple[str, str]], *, at: datetime) -> bytes:
    """The warcinfo record that a WARC file named *warc* begins with, as a gzip member."""
    block = field_lines((name, escape(value)) for name, value in fields)
    named = [("WARC-Filename", warc), ("Content-Type", FIELDS_TYPE)]
    return gzip_member(record_head("warcinfo", record_id, at, named, block), block, RECORD_END)
