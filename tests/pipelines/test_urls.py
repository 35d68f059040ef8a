"""URLs have one form, name one owner, and tell what they can before anything is fetched."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from urllib.parse import urljoin

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.tracking_parameters import AMBIGUOUS_NAMES, NAMES, PREFIXES
from pipelines.urls import (
    MAX_CACHED,
    MAX_URL,
    UrlTooLong,
    UrlWithCredentials,
    article_likeness,
    canonical,
    date_in,
    has_credentials,
    host_of,
    is_not_a_page,
    is_variant,
    joined,
    month_in,
    outlink,
    plain_form,
    registered_domain,
    same_site,
    standard_form,
    without_session,
)

CASES = Path(__file__).parents[3] / "shared/corpora/url_parsing.json"
ARTICLES = Path(__file__).parents[3] / "shared/extraction/public/fundus.jsonl"


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("HTTPS://Example.COM:443/a/../b c#top", "https://example.com/b%20c"),
        ("http://example.com", "http://example.com/"),
        ("http://example.com:80/?", "http://example.com/?"),
        ("http://example.com:8080/", "http://example.com:8080/"),
        ("http:\\\\example.com\\a", "http://example.com/a"),
        ("http://bücher.example/ä?q=ü", "http://xn--bcher-kva.example/%C3%A4?q=%C3%BC"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("https://example.com/a\n b", "https://example.com/a%20b"),
        ("https://example.com/\ud800", "https://example.com/%EF%BF%BD"),
        ("https://example.com/%7Ejane/~jane", "https://example.com/%7Ejane/~jane"),
        ("https://example.com./", "https://example.com./"),
    ],
)
def test_the_form_is_that_of_the_url_standard(url, form):
    """A URL is written as the URL standard serialises it, without its fragment."""
    assert canonical(url) == form


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("https://example.com/a?utm_source=x&id=7&UTM_Medium=y", "https://example.com/a?id=7"),
        ("https://example.com/a?fbclid=1", "https://example.com/a"),
        ("https://example.com/a?b=1&&gclid=2&c", "https://example.com/a?b=1&&c"),
        ("https://example.com/a?ref=rss", "https://example.com/a"),
        ("https://example.com/a?ref=main", "https://example.com/a?ref=main"),
        ("https://example.com/a?cid=4&sid=5&page=2", "https://example.com/a?cid=4&sid=5&page=2"),
        ("https://example.com/utm_source=x?a", "https://example.com/utm_source=x?a"),
    ],
)
def test_tracking_parameters_are_left_out(url, form):
    """Parameters that only measure how a reader came are left out; what may choose the page stays."""
    assert canonical(url) == form


@pytest.mark.parametrize(
    ("reference", "base", "form"),
    [
        ("/a/b", "https://example.com/x/y", "https://example.com/a/b"),
        ("/a/../b", "https://example.com/x/y", "https://example.com/b"),
        ("c.html?utm_term=1#x", "https://example.com/x/y", "https://example.com/x/c.html"),
        ("//cdn.example.com/a", "https://example.com/x/y", "https://cdn.example.com/a"),
        ("/a", "HTTPS://EXAMPLE.com", "https://example.com/a"),
        ("?page=2", "https://example.com/x?page=1", "https://example.com/x?page=2"),
        ("", "https://example.com/x?a=1#f", "https://example.com/x?a=1"),
    ],
)
def test_relative_references(reference, base, form):
    """A relative reference is resolved against its base."""
    assert canonical(reference, base) == form


@pytest.mark.parametrize(
    "url",
    [
        *("", "/a", "mailto:a@example.com", "javascript:void(0)", "ftp://example.com/", "data:text/html,x", "tel:+1"),
        *("http://", "http://a b/", "http://[1]/", "http://example.com:99999/", "\0"),
        *("http://a.b.c.xn--pokxncvks/", "https://xn--/"),
        *("http://" + "a." * 130 + "com/", "http://" + "a" * 251 + ".com:80/%41"),
    ],
)
def test_what_is_no_http_url(url):
    """What is no http or https URL raises ValueError."""
    with pytest.raises(ValueError, match=r"URL|host"):
        canonical(url)


@settings(deadline=None)
@given(st.text(max_size=80))
@example("a?utm_a&#\t")
@example("h?&&utm_source=1&")
@example("\\..\\.%2e/?a= #")
def test_canonical_is_idempotent(rest):
    """The canonical form of a canonical form is itself."""
    try:
        once = canonical(rest, "https://example.com/dir/")
    except ValueError:
        return
    assert canonical(once) == once


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(["http://", "HTTPS://", "http:\\\\", "//", "?", "#", ""]),
    st.lists(
        st.sampled_from(
            [*"ab./\\?&=#%:@[]; \t\u00fc\u202e", "%2e", "%41", "..", "utm_source=x", "xn--", ":80", "127.1"]
        )
    ),
)
def test_canonical_is_idempotent_for_odd_urls(scheme, parts):
    """So is that of whatever is put together of what URLs have a meaning for."""
    try:
        once = canonical(scheme + "".join(parts), "https://user@example.com:8443/dir/page?q#f")
    except ValueError:
        return
    assert canonical(once) == canonical(once, "https://other.example/") == once


@settings(deadline=None)
@given(st.text(max_size=60))
def test_the_short_cut_gives_the_standards_form(rest):
    """What needs no parser gets the same form as from the parser."""
    url = "https://example.com/" + rest
    try:
        expected = standard_form(url).partition("#")[0]
    except ValueError:
        return
    query_free = expected.partition("?")[0]
    assert canonical(url).partition("?")[0] == query_free


@pytest.mark.parametrize("url", ["http://jane:pw@example.com/@b?a=@c#@", "//jane@example.com/@b?a=@c"])
def test_an_outlink_has_no_password(url):
    """A link that brings a password along is none, and what is said of it does not hold the password."""
    assert outlink("/@b?a=@c", "http://bob:pw@example.com/") == "http://example.com/@b?a=@c"
    with pytest.raises(UrlWithCredentials, match=r"^with a password: 'http://example\.com/@b\?a=@c'$"):
        outlink(url, "http://bob:pw@example.com/")


@pytest.mark.parametrize("path", ["a" * MAX_URL, "\u00e9" * (MAX_URL // 2), "?" + "a=b&" * MAX_URL])
def test_a_url_has_a_budget(path):
    """What is longer than the budget, as it stands or once it is escaped, is no URL for us, absolute or relative."""
    for url, base in (("https://example.com/" + path, ""), ("/" + path, "https://example.com/")):
        with pytest.raises(UrlTooLong, match="longer than 8,000 characters"):
            canonical(url, base)


def test_long_urls_are_not_remembered():
    """A page cannot fill the memory with its URLs: long ones pass the cache by."""
    long = "https://example.com/" + "a" * MAX_CACHED
    assert canonical(long) == long
    assert registered_domain("https://" + "a." * MAX_CACHED + "example.com/") == "example.com"


@pytest.mark.skipif(not CASES.exists(), reason="needs ../shared/corpora")
def test_the_cases_of_the_url_standard():
    """Every public case of the URL standard has its href, or raises ValueError where it is not http or https."""
    wrong = []
    for case in json.loads(CASES.read_text()):
        base = "" if case["base"] in (None, "about:blank") else case["base"]
        href = None if case.get("failure") or not case["href"].startswith(("http://", "https://")) else case["href"]
        try:
            found = standard_form(case["input"], base), canonical(case["input"], base)
        except ValueError:
            found = None, None
        if found != (href, href and href.partition("#")[0]):
            wrong.append((case["input"], base, href, found))
    assert wrong == []


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.news.bbc.co.uk/a", "bbc.co.uk"),
        ("http://www.pharmaledger.example:8000/", "pharmaledger.example"),
        ("https://user:pw@www.example.com/", "example.com"),
        ("https://one.blogspot.com/", "one.blogspot.com"),
        ("http://127.0.0.1:8000/x", "127.0.0.1:8000"),
        ("http://127.0.0.1/x", "127.0.0.1:80"),
        ("https://[::1]:8443/", "[::1]:8443"),
        ("https://[2001:db8::1]/", "[2001:db8::1]:443"),
        ("http://localhost:8000/", "localhost:8000"),
        ("localhost:8000", "localhost:8000"),
        ("example.com", "example.com"),
        ("https://co.uk/", "co.uk"),
        ("https://example.com./", "example.com"),
        ("", ":80"),
    ],
)
def test_registered_domain(url, domain):
    """A URL belongs to the registered domain of its host; an address or a single name stands with its port."""
    assert registered_domain(url) == domain


@settings(deadline=None)
@given(st.text(max_size=60))
def test_registered_domain_is_total(text):
    """Any string has an owner of some kind; nothing is raised."""
    assert isinstance(registered_domain(text), str)


def test_same_site():
    """Two hosts below one registered domain are one site; two ports of an address are two."""
    assert same_site("https://www.example.com/", "http://m.example.com/a")
    assert not same_site("http://127.0.0.1:8000/", "http://127.0.0.1:8001/")


def test_host_and_credentials():
    """The host comes with its port and without user; whether there is one can be asked."""
    assert host_of("https://jane:pw@www.example.com:8443/a") == "www.example.com:8443"
    assert has_credentials("https://jane@example.com/")
    assert not has_credentials("https://example.com/@jane")


@pytest.mark.parametrize(
    "variant",
    [
        "https://example.com/news/a",
        "http://www.example.com/news/a/",
        "https://m.example.com/news/a",
        "https://amp.example.com/news/a",
        "https://example.com/amp/news/a",
        "https://example.com/news/a/amp/",
        "https://example.com/news/a?amp=1",
        "https://example.com/news/a?outputType=amp",
        "https://example.com/news/a/print",
        "https://example.com/news/a?print=1",
        "https://example.com/news/a;jsessionid=0A1B2C",
        "https://example.com/news/a?PHPSESSID=0f9c",
    ],
)
def test_variants_have_one_plain_form(variant):
    """AMP, mobile, print and session variants of a page have its plain form."""
    assert plain_form(canonical(variant)) == "https://example.com/news/a"


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("https://example.com/a/amp/", True),
        ("https://example.com/a.amp.html", True),
        ("https://example.com/a?print=1", True),
        ("https://example.com/amplifier/", False),
        ("https://example.com/print-media/a", False),
        ("https://example.com/blueprint", False),
        ("https://example.com/", False),
    ],
)
def test_marks_of_variants(url, is_one):
    """An AMP or print page is known by a mark of its own, not by words that contain it."""
    assert is_variant(url) is is_one


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://example.com/a?sid=0123456789abcdef0123456789abcdef&id=3", "https://example.com/a?id=3"),
        ("https://example.com/a?sid=12&id=3", "https://example.com/a?sid=12&id=3"),
        ("https://example.com/(S(abc123))/a.aspx", "https://example.com/a.aspx"),
        ("https://example.com/a?jsessionid=1", "https://example.com/a"),
        ("https://example.com/a;sid=3f2a/b;v=1?b", "https://example.com/a/b;v=1?b"),
        ("https://example.com/a?b", "https://example.com/a?b"),
    ],
)
def test_numbers_of_visits(url, plain):
    """The number of a visit is left out; a short number of the same name is not taken for one."""
    assert without_session(url) == plain


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("news/2018/06/18/a", date(2018, 6, 18)),
        ("news/2018/6/8/a", date(2018, 6, 8)),
        ("2018-06-18-a-story", date(2018, 6, 18)),
        ("news/20180618/a", date(2018, 6, 18)),
        ("news/2018/jun/18/a", date(2018, 6, 18)),
        ("news/2018/june/18/a", date(2018, 6, 18)),
        ("2018/31/12/a/2019/01/02", date(2019, 1, 2)),
        ("news/2018/02/31/a", None),
        ("news/12018/06/18", None),
        ("a-201806181234567", None),
        ("?d=2018-06-18", None),
        ("2018/06/", None),
    ],
)
def test_date_in(path, day):
    """The day in a path is found in its usual forms; a day that does not exist is none."""
    assert date_in("https://example.com/" + path) == day


def test_month_in():
    """The month in a path is found with and without a day."""
    assert month_in("https://example.com/2018/06/a") == "2018-06"
    assert month_in("https://example.com/2018/06/18/a") == "2018-06"
    assert month_in("https://example.com/2018/13/a") == ""


@pytest.mark.parametrize(
    "path",
    [
        "news/2018/06/18/new-drug-approved-in-europe",
        "pharma_news/novo_wins_approval_for_semaglutide_1234567",
        "news/articles/clymn8zyrp9o",
        "story/cancer-drug-fails-late-trial/5-95-2070077",
        "artikel/kassen-zahlen-mehr-fuer-neue-arzneimittel.html",
        "index.php?id=30123",
        "blog/why-biosimilars-take-so-long/amp",
    ],
)
def test_articles_look_like_articles(path):
    """Slugs, dates and numbers make a URL look like an article."""
    assert article_likeness("https://example.com/" + path) >= 0.35


@pytest.mark.parametrize(
    "path",
    [
        *("", "news", "news/", "tag/oncology", "author/jane-doe-of-the-news-desk", "news/page/2/", "2018/06/", "2018/"),
        *("about-us/our-company-and-its-history", "search?q=a&b=c", "login", "report-on-the-market-2018.pdf", "feed/"),
        *("jobs/senior-medical-writer-12345", "events/bio-europe-2018-in-copenhagen", "style.css", "clinical-trials"),
    ],
)
def test_other_pages_do_not(path):
    """Home, section, tag, company and job pages, and files, do not look like articles."""
    assert article_likeness("https://example.com/" + path) < 0.35


@settings(deadline=None)
@given(st.text(max_size=60))
def test_likeness_is_a_probability(path):
    """Whatever the path, the likeness lies between 0 and 1."""
    try:
        url = canonical("https://example.com/" + path)
    except ValueError:
        return
    assert 0 <= article_likeness(url) <= 1


@pytest.mark.skipif(not ARTICLES.exists(), reason="needs ../shared/extraction")
def test_likeness_of_real_articles():
    """At least 95 % of the URLs of real newspaper articles look like articles."""
    urls = [json.loads(line)["url"] for line in ARTICLES.read_text().splitlines()]
    likely = [article_likeness(canonical(url)) >= 0.35 for url in urls if url.startswith("http")]
    assert sum(likely) >= 0.95 * len(likely)


@given(
    st.sampled_from(["https://example.com/a/b?c", "http://example.org", ""]),
    st.from_regex(r"(?:https?://(?:example\.com|A-b\.example)|/|x)[a-zA-Z/.:;?#%&=~,\\ -]{0,12}", fullmatch=True),
)
@example("https://example.com/a/", "https://example.com/./b/../c")
def test_joining_is_what_the_library_does(base, url):
    """An address is resolved as `urllib.parse.urljoin` does it, also where that is not asked."""
    assert joined(base, url) == urljoin(base, url)


@pytest.mark.parametrize(
    ("path", "is_one"), [("a.pdf", True), ("a.PDF?x=1", True), ("news/map", False), ("a.html", False), ("", False)]
)
def test_files_that_are_no_pages(path, is_one):
    """A known ending of files that are no pages tells them apart."""
    assert is_not_a_page("https://example.com/" + path) is is_one


def test_the_table_is_in_lower_case():
    """The names of the table are compared in lower case, so they stand in it."""
    names = {*NAMES, *PREFIXES, *AMBIGUOUS_NAMES}
    assert {name for name in names if name != name.lower()} == set()


def test_the_table_names_what_every_site_uses():
    """The parameters of the largest networks are in the table."""
    assert {"fbclid", "gclid", "msclkid", "mc_cid", "mkt_tok", "_hsenc"} <= NAMES
    assert {"utm_", "pk_", "mtm_"} <= set(PREFIXES)


_SESSIONS = [
    *(
        "PHPSESSID=0f9c",
        "jsessionid=1",
        ";jsessionid=1A2B",
        ";sid=3f2a",
        "(S(abc123))",
        "sid=0123456789abcdef",
        "sid=12",
    ),
    *("/", "/amp/", "?amp=1", "&", "?", "a", "b/", "id=3", ".", "..", "utm_source=x", "print"),
]


@settings(deadline=None, max_examples=500)
@given(st.lists(st.sampled_from(_SESSIONS), max_size=9))
@pytest.mark.fault(58)
def test_a_url_without_session_stays_as_it_is(parts):
    """Once the number of a visit is off, neither that nor the canonical form takes anything more away."""
    url = without_session(canonical("https://example.com/" + "".join(parts)))
    assert without_session(url) == canonical(url) == url


@settings(deadline=None, max_examples=500)
@given(st.sampled_from(["", "www.", "m.", "amp.", "mobile."]), st.lists(st.sampled_from(_SESSIONS), max_size=9))
def test_the_plain_form_is_its_own(host, parts):
    """The plain form of a plain form is itself, so that variants of variants have one, too."""
    once = plain_form(canonical(f"http://{host}example.com/" + "".join(parts)))
    assert plain_form(canonical(once)) == once
