"""The network edge: every exchange over http and https, byte for byte, handed to the recorder before Scrapy sees it.

    DOWNLOAD_HANDLERS = {"http": "crawler.wire.WireDownloadHandler", "https": "crawler.wire.WireDownloadHandler"}

An HTTP/1.1 client of its own on asyncio, in place of Scrapy's handler on Twisted's client: what Scrapy hands up is not
what came over the wire, and Twisted's client fails on replies that are worth keeping. The bytes are taken where they
are written to and read from the connection. No private name of Scrapy or Twisted is used.

Each request makes exactly one `Exchange`, complete, cut or failed. The `Capture` that the recorder gives back lies in
`request.meta[CAPTURE]` before the response, or the `ExchangeFailed`, goes up. A request that Scrapy cancels makes none.
The signals `headers_received` and `bytes_received` are not sent; `response.certificate` is None.

Settings: DOWNLOAD_TIMEOUT (a total deadline), DOWNLOAD_MAXSIZE, DNS_TIMEOUT, DOWNLOAD_BIND_ADDRESS,
PRESSMARK_ALLOW_NETWORKS, PRESSMARK_CONNECT_TO, PRESSMARK_CA_FILE, PRESSMARK_BYTES_IN_FLIGHT.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Headers, Response
from scrapy.utils.asyncio import is_asyncio_available
from scrapy.utils.httpobj import urlparse_cached

from archive.codings import take_off
from archive.model import RENDERED, Capture, Exchange, utc_now
from crawler.client import NOT_CHECKED, Answer, Asked, Client, place
from crawler.connections import Route
from crawler.context import CAPTURE, LEASE, RENDER, Recorder, recorder_of
from crawler.failures import FAILURES, ExchangeFailed, HostPaused, NotHttp, PageReserved
from crawler.framing import Limits, Reply
from crawler.keeping import KEEPING, Keeping, Remarks, remarks
from crawler.masking import mask
from crawler.pauses import begin_pause
from pipelines.urls import without_credentials

CONTEXT = "pressmark_context"
"""Key of `request.meta` for the `Context` of a request that serves no lease."""

LOGIN = "pressmark_login"
"""Key of `request.meta`, true for a login or where a site's cookies are secret: body and Set-Cookie are masked."""

