"""Every exchange is recorded once, byte for byte, whatever the server does."""

from __future__ import annotations

import ast
import asyncio
import base64
import errno
import gzip
import inspect
import json
import os
import socket
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response

from archive.model import Exchange
from crawler.context import CAPTURE, LEASE
from crawler.failures import ConnectFailed, ExchangeFailed, NotHttp, TimedOut
from crawler.frontier import Lease
from crawler.wire import CONTEXT, LOGIN, Context, WireDownloadHandler
from tests.crawler.edge import Edge, Remembers, crawler_with, edge, exchanged, run
from tests.crawler.test_framing import TORN, UNTIL_CLOSE, WHOLE
from tests.crawler.whole_crawl import crawl
from tests.misbehaving import Behaviour, Visit, endless, in_pieces, kept_open, page, reset_after, serving, silent

CORPUS = Path(__file__).parents[3] / "shared/corpora/http_replies.jsonl"

OK = page(b"fine")


def gets(behaviours: dict[str, Behaviour], *paths: str, **settings: Any) -> tuple[list[Exchange], Edge]:
    """The exchanges that asking for *paths* one after the other makes."""

    async def ask() -> tuple[list[Exchange], Edge]:
        async with edge(behaviours, **settings) as at:
            return [await at.get(path) for path in paths], at

    return run(ask())


def asked(
    request: Request, behaviour: Behaviour = OK, **settings: Any
) -> tuple[Exchange, Response | ExchangeFailed, Edge]:
    """What comes of *request*, whose URL is written with `HOST` for the server."""

    async def ask() -> tuple[Exchange, Response | ExchangeFailed, Edge]:
        async with edge({"*": behaviour}, **settings) as at:
            sent = request.replace(url=request.url.replace("http://host", at.server.url("")))
            answer = await at.ask(sent)
            request.meta.update(sent.meta)
            (exchange,) = at.recorder.exchanges
            return exchange, answer, at

    return run(ask())


# Bytes


@pytest.mark.parametrize("wire", [*WHOLE.values(), *UNTIL_CLOSE.values()], ids=[*WHOLE, *UNTIL_CLOSE])
@pytest.mark.fault(34)
def test_odd_replies_are_kept_byte_for_byte(wire: bytes) -> None:
    """What is recorded is what came over the wire, header case, order, framing and interim replies included."""
    exchange = exchanged(wire)

    assert (exchange.outcome, exchange.response) == ("ok", wire)


@pytest.mark.parametrize("name", ["short-body", "inside-a-chunk", "inside-the-headers", "chunk-size-is-no-number"])
@pytest.mark.fault(4)
def test_torn_replies_are_kept(name: str) -> None:
    """What came of a reply that breaks off is kept as `disconnect`."""
    exchange = exchanged(TORN[name])

    assert (exchange.outcome, exchange.response) == ("disconnect", TORN[name])


def test_request_is_kept_byte_for_byte() -> None:
    """What is recorded as the request is what the server received, query string and repeated headers included."""
    request = Request("http://host/a%20b?q=1&q=%C3%BC&empty=", headers={"User-Agent": "pressmark", "X-Two": ["1", "2"]})
    exchange, _, at = asked(request)

    assert at.server.requests == [exchange.request]
    assert exchange.request == (
        b"GET /a%%20b?q=1&q=%%C3%%BC&empty= HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: pressmark\r\n"
        b"X-Two: 1\r\nX-Two: 2\r\nAccept-Encoding: gzip, deflate\r\n\r\n" % at.server.port
    )


def test_request_body_is_kept() -> None:
    """A body is sent with its length, and recorded."""
    exchange, _, at = asked(Request("http://host/form", method="POST", body=b"a=1&b=2"))

    assert at.server.requests == [exchange.request]
    assert exchange.request.endswith(b"Content-Length: 7\r\n\r\na=1&b=2")


