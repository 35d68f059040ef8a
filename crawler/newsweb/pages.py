"""Serves pages that were saved elsewhere under their own host names, with a section page that links to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape
from urllib.parse import quote, urlsplit

from .plan import DEFAULT_NOW
from .reply import Reply

SECTION_PATH = "/all-saved-pages/"


class PageServer:
    """A web of saved pages: *pages* gives the bytes and the Content-Type of each URL; https is served as http.

    `section_urls` has one page for each host that links to all pages of that host, in pages of a hundred with rel=next;
    `urls` are the addresses that a crawler should find.
    """

    def __init__(self, pages: Mapping[str, tuple[bytes, str]], *, per_page: int = 100) -> None:
        self._pages: dict[tuple[str, str], tuple[bytes, str]] = {}
        self._per_page = per_page
        self.urls: tuple[str, ...] = tuple(dict.fromkeys(plain_url(url) for url in pages))
        for url, page in pages.items():
            self._pages[_place(url)] = page
        self._by_host: dict[str, list[str]] = {}
        for url in self.urls:
            self._by_host.setdefault(_place(url)[0], []).append(url)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts of the pages."""
        return tuple(self._by_host)

    @property
    def now(self) -> datetime:
        """The present, as the server tells it."""
        return DEFAULT_NOW

    @property
    def section_urls(self) -> tuple[str, ...]:
        """The section page of each host."""
        return tuple(f"http://{host}{SECTION_PATH}" for host in self._by_host)

    def connect_to(self, port: int, address: str = "127.0.0.1") -> tuple[str, ...]:
        """HOST:PORT:ADDR:PORT for each host, as `--connect-to` takes them."""
        return tuple(f"{host}:80:{address}:{port}" for host in self.hosts)

    def reply(self, host: str, target: str) -> Reply:
        """The saved page, a section page, an empty robots.txt, or 404."""
        page = self._pages.get((host, target))
        if page:
            return Reply(mime=page[1], body=page[0], gzip=True)
        path, _, query = target.partition("?")
        if path == SECTION_PATH and host in self._by_host:
            return Reply(body=self._section(host, int(query.removeprefix("page=") or 1)).encode())
        if path == "/robots.txt":
            return Reply(mime="text/plain", body=b"User-agent: *\nAllow: /\n")
        return Reply(status=404, mime="text/plain", body=b"Not saved\n")

    def _section(self, host: str, page: int) -> str:
        urls = self._by_host[host][(page - 1) * self._per_page : page * self._per_page]
        rows = "\n".join(f'<li><a href="{escape(url)}">{escape(_words(url))}</a></li>' for url in urls)
        more = ""
        if page * self._per_page < len(self._by_host[host]):
            more = f'<a rel="next" href="{SECTION_PATH}?page={page + 1}">Next page</a>'
        body = f"<h1>News of {host}</h1><ul>\n{rows}\n</ul>{more}"
        return f"<!DOCTYPE html><html><head><title>{host}</title></head><body>{body}</body></html>"


def plain_url(url: str) -> str:
    """The URL under which a saved page is served: http, lower-case host, no port, no fragment, non-ASCII escaped."""
    host, target = _place(url)
    return f"http://{host}{target}"


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    return (parts.hostname or "").encode("idna").decode(), path + (
        f"?{quote(parts.query, safe='=&%+/:;,?@!$()*~-._')}" if parts.query else ""
    )


def _words(url: str) -> str:
    return " ".join(urlsplit(url).path.strip("/").replace("-", " ").replace("/", " ").split()) or url
