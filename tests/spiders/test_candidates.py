"""What a capture leads to is worth fetching, in the right order, or is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model import Article, Capture, Entry, Link, Listing, NotAnArticle, Reading, Unreadable
from archive.urlkey import url_key
from pipelines.patterns import PathPattern
from pipelines.site import Sites
from spiders.candidates import (
    ARTICLE,
    FEED,
    REDIRECT,
    ROBOTS,
    SECTION,
    SEED,
    SITEMAP,
    Candidate,
    Found,
    Scope,
    candidates,
    seeds,
)
from spiders.places import FEED_PLACES, SITEMAP_PLACES

NOW = datetime(2018, 6, 18, 9, 30, tzinfo=UTC)
HOME = "https://www.example.com/"
SCOPE = Scope.of_target(HOME)


def found(reading: Reading, *, url: str = HOME, hops: str = "", scope: Scope = SCOPE) -> Found:
    capture = Capture(record_id="r", url=url, urlkey="k", captured_at=NOW, kind="response", hops=hops)
    return candidates(capture, reading, scope)


def section(*paths: str, rel: str = "link") -> Listing:
    return Listing(form="section", links=tuple(Link(url=_url(path), rel=rel) for path in paths))


def feed(*entries: Entry, form: str = "rss") -> Listing:
    return Listing(form=form, entries=entries)


def entry(path: str, published: str = "", updated: str = "", title: str = "") -> Entry:
    return Entry(link=_url(path), published=published, updated=updated, title=title)


def _url(path: str) -> str:
    return path if "://" in path else HOME + path


def paths(candidates: Found) -> list[str]:
    return [candidate.url.removeprefix(HOME) for candidate in candidates]


def best_first(candidates: Found) -> list[str]:
    return [c.url.removeprefix(HOME) for c in sorted(candidates, key=lambda c: -c.priority)]


def test_a_candidate_in_full():
    """A candidate says whose it is, how it was found, from where, and what the feed said of it."""
    reading = feed(entry("a", published="2018-06-18T10:00:00+01:00", updated="2018-06-18T10:15:00+01:00"))
    (candidate,) = found(reading, url=HOME + "feed", hops="L")
    assert candidate == Candidate(
        url=HOME + "a",
        site="example.com",
        host="example.com",
        kind="page",
        priority=candidate.priority,
        hops="LF",
        via=HOME + "feed",
        discovered="feed",
        published="2018-06-18T10:00:00+01:00",
        updated="2018-06-18T09:15:00.000000Z",
    )
    assert candidate.urlkey == url_key(HOME + "a")


@pytest.mark.parametrize(
    ("reading", "hop", "discovered", "kind"),
    [
        (section("a"), "L", "section", "page"),
        (Article(headline="A", body="b", links=(Link(url=HOME + "a"),)), "L", "link", "page"),
        (Unreadable(reason="x", links=(Link(url=HOME + "a"),)), "L", "link", "page"),
        (feed(entry("a")), "F", "feed", "page"),
        (feed(entry("a"), form="atom"), "F", "feed", "page"),
        (feed(entry("a"), form="sitemap"), "M", "sitemap", "page"),
        (Listing(form="sitemapindex", links=(Link(url=HOME + "a", rel="sitemap"),)), "M", "sitemap", "sitemap"),
        (Listing(form="robots", links=(Link(url=HOME + "a", rel="sitemap"),)), "M", "robots", "sitemap"),
        (NotAnArticle(reason="redirect", links=(Link(url=HOME + "a", rel="redirect"),)), "R", "redirect", "page"),
        (section("a", rel="feed"), "L", "section", "feed"),
        (section("a", rel="next"), "L", "section", "section"),
        (section("page/2/"), "L", "section", "section"),
        (section("rss.xml"), "L", "section", "feed"),
        (section("sitemap.xml"), "L", "section", "sitemap"),
    ],
)
def test_ways_of_discovery(reading, hop, discovered, kind):
    """Each way of discovery has its word and its hop letter, as Heritrix writes them."""
    (candidate,) = found(reading, hops="R", url=HOME + "x")
    assert (candidate.hops, candidate.discovered, candidate.kind) == ("R" + hop, discovered, kind)


def test_the_order():
    """Redirects, feeds, sitemaps, sections, then articles, the newest and likeliest first, then other pages."""
    links = (
        "about",
        "2018/06/18/a-new-drug-is-approved",
        "2010/06/18/an-old-drug-is-approved",
        "some-longer-story-here",
    )
    reading = Listing(
        form="section",
        links=(
            *(Link(url=HOME + path) for path in links),
            Link(url=HOME + "news", rel="section"),
            Link(url=HOME + "s", rel="sitemap"),
            Link(url=HOME + "f", rel="feed"),
            Link(url=HOME + "r", rel="redirect"),
        ),
    )
    expected = ["r", "f", "s", "news", links[1], links[3], links[2], "about"]
    assert best_first(found(reading)) == expected


def test_the_newest_entries_first():
    """Entries are fetched newest first, by what the feed says."""
    reading = feed(
        entry("a", "2018-06-01"), entry("b", "2018-06-18T09:00:00Z"), entry("c", "2016-01-01"), entry("d", "2018-06-17")
    )
    assert best_first(found(reading)) == ["b", "d", "a", "c"]


def test_late_pages_of_a_section_wait():
    """The second page of a section goes before articles, the twentieth after those of the last weeks."""
    reading = section("news?page=2", "news?page=20", "2018/06/10/a-new-drug-is-approved")
    assert best_first(found(reading)) == ["news?page=2", "2018/06/10/a-new-drug-is-approved", "news?page=20"]


def test_bands_of_priority():
    """The bands keep their order whatever stands in them."""
    assert ROBOTS > REDIRECT > SEED > FEED > SITEMAP > SECTION > ARTICLE


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("https://ads.example.org/x", "other_host"),
        ("https://example.com.evil.example/x", "other_host"),
        ("https://jane:pw@www.example.com/x", "credentials"),
        ("private/x", "excluded"),
        ("a/a/a/a/", "trap_repeats"),
        ("calendar/2031/01/", "trap_calendar"),
        ("list?sort=a&order=b", "trap_facets"),
        ("a.jpg", "not_a_page"),
        ("logout", "action"),
        ("shop?add-to-cart=7", "action"),
        ("a/amp/", "variant"),
        ("2017/12/31/old-story-about-a-drug", "older"),
        ("comments/feed/", "comments"),
    ],
)
def test_what_is_left_out(path, reason):
    """What is not worth fetching is counted by its reason."""
    scope = Scope(
        site="example.com",
        domains=frozenset({"example.com"}),
        exclude=(PathPattern("/private"),),
        since=date(2018, 1, 1),
    )
    result = found(section(path, rel="feed" if "feed" in path else "link"), scope=scope)
    assert (paths(result), dict(result.skipped)) == ([], {reason: 1})


@pytest.mark.parametrize("rel", ["amphtml", "alternate", "icon", "hub", "self"])
def test_links_that_are_not_followed(rel):
    """AMP pages, translations, icons and hubs are not followed."""
    assert dict(found(section("a", rel=rel)).skipped) == {"not_followed": 1}


@pytest.mark.parametrize("reason", ["status", "login", "challenge", "consent", "not_found"])
def test_pages_whose_links_are_not_followed(reason):
    """The links of error pages, login walls and challenges lead nowhere."""
    assert paths(found(NotAnArticle(reason=reason, links=(Link(url=HOME + "a"),)))) == []


def test_feeds_that_point_elsewhere():
    """Entries on other hosts are skipped and counted; no advertiser is crawled."""
    result = found(feed(entry("https://ads.example.org/1"), entry("a"), entry("https://ads.example.org/2")))
    assert (paths(result), dict(result.skipped)) == (["a"], {"other_host": 2})


def test_feeds_of_a_feed_service():
    """A feed that a page names on a service for feeds is fetched, any other host's is not."""
    result = found(section("https://feeds.feedburner.com/x", "https://ads.example.org/feed", rel="feed"))
    assert paths(result) == ["https://feeds.feedburner.com/x"]


