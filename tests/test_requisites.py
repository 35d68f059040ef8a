"""What a page needs to be shown is fetched with it where the site's file says so, and replay shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archive.mementos import timestamp_of
from crawler.newsweb import LogEntry, serve
from tests.end_to_end import crawl_words, environment, rows, run
from tests.pictured_web import CDN, COUNTER, HOME, PAPER, PICTURE, STORY, PicturedWeb
from tests.serving import Served, browsing, served, wayback

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame

SITE_FILE = f'name = "paper"\nhome = "{HOME}"\nrequisites = ["image", "css", "font"]\n'
NEEDED = {
    f"http://{CDN}/main.css",
    f"http://{CDN}/more.css",
    f"http://{CDN}/p.woff2",
    f"http://{CDN}/paper.png",
    f"http://{CDN}/found.png",
    PICTURE,
    *(f"{HOME}{name}.png" for name in ("icon", "heading", "line", "plant-wide", "moved")),
}


class Pictured:
    """A paper that was crawled twice, and what its server heard each time."""

    def __init__(self, root: Path, visits: list[tuple[LogEntry, ...]]) -> None:
        self.root = root
        self.path = root / "collections" / "paper"
        self.visits = visits

    def pressmark(self, *words: str) -> int:
        return run([*words, "-c", str(self.path)], cwd=self.root, env=environment()).code

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return rows(self.path / "catalog.db", query)


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Pictured:
    root = tmp_path_factory.mktemp("paper")
    (root / "sites").mkdir()
    (root / "sites" / "paper.toml").write_text(SITE_FILE)
    (root / "collections").mkdir()
    visits = []
    with serve(PicturedWeb()) as server:
        for more in ((), ("--recheck",)):
            words = crawl_words(["paper"], root / "collections" / "paper", server.connect_to, *more)
            run(words, cwd=root, env=environment()).done()
            visits.append(server.log)
            server.clear_log()
    return Pictured(root, visits)


def test_what_a_page_needs_is_fetched(paper: Pictured) -> None:
    """Pictures, style sheets and fonts of the page, and of its style sheets, are kept, also from another host.

    What only a style sheet's style sheet names, scripts that the file does not ask for, and pixels that count are not.
    """
    kept = paper.rows("select url from captures where hops like '%E%' and hops not like '%P%' and kind = 'response'")

    assert {url for (url,) in kept} == NEEDED
    assert len(kept) == len(NEEDED)
    assert {entry.host for entry in paper.visits[0]} == {PAPER, CDN}
    assert COUNTER not in {entry.host for entry in paper.visits[0]}


def test_robots_are_obeyed_on_the_other_host(paper: Pictured) -> None:
    """The other host's robots.txt is asked for before anything else there, and what it forbids is refused."""
    asked = [entry.path for entry in paper.visits[0] if entry.host == CDN]
    refused = paper.rows("select distinct url from captures where outcome = 'robots'")

    assert asked[0] == "/robots.txt"
    assert "/private/no.png" not in asked
    assert refused == [(f"http://{CDN}/private/no.png",)]


def test_each_is_asked_for_once(paper: Pictured) -> None:
    """What both pages need is fetched once, and after the page that names it."""
    asked = [f"http://{entry.host}{entry.path}" for entry in paper.visits[0]]
    times = Counter(asked)

    assert {times[url] for url in NEEDED} == {1}
    assert asked.index(HOME) < asked.index(f"{HOME}icon.png")
    assert asked.index(STORY) < asked.index(PICTURE)


def test_requisites_are_no_pages(paper: Pictured) -> None:
    """They are read as what they are, never as articles, and are no part of what coverage counts."""
    readings = paper.rows(
        "select distinct r.kind, r.reason from readings as r join captures as c using (record_id)"
        " where c.hops like '%E%' and c.hops not like '%P%'"
    )
    covered = run(["status", "--coverage", "--json", "-c", str(paper.path)], cwd=paper.root, env=environment()).done()
    [site] = covered.json

    assert {kind for kind, _ in readings} == {"not_an_article"}
    assert {reason for _, reason in readings} == {"image", "script", "other", "redirect"}
    assert paper.rows("select count(*) from articles") == [(1,)]
    assert site["fetched"] <= 4


def test_an_unchanged_site_adds_revisits_only(paper: Pictured) -> None:
    """The second visit keeps every page and requisite as a revisit; nothing of them is stored twice."""
    second = paper.rows(
        "select kind, count(*) from captures where job = (select max(job) from captures)"
        " and status < 400 and url not like '%/robots.txt' group by kind"
    )

    assert [kind for kind, _ in second] == ["revisit"]
    assert int(str(second[0][1])) >= len(NEEDED) + 2


def test_a_rebuild_gives_the_same(paper: Pictured) -> None:
    """The catalog follows from the WARC files, requisites included, and every byte verifies."""
    assert paper.pressmark("rebuild", "--check") == 0
    assert paper.pressmark("verify") == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium to which no name of the web leads anywhere."""
    with browsing("MAP *.example ~NOTFOUND") as chromium:
        yield chromium


@pytest.fixture(scope="module")
def own(paper: Pictured) -> Iterator[Served]:
    """The collection, shown by `pressmark serve`."""
    with served(paper.path) as server:
        yield server


@pytest.fixture(scope="module")
def pywb(paper: Pictured) -> Iterator[Served]:
    """The collection, shown by pywb."""
    with wayback(paper.path) as server:
        yield server


@dataclass
class Seen:
    """What a browser saw of the archived page."""

    frame: Frame
    """The frame that it is in."""

    answers: set[str]
    """The last parts of the addresses that answered well."""


@contextmanager
def looking(browser: Browser, server: Served, at: str) -> Iterator[Seen]:
    """The archived page, in a tab."""
    page = browser.new_page()
    answers: set[str] = set()
    page.on("response", lambda answer: answer.ok and answers.add(answer.url.rpartition("/")[2]))
    page.goto(server.memento(at, STORY), wait_until="networkidle")
    yield Seen(next(frame for frame in page.frames if frame.query_selector("#picture")), answers)
    page.close()


def captured_at(paper: Pictured) -> str:
    """When the page was first captured, as 14 digits."""
    [(at,)] = paper.rows(f"select min(captured_at) from captures where url = '{STORY}'")
    return timestamp_of(str(at))


@pytest.mark.parametrize("server", ["own", "pywb"])
def test_replay_shows_the_pictures(
    server: str, request: pytest.FixtureRequest, browser: Browser, paper: Pictured
) -> None:
    """A browser gets each picture and style sheet of the archived page from the archive, and shows the picture."""
    with looking(browser, request.getfixturevalue(server), captured_at(paper)) as seen:
        width = seen.frame.evaluate("document.getElementById('picture').naturalWidth")
        background = seen.frame.evaluate("getComputedStyle(document.body).backgroundImage")

    assert width == 480
    assert "paper.png" in background
    assert {"main.css", "more.css", "paper.png", "heading.png", "line.png"} <= seen.answers


def test_a_picture_of_another_second(own: Served, browser: Browser, paper: Pictured) -> None:
    """A picture is shown also where it was not captured in the same second as its page, so that a redirect leads there.

    The page is in a sandbox and so of another origin, to which our own pages say nothing.
    """
    at = captured_at(paper)
    with looking(browser, own, at) as seen:
        width = seen.frame.evaluate(_WIDTH_OF, own.memento(f"{int(at) + 1}", PICTURE))

    assert width == 480


_WIDTH_OF = """async (address) => {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    return picture.naturalWidth;
}"""
