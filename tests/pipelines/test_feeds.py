"""Feeds of every kind, well and ill formed, announce what feedparser finds in them."""

from __future__ import annotations

import json
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model import Entry, Link
from pipelines.feeds import MAX_ENTRIES, plain_text, read_feed, read_items
from tests.pipelines.feed_corpus import EXCEPTIONS, FEEDS, differences, public_feeds

URL = "https://www.example.com/news/feed.xml"


def feed(items: str, kind: str = '<rss version="2.0"><channel>') -> bytes:
    return (kind + items).encode()


def links(items: str, **more: str) -> list[str]:
    listing = read_feed(feed(items, **more), url=URL)
    return [entry.link for entry in listing.entries] if listing else []


RSS_090 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/">
<channel><title>Pharma</title></channel><item><title>A</title><link>/a</link></item></rdf:RDF>"""
RSS_10 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="/"><title>Pharma</title></channel>
<item rdf:about="https://www.example.com/a"><title>A</title><dc:date>2018-06-18T09:30:00Z</dc:date></item></rdf:RDF>"""
RSS_20 = """<rss version="2.0"><channel><title>Pharma</title><language>en-GB</language><item><title>A</title>
<link>/a?utm_source=rss</link><pubDate>Mon, 18 Jun 2018 09:30:00 GMT</pubDate></item></channel></rss>"""
ATOM_03 = """<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Pharma</title><entry><title>A</title>
<link rel="alternate" type="text/html" href="/a"/><issued>2018-06-18T09:30:00Z</issued></entry></feed>"""
ATOM_10 = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Pharma</title>
<entry><title type="html">&lt;i&gt;A&lt;/i&gt;</title><link rel="edit" href="/edit"/><link href="/a"/>
<published>2018-06-18T09:30:00Z</published><updated>2018-06-19T09:30:00Z</updated></entry></feed>"""
CDF = """<CHANNEL HREF="/"><TITLE>Pharma</TITLE><ITEM HREF="/a"><TITLE>A</TITLE></ITEM></CHANNEL>"""
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Pharma",
        "language": "en",
        "items": [{"id": 7, "url": "/a", "title": "A", "date_published": "2018-06-18T09:30:00Z"}],
    }
)


@pytest.mark.parametrize(
    ("source", "form"),
    [
        (RSS_090, "rss"),
        (RSS_10, "rss"),
        (RSS_20, "rss"),
        (ATOM_03, "atom"),
        (ATOM_10, "atom"),
        (CDF, "rss"),
        (JSON, "jsonfeed"),
        ("\ufeff\n" + RSS_20, "rss"),
        (RSS_20.replace("</item></channel></rss>", ""), "rss"),
        (RSS_20.replace("</title>", "", 1), "rss"),
    ],
)
def test_kinds_of_feeds(source, form):
    """RSS 0.9, 1.0 and 2.0, Atom 0.3 and 1.0, CDF and JSON Feed are read, also when they break off."""
    listing = read_feed(source.encode(), url=URL)
    assert listing is not None
    found = [(entry.link, entry.title) for entry in listing.entries]
    assert (listing.form, found) == (form, [("https://www.example.com/a", "A")])


def test_an_entry_in_full():
    """An entry has link, title, dates with their offset, language and identifier."""
    items = """<language>en-GB</language><item><title><![CDATA[AT&amp;T buys <b>more</b>]]></title>
    <link>https://www.example.com/a?utm_source=rss&utm_medium=x</link><guid isPermaLink="false">urn:7</guid>
    <pubDate>Mon, 18 Jun 2018 09:30:00 EDT</pubDate>
    <updated xmlns="http://www.w3.org/2005/Atom">2018-06-19T00:00:00Z</updated></item>"""
    listing = read_feed(feed(items), url=URL)
    assert listing is not None
    assert listing.entries == (
        Entry(
            link="https://www.example.com/a",
            title="AT&T buys more",
            published="2018-06-18T09:30:00-04:00",
            updated="2018-06-19T00:00:00+00:00",
            language="en-GB",
            guid="urn:7",
        ),
    )


@pytest.mark.parametrize(
    ("item", "link"),
    [
        ("<link>/a</link><guid>https://www.example.com/g</guid>", "/a"),
        ("<guid>https://www.example.com/g</guid>", "/g"),
        ('<guid isPermaLink="true">https://www.example.com/g</guid>', "/g"),
        ('<guid isPermaLink="False">https://www.example.com/g</guid>', None),
        ("<guid>12345</guid>", None),
        ("<link></link><guid>https://www.example.com/g</guid>", "/g"),
        ('<atom:link href="/e" rel="enclosure"/><atom:link href="/a"/>', "/a"),
        ("<link>https://r.example.org/~r/1</link><feedburner:origLink>/a</feedburner:origLink>", "/a"),
        ("<link>mailto:jane@example.com</link>", None),
        ('<enclosure url="/a.mp3"/><comments>/a#c</comments><source url="/s"/>', None),
        ("<link>\n  /a\n</link>", "/a"),
    ],
)
def test_where_an_item_leads(item, link):
    """The link counts before the permalink guid; enclosures, comments and sources are no links."""
    assert links(f"<item><title>A</title>{item}</item>") == (["https://www.example.com" + link] if link else [])


def test_bases():
    """Relative links are resolved against xml:base, where there is one, else against the feed's own URL."""
    items = """<item xml:base="b/"><link>a</link></item><item><link>a</link></item>"""
    kind = '<rss xml:base="https://other.example.com/x/"><channel>'
    assert links(items, kind=kind) == ["https://other.example.com/x/b/a", "https://other.example.com/x/a"]
    assert links(items, kind="<rss><channel>") == ["https://www.example.com/news/b/a", "https://www.example.com/news/a"]


