"""ReplayWeb.page, in a real browser, opens what `export --format wacz` writes, and shows the articles' text."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from archive import open_collection
from tests.end_to_end import CHECKOUT, missing, rows

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PLAYER = CHECKOUT / ".replayweb" / "package"
CHROMIUM = shutil.which("chromium")


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Files of a folder, also in parts, and no log."""

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        """A whole file, or the part of it that a Range asks for: ReplayWeb.page reads archives in parts."""
        part = self.headers.get("Range", "").removeprefix("bytes=")
        path = Path(self.translate_path(self.path))
        if not part or not path.is_file():
            super().do_GET()
            return
        content = path.read_bytes()
        first, _, last = part.partition("-")
        begin = int(first) if first else len(content) - int(last)
        end = min(int(last), len(content) - 1) if first and last else len(content) - 1
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {begin}-{end}/{len(content)}")
        self.send_header("Content-Length", str(end - begin + 1))
        self.end_headers()
        self.wfile.write(content[begin : end + 1])


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory, visited_twice: Path) -> Iterator[str]:
    """Where ReplayWeb.page is served, beside an export of a collection that was visited twice, and of one query."""
    if not PLAYER.is_dir():
        missing("ReplayWeb.page in .replayweb (`make .replayweb/.ready`)")
    folder = tmp_path_factory.mktemp("player")
    for name in ("index.html", "ui.js", "sw.js"):
        shutil.copy(PLAYER / name, folder)
    room = open_collection(visited_twice)
    room.export(folder / "whole.wacz", "wacz")
    room.export(folder / "slice.wacz", "wacz", "laboratories")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, which reaches loopback alone."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        missing("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page."""
    page = browser.new_page()
    yield page
    page.close()


def shown(page: Page, player: str, archive: str, url: str, timestamp: str) -> str:
    """The text of the page that is replayed."""
    asked = urlencode({"view": "replay", "url": url, "ts": timestamp})
    page.goto(f"{player}/?source={player}/{archive}#{asked}")
    for _ in range(300):
        replayed = [frame for frame in page.frames if "mp_/" in frame.url]
        if replayed and (text := replayed[0].locator("body").inner_text().strip()):
            return text
        page.wait_for_timeout(100)
    raise AssertionError(f"{url} is not replayed; there are {[frame.url for frame in page.frames]}")


def an_article(collection: Path, archive: str) -> tuple[str, str, str]:
    """URL, timestamp and a sentence of an article."""
    wanted = "and text.body like '%laboratories%'" if archive == "slice.wacz" else ""
    query = f"""
        select c.url, strftime('%Y%m%d%H%M%S', c.captured_at), substr(text.body, 1, 60)
        from article_rows as a
        join captures as c on c.record_id = a.record_id
        join texts as text on text.id = a.text_id
        where c.kind = 'response' {wanted}
        order by a.id
        limit 1
    """
    [(url, timestamp, sentence)] = rows(collection / "catalog.db", query)
    return url, timestamp, sentence


@pytest.mark.parametrize("archive", ["whole.wacz", "slice.wacz"])
def test_an_article_is_replayed(page: Page, player: str, visited_twice: Path, archive: str) -> None:
    """The text that the catalog has of an article stands on the page that is replayed."""
    url, timestamp, sentence = an_article(visited_twice, archive)

    assert sentence in " ".join(shown(page, player, archive, url, timestamp).split())


def test_a_revisit_is_replayed(page: Page, player: str, visited_twice: Path) -> None:
    """A page that had not changed at the second visit is replayed from the first one."""
    query = """
        select c.url, strftime('%Y%m%d%H%M%S', c.captured_at), substr(t.headline, 1, 40)
        from captures as c
        join article_urls as u on u.urlkey = c.urlkey
        join article_rows as a on a.id = u.article_id
        join texts as t on t.id = a.text_id
        where c.kind = 'revisit' and c.status = 304
        order by c.url
        limit 1
    """
    [(url, timestamp, headline)] = rows(visited_twice / "catalog.db", query)

    assert headline in " ".join(shown(page, player, "whole.wacz", url, timestamp).split())


def test_pages_are_listed(page: Page, player: str, visited_twice: Path) -> None:
    """The list of pages has every article."""
    [(count,)] = rows(visited_twice / "catalog.db", "select count(*) from articles")
    page.goto(f"{player}/?source={player}/whole.wacz#view=pages")
    page.get_by_text(f"{count} pages").wait_for(timeout=30_000)
