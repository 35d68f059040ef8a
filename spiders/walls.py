"""Hosts that answer with nothing but walls: logins, requests for consent, challenges for robots, requests to wait.

Such an answer is kept and is no article. A host that gives nothing else for a while is left alone, since every further
request costs it something and brings nothing. Requests to wait have pauses that grow, until something else comes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from archive.model import Capture, Listing, NotAnArticle, Reading

MANY = 12
"""Walls one after the other from which on a host is left alone."""

REST = 3600.0
"""Seconds that it is left alone: longer than a job waits, so that the job ends without it."""

TOO_MANY, UNAVAILABLE = 429, 503

_WALLS = {"login": "a login", "consent": "a request for consent", "challenge": "a challenge for robots"}
_NEUTRAL = frozenset({"redirect", "status", "empty"})
_WAIT = "a request to wait"
_BASE = {TOO_MANY: 30.0, UNAVAILABLE: 5.0}
_PATIENCE = {TOO_MANY: 0, UNAVAILABLE: 2}  # a single page may be broken; 429 is always meant for us
_LONGEST = 3600.0


@dataclass(slots=True)
class _Host:
    """What came from one host since its last real answer."""

    walls: Counter[str] = field(default_factory=Counter)
    waits: int = 0


@dataclass(slots=True)
class Walls:
    """Counts the walls that hosts answer with."""

    hosts: dict[str, _Host] = field(default_factory=dict)
    """By host: what came since something else did."""

    closed: dict[str, str] = field(default_factory=dict)
    """By host that is left alone: what it answers with, in words."""

    def saw(self, host: str, capture: Capture, reading: Reading | None) -> bool:
        """Count an answer; True when the host is to be left alone from now on."""
        wall = _wall(capture, reading)
        if not wall:
            self._relax(host, capture, reading)
            return False
        walls = self.hosts.setdefault(host, _Host()).walls
        walls[wall] += 1
        if walls.total() < MANY or host in self.closed:
            return False
        self.closed[host] = walls.most_common(1)[0][0]
        return True

    def _relax(self, host: str, capture: Capture, reading: Reading | None) -> None:
        """Something else came: no redirect, which may lead to a login, and no missing page."""
        known = self.hosts.get(host)
        if known is None or capture.kind == "failure":
            return
        known.waits = 0
        is_neutral = isinstance(reading, NotAnArticle) and reading.reason in _NEUTRAL
        if not is_neutral and not (isinstance(reading, Listing) and reading.form == "robots"):
            del self.hosts[host]

    def pause(self, host: str, status: int, asked: float | None) -> float | None:
        """Seconds to leave a host alone that answered so; *asked* is its Retry-After. It grows from time to time."""
        if status not in _BASE:
            return asked
        known = self.hosts.setdefault(host, _Host())
        known.waits += 1
        steps = known.waits - 1 - _PATIENCE[status]
        own = min(_BASE[status] * 2 ** min(steps, 10), _LONGEST) if steps >= 0 else None
        return max(filter(None, (asked, own)), default=None)


def _wall(capture: Capture, reading: Reading | None) -> str:
    if capture.status in _BASE:
        return _WAIT
    return _WALLS.get(reading.reason, "") if isinstance(reading, NotAnArticle) else ""
