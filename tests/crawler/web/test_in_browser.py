"""The pages as a reader meets them in Chromium: found, narrowed, read, compared, replayed, also by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.crawler.web.conftest import Shown, link
from tests.end_to_end import CHECKOUT, missing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AXE = CHECKOUT / "tests" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
SITE = "remedyecho.example"
REVISED = "select id from articles where revision_count > 1 and site <> 'hostile.example' order by id limit 1"


def paths_of(shown: Shown) -> dict[str, str]:
    """One page of each kind."""
    [(revised,)] = shown.rows(REVISED)
    [(listing,)] = shown.rows(
        "select c.url from captures c join readings r using (record_id) where r.kind = 'listing' limit 1"
    )
    return {
        "search": link("/", q="trial OR study"),
        "narrowed": link("/", q="study", site=SITE, since="2026"),
        "refused": link("/", q='"'),
        "article": link("/article", id=revised),
        "listing": link("/article", id=listing),
        "diff": link("/diff", id=revised),
        "overview": "/overview",
        "site": link("/site", name=SITE),
        "missing": "/nothing",
    }


@pytest.fixture
def page(browser: Browser, shown: Shown) -> Iterator[Page]:
    """A tab on a desk."""
    context = browser.new_context(base_url=shown.url, viewport={"width": 1100, "height": 800}, java_script_enabled=True)
    yield context.new_page()
    context.close()


def test_search_and_facets(page: Page, shown: Shown) -> None:
    """Words are found and marked; a facet narrows, is shown as used, and is taken off again."""
    page.goto("/")
    page.fill("#q", "study")
    page.press("#q", "Enter")
    everywhere = page.inner_text("#results")
    marks = {word.casefold() for word in page.locator(".hits mark").all_inner_texts()}
    page.click(f"#facets a:has-text('{SITE}')")
    narrowed, used = page.inner_text("#results"), page.inner_text(".used")
    page.click(".used a")

    assert marks == {"study"}
    assert SITE in used
    assert _number(narrowed) < _number(everywhere)
    assert page.inner_text("#results") == everywhere
    assert page.locator(".plot svg rect").count() >= 12


def _number(text: str) -> int:
    found = re.search(r"\d+", text)
    assert found, text
    return int(found[0])


def test_a_facet_counts_what_it_leads_to(page: Page) -> None:
    """As many articles as a facet says are found behind its link."""
    page.goto("/?q=study")
    for facet in ("site", "section", "language", "month"):
        page.goto("/?q=study")
        first = page.locator(f"#facets section:has(h2:text-is('{facet}')) li").first
        count = int(first.locator(".count").inner_text())
        first.locator("a").click()

        assert _number(page.inner_text("#results")) == count


def test_by_keyboard(page: Page) -> None:
    """Tab goes to the skip link, then through the page in its order; what has the focus is seen; Enter follows it."""
    page.goto("/")
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.className")
    for _ in range(5):
        page.keyboard.press("Tab")
    box = page.evaluate("document.activeElement.id")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.keyboard.type("study")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=study*")
    found = page.locator(".hits li").count()
    while page.evaluate("document.activeElement.closest('.hits') === null"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/article?*")

    assert (first, box) == ("skip", "q")
    assert outline == "solid"
    assert found > 0
    assert page.locator("article h1").count() == 1


def test_the_article_and_its_frame(page: Page, shown: Shown) -> None:
    """The page of an article shows its text, evidence, captures and citation, and in a frame the page as captured."""
    [(article, headline, body)] = shown.rows("select id, headline, body from articles where site = ? limit 1", SITE)
    page.goto(link("/article", id=article))
    page.click("summary:has-text('BibTeX')")
    frame = page.locator("iframe")
    frame.scroll_into_view_if_needed()
    framed = page.frame_locator("iframe").locator("body")
    framed.wait_for()

    assert page.inner_text("article h1") == headline
    assert page.locator("article > p").last.inner_text() == body.split("\n")[-1]
    assert page.inner_text("pre >> nth=0").startswith("@online{")
    assert headline in framed.inner_text()
    assert frame.get_attribute("sandbox") == ""


def test_links_of_a_replayed_page_lead_to_captures(page: Page, shown: Shown) -> None:
    """A link on a captured page is followed within the archive."""
    page.goto(shown.memento(f"http://www.{SITE}/"))
    with page.expect_navigation():
        page.locator(f"a[href*='{SITE}/2']").first.click()

    assert re.match(rf"{shown.url}/web/\d{{14}}/http://www\.{SITE}/", page.url)
    assert page.locator("h1").count()


def test_the_diff(page: Page, shown: Shown) -> None:
    """The words that a revision lacks and brings are marked, each on its side."""
    [(revised,)] = shown.rows(REVISED)
    page.goto(link("/diff", id=revised))

    assert page.locator(".diff td:first-child del, .diff td:last-child ins").count()
    assert page.locator(".diff td:first-child ins, .diff td:last-child del").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone(scheme: str, browser: Browser, shown: Shown) -> None:
    """On 360 pixels no page has to be moved sideways; each has one h1, and tables have captions."""
    context = browser.new_context(base_url=shown.url, viewport={"width": 360, "height": 740}, color_scheme=scheme)
    tab, wide = context.new_page(), {}
    for name, path in paths_of(shown).items():
        tab.goto(path)
        tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        measured = tab.evaluate(
            "[document.documentElement.scrollWidth, document.querySelectorAll('h1').length,"
            " document.querySelectorAll('table:not(:has(caption))').length]"
        )
        if measured != [360, 1, 0]:
            wide[name] = measured
    context.close()

    assert wide == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility(scheme: str, browser: Browser, shown: Shown) -> None:
    """Axe finds nothing serious on any page, contrast (4.5 and more) included."""
    if not AXE.exists():
        missing("axe-core (`make tests/browser/.ready`, needs npm)")
    context = browser.new_context(base_url=shown.url, color_scheme=scheme, bypass_csp=True)
    tab, found = context.new_page(), []
    for name, path in paths_of(shown).items():
        tab.goto(path)
        tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        tab.evaluate(AXE.read_text(encoding="utf-8"))
        result = tab.evaluate("axe.run(document, {iframes: false})")
        assert len(result["passes"]) > 15
        found += [(name, one["id"], one["impact"], one["nodes"][0]["html"]) for one in result["violations"]]
    context.close()

    assert [one for one in found if one[2] in {"serious", "critical"}] == []
