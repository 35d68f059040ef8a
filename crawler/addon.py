"""The Scrapy add-on: puts pressmark's scheduler, download handler and pipelines in place, and takes out what costs.

    ADDONS = {"crawler.addon.PressmarkAddon": 0}

What FACTS of Scrapy 2.19 stands behind each choice is said beside it. One crawl needs one `Job`; `run_crawl` brings
its own, under plain Scrapy the add-on opens one from the settings.
"""

from __future__ import annotations

from datetime import date
from importlib.metadata import version
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings

from archive.errors import UsageError
from crawler.bindings import collection_path
from crawler.guard import connect_to, networks
from crawler.job import Job
from crawler.opening import open_job
from crawler.orders import CrawlOrder

_COMPONENTS = {
    "SCHEDULER": "crawler.scheduler.FrontierScheduler",
    "CONCURRENT_ITEMS": 1,  # 100 tasks are started for every response otherwise: 1.1 ms a page
    "RETRY_ENABLED": False,  # the frontier retries, also after a crash
    "REDIRECT_ENABLED": False,  # each hop is a capture of its own
    "METAREFRESH_ENABLED": False,
    "COOKIES_ENABLED": False,
    "COMPRESSION_ENABLED": False,  # guesses a charset on compressed bytes: 5 ms a page
    "HTTPERROR_ALLOW_ALL": True,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,  # runs Python that is sent over HTTP
    "DOWNLOADER_STATS": False,  # writes every request and response anew, to count its bytes
    "REFERER_ENABLED": False,
    "URLLENGTH_LIMIT": 0,
    "JOBDIR": None,  # loses the crawl at kill -9
    "WARN_ON_GENERATOR_RETURN_VALUE": False,
}
_HANDLERS = {
    "http": "crawler.wire.WireDownloadHandler",
    "https": "crawler.wire.WireDownloadHandler",
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}
_ADDED = {
    "DOWNLOADER_MIDDLEWARES": {
        "crawler.robots_policy.RobotsPolicy": 100,
        "crawler.subscriptions.LogIn": 150,
        "crawler.obedience.Obey": 160,
    },
    "ITEM_PIPELINES": {
        "pipelines.scrapy_steps.Normalise": 100,
        "pipelines.scrapy_steps.Dedupe": 200,
        "pipelines.scrapy_steps.Store": 900,
    },
    "EXTENSIONS": {"crawler.extension.JobExtension": 0},
}
_CONCURRENCY = "CONCURRENT_REQUESTS_PER_DOMAIN"
_SWITCHED = {
    "DOWNLOADER_MIDDLEWARES": {
        "RETRY_ENABLED": "scrapy.downloadermiddlewares.retry.RetryMiddleware",
        "REDIRECT_ENABLED": "scrapy.downloadermiddlewares.redirect.RedirectMiddleware",
        "METAREFRESH_ENABLED": "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware",
        "COOKIES_ENABLED": "scrapy.downloadermiddlewares.cookies.CookiesMiddleware",
        "COMPRESSION_ENABLED": "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware",
        "DOWNLOADER_STATS": "scrapy.downloadermiddlewares.stats.DownloaderStats",
        "HTTPCACHE_ENABLED": "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware",
    },
    "SPIDER_MIDDLEWARES": {"REFERER_ENABLED": "scrapy.spidermiddlewares.referer.RefererMiddleware"},
    "EXTENSIONS": {
        "TELNETCONSOLE_ENABLED": "scrapy.extensions.telnet.TelnetConsole",
        "REMOTE_CONTROL_ENABLED": "scrapy.extensions.remote_control.RemoteControl",
        "MEMDEBUG_ENABLED": "scrapy.extensions.memdebug.MemoryDebugger",
        "AUTOTHROTTLE_ENABLED": "scrapy.extensions.throttle.AutoThrottle",
        "FEEDS": "scrapy.extensions.feedexport.FeedExporter",
    },
}
"""By setting, what it switches. What is off is not imported either: that alone costs as much as 20 pages."""

_TAKEN_OUT = {
    "DOWNLOADER_MIDDLEWARES": (
        "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware",  # the scope of the frontier decides
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware",  # fails open
        "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware",
        "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware",
    ),
    "SPIDER_MIDDLEWARES": (
        "scrapy.spidermiddlewares.start.StartSpiderMiddleware",
        "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware",
        "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware",
        "scrapy.spidermiddlewares.depth.DepthMiddleware",
        "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware",
    ),
    "EXTENSIONS": ("scrapy.extensions.spiderstate.SpiderState",),
}


