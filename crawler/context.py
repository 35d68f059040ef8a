"""What travels with a Scrapy request: why the URL is asked for, and the capture that came of it.

The scheduler puts a `Lease` under `LEASE` into `request.meta`; the download handler takes the context of the
exchange from it and puts the `Capture` that the recorder made under `CAPTURE`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from archive.model import Capture, Exchange
from archive.warc_read import CapturedRecord

LEASE = "pressmark_lease"
"""Key of `request.meta` for the `Lease` that the request serves; requests made by others have none."""

RENDER = "pressmark_render"
"""Key of `request.meta`, there for a request whose page is for a browser."""

CAPTURE = "pressmark_capture"
"""Key of `request.meta` (and so of `response.meta`) for the `Capture` of the exchange."""


class Recorder(Protocol):
    """Keeps exchanges; `crawler.job.Job` is one."""

    @property
    def paused(self) -> Mapping[str, float]:
        """Hosts that have asked us to wait, with the seconds that are left."""
        ...

    def record(self, exchange: Exchange) -> Capture:
        """Append the exchange to the WARC and say where it stands. Raises DiskFull."""
        ...

    async def record_large(self, exchange: Exchange) -> Capture:
        """As `record`, with hashing and compression in a thread, for blocks above 256 KB."""
        ...

    def kept(self, url: str) -> CapturedRecord | None:
        """The newest answer of that URL that is kept from earlier; None where there is none, or none is to be used."""
        ...

    def checks_certificate(self, url: str) -> bool:
        """False where the file of the site that the URL belongs to says that its certificate is not checked."""
        ...


def recorder_of(crawler: Any) -> Recorder:
    """The recorder of a Scrapy crawler; the add-on or `run_crawl` has put it there."""
    recorder: Recorder = crawler.pressmark_job
    return recorder
