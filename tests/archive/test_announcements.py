"""What feeds and sitemaps announced of an article stands among its evidence, as another source."""

from __future__ import annotations

from itertools import permutations

import pytest

from archive.index import Catalog
from archive.model import Entry, Evidence, Link, Listing, NotAnArticle
from archive.query import show
from tests.archive.catalogs import article, at, capture

URL, SHORT = "https://example.com/news/a", "https://example.com/?p=7"
FEED, SITEMAP = "https://example.com/feed/", "https://example.com/sitemap-news.xml"

STORY = article(
    "On the page",
    language="en",
    evidence=(
        Evidence(field="headline", source="json-ld", selector="$.headline", raw="On the page", chosen=True),
        Evidence(field="language", source="meta", selector="html[lang]", raw="en", chosen=True),
    ),
)
IN_FEED = Listing(form="atom", entries=(Entry(link=SHORT, title="In the feed", updated="2018-06-19"),))
IN_SITEMAP = Listing(
    form="sitemap",
    entries=(
        Entry(link=URL, title="In the map", published="2018-06-18T09:30:00+01:00", language="en-gb", keywords="a, b"),
        Entry(link="https://example.com/news/b", title="Another"),
    ),
)
SEEN = (
    (capture(URL, captured_at=at(0)), STORY),
    (capture(SHORT, captured_at=at(1)), NotAnArticle(reason="redirect", links=(Link(url=URL, rel="redirect"),))),
    (capture(FEED, captured_at=at(2)), IN_FEED),
    (capture(FEED, captured_at=at(3)), IN_FEED),
    (capture(SITEMAP, captured_at=at(4)), IN_SITEMAP),
)


def evidence(catalog: Catalog, url: str = URL) -> list[tuple[str, str, str, str, bool]]:
    shown = show(catalog.connection, url)
    return [(one.field, one.source, one.selector, one.raw, one.chosen) for one in shown.evidence]


@pytest.mark.parametrize("order", [*permutations(range(4))][::5], ids=str)
def test_what_is_announced_stands_beside(catalog: Catalog, order: tuple[int, ...]) -> None:
    """It comes after the page's own values of the field, once, decides none, and is the same in any order."""
    for n in (4, *order):
        catalog.add(*SEEN[n])
    catalog.commit()

    assert evidence(catalog) == [
        ("headline", "json-ld", "$.headline", "On the page", True),
        ("headline", "sitemap", SITEMAP, "In the map", False),
        ("headline", "feed", FEED, "In the feed", False),
        ("language", "meta", "html[lang]", "en", True),
        ("language", "sitemap", SITEMAP, "en-gb", False),
        ("date_published", "sitemap", SITEMAP, "2018-06-18T09:30:00+01:00", False),
        ("keywords", "sitemap", SITEMAP, "a, b", False),
        ("date_modified", "feed", FEED, "2018-06-19", False),
    ]


def test_a_date_that_changes_daily(catalog: Catalog) -> None:
    """Of a sitemap whose dates change with each look the last ten are told."""
    catalog.add(capture(URL, captured_at=at(0)), STORY)
    for n in range(1, 25):
        entry = Entry(link=URL, updated=f"2018-06-{n:02}")
        catalog.add(capture(SITEMAP, captured_at=at(n)), Listing(form="sitemap", entries=(entry,)))
    catalog.commit()
    dates = [raw for field, _, _, raw, _ in evidence(catalog) if field == "date_modified"]

    assert dates == [f"2018-06-{n:02}" for n in range(24, 14, -1)]