def test_response_for_scrapy() -> None:
    """Scrapy gets status, headers and the body as it came, chunks joined, still content-coded; no text is guessed."""
    wire = b"HTTP/1.1 203 Odd\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\nX: 1\r\n 2\r\nnone\r\nTransfer-Encoding: chunked"
    request = Request("http://host/page")
    _, response, _ = asked(request, wire + b"\r\n\r\n2\r\n\x1f\x8b\r\n1\r\n!\r\n0\r\n\r\n")

    assert isinstance(response, Response)
    assert type(response) is Response
    assert (response.status, response.body, response.flags) == (203, b"\x1f\x8b!", [])
    assert response.headers.getlist("Set-Cookie") == [b"a=1", b"b=2"]
    assert response.headers["X"] == b"1 2"
    assert (str(response.ip_address), response.protocol) == ("127.0.0.1", "HTTP/1.1")
    assert request.meta[CAPTURE].record_id == "urn:example:1"


def test_cut_response_goes_up_with_a_flag() -> None:
    """A body that breaks off reaches Scrapy as far as it came, flagged with the outcome."""
    _, response, _ = asked(Request("http://host/"), TORN["short-body"])

    assert isinstance(response, Response)
    assert (response.body, response.flags) == (b"hell", ["disconnect"])


def test_times() -> None:
    """An exchange begins by the clock of the day and lasts as long as the monotonic clock says."""
    began = datetime(2018, 6, 18, 9, 30, tzinfo=UTC)

    async def ask() -> Exchange:
        recorder, ticks = Remembers(), iter([100.0, 102.5])
        crawler = crawler_with(recorder, {})
        handler = WireDownloadHandler(crawler, clock=lambda: began, monotonic=lambda: next(ticks))
        async with serving({"*": OK}) as server:
            await handler.download_request(Request(server.url("/")))
        return recorder.exchanges[0]

    exchange = run(ask())

    assert (exchange.started_at, exchange.finished_at) == (began, began + timedelta(seconds=2.5))


def test_large_replies_are_recorded_in_a_thread() -> None:
    """A reply above 256 KB goes to `record_large`."""
    _, at = gets({"/small": page(b"x" * 1000), "/large": page(b"x" * 300_000)}, "/small", "/large")

    assert (len(at.recorder.exchanges), at.recorder.large) == (2, 1)


# Connections that are used again


def test_kept_open() -> None:
    """Exchanges on one connection each have their own bytes."""
    exchanges, at = gets({"/1": kept_open(page(b"one")), "/2": kept_open(page(b"two"))}, "/1", "/2")

    assert at.server.connections == 1
    assert [exchange.response for exchange in exchanges] == [page(b"one"), page(b"two")]
    assert [exchange.request for exchange in exchanges] == at.server.requests


def test_idle_connection_closed_by_the_server() -> None:
    """A kept-open connection that the server has closed meanwhile is not used; the exchange is made on a new one."""

    async def ask() -> tuple[list[Exchange], Edge]:
        async with edge({"/1": page(b"one"), "/2": page(b"two")}) as at:
            first = await at.get("/1")
            await asyncio.sleep(0.05)
            return [first, await at.get("/2")], at

    exchanges, at = run(ask())

    assert (at.server.connections, [e.response for e in exchanges]) == (2, [page(b"one"), page(b"two")])


def test_closed_at_the_second_request() -> None:
    """A kept-open connection that is closed without a word when it is used again: asked anew, recorded once."""

    async def once(visit: Visit) -> None:
        visit.keep = True
        if len(at_requests) % 2 == 0:
            await visit.send(page(b"answer"))
        else:
            visit.keep = False
        at_requests.append(visit.request)

    at_requests: list[bytes] = []
    exchanges, at = gets({"*": once}, "/1", "/2")

    assert [exchange.outcome for exchange in exchanges] == ["ok", "ok"]
    assert (at.server.connections, len(at_requests)) == (2, 3)


