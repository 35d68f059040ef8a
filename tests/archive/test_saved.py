"""Searches that are kept tell what is new, and any search is a feed that readers understand."""

from __future__ import annotations

from pathlib import Path

import feedparser
import pytest

from archive.atom import FeedEntry, feed
from archive.errors import UsageError
from archive.index import Catalog
from archive.model import instant
from archive.saved import FILE, forget, news, save, saved
from tests.archive.catalogs import LONG, article, at, capture


def test_what_is_new(catalog: Catalog, tmp_path: Path) -> None:
    """A kept search finds the articles that match and were captured first since then, not those seen again."""
    save(tmp_path, "recalls", "recalled", {})
    save(tmp_path, "other site", "", {"site": "nowhere.example"})
    for minute, (name, text) in enumerate((("a", "recalled"), ("b", "recalled"), ("c", "sold"), ("a", "recalled"))):
        story = article(f"Tablets {name} {text}", f"{text} {name}. {LONG * 3}")
        catalog.add(capture(f"https://example.com/{name}", captured_at=at(minute)), story)
    catalog.commit()
    first, second = news(catalog.connection, tmp_path, instant(at(1)))

    assert (first.name, first.total, second.name, second.total) == ("other site", 0, "recalls", 1)
    assert [hit.headline for hit in second.hits] == ["Tablets b recalled"]


def test_names(tmp_path: Path) -> None:
    """A search is kept under one name, replaced by another of that name, and dropped."""
    save(tmp_path, "a", "one", {"site": "x.example"})
    save(tmp_path, "b", "two", {})
    save(tmp_path, "a", "three", {})
    forget(tmp_path, "b")

    assert [(one.name, one.query, dict(one.filters)) for one in saved(tmp_path)] == [("a", "three", {})]
    with pytest.raises(UsageError, match="there are a"):
        forget(tmp_path, "b")
    for name in ("", "../x", "a\nb", "\x1b[2J", "x" * 100):
        with pytest.raises(UsageError, match="a name has"):
            save(tmp_path, name, "", {})


@pytest.mark.parametrize("content", ["", "[]", "{", '{"a": 1}', '{"a": {"words": ""}}'])
def test_a_file_that_cannot_be_read(tmp_path: Path, content: str) -> None:
    """What is no file of searches is told by name."""
    (tmp_path / FILE).write_text(content)
    if content == "[]":
        assert saved(tmp_path) == ()
    else:
        with pytest.raises(UsageError, match=r"searches\.json"):
            saved(tmp_path)


def test_a_feed() -> None:
    """What another program reads in a feed is what was put there, odd characters left out."""
    entry = FeedEntry(
        id="urn:uuid:1", title="<b>Profit & \x00loss\x1b[2J</b>", link="https://example.com/?a=1&b=<2>",
        updated="2026-03-01T00:00:00.000000Z", authors=("Ann & Bo", "C"), summary='"]]>',
    )  # fmt: skip
    read = feedparser.parse(feed([entry], id="urn:x", title="A search"))

    assert not read.bozo
    assert (read.feed.id, read.feed.title, read.feed.updated) == ("urn:x", "A search", entry.updated)
    (found,) = read.entries
    assert (found.id, found.link, found.updated) == (entry.id, entry.link, entry.updated)
    assert [one.name for one in found.authors] == ["Ann & Bo", "C"]
    assert found.summary == '"]]>'
    assert "loss" in found.title
    assert not feedparser.parse(feed([], id="urn:x", title="none")).bozo
