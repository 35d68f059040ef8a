"""Checks every byte that a collection keeps, and that everything derived still points to the right ones.

Nothing is changed. Each finding names the file, the byte, the URL, the next step, and what `archive.repair` would do.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from archive.catching_up import warcs
from archive.errors import DamagedRecord
from archive.flaws import Flaw, digest_flaws, noted_flaws
from archive.manifest import ManifestLine, read_manifest, sha256_of
from archive.model import Capture
from archive.records import read_records
from archive.recovery import QUARANTINE
from archive.warc_read import read_captures
from archive.warc_write import OPEN, index_lines

_REBUILD = "run `pressmark rebuild`"
_RESTORE = "restore the file from a copy"
_SAVE = "restore the file from a copy, or save what is whole in it with `pressmark verify --repair`"
_CAME_SO = "nothing to do: its bytes are those that were imported"

Remedy = Literal["", "salvage", "rename", "reindex", "rebuild", "set aside"]
"""What a repair does: saves the whole records of a file into a new one, gives a file its name back, writes its index
anew, makes the catalog anew, or moves a database out of the way that is derived again; nothing where only a copy helps.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that does not hold."""

    file: str
    """Path below the collection."""

    problem: str
    """What does not hold."""

    next_step: str
    """What an operator does about it."""

    offset: int | None = None
    """Byte in the file; None where the whole file is meant."""

    url: str = ""
    """The URL whose capture is concerned; empty where it is not one."""

    remedy: Remedy = ""
    """What a repair does about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a verification looked at and found."""

    files: int
    """WARC files that were read."""

    records: int
    """Records whose digests were computed."""

    findings: tuple[Finding, ...]
    """What does not hold, in the order of the files."""

    remarks: tuple[Finding, ...] = ()
    """What did not hold already when a file of others was imported, and has not changed since; no damage of ours."""


def verify(collection_dir: Path, *, progress: Callable[[int], None] | None = None) -> Report:
    """Reads the whole collection at *collection_dir*; *progress* is told the number of records read so far."""
    check = _Verification(collection_dir, progress)
    findings = [
        *check.manifest(),
        *(finding for warc in check.warcs for finding in check.warc(warc)),
        *check.catalog(),
        *check.databases(),
    ]
    return Report(files=len(check.warcs), records=check.records, findings=tuple(findings), remarks=tuple(check.remarks))


class _Verification:
    """One run over a collection."""

    def __init__(self, path: Path, progress: Callable[[int], None] | None) -> None:
        self.path = path
        self.records = 0
        self.remarks: list[Finding] = []
        self.warcs = warcs(path / "archive")
        self._progress = progress or (lambda _: None)
        self._promised = read_manifest(path / "MANIFEST")
        self._noted = noted_flaws(path)
        self._kept: dict[str, Capture] = {}
        self._damaged: dict[tuple[str, int], DamagedRecord] = {}

    def manifest(self) -> Iterator[Finding]:
        """Files that are missing, changed, renamed or unknown."""
        present = {warc.name: warc for warc in self.warcs}
        unknown = {sha256_of(warc): name for name, warc in present.items() if name not in self._promised}
        by_digest = {line.sha256: name for name, line in self._promised.items()}
        for name, line in self._promised.items():
            if name in present:
                yield from _changed(present[name], line, by_digest)
            elif line.sha256 in unknown:
                renamed = unknown.pop(line.sha256)
                yield _of_file(renamed, f"is {name} under another name", f"rename it to {name}", remedy="rename")
            elif (self.path / QUARANTINE / name).exists():
                step = "finish the repair with `pressmark verify --repair`, or put the file back"
                yield _of_file(name, "is listed in MANIFEST and lies in quarantine/", step, remedy="salvage")
            else:
                yield _of_file(name, "is listed in MANIFEST and missing", _RESTORE)
        for name in sorted(unknown.values()):
            yield _of_file(name, "is not listed in MANIFEST", "run `pressmark import` on it from elsewhere")
        for growing in sorted((self.path / "archive").glob(f"*{OPEN}")):
            yield _of_file(growing.name, "is unfinished", "a running job writes it, or the next one finishes it")

    def warc(self, warc: Path) -> Iterator[Finding]:
        """Records that are damaged or do not match their digests, and an index that does not fit."""
        damage: list[DamagedRecord] = []
        for record in read_records(warc, on_damage=damage.append):
            self.records += 1
            self._progress(self.records)
            for flaw in digest_flaws(record):
                yield from self._flaw(warc.name, flaw, record.target_uri)
        places = self._places(warc.name) if damage else []
        for broken in damage:
            self._damaged[warc.name, broken.offset] = broken
            flaw = Flaw(offset=broken.offset, problem=broken.problem)
            yield from self._flaw(warc.name, flaw, _url_at(places, broken.offset))
        for found, _ in read_captures(warc, on_damage=lambda _: None, with_content_digest=False):
            self._keep(found.capture)
        yield from self._index(warc)

    def _flaw(self, warc: str, flaw: Flaw, url: str) -> Iterator[Finding]:
        """The finding for what is wrong with a record; a remark where it came so."""
        if (warc, flaw) not in self._noted:
            yield _of_file(warc, flaw.problem, _SAVE, offset=flaw.offset, url=url, remedy="salvage")
            return
        whose = "digest of the original differs since import" if flaw.found else "the original was so when imported"
        self.remarks.append(_of_file(warc, f"{whose}: {flaw.problem}", _CAME_SO, offset=flaw.offset, url=url))

    def catalog(self) -> Iterator[Finding]:
        """Rows that point to other bytes than those of their record, and records without a row."""
        path = self.path / "catalog.db"
        if not path.is_file():
            if self.warcs:
                yield Finding(file=path.name, problem="is missing", next_step=_REBUILD, remedy="rebuild")
            return
        try:
            with closing(_read_only(path)) as db:
                rows = db.execute(
                    "select record_id, url, warc, offset, length, payload_digest from captures"
                ).fetchall()
        except sqlite3.DatabaseError as error:
            problem = f"cannot be read: {error}"
            yield Finding(file=path.name, problem=problem, next_step=_REBUILD, remedy="rebuild")
            return
        yield from self._rows(rows)

    def _places(self, warc: str) -> list[tuple[int, int, str]]:
        """Where the catalog has captures in that file: offset, length, URL, in the order of the file."""
        try:
            with closing(_read_only(self.path / "catalog.db")) as db:
                query = "select offset, length, url from captures where warc = ? order by offset"
                return db.execute(query, (warc,)).fetchall()
        except sqlite3.DatabaseError:
            return []

    def databases(self) -> Iterator[Finding]:
        """SQLite's own check of both databases."""
        if (self.path / "catalog.db").is_file():
            yield from _integrity(self.path / "catalog.db", _REBUILD, "rebuild")
        if (self.path / "frontier.db").is_file():
            yield from _integrity(self.path / "frontier.db", "delete it: the next crawl derives it anew", "set aside")

    def _keep(self, capture: Capture) -> None:
        known = self._kept.get(capture.record_id)
        if known is None or (capture.warc, capture.offset) < (known.warc, known.offset):
            self._kept[capture.record_id] = capture

    def _index(self, warc: Path) -> Iterator[Finding]:
        name = f"indexes/{warc.name}.cdxj"
        step = "write it anew with `pressmark verify --repair`"
        try:
            lines = (self.path / name).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            yield Finding(file=name, problem=f"cannot be read: {error}", next_step=step, remedy="reindex")
            return
        right = [line.rstrip("\n") for line in index_lines(warc)]
        for line in sorted(set(right).symmetric_difference(lines)):
            problem = "lacks the line" if line in right else "has a line that no record stands for"
            yield Finding(file=name, problem=f"{problem} {line[:120]}", next_step=step, remedy="reindex")
        if lines != sorted(lines):
            yield Finding(file=name, problem="is not sorted", next_step=step, remedy="reindex")

    def _rows(self, rows: Iterable[tuple[str, str, str, int, int, str]]) -> Iterator[Finding]:
        missing = dict(self._kept)
        readable = {warc.name for warc in self.warcs}
        growing = {path.name.removesuffix(OPEN) for path in (self.path / "archive").glob(f"*{OPEN}")}
        for record_id, url, warc, offset, length, digest in rows:
            kept = missing.pop(record_id, None)
            if warc in growing:
                continue  # told once, as unfinished
            if kept is None and (warc, offset) in self._damaged:
                continue  # told where the file was read
            if kept is None:
                where = f"no such record in {warc}" if warc in readable else f"{warc} is missing"
                problem = f"captures {record_id}: {where}"
            elif (kept.url, kept.warc, kept.offset, kept.length) != (url, warc, offset, length):
                problem = f"captures {record_id}: the record lies at {kept.warc}, byte {kept.offset}"
            elif kept.payload_digest != digest:
                problem = f"captures {record_id}: payload digest is {kept.payload_digest}"
            else:
                continue
            yield _of_row(problem, offset, url)
        for record_id, capture in missing.items():
            yield _of_row(f"captures {record_id} of {capture.warc} has no row", capture.offset, capture.url)


