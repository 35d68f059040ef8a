"""What a crawl, a recovery and a rebuild do to the disk, replayed up to some point, with less and less of it kept.

    python -m tests.crawler.replays STAGE ROOM SHARE

The stage is run once under strace, so that SQLite's own writes are known as well as ours. Then, at points of it, what
was not synced is lost, whole or from some sector on or here and there; or the process is killed there, or in the middle
of a write. Each time it is looked at what SQLite gives by itself, and then the next crawl must make everything good.
Prints a line of JSON for each case. SHARE is how many of the cases are tried, 1 for all; one before each sync, and one
after each commit, are always among them. Cases that leave the same files count once.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from archive.collection import Collection
from archive.files import Files
from crawler.bindings import default_reader
from crawler.job import Job
from tests.crawler.fault_points import WEB, Faults, begin, forked, problems
from tests.crawler.recorded_job import crawl
from tests.crawler.tiny_web import TinyWeb
from tests.crawler.traced_disk import Disk, Loss, Operation, Tree, begun, lay_out, trace, tree_of
from tests.end_to_end import environment

SMALL_LOG = 12
"""Pages of a write-ahead log after which SQLite moves them into the file, so that it does in the middle of a crawl."""

DEAD_AT = ("half", 60)
"""Where the crawl is killed that is to be recovered: in that operation, or after."""


def _crawl(kept: Path, web: TinyWeb, files: Files, *, told: Callable[[str, bool], Any], synced: bool = True) -> int:
    def shorten_logs(job: Job) -> None:
        for database in (job._opened.catalog.connection, job._opened.frontier._db):  # type: ignore[attr-defined]
            database.execute(f"pragma wal_autocheckpoint = {SMALL_LOG}")
        if not synced:
            job._opened.catalog.connection.execute("pragma synchronous = off")

    return crawl(kept, web, files, told=told, at_first=shorten_logs)


def _rebuild(kept: Path, _: TinyWeb, _files: Files, *, told: Callable[[str, bool], Any]) -> int:
    collection = Collection.open(kept)
    with collection.lock():
        collection.rebuild(default_reader)
    return 0


def _whole(kept: Path) -> None:
    crawl(kept, WEB, Files())


def _dead(kept: Path) -> None:
    kind, at = DEAD_AT
    forked(crawl, kept.parent, Faults(kind, at, kept.parent / "fired"), kept.parent / "told")


def _without_frontier(kept: Path) -> None:
    _whole(kept)
    (kept / "frontier.db").unlink()


STAGES: dict[str, tuple[Callable[[Path], None], Callable[..., int]]] = {
    "crawl": (lambda _: None, _crawl),
    "recovery": (_dead, _crawl),
    "derivation": (_without_frontier, _crawl),
    "rebuild": (_whole, _rebuild),
    "forgotten": (lambda _: None, partial(_crawl, synced=False)),
}
"""What lies there before, and what is done then. In the last one the catalog is told not to sync, to see
that this would be found.
"""


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A stage that was run once."""

    kept: Path
    """The collection in which it was."""

    before: Tree
    """What was there."""

    known: frozenset[str]
    """The records that the catalog held before."""

    operations: tuple[Operation, ...]
    """What it did to the collection, and with the writes to its `told` what it had committed."""


def main() -> None:
    """Record and replay; or, when strace runs it, be what is recorded."""
    stage, room, share = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    if share == 0:
        faults = Faults()
        faults.keeps_what_is_written = False
        sys.exit(forked(STAGES[stage][1], room, faults, room / "told"))
    for case in replay(record(stage, room), room / "replayed", share):
        print(json.dumps(case), flush=True)
        if case["problems"] and stage == "forgotten":
            return


def record(stage: str, room: Path) -> Recorded:
    """Run the stage under strace, and see that the trace leads to what is there."""
    begin(room, None)
    kept = room / "kept"
    STAGES[stage][0](kept)
    (room / "told").unlink(missing_ok=True)
    before, known = tree_of(kept), _known(kept)
    command = (sys.executable, "-m", "tests.crawler.replays", stage, str(room), "0")
    done = trace(command, into=room.with_name(f"{room.name}.strace"), environment=environment())
    ours = tuple(each for each in done if each.path in (room, room / "told") or each.path.is_relative_to(kept))
    disk = Disk(kept, before)
    disk.follow(each for each in ours if each.path != room / "told")
    if (replayed := disk.after(Loss.nothing())) != (there := tree_of(kept)):
        different = {str(path) for path in there.keys() | replayed.keys() if there.get(path) != replayed.get(path)}
        raise RuntimeError(f"the trace does not lead to what is there: {sorted(different)}")
    return Recorded(kept=kept, before=before, known=known, operations=ours)


