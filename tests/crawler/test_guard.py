"""Only public addresses are dialled, however they are spelled, unless the operator allows a network."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

import pytest
from scrapy import Request

from archive.errors import UsageError
from archive.model import Exchange
from crawler.client import Client
from crawler.failures import AddressBlocked, ConnectFailed, ExchangeFailed, NameNotResolved
from crawler.guard import Dialer, Guard, connect_to, is_public, networks
from crawler.names import SystemResolver
from tests.crawler.edge import edge, run
from tests.misbehaving import page, serving

OK = page(b"fine")

NOT_PUBLIC = """
    0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 127.8.8.8 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8
    192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1
    255.255.255.255
    :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1
    2001::1 2001:10::1 2001:db8::1 2002:7f00:1:: 2002:c0a8:101::1 3fff::1 5f00::1 fc00::1 fd12:3456::1 fe80::1
    fec0::1 ff02::1
""".split()  # noqa: SIM905

PUBLIC = "1.1.1.1 8.8.8.8 93.184.215.14 172.32.0.1 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808".split()  # noqa: SIM905


class Names:
    """A resolver that answers from a table; several answers are given in turn."""

    def __init__(self, **answers: Sequence[str] | Exception) -> None:
        self._answers = answers
        self.asked: list[str] = []

    async def addresses(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        answer = self._answers[host.replace(".", "_")]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Turns:
    """A name server that gives another address each time."""

    def __init__(self, *turns: str) -> None:
        self._turns = list(turns)

    async def addresses(self, _host: str) -> Sequence[str]:
        return [self._turns.pop(0)]


def dialled(dialer: Dialer, host: str, port: int = 80, **options: Any) -> str | ExchangeFailed:
    """The address that was dialled, or why none was."""

    async def dial() -> str | ExchangeFailed:
        try:
            sock = await dialer.dial(host, port, **options)
        except ExchangeFailed as failure:
            return failure
        with sock:
            return str(sock.getpeername()[0])

    return run(dial())


def got(
    path: str, *, resolver: Any, allow: list[str], urls: list[str] | None = None, **settings: Any
) -> list[Exchange]:
    """The exchanges with a server on loopback under names that *resolver* knows; PORT stands for its port."""

    async def ask() -> list[Exchange]:
        async with edge({"*": OK}, PRESSMARK_ALLOW_NETWORKS=allow, **settings) as at:
            client = Client(Dialer(guard=Guard(networks(allow)), resolver=resolver))
            at.handler._client = client
            for url in urls or [path]:
                await at.ask(Request(url.replace("PORT", str(at.server.port))))
            client.close()
            return at.recorder.exchanges

    return run(ask())


# Which addresses are public


@pytest.mark.parametrize("address", NOT_PUBLIC)
@pytest.mark.fault(11)
def test_not_public(address: str) -> None:
    """What the IANA registries set apart is not dialled, nor what stands for such an address."""
    assert not is_public(ip_address(address))
    assert not Guard().permits(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    """Addresses of the open internet are dialled."""
    assert Guard().permits(address)


@pytest.mark.parametrize(
    ("address", "permitted"),
    [("127.0.0.1", True), ("::ffff:127.0.0.1", True), ("127.1.0.1", False), ("::1", True), ("10.0.0.1", False)],
)
def test_allowed_networks(address: str, permitted: bool) -> None:
    """An allowed network opens itself and nothing beside it."""
    assert Guard(networks(["127.0.0.0/16", "::1"])).permits(address) == permitted


@pytest.mark.parametrize("text", ["localhost", "127.0.0.0/40", "", "1.2.3"])
def test_no_network(text: str) -> None:
    """What is no network is a usage error that says how to write one."""
    with pytest.raises(UsageError, match=r"127\.0\.0\.0/8"):
        networks([text])


# The dialled address


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost", "[::ffff:127.0.0.1]", "[::1]", "0"],
)
@pytest.mark.fault(11)
def test_spellings_of_loopback(host: str) -> None:
    """However loopback is spelled, it is blocked and recorded, and the server hears nothing."""

    async def ask() -> tuple[Exchange, int]:
        async with edge({"*": OK}, PRESSMARK_ALLOW_NETWORKS=[]) as at:
            await at.ask(Request(f"http://{host}:{at.server.port}/"))
            return at.recorder.exchanges[0], at.server.connections

    exchange, connections = run(ask())

    assert (exchange.outcome, exchange.request, exchange.ip, connections) == ("blocked", b"", None, 0)
    assert "--allow-network" in exchange.error


@pytest.mark.parametrize("address", ["10.1.2.3", "169.254.169.254", "100.64.1.1", "fd00::1", "::ffff:192.168.0.1"])
@pytest.mark.fault(11)
def test_private_answers(address: str) -> None:
    """A public name with a private address is blocked."""
    (exchange,) = got("http://intranet.example:PORT/", resolver=Names(intranet_example=[address]), allow=[])

    assert exchange.outcome == "blocked"


def test_one_address_of_many() -> None:
    """Of a name's addresses only those that may be dialled are."""
    names = Names(mixed_example=["127.0.0.1", "127.0.0.2"])

    async def dial() -> str:
        async with serving({"*": OK}, host="127.0.0.2") as server:
            sock = await Dialer(guard=Guard(networks(["127.0.0.2"])), resolver=names).dial("mixed.example", server.port)
            with sock:
                return str(sock.getpeername()[0])

    assert run(dial()) == "127.0.0.2"


