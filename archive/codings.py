"""Takes content codings off: gzip, deflate, br and zstd, nested or torn, without trusting any of them.

Every coding is taken off in a stream that stops at a limit, so that a bomb costs no more memory than the limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO

from isal import isal_zlib

from archive.gzip_members import DeflateError

MAX_CODINGS = 3
"""Codings beyond this many are left on: no honest server nests deeper, bombs do."""

_STEP = 1 << 16
_PLAIN = {"", "identity", "none", "utf-8", "utf8", "binary", "8bit", "7bit"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Bytes with their codings taken off, and what went wrong on the way."""

    content: bytes
    """What could be decoded, at most as much as the limit allowed."""

    defects: tuple[str, ...] = ()
    """One sentence for each thing that was not as the headers say; empty when all was well."""

    cut: bool = False
    """True when more would have come than the limit allowed."""


def take_off(content: bytes, codings: Iterable[str], limit: int) -> Decoded:
    """*content* with *codings* removed, the last named first (RFC 9110, 8.4).

    Bytes that are not in the coding that is claimed for them are given back as they are: servers say gzip and send
    plain text. A torn stream gives what could be decoded.
    """
    wanted = [c for c in (coding.strip().lower() for coding in codings) if c not in _PLAIN]
    defects: list[str] = []
    if len(wanted) > MAX_CODINGS:
        return Decoded(content=content[:limit], defects=(f"{len(wanted)} content codings, left on",), cut=False)
    cut = False
    for coding in reversed(wanted):
        decoded = _take_one_off(content, coding, limit)
        content, cut = decoded.content, cut or decoded.cut
        defects += decoded.defects
        if decoded.defects and not decoded.cut:
            break
    cut = cut or len(content) > limit
    return Decoded(content=content[:limit] if len(content) > limit else content, defects=tuple(defects), cut=cut)


def _take_one_off(content: bytes, coding: str, limit: int) -> Decoded:
    begin = _DECODERS.get(coding)
    if begin is None:
        return Decoded(content=content, defects=(f"content coding {coding!r} is not known",))
    if not content:
        return Decoded(content=b"")
    out, size, problem = BytesIO(), 0, ""
    try:
        for piece in begin(content):
            out.write(piece)
            size += len(piece)
            if size > limit:
                out.truncate(limit)
                return Decoded(content=out.getvalue(), defects=(f"more than {limit} bytes, cut there",), cut=True)
    except _TornCoding:
        problem = f"{coding} stream ends early"
    except _coding_errors() as error:
        problem = f"{coding} stream is damaged: {error}"
    if problem and not size:
        return Decoded(content=content, defects=(f"not {coding}, though the header says so",))
    return Decoded(content=out.getvalue(), defects=(problem,) if problem else ())


class _TornCoding(Exception):
    """The stream ends before its end mark."""


def _coding_errors() -> tuple[type[Exception], ...]:
    """What the decoders raise: three classes without a common base, two of them imported only when something broke."""
    import brotli
    from backports import zstd

    return DeflateError, brotli.error, zstd.ZstdError


def _inflate(content: bytes, wbits: int) -> Iterator[bytes]:
    """Pieces of one deflate stream; for gzip of all members one after the other."""
    rest = content
    while rest:
        stream = isal_zlib.decompressobj(wbits)
        while not stream.eof:
            piece = stream.decompress(rest, _STEP)
            rest = stream.unconsumed_tail
            if piece:
                yield piece
            elif not stream.eof and not rest:
                raise _TornCoding
        rest = stream.unused_data
        if not rest.startswith(b"\x1f\x8b"):
            return  # padding or rubbish behind the last member, which browsers ignore too


def _gunzip(content: bytes) -> Iterator[bytes]:
    return _inflate(content, 31)


def _inflate_either(content: bytes) -> Iterator[bytes]:
    """Deflate with the zlib header that the standard asks for, or raw as some servers send it."""
    zlib_header = len(content) > 1 and content[0] & 0x0F == 8 and int.from_bytes(content[:2], "big") % 31 == 0
    return _inflate(content, 15 if zlib_header else -15)


def _unbrotli(content: bytes) -> Iterator[bytes]:
    import brotli

    stream = brotli.Decompressor()
    piece = stream.process(content, output_buffer_limit=_STEP)
    while piece:
        yield piece
        piece = b"" if stream.is_finished() else stream.process(b"", output_buffer_limit=_STEP)
    if not stream.is_finished():
        raise _TornCoding


def _unzstd(content: bytes) -> Iterator[bytes]:
    from backports import zstd

    # RFC 9659: a window above 8 MB need not be supported, and would be memory that a page can ask for.
    options = {int(zstd.DecompressionParameter.window_log_max): 23}
    rest = content
    while rest:
        stream = zstd.ZstdDecompressor(options=options)
        piece = stream.decompress(rest, _STEP)
        while piece or not stream.eof:
            if not piece and stream.needs_input:
                raise _TornCoding
            yield piece
            piece = b"" if stream.eof else stream.decompress(b"", _STEP)
        rest = stream.unused_data


_DECODERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate_either,
    "br": _unbrotli,
    "zstd": _unzstd,
}