@pytest.mark.fault(75)
def test_sitemaps_elsewhere():
    """A sitemap on another host counts where robots.txt names it, and then the sitemaps beside it."""
    link = Link(url="https://cdn.example.org/a.xml", rel="sitemap")
    beside = Listing(form="sitemapindex", links=(link, Link(url="https://third.example.net/b.xml", rel="sitemap")))
    assert paths(found(Listing(form="robots", links=(link,)), url=HOME + "robots.txt")) == [link.url]
    assert paths(found(beside, url="https://cdn.example.org/index.xml")) == [link.url]
    assert paths(found(beside, url=HOME + "sitemap.xml")) == []


@pytest.mark.fault(72)
@pytest.mark.parametrize(
    "text", ["Sitemap", "Read the story of the sitemap", "2026-11-32T99:99:99Z", "9999-12-31T23:59:59-14:00"]
)
@pytest.mark.parametrize("form", ["section", "sitemapindex", "robots"])
def test_a_link_to_a_sitemap_says_anything(form: str, text: str):
    """The text of a link is a time in a sitemap index alone, and not always one there; the sitemap is found."""
    link = Link(url=HOME + "sitemap.xml", text=text, rel="sitemap")

    assert paths(found(Listing(form=form, links=(link,)))) == ["sitemap.xml"]


