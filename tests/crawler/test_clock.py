"""Jumps of the machine's clock in the middle of a job."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from archive.warc import WarcWriter, build_group, read_captures
from crawler.clock import SteadyClock
from tests.archive.exchanges import NOON, exchange

JUMPS = [timedelta(0), timedelta(days=1), timedelta(days=-1), timedelta(0), timedelta(0), timedelta(days=-1)]


@pytest.mark.fault(106)
def test_waits_are_reckoned_without_jumps() -> None:
    """Whatever the machine's clock says meanwhile, a job's own goes on by the seconds that have passed."""
    ticks, jumps = iter(range(100, 200)), iter(JUMPS)
    clock = SteadyClock(now=lambda: NOON + next(jumps), monotonic=lambda: float(next(ticks)))

    assert [clock() for _ in range(5)] == [NOON + timedelta(seconds=n) for n in range(1, 6)]


@pytest.mark.fault(106)
def test_no_name_is_given_twice(tmp_path: Path) -> None:
    """WARC files that are begun at the same instant, or an earlier one, have names of their own, and lose nothing."""
    jumps = iter([*JUMPS, *JUMPS, *JUMPS])
    writer = WarcWriter(tmp_path, prefix="test", warcinfo={}, clock=lambda: NOON + next(jumps), max_bytes=1, pid=7)
    for number in range(len(JUMPS)):
        writer.append(build_group(exchange(url=f"http://example.com/{number}")))
    files = writer.close()

    assert len({path.name for path in files}) == len(files) == len(JUMPS)
    assert [found.capture.url for path in files for found, _ in read_captures(path)] == [
        f"http://example.com/{number}" for number in range(len(JUMPS))
    ]
