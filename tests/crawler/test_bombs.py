"""What a whole crawl takes when all that it fetches are compression bombs: the memory of all its processes together."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.benchmarks.measure import Memory
from tests.crawler.test_hostile_sites import NOT_FOUND, STORY, TEXT, ends, home
from tests.end_to_end import CHECKOUT, crawl_words, environment
from tests.misbehaving import Behaviour, page, served
from tests.pipelines.test_hostile_pages import BOMBS, GZIP

MOST = 96 << 20
"""Bytes that bombs may cost beyond what the same crawl takes with one long page among small ones."""


def bomb(coding: str) -> bytes:
    """A page of 400 MB in that coding."""
    return page(BOMBS[coding], b"Content-Encoding: " + coding.encode())


BAD: dict[str, Behaviour] = {
    "/robots.txt": bomb("gzip"),
    "/feed/": bomb("gzip, gzip"),
    "/sitemap.xml": page(GZIP),
    "/sitemap.xml.gz": page(gzip.compress(GZIP)),
    **{f"/2026/11/bomb-{n}": bomb(coding) for n, coding in enumerate(BOMBS)},
}
GOOD: dict[str, Behaviour] = {
    **dict.fromkeys(BAD, page(STORY % (TEXT * 20))),
    "/robots.txt": NOT_FOUND,
    "/2026/11/bomb-0": page(bytes(5_000_000)),
}
"""Small pages, and one of zeros that is as long as is read of a page."""


def memory_of_a_crawl(behaviours: Mapping[str, Behaviour], path: Path) -> int:
    """Bytes that a crawl of such a site takes at most, its reading child included (PSS)."""
    linked = home(*(path for path in behaviours if path != "/robots.txt"))
    with served({"/": linked, "*": NOT_FOUND} | dict(behaviours)) as server:
        command = [sys.executable, "-m", "crawler.cli", *crawl_words([server.url("/")], path, ())]
        crawl = subprocess.Popen(
            command, cwd=CHECKOUT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        with Memory(crawl.pid, every=0.005) as memory:
            assert crawl.wait(100) == 0
    assert behaviours.keys() - ends(path).keys() <= {"/robots.txt"}
    return memory.most


@pytest.mark.fault(20, 21, 22, 23, 24, 73)
def test_bombs_in_a_crawl(tmp_path: Path) -> None:
    """Bombs as robots.txt, feed, sitemap and pages, nested too, take at most 96 MiB more than pages do."""
    plain, bombs = memory_of_a_crawl(GOOD, tmp_path / "good"), memory_of_a_crawl(BAD, tmp_path / "bad")
    print(f"crawl of pages {plain >> 20} MiB, of bombs {bombs >> 20} MiB (PSS)")

    assert bombs - plain < MOST
