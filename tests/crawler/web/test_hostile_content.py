"""What others wrote is text on our pages and harmless in its frame: no script runs, no dialog opens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from playwright.sync_api import Error

from archive.urlkey import url_key
from crawler.web.http import Asked
from crawler.web.pages import Room, answer
from tests.crawler.web.conftest import HOSTILE_SITE, NAUGHTY, PUBLIC, Evil, Shown, link, url_of
from tests.crawler.web.payloads import SCRIPTS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RUNS = (
    "script, base, object, embed, portal, form:not(.search), math, video, style, svg:not([role=img], [aria-hidden]), "
    "img:not(.picture), iframe:not([sandbox='']), meta[http-equiv], link:not([href^='/']), a[href^='javascript:' i], "
    "a[href^='data:' i], [onload], [onerror], [onfocus], [onmouseover], [ontoggle], [onmouseenter], [autofocus], [ping]"
)
"""Elements that no page of ours has, unless something was taken for markup."""


@dataclass
class Watched:
    """A tab, and what happened in it that must not."""

    page: Page
    base: str
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("dialog", self._dialog)
        self.page.on("request", self._request)
        self.page.on("popup", lambda popup: self.wrong.append(f"popup {popup.url}"))
        self.page.on("download", lambda download: self.wrong.append(f"download {download.url}"))

    def _dialog(self, dialog: object) -> None:
        self.wrong.append(f"dialog on {self.page.url}")
        dialog.dismiss()  # type: ignore[attr-defined]

    def _request(self, request: object) -> None:
        url = request.url  # type: ignore[attr-defined]
        if not url.startswith((f"{self.base}/", "data:image/", "about:")):
            self.wrong.append(f"request of {url} on {self.page.url}")

    def go(self, path: str) -> None:
        """Open a page and wait until all is there."""
        self.page.goto(f"{self.base}{path}", wait_until="load")
        if self.page.title().startswith("owned"):
            self.wrong.append(f"title of {path}")


@pytest.fixture
def unprotected(browser: Browser, shown: Shown) -> Iterator[Watched]:
    """A tab that heeds no Content-Security-Policy: what holds in it holds by escaping alone."""
    context = browser.new_context(bypass_csp=True)
    yield Watched(context.new_page(), shown.url)
    context.close()


@pytest.fixture
def tab(browser: Browser, shown: Shown) -> Iterator[Watched]:
    """A tab as readers have it."""
    context = browser.new_context()
    yield Watched(context.new_page(), shown.url)
    context.close()


def test_the_public_list_is_there() -> None:
    """Of the public list all 515 are tried, where it is there at all."""
    if not PUBLIC.exists():
        pytest.skip("needs ../shared/corpora/naughty_strings.json")
    assert len(NAUGHTY) == len(SCRIPTS) + 515


@pytest.mark.fault(56)
def test_every_string_in_the_browser(unprotected: Watched, evil: Evil) -> None:
    """As headline, author, section, snippet, body, evidence, picture and URL every string is shown, and none runs."""
    pages = -(-(len(NAUGHTY) + len(range(0, len(NAUGHTY), 40))) // 20)
    paths = [link("/", site=HOSTILE_SITE, page=str(n)) for n in range(1, pages + 1)]
    paths += [link("/article", id=f"http://all.example/{number}") for number in range(0, len(NAUGHTY), 40)]
    paths += [link("/article", id=url_of(n)) for n in range(0, len(SCRIPTS), 4)]
    paths += [link("/", q="story", site=HOSTILE_SITE), link("/site", name=HOSTILE_SITE), "/overview"]
    ran, titles = [], 0
    for path in paths:
        unprotected.go(path)
        ran += [f"{path}: {html}" for html in unprotected.page.evaluate(_FOUND, RUNS)]
        titles += unprotected.page.locator("h1").count()

    assert unprotected.wrong == []
    assert ran == []
    assert titles == len(paths)
    assert evil.heard == []


_FOUND = """(runs) => [...document.querySelectorAll("body *, head *")]
    .filter(one => one.matches(runs)).map(one => one.outerHTML.slice(0, 200))"""


@pytest.mark.fault(56)
def test_every_string_as_parameter(unprotected: Watched, evil: Evil) -> None:
    """As query, filter, id and path, a string comes back as text: in the box, in a sentence, in a link."""
    paths = [link("/", q=text, author=text, as_of=text) for text in SCRIPTS]
    paths += [link(f"/{page}", id=text, name=text) for page in ("article", "site") for text in SCRIPTS]
    paths += [f"/web/20260301000000/{quote(text, errors='replace')}" for text in SCRIPTS]
    ran = []
    for path in paths[::7]:
        unprotected.go(path)
        ran += unprotected.page.evaluate(_FOUND, RUNS)

    assert (unprotected.wrong, ran, evil.heard) == ([], [], [])


def test_every_page_holds_its_string(kept: object, shown: Shown) -> None:
    """The page of each article has its headline as its only heading, letter for letter."""
    from selectolax.lexbor import LexborHTMLParser

    room, wrong = Room(shown.path), []
    headlines = dict(
        shown.rows(
            "select urlkey, headline from article_urls join articles on article_id = id where site = ?", HOSTILE_SITE
        )
    )
    for number in range(0, len(NAUGHTY), 3):
        key = url_key(url_of(number))
        made = answer(room, Asked(path="/article", target="", parameters={"id": key}, headers={}))
        page = LexborHTMLParser(made.body)
        expected = " ".join((headlines[key] or url_of(number)).split())
        if [" ".join(node.text().split()) for node in page.css("h1")] != [expected] or page.css(RUNS):
            wrong.append((key, made.status))

    assert wrong == []


@pytest.mark.parametrize("form", ["", "id_"])
def test_a_hostile_page_in_its_sandbox(form: str, tab: Watched, shown: Shown, evil: Evil) -> None:
    """A page that tries all it can, rewritten or byte for byte, alone or in its frame, is shown and does nothing."""
    path = shown.memento(f"http://{HOSTILE_SITE}/everything").replace("/http", f"{form}/http", 1)
    tab.go(path)
    alone = tab.page.title()
    text = tab.page.inner_text("#text")
    tab.page.wait_for_timeout(500)
    tab.go(link("/article", id=f"http://{HOSTILE_SITE}/everything"))
    tab.page.wait_for_timeout(300)

    # Of the bytes as they are the browser tells requests that its policy then refuses: what counts is who hears.
    asked = [one for one in tab.wrong if not (form and one.startswith("request of http://evil.example/"))]
    assert (alone, text) == ("Honest title of a hostile page", "An archived paragraph.")
    assert asked == []
    assert evil.heard == []


def test_without_the_sandbox_it_is_heard(unprotected: Watched, shown: Shown, evil: Evil) -> None:
    """The same page in a tab that heeds no policy does call out, so that silence means something."""
    before = len(evil.heard)
    path = shown.memento(f"http://{HOSTILE_SITE}/everything").replace("/http", "id_/http", 1)
    with suppress(Error):
        unprotected.page.goto(f"{shown.url}{path}", wait_until="commit")
    unprotected.page.wait_for_timeout(500)
    heard = evil.heard[before:]
    evil.heard.clear()

    assert heard != []


def test_the_frame_reaches_nothing(tab: Watched, shown: Shown) -> None:
    """The frame on the article's page has an origin of its own, and no script runs in it."""
    tab.go(link("/article", id=f"http://{HOSTILE_SITE}/everything"))
    if not tab.page.locator("iframe").count():
        tab.page.set_content(f"<iframe sandbox src='{shown.url}{shown.memento(f'http://{HOSTILE_SITE}/everything')}'>")
    tab.page.locator("iframe").scroll_into_view_if_needed()
    tab.page.wait_for_timeout(500)
    framed = tab.page.frames[1]

    assert framed.url.endswith(f"http://{HOSTILE_SITE}/everything")
    assert framed.evaluate("self.origin") == "null"
    assert tab.page.context.cookies() == []
    assert tab.wrong == []


