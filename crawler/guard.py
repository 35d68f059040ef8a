"""Which addresses may be dialled, and the dialling: every connection of the crawl is made here.

The address that is dialled is the one that was looked at, so every spelling of a host, every redirect and a name
server that changes its mind meet the same question. Public is what the IANA special-purpose registries do not
set apart; an operator may allow networks by name (`--allow-network`, PRESSMARK_ALLOW_NETWORKS).
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from archive.errors import UsageError
from crawler.failures import AddressBlocked, ConnectFailed, NameNotResolved
from crawler.names import Resolver

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

# IANA IPv4 and IPv6 Special-Purpose Address Registries: what is not globally reachable, multicast and reserved too.
_SET_APART = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
    192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24
    203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
    2001::/23 2001:db8::/32 2620:4f:8000::/48 3fff::/20
"""
_NOT_PUBLIC: tuple[Network, ...] = tuple(map(ip_network, _SET_APART.split()))
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_6TO4 = IPv6Network("2002::/16")
_V4_COMPATIBLE = IPv6Network("::/96")

_STAGGER = 0.25  # seconds before the next address is tried beside the first (RFC 8305, 5)
_CONNECT_TIMEOUT = 15.0
_LOOK_FOR_PROXY = 3.0  # seconds for a name that the proxy may know better


def networks(cidrs: Iterable[str]) -> tuple[Network, ...]:
    """The networks that an operator names in CIDR form; a plain address is a network of one.

    Raises UsageError for what is neither.
    """
    found: list[Network] = []
    for cidr in cidrs:
        try:
            found.append(ip_network(cidr.strip(), strict=False))
        except ValueError:
            raise UsageError(f"--allow-network {cidr}: not a network; write one as 127.0.0.0/8 or ::1") from None
    return tuple(found)


