"""Mends what `archive.verify` found, as far as the collection itself allows; nothing is thrown away.

A damaged WARC file moves to `quarantine/`; its whole records go, byte for byte, into a new file beside it, whose name
says where they are from. Which captures are lost by that is told, so that their URLs can be fetched again. Every step
may be the last one before a crash: run again, a repair comes to the same end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from archive.files import Files, disk_errors, replace_file
from archive.flaws import Flaw, digest_flaws, note_flaws, noted_flaws
from archive.foreign import SUFFIXES
from archive.manifest import append_line, read_manifest, sha256_of, withdraw
from archive.records import read_records
from archive.recovery import QUARANTINE
from archive.verify import Finding
from archive.warc_read import read_captures
from archive.warc_write import manifest_line, write_index

_STEP = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What a repair did."""

    quarantined: tuple[Path, ...] = ()
    """Damaged files and databases, where they lie now."""

    salvaged: tuple[Path, ...] = ()
    """New WARC files that hold what was whole in damaged ones."""

    renamed: tuple[Path, ...] = ()
    """WARC files that have their names back."""

    reindexed: tuple[Path, ...] = ()
    """WARC files whose index was written anew."""

    lost: tuple[str, ...] = ()
    """URLs of the captures that were in a damaged file and could not be saved, sorted; as far as the catalog knew."""


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a record lies."""

    offset: int
    """Its first byte in the file."""

    length: int
    """Its bytes in the file."""


def repair(collection_dir: Path, findings: Iterable[Finding], files: Files) -> Repaired:
    """Mends the files that *findings* are about. The collection must be locked; its catalog is to be made anew after.

    What has no remedy, such as a missing file, is left alone.
    """
    named = {remedy: _files_of(findings, remedy) for remedy in ("salvage", "rename", "reindex", "set aside")}
    mending = _Mending(collection_dir, files)
    for name in named["rename"]:
        mending.rename(name)
    for name in named["salvage"]:
        mending.salvage(name)
    for name in named["reindex"]:
        mending.reindex(name.removesuffix(".cdxj"))
    for name in named["set aside"]:
        mending.set_aside(collection_dir / name)
    return Repaired(
        quarantined=tuple(mending.quarantined),
        salvaged=tuple(mending.salvaged),
        renamed=tuple(mending.renamed),
        reindexed=tuple(mending.reindexed),
        lost=tuple(sorted(mending.lost)),
    )


def _files_of(findings: Iterable[Finding], remedy: str) -> list[str]:
    return sorted({Path(finding.file).name for finding in findings if finding.remedy == remedy})


class _Mending:
    """One repair of a collection."""

    def __init__(self, path: Path, files: Files) -> None:
        self.path = path
        self.files = files
        self.quarantined: list[Path] = []
        self.salvaged: list[Path] = []
        self.renamed: list[Path] = []
        self.reindexed: list[Path] = []
        self.lost: set[str] = set()

    def rename(self, name: str) -> None:
        """Give a file the name back by which MANIFEST knows its bytes."""
        warc = self.path / "archive" / name
        digest = sha256_of(warc)
        for line in read_manifest(self.path / "MANIFEST").values():
            target = warc.with_name(line.name)
            if line.sha256 == digest and not target.exists():
                with disk_errors(target):
                    self.files.rename(warc, target)
                    self.files.sync_directory(target.parent)
                self.renamed.append(target)
                return

    def salvage(self, name: str) -> None:
        """Save what is whole in a damaged file, and move the file out of the way."""
        damaged = self.path / "archive" / name
        source = damaged if damaged.exists() else self.path / QUARANTINE / name  # a repair got so far before it died
        noted = {flaw for warc, flaw in noted_flaws(self.path) if warc == name}
        whole = list(_whole(source, noted))
        saved = damaged.with_name(_salvaged_name(name))
        if whole:
            replace_file(self.files, saved, _pieces(source, whole))
            note_flaws(self.path, saved.name, _moved(whole, noted), self.files)
            if saved.name not in read_manifest(self.path / "MANIFEST"):
                append_line(self.path / "MANIFEST", manifest_line(saved, saved.name), self.files)
            write_index(saved, files=self.files)
            self.salvaged.append(saved)
        self.lost |= self._lost(name, saved)
        with disk_errors(damaged):
            self.files.unlink(self.path / "indexes" / f"{name}.cdxj")
        if source == damaged:
            self.set_aside(damaged)
        withdraw(self.path / "MANIFEST", name, self.files)

    def reindex(self, name: str) -> None:
        """Write the index of a WARC anew, where that is still there."""
        warc = self.path / "archive" / name
        if warc.exists():
            write_index(warc, files=self.files)
            self.reindexed.append(warc)

    def set_aside(self, path: Path) -> None:
        """Move a file to `quarantine/`."""
        target = self.path / QUARANTINE / path.name
        with disk_errors(target):
            self.files.make_directory(target.parent)
            self.files.rename(path, target)
            self.files.sync_directory(target.parent)
            self.files.sync_directory(path.parent)
        self.quarantined.append(target)

    def _lost(self, name: str, saved: Path) -> set[str]:
        """URLs of the captures that the catalog has in the file *name* and that are not in *saved*."""
        found = read_captures(saved, on_damage=lambda _: None, with_content_digest=False) if saved.exists() else ()
        kept = {captured.capture.record_id for captured, _ in found}
        try:
            with closing(sqlite3.connect(f"{(self.path / 'catalog.db').resolve().as_uri()}?mode=ro", uri=True)) as db:
                rows = db.execute("select record_id, url from captures where warc = ?", (name,)).fetchall()
        except sqlite3.DatabaseError:
            return set()
        return {url for record_id, url in rows if record_id not in kept}


def _salvaged_name(name: str) -> str:
    """`x.warc.gz` as `x-salvaged.warc.gz`."""
    suffix = next((suffix for suffix in sorted(SUFFIXES, key=len, reverse=True) if name.lower().endswith(suffix)), "")
    stem = name[: len(name) - len(suffix)]
    return f"{stem}-salvaged{name[len(stem) :]}"


def _whole(path: Path, noted: set[Flaw]) -> Iterator[_Span]:
    """Where the whole records of a file lie, flawed ones as they came too; none where only a warcinfo is."""
    spans, has_more = [], False
    for record in read_records(path, on_damage=lambda _: None):
        if set(digest_flaws(record)) <= noted:
            spans.append(_Span(record.offset, record.length))
            has_more = has_more or record.type != "warcinfo"
    yield from spans if has_more else ()


def _pieces(path: Path, spans: Iterable[_Span]) -> Iterator[bytes]:
    """The bytes of the records as they lie in the file."""
    with path.open("rb") as stream:
        for span in spans:
            stream.seek(span.offset)
            left = span.length
            while left and (piece := stream.read(min(left, _STEP))):
                left -= len(piece)
                yield piece


def _moved(spans: Iterable[_Span], noted: set[Flaw]) -> Iterator[Flaw]:
    """What was noted of the records, at the places where they lie one behind the other."""
    at = 0
    for span in spans:
        yield from (replace(flaw, offset=at) for flaw in noted if flaw.offset == span.offset and flaw.found)
        at += span.length
