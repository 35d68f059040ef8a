"""The power fails at the n-th change to the disk of a whole crawl, for n = 1, 2, 3 …

    python -m tests.crawler.power_loss KIND ROOM [recovery]

What was written and not synced is gone, or there up to some sector of 512 bytes; what was made, renamed or removed in a
folder that was not synced since is as it was before. The worst that POSIX allows, and more than most file systems do.
SQLite's files stay as they are: with `synchronous = full` it has synced all that it says is committed.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.crawler import fault_points
from tests.crawler.fault_points import Faults

SECTOR = 512

KINDS = {
    "all": ("data", "names"),
    "data": ("data",),  # names without content, as delayed allocation leaves them
    "names": ("names",),
    "torn": ("torn", "names"),
    "torn-data": ("torn",),
    "forgotten": ("data", "names"),
}
"""What is lost: unsynced data whole or from some sector on, unsynced changes of folders. With `forgotten` the WARC
files are not synced before they are finished, so that it can be seen what would be lost then.
"""


DEAD_AT = (4, 9, 16, "rename")
"""At which write, or at which operation for the last time, it fails before a recovery in which it fails again."""


@dataclass(kw_only=True)
class Content:
    """What is known of the bytes of a file."""

    synced: int = 0
    """Bytes that are on the disk for sure."""

    cut: bytes = b""
    """What was cut off behind the last byte and is still there until the next sync."""


@dataclass(kw_only=True)
class Change:
    """A change of a folder that is not synced yet."""

    folder: Path
    undo: Callable[[], None] = field(repr=False)


class LosesPower(Faults):
    """Follows what is synced, and at the *at*-th operation takes away what is not and ends the process."""

    def __init__(self, kind: str = "", at: int = 0, told: Path = Path(os.devnull)) -> None:
        super().__init__(kind, at, told)
        self.keeps_what_is_written = False
        self._contents: dict[Path, Content] = {}
        self._open: dict[int, Path] = {}
        self._changes: list[Change] = []
        self._backups = 0

    def operate(self, name: str, call: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        self.done.append(name)
        if len(self.done) == self.at:
            self._tell(name)
            self._lose(KINDS[self.kind])
            os.kill(os.getpid(), signal.SIGKILL)
        follow = getattr(self, f"_on_{name}", None)
        return follow(call, *args) if follow else call(*args)

    def _lose(self, what: tuple[str, ...]) -> None:
        if "data" in what or "torn" in what:
            for path, content in self._contents.items():
                if path.exists():
                    self._cut(path, content, torn="torn" in what)
        if "names" in what:
            for change in reversed(self._changes):
                change.undo()

    @staticmethod
    def _cut(path: Path, content: Content, *, torn: bool) -> None:
        size = path.stat().st_size
        if content.cut:
            with path.open("ab") as stream:
                stream.write(content.cut)
        elif size > content.synced:
            kept = (size + content.synced) // 2 // SECTOR * SECTOR if torn else 0
            os.truncate(path, max(content.synced, kept))

    def _on_create(self, call: Callable[..., Any], path: Path) -> Any:
        return self._opened(call, path, emptied=False)

    def _on_append_to(self, call: Callable[..., Any], path: Path) -> Any:
        return self._opened(call, path, emptied=False)

    def _on_overwrite(self, call: Callable[..., Any], path: Path) -> Any:
        return self._opened(call, path, emptied=True)

    def _opened(self, call: Callable[..., Any], path: Path, *, emptied: bool) -> Any:
        is_new = not path.exists()
        known = 0 if is_new or emptied else path.stat().st_size
        fd = call(path)
        if is_new or emptied:
            self._contents.pop(path, None)
        self._contents.setdefault(path, Content(synced=known))
        self._open[fd] = path
        if is_new:
            self._changes.append(Change(folder=path.parent, undo=lambda: path.unlink(missing_ok=True)))
        return fd

    def _on_truncate(self, call: Callable[..., Any], fd: int, size: int) -> Any:
        path = self._open[fd]
        content = self._contents[path]
        with path.open("rb") as stream:
            stream.seek(size)
            content.cut = stream.read(max(content.synced - size, 0)) + content.cut
        content.synced = min(content.synced, size)
        return call(fd, size)

    def _on_sync(self, call: Callable[..., Any], fd: int) -> Any:
        call(fd)
        path = self._open[fd]
        self._contents[path] = Content(synced=path.stat().st_size)

    def _on_sync_data(self, call: Callable[..., Any], fd: int) -> Any:
        if self.kind != "forgotten":
            self._on_sync(call, fd)

    def _on_rename(self, call: Callable[..., Any], source: Path, target: Path) -> Any:
        backup = self._backup(target)
        call(source, target)
        moved = self._contents.pop(source, None)
        if moved is not None:
            self._contents[target] = moved
        self._open = {fd: target if path == source else path for fd, path in self._open.items()}

        def undo() -> None:
            target.rename(source)
            if backup is not None:
                backup.rename(target)

        self._changes.append(Change(folder=target.parent, undo=undo))

    def _on_unlink(self, call: Callable[..., Any], path: Path) -> Any:
        backup = self._backup(path)
        call(path)
        self._contents.pop(path, None)
        if backup is not None:
            self._changes.append(Change(folder=path.parent, undo=lambda: _put_back(backup, path)))

    def _on_sync_directory(self, call: Callable[..., Any], folder: Path) -> Any:
        call(folder)
        self._changes = [change for change in self._changes if change.folder != folder]

    def _backup(self, path: Path) -> Path | None:
        """A second name for what is there, outside of the collection."""
        if not path.exists():
            return None
        self._backups += 1
        backup = self._told.with_name(f"backup-{os.getpid()}-{self._backups}")
        os.link(path, backup)
        return backup


def _put_back(backup: Path, path: Path) -> None:
    if not path.exists():
        backup.rename(path)


def main() -> None:
    """As `fault_points`, with power that fails."""
    kind, room, *what = sys.argv[1:]
    dead_at = [(kind, where) for where in DEAD_AT] if what else ()
    fault_points.run(LosesPower, kind, Path(room), dead_at=dead_at, to_the_end=kind != "forgotten")


if __name__ == "__main__":
    main()
