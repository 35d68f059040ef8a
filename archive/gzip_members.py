"""Gzip members, one for each WARC record (WARC 1.1, annex D): made cheaply, and scanned without trust.

Only the end mark and the checksum of a member say that it is whole; WARC libraries do not look at them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from isal import isal_zlib

MAGIC = b"\x1f\x8b\x08"
DeflateError: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # isal's stub takes the class for a value
"""What isal raises for bytes that are no deflate stream, or whose checksum is wrong."""

MAX_KEPT = 80 * 1024 * 1024
"""Of a member's content no more than this many bytes are kept; the rest is only checked."""

_LEVEL = 2
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_STEP = 1 << 18
_MAX_STORED = 0xFFFF
_FINAL_EMPTY_BLOCK = b"\x03\x00"


@dataclass(frozen=True, slots=True)
class Member:
    """A whole gzip member."""

    offset: int
    """Its first byte in the file."""

    length: int
    """Its bytes in the file."""


@dataclass(frozen=True, slots=True)
class TornTail:
    """The rest of a file from where its members are no longer whole."""

    offset: int
    """Just behind the last whole member."""

    size: int
    """Bytes from there to the end of the file."""

    problem: str
    """What was seen: it ends early, or its bytes are not what was written."""


def gzip_member(head: bytes, *pieces: bytes, deflated: bool = True) -> bytes:
    """One gzip member that holds *head* and *pieces*; the pieces in stored blocks when not *deflated*.

    What is compressed already grows by deflating and costs more time than everything else about its record.
    """
    if deflated:
        return b"".join(gzip_pieces((head, *pieces)))
    packer = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, -15)
    packed: list[bytes | memoryview] = [_HEADER, packer.compress(head), packer.flush(zlib.Z_SYNC_FLUSH)]
    checksum, size = isal_zlib.crc32(head), len(head)
    for piece in pieces:
        packed += _stored_blocks(piece)
        checksum, size = isal_zlib.crc32(piece, checksum), size + len(piece)
    packed += (_FINAL_EMPTY_BLOCK, struct.pack("<II", checksum, size & 0xFFFFFFFF))
    return b"".join(packed)


def _stored_blocks(piece: bytes) -> Iterator[bytes | memoryview]:
    """RFC 1951, 3.2.4: blocks of at most 65,535 bytes as they are."""
    view = memoryview(piece)
    for start in range(0, len(piece), _MAX_STORED):
        block = view[start : start + _MAX_STORED]
        yield struct.pack("<BHH", 0, len(block), len(block) ^ 0xFFFF)
        yield block


def gzip_pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """One gzip member that holds *pieces*, without ever holding them all."""
    packer = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, 31)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


def scan_members(path: Path, start: int = 0) -> MemberScan:
    """The whole members of a file from *start* on; afterwards `.torn` says what is behind the last one.

    >>> scan = scan_members(path)                          # doctest: +SKIP
    >>> [member.offset for member in scan], scan.torn      # doctest: +SKIP
    ([0, 512, 1931], TornTail(offset=4711, size=93, problem='ends early'))
    """
    return MemberScan(path, start)


class MemberScan:
    """An iterator over the whole members of a file, in constant memory."""

    def __init__(self, path: Path, start: int = 0) -> None:
        self.torn: TornTail | None = None
        """What is behind the last whole member; None when nothing is, or the scan is not over."""
        self._path = path
        self._start = start

    def __iter__(self) -> Iterator[Member]:
        for member, _ in self._walk(keep=0):
            yield member

    def contents(self) -> Iterator[tuple[Member, bytes]]:
        """Each whole member with its content, of which at most `MAX_KEPT` bytes are kept."""
        return self._walk(keep=MAX_KEPT)

    def _walk(self, keep: int) -> Iterator[tuple[Member, bytes]]:
        with self._path.open("rb") as stream:
            stream.seek(self._start)
            source = _Source(stream)
            offset = self._start
            while source.fill():
                try:
                    length, content = _read_member(source, keep)
                except (DeflateError, EOFError) as error:
                    problem = "ends early" if isinstance(error, EOFError) else f"is damaged ({error})"
                    size = stream.seek(0, 2) - offset
                    self.torn = TornTail(offset, size, problem)
                    return
                yield Member(offset, length), content
                offset += length


class _Source:
    """A file read in steps, with what is not used yet."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.rest: bytes | memoryview = b""

    def fill(self) -> bool:
        """Whether there is something to use."""
        if not self.rest:
            self.rest = self.stream.read(_STEP)
        return bool(self.rest)


def _read_member(source: _Source, keep: int) -> tuple[int, bytes]:
    """Length and kept content of the member that the source stands at. Raises EOFError when it ends early."""
    unpacker = isal_zlib.decompressobj(31)
    kept: list[bytes] = []
    length = size = 0
    while not unpacker.eof:
        if not source.fill():
            raise EOFError
        taken = source.rest
        piece = unpacker.decompress(taken, _STEP)
        source.rest = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
        length += len(taken) - len(source.rest)
        if size < keep:
            kept.append(piece[: keep - size])
        size += len(piece)
    return length, kept[0] if len(kept) == 1 else b"".join(kept)


def unpack_member(packed: bytes) -> bytes:
    """The content of *packed*, which must be one whole member, up to `MAX_KEPT` bytes.

    Raises DeflateError or EOFError when it is not.
    """
    unpacker = isal_zlib.decompressobj(31)
    content = unpacker.decompress(packed, MAX_KEPT)
    if len(content) < MAX_KEPT and (not unpacker.eof or unpacker.unused_data):
        raise EOFError
    return content


def next_member(path: Path, after: int, begins: Callable[[bytes], bool]) -> int | None:
    """Offset of the next member behind byte *after* whose content *begins* as it should; None when there is none.

    For going on behind damage: the bytes of a gzip header may also stand inside a member.
    """
    with path.open("rb") as stream:
        base, window = after + 1, b""
        while True:
            stream.seek(base)
            window = stream.read(_STEP)
            at = window.find(MAGIC)
            while at >= 0:
                if _begins(stream, base + at, begins):
                    return base + at
                at = window.find(MAGIC, at + 1)
            if len(window) < _STEP:
                return None
            base += len(window) - len(MAGIC) + 1


def _begins(stream: BinaryIO, offset: int, begins: Callable[[bytes], bool]) -> bool:
    stream.seek(offset)
    try:
        return begins(isal_zlib.decompressobj(31).decompress(stream.read(4096), 4096))
    except DeflateError:
        return False
