"""No page holds up the event loop, for all other sites wait for it: large work is done in threads and children."""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crawler.test_hostile_sites import NOT_FOUND, STORY, TEXT, home
from tests.end_to_end import CHECKOUT, environment
from tests.misbehaving import Behaviour, page, served
from tests.pipelines.test_hostile_pages import BOMBS, PAGES

BOUND = 0.05
"""Seconds of CPU time that a callback may take for a page."""

SLACK = 5
"""Other processes share the machine's caches and cores."""

NOISE = random.Random(7).randbytes(32 << 20)
"""As long as a body may be."""

ITEMS = b"".join(b"<item><title>Story %d</title><link>/2026/11/story-%d</link></item>" % (n, n) for n in range(20_000))
PLACES = b"".join(b"<url><loc>/2026/11/12/story-number-%d-of-the-day</loc></url>" % n for n in range(50_000))
DEEP = b"http://" + b"a." * 100_000 + b"com/"
RULES = b"".join(b"Disallow: /a%d*b$\n" % n for n in range(25_000))
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def linking(number: int, count: int, slug: bytes = b"with-a-long-slug") -> bytes:
    """A story with that many links to stories that no other page knows."""
    link = b"<a href='/2026/11/11/story-%d-%d-%b'>Story %d in a long title</a>"
    return STORY % (TEXT + b"".join(link % (number, n, slug, n) for n in range(count)))


LARGE: dict[str, dict[str, Behaviour]] = {
    "pages": {
        "/noise": page(NOISE),
        "/2026/11/12/a-very-long-story": page(STORY % (TEXT * 45_000)),
        "/2026/11/12/a-packed-story": page(gzip.compress(STORY % (TEXT * 90_000)), b"Content-Encoding: gzip"),
        "/links": page(PAGES["a-million-links"].body()),
        "/headers": b"HTTP/1.1 200 OK\r\n" + b"X-Abc: defghijk\r\n" * 1_900 + b"Content-Length: 0\r\n\r\n",
        "/chunks": CHUNKED + b"1\r\nx\r\n" * 19_000 + b"0\r\n\r\n",
    },
    "bombs": {f"/{n}": page(BOMBS[coding], b"Content-Encoding: " + coding.encode()) for n, coding in enumerate(BOMBS)},
    "listings": {
        "/feed/": page(b"<rss><channel>" + ITEMS + b"</channel></rss>"),
        "/sitemap.xml": page(b"<urlset>" + PLACES + b"</urlset>"),
        "/robots.txt": page(b"User-agent: *\n" + RULES),
    },
    "links": {f"/2026/11/12/page-{n}-of-many": page(linking(n, 990)) for n in range(12)}
    | {"/2026/11/12/a-page-of-long-links": page(linking(20, 990, b"a-word-more-" * 125))},
    "rules": {
        "/robots.txt": page(b"User-agent: *\n" + (b"Disallow: /" + b"\xe9" * 2_000 + b"\n") * 240),
        "/2026/11/12/a-story": page(STORY % TEXT),
    },
    "patterns": {
        "/robots.txt": page(b"User-agent: *\n" + b"".join(b"Disallow: *aab*x%d*y\n" % n for n in range(5_000))),
        "/" + "ab" * 1_000: page(STORY % TEXT),
    },
    "addresses": {
        f"/2026/11/12/sent-{name}": page(b"", b"Location: " + place, status=b"302 Found")
        for name, place in {
            "to-a-deep-name": DEEP,
            "to-a-wide-name": b"http://" + b"\xfc" * 100_000 + b".com/",
            "down-a-path": b"/" + b"%41\xe9" * 40_000,
            "up-a-path": b"/" + b"a/../" * 50_000,
            "with-a-query": b"/?" + b"a=b&" * 70_000,
        }.items()
    }
    | {
        "/2026/11/12/links-to-a-deep-name": page(STORY % (TEXT + b"<a href='%b'>A</a>" % DEEP)),
        "/2026/11/12/is-a-deep-name": page(b"<link rel=canonical href='%b'>" % DEEP + TEXT),
    },
}
"""What is large, or grows large, on seven sites."""


@pytest.mark.fault(20, 21, 22, 23, 24, 45, 67, 73, 81)
@pytest.mark.parametrize("behaviours", LARGE.values(), ids=LARGE)
def test_no_callback_takes_long(behaviours: dict[str, Behaviour], tmp_path: Path) -> None:
    """No callback of the crawl's event loop takes more than 50 ms of CPU time for a page (here with fivefold slack)."""
    linked = home(*(path for path in behaviours if path not in {"/robots.txt", "/feed/", "/sitemap.xml"}))
    with served({"/": linked, "*": NOT_FOUND} | behaviours) as server:
        command = [sys.executable, "-m", "tests.crawler.probed_crawl", server.url("/"), str(tmp_path / "kept")]
        ended = subprocess.run(
            command, cwd=CHECKOUT, env=environment(), capture_output=True, text=True, timeout=60, check=True
        )
    dearest = json.loads(ended.stdout)

    assert {path.encode() for path in behaviours} <= {request.split(b" ")[1] for request in server.requests}
    assert dearest[0][0] < BOUND * SLACK, dearest
