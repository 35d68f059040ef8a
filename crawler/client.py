"""An HTTP/1.1 client that keeps the bytes: one request in, everything that came of it out.

Finds or opens a connection, sends, and reads to the end of the reply, all within one deadline. Knows of Scrapy only
the settings that it is made from.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from dataclasses import dataclass
from typing import Self

from scrapy.settings import BaseSettings

from crawler.connections import IDLE_AT_MOST, Connection, InFlight, Pool, Route, open_tunnel
from crawler.failures import AddressBlocked, ConnectFailed, ExchangeFailed, TlsFailed
from crawler.file_handles import IDLE_CONNECTIONS
from crawler.framing import Limits, Reply
from crawler.guard import Dialer, Guard, connect_to, networks
from crawler.names import SystemResolver
from crawler.tls import client_context

NOT_CHECKED = "certificate not checked"
"""What is noted of an exchange for which any certificate was taken."""

_IN_FLIGHT = 128 * 2**20
_REPEATABLE = frozenset({b"GET", b"HEAD", b"OPTIONS"})
_TUNNEL_OPEN = re.compile(rb"HTTP/1\.\d +2\d\d\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, ready to be sent."""

    route: Route
    """Where it goes."""

    method: bytes
    """As in the request line."""

    request: bytes
    """All its bytes."""

    limits: Limits
    """How much of the reply is taken."""

    timeout: float
    """Seconds for everything, from the look-up of the name to the last byte."""


class Answer:
    """What came of one request."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        """The reply, over; with an outcome of its own where nothing was received."""
        self.sent = b""
        """The request as sent; empty when no connection was made."""
        self.ip: str | None = None
        """The address that answered; None without a connection, or behind a proxy."""
        self.checked = True
        """False when any certificate was taken, as the site's file says."""


class Client:
    """Makes exchanges: finds or opens a connection, sends, reads to the end of the reply within the deadline."""

    def __init__(
        self, dialer: Dialer, *, in_flight: int = _IN_FLIGHT, ca_file: str = "", idle: int = IDLE_AT_MOST
    ) -> None:
        self.in_flight = InFlight(in_flight)
        self._dialer = dialer
        self._ca_file = ca_file
        self._pool = Pool(size=idle)

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        bind = settings.get("DOWNLOAD_BIND_ADDRESS")
        dialer = Dialer(
            guard=Guard(networks(settings.getlist("PRESSMARK_ALLOW_NETWORKS"))),
            resolver=SystemResolver(timeout=settings.getfloat("DNS_TIMEOUT", 20.0)),
            connect_to=[connect_to(text) for text in settings.getlist("PRESSMARK_CONNECT_TO")],
            bind=(bind, 0) if isinstance(bind, str) else bind,
        )
        return cls(
            dialer,
            in_flight=settings.getint("PRESSMARK_BYTES_IN_FLIGHT", _IN_FLIGHT),
            ca_file=settings.get("PRESSMARK_CA_FILE") or "",
            idle=settings.getint(IDLE_CONNECTIONS, IDLE_AT_MOST),
        )

    async def ask(self, asked: Asked) -> Answer:
        """The answer to a request; never raises for what network or server do."""
        answer = Answer(Reply(asked.method, asked.limits))
        try:
            async with asyncio.timeout(asked.timeout):
                await self._ask(asked, answer)
        except TimeoutError:
            answer.reply.cut("time", "timeout", f"the deadline of {asked.timeout:g} s passed")
        except ExchangeFailed as failure:
            answer.reply.cut(failure.outcome, failure.outcome, str(failure))
        return answer

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.close()

    async def _ask(self, asked: Asked, answer: Answer) -> None:
        """Ask on kept-open connections as long as they turn out to be closed already, then on a new one."""
        while (connection := self._pool.take(asked.route)) is not None:
            await self._ask_on(connection, asked, answer)
            if not (answer.reply.unheard and asked.method in _REPEATABLE):
                return
            answer.reply = Reply(asked.method, asked.limits)
        await self._ask_on(await self._open(asked.route), asked, answer)

    async def _ask_on(self, connection: Connection, asked: Asked, answer: Answer) -> None:
        answer.sent = asked.request
        answer.ip = None if asked.route.proxy else connection.peer
        answer.checked = asked.route.verify or asked.route.scheme == "http"
        await connection.ask(asked.request, answer.reply)
        if answer.reply.reusable:
            self._pool.give(asked.route, connection)

    async def _open(self, route: Route) -> Connection:
        if route.proxy is None:
            sock = await self._dialer.dial(route.host, route.port)
        elif await self._dialer.refuses(route.host):
            raise AddressBlocked(f"{route.host} is not a public address")
        else:
            sock = await self._dialer.dial(*route.proxy, trusted=True)
        try:
            if route.tunnelled:
                await _tunnel(sock, route)
            return await self._start(sock, route)
        except BaseException:
            sock.close()
            raise

    async def _start(self, sock: socket.socket, route: Route) -> Connection:
        loop = asyncio.get_running_loop()
        if route.scheme == "http":
            _, connection = await loop.create_connection(lambda: Connection(self.in_flight), sock=sock)
            return connection
        try:
            _, connection = await loop.create_connection(
                lambda: Connection(self.in_flight),
                sock=sock,
                ssl=client_context(verify=route.verify, ca_file=self._ca_file),
                server_hostname=route.host,
                ssl_handshake_timeout=3600,  # the deadline of the exchange counts
            )
        except ssl.SSLCertVerificationError as error:
            raise TlsFailed(f"{route.host}: certificate: {error.verify_message}") from None
        except (OSError, ValueError) as error:
            raise TlsFailed(f"{route.host}: TLS handshake: {error}") from None
        return connection


async def _tunnel(sock: socket.socket, route: Route) -> None:
    """Have the proxy connect to the host of an https URL."""
    target = place(route.host, route.port)
    lines = [b"CONNECT %b HTTP/1.1" % target, b"Host: %b" % target]
    if route.proxy_authorization:
        lines.append(b"Proxy-Authorization: " + route.proxy_authorization)
    try:
        head = await open_tunnel(sock, b"\r\n".join(lines) + b"\r\n\r\n")
    except OSError as error:
        raise ConnectFailed(f"the proxy broke off: {error}") from None
    if not _TUNNEL_OPEN.match(head):
        answer = head.partition(b"\n")[0].strip().decode("latin-1") or "nothing"
        raise ConnectFailed(f"the proxy did not open a tunnel to {route.host}: it answered {answer[:100]}")


def place(host: str, port: int) -> bytes:
    """Host and port as they are written in a request."""
    return (f"[{host}]:{port}" if ":" in host else f"{host}:{port}").encode("ascii", "replace")