def test_408_on_a_kept_open_connection() -> None:
    """A server that gives up a kept-open connection with 408 is asked anew."""

    async def times_out(visit: Visit) -> None:
        visit.keep = True
        seen.append(visit.request)
        await visit.send(page(b"late", status=b"408 Request Timeout") if len(seen) == 2 else page(b"answer"))

    seen: list[bytes] = []
    exchanges, _ = gets({"*": times_out}, "/1", "/2")

    assert [exchange.response for exchange in exchanges] == [page(b"answer"), page(b"answer")]


def test_post_is_not_repeated() -> None:
    """A POST on a connection that turns out to be closed fails: the server may have acted on it."""

    async def ask() -> Response | ExchangeFailed:
        async with edge({"/get": kept_open(OK), "/post": b""}) as at:
            await at.get("/get")
            return await at.ask(Request(at.server.url("/post"), method="POST", body=b"order=1"))

    assert isinstance(run(ask()), ConnectFailed)


@pytest.mark.parametrize("pause", [0.0, 0.05])
def test_bytes_behind_a_reply_belong_to_no_exchange(pause: float) -> None:
    """What a server sends unasked, at once or later, is not taken for the next reply."""

    async def babbles(visit: Visit) -> None:
        visit.keep = True
        await visit.send(page(b"asked for"))
        await asyncio.sleep(pause)
        await visit.send(page(b"smuggled"))

    async def ask() -> tuple[list[bytes], int]:
        async with edge({"*": babbles}) as at:
            first = await at.get("/1")
            await asyncio.sleep(0.1)
            return [first.response, (await at.get("/2")).response], at.server.connections

    assert run(ask()) == ([page(b"asked for")] * 2, 2)


def test_unread_bytes_in_the_socket() -> None:
    """Bytes that lie unread in a kept-open connection when it is taken again are noticed."""

    async def ask() -> tuple[bytes, int]:
        async with edge({"/1": kept_open(page(b"one")), "/2": kept_open(page(b"two"))}) as at:
            await at.get("/1")
            (writer,) = at.server.writers
            with socket.socket(fileno=os.dup(writer.get_extra_info("socket").fileno())) as same:
                same.send(page(b"smuggled"))
            return (await at.get("/2")).response, at.server.connections

    assert run(ask()) == (page(b"two"), 2)


# Failures


@pytest.mark.fault(1)
def test_refused() -> None:
    """A closed port is `connect`, with nothing sent and nothing received."""

    async def ask() -> tuple[Exchange, Response | ExchangeFailed]:
        async with edge({}) as at:
            free = await asyncio.start_server(at.server.serve, "127.0.0.1", 0)
            port = free.sockets[0].getsockname()[1]
            free.close()
            await free.wait_closed()
            answer = await at.ask(Request(f"http://127.0.0.1:{port}/"))
            return at.recorder.exchanges[0], answer

    exchange, answer = run(ask())

    assert (exchange.outcome, exchange.request, exchange.response) == ("connect", b"", b"")
    assert "Connection refused" in exchange.error
    assert isinstance(answer, ConnectFailed)


