"""Looks at sites by a short, polite crawl into a collection that is thrown away."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive.warc_read import CapturedRecord
    from crawler.orders import CrawlOrder
    from crawler.targets import Target
    from pipelines.json_ld import Node
    from pipelines.site import Sites
    from spiders.survey import Seen, Survey

AT_MOST: Mapping[str, int] = {"feed": 14, "sitemap": 12, "section": 12, "list": 2, "page": 15}
"""URLs of each kind that are asked for in a look at one site, those at common places included."""

_MOST = 2**20


def look_at(targets: Sequence[str], order: CrawlOrder, sites: Sites) -> list[Survey]:
    """What a short crawl of each target found. To be called once in a process, as `run_crawl`."""
    from crawler.run import run_crawl
    from crawler.targets import resolve

    resolved = [resolve(target, sites) for target in targets]
    with tempfile.TemporaryDirectory(prefix="pressmark-") as folder:
        short = replace(
            order,
            targets=tuple(targets),
            collection=Path(folder) / "look",
            at_most=AT_MOST,
            settings={"LOG_LEVEL": "ERROR", "PRESSMARK_RETRY_WAITS": [2]},  # somebody waits for the answer
        )
        run_crawl(short)
        captured = _captured(Path(folder) / "look" / "archive")
        return [_survey_of(target, captured, sites) for target in resolved]


def _survey_of(target: Target, captured: list[CapturedRecord], sites: Sites) -> Survey:
    from crawler.bindings import default_reader
    from spiders.declared import declared
    from spiders.survey import survey

    scope = target.scope
    reader = default_reader()
    own = [record for record in captured if record.capture.site == scope.site]
    site = sites.named(scope.site) if scope.site in sites.names else None
    start = site.home if site else next(seed.url for seed in target.seeds if seed.kind != "robots")
    seen = [(record.capture, reader.read(record)) for record in own]
    said = declared(_json_ld(own, seen), scope.covers)
    return survey(site, scope, start, seen, crawl_delay=max(map(_crawl_delay, own), default=0), said=said)


def _json_ld(records: list[CapturedRecord], seen: Sequence[Seen]) -> Iterator[tuple[str, Sequence[Node]]]:
    """URL and JSON-LD of each article and section page."""
    from archive.model import Article, Listing
    from pipelines.page import open_page

    for record, (capture, reading) in zip(records, seen, strict=True):
        if isinstance(reading, Article) or (isinstance(reading, Listing) and reading.form == "section"):
            content = record.message.content(_MOST)
            yield capture.url, open_page(content, url=capture.url, captured_at=capture.captured_at).json_ld


def _captured(archive: Path) -> list[CapturedRecord]:
    from archive.warc_read import read_captures

    return [record for warc in sorted(archive.glob("*.warc.gz")) for record, _ in read_captures(warc)]


def _crawl_delay(record: CapturedRecord) -> float:
    """What a robots.txt asks for; 0 for any other record."""
    from pipelines.robots import Robots

    capture = record.capture
    if not capture.url.endswith("/robots.txt") or capture.status != 200:
        return 0
    return Robots(record.message.content(1 << 19)).crawl_delay("pressmark") or 0
