"""Serves a simulated web on loopback: HTTP/1.1, by Host header, in a thread or in a process of its own."""

from __future__ import annotations

import asyncio
import gzip
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from types import TracebackType
from typing import IO, Any, Protocol, Self, runtime_checkable

from .reply import REASONS, Reply

_KEPT = 60_000
_CHUNK = 4096
_LONGEST_HEAD = 65_536


class Web(Protocol):
    """What can be served; `NewsWeb` and `PageServer` can."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts that answer."""
        ...

    @property
    def now(self) -> datetime:
        """The present there, told in Date headers."""
        ...

    def reply(self, host: str, target: str) -> Reply:
        """The answer of *host* for *target*, a path with query."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request in full, for webs that answer one visitor otherwise than another."""

    host: str
    """Host asked, lower case, without port."""

    path: str
    """Path and query."""

    method: str
    """Method of the request."""

    fields: Mapping[str, str]
    """Its headers, by their names in lower case."""

    body: bytes
    """What it sends."""


@runtime_checkable
class KnowsVisitors(Protocol):
    """A web that looks at who asks."""

    def receive(self, visit: Visit) -> Reply | None:
        """The answer for this visitor; None for what everybody gets."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One request that a server answered."""

    at: float
    """When its head had come, by the system-wide monotonic clock (`time.monotonic()`)."""

    host: str
    """Host asked, lower case, without port."""

    path: str
    """Path and query."""

    status: int
    """Status of the answer."""

    agent: str
    """User-Agent of the request."""

    method: str = "GET"
    """Method of the request."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """An answer as bytes of the wire, and its validators."""

    head: bytes
    body: bytes
    status: int
    etag: str
    last_modified: str


class Answers:
    """Turns requests into bytes; keeps what it has made."""

    def __init__(self, web: Web, latency: float | Mapping[str, float] = 0.0) -> None:
        self.web = web
        self.latency = latency
        self.log: list[LogEntry] = []
        self._kept: dict[tuple[str, str, bool], _Ready] = {}
        self._date = _http_date(web)
        self._receive = web.receive if isinstance(web, KnowsVisitors) else None

    def warm(self, urls: Iterable[str]) -> None:
        """Make these pages now, coded and plain, so that a measurement is not one of their making."""
        for url in urls:
            host, path = _place(url, "")
            for accepts_gzip in (False, True):
                self._ready(host, path, accepts_gzip)

    def forget(self) -> None:
        """Make every page anew, because the web has changed."""
        self._kept.clear()
        self._date = _http_date(self.web)

    def delay(self, host: str) -> float:
        """Seconds to wait before answering for that host."""
        return self.latency.get(host, 0.0) if isinstance(self.latency, Mapping) else self.latency

    def answer(self, head: bytes, sent: bytes = b"") -> tuple[bytes, str, bool]:
        """Bytes to send for a request, *head* and what is *sent*, its host, and whether the connection goes on."""
        at = time.monotonic()
        lines = head.split(b"\r\n")
        method, target, version = [*lines[0].decode("latin-1").split(" "), "", ""][:3]
        fields = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines[1:])
        }
        host, path = _place(target, fields.get(b"host", b"").decode("latin-1"))
        go_on = version == "HTTP/1.1" and fields.get(b"connection", b"").lower() != b"close"
        if not path.startswith("/"):
            return b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", host, False
        accepts_gzip = b"gzip" in fields.get(b"accept-encoding", b"")
        own = None
        if self._receive is not None:
            own = self._receive(Visit(host=host, path=path, method=method, fields=_as_text(fields), body=sent))
        ready = _on_the_wire(own, accepts_gzip, self._date) if own else self._ready(host, path, accepts_gzip)
        if _is_unchanged(ready, fields):
            wire, status = _not_modified(ready, self._date), 304
        else:
            wire, status = ready.head if method == "HEAD" else ready.head + ready.body, ready.status
        agent = fields.get(b"user-agent", b"").decode("latin-1")
        self.log.append(LogEntry(at=at, host=host, path=path, status=status, agent=agent, method=method))
        return wire, host, go_on

    def _ready(self, host: str, path: str, accepts_gzip: bool) -> _Ready:
        key = (host, path, accepts_gzip)
        ready = self._kept.get(key)
        if ready is None:
            reply = self.web.reply(host, path)
            ready = _on_the_wire(reply, accepts_gzip, self._date)
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            if not reply.fresh:
                self._kept[key] = ready
        return ready


def _as_text(fields: Mapping[bytes, bytes]) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in fields.items()}


def _http_date(web: Web) -> str:
    return format_datetime(web.now.astimezone(UTC), usegmt=True)


def _place(target: str, host: str) -> tuple[str, str]:
    """Host and path of a request target in origin or absolute form (RFC 9112, 3.2)."""
    for scheme in ("http://", "https://"):
        if target.startswith(scheme):
            host, slash, rest = target.removeprefix(scheme).partition("/")
            target = slash + rest or "/"
    return host.partition(":")[0].lower(), target


def _on_the_wire(reply: Reply, accepts_gzip: bool, date: str) -> _Ready:
    body = reply.body
    headers = [("Server", "newsweb"), ("Date", date)]
    if reply.mime:
        headers.append(("Content-Type", reply.mime))
    headers += reply.headers
    if reply.gzip:
        headers.append(("Vary", "Accept-Encoding"))
        if accepts_gzip:
            body = gzip.compress(body, 6, mtime=0)
            headers.append(("Content-Encoding", "gzip"))
    headers += [("ETag", reply.etag)] if reply.etag else []
    headers += [("Last-Modified", reply.last_modified)] if reply.last_modified else []
    if reply.chunked:
        headers.append(("Transfer-Encoding", "chunked"))
        pieces = [body[n : n + _CHUNK] for n in range(0, len(body), _CHUNK)]
        body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    else:
        headers.append(("Content-Length", str(len(body))))
    return _Ready(_head(reply.status, headers), body, reply.status, reply.etag, reply.last_modified)


def _head(status: int, headers: list[tuple[str, str]]) -> bytes:
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Unknown')}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _is_unchanged(ready: _Ready, fields: Mapping[bytes, bytes]) -> bool:
    """Whether a conditional request is answered with 304; where both are given the tag decides (RFC 9110, 13.2.2)."""
    if ready.status != 200:
        return False
    tags = fields.get(b"if-none-match")
    if tags is not None and ready.etag:
        wanted = {tag.strip().removeprefix("W/") for tag in tags.decode("latin-1").split(",")}
        return ready.etag.removeprefix("W/") in wanted or "*" in wanted
    since = fields.get(b"if-modified-since")
    if since is None or not ready.last_modified:
        return False
    try:
        return parsedate_to_datetime(since.decode("latin-1")) >= parsedate_to_datetime(ready.last_modified)
    except ValueError:
        return False


def _not_modified(ready: _Ready, date: str) -> bytes:
    headers = [("Server", "newsweb"), ("Date", date)]
    headers += [("ETag", ready.etag)] if ready.etag else []
    headers += [("Last-Modified", ready.last_modified)] if ready.last_modified else []
    return _head(304, headers)


class _Connection(asyncio.Protocol):
    """One client; requests are answered in order, pipelined ones too."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.buffer = b""
        self.transport: asyncio.Transport | None = None
        self.busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.transport = None

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self._work()

    def _work(self) -> None:
        while not self.busy and self.transport is not None:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                if len(self.buffer) > _LONGEST_HEAD:
                    self.transport.close()
                return
            length = _body_length(head)
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            wire, host, go_on = self.answers.answer(head, rest[:length])
            delay = self.answers.delay(host)
            if delay:
                self.busy = True
                asyncio.get_running_loop().call_later(delay, self._send_late, wire, go_on)
            else:
                self._send(wire, go_on)

    def _send_late(self, wire: bytes, go_on: bool) -> None:
        self.busy = False
        self._send(wire, go_on)
        self._work()

    def _send(self, wire: bytes, go_on: bool) -> None:
        if self.transport is None:
            return
        self.transport.write(wire)
        if not go_on:
            self.transport.close()


