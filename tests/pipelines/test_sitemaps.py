"""Sitemaps list pages or further sitemaps, whatever their form."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model import Entry, Link
from pipelines.feeds import read_feed
from pipelines.sitemaps import MAX_BYTES, MAX_ENTRIES, read_sitemap

CORPUS = Path(__file__).parents[3] / "shared/corpora/sitemaps_robots.zip"
URL = "https://www.example.com/sitemap.xml"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

# Name, form, entries, links: counted by hand in the files. What is a feed there is one here too.
FILES = {
    "rss/feed.rss": ("rss", 3, 0),
    "rss/xmlRss_pubDate.xml": ("rss", 7, 0),
    "sitemaps/atom.xml": ("atom", 1, 0),
    "sitemaps/do-not-visit.txt": ("sitemap", 1, 0),
    "sitemaps/extension/hebdenbridgetimes-articles-sitemap.xml": ("sitemap", 74, 0),
    "sitemaps/extension/pagemaps-sitemap.xml": ("sitemap", 2, 0),
    "sitemaps/extension/shinpaideshou-news-sitemap.xml": ("sitemap", 3, 0),
    "sitemaps/extension/sitemap-images.xml": ("sitemap", 1, 0),
    "sitemaps/extension/sitemap-links.xml": ("sitemap", 3, 0),
    "sitemaps/extension/sitemap-mobile.xml": ("sitemap", 3, 0),
    "sitemaps/extension/sitemap-news.xml": ("sitemap", 2, 0),
    "sitemaps/extension/sitemap-videos-tvshow.xml": ("sitemap", 1, 0),
    "sitemaps/extension/sitemap-videos.xml": ("sitemap", 3, 0),
    "sitemaps/sitemap-with-bom.txt": ("sitemap", 2, 0),
    "sitemaps/sitemap.badns.xml": ("sitemap", 2, 0),
    "sitemaps/sitemap.index.xml": ("sitemapindex", 0, 15),
    "sitemaps/sitemap.ns.xml": ("sitemap", 2, 0),
    "sitemaps/sitemap.txt": ("sitemap", 2, 0),
    "sitemaps/sitemap.txt.gz": ("sitemap", 5, 0),
    "sitemaps/xmlSitemap.gz": ("sitemap", 5, 0),
}


def locations(content: bytes) -> list[str] | None:
    listing = read_sitemap(content, url=URL)
    return None if listing is None else [entry.link for entry in listing.entries]


def urlset(urls: str) -> bytes:
    return f"<urlset {NS}>{urls}</urlset>".encode()


@pytest.mark.skipif(not CORPUS.exists(), reason="needs ../shared/corpora")
@pytest.mark.fault(74)
def test_the_files_of_crawler_commons():
    """Each sitemap and feed of crawler-commons gives the entries that stand in it."""
    corpus = zipfile.ZipFile(CORPUS)
    names = [name for name in corpus.namelist() if name.startswith(("sitemaps/", "rss/"))]
    read = {n: read_sitemap(corpus.read(n), url=URL) or read_feed(corpus.read(n), url=URL) for n in names}
    found = {
        n: (li.form, len(li.entries), len([x for x in li.links if x.rel == "sitemap"])) for n, li in read.items() if li
    }
    assert found == FILES


def test_an_entry_in_full():
    """Google's news fields become title, date, language and keywords of the entry; lastmod is its last change."""
    url = """<url><loc> /a?utm_source=x </loc><lastmod>2018-06-19</lastmod><news:news xmlns:news="n">
    <news:publication><news:name>Pharma</news:name><news:language>en</news:language></news:publication>
    <news:publication_date>2018-06-18T09:30:00+01:00</news:publication_date>
    <news:title>A &amp; B</news:title><news:keywords>Pharma, R&amp;D</news:keywords></news:news></url>"""
    listing = read_sitemap(urlset(url), url=URL)
    assert listing is not None
    assert listing.entries == (
        Entry(
            link="https://www.example.com/a",
            title="A & B",
            published="2018-06-18T09:30:00+01:00",
            updated="2018-06-19",
            language="en",
            keywords="Pharma, R&D",
        ),
    )


def test_an_index():
    """The sitemaps of an index are links with their lastmod as text; one that stands without loc counts too."""
    content = (
        b"<sitemapindex><sitemap><loc>/a.xml</loc><lastmod>2018-06-19</lastmod></sitemap><sitemap>/b.xml</sitemap>"
    )
    listing = read_sitemap(content + b"</sitemapindex>", url=URL)
    assert listing is not None
    assert listing.links == (
        Link(url="https://www.example.com/a.xml", text="2018-06-19", rel="sitemap"),
        Link(url="https://www.example.com/b.xml", text="", rel="sitemap"),
    )