def test_hub_and_next_page_are_kept():
    """WebSub's hub, the feed's own address and its further pages are links of the listing."""
    head = """<link xmlns="http://www.w3.org/2005/Atom" rel="hub" href="https://hub.example.org/"/>
    <link xmlns="http://www.w3.org/2005/Atom" rel="self" href="/feed.xml"/>
    <link xmlns="http://www.w3.org/2005/Atom" rel="next" href="?page=2"/><link>https://www.example.com/</link>"""
    listing = read_feed(feed(head), url=URL)
    assert listing is not None
    assert listing.links == (
        Link(url="https://hub.example.org/", rel="hub"),
        Link(url="https://www.example.com/feed.xml", rel="self"),
        Link(url=URL + "?page=2", rel="next"),
    )


@pytest.mark.parametrize("cut", range(0, len(RSS_20), 17))
def test_a_feed_cut_anywhere(cut):
    """A feed that breaks off gives what came before, and never an error."""
    listing = read_feed(RSS_20[:cut].encode(), url=URL)
    assert listing is None or len(listing.entries) <= 1


def test_missing_end_tags():
    """Without the end tags of titles and items every item is found all the same."""
    items = "".join(f"<item><title>T{n}<link>/{n}</link>" for n in range(50))
    found = read_items(feed(items), url=URL)
    assert [(e.title, e.link) for e in found] == [(f"T{n}", f"https://www.example.com/{n}") for n in range(50)]


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"<html><body><item><link>/a</link></item>", b'{"a": 1}', b'{"items": []}', b"plain text", b"\xff\xfe<"),
        *(b"[" * 9, b"{" * 100_000, b'{"version": "https://jsonfeed.org/version/1", "items": 3}'),
    ],
)
@pytest.mark.fault(68)
def test_what_is_no_feed(content):
    """Bytes that are no feed give None."""
    assert read_feed(content, url=URL) is None


@pytest.mark.fault(67)
def test_more_entries_than_the_budget():
    """Beyond the budget entries are not kept, and the listing says how many there were."""
    items = "".join(f"<item><link>/{n}</link></item>" for n in range(MAX_ENTRIES + 5))
    listing = read_feed(feed(items + "</channel></rss>"), url=URL)
    assert listing is not None
    assert (len(listing.entries), listing.notes) == (MAX_ENTRIES, ("entries: 20,005 found, 20,000 kept",))


