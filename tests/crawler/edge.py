"""What the tests of the network edge share: a recorder that remembers, and a handler that asks a misbehaving server."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from archive.model import Capture, Exchange
from crawler.failures import ExchangeFailed
from crawler.wire import WireDownloadHandler
from tests.misbehaving import Behaviour, Server, serving

T = TypeVar("T")

LOOPBACK = {"PRESSMARK_ALLOW_NETWORKS": ["127.0.0.0/8"], "DOWNLOAD_TIMEOUT": 10, "DNS_TIMEOUT": 5}


@dataclass
class Remembers:
    """A recorder that keeps the exchanges in memory."""

    exchanges: list[Exchange] = field(default_factory=list)
    large: int = 0
    unchecked: frozenset[str] = frozenset()
    """Hosts whose certificates are not checked."""

    def record(self, exchange: Exchange) -> Capture:
        self.exchanges.append(exchange)
        return Capture(
            record_id=f"urn:example:{len(self.exchanges)}",
            url=exchange.url,
            urlkey="",
            captured_at=exchange.started_at,
            kind="response" if exchange.outcome in {"ok", "disconnect", "time", "length"} else "failure",
            outcome=exchange.outcome,
        )

    async def record_large(self, exchange: Exchange) -> Capture:
        self.large += 1
        return self.record(exchange)

    @property
    def paused(self) -> dict[str, float]:
        """Nobody has asked us to wait."""
        return {}

    def kept(self, url: str) -> None:
        """Nothing is kept from earlier."""

    def checks_certificate(self, url: str) -> bool:
        """As a site file would say."""
        return urlsplit(url).hostname not in self.unchecked


@dataclass
class Edge:
    """A download handler, the server that it asks, and what it recorded."""

    handler: WireDownloadHandler
    server: Server
    recorder: Remembers

    async def ask(self, request: Request) -> Response | ExchangeFailed:
        """The response, or the failure that Scrapy would get."""
        try:
            return await self.handler.download_request(request)
        except ExchangeFailed as failure:
            return failure

    async def get(self, path: str, **meta: Any) -> Exchange:
        """The one exchange that asking for *path* makes."""
        before = len(self.recorder.exchanges)
        await self.ask(Request(self.server.url(path), meta=meta))
        (exchange,) = self.recorder.exchanges[before:]
        return exchange


def crawler_with(recorder: Remembers, settings: Mapping[str, Any]) -> Any:
    """A Scrapy crawler that records to *recorder*."""
    crawler: Any = get_crawler(settings_dict={**LOOPBACK, **settings})
    crawler.pressmark_job = recorder
    return crawler


@asynccontextmanager
async def edge(
    behaviours: Mapping[str, Behaviour], *, tls: ssl.SSLContext | None = None, **settings: Any
) -> AsyncIterator[Edge]:
    """A handler with *settings* and a server with *behaviours*."""
    recorder = Remembers()
    handler = WireDownloadHandler.from_crawler(crawler_with(recorder, settings))
    async with serving(behaviours, tls=tls) as server:
        yield Edge(handler, server, recorder)
        await handler.close()


def exchanged(behaviour: Behaviour, path: str = "/page", **settings: Any) -> Exchange:
    """The exchange that a server with this one behaviour makes."""

    async def ask() -> Exchange:
        async with edge({"*": behaviour}, **settings) as at:
            return await at.get(path)

    return run(ask())


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run it in an event loop of its own, for at most half a minute."""

    async def bounded() -> T:
        async with asyncio.timeout(30):
            return await coroutine

    return asyncio.run(bounded())
