"""What an answer means for its URL: done and due again some day, to be tried again soon, or given up for now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from archive.model import Article, Capture, Listing, Reading
from crawler.frontier import Lease, Visit
from pipelines.reservations import OBEYS_TDM
from spiders.candidates import Kind
from spiders.revisit import RETRY_STEPS, next_try, next_visit

RETRY_WAITS: tuple[float, ...] = (2.0, 20.0)
"""Seconds before each further attempt of one job; after the last a URL is given up for this job."""

_DNS_WAITS = 1
"""Further attempts where a name does not resolve: what is not there now will hardly be in twenty seconds."""

_NOT_BEFORE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=1)
# RFC 9110: server errors and the two client errors that mean "later"
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530})
_LATER_OUTCOMES = frozenset({"dns", "connect", "timeout", "tls", "disconnect", "time", "render"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """The URL goes back to the frontier."""

    url: str
    """The URL."""

    at: datetime
    """When it may be tried again."""

    tried: bool = True
    """False when no attempt is counted, since the URL is not to blame."""


def settle(
    capture: Capture,
    reading: Reading | None,
    lease: Lease,
    *,
    now: datetime,
    waits: Sequence[float] = RETRY_WAITS,
    pause: float | None = None,
    live: bool = False,
) -> Visit | Retry:
    """The end of a lease; *pause* is how many seconds the server, or robots.txt, asks us to wait.

    *live* when the exchange was just made: then the URL is not due again before *now*, whatever the clock said that
    dated the capture.
    """
    if capture.outcome == "robots" and pause is not None:
        return Retry(url=lease.url, at=now + _pause(pause), tried=False)
    if _is_passing(capture) and lease.attempts < attempts_after(capture.outcome, waits):
        wait = timedelta(seconds=waits[lease.attempts]) if pause is None else _pause(pause)
        return Retry(url=lease.url, at=now + wait)
    failed = capture.kind == "failure" or _is_passing(capture)
    kind = kind_of(capture, reading, lease.kind)
    due = _much_later(now, lease) if failed else next_visit(capture, reading, replace(lease, kind=kind))
    if capture.is_rendered and OBEYS_TDM not in capture.notes:  # until its conversion is there, of a later instant
        due = capture.captured_at
    return Visit(
        url=lease.url,
        site=lease.site,
        host=lease.host,
        at=capture.captured_at,
        due=max(due, now + _NOT_BEFORE) if due is not None and live else due,
        ends_lease=live,
        changed=capture.kind != "revisit",
        failed=failed,
        kind=kind,
        discovered=lease.discovered,
        hops=lease.hops,
    )


def attempts_after(outcome: str, waits: Sequence[float]) -> int:
    """How many further attempts a URL gets whose first ended so."""
    return min(_DNS_WAITS, len(waits)) if outcome == "dns" else len(waits)


_KINDS: dict[str, Kind] = {
    "rss": "feed",
    "atom": "feed",
    "jsonfeed": "feed",
    "sitemap": "sitemap",
    "sitemapindex": "sitemap",
    "robots": "robots",
}


def kind_of(capture: Capture, reading: Reading | None, expected: Kind = "page") -> Kind:
    """What a URL has turned out to be; what was *expected* where the reading does not say."""
    if capture.is_requisite:
        return "requisite"
    if isinstance(reading, Article):
        return "page"
    if not isinstance(reading, Listing):
        return expected
    if reading.form in _KINDS:
        return _KINDS[reading.form]
    if expected in {"section", "list"}:
        return expected
    return "section" if capture.discovered == "seed" else "list"


def asked_pause(retry_after: str, now: datetime) -> float | None:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3: seconds or a date), None when it says nothing sensible.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    >>> asked_pause("120", noon), asked_pause("Tue, 24 Nov 2026 12:00:30 GMT", noon), asked_pause("-1", noon)
    (120.0, 30.0, None)
    """
    from email.utils import parsedate_to_datetime

    if retry_after.isdecimal():
        return min(float(retry_after[:9]), _LONGEST_PAUSE.total_seconds())
    try:
        seconds = (parsedate_to_datetime(retry_after) - now).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(seconds, _LONGEST_PAUSE.total_seconds()) if seconds > 0 else None


def _much_later(now: datetime, lease: Lease) -> datetime:
    """When a later job may try what this one gives up."""
    return next_try(now, max(lease.attempts + 1, len(RETRY_STEPS) + 1))


def _is_passing(capture: Capture) -> bool:
    """Whether another attempt may bring an answer."""
    return capture.outcome in _LATER_OUTCOMES or capture.status in _LATER


def _pause(seconds: float) -> timedelta:
    return min(timedelta(seconds=max(seconds, 1.0)), _LONGEST_PAUSE)
