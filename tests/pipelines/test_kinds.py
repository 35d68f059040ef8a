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
