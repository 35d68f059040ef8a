"""The item pipelines: what comes out of them for feed exports."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy.exceptions import DropItem

from archive.index import Catalog
from archive.model import Article, Capture
from archive.relations import Relations
from pipelines.scrapy_steps import Dedupe, Normalise, Store, item_of
from tests.archive.catalogs import at, capture

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


LONG = "Every word of this stands here so that the text is long enough to be compared with others. " * 4


def related(folder: Path, *pages: tuple[str, Article], folded: int = 0) -> tuple[list[dict[str, Any]], Counter[str]]:
    """The items of these pages after the step, and what was counted; so many of them were folded before."""
    counts: Counter[str] = Counter()
    with Catalog.open(folder / "catalog.db", reader_id="test") as catalog:
        for minute, (url, read) in enumerate(pages[:folded]):
            catalog.add(capture(url, captured_at=at(minute), site="x"), read)
        catalog.commit()
    step = Dedupe(Relations(folder / "catalog.db"), lambda what: counts.update([what]))
    items = [
        step.process_item(item_of(capture(url, captured_at=at(n), site=str(n)), read))
        for n, (url, read) in enumerate(pages[folded:])
    ]
    step.close_spider()
    return items, counts


A, B = "https://example.com/a", "https://example.com/b"
FIRST = Article(headline="The first of the headlines", body=LONG + "It is told once.")


@pytest.mark.parametrize("folded", [0, 1])
@pytest.mark.parametrize(
    ("page", "kind"),
    [
        pytest.param((B, replace(FIRST, canonical_url=A)), "alias", id="another URL"),
        pytest.param((B, FIRST), "exact", id="copy"),
        pytest.param((B, replace(FIRST, body=LONG + "It is told twice, and more.")), "near", id="edited copy"),
        pytest.param((B, replace(FIRST, body="Nothing of it is told here. " * 20)), "", id="another text"),
        pytest.param((B, replace(FIRST, body="Short.")), "", id="short text"),
        pytest.param((A, replace(FIRST, body=LONG + "It is told once more.")), "", id="the same URL"),
    ],
)
def test_what_an_item_repeats(page: tuple[str, Article], kind: str, folded: int, tmp_path: Path) -> None:
    """An item says which article it belongs to and what it repeats, of this job or of what the catalog has."""
    items, counts = related(tmp_path, (A, FIRST), page, folded=folded)
    item = items[-1]

    assert (item["duplicate"], item["duplicate_of"]) == (kind, "com,example)/a" if kind else "")
    assert counts == ({f"dedupe/{kind}": 1} if kind else {})
    assert item["article_id"] == (f"com,example)/{'a' if kind == 'alias' or page[0] == A else 'b'}")
    assert (item["containment"] >= 0.8) == (kind in ("exact", "near"))


def test_store() -> None:
    """What has come through is folded by its record."""
    stored: list[str] = []

    class Job:
        def store(self, record_id: str) -> None:
            stored.append(record_id)

    Store(Job()).process_item(item_of(CAPTURE, ARTICLE))

    assert stored == ["urn:uuid:1"]
