"""`FaultyFiles`: a disk that fails, or a process that dies, at the n-th change to the disk."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from archive.files import Files

OPERATIONS = (
    "create", "append_to", "overwrite", "write", "sync_data", "sync", "truncate", "close",
    "rename", "link", "unlink", "make_directory", "sync_file", "sync_directory",
)  # fmt: skip


class Killed(BaseException):
    """The process died here. No `except Exception` may catch it."""


Fault = Callable[[str, Callable[..., Any], tuple[Any, ...]], Any]


class FaultyFiles(Files):
    """The real disk, but its *at*-th operation is handed to *fault*. After a kill nothing reaches the disk any more."""

    def __init__(self, at: int = 0, fault: Fault | None = None) -> None:
        self.at = at
        self.fault = fault
        self.count = 0
        self.fired = ""
        self.dead = False

    def operate(self, name: str, call: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        if self.dead:
            if name == "close":
                return call(*args)  # the kernel closes the files of the dead
            raise Killed
        self.count += 1
        if self.count != self.at or self.fault is None:
            return call(*args)
        self.fired = name
        try:
            return self.fault(name, call, args)
        except Killed:
            self.dead = True
            if name == "close":
                with suppress(OSError):  # the kernel closes the files of the dead, and frees their locks
                    call(*args)
            raise


def _through(name: str) -> Callable[..., Any]:
    real = getattr(Files, name)
    return lambda self, *args: self.operate(name, lambda *a: real(self, *a), args)


for _name in OPERATIONS:
    setattr(FaultyFiles, _name, _through(_name))


def kill_before(name: str, call: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    raise Killed


def kill_after(name: str, call: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    call(*args)
    raise Killed


def kill_midway(share: Callable[[int], int]) -> Fault:
    """Dies in the middle of a write, *share* of its bytes being on the disk."""

    def fault(name: str, call: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        if name == "write":
            call(args[0], args[1][: share(len(args[1]))])
        raise Killed

    return fault


def no_room(name: str, call: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """What a full disk does: half of a write is taken, anything else fails. Shrinking and removing still work."""
    if name == "write":
        return call(args[0], args[1][: len(args[1]) // 2])
    if name in {"truncate", "unlink", "close", "sync", "sync_data", "sync_file", "sync_directory"}:
        return call(*args)
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def input_output_error(name: str, call: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    raise OSError(errno.EIO, os.strerror(errno.EIO))
