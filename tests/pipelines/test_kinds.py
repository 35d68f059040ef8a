"""Pages that are no articles are told apart, and no article is lost."""

from __future__ import annotations

import pytest

from archive.model import Article, Listing, NotAnArticle
from pipelines.article import read_article
from tests.pipelines.pages import PROSE, json_ld, page_of

TITLE = "<h1>Harbour gets a new bridge</h1>"
TEASERS = "".join(
    f'<li><a href="/news/{i}">Another story about the harbour and its people, part {i}</a></li>' for i in range(30)
)


def kind_of(body: str, head: str = "", url: str = "https://www.example.com/news/harbour-gets-a-new-bridge") -> str:
    reading = read_article(page_of(body, head, url=url))
    assert isinstance(reading, Article | Listing | NotAnArticle)
    return reading.reason if isinstance(reading, NotAnArticle) else reading.kind


def test_article():
    """A headline over prose is an article, also without any declaration."""
    assert kind_of(TITLE + PROSE) == "article"


def test_article_behind_a_paywall():
    """A declared article with hardly any text is one all the same."""
    assert (
        kind_of(
            f"{TITLE}<p>Subscribe to read on.</p>", json_ld('{"@type": "NewsArticle", "datePublished": "2018-06-18"}')
        )
        == "article"
    )


@pytest.mark.parametrize(
    ("reason", "title", "body"),
    [
        ("challenge", "Just a moment...", "<p>Checking your browser before accessing example.com.</p>"),
        ("not_found", "404 - Page not found | Example", "<h1>Page not found</h1><p>Sorry.</p>"),
        ("not_found", "Seite nicht gefunden", "<h1>Seite nicht gefunden</h1>"),
        ("login", "Log in | Example", '<form><input type="password"></form>'),
        ("consent", "Before you continue to Example", "<p>We use cookies and data.</p>"),
        ("search", "Search results for bridge", f"<ul>{TEASERS}</ul>"),
    ],
)
def test_what_stands_in_an_articles_place(reason: str, title: str, body: str):
    """A page that says so itself is what it says."""
    assert kind_of(body, f"<title>{title}</title>") == reason


def test_article_about_such_pages():
    """An article whose headline has such words is an article."""
    assert kind_of(f"<h1>Why 404 pages matter</h1>{PROSE}{PROSE}", "<title>Why 404 pages matter</title>") == "article"


@pytest.mark.parametrize(
    "url", ["https://www.example.com/", "https://www.example.com/tag/harbour", "https://www.example.com/news"]
)
def test_section(url: str):
    """Home, tag and section pages are listings with their links."""
    assert kind_of(f"<h1>Harbour</h1><ul>{TEASERS}</ul>", url=url) == "listing"


def test_video():
    """A page that is about a video and has no text of its own is no article."""
    assert (
        kind_of("<h1>Bridge opens</h1><video></video>", json_ld('{"@type": "VideoObject", "name": "Bridge opens"}'))
        == "video"
    )


def test_links_of_what_is_no_article():
    """Its links lead on."""
    reading = read_article(page_of(f"<ul>{TEASERS}</ul>", "<title>404 not found</title>"))
    assert len(reading.links) == 30


def test_list_of_teasers():
    """Headings that are links, each with its line of text, are a list, however long those lines are."""
    line = "A line of the story. " * 5
    heading = '<h2><a href="/news/{}">Another story about the harbour, part {}</a></h2>'
    teasers = "".join(f"{heading.format(i, i)}<p>{line}</p>" for i in range(12))
    assert kind_of(f"<h1>Latest stories</h1>{teasers}", url="https://www.example.com/de/latest") == "listing"


def test_page_of_one_tag():
    """A page that is named as the last part of its path below `tag` is a list, also with a single teaser."""
    teaser = f'<h2><a href="/news/1">The council has voted for a bridge</a></h2><p>18 June 2018</p>{PROSE[:400]}'
    assert kind_of(f"<h1>Clinical trials</h1>{teaser}", url="https://www.example.com/tag/clinical-trials") == "listing"


def test_entry_of_a_menu():
    """A page near the root that a menu of its own names in the same few words is no article."""
    menu = '<div><a href="/directory/">Companies</a></div>'
    assert kind_of(f"{menu}<h1>Companies</h1>{PROSE}", url="https://www.example.com/directory/") == "other"
    assert kind_of(f"{TITLE}{PROSE}", url="https://www.example.com/directory/") == "article"


def test_short_article_in_japanese():
    """A letter of Japanese says more than one of Latin script: 120 of them are a short article."""
    text = "新しい橋が港に架かると市議会が発表した。工事は来年の春に始まり、三年後に終わる予定だ。" * 3
    body = f"<h1>港に新しい橋、市議会が計画を発表</h1><p>2018年6月18日</p><p>{text}</p>"
    assert kind_of(body, "<title>港に新しい橋、市議会が計画を発表 | 港新聞</title>") == "article"


def test_site_called_register():
    """The name of a site in the title makes no page a form for registration."""
    form = '<form action="/login"><input type="password"></form>'
    head = "<title>Harbour gets a new bridge | Clinic Register</title>"
    url = "https://clinicregister.example.com/news/harbour-gets-a-new-bridge"
    assert kind_of(f"{form}{TITLE}<p>18 June 2018</p>{PROSE[:700]}", head, url) == "article"