@pytest.mark.fault(72)
def test_sitemap_indexes_end():
    """Indexes that name indexes are followed three deep; one that names itself is not followed."""
    index = Listing(
        form="sitemapindex", links=(Link(url=HOME + "s2.xml", rel="sitemap"), Link(url=HOME + "s.xml", rel="sitemap"))
    )
    assert paths(found(index, url=HOME + "s.xml", hops="MM")) == ["s2.xml"]
    assert dict(found(index, url=HOME + "s.xml", hops="MMM").skipped) == {"sitemap_depth": 1}


@pytest.mark.fault(37)
def test_redirects_end():
    """Ten redirects in a row are followed and no more; a redirect to itself or elsewhere is not."""
    redirect = NotAnArticle(reason="redirect", links=(Link(url=HOME + "a", rel="redirect"),))
    elsewhere = NotAnArticle(reason="redirect", links=(Link(url="https://other.example/", rel="redirect"),))
    assert paths(found(redirect, hops="L" + "R" * 9)) == ["a"]
    assert dict(found(redirect, hops="L" + "R" * 10).skipped) == {"redirects": 1}
    assert paths(found(redirect, url=HOME + "a")) == []
    assert dict(found(elsewhere).skipped) == {"other_host": 1}


def test_the_way_from_a_seed_ends():
    """A chain of links, such as a calendar's, is followed no longer than the scope allows."""
    scope = Scope(site="s", domains=frozenset({"example.com"}), max_hops=3)
    assert paths(found(section("a"), hops="LL", scope=scope)) == ["a"]
    assert dict(found(section("a"), hops="LLL", scope=scope).skipped) == {"hops": 1}


def test_since():
    """Entries, links and whole sitemaps that are older than asked for are dropped; what has no date stays."""
    scope = Scope(site="s", domains=frozenset({"example.com"}), since=date(2018, 6, 1))
    entries = feed(
        entry("a", "2018-05-31"), entry("b", "2018-06-01"), entry("c"), entry("d", "2018-01-01", "2018-06-02")
    )
    maps = Listing(
        form="sitemapindex",
        links=(
            Link(url=HOME + "m1.xml", rel="sitemap", text="2018-05-31T00:00:00+00:00"),
            Link(url=HOME + "m2.xml", rel="sitemap", text="2018-06-02"),
            Link(url=HOME + "2018/04/m3.xml", rel="sitemap"),
            Link(url=HOME + "m4.xml", rel="sitemap"),
        ),
    )
    assert paths(found(entries, scope=scope)) == ["b", "c", "d"]
    assert paths(found(maps, scope=scope)) == ["m2.xml", "m4.xml"]


