"""Every record is read as something: by status, by what it was sent as, and by what it is."""

from __future__ import annotations

import base64
import gzip
import json
import pickle
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model import Capture, Kind, Link, Listing, NotAnArticle, Reading, Unreadable
from archive.warc_read import CapturedRecord
from pipelines.read import Reader
from pipelines.site import Sites, load_sites

CORPORA = Path(__file__).parents[3] / "shared/corpora"
needs_corpora = pytest.mark.skipif(not CORPORA.exists(), reason="needs ../shared/corpora")
URL = "https://www.example.com/news/a"
READER = Reader(Sites())
RSS = b"<rss><channel><item><title>A</title><link>/a</link></item></channel></rss>"
URLSET = b"<urlset><url><loc>/a</loc></url></urlset>"


def record(block: bytes, *, url: str = URL, kind: Kind = "response", outcome: str = "ok") -> CapturedRecord:
    now = datetime(2018, 6, 18, 9, 30, tzinfo=UTC)
    capture = Capture(record_id="r", url=url, urlkey="k", captured_at=now, kind=kind, outcome=outcome)
    return CapturedRecord(capture=capture, block=block)


def response(content: bytes = b"", mime: str = "text/html", *, status: str = "200 OK", head: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {mime}\r\n{head}\r\n".encode("latin-1") + content


def read(
    content: bytes = b"", mime: str = "text/html", *, url: str = URL, status: str = "200 OK", head: str = ""
) -> Reading:
    return READER.read(record(response(content, mime, status=status, head=head), url=url))


def reason(reading: Reading) -> str:
    assert isinstance(reading, NotAnArticle), reading
    return reading.reason


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 x", "308 x", "300 x"])
@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b?utm_source=x#top", "https://www.example.com/b"),
        ("b", "https://www.example.com/news/b"),
        ("//other.example/", "https://other.example/"),
        ("HTTP://OTHER.example:80", "http://other.example/"),
        ("/\xc3\xa4", "https://www.example.com/%C3%A4"),
    ],
)
@pytest.mark.fault(40)
def test_redirects(status, location, target):
    """A redirect leads to its Location, resolved against the URL, also where that is written in UTF-8."""
    reading = read(status=status, head=f"Location: {location}\r\n")
    assert reading == NotAnArticle(reason="redirect", links=(Link(url=target, rel="redirect"),))


@pytest.mark.parametrize("location", ["javascript:alert(1)", "http://[", "ftp://x/", "file:///etc/passwd"])
@pytest.mark.fault(38, 40)
def test_redirects_to_nowhere(location):
    """A Location that is no http or https URL leads nowhere, and the reading says so."""
    reading = read(status="301 x", head=f"Location: {location}\r\n")
    assert (reason(reading), reading.links, len(reading.notes)) == ("redirect", (), 1)


@pytest.mark.fault(38)
def test_redirects_without_end():
    """A Location above the budget of a URL is not followed, and the note does not hold all of it."""
    reading = read(status="302 x", head=f"Location: /{'%41' * 40_000}\r\n")
    assert (reading.links, reading.notes) == ((), (f"location: longer than 8,000 characters: '/{'%41' * 26}%'…",))


@pytest.mark.parametrize(
    ("status", "head", "expected"),
    [
        ("404 Not Found", "", "status"),
        ("500 x", "", "status"),
        ("304 Not Modified", "", "status"),
        ("301 Moved", "", "status"),
        ("101 x", "", "status"),
        ("999 x", "", "status"),
        ("401 x", "", "login"),
        ("403 x", "CF-Mitigated: challenge\r\n", "challenge"),
        ("204 x", "", "empty"),
        ("200 OK", "", "empty"),
    ],
)
def test_the_status_decides(status, head, expected):
    """Errors, logins, challenges and answers without content are told by the head alone, and lead nowhere."""
    content = b"" if expected == "empty" else b"<a href='/b'>b</a>"
    reading = read(content, status=status, head=head)
    assert (reason(reading), reading.links) == (expected, ())


@pytest.mark.parametrize(
    ("content", "mime", "expected"),
    [
        (b"%PDF-1.7", "text/html", "pdf"),
        (b"x", "application/pdf", "pdf"),
        (b"\x89PNG\r\n\x1a\n\0", "", "image"),
        (b"x", "image/webp", "image"),
        (b"<svg/>", "image/svg+xml", "image"),
        (b"x", "video/mp4", "video"),
        (b"a{}", "text/css", "script"),
        (b"x=1", "application/javascript", "script"),
        (b"PK\x03\x04", "application/octet-stream", "other"),
        (b"hello", "text/plain", "text"),
        (b"hello", "", "text"),
        (b'{"a": 1}', "application/json", "other"),
        (b"a\0b", "text/plain", "other"),
    ],
)
def test_what_is_no_page(content, mime, expected):
    """Files that are no pages are told by their first bytes, or by what they were sent as."""
    assert reason(read(content, mime)) == expected


