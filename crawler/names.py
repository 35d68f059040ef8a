"""From a host's name to its addresses."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

from crawler.failures import NameNotResolved

_NAME_LIFETIME = 300.0
_FAILURE_LIFETIME = 30.0
_NAMES_KEPT = 10_000
_LOOK_UPS = 100


class Resolver(Protocol):
    """Gives the addresses of a host's name."""

    async def addresses(self, host: str) -> Sequence[str]:
        """Addresses in the order in which they are to be tried. Raises NameNotResolved."""
        ...


class SystemResolver:
    """The resolver of the operating system, asked in threads; it remembers answers, failures for half a minute."""

    def __init__(self, *, timeout: float = 20.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._timeout = timeout
        self._clock = clock
        self._room = asyncio.Semaphore(_LOOK_UPS)
        self._known: dict[str, tuple[float, tuple[str, ...] | NameNotResolved]] = {}
        self._asked: dict[str, asyncio.Task[tuple[str, ...]]] = {}

    async def addresses(self, host: str) -> Sequence[str]:
        """As in `Resolver`; many who ask for one name at a time wait for one look-up."""
        until, known = self._known.get(host, (0.0, ()))
        if until <= self._clock():
            known = await self._ask(host)
        if isinstance(known, NameNotResolved):
            raise NameNotResolved(str(known), lasting=known.lasting)
        return known

    async def _ask(self, host: str) -> tuple[str, ...] | NameNotResolved:
        asked = self._asked.get(host)
        if asked is None:
            asked = self._asked[host] = asyncio.ensure_future(self._look_up(host))
            asked.add_done_callback(lambda _: self._asked.pop(host))
        found: tuple[str, ...] | NameNotResolved
        try:
            found = await asyncio.shield(asked)
        except NameNotResolved as failure:
            found = failure
        if len(self._known) >= _NAMES_KEPT:
            self._known.pop(next(iter(self._known)))
        lifetime = _FAILURE_LIFETIME if isinstance(found, NameNotResolved) else _NAME_LIFETIME
        self._known[host] = (self._clock() + lifetime, found)
        return found

    async def _look_up(self, host: str) -> tuple[str, ...]:
        try:
            async with asyncio.timeout(self._timeout):
                await self._room.acquire()
                return await _in_thread(lambda: _look_up(host), self._room.release)
        except TimeoutError:
            raise NameNotResolved(f"{host}: the name servers gave no answer in {self._timeout:g} s") from None


async def _in_thread(work: Callable[[], tuple[str, ...]], done: Callable[[], None]) -> tuple[str, ...]:
    """The result of *work*, done in a thread that a process may end without; *done* is called when the thread ends."""
    loop = asyncio.get_running_loop()
    result: asyncio.Future[tuple[str, ...]] = loop.create_future()

    def settle(found: tuple[str, ...] | Exception) -> None:
        done()
        if result.done():
            return
        if isinstance(found, Exception):
            result.set_exception(found)
        else:
            result.set_result(found)

    def run() -> None:
        found: tuple[str, ...] | Exception
        try:
            found = work()
        except NameNotResolved as failure:
            found = failure
        with suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(settle, found)

    # Threads of an executor are waited for when the process ends, and a look-up may hang for a minute.
    threading.Thread(target=run, daemon=True, name="look-up").start()
    return await result


def _look_up(host: str) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host.encode("ascii"), None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        lasting = error.errno in {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
        raise NameNotResolved(f"{host}: {error.strerror}", lasting=lasting) from None
    except (UnicodeError, OSError) as error:
        raise NameNotResolved(f"{host[:100]}: not a name that can be looked up ({error})", lasting=True) from None
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
