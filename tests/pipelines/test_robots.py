"""robots.txt is read as RFC 9309 says, and as Google's parser does where it says nothing."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.robots import MAX_BYTES, MAX_CRAWL_DELAY, MAX_WILDCARDS, Robots, read_robots

CORPORA = Path(__file__).parents[3] / "shared/corpora"
needs_corpora = pytest.mark.skipif(not CORPORA.exists(), reason="needs ../shared/corpora")
URL = "https://example.com"


def allows(robots: str | bytes, path: str, agent: str = "pressmark") -> bool:
    return Robots(robots if isinstance(robots, bytes) else robots.encode()).allowed(URL + path, agent)


@needs_corpora
@pytest.mark.fault(80)
def test_the_cases_of_googles_parser():
    """All public cases of Google's parser come out as there."""
    cases = json.loads((CORPORA / "google_robots_cases.json").read_text())
    wrong = [c for c in cases if Robots(c["robots"].encode()).allowed(c["url"], c["agent"]) != c["allowed"]]
    assert wrong == []


@needs_corpora
def test_the_files_of_crawler_commons():
    """Every robots.txt of crawler-commons can be read; what it forbids a crawler without a group is known."""
    corpus = zipfile.ZipFile(CORPORA / "sitemaps_robots.zip")
    forbidden = {
        "robots/robots-with-utf8-bom.txt": "/login.aspx",
        "robots/robots-with-utf16le-bom.txt": "/login.aspx",
        "robots/robots-with-utf16be-bom.txt": "/login.aspx",
        "robots/wildcards.txt": "/gp/cart",
        "robots/relative-sitemap-robots.txt": "/cache/x",
        "robots/twitter.com-robots.txt": "/a?b",
        "robots/rfc9309-example-simple-robots.txt": "/a.gif",
    }
    read = {name: Robots(corpus.read(name)) for name in corpus.namelist() if name.startswith("robots/")}
    assert len(read) == 24
    assert [name for name, path in forbidden.items() if read[name].allowed(URL + path, "pressmark")] == []


@pytest.mark.parametrize(
    "robots",
    [
        "User-agent: *\nDisallow: /x",
        "\ufeffUser-agent: *\nDisallow: /x",
        "user-agent : *\rdisallow:/x",
        "User-agent: *\r\n\r\n\r\nDisallow: /x # no",
        "useragent: *\ndissallow /x",
        "User-agent: * foo\nDisallow: /x",
        "User-agent: other\nSitemap: /s.xml\nUser-agent: *\nCrawl-delay: 3\nDisallow: /x",
        "User-agent: PressMark/2.0 (+https://example.org)\nDisallow: /x",
        "\0User-agent: *\nDisallow: /x",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.fault(79)
def test_odd_files_forbid_all_the_same(robots, encoding):
    """Byte order marks, NUL, UTF-16, odd line ends and common mistakes do not open a site."""
    content = robots.encode(encoding)
    assert (allows(content, "/x"), allows(content, "/y")) == (False, True)


@pytest.mark.parametrize("content", [b"", b"<html><body>Disallow: nothing</body></html>", b"\xff\xfe", b"\x00\x01\x02"])
@pytest.mark.fault(79)
def test_what_is_no_robots_txt_allows_everything(content):
    """A file without rules allows everything."""
    assert allows(content, "/x")


def test_the_longest_pattern_wins():
    """Of several patterns that match the longest counts, Allow where two are equal (RFC 9309, 2.2.2)."""
    robots = "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /*.php\nAllow: /a.php\nDisallow: /c\nAllow: /c"
    allowed = [path for path in ("/a", "/a/b", "/x.php", "/a.php", "/c") if allows(robots, path)]
    assert allowed == ["/a/b", "/a.php", "/c"]


def test_a_group_of_ones_own_counts_alone():
    """Where a group names the agent, the group for all is not read; several groups for it are one."""
    robots = "User-agent: *\nDisallow: /\n\nUser-agent: pressmark\nDisallow: /a\n\nUser-agent: pressmark\nDisallow: /b"
    assert [allows(robots, path) for path in ("/", "/a", "/b")] == [True, False, False]


def test_robots_txt_itself_is_allowed():
    """robots.txt may always be fetched (RFC 9309, 2.2.2)."""
    assert allows("User-agent: *\nDisallow: /", "/robots.txt")


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        *(("2", 2.0), ("0.5", 0.5), ("0", 0.0), ("1e9", MAX_CRAWL_DELAY), ("inf", MAX_CRAWL_DELAY)),
        *(("-1", None), ("NaN", None), ("soon", None), ("", None)),
    ],
)
@pytest.mark.fault(82)
def test_crawl_delay(asked, given):
    """A crawl-delay is kept within limits; what is no number of seconds is none."""
    assert Robots(f"User-agent: *\nCrawl-delay: {asked}\n".encode()).crawl_delay("pressmark") == given


