"""The one seam between pressmark and the disk: every write, sync, rename and truncate of ours passes here.

A test hands in a `Files` that fails or kills the process at any of them. What the kernel answers becomes one of
two errors: `DiskFull` when there is no room, `StorageFailed` for everything else. Neither is ever retried: after
a failed fsync the kernel has dropped the pages, and a second fsync would lie (https://lwn.net/Articles/752063/).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archive.errors import DiskFull, PressmarkError, UsageError

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_HANDLES = {errno.EMFILE, errno.ENFILE}
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR}

RESERVE = 64_000_000
"""Bytes that a job leaves free, or a hundredth of a small disk: room to close its files and fold what it holds."""


class StorageFailed(PressmarkError):
    """The disk answered with an error; what it last took may be lost, so the job stops at once."""


class Files:
    """The calls that change what is on disk, thin over `os`. Each may raise OSError."""

    def create(self, path: Path) -> int:
        """A new file for appending; FileExistsError when something of that name is there."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def append_to(self, path: Path) -> int:
        """A file for reading and appending, made when it is missing."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def overwrite(self, path: Path) -> int:
        """An empty file for appending, whatever was there before."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def write(self, fd: int, data: bytes) -> int:
        """How many of the bytes were taken."""
        return os.write(fd, data)

    def sync_data(self, fd: int) -> None:
        os.fdatasync(fd)

    def sync(self, fd: int) -> None:
        os.fsync(fd)

    def truncate(self, fd: int, size: int) -> None:
        os.ftruncate(fd, size)

    def close(self, fd: int) -> None:
        os.close(fd)

    def rename(self, source: Path, target: Path) -> None:
        source.rename(target)

    def link(self, source: Path, target: Path) -> None:
        """A second name for the same file; OSError where file systems differ or do not allow it."""
        os.link(source.resolve(), target)  # link(2) would link a symbolic link itself

    def unlink(self, path: Path) -> None:
        """Removes the name; that it is gone already is no error."""
        path.unlink(missing_ok=True)

    def make_directory(self, path: Path) -> None:
        """A directory that lasts, and so do those above it that were missing."""
        for folder in reversed([folder for folder in (path, *path.parents) if not folder.is_dir()]):
            folder.mkdir(exist_ok=True)
            with suppress(PermissionError):  # a folder that may be written to and not be read
                _sync(folder.parent, os.O_DIRECTORY)

    def room(self, path: Path) -> tuple[int, int]:
        """Bytes that are free for us on the disk of *path*, and bytes that it has."""
        disk = os.statvfs(path)
        return disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize

    def sync_file(self, path: Path) -> None:
        """Makes lasting what somebody else wrote into a file."""
        _sync(path)

    def sync_directory(self, path: Path) -> None:
        """Makes creations and renames in that directory lasting."""
        _sync(path, os.O_DIRECTORY)


def _sync(path: Path, flags: int = 0) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | flags)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turns an OSError inside into `DiskFull` or `StorageFailed` with the file's name."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, path) from error


def storage_error(error: OSError, path: Path) -> PressmarkError:
    """What an OSError means for the operator."""
    if error.errno in _NO_ROOM:
        return DiskFull(f"{path}: {error.strerror}; make room, then run the same command again")
    if error.errno in _NOT_ALLOWED:
        return UsageError(f"{path}: {error.strerror}; name a folder that can be written to with `-c`")
    if error.errno in _NO_HANDLES:
        return UsageError(f"{path}: {error.strerror}; raise the limit with `ulimit -n 1024`, then run the same again")
    return StorageFailed(f"{path}: {error.strerror or error}; check the disk, then run the same command again")


def keep_reserve(files: Files, path: Path) -> None:
    """Raises `DiskFull` while a job can still end in order: when hardly any room is left on the disk of *path*."""
    with disk_errors(path):
        free, size = files.room(path)
    if free < min(RESERVE, size // 100):
        raise DiskFull(f"{path}: only {free // 1_000_000:,} MB are free; make room, then run the same command again")


def append_whole(files: Files, fd: int, data: bytes, *, at: int, path: Path) -> None:
    """Appends all of *data* with one write, or leaves the file *at* bytes long and raises `DiskFull`."""
    try:
        taken = files.write(fd, data)
    except OSError as error:
        with disk_errors(path):
            files.truncate(fd, at)
        raise storage_error(error, path) from error
    if taken < len(data):
        with disk_errors(path):
            files.truncate(fd, at)
        raise DiskFull(f"{path}: only {taken} of {len(data)} bytes fitted; make room, then run the same command again")


def replace_file(files: Files, path: Path, chunks: Iterable[bytes]) -> None:
    """The file holds exactly *chunks*, or what it held before: written beside it, synced, renamed."""
    beside = path.with_name(path.name + ".tmp")
    with disk_errors(path):
        fd = files.overwrite(beside)
        try:
            at = 0
            for chunk in chunks:
                append_whole(files, fd, chunk, at=at, path=beside)
                at += len(chunk)
            files.sync(fd)
        finally:
            files.close(fd)
        files.rename(beside, path)
        files.sync_directory(path.parent)
