"""What happens to an article as a Scrapy item: normalised, freed of repetitions, stored.

    ITEM_PIPELINES = {
        "pipelines.scrapy_steps.Normalise": 100,
        "pipelines.scrapy_steps.Dedupe": 200,
        "pipelines.scrapy_steps.Store": 900,
    }

Steps of your own go in between. Whatever a step drops or changes is kept from the feed exports alone: catalog and
acknowledgement go by the reading of the capture.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import MutableMapping
from typing import Any, Protocol, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from archive.model import Article, Capture, instant

_FROM_ARTICLE = (
    "headline",
    "standfirst",
    "authors",
    "date_published",
    "date_modified",
    "section",
    "keywords",
    "language",
    "publisher",
    "canonical_url",
    "main_image",
    "is_accessible_for_free",
    "body",
)


def item_of(capture: Capture, article: Article) -> dict[str, Any]:
    """An article as an item with the columns of a feed export: its fields, then its pressmark and present place."""
    fields = {name: getattr(article, name) for name in _FROM_ARTICLE}
    return {
        "url": article.url or capture.url,
        "site": capture.site,
        **{name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()},
        "captured_at": instant(capture.captured_at),
        "record_id": capture.record_id,
        "payload_digest": capture.payload_digest,
        "warc": capture.warc,
        "offset": capture.offset,
        "length": capture.length,
    }


def _fields_of(item: Any) -> MutableMapping[str, Any]:
    """The fields of an item of any kind; ours are dicts, and pass without an adapter."""
    if isinstance(item, dict):
        return item
    from itemadapter import ItemAdapter  # imports pydantic's first version, too

    return ItemAdapter(item)


class Normalise:
    """Brings texts into Unicode normal form C and adds `word_count`."""

    def process_item(self, item: Any) -> Any:
        adapter = _fields_of(item)
        for name, value in adapter.items():
            if isinstance(value, str) and not unicodedata.is_normalized("NFC", value):
                adapter[name] = unicodedata.normalize("NFC", value)
        adapter["word_count"] = len(str(adapter.get("body", "")).split())
        return item


class Dedupe:
    """Drops an article that the same job has brought already, under another address or twice."""

    def __init__(self) -> None:
        self._brought: set[bytes] = set()

    def process_item(self, item: Any) -> Any:
        adapter = _fields_of(item)
        parts = (adapter.get("site"), adapter.get("headline"), adapter.get("body"))
        key = hashlib.blake2b("\0".join(map(str, parts)).encode("utf-8", "surrogatepass"), digest_size=12).digest()
        if key in self._brought:
            raise DropItem(f"the same text as before: {adapter.get('url')}", log_level="DEBUG")
        self._brought.add(key)
        return item


class Job(Protocol):
    """What `Store` needs of the job."""

    def store(self, record_id: str) -> None:
        """Fold the capture of that record with its reading."""
        ...


class Store:
    """Folds the capture that the item was read from into the catalog."""

    def __init__(self, job: Job) -> None:
        self._job = job

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.pressmark_job)  # type: ignore[attr-defined]  # put there by the add-on

    def process_item(self, item: Any) -> Any:
        self._job.store(str(_fields_of(item).get("record_id", "")))
        return item
