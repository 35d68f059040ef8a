"""The peer of the kill loop: a plain spider that follows every link, resumed by Scrapy's own JOBDIR or by scrapy-redis.

`python jobdir_spider.py JOBDIR KEPT URL...` appends the URL of each answer to the file KEPT. With the URL of a Redis
(`redis://127.0.0.1:6390/0`) in the place of JOBDIR the requests wait there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response, TextResponse

SETTINGS = {
    "LOG_LEVEL": "ERROR",
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
    "HTTPERROR_ALLOW_ALL": True,
    "COOKIES_ENABLED": False,
}


IN_REDIS = {
    "SCHEDULER": "scrapy_redis.scheduler.Scheduler",
    "DUPEFILTER_CLASS": "scrapy_redis.dupefilter.RFPDupeFilter",
    "SCHEDULER_PERSIST": True,
}


class JobdirSpider(scrapy.Spider):
    """Follows the links of each page within the hosts that it begins with."""

    name = "jobdir"

    def __init__(self, start_urls: list[str], kept: str) -> None:
        super().__init__()
        self.start_urls = start_urls
        self.allowed_domains = [urlsplit(url).hostname.removeprefix("www.") for url in start_urls]
        self.kept = Path(kept)

    def parse(self, response: Response) -> Iterator[scrapy.Request]:
        with self.kept.open("a", encoding="utf-8") as lines:
            lines.write(response.url + "\n")
        if isinstance(response, TextResponse):
            for link in response.css("a::attr(href), link[rel~=alternate]::attr(href)").getall():
                if urlsplit(response.urljoin(link)).scheme in ("http", "https"):
                    yield response.follow(link.partition("#")[0])


def main() -> None:
    jobdir, kept, *urls = sys.argv[1:]
    where = {**IN_REDIS, "REDIS_URL": jobdir} if jobdir.startswith("redis:") else {"JOBDIR": jobdir}
    process = AsyncCrawlerProcess({**SETTINGS, **where})
    process.crawl(JobdirSpider, start_urls=urls, kept=kept)
    process.start()


if __name__ == "__main__":
    main()
