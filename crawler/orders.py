"""What a crawl is told, and what it tells: the values between the command line and `crawler.run.run_crawl`.

    from crawler.run import run_crawl
    summary = run_crawl(CrawlOrder(targets=("https://www.example.com/",), collection=Path("collections/news")))

`run_crawl(order, *, on_progress=None)` runs one job in this process and gives back its `CrawlSummary`;
it can be called once in a process, for Twisted's reactor cannot be started again. What stops a job before it
begins (a locked collection, a bad target) is raised as a `PressmarkError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOrder:
    """What an operator asks of one crawl."""

    targets: tuple[str, ...]
    """Names of sites or http(s) URLs, at least one."""

    collection: Path
    """Directory of the collection; it is made when it is not there."""

    max_pages: int | None = None
    """Pages after which the job ends, with exit code 0; None for no bound."""

    max_seconds: float | None = None
    """Time after which the job ends, with exit code 15; None for no bound."""

    max_bytes: int | None = None
    """Bytes of new WARC records after which the job ends, with exit code 14; None for no bound."""

    since: date | None = None
    """Announced articles older than this day are not fetched."""

    recheck: bool = False
    """True: everything known of the targets is due at once."""

    alone: bool = False
    """True: the targets are all that is asked for, and where they redirect to; no link, feed or sitemap is followed."""

    at_most: Mapping[str, int] = field(default_factory=dict)
    """For a look around: how many URLs of a kind are asked for at each site; no bound for a kind that is left out."""

    delay: float | None = None
    """Seconds between two requests to one host; None for the default of the settings."""

    concurrency: int | None = None
    """Requests in flight to one host; None for what its site file says, or else 1."""

    allow_networks: tuple[str, ...] = ()
    """Networks (CIDR) that may be reached though they are not public."""

    connect_to: tuple[str, ...] = ()
    """HOST:PORT:ADDR:PORT as in curl: the name is served from that address."""

    obey: tuple[str, ...] = ()
    """Which reservations of pages are obeyed at all sites: noarchive, tdm."""

    contact: str = ""
    """URL or address of the operator, told in User-Agent and warcinfo."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    """Further Scrapy settings, over those of `crawler.settings`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a running job is; told about once a second."""

    seconds: float
    """Time since the job began."""

    captures: int
    """Exchanges kept so far, failures included."""

    articles: int
    """Articles read so far."""

    failures: int
    """Exchanges without an answer so far."""

    received: int
    """Bytes of WARC records written so far."""

    pending: int
    """URLs of the targets that wait to be fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSummary:
    """What one job did for one site."""

    site: str
    """Name of the site: of its site file, or the registered domain, or IP:port."""

    captures: int = 0
    """Responses and revisits kept."""

    articles: int = 0
    """Articles read."""

    failures: int = 0
    """Exchanges without an answer."""

    received: int = 0
    """Bytes of its WARC records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlSummary:
    """What a job did, and how it ended."""

    job: str
    """Name of the job."""

    collection: Path
    """Directory of the collection."""

    exit: int
    """Exit code, from the table in the README; 0 when all that was to do is done."""

    reason: str
    """Why it ended, in words: `finished`, `interrupted`, `disk full: …`, `--max-pages reached`, …"""

    started_at: datetime
    """When it began (UTC)."""

    finished_at: datetime
    """When it ended (UTC)."""

    sites: tuple[SiteSummary, ...] = ()
    """One for each site, by name."""

    pending: int = 0
    """URLs of the targets that still wait."""

    recovered: int = 0
    """Captures of an earlier, broken job that were folded first."""

    stats: Mapping[str, Any] = field(default_factory=dict)
    """Counters, named part/event."""
