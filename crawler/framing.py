"""Where one HTTP/1 reply ends, byte by byte, and how: complete, cut, or no HTTP at all.

Pure: bytes go in, no socket is known. Nothing is decoded, renamed or reordered: what `Reply.wire` holds is what came.
Lenient where browsers are (bare LF, folded lines, lines without a colon, any header bytes), strict where two readers
could see two different replies (Content-Length twice, or beside Transfer-Encoding: RFC 9112, 6.3 and 11.1).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_STATUS_LINE = re.compile(rb"HTTP/(\d{1,3}(?:\.\d{1,3})?)[ \t]+(\d{3})(?!\d)[^\n]*\n", re.IGNORECASE)
_END_OF_HEAD = re.compile(rb"\n\r?\n")
_FRAMING_FIELD = re.compile(
    rb"^(content-length|transfer-encoding|connection)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.IGNORECASE | re.MULTILINE
)
_CHUNK_SIZE = re.compile(rb"[ \t]*+([0-9A-Fa-f]++)[ \t]*+(?:;[^\n]*+|\r?)\n")
_BODILESS = frozenset({204, 304})
_LONGEST_LENGTH = 2**63 - 1
_MEMBERS = 50  # of one comma-separated field; what lies beyond is one member, which means nothing
_SMALL_CHUNK = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a reply is taken. Every bound counts bytes of the wire."""

    body: int = 32 * 2**20
    """Bytes of a body, framing and codings included; a longer one is cut with the outcome `length`."""

    head: int = 300 * 1024
    """Bytes of status line and headers, interim replies included (curl's bound); more is `invalid`."""

    lines: int = 2_000
    """Lines of one header block; more is `invalid`."""

    interim: int = 20
    """Replies 1xx before the final one; more is `invalid`."""

    chunk_line: int = 8 * 1024
    """Bytes of a chunk-size line with its extensions, and of the trailers; more breaks the body off."""

    chunks: int = 20_000
    """Chunks of less than 64 bytes on average; more break the body off, for they would stall the crawl."""


