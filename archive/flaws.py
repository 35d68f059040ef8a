"""What was wrong with a file of others already when it was imported, so that it is not taken for damage done since.

Many public WARC files hold records that never matched their own digests, or end in the middle of one. An import leaves
their bytes as they came and writes each such place into `IMPORTED`: file name, byte, what is wrong, and the digest that
its bytes have, separated by tabs. Whatever `verify` finds beyond that has happened in the collection.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.files import Files
from archive.http1 import NotHttp, parse_response
from archive.manifest import append_lines, read_lines
from archive.records import Record

IMPORTED = "IMPORTED"
"""Name of the file in the collection."""

_HASHES = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha512": hashlib.sha512, "md5": hashlib.md5}
"""The algorithms that WARC files name in their digests (WARC 1.1, 5.8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing that is wrong at one place of a WARC file."""

    offset: int
    """First byte of the record in the file."""

    problem: str
    """What is wrong, in words."""

    found: str = ""
    """The digest that its bytes have; empty where the record cannot be read at all."""


def digest_flaws(record: Record) -> Iterator[Flaw]:
    """The digests in the head of a record that are not those of its bytes."""
    if record.cut:
        return
    found = _other_digest(record.block, record.header("WARC-Block-Digest"))
    if found:
        yield Flaw(offset=record.offset, problem="block digest differs from the header", found=found)
    if record.type in {"response", "conversion"} and record.header("WARC-Payload-Digest"):
        try:
            payload = parse_response(record.http_block).payload
        except NotHttp:
            payload = record.block
        found = _other_digest(payload, record.header("WARC-Payload-Digest"))
        if found:
            yield Flaw(offset=record.offset, problem="payload digest differs from the header", found=found)


def note_flaws(collection_dir: Path, warc: str, flaws: Iterable[Flaw], files: Files) -> None:
    """Writes down durably what is wrong with an imported file; once more of the same does no harm."""
    lines = "".join(f"{warc}\t{flaw.offset}\t{' '.join(flaw.problem.split())}\t{flaw.found}\n" for flaw in flaws)
    if lines:
        append_lines(collection_dir / IMPORTED, lines, files)


def noted_flaws(collection_dir: Path) -> set[tuple[str, Flaw]]:
    """What was wrong with the imported files of a collection, each with the name of its file."""
    return {
        (name, Flaw(offset=int(offset), problem=problem, found=found))
        for name, offset, problem, found in (line for line in read_lines(collection_dir / IMPORTED) if len(line) == 4)
        if offset.isdecimal()
    }


def _other_digest(content: bytes, digest: str) -> str:
    """The digest of the bytes where *digest*, in base32 or hexadecimal, is that of others, else nothing.

    An unknown label proves nothing.
    """
    label, _, value = digest.strip().partition(":")
    algorithm = _HASHES.get(label.lower().replace("-", ""))
    if algorithm is None or not value:
        return ""
    right = algorithm(content).digest()
    return "" if value.lower() == right.hex() or _from_base32(value) == right else f"{label.lower()}:{right.hex()}"


def _from_base32(value: str) -> bytes:
    try:
        return base64.b32decode(value.upper() + "=" * (-len(value) % 8))
    except binascii.Error:
        return b""
