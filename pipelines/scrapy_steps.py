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
from collections.abc import Callable, MutableMapping
from dataclasses import astuple
from typing import Any, Protocol, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from archive.model import Article, Capture, instant
from archive.relations import Relation, Relations
from archive.urlkey import url_key

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


_RELATION = ("article_id", "duplicate", "duplicate_of", "resemblance", "containment")


def item_of(capture: Capture, article: Article) -> dict[str, Any]:
    """An article as an item with the columns of a feed export: its fields, then its pressmark and present place."""
    fields = {name: getattr(article, name) for name in _FROM_ARTICLE}
    return {
        "url": article.url or capture.url,
        "captured_url": capture.url,
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
    """Says which article an item belongs to and what it repeats, and drops what the same job has brought already.

    `article_id` is the article. `duplicate` is `alias` for another URL of a known article, `exact` for a copy and
    `near` for an edited one, with `duplicate_of`, `resemblance` and `containment`; an empty text for none. Only an item
    that repeats one of this job on the same site, word for word, is dropped. The catalog keeps every capture, URL and
    figure, whatever becomes of the item, and has the last word on what belongs together.
    """

    def __init__(self, relations: Relations | None = None, count: Callable[[str], None] = lambda _: None) -> None:
        self._relations = relations
        self._count = count
        self._brought: set[bytes] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        job: Job = crawler.pressmark_job  # type: ignore[attr-defined]  # put there by the add-on
        return cls(job.relations, job.count)

    def process_item(self, item: Any) -> Any:
        adapter = _fields_of(item)
        relation = self._relation(adapter)
        if relation is not None:
            for name, value in zip(_RELATION, astuple(relation), strict=True):
                adapter[name] = value
        if relation is not None and relation.kind:
            self._count(f"dedupe/{relation.kind}")
        parts = (adapter.get("site"), adapter.get("headline"), adapter.get("body"))
        key = hashlib.blake2b("\0".join(map(str, parts)).encode("utf-8", "surrogatepass"), digest_size=12).digest()
        if key in self._brought:
            raise DropItem(f"the same text as before: {adapter.get('url')}", log_level="DEBUG")
        self._brought.add(key)
        return item

    def close_spider(self) -> None:
        """Let go of the catalog."""
        if self._relations is not None:
            self._relations.close()

    def _relation(self, fields: MutableMapping[str, Any]) -> Relation | None:
        url = fields.get("captured_url") or fields.get("url")
        if self._relations is None or not url:
            return None
        claims = [url_key(str(fields[name])) for name in ("url", "canonical_url") if fields.get(name)]
        parts = (str(fields.get(name) or "") for name in ("headline", "standfirst", "body"))
        return self._relations.of(url_key(str(url)), claims, *parts)


class Job(Protocol):
    """What the steps need of the job."""

    @property
    def relations(self) -> Relations:
        """What is known of articles."""
        ...

    def count(self, what: str) -> None:
        """Count an event, named part/event."""
        ...

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
