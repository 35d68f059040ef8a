"""A raw byte server on loopback whose paths are named after what they do wrong.

    async with serving(MISBEHAVIOURS) as server:
        await handler.download_request(Request(server.url("/short-body")))

A behaviour is bytes, sent as they are before the connection is closed, or a coroutine function that gets the
`Visit`. What came in is kept in `server.requests`, byte for byte, in order.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

PAGE = b"<!doctype html><title>Page</title><p>Some text."


@dataclass
class Visit:
    """One request at the server, and the means to answer it."""

    request: bytes
    """Its head and body."""

    reader: asyncio.StreamReader
    """Where more might come from."""

    writer: asyncio.StreamWriter
    """Where the answer goes."""

    keep: bool = False
    """Set it when the connection is to stay open for another request."""

    @property
    def gone(self) -> bool:
        """True when the client has hung up."""
        return self.reader.at_eof() or self.writer.transport.is_closing()

    async def send(self, answer: bytes) -> None:
        self.writer.write(answer)
        await self.writer.drain()

    def reset(self) -> None:
        """End the connection with RST instead of FIN."""
        sock: socket.socket = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Behaviour = bytes | Callable[[Visit], Awaitable[None]]


@dataclass
class Server:
    """The running server."""

    behaviours: Mapping[str, Behaviour]
    """What to do, by path without query; `*` for all others."""

    host: str = "127.0.0.1"
    """Where it listens."""

    port: int = 0
    """Its port."""

    scheme: str = "http"
    """http or https."""

    requests: list[bytes] = field(default_factory=list)
    """All requests, as they came."""

    connections: int = 0
    """How many were made to it."""

    writers: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = field(default_factory=dict)
    """The connections that are open, and the tasks that serve them."""

    def url(self, path: str) -> str:
        return f"{self.scheme}://{self.host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers[writer] = asyncio.current_task()
        try:
            while request := await _read_request(reader):
                self.requests.append(request)
                if not await self._answer(request, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            del self.writers[writer]
            writer.close()

    async def _answer(self, request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        target = request.split(b" ", 2)[1].decode("latin-1")
        path = "/" + target.partition("//")[2].partition("/")[2] if "://" in target else target
        path = path.partition("?")[0]
        behaviour = self.behaviours[path if path in self.behaviours else "*"]
        visit = Visit(request, reader, writer)
        if isinstance(behaviour, bytes):
            await visit.send(behaviour)
        else:
            await behaviour(visit)
        return visit.keep

    async def close(self) -> None:
        tasks = [task for task in self.writers.values() if task is not None]
        for writer in self.writers:
            writer.transport.abort()
        if tasks:
            await asyncio.wait(tasks, timeout=2)


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return head + await reader.readexactly(int(line.partition(b":")[2]))
    return head


@asynccontextmanager
async def serving(
    behaviours: Mapping[str, Behaviour], *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    """The server, for as long as the block lasts."""
    server = Server(behaviours, host, scheme="https" if tls else "http")
    listening = await asyncio.start_server(server.serve, host, 0, ssl=tls, limit=2**20)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await server.close()


@contextmanager
def served(
    behaviours: Mapping[str, Behaviour], *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> Iterator[Server]:
    """The server in a thread of its own, for clients that are other processes."""
    loop, ready, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    servers: list[Server] = []

    async def serve() -> None:
        async with serving(behaviours, host=host, tls=tls) as server:
            servers.append(server)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    ready.wait(10)
    try:
        yield servers[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()


def page(body: bytes = PAGE, *fields: bytes, status: bytes = b"200 OK") -> bytes:
    """A reply in good order."""
    lines = [b"HTTP/1.1 " + status, b"Content-Type: text/html", *fields, b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def kept_open(answer: bytes) -> Behaviour:
    """Answer, and wait for the next request on the connection."""

    async def behave(visit: Visit) -> None:
        visit.keep = True
        await visit.send(answer)

    return behave


def endless(head: bytes, part: bytes, *, pause: float = 0.0) -> Behaviour:
    """Send *part* behind *head* until the client hangs up."""

    async def behave(visit: Visit) -> None:
        await visit.send(head)
        while not visit.gone:
            await visit.send(part)
            await asyncio.sleep(pause)

    return behave


def in_pieces(answer: bytes, size: int, pause: float = 0.0) -> Behaviour:
    """Send the answer in pieces of *size* bytes."""

    async def behave(visit: Visit) -> None:
        for at in range(0, len(answer), size):
            await visit.send(answer[at : at + size])
            await asyncio.sleep(pause)

    return behave


def reset_after(answer: bytes) -> Behaviour:
    """Send the answer, then RST."""

    async def behave(visit: Visit) -> None:
        await visit.send(answer)
        await asyncio.sleep(0.05)
        visit.reset()

    return behave


async def silent(visit: Visit) -> None:
    """Answer nothing."""
    while not visit.gone:
        await asyncio.sleep(0.05)