@pytest.mark.parametrize(
    ("behaviour", "outcome", "kept"),
    [
        (b"", "connect", b""),
        (reset_after(b""), "connect", b""),
        (reset_after(b"HTTP/1.1 200 OK\r\nServ"), "disconnect", b"HTTP/1.1 200 OK\r\nServ"),
        (reset_after(b"HTTP/1.1 200 OK\r\n\r\nhalf"), "disconnect", b"HTTP/1.1 200 OK\r\n\r\nhalf"),
        (reset_after(page(b"1234567890")[:-3]), "disconnect", page(b"1234567890")[:-3]),
        (b"<p>no HTTP", "invalid", b"<p>no HTTP"),
    ],
    ids=["closed", "reset", "reset-in-headers", "reset-before-the-end", "reset-in-body", "not-http"],
)
@pytest.mark.fault(2, 3, 4)
def test_broken_off(behaviour: Behaviour, outcome: str, kept: bytes) -> None:
    """However a connection ends, there is one exchange with all that came."""
    exchange = exchanged(behaviour)

    assert (exchange.outcome, exchange.response) == (outcome, kept)
    assert exchange.error


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (silent, "timeout"),
        (in_pieces(b"HTTP/1.1 200 OK\r\n", 1, 0.3), "timeout"),
        (in_pieces(page(b"x" * 100), 40, 0.3), "time"),
        (endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x", pause=0.1), "time"),
        (endless(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", pause=0.1), "time"),
    ],
    ids=["silence", "slow-status-line", "slow-reply", "slow-drip", "slow-headers"],
)
@pytest.mark.fault(5, 6, 7)
def test_total_deadline(behaviour: Behaviour, outcome: str) -> None:
    """The deadline counts from the beginning, and no drip puts it off; what came is kept."""
    exchange = exchanged(behaviour, DOWNLOAD_TIMEOUT=0.7)
    seconds = (exchange.finished_at - exchange.started_at).total_seconds()

    assert exchange.outcome == outcome
    assert 0.6 < seconds < 2.0
    assert (exchange.response != b"") == (outcome == "time" or exchange.response.startswith(b"H"))


def test_deadline_raises_for_scrapy() -> None:
    """Scrapy sees the exception that it knows for a timeout, after the exchange was recorded."""
    request = Request("http://host/", meta={"download_timeout": 0.3})
    _, failure, _ = asked(request, silent)

    assert isinstance(failure, TimedOut)
    assert request.meta[CAPTURE].outcome == "timeout"


@pytest.mark.parametrize(
    ("behaviour", "outcome", "most"),
    [
        (endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536), "length", 100_000),
        (endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"4\r\nabcd\r\n" * 5000), "length", 100_000),
        (page(b"x" * 100_001), "length", 0),
        (endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65536), "invalid", 0),
        (endless(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1000), "invalid", 0),
        (endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), "invalid", 0),
        (endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x" * 65536), "disconnect", 100_000),
    ],
    ids=["body", "chunks", "announced", "header-line", "headers", "interim-replies", "chunk-size-line"],
)
@pytest.mark.fault(28, 29, 30, 31, 33, 36)
def test_endless(behaviour: Behaviour, outcome: str, most: int) -> None:
    """Nothing that a server sends without end is read without end; what was read is kept up to the limit."""
    exchange = exchanged(behaviour, DOWNLOAD_MAXSIZE=100_000)
    body = exchange.response.partition(b"\r\n\r\n")[2]

    assert exchange.outcome == outcome
    assert len(exchange.response) <= 600_000
    assert most == 0 or len(body) <= most or outcome == "disconnect"


def test_bytes_in_flight_are_bounded() -> None:
    """Many large replies at once are read in turn once they hold too much together, and all arrive."""

    async def ask() -> tuple[list[Exchange], int]:
        async with edge({"*": kept_open(page(b"x" * 2_000_000))}, PRESSMARK_BYTES_IN_FLIGHT=1_000_000) as at:
            most = 0

            async def watch() -> None:
                nonlocal most
                while True:
                    most = max(most, at.handler._client.in_flight.bytes)
                    await asyncio.sleep(0)

            watching = asyncio.ensure_future(watch())
            for _ in range(3):
                await asyncio.gather(*(at.ask(Request(at.server.url(f"/{n}"))) for n in range(8)))
            watching.cancel()
            return at.recorder.exchanges, most

    exchanges, most = run(ask())

    assert {(exchange.outcome, len(exchange.response)) for exchange in exchanges} == {
        ("ok", len(page(b"x" * 2_000_000)))
    }
    assert most < 6_000_000


