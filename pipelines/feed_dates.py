"""The dates of feeds and sitemaps: RFC 822, ISO 8601, and what publishers write instead.

Nothing is guessed from today's date, and a day that does not exist is no date.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

EARLIEST_YEAR = 1980
LATEST_YEAR = 2100

# Beginnings of month names in the languages of the press; the longest that fits counts, so that `juil` is not `jui`.
_MONTHS = {
    start: month
    for month, starts in {
        1: "jan gen ene sty ocak",
        2: "feb fév fev febr lut",
        3: "mar mär maa mrt",
        4: "apr abr avr kwi",
        5: "may mai mag mei maj",
        6: "jun giu jui juin cze",
        7: "jul lug juil lip",
        8: "aug ago aoû aou sie",
        9: "sep set wrz",
        10: "oct okt ott out paź",
        11: "nov lis",
        12: "dec déc dez dic des gru",
    }.items()
    for start in starts.split()
}
_ZONES = {  # minutes east of Greenwich; the American ones are those of RFC 822, 5.1
    **dict.fromkeys(("Z", "UT", "UTC", "GMT", "WET"), 0),
    **dict.fromkeys(("BST", "IST", "CET", "MEZ"), 60),
    **dict.fromkeys(("CEST", "MESZ", "EET"), 120),
    **dict.fromkeys(("EEST", "MSK"), 180),
    **dict.fromkeys(("HKT", "SGT", "AWST"), 480),
    **dict.fromkeys(("JST", "KST"), 540),
    **dict.fromkeys(("EST", "CDT"), -300),
    **dict.fromkeys(("CST", "MDT"), -360),
    **dict.fromkeys(("MST", "PDT"), -420),
    "EDT": -240,
    "PST": -480,
    "AEST": 600,
    "AEDT": 660,
}
_TIME = r"(?:[T ,]+(?:at |um )?(\d{1,2})[:.](\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([ap]\.?m\.?)?)?"
_ZONE = r"\s*\(?((?:GMT|UTC)?\s*[+-]\d{1,2}:?\d{0,2}|Z|[A-Z]{2,4}(?![a-z]))?"
_RFC_822 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d\d?) ([A-Z][a-z]{2}) (\d{4}) (\d\d:\d\d:\d\d) (?:GMT|([+-]\d{4}))", re.ASCII
)
_DAY_NAMED_MONTH = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?\.?[-\s/]+(?:de |d')?([^\W\d_]{3,12})\.?,?[-\s/]+(?:de )?(\d{4}|\d\d(?![:\d]))"
    + _TIME
    + _ZONE,
    re.IGNORECASE,
)
_NAMED_MONTH_DAY = re.compile(
    r"([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})" + _TIME + _ZONE, re.IGNORECASE
)
_UNIX_CTIME = re.compile(r"([A-Za-z]{3})\s+(\d{1,2})\s+(\d\d):(\d\d):(\d\d)\s+(?:([A-Z]{2,4})\s+)?(\d{4})")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)" + _TIME + _ZONE, re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(Z)?)?$")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\.(\d{1,2})\.(\d{4})" + _TIME + _ZONE, re.IGNORECASE)


def feed_date(text: str) -> str:
    """A date as ISO 8601: date and time with the offset that was given, or a date alone; empty when unreadable.

    >>> feed_date("Mon, 18 Jun 2018 09:30:00 EDT"), feed_date("2018-06-18")
    ('2018-06-18T09:30:00-04:00', '2018-06-18')
    """
    text = text[:200].strip()[:80]
    return _feed_date(text) if text else ""


@lru_cache(maxsize=4_096)
def _feed_date(text: str) -> str:
    for read in (_iso, _rfc_822, _named, _ctime, _numeric):
        found = read(text)
        if found is not None:
            return found.isoformat() if EARLIEST_YEAR <= found.year <= LATEST_YEAR else ""
    return ""


def _iso(text: str) -> datetime | date | None:
    if not text[:4].isdigit() or (len(text) > 4 and text[4] != "-"):
        return None
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return None


def _rfc_822(text: str) -> datetime | None:
    """The common form of RFC 822 dates, read without more ado."""
    found = _RFC_822.fullmatch(text)
    if not found:
        return None
    day, month, year, clock, zone = found.groups()
    try:
        return datetime.fromisoformat(f"{year}-{_MONTHS.get(month.lower(), 0):02}-{day:0>2}T{clock}{zone or '+00:00'}")
    except ValueError:
        return None


def _named(text: str) -> datetime | date | None:
    found = _DAY_NAMED_MONTH.search(text)
    if found:
        day, month, year, *clock = found.groups()
    else:
        found = _NAMED_MONTH_DAY.search(text)
        if not found:
            return None
        month, day, year, *clock = found.groups()
    return _built(_full_year(year), _month(month), int(day), clock)


def _ctime(text: str) -> datetime | date | None:
    found = _UNIX_CTIME.search(text)
    if not found:
        return None
    month, day, hour, minute, second, zone, year = found.groups()
    return _built(int(year), _month(month), int(day), [hour, minute, second, None, None, zone])


def _numeric(text: str) -> datetime | date | None:
    found = _YEAR_FIRST.search(text)
    if found:
        year, month, day, *clock = found.groups()
        return _built(int(year), int(month), int(day), clock)
    found = _COMPACT.match(text)
    if found:
        year, month, day, hour, minute, second, zone = found.groups()
        return _built(int(year), int(month), int(day), [hour, minute, second, None, None, zone])
    found = _DAY_FIRST.search(text)
    if found:
        day, month, year, *clock = found.groups()
        return _built(int(year), int(month), int(day), clock)
    return None


def _built(year: int, month: int, day: int, clock: list[str | None]) -> datetime | date | None:
    hour, minute, second, fraction, half, zone = clock
    try:
        if hour is None or minute is None:
            return date(year, month, day)
        hours = int(hour) % 12 + (12 if half[0] in "pP" else 0) if half else int(hour)
        microsecond = int(f"{fraction or '0':0<6}"[:6])
        midnight = datetime(year, month, day, tzinfo=_zone(zone))  # 24:00 and 23:59:60 occur
        if hours > 24 or int(minute) > 59:
            return date(year, month, day)
        return midnight + timedelta(
            hours=hours, minutes=int(minute), seconds=int(second or 0), microseconds=microsecond
        )
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    name = text.strip().upper()
    if name in _ZONES:
        return timezone(timedelta(minutes=_ZONES[name]))
    sign = re.search(r"([+-])(\d{1,2}):?(\d\d)?$", name)
    if not sign:
        return None
    minutes = int(sign[2]) * 60 + int(sign[3] or 0)
    if minutes > 14 * 60:
        return None
    return timezone(timedelta(minutes=-minutes if sign[1] == "-" else minutes))


def _month(name: str) -> int:
    name = name.lower()
    return next((_MONTHS[name[:n]] for n in (5, 4, 3) if name[:n] in _MONTHS), 0)


def _full_year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 70 else 1900)
