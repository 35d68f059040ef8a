"""Renders the pages of sites that are empty without scripts: what a browser makes of them is kept and read.

    DOWNLOADER_MIDDLEWARES = {"crawler.rendering.Rendering": 50}  # where a site of the job has its pages rendered

The page is fetched and kept as any other. Then the browser shows it, and each of its requests takes the way of all
requests: robots.txt, the pauses of its host, the guard, the limits, a record of its own. What the page is then, its
DOM, becomes a `conversion` record that refers to the answer, and is what is read. Only GET, only what scripts need
(scripts, style sheets, data), only from the site and from hosts that its file names, so and so many a page; all else is
refused and counted.
"""

from __future__ import annotations

import logging
from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.defer import maybe_deferred_to_future

from archive.model import RENDERED, RENDERING, Capture, Exchange, utc_now
from crawler.browser import Chromium, Given, Wanted, executable
from crawler.context import CAPTURE, LEASE, RENDER
from crawler.failures import ExchangeFailed, PageReserved, RenderFailed
from crawler.folding import Settled
from crawler.frontier import Lease
from crawler.job import Job
from crawler.keeping import KEEPING, Keeping, remarks
from crawler.wire import CONTEXT, Context, content_of
from pipelines.reservations import is_left_unread, reservations
from pipelines.urls import registered_domain, standard_form
from spiders.candidates import Scope

log = logging.getLogger(__name__)

MAX_REQUESTS = 60
"""Requests of one page, those that are answered from memory too."""

MAX_BYTES = 20 * 1024 * 1024
"""Bytes that one page may get, decoded."""

MAX_REMEMBERED = 64 * 1024 * 1024
"""Bytes of scripts and style sheets that are remembered for the pages to come."""

HTML = "text/html; charset=utf-8"