@pytest.mark.parametrize(
    "content",
    [
        urlset("<url><loc>/a</loc></url>"),
        b"\xef\xbb\xbf\n" + urlset("<url><loc>/a</loc></url>"),
        urlset("<url><loc>/a</loc></url>").decode().encode("utf-16"),
        b"<urlset><url><loc>/a</loc></url></urlset>",
        b'<urlset xmlns="http://wrong.example/"><url><loc><![CDATA[/a]]></loc></url></urlset>',
        b"<x:urlset xmlns:x='y'><x:url><x:loc>/a</x:loc></x:url></x:urlset>",
        b"<u:urlset><u:url><u:loc>/a</u:loc></u:url></u:urlset>",
        urlset("<url><lastmod>2018</lastmod></url><url><loc>/a</loc></url><url><loc>mailto:x@y</loc></url>"),
        urlset("<url><loc>/a</loc></url>")[:-9],
        urlset("<url><loc>/a</loc>"),
        gzip.compress(urlset("<url><loc>/a</loc></url>")),
        gzip.compress(urlset("")[:-9]) + gzip.compress(b"<url><loc>/a</loc></url>"),
        b"https://www.example.com/a\r\n\r\nnot a link\n",
        b"\xef\xbb\xbf  https://www.example.com/a",
    ],
)
@pytest.mark.fault(74)
def test_odd_sitemaps(content):
    """Byte order marks, UTF-16, wrong and missing namespaces, missing locations, torn ends, gzip and text are read."""
    assert locations(content) in (
        ["https://www.example.com/a"],
        ["https://www.example.com/a", "https://www.example.com/a"],
    )


def test_missing_end_tags():
    """Without an end tag of a url the next one is found all the same, and the first too."""
    content = urlset("<url><loc>/a</loc><url><loc>/b</loc></url></url>")
    assert sorted(locations(content) or []) == ["https://www.example.com/a", "https://www.example.com/b"]


@pytest.mark.parametrize(
    "content", [b"", b"hello\nhttps://www.example.com/a", b"<html><url><loc>/a</loc></url></html>", b"<rss/>"]
)
def test_what_is_no_sitemap(content):
    """Bytes that are no sitemap give None."""
    assert read_sitemap(content, url=URL) is None


@pytest.mark.fault(73)
def test_more_entries_than_sitemaps_may_have():
    """Beyond 50,000 entries, the limit of sitemaps.org, the rest is not read, and the listing says so."""
    listing = read_sitemap(urlset("".join(f"<url><loc>/{n}</loc></url>" for n in range(MAX_ENTRIES + 9))), url=URL)
    assert listing is not None
    assert len(listing.entries) == MAX_ENTRIES
    assert "entries: 50,000 kept, the rest not read" in listing.notes


@pytest.mark.fault(73)
def test_a_bomb():
    """A gzip bomb is inflated no further than a sitemap may be long."""
    bomb = gzip.compress(b"<urlset>" + b" " * (2 * MAX_BYTES), 1)
    listing = read_sitemap(bomb, url=URL)
    assert listing is not None
    assert listing.notes[0] == "bytes: more than 52,428,800, the rest not read"


@pytest.mark.fault(73)
def test_a_bomb_of_nothing():
    """What holds no character is no sitemap, however long it is."""
    assert read_sitemap(gzip.compress(bytes(MAX_BYTES), 1), url=URL) is None


def test_a_torn_gzip():
    """Of a torn gzip stream what can be inflated is read."""
    whole = gzip.compress(urlset("".join(f"<url><loc>/{n * 7919 % 10_007}</loc></url>" for n in range(5_000))))
    assert 1_000 < len(locations(whole[: len(whole) // 2]) or []) < 5_000


@pytest.mark.parametrize("content", [b"<urlset>" + b"<url>" * 200_000, b"<urlset>" + b"<url><loc>/a</loc>" * 100_000])
def test_hostile_sitemaps_cost_little(content):
    """Nesting without end costs no more than the length."""
    begun = process_time()
    read_sitemap(content, url=URL)
    assert process_time() - begun < 3


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(content):
    """Whatever the bytes, no error comes out."""
    for begin in (b"", b"<urlset><url><loc>", b"<sitemapindex>", b"\x1f\x8b\x08", b"https://www.example.com/\n"):
        read_sitemap(begin + content, url=URL)
