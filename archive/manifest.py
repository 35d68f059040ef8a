"""MANIFEST: one line for each finished WARC file, by which a missing, renamed or changed file is noticed.

A line is name, size, sha256 and number of records, separated by tabs. Lines are only ever appended; the first line
of a name is what was promised, and nothing replaces it. A later line of the name and `withdrawn` ends the promise: what
was whole in the file lies in another one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from archive.errors import UsageError
from archive.files import Files, append_whole, disk_errors

MANIFEST = "MANIFEST"
"""Name of the file in the collection."""

_WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestLine:
    """What a finished WARC file was when it was finished."""

    name: str
    """File name below `archive/`."""

    size: int
    """Bytes."""

    sha256: str
    """Hexadecimal SHA-256 of the whole file."""

    records: int
    """WARC records in it, warcinfo included."""

    def __str__(self) -> str:
        return f"{self.name}\t{self.size}\t{self.sha256}\t{self.records}\n"


def read_manifest(path: Path) -> dict[str, ManifestLine]:
    """The lines of the MANIFEST at *path* by file name; none when it is missing. A torn last line is left out."""
    found: dict[str, ManifestLine] = {}
    for parts in read_lines(path):
        if not _is_name(parts[0]):
            continue
        if len(parts) == 4 and parts[1].isdecimal() and parts[3].isdecimal():
            name, size, sha256, records = parts
            found.setdefault(name, ManifestLine(name=name, size=int(size), sha256=sha256, records=int(records)))
        elif parts[1:] == [_WITHDRAWN]:
            found.pop(parts[0], None)
    return found


def odd_lines(path: Path) -> list[int]:
    """The numbers, from 1, of the lines that say nothing."""
    return [
        number
        for number, parts in enumerate(read_lines(path), 1)
        if not _is_name(parts[0])
        or not (parts[1:] == [_WITHDRAWN] or (len(parts) == 4 and parts[1].isdecimal() and parts[3].isdecimal()))
    ]


def _is_name(name: str) -> bool:
    """Whether it can be a file in `archive/`, and nowhere else."""
    return bool(name) and name.isprintable() and "/" not in name and name not in (".", "..")


def withdraw(path: Path, name: str, files: Files) -> None:
    """Adds durably that the file *name* is no longer promised."""
    append_lines(path, f"{name}\t{_WITHDRAWN}\n", files)


def append_line(path: Path, line: ManifestLine, files: Files) -> None:
    """Adds *line* durably."""
    if not _is_name(line.name):
        raise UsageError(f"{line.name!r} is no name for a file in a collection; rename it, then run again")
    append_lines(path, str(line), files)


def read_lines(path: Path) -> list[list[str]]:
    """The whole lines of a file, each as its parts between tabs; none when it is missing."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return []
    whole = text[: text.rfind(b"\n") + 1].decode("utf-8", "replace").splitlines()
    return [line.split("\t") for line in whole]


def append_lines(path: Path, lines: str, files: Files) -> None:
    """Adds *lines* durably. Several processes may do so at once; what one of them left torn is cut off."""
    with disk_errors(path):
        fd = files.append_to(path)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            size = _whole_size(fd)
            if size < os.fstat(fd).st_size:
                files.truncate(fd, size)
            append_whole(files, fd, lines.encode(), at=size, path=path)
            files.sync(fd)
        finally:
            files.close(fd)
        files.sync_directory(path.parent)


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _whole_size(fd: int) -> int:
    """Bytes up to the end of the last whole line."""
    content = os.pread(fd, os.fstat(fd).st_size, 0)
    return content.rfind(b"\n") + 1
