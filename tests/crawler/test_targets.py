"""What a crawl begins with."""

from datetime import timedelta
from pathlib import Path

from archive.model import Capture, Link, Listing, NotAnArticle
from crawler.targets import Scopes, Target, resolve
from pipelines.site import Sites
from spiders.candidates import seeds
from tests.archive.catalogs import capture

FILE = b"""
name = "daily"
home = "https://www.daily.example/"
domains = ["daily.example"]
feeds = ["https://feeds.daily.example/all.xml"]
sitemaps = ["https://www.daily.example/news-map.xml"]
sections = ["https://www.daily.example/industry/"]
"""
SITES = Sites([(Path("daily.toml"), FILE)])


def urls(target: Target) -> list[str]:
    return [seed.url for seed in target.seeds]


def test_a_url_of_a_known_site() -> None:
    """A URL of a site with a site file is asked for first, then all that the file names, each once."""
    target = resolve("https://www.daily.example/industry/one?utm_source=x", SITES)

    assert target.scope.site == "daily"
    assert urls(target) == [
        "https://www.daily.example/industry/one",
        "https://www.daily.example/robots.txt",
        "https://www.daily.example/",
        "https://www.daily.example/industry/",
        "https://feeds.daily.example/all.xml",
        "https://www.daily.example/news-map.xml",
    ]


def test_a_url_that_the_site_file_names() -> None:
    """One that the file names itself is planted once."""
    target = resolve("https://feeds.daily.example/all.xml", SITES)

    assert set(urls(target)) == {seed.url for seed in seeds(SITES.named("daily"))}
    assert len(urls(target)) == len(set(urls(target)))
    assert (target.seeds[0].url, target.seeds[0].kind) == ("https://feeds.daily.example/all.xml", "feed")


def test_a_url_of_no_known_site() -> None:
    """A URL without a site file brings robots.txt, its home page and the common places of feeds and sitemaps."""
    target = resolve("https://other.example/a/b", SITES)

    assert urls(target)[:3] == [
        "https://other.example/a/b", "https://other.example/robots.txt", "https://other.example/",
    ]  # fmt: skip
    assert {"https://other.example/feed/", "https://other.example/sitemap.xml"} <= set(urls(target))


def test_one_page() -> None:
    """A URL alone is all there is to begin with, and only a redirect leads further, to any site."""
    target = resolve("https://www.daily.example/", SITES, alone=True)
    scopes = Scopes([target], SITES, only_redirects=True)
    page: Capture = capture(url="https://www.daily.example/", site="daily")
    elsewhere = "https://elsewhere.example/b"
    moved = NotAnArticle(reason="redirect", links=(Link(url=elsewhere, rel="redirect"),))
    listing = Listing(form="section", links=(Link(url="https://www.daily.example/a"),))

    assert urls(target) == ["https://www.daily.example/"]
    assert [(each.url, each.site) for each in scopes.candidates(page, moved)] == [(elsewhere, "daily")]
    assert list(scopes.candidates(page, listing)) == []


def test_navigation_is_told_once() -> None:
    """A link leads to the same candidate on every page of a day and a site, so only the first page tells of it."""
    scopes = Scopes([resolve("https://www.daily.example/", SITES)], SITES)
    menu = (Link(url="https://www.daily.example/health"), Link(url="https://elsewhere.example/"))
    first = capture(url="https://www.daily.example/1", site="daily")
    second = capture(url="https://www.daily.example/2", site="daily")
    next_day = capture(url="https://www.daily.example/3", site="daily", captured_at=first.captured_at + timedelta(1))
    page = NotAnArticle(reason="other", links=menu)
    section = Listing(form="section", links=menu)

    told = [[each.url for each in scopes.candidates(on, page)] for on in (first, second, next_day)]
    assert told == [["https://www.daily.example/health"], [], ["https://www.daily.example/health"]]
    assert [each.discovered for each in scopes.candidates(second, section)] == ["section"]


def test_sitemaps_are_told_each_time() -> None:
    """What is said of a sitemap tells how new it is, so it counts whenever it is said."""
    scopes = Scopes([resolve("https://www.daily.example/", SITES)], SITES)
    index = Listing(form="sitemapindex", links=(Link(url="https://www.daily.example/a.xml", rel="sitemap"),))
    page = capture(url="https://www.daily.example/s.xml", site="daily")

    assert [len(list(scopes.candidates(page, index))) for _ in range(2)] == [1, 1]
