"""When a URL is worth fetching again.

| what it was read as | again after |
| --- | --- |
| article | 1 h, 6 h, 1 d, 3 d, 7 d, 30 d, begun at its age; a step back after a change; then up to a year |
| feed, home or section page | 15 min to 1 d, by how often it brings something new |
| sitemap | the same, up to 7 d |
| later page of a section | 3 d to 7 d |
| other list: of a tag, an author | 7 d to 30 d |
| robots.txt | 1 d |
| redirect, other page | 7 d, growing to 90 d |
| error page, login, challenge | 1 d, 7 d, 30 d, then never; 410 never |
| feed or sitemap that is not there | 30 d; one that was there before: 1 d, 7 d, 30 d |
| PDF, picture, script | never |
| requisite of a page | style sheet or script 7 d, growing to 90 d; picture or font never |

A feed or sitemap that says a page has changed makes it due at once; that is the frontier's part. All functions are
pure: the instant of the capture is the only clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Protocol

from archive.model import Article, Capture, Listing, NotAnArticle, Reading
from spiders.places import page_number

ARTICLE_STEPS: tuple[timedelta, ...] = (
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=30),
)
LONGEST_ARTICLE_WAIT = timedelta(days=365)

SHORTEST_POLL = timedelta(minutes=15)
FIRST_POLL = timedelta(hours=1)
LONGEST_POLL = timedelta(days=1)
LONGEST_ARCHIVE_POLL = timedelta(days=7)
FIRST_PAGE_POLL = timedelta(days=3)
FIRST_LIST_POLL = timedelta(days=7)
LONGEST_LIST_POLL = timedelta(days=30)

ERROR_STEPS: tuple[timedelta, ...] = (timedelta(days=1), timedelta(days=7), timedelta(days=30))
OTHER_STEPS: tuple[timedelta, ...] = (timedelta(days=7), timedelta(days=30), timedelta(days=90))

RETRY_STEPS: tuple[timedelta, ...] = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
"""Pauses between the attempts of one job."""

LATER_STEPS: tuple[timedelta, ...] = (*ERROR_STEPS[:1], timedelta(days=3), *ERROR_STEPS[1:])
"""Pauses after a job has given a URL up, one for each time that it has."""

_NEVER = frozenset({"pdf", "image", "script", "video"})
_ERRORS = frozenset({"status", "not_found", "login", "challenge", "consent", "empty"})
_NEWEST = 20
_ERROR = 400


class History(Protocol):
    """What is known of the earlier visits to a URL; `crawler.frontier.Lease` is one."""

    @property
    def kind(self) -> str:
        """What it was expected to be: robots, feed, sitemap, section, list, page or requisite."""
        ...

    @property
    def visits(self) -> int:
        """How often it was fetched before this time."""
        ...

    @property
    def unchanged(self) -> int:
        """How many of those visits, the last ones in a row, brought nothing new."""
        ...


def next_visit(capture: Capture, reading: Reading | None, history: History) -> datetime | None:
    """When a URL that was just captured is due again; None for never.

    *reading* is None for a revisit, whose payload was read before: then *history* decides.
    """
    wait = _wait(capture, reading, history)
    return None if wait is None else capture.captured_at + wait


def next_try(failed_at: datetime, attempts: int) -> datetime:
    """When a URL without an answer is tried again: soon three times, then after days.

    *attempts* counts the failures so far, 1 for the first.
    """
    steps = (*RETRY_STEPS, *LATER_STEPS)
    return failed_at + steps[min(max(attempts, 1), len(steps)) - 1]


def _wait(capture: Capture, reading: Reading | None, history: History) -> timedelta | None:
    unchanged = history.unchanged + 1 if capture.kind == "revisit" else 0
    if history.kind == "requisite":
        return _requisite_wait(capture, history)
    if reading is None and (capture.status or 0) >= _ERROR:  # the same error page once more
        return _other_wait(capture, "status", history, unchanged)
    if isinstance(reading, Listing) or (reading is None and history.kind != "page"):
        return _listing_wait(capture, reading if isinstance(reading, Listing) else None, history, unchanged)
    if isinstance(reading, Article) or reading is None:
        return _article_wait(capture, reading, history.visits, unchanged)
    if isinstance(reading, NotAnArticle):
        return _other_wait(capture, reading.reason, history, unchanged)
    return _step(OTHER_STEPS, history.visits)


def _requisite_wait(capture: Capture, history: History) -> timedelta | None:
    if (capture.status or 0) >= _ERROR and capture.status != 410:
        return ERROR_STEPS[history.visits] if history.visits < len(ERROR_STEPS) else None
    path = capture.url.partition("?")[0].lower()
    changes = path.endswith((".css", ".js")) or capture.mime.endswith(("/css", "javascript"))
    return _step(OTHER_STEPS, history.visits) if changes else None


def _article_wait(capture: Capture, article: Article | None, visits: int, unchanged: int) -> timedelta:
    age = _age(article.date_published, capture.captured_at) if article else None
    entered = sum(age > step for step in ARTICLE_STEPS[:-1]) if age else 0
    has_changed = visits > 0 and unchanged == 0
    step = max(visits - (2 if has_changed else 0), entered, 0)
    if step < len(ARTICLE_STEPS):
        return ARTICLE_STEPS[step]
    return min(_doubled(ARTICLE_STEPS[-1], step - len(ARTICLE_STEPS) + 1), LONGEST_ARTICLE_WAIT)


def _listing_wait(capture: Capture, listing: Listing | None, history: History, unchanged: int) -> timedelta:
    form = listing.form if listing else history.kind
    if form == "robots":
        return LONGEST_POLL
    first, longest = _poll(form, capture.url, history.kind)
    wait = _rhythm(listing, capture.captured_at, first) if listing else first
    return min(_doubled(max(wait, SHORTEST_POLL), unchanged), longest)


def _poll(form: str, url: str, kind: str) -> tuple[timedelta, timedelta]:
    """The first and the longest pause between two polls of a listing."""
    if form.startswith("sitemap"):
        return FIRST_POLL, LONGEST_ARCHIVE_POLL
    if kind == "list":
        return FIRST_LIST_POLL, LONGEST_LIST_POLL
    if page_number(url) > 2:
        return FIRST_PAGE_POLL, LONGEST_ARCHIVE_POLL
    return FIRST_POLL, LONGEST_POLL


def _rhythm(listing: Listing, now: datetime, first: timedelta) -> timedelta:
    """Half the usual time between two entries, but no less than a tenth of the newest one's age; *first* without."""
    ages = sorted(age for entry in listing.entries if (age := _age(entry.published or entry.updated, now)) is not None)
    if not ages:
        return first
    gaps = sorted(later - earlier for earlier, later in pairwise(ages[:_NEWEST]))
    usual = gaps[len(gaps) // 2] / 2 if gaps else first
    return max(usual, ages[0] / 10)


def _other_wait(capture: Capture, reason: str, history: History, unchanged: int) -> timedelta | None:
    if reason in _NEVER or capture.status == 410:
        return None
    if reason not in _ERRORS:
        return _step(OTHER_STEPS, history.visits)
    if history.kind in ("feed", "sitemap"):
        return _step(ERROR_STEPS, unchanged) if history.visits else ERROR_STEPS[-1]
    return ERROR_STEPS[history.visits] if history.visits < len(ERROR_STEPS) else None


def _doubled(wait: timedelta, times: int) -> timedelta:
    factor: int = 2 ** min(times, 10)
    return wait * factor


def _step(steps: tuple[timedelta, ...], visits: int) -> timedelta:
    return steps[min(visits, len(steps) - 1)]


def _age(text: str, now: datetime) -> timedelta | None:
    """How long before *now* an ISO date lies, not below zero; None when there is none."""
    try:
        when = datetime.fromisoformat(text)
        return max(now - (when if when.tzinfo else when.replace(tzinfo=UTC)), timedelta())
    except (ValueError, OverflowError):
        return None