class PressmarkAddon:
    """Configures one crawl, and sees to it that it has a job."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def update_settings(self, settings: BaseSettings) -> None:
        """Set the components; what the operator set on the command line stays."""
        for name, value in _COMPONENTS.items():
            settings.set(name, value, "addon")
        for scheme, handler in _HANDLERS.items():
            settings["DOWNLOAD_HANDLERS"].set(scheme, handler, "addon")
        for name, components in _ADDED.items():
            for path, order in components.items():
                settings[name].set(path, order, "addon")
        for name, paths in _TAKEN_OUT.items():
            off = [path for switch, path in _SWITCHED[name].items() if not _is_on(settings, switch)]
            for path in (*paths, *off):
                settings[f"{name}_BASE"].set(path, None, "addon")  # a path in NAME itself is imported, also for None
        settings.set("USER_AGENT", user_agent(settings.get("PRESSMARK_CONTACT") or ""), "addon")
        if not hasattr(self._crawler, "pressmark_job"):
            self._open_job(settings)
        if getattr(self._crawler.pressmark_job, "has_rendering", False):  # type: ignore[attr-defined]  # put there above
            settings["DOWNLOADER_MIDDLEWARES"].set("crawler.rendering.Rendering", 50, "addon")

    def _open_job(self, settings: BaseSettings) -> None:
        targets = tuple(getattr(self._crawler.spider, "targets", ()))
        if not targets:
            raise UsageError("no target: scrapy crawl news -a url=https://www.example.com/, or -a site=NAME")
        order = order_of(settings, targets)
        job = Job(order, open_job(order, settings), room=settings.getint("CONCURRENT_REQUESTS"))
        self._crawler.pressmark_job = job  # type: ignore[attr-defined]  # the one place that all components share


def user_agent(contact: str) -> str:
    """How we introduce ourselves (RFC 9110, 10.1.5), with whom to ask."""
    return f"pressmark/{version('pressmark')}" + (f" (+{contact})" if contact else "")


def order_of(settings: BaseSettings, targets: tuple[str, ...]) -> CrawlOrder:
    """What plain Scrapy's settings ask for. Raises UsageError for a value that cannot be meant."""
    for network in settings.getlist("PRESSMARK_ALLOW_NETWORKS"):
        networks([network])
    for place in settings.getlist("PRESSMARK_CONNECT_TO"):
        connect_to(place)
    return CrawlOrder(
        targets=targets,
        collection=collection_path(settings.get("PRESSMARK_COLLECTION", "news")),
        max_pages=_number(settings, "PRESSMARK_MAX_PAGES"),
        max_seconds=_number(settings, "PRESSMARK_MAX_SECONDS"),
        max_bytes=_number(settings, "PRESSMARK_MAX_BYTES"),
        since=_day(settings, "PRESSMARK_SINCE"),
        recheck=settings.getbool("PRESSMARK_RECHECK"),
        delay=settings.getfloat("DOWNLOAD_DELAY") if _is_told(settings, "DOWNLOAD_DELAY") else None,
        concurrency=settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN") if _is_told(settings, _CONCURRENCY) else None,
        allow_networks=tuple(settings.getlist("PRESSMARK_ALLOW_NETWORKS")),
        connect_to=tuple(settings.getlist("PRESSMARK_CONNECT_TO")),
        obey=tuple(settings.getlist("PRESSMARK_OBEY")),
        contact=settings.get("PRESSMARK_CONTACT") or "",
    )


def settings_of(order: CrawlOrder) -> dict[str, Any]:
    """An order as Scrapy settings, the other way round."""
    settings: dict[str, Any] = {
        "PRESSMARK_COLLECTION": str(order.collection),
        "PRESSMARK_ALLOW_NETWORKS": list(order.allow_networks),
        "PRESSMARK_CONNECT_TO": list(order.connect_to),
        "PRESSMARK_OBEY": list(order.obey),
        "PRESSMARK_CONTACT": order.contact,
    }
    if order.delay is not None:
        settings["DOWNLOAD_DELAY"] = order.delay
    if order.concurrency is not None:
        settings[_CONCURRENCY] = order.concurrency
    return settings | dict(order.settings)


def _is_on(settings: BaseSettings, switch: str) -> bool:
    return bool(settings.get(switch)) if switch == "FEEDS" else settings.getbool(switch)


def _is_told(settings: BaseSettings, name: str) -> bool:
    """Whether the operator has said it, on the command line or in the settings of a spider."""
    return (settings.getpriority(name) or 0) > SETTINGS_PRIORITIES["project"]


def _number(settings: BaseSettings, name: str) -> int | None:
    value = settings.get(name)
    try:
        return None if value in (None, "") else int(value)
    except ValueError:
        raise UsageError(f"{name}={value}: a whole number is needed") from None


def _day(settings: BaseSettings, name: str) -> date | None:
    value = settings.get(name)
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise UsageError(f"{name}={value}: a day is needed, such as 2026-11-01") from None


class QuietFormatter(LogFormatter):
    """Scrapy's messages, without the line for each page and item: those are in stats and catalog."""

    def crawled(self, request: Request, response: Response, spider: Spider) -> LogFormatterResult | None:  # type: ignore[override]  # noqa: ARG002  Scrapy takes None for "no message"
        return None

    def scraped(self, item: Any, response: Any, spider: Spider) -> LogFormatterResult | None:  # type: ignore[override]  # noqa: ARG002  as above
        return None
