"""What pages say of their site in JSON-LD is read, and believed as far as it belongs to the site."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crawler.newsweb import NewsWeb
from pipelines.json_ld import read_json_ld
from pipelines.page import open_page
from spiders.candidates import Scope
from spiders.declared import NOTHING_DECLARED, Declared, declared

PAGE = "https://www.example.com/news/city/harbour-bridge"
SCOPE = Scope.of_target(PAGE)


def said(*nodes: dict[str, Any]) -> Declared:
    """What one page with these nodes says."""
    read, _ = read_json_ld([json.dumps(nodes)])
    return declared([(PAGE, read)], SCOPE.covers)


@pytest.mark.parametrize("kind", ["WebSite", "NewsMediaOrganization"])
def test_the_site_itself(kind: str) -> None:
    """Name, language and address, of a site or of who publishes it."""
    node = {"@type": kind, "name": " Daily  Example ", "inLanguage": "en_GB", "url": "/"}

    assert said(node) == Declared(name="Daily Example", language="en-gb", home="https://www.example.com/")


def test_what_most_pages_say() -> None:
    """A template that was forgotten on one page does not count."""
    pages = [read_json_ld([json.dumps({"@type": "WebSite", "name": name})])[0] for name in ("Us", "Theme", "Us")]

    assert declared([(PAGE, page) for page in pages], SCOPE.covers).name == "Us"


def test_bread_crumbs() -> None:
    """Sections are what stands between home and the page itself, however the steps are written."""
    steps: list[Any] = [
        {"@type": "ListItem", "item": {"@id": "https://www.example.com/", "name": "Home"}},
        {"@type": "ListItem", "item": "https://www.example.com/news/"},
        {"@type": "ListItem", "item": {"@id": "/news/city/", "name": "City"}},
        {"@type": "ListItem", "name": "Harbour gets a new bridge", "item": PAGE},
    ]
    sections = said({"@type": "BreadcrumbList", "itemListElement": steps}).sections

    assert sections == ("https://www.example.com/news/", "https://www.example.com/news/city/")


def test_lists_of_sections() -> None:
    """Items of a navigation list are sections; articles in a list, pictures and other sites are not."""
    items = [
        {"@type": "SiteNavigationElement", "position": 1, "url": "/health/"},
        {"@type": "ListItem", "url": "/science/"},
        {"@type": "ListItem", "url": "https://shop.other.example/"},
        {"@type": "ListItem", "url": "/2018/06/18/a-new-bridge-for-the-old-harbour-of-the-town"},
        {"@type": "NewsArticle", "url": "/world/"},
        {"@type": "ListItem", "url": "/logo.png"},
    ]
    menu = {"@type": "SiteNavigationElement", "name": ["City", "World"], "url": ["/city/", "/world/"]}

    assert said({"@type": "ItemList", "itemListElement": items}, menu).sections == (
        "https://www.example.com/health/",
        "https://www.example.com/science/",
        "https://www.example.com/city/",
        "https://www.example.com/world/",
    )


@pytest.mark.parametrize(
    "node",
    [
        {"@type": "WebSite", "name": None, "url": "https://other.example/", "inLanguage": 7},
        {"@type": "BreadcrumbList", "itemListElement": [7, None, {"item": []}, "x"]},
        {"@type": "ItemList", "itemListElement": {"url": "/a/"}},
        {"@type": "SiteNavigationElement", "url": [7, {"@id": "/a/"}]},
        {"@type": "Organization", "name": "A theme"},
    ],
)
def test_what_says_nothing(node: dict[str, Any]) -> None:
    """What is written otherwise, or is of others, says nothing."""
    assert said(node) == NOTHING_DECLARED


def test_pages_of_a_simulated_site() -> None:
    """The name and the address in the JSON-LD of its articles are those of the site."""
    web = NewsWeb(29, sites=1, articles=40)
    [plan] = web.sites
    pages = []
    for article in web.articles:
        page = web.reply(plan.host, article.url.removeprefix(plan.origin))
        pages.append((article.url, open_page(page.body, url=article.url, captured_at=web.now).json_ld))
    found = declared(pages, Scope.of_target(article.url).covers)

    assert (found.name, found.home) == (plan.name, f"{plan.origin}/")