def embedded_ipv4(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for (mapped, compatible, NAT64, 6to4); None for all others.

    >>> embedded_ipv4(ip_address("64:ff9b::7f00:1"))
    IPv4Address('127.0.0.1')
    """
    if address.version == 4:
        return None
    assert isinstance(address, IPv6Address)
    if address.ipv4_mapped or address in _NAT64 or (address in _V4_COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour


@lru_cache(maxsize=4096)
def is_public(address: Address) -> bool:
    """True for an address of the open internet; one that stands for an IPv4 address is as public as that.

    >>> is_public(ip_address("93.184.215.14")), is_public(ip_address("::ffff:10.0.0.1"))
    (True, False)
    """
    inner = embedded_ipv4(address)
    if inner is not None:
        return is_public(inner)
    if address.version == 6 and address not in _GLOBAL_UNICAST:
        return False
    return not any(address.version == net.version and address in net for net in _NOT_PUBLIC)


@dataclass(frozen=True, slots=True)
class Guard:
    """Says for each address whether it may be dialled."""

    allowed: tuple[Network, ...] = ()
    """Networks that may be reached though they are not public."""

    def permits(self, ip: str) -> bool:
        """True when *ip*, in the form that the resolver gives, may be dialled."""
        address = ip_address(ip.partition("%")[0])
        if is_public(address):
            return True
        faces = [face for face in (address, embedded_ipv4(address)) if face is not None]
        return any(face in net for face in faces for net in self.allowed if face.version == net.version)


@dataclass(frozen=True, slots=True)
class ConnectTo:
    """One `HOST:PORT:ADDR:PORT`: connections to the first pair go to the second. Empty parts match or keep all."""

    host: str
    port: int | None
    to_host: str
    to_port: int | None

    def applies(self, host: str, port: int) -> bool:
        return self.host in {"", host.lower()} and self.port in {None, port}

    def target(self, host: str, port: int) -> tuple[str, int]:
        return self.to_host or host, self.to_port or port


def connect_to(text: str) -> ConnectTo:
    """Read curl's form; IPv6 addresses stand in brackets. Raises UsageError.

    >>> connect_to("www.example.com:443:127.0.0.1:8443")
    ConnectTo(host='www.example.com', port=443, to_host='127.0.0.1', to_port=8443)
    """
    parts: list[str] = []
    rest = text.strip() + ":"
    while rest:
        part, colon, rest = rest[1:].partition("]:") if rest.startswith("[") else rest.partition(":")
        parts.append(part if colon else "?")
    ports = parts[1::2]
    if len(parts) != 4 or not all(port == "" or (port.isdigit() and 0 < int(port) < 65536) for port in ports):
        raise UsageError(f"--connect-to {text}: write it as HOST:PORT:ADDR:PORT, such as a.example:443:127.0.0.1:8443")
    port, to_port = (int(port) if port else None for port in ports)
    return ConnectTo(parts[0].lower(), port, parts[2], to_port)


class Dialer:
    """Makes the connections: looks the name up, keeps the addresses that may be dialled, dials those and no others."""

    def __init__(
        self,
        *,
        guard: Guard,
        resolver: Resolver,
        connect_to: Sequence[ConnectTo] = (),
        bind: tuple[str, int] | None = None,
    ) -> None:
        self._guard = guard
        self._resolver = resolver
        self._connect_to = tuple(connect_to)
        self._bind = bind

    async def dial(self, host: str, port: int, *, trusted: bool = False) -> socket.socket:
        """A connected, non-blocking socket.

        *trusted*: the operator has named this very host (a proxy), so that any address will do. Raises NameNotResolved,
        AddressBlocked, ConnectFailed.
        """
        host, port = self._redirected(host, port)
        addresses = await self._addresses(host)
        dialled = [ip for ip in addresses if trusted or self._guard.permits(ip)]
        if not dialled:
            raise AddressBlocked(
                f"{host} is at {', '.join(addresses)}, which is not a public address;"
                f" `--allow-network {addresses[0]}` would allow it"
            )
        return await self._first_to_connect(dialled, port)

    async def refuses(self, host: str) -> bool:
        """True for a host that is not asked of a proxy: one whose addresses, as far as we can tell, may not be dialled.

        The proxy looks names up for itself, so this is no more than what can be known here.
        """
        try:
            async with asyncio.timeout(_LOOK_FOR_PROXY):
                addresses = await self._addresses(host)
        except (NameNotResolved, TimeoutError):  # behind some proxies nothing but the proxy can be found
            return False
        return not any(map(self._guard.permits, addresses))

    def _redirected(self, host: str, port: int) -> tuple[str, int]:
        for rule in self._connect_to:
            if rule.applies(host, port):
                return rule.target(host, port)
        return host, port

    async def _addresses(self, host: str) -> Sequence[str]:
        literal = _literal(host)
        if literal is not None:
            return [literal]
        addresses = await self._resolver.addresses(host)
        if not addresses:
            raise NameNotResolved(f"{host}: the name has no address", lasting=True)
        return addresses

    async def _first_to_connect(self, addresses: Sequence[str], port: int) -> socket.socket:
        """Try the addresses one after the other, each a moment after the last (RFC 8305), and keep the first."""
        started: list[asyncio.Task[socket.socket]] = []
        waiting = list(addresses)
        pending: set[asyncio.Task[socket.socket]] = set()
        try:
            while waiting or pending:
                if waiting:
                    started.append(asyncio.ensure_future(self._connect(waiting.pop(0), port)))
                    pending.add(started[-1])
                done, pending = await asyncio.wait(
                    pending, timeout=_STAGGER if waiting else None, return_when=asyncio.FIRST_COMPLETED
                )
                connected = next((attempt for attempt in done if attempt.exception() is None), None)
                if connected is not None:
                    started.remove(connected)
                    return connected.result()
            raise _failure(started[0])
        finally:
            for attempt in started:
                attempt.cancel()
                attempt.add_done_callback(_close_unwanted)

    async def _connect(self, ip: str, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in ip else socket.AF_INET
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:
            raise ConnectFailed(f"no socket for {ip}: {error}") from None
        try:
            sock.setblocking(False)
            if self._bind is not None:
                sock.bind(self._bind)
            async with asyncio.timeout(_CONNECT_TIMEOUT):
                await asyncio.get_running_loop().sock_connect(sock, (ip, port))
        except TimeoutError:
            sock.close()
            raise ConnectFailed(f"{ip}, port {port}: no connection in {_CONNECT_TIMEOUT:g} s") from None
        except OSError as error:
            sock.close()
            raise ConnectFailed(f"{ip}, port {port}: {os.strerror(error.errno) if error.errno else error}") from None
        except BaseException:
            sock.close()
            raise
        return sock


def _literal(host: str) -> str | None:
    """The address that *host* spells in its usual form; None for names and for unusual spellings."""
    try:
        return str(ip_address(host.strip("[]")))
    except ValueError:
        return None


def _failure(attempt: asyncio.Task[socket.socket]) -> BaseException:
    error = attempt.exception()
    assert error is not None
    return error


def _close_unwanted(attempt: asyncio.Task[socket.socket]) -> None:
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().close()