@pytest.mark.fault(12)
def test_rebinding() -> None:
    """A name that turns to a forbidden address between two requests is blocked at the second."""
    exchanges = got(
        "",
        resolver=Turns("127.0.0.1", "127.0.0.2"),
        allow=["127.0.0.1"],
        urls=["http://turns.example:PORT/1", "http://turns.example:PORT/2"],
    )

    assert [(exchange.outcome, exchange.ip) for exchange in exchanges[:1]] == [("ok", "127.0.0.1")]
    assert exchanges[1].outcome == "blocked"


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (NameNotResolved("x.example: Name or service not known", lasting=True), "not known"),
        (NameNotResolved("x.example: Temporary failure in name resolution"), "Temporary"),
    ],
    ids=["nxdomain", "servfail"],
)
@pytest.mark.fault(8, 10)
def test_name_failures(failure: NameNotResolved, says: str) -> None:
    """A name that is not found, and name servers that fail, are recorded as `dns` with the reason."""
    (exchange,) = got("http://x.example:PORT/", resolver=Names(x_example=failure), allow=[])

    assert (exchange.outcome, exchange.request) == ("dns", b"")
    assert says in exchange.error


@pytest.mark.fault(8)
def test_no_such_name() -> None:
    """The system's resolver tells a name that does not exist from one that could not be looked up."""
    failure = dialled(Dialer(guard=Guard(), resolver=SystemResolver()), "name.invalid")

    assert isinstance(failure, NameNotResolved)


@pytest.mark.parametrize("host", ["a" * 70 + ".example", "b..example", "ü.example"])
def test_odd_names(host: str) -> None:
    """A name that cannot be looked up at all is not found, whatever is wrong with it."""
    assert isinstance(dialled(Dialer(guard=Guard(), resolver=SystemResolver(timeout=5)), host), NameNotResolved)


