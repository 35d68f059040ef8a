"""The records of a WARC or ARC file one by one, compressed or not, from any byte at which one begins.

ARC (the Internet Archive's form before WARC) differs in its head alone. Libraries read both, but notice neither a torn
gzip member nor a block that is too short.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from archive.errors import DamagedRecord
from archive.gzip_members import MAGIC, MAX_KEPT, DeflateError, Member, next_member, scan_members, unpack_member
from archive.warc_fields import MAX_HEAD, Fields, field, parse_fields

_VERSION = b"WARC/"
_BLANK = b"\r\n"
_EMPTY_LINE = re.compile(rb"\n\r?\n")
# URL, address, 14 digits, media type (ARC 2 has five more words there), length; the URL may hold spaces.
_ARC_HEAD = re.compile(rb"([A-Za-z][A-Za-z0-9+.-]*:[^\n]*) ([^ \n]+) (\d{14}) ([^\n]*?) ?(\d{1,15})[ \t]*\r?\n")

_FIRST_LINE = re.compile(rb"\n(?:WARC/[0-9.]+\r?\n|" + _ARC_HEAD.pattern + rb")")
_WINDOW = 1 << 20


class MemberMismatch(DamagedRecord):
    """A whole gzip member that does not hold one whole record; an import can rewrite such a file."""


class UnendedHead(ValueError):
    """A head that begins as it should, and goes on behind the bytes that are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record as it lies in the file."""

    headers: Fields
    """The named fields of its head, in order; those of an ARC record under their WARC names."""

    block: bytes
    """Its content block; of an enormous one the first `MAX_KEPT` bytes."""

    offset: int
    """First byte in the file."""

    length: int
    """Bytes in the file."""

    cut: bool = False
    """True when the block is longer than what is kept of it."""

    def header(self, name: str) -> str:
        """The value of that named field; empty when it is missing."""
        return field(self.headers, name)

    @property
    def type(self) -> str:
        """WARC-Type, lower case."""
        return self.header("WARC-Type").lower()

    @property
    def record_id(self) -> str:
        """WARC-Record-ID without its angle brackets; empty when there is none."""
        return _unbracketed(self.header("WARC-Record-ID"))

    @property
    def concurrent_to(self) -> tuple[str, ...]:
        """The record ids that WARC-Concurrent-To names."""
        return tuple(_unbracketed(value) for name, value in self.headers if name.lower() == "warc-concurrent-to")

    @property
    def target_uri(self) -> str:
        """WARC-Target-URI, without the angle brackets that old wget put around it."""
        return _unbracketed(self.header("WARC-Target-URI"))

    @property
    def content_type(self) -> str:
        """Content-Type of the block."""
        return self.header("Content-Type").strip()

    @property
    def is_capture(self) -> bool:
        """Whether it is a response, revisit or resource fetched over HTTP, or a page that was made of one; not dns, nor
        a conversion into plain text.
        """
        if not self.target_uri.lower().startswith(("http://", "https://")):
            return False
        if self.type == "response":
            return self.content_type.lower().startswith("application/http") or self.block[:5].upper() == b"HTTP/"
        if self.type == "conversion":
            return self.content_type.lower().startswith("text/html")
        return self.type in {"revisit", "resource"}

    @property
    def http_block(self) -> bytes:
        """The block as an answer: a `resource` or `conversion` has no head, so that one is put before it."""
        if self.type not in {"resource", "conversion"}:
            return self.block
        return f"HTTP/1.1 200 OK\r\nContent-Type: {self.content_type}\r\n\r\n".encode() + self.block


def _unbracketed(uri: str) -> str:
    return uri[1:-1].strip() if uri.startswith("<") and uri.endswith(">") else uri


def read_records(
    path: Path,
    start: int = 0,
    *,
    warc_name: str | None = None,
    on_damage: Callable[[DamagedRecord], None] | None = None,
) -> Iterator[Record]:
    """Every record from byte *start* on. Raises DamagedRecord at damage; with *on_damage*, tells it and goes on."""
    name = warc_name or path.name.removesuffix(".open")
    read, resume = (_read_members, _resume_member) if is_gzip(path) else (_read_plain, _resume_plain)
    at: int | None = start
    while at is not None:
        try:
            yield from read(path, at, name)
        except DamagedRecord as damage:
            if on_damage is None:
                raise
            on_damage(damage)
            at = resume(path, damage.offset)
        else:
            return


def read_record(path: Path, offset: int, length: int, *, warc_name: str | None = None) -> Record:
    """The one record at that place."""
    name = warc_name or path.name.removesuffix(".open")
    with path.open("rb") as stream:
        stream.seek(offset)
        content = stream.read(length)
    if content.startswith(MAGIC):
        try:
            content = unpack_member(content)
        except (DeflateError, EOFError) as problem:
            raise DamagedRecord(name, offset, f"no gzip member of {length} bytes there") from problem
    return _in_member(content, Member(offset, length), name)


def is_gzip(path: Path) -> bool:
    """Whether the file begins as a gzip member."""
    with path.open("rb") as stream:
        return stream.read(len(MAGIC)) == MAGIC


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a record, of either form."""

    fields: Fields
    """Its named fields, under their WARC names."""

    size: int
    """Bytes of the head, its empty line included."""

    block_size: int
    """Bytes of the block behind it."""