@pytest.mark.parametrize("is_json", [True, False])
def test_entries_above_the_budget_of_a_url(is_json):
    """An entry whose link is too long is left out, and the listing says so."""
    long = "/" + "a" * 9_000
    of_json = {"version": "https://jsonfeed.org/version/1.1", "items": [{"url": long}, {"url": "/b"}]}
    content = (
        json.dumps(of_json).encode() if is_json else feed(f"<item><link>{long}</link></item><item><link>/b</link>")
    )
    listing = read_feed(content, url=URL)
    assert listing is not None
    assert [entry.link for entry in listing.entries] == ["https://www.example.com/b"]
    assert "links: 1 of more than 8,000 characters left out" in listing.notes


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a <b>b</b>\n c", "a b c"),
        ("x < y &amp; z", "x < y & z"),
        ("<script>no</script>a<!-- no -->b<style>no", "a b"),
        ("&lt;b&gt;", "<b>"),
        ("a" * 20_000, "a" * 1_000),
    ],
)
def test_plain_text(markup, text):
    """Tags go, entities are resolved once, white space is folded, what is too long is cut."""
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    "content",
    [
        feed("<item><title>" + "&lt;script" * 500_000),
        feed("<item><title>" + "&lt;a " * 500_000 + "</title><link>/a</link></item>"),
        feed("<a>" * 200_000),
        feed("<item>" * 200_000),
        feed("<item a='" * 100_000),
    ],
)
@pytest.mark.fault(69)
def test_hostile_feeds_cost_little(content):
    """No markup makes the cost grow faster than the feed (here with slack for a slow machine)."""
    begun = process_time()
    read_feed(content, url=URL)
    assert process_time() - begun < 3


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(content):
    """Whatever follows the first element, no error comes out."""
    for begin in (b"", b"<rss><channel><item><link>/a</link>", b"<feed>", b"{"):
        read_feed(begin + content, url=URL)


@pytest.mark.skipif(not FEEDS.exists(), reason="needs ../shared/corpora")
@pytest.mark.fault(65)
def test_what_feedparser_finds():
    """Each public feed gives the items, links, titles and dates that feedparser finds, but for what is named."""
    feedparser = pytest.importorskip("feedparser")
    differing = {
        feed.name
        for feed in public_feeds()
        if differences(feed, feedparser.parse(feed.content, response_headers=feed.headers).entries) is not None
    }
    assert differing == EXCEPTIONS.keys()


@pytest.mark.fault(70)
def test_a_guid_used_twice():
    """Two entries that share an identifier are two: what counts is where they lead."""
    items = "".join(f"<item><guid>1</guid><title>Story {n}</title><link>/story/{n}</link></item>" for n in (1, 2))
    feed = read_feed(f"<rss><channel>{items}</channel></rss>".encode(), url="http://news.example/feed/")
    assert feed is not None
    assert [(entry.link, entry.guid) for entry in feed.entries] == [
        ("http://news.example/story/1", "1"),
        ("http://news.example/story/2", "1"),
    ]


@pytest.mark.fault(71)
@pytest.mark.parametrize("said", ["", "Thu, 01 Jan 2099 00:00:00 GMT", "not a date", "Sat, 32 Feb 0000 25:61:00 XYZ"])
def test_dates_that_cannot_be(said: str):
    """An absent, impossible or future date costs the entry nothing, and is never made up."""
    item = f"<item><title>Story</title><link>/story</link><pubDate>{said}</pubDate></item>"
    feed = read_feed(f"<rss><channel>{item}</channel></rss>".encode(), url="http://news.example/feed/")
    assert feed is not None
    assert [entry.link for entry in feed.entries] == ["http://news.example/story"]
    assert feed.entries[0].published == ("2099-01-01T00:00:00+00:00" if "2099" in said else "")