@pytest.mark.fault(9)
def test_slow_name_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look-up that takes too long fails, and does not hold the crawl up."""
    release = threading.Event()

    def hangs(*_: Any, **__: Any) -> list[Any]:
        release.wait(5)
        return []

    monkeypatch.setattr("socket.getaddrinfo", hangs)
    resolver = SystemResolver(timeout=0.2)
    began = time.monotonic()
    failure = dialled(Dialer(guard=Guard(), resolver=resolver), "slow.example")
    release.set()

    assert isinstance(failure, NameNotResolved)
    assert not failure.lasting
    assert time.monotonic() - began < 2


def test_names_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is looked up again when five minutes have passed, and not before."""
    asked: list[bytes] = []
    ticks = [0.0]

    def answers(host: bytes, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", 0))]

    monkeypatch.setattr("socket.getaddrinfo", answers)
    resolver = SystemResolver(clock=lambda: ticks[0])

    async def ask() -> None:
        for ticks[0] in (0.0, 200.0, 301.0):
            assert list(await resolver.addresses("a.example")) == ["192.0.2.7"]

    run(ask())

    assert asked == [b"a.example", b"a.example"]


def test_dead_address_beside_a_live_one() -> None:
    """When an address is dead, the next one is tried without waiting for the first to time out."""
    names = Names(two_example=["127.0.0.3", "127.0.0.2"])

    async def dial() -> str:
        async with serving({"*": OK}, host="127.0.0.2") as server:
            dialer = Dialer(guard=Guard(networks(["127.0.0.0/8"])), resolver=names)
            with await dialer.dial("two.example", server.port) as sock:
                return str(sock.getpeername()[0])

    assert run(dial()) == "127.0.0.2"


def test_all_addresses_dead() -> None:
    """When no address answers, the failure of the first is told."""
    dialer = Dialer(guard=Guard(networks(["127.0.0.0/8"])), resolver=Names(dead_example=["127.0.0.3", "127.0.0.4"]))
    failure = dialled(dialer, "dead.example", 1)

    assert isinstance(failure, ConnectFailed)
    assert "Connection refused" in str(failure)


# --connect-to


@pytest.mark.parametrize(
    ("text", "host", "port", "target"),
    [
        ("a.example:80:127.0.0.1:8080", "a.example", 80, ("127.0.0.1", 8080)),
        ("A.example:80:127.0.0.1:8080", "a.EXAMPLE", 80, ("127.0.0.1", 8080)),
        ("::127.0.0.1:8080", "any.example", 443, ("127.0.0.1", 8080)),
        (":80::8080", "any.example", 80, ("any.example", 8080)),
        ("a.example::127.0.0.1:", "a.example", 81, ("127.0.0.1", 81)),
        ("[::1]:80:[fe80::2]:81", "::1", 80, ("fe80::2", 81)),
    ],
)
def test_connect_to(text: str, host: str, port: int, target: tuple[str, int]) -> None:
    """Curl's word: empty parts match everything, or keep it."""
    rule = connect_to(text)

    assert rule.applies(host, port)
    assert rule.target(host, port) == target


@pytest.mark.parametrize(("host", "port"), [("b.example", 80), ("a.example", 81)])
def test_connect_to_leaves_others_alone(host: str, port: int) -> None:
    """Another host or port is not redirected."""
    assert not connect_to("a.example:80:127.0.0.1:8080").applies(host, port)


@pytest.mark.parametrize(
    "text", ["", "a:80", "a:80:b", "a:b:c:d", "a:80:b:0", "a:80:b:99999", "a:80:b:81:c", "[::1:80:b:81"]
)
def test_no_connect_to(text: str) -> None:
    """What cannot be read is a usage error that shows the form."""
    with pytest.raises(UsageError, match="HOST:PORT:ADDR:PORT"):
        connect_to(text)


def test_served_from_elsewhere() -> None:
    """With --connect-to the name and the Host header stay as they are, and the address is the other one."""

    async def ask(to: str) -> Exchange:
        async with edge({}, PRESSMARK_CONNECT_TO=[to]) as at:
            await at.ask(Request("http://news.example/story"))
            return at.recorder.exchanges[0]

    async def serve() -> Exchange:
        async with serving({"*": OK}) as server:
            return await ask(f"news.example:80:127.0.0.1:{server.port}")

    exchange = run(serve())

    assert (exchange.url, exchange.ip, exchange.outcome) == ("http://news.example/story", "127.0.0.1", "ok")
    assert b"\r\nHost: news.example\r\n" in exchange.request


def test_connect_to_is_guarded() -> None:
    """The address that --connect-to names must be public or allowed like any other."""
    dialer = Dialer(guard=Guard(), resolver=Names(), connect_to=[connect_to("a.example:80:127.0.0.1:8080")])

    assert isinstance(dialled(dialer, "a.example"), AddressBlocked)


def test_trusted_hosts_are_dialled() -> None:
    """A proxy that the operator has named is dialled wherever it is."""

    async def dial() -> str:
        async with serving({"*": OK}) as server:
            with await Dialer(guard=Guard(), resolver=Names()).dial("127.0.0.1", server.port, trusted=True) as sock:
                return str(sock.getpeername()[0])

    assert run(dial()) == "127.0.0.1"


@pytest.mark.fault(16)
def test_many_dead_hosts_do_not_slow_a_good_one() -> None:
    """Twenty hosts that never answer leave the good one's pace as it is."""

    class Slow:
        async def addresses(self, host: str) -> Sequence[str]:
            if host != "good.example":
                await asyncio.sleep(20)
            return ["127.0.0.1"]

    async def ask() -> float:
        async with edge({"*": OK}) as at:
            at.handler._client = Client(Dialer(guard=Guard(networks(["127.0.0.0/8"])), resolver=Slow()))
            dead = [asyncio.ensure_future(at.ask(Request(f"http://dead{n}.example/"))) for n in range(20)]
            began = time.monotonic()
            for _ in range(20):
                await at.ask(Request(f"http://good.example:{at.server.port}/"))
            seconds = time.monotonic() - began
            for task in dead:
                task.cancel()
            return seconds

    assert run(ask()) < 1.5