def test_a_connection_that_was_held_back_goes_on() -> None:
    """A connection whose reading was held back for want of room carries the next exchange."""

    async def waits(visit: Visit) -> None:
        await visit.send(page(b"x" * 100)[:-1])
        await silent(visit)

    async def ask() -> tuple[list[str], int]:
        async with edge({"/slow": waits, "*": kept_open(OK)}, PRESSMARK_BYTES_IN_FLIGHT=10, DOWNLOAD_TIMEOUT=2) as at:
            slow = asyncio.ensure_future(at.ask(Request(at.server.url("/slow"))))
            await asyncio.sleep(0.1)
            outcomes = [(await at.get(f"/{n}")).outcome for n in range(3)]
            slow.cancel()
            return outcomes, at.server.connections

    assert run(ask()) == (["ok"] * 3, 2)


def test_cancelled() -> None:
    """A request that Scrapy cancels makes no exchange, and leaves no connection behind."""

    async def ask() -> tuple[int, int]:
        async with edge({"*": silent}) as at:
            asking = asyncio.ensure_future(at.ask(Request(at.server.url("/"))))
            await asyncio.sleep(0.1)
            asking.cancel()
            await asyncio.wait([asking])
            await asyncio.sleep(0.2)
            return len(at.recorder.exchanges), len(at.server.writers)

    assert run(ask()) == (0, 0)


@pytest.mark.parametrize(
    "request_",
    [
        Request("http://host/", headers={"X-Evil": b"a\r\nHost: elsewhere"}),
        Request("http://host/", method="GET / HTTP/1.1\r\nX: y"),
        Request("http://host/", meta={"proxy": "socks5://127.0.0.1:1080"}),
        Request("http://:80/"),
    ],
    ids=["header-value", "method", "proxy", "no-host"],
)
def test_what_cannot_be_asked(request_: Request) -> None:
    """A request that cannot be written as one is recorded as `invalid`, and nothing is sent."""
    exchange, failure, at = asked(request_)

    assert (exchange.outcome, exchange.request, at.server.requests) == ("invalid", b"", [])
    assert isinstance(failure, NotHttp)


# Context and secrets


LEASED = Lease(url="http://host/", site="pharma", host="host", hops="FL", via="http://host/feed", discovered="feed")


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ({}, (None, "", "", "seed")),
        ({LEASE: LEASED}, ("http://host/feed", "FL", "pharma", "feed")),
        (
            {LEASE: LEASED, "redirect_urls": ["http://host/a", "http://host/b"]},
            ("http://host/b", "FLRR", "pharma", "redirect"),
        ),
        (
            {CONTEXT: Context(via="http://x/", hops="P", site="s", discovered="robots")},
            ("http://x/", "P", "s", "robots"),
        ),
    ],
    ids=["none", "lease", "redirected", "context"],
)
def test_context(meta: dict[str, Any], expected: tuple[str | None, str, str, str]) -> None:
    """Why a URL was asked for is kept beside the exchange; each redirect is a hop."""
    exchange, _, _ = asked(Request("http://host/", meta=meta))

    assert (exchange.via, exchange.hops, exchange.site, exchange.discovered) == expected


def test_url_is_kept_without_fragment() -> None:
    """The URL is kept as it was asked for, without its fragment."""
    exchange, _, at = asked(Request("http://host/page?u=a@b#part"))

    assert exchange.url == at.server.url("/page?u=a@b")


@pytest.mark.fault(41)
def test_password_in_the_url_is_not_sent() -> None:
    """User name and password of a URL are neither sent nor kept."""

    async def ask() -> tuple[Exchange, bytes]:
        async with edge({"*": OK}) as at:
            url = at.server.url("/").replace("http://", "http://me:secret@")
            await at.ask(Request(url))
            return at.recorder.exchanges[0], at.server.requests[0]

    exchange, request = run(ask())

    assert b"secret" not in request
    assert "secret" not in exchange.url


