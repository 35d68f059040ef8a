"""Feeds, sitemaps and pages of listings are known by their URLs."""

from __future__ import annotations

import pytest

from spiders.places import FEED_PLACES, SITEMAP_PLACES, is_feed_like, is_sitemap_like, page_number

HOME = "https://example.com"


@pytest.mark.parametrize(
    "path", [*FEED_PLACES, "/news/feed", "/news.rss", "/a/rss2/", "/x?feed=rss2", "/pharma-rss.xml"]
)
def test_feeds(path):
    """The usual places of feeds, and names like them, look like feeds."""
    assert is_feed_like(HOME + path)


@pytest.mark.parametrize(
    "path", ["/", "/news", "/feedback/", "/comments/feed/", "/sitemap.xml", "/a?feed=comments-rss2"]
)
def test_no_feeds(path):
    """Pages, sitemaps and feeds of comments do not."""
    assert not is_feed_like(HOME + path)


@pytest.mark.parametrize(
    "path", [*SITEMAP_PLACES, "/post-sitemap2.xml", "/sitemap.xml.gz", "/sitemap.txt", "/sitemaps/a/b.xml"]
)
def test_sitemaps(path):
    """The usual places of sitemaps, and names like them, look like sitemaps."""
    assert is_sitemap_like(HOME + path)


@pytest.mark.parametrize("path", ["/", "/sitemap", "/sitemap.html", "/feed.xml"])
def test_no_sitemaps(path):
    """Pages for people do not."""
    assert not is_sitemap_like(HOME + path)


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("/news?page=3", 3),
        ("/news/page/4/", 4),
        ("/news?x=1&paged=12", 12),
        ("/news/page-5", 5),
        ("/news", 0),
        ("/pages/3", 0),
    ],
)
def test_page_numbers(path, number):
    """The page of a listing is read from query or path."""
    assert page_number(HOME + path) == number
