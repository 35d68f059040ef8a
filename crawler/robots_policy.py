"""Asks robots.txt before anything is fetched from an origin, and obeys it (RFC 9309).

    DOWNLOADER_MIDDLEWARES = {"crawler.robots_policy.RobotsPolicy": 100}

Each robots.txt is fetched once in 24 hours, by whatever job: one that the collection keeps from an earlier job holds as
long. It is fetched through the download handler, so it is captured, its redirects too, with the hop `P`. Who asks for a
robots.txt gets that same answer. A client error allows everything; a server error, 429, a timeout, or an answer that is
torn or not in the coding that it claims forbids everything for now. A refusal is an exchange with the outcome `robots`;
its capture lies in `request.meta[CAPTURE]`, and `RobotsForbidden` or `RobotsUnreachable` goes to the errback. Where no
connection can be made at all, the page fails for that reason (`dns`, `blocked`, `connect`, `tls`).

Obeys ROBOTSTXT_OBEY, ROBOTSTXT_USER_AGENT, USER_AGENT, and `dont_obey_robotstxt` in `request.meta`.
"""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached

from archive.codings import Decoded, take_off
from archive.errors import PressmarkError
from archive.model import Capture, Exchange, utc_now
from crawler.context import CAPTURE, recorder_of
from crawler.failures import ExchangeFailed, RobotsForbidden, RobotsUnreachable
from crawler.wire import CONTEXT, Context, context_of
from pipelines.robots import MAX_BYTES, Robots
from pipelines.urls import standard_form, without_credentials

log = logging.getLogger(__name__)

robots_read = object()
"""Scrapy signal, sent when a robots.txt has been read: `origin` (str), `crawl_delay` (seconds or None), `sitemaps`."""

LIFETIME = 24 * 3600.0  # RFC 9309, 2.4
MAX_REDIRECTS = 5  # RFC 9309, 2.3.1.2
_RETRY_AFTER = 600.0
_RETRY_BOUNDS = (60.0, 3600.0)
_NO_CONNECTION = 4.0  # seconds; so that each retry of a page is an attempt of its own
_ORIGINS = 5_000
_REFUSED = 10_000
_PASSED_ON = ("download_slot", "proxy")
_INCOMPLETE = frozenset({"disconnect", "time"})


@dataclass
class Rules:
    """What is known of one origin's robots.txt."""

    robots: Robots | None
    """Its rules; None while it cannot be had."""

    until: float
    """When it is to be fetched again, by the monotonic clock."""

    problem: str = ""
    """Why it cannot be had."""

    failure: ExchangeFailed | None = None
    """Why no connection could be made, when that is why it cannot be had."""

    answer: Response | ExchangeFailed | None = None
    """What came for robots.txt itself, for the one who asks for it; None once it was handed out."""

    capture: Capture | None = None
    """The capture of that answer."""

    refused: dict[str, Capture] = field(default_factory=dict)
    """Refusals already recorded, by URL."""