def test_article_patterns_of_a_site_file():
    """What fits a site file's pattern goes before what only looks like an article."""
    scope = Scope(site="s", domains=frozenset({"example.com"}), article=(PathPattern("/n/*"),))
    assert best_first(found(section("2018/06/18/what-looks-like-an-article", "n/7"), scope=scope))[0] == "n/7"


@pytest.mark.fault(58)
def test_session_ids_are_left_out():
    """The number of a visit makes no new URL."""
    assert paths(found(section("a?PHPSESSID=1", "a;jsessionid=2", "a"))) == ["a"]


@pytest.mark.parametrize(("rel", "named"), [("canonical", ["2018/06/a"]), ("redirect", ["2018/06/a"]), ("amphtml", [])])
def test_what_an_article_says_it_is(rel, named):
    """The canonical URL of a page and the target of a redirect are fetched; its AMP page is not."""
    links = (Link(url=HOME + "2018/06/a", rel=rel),)
    assert paths(found(Article(headline="A", body="b", links=links), url=HOME + "amp/a")) == named


def test_each_url_once():
    """A URL that is announced and linked is one candidate, with the dates of the announcement."""
    reading = Listing(form="rss", entries=(entry("a", "2018-06-18"),), links=(Link(url=HOME + "a", rel="next"),))
    (candidate,) = found(reading, url=HOME + "feed")
    assert candidate.published == "2018-06-18"


def test_feeds_of_comments_on_an_article():
    """The feed of an article's own comments is not fetched."""
    reading = Article(headline="A", body="b", links=(Link(url=HOME + "a/feed/", rel="feed"),))
    assert dict(found(reading, url=HOME + "a/").skipped) == {"comments": 1}


@pytest.mark.parametrize("updated", ["2018-06-18T09:29:00+00:00", "2018-06-18"])
def test_a_sitemaps_own_time_is_no_change(updated):
    """When most entries changed at one moment, that moment is the sitemap's own and makes nothing due again."""
    same = [entry(f"a{n}", updated=updated) for n in range(10)]
    other = entry("b", updated="2018-06-17T00:00:00+00:00")
    changes = {c.url: c.updated for c in found(feed(*same, other, form="sitemap"))}
    assert set(changes.values()) == {"", "2018-06-17T00:00:00.000000Z"}


def test_a_change_in_the_future_is_none():
    """A change that lies after the capture is not believed."""
    assert [c.updated for c in found(feed(entry("a", updated="2018-06-18T09:31:00Z")))] == [""]


@settings(deadline=None)
@given(
    st.lists(st.text(max_size=20), max_size=5), st.sampled_from(["rss", "sitemap", "sitemapindex", "section", "robots"])
)
def test_candidates_stay_in_scope(texts, form):
    """Whatever is linked or announced: candidates are in scope, of the site, each once, and the sums are right."""
    from pipelines.urls import canonical

    urls = {canonical(HOME + text.replace("#", "")) for text in texts} | {"https://other.example/"}
    reading = Listing(form=form, links=tuple(Link(url=url) for url in urls))
    result = found(reading, url=HOME + "self")
    assert all(SCOPE.covers(c.url) and c.site == "example.com" for c in result)
    assert len({c.url for c in result}) == len(result)
    assert len(result) + sum(result.skipped.values()) <= len(urls)


def test_scope_of_an_address():
    """The scope of an address is that address with its port."""
    scope = Scope.of_target("http://127.0.0.1:8000/")
    assert (scope.site, scope.covers("http://127.0.0.1:8000/x"), scope.covers("http://127.0.0.1:8001/")) == (
        "127.0.0.1:8000",
        True,
        False,
    )


