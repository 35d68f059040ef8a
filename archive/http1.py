"""HTTP/1 messages as they lie in a WARC record, read as leniently as browsers read them.

The bytes are the fact and are never changed here; this module says what they mean. Sources: RFC 9112, and the
WHATWG Fetch and MIME Sniffing standards where servers depart from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archive.codings import Decoded, take_off
from archive.errors import PressmarkError

MAX_CONTENT = 32 * 1024 * 1024
"""Content beyond this many bytes is cut."""

MAX_CHUNKS = 500_000
"""A body in more chunks than this is cut there: 32 MiB in chunks of one byte would take seconds."""

MAX_HEAD = 256 * 1024
"""Of a header block no more than this many bytes are read for headers."""

_STATUS_LINE = re.compile(rb"\s*+HTTP/\d+(?:\.\d+)?[ \t]+(\d{1,9})([^\n]*)(?:\n|\Z)", re.IGNORECASE)
_REQUEST_LINE = re.compile(rb"([^\s]+)[ \t]+([^\r\n]*?)(?:[ \t]+(HTTP/\d+\.\d+))?[ \t]*(?:\r?\n|\Z)")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\n]*)?\r?\n")
_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?([^"';\s]+)""", re.IGNORECASE)


class NotHttp(PressmarkError):
    """The bytes are no HTTP/1 message: no status line, or HTTP/0.9."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpMessage:
    """A response: what its head says, and the bytes behind it."""

    status: int
    """Status code, brought into 100 to 999."""

    reason: str = ""
    """Reason phrase; empty when there is none."""

    headers: tuple[tuple[str, str], ...] = ()
    """Names and values as they came, in order, decoded as Latin-1; folded lines joined by one space."""

    payload: bytes = b""
    """Everything behind the header block, chunked and coded as it came."""

    defects: tuple[str, ...] = ()
    """One sentence for each thing in the head that had to be overlooked."""

    def header(self, name: str, default: str = "") -> str:
        """The first value of that header, *default* when it is missing."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), default)

    def header_list(self, name: str) -> list[str]:
        """The comma-separated members of all headers of that name."""
        wanted = name.lower()
        values = (value for key, value in self.headers if key.lower() == wanted)
        return [member.strip() for value in values for member in value.split(",") if member.strip()]

    @property
    def mime(self) -> str:
        """Media type of the Content-Type, lower case, without parameters."""
        return re.split(r"[;,\s]", self.header("Content-Type").strip(), maxsplit=1)[0].lower()

    @property
    def charset(self) -> str:
        """The charset that the Content-Type names, lower case; it may be none that exists."""
        found = _CHARSET.search(self.header("Content-Type"))
        return found[1].lower() if found else ""

    def entity(self) -> bytes:
        """The payload with its transfer coding removed."""
        return self._entity(MAX_CONTENT).content

    def content(self, limit: int = MAX_CONTENT) -> bytes:
        """The payload with transfer and content codings removed, at most *limit* bytes."""
        return self.decoded(limit).content

    def decoded(self, limit: int = MAX_CONTENT) -> Decoded:
        """As `content`, and what went wrong while decoding."""
        entity = self._entity(limit)
        content = take_off(entity.content, self.header_list("Content-Encoding"), limit)
        return Decoded(content=content.content, defects=entity.defects + content.defects, cut=entity.cut or content.cut)

    def _entity(self, limit: int) -> Decoded:
        codings = [coding.lower() for coding in self.header_list("Transfer-Encoding")]
        if "chunked" not in codings:
            return take_off(self.payload, codings, max(limit, len(self.payload)))
        joined, defects = _unchunk(self.payload)
        inner = take_off(joined, [c for c in codings if c != "chunked"], max(limit, len(joined)))
        return Decoded(content=inner.content, defects=defects + inner.defects, cut=inner.cut)