def _body_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    return 0


class Server:
    """A web being served in a thread of this process; use it as a context manager."""

    def __init__(
        self, web: Web, *, host: str = "127.0.0.1", port: int = 0, latency: float | Mapping[str, float] = 0.0
    ) -> None:
        self.web = web
        self.host = host
        self.port = port
        self._answers = Answers(web, latency)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="newsweb", daemon=True)

    @property
    def log(self) -> tuple[LogEntry, ...]:
        """Every request so far, in order."""
        return tuple(self._answers.log)

    @property
    def connect_to(self) -> tuple[str, ...]:
        """HOST:PORT:ADDR:PORT for every host."""
        return tuple(f"{host}:80:{self.host}:{self.port}" for host in self.web.hosts)

    def clear_log(self) -> None:
        """Begin the log anew."""
        self._answers.log.clear()

    def warm(self, urls: Iterable[str]) -> None:
        """Make these pages now; without it each is made when it is first asked for, at some 1.5 ms."""
        self._answers.warm(urls)

    def advance(self, **counts: Any) -> Any:
        """`NewsWeb.advance` of the web that is served; pages are made anew."""
        changes = self.web.advance(**counts)  # type: ignore[attr-defined]  # only a NewsWeb has a time
        self._answers.forget()
        return changes

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            self._loop.create_server(lambda: _Connection(self._answers), self.host, self.port, backlog=1024)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        try:
            self._loop.run_forever()
        finally:
            server.close()
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()


