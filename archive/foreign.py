"""Takes WARC and ARC files that others wrote into a collection's archive, byte for byte wherever that can be.

A file is linked or copied under its own name, uncompressed ones too: replay tools read both. Only a file whose gzip
members are not one for each record is rewritten, because its records could not be found again by offset. What is torn
or damaged stays in the file as it came, is told, and is passed over by every reader.
"""

from __future__ import annotations

import gzip
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from itertools import zip_longest
from pathlib import Path
from typing import Any

from archive.errors import DamagedRecord, PressmarkError
from archive.files import Files, append_whole, disk_errors
from archive.flaws import Flaw, digest_flaws, note_flaws
from archive.group import RECORD_END
from archive.gzip_members import gzip_pieces
from archive.manifest import append_line, read_manifest, sha256_of
from archive.records import MemberMismatch, is_gzip, parse_head, read_head, read_records, skip_blank
from archive.warc_write import index_lines, manifest_line, write_index

SUFFIXES = (".warc.gz", ".warc", ".arc.gz", ".arc")
INCOMING = ".incoming"
"""What the name of a file ends with while it is taken in; a crash may leave one, and the next import replaces it."""

_STEP = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What became of one file that was to be imported."""

    source: Path
    """The file that was named."""

    path: Path | None = None
    """Where it lies in the archive; None when it was refused."""

    records: int = 0
    """Whole records in it, of every type."""

    responses: int = 0
    """Those of type `response`."""

    captures: int = 0
    """Responses, revisits and resources fetched over HTTP, which replay and readings are made of."""

    refused: tuple[str, ...] = ()
    """A sentence on the file when it was refused, else one on each record that was passed over."""

    rewritten: bool = False
    """True when it had to be compressed anew, record by record."""

    was_there: bool = False
    """True when the archive had it already."""


def take_in(source: Path, archive_dir: Path, *, link: bool = True, files: Files | None = None) -> TakenIn:
    """Puts *source* into *archive_dir*, into MANIFEST and beside it its index; with *link* as a hard link if it can be.

    A file that is there already with the same records is left alone. A file that cannot be taken is reported, not
    raised; only a full or failing disk is raised.
    """
    try:
        return _Import(source, archive_dir, link=link, files=files or Files()).run()
    except _RefusedError as refusal:
        return TakenIn(source=source, refused=(str(refusal),))


class _RefusedError(PressmarkError):
    """The file cannot be taken in."""


@dataclass(slots=True)
class _Contents:
    """What was found in a file."""

    records: int = 0
    responses: int = 0
    damage: list[DamagedRecord] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)


class _Import:
    """One file on its way into the archive."""

    def __init__(self, source: Path, archive_dir: Path, *, link: bool, files: Files) -> None:
        self.source = source
        self.archive_dir = archive_dir
        self.target = archive_dir / source.name
        self.link = link
        self.files = files

    def run(self) -> TakenIn:
        contents = self._inspect()
        incoming = self.target.with_name(self.target.name + INCOMING)
        rewritten = _needs_rewriting(self.source, contents)
        with disk_errors(self.archive_dir):
            self.files.make_directory(self.archive_dir)
            self.files.unlink(incoming)
        as_it_came = contents
        if rewritten:
            contents = self._rewrite(incoming)
        if not contents.records:
            self.files.unlink(incoming)
            problems = "; ".join(damage.problem for damage in as_it_came.damage) or "it is empty"
            raise _RefusedError(f"{self.source}: no whole record in it: {problems}")
        was_there = self.target.exists()
        if was_there:
            self._refuse_other(incoming if rewritten else self.source)
            self.files.unlink(incoming)
        else:
            self._place(incoming, rewritten=rewritten)
        passed_over: list[DamagedRecord] = []
        lines = index_lines(self.target, on_damage=passed_over.append)
        self._enter(lines, contents.flaws, was_there=was_there)
        told = {damage.offset: damage.problem for damage in (*contents.damage, *passed_over)}
        return TakenIn(
            source=self.source,
            path=self.target,
            records=contents.records,
            responses=contents.responses,
            captures=len(lines),
            refused=tuple(f"byte {offset}: {problem}" for offset, problem in sorted(told.items())),
            rewritten=rewritten,
            was_there=was_there,
        )

    def _inspect(self) -> _Contents:
        name = self.source.name
        if not name.lower().endswith(SUFFIXES):
            raise _RefusedError(f"{self.source}: its name does not end with {', '.join(SUFFIXES)}")
        if name.startswith(".") or not name.isprintable():
            raise _RefusedError(f"{self.source}: {name!r} is no name for a file in a collection; rename it")
        try:
            return _contents(self.source, name)
        except OSError as error:
            raise _RefusedError(f"{self.source}: {error.strerror or error}") from error

    def _rewrite(self, incoming: Path) -> _Contents:
        ended_by = rewrite(self.source, incoming, self.files)
        contents = _contents(incoming, self.source.name)
        if ended_by:
            contents.damage.append(DamagedRecord(self.source.name, incoming.stat().st_size, ended_by))
        return contents

    def _place(self, incoming: Path, *, rewritten: bool) -> None:
        if not rewritten:
            self._link_or_copy(incoming)
        with disk_errors(self.target):
            self.files.rename(incoming, self.target)
            self.files.sync_directory(self.archive_dir)

    def _link_or_copy(self, incoming: Path) -> None:
        if self.link:
            try:
                self.files.link(self.source, incoming)
            except OSError:
                pass  # another file system, or one without links: copied instead
            else:
                with disk_errors(incoming):
                    self.files.sync_file(incoming)  # it may have been written a moment ago
                return
        at = 0
        with self.source.open("rb") as stream, _new_file(incoming, self.files) as fd:
            while piece := stream.read(_STEP):
                append_whole(self.files, fd, piece, at=at, path=incoming)
                at += len(piece)
        shutil.copystat(self.source, incoming)

    def _refuse_other(self, candidate: Path) -> None:
        """Raises unless the file in the archive is the same as *candidate*."""
        there = self.target
        same_bytes = there.stat().st_size == candidate.stat().st_size and sha256_of(there) == sha256_of(candidate)
        # Another version of the compressor may have rewritten the one that is there.
        if not same_bytes and not (candidate != self.source and _same_records(there, candidate)):
            self.files.unlink(self.target.with_name(self.target.name + INCOMING))
            raise _RefusedError(f"{self.source}: {there} is there already and differs; rename one of them")

    def _enter(self, lines: list[str], flaws: list[Flaw], *, was_there: bool) -> None:
        """What is wrong with it, the line in MANIFEST and the index, unless they are there."""
        collection = self.archive_dir.parent
        name = self.target.name
        if name not in read_manifest(collection / "MANIFEST"):
            # Before the line in MANIFEST, so that a crash between them leaves nothing unnoted.
            note_flaws(collection, name, _contents(self.target, name).flaws if was_there else flaws, self.files)
            append_line(collection / "MANIFEST", manifest_line(self.target, name), self.files)
        if not was_there or not (collection / "indexes" / f"{name}.cdxj").exists():
            write_index(self.target, files=self.files, lines=lines)


def rewrite(source: Path, target: Path, files: Files) -> str:
    """Writes the records of the gzip file *source* to *target*, each as a gzip member of its own.

    Heads and blocks stay as they are, byte for byte. Gives what ended it before the end of *source*, or nothing.
    """
    at, problem = 0, ""
    with gzip.open(source, "rb") as unpacked, _new_file(target, files) as fd:
        stream = BufferedReader(unpacked)
        while not problem and _skip_blank(stream):
            written, problem = _rewrite_record(stream, fd, at, target, files)
            at += written
    return problem


_UNREADABLE = (ValueError, EOFError, zlib.error, gzip.BadGzipFile)


def _skip_blank(stream: BufferedReader[Any]) -> bool:
    try:
        return skip_blank(stream)
    except _UNREADABLE:
        return True  # the next read says what is wrong


def _rewrite_record(stream: BufferedReader[Any], fd: int, at: int, target: Path, files: Files) -> tuple[int, str]:
    """Bytes written for the next record, or none and why it is not whole."""
    size = 0
    try:
        for piece in gzip_pieces(_record_pieces(stream)):
            append_whole(files, fd, piece, at=at, path=target)
            size += len(piece)
    except _UNREADABLE as problem:
        with disk_errors(target):
            files.truncate(fd, at)
        return 0, str(problem)
    return size, ""


def _record_pieces(stream: BufferedReader[Any]) -> Iterator[bytes]:
    lines = read_head(stream)
    head = parse_head(lines)
    yield lines
    left = head.block_size
    while left:
        piece = stream.read(min(left, _STEP))
        if not piece:
            raise EOFError(f"its block ends {left} bytes early")
        left -= len(piece)
        yield piece
    yield RECORD_END if lines.startswith(b"WARC/") else b"\n"


def _contents(path: Path, name: str) -> _Contents:
    contents = _Contents()
    for record in read_records(path, warc_name=name, on_damage=contents.damage.append):
        contents.records += 1
        contents.responses += record.type == "response"
        contents.flaws += digest_flaws(record)
    contents.flaws += (Flaw(offset=damage.offset, problem=damage.problem) for damage in contents.damage)
    return contents


def _needs_rewriting(path: Path, contents: _Contents) -> bool:
    """Whether it is compressed otherwise than record by record: then already the first gzip member tells."""
    first = contents.damage[0] if contents.damage else None
    if first is None or first.offset > 0 or not is_gzip(path):
        return False
    return isinstance(first, MemberMismatch) or not contents.records


def _same_records(one: Path, other: Path) -> bool:
    pairs = zip_longest(
        *(read_records(path, warc_name="", on_damage=lambda _: None) for path in (one, other)),
    )
    return all(a and b and (a.headers, a.block) == (b.headers, b.block) for a, b in pairs)


@contextmanager
def _new_file(path: Path, files: Files) -> Iterator[int]:
    """An empty file to append to, synced at the end."""
    with disk_errors(path):
        fd = files.overwrite(path)
        try:
            yield fd
            files.sync(fd)
        finally:
            files.close(fd)
