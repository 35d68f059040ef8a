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
from typing import Any, Literal

from archive.catching_up import warcs
from archive.cdxj import sorted_lines
from archive.errors import DamagedRecord
from archive.flaws import Flaw, digest_flaws, noted_flaws
from archive.fold import CAPTURE_COLUMNS, capture_row
from archive.manifest import MANIFEST, ManifestLine, odd_lines, read_manifest, sha256_of
from archive.model import Capture
from archive.records import read_records
from archive.recovery import QUARANTINE
from archive.warc_read import read_captures
from archive.warc_write import OPEN, index_lines

_REBUILD = "run `pressmark rebuild`"
_RESTORE = "restore the file from a copy"
_SAVE = "restore the file from a copy, or save what is whole in it with `pressmark verify --repair`"
_LIST = "list it as it is with `pressmark verify --repair`"
_GIVE_UP = f"{_RESTORE}, or give it up with `pressmark verify --repair --allow-missing`: its URLs are fetched again"
_CAME_SO = "nothing to do: its bytes are those that were imported"

RENAMING = ".renaming"
"""What the name of a file ends with while a repair gives files their names back."""

Remedy = Literal["", "tidy", "list", "rename", "salvage", "give up", "reindex", "rebuild", "set aside"]
"""What a repair does: drops lines of MANIFEST that say nothing, promises a file as it is, gives a file its name back,
saves its whole records into a new one, ends the promise of one that is missing (where that is asked for), writes its
index anew, makes the catalog anew, or moves away what is derived again or belongs to nothing.
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
        *check.indexes(),
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
        for number in odd_lines(self.path / MANIFEST):
            problem, step = f"line {number} names no file", "drop it with `pressmark verify --repair`"
            yield Finding(file=MANIFEST, problem=problem, next_step=step, remedy="tidy")
        present = {warc.name: warc for warc in self.warcs}
        unknown = {sha256_of(warc): name for name, warc in present.items() if name not in self._promised}
        by_digest = {line.sha256: name for name, line in self._promised.items()}
        for name, line in self._promised.items():
            if name in present:
                yield from _changed(present[name], line, by_digest)
            elif line.sha256 in unknown:
                renamed = unknown.pop(line.sha256)
                if _names_itself(present[renamed]):
                    yield _of_file(renamed, f"is listed in MANIFEST as {name}", _LIST, remedy="list")
                else:
                    yield _of_file(renamed, f"is {name} under another name", f"rename it to {name}", remedy="rename")
            elif (self.path / "archive" / (name + RENAMING)).exists():
                step = "finish the repair with `pressmark verify --repair`"
                yield _of_file(name, "has its name not back yet", step, remedy="rename")
            elif (self.path / QUARANTINE / name).exists():
                step = "finish the repair with `pressmark verify --repair`, or put the file back"
                yield _of_file(name, "is listed in MANIFEST and lies in quarantine/", step, remedy="salvage")
            else:
                yield _of_file(name, "is listed in MANIFEST and missing", _GIVE_UP, remedy="give up")
        for name in sorted(unknown.values()):
            yield _of_file(name, "is not listed in MANIFEST", _LIST, remedy="list")
        for growing in sorted((self.path / "archive").glob(f"*{OPEN}")):
            yield _of_file(growing.name, "is unfinished", "a running job writes it, or the next one finishes it")

    def indexes(self) -> Iterator[Finding]:
        """Indexes of files that are not there."""
        names = {f"{warc.name}.cdxj" for warc in self.warcs} | {f"{name}.cdxj" for name in self._promised}
        for index in sorted((self.path / "indexes").glob("*.cdxj")):
            if index.name not in names:
                step = "set it aside with `pressmark verify --repair`"
                yield Finding(file=f"indexes/{index.name}", problem="is of no file", next_step=step, remedy="set aside")

    def warc(self, warc: Path) -> Iterator[Finding]:
        """Records that are damaged or do not match their digests, and an index that does not fit."""
        damage: list[DamagedRecord] = []
        before = self.records
        for record in read_records(warc, on_damage=damage.append):
            self.records += 1
            self._progress(self.records)
            for flaw in digest_flaws(record):
                yield from self._flaw(warc.name, flaw, record.target_uri)
        promised, found = self._promised.get(warc.name), self.records - before
        if promised is not None and not damage and promised.records != found and promised.sha256 == sha256_of(warc):
            problem, step = f"has {found:,} records, MANIFEST says {promised.records:,}", _LIST
            yield _of_file(warc.name, problem, step, remedy="list")
        places = self._places(warc.name) if damage else []
        for broken in damage:
            self._damaged[warc.name, broken.offset] = broken
            flaw = Flaw(offset=broken.offset, problem=broken.problem)
            yield from self._flaw(warc.name, flaw, _url_at(places, broken.offset))
        for captured, _ in read_captures(warc, on_damage=lambda _: None, with_content_digest=False):
            self._keep(captured.capture)
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
                yield from self._rows(db.execute(f"select {', '.join(CAPTURE_COLUMNS)} from captures"))  # noqa: S608
        except sqlite3.DatabaseError as error:
            problem = f"cannot be read: {error}"
            yield Finding(file=path.name, problem=problem, next_step=_REBUILD, remedy="rebuild")

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
            content = (self.path / name).read_bytes()
        except OSError as error:
            yield Finding(file=name, problem=f"cannot be read: {error}", next_step=step, remedy="reindex")
            return
        right = sorted_lines(index_lines(warc))
        if content == b"".join(right):
            return
        lines = content.splitlines(keepends=True)
        for line in sorted(set(right).symmetric_difference(lines)):
            problem = "lacks the line" if line in right else "has a line that no record stands for"
            shown = line[:120].decode("utf-8", "backslashreplace").rstrip("\n")
            yield Finding(file=name, problem=f"{problem} {shown}", next_step=step, remedy="reindex")
        if set(right) == set(lines):
            yield Finding(file=name, problem="is not sorted, or repeats a line", next_step=step, remedy="reindex")

    def _rows(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[Finding]:
        missing = dict(self._kept)
        readable = {warc.name for warc in self.warcs}
        growing = {path.name.removesuffix(OPEN) for path in (self.path / "archive").glob(f"*{OPEN}")}
        for values in rows:
            row = dict(zip(CAPTURE_COLUMNS, values, strict=True))
            kept, warc = missing.pop(row["record_id"], None), row["warc"]
            if warc in growing:
                continue  # told once, as unfinished
            if kept is None and (warc, row["offset"]) in self._damaged:
                continue  # told where the file was read
            if kept is None:
                problem = f"no such record in {warc}" if warc in readable else f"{warc} is missing"
            elif (kept.warc, kept.offset) != (warc, row["offset"]):
                problem = f"the record lies at {kept.warc}, byte {kept.offset}"
            elif wrong := _differing(row, kept):
                problem = "; ".join(f"{name.replace('_', ' ')} is {value!r}" for name, value in wrong.items())
            else:
                continue
            yield _of_row(f"captures {row['record_id']}: {problem}", row["offset"], row["url"])
        for record_id, capture in missing.items():
            yield _of_row(f"captures {record_id} of {capture.warc} has no row", capture.offset, capture.url)


def _differing(row: dict[str, Any], kept: Capture) -> dict[str, Any]:
    """The columns in which a row is not what the record says, with what it says.

    Which site a capture is of, and the digest of its content, may follow from something else than the record.
    """
    right = dict(zip(CAPTURE_COLUMNS, capture_row(kept), strict=True))
    may_be_derived = {name for name in ("site", "content_digest") if not right[name]}
    return {name: value for name, value in right.items() if row[name] != value and name not in may_be_derived}


def _names_itself(warc: Path) -> bool:
    """Whether the first record of a file says that it is called as it is (WARC 1.1, 5.15)."""
    first = next(read_records(warc, on_damage=lambda _: None), None)
    return first is not None and first.header("WARC-Filename") == warc.name


def _changed(warc: Path, line: ManifestLine, by_digest: dict[str, str]) -> Iterator[Finding]:
    digest = sha256_of(warc)
    size = warc.stat().st_size
    if digest == line.sha256:
        if size != line.size:
            problem = f"has {size:,} bytes, MANIFEST says {line.size:,} with the same sha256"
            yield _of_file(warc.name, problem, _LIST, remedy="list")
        return
    other = by_digest.get(digest, "")
    if other and warc.with_name(other).exists() and sha256_of(warc.with_name(other)) == digest:
        yield _of_file(warc.name, f"is a copy of {other}, which is there too", _SAVE, remedy="salvage")
    elif other:
        step = f"rename it to {other}, or give all files their names back with `pressmark verify --repair`"
        yield _of_file(warc.name, f"holds the bytes of {other}", step, remedy="rename")
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
