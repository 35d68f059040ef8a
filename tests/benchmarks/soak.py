"""Repeats the tests in which processes, sockets or time have a part, and tells which of them do not always hold.

    python -m tests.benchmarks.soak --repeats 20
    python -m tests.benchmarks.soak --repeats 5 tests/crawler/test_frontier.py tests/crawler/test_wire.py

Each file is run by a pytest process of its own, each time with another seed for what Hypothesis tries. At the end a
table says for each file in how many runs a test failed, and which; the exit code is 1 where there is any such run. A
run that takes longer than --longest seconds is ended, and counts as failed.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]

FILES = (
    "tests/archive/test_collection.py",
    "tests/archive/test_repair.py",
    "tests/archive/test_warc_write.py",
    "tests/crawler/test_crawl.py",
    "tests/crawler/test_fault_points.py",
    "tests/crawler/test_frontier.py",
    "tests/crawler/test_guard.py",
    "tests/crawler/test_hostile_sites.py",
    "tests/crawler/test_job.py",
    "tests/crawler/test_kill_loop.py",
    "tests/crawler/test_loop_probe.py",
    "tests/crawler/test_open_web.py",
    "tests/crawler/test_reading_pool.py",
    "tests/crawler/test_replays.py",
    "tests/crawler/test_robots_policy.py",
    "tests/crawler/test_scheduler.py",
    "tests/crawler/test_settling.py",
    "tests/crawler/test_tls.py",
    "tests/crawler/test_wire.py",
    "tests/test_whole_way.py",
)
"""What depends on more than its input."""

_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+?)(?: - .*)?$", re.MULTILINE)


@dataclass
class Repeated:
    """What the runs of one file came to."""

    file: str
    """The file."""

    runs: int = 0
    """How often it was run."""

    failed: int = 0
    """In how many of the runs something failed, or the run did not end."""

    seconds: float = 0.0
    """How long all runs took."""

    tests: Counter[str] = field(default_factory=Counter)
    """The tests that failed, and how often."""


def repeat(files: Sequence[str], repeats: int, longest: float) -> list[Repeated]:
    """Run every file so often, all of them once before any a second time."""
    found = [Repeated(file) for file in files]
    for turn in range(1, repeats + 1):
        for one in found:
            _run(one, turn, longest)
            print(f"{turn}/{repeats} {one.file}: {one.failed} of {one.runs} runs failed", file=sys.stderr, flush=True)
    return found


def _run(one: Repeated, turn: int, longest: float) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", one.file]
    began = time.monotonic()
    with subprocess.Popen(
        [*command, f"--hypothesis-seed={turn}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as running:
        try:
            out, _ = running.communicate(timeout=longest)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)  # what it started, too
            out, _ = running.communicate()
            one.tests[f"no end within {longest:g} s"] += 1
    one.runs += 1
    one.seconds += time.monotonic() - began
    one.failed += running.returncode != 0
    one.tests.update(_FAILED.findall(out))
    if running.returncode != 0:
        print(out[-5_000:], file=sys.stderr, flush=True)


def table(found: Sequence[Repeated]) -> list[str]:
    """A line for each file, and below those that failed the tests that did."""
    width = max(len(one.file) for one in found)
    lines = [f"{'file':<{width}}{'runs':>6}{'failed':>8}{'s a run':>9}"]
    for one in found:
        lines.append(f"{one.file:<{width}}{one.runs:>6}{one.failed:>8}{one.seconds / max(one.runs, 1):>9.1f}")
        lines += [f"  {test}: {count}" for test, count in one.tests.most_common()]
    runs, failed = sum(one.runs for one in found), sum(one.failed for one in found)
    return [*lines, f"{'all':<{width}}{runs:>6}{failed:>8}"]


def main() -> int:
    """Repeat, print the table, and say whether all held."""
    parser = argparse.ArgumentParser(description="repeats tests and tells which do not always hold")
    parser.add_argument("files", nargs="*", default=list(FILES))
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--longest", type=float, default=900, metavar="SECONDS")
    asked = parser.parse_args()
    found = repeat(asked.files, asked.repeats, asked.longest)
    print(*table(found), sep="\n")
    return int(any(one.failed for one in found))


if __name__ == "__main__":
    sys.exit(main())
