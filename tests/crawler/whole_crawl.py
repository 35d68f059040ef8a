"""A whole Scrapy crawl of a misbehaving server: our handler and robots policy, all else as Scrapy has it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import scrapy
from scrapy import Request
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.http import Response

from archive.model import Exchange
from crawler.robots_policy import robots_read
from tests.crawler.edge import LOOPBACK, Remembers, run
from tests.misbehaving import Behaviour, Server, serving


@dataclass
class Outcome:
    """What one crawl did."""

    answers: dict[str, Response | Exception] = field(default_factory=dict)
    """By path, in the order in which they came: the response, or the error that the errback got."""

    recorder: Remembers = field(default_factory=Remembers)
    metas: dict[str, dict[str, Any]] = field(default_factory=dict)
    signals: list[dict[str, Any]] = field(default_factory=list)
    server: Server | None = None
    stats: dict[str, Any] = field(default_factory=dict)

    def recorded(self, end: str) -> list[Exchange]:
        """The exchanges with URLs that end so."""
        return [exchange for exchange in self.recorder.exchanges if exchange.url.endswith(end)]

    def asked(self) -> list[str]:
        """The targets of the requests that the server saw."""
        assert self.server is not None
        return [request.split(b" ")[1].decode() for request in self.server.requests]


def crawl(
    behaviours: Mapping[str, Behaviour], *paths: str, meta: dict[str, Any] | None = None, **settings: Any
) -> Outcome:
    """A whole Scrapy crawl of *paths*, without a Twisted reactor."""
    outcome = Outcome()

    class Spider(scrapy.Spider):
        name = "test"

        async def start(self) -> AsyncIterator[Any]:
            assert outcome.server is not None
            for path in paths:
                yield Request(
                    path if "://" in path else outcome.server.url(path),
                    self.kept,
                    errback=self.failed,
                    dont_filter=True,
                    meta=dict(meta or {}),
                )

        def kept(self, response: Response) -> None:
            path = "/" + response.url.split("/", 3)[3]
            outcome.answers[path], outcome.metas[path] = response, response.meta

        def failed(self, failure: Any) -> None:
            path = "/" + failure.request.url.split("/", 3)[3]
            outcome.answers[path], outcome.metas[path] = failure.value, failure.request.meta

    class Extension:
        @classmethod
        def from_crawler(cls, crawler: Any) -> Any:
            crawler.pressmark_job = outcome.recorder
            crawler.signals.connect(cls.read, robots_read)
            crawler.signals.connect(cls.closed, scrapy.signals.spider_closed)
            cls.crawler = crawler
            return cls()

        @staticmethod
        def read(**told: Any) -> None:
            outcome.signals.append({key: told[key] for key in ("origin", "crawl_delay", "sitemaps")})

        @classmethod
        def closed(cls) -> None:
            outcome.stats = cls.crawler.stats.get_stats()

    handlers = dict.fromkeys(("http", "https"), "crawler.wire.WireDownloadHandler")
    runner = AsyncCrawlerRunner(
        {
            **LOOPBACK,
            "TWISTED_REACTOR_ENABLED": False,
            "DOWNLOAD_HANDLERS": handlers,
            "ROBOTSTXT_OBEY": True,
            "USER_AGENT": "pressmark/0.1 (+https://example.com/)",
            "DOWNLOADER_MIDDLEWARES": {
                "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
                "crawler.robots_policy.RobotsPolicy": 100,
            },
            "EXTENSIONS": {Extension: 0},
            "HTTPERROR_ALLOW_ALL": True,
            "RETRY_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "REMOTE_CONTROL_ENABLED": False,
            "DOWNLOAD_DELAY": 0,
            "LOG_ENABLED": False,
            **settings,
        }
    )

    async def whole() -> Outcome:
        async with serving(behaviours) as server:
            outcome.server = server
            await runner.crawl(Spider)
        return outcome

    return run(whole())
