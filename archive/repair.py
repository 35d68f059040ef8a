"""Mends what `archive.verify` found, as far as the collection itself allows; nothing is thrown away.

A damaged WARC file moves to `quarantine/`; its whole records go, byte for byte, into a new file beside it, whose name
says where they are from. Which captures are lost by that is told, so that their URLs can be fetched again. Every step
may be the last one before a crash: run again, a repair comes to the same end.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from archive.files import Files, disk_errors, replace_file
from archive.flaws import Flaw, digest_flaws, note_flaws, noted_flaws
from archive.foreign import SUFFIXES
from archive.lost import Loss, note
from archive.manifest import MANIFEST, append_line, read_manifest, sha256_of, withdraw
from archive.model import instant, utc_now
from archive.records import read_records
from archive.recovery import QUARANTINE
from archive.urlkey import safe_uri
from archive.verify import RENAMING, Finding, Remedy
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

    listed: tuple[Path, ...] = ()
    """WARC files that MANIFEST names as they are now."""

    reindexed: tuple[Path, ...] = ()
    """WARC files whose index was written anew."""

    lost: tuple[str, ...] = ()
    """URLs of the captures that were in a damaged or missing file and could not be saved, sorted."""


@dataclass(frozen=True, slots=True)
class _Whole:
    """A whole record, without its block."""

    offset: int
    """Its first byte in the file."""

    length: int
    """Its bytes in the file."""

    type: str
    """WARC-Type."""

    record_id: str
    """WARC-Record-ID."""

    url: str
    """WARC-Target-URI."""

    concurrent_to: tuple[str, ...]
    """The records that it names."""


def repair(
    collection_dir: Path, findings: Iterable[Finding], files: Files, *, give_up_missing: bool = False
) -> Repaired:
    """Mends the files that *findings* are about. The collection must be locked; its catalog is to be made anew after.

    A file that is missing may come back from a copy: unless *give_up_missing*, its promise stands. What has no remedy
    is left alone. The URLs of what is lost are noted (`archive.lost`) before anything that tells of them is changed.
    """
    mending = _Mending(collection_dir, files)
    steps: list[tuple[Remedy, Callable[[str], None]]] = [
        ("tidy", mending.tidy),
        ("list", mending.list_as_it_is),
        ("rename", mending.step_aside),
        ("salvage", mending.salvage),
        ("give up", mending.give_up if give_up_missing else lambda _: None),
        ("reindex", mending.reindex),
        ("set aside", lambda name: mending.set_aside(collection_dir / name)),
    ]
    for remedy, mend in steps:
        for name in _files_of(findings, remedy):
            mend(name)
        if remedy == "rename":
            mending.take_names_back()
    return Repaired(
        quarantined=tuple(mending.quarantined),
        salvaged=tuple(mending.salvaged),
        renamed=tuple(mending.renamed),
        listed=tuple(mending.listed),
        reindexed=tuple(mending.reindexed),
        lost=tuple(sorted(mending.lost)),
    )


def _files_of(findings: Iterable[Finding], remedy: str) -> list[str]:
    """What a remedy is for: names of WARC files and their indexes, paths below the collection of other things."""
    wanted = {finding.file for finding in findings if finding.remedy == remedy}
    return sorted(file if remedy == "set aside" else Path(file).name for file in wanted)


class _Mending:
    """One repair of a collection."""

    def __init__(self, path: Path, files: Files) -> None:
        self.path = path
        self.files = files
        self.quarantined: list[Path] = []
        self.salvaged: list[Path] = []
        self.renamed: list[Path] = []
        self.listed: list[Path] = []
        self.reindexed: list[Path] = []
        self.lost: set[str] = set()

    def tidy(self, name: str) -> None:
        """Write MANIFEST anew with the lines that say something."""
        path = self.path / name
        replace_file(self.files, path, [str(line).encode() for line in read_manifest(path).values()])

    def list_as_it_is(self, name: str) -> None:
        """Promise a file as it lies there, whatever MANIFEST said of it."""
        manifest, warc = self.path / MANIFEST, self.path / "archive" / name
        line = manifest_line(warc, name)
        for other in read_manifest(manifest).values():
            if other.name == name or (other.sha256 == line.sha256 and not warc.with_name(other.name).exists()):
                withdraw(manifest, other.name, self.files)
        append_line(manifest, line, self.files)
        self.listed.append(warc)

    def step_aside(self, name: str) -> None:
        """Take a file's name away, which is that of another one, and the index that describes that other one."""
        warc = self.path / "archive" / name
        if not warc.exists():
            return
        line = next(
            (one for one in read_manifest(self.path / MANIFEST).values() if one.sha256 == sha256_of(warc)), None
        )
        if line is not None:
            with disk_errors(warc):
                self.files.unlink(self.path / "indexes" / f"{name}.cdxj")
                self.files.rename(warc, warc.with_name(line.name + RENAMING))
                self.files.sync_directory(warc.parent)

    def take_names_back(self) -> None:
        """Give the files that stepped aside, now or before a crash, the names by which MANIFEST knows their bytes."""
        for aside in sorted((self.path / "archive").glob(f"*{RENAMING}")):
            target = aside.with_name(aside.name.removesuffix(RENAMING))
            if not target.exists():
                with disk_errors(target):
                    self.files.rename(aside, target)
                    self.files.sync_directory(target.parent)
                write_index(target, files=self.files)
                self.renamed.append(target)

    def give_up(self, name: str) -> None:
        """End the promise of a file that is missing and will not come back."""
        self._note_lost(name, ())
        with disk_errors(self.path):
            self.files.unlink(self.path / "indexes" / f"{name}.cdxj")
        withdraw(self.path / MANIFEST, name, self.files)

    def salvage(self, name: str) -> None:
        """Save what is whole in a damaged file, and move the file out of the way."""
        damaged = self.path / "archive" / name
        source = damaged if damaged.exists() else self.path / QUARANTINE / name  # a repair got so far before it died
        noted = {flaw for warc, flaw in noted_flaws(self.path) if warc == name}
        whole = list(_whole(source, noted))
        self._note_lost(name, whole)
        saved = damaged.with_name(_salvaged_name(name))
        if whole:
            replace_file(self.files, saved, _pieces(source, whole))
            note_flaws(self.path, saved.name, _moved(whole, noted), self.files)
            if saved.name not in read_manifest(self.path / MANIFEST):
                append_line(self.path / MANIFEST, manifest_line(saved, saved.name), self.files)
            write_index(saved, files=self.files)
            self.salvaged.append(saved)
        with disk_errors(damaged):
            self.files.unlink(self.path / "indexes" / f"{name}.cdxj")
        if source == damaged:
            self.set_aside(damaged)
        withdraw(self.path / MANIFEST, name, self.files)

    def reindex(self, index: str) -> None:
        """Write the index of a WARC anew, where that is still there."""
        warc = self.path / "archive" / index.removesuffix(".cdxj")
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

    def _note_lost(self, name: str, whole: Iterable[_Whole]) -> None:
        """Write down the URLs of the captures of a file that are not among its *whole* records.

        The catalog and the index know them; and where a response is gone, its request may tell.
        """
        places = {record.offset for record in whole}
        known = (*self._rows_of(name), *self._lines_of(name))
        ids = {record.record_id for record in whole if record.type != "request"}
        gone = {url for offset, url in known if offset not in places}
        gone |= {one.url for one in whole if one.type == "request" and ids.isdisjoint(one.concurrent_to or ids)}
        urls, at = sorted(url for url in gone if url), instant(utc_now())
        note(self.path, [Loss(at=at, warc=name, url=url) for url in urls], self.files)
        self.lost.update(urls)

    def _rows_of(self, name: str) -> list[tuple[int, str]]:
        """Offset and URL of each capture that the catalog has in the file."""
        path = self.path / "catalog.db"
        try:
            with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
                return db.execute("select offset, url from captures where warc = ?", (name,)).fetchall()
        except sqlite3.DatabaseError:
            return []

    def _lines_of(self, name: str) -> Iterator[tuple[int, str]]:
        """Offset and URL of each capture that the index has in the file."""
        with suppress(OSError, ValueError, KeyError):
            for line in (self.path / "indexes" / f"{name}.cdxj").read_text("utf-8").splitlines():
                fields = json.loads(line.split(" ", 2)[2])
                yield int(fields["offset"]), str(fields["url"])