def _changed(warc: Path, line: ManifestLine, by_digest: dict[str, str]) -> Iterator[Finding]:
    digest = sha256_of(warc)
    if digest == line.sha256:
        return
    size = warc.stat().st_size
    other = by_digest.get(digest, "")
    if other and warc.with_name(other).exists() and sha256_of(warc.with_name(other)) == digest:
        yield _of_file(warc.name, f"is a copy of {other}, which is there too", _SAVE, remedy="salvage")
    elif other:
        yield _of_file(warc.name, f"holds the bytes of {other}", f"rename it to {other}, and that one to its own name")
    elif size != line.size:
        yield _of_file(warc.name, f"has {size:,} bytes, MANIFEST says {line.size:,}", _SAVE, remedy="salvage")
    else:
        yield _of_file(warc.name, "has another sha256 than MANIFEST says", _SAVE, remedy="salvage")


def _url_at(places: list[tuple[int, int, str]], offset: int) -> str:
    """The URL of the capture whose group of records has that byte: a request goes before it, the context behind."""
    for at, length, url in places:
        if offset <= at + length:
            return url
    return ""


def _integrity(path: Path, step: str, remedy: Remedy) -> Iterator[Finding]:
    try:
        with closing(_read_only(path)) as db:
            problems = [row[0] for row in db.execute("pragma integrity_check(5)")]
    except sqlite3.DatabaseError as error:
        problems = [str(error)]
    for problem in problems:
        if problem != "ok":
            yield Finding(file=path.name, problem=problem, next_step=step, remedy=remedy)


def _read_only(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing.

    SQLite makes files beside a database even to read it, so where it cannot, the database is taken as it lies; but not
    where a log lies beside it: then another user's job is writing, and has made those files.
    """
    is_at_rest = not path.with_name(f"{path.name}-wal").exists()
    fixed = "&immutable=1" if is_at_rest and not os.access(path.parent, os.W_OK) else ""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro{fixed}", uri=True)


def _of_file(
    name: str, problem: str, step: str, *, offset: int | None = None, url: str = "", remedy: Remedy = ""
) -> Finding:
    return Finding(file=f"archive/{name}", problem=problem, next_step=step, offset=offset, url=url, remedy=remedy)


def _of_row(problem: str, offset: int, url: str) -> Finding:
    return Finding(file="catalog.db", problem=problem, next_step=_REBUILD, offset=offset, url=url, remedy="rebuild")
