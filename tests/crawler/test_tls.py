"""https: certificates are checked against the host's name, and a failure is recorded as `tls`."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request

from archive.model import Exchange
from tests.crawler.certificates import Authority
from tests.crawler.edge import edge, run
from tests.misbehaving import Visit, kept_open, page, serving

OK = page(b"fine")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def asked(
    tls: ssl.SSLContext, authority: Authority, *, host: str = "news.example", unchecked: Iterable[str] = ()
) -> Exchange:
    """The exchange with an https server that is reached under *host*."""

    async def ask() -> Exchange:
        async with serving({"*": OK}, tls=tls) as server:
            to = [f"{host}:443:127.0.0.1:{server.port}"]
            async with edge({}, PRESSMARK_CONNECT_TO=to, PRESSMARK_CA_FILE=str(authority.file)) as at:
                at.recorder.unchecked = frozenset(unchecked)
                await at.ask(Request(f"https://{host}/story"))
                return at.recorder.exchanges[0]

    return run(ask())


def test_https(authority: Authority) -> None:
    """An exchange over TLS is kept in clear, byte for byte; the name, not the dialled address, is verified."""
    exchange = asked(authority.server("news.example"), authority)

    assert (exchange.outcome, exchange.response, exchange.ip) == ("ok", OK, "127.0.0.1")
    assert exchange.request.startswith(b"GET /story HTTP/1.1\r\nHost: news.example\r\n")
    assert exchange.notes == ()


@pytest.mark.parametrize(
    ("host", "options", "says"),
    [
        ("news.example", {"days": -1}, "expired"),
        ("other.example", {}, "mismatch"),
        ("news.example", {"self_signed": True}, "self-signed"),
        ("news.example", {"newest": ssl.TLSVersion.TLSv1_1}, "handshake"),
    ],
    ids=["expired", "wrong-host", "self-signed", "tls-1.1"],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.fault(13, 15)
def test_not_trusted(authority: Authority, host: str, options: dict[str, Any], says: str) -> None:
    """What does not prove the host, or is older than TLS 1.2, is refused before anything is sent."""
    exchange = asked(authority.server(host, **options), authority)

    assert (exchange.outcome, exchange.request, exchange.response) == ("tls", b"", b"")
    assert says in exchange.error.lower()


@pytest.mark.fault(13)
def test_unknown_authority(authority: Authority, tmp_path: Path) -> None:
    """A certificate of an authority that is not known is refused."""
    stranger = Authority(tmp_path, "Stranger")

    assert asked(stranger.server("news.example"), authority).outcome == "tls"


@pytest.mark.fault(13)
def test_any_certificate(authority: Authority) -> None:
    """Where a site's file says so, any certificate is taken, and the exchange tells it; of other hosts none is."""
    bad = authority.server("x.example", days=-1)
    exchange = asked(bad, authority, unchecked=["news.example"])
    other = asked(bad, authority, unchecked=["example", "www.news.example"])

    assert (exchange.outcome, exchange.notes) == ("ok", ("certificate not checked",))
    assert (other.outcome, other.request, other.notes) == ("tls", b"", ())


