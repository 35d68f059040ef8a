"""Dates are read as pages write them, in numbers and in words of many languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.moments import Habits, dates_in, machine_date
from pipelines.zones import country_of

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
        "2018. gada 18. jūnijs",
        "18. jūnijs, 2018",
        "18 ביוני 2018",
        "১৮ জুন ২০১৮",
        "18 tháng 6, 2018",
        "Ngày 18 tháng 6 năm 2018",
        "۲۸ خرداد ۱۳۹۷",
        "18 June 2018: the bridge opens",
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
        ("Two days ago", "2026-01-08"),
        ("an hour ago", "2026-01-10T11:00:00+00:00"),
        ("a day ago", "2026-01-09"),
        ("vor einer Stunde", "2026-01-10T11:00:00+00:00"),
        ("vor etwa zwei Stunden", "2026-01-10T10:00:00+00:00"),
        ("vor einem Tag", "2026-01-09"),
        ("il y a une heure", "2026-01-10T11:00:00+00:00"),
        ("hace una hora", "2026-01-10T11:00:00+00:00"),
        ("un’ora fa", "2026-01-10T11:00:00+00:00"),
        ("час назад", "2026-01-10T11:00:00+00:00"),
        ("godzinę temu", "2026-01-10T11:00:00+00:00"),
        ("منذ ساعة", "2026-01-10T11:00:00+00:00"),
        ("منذ ساعتين", "2026-01-10T10:00:00+00:00"),
        ("לפני שעתיים", "2026-01-10T10:00:00+00:00"),
        ("۳ ساعت پیش", "2026-01-10T09:00:00+00:00"),
        ("3 घंटे पहले", "2026-01-10T09:00:00+00:00"),
        ("3 giờ trước", "2026-01-10T09:00:00+00:00"),
        ("3 jam yang lalu", "2026-01-10T09:00:00+00:00"),
        ("3時間前", "2026-01-10T09:00:00+00:00"),
        ("３ 時間前", "2026-01-10T09:00:00+00:00"),
        ("3日前", "2026-01-07"),
        ("3小时前", "2026-01-10T09:00:00+00:00"),
        ("3시간전", "2026-01-10T09:00:00+00:00"),
        ("2个月前", "2025-11-10"),
        ("1月9日 9:30", "2026-01-09"),
        ("6月18日 9:30", "2025-06-18"),
        ("6월 18일", "2025-06-18"),
    ],
)
def test_relative_dates(text: str, iso: str):
    """Dates counted from the capture are no surer than that."""
    assert [(w.iso, w.sure) for w in dates_in(text, DAY_FIRST)] == [(iso, False)]


@pytest.mark.parametrize(
    "text",
    [
        "for two hours",
        "in an hour",
        "hours ago",
        "a new day",
        "за 3 часа",
        "6月3日前",
        "数小时前",
        "two days",
        "half a year",
    ],
)
def test_lengths_of_time_are_no_dates(text: str):
    """A length of time is a date only where a word sets it in the past, and a number or the word itself counts it."""
    assert [w.iso for w in dates_in(text, DAY_FIRST) if w.iso != "2025-06-03"] == []


def test_solar_hijri():
    """Dates of Iran: in figures only on pages in its languages, with its leap years, and no day that there is not."""
    persian = replace(DAY_FIRST, language="fa")
    days = {
        "۱۳۹۷/۰۳/۲۸": ["2018-06-18"],
        "1375/1/1": ["1996-03-20"],
        "1399/1/1": ["2020-03-20"],
        "1399/12/30": ["2021-03-20"],
        "1400/1/1": ["2021-03-21"],
        "1403/12/30": ["2025-03-20"],
        "1404-01-01": ["2025-03-21"],
        "1400/12/30": [],
        "1397/13/1": [],
    }
    assert {text: [w.iso for w in dates_in(text, persian)] for text in days} == days
    assert [*dates_in("1397/03/28", DAY_FIRST)] == []


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


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("June 18, 2018 5:30 PM ET", "2018-06-18T17:30:00-04:00"),
        ("January 18, 2018 5:30 PM ET", "2018-01-18T17:30:00-05:00"),
        ("July 18, 2018 9:30 a.m. PT", "2018-07-18T09:30:00-07:00"),
        ("July 18, 2018 9:30 a.m. CT", "2018-07-18T09:30:00-05:00"),
        ("July 18, 2018 9:30 a.m. MT", "2018-07-18T09:30:00-06:00"),
        ("18 June 2018 09:30 +02:00", "2018-06-18T09:30:00+02:00"),
        ("2018-06-18 09:30:00 +0200", "2018-06-18T09:30:00+02:00"),
        ("18/06/2018 09:30:00 -0400", "2018-06-18T09:30:00-04:00"),
        ("18 June 2018 09:30 -04:00", "2018-06-18T09:30:00-04:00"),
        ("18 June 2018 09:30 -12:30", "2018-06-18"),
        ("18 June 2018 09:30 - 12:30", "2018-06-18"),
        ("18 June 2018 09:30 +99:30", "2018-06-18"),
        ("18 June 2018 09:30 CST", "2018-06-18"),
        ("18 June 2018 09:30 IST", "2018-06-18"),
        ("18 juni 2018 09:30 met Jan", "2018-06-18"),
        ("18 juin 2018 à 9h30 et plus", "2018-06-18"),
    ],
)
def test_zones_by_name_and_offset(text: str, iso: str):
    """American names hold in summer and winter; an offset stands behind the time; an unsure zone is none."""
    assert [w.iso for w in dates_in(text, DAY_FIRST)] == [iso]
    assert machine_date(text, DAY_FIRST) == iso


@pytest.mark.parametrize(
    ("country", "name", "offset"),
    [
        ("cn", "CST", "+08:00"),
        ("us", "CST", "-06:00"),
        ("ie", "IST", "+01:00"),
        ("in", "IST", "+05:30"),
        ("au", "EST", "+10:00"),
        ("us", "EST", "-05:00"),
        ("bd", "BST", "+06:00"),
        ("ie", "BST", "+01:00"),
    ],
)
def test_zones_of_the_country(country: str, name: str, offset: str):
    """An abbreviation means what it means at home, in text and for machines."""
    habits = replace(DAY_FIRST, country=country)
    wanted = f"2018-06-18T09:30:00{offset}"
    for text in (f"2018-06-18 09:30 {name}", f"Mon Jun 18 09:30:00 {name} 2018", f"Mon, 18 Jun 2018 09:30:00 {name}"):
        assert machine_date(text, habits) == wanted
    assert [w.iso for w in dates_in(f"18 June 2018, 09:30 {name}", habits)] == [wanted]


def test_zone_of_the_site_tells_what_a_name_means():
    """A site in Shanghai means its own time by CST, whatever its address."""
    shanghai = replace(DAY_FIRST, zone=ZoneInfo("Asia/Shanghai"))
    assert machine_date("2018-06-18 09:30 CST", shanghai) == "2018-06-18T09:30:00+08:00"


@pytest.mark.parametrize(
    ("host", "language", "country"),
    [
        ("www.example.ie", "en", "ie"),
        ("example.cn", "en-us", "cn"),
        ("example.com", "en-IN", "in"),
        ("example.com", "zh-hans-tw", "tw"),
        ("example.com", "zh", "cn"),
        ("www.example.gov", "en", "us"),
        ("example.com", "en", ""),
        ("", "", ""),
        ("127.0.0.1", "", ""),
    ],
)
def test_country_of_a_page(host: str, language: str, country: str):
    """The country of a host comes before that of a language; most hosts and languages say none."""
    assert country_of(host, language) == country


def test_times_of_chinese_and_japanese():
    """A time beside a date of Chinese and Japanese is in the zone of the site."""
    tokyo = replace(DAY_FIRST, zone=ZoneInfo("Asia/Tokyo"))
    assert [w.iso for w in dates_in("2018年6月18日 9:30", tokyo)] == ["2018-06-18T09:30:00+09:00"]
