"""The lock of a collection: one job writes to it at a time, and whoever comes second learns who that is."""

from __future__ import annotations

import fcntl
import os
import re
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive.errors import CollectionLocked
from archive.files import disk_errors
from archive.model import instant

_LOOK = 0.05  # seconds; somebody who only looks, by `holder`, holds the lock for less


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds the lock file at *path* while the block runs. Raises CollectionLocked with its holder.

    The lock ends with the process, however that ends; the text in the file only tells whose it is.
    """
    with disk_errors(path):
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # the folder's lock stays with us when somebody removes the file
        if not (_take(fd, folder) or _take(fd, folder, after=_LOOK)):
            raise CollectionLocked(_held(path, os.pread(fd, 4096, 0)))
        with disk_errors(path):
            os.ftruncate(fd, 0)
            os.pwrite(fd, f"{os.getpid()} {_command()}\n".encode("utf-8", "replace"), 0)
        yield
    finally:
        os.close(folder)
        os.close(fd)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The job that holds a lock."""

    pid: int
    """Its process; 0 when it has not said so yet."""

    command: str
    """How it was started."""

    since: str
    """When it took the lock, ISO 8601 in UTC."""


def holder(path: Path) -> Holder | None:
    """The job that holds the lock file at *path* now; None when nobody does."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)  # given back at once; who comes in between tries again
    except BlockingIOError:
        since = instant(datetime.fromtimestamp(os.fstat(fd).st_mtime, UTC))
        pid, _, command = os.pread(fd, 4096, 0).decode("utf-8", "replace").strip().partition(" ")
        return Holder(pid=int(pid) if pid.isdecimal() else 0, command=command, since=since)
    else:
        return None
    finally:
        os.close(fd)


def _take(*fds: int, after: float = 0) -> bool:
    time.sleep(after)
    try:
        for fd in fds:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _held(path: Path, content: bytes) -> str:
    pid, _, command = content.decode("utf-8", "replace").strip().partition(" ")
    if not pid.isdecimal():
        return f"{path.parent} is in use by another job; wait until it has ended"
    return f"{path.parent} is in use by process {pid} ({command}); wait until it has ended, or `kill {pid}`"


def _command() -> str:
    """The words of this process, without user and password of a URL among them."""
    words = (_CREDENTIALS.sub("", word) for word in sys.argv[1:])
    return shlex.join([Path(sys.argv[0] or "python").name, *words])[:500].replace("\n", " ")


_CREDENTIALS = re.compile(r"(?<=://)[^/?#\s]*@|^(?!mailto:)[^/?#\s]*:[^/?#\s]*@")
