"""What an answer means for its URL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archive.model import Capture
from crawler.frontier import Lease, Visit
from crawler.settling import Retry, asked_pause, settle

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
IN_AN_HOUR = NOON + timedelta(hours=1)
LEASE = Lease(url="http://a.example/1", site="a.example", host="a.example")
GOOD = Capture(record_id="r", url=LEASE.url, urlkey="", captured_at=NOON, kind="response", status=200)


def end(capture: Capture, *, attempts: int = 0, pause: float | None = None) -> Visit | Retry:
    lease = replace(LEASE, attempts=attempts)
    return settle(capture, None, lease, now=NOON, pause=pause)


def failure(outcome: str) -> Capture:
    return replace(GOOD, kind="failure", status=None, outcome=outcome)


def test_a_good_answer() -> None:
    """A good answer ends the lease; `spiders.revisit` says when the URL is due again."""
    assert end(GOOD) == Visit(
        url=LEASE.url, site="a.example", host="a.example", at=NOON, due=IN_AN_HOUR, kind="page", discovered="seed"
    )


@pytest.mark.parametrize("status", [301, 404, 410, 403, 501])
def test_an_answer_that_will_not_change(status: int) -> None:
    """Redirects, refusals and pages that are not there are answers; they are not tried again."""
    ended = end(replace(GOOD, status=status))

    assert isinstance(ended, Visit)
    assert not ended.failed


def test_unchanged() -> None:
    """A revisit brought nothing new."""
    ended = end(replace(GOOD, kind="revisit"))

    assert isinstance(ended, Visit)
    assert not ended.changed


@pytest.mark.parametrize(
    "capture", [replace(GOOD, status=503), replace(GOOD, outcome="disconnect"), failure("timeout")]
)
@pytest.mark.fault(1)
def test_passing_trouble(capture: Capture) -> None:
    """What may pass is tried three times, each time after a longer wait, then given up until tomorrow."""
    assert [end(capture, attempts=n) for n in (0, 1)] == [
        Retry(url=LEASE.url, at=NOON + timedelta(seconds=2)),
        Retry(url=LEASE.url, at=NOON + timedelta(seconds=20)),
    ]
    last = end(capture, attempts=2)
    assert isinstance(last, Visit)
    assert (last.failed, last.due) == (True, NOON + timedelta(days=1))


@pytest.mark.parametrize("outcome", ["blocked", "invalid", "robots"])
def test_lasting_trouble(outcome: str) -> None:
    """What will not pass by itself is given up at once, until tomorrow."""
    ended = end(failure(outcome))

    assert isinstance(ended, Visit)
    assert ended.failed


def test_robots_txt_out_of_reach() -> None:
    """While robots.txt cannot be had a URL waits, and is not to blame."""
    assert end(failure("robots"), pause=600, attempts=9) == Retry(
        url=LEASE.url, at=NOON + timedelta(seconds=600), tried=False
    )


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("999999999999999", 3600.0),
        ("Tue, 24 Nov 2026 12:02:00 GMT", 120.0),
        ("Tue, 24 Nov 2020 12:02:00 GMT", None),
        ("Tue, 24 Nov 2030 12:02:00 GMT", 3600.0),
        ("-1", None),
        ("soon", None),
        ("", None),
    ],
)
@pytest.mark.fault(43)
def test_retry_after(header: str, seconds: float | None) -> None:
    """Retry-After is seconds or a date, at most an hour; what says nothing sensible is not there."""
    assert asked_pause(header, NOON) == seconds


@pytest.mark.fault(106)
def test_a_clock_that_was_set_back() -> None:
    """What was just fetched is not due at once, though its capture is dated a day ago."""
    yesterday = replace(GOOD, captured_at=NOON - timedelta(days=1))
    ended = settle(yesterday, None, LEASE, now=NOON, live=True)

    assert isinstance(ended, Visit)
    assert ended.due is not None
    assert ended.due > NOON
    assert ended.ends_lease
