"""Dates of feeds become ISO 8601, with the offset that they were given."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.feed_dates import feed_date


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Mon, 18 Jun 2018 09:30:00 GMT", "2018-06-18T09:30:00+00:00"),
        ("Mon, 18 Jun 2018 09:30:00 EDT", "2018-06-18T09:30:00-04:00"),
        ("Mon, 18 Jun 2018 09:30:00 +0530", "2018-06-18T09:30:00+05:30"),
        ("Mon, 18 Jun 2018 09:30:00 GMT+0200", "2018-06-18T09:30:00+02:00"),
        ("Mon, 18 Jun 2018 09:30:00 -0000", "2018-06-18T09:30:00+00:00"),
        ("Mon, 18 Jun 18 09:30 UT", "2018-06-18T09:30:00+00:00"),
        ("18 Jun 2018 09:30:00", "2018-06-18T09:30:00"),
        ("18-Jun-2018", "2018-06-18"),
        ("Mon Jun 18 09:30:00 EDT 2018", "2018-06-18T09:30:00-04:00"),
        ("2018-06-18", "2018-06-18"),
        ("2018-06-18T09:30Z", "2018-06-18T09:30:00+00:00"),
        ("2018-06-18T09:30:00.123456789Z", "2018-06-18T09:30:00.123456+00:00"),
        ("2018-06-18 09:30:00", "2018-06-18T09:30:00"),
        ("2018/06/18 09:30", "2018-06-18T09:30:00"),
        ("20180618T093000Z", "2018-06-18T09:30:00+00:00"),
        ("2018-06-18T24:00:00Z", "2018-06-19T00:00:00+00:00"),
        ("18.06.2018 09:30", "2018-06-18T09:30:00"),
        ("18th June 2018", "2018-06-18"),
        ("June 18, 2018, 3:05 pm", "2018-06-18T15:05:00"),
        ("18 juin 2018 09:30 +0200", "2018-06-18T09:30:00+02:00"),
        ("18 juil. 2018", "2018-07-18"),
        ("lun, 18 giu 2018 09:30:00 +0200", "2018-06-18T09:30:00+02:00"),
        ("18 de junio de 2018", "2018-06-18"),
        ("  2018-06-18\n", "2018-06-18"),
    ],
)
def test_forms(text, iso):
    """RFC 822, ISO 8601 and what publishers write instead are read."""
    assert feed_date(text) == iso


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "soon",
            "2018-06",
            "31 Feb 2018",
            "Wed, 32 Dec 0000",
            "1529314200000",
            "9999-12-31",
            "0000-00-00",
            "today",
        ),
        *("2018-13-01", "32 Jun 2018 09:30:00 GMT"),
    ],
)
def test_what_is_no_date(text):
    """A day that does not exist, one out of all time, and words are no date."""
    assert feed_date(text) == ""


def test_an_impossible_offset_is_left_out():
    """An offset beyond 14 hours is none."""
    assert feed_date("2018-06-18T09:30:00+99:99") == "2018-06-18T09:30:00"


@settings(deadline=None)
@given(st.datetimes(min_value=datetime(1981, 1, 1), max_value=datetime(2099, 1, 1), timezones=st.timezones()))
def test_what_python_writes_is_read_back(when):
    """A date in the form of RFC 822, and one in that of ISO 8601, come back as the same instant."""
    when = when.replace(microsecond=0, fold=0)
    offset = when.utcoffset()
    assert offset is not None
    if offset.total_seconds() % 60:
        return  # local mean times have seconds, which RFC 822 cannot write
    assert datetime.fromisoformat(feed_date(format_datetime(when))).timestamp() == when.timestamp()
    assert datetime.fromisoformat(feed_date(when.isoformat())).timestamp() == when.timestamp()


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_date_or_nothing(text):
    """Whatever the text, an ISO date comes out or nothing."""
    found = feed_date(text)
    assert found == "" or datetime.fromisoformat(found)
