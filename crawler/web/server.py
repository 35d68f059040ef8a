"""The whole application, and its server."""

from __future__ import annotations

import asyncio
import io
import signal
import socket
import sys
from collections.abc import Callable, Collection
from contextlib import redirect_stderr
from pathlib import Path
from typing import TextIO

from archive.errors import UsageError
from archive.printable import printable
from crawler.web.guarding import guarded
from crawler.web.http import App, Receive, Scope, Send, asked_of, one_line, send_answer
from crawler.web.pages import Room, answer

AT_ONCE = 8
"""Questions that are answered at the same time; others wait."""

MAX_CONNECTIONS = 200
"""Requests and connections in flight, above which new ones are told to come back."""


def application(collection: Path, names: Collection[str]) -> App:
    """The pages, mementos and tables of a collection, for those who ask by one of *names* or by an address."""
    from crawler.web.tables import BASE, tables

    room, by_datasette, places = Room(collection), tables(collection / "catalog.db"), asyncio.Semaphore(AT_ONCE)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(BASE):
            await by_datasette(scope, receive, send)
            return
        head = scope["method"] == "HEAD"
        try:
            asked = asked_of(scope)
        except ValueError:
            await send_answer(send, one_line(400, "the parameters cannot be read"), head=head)
            return
        async with places:
            answered = await asyncio.to_thread(answer, room, asked)
        await send_answer(send, answered, head=head)

    return guarded(app, {"localhost", *(name.lower() for name in names)})


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises UsageError where it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise UsageError(f"--host {host} --port {port}: {error}; name another with `--port`") from None


class _Printable(io.TextIOBase):
    """Stderr without what a terminal obeys: Datasette tells there what it was asked and could not answer."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(printable(text))

    def flush(self) -> None:
        self._stream.flush()


def serve(app: App, listening: socket.socket, *, started: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; *started* is called when the first request can come."""
    from uvicorn import Config, Server

    from crawler.web.patience import ImpatientProtocol

    class Started(Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started()

    config = Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=5,
        lifespan="off",
        http=ImpatientProtocol,
        ws="none",
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # uvicorn raises again what it was ended by, and all is done then
    with redirect_stderr(_Printable(sys.stderr)):
        asyncio.run(Started(config).serve(sockets=[listening]))