_NEEDED = frozenset({"document", "script", "stylesheet", "xhr", "fetch"})
_SHARED = frozenset({"script", "stylesheet"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 5
_PASSED_ON = ("accept", "origin", "x-requested-with")
_LEFT_OUT = frozenset(
    {
        "content-encoding",
        "content-length",
        "transfer-encoding",
        "connection",
        "keep-alive",
        "set-cookie",
        "alt-svc",
        "link",
    }
)


class Rendering:
    """The downloader middleware."""

    def __init__(self, crawler: Crawler, job: Job) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._job = job
        self._remembered = _Remembered()
        self._browser = Chromium(
            executable(settings.get("PRESSMARK_BROWSER")),
            user_agent=settings.get("USER_AGENT") or "",
            sandbox=None
            if settings.get("PRESSMARK_BROWSER_SANDBOX") is None
            else settings.getbool("PRESSMARK_BROWSER_SANDBOX"),
        )
        crawler.signals.connect(self._close, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, crawler.pressmark_job)  # type: ignore[attr-defined]  # put there by the add-on

    async def _close(self) -> None:
        await self._browser.close()

    async def process_response(self, request: Request, response: Response) -> Response:
        """The response, with the capture of what the browser made of it in the place of its own."""
        capture: Capture | None = request.meta.get(CAPTURE)
        if RENDER not in request.meta or capture is None or not capture.is_rendered:
            return response
        if _is_reserved(capture, response):
            return response
        lease: Lease = request.meta[LEASE]
        self._job.fold(Settled(capture=capture, reading=await self._job.read(capture)))
        began = utc_now()
        asking = _Asking(self, request, response, self._job.scope(lease.site))
        try:
            content = (await self._browser.render(request.url, asking.give)).encode("utf-8", "replace")
            _check(content, request)
        except (RenderFailed, PageReserved) as failure:
            self._job.count("render/failed")
            log.warning("%s: not rendered: %s", request.url, failure)
            request.meta[CAPTURE] = self._job.record(_exchange(request, capture, began, failure))
            raise
        self._job.count("render/pages")
        request.meta[CAPTURE] = self._job.record_conversion(
            _exchange(request, capture, began), content, HTML, about=capture.record_id
        )
        return response

    async def fetch(self, url: str, asked: Wanted, page: Request) -> Response | None:
        """What the web answers, as for any request; None where there is no answer, or nobody may ask."""
        lease: Lease = page.meta[LEASE]
        context = Context(via=page.url, hops=lease.hops + "E", site=lease.site, discovered=RENDERING)
        headers = {name: asked.headers[name] for name in _PASSED_ON if name in asked.headers}
        meta: dict[str, Any] = {
            CONTEXT: context,
            "download_slot": registered_domain(url),
            "download_maxsize": MAX_BYTES,
        }
        obeys = page.meta[KEEPING].obeys_noarchive if KEEPING in page.meta else False
        meta |= {KEEPING: Keeping(obeys_noarchive=obeys)} if obeys else {}
        request = Request(url, headers=headers, meta=meta, priority=500, callback=NO_CALLBACK, dont_filter=True)
        self._job.compare(url)
        assert self._crawler.engine is not None
        try:
            answer: Any = await maybe_deferred_to_future(self._crawler.engine.downloader.fetch(request))
        except (ExchangeFailed, IgnoreRequest) as failure:
            log.info("%s, for %s: %s", url, page.url, failure)
            answer = None
        capture: Capture | None = request.meta.get(CAPTURE)
        if capture is not None and capture.kind == "failure":  # the downloader tells only of what reaches it
            self._job.fold(Settled(capture=capture, reading=None))
        return answer if isinstance(answer, Response) else None

    def count(self, what: str) -> None:
        """Count what became of a request."""
        self._job.count(f"render/{what}")

    @property
    def remembered(self) -> _Remembered:
        """Scripts and style sheets that pages before have asked for."""
        return self._remembered


class _Asking:
    """The requests of one page."""

    def __init__(self, rendering: Rendering, page: Request, response: Response, scope: Scope) -> None:
        self._rendering = rendering
        self._page = page
        self._response = response
        self._scope = scope
        self._requests = 0
        self._bytes = 0
        self._told: Counter[str] = Counter()

    async def give(self, asked: Wanted) -> Given | None:
        """The answer to one request, or None."""
        if asked.kind == "document":
            return self._taken(self._response)
        self._requests += 1
        refusal = self._refusal(asked, asked.url)
        if refusal:
            self._rendering.count(refusal)
            return None
        known = self._rendering.remembered.get(asked)
        if known is None:
            response = await self._fetch(asked)
            known = self._taken(response) if response is not None else None
            if known is not None:
                self._rendering.remembered.put(asked, known)
        return known

    def _refusal(self, asked: Wanted, url: str) -> str:
        """Why a URL is not asked for, in one word; empty where it may be."""
        if asked.method != "GET":
            return "other_methods"
        if asked.kind not in _NEEDED or not url.startswith(("http://", "https://")):
            return "not_needed"
        if not self._is_near(url):
            return "other_hosts"
        if self._requests > MAX_REQUESTS or self._bytes >= MAX_BYTES:
            return "too_many"
        path = "/" + url.split("/", 3)[3]
        return "excluded" if any(pattern.matches(path) for pattern in self._scope.exclude) else ""

    def _is_near(self, url: str) -> bool:
        """Whether a URL lies on the site, or on a host that its file names for this."""
        host = url.split("/", 3)[2]
        named = any(host == name or host.endswith("." + name) for name in self._scope.render_hosts)
        return named or self._scope.covers(url) or registered_domain(url) == registered_domain(self._page.url)

    async def _fetch(self, asked: Wanted) -> Response | None:
        """What comes, behind redirects, each of which is looked at as the first."""
        url = asked.url
        for _ in range(_MAX_REDIRECTS):
            self._rendering.count("requests")
            response = await self._rendering.fetch(url, asked, self._page)
            location = (response.headers.get("Location") or b"").decode("latin-1") if response is not None else ""
            if response is None or response.status not in _REDIRECTS or not location:
                return response
            try:
                url = standard_form(location, url).partition("#")[0]
            except ValueError:
                return None
            if refusal := self._refusal(asked, url):
                self._rendering.count(refusal)
                return None
        return None

    def _taken(self, response: Response) -> Given:
        body = content_of(response, MAX_BYTES)
        self._bytes += len(body)
        names = [name.decode("latin-1") for name in response.headers]
        headers = {
            name: b", ".join(response.headers.getlist(name)).decode("latin-1")
            for name in names
            if name.lower() not in _LEFT_OUT
        }
        return Given(status=response.status, headers=headers, body=body)


@dataclass
class _Remembered:
    """Answers that the pages of a site share; the ones used last stay."""

    def __post_init__(self) -> None:
        self._kept: OrderedDict[str, Given] = OrderedDict()
        self._size = 0

    def get(self, asked: Wanted) -> Given | None:
        """The answer to an equal request; None where it has to be made."""
        if asked.kind not in _SHARED or asked.url not in self._kept:
            return None
        self._kept.move_to_end(asked.url)
        return self._kept[asked.url]

    def put(self, asked: Wanted, given: Given) -> None:
        """Remember a script or style sheet, unless its server wants it asked for each time."""
        control = next((value for name, value in given.headers.items() if name.lower() == "cache-control"), "")
        if asked.kind not in _SHARED or given.status != 200 or "no-store" in control or asked.url in self._kept:
            return
        self._kept[asked.url] = given
        self._size += len(given.body)
        while self._size > MAX_REMEMBERED:
            self._size -= len(self._kept.popitem(last=False)[1].body)


def _is_reserved(capture: Capture, response: Response) -> bool:
    """Whether the site reserves the page for nobody to mine, which is obeyed: then there is nothing to render it for.

    What its own elements say is seen by the reader, in what the browser makes of it too.
    """
    own = (response.headers.get("TDM-Reservation") or b"").decode("latin-1").strip()
    return is_left_unread(capture.notes, reservations({}, [("TDM-Reservation", own)]), (own,))


def _check(content: bytes, request: Request) -> None:
    """Raises PageReserved where scripts have made a page that is not to be archived, and that is obeyed."""
    keeping: Keeping | None = request.meta.get(KEEPING)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {HTML}\r\n\r\n".encode()
    if keeping is not None and (problem := remarks(keeping, head + content).reserved):
        raise PageReserved(problem)


def _exchange(request: Request, capture: Capture, began: Any, failure: ExchangeFailed | None = None) -> Exchange:
    """The context of what the browser made, or of its failure."""
    return Exchange(
        url=request.url.partition("#")[0],
        started_at=began,
        finished_at=utc_now(),
        outcome=failure.outcome if failure else "ok",
        error=str(failure) if failure else "",
        via=capture.via,
        hops=capture.hops,
        site=capture.site,
        discovered=capture.discovered,
        notes=tuple(note for note in capture.notes.split("; ") if note and note != RENDERED),
    )