@pytest.mark.fault(14)
def test_no_tls_at_all(authority: Authority) -> None:
    """A server that speaks plain HTTP on an https port is `tls`; one that stalls the handshake is `timeout`."""

    async def stalls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(OK)
        writer.close()

    async def ask() -> list[str]:
        outcomes = []
        for behaviour in (plain, stalls):
            server = await asyncio.start_server(behaviour, "127.0.0.1", 0)
            async with edge({}, DOWNLOAD_TIMEOUT=0.5) as at:
                await at.ask(Request(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"))
                outcomes.append(at.recorder.exchanges[0].outcome)
            server.close()
        return outcomes

    assert run(ask()) == ["tls", "timeout"]


def test_kept_open_over_tls(authority: Authority) -> None:
    """A TLS connection carries one exchange after the other."""

    async def ask() -> tuple[list[str], int]:
        async with edge(
            {"*": kept_open(OK)}, tls=authority.server("127.0.0.1"), PRESSMARK_CA_FILE=str(authority.file)
        ) as at:
            return [(await at.get(f"/{n}")).outcome for n in range(3)], at.server.connections

    assert run(ask()) == (["ok"] * 3, 1)


# Proxies


async def tunnelling(visit: Visit) -> None:
    """A proxy: CONNECT is answered and bytes are passed on; other requests are answered by itself."""
    method, target, _ = visit.request.split(b" ", 2)
    if method != b"CONNECT":
        await visit.send(page(b"from the proxy"))
        return
    port = int(target.rpartition(b":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await visit.send(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
    await asyncio.gather(_pass_on(visit.reader, writer), _pass_on(reader, visit.writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while part := await reader.read(65536):
        writer.write(part)
    writer.close()


def test_https_through_a_proxy(authority: Authority) -> None:
    """Through CONNECT the exchange is that with the server; the proxy sees neither it nor the record its password."""

    async def ask() -> tuple[list[Exchange], list[bytes], list[bytes]]:
        tls = authority.server("news.example")
        async with (
            serving({"*": tunnelling}) as proxy,
            serving({"*": kept_open(OK)}, tls=tls) as server,
            edge({}, PRESSMARK_CA_FILE=str(authority.file), PRESSMARK_ALLOW_NETWORKS=[]) as at,
        ):
            for path in ("/1", "/2"):
                request = Request(
                    f"https://news.example:{server.port}{path}",
                    meta={"proxy": proxy.url("")},
                    headers={"Proxy-Authorization": "Basic c2VjcmV0"},
                )
                await at.ask(request)
            return at.recorder.exchanges, proxy.requests, server.requests

    exchanges, at_proxy, at_server = run(ask())

    assert [(e.outcome, e.response, e.ip) for e in exchanges] == [("ok", OK, None)] * 2
    assert [exchange.request for exchange in exchanges] == at_server
    assert b"c2VjcmV0" not in b"".join(at_server)
    assert len(at_proxy) == 1
    assert at_proxy[0].endswith(b"Proxy-Authorization: Basic c2VjcmV0\r\n\r\n")


def test_http_through_a_proxy() -> None:
    """Plain http goes to the proxy with the whole URL in the request line; the proxy's password is masked."""

    async def ask() -> tuple[Exchange, bytes]:
        async with serving({"*": tunnelling}) as proxy, edge({}, PRESSMARK_ALLOW_NETWORKS=[]) as at:
            request = Request("http://news.example/a?b", meta={"proxy": proxy.url("")})
            request.headers["Proxy-Authorization"] = "Basic c2VjcmV0"
            await at.ask(request)
            return at.recorder.exchanges[0], proxy.requests[0]

    exchange, sent = run(ask())

    assert (exchange.outcome, exchange.response, exchange.ip) == ("ok", page(b"from the proxy"), None)
    assert exchange.request.startswith(b"GET http://news.example/a?b HTTP/1.1\r\nHost: news.example\r\n")
    assert exchange.masked == ("request:Proxy-Authorization",)
    assert sent == exchange.request.replace(b"*" * 14, b"Basic c2VjcmV0")


@pytest.mark.parametrize(
    ("answer", "says"),
    [(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "407"), (b"", "nothing"), (b"junk\r\n\r\n", "junk")],
)
def test_proxy_refuses(answer: bytes, says: str) -> None:
    """A proxy that opens no tunnel is `connect`, with what it said."""

    async def ask() -> Exchange:
        async with serving({"*": answer}) as proxy, edge({}) as at:
            await at.ask(Request("https://news.example/", meta={"proxy": proxy.url("")}))
            return at.recorder.exchanges[0]

    exchange = run(ask())

    assert exchange.outcome == "connect"
    assert says in exchange.error


def test_no_private_address_through_a_proxy() -> None:
    """A URL that spells a private address is not asked of a proxy either."""

    async def ask() -> tuple[str, list[bytes]]:
        async with serving({"*": tunnelling}) as proxy, edge({}, PRESSMARK_ALLOW_NETWORKS=[]) as at:
            await at.ask(Request("http://10.0.0.1/", meta={"proxy": proxy.url("")}))
            return at.recorder.exchanges[0].outcome, proxy.requests

    assert run(ask()) == ("blocked", [])