@pytest.mark.fault(41)
def test_secrets_are_masked() -> None:
    """A login reaches the server as it is, and the record with asterisks of the same length."""
    request = Request("http://host/login", method="POST", body=b"pw=x", headers={"Cookie": "a=1"}, meta={LOGIN: True})
    exchange, _, at = asked(request, page(b"in", b"Set-Cookie: sid=abc; Path=/"))

    assert b"pw=x" in at.server.requests[0]
    assert len(exchange.request) == len(at.server.requests[0])
    assert b"\r\nCookie: ***\r\n" in exchange.request
    assert exchange.request.endswith(b"\r\n\r\n****")
    assert exchange.response == page(b"in", b"Set-Cookie: sid=***; Path=/")
    assert exchange.masked == ("request:Cookie", "request:body", "response:Set-Cookie")


# The corpus


@pytest.mark.skipif(not CORPUS.exists(), reason="needs ../shared/corpora")
@pytest.mark.fault(17, 18, 19)
def test_replies_of_the_curl_tests() -> None:
    """Each of 409 odd replies ends as a faithful capture or a recorded failure; the failures are these."""
    replies = [json.loads(line) for line in CORPUS.read_text().splitlines()]

    async def ask() -> dict[str, tuple[Exchange, bytes]]:
        served: dict[str, Behaviour] = {}
        async with edge(served) as at:
            for reply in replies:
                raw = base64.b64decode(reply["reply_base64"]).replace(b"@PORT@", b"%d" % at.server.port)
                served[f"/{reply['id']}"] = raw
            return {
                reply["id"]: (await at.get(f"/{reply['id']}"), bytes(served[f"/{reply['id']}"])) for reply in replies
            }

    made = run(ask())
    failed = {
        name: exchange.error for name, (exchange, _) in made.items() if exchange.outcome in {"invalid", "connect"}
    }
    cut = {name: exchange.error for name, (exchange, _) in made.items() if exchange.outcome == "disconnect"}

    assert len(made) == 409
    assert failed == REFUSED_OF_THE_CORPUS
    assert cut == CUT_OF_THE_CORPUS
    assert [
        name for name, (exchange, raw) in made.items() if exchange.response not in {raw, raw.removesuffix(b"\n")}
    ] == []
    assert Counter(exchange.outcome for exchange, _ in made.values())["ok"] == 382


BOTH = "both Transfer-Encoding and Content-Length"
NO_HTTP = "not an HTTP reply"
EMPTY = "the connection was closed without a reply"
NO_STATUS = "the status line has no status of three digits"
NO_END = "the connection was closed inside the header block"

REFUSED_OF_THE_CORPUS = {
    # Two readers may see two bodies: RFC 9112, 11.2.
    **dict.fromkeys(["1122", "1495", "1496", "319", "418"], BOTH),
    # HTTP/0.9 or no HTTP at all.
    **dict.fromkeys(["1144", "1164", "66"], NO_HTTP),
    # The test server of curl sends nothing here.
    **dict.fromkeys(["1247", "1548", "21", "23"], EMPTY),
    # -12 and 2.
    **dict.fromkeys(["1430", "1431"], NO_STATUS),
    "1704": "101 Switching Protocols, which was not asked for",
    "178": "Content-Length is no number: b'-6'",
    "394": "Content-Length is no number: b'crap'",
    "393": "Content-Length beyond 2^63",
}
"""Replies that are recorded as failures, and why."""

CUT_OF_THE_CORPUS = {
    **dict.fromkeys(["1539", "1591", "3034"], NO_END),
    "1416": "closed inside a chunked body",
    "1909": "closed after 4 of 5 bytes",
    "3035": "closed after 5 of 26 bytes",
    "315": "closed after 102 of 1,056 bytes",
    "376": "closed after 6 of 75 bytes",
    "514": "closed after 0 of 6 bytes",
}
"""Replies that end before their end, kept as far as they came."""


# In a whole crawl


