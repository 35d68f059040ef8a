"""Section, keywords, publisher, canonical URL, lead picture and the paywall, where the page gives them credibly."""

from __future__ import annotations

import pytest

from pipelines.json_ld import article_node
from pipelines.labels import (
    read_canonical_url,
    read_is_free,
    read_keywords,
    read_main_image,
    read_publisher,
    read_section,
)
from tests.pipelines.pages import PROSE, json_ld, page_of

TITLE = "<h1>Harbour gets a new bridge</h1>"


def news(fields: str) -> str:
    return json_ld(f'{{"@type": "NewsArticle", {fields}}}')


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (news('"articleSection": ["Healthcare", "News"]'), ""),
        ('<meta property="article:section" content="News/Healthcare">', ""),
        ("", '<p class="from">From: <a href="/healthcare">Healthcare</a></p>'),
        ("", '<p>Filed under <a href="/h">Healthcare</a>, <a href="/n">Bridges</a></p>'),
        (
            json_ld(
                '{"@type": "BreadcrumbList", "itemListElement": [{"name": "Home"}, {"item": {"name": "Healthcare"}}]}'
            ),
            "",
        ),
    ],
)
def test_section(head: str, body: str):
    """It is declared, or labelled on the page, or the last step of the breadcrumbs."""
    page = page_of(f"{TITLE}{PROSE}{body}", head)
    assert read_section(page, article_node(page.json_ld), 0, "Harbour gets a new bridge").value == "Healthcare"


def test_shown_breadcrumbs():
    """Breadcrumbs above the headline give the step before the article itself."""
    page = page_of(
        '<div class=breadcrumb><a href="/">Home</a> &gt; <a href="/h">Healthcare</a> &gt; Harbour gets</div>'
        f"{TITLE}{PROSE}"
    )
    assert read_section(page, {}, 1, "Harbour gets a new bridge").value == "Healthcare"


def test_label_of_the_body_is_no_section():
    """A sentence that begins with "In" is no label."""
    page = page_of(f'{TITLE}<p>In <a href="/p">Paris</a> the new bridge was opened by many.</p>{PROSE}')
    assert read_section(page, {}, 0, "Harbour gets a new bridge").value == ""


def test_menu_is_no_breadcrumbs():
    """A line of links parted by bars is a menu; the section is the link above the headline that is also in it."""
    links = " | ".join(f'<a href="/{name.lower()}">{name}</a>' for name in ("Start", "Health", "Devices", "Directory"))
    cells = (
        f'<tr><td>{links}</td></tr><tr><td><a href="/health">Health</a><br>{TITLE}<p>3 May 2018</p>{PROSE}</td></tr>'
    )
    assert read_section(page_of(f"<table>{cells}</table>"), {}, 2, "Harbour gets a new bridge").value == "Health"


@pytest.mark.parametrize(
    ("url", "line", "section"),
    [
        (
            "https://www.example.com/a/1",
            'By <a href="/people/ann">Ann Lee</a>, 3 May – <a href="/h">Health</a>',
            "Health",
        ),
        (
            "https://www.example.com/sport/skiing/1",
            '<a href="/sport/skiing/">Skiing</a> <a href="/x">Tips</a>',
            "Skiing",
        ),
        ("https://www.example.com/a/1", '<a href="#comments">Comments</a> 3 May <a href="/donate">Donate</a>', ""),
        ("https://www.example.com/a/1", "分野: <a href=/iryo>医療</a>", "医療"),
    ],
)
def test_link_by_the_headline(url: str, line: str, section: str):
    """A link by the headline is the section where a menu has it too, or where the page's path lies below it."""
    menu = '<div><ul><li><a href="/">Home</a></li><li><a href="/h">Health</a></li></ul></div>'
    page = page_of(f"{menu}<div>{TITLE}<div>{line}</div>{PROSE}</div>", url=url)
    assert read_section(page, {}, 2, "Harbour gets a new bridge").value == section


def test_keywords_that_are_shown_alone():
    """Links that call themselves tags count where nothing is declared."""
    page = page_of('<p><a rel="tag" href="/tag/bridge">Bridge</a> <a rel="nofollow tag" href="/t">Harbour</a></p>')
    words, [evidence] = read_keywords(page, {}, "x")
    assert (words, evidence.raw) == (("Bridge", "Harbour"), "Bridge; Harbour")


def test_keywords_of_several_places():
    """The first place counts; what another one says stays as evidence."""
    page = page_of(head='<meta name="news_keywords" content="Bridge, Harbour">')
    words, evidence = read_keywords(page, {"keywords": ["Council"]}, "x")
    assert (words, [(e.raw, e.chosen) for e in evidence]) == (
        ("Bridge", "Harbour"),
        [("Bridge, Harbour", True), ("Council", False)],
    )


def test_keywords():
    """Each topic stands once, in the page's order."""
    page = page_of(head='<meta name="news_keywords" content="Bridge, Harbour, bridge; Council &amp;amp; city">')
    assert read_keywords(page, {}, "x")[0] == ("Bridge", "Harbour", "Council & city")


def test_publisher():
    """JSON-LD comes before the site's name, references are followed."""
    page = page_of(
        head=json_ld('[{"@type": "NewsArticle", "publisher": {"@id": "#o"}}, {"@id": "#o", "name": "Daily Example"}]')
    )
    assert read_publisher(page, article_node(page.json_ld)).value == "Daily Example"
    assert read_publisher(page_of(head='<meta property="og:site_name" content="Example">'), {}).value == "Example"


@pytest.mark.parametrize(
    ("href", "canonical"),
    [
        ("/news/a?utm_source=x", "https://www.example.com/news/a"),
        ("https://example.com/other", "https://example.com/other"),
        ("https://www.example.com/", ""),
        ("https://elsewhere.org/news/a", ""),
        ("javascript:void(0)", ""),
        ("ftp://www.example.com/a", ""),
    ],
)
def test_canonical_url(href: str, canonical: str):
    """It is of the same site, no home page, and http or https."""
    assert read_canonical_url(page_of(head=f'<link rel="canonical" href="{href}">')).value == canonical


def test_main_image():
    """The picture is absolute, that of Open Graph first."""
    page = page_of(head=news('"image": ["/logo.png"]') + '<meta property="og:image" content="/lead.jpg">')
    assert read_main_image(page, article_node(page.json_ld)).value == "https://www.example.com/lead.jpg"


@pytest.mark.parametrize(
    ("head", "is_free"),
    [
        (news('"isAccessibleForFree": false'), False),
        (news('"isAccessibleForFree": "True"'), True),
        (news('"hasPart": {"isAccessibleForFree": "http://schema.org/False"}'), False),
        ('<meta property="article:content_tier" content="metered">', False),
        ("", None),
    ],
)
def test_paywall(head: str, is_free: bool | None):
    """False behind a paywall, None where the page does not say."""
    page = page_of(head=head)
    assert read_is_free(page, article_node(page.json_ld))[0] is is_free
