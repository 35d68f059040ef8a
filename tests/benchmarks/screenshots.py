"""Takes the pictures of `pressmark serve` in docs/pictures, of the web of `pressmark demo`, visited twice.

python -m tests.benchmarks.screenshots
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from crawler.newsweb import demo_web, serve
from crawler.web.server import application, listen
from tests.end_to_end import CHECKOUT, crawl, rows

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = CHECKOUT / "docs" / "pictures"
DESK, PHONE = {"width": 960, "height": 640}, {"width": 360, "height": 640}
LOOKS = {"light": (DESK, "light"), "dark": (DESK, "dark"), "phone": (PHONE, "light")}
REVISED = """
select id from articles
where revision_count > 1 and language = 'en'
order by cluster_id is null, authors = '[]', id
limit 1
"""


_TO_THE_CHANGE = "document.querySelector('.diff tr:not(.same):has(del, ins)')?.scrollIntoView({block: 'center'})"


def main() -> None:
    """Crawl, serve, take the pictures."""
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, listen("127.0.0.1", 0) as listening:
        path = Path(folder) / "demo"
        _crawl_twice(path)
        server = threading.Thread(target=_serve, args=(path, listening), daemon=True)
        server.start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            _take(browser, f"http://127.0.0.1:{listening.getsockname()[1]}", _pages(path))
            browser.close()


def _crawl_twice(path: Path) -> None:
    web = demo_web()
    with serve(web) as server:
        crawl(web, server, path, web.home_urls).done()
        server.advance(hours=24, new=4, edited=12, withdrawn=1)
        crawl(web, server, path, web.home_urls, "--recheck").done()


def _serve(path: Path, listening: object) -> None:
    from uvicorn import Config, Server

    config = Config(application(path, []), log_level="warning", lifespan="off")
    asyncio.run(Server(config).serve(sockets=[listening]))  # type: ignore[list-item]


def _pages(path: Path) -> dict[str, str]:
    [(article,)] = rows(path / "catalog.db", REVISED)
    return {
        "search": f"/?{urlencode({'q': 'patients AND (trial OR study)', 'since': '2026'})}",
        "article": f"/article?{urlencode({'id': article})}",
        "diff": f"/diff?{urlencode({'id': article})}",
        "overview": "/overview",
    }


def _take(browser: Browser, base: str, pages: dict[str, str]) -> None:
    for look, (viewport, scheme) in LOOKS.items():
        context = browser.new_context(base_url=base, viewport=viewport, color_scheme=scheme)  # type: ignore[arg-type]
        tab = context.new_page()
        for name, path in pages.items():
            tab.goto(path)
            if name == "diff":
                tab.evaluate(_TO_THE_CHANGE)
            tab.wait_for_timeout(300)
            tab.screenshot(path=FOLDER / f"{name}-{look}.png")
        context.close()


if __name__ == "__main__":
    sys.exit(main())
