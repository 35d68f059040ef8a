"""Appends groups of records to WARC files, so that whatever stops the process, a file ends in a whole record.

A file is called `PREFIX-YYYYMMDDhhmmssSSS-SERIAL-PID~HOST.warc.gz.open` while it grows. `finish` makes it a finished
one, in steps of which each may be the last before the process dies: sync, line in MANIFEST, rename, sync of the
directory, sorted index. Called again, it goes on from whatever it finds.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from archive.cdxj import cdxj_line, index_mime, write_sorted
from archive.errors import CheckFailed, PressmarkError
from archive.files import Files, StorageFailed, append_whole, disk_errors
from archive.group import Group, NewId, build_warcinfo, random_urn
from archive.manifest import ManifestLine, append_line, read_manifest, sha256_of
from archive.model import Capture, utc_now
from archive.warc_read import OnDamage, count_records, read_captures

OPEN = ".open"
"""What the name of a growing file ends with."""

GIGABYTE = 1_000_000_000

_LONG = 256 << 10
_ODD = re.compile(r"[^A-Za-z0-9._]+")


class WarcWriter:
    """Writes the WARC files of one job, one after the other. Not for several threads at once."""

    def __init__(
        self,
        collection_dir: Path,
        *,
        prefix: str,
        warcinfo: Mapping[str, str],
        clock: Callable[[], datetime] = utc_now,
        max_bytes: int = GIGABYTE,
        files: Files | None = None,
        new_id: NewId = random_urn,
        host: str = "",
        pid: int | None = None,
    ) -> None:
        self.finished: list[Path] = []
        """The files that this writer has finished, in order."""
        self._collection = collection_dir
        self._prefix = _ODD.sub("_", prefix) or "pressmark"
        self._warcinfo = dict(warcinfo)
        self._clock = clock
        self._max_bytes = max_bytes
        self._files = files or Files()
        self._new_id = new_id
        self._owner = f"{pid or os.getpid()}~{_ODD.sub('-', host or socket.gethostname()) or 'localhost'}"
        self._serial = 0
        self._next_warcinfo_id = new_id()
        self._open: _OpenWarc | None = None
        self._failed: PressmarkError | None = None

    @property
    def warcinfo_id(self) -> str:
        """Record id of the warcinfo of the file that the next group goes to; for `build_group`."""
        return self._next_warcinfo_id

    @property
    def position(self) -> tuple[str, int]:
        """Final name of the file that grows, and its size; an empty name before the first record."""
        return (self._open.name, self._open.size) if self._open else ("", 0)

    def append(self, group: Group) -> Capture:
        """Appends the group with one write and says where its capture lies.

        Raises `DiskFull`, with the file as it was before, or `StorageFailed`. Begins a new file when this one is big.
        """
        warc = self._ready()
        base = warc.size
        self._write(warc, group.data, group.records)
        capture = group.placed(warc.name, base)
        warc.add_line(cdxj_line(capture, group.index_mime))
        self._rotate_when_big(warc)
        return capture

    def append_note(self, note: bytes) -> tuple[str, int]:
        """Appends a record made by `build_note`, and says in which file and where it begins."""
        warc = self._ready()
        begin = warc.size
        self._write(warc, note, 1)
        self._rotate_when_big(warc)
        return warc.name, begin

    def sync(self) -> None:
        """All that was appended is on the disk when this returns. A failure is final: the writer writes no more."""
        if self._open is None:
            return
        self._refuse_after_failure()
        self._finally(self._sync_data)
        self._flush_lines(self._open)

    def close(self) -> list[Path]:
        """Finishes the growing file and gives all files that this writer has finished."""
        self._refuse_after_failure()
        if self._open is not None:
            self._finally(self._finish)
        return self.finished

    def _ready(self) -> _OpenWarc:
        self._refuse_after_failure()
        if self._open is None:
            self._open = self._begin()
        return self._open

    def _begin(self) -> _OpenWarc:
        archive, indexes = self._collection / "archive", self._collection / "indexes"
        with disk_errors(archive):
            self._files.make_directory(archive)
            self._files.make_directory(indexes)
        path, fd = self._create(archive)
        name = path.name.removesuffix(OPEN)
        warc = _OpenWarc(path=path, name=name, fd=fd, tail=indexes / f"{name}.cdxj{OPEN}")
        record_id = self._next_warcinfo_id
        try:
            self._write(warc, build_warcinfo(record_id, name, self._warcinfo.items(), at=self._clock()), 1)
            with disk_errors(archive):
                self._files.sync_directory(archive)
        except PressmarkError:
            self._files.close(fd)
            raise
        return warc

    def _create(self, archive: Path) -> tuple[Path, int]:
        """A file of a new name, also when the clock stands still or was set back."""
        while True:
            stamp = self._clock().astimezone(UTC).strftime("%Y%m%d%H%M%S%f")[:17]
            path = archive / f"{self._prefix}-{stamp}-{self._serial:05d}-{self._owner}.warc.gz{OPEN}"
            self._serial += 1
            if path.with_name(path.name.removesuffix(OPEN)).exists():
                continue
            try:
                with disk_errors(path):
                    return path, self._files.create(path)
            except StorageFailed as error:
                if not isinstance(error.__cause__, FileExistsError):
                    raise

    def _write(self, warc: _OpenWarc, data: bytes, records: int) -> None:
        try:
            append_whole(self._files, warc.fd, data, at=warc.size, path=warc.path)
        except StorageFailed as error:
            self._failed = error
            raise
        warc.size += len(data)
        warc.records += records
        warc.sha256.update(data)

    def _rotate_when_big(self, warc: _OpenWarc) -> None:
        if warc.size >= self._max_bytes:
            self._finally(self._finish)

    def _sync_data(self, warc: _OpenWarc) -> None:
        with disk_errors(warc.path):
            self._files.sync_data(warc.fd)

    def _finish(self, warc: _OpenWarc) -> None:
        self._flush_lines(warc)
        with disk_errors(warc.path):
            self._files.sync(warc.fd)
            self._files.close(warc.fd)
        self._close_tail(warc)
        line = ManifestLine(name=warc.name, size=warc.size, sha256=warc.sha256.hexdigest(), records=warc.records)
        lines = None if warc.tail_torn else _lines(warc.tail)
        finished = finish(warc.path, files=self._files, line=line, lines=lines)
        self.finished += [finished] if finished else []
        self._open = None
        self._next_warcinfo_id = self._new_id()

    def _flush_lines(self, warc: _OpenWarc) -> None:
        """Appends the new lines to the tail. It is only there to save reading the WARC again, so it may fail."""
        if not warc.lines or warc.tail_torn:
            return
        data = "".join(warc.lines).encode("utf-8", "backslashreplace")
        warc.lines.clear()
        try:
            if warc.tail_fd is None:
                warc.tail_fd = self._files.overwrite(warc.tail)
            warc.tail_torn = self._files.write(warc.tail_fd, data) != len(data)
        except OSError:
            warc.tail_torn = True

    def _close_tail(self, warc: _OpenWarc) -> None:
        if warc.tail_fd is None:
            return
        try:
            self._files.close(warc.tail_fd)
        except OSError:
            warc.tail_torn = True

    def _finally(self, step: Callable[[_OpenWarc], None]) -> None:
        """Runs a step that must not be tried again after it has failed."""
        assert self._open is not None
        try:
            step(self._open)
        except PressmarkError as error:
            self._failed = error
            raise

    def _refuse_after_failure(self) -> None:
        if self._failed is not None:
            raise self._failed


class RunningDigest:
    """SHA-256 of what was told so far. What is long is hashed in a thread, for it would hold up an event loop."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._thread: ThreadPoolExecutor | None = None
        self._last: Future[None] | None = None

    def update(self, data: bytes) -> None:
        """Take the next bytes; those behind a long part wait for it, so that the order stays."""
        if (self._last is None or self._last.done()) and len(data) <= _LONG:
            self._sha256.update(data)
            return
        self._thread = self._thread or ThreadPoolExecutor(1)
        self._last = self._thread.submit(self._sha256.update, data)

    def hexdigest(self) -> str:
        """The digest of everything; nothing is taken afterwards."""
        if self._thread is not None:
            self._thread.shutdown()
        return self._sha256.hexdigest()