@pytest.mark.parametrize(
    ("url", "covered"),
    [
        ("https://example.com/", True),
        ("http://m.news.example.com:8080/", True),
        ("https://notexample.com/", False),
        ("https://example.com.evil.example/", False),
        ("https://example.com@evil.example/", False),
        ("https://[::1]/", False),
    ],
)
def test_scope_of_a_domain(url, covered):
    """The scope of a domain is the domain and all below it, on any port."""
    assert SCOPE.covers(url) is covered


def test_seeds_of_a_url():
    """A crawl of a URL begins with robots.txt, the URL, its home page, and the usual places."""
    found = seeds("https://www.example.com/news/a?utm_source=x")
    assert [seed.url.removeprefix(HOME) for seed in found[:3]] == ["robots.txt", "news/a", ""]
    assert [seed.kind for seed in found[:3]] == ["robots", "page", "section"]
    assert len(found) == 3 + len(FEED_PLACES) + len(SITEMAP_PLACES)
    assert [seed.priority for seed in found] == sorted((seed.priority for seed in found), reverse=True)
    assert {(seed.site, seed.host, seed.hops, seed.via, seed.discovered) for seed in found} == {
        ("example.com", "example.com", "", None, "seed")
    }


def test_seeds_of_a_feed():
    """A target that is a feed or a sitemap in a usual place stands once, and first."""
    found = seeds("https://www.example.com/feed/")
    assert [seed.url for seed in found].count("https://www.example.com/feed/") == 1
    assert (found[1].url, found[1].kind) == ("https://www.example.com/feed/", "feed")


def test_seeds_of_a_site_file():
    """The feeds, sitemaps and sections of a site file take the place of the usual ones."""
    toml = b'name="acme"\nhome="https://acme.example/en/"\nfeeds=["/f"]\nsitemaps=["/s.xml"]\nsections=["/news"]\n'
    site = Sites([(Path("acme.toml"), toml)]).named("acme")
    found = [(seed.url.removeprefix("https://acme.example/"), seed.kind) for seed in seeds(site)]
    assert found == [
        ("robots.txt", "robots"),
        ("en/", "section"),
        ("news", "section"),
        ("f", "feed"),
        ("s.xml", "sitemap"),
    ]


@pytest.mark.parametrize("target", ["", "pmlive", "ftp://example.com/", "file:///etc/passwd"])
def test_targets_that_are_no_url(target):
    """A target that is no http or https URL raises ValueError."""
    with pytest.raises(ValueError, match="URL"):
        seeds(target)


@pytest.mark.parametrize(("month", "pages"), [("05", []), ("06", ["news?page=3"])])
def test_pagination_goes_back_to_a_date(month: str, pages: list[str]):
    """The next page of a section is followed until the articles on a page are mostly older than the date asked for."""
    teasers = [f"news/2018/{month}/{day:02}/a-story-of-that-day" for day in range(1, 9)]
    listing = section(*teasers, "news/2018/06/18/the-story-of-today", "news?page=3")
    led_to = found(listing, url=HOME + "news?page=2", scope=Scope.of_target(HOME, since=date(2018, 6, 1)))
    assert [path for path in paths(led_to) if "page=" in path] == pages


@pytest.mark.parametrize(
    ("dated", "pages"), [("2018-05-20", []), ("2018-06-20", ["news?page=3"]), ("", ["news?page=3"])]
)
def test_pagination_goes_back_to_a_date_that_is_shown(dated: str, pages: list[str]):
    """Where URLs hold no days, those that the items of a page show say how far back it is."""
    teasers = [f"news/a-story-of-the-harbour-and-the-town-{number}" for number in range(8)]
    listing = replace(section(*teasers, "news?page=3"), dated=dated)
    led_to = found(listing, url=HOME + "news?page=2", scope=Scope.of_target(HOME, since=date(2018, 6, 1)))
    assert [path for path in paths(led_to) if "page=" in path] == pages