def test_redirects_of_scrapy() -> None:
    """Each hop of a redirect that Scrapy follows is an exchange of its own, that tells where it came from."""
    hop = b"HTTP/1.1 302 Found\r\nLocation: /2\r\nContent-Length: 0\r\n\r\n"
    at = crawl({"/1": hop, "/2": OK}, "/1", ROBOTSTXT_OBEY=False)
    first, second = at.recorder.exchanges

    assert (first.response, first.hops, first.via) == (hop, "", None)
    assert (second.response, second.hops, second.via) == (OK, "R", first.url)
    assert at.metas["/2"][CAPTURE].url == second.url


def test_compression_of_scrapy() -> None:
    """With Scrapy's own decompression on, a callback gets text, and the record the bytes of the wire."""
    packed = page(gzip.compress(b"<p>text</p>"), b"Content-Encoding: gzip")
    at = crawl({"*": packed}, "/page", ROBOTSTXT_OBEY=False)
    answer = at.answers["/page"]

    assert isinstance(answer, Response)
    assert answer.body == b"<p>text</p>"
    assert at.recorder.exchanges[0].response == packed


def test_retries_of_scrapy() -> None:
    """Each attempt that Scrapy's retries make is an exchange."""
    at = crawl({"*": b""}, "/page", ROBOTSTXT_OBEY=False, RETRY_ENABLED=True, RETRY_TIMES=2)

    assert [exchange.outcome for exchange in at.recorder.exchanges] == ["connect"] * 3


@pytest.mark.fault(105)
def test_no_more_file_handles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the process may open no further file, the exchange fails and is recorded."""

    def none_left(*_: Any) -> socket.socket:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    async def ask() -> Exchange:
        async with edge({"*": OK}) as at:
            monkeypatch.setattr("crawler.guard.socket.socket", none_left)
            exchange = await at.get("/")
            monkeypatch.undo()
            return exchange

    exchange = run(ask())

    assert exchange.outcome == "connect"
    assert "Too many open files" in exchange.error


# Contract with Scrapy


EDGE = ["client", "connections", "failures", "framing", "guard", "masking", "names", "robots_policy", "tls", "wire"]


@pytest.mark.parametrize("module", EDGE)
def test_no_private_name_is_used(module: str) -> None:
    """The network edge imports no private name of another package, and uses no private attribute of another object."""
    tree = ast.parse((Path(__file__).parents[2] / "crawler" / f"{module}.py").read_text())
    imported = [
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    private = [name for name in imported if any(part.startswith("_") for part in name.split("."))]
    foreign = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not ast.unparse(node).startswith(("self.", "cls.", "super()."))
    ]

    assert private == ["__future__.annotations"]
    assert foreign == []


@pytest.mark.parametrize(
    ("place", "name", "parameters"),
    [
        ("scrapy.core.downloader.handlers.base:BaseDownloadHandler", "download_request", ["self", "request"]),
        ("scrapy.core.downloader.handlers.base:BaseDownloadHandler", "close", ["self"]),
        ("scrapy.core.downloader.handlers.base:BaseDownloadHandler", "from_crawler", ["crawler"]),
        ("scrapy.core.downloader:Downloader", "fetch", ["self", "request", "spider"]),
        ("scrapy.utils.asyncio", "is_asyncio_available", []),
        ("scrapy.utils.httpobj", "urlparse_cached", ["request_or_response"]),
    ],
)
def test_what_scrapy_must_offer(place: str, name: str, parameters: list[str]) -> None:
    """The less known names of Scrapy that the network edge needs are there, with these parameters."""
    module, _, cls = place.partition(":")
    owner: Any = __import__(module, fromlist=["*"])
    owner = getattr(owner, cls) if cls else owner

    assert hasattr(owner, name), f"{place}.{name} is gone from Scrapy"
    assert list(inspect.signature(getattr(owner, name)).parameters) == parameters, f"{place}.{name} has changed"
