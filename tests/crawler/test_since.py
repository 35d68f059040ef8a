"""`--since` follows a section back to a date that its pages show and its URLs do not."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from archive.model import utc_now
from crawler.newsweb import Reply, serve
from tests.crawler.forked_crawls import Crawls
from tests.crawler.tiny_web import TinyWeb

PAGES, ITEMS = 12, 8


class UndatedWeb(TinyWeb):
    """A section of a dozen pages, an item for each day, with the day beside it and not in its URL."""

    today = utc_now().date()

    def reply(self, host: str, target: str) -> Reply:
        path, _, number = target.partition("?page=")
        if path == "/news/":
            return self._list(int(number or 1))
        if path == "/":
            return Reply(body=b"<html lang=en><title>Home</title><h1>Home</h1><a href=/news/>News</a></html>")
        return Reply(mime="text/plain") if target == "/robots.txt" else Reply(status=404)

    def _list(self, number: int) -> Reply:
        newest = self.today - timedelta(days=(number - 1) * ITEMS)
        items = "".join(self._item(newest - timedelta(days=n)) for n in range(ITEMS))
        more = f'<a rel=next href="/news/?page={number + 1}">Older</a>' if number < PAGES else ""
        html = f"<html lang=en><title>News</title><h1>News</h1><ul>{items}</ul>{more}</html>"
        return Reply(body=html.encode())

    @staticmethod
    def _item(day: date) -> str:
        link = f"<a href=/news/what-they-said-in-town-hall-{day.toordinal()}>What they said in town hall</a>"
        return f"<li><h2>{link}</h2><p>{day:%d %B %Y}</p><p>The council met again, and had no easy night.</p></li>"


def test_a_section_is_followed_back_to_a_date(zygote: Crawls, tmp_path: Path) -> None:
    """The page on which most is older is the last one; without a date all pages are fetched."""
    web = UndatedWeb()
    asked: dict[str, set[str]] = {}
    for name, since in {"bounded": web.today - timedelta(days=20), "whole": None}.items():
        with serve(web) as server:
            targets = [f"http://127.0.0.1:{server.port}/news/"]
            zygote.run(targets=targets, collection=str(tmp_path / name), since=since and f"{since}")
            asked[name] = {entry.path for entry in server.log if "?page=" in entry.path}

    assert asked["bounded"] == {"/news/?page=2", "/news/?page=3", "/news/?page=4"}
    assert len(asked["whole"]) == PAGES - 1
