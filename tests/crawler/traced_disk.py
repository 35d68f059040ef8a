"""What a process did to its files, as strace tells it, and a disk that can be stopped anywhere in it.

    operations = trace(["python", "-m", ...], into=…, environment=…)
    disk = Disk(folder, tree_before)
    disk.follow(operations[:400])
    lay_out(disk.after(Loss.all()), below=folder, into=elsewhere)

A disk knows of each file what is synced and what was written since, and of each folder which names were made, renamed
or removed since it was synced. SQLite's writes are here like any other.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

SECTOR = 512
"""Bytes that a disk writes whole or not at all."""

NOT_LASTING = ("-shm", "/LOCK")
"""What nobody looks for after a crash: SQLite's shared memory, and who holds the lock."""

_CALLS = (
    "openat,write,writev,pwrite64,pwritev,pwritev2,ftruncate,truncate,fallocate,fsync,fdatasync,sync,syncfs,"
    "sync_file_range,msync,rename,renameat,renameat2,unlink,unlinkat,rmdir,link,linkat,symlink,symlinkat,mkdir,mkdirat,"
    "copy_file_range,sendfile"
)
STRACE = ("strace", "-f", "--seccomp-bpf", "-qq", "-y", "-xx", "-s", "100000000", "-e", f"trace={_CALLS}")


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A change to the disk."""

    name: str
    """create, write, truncate, sync, rename, unlink, link, mkdir."""

    path: Path
    """The file or folder, by its name at that moment."""

    data: bytes = b""
    """What is written."""

    at: int | None = None
    """Where it is written, None for the end; or the new size."""

    target: Path | None = None
    """The new name."""


def trace(command: Iterable[str], *, into: Path, environment: dict[str, str]) -> list[Operation]:
    """Run the command, and give all that it, and what it started, did to files."""
    ran = subprocess.run(
        [*STRACE, "-o", str(into), *command], env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode != 0:
        raise RuntimeError(f"the traced command ended with {ran.returncode}: {ran.stderr}")
    with into.open(encoding="ascii") as lines:
        return list(parse(lines))


_BEGUN = re.compile(r"(\d+) +(.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"(\d+) +<\.\.\. \w+ resumed>(.*)$")
_CALL = re.compile(r"\d+ +(\w+)\((.*)\) += (\d+)(?:<(.*)>)?$")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_ON_A_FILE = re.compile(r"\d+<((?:\\x[0-9a-f]{2})*)>(?!\(deleted\))")


def parse(lines: Iterable[str]) -> Iterator[Operation]:
    """The changes that strace has written down. What failed, and what has no name any more, is none."""
    begun: dict[str, str] = {}
    for line in lines:
        if start := _BEGUN.match(line):
            begun[start[1]] = start[2]
            continue
        end = _RESUMED.match(line)
        call = _CALL.match(f"{end[1]} {begun.pop(end[1])}{end[2]}" if end else line)
        if call is not None:
            yield from (found for found in _operations(*call.groups()) if not _is_passing(found.path))


def _is_passing(path: Path) -> bool:
    return path == Path() or str(path).endswith(NOT_LASTING)


def _operations(call: str, words: str, result: str, opened: str | None) -> Iterator[Operation]:
    on = _ON_A_FILE.match(words)
    path = _path(on[1]) if on else Path()
    strings = [_bytes(text) for text in _STRING.findall(words)]
    match call:
        case "openat":
            yield from _opened(_path(opened or ""), words)
        case "write":
            yield Operation(name="write", path=path, data=strings[0][: int(result)])
        case "pwrite64":
            yield Operation(name="write", path=path, data=strings[0][: int(result)], at=_last_number(words))
        case "ftruncate":
            yield Operation(name="truncate", path=path, at=_last_number(words))
        case "fsync" | "fdatasync":
            yield Operation(name="sync", path=path)
        case "rename" | "link":
            yield Operation(name=call, path=_named(strings[0]), target=_named(strings[1]))
        case "unlink" | "mkdir":
            yield Operation(name=call, path=_named(strings[0]))
        case _:
            yield from _unknown(call, words)


def _opened(path: Path, words: str) -> Iterator[Operation]:
    if "O_CREAT" in words:
        yield Operation(name="create", path=path)
    if "O_TRUNC" in words:
        yield Operation(name="truncate", path=path, at=0)


def _unknown(call: str, words: str) -> Iterator[Operation]:
    """A call that no disk here can follow stands for itself, so that it is missed as soon as it is one of ours."""
    on = _ON_A_FILE.findall(words)
    yield from (Operation(name=call, path=_path(name)) for name in on)
    yield from (Operation(name=call, path=_named(_bytes(name))) for name in _STRING.findall(words) if not on)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _named(name: bytes) -> Path:
    return Path(name.decode())


def _path(text: str) -> Path:
    return _named(_bytes(text))


def _last_number(words: str) -> int:
    return int(words.rpartition(", ")[2])


@dataclass(eq=False)
class Content:
    """The bytes of a file, whatever its names are."""

    synced: bytes = b""
    """What is on the disk for sure."""

    since: list[tuple[int, bytes | None]] = field(default_factory=list)
    """What was written since, where; for None the file was made so long."""

    now: bytearray = field(default_factory=bytearray)
    """What a reader sees."""

    def change(self, at: int, data: bytes | None) -> None:
        self.since.append((at, data))
        _apply(self.now, at, data)

    def sync(self) -> None:
        self.synced, self.since = bytes(self.now), []


def _apply(content: bytearray, at: int, data: bytes | None) -> None:
    end = at + len(data or b"")
    content.extend(bytes(max(end - len(content), 0)))
    if data is None:
        del content[at:]
    else:
        content[at:end] = data


@dataclass(kw_only=True)
class Renaming:
    """A change of names that is not synced yet."""

    folders: set[Path]
    """The folders that must be synced for it to last."""

    gone: Path | None = None
    """The name that is no more."""

    made: Path | None = None
    """The name that is there now."""

    content: Content | None = None
    """What it names; None for a folder."""

    def apply(self, names: dict[Path, Content | None]) -> None:
        if self.gone is not None:
            names.pop(self.gone, None)
        if self.made is not None:
            names[self.made] = self.content


@dataclass(frozen=True, kw_only=True)
class Loss:
    """What is lost of that which was not synced."""

    content: Callable[[Content], bytes]
    """What becomes of a file."""

    names: Callable[[int], int]
    """How many of so many changes of a folder stay, the first ones."""

    @classmethod
    def nothing(cls) -> Self:
        """The process died, the machine did not."""
        return cls(content=lambda content: bytes(content.now), names=lambda count: count)

    @classmethod
    def all(cls) -> Self:
        """Everything."""
        return cls(content=lambda content: content.synced, names=lambda _: 0)

    @classmethod
    def data(cls) -> Self:
        """All content, and no name."""
        return cls(content=lambda content: content.synced, names=lambda count: count)

    @classmethod
    def torn(cls, dice: random.Random) -> Self:
        """Each file is as it was at some moment since its last sync, or between two sectors of a write."""
        return cls(content=lambda content: _torn(content, dice), names=lambda count: dice.randint(0, count))

    @classmethod
    def mixed(cls, dice: random.Random) -> Self:
        """Any sector may be there or not, whatever the order in which they were written."""
        share = dice.random()
        return cls(content=lambda content: _mixed(content, dice, share), names=lambda count: dice.randint(0, count))


def _torn(content: Content, dice: random.Random) -> bytes:
    found, whole = bytearray(content.synced), dice.randint(0, len(content.since))
    for at, data in content.since[:whole]:
        _apply(found, at, data)
    for at, data in content.since[whole : whole + 1]:
        if data is not None:
            pieces = list(_sectors(at, data))
            for where, piece in pieces[: dice.randrange(len(pieces) + 1)]:
                _apply(found, where, piece)
    return bytes(found)


def _mixed(content: Content, dice: random.Random, share: float) -> bytes:
    found = bytearray(content.synced)
    for at, data in content.since:
        for where, piece in _sectors(at, data) if data is not None else [(at, data)]:
            if dice.random() < share:
                _apply(found, where, piece)
    return bytes(found)


def _sectors(at: int, data: bytes) -> Iterator[tuple[int, bytes]]:
    begin = 0
    while begin < len(data):
        end = ((at + begin) // SECTOR + 1) * SECTOR - at
        yield at + begin, data[begin:end]
        begin = end


Tree = dict[Path, bytes | None]
"""The files of a folder, and the folders, which have None."""


def tree_of(folder: Path) -> Tree:
    """What lies in a folder, itself included, and lasts."""
    paths = (folder, *folder.rglob("*")) if folder.exists() else ()
    return {path: None if path.is_dir() else path.read_bytes() for path in paths if not _is_passing(path)}


class Disk:
    """The files and folders of a tree, all of it synced at first."""

    def __init__(self, folder: Path, tree: Tree) -> None:
        self._folder = folder
        self._now = {
            path: None if content is None else Content(synced=content, now=bytearray(content))
            for path, content in tree.items()
        }
        self._synced = dict(self._now)
        self._renamings: list[Renaming] = []

    def follow(self, operations: Iterable[Operation]) -> None:
        """Do the same."""
        for operation in operations:
            getattr(self, f"_{operation.name}")(operation)

    def _content(self, path: Path) -> Content:
        content = self._now[path]
        if content is None:
            raise RuntimeError(f"{path} is a folder")
        return content

    def _create(self, operation: Operation) -> None:
        if operation.path not in self._now:
            self._rename_to(made=operation.path, content=Content())

    def _mkdir(self, operation: Operation) -> None:
        self._rename_to(made=operation.path)

    def _write(self, operation: Operation) -> None:
        content = self._content(operation.path)
        content.change(len(content.now) if operation.at is None else operation.at, operation.data)

    def _truncate(self, operation: Operation) -> None:
        self._content(operation.path).change(operation.at or 0, None)

    def _unlink(self, operation: Operation) -> None:
        self._rename_to(gone=operation.path)

    def _rename(self, operation: Operation) -> None:
        self._rename_to(gone=operation.path, made=operation.target, content=self._content(operation.path))

    def _link(self, operation: Operation) -> None:
        self._rename_to(made=operation.target, content=self._content(operation.path))

    def _rename_to(self, *, gone: Path | None = None, made: Path | None = None, content: Content | None = None) -> None:
        folders = {path.parent for path in (gone, made) if path is not None}
        self._renamings.append(Renaming(folders=folders, gone=gone, made=made, content=content))
        self._renamings[-1].apply(self._now)

    def _sync(self, operation: Operation) -> None:
        content = self._now.get(operation.path)
        if content is not None:
            content.sync()
            return
        for renaming in self._renamings:
            renaming.folders.discard(operation.path)
            if not renaming.folders:
                renaming.apply(self._synced)
        self._renamings = [renaming for renaming in self._renamings if renaming.folders]

    def after(self, loss: Loss) -> Tree:
        """What is there after a loss."""
        names, kept = dict(self._synced), dict[Path, int]()
        for folder in {min(renaming.folders) for renaming in self._renamings}:
            kept[folder] = loss.names(sum(min(renaming.folders) == folder for renaming in self._renamings))
        for renaming in self._renamings:
            folder = min(renaming.folders)
            kept[folder] -= 1
            if kept[folder] >= 0:
                renaming.apply(names)
        return {
            path: None if content is None else loss.content(content)
            for path, content in names.items()
            if all(above in names for above in path.parents if above.is_relative_to(self._folder))
        }


def begun(content: bytes, write: Operation) -> bytes:
    """What a file holds when half of a write is done."""
    found = bytearray(content)
    _apply(found, len(found) if write.at is None else write.at, write.data[: len(write.data) // 2])
    return bytes(found)


def lay_out(tree: Tree, *, below: Path, into: Path) -> None:
    """Write what lay *below* a folder *into* another one, and nothing else."""
    shutil.rmtree(into, ignore_errors=True)
    for path, content in sorted(tree.items()):
        place = into / path.relative_to(below)
        if content is None:
            place.mkdir()
        else:
            place.write_bytes(content)