class Reply:
    """One reply as it comes in; `over` says when it has ended, `outcome` and `reason` how."""

    def __init__(self, method: bytes, limits: Limits) -> None:
        self.wire = bytearray()
        """Everything received, interim replies included; bytes behind the end of the reply are not in it."""
        self.status = 0
        """Status of the final reply, 100 to 999; 0 until its status line has come."""
        self.outcome = ""
        """As `archive.model.Exchange.outcome`; empty while the reply goes on."""
        self.reason = ""
        """Why it is not `ok`, in one line."""
        self.version = ""
        """`1.1`, as the status line of the final reply says; empty until it has come."""
        self.reusable = False
        """True when it is over, and its connection can carry another exchange."""
        self.head_at = 0
        """First byte of the final reply in `wire`."""
        self.body_at = 0
        """First byte of its body in `wire`; 0 until its header block is complete."""
        self._method = method
        self._limits = limits
        self._step: Callable[[], bool] = self._read_head
        self._searched = 0
        self._interim = 0
        self._keeps_open = False
        self._length = 0
        self._pos = 0
        self._chunk = -1
        self._chunks = 0
        self._payload: bytearray | None = None

    @property
    def over(self) -> bool:
        """True when the reply has ended, well or not."""
        return self.outcome != ""

    @property
    def unheard(self) -> bool:
        """True when the server may never have seen the request: a kept-open connection that was just given up."""
        return (self.outcome == "connect" and not self.wire) or self.status == 408

    @property
    def payload(self) -> bytes:
        """The body with the chunked coding removed; content codings stay."""
        if self._payload is not None:
            return bytes(self._payload)
        return bytes(memoryview(self.wire)[self.body_at :]) if self.body_at else b""

    @property
    def head(self) -> bytes:
        """The header block of the final reply, as far as it has come."""
        return bytes(self.wire[self.head_at : self.body_at or len(self.wire)])

    def take(self) -> bytes:
        """All that came, as bytes; the reply holds it, and its payload, no more, for there may be 32 MiB of it."""
        self._payload = None
        wire, self.wire = bytes(self.wire), bytearray()
        return wire

    def feed(self, received: bytes) -> bool:
        """Take the next bytes of the connection; True when the reply is over."""
        self.wire += received
        while self._step() and not self.outcome:
            pass
        return self.over

    def closed(self, error: str = "") -> None:
        """The server closed the connection; *error* says how when it was not in good order."""
        if self.over:
            return
        self._keeps_open = False
        if self._step == self._read_until_close and not error:
            self._end("ok", len(self.wire))
        elif self._step == self._read_trailer:
            self._end("ok", len(self.wire))  # the last chunk has come; only the blank line behind it has not
        else:
            self.cut("disconnect", "connect", error or self._missing())

    def cut(self, outcome: str, without_reply: str, reason: str) -> None:
        """End it from outside, as *outcome* when a status line has come, else as *without_reply*."""
        if self.over:
            return
        self._end(outcome if self._begun() else without_reply, len(self.wire), reason)

    def _missing(self) -> str:
        if not self.wire:
            return "the connection was closed without a reply"
        if not self.body_at:
            return "the connection was closed inside the header block"
        if self._step == self._read_length:
            return f"closed after {len(self.wire) - self.body_at:,} of {self._length:,} bytes"
        return "closed inside a chunked body"

    def _begun(self) -> bool:
        """True when the status line of the final reply is there."""
        if self.status:
            return True
        line = _STATUS_LINE.match(self.wire, self.head_at)
        if line is None or line[2][:1] in b"01":
            return False
        self._note_status(line)
        return True

    def _end(self, outcome: str, at: int, reason: str = "") -> None:
        self.outcome = outcome
        self.reason = reason
        self.reusable = self._keeps_open and outcome == "ok" and at == len(self.wire)
        if self._chunk > 0 and self._payload is not None:
            self._payload += self.wire[self._pos : min(self._pos + self._chunk, at)]
        del self.wire[at:]

    def _note_status(self, line: re.Match[bytes]) -> None:
        self.version = line[1].decode("ascii")
        self.status = int(line[2])

    def _read_head(self) -> bool:
        wire, limits = self.wire, self._limits
        if wire[self.head_at : self.head_at + 5].upper() != b"HTTP/"[: len(wire) - self.head_at]:
            return self._refuse("not an HTTP reply")
        found = _END_OF_HEAD.search(wire, max(self.head_at, self._searched))
        end = found.end() if found else len(wire)
        if end > limits.head:
            return self._refuse(f"more than {limits.head:,} bytes of headers", limits.head)
        if found is None:
            self._searched = max(self.head_at, len(wire) - 2)
            return False
        line = _STATUS_LINE.match(wire, self.head_at)
        if line is None or line[2][:1] == b"0":
            return self._refuse("the status line has no status of three digits")
        if wire.count(b"\n", self.head_at, end) > limits.lines:
            return self._refuse(f"more than {limits.lines:,} header lines")
        if line[2][:1] == b"1" and line[2] != b"101":
            return self._skip_interim(end)
        self._note_status(line)
        self.body_at = self._pos = end
        return self._frame(bytes(wire[self.head_at : end]))

    def _skip_interim(self, end: int) -> bool:
        self._interim += 1
        if self._interim > self._limits.interim:
            return self._refuse(f"more than {self._limits.interim} interim replies")
        self.head_at = self._searched = end
        return True

    def _frame(self, head: bytes) -> bool:
        """Choose how the body is delimited (RFC 9112, 6.3)."""
        fields: dict[bytes, list[bytes]] = {}
        for name, value in _FRAMING_FIELD.findall(head):
            fields.setdefault(name.lower(), []).extend(part.strip().lower() for part in value.split(b",", _MEMBERS))
        self._keeps_open = self.version == "1.1" and b"close" not in fields.get(b"connection", ())
        if self.status == 101:
            return self._refuse("101 Switching Protocols, which was not asked for")
        if self._method == b"HEAD" or self.status in _BODILESS:
            return self._complete(self.body_at)
        codings = [coding for coding in fields.get(b"transfer-encoding", ()) if coding not in {b"", b"identity"}]
        lengths = fields.get(b"content-length", [])
        if codings:
            return self._frame_coded(codings, lengths)
        return self._frame_length(lengths) if lengths else self._go_on(self._read_until_close)

    def _frame_coded(self, codings: list[bytes], lengths: list[bytes]) -> bool:
        if lengths:
            return self._refuse("both Transfer-Encoding and Content-Length")
        if codings[-1] != b"chunked":
            return self._go_on(self._read_until_close)
        self._payload = bytearray()
        return self._go_on(self._read_chunks)

    def _frame_length(self, lengths: list[bytes]) -> bool:
        if not all(length.isdigit() and len(length) < 30 for length in lengths):
            return self._refuse(f"Content-Length is no number: {lengths[0][:40]!r}")
        values = {int(length) for length in lengths}
        if len(values) > 1:
            return self._refuse("Content-Length given twice with different values")
        self._length = values.pop()
        if self._length > _LONGEST_LENGTH:
            return self._refuse("Content-Length beyond 2^63")
        if self._length > self._limits.body:
            reason = f"{self._length:,} bytes announced, at most {self._limits.body:,} are taken"
            self._end("length", self.body_at, reason)
            return False
        return self._go_on(self._read_length)

    def _go_on(self, step: Callable[[], bool]) -> bool:
        if step == self._read_until_close:
            self._keeps_open = False
        self._step = step
        return True

    def _refuse(self, reason: str, at: int | None = None) -> bool:
        self._end("invalid", len(self.wire) if at is None else at, reason)
        return False

    def _complete(self, end: int) -> bool:
        if end > self.body_at + self._limits.body:
            return self._too_long()
        self._end("ok", end)
        return False

    def _too_long(self) -> bool:
        end = self.body_at + self._limits.body
        self._end("length", end, f"more than {self._limits.body:,} bytes of body")
        return False

    def _within_limit(self) -> bool:
        """False, as a step says "more bytes are needed", after a look at the limit of the body."""
        if len(self.wire) > self.body_at + self._limits.body:
            return self._too_long()
        return False

    def _read_length(self) -> bool:
        end = self.body_at + self._length
        return self._complete(end) if len(self.wire) >= end else False

    def _read_until_close(self) -> bool:
        return self._within_limit()

    def _read_chunks(self) -> bool:
        """Take whole chunks; one loop, for a body of one-byte chunks must not stall the crawl."""
        wire, pos, payload = self.wire, self._pos, self._payload
        assert payload is not None
        while True:
            if self._chunk < 0:
                size = _CHUNK_SIZE.match(wire, pos)
                if size is None:
                    self._pos = pos
                    return self._wait_for_chunk_line()
                self._chunk, pos = int(size[1], 16), size.end()
                self._chunks += 1
                if self._chunks > self._limits.chunks and len(payload) < self._chunks * _SMALL_CHUNK:
                    self._pos = pos
                    return self._break_off(f"{self._chunks:,} chunks for {len(payload):,} bytes")
                if self._chunk == 0:
                    self._pos = pos
                    return self._go_on(self._read_trailer)
            end = pos + self._chunk
            after = 1 if wire[end : end + 1] == b"\n" else 2
            if len(wire) < end + after:
                self._pos = pos
                return self._within_limit()
            if after == 2 and wire[end : end + 2] != b"\r\n":
                self._pos = pos
                return self._break_off("a chunk is longer than its size says")
            payload += wire[pos:end]
            pos, self._chunk = end + after, -1

    def _wait_for_chunk_line(self) -> bool:
        end = self.wire.find(b"\n", self._pos)
        if end >= 0:
            return self._break_off("a chunk size is no number")
        if len(self.wire) - self._pos > self._limits.chunk_line:
            return self._break_off(f"more than {self._limits.chunk_line:,} bytes of chunk size")
        return self._within_limit()

    def _break_off(self, reason: str) -> bool:
        """Keep what has come of a body whose framing makes no sense any more."""
        self.cut("disconnect", "invalid", reason)
        return False

    def _read_trailer(self) -> bool:
        """Behind the last chunk: header lines up to a blank one."""
        wire, pos = self.wire, self._pos
        for blank in (b"\r\n", b"\n"):
            if wire.startswith(blank, pos):
                return self._complete(pos + len(blank))
        found = _END_OF_HEAD.search(wire, max(pos, self._searched))
        if found is not None:
            return self._complete(found.end())
        self._searched = len(wire) - 2
        if len(wire) - pos > self._limits.chunk_line:
            return self._break_off(f"more than {self._limits.chunk_line:,} bytes of trailers")
        return False
