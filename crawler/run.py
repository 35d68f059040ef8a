"""Runs one crawl in this process, Scrapy and Twisted's reactor included."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from archive.errors import PressmarkError, UsageError
from archive.files import disk_errors
from crawler.orders import CrawlOrder, CrawlSummary, Progress
from crawler.printable_log import PrintableLog

if TYPE_CHECKING:
    from scrapy.settings import Settings

SETTINGS_MODULE = "crawler.settings"


def run_crawl(order: CrawlOrder, *, on_progress: Callable[[Progress], None] | None = None) -> CrawlSummary:
    """Run a job to its end, with the handling of SIGINT, SIGTERM and SIGHUP; to be called once in a process.

    Raises PressmarkError for what keeps a job from beginning, and whatever broke it for a reason of our own.
    """
    from scrapy.crawler import AsyncCrawlerProcess

    from crawler.job import Job
    from crawler.opening import open_job
    from crawler.reading_child import collect_seldom

    if not order.targets:
        raise UsageError("a crawl needs a target: the name of a site, or a URL")
    settings = _settings(order)
    job = Job(order, open_job(order, settings), room=settings.getint("CONCURRENT_REQUESTS"))
    job.on_progress = on_progress
    log_file = order.collection / "logs" / f"{job.name}.log"
    try:
        _log_to(log_file, settings)
        process = AsyncCrawlerProcess(settings)
        crawler = process.create_crawler("news")
        crawler.pressmark_job = job  # type: ignore[attr-defined]  # the one place that all components share
        task = process.crawl(crawler, targets=order.targets)
        collect_seldom()
        _take_hangup_for_an_end()
        process.start()
    finally:
        summary = job.close_at_once("shutdown")
        _end_log(log_file)
    if task.done() and not task.cancelled() and (broken := task.exception()) is not None:
        raise broken
    if job.error is not None and not isinstance(job.error, PressmarkError):
        raise job.error
    return summary


def _take_hangup_for_an_end() -> None:
    """A terminal that is closed ends a job in order, as SIGTERM does; `nohup`, which ignores it, still holds."""
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))


def _log_to(path: Path, settings: Settings) -> None:
    """Scrapy's log goes into the collection; what an operator must know goes to stderr as well."""
    with disk_errors(path):
        path.parent.mkdir(exist_ok=True)
    settings.set("LOG_FILE", str(path), priority="default")
    on_stderr = logging.StreamHandler()
    on_stderr.setFormatter(PrintableLog(logging.Formatter("pressmark: %(message)s")))
    on_stderr.setLevel(logging.WARNING)
    logging.getLogger("crawler").addHandler(on_stderr)


def _end_log(path: Path) -> None:
    """Scrapy leaves its log open to the end of the process, which may have more to do."""
    for handler in logging.root.handlers[:]:
        if isinstance(handler, logging.FileHandler) and handler.baseFilename == str(path.absolute()):
            logging.root.removeHandler(handler)
            handler.close()


def _settings(order: CrawlOrder) -> Settings:
    from scrapy.settings import Settings

    from crawler.addon import settings_of

    settings = Settings()
    settings.setmodule(SETTINGS_MODULE, priority="project")
    settings.setdict(settings_of(order), priority="cmdline")
    return settings
