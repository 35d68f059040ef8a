"""A site of a dozen pages on 127.0.0.1, and what a collection must hold when it was crawled."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from crawler.newsweb import Reply, Server

WORDS = "The ministry said on Tuesday that the new plant will be ready by spring and employ four hundred people. "


class TinyWeb:
    """A home page, a section, a feed, a redirect and some articles."""

    hosts = ("127.0.0.1",)
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)

    def __init__(self, articles: int = 8) -> None:
        self.articles = articles
        self.changed: dict[str, Reply] = {}

    @property
    def paths(self) -> set[str]:
        """What a crawl must find, robots.txt aside, which each job asks for."""
        stories = {self.story(n) for n in range(self.articles)}
        return {"/", "/feed/", "/moved", "/private/no", "/news/"} | stories

    @staticmethod
    def story(number: int) -> str:
        """The path of an article."""
        return f"/2026/11/{number % 20 + 1:02}/the-plant-of-town-number-{number}"

    def reply(self, host: str, target: str) -> Reply:
        """The answer for a path."""
        if target in self.changed:
            return self.changed[target]
        stories = [self.story(n) for n in range(self.articles)]
        if target == "/":
            return _page("Home", "", ["/news/", "/moved", "/private/no", *stories[:2]])
        if target == "/news/":
            return _page("News", "", stories[: self.articles - 1])
        if target == "/robots.txt":
            return Reply(mime="text/plain", body=b"User-agent: *\nDisallow: /private\n")
        if target == "/moved":
            return Reply(status=301, headers=(("Location", stories[1]),))
        if target == "/feed/":
            return Reply(mime="application/rss+xml", body=_feed(stories[-1]).encode())
        if target in stories:
            number = stories.index(target)
            return _page(f"Plant number {number} opens", f"In town {number}. {WORDS}" * 6, stories[:3])
        return Reply(status=404, mime="text/html", body=b"<h1>Not here</h1>")


def _page(title: str, text: str, links: list[str]) -> Reply:
    anchors = "".join(f'<li><a href="{link}">Read more about {link}</a></li>' for link in links)
    article = f"<article><h1>{title}</h1><p>{text}</p><p>{text}</p></article>" if text else f"<h1>{title}</h1>"
    head = f"<!DOCTYPE html><html lang=en><head><title>{title}</title></head>"
    html = f"{head}<body>{article}<ul>{anchors}</ul></body></html>"
    return Reply(body=html.encode(), gzip=True, etag=f'"{hash(html):x}"')


def _feed(story: str) -> str:
    item = f"<item><title>The last plant</title><link>{story}</link></item>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Tiny</title>{item}</channel></rss>'


def captured(collection: Path) -> Counter[str]:
    """How often each path was captured, robots.txt aside: answers, and refusals by robots.txt."""
    wanted = "select url from captures where status is not 404 and url not like '%/robots.txt'"
    with sqlite3.connect(collection / "catalog.db") as db:
        urls = [url for (url,) in db.execute(wanted)]
    return Counter("/" + url.split("/", 3)[3] for url in urls)


def asked(server: Server) -> Counter[str]:
    """How often each path was asked for, robots.txt aside."""
    return Counter(entry.path for entry in server.log if entry.status != 404 and entry.path != "/robots.txt")


def state_of(collection: Path) -> dict[str, object]:
    """What must be so after any job that ended in order."""
    with sqlite3.connect(collection / "frontier.db") as frontier, sqlite3.connect(collection / "catalog.db") as catalog:
        return {
            "open": [path.name for path in collection.rglob("*.open")],
            "leased": frontier.execute("select count(*) from urls where state in (1, 3)").fetchone()[0],
            "integrity": [db.execute("pragma integrity_check").fetchone()[0] for db in (frontier, catalog)],
            "unindexed": sorted(
                path.name
                for path in (collection / "archive").glob("*.gz")
                if not (collection / "indexes" / f"{path.name}.cdxj").exists()
            ),
        }


IN_ORDER = {"open": [], "leased": 0, "integrity": ["ok", "ok"], "unindexed": []}
