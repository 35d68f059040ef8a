"""Fetches one page politely, as a crawl of one page into a collection that is thrown away, and reads it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from archive.errors import NothingReached

if TYPE_CHECKING:
    from archive.model import Reading
    from archive.warc_read import CapturedRecord


def fetch_and_read(url: str, *, allow_networks: tuple[str, ...] = (), contact: str = "") -> Reading:
    """What the page at *url*, or behind its redirects, is read as. Raises NothingReached when there is no answer."""
    from crawler.bindings import default_reader
    from crawler.orders import CrawlOrder
    from crawler.run import run_crawl

    with tempfile.TemporaryDirectory(prefix="pressmark-") as folder:
        order = CrawlOrder(
            targets=(url,),
            collection=Path(folder) / "page",
            alone=True,
            delay=0.0,
            allow_networks=allow_networks,
            contact=contact,
            settings={"LOG_LEVEL": "ERROR", "PRESSMARK_RETRY_WAITS": [1]},  # somebody waits for the answer
        )
        run_crawl(order)
        captured = list(_captures(Path(folder) / "page" / "archive"))
        page = _last(captured)
        if page is None or page.capture.kind != "response":
            raise NothingReached(_why(url, page))
        return default_reader().read(page)


def _captures(archive: Path) -> Iterator[CapturedRecord]:
    from archive.warc_read import read_captures

    for warc in sorted(archive.glob("*.warc.gz")):
        yield from (record for record, _ in read_captures(warc))


def _last(captured: list[CapturedRecord]) -> CapturedRecord | None:
    """The page that was asked for, or the last of those that it redirected to; the newest attempt at each."""
    seeds = [record for record in captured if record.capture.discovered == "seed"]
    leads_to = {record.capture.via: record for record in captured if record.capture.discovered == "redirect"}
    page = seeds[-1] if seeds else None
    while page is not None and page.capture.url in leads_to:
        page = leads_to.pop(page.capture.url)
    return page


def _why(url: str, page: CapturedRecord | None) -> str:
    if page is None:
        return f"{url}: no answer"
    capture = page.capture
    behind = "" if capture.discovered == "seed" else f", where it redirects to {capture.url}"
    return f"{url}{behind}: {capture.outcome}: {capture.error}"