def _known(kept: Path) -> frozenset[str]:
    """The records in the catalog, which SQLite does not get to touch."""
    with tempfile.TemporaryDirectory() as folder:
        for path in kept.glob("catalog.db*"):
            shutil.copy(path, folder)
        return frozenset(record_id for record_id, _, _ in _captures(Path(folder, "catalog.db")))


def replay(recorded: Recorded, folder: Path, share: float) -> Iterator[dict[str, Any]]:
    """Stop at points of it, and see what becomes of what is left."""
    told, dice = recorded.kept.parent / "told", random.Random(len(recorded.operations))
    folder.mkdir()
    disk, committed, seen = Disk(recorded.kept, recorded.before), set(recorded.known), dict[int, int]()
    is_new = False
    for at, operation in enumerate(recorded.operations, 1):
        if operation.path == told:
            committed.update(operation.data.decode().split())
            is_new = True
            continue
        for loss in _losses(operation, dice, share, is_new=is_new):
            tree = _after(disk, operation, loss, dice)
            key = hash(frozenset(tree.items()))
            if seen.get(key, -1) < len(committed):  # else the same, or more, was asked of the same files
                seen[key] = len(committed)
                lay_out(tree, below=recorded.kept, into=folder / "kept")
                point = f"{at}: {operation.name} {operation.path.name}"
                yield {"loss": loss, "point": point, "problems": _problems(folder, committed)}
        disk.follow([operation])
        is_new = False


LOSSES: dict[str, Callable[[random.Random], Loss]] = {
    "all": lambda _: Loss.all(),
    "data": lambda _: Loss.data(),
    "torn": Loss.torn,
    "mixed": Loss.mixed,
    "kill": lambda _: Loss.nothing(),
    "kill in it": lambda _: Loss.nothing(),
}


def _losses(operation: Operation, dice: random.Random, share: float, *, is_new: bool) -> Iterator[str]:
    """What is to be tried before an operation: always something before a sync, and when a commit *is_new*."""
    must = {"all"} if is_new else {dice.choice(("all", "data", "torn", "mixed"))} if operation.name == "sync" else set()
    for name in LOSSES:
        if (name in must or dice.random() < share) and (name != "kill in it" or operation.name == "write"):
            yield name


def _after(disk: Disk, operation: Operation, loss: str, dice: random.Random) -> Tree:
    tree = disk.after(LOSSES[loss](dice))
    if loss == "kill in it":
        tree[operation.path] = begun(tree[operation.path] or b"", operation)
    return tree


def _problems(folder: Path, committed: set[str]) -> list[str]:
    (folder / "told").write_text("\n".join(sorted(committed)))
    return [*_in_the_databases(folder, committed), *problems(folder, 0, 0)]


def _in_the_databases(folder: Path, committed: set[str]) -> list[str]:
    """What is wrong with what SQLite gives by itself, before anything of ours has made it good."""
    copy = folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(parents=True)
    for path in (folder / "kept").glob("*.db*"):
        shutil.copy(path, copy)
    try:
        return [*_catalog_problems(copy / "catalog.db", folder / "kept" / "archive", committed)]
    except sqlite3.DatabaseError as error:
        return [f"SQLite says: {error}"]


def _catalog_problems(path: Path, archive: Path, committed: set[str]) -> Iterator[str]:
    captures = {record_id: (warc, end) for record_id, warc, end in _captures(path)}
    if missing := committed - captures.keys():
        yield f"{len(missing)} committed records are not in the catalog"
    sizes = {file.name.removesuffix(".open"): file.stat().st_size for file in archive.glob("*")}
    if beyond := [place for place in captures.values() if place[1] > sizes.get(place[0], 0)]:
        yield f"rows of the catalog point to where nothing is: {beyond}"


def _captures(catalog: Path) -> list[tuple[str, str, int]]:
    if not catalog.exists():
        return []
    with closing(sqlite3.connect(catalog)) as db:
        if db.execute("select 1 from sqlite_master where name = 'captures'").fetchone() is None:
            return []
        return db.execute("select record_id, warc, offset + length from captures").fetchall()


if __name__ == "__main__":
    main()