def test_links_of_a_replayed_page(tab: Watched, shown: Shown) -> None:
    """Links lead into the archive, relative ones by the page's own base; scripts lead nowhere."""
    path = shown.memento(f"http://{HOSTILE_SITE}/everything")
    stamp = path.split("/")[2]
    tab.go(path)
    hrefs = {name: tab.page.get_attribute(f"#{name}", "href") for name in ("js", "out", "relative", "same")}

    assert hrefs == {
        "js": None,
        "out": f"/web/{stamp}/http://evil.example/s",
        "relative": f"/web/{stamp}/http://{HOSTILE_SITE}/deep/story?a=1&b=2",
        "same": "#text",
    }
    assert tab.page.get_attribute("#out", "target") is None


def test_headers_of_what_was_archived(shown: Shown) -> None:
    """A memento says sandbox and nosniff, and nothing of what the page's own server set."""
    path = shown.memento(f"http://{HOSTILE_SITE}/everything")
    for reply in (shown.get(path), shown.get(path.replace("/http", "id_/http", 1))):
        policy = reply.headers["content-security-policy"].split("; ")
        assert policy[:2] == ["sandbox", "default-src 'none'"]
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert not {"set-cookie", "refresh", "access-control-allow-origin"} & reply.headers.keys()


def test_redirects_stay_in_the_archive(shown: Shown) -> None:
    """A captured redirect leads to the capture of its target, and never to the web or to a script."""
    away = shown.get(shown.memento(f"http://{HOSTILE_SITE}/away"))
    script = shown.get(shown.memento(f"http://{HOSTILE_SITE}/script"))

    assert (away.status, away.headers["location"]) == (302, "/web/20260301000200/http://evil.example/t")
    assert "location" not in script.headers
