"""Measuring commands as whole processes: the operating system's own account of CPU time, children included."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run of a command took."""

    cpu: float
    """User and system seconds of the process and of every descendant that it waited for."""

    wall: float
    """Seconds from start to end."""

    peak: int
    """Bytes of the largest single process of the run."""

    exit_code: int
    """Its exit code; negative for a signal."""


def run(command: Sequence[str], *, log: Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> Cost:
    """Run the command to its end, output appended to *log*, and give its cost."""
    begun = time.monotonic()
    with log.open("ab") as sink:
        child = subprocess.Popen(command, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, cwd=cwd, env=env)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return Cost(
        cpu=usage.ru_utime + usage.ru_stime,
        wall=time.monotonic() - begun,
        peak=usage.ru_maxrss * 1024,
        exit_code=child.returncode,
    )


def median(values: Sequence[float]) -> float:
    """The middle value, so that one disturbed run does not move the figure."""
    return statistics.median(values)
