"""Obeys what pages reserve, where a site's file or PRESSMARK_OBEY asks for it.

    DOWNLOADER_MIDDLEWARES = {"crawler.obedience.Obey": 160}

`noarchive`: a page that says so, in its robots meta element or X-Robots-Tag, is not kept; a failure with the outcome
`reserved` is. `tdm`: a page that reserves text and data mining (TDM Reservation Protocol, `noai`) is kept and not read
as an article. The second is decided by the reader, which finds in the capture that it was asked for: so a rebuild comes
to the same, whatever the site's file says by then. For it /.well-known/tdmrep.json is asked for, once a job and origin.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.httpobj import urlparse_cached

from crawler.context import LEASE
from crawler.failures import ExchangeFailed
from crawler.folding import TDM_FILE
from crawler.frontier import Lease
from crawler.keeping import KEEPING, Keeping
from crawler.prerequisites import ask_first, prerequisite
from crawler.scheduler import PAGES
from crawler.wire import content_of
from pipelines.patterns import PathPattern
from pipelines.reservations import OBEYS_TDM, TDM_BY_SITE

log = logging.getLogger(__name__)

_PLACE = "/.well-known/tdmrep.json"
_MOST = 2**20
_MOST_RULES = 1_000

Rules = tuple[tuple[PathPattern, bool], ...]
"""Path patterns, each with whether text and data mining is reserved there."""


class Obey:
    """The downloader middleware."""

    def __init__(self, crawler: Crawler, obeyed: Mapping[str, frozenset[str]]) -> None:
        self._crawler = crawler
        self._obeyed = obeyed
        self._rules: dict[str, asyncio.Future[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, getattr(crawler.pressmark_job, "obeyed", {}))  # type: ignore[attr-defined]  # put there by the add-on

    async def process_request(self, request: Request) -> None:
        """Have the answer looked at before it is kept."""
        lease: Lease | None = request.meta.get(LEASE) if self._obeyed else None
        obeyed = self._obeyed.get(lease.site, frozenset()) if lease is not None and lease.kind != "robots" else None
        if not obeyed:
            return
        keeping: Keeping = request.meta.get(KEEPING) or Keeping()
        notes: tuple[str, ...] = ()
        if "tdm" in obeyed and lease is not None and lease.kind in PAGES:
            reserved = await self._is_reserved(request)
            notes = (OBEYS_TDM, TDM_BY_SITE) if reserved else (OBEYS_TDM,)
        request.meta[KEEPING] = replace(keeping, obeys_noarchive="noarchive" in obeyed, notes=notes)

    async def _is_reserved(self, request: Request) -> bool:
        url = urlparse_cached(request)
        origin = f"{url.scheme}://{url.netloc}"
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._fetch(origin, request))
        path = url.path + (f"?{url.query}" if url.query else "")
        return is_reserved(await asyncio.shield(self._rules[origin]), path)

    async def _fetch(self, origin: str, cause: Request) -> Rules:
        asked = prerequisite(Request(origin + _PLACE), cause, discovered=TDM_FILE)
        try:
            answer = await ask_first(self._crawler, asked)
        except (ExchangeFailed, IgnoreRequest) as failure:
            log.info("%s%s: %s", origin, _PLACE, failure)
            return ()
        if answer.status != 200:
            return ()
        return rules_of(content_of(answer, _MOST))


def rules_of(content: bytes) -> Rules:
    """The rules of a tdmrep.json; none where it is not what the protocol says."""
    try:
        listed: Any = json.loads(content)
    except (ValueError, RecursionError):
        return ()
    rules = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return tuple(
        (PathPattern(one["location"]), str(one.get("tdm-reservation")) == "1")
        for one in rules[:_MOST_RULES]
        if isinstance(one.get("location"), str)
    )


def is_reserved(rules: Rules, path: str) -> bool:
    """What the longest pattern that fits says, as in robots.txt; of two of one length the one that reserves.

    >>> is_reserved(((PathPattern("/*"), True), (PathPattern("/press/"), False)), "/press/a")
    False
    """
    fitting = [(len(pattern.text), reserves) for pattern, reserves in rules if pattern.matches(path)]
    return max(fitting, default=(0, False))[1]
