"""A job that is fed with recorded exchanges in place of a network: a whole crawl in a fraction of a second.

It goes through everything that touches the disk, from the lock to the closing record, in an order that is always the
same: so a fault can be put at the n-th operation, for every n.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy.settings import Settings

from archive.errors import PressmarkError
from archive.files import Files
from archive.model import Exchange
from crawler.folding import Settled
from crawler.frontier import Lease
from crawler.job import Job
from crawler.newsweb import Reply
from crawler.opening import open_job
from crawler.orders import CrawlOrder
from tests.crawler.tiny_web import TinyWeb

SITE = "127.0.0.1:8000"
HOME = f"http://{SITE}/"
GROUP = 6
"""Exchanges of one group commit."""

_SMALL = 14_000
"""Bytes of a WARC file, so that there are several."""


Told = Callable[[str, bool], Any]
"""Gets the id of each record when it is written to the WARC file, and again, with True, when it is committed."""


def _unheard(record_id: str, committed: bool) -> None:
    """For who does not listen."""


def crawl(
    kept: Path, web: TinyWeb, files: Files, *, told: Told = _unheard, at_first: Callable[[Job], Any] = lambda _: None
) -> int:
    """Crawl the web to its end, and give the exit code; *at_first* gets the job before it does anything."""
    order = CrawlOrder(targets=(HOME,), collection=kept)
    job = Job(order, open_job(order, _settings(), files=files))
    at_first(job)
    try:
        asyncio.run(_run(job, web, told))
    except PressmarkError:
        if job.error is None:
            raise
    finally:
        summary = job.close_at_once("finished")
    if job.error is not None and not isinstance(job.error, PressmarkError):
        raise job.error
    return summary.exit


def recover(kept: Path, _web: TinyWeb, files: Files, *, told: Callable[[str], Any] = lambda _: None) -> int:
    """Begin a job, with all that it makes good before, and end it there."""
    open_job(CrawlOrder(targets=(HOME,), collection=kept), _settings(), files=files).close()
    return 0


def _settings() -> Settings:
    settings = Settings()
    settings.setmodule("crawler.settings")
    settings.setdict({"PRESSMARK_READING_CHILDREN": 0, "PRESSMARK_MAX_WARC_BYTES": _SMALL})
    return settings


async def _run(job: Job, web: TinyWeb, told: Told) -> None:
    clock, group = _ticks(), list[str]()
    for number, lease in enumerate(_leases(job), 1):
        capture = job.record(_exchange(lease, web.reply("127.0.0.1", _path(lease.url)), next(clock)))
        told(capture.record_id, False)
        group.append(capture.record_id)
        job.schedule.over(lease)
        job.fold(Settled(capture=capture, reading=await job.read(capture), lease=lease))
        if number % GROUP == 0:
            job.flush()
        while group and number % GROUP == 0 and job.error is None:
            told(group.pop(), True)


def _leases(job: Job) -> Iterator[Lease]:
    while True:
        lease = job.schedule.next()
        if lease is not None:
            yield lease
        elif not job.has_work():
            return


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def _exchange(lease: Lease, reply: Reply, at: datetime) -> Exchange:
    lines = [f"HTTP/1.1 {reply.status} X", f"Content-Type: {reply.mime}", f"Content-Length: {len(reply.body)}"]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    head = "\r\n".join(lines).encode()
    return Exchange(
        url=lease.url,
        request=f"GET {_path(lease.url)} HTTP/1.1\r\nHost: {urlsplit(lease.url).netloc}\r\n\r\n".encode(),
        response=head + b"\r\n\r\n" + reply.body,
        ip="127.0.0.1",
        started_at=at,
        finished_at=at,
        **{name: getattr(lease, name) for name in ("site", "via", "hops", "discovered")},
    )


def _ticks() -> Iterator[datetime]:
    """Now, and each time a millisecond later."""
    now = datetime.now(UTC)
    while True:
        yield now
        now += timedelta(milliseconds=1)
