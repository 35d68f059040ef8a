"""The headline is what the page shows as its first heading, without the site's name."""

from __future__ import annotations

from pipelines.headline import read_headline
from pipelines.json_ld import article_node
from pipelines.page import Page
from tests.pipelines.pages import PROSE, json_ld, page_of

SITE = '<meta property="og:site_name" content="Daily Example">'


def headline_of(page: Page) -> str:
    return read_headline(page, article_node(page.json_ld)).text


def test_heading_like_the_title():
    """Of several first headings it is the one that the title repeats."""
    page = page_of(
        "<h1>Daily Example</h1><h1>Harbour gets a new bridge</h1>",
        "<title>Harbour gets a new bridge | Daily Example</title>",
    )
    assert headline_of(page) == "Harbour gets a new bridge"


def test_site_name_as_first_heading():
    """Blogs put their name into `<h1>`: then the title without it is the headline."""
    page = page_of("<h1>My Notebook</h1>", "<title>A brief look at git – My Notebook</title>")
    assert headline_of(page) == "A brief look at git"


def test_site_name_is_taken_off():
    """A declared title loses the site's name at either end, also the section before it."""
    head = SITE + '<meta property="og:title" content="Daily Example: Harbour gets a bridge - News - Daily Example">'
    assert "Harbour gets a bridge" in headline_of(page_of("<p>x</p>", head))


def test_dash_inside_a_headline_stays():
    """A dash that belongs to the headline is no mark of a site."""
    page = page_of("<h1>Bridge opens - at last</h1>", SITE + "<title>Bridge opens - at last - Daily Example</title>")
    assert headline_of(page) == "Bridge opens - at last"


def test_heading_for_machines_comes_last():
    """An `<h1>` that is not shown gives way to the `<h2>` that shows what JSON-LD calls the headline."""
    page = page_of(
        "<nav><h1>Harbour bridge cost plans news today</h1></nav><main><h2>A bridge, at last</h2>" + PROSE + "</main>",
        "<title>Harbour bridge cost plans news today</title>"
        + json_ld('{"@type": "NewsArticle", "headline": "A bridge, at last"}'),
    )
    assert headline_of(page) == "A bridge, at last"


def test_kicker_in_the_heading():
    """A kicker above the headline, inside the same heading, is left out."""
    page = page_of(
        "<h1><span>Harbour</span> <span>New bridge opens in spring</span></h1>",
        '<meta property="og:title" content="New bridge opens in spring">',
    )
    assert headline_of(page) == "New bridge opens in spring"


def test_entities_in_declared_titles():
    """Doubly escaped characters are undone."""
    assert (
        headline_of(page_of("<p>x</p>", "<title>Tom &amp;amp; Jerry return to the screen</title>"))
        == "Tom & Jerry return to the screen"
    )


def test_what_disagreed_is_kept():
    """Evidence holds the chosen heading and the other titles."""
    page = page_of("<h1>Harbour gets a bridge</h1>", '<meta property="og:title" content="A bridge for the harbour">')
    evidence = read_headline(page, {}).evidence
    assert [(e.selector, e.chosen) for e in evidence] == [("h1[0]", True), ("og:title", False)]


def test_no_title_at_all():
    """A page without any heading and title has no headline."""
    assert headline_of(page_of("<p>Text</p>")) == ""


def test_title_with_colons():
    """A heading of two parts is not cut where the title has the same two parts behind the site's name."""
    page = page_of(
        "<h1>Usine de Namur : la production reprend lundi</h1>",
        "<title>Courrier des Villes: Usine de Namur : la production reprend lundi</title>",
    )
    assert headline_of(page) == "Usine de Namur : la production reprend lundi"


def test_kicker_glued_to_the_heading():
    """A kicker without an element of its own is left out where JSON-LD or `<meta>` gives the rest as the title."""
    page = page_of(
        "<h1>Training of the week<br>A pyramid in six parts</h1>",
        '<meta property="og:title" content="A pyramid in six parts"><title>A pyramid in six parts</title>',
    )
    assert headline_of(page) == "A pyramid in six parts"


def test_article_before_the_heading_stays():
    """An article before a declared title is no kicker: the heading stands as it is shown."""
    page = page_of("<h1>The Best Cameras of 2026</h1>", '<meta property="og:title" content="Best Cameras of 2026">')
    assert headline_of(page) == "The Best Cameras of 2026"


def test_heading_that_is_a_text():
    """An `<h1>` around a paragraph is no headline."""
    page = page_of(
        f"<h1>Learn which renovations pay. {'We help you to see what they are worth. ' * 8}</h1>",
        "<title>Ten renovations that pay</title>",
    )
    assert headline_of(page) == "Ten renovations that pay"


def test_name_of_a_part_as_title():
    """Where `<title>` only names the part of the site, the heading that `og:title` repeats is the headline."""
    page = page_of(
        "<h1>News</h1><h1>It all begins with one electron</h1>",
        '<meta property="og:title" content="It all begins with one electron"><title>News - Institute</title>',
    )
    assert headline_of(page) == "It all begins with one electron"


def test_only_heading_of_a_sentence():
    """The only heading is the headline when it has a sentence's length, whatever is declared."""
    page = page_of(
        "<h1>Find a vehicle that is right for you</h1>", '<meta property="og:title" content="Hybrid Buying Guide">'
    )
    assert headline_of(page) == "Find a vehicle that is right for you"


def test_heading_that_is_repeated_in_a_list():
    """A headline that a list below links again stays the first heading, also where the title is in other words."""
    page = page_of(
        "<h1>The best trails for cycling in Harbour</h1>"
        + PROSE
        + "<h1>Next in your guide to being out in Harbour</h1>"
        '<h1><a href="/2">The best trails for cycling in Harbour</a></h1>',
        "<title>Where to cycle, a Harbour favourite | Daily Example</title>",
    )
    assert headline_of(page) == "The best trails for cycling in Harbour"


def test_heading_that_leads_elsewhere():
    """A first heading that is nothing but a link to another page is a teaser's, unless the page has no other."""
    teaser = '<h1><a href="/other">Where to paddle in Harbour</a></h1>'
    head = "<title>Where to ride in Harbour</title>"
    assert headline_of(page_of(f"{teaser}<h1>The trails of Harbour, by bike</h1>{PROSE}", head)).startswith(
        "The trails"
    )
    assert headline_of(page_of(f"{teaser}{PROSE}", head)) == "Where to paddle in Harbour"
