"""Parts of a site that bring no news are left alone, and no others."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.model import Article, Capture, Link, Listing, NotAnArticle, Reading
from spiders.barren import (
    FEW_DATED,
    FEW_DEAD_ENDS,
    PATIENCE,
    PATIENCE_OF_HOST,
    Barren,
    folders_of,
    parts_of,
)
from spiders.candidates import ARTICLE, OTHER

HOME = "https://www.example.com/"
DATED = Article(headline="A", body="b", date_published="2018-06-18")
UNDATED = Article(headline="A", body="b")
SECTION = Listing(form="section")


def saw(barren: Barren, path: str, reading: Reading, *, via: str = "", discovered: str = "link") -> None:
    now = datetime(2018, 6, 18, tzinfo=UTC)
    url = HOME + path
    barren.saw(
        Capture(
            record_id="r", url=url, urlkey="k", captured_at=now, kind="response", via=HOME + via, discovered=discovered
        ),
        reading,
    )


def bars(barren: Barren, path: str, *, discovered: str = "link", priority: int = ARTICLE) -> bool:
    return barren.bars(HOME + path, discovered=discovered, priority=priority)


@pytest.mark.parametrize("reading", [UNDATED, SECTION, NotAnArticle(reason="other")])
@pytest.mark.fault(62)
def test_a_tarpit_ends(reading):
    """After so many pages without news a part of a site is left alone; the rest of the site is not."""
    barren = Barren()
    for n in range(PATIENCE):
        assert not bars(barren, f"wiki/{n}a7f3c")
        saw(barren, f"wiki/{n}a7f3c", reading)
    assert bars(barren, "wiki/ffff0")
    assert not bars(barren, "news/a-story")
    assert list(barren.barren_parts()) == [("example.com/wiki/*", PATIENCE)]


@pytest.mark.parametrize("discovered", ["feed", "sitemap", "seed", "redirect"])
def test_what_is_announced_is_never_held_back(discovered):
    """Feeds, sitemaps, seeds and redirects lead anywhere, also into barren parts, and do not make a part barren."""
    barren = Barren()
    for n in range(PATIENCE):
        saw(barren, f"wiki/{n}", UNDATED)
        saw(barren, f"news/{n}", UNDATED, discovered=discovered)
    assert not bars(barren, "wiki/x", discovered=discovered)
    assert not bars(barren, "news/x")


def test_news_keep_a_part_open():
    """A part in which one page in fifty is an article with a date stays open."""
    barren = Barren()
    for n in range(10 * PATIENCE):
        saw(barren, f"news/{n}", UNDATED if n % 50 else DATED)
    assert not bars(barren, "news/x")


def test_lists_are_worth_what_they_lead_to():
    """Pages that only list articles, and redirects to articles, stay open as long as they lead to news."""
    barren = Barren()
    for n in range(2 * PATIENCE):
        saw(barren, f"tag/{n}", SECTION)
        saw(barren, f"news/{n}", DATED, via=f"tag/{n}", discovered="section")
        saw(barren, f"go/{n}", NotAnArticle(reason="redirect", links=(Link(url=f"{HOME}r/{n}", rel="redirect"),)))
        further = NotAnArticle(reason="redirect", links=(Link(url=f"{HOME}news/x{n}", rel="redirect"),))
        saw(barren, f"r/{n}", further, discovered="redirect")
        saw(barren, f"news/x{n}", DATED, discovered="redirect")
    assert [path for path in ("tag/x", "go/x", "r/x", "news/y") if bars(barren, path)] == []


def test_redirects_to_what_is_known():
    """Short links to articles that were fetched before bring nothing new, and are no trap."""
    barren = Barren()
    for n in range(2 * PATIENCE):
        saw(barren, f"go/{n}", NotAnArticle(reason="redirect", links=(Link(url=f"{HOME}news/{n}", rel="redirect"),)))
    assert not bars(barren, "go/x")


def test_redirects_to_pages_without_news():
    """Short links that lead to ever more pages without news end like those pages themselves."""
    barren = Barren()
    for n in range(PATIENCE):
        saw(barren, f"go/{n}", NotAnArticle(reason="redirect", links=(Link(url=f"{HOME}wiki/{n}", rel="redirect"),)))
        saw(barren, f"wiki/{n}", UNDATED, discovered="redirect")
    assert bars(barren, "go/x")


def test_a_host_of_many_barren_parts():
    """When a whole host brings nothing, only what looks like an article is followed there."""
    barren = Barren()
    for n in range(PATIENCE_OF_HOST):
        saw(barren, f"{'abcdefghijklmnopqrst'[n % 20]}x/y", UNDATED)
    assert bars(barren, "elsewhere/z", priority=OTHER)
    assert not bars(barren, "elsewhere/z", priority=ARTICLE)


@pytest.mark.parametrize(
    ("path", "district"),
    [
        ("", "example.com/"),
        ("news", "example.com/news"),
        ("news/2018/a", "example.com/news/*"),
        ("2018/06/a", "example.com/*/*"),
        ("finder/?b=1&a=2", "example.com/finder/* a,b"),
        ("3fa8c04e", "example.com/*"),
    ],
)
def test_districts(path, district):
    """A district is the first segment without what changes, and the names in the query."""
    assert parts_of(HOME + path) == ["example.com", district]


OUT = tuple(Link(url=f"{HOME}{name}/", rel="link") for name in ("pharma", "biotech", "devices"))
DEAD_ENDS = [SECTION, UNDATED, NotAnArticle(reason="other", links=OUT)]


def with_dates() -> Barren:
    """A site whose articles carry dates, of which some have been seen."""
    barren = Barren()
    for n in range(FEW_DATED):
        saw(barren, f"news/{n}", DATED)
    return barren


def bars_within(barren: Barren, folder: str, *, priority: int = OTHER) -> bool:
    return barren.bars(f"{HOME}{folder}further", discovered="link", priority=priority, via=f"{HOME}{folder}x")


@pytest.mark.parametrize("discovered", ["link", "section"])
@pytest.mark.parametrize("reading", DEAD_ENDS)
@pytest.mark.fault(57, 59, 61, 62)
def test_a_folder_that_lives_on_itself(reading: Reading, discovered: str) -> None:
    """A few pages that only their own folder names, and that lead nowhere, end it; all else of the site stays open."""
    barren = with_dates()
    for n in range(FEW_DEAD_ENDS):
        assert not bars_within(barren, "wiki/")
        saw(barren, f"wiki/{n}", reading, via="wiki/x", discovered=discovered)

    assert bars_within(barren, "wiki/")
    assert [bars_within(barren, folder) for folder in ("wiki/deeper/", "wikis/", "")] == [False, False, False]
    assert not bars_within(barren, "wiki/", priority=ARTICLE)
    assert not barren.bars(f"{HOME}wiki/y", discovered="link", priority=OTHER, via=f"{HOME}news/1")
    assert list(barren.barren_parts()) == [("example.com/wiki/*", FEW_DEAD_ENDS)]


def fed(barren: Barren, folder: str, reading: Reading, *, via: str = "x") -> None:
    for n in range(3 * FEW_DEAD_ENDS):
        saw(barren, f"{folder}{n}", reading, via=folder + via)


def test_undated_articles_that_lead_elsewhere() -> None:
    """A chain of undated articles with the site's navigation around them is no trap."""
    barren = with_dates()
    fed(barren, "reports/", Article(headline="A", body="b", links=OUT))
    assert not bars_within(barren, "reports/")


