"""The item pipelines: what comes out of them for feed exports."""

from datetime import UTC, datetime
from typing import Any

import pytest
from scrapy.exceptions import DropItem

from archive.model import Article, Capture
from pipelines.scrapy_steps import Dedupe, Normalise, Store, item_of

CAPTURE = Capture(
    record_id="urn:uuid:1",
    url="http://a.example/1?utm=x",
    urlkey="example,a)/1",
    captured_at=datetime(2026, 11, 24, 12, tzinfo=UTC),
    kind="response",
    site="a.example",
    payload_digest="sha1:X",
    warc="a.warc.gz",
    offset=5,
    length=7,
)
ARTICLE = Article(headline="Cafe\u0301", body="One two three.", url="http://a.example/1", authors=("A B",))


def test_an_item_tells_where_it_comes_from() -> None:
    """An item has the article's fields, lists for tuples, and its pressmark with the present place."""
    item = item_of(CAPTURE, ARTICLE)

    assert (item["url"], item["authors"], item["record_id"]) == ("http://a.example/1", ["A B"], "urn:uuid:1")
    assert (item["payload_digest"], item["warc"], item["offset"], item["length"]) == ("sha1:X", "a.warc.gz", 5, 7)
    assert item["captured_at"] == "2026-11-24T12:00:00.000000Z"


def test_normalise() -> None:
    """Texts come out composed, with their number of words."""
    item = Normalise().process_item(item_of(CAPTURE, ARTICLE))

    assert (item["headline"], item["word_count"]) == ("Caf\u00e9", 3)


def test_dedupe() -> None:
    """The same text under another address is dropped, another text is not."""
    step = Dedupe()
    step.process_item(item_of(CAPTURE, ARTICLE))
    with pytest.raises(DropItem, match="the same text"):
        step.process_item(item_of(CAPTURE, ARTICLE) | {"url": "http://a.example/other"})

    other: dict[str, Any] = item_of(CAPTURE, ARTICLE) | {"body": "Another text."}
    assert step.process_item(other) is other


def test_store() -> None:
    """What has come through is folded by its record."""
    stored: list[str] = []

    class Job:
        def store(self, record_id: str) -> None:
            stored.append(record_id)

    Store(Job()).process_item(item_of(CAPTURE, ARTICLE))

    assert stored == ["urn:uuid:1"]
