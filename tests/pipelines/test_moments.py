"""Dates are read as pages write them, in numbers and in words of many languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.moments import Habits, dates_in, machine_date

DAY_FIRST = Habits(date(2026, 1, 10), datetime(2026, 1, 10, 12, tzinfo=UTC))
MONTH_FIRST = Habits(date(2026, 1, 10), datetime(2026, 1, 10, 12, tzinfo=UTC), day_first=False)


@pytest.mark.parametrize(
    "text",
    [
        "18th June 2018",
        "June 18th, 2018",
        "Monday, 18 June 2018 at 9.30am",
        "Mo., 18. Juni 2018, 14:30 Uhr",
        "18.06.2018",
        "18.6.18",
        "18-06-2018",
        "2018/06/18 10:00",
        "18 juin 2018",
        "le 18 juin 2018 à 10h30",
        "18 de junio de 2018",
        "18 de junho de 2018 às 10h30",
        "18 giugno 2018",
        "18 juni 2018",
        "den 18. juni 2018",
        "18. kesäkuuta 2018",
        "18 czerwca 2018",
        "18. června 2018",
        "2018. június 18.",
        "18 Haziran 2018",
        "18 июня 2018, 10:34",
        "18 червня 2018",
        "18 Ιουνίου 2018",
        "18 iunie 2018",
        "2018 m. birželio 18 d.",
        "2018年6月18日(月)",
        "平成30年6月18日",
        "2018년 6월 18일",
        "١٨ يونيو ٢٠١٨",
        "18 יוני 2018",
        "18 जून 2018",
        "18 มิ.ย. 2561",
        "18 Juni 2018",
        "18 lipnja 2018",
    ],
)
def test_one_day_in_many_notations(text: str):
    """The 18th of June 2018, as the press writes it."""
    assert [w.iso[:10] for w in dates_in(text, DAY_FIRST)] == ["2018-06-18"]


def test_a_month_that_depends_on_the_language():
    """Croatian counts with names that are other months in Polish and Czech."""
    croatian = Habits(DAY_FIRST.today, DAY_FIRST.now, language="hr")
    assert [w.iso for h in (croatian, DAY_FIRST) for w in dates_in("18. listopada 2018", h)] == [
        "2018-10-18",
        "2018-11-18",
    ]


def test_day_or_month_first():
    """3/4/2018 is read by habit; 18/6/2018 has one meaning only."""
    text = "3/4/2018"
    assert [w.iso for h in (DAY_FIRST, MONTH_FIRST) for w in dates_in(text, h)] == ["2018-04-03", "2018-03-04"]
    assert [w.iso for h in (DAY_FIRST, MONTH_FIRST) for w in dates_in("18/6/2018", h)] == ["2018-06-18", "2018-06-18"]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("vor 3 Stunden", "2026-01-10T09:00:00+00:00"),
        ("3 hours ago", "2026-01-10T09:00:00+00:00"),
        ("il y a 2 jours", "2026-01-08"),
        ("hace 5 días", "2026-01-05"),
        ("gestern, 14:30", "2026-01-09"),
        ("3시간 전", "2026-01-10T09:00:00+00:00"),
        ("2 weken geleden", "2025-12-27"),
    ],
)
def test_relative_dates(text: str, iso: str):
    """Dates counted from the capture are no surer than that."""
    assert [(w.iso, w.sure) for w in dates_in(text, DAY_FIRST)] == [(iso, False)]


def test_time_is_kept_with_its_offset():
    """A time with a zone makes an instant; one without leaves the day."""
    assert [w.iso for w in dates_in("Jun 18, 2018 10:34 AM EDT", DAY_FIRST)] == ["2018-06-18T10:34:00-04:00"]
    assert [w.iso for w in dates_in("18 June 2018, 10:34", DAY_FIRST)] == ["2018-06-18"]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2018-06-18T09:30:00Z", "2018-06-18T09:30:00+00:00"),
        ("2018-06-18T09:30:00.000+0200", "2018-06-18T09:30:00+02:00"),
        ("2018-06-18 09:30:00 -0330", "2018-06-18T09:30:00-03:30"),
        ("2018-06-18T09:30", "2018-06-18"),
        ("2018-18-06", "2018-06-18"),
        ("20180618", "2018-06-18"),
        ("1529313000000", "2018-06-18T09:10:00+00:00"),
        ("Mon, 18 Jun 2018 09:30:00 GMT", "2018-06-18T09:30:00+00:00"),
        ("Mon Jun 18 2018 09:30:00 GMT+0200 (CEST)", "2018-06-18T09:30:00+02:00"),
        ("Mon Jun 18 09:30:00 CEST 2018", "2018-06-18T09:30:00+02:00"),
        ("0001-01-01T00:00:00", ""),
        ("1970-01-01T00:00:00Z", ""),
        ("2031-01-01", ""),
        ("2018-02-30", ""),
        ("soon", ""),
        ("Sat, 32 Feb 0000 25:61:00 GMT", ""),
        ("9999-12-31T23:59:59Z", ""),
        ("2018-06-18T09:30:00+99:99", "2018-06-18"),
        ("99999999999999999999", ""),
    ],
)
@pytest.mark.fault(64)
def test_dates_for_machines(text: str, iso: str):
    """ISO, epochs and mail dates are read; what cannot be a date of publication is none."""
    assert machine_date(text, DAY_FIRST) == iso


@given(st.text(max_size=60))
def test_any_text_is_survived(text: str):
    """No text is an error, and what is found is a date."""
    assert all(date.fromisoformat(w.iso[:10]) for w in dates_in(text, DAY_FIRST))
    assert machine_date(text, DAY_FIRST) == "" or date.fromisoformat(machine_date(text, DAY_FIRST)[:10])


IN_LONDON = replace(DAY_FIRST, zone=ZoneInfo("Europe/London"))


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2018-06-18T09:30", "2018-06-18T09:30:00+01:00"),
        ("2018-01-18 09:30:15", "2018-01-18T09:30:15+00:00"),
        ("18 June 2018, 9:30", "2018-06-18T09:30:00+01:00"),
        ("18/06/2018 9:30 pm", "2018-06-18T21:30:00+01:00"),
        ("Mon, 18 Jun 2018 09:30:00", "2018-06-18T09:30:00+01:00"),
        ("2018-06-18T09:30:00Z", "2018-06-18T09:30:00+00:00"),
        ("18 June 2018, 9:30 CET", "2018-06-18T09:30:00+01:00"),
        ("18 June 2018", "2018-06-18"),
        ("18 June 2018, 10.30 million", "2018-06-18"),
        ("2018-06-18T25:61", "2018-06-18"),
    ],
)
def test_times_in_the_zone_of_the_site(text: str, iso: str) -> None:
    """A time without a zone is in that of the site, summer time reckoned with; one that has a zone keeps it."""
    assert machine_date(text, IN_LONDON) == iso


@pytest.mark.parametrize("text", ["2018-06-18T09:30", "18 June 2018, 9:30", "Mon, 18 Jun 2018 09:30:00"])
def test_times_of_a_site_whose_zone_is_unknown(text: str) -> None:
    """Of a time without a zone the day alone is kept."""
    assert machine_date(text, DAY_FIRST) == "2018-06-18"