@pytest.mark.parametrize(
    ("content", "mime", "url", "form"),
    [
        (RSS, "application/rss+xml", URL, "rss"),
        (RSS, "text/html; charset=utf-8", URL, "rss"),
        (RSS, "text/plain", URL, "rss"),
        (b"<?xml version='1.0'?><!-- x -->" + RSS, "", URL, "rss"),
        (RSS.decode().encode("utf-16"), "text/xml", URL, "rss"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="/a"/></entry></feed>', "text/xml", URL, "atom"),
        (URLSET, "application/xml", URL, "sitemap"),
        (URLSET, "text/html", URL, "sitemap"),
        (gzip.compress(URLSET), "application/gzip", URL + ".xml.gz", "sitemap"),
        (b"https://www.example.com/a\n", "text/plain", "https://www.example.com/sitemap.txt", "sitemap"),
        (b"<sitemapindex/>", "text/xml", URL, "sitemapindex"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": []}', "application/json", URL, "jsonfeed"),
        (b"User-agent: *\nDisallow:", "text/plain", "https://www.example.com/robots.txt", "robots"),
        (b"<html>no</html>", "text/html", "https://www.example.com/robots.txt", "robots"),
    ],
)
def test_listings(content, mime, url, form):
    """Feeds and sitemaps are known by what they are, whatever they were sent as; robots.txt by its place."""
    reading = read(content, mime, url=url)
    assert isinstance(reading, Listing), reading
    assert reading.form == form


def test_entries_and_links_of_listings():
    """A feed's entries are resolved against its URL; robots.txt links to its sitemaps."""
    robots = read(b"Sitemap: /s.xml", "text/plain", url="https://www.example.com/robots.txt")
    assert [entry.link for entry in read(RSS, "text/xml").entries] == ["https://www.example.com/a"]
    assert robots.links == (Link(url="https://www.example.com/s.xml", rel="sitemap"),)


def test_codings_are_removed():
    """Transfer and content coding are removed before the content is looked at."""
    coded = gzip.compress(RSS)
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(coded), coded)
    reading = read(chunked, "text/xml", head="Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n")
    assert isinstance(reading, Listing)


@pytest.mark.parametrize(
    ("refresh", "target"),
    [
        ("0; url=/b", "https://www.example.com/b"),
        ("0;URL='/b?utm_source=x'", "https://www.example.com/b"),
        ("5,/b", "https://www.example.com/b"),
        ("url=/b", "https://www.example.com/b"),
    ],
)
@pytest.mark.fault(51)
def test_meta_refresh(refresh, target):
    """A page that only sends its readers on is a redirect."""
    page = f'<html><head><meta http-equiv="Refresh" content="{refresh}"></head><body>Moved.</body></html>'
    assert read(page.encode()) == NotAnArticle(reason="redirect", links=(Link(url=target, rel="redirect"),))


@pytest.mark.parametrize("refresh", ["300", "0", "0; url=/news/a", "600; url=/b", "0; url=mailto:x"])
@pytest.mark.fault(51)
def test_pages_that_reload_themselves(refresh):
    """A page that reloads itself, or sends its readers on later, is none."""
    page = f'<html><head><meta http-equiv="refresh" content="{refresh}"></head><body>News.</body></html>'
    assert getattr(read(page.encode()), "reason", "") != "redirect"


@pytest.mark.parametrize(
    ("block", "kind", "outcome", "why"),
    [
        (b"", "failure", "dns", "no answer: dns"),
        (b"", "revisit", "ok", "a revisit is read as the response that it refers to"),
        (b"", "response", "ok", "no HTTP status line"),
        (b"<html>", "response", "ok", "no HTTP status line"),
    ],
)
def test_records_without_a_response(block, kind, outcome, why):
    """A failure, a revisit without a block and bytes that are no HTTP are unreadable, and say why."""
    reading = READER.read(record(block, kind=kind, outcome=outcome))
    assert isinstance(reading, Unreadable)
    assert reading.reason.startswith(why)


def test_the_id_names_code_sites_and_weights():
    """The id is the version and twelve hex digits; other layouts make another id, equal ones the same."""
    site = b'name = "acme"\nhome = "https://acme.example/"\n'
    laid_out, other = (Sites([(Path("acme.toml"), site + layout)]) for layout in (b'[[layouts]]\nbody = "p"', b""))
    ids = {Reader(load_sites()).id, Reader(load_sites()).id, Reader(laid_out).id}
    assert len(ids) == 2
    assert Reader(other).id == Reader(Sites()).id  # what is no layout changes no reading
    assert all(re.fullmatch(r"[\w.]+\+[0-9a-f]{12}", name) for name in ids)


def test_a_reader_can_be_sent_to_a_child():
    """A reader can be pickled and is the same afterwards."""
    reader = Reader(load_sites())
    sent = pickle.loads(pickle.dumps(reader))
    assert (sent.id, sent.read(record(response(RSS)))) == (reader.id, reader.read(record(response(RSS))))


class _BrokenSites(Sites):
    def layout(self, url, on):
        raise KeyError(url, on)


def test_a_mistake_of_ours_stops_nothing():
    """What our own code fails at is unreadable, with the place in the code."""
    reading = Reader(_BrokenSites()).read(record(response(b"<html><body><p>News</p></body></html>")))
    assert isinstance(reading, Unreadable)
    assert re.fullmatch(r"the reader failed: KeyError in test_read\.py, line \d+", reading.reason)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200), st.sampled_from(["text/html", "text/xml", "", "application/json", "a/b", "text/plain"]))
