"""Measuring commands as whole processes: the operating system's own account of CPU time, children included."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run of a command took."""

    cpu: float
    """User and system seconds of the process and of every descendant that it waited for."""

    wall: float
    """Seconds from start to end."""

    peak: int
    """Bytes of the largest single process of the run."""

    pss: int
    """Bytes of all its processes together at their highest, shared pages counted once (PSS, looked at now and then)."""

    exit_code: int
    """Its exit code; negative for a signal."""


def run(command: Sequence[str], *, log: Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> Cost:
    """Run the command to its end, output appended to *log*, and give its cost."""
    begun = time.monotonic()
    with log.open("ab") as sink:
        child = subprocess.Popen(command, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, cwd=cwd, env=env)
        with Memory(child.pid) as memory:
            _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return Cost(
        cpu=usage.ru_utime + usage.ru_stime,
        wall=time.monotonic() - begun,
        peak=usage.ru_maxrss * 1024,
        pss=memory.most,
        exit_code=child.returncode,
    )


class Memory:
    """Watches what a process and all its descendants use together, for as long as the block lasts."""

    def __init__(self, pid: int, *, every: float = 0.1) -> None:
        self.most = 0
        """Bytes at their highest so far (PSS)."""
        self._pid = pid
        self._every = every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self.most = max(self.most, sum(map(pss, descendants(self._pid))))
            if self._over.wait(self._every):
                return


def descendants(pid: int) -> Iterator[int]:
    """The process and all that come from it, as far as they live."""
    yield pid
    with suppress(OSError):  # it has ended
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                yield from descendants(int(child))


def pss(pid: int) -> int:
    """Bytes of a process, its part of what it shares with others included; 0 for one that has ended."""
    with suppress(OSError):
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        if found := re.search(r"^Pss: +(\d+) kB", rollup, re.MULTILINE):
            return int(found[1]) << 10
    return 0


def median(values: Sequence[float]) -> float:
    """The middle value, so that one disturbed run does not move the figure."""
    return statistics.median(values)
