"""A crawl of four news sites that is killed again and again, with all its children, by seeded dice."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.newsweb import serve
from tests.benchmarks.kill_loop import CONCURRENCY, SITES, run, web_of
from tests.crawler.tiny_web import IN_ORDER

KILLS = 25
PAGES = 3000


@pytest.mark.fault(103)
def test_twenty_five_kills(tmp_path: Path) -> None:
    """Whatever is killed at whatever moment, in the end every page is captured, none twice, and all is in order."""
    web = web_of(5, PAGES)
    with serve(web) as server:
        report = run(web, server, tmp_path, kills=KILLS, seed=5)
    told = "\n".join(report.lines())

    assert report.kills >= KILLS - 5, told  # the last ones may find the crawl at its end
    assert len(report.expected) > 2_600, told
    assert (report.missing, report.twice) == (frozenset(), []), told
    assert report.asked_again <= report.kills * CONCURRENCY * SITES, told
    assert (report.difference, report.findings) == (None, ()), told
    assert report.state == IN_ORDER, told