def serve(web: Web, *, host: str = "127.0.0.1", port: int = 0, latency: float | Mapping[str, float] = 0.0) -> Server:
    """A server for *web* in a thread; it runs inside a `with` block.

    *latency* is what every answer waits, in seconds, or that of each host.
    """
    return Server(web, host=host, port=port, latency=latency)


class ServerProcess:
    """A `NewsWeb` served by a child process, so that a measurement of this one is not disturbed.

    *options* are those of `python -m crawler.newsweb`: seed, sites, articles, families, crawl_delay, traps,
    latency, warm.
    """

    def __init__(self, *, port: int = 0, **options: float | bool) -> None:
        self.port = port
        self._options = options
        self._child: subprocess.Popen[str] | None = None

    @property
    def log(self) -> tuple[LogEntry, ...]:
        """Every request so far, in order."""
        return tuple(LogEntry(**entry) for entry in self._ask("log"))

    @property
    def cpu_seconds(self) -> float:
        """CPU time that the server has used."""
        return float(self._ask("cpu"))

    def clear_log(self) -> None:
        """Begin the log anew."""
        self._ask("clear")

    def advance(self, **counts: Any) -> Any:
        """`NewsWeb.advance` in the child; gives published, edited and withdrawn URLs as a dict."""
        return self._ask("advance " + json.dumps(counts))

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "crawler.newsweb", "--control", "--port", str(self.port)]
        for name, value in self._options.items():
            option = f"--{name.replace('_', '-')}"
            command += ([option] if value else []) if isinstance(value, bool) else [option, str(value)]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self._line()["port"])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._child is not None
        self._pipe(self._child.stdin).close()
        self._child.wait(10)
        self._pipe(self._child.stdout).close()

    def _ask(self, order: str) -> Any:
        assert self._child is not None
        stdin = self._pipe(self._child.stdin)
        stdin.write(order + "\n")
        stdin.flush()
        return self._line()

    def _line(self) -> Any:
        assert self._child is not None
        return json.loads(self._pipe(self._child.stdout).readline())

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe


def obey(server: Server, order: str) -> object:
    """Carry out one line of a `ServerProcess` and give the answer."""
    word, _, rest = order.strip().partition(" ")
    orders: dict[str, Callable[[], object]] = {
        "log": lambda: [asdict(entry) for entry in server.log],
        "cpu": time.process_time,
        "clear": server.clear_log,
        "advance": lambda: asdict(server.advance(**json.loads(rest or "{}"))),
    }
    return orders[word]()
