"""Keys of URLs."""

from __future__ import annotations

import pytest
import surt
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.urlkey import PLAIN, cdx_key, safe_uri, url_key


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.Example.com/news/A?id=1#top", "com,example)/news/A?id=1"),
        ("http://example.com", "com,example)/"),
        ("http://example.com:80/?", "com,example)/"),
        ("https://example.com:443/a", "com,example)/a"),
        ("https://example.com:80/a", "com,example:80)/a"),
        ("http://user:pw@news.example.co.uk.:8080/a//b/", "uk,co,example,news:8080)/a//b/"),
        ("http://127.0.0.1:8000/a", "127.0.0.1:8000)/a"),
        ("http://[::1]:8000/a", "[::1]:8000)/a"),
        ("http://[::1]/a", "[::1])/a"),
        ("http://www.com/", "com,www)/"),
        ("http://b\u00fccher.example/\u00fc?q=\u00e9", "example,xn--bcher-kva)/%C3%BC?q=%C3%A9"),
        ("http://example.com/%7euser/%c3%bc", "com,example)/~user/%C3%BC"),
        ("http://example.com/a b\r\nc", "com,example)/a%20b%0D%0Ac"),
        ("dns:example.com", "dns:example.com"),
        ("urn:x:A b", "urn:x:A%20b"),
        ("", ""),
    ],
)
def test_url_key(url: str, key: str) -> None:
    """The key turns the host round, keeps the case of path and query, and forgets scheme, www and fragment."""
    assert url_key(url) == key


@settings(deadline=None)
@given(st.text() | st.text().map(lambda text: f"http://{text}"))
def test_url_key_is_total(url: str) -> None:
    """Every string has a key, of printable ASCII without a space."""
    key = url_key(url)

    assert all("!" <= char <= "~" for char in key)


@settings(deadline=None)
@given(st.text())
def test_safe_uri(url: str) -> None:
    """A URL made safe has no character that could end a header line, and is left alone the second time."""
    safe = safe_uri(url)

    assert len(safe.split()) <= 1
    assert safe_uri(safe) == safe


@pytest.mark.parametrize(
    "url", ["https://www.example.com/News?B=1&a=2", "http://example.com:80/", "http://127.0.0.1:81/a"]
)
def test_cdx_key(url: str) -> None:
    """The key of a CDXJ line is what the surt library says."""
    assert cdx_key(url) == surt.surt(url)


@settings(deadline=None, max_examples=300)
@given(st.from_regex(PLAIN, fullmatch=True))
@example("http://www.com/")
@example("https://example.com/a?b=2&B=1&b&a=&=&")
@example("http://127.0.0.1:8000/A.html/")
@example("http://999.1.1.1/")
def test_cdx_key_of_plain_urls(url: str) -> None:
    """URLs in plain form, which the library is not asked about, have the key that it would give."""
    assert cdx_key(url) == surt.surt(url)


def test_cdx_key_of_what_surt_refuses() -> None:
    """Where the surt library fails, the URL is its own key, as in cdxj-indexer."""
    assert cdx_key("http://example.com:port/") == "http://example.com:port/"
