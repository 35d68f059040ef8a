"""The baseline of the crawl benchmark: a Scrapy spider with Scrapy's own settings that keeps nothing.

Run by itself: `python bare_spider.py LIST_OF_URLS`. Prints the number of answers and of their bytes.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response


class BareSpider(scrapy.Spider):
    """Fetches every URL of a list once."""

    name = "bare"

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for url in Path(self.url_list).read_text(encoding="utf-8").split():
            yield scrapy.Request(url, callback=self.parse, dont_filter=True)

    def parse(self, response: Response) -> None:
        self.crawler.stats.inc_value("answers")
        self.crawler.stats.inc_value("answers/bytes", len(response.body))


def main() -> None:
    process = AsyncCrawlerProcess({"LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "DOWNLOAD_DELAY": 0})
    crawler = process.create_crawler(BareSpider)
    process.crawl(crawler, url_list=sys.argv[1])
    process.start()
    print(crawler.stats.get_value("answers", 0), crawler.stats.get_value("answers/bytes", 0))


if __name__ == "__main__":
    main()