def test_crawl_delay_belongs_to_a_group():
    """The delay of another agent's group is not ours, nor is that for all where there is one of our own."""
    robots = Robots(b"User-agent: a\nCrawl-delay: 9\nDisallow:\n\nUser-agent: *\nCrawl-delay: 3\nDisallow:\n")
    assert (robots.crawl_delay("a"), robots.crawl_delay("pressmark")) == (9.0, 3.0)


def test_sitemaps():
    """Sitemaps are links of the listing, resolved against robots.txt, each once, wherever they stand."""
    content = b"Sitemap: /s.xml\nUser-agent: *\nDisallow: /\nsitemap:https://cdn.example.org/n.xml\n"
    content += b"Sitemap: /s.xml\nSitemap: ftp://x"
    listing = read_robots(content, url=URL + "/robots.txt")
    assert [(link.url, link.rel) for link in listing.links] == [
        (URL + "/s.xml", "sitemap"),
        ("https://cdn.example.org/n.xml", "sitemap"),
    ]


@pytest.mark.fault(79)
def test_a_file_that_is_too_long():
    """Beyond 500 KiB a file is not read, and the listing says so (RFC 9309, 2.5)."""
    content = b"User-agent: *\nDisallow: /a\n" + b"#" * MAX_BYTES + b"\nDisallow: /b\n"
    assert (allows(content, "/a"), allows(content, "/b")) == (False, True)
    assert read_robots(content, url=URL).notes[0].startswith("robots: ")


@pytest.mark.fault(81)
def test_many_rules_cost_little():
    """With 200,000 rules, or with 1,000 wildcards, a URL is judged within 50 ms (here with fivefold slack)."""
    many = Robots(b"User-agent: *\n" + b"".join(b"Disallow: /p%d\n" % n for n in range(200_000)))
    wild = Robots(b"User-agent: *\n" + b"".join(b"Disallow: /*a*b*%d*c$\n" % n for n in range(1_000)))
    for robots in (many, wild):
        robots.allowed(URL + "/", "pressmark")
        begun = process_time()
        robots.allowed(URL + "/p" + "ab1" * 600, "pressmark")
        assert process_time() - begun < 0.25


def test_too_many_wildcards_make_it_stricter():
    """Beyond the budget for wildcards a Disallow counts up to its first star, and an Allow does not count."""
    rules = "".join(f"Disallow: /x{n}*\n" for n in range(MAX_WILDCARDS))
    robots = "User-agent: *\n" + rules + "Disallow: /private*secret\nAllow: /private*secret*open\n"
    assert (allows(robots, "/private"), allows(robots, "/other")) == (False, True)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_can_be_read(content):
    """Whatever the bytes, an answer comes out."""
    assert Robots(b"User-agent: *\nDisallow: /\n" + content).allowed(URL + "/robots.txt", "pressmark")


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["Allow", "Disallow"]), max_size=5),
    st.text(alphabet="ab*$/%", max_size=6),
    st.text("ab/%"),
)
def test_more_allows_never_forbid(kinds, pattern, path):
    """Adding an Allow rule never takes a permission away."""
    before = "User-agent: *\n" + "".join(f"{kind}: /{'a' * n}\n" for n, kind in enumerate(kinds))
    assert allows(before + f"Allow: /{pattern}\n", "/" + path) >= allows(before, "/" + path)
