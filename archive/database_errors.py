"""What SQLite raises, as pressmark's errors: with the file and the next step."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from archive.errors import CheckFailed, CollectionLocked, DiskFull, PressmarkError, UsageError
from archive.files import StorageFailed


class DamagedCatalog(CheckFailed):
    """catalog.db is not a database any more, or not a whole one. The WARC files still hold everything."""


@contextmanager
def database_errors(path: Path) -> Iterator[None]:
    """Turns what SQLite raises inside into one of pressmark's errors, with the file and the next step."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise database_error(error, path) from error


def check_structure(path: Path) -> None:
    """Looks through a database whose write-ahead log is still there: it was not closed in order, or somebody has put
    the log of another day beside it. Raises DamagedCatalog.
    """
    log = path.with_name(f"{path.name}-wal")
    if not (log.exists() and log.stat().st_size):
        return
    with database_errors(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
        [(found,)] = db.execute("pragma integrity_check(1)")
    if found != "ok":
        raise DamagedCatalog(f"{path}: {' '.join(found.split())}")


def database_error(error: sqlite3.DatabaseError, path: Path) -> PressmarkError:
    """What an error of SQLite means for the operator."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    if code & 0xFF == sqlite3.SQLITE_FULL or code in _NO_ROOM:
        return DiskFull(f"{path}: {error}; make room, then run the same command again")
    if code & 0xFF == sqlite3.SQLITE_INTERRUPT:
        return UsageError(f"{path}: the answer takes too long; ask for less, say with `--site` or `--since`")
    if code & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return CollectionLocked(f"{path} is being written by another program; wait for it, then run again")
    if code & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return DamagedCatalog(f"{path}: {error}; run `pressmark rebuild`, the WARC files hold everything")
    if code & 0xFF in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return UsageError(f"{path}: {error}; check that the folder is there and may be written to")
    if code & 0xFF == sqlite3.SQLITE_IOERR:
        return StorageFailed(f"{path}: {error}; check the disk, then run the same command again")
    return PressmarkError(f"{path}: {error}; run `pressmark verify`")


# the bare code is that of a write within a virtual table, which does not tell more
_NO_ROOM = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}
