"""Whatever change to the disk goes wrong, in a whole crawl or in its recovery, the next crawl makes everything good.

`tests.crawler.fault_points` and `tests.crawler.power_loss` do it and say what they look at after each fault. What is
here runs for each n; with PRESSMARK_SOAK set, as `make soak` has it, for the other kinds of faults too.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.crawler.fault_points import ENDS, KILLS
from tests.crawler.forked_crawls import ERRORS
from tests.crawler.power_loss import KINDS
from tests.end_to_end import CHECKOUT, environment

IS_SOAK = bool(os.environ.get("PRESSMARK_SOAK"))
CRAWL_KILLS = KILLS if IS_SOAK else ("before", "half")
RECOVERY = (*KILLS, *ERRORS) if IS_SOAK else ("before", "half")
POWER = tuple(KINDS) if IS_SOAK else ("all", "forgotten")
POWER_RECOVERY = tuple(KINDS) if IS_SOAK else ("torn",)
SEVERAL = "400" if IS_SOAK else "15"
"""Crawls that meet several faults."""

MEMORY = Path("/dev/shm")

Cases = list[dict[str, Any]]


@pytest.fixture(scope="module")
def runs() -> Iterator[dict[tuple[str, ...], Future[Cases]]]:
    """All kinds of faults, two at a time."""
    asked = [("fault_points", kind) for kind in (*CRAWL_KILLS, *ERRORS)]
    asked += [("fault_points", kind, "recovery") for kind in RECOVERY]
    asked += [("fault_points", "several", SEVERAL)]
    asked += [("power_loss", kind) for kind in POWER] + [("power_loss", kind, "recovery") for kind in POWER_RECOVERY]
    with memory() as room, ThreadPoolExecutor(2) as pool:
        yield {words: pool.submit(faults, room, *words) for words in asked}


@contextmanager
def memory() -> Iterator[Path]:
    """A folder that no slow disk is behind, where there is such a place."""
    place = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="pressmark-faults-", dir=place) as folder:
        yield Path(folder)


def faults(room: Path, module: str, kind: str, *what: str) -> Cases:
    """What became of each fault of that kind."""
    folder = room / "-".join((module, kind, *what))
    return told_by(sys.executable, "-m", f"tests.crawler.{module}", kind, str(folder), *what)


def told_by(*command: str) -> Cases:
    """What a command prints, a line of JSON for each case."""
    ran = subprocess.run(command, cwd=CHECKOUT, env=environment(), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def bad(cases: Cases) -> Cases:
    return [case for case in cases if case["problems"]]


@pytest.mark.fault(83, 84)
@pytest.mark.parametrize("kind", CRAWL_KILLS)
def test_killed(runs: dict[tuple[str, ...], Future[Cases]], kind: str) -> None:
    """Killed before, in the middle of or after any operation, a crawl goes on as if nothing had been."""
    cases = runs["fault_points", kind].result()

    assert bad(cases) == []
    assert [case["status"] for case in cases] == [-signal.SIGKILL] * (len(cases) - 1) + [0]
    assert len(cases) > (90 if kind in ("before", "after") else 30)


@pytest.mark.fault(86, 88)
@pytest.mark.parametrize("kind", ERRORS)
def test_refused(runs: dict[tuple[str, ...], Future[Cases]], kind: str) -> None:
    """A disk that is full, or answers with errors, from some operation on ends the job with 3 or 1, and with no trace
    of a bug; with room, or on another disk, the next job goes on. After an error no sync is believed.
    """
    cases = runs["fault_points", kind].result()
    assert bad(cases) == []
    assert {case["status"] for case in cases if case["fired"]} == {ENDS[kind]}
    assert sum(not case["fired"] for case in cases) <= 3  # a full disk still lets go of the last file
    assert len(cases) > 90


@pytest.mark.fault(85)
@pytest.mark.parametrize("kind", RECOVERY)
def test_in_recovery(runs: dict[tuple[str, ...], Future[Cases]], kind: str) -> None:
    """Recovery from a kill may itself be killed, or find the disk bad, at any operation."""
    cases = runs["fault_points", kind, "recovery"].result()

    assert bad(cases) == []
    assert len(cases) > 10
    assert {case["status"] for case in cases if case["fired"]} == {
        ENDS.get(kind, -signal.SIGKILL)
    }  # fmt: skip


@pytest.mark.fault(83, 84, 85, 86, 88)
def test_several_in_one_crawl(runs: dict[tuple[str, ...], Future[Cases]]) -> None:
    """One crawl may meet several faults of different kinds, one after the other, also in its recovery."""
    cases = runs["fault_points", "several", SEVERAL].result()

    assert bad(cases) == []
    assert len(cases) == int(SEVERAL)
    assert sum(bool(fired) for case in cases for _, fired in case["struck"]) > 2 * len(cases)


@pytest.mark.fault(84)
@pytest.mark.parametrize("kind", [kind for kind in POWER if kind != "forgotten"])
def test_power_loss(runs: dict[tuple[str, ...], Future[Cases]], kind: str) -> None:
    """Whenever the power fails, and whatever of what was not synced is lost with it, what was committed is there."""
    cases = runs["power_loss", kind].result()

    assert bad(cases) == []
    assert len(cases) > 90


@pytest.mark.fault(85)
@pytest.mark.parametrize("kind", [kind for kind in POWER_RECOVERY if kind != "forgotten"])
def test_power_loss_in_recovery(runs: dict[tuple[str, ...], Future[Cases]], kind: str) -> None:
    """The power may fail again while the first failure is made good."""
    cases = runs["power_loss", kind, "recovery"].result()

    assert bad(cases) == []
    assert len(cases) > 30


def test_power_loss_is_felt(runs: dict[tuple[str, ...], Future[Cases]]) -> None:
    """If the WARC files were not synced before the commits, the two tests above would find it."""
    *_, last = runs["power_loss", "forgotten"].result()

    assert any(problem.startswith(("lost records", "verify")) for problem in last["problems"])


CAN_MOUNT = ("unshare", "-rm")
"""A view of the file system of its own, in which anybody may mount."""


@pytest.mark.fault(86, 87)
@pytest.mark.parametrize("kind", ["tmpfs", "limit"])
def test_too_small_a_disk(tmp_path: Path, kind: str) -> None:
    """On a disk that is really full, of whatever size, in the WARC, in SQLite or before there is any of them, a crawl
    ends with 3 and says what to do; with room the next one makes everything good.
    """
    if kind == "tmpfs" and not may_mount(tmp_path):
        pytest.skip("no file system can be mounted here")
    view = CAN_MOUNT if kind == "tmpfs" else ()
    cases = told_by(*view, sys.executable, "-m", "tests.crawler.small_disk", kind, str(tmp_path / "room"))

    assert bad(cases) == []
    assert [case["status"] for case in cases] == [3] * (len(cases) - 1) + [0]
    assert len(cases) > 8


def may_mount(folder: Path) -> bool:
    if shutil.which("unshare") is None:
        return False
    mount = [*CAN_MOUNT, "mount", "-t", "tmpfs", "none", str(folder)]
    return subprocess.run(mount, capture_output=True, check=False).returncode == 0
