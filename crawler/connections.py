"""Connections to servers: one carries one exchange at a time, and is kept open for the next one.

Bytes belong to the exchange that is under way when they come. What comes on an idle connection belongs to none, and
that connection is not used again.
"""

from __future__ import annotations

import asyncio
import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from crawler.framing import Reply

_IDLE_SECONDS = 30.0  # servers commonly close after 5 to 60
IDLE_AT_MOST = 100
"""Connections that are kept open though nothing goes over them."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a connection leads; exchanges with the same route may share one."""

    scheme: str
    """http or https."""

    host: str
    """The host of the URL, as the request names it."""

    port: int
    """The port of the URL."""

    verify: bool = True
    """False when the site's file says that its certificate is not checked."""

    proxy: tuple[str, int] | None = None
    """Host and port of the proxy in between; None for a direct connection."""

    proxy_authorization: bytes = b""
    """Value of Proxy-Authorization for the CONNECT of an https route."""

    @property
    def tunnelled(self) -> bool:
        """True when the proxy is asked to CONNECT, so that it sees nothing of the exchange."""
        return self.proxy is not None and self.scheme == "https"


class InFlight:
    """Bounds the bytes of unfinished replies: above *limit* only the oldest of them goes on being read."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._bytes = 0
        self._receiving: dict[Connection, int] = {}

    @property
    def bytes(self) -> int:
        """Bytes of the replies that are under way."""
        return self._bytes

    def begin(self, connection: Connection) -> None:
        self._receiving[connection] = 0

    def came(self, connection: Connection, size: int) -> None:
        self._bytes += size
        self._receiving[connection] += size
        if self._bytes > self._limit and connection is not next(iter(self._receiving)):
            connection.pause()

    def end(self, connection: Connection) -> None:
        self._bytes -= self._receiving.pop(connection, 0)
        for waiting in self._receiving:
            waiting.resume()
            if self._bytes > self._limit:
                break


class Connection(asyncio.Protocol):
    """A connection to a server or proxy, over which one exchange after the other is made."""

    def __init__(self, in_flight: InFlight, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.peer = ""
        """Address of the other end."""
        self.idle_since = 0.0
        """When the last exchange on it ended, by the monotonic clock."""
        self._in_flight = in_flight
        self._clock = clock
        self._transport: asyncio.Transport | None = None
        self._reply: Reply | None = None
        self._answered: asyncio.Future[None] | None = None
        self._paused = False
        self._spoilt = False

    async def ask(self, request: bytes, reply: Reply) -> None:
        """Send the request and return when *reply* is over; when cancelled, the connection is closed."""
        assert self._transport is not None
        self._reply = reply
        self._answered = asyncio.get_running_loop().create_future()
        self._in_flight.begin(self)
        try:
            if self._spoilt:
                reply.closed()
            else:
                self._transport.write(request)
                await self._answered
        finally:
            self._reply = None
            self._in_flight.end(self)
            self.idle_since = self._clock()
            if reply.reusable:
                self.resume()
            else:
                self.close()

    def is_usable(self) -> bool:
        """True when nothing has come since the last exchange, neither bytes nor the end of the connection."""
        if self._spoilt or self._transport is None or self._transport.is_closing():
            return False
        if self._clock() - self.idle_since > _IDLE_SECONDS:
            return False
        poll = select.poll()  # what the event loop has not yet seen would be taken for the next reply
        poll.register(self._transport.get_extra_info("socket").fileno(), select.POLLIN)
        return not poll.poll(0)

    def close(self) -> None:
        """Close at once; what was not sent yet is dropped."""
        self._spoilt = True
        if self._transport is not None:
            self._transport.abort()

    def pause(self) -> None:
        """Stop reading, so that the server has to wait."""
        if self._transport is not None and not self._paused and not self._transport.is_closing():
            self._transport.pause_reading()
            self._paused = True

    def resume(self) -> None:
        """Read on."""
        if self._transport is not None and self._paused and not self._transport.is_closing():
            self._transport.resume_reading()
            self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.peer = str(transport.get_extra_info("peername")[0])

    def data_received(self, data: bytes) -> None:
        reply = self._reply
        if reply is None or reply.over:
            self.close()
            return
        self._in_flight.came(self, len(data))
        if reply.feed(data):
            self._settle()

    def eof_received(self) -> bool:
        self._lost("")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost(str(exc) if exc is not None else "")

    def _lost(self, error: str) -> None:
        self._spoilt = True
        if self._reply is not None:
            self._reply.closed(error)
            self._settle()

    def _settle(self) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(None)


class Pool:
    """Idle connections by route, the last used first; of more than *size* the longest idle are closed."""

    def __init__(self, *, size: int = IDLE_AT_MOST) -> None:
        self._size = size
        self._count = 0
        self._idle: dict[Route, list[Connection]] = {}

    def take(self, route: Route) -> Connection | None:
        """A connection that can carry an exchange on *route*; None when a new one is to be made."""
        idle = self._idle.pop(route, [])
        self._count -= len(idle)
        while idle:
            connection = idle.pop()
            if connection.is_usable():
                self._keep(route, idle)
                return connection
            connection.close()
        return None

    def give(self, route: Route, connection: Connection) -> None:
        """Keep a connection whose exchange has ended well."""
        self._keep(route, [connection])
        while self._count > self._size:
            longest = next(iter(self._idle))
            for unwanted in self._idle.pop(longest):
                unwanted.close()
                self._count -= 1

    def close(self) -> None:
        for idle in self._idle.values():
            for connection in idle:
                connection.close()
        self._idle.clear()
        self._count = 0

    def _keep(self, route: Route, connections: list[Connection]) -> None:
        if connections:
            self._idle[route] = self._idle.pop(route, []) + connections
            self._count += len(connections)


async def open_tunnel(sock: socket.socket, request: bytes, *, longest: int = 16 * 1024) -> bytes:
    """Send a CONNECT and give back the header block that the proxy answers with, empty when it hangs up.

    Read byte by byte, so that nothing of what follows is taken. *sock* is connected and non-blocking.
    """
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(sock, request)
    answer = bytearray()
    while not answer.endswith((b"\r\n\r\n", b"\n\n")) and len(answer) < longest:
        byte = await loop.sock_recv(sock, 1)
        if not byte:
            return b""
        answer += byte
    return bytes(answer)