def parse_head(content: bytes) -> Head:
    """The head that *content* begins with, of a WARC or an ARC record. Raises ValueError where none does."""
    if content.startswith(_VERSION):
        return _warc_head(content)
    return _arc_head(content)


def _warc_head(content: bytes) -> Head:
    end = _EMPTY_LINE.search(content, 0, MAX_HEAD)
    if end is None:
        raise UnendedHead("its head does not end")
    fields = parse_fields(content[content.index(b"\n") + 1 : end.start() + 1])
    size = field(fields, "Content-Length")
    if not size.isdecimal() or len(size) > 15:
        raise ValueError(f"Content-Length is {size!r}")
    return Head(fields, end.end(), int(size))


def _arc_head(content: bytes) -> Head:
    line = _ARC_HEAD.match(content)
    if line is None:
        raise ValueError("no WARC or ARC record begins there")
    url, ip, date, mime, size = (part.decode("latin-1") for part in line.groups())
    is_http = url.lower().startswith(("http://", "https://"))
    pairs = (
        ("WARC-Type", "warcinfo" if url.startswith("filedesc:") else "response"),
        ("WARC-Target-URI", url),
        ("WARC-Date", f"{date[:4]}-{date[4:6]}-{date[6:8]}T{date[8:10]}:{date[10:12]}:{date[12:]}Z"),
        ("WARC-IP-Address", ip),
        ("Content-Type", "application/http; msgtype=response" if is_http else mime),
    )
    return Head(Fields(pairs), line.end(), int(size))


def _read_members(path: Path, start: int, name: str) -> Iterator[Record]:
    scan = scan_members(path, start)
    for member, content in scan.contents():
        if content.strip(_BLANK):
            yield _in_member(content, member, name)
    if scan.torn is not None:
        raise DamagedRecord(name, scan.torn.offset, f"its gzip member {scan.torn.problem}")


def _in_member(content: bytes, member: Member, name: str) -> Record:
    try:
        head = parse_head(content)
    except UnendedHead as problem:
        raise MemberMismatch(name, member.offset, "its gzip member ends before its head") from problem
    except ValueError as problem:
        raise DamagedRecord(name, member.offset, str(problem)) from problem
    end = head.size + head.block_size
    if end > len(content) and len(content) < MAX_KEPT:
        raise MemberMismatch(name, member.offset, f"its gzip member ends {end - len(content)} bytes before its block")
    if content[end : end + 5].strip(_BLANK) or content[end:].strip(_BLANK):
        raise MemberMismatch(name, member.offset, "its gzip member holds more than the record")
    return Record(
        headers=head.fields,
        block=content[head.size : end],
        offset=member.offset,
        length=member.length,
        cut=end > len(content),
    )


def _read_plain(path: Path, start: int, name: str) -> Iterator[Record]:
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(start)
        while skip_blank(stream):
            yield _plain_record(stream, stream.tell(), size, name)


def skip_blank(stream: BufferedReader[Any]) -> bool:
    """Reads on to the next byte that is no line end; False at the end of the file."""
    while ahead := stream.peek(64):
        rest = ahead.lstrip(_BLANK)
        stream.read(len(ahead) - len(rest))
        if rest:
            return True
    return False


def read_head(stream: BufferedReader[Any]) -> bytes:
    """The bytes of a record's head: lines up to the empty one, or the one line of an ARC record."""
    lines = [stream.readline(MAX_HEAD)]
    size = len(lines[0])
    while lines[0].startswith(_VERSION) and lines[-1].strip(_BLANK) and size < MAX_HEAD:
        lines.append(stream.readline(MAX_HEAD))
        size += len(lines[-1])
    return b"".join(lines)


def _plain_record(stream: BufferedReader[Any], offset: int, size: int, name: str) -> Record:
    try:
        head = parse_head(read_head(stream))
    except ValueError as problem:
        raise DamagedRecord(name, offset, str(problem)) from problem
    end = offset + head.size + head.block_size
    if end > size:
        raise DamagedRecord(name, offset, f"its block ends {end - size} bytes early")
    block = stream.read(min(head.block_size, MAX_KEPT))
    stream.seek(end)
    cut = head.block_size > MAX_KEPT
    return Record(headers=head.fields, block=block, offset=offset, length=end - offset, cut=cut)


def _resume_member(path: Path, damaged: int) -> int | None:
    return next_member(path, damaged, _begins_record)


def _begins_record(content: bytes) -> bool:
    return content.startswith(_VERSION) or _ARC_HEAD.match(content) is not None


def _resume_plain(path: Path, damaged: int) -> int | None:
    """Where the next line begins that may be the first of a record."""
    base = damaged
    with path.open("rb") as stream:
        while True:
            stream.seek(base)
            window = stream.read(_WINDOW)
            found = _FIRST_LINE.search(window)
            if found:
                return base + found.start() + 1
            if len(window) < _WINDOW:
                return None
            base += _WINDOW // 2
