"""How many requests fit into the files that this process may have open (`ulimit -n`).

A crawl that runs out of file handles would fail where it should not: at a module that it imports, at its WARC file, at
sites that have done nothing. So it takes as many connections as leave room for all else, and does not begin with none.
"""

from __future__ import annotations

import resource
from pathlib import Path

from scrapy.settings import BaseSettings

from archive.errors import UsageError
from crawler.connections import IDLE_AT_MOST

IDLE_CONNECTIONS = "PRESSMARK_IDLE_CONNECTIONS"
"""Setting: connections that are kept open beside those in use."""

_OWN = 36
"""Databases, WARC file, index, log, lock and event loop take 20; the others are for what is open for a moment."""

_A_CHILD = 3
_ENOUGH = 1_024


def fit(settings: BaseSettings, *, children: int) -> None:
    """Lower CONCURRENT_REQUESTS and the idle connections to what fits. Raises UsageError where nothing does."""
    wanted = settings.getint("CONCURRENT_REQUESTS")
    limit = _raised(_ENOUGH)
    free = limit - len(list(Path("/proc/self/fd").iterdir())) - _OWN - _A_CHILD * children
    in_flight, idle = shares(free, wanted)
    if in_flight < 1:
        needed = limit - free + 2
        raise UsageError(
            f"only {limit} files may be open, a crawl needs {needed}: raise the limit with `ulimit -n 1024`"
        )
    settings.set("CONCURRENT_REQUESTS", in_flight, "cmdline")
    settings.set(IDLE_CONNECTIONS, idle, "cmdline")


def shares(free: int, wanted: int) -> tuple[int, int]:
    """How many of so many free handles are for requests in flight, and how many for idle connections.

    The rest is for hosts with several addresses, of which two are dialled at once.

    >>> shares(1_000, 32), shares(25, 32), shares(2, 32), shares(1, 32)
    ((32, 100), (12, 6), (1, 0), (0, 0))
    """
    in_flight = max(min(wanted, free // 2), 0)
    return in_flight, max(min(IDLE_AT_MOST, (free - in_flight) // 2 if free > 2 * wanted else free // 4), 0)


def _raised(enough: int) -> int:
    """The limit, after it was raised as far as the system lets us, and as is needed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    if soft == unlimited or soft >= enough:
        return enough if soft == unlimited else soft
    raised = enough if hard == unlimited else min(enough, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
    return raised
