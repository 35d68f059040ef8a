"""The one spider for every site: asks the job what a response was read as and yields the article in it.

    scrapy crawl news -a url=https://www.example.com/
    scrapy crawl news -a site=pmlive -o articles.jsonl

Where to look next is said by `spiders.candidates`; the frontier, as Scrapy's scheduler, hands it out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

from scrapy import Spider
from scrapy.http import Response
from twisted.python.failure import Failure


class Job(Protocol):
    """What the spider needs of the job; the add-on puts it at `crawler.pressmark_job`."""

    async def item_of(self, response: Response) -> dict[str, Any] | None:
        """The article that the response was read as, as an item; None when it is none."""
        ...

    def failed(self, failure: Failure) -> None:
        """A request had no answer."""
        ...


class NewsSpider(Spider):
    """Crawls news sites; `url` and `site` may name several, with commas between them."""

    name = "news"

    def __init__(self, url: str = "", site: str = "", targets: tuple[str, ...] = (), **more: Any) -> None:
        super().__init__(**more)
        self.targets = targets or tuple(part.strip() for part in f"{url},{site}".split(",") if part.strip())

    @property
    def job(self) -> Job:
        job: Job = self.crawler.pressmark_job  # type: ignore[attr-defined]  # put there by the add-on
        return job

    async def start(self) -> AsyncIterator[Any]:
        """Nothing: the seeds are in the frontier."""
        seeds: tuple[Any, ...] = ()
        for seed in seeds:
            yield seed

    async def parse(self, response: Response, **_: Any) -> Any:
        """The article in the response."""
        item = await self.job.item_of(response)
        return [] if item is None else [item]

    def without_answer(self, failure: Failure) -> None:
        """The errback of every request."""
        self.job.failed(failure)