_ALL = Keeping()
_LARGE = 256 * 1024
_DEADLINE = 60.0
_TARGET = re.compile(rb"[\x21-\x7e]+")
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_DEFAULT_PORT = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Why a URL is asked for, as it is kept beside the exchange; the fields are those of `Exchange`."""

    via: str | None = None
    """The URL that led here; None for a seed."""

    hops: str = ""
    """The path from the seed, one letter a step."""

    site: str = ""
    """Name of the site."""

    discovered: str = "seed"
    """How the URL was found."""


def context_of(request: Request) -> Context:
    """The context of a Scrapy request: its own, or that of its lease, with the redirects followed since."""
    known = request.meta.get(CONTEXT) or request.meta.get(LEASE)
    context = (
        Context(via=known.via, hops=known.hops, site=known.site, discovered=known.discovered) if known else Context()
    )
    redirected_from: list[str] = request.meta.get("redirect_urls", [])
    if not redirected_from:
        return context
    hops = context.hops + "R" * len(redirected_from)
    return replace(context, via=redirected_from[-1], hops=hops, discovered="redirect")


class WireDownloadHandler(BaseDownloadHandler):
    """Scrapy's side of the `Client`: a request becomes bytes, its answer an `Exchange`, `Capture` and `Response`."""

    lazy = True

    def __init__(
        self,
        crawler: Crawler,
        *,
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(crawler)
        if not is_asyncio_available():
            raise NotConfigured(
                "WireDownloadHandler needs asyncio: leave TWISTED_REACTOR at its default,"
                " or set TWISTED_REACTOR_ENABLED=False"
            )
        if not hasattr(crawler, "pressmark_job"):
            raise NotConfigured("WireDownloadHandler needs a recorder: enable crawler.addon.PressmarkAddon")
        self._client = client_of(crawler)
        self._limits = Limits(body=crawler.settings.getint("DOWNLOAD_MAXSIZE") or Limits().body)
        self._timeout = crawler.settings.getfloat("DOWNLOAD_TIMEOUT") or _DEADLINE
        self._clock = clock
        self._monotonic = monotonic

    async def download_request(self, request: Request) -> Response:
        """The response to *request*, recorded; its body as it came, only chunks joined. Raises ExchangeFailed, or
        HostPaused where the host has asked us to wait while the request stood in its line.
        """
        lease = request.meta.get(LEASE)
        if lease is not None and lease.host in recorder_of(self.crawler).paused:
            raise HostPaused(f"{lease.host} has asked us to wait")
        started_at, began = self._clock(), self._monotonic()
        try:
            answer = await self._client.ask(self._asked(request))
        except NotHttp as refused:
            answer = Answer(Reply(b"GET", self._limits))
            answer.reply.cut(refused.outcome, refused.outcome, str(refused))
        seconds = self._monotonic() - began
        request.meta["download_latency"] = seconds
        begin_pause(self.crawler, request, seconds)
        taken = (answer, request, started_at, started_at + timedelta(seconds=seconds))
        if len(answer.reply.wire) > _LARGE:  # its copies would hold up the event loop for all other sites
            response, exchange = await asyncio.to_thread(_taken_from, *taken)
        else:
            response, exchange = _taken_from(*taken)
        self._count(exchange)
        request.meta[CAPTURE] = await _keep(recorder_of(self.crawler), exchange)
        if response is None:
            raise failure_of(answer)
        return response

    async def close(self) -> None:
        self._client.close()

    def _asked(self, request: Request) -> Asked:
        verify = not request.url.startswith("https") or recorder_of(self.crawler).checks_certificate(request.url)
        return asked_for(request, self._limits, self._timeout, verify=verify)

    def _count(self, exchange: Exchange) -> None:
        stats = self.crawler.stats
        assert stats is not None
        stats.inc_value("wire/exchanges")
        stats.inc_value(f"wire/outcome/{exchange.outcome}")
        stats.inc_value("wire/bytes_received", len(exchange.response))


def client_of(crawler: Any) -> Client:
    """The one `Client` of a Scrapy crawler, for all schemes; a test may put its own there before."""
    if not hasattr(crawler, "pressmark_client"):
        crawler.pressmark_client = Client.from_settings(crawler.settings)
    client: Client = crawler.pressmark_client
    return client


def _taken_from(
    answer: Answer, request: Request, started_at: datetime, finished_at: datetime
) -> tuple[Response | None, Exchange]:
    """What goes up of an answer, None for one that is none, and what is kept of it."""
    response = None if answer.reply.outcome in FAILURES else response_of(request.url, answer)
    exchange = exchange_of(request, answer, started_at, finished_at)
    if exchange.outcome == PageReserved.outcome:
        answer.reply.outcome, answer.reply.reason = exchange.outcome, exchange.error
        return None, exchange
    return response, exchange


async def _keep(recorder: Recorder, exchange: Exchange) -> Capture:
    if len(exchange.response) > _LARGE:
        return await recorder.record_large(exchange)
    return recorder.record(exchange)


def asked_for(request: Request, limits: Limits, timeout: float, *, verify: bool = True) -> Asked:
    """A Scrapy request as bytes, with where to send them. Raises NotHttp for what cannot be written as HTTP."""
    url = urlparse_cached(request)
    try:
        host, port = url.hostname or "", url.port or _DEFAULT_PORT[url.scheme]
    except (KeyError, ValueError) as error:
        raise NotHttp(f"not an http or https URL with a port: {error}") from None
    if not host:
        raise NotHttp("the URL names no host")
    route = Route(url.scheme, host, port, verify, *_proxy(request))
    rest = request.url.partition("#")[0].partition("//")[2][len(url.netloc) :]
    target = rest if rest.startswith("/") else "/" + rest
    if route.proxy and not route.tunnelled:
        target = f"http://{url.netloc.rpartition('@')[2]}{target}"
    method = request.method.encode("ascii", "replace")
    timeout = request.meta.get("download_timeout") or timeout
    largest = request.meta.get("download_maxsize") or limits.body
    return Asked(
        route=route,
        method=method,
        request=_request_bytes(request, method, target, _host_field(route)),
        limits=limits if largest == limits.body else replace(limits, body=largest),
        timeout=timeout,
    )


def _proxy(request: Request) -> tuple[tuple[str, int] | None, bytes]:
    proxy: str | None = request.meta.get("proxy")
    if not proxy:
        return None, b""
    scheme, _, netloc = proxy.rpartition("://")
    host, _, port = netloc.rstrip("/").rpartition("@")[2].rpartition(":")
    if scheme not in {"", "http"} or not host or not port.isdigit():
        raise NotHttp(f"proxy {scheme}://{host}:{port}: write it as http://HOST:PORT")
    return (host.strip("[]"), int(port)), request.headers.get(b"Proxy-Authorization") or b""


def _host_field(route: Route) -> bytes:
    named = place(route.host, route.port)
    return named.rpartition(b":")[0] if route.port == _DEFAULT_PORT[route.scheme] else named


def _request_bytes(request: Request, method: bytes, target: str, host: bytes) -> bytes:
    fields: dict[bytes, list[bytes]] = dict(request.headers)
    tunnelled = request.url.startswith("https")
    lines = [b"%b %b HTTP/1.1" % (method, target.encode("utf-8"))]
    lines.append(b"Host: " + b"".join(fields.pop(b"Host", [])[:1] or [host]))
    lines += [
        b"%b: %b" % (name, value)
        for name, values in fields.items()
        for value in values
        if name not in {b"Content-Length", b"Transfer-Encoding"} and not (tunnelled and name == b"Proxy-Authorization")
    ]
    if b"Accept-Encoding" not in fields:
        lines.append(b"Accept-Encoding: gzip, deflate")
    if request.body or method in {b"POST", b"PUT"}:
        lines.append(b"Content-Length: %d" % len(request.body))
    _check_request(method, lines)
    return b"\r\n".join(lines) + b"\r\n\r\n" + request.body


def _check_request(method: bytes, lines: list[bytes]) -> None:
    """Refuse what would let a URL or header value write lines of its own into the request."""
    if not _TOKEN.fullmatch(method) or not _TARGET.fullmatch(lines[0][len(method) + 1 : -9]):
        raise NotHttp(f"not a request line: {lines[0][:200]!r}")
    for line in lines:
        if b"\n" in line or b"\r" in line or b"\0" in line:
            raise NotHttp(f"a line break in a header: {line[:200]!r}")


def exchange_of(request: Request, answer: Answer, started_at: datetime, finished_at: datetime) -> Exchange:
    """The exchange that a request made, its secrets masked; the bytes are taken out of the answer."""
    reply, context = answer.reply, context_of(request)
    is_rendered = RENDER in request.meta and is_for_browser(reply)
    login, wire, keeping = request.meta.get(LOGIN, False), reply.take(), request.meta.get(KEEPING, _ALL)
    secrets = keeping.secrets if login else keeping.secrets.telling
    sent, received, masked = mask(
        answer.sent, wire, body_at=reply.body_at or None, login=login, secrets=keeping.secrets
    )
    look = remarks(keeping, wire) if keeping is not _ALL else Remarks()
    rendered = (RENDERED,) if is_rendered and not look.reserved else ()
    return Exchange(
        url=secrets.masked_url(without_credentials(request.url.partition("#")[0])),
        request=sent,
        response=b"" if look.reserved else received,
        ip=answer.ip,
        started_at=started_at,
        finished_at=finished_at,
        outcome=PageReserved.outcome if look.reserved else reply.outcome,
        error=look.reserved or reply.reason,
        via=secrets.masked_url(context.via) if context.via else context.via,
        hops=context.hops,
        site=context.site,
        discovered=context.discovered,
        masked=masked,
        notes=(*(() if answer.checked else (NOT_CHECKED,)), *look.notes, *rendered),
    )


def is_for_browser(reply: Reply) -> bool:
    """Whether an answer is a page that a browser can show."""
    kinds = [value for name, value in _fields(reply.head) if name.lower() == b"content-type"]
    is_page = bool(kinds) and kinds[0].lower().startswith((b"text/html", b"application/xhtml+xml"))
    return is_page and reply.status == 200 and reply.outcome == "ok"


def content_of(response: Response, most: int) -> bytes:
    """The content of a response without its content codings, at most so many bytes; what is broken ends there."""
    codings = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1").split(",")
    return take_off(response.body, [coding.strip() for coding in codings if coding.strip()], most).content


def response_of(url: str, answer: Answer) -> Response:
    """A plain Scrapy response: no charset is guessed, nothing is decoded but chunks."""
    reply = answer.reply
    return Response(
        url=url,
        status=reply.status,
        headers=Headers(_fields(reply.head)),
        body=reply.payload,
        flags=[] if reply.outcome == "ok" else [reply.outcome],
        ip_address=ip_address(answer.ip.partition("%")[0]) if answer.ip else None,
        protocol=f"HTTP/{reply.version}",
    )


def failure_of(answer: Answer) -> ExchangeFailed:
    """The exception for an answer that is none."""
    failure = FAILURES[answer.reply.outcome](answer.reply.reason)
    failure.sent = bool(answer.sent)
    return failure


def _fields(head: bytes) -> list[tuple[bytes, bytes]]:
    """Names and values of a header block; folded lines are joined, lines without a colon left out."""
    fields: list[tuple[bytes, bytes]] = []
    for line in head.split(b"\n")[1:]:
        if line[:1] in {b" ", b"\t"} and fields:
            name, value = fields[-1]
            fields[-1] = (name, value + b" " + line.strip())
        elif b":" in line:
            name, _, value = line.partition(b":")
            fields.append((name.strip(), value.strip()))
    return fields
