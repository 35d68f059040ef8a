"""Hosts to which no connection can be made: their URLs wait in the frontier until one of them comes through.

A name that does not resolve, or a port that refuses, is so for every URL behind it. After the first failure the host
rests as long as the URL that failed waits for its next attempt; after the last attempt, for growing times. Any answer
ends it. Where another origin of the host answers (`www.` does, `old.` is gone), that origin alone is held back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.settling import attempts_after

RESTS = (600.0, 1_800.0, 3_600.0)
"""Seconds that a host is left alone after each URL that was given up there."""

NO_CONNECTION = frozenset({"dns", "connect", "tls", "timeout"})
"""Outcomes that tell of the host, where nothing could be sent."""


@dataclass(slots=True)
class _Rest:
    """A host, or origin, that rests."""

    why: str
    failures: int = 0
    until: float = 0.0


class Silence:
    """Which hosts rest, and until when. *waits* are the seconds before each further attempt of a URL."""

    def __init__(self, waits: Sequence[float], *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._waits = waits
        self._monotonic = monotonic
        self._alive: dict[str, set[str]] = {}
        self._resting: dict[str, _Rest] = {}

    def answered(self, url: str, host: str) -> None:
        """An answer came, of whatever kind."""
        origin = _origin(url)
        self._alive.setdefault(host, set()).add(origin)
        self._resting.pop(host, None)
        self._resting.pop(origin, None)

    def failed(self, url: str, host: str, outcome: str, why: str) -> None:
        """No connection could be made; what was in flight beside it, and fails too, says no more."""
        origin = _origin(url)
        alive = self._alive.get(host, set())
        rest = self._resting.setdefault(origin if alive - {origin} else host, _Rest(why))
        now = self._monotonic()
        if now < rest.until:
            return
        further = self._waits[: attempts_after(outcome, self._waits)]
        rests = (*further, *RESTS)
        rest.until = now + rests[min(rest.failures, len(rests) - 1)]
        rest.failures += 1
        rest.why = why

    @property
    def hosts(self) -> dict[str, float]:
        """Hosts that rest, with the seconds that are left."""
        now = self._monotonic()
        return {name: rest.until - now for name, rest in self._resting.items() if "//" not in name and rest.until > now}

    def bars(self, url: str) -> bool:
        """Whether a URL lies at an origin that rests while others of its host answer."""
        rest = self._resting.get(_origin(url)) if self._resting else None
        return rest is not None and rest.until > self._monotonic()

    def reasons(self) -> dict[str, str]:
        """What rests at the end of a job, with the reason."""
        return {name: rest.why for name, rest in sorted(self._resting.items())}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
