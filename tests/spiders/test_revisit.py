"""URLs are fetched again when it is worth it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from archive.model import Article, Capture, Entry, Link, Listing, NotAnArticle, Reading, Unreadable, instant
from spiders.revisit import ARTICLE_STEPS, LONGEST_ARTICLE_WAIT, next_try, next_visit

NOW = datetime(2018, 6, 18, 9, 30, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Past:
    kind: str = "page"
    visits: int = 0
    unchanged: int = 0


def wait(reading: Reading | None, past: Past | None = None, *, url: str = "https://example.com/a", status: int = 200):
    kind = "revisit" if reading is None else "response"
    capture = Capture(record_id="r", url=url, urlkey="k", captured_at=NOW, kind=kind, status=status)
    due = next_visit(capture, reading, past or Past())
    return None if due is None else due - NOW


def article(published: str = "") -> Article:
    return Article(headline="A", body="b", date_published=published)


def listing(*ages: timedelta, form: str = "rss") -> Listing:
    return Listing(form=form, entries=tuple(Entry(link="l", published=instant(NOW - age)) for age in ages))


def test_the_steps_of_an_article():
    """An article that stays the same is visited again after 1 h, 6 h, 1 d, 3 d, 7 d, 30 d."""
    waits = [wait(article() if n == 0 else None, Past(visits=n, unchanged=max(n - 1, 0))) for n in range(6)]
    assert waits == list(ARTICLE_STEPS)


def test_an_article_that_never_changes():
    """After the last step the pauses grow, up to a year."""
    waits = [wait(None, Past(visits=n, unchanged=n - 1)) for n in (6, 7, 20)]
    assert waits == [60 * DAY, 120 * DAY, LONGEST_ARTICLE_WAIT]


def test_an_article_that_has_changed():
    """After a change the article is visited sooner than after none."""
    assert wait(article(), Past(visits=3)) < wait(None, Past(visits=3, unchanged=2))


def test_an_article_whose_page_differs_each_time():
    """Where only what surrounds the text changes, the pauses grow as well, two steps behind."""
    waits = [wait(article(), Past(visits=n)) for n in range(10)]
    assert waits == [*ARTICLE_STEPS[:1] * 3, *ARTICLE_STEPS[1:], 60 * DAY, 120 * DAY]


@pytest.mark.parametrize(
    ("published", "pause"),
    [
        ("2018-06-18T09:00:00+00:00", HOUR),
        ("2018-06-18T05:00:00", 6 * HOUR),
        ("2018-06-16", 3 * DAY),
        ("2010-01-01", 30 * DAY),
    ],
)
def test_an_old_article(published, pause):
    """The steps are entered at the article's age: what is years old does not change within the hour."""
    assert wait(article(published)) == pause


def test_a_listing_follows_its_rhythm():
    """A feed is polled at half the usual time between its entries, within 15 minutes and a day."""
    assert wait(listing(*(n * 2 * HOUR for n in range(9)))) == HOUR
    assert wait(listing(*(n * MINUTE for n in range(9)))) == 15 * MINUTE
    assert wait(listing(*(n * 30 * DAY for n in range(9)))) == DAY


def test_a_listing_without_dates():
    """A section page without dates is polled each hour, and less often while it stays the same."""
    assert wait(Listing(form="section")) == HOUR
    waits = [wait(None, Past(kind="section", visits=n + 1, unchanged=n)) for n in range(6)]
    assert waits == [2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR, DAY, DAY]


def test_archives_rest():
    """A sitemap or a later page whose newest entry is old is polled after a tenth of its age, up to a week."""
    assert wait(listing(30 * DAY, form="sitemap")) == 3 * DAY
    assert wait(listing(900 * DAY, form="sitemap")) == 7 * DAY
    assert wait(listing(900 * DAY, form="section"), url="https://example.com/news?page=9") == 7 * DAY


def test_robots():
    """robots.txt lives for a day."""
    assert wait(Listing(form="robots"), Past(kind="robots")) == DAY


@pytest.mark.parametrize(
    ("reason", "status", "pauses"),
    [
        ("status", 404, [DAY, 7 * DAY, 30 * DAY, None]),
        ("status", 410, [None, None, None, None]),
        ("challenge", 403, [DAY, 7 * DAY, 30 * DAY, None]),
        ("pdf", 200, [None, None, None, None]),
        ("redirect", 301, [7 * DAY, 30 * DAY, 90 * DAY, 90 * DAY]),
        ("other", 200, [7 * DAY, 30 * DAY, 90 * DAY, 90 * DAY]),
    ],
)
def test_what_is_no_article(reason, status, pauses):
    """Errors are tried three times more, files never, other pages ever more seldom."""
    assert [wait(NotAnArticle(reason=reason), Past(visits=n), status=status) for n in range(4)] == pauses


def test_a_guessed_place_that_is_empty():
    """A feed or sitemap that is not where it was guessed is asked for again after a month."""
    assert wait(NotAnArticle(reason="status"), Past(kind="feed"), status=404) == 30 * DAY


def test_unreadable():
    """What could not be read may be mended in a week."""
    assert wait(Unreadable(reason="x", links=(Link(url="l"),))) == 7 * DAY


def test_tries_after_failures():
    """Without an answer it is tried again soon three times, then after days, with growing pauses."""
    pauses = [next_try(NOW, n) - NOW for n in range(1, 12)]
    assert pauses[:4] == [timedelta(seconds=30), 2 * MINUTE, 10 * MINUTE, DAY]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 30 * DAY


def test_lists_that_are_no_sections():
    """A list of a tag or an author is polled after a week, and more seldom while it stays the same."""
    waits = [wait(Listing(form="section"), Past(kind="list"))]
    waits += [wait(None, Past(kind="list", visits=n + 1, unchanged=n)) for n in range(3)]
    assert waits == [7 * DAY, 14 * DAY, 28 * DAY, 30 * DAY]


def test_later_pages_rest():
    """The third page of a section and those behind it are polled after three days, up to a week."""
    assert wait(Listing(form="section"), Past(kind="section"), url="https://example.com/news?page=3") == 3 * DAY
    assert wait(None, Past(kind="section", visits=2, unchanged=1), url="https://example.com/news?page=3") == 7 * DAY


def test_a_feed_that_has_died():
    """A feed that was there is asked for after a day, a week, then once a month."""
    died = wait(NotAnArticle(reason="status"), Past(kind="feed", visits=9), status=404)
    later = [wait(None, Past(kind="feed", visits=9 + n, unchanged=n - 1), status=404) for n in (1, 2, 3)]
    assert [died, *later] == [DAY, 7 * DAY, 30 * DAY, 30 * DAY]


def test_an_error_page_that_never_changes():
    """The same error page once more counts as an error, not as an article that stays the same."""
    assert wait(None, Past(visits=1), status=404) == 7 * DAY
    assert wait(None, Past(visits=3, unchanged=2), status=404) is None