@dataclass(slots=True, kw_only=True)
class _OpenWarc:
    """The file that grows, as far as it is known to be whole."""

    path: Path
    name: str
    fd: int
    tail: Path
    size: int = 0
    records: int = 0
    sha256: RunningDigest = field(default_factory=RunningDigest)
    lines: list[str] = field(default_factory=list)
    tail_fd: int | None = None
    tail_torn: bool = False

    def add_line(self, line: str) -> None:
        if line:
            self.lines.append(line)


def finish(
    path: Path, *, files: Files, line: ManifestLine | None = None, lines: list[str] | None = None
) -> Path | None:
    """Makes the WARC at *path* (with or without `.open`) a finished one, from whatever state a crash left it in.

    Its torn tail must have been cut off. *line* and *lines* are what the writer knows already; without them the file
    is read. None when the file held nothing and was removed.
    """
    final = path.with_name(path.name.removesuffix(OPEN))
    growing = path.with_name(final.name + OPEN)
    collection = final.parent.parent
    if growing.exists():
        if final.exists():
            raise CheckFailed(f"{final} and {growing.name} are both there; move one of them away, then run again")
        if growing.stat().st_size == 0:
            _remove_empty(growing, collection, files)
            return None
        _promise(growing, final.name, collection, files, line)
        with disk_errors(growing):
            files.rename(growing, final)
    with disk_errors(final):
        files.sync_directory(final.parent)
    write_index(final, files=files, lines=lines)
    return final


