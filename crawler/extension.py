"""Ties Scrapy's signals to the job: what leaves the downloader, what becomes of items, and the end of the crawl."""

from __future__ import annotations

import logging
from typing import Any, Self, cast
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.defer import deferred_from_coro

from crawler.context import CAPTURE
from crawler.job import Job
from crawler.printable_log import make_log_printable
from crawler.robots_policy import robots_read
from pipelines.urls import registered_domain

log = logging.getLogger(__name__)

GRACE = 8.0
"""Seconds that requests in flight have to end after SIGTERM; then the job is closed without them."""

MAX_CRAWL_DELAY = 60.0


class JobExtension:
    """The job's ear in Scrapy."""

    def __init__(self, crawler: Crawler, job: Job) -> None:
        self._crawler = crawler
        self._job = job
        self._closing_since: float | None = None
        self._beat = create_looping_call(self._each_second)
        for handler, signal in (
            (self._downloaded, signals.response_downloaded),
            (self._left, signals.request_left_downloader),
            (self._item_done, signals.item_scraped),
            (self._item_done, signals.item_dropped),
            (self._item_done, signals.item_error),
            (self._opened, signals.spider_opened),
            (self._closed, signals.spider_closed),
            (self._robots, robots_read),
        ):
            crawler.signals.connect(handler, signal=signal)
        job.on_stop = self._stop
        job.on_fold = self._look_again

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        make_log_printable()
        return cls(crawler, crawler.pressmark_job)  # type: ignore[attr-defined]  # put there by the add-on

    def _opened(self) -> None:
        self._beat.start(1.0, now=False)
        for host, delay in self._job.delays.items():
            self._keep_pause(host, delay)
        for host, most in self._job.concurrencies.items():
            self._set_slot(host, "concurrency", most)

    def _closed(self) -> None:
        if self._beat.running:
            self._beat.stop()
        stats = self._crawler.stats
        for name, value in self._job.counts.items():
            stats.set_value(name, value)

    def _downloaded(self, response: Response, request: Request) -> None:
        self._job.heed(request, response)

    def _left(self, request: Request) -> None:
        self._job.left(request)

    def _item_done(self, response: Any) -> None:
        capture = response.meta.get(CAPTURE) if response is not None else None
        if capture is not None:
            self._job.store(capture.record_id)

    def _robots(self, origin: str, crawl_delay: float | None) -> None:
        """A Crawl-delay longer than ours holds, within a bound, for the whole host."""
        if not crawl_delay:
            return
        host = registered_domain(origin)
        ours = self._job.delays.get(host, self._crawler.settings.getfloat("DOWNLOAD_DELAY"))
        delay = max(ours, min(crawl_delay, MAX_CRAWL_DELAY))
        self._keep_pause(host, delay)
        log.info("%s asks for %g s between requests (robots.txt)", urlsplit(origin).netloc, delay)

    def _keep_pause(self, host: str, delay: float) -> None:
        self._set_slot(host, "delay", delay)

    def _set_slot(self, host: str, name: str, value: float) -> None:
        """Set what holds for a host's slot in the downloader, the one that is there and those to come."""
        downloader = self._crawler.engine.downloader
        downloader.per_slot_settings[host] = {**downloader.per_slot_settings.get(host, {}), name: value}
        if host in downloader.slots:
            setattr(downloader.slots[host], name, value)

    def _stop(self, reason: str) -> None:
        engine = self._crawler.engine
        if engine.spider is not None:
            deferred_from_coro(engine.close_spider_async(reason=reason))

    def _look_again(self) -> None:
        """Have the engine ask the scheduler at once; by itself it asks when a request ends, or every five seconds."""
        slot = self._crawler.engine._slot
        if slot is not None:
            slot.nextcall.schedule()

    def _each_second(self) -> None:
        self._job.check_limits()
        self._job.check_log()
        self._job.tell_progress()
        if self._is_closing():
            self._hurry()

    def _is_closing(self) -> bool:
        slot = self._crawler.engine._slot
        return not self._crawler.crawling or (slot is not None and slot.closing is not None)

    def _hurry(self) -> None:
        """Past the grace, close the job without what is still in flight, and stop."""
        now = self._job.seconds
        self._closing_since = now if self._closing_since is None else self._closing_since
        if now - self._closing_since < GRACE:
            return
        self._beat.stop()
        log.warning("requests in flight did not end within %g s; they go back to the frontier", GRACE)
        self._job.close_at_once("shutdown")
        stop_reactor()


def stop_reactor() -> None:
    """End Twisted's reactor."""
    from twisted.internet import reactor

    cast("Any", reactor).stop()
