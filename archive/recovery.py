"""Makes good what a crash left in a collection's WARC files: torn tails are cut off, growing files finished.

Every step may be the last one before the next crash; run again, it goes on from whatever it finds. A tail goes to
`quarantine/` before it is cut off, in a file named after the WARC and the byte where it began.

A tail is torn from its first damaged member on: a power loss may keep what was written later and lose what was written
before it, as long as nothing of it was synced.
"""

from __future__ import annotations

import math
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from archive.errors import DamagedRecord
from archive.files import Files, disk_errors, replace_file
from archive.gzip_members import next_member, scan_members
from archive.warc_write import OPEN, finish, unfinished

QUARANTINE = "quarantine"
_STEP = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What was found and made good."""

    finished: tuple[Path, ...] = ()
    """WARC files that are finished now."""

    quarantined: tuple[Path, ...] = ()
    """Torn tails, in `quarantine/`."""

    damaged: tuple[DamagedRecord, ...] = ()
    """Damage in what the databases hold as committed, which stays as it is: what lies behind it is whole."""


def recover(collection_dir: Path, files: Files) -> Recovery:
    """Brings every WARC file of the collection into its finished form."""
    finished, quarantined, damaged = [], [], []
    for path in unfinished(collection_dir):
        if path.name.endswith(OPEN):
            torn, damage = torn_tail(path, collection_dir)
            damaged += damage
            if torn is not None:
                quarantined.append(cut_off(path, torn, collection_dir / QUARANTINE, files))
        done = finish(path, files=files)
        finished += [done] if done else []
    return Recovery(finished=tuple(finished), quarantined=tuple(quarantined), damaged=tuple(damaged))


def torn_tail(path: Path, collection_dir: Path) -> tuple[int | None, list[DamagedRecord]]:
    """The byte at which a file's torn tail begins, None when it ends whole; and the damage before that."""
    name = path.name.removesuffix(OPEN)
    damage: list[DamagedRecord] = []
    at = 0
    while True:
        scan = scan_members(path, at)
        for _ in scan:
            pass
        if scan.torn is None:
            return None, damage
        behind = next_member(path, scan.torn.offset, _begins_record)
        if behind is None or scan.torn.offset >= _committed(collection_dir, name):
            return scan.torn.offset, damage
        damage.append(DamagedRecord(name, scan.torn.offset, f"its gzip member {scan.torn.problem}"))
        at = behind


def _committed(collection_dir: Path, warc: str) -> float:
    """The byte of a growing WARC below which the databases hold its groups; infinite where no catalog can say it."""
    try:
        mark = _watermark(collection_dir / "catalog.db", warc)
    except sqlite3.DatabaseError:
        return math.inf
    with suppress(sqlite3.DatabaseError):  # a frontier that is lost or damaged is derived from the catalog
        mark = max(mark, _watermark(collection_dir / "frontier.db", warc))
    return mark


def _watermark(database: Path, warc: str) -> int:
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as db:
        row = db.execute("select offset from watermarks where warc = ?", (warc,)).fetchone()
    return int(row[0]) if row else 0


def cut_off(path: Path, offset: int, quarantine: Path, files: Files) -> Path:
    """Moves what lies behind byte *offset* of the file into *quarantine*, and says where."""
    tail = quarantine / f"{path.name.removesuffix(OPEN)}@{offset}"
    with disk_errors(quarantine):
        files.make_directory(quarantine)
    replace_file(files, tail, _behind(path, offset))
    with disk_errors(path):
        fd = files.append_to(path)
        try:
            files.truncate(fd, offset)
            files.sync(fd)
        finally:
            files.close(fd)
    return tail


def _behind(path: Path, offset: int) -> Iterator[bytes]:
    with path.open("rb") as stream:
        stream.seek(offset, os.SEEK_SET)
        while piece := stream.read(_STEP):
            yield piece


def _begins_record(content: bytes) -> bool:
    return content.startswith(b"WARC/")