def write_index(warc: Path, *, files: Files, lines: list[str] | None = None) -> None:
    """Writes the sorted `indexes/<name>.cdxj` of a finished WARC and removes the unsorted tail."""
    indexes = warc.parent.parent / "indexes"
    with disk_errors(indexes):
        files.make_directory(indexes)
    write_sorted(indexes / f"{warc.name}.cdxj", lines if lines is not None else index_lines(warc), files)
    tail = indexes / f"{warc.name}.cdxj{OPEN}"
    with disk_errors(tail):
        files.unlink(tail)


def index_lines(warc: Path, *, on_damage: OnDamage = lambda _: None) -> list[str]:
    """The CDXJ lines of a WARC, read from its records as far as they are whole."""
    captures = read_captures(warc, on_damage=on_damage, with_content_digest=False)
    lines = (cdxj_line(found.capture, index_mime(found.message) if found.block else None) for found, _ in captures)
    return [line for line in lines if line]


def unfinished(collection_dir: Path) -> list[Path]:
    """The WARC files for which `finish` has something left to do: those that grow, and those without an index."""
    archive, indexes = collection_dir / "archive", collection_dir / "indexes"
    growing = sorted(archive.glob(f"*{OPEN}"))
    promised = read_manifest(collection_dir / "MANIFEST")
    bare = [
        archive / name
        for name in sorted(promised)
        if (archive / name).exists()
        and (not (indexes / f"{name}.cdxj").exists() or (indexes / f"{name}.cdxj{OPEN}").exists())
    ]
    return growing + bare


def _promise(growing: Path, name: str, collection: Path, files: Files, line: ManifestLine | None) -> None:
    """Syncs the file, then writes its line into MANIFEST, unless it is there."""
    manifest = collection / "MANIFEST"
    with disk_errors(growing):
        fd = files.append_to(growing)
        try:
            files.sync(fd)
        finally:
            files.close(fd)
    if name not in read_manifest(manifest):
        append_line(manifest, line or manifest_line(growing, name), files)


def manifest_line(path: Path, name: str) -> ManifestLine:
    """The line for a WARC file, read from its bytes."""
    return ManifestLine(name=name, size=path.stat().st_size, sha256=sha256_of(path), records=count_records(path))


def _remove_empty(growing: Path, collection: Path, files: Files) -> None:
    with disk_errors(growing):
        files.unlink(collection / "indexes" / f"{growing.name.removesuffix(OPEN)}.cdxj{OPEN}")
        files.unlink(growing)
        files.sync_directory(growing.parent)


def _lines(tail: Path) -> list[str]:
    try:
        return tail.read_text("utf-8").splitlines(keepends=True)
    except FileNotFoundError:
        return []
