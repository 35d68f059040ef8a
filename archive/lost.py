"""LOST: URLs of captures that the archive had and has no more, kept until they are fetched again.

A line is instant, WARC file and URL, separated by tabs. A repair writes it before it ends the promise of the file, so
that no crash makes it forget; a job drops it when a newer capture of the URL is there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from archive.files import Files, disk_errors, replace_file
from archive.manifest import append_lines, read_lines

LOST = "LOST"
"""Name of the file in the collection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A capture that is lost."""

    at: str
    """When that was noted: an instant."""

    warc: str
    """The file that it was in."""

    url: str
    """What is to be fetched again."""

    def __str__(self) -> str:
        return f"{self.at}\t{self.warc}\t{self.url}\n"


def losses(collection_dir: Path) -> tuple[Loss, ...]:
    """What is lost and not fetched again yet, each URL of a file once."""
    found: dict[tuple[str, str], Loss] = {}
    for parts in read_lines(collection_dir / LOST):
        if len(parts) == 3:
            found.setdefault((parts[1], parts[2]), Loss(at=parts[0], warc=parts[1], url=parts[2]))
    return tuple(found.values())


def note(collection_dir: Path, lost: Iterable[Loss], files: Files) -> None:
    """Writes down durably what is lost; what is noted already is not noted again."""
    known = {(one.warc, one.url) for one in losses(collection_dir)}
    lines = "".join(str(one) for one in lost if (one.warc, one.url) not in known)
    if lines:
        append_lines(collection_dir / LOST, lines, files)


def keep_only(collection_dir: Path, lost: Iterable[Loss], files: Files) -> None:
    """Drops all other losses."""
    path = collection_dir / LOST
    lines = "".join(map(str, lost)).encode()
    if lines:
        replace_file(files, path, [lines])
    else:
        with disk_errors(path):
            files.unlink(path)
            files.sync_directory(path.parent)
