"""The pause of a host begins with the end of an answer, and is longer for a host that is slow."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.core.downloader import Slot

from crawler.newsweb import NewsWeb, serve
from crawler.pauses import LONGEST_REST, begin_pause
from tests.end_to_end import crawl


def begin(slot: Slot, took: float) -> None:
    engine = SimpleNamespace(downloader=SimpleNamespace(slots={"host": slot}))
    request = Request("http://a.example/", meta={"download_slot": "host"})
    begin_pause(SimpleNamespace(engine=engine, crawling=True), request, took, monotonic=lambda: 100)


@pytest.mark.parametrize(("took", "next_at"), [(0.1, 102.0), (2.0, 102.0), (5.0, 105.0), (500.0, 102.0 + LONGEST_REST)])
def test_when_the_next_request_may_go(took: float, next_at: float) -> None:
    """After the pause of two seconds; after as long as the answer took where that is longer; within a bound."""
    slot = Slot(1, 2.0, 0)
    slot.lastseen = 50.0
    begin(slot, took)

    assert slot.lastseen + slot.delay == next_at


def test_without_a_pause() -> None:
    """Where no pause is asked for, none begins."""
    slot = Slot(1, 0, 0)
    begin(slot, 9.0)

    assert slot.lastseen == 0


def test_pauses_by_the_clock_of_the_server(tmp_path: Any) -> None:
    """Between any two requests to a host lies the pause that was promised, robots.txt and slow answers included."""
    web = NewsWeb(31, sites=2, articles=6, crawl_delay=0)
    with serve(web, latency={web.sites[0].host: 0.03}) as server:
        crawl(web, server, tmp_path / "kept", web.home_urls, "--delay", "0.02", "--max-pages", "30").done()
        log = server.log
    for plan in web.sites:
        own = [entry.at for entry in log if entry.host == plan.host]
        pauses = [later - earlier for earlier, later in pairwise(own)]
        assert len(pauses) > 10
        assert min(pauses) >= 0.02
