"""What a component asks for before a request may go out: through the downloader, so that robots.txt, pauses and the
record hold for it, and without a lease, so that nothing follows from it.
"""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.defer import maybe_deferred_to_future

from crawler.context import LEASE
from crawler.frontier import Lease
from crawler.wire import CONTEXT, Context

_PASSED_ON = ("download_slot", "proxy")


def prerequisite(request: Request, cause: Request, *, discovered: str) -> Request:
    """*request* as one that is made for the sake of *cause*."""
    lease: Lease = cause.meta[LEASE]
    context = Context(via=lease.url, hops=lease.hops + "P", site=lease.site, discovered=discovered)
    meta = {name: cause.meta[name] for name in _PASSED_ON if name in cause.meta} | {CONTEXT: context}
    asked: Request = request.replace(callback=NO_CALLBACK, dont_filter=True, meta=meta, priority=1000)
    return asked


async def ask_first(crawler: Any, asked: Request) -> Response:
    """The answer to a prerequisite. Raises ExchangeFailed, or IgnoreRequest for what may not be asked."""
    answer: Any = await maybe_deferred_to_future(crawler.engine.downloader.fetch(asked))
    if not isinstance(answer, Response):
        raise IgnoreRequest("a downloader middleware asks for something else in its place")
    return answer