def test_lists_that_name_ever_more_articles() -> None:
    """Lists of one folder stay open as long as each names an article that none before it has named."""
    barren = with_dates()
    for n in range(3 * FEW_DEAD_ENDS):
        story = Link(url=f"{HOME}news/2018/06/18/a-story-of-number-{n}", rel="link")
        saw(barren, f"tag/{n}", Listing(form="section", links=(*OUT, story)), via="tag/x")
    assert not bars_within(barren, "tag/")
    fed(barren, "finder/", Listing(form="section", links=(*OUT, story)))
    assert bars_within(barren, "finder/")


def test_what_brings_something_buys_more() -> None:
    """An article with a date in a folder, or one that a page of the folder leads to, buys it further dead ends."""
    barren = with_dates()
    saw(barren, "press/a", DATED, discovered="sitemap")
    saw(barren, "elsewhere/b", DATED, via="press/x", discovered="section")
    fed(barren, "press/", SECTION)
    assert bars_within(barren, "press/")
    saw(barren, "press/c", DATED)
    assert not bars_within(barren, "press/")


def test_what_the_home_page_names() -> None:
    """Pages that a crawl began with, or was sent to from there, vouch for what they name."""
    barren = with_dates()
    home = Capture(
        record_id="r",
        url=f"{HOME}en/index",
        urlkey="k",
        captured_at=datetime(2018, 6, 18, tzinfo=UTC),
        kind="response",
        hops="R",
        discovered="redirect",
    )
    barren.saw(home, SECTION)
    fed(barren, "en/", SECTION, via="index")
    assert not bars_within(barren, "en/")


def test_sites_without_dates() -> None:
    """Where the articles carry no dates, folders have the patience of a district."""
    barren = Barren()
    fed(barren, "wiki/", UNDATED)
    assert not bars_within(barren, "wiki/")


@pytest.mark.parametrize(
    ("path", "folders"),
    [
        ("", []),
        ("about", []),
        ("news/a", ["news/"]),
        ("news/a/", ["news/"]),
        ("en/news/2018/a", ["en/news/", "en/news/*/"]),
        ("calendar/?month=2018-06", ["calendar/"]),
        ("archive/list.php?year=2018", ["archive/list.php"]),
        ("?page=2", []),
    ],
)
def test_folders(path: str, folders: list[str]) -> None:
    """A folder is the path up to the page, of an edition what is below it, with a query the path itself."""
    assert folders_of(HOME + path) == [f"example.com/{folder}" for folder in folders]


def test_articles_that_have_not_changed_tell_that_a_site_dates_them():
    """On a later job, which reads no article again, a folder that lives on itself is known as soon as on the first."""
    barren = Barren()
    for n in range(FEW_DATED):
        url = f"{HOME}news/2018/06/18/a-story-of-some-length-{n}"
        now = datetime(2018, 6, 18, tzinfo=UTC)
        barren.saw(Capture(record_id="r", url=url, urlkey="k", captured_at=now, kind="revisit"), None)
    for n in range(FEW_DEAD_ENDS):
        saw(barren, f"en/wiki/{n}", UNDATED, via="en/wiki/start")

    assert barren.bars(f"{HOME}en/wiki/9", discovered="link", priority=OTHER, via=f"{HOME}en/wiki/1")
