"""Looks at a newsweb in memory: fetches, decodes, follows links."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

from crawler.newsweb import NewsWeb, Reply

PAGE_TYPES = ("text/html", "application/xhtml+xml")
_CHARSET = re.compile(rb"""(?:charset|encoding)=["']?([\w-]+)""", re.IGNORECASE)


def fetch(web: NewsWeb, url: str) -> Reply:
    """The answer of the web for an absolute URL."""
    host, _, target = url.removeprefix("http://").partition("/")
    return web.reply(host, f"/{target}")


def follow(web: NewsWeb, url: str) -> tuple[Reply, list[str]]:
    """The first answer that is no redirect, and the URLs on the way."""
    hops = [url]
    reply = fetch(web, url)
    while reply.status in (301, 302):
        hops.append(dict(reply.headers)["Location"])
        reply = fetch(web, hops[-1])
    return reply, hops


def markup(reply: Reply) -> str:
    """The body as a browser decodes it: header, then meta or XML declaration; iso-8859-1 is windows-1252."""
    found = _CHARSET.search(reply.mime.encode()) or _CHARSET.search(reply.body)
    label = found[1].decode().lower() if found else "windows-1252"
    return reply.body.decode("cp1252" if label in ("iso-8859-1", "windows-1252") else label)


def visible_lines(reply: Reply) -> set[str]:
    """Every run of text between two tags, white space folded."""
    lines = re.sub(r"(?s)<script.*?</script>|<head.*?</head>", "", markup(reply))
    return {" ".join(unescape(run).split()) for run in re.split(r"<[^>]+>", lines)}


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src") and value]


def links(reply: Reply, url: str) -> list[str]:
    """Absolute http URLs in the markup, without fragments."""
    parser = _Links()
    parser.feed(markup(reply))
    absolute = [urldefrag(urljoin(url, link))[0] for link in parser.found]
    return [link for link in absolute if link.startswith("http")]


def crawl(web: NewsWeb) -> dict[str, int]:
    """Status by URL of everything that links lead to from the home pages."""
    seen: dict[str, int] = {}
    waiting = list(web.home_urls)
    while waiting:
        url = waiting.pop()
        if url in seen:
            continue
        reply = fetch(web, url)
        seen[url] = reply.status
        if reply.status in (301, 302):
            waiting.append(dict(reply.headers)["Location"])
        elif reply.mime.partition(";")[0] in PAGE_TYPES:
            waiting += links(reply, url)
    return seen
