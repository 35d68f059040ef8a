"""catalog.db and frontier.db damaged in every way: it is found, they are made again, and no page is lost or asked for
twice.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.collection import Collection
from archive.verify import verify
from crawler.bindings import default_reader
from tests.crawler.fault_points import Faults, begin, forked, problems
from tests.crawler.recorded_job import crawl
from tests.crawler.test_fault_points import memory
from tests.crawler.tiny_web import TinyWeb


@dataclass(frozen=True)
class Room:
    """Collections of crawls that ended in order and that were killed, and what their logs were before."""

    path: Path

    def copy(self, ended: str) -> Path:
        """A folder with one of them."""
        begin(self.path / "copy", self.path / ended)
        return self.path / "copy"


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    with memory() as path:
        for ended in ("in order", "killed"):
            begin(path / ended, None)
            dies = Faults("half", 60) if ended == "killed" else Faults()
            status = forked(_crawl_and_keep_old_logs, path / ended, dies, path / ended / "told")
            assert status == (-signal.SIGKILL if ended == "killed" else 0)
        yield Room(path)


def _crawl_and_keep_old_logs(kept: Path, web: TinyWeb, files: Faults, *, told: Callable[[str, bool], None]) -> int:
    """A crawl; of each database the log as it was at the first commit is kept beside the collection."""

    def tell(record_id: str, committed: bool) -> None:
        told(record_id, committed)
        for log in kept.glob("*.db-wal") if committed else ():
            old = kept.with_name(f"old-{log.name}")
            if not old.exists():
                shutil.copy(log, old)

    return crawl(kept, web, files, told=tell)


def no_header(database: Path) -> None:
    _overwrite(database, 0, bytes(100))


def other_header(database: Path) -> None:
    _overwrite(database, 20, b"\xff" * 60)


def cut(database: Path) -> None:
    os.truncate(database, database.stat().st_size // 2 + 100)


def no_log(database: Path) -> None:
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def old_log(database: Path) -> None:
    no_log(database)
    shutil.copy(database.parent.with_name(f"old-{database.name}-wal"), database.with_name(f"{database.name}-wal"))


def torn_log(database: Path) -> None:
    log = database.with_name(f"{database.name}-wal")
    if log.exists():
        _overwrite(log, log.stat().st_size // 2, b"\xa5" * 600)


def page(number: int, content: bytes) -> Callable[[Path], None]:
    def damage(database: Path) -> None:
        """Of the file, where it has so many pages, else of its log."""
        size = _page_size(database)
        last = database.stat().st_size // size - 1
        _overwrite(database, min(number, last) * size, content * size)

    return damage


def _page_size(database: Path) -> int:
    """As the header says it (https://sqlite.org/fileformat.html, 1.3.2)."""
    with database.open("rb") as stream:
        return int.from_bytes(stream.read(18)[16:])


def _overwrite(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as stream:
        stream.seek(at)
        stream.write(content)


DAMAGE = {
    "no header": no_header,
    "other header": other_header,
    "cut": cut,
    "no log": no_log,
    "old log": old_log,
    "torn log": torn_log,
    **{f"page {number} is garbage": page(number, b"\xa5") for number in (1, 2, 7, 13)},
    **{f"page {number} is empty": page(number, b"\0") for number in (1, 7)},
}

HARMLESS = {"no log", "old log", "torn log"}
"""What may leave a whole database, with what was committed later missing; that is caught up."""


@pytest.mark.fault(97)
@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("database", ["catalog.db", "frontier.db"])
@pytest.mark.parametrize("ended", ["in order", "killed"])
def test_damaged(room: Room, ended: str, database: str, damage: str) -> None:
    """The next crawl makes it again, or ends and says how; with that done all is as if nothing had been."""
    folder = room.copy(ended)
    DAMAGE[damage](folder / "kept" / database)
    status = forked(crawl, folder, Faults(), folder / "told")
    said = (folder / "error").read_text()
    found = {finding.file for finding in verify(folder / "kept").findings}
    aside = list((folder / "kept" / "quarantine").glob(f"{database}*"))
    do_as_told(folder / "kept", {"catalog.db"} if status == 4 else found)

    assert "Traceback" not in said
    assert status != 0 or found or aside or damage in HARMLESS or ended == "killed"
    assert problems(folder, 0, 0) == []


def do_as_told(kept: Path, found: set[str]) -> None:
    """What the messages say of a damaged catalog, and of a damaged frontier."""
    if "frontier.db" in found:
        (kept / "frontier.db").unlink()
    if "catalog.db" in found:
        collection = Collection.open(kept)
        with collection.lock():
            collection.rebuild(default_reader)
