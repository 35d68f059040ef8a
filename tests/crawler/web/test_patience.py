"""A client that takes too long is hung up on, so that it keeps nobody else out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from crawler.web.http import Receive, Scope, Send
from crawler.web.patience import ImpatientProtocol

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
Client = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Hurried(ImpatientProtocol):
    longest_request, longest_answer, between_looks = 0.3, 0.6, 0.05


async def much(_: Scope, __: Receive, send: Send) -> None:
    """Answers with more than any buffer on the way holds."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(400):
        await send({"type": "http.response.body", "body": bytes(100_000), "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def little(_: Scope, __: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def one_drop_at_a_time(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for _ in range(100):
        writer.write(b"x")
        await asyncio.sleep(0.05)


async def a_body_in_drops(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"Content-Length: 1000\r\n\r\n")
    await reader.readuntil(b"ok")
    await one_drop_at_a_time(reader, writer)


async def nothing(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def reads_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"\r\n")
    await asyncio.sleep(5)


async def asks_ten_times(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for _ in range(10):
        writer.write(HEAD + b"\r\n")
        await reader.readuntil(b"ok")
        await asyncio.sleep(0.1)


async def seconds_of(client: Client, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> float:
    """How long the server keeps the connection of a client."""
    state, loop = ServerState(), asyncio.get_running_loop()
    config = Config(app, lifespan="off", log_level="critical")
    server = await loop.create_server(lambda: Hurried(config, state, {}), "127.0.0.1", 0)
    begun = loop.time()
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    asking = asyncio.ensure_future(client(reader, writer))
    await asyncio.sleep(0.05)
    while state.connections and not asking.done():
        await asyncio.sleep(0.02)
    took = loop.time() - begun
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    writer.close()
    server.close()
    return took


@pytest.mark.parametrize(
    ("client", "app"),
    [(nothing, little), (one_drop_at_a_time, little), (a_body_in_drops, little), (reads_nothing, much)],
)
def test_slow_clients(client: Client, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
    """Who sends nothing, a head or a body by drops, or does not fetch the answer, is hung up on."""
    assert asyncio.run(seconds_of(client, app)) < 3


def test_a_lively_client() -> None:
    """A connection on which questions come and are answered is kept beyond the time that one of them has."""
    assert asyncio.run(seconds_of(asks_ten_times, little)) > 1