def test_any_bytes(content, mime):
    """Whatever the bytes, they are read the same twice, and our code does not fail."""
    for begin in (b"", b"<html><body>", b"<?xml", b"<rss><item>", b"\x1f\x8b", b"{", b"<urlset><url><loc>"):
        block = response(begin + content, mime)
        reading = READER.read(record(block))
        assert reading == READER.read(record(block))
        assert not getattr(reading, "reason", "").startswith("the reader failed")
        assert isinstance(READER.read(record(content)), (Unreadable, NotAnArticle, Listing))


@needs_corpora
@pytest.mark.fault(17, 18, 19)
def test_odd_replies():
    """Each of curl's odd replies is read, and none makes our code fail."""
    lines = (CORPORA / "http_replies.jsonl").read_text().splitlines()
    replies = [base64.b64decode(json.loads(line)["reply_base64"]) for line in lines]
    reasons = [getattr(READER.read(record(reply)), "reason", "") for reply in replies]
    assert len(reasons) == 409
    assert [why for why in reasons if why.startswith("the reader failed")] == []


@needs_corpora
@pytest.mark.fault(65)
def test_public_feeds():
    """Every public feed is read as a feed, whatever it is sent as."""
    corpus = zipfile.ZipFile(CORPORA / "feeds.zip")
    forms = {read(corpus.read(name), "application/octet-stream").kind for name in corpus.namelist()}
    assert forms == {"listing"}


@needs_corpora
@pytest.mark.fault(56)
def test_naughty_strings():
    """Strings that break software do no harm in a body, a title, a Location or a Content-Type."""
    for text in json.loads((CORPORA / "naughty_strings.json").read_text()):
        line = " ".join(text.split())
        head = f"Location: {line}\r\n".encode().decode("latin-1")
        for reading in (
            read(f"<html><title>{text}</title><body><p>{text}</p><a href='{text}'>".encode("utf-8", "replace")),
            read(b"<html>", line.encode().decode("latin-1")),
            read(status="301 x", head=head),
        ):
            assert not getattr(reading, "reason", "").startswith("the reader failed")


@pytest.mark.parametrize(
    ("status", "page", "reason"),
    [
        (403, b"<title>Just a moment...</title>", "challenge"),
        (503, b"<title>x</title><script src=/cdn-cgi/challenge-platform/a.js>", "challenge"),
        (403, b"<title>403 Forbidden</title>", "status"),
        (404, b"<title>Just a moment...</title>", "status"),
    ],
)
def test_a_refusal_that_is_a_challenge(status, page, reason):
    """A refusal is a challenge where its title or scripts say so, else a mere status."""
    reading = read(page, status=f"{status} x")
    assert (reading.kind, reading.reason) == ("not_an_article", reason)


def test_the_zone_of_a_site():
    """Times on the pages of a site are read in the zone that its file names; the reader is then another one."""
    page = b"<html><head><title>News</title><meta property='article:published_time' content='2018-06-18T09:30'></head>"
    page += b"<body><article><h1>News</h1>" + b"<p>The ministry has said on Tuesday that the plant is ready.</p>" * 8
    text = b'name = "acme"\nhome = "https://www.example.com/"\n'
    zoned, plain = (Sites([(Path("acme.toml"), text + more)]) for more in (b'time_zone = "Europe/London"', b""))
    dates = [Reader(sites).read(record(response(page))).date_published for sites in (zoned, plain)]
    assert dates == ["2018-06-18T09:30:00+01:00", "2018-06-18"]
    assert Reader(zoned).id != Reader(plain).id
