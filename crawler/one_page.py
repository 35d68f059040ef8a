"""Fetches one page politely, as a crawl of one page into a collection that is thrown away, and reads it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from archive.errors import NothingReached

if TYPE_CHECKING:
    from archive.catching_up import Read
    from archive.model import Capture, Reading
    from archive.warc_read import CapturedRecord

MAX_REDIRECTS = 10


def fetch_and_read(url: str, *, allow_networks: tuple[str, ...] = (), contact: str = "") -> Reading:
    """What the page at *url*, or behind its redirects, is read as. Raises NothingReached when there is no answer."""
    from crawler.bindings import default_reader
    from crawler.orders import CrawlOrder
    from crawler.run import run_crawl

    with tempfile.TemporaryDirectory(prefix="pressmark-") as folder:
        order = CrawlOrder(
            targets=(url,),
            collection=Path(folder) / "page",
            max_pages=1,
            delay=0.0,
            allow_networks=allow_networks,
            contact=contact,
            settings={"LOG_LEVEL": "ERROR"},
        )
        run_crawl(order)
        captured = list(_captures(Path(folder) / "page" / "archive"))
        reading = _follow(url, captured, default_reader().read)
    if reading is None:
        raise NothingReached(_why(url, [record.capture for record in captured]))
    return reading


def _captures(archive: Path) -> Iterator[CapturedRecord]:
    from archive.warc_read import read_captures

    for warc in sorted(archive.glob("*.warc.gz")):
        yield from (record for record, _ in read_captures(warc))


def _follow(url: str, captured: list[CapturedRecord], read: Read) -> Reading | None:
    """The reading of the page that *url* leads to."""
    by_url = {record.capture.url: record for record in captured if record.capture.kind == "response"}
    reading: Reading | None = None
    for _ in range(MAX_REDIRECTS):
        record = by_url.get(url)
        if record is None:
            return reading
        reading = read(record)
        target = next((link.url for link in reading.links if link.rel == "redirect"), None)
        if target is None:
            return reading
        url = target
    return reading


def _why(url: str, captures: list[Capture]) -> str:
    for capture in captures:
        if capture.url == url and capture.error:
            return f"{url}: {capture.outcome}: {capture.error}"
    return f"{url}: no answer"
