"""Where sites usually keep their feeds and sitemaps, and how a URL looks that is one.

The places are those of the common publishing systems. They are asked for once; what is not there is not asked for
again for a month.
"""

from __future__ import annotations

import re

FEED_PLACES: tuple[str, ...] = (
    "/feed/",  # WordPress
    "/rss.xml",  # Drupal, Squarespace and many others
    "/rss",  # Ghost, Drupal views
    "/feed.xml",  # Jekyll
    "/atom.xml",  # Hexo, Movable Type
    "/index.xml",  # Hugo
)

SITEMAP_PLACES: tuple[str, ...] = (
    "/sitemap.xml",
    "/sitemap_index.xml",  # Yoast
    "/sitemap-index.xml",
    "/news-sitemap.xml",  # Yoast News
    "/sitemap_news.xml",
    "/sitemap-news.xml",
)

FEED_HOSTS: frozenset[str] = frozenset(
    {"feeds.feedburner.com", "feeds.feedblitz.com", "feedpress.me", "rss.feedsportal.com"}
)
"""Services that publish the feeds of others."""

_FEED = re.compile(
    r"/(?:feeds?|rss2?|atom)/?$|/(?:[\w-]*(?:rss|feed|atom)[\w-]*|index)\.(?:xml|rdf|rss|atom|json)$|\.(?:rss|atom|rdf)$",
    re.IGNORECASE,
)
_FEED_QUERY = re.compile(r"(?:^|&)(?:feed=(?:rss2?|atom|rdf)|format=(?:rss|feed|atom)|type=rss)(?:&|$)", re.IGNORECASE)
_SITEMAP = re.compile(
    r"/[\w.-]*site-?_?maps?[\w.-]*\.(?:xml|txt)(?:\.gz)?$|/sitemaps?/[\w./-]*\.xml(?:\.gz)?$", re.IGNORECASE
)
_COMMENTS = re.compile(r"/comments/feed/?$|comments?[-_]?(?:feed|rss)|feed=comments", re.IGNORECASE)
_PAGINATION = re.compile(
    r"(?:^|&)(?:page|paged|pg|pagenum|seite|pagina)=(\d{1,6})(?:&|$)|/page[/-]?(\d{1,6})/?$", re.IGNORECASE
)

_PAGE_AT_END = re.compile(r"/page[/-]?\d{1,6}/?$", re.IGNORECASE)


def is_feed_like(url: str) -> bool:
    """Whether a URL in canonical form looks like a feed of articles.

    >>> is_feed_like("https://example.com/news/feed/"), is_feed_like("https://example.com/comments/feed/")
    (True, False)
    """
    address, _, query = url.partition("?")
    return not _COMMENTS.search(url) and bool(_FEED.search(address) or (query and _FEED_QUERY.search(query)))


def is_sitemap_like(url: str) -> bool:
    """Whether a URL in canonical form looks like a sitemap for machines.

    >>> is_sitemap_like("https://example.com/post-sitemap2.xml"), is_sitemap_like("https://example.com/sitemap")
    (True, False)
    """
    return bool(_SITEMAP.search(url.partition("?")[0]))


def page_number(url: str) -> int:
    """Which page of a listing a URL in canonical form asks for; 0 when it asks for none.

    >>> page_number("https://example.com/news/page/3/"), page_number("https://example.com/news/")
    (3, 0)
    """
    address, _, query = url.partition("?")
    found = _PAGINATION.search(query) or _PAGINATION.search(address)
    return int(found[1] or found[2]) if found else 0


def first_page(url: str) -> str:
    """The address, without query, of the listing whose later page a URL in canonical form asks for.

    >>> first_page("https://example.com/news/page/3/"), first_page("https://example.com/?page=3")
    ('https://example.com/news/', 'https://example.com/')
    """
    return _PAGE_AT_END.sub("/", url.partition("?")[0])
