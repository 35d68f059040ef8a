"""`crawl --dry-run` says beforehand what a crawl will cost, and fetches and changes nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.model import utc_now
from crawler.forecast import bounded, forecast
from crawler.newsweb import NewsWeb, serve
from crawler.orders import CrawlOrder
from pipelines.site import Sites
from tests.end_to_end import Crawled, crawl_words, pressmark


def order_of(crawled: Crawled, **more: Any) -> CrawlOrder:
    return CrawlOrder(targets=crawled.web.home_urls, collection=crawled.path, delay=0.0, **more)


def test_right_after_a_crawl_nothing_is_due(crawled: Crawled) -> None:
    """A crawl that would fetch nothing is told as one that costs nothing."""
    told = forecast(order_of(crawled), Sites(), now=utc_now())

    assert [(site.due, site.requests, site.size) for site in told] == [(0, 0, 0)] * len(crawled.web.sites)


def test_everything_again(crawled: Crawled) -> None:
    """`--recheck` is foretold with as many requests as there are known URLs, and with the bytes of later answers."""
    told = forecast(order_of(crawled, recheck=True), Sites())
    [(known,)] = crawled.rows("select count(distinct url) from captures where url not like '%/robots.txt'")

    assert sum(site.requests for site in told) == pytest.approx(known, rel=0.1)
    assert all(site.again == site.due for site in told)
    assert all(site.size > 0 for site in told)


def test_days_later_news_is_expected(crawled: Crawled) -> None:
    """What has probably appeared since is reckoned by the rate of the month before, and costs requests."""
    soon, later = (forecast(order_of(crawled), Sites(), now=utc_now() + timedelta(days=days)) for days in (1, 10))

    assert sum(site.requests for site in later) > sum(site.requests for site in soon) > 0
    assert all(site.requests == site.due + site.expected for site in later)


def test_bounds_hold(crawled: Crawled) -> None:
    """The forecast keeps within `--max-pages`, `--max-size` and `--max-time`."""
    order = order_of(crawled, recheck=True, max_pages=30)
    told = bounded(forecast(order, Sites()), order)
    short = order_of(crawled, recheck=True, max_seconds=0.5)

    assert sum(site.requests for site in told) == pytest.approx(30, abs=2)
    assert max(site.seconds for site in bounded(forecast(short, Sites()), short)) <= 0.5


def test_it_comes_true_and_changes_nothing(tmp_path: Path) -> None:
    """The number of requests of the crawl that follows is near what was foretold; a dry run asks for none."""
    web = NewsWeb(91, sites=1, articles=20, crawl_delay=0)
    with serve(web) as server:
        words = crawl_words(web.home_urls, tmp_path / "kept", server.connect_to)
        before = pressmark(*words, "--dry-run", "--json", cwd=tmp_path).done().json
        asked_before, made = len(server.log), (tmp_path / "kept").exists()
        pressmark(*words, "--max-pages", "20", cwd=tmp_path).done()
        server.clear_log()
        [told] = pressmark(*words, "--dry-run", "--json", cwd=tmp_path).done().json
        asked_by_dry_run = len(server.log)
        shown = pressmark(*words, "--recheck", "--dry-run", cwd=tmp_path).done()

    assert (asked_before, made, before[0]["is_new"], asked_by_dry_run) == (0, False, True, 0)
    assert told["due"] > 20  # what the first crawl has not come to
    assert "nothing was fetched" in shown.err