class RobotsPolicy:
    """The downloader middleware."""

    def __init__(
        self,
        crawler: Crawler,
        *,
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        settings = crawler.settings
        if not settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured("ROBOTSTXT_OBEY is off: robots.txt is not asked for")
        self._crawler = crawler
        self._agent: str = settings.get("ROBOTSTXT_USER_AGENT") or settings.get("USER_AGENT") or "*"
        self._clock = clock
        self._monotonic = monotonic
        self._known: dict[str, asyncio.Future[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> Response | None:
        """None when the request may be made; the answer of robots.txt when that is what it asks for."""
        if request.meta.get("dont_obey_robotstxt"):
            return None
        origin = _origin(request)
        if request.url == f"{origin}/robots.txt":
            return await self._answer(request, origin)
        rules = await self._rules(request, origin)
        if rules.failure is not None:
            self._refuse(request, rules, type(rules.failure)(str(rules.failure)))
        elif rules.robots is None:
            self._refuse(request, rules, self._unreachable(origin, rules))
        elif not await self._allows(rules.robots, request.url):
            self._refuse(request, rules, RobotsForbidden(f"{origin}/robots.txt forbids it"))
        return None

    async def _allows(self, robots: Robots, url: str) -> bool:
        if robots.takes_long(url, self._agent):
            return await asyncio.to_thread(robots.allowed, url, self._agent)
        return robots.allowed(url, self._agent)

    async def _answer(self, request: Request, origin: str) -> Response:
        rules = await self._rules(request, origin)
        if rules.answer is None:
            rules = await self._rules(request, origin, afresh=True)
        answer, rules.answer = rules.answer, None
        if rules.capture is not None:
            request.meta[CAPTURE] = rules.capture
        if isinstance(answer, Response):
            answer.request = request
            return answer
        raise answer or self._unreachable(origin, rules)

    async def _rules(self, request: Request, origin: str, *, afresh: bool = False) -> Rules:
        """The rules of an origin; all who wait for them wait for one fetch."""
        known = self._known.get(origin)
        if known is None or (known.done() and (afresh or self._is_stale(known))):
            self._known.pop(origin, None)
            known = self._known[origin] = asyncio.ensure_future(self._have(request, origin, afresh=afresh))
            if len(self._known) > _ORIGINS:
                del self._known[next(iter(self._known))]
        return await asyncio.shield(known)

    def _is_stale(self, known: asyncio.Future[Rules]) -> bool:
        return known.cancelled() or known.exception() is not None or known.result().until <= self._monotonic()

    async def _have(self, request: Request, origin: str, *, afresh: bool) -> Rules:
        """The rules of an earlier job that still hold, else those that are fetched now."""
        try:
            kept = None if afresh or request.url == f"{origin}/robots.txt" else await self._kept(origin)
            if kept is None:
                return await self._fetch(request, origin)
            self._tell(origin, kept)
        except PressmarkError:
            raise
        except Exception as error:  # whatever it is that breaks here, nothing is fetched unasked
            log.exception("%s/robots.txt", origin)
            return self._for_now(traceback.format_exception_only(error)[-1].strip())
        return kept

    async def _kept(self, origin: str) -> Rules | None:
        """What the collection keeps of robots.txt, where it is younger than its lifetime and said something final."""
        record = recorder_of(self._crawler).kept(f"{origin}/robots.txt")
        if record is None:
            return None
        left = LIFETIME - (self._clock() - record.capture.captured_at).total_seconds()
        status = record.capture.status or 0
        if not 0 < left <= LIFETIME or status == 429 or not (200 <= status < 300 or 400 <= status < 500):
            return None
        message, outcome = record.message, record.capture.outcome
        if _is_torn({outcome}, message.payload):
            return None
        if status >= 400:
            return Rules(Robots(b""), self._monotonic() + left)
        robots = await self._prepared(lambda: message.decoded(MAX_BYTES + 1), message.payload)
        return None if robots is None else Rules(robots, self._monotonic() + left)

    async def _prepared(self, decoded: Callable[[], Decoded], payload: bytes) -> Robots | None:
        """The rules in a payload, ready to be asked; None where the payload is not what its coding says.

        Half a megabyte of rules takes half a second to read, so it is done in a thread.
        """

        def prepared() -> Robots | None:
            content = decoded()
            if len(content.defects) > content.cut:  # that it was cut where we no longer read is none
                return None
            robots = Robots(content.content)
            robots.prepare(self._agent)
            return robots

        return await asyncio.to_thread(prepared) if payload else Robots(b"")

    async def _fetch(self, request: Request, origin: str) -> Rules:
        """Fetch robots.txt, and what it redirects to."""
        context = context_of(request)
        url, hops = f"{origin}/robots.txt", context.hops + "P"
        via = context.via if request.url == url else request.url  # asked for itself it is not its own cause
        found: list[Rules] = []
        while True:
            asked = _robots_request(url, request, Context(via=via, hops=hops, site=context.site, discovered="robots"))
            found.append(await self._read(asked))
            target = _redirect(found[-1].answer)
            if target is None or len(found) > MAX_REDIRECTS:
                break
            url, via, hops = target, url, hops + "R"
        self._tell(origin, found[-1])
        return replace(found[-1], answer=found[0].answer, capture=found[0].capture)

    async def _read(self, asked: Request) -> Rules:
        assert self._crawler.engine is not None
        try:
            # by the downloader, not the engine: an answer nobody scrapes is no page to count or to log
            answer = await maybe_deferred_to_future(self._crawler.engine.downloader.fetch(asked))
        except ExchangeFailed as failure:
            rules = self._for_now(str(failure), _RETRY_AFTER if failure.sent else _NO_CONNECTION)
            rules.failure = None if failure.sent or failure.outcome == "timeout" else failure
            rules.answer = failure
        except IgnoreRequest as refusal:
            rules = self._for_now(str(refusal))
        else:
            if not isinstance(answer, Response):
                return self._for_now(f"a downloader middleware asks for {answer.url} in its place")
            rules = await self._judge(answer)
            rules.answer = answer.replace(body=answer.body[:MAX_BYTES]) if len(answer.body) > MAX_BYTES else answer
        rules.capture = asked.meta.get(CAPTURE)
        return rules

    async def _judge(self, answer: Response) -> Rules:
        """What an answer to a request for robots.txt means (RFC 9309, 2.3.1)."""
        if answer.status == 429 or answer.status >= 500:
            return self._for_now(f"status {answer.status}", _retry_after(answer))
        if _is_torn(answer.flags, answer.body):
            return self._for_now("the answer is cut short")
        payload = answer.body if 200 <= answer.status < 300 else b""
        robots = await self._prepared(lambda: _decoded(answer), payload)
        if robots is None:
            return self._for_now("the answer is torn, or not in the coding that it claims")
        return Rules(robots, self._monotonic() + LIFETIME)

    def _for_now(self, problem: str, retry_after: float = _RETRY_AFTER) -> Rules:
        return Rules(None, self._monotonic() + retry_after, problem)

    def _unreachable(self, origin: str, rules: Rules) -> RobotsUnreachable:
        return RobotsUnreachable(
            f"{origin}/robots.txt cannot be had: {rules.problem}",
            retry_after=max(rules.until - self._monotonic(), 0.0),
        )

    def _refuse(self, request: Request, rules: Rules, refusal: ExchangeFailed) -> None:
        """Record that the URL is not fetched, once while these rules hold, and raise *refusal*."""
        capture = rules.refused.get(request.url)
        if capture is None:
            capture = recorder_of(self._crawler).record(self._refusal(request, refusal))
            if len(rules.refused) < _REFUSED:
                rules.refused[request.url] = capture
            self._count(refusal)
        request.meta[CAPTURE] = capture
        raise refusal

    def _refusal(self, request: Request, refusal: ExchangeFailed) -> Exchange:
        context, now = context_of(request), self._clock()
        return Exchange(
            url=without_credentials(request.url.partition("#")[0]),
            started_at=now,
            finished_at=now,
            outcome=refusal.outcome,
            error=str(refusal),
            via=context.via,
            hops=context.hops,
            site=context.site,
            discovered=context.discovered,
        )

    def _count(self, refusal: ExchangeFailed) -> None:
        assert self._crawler.stats is not None
        kind = "forbidden" if isinstance(refusal, RobotsForbidden) else "unreachable"
        self._crawler.stats.inc_value(f"robots/{kind}")

    def _tell(self, origin: str, rules: Rules) -> None:
        if rules.robots is None:
            return
        self._crawler.signals.send_catch_log(
            robots_read,
            origin=origin,
            crawl_delay=rules.robots.crawl_delay(self._agent),
            sitemaps=rules.robots.sitemaps,
        )


def _origin(request: Request) -> str:
    url = urlparse_cached(request)
    return f"{url.scheme}://{url.netloc.rpartition('@')[2].lower()}"


def _robots_request(url: str, cause: Request, context: Context) -> Request:
    meta: dict[str, Any] = {key: cause.meta[key] for key in _PASSED_ON if key in cause.meta}
    meta |= {CONTEXT: context, "dont_obey_robotstxt": True, "dont_redirect": True, "dont_retry": True}
    return Request(url, meta=meta, priority=1000, callback=NO_CALLBACK, dont_filter=True)


def _redirect(answer: Response | ExchangeFailed | None) -> str | None:
    """Where an answer redirects to; None for all other answers, and for a place that is not on the web."""
    if not isinstance(answer, Response) or answer.status not in {301, 302, 303, 307, 308}:
        return None
    location = (answer.headers.get("Location") or b"").decode("latin-1").strip()
    try:
        return without_credentials(standard_form(location, answer.url).partition("#")[0]) if location else None
    except ValueError:
        return None


def _is_torn(outcomes: Collection[str], payload: bytes) -> bool:
    return not _INCOMPLETE.isdisjoint(outcomes) or ("length" in outcomes and not payload)


def _decoded(answer: Response) -> Decoded:
    codings = [
        coding.strip().decode("latin-1") for coding in b",".join(answer.headers.getlist("Content-Encoding")).split(b",")
    ]
    return take_off(answer.body, [coding for coding in codings if coding], MAX_BYTES + 1)


def _retry_after(answer: Response) -> float:
    seconds = (answer.headers.get("Retry-After") or b"").strip()
    if not seconds.isdigit() or len(seconds) > 9:
        return _RETRY_AFTER
    least, most = _RETRY_BOUNDS
    return min(max(float(seconds), least), most)
