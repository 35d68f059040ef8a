"""SQLite's own writes in a power loss and under `kill -9`, as strace has seen them; see `tests.crawler.replays`.

What is here tries each moment before a sync, each commit, and some of the moments between; with PRESSMARK_SOAK set, as
`make soak` has it, all of them with all losses.
"""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.crawler.replays import LOSSES, STAGES
from tests.crawler.test_fault_points import IS_SOAK, Cases, bad, faults, memory
from tests.crawler.traced_disk import SECTOR, STRACE, Content, Disk, Loss, Operation, parse
from tests.end_to_end import missing

SHARE = "1" if IS_SOAK else "0.01"
AT_LEAST = {"crawl": 80, "recovery": 50, "derivation": 10, "rebuild": 10}


@pytest.fixture(scope="module")
def replayed() -> Iterator[dict[str, Future[Cases]]]:
    """What became of each stage, two at a time."""
    if shutil.which("strace") is None or subprocess.run([*STRACE, "true"], capture_output=True, check=False).returncode:
        missing("strace, or the right to trace a process")
    with memory() as room, ThreadPoolExecutor(2) as pool:
        yield {stage: pool.submit(faults, room, "replays", stage, SHARE) for stage in STAGES}


@pytest.mark.fault(84, 85, 103)
@pytest.mark.parametrize("stage", AT_LEAST)
def test_stopped_anywhere(replayed: dict[str, Future[Cases]], stage: str) -> None:
    """Wherever a crawl, a recovery, a derivation of the frontier or a rebuild is stopped, with whatever of SQLite's
    unsynced writes, what was committed is in the catalog; and the next crawl makes everything good.
    """
    cases = replayed[stage].result()

    assert bad(cases) == []
    assert len(cases) >= AT_LEAST[stage]
    assert {case["loss"] for case in cases} == LOSSES.keys() or not IS_SOAK


def test_a_lost_sync_of_sqlite_is_felt(replayed: dict[str, Future[Cases]]) -> None:
    """If SQLite did not sync its commits, the test above would find it."""
    *_, last = replayed["forgotten"].result()

    assert "committed records are not in the catalog" in last["problems"][0] or "SQLite says" in last["problems"][0]


FOLDER, FILE = Path("/kept"), Path("/kept/a")


def written(at: int, data: bytes) -> Operation:
    return Operation(name="write", path=FILE, at=at, data=data)


SYNC_FILE, SYNC_FOLDER = Operation(name="sync", path=FILE), Operation(name="sync", path=FOLDER)


@pytest.fixture
def disk() -> Disk:
    return Disk(FOLDER, {FOLDER: None})


def test_what_is_not_synced_is_lost(disk: Disk) -> None:
    """Content lasts from the sync of the file on, its name from that of the folder on."""
    create = Operation(name="create", path=FILE)
    states = []
    for operation in (create, written(0, b"one"), SYNC_FILE, SYNC_FOLDER, written(3, b"two")):
        disk.follow([operation])
        states.append((disk.after(Loss.all()).get(FILE), disk.after(Loss.data()).get(FILE)))

    assert states == [(None, b""), (None, b""), (None, b"one"), (b"one", b"one"), (b"one", b"one")]
    assert disk.after(Loss.nothing())[FILE] == b"onetwo"


def test_a_rename_lasts_as_a_whole(disk: Disk) -> None:
    """A rename that is not synced leaves the old name with its content, and the new one with what it named before."""
    other = Path("/kept/b")
    for path in (FILE, other):
        disk.follow([Operation(name="create", path=path), Operation(name="write", path=path, data=path.name.encode())])
        disk.follow([Operation(name="sync", path=path)])
    disk.follow([SYNC_FOLDER, Operation(name="rename", path=FILE, target=other)])

    assert disk.after(Loss.all()) == {FOLDER: None, FILE: b"a", other: b"b"}
    disk.follow([SYNC_FOLDER])
    assert disk.after(Loss.all()) == {FOLDER: None, other: b"a"}


@pytest.mark.parametrize("loss", [Loss.torn, Loss.mixed])
def test_a_sector_is_whole_or_not_there(loss: type[Loss]) -> None:
    """Of a write some sectors are kept; none of them is half there, and both happen."""
    dice = random.Random(1)
    content = Content(synced=b"-" * 5 * SECTOR, now=bytearray(b"-" * 5 * SECTOR))
    content.change(100, b"+" * 4 * SECTOR)
    found = [loss(dice).content(content) for _ in range(50)]  # type: ignore[call-arg]  # both take dice

    for state in found:
        pieces = [state[100:SECTOR], *(state[at : at + SECTOR] for at in range(SECTOR, 4 * SECTOR, SECTOR))]
        assert all(len(set(piece)) == 1 for piece in pieces)
    assert len(set(found)) > 4


def test_what_strace_writes() -> None:
    """A call that is told in two lines is one operation; what failed, or what goes into a deleted file, is none."""
    name = "".join(f"\\x{byte:02x}" for byte in b"/kept/a")
    lines = [
        f'7  openat(AT_FDCWD</>, "{name}", O_RDWR|O_CREAT|O_TRUNC, 0644) = 3<{name}>',
        f'7  pwrite64(3<{name}>, "\\x61\\x62\\x63", 3, 512 <unfinished ...>',
        f"8  fsync(4<{name}>) = -1 EIO (Input/output error)",
        "7  <... pwrite64 resumed>) = 2",
        f'7  write(3<{name}>(deleted), "\\x61", 1) = 1',
    ]

    assert list(parse(lines)) == [
        Operation(name="create", path=FILE),
        Operation(name="truncate", path=FILE, at=0),
        Operation(name="write", path=FILE, at=512, data=b"ab"),
    ]