def _salvaged_name(name: str) -> str:
    """`x.warc.gz` as `x-salvaged.warc.gz`."""
    suffix = next((suffix for suffix in sorted(SUFFIXES, key=len, reverse=True) if name.lower().endswith(suffix)), "")
    stem = name[: len(name) - len(suffix)]
    return f"{stem}-salvaged{name[len(stem) :]}"


def _whole(path: Path, noted: set[Flaw]) -> Iterator[_Whole]:
    """The whole records of a file, flawed ones as they came too; none where only a warcinfo is."""
    found, has_more = [], False
    for record in read_records(path, on_damage=lambda _: None):
        if set(digest_flaws(record)) <= noted:
            url = safe_uri(record.target_uri)
            one = _Whole(record.offset, record.length, record.type, record.record_id, url, record.concurrent_to)
            found.append(one)
            has_more = has_more or one.type != "warcinfo"
    yield from found if has_more else ()


def _pieces(path: Path, spans: Iterable[_Whole]) -> Iterator[bytes]:
    """The bytes of the records as they lie in the file."""
    with path.open("rb") as stream:
        for span in spans:
            stream.seek(span.offset)
            left = span.length
            while left and (piece := stream.read(min(left, _STEP))):
                left -= len(piece)
                yield piece


def _moved(spans: Iterable[_Whole], noted: set[Flaw]) -> Iterator[Flaw]:
    """What was noted of the records, at the places where they lie one behind the other."""
    at = 0
    for span in spans:
        yield from (replace(flaw, offset=at) for flaw in noted if flaw.offset == span.offset and flaw.found)
        at += span.length
