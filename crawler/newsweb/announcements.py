"""Feeds, sitemaps and robots.txt of a simulated site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from .plan import SitePlan, Slot

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_TRACKING = (
    "utm_source=rss&utm_medium=feed&utm_campaign=latest",
    "utm_source=feed&fbclid=IwAR0n3w5",
    "mc_cid=8f1c2a&mc_eid=5d2e",
    "utm_source=atom&utm_content=headline",
)


def tracked(path: str, seed: int) -> str:
    """The path with the parameters of one of several campaigns."""
    return path + ("&" if "?" in path else "?") + _TRACKING[seed % len(_TRACKING)]


def rss(site: SitePlan, slots: Sequence[Slot], advert: str) -> str:
    """RSS 2.0 with tracking parameters in its links, and an advertisement as its third entry."""
    items = [
        f"<item><title>{escape(slot.headline)}</title>"
        f"<link>{escape(site.origin + tracked(slot.path, site.index))}</link>"
        f'<guid isPermaLink="false">{site.domain}-{slot.identifier}</guid>'
        f"<pubDate>{format_datetime(slot.published)}</pubDate>"
        f"<description>{escape(escape(slot.standfirst))}</description>"
        f"<category>{escape(slot.section)}</category></item>"
        for slot in slots
    ]
    items.insert(2, f"<item><title>Sponsored: our conference offer</title><link>{escape(advert)}</link></item>")
    return (
        f'{_XML}<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>{escape(site.name)}</title>'
        f"<link>{site.origin}/</link><description>{escape(site.name)}"
        f"</description><language>{site.tongue.code}</language>"
        f'<atom:link href="{site.origin}{site.rss}" rel="self" type="application/rss+xml"/>\n'
        + "\n".join(items)
        + "\n</channel></rss>\n"
    )


def atom(site: SitePlan, slots: Sequence[Slot], updated: datetime) -> str:
    """Atom (RFC 4287) with relative links."""
    entries = "\n".join(
        f'<entry><title>{escape(slot.headline)}</title><link rel="alternate" href="{escape(slot.path)}"/>'
        f"<id>tag:{site.domain},2026:{slot.identifier}</id><published>{slot.published.isoformat()}</published>"
        f"<updated>{(slot.modified or slot.published).isoformat()}</updated>"
        f"<summary>{escape(slot.standfirst)}</summary></entry>"
        for slot in slots
    )
    return (
        f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{site.tongue.code}" xml:base="{site.origin}/">'
        f"<title>{escape(site.name)}</title>"
        f'<link rel="self" href="{site.atom}"/><id>{site.origin}/</id>'
        f"<updated>{updated.isoformat()}</updated>\n{entries}\n</feed>\n"
    )


def sitemap_index(site: SitePlan, months: Mapping[str, datetime], updated: datetime) -> str:
    """A sitemap index: one file a month, with its last change, one for the other pages, and the news sitemap."""
    parts = {f"/sitemaps/articles-{month}.xml.gz": changed for month, changed in months.items()}
    parts |= dict.fromkeys(("/sitemaps/pages.xml", "/news-sitemap.xml"), updated)
    rows = "\n".join(
        f"<sitemap><loc>{site.origin}{name}</loc><lastmod>{changed.isoformat()}</lastmod></sitemap>"
        for name, changed in parts.items()
    )
    return f"{_XML}<sitemapindex {_SITEMAP_SPACE}>\n{rows}\n</sitemapindex>\n"


def sitemap(site: SitePlan, slots: Sequence[Slot]) -> str:
    """A sitemap of articles with the day of their last change."""
    rows = "\n".join(
        f"<url><loc>{escape(site.origin + slot.path)}</loc>"
        f"<lastmod>{(slot.modified or slot.published).isoformat()}</lastmod></url>"
        for slot in slots
    )
    return f"{_XML}<urlset {_SITEMAP_SPACE}>\n{rows}\n</urlset>\n"


def page_sitemap(site: SitePlan, paths: Sequence[str]) -> str:
    """A sitemap of pages that are no articles."""
    rows = "\n".join(
        f"<url><loc>{escape(site.origin + path)}</loc><changefreq>daily</changefreq></url>" for path in paths
    )
    return f"{_XML}<urlset {_SITEMAP_SPACE}>\n{rows}\n</urlset>\n"


def news_sitemap(site: SitePlan, slots: Sequence[Slot]) -> str:
    """A Google-News sitemap: title, date and language of the newest articles."""
    rows = "\n".join(
        f"<url><loc>{escape(site.origin + slot.path)}</loc><news:news>"
        f"<news:publication><news:name>{escape(site.name)}</news:name>"
        f"<news:language>{slot.tongue.code}</news:language></news:publication>"
        f"<news:publication_date>{slot.published.isoformat()}</news:publication_date>"
        f"<news:title>{escape(slot.headline)}</news:title></news:news></url>"
        for slot in slots
    )
    return f'{_XML}<urlset {_SITEMAP_SPACE} xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{rows}\n</urlset>\n'


def robots(site: SitePlan, *, names_sitemap: bool) -> str:
    """robots.txt: the members' area and the search are off limits to all, everything to one greedy robot."""
    lines = ["# be gentle", "User-agent: *", "Disallow: /members/", "Disallow: /search"]
    if site.crawl_delay:
        lines.append(f"Crawl-delay: {site.crawl_delay:g}")
    lines += ["", "User-agent: GreedyBot", "Disallow: /", ""]
    if names_sitemap:
        lines.append(f"Sitemap: {site.origin}{site.sitemap}")
    return "\n".join(lines) + "\n"
