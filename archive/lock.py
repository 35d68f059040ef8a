"""The lock of a collection: one job writes to it at a time, and whoever comes second learns who that is."""

from __future__ import annotations

import fcntl
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import CollectionLocked
from archive.files import disk_errors


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds the lock file at *path* while the block runs. Raises CollectionLocked with its holder.

    The lock ends with the process, however that ends; the text in the file only tells whose it is.
    """
    with disk_errors(path):
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)  # stays with us when somebody removes the file
        except BlockingIOError:
            raise CollectionLocked(_held(path, os.pread(fd, 4096, 0))) from None
        with disk_errors(path):
            os.ftruncate(fd, 0)
            os.pwrite(fd, f"{os.getpid()} {_command()}\n".encode("utf-8", "replace"), 0)
        yield
    finally:
        os.close(folder)
        os.close(fd)


def _held(path: Path, content: bytes) -> str:
    pid, _, command = content.decode("utf-8", "replace").strip().partition(" ")
    if not pid.isdecimal():
        return f"{path.parent} is in use by another job; wait until it has ended"
    return f"{path.parent} is in use by process {pid} ({command}); wait until it has ended, or `kill {pid}`"


def _command() -> str:
    return shlex.join([Path(sys.argv[0] or "python").name, *sys.argv[1:]])[:500].replace("\n", " ")