def parse_response(block: bytes) -> HttpMessage:
    r"""The response that *block* holds: bare LF, folded lines, lines without a colon and odd codes are overlooked.

    >>> parse_response(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>").mime
    'text/html'
    """
    first = _STATUS_LINE.match(block)
    if first is None:
        raise NotHttp(f"no HTTP status line but {block[:40]!r}")
    head_end, payload_start = _head_end(block, first.end())
    headers, defects = _headers(block[first.end() : head_end])
    if head_end == len(block):
        defects.append("the header block does not end")
    status = int(first[1])
    if not 100 <= status <= 999:
        defects.append(f"status {status}")
    return HttpMessage(
        status=min(max(status, 100), 999),
        reason=first[2].decode("latin-1").strip(),
        headers=tuple(headers),
        payload=block[payload_start:],
        defects=tuple(defects),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHead:
    """The head of a request."""

    method: str
    """GET, HEAD, POST, …"""

    target: str
    """What stands behind the method, most often a path with its query."""

    version: str = ""
    """`HTTP/1.1`; empty when the line does not say."""

    headers: tuple[tuple[str, str], ...] = ()
    """As in `HttpMessage`."""


def parse_request_head(block: bytes) -> RequestHead:
    """The head of the request that *block* begins with. Raises NotHttp for bytes that are none."""
    first = _REQUEST_LINE.match(block)
    if first is None:
        raise NotHttp(f"no HTTP request line but {block[:40]!r}")
    head_end, _ = _head_end(block, first.end())
    headers, _ = _headers(block[first.end() : head_end])
    method, target, version = (part.decode("latin-1") if part else "" for part in first.groups())
    return RequestHead(method=method, target=target, version=version, headers=tuple(headers))


def strip_interim(wire: bytes) -> bytes:
    r"""*wire* without the 1xx replies before the final one; 101 is final (RFC 9110, 15.2).

    Empty when nothing but interim replies came.

    >>> strip_interim(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
    b'HTTP/1.1 200 OK\r\n\r\n'
    """
    start = 0
    while (first := _STATUS_LINE.match(wire, start)) and 100 <= int(first[1]) <= 199 and int(first[1]) != 101:
        _, start = _head_end(wire, first.end())
    return wire[start:] if start else wire


def head_length(block: bytes) -> int:
    """Bytes from the status line to the end of the empty line behind the headers."""
    first = _STATUS_LINE.match(block)
    return _head_end(block, first.end())[1] if first else 0


def _head_end(block: bytes, first_line_end: int) -> tuple[int, int]:
    """Where the header lines end, and where the payload begins."""
    # The status line's own line end may be the first half of the empty line.
    found = _HEAD_END.search(block, max(first_line_end - 2, 0))
    if found is None:
        return len(block), len(block)
    return max(found.start(), first_line_end), found.end()


def _headers(lines: bytes) -> tuple[list[tuple[str, str]], list[str]]:
    headers: list[tuple[str, str]] = []
    odd: list[str] = []
    for line in lines[:MAX_HEAD].decode("latin-1").split("\n"):
        text = line.rstrip("\r")
        name, colon, value = text.partition(":")
        if text[:1] in {" ", "\t"} and headers:  # obs-fold, RFC 9112, 5.2
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {text.strip()}".strip())
        elif colon:
            headers.append((name.strip(), value.strip(" \t")))
        elif text.strip():
            odd.append(text)
    defects = [f"{len(odd)} header lines without a colon, the first {odd[0][:80]!r}"] if odd else []
    if len(lines) > MAX_HEAD:
        defects.append(f"header block of {len(lines)} bytes, read to {MAX_HEAD}")
    return headers, defects


def _unchunk(payload: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The chunks joined (RFC 9112, 7.1). Bytes that are not chunked at all are given back as they are."""
    if not _CHUNK_SIZE.match(payload):
        return payload, ("not chunked, though the header says so",) if payload else ()
    pieces: list[bytes] = []
    problem = "chunks end early"
    for piece in _chunks(payload):
        if isinstance(piece, str):
            problem = piece
        else:
            pieces.append(piece)
    return b"".join(pieces), (problem,) if problem else ()


def _chunks(payload: bytes) -> Iterator[bytes | str]:
    """Each chunk, and last a sentence on what is wrong, empty when nothing is."""
    at = 0
    for _ in range(MAX_CHUNKS):
        size_line = _CHUNK_SIZE.match(payload, at)
        if size_line is None:
            yield "chunks end early" if len(payload) - at < 20 else "damaged chunk size"
            return
        size = int(size_line[1], 16)
        start = size_line.end()
        if size == 0:
            yield ""
            return
        yield payload[start : start + size]
        at = start + size
        if at > len(payload):
            yield "chunks end early"
            return
        at += 2 if payload[at : at + 2] == b"\r\n" else payload[at : at + 1] == b"\n"
    yield f"more than {MAX_CHUNKS} chunks, cut there"
