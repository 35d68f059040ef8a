"""Dates as pages write them, in numbers and in words of many languages, as ISO 8601. Pure: no clock, no locale.

`machine_date` reads what is meant for machines (JSON-LD, `<meta>`, `datetime`); `dates_in` finds dates in visible text.
A time of day is kept where the text gives its offset from UTC, so that a date is either a day or an instant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime

from pipelines.words.months import (
    ABOUT,
    AGO_AFTER,
    AGO_BEFORE,
    ALONE,
    DAYS_AGO,
    ERAS,
    MONTHS,
    MONTHS_OF_LANGUAGE,
    NUMBERS,
    PERSIAN_MONTHS,
    TWICE,
    UNITS,
)
from pipelines.zones import east, is_zone, with_zone

FIRST_YEAR = 1900
_LONGEST_RELATIVE = 80
MAX_TEXT = 400
"""Letters of one line in which dates are looked for."""

_ISO = re.compile(
    r"\s*(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(?:(Z|UTC|GMT)|([+-]\d{1,2}):?(\d{2})?(?::\d\d)?)?)?\s*",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d))?(Z?))?")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?")
_JS_DATE = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4})")
_UNIX_DATE = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d:\d\d:\d\d) ([A-Z]{1,5}|[+-]\d{4}) (\d{4})")

_YEAR_FIRST = re.compile(r"(?<![\d.,/-])((?:19|20)\d\d)\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<![\d.,/-])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d/])")
_CJK = re.compile(
    r"(?:(令和|平成|昭和|民國|民国)\s*)?(\d{1,4}|元)\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号號]?"
)
_CJK_WITHOUT_YEAR = re.compile(r"(?<![\d年년./-])(?<![年년] )(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号號]")
_CJK_AGO = re.compile(
    r"(?<![\d年월月년.])(\d{1,3})\s*("
    + "|".join(sorted((word for word in UNITS if word[0] > "\u3000"), key=len, reverse=True))
    + r")\s*[前전]"
)
_VIETNAMESE = re.compile(r"(\d{1,2}) tháng (\d{1,2})(?:,| năm|, năm)? (\d{4})", re.IGNORECASE)
_PERSIAN = re.compile(rf"(\d{{1,2}}) ({'|'.join(PERSIAN_MONTHS)})(?: ماه)?،? (1[34]\d\d)(?!\d)")
_PERSIAN_NUMBERS = re.compile(r"(?<![\d/.-])(1[34]\d\d)([/-])(\d{1,2})\2(\d{1,2})(?![\d/-])")
_DIGIT = re.compile(r"\d")
_MARKS = "\u0e31-\u0e4e\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09cd\u0bbe-\u0bcd"
"""Vowel signs, which stand inside words of Thai, Hindi, Bengali and Tamil."""
_TOKEN = re.compile(rf"\d+|(?:[^\W\d]|[{_MARKS}])+")
_WORD = re.compile(rf"\d+|(?:[^\W\d]|[{_MARKS}])+(?:['-][^\W\d]+)*")
_TIME = re.compile(
    r"(?<![\d.:])([01]?\d|2[0-3])[:.hH]([0-5]\d)(?::[0-5]\d)?(?![\d])\s*([ap]\.?\s?m\b\.?)?\s*(?:uhr|hrs?|h\b)?"
    r"\s*\(?\s*(?:(?:UTC|GMT)\s*([+-])\s*(\d{1,2}):?(\d{2})?|(?<=\s)([+-])(\d\d)(:?)([0-5]\d)(?![\d:])|([A-Z]{1,5})\b)?",
    re.IGNORECASE,
)
_SURE_TIME = re.compile(r"\d:\d\d|uhr|\dh\d", re.IGNORECASE)
"""What 10.30 is not: it may be an amount as well."""

_DIGITS = {
    ord(c): str(i)
    for d in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯", "０１２３４５６７８９", "๐๑๒๓๔๕๖๗๘๙")
    for i, c in enumerate(d)
}
_TWO_WORDS = (
    "كانون الثاني",
    "كانون الأول",
    "تشرين الأول",
    "تشرين الثاني",
    "mis à jour",
    "mise à jour",
    "i dag",
    "i går",
    "il y a",
    "yang lalu",
)
_BETWEEN = frozenset(
    [
        "de",
        "del",
        "di",
        "do",
        "da",
        "of",
        "the",
        "d",
        "den",
        "dem",
        "le",
        "el",
        "a",
        "o",
        "th",
        "st",
        "nd",
        "rd",
        "er",
        "º",
        "ª",
        "m",
        "gada",
        "م",
        "ה",
    ]
)
_THAI_ABBREVIATIONS = re.compile(r"([ก-๎])\.([ก-ฮ])\.")


@dataclass(frozen=True, slots=True)
class Written:
    """A date found in a text."""

    iso: str
    """The day, or day, time and offset, in ISO 8601."""

    start: int
    """Where in the text it begins."""

    end: int
    """Where it ends."""

    sure: bool = True
    """False where day and month could be the other way about, the year was not given or it is relative."""

    is_numeric: bool = False
    """Whether it is written as day, month and year in figures."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What is known of how a page writes dates."""

    today: date
    """The day of the capture; no date is later than two days behind it."""

    now: datetime
    """The instant of the capture, for relative dates."""

    day_first: bool = True
    """Whether 3/4/2018 is in April."""

    language: str = ""
    """Language of the page, lower case."""

    zone: tzinfo | None = None
    """In which zone its times without one are; None when that is unknown, and they are left out."""

    country: str = ""
    """Two letters of the country that it is for, where that is known: CST and IST are other zones in another one."""


def machine_date(text: str, habits: Habits) -> str:
    """ISO 8601 of a date written for machines; empty when it is none, or cannot be.

    >>> habits = Habits(date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC))
    >>> machine_date("2018-06-18T09:30:00.000+0200", habits), machine_date("18/06/2018", habits)
    ('2018-06-18T09:30:00+02:00', '2018-06-18')
    """
    text = text.strip()[:100].translate(_DIGITS)
    found = _ISO.match(text)
    if found:
        return _iso_date(found, text, habits)
    if text[:1].isdigit():
        compact = _COMPACT.fullmatch(text)
        if compact:
            return _kept(_built(*map(int, compact.group(1, 2, 3))), habits)
        if _EPOCH.fullmatch(text):
            return _kept(_of_epoch(text), habits)
    return _of_mail_or_script(text, habits) or next((w.iso for w in dates_in(text, habits)), "")


def dates_in(text: str, habits: Habits) -> Iterator[Written]:
    """The dates that stand in a line of text, in order; each kind of notation in its turn.

    >>> habits = Habits(date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC))
    >>> [w.iso for w in dates_in("Posted on Monday, 18th June 2018, updated June 20, 2018", habits)]
    ['2018-06-18', '2018-06-20']
    """
    text = text[:MAX_TEXT]
    is_foreign = not text.isascii()
    if is_foreign:
        text = text.translate(_DIGITS)
    if _DIGIT.search(text):
        found = [*_cjk(text, habits), *_in_numbers(text, habits)]
        if not found and (is_foreign or habits.language[:2] in _WITH_SOLAR_HIJRI):
            found = [*_of_other_order(text, habits)]
        found = found or [*_in_words(text, habits)]
        if found:
            yield from sorted(found, key=lambda w: w.start)
            return
    if len(text) <= _LONGEST_RELATIVE:
        yield from _relative(text, habits)


def _iso_date(found: re.Match[str], text: str, habits: Habits) -> str:
    year, month, day, hour, minute, second, zulu, offset, offset_minutes = found.groups()
    built = _built(int(year), int(month), int(day))
    if not _kept(built, habits):
        # 2018-18-06 is written where days come first
        return _kept(_built(int(year), int(day), int(month)), habits) if int(month) > 12 else ""
    if hour is None:
        return built
    time = int(hour), int(minute), int(second or 0)
    if zulu or offset:
        return _instant(built, time, 0 if zulu else _minutes_east(offset[0], offset[1:], offset_minutes)) or built
    zone = _ZONE_BEHIND.match(text, found.end())
    return _in_zone(built, time, zone[1], habits) if zone and is_zone(zone[1]) else _local(built, time, habits)


_ZONE_BEHIND = re.compile(r"\s*([A-Z]{2,4})\b")

_Time = tuple[int, int, int]
"""Hour, minute and second."""


def _minutes_east(sign: str, hours: str, minutes: str | None) -> int:
    return (-1 if sign == "-" else 1) * (int(hours) * 60 + int(minutes or 0))


def _at(day: str, time: _Time) -> datetime | None:
    hour, minute, second = time
    try:
        return datetime.fromisoformat(day).replace(hour=hour, minute=minute, second=second)
    except ValueError:
        return None


def _instant(day: str, time: _Time, minutes_east: int) -> str:
    """Day and time as ISO 8601 with offset; empty when there is no such time."""
    when = _at(day, time)
    try:
        return when.replace(tzinfo=east(minutes_east)).isoformat() if when else ""
    except ValueError:
        return ""


def _in_zone(day: str, time: _Time, name: str, habits: Habits) -> str:
    """Day and time in the zone of that abbreviation; the day alone where it may be one of several."""
    when = _at(day, time)
    zoned = with_zone(when, name, habits.country, habits.zone) if when else None
    return zoned.isoformat() if zoned else day


def _local(day: str, time: _Time, habits: Habits) -> str:
    """Day and time in the zone of the site; the day alone where that is unknown, or there is no such time."""
    when = _at(day, time)
    return when.replace(tzinfo=habits.zone).isoformat() if when and habits.zone else day


def _of_epoch(text: str) -> str:
    seconds = float(text)
    if seconds > 1e11:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _of_mail_or_script(text: str, habits: Habits) -> str:
    script = _JS_DATE.match(text)
    if script:
        text = f"{script[2]} {script[1]} {script[3]} {script[4]} {script[5]}"
    unix = _UNIX_DATE.match(text)
    if unix:
        text = f"{unix[2]} {unix[1]} {unix[5]} {unix[3]} {unix[4]}"
    if not (text[:1].isdigit() or text[3:5] == ", ") or _COLON_OFFSET.search(text):
        return ""
    name = _ZONE_AT_END.search(text)
    zone = name[1] if name and is_zone(name[1]) else ""
    try:
        when = parsedate_to_datetime(text[: -len(zone)] if zone else text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""
    if when.tzinfo is None:
        day = _kept(when.date().isoformat(), habits)
        time = when.hour, when.minute, when.second
        if not day or _SURE_TIME.search(text) is None:
            return day
        return _in_zone(day, time, zone, habits) if zone else _local(day, time, habits)
    try:
        return _kept(when.isoformat(timespec="seconds"), habits)
    except ValueError:
        return ""


_COLON_OFFSET = re.compile(r"\d [+-]\d\d:\d\d$")
"""An offset that mail does not write so, and that its reader would leave out."""
_ZONE_AT_END = re.compile(r"\d ([A-Z]{1,5})$")


def _built(year: int, month: int, day: int) -> str:
    """The day as ISO 8601; empty when there is no such day."""
    if 2440 < year < 2640:
        year -= 543  # Buddhist era
    if not FIRST_YEAR <= year <= 2100:
        return ""
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _kept(iso: str, habits: Habits) -> str:
    """*iso*, empty when it lies behind the capture or is the epoch that stands for nothing."""
    if not iso or iso.startswith("1970-01-01") or iso[:4] < str(FIRST_YEAR):
        return ""
    return iso if date.fromisoformat(iso[:10]) <= habits.today + timedelta(days=2) else ""


def _full_year(year: str, habits: Habits) -> int:
    if len(year) > 2:
        return int(year)
    century = 2000 + int(year)
    return century if century <= habits.today.year + 1 else century - 100


def _cjk(text: str, habits: Habits) -> Iterator[Written]:
    for found in _CJK.finditer(text) if "年" in text or "년" in text else ():
        era, year, month, day = found.groups()
        number = 1 if year == "元" else int(year)
        if era:
            number += ERAS[era]
        elif number < 100:
            number += 2000
        yield from _built_of(found, (number, int(month), int(day)), text, habits)
    for found in _CJK_WITHOUT_YEAR.finditer(text) if "月" in text or "월" in text else ():
        iso = _last_such_day(int(found[1]), int(found[2]), habits)
        if iso:
            yield Written(_timed(iso, text, found.start(), found.end(), habits), found.start(), found.end(), sure=False)


def _built_of(found: re.Match[str], day: tuple[int, int, int], text: str, habits: Habits) -> Iterator[Written]:
    """The date of year, month and day, with the time beside it, where there is such a day."""
    iso = _kept(_built(*day), habits)
    if iso:
        yield Written(_timed(iso, text, found.start(), found.end(), habits), found.start(), found.end())


def _of_other_order(text: str, habits: Habits) -> Iterator[Written]:
    """Dates of Vietnamese, which counts the months, and of the Solar Hijri calendar of Iran and Afghanistan."""
    for found in _VIETNAMESE.finditer(text):
        yield from _built_of(found, (int(found[3]), int(found[2]), int(found[1])), text, habits)
    for found in _PERSIAN.finditer(text):
        day = _solar_hijri(int(found[3]), PERSIAN_MONTHS.index(found[2]) + 1, int(found[1]))
        yield from _built_of(found, day, text, habits)
    if habits.language[:2] in _WITH_SOLAR_HIJRI:
        for found in _PERSIAN_NUMBERS.finditer(text):
            yield from _built_of(found, _solar_hijri(int(found[1]), int(found[3]), int(found[4])), text, habits)


_WITH_SOLAR_HIJRI = ("fa", "ps")
_SOLAR_MONTHS = (31,) * 6 + (30,) * 5
_SOLAR_LEAP_YEARS = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
"""Of a cycle of 33 years: right for all years from 1178 to 1633, in which 1397 began on 21 March 2018."""
_CYCLE, _SOME_YEAR, _ITS_BEGIN = 33, 1397, date(2018, 3, 21)


def _solar_hijri(year: int, month: int, day: int) -> tuple[int, int, int]:
    """Year, month and day of the Gregorian calendar; a day that there is not is month 0."""
    months = (*_SOLAR_MONTHS, 29 + (year % _CYCLE in _SOLAR_LEAP_YEARS))
    if not (1 <= month <= len(months) and 1 <= day <= months[month - 1]):
        return year, 0, 0
    years = range(min(year, _SOME_YEAR), max(year, _SOME_YEAR))
    days = sum(365 + (y % _CYCLE in _SOLAR_LEAP_YEARS) for y in years) * (1 if year > _SOME_YEAR else -1)
    then = _ITS_BEGIN + timedelta(days=days + sum(months[: month - 1]) + day - 1)
    return then.year, then.month, then.day


def _in_numbers(text: str, habits: Habits) -> Iterator[Written]:
    for found in _YEAR_FIRST.finditer(text):
        year, _, month, day = found.groups()
        iso = _kept(_built(int(year), int(month), int(day)), habits)
        if iso:
            yield _with_time(iso, text, found, habits)
    for found in _YEAR_LAST.finditer(text):
        yield from _year_last(found, text, habits)


def _year_last(found: re.Match[str], text: str, habits: Habits) -> Iterator[Written]:
    """The date of 3/4/2018: day or month first by the habits, the other way about where that gives no day."""
    first, mark, second, written_year = int(found[1]), found[2], int(found[3]), found[4]
    if text[found.end() : found.end() + 1] == ":":
        written_year = written_year[:2]  # 28.09.1912:44 is written on forums for 28.09.19 12:44
    year = _full_year(written_year, habits)
    day_first = habits.day_first or mark == "."
    orders = [(second, first), (first, second)] if day_first else [(first, second), (second, first)]
    for month, day in orders:
        iso = _kept(_built(year, month, day), habits)
        if iso:
            sure = first > 12 or second > 12 or first == second or mark == "."
            yield _with_time(iso, text, found, habits, sure=sure)
            return


def _with_time(iso: str, text: str, found: re.Match[str], habits: Habits, *, sure: bool = True) -> Written:
    return Written(
        _timed(iso, text, found.start(), found.end(), habits), found.start(), found.end(), sure, is_numeric=True
    )


def _timed(iso: str, text: str, start: int, end: int, habits: Habits) -> str:
    """The day with the time that stands beside it, where that has a zone, or the site has one."""
    time = _TIME.search(text, end, min(end + 30, len(text))) or _TIME.search(text, max(0, start - 35), start)
    if not time:
        return iso
    hour, minute, half, sign, hours, minutes, bare_sign, bare_hours, colon, bare_minutes, zone = time.groups()
    if bare_sign == "-" and colon and f"{bare_hours}:{bare_minutes}" > f"{hour:0>2}:{minute}":
        return iso  # 9:30 -12:30 may be from one time to another
    clock = int(hour) % 12 + (12 if half[0] in "pP" else 0) if half else int(hour), int(minute), 0
    if hours or bare_sign:
        return (
            _instant(iso, clock, _minutes_east(sign or bare_sign, hours or bare_hours, minutes or bare_minutes)) or iso
        )
    if zone and zone.isupper() and is_zone(zone):
        return _in_zone(iso, clock, zone, habits)
    is_time = bool(half) or _SURE_TIME.search(time[0]) is not None
    return _local(iso, clock, habits) if is_time else iso


_MAY_BE_AN_HOUR = re.compile(r"\d\d?")
_A_MONTH = re.compile("|".join(sorted({name[:3] for name in MONTHS if name.isascii()})))


def _in_words(text: str, habits: Habits) -> Iterator[Written]:
    shown = text
    text = _joined_words(text.lower())
    if len(shown) != len(text):
        shown = text  # names of zones are in capitals, which stand elsewhere in it
    if not _A_MONTH.search(text) and text.isascii():
        return
    tokens = [(m[0], m.start(), m.end()) for m in _TOKEN.finditer(text)]
    # the short number before a colon is an hour
    words = [":" if text[end : end + 1] == ":" and _MAY_BE_AN_HOUR.fullmatch(word) else word for word, _, end in tokens]
    own = MONTHS_OF_LANGUAGE.get(habits.language[:2], {})
    for i, word in enumerate(words):
        month = own.get(word) or MONTHS.get(word)
        if month:
            found = _around_month(words, i, month, habits)
            if found:
                iso, first, last, sure = found
                start, end = tokens[first][1], tokens[last][2]
                yield Written(_timed(iso, shown, start, end, habits), start, end, sure)


def _joined_words(text: str) -> str:
    for phrase in _TWO_WORDS:
        if phrase in text:
            text = text.replace(phrase, phrase.replace(" ", "_"))
    return _THAI_ABBREVIATIONS.sub(r"\1\2", text) if "." in text else text


def _around_month(words: list[str], at: int, month: int, habits: Habits) -> tuple[str, int, int, bool] | None:
    """The date around the month at *at*: day month year, month day year, year month day, or day and month alone."""
    before, after = _neighbour(words, at, -1), _neighbour(words, at, 1)
    day_before, day_after = _as_day(words, before), _as_day(words, after)
    if day_before:
        year = _as_year(words, after, habits)
        if year:
            return _dated((year, month, day_before), before, after, habits)
        first = _neighbour(words, before, -1)
        year = _as_year(words, first, habits)
        if year and len(words[first]) == 4:
            return _dated((year, month, day_before), first, at, habits)
    if day_after:
        behind = _neighbour(words, after, 1)
        year = _as_year(words, behind, habits)
        if year and len(words[behind]) == 4:
            return _dated((year, month, day_after), at, behind, habits)
        year = _as_year(words, before, habits)
        if year and len(words[before]) == 4:
            return _dated((year, month, day_after), before, after, habits)
    return _without_year(month, day_before or day_after, min(at, before if day_before else at), at, habits)


def _dated(day: tuple[int, int, int], first: int, last: int, habits: Habits) -> tuple[str, int, int, bool] | None:
    iso = _kept(_built(*day), habits)
    return (iso, first, last, True) if iso else None


def _without_year(month: int, day: int, first: int, last: int, habits: Habits) -> tuple[str, int, int, bool] | None:
    """Day and month alone: the last such day before the capture."""
    iso = _last_such_day(month, day, habits) if day else ""
    return (iso, first, last, False) if iso else None


def _last_such_day(month: int, day: int, habits: Habits) -> str:
    """That day in the year of the capture, or in the year before where it lies behind it; empty when there is none."""
    for year in (habits.today.year, habits.today.year - 1):
        iso = _built(year, month, day)
        if iso and date.fromisoformat(iso) <= habits.today:
            return iso
    return ""


def _neighbour(words: list[str], at: int, step: int) -> int:
    """The next word in a direction that is no particle such as `de`, `of` or `th`; -1 at the end."""
    at += step
    while 0 <= at < len(words) and words[at] in _BETWEEN:
        at += step
    return at if 0 <= at < len(words) else -1


def _as_day(words: list[str], at: int) -> int:
    word = words[at] if at >= 0 else ""
    return int(word) if word.isdecimal() and len(word) <= 2 and 1 <= int(word) <= 31 else 0


def _as_year(words: list[str], at: int, habits: Habits) -> int:
    word = words[at] if at >= 0 else ""
    if not word.isdecimal() or len(word) not in {2, 4}:
        return 0
    return _full_year(word, habits) if len(word) == 2 else int(word)


def _relative(text: str, habits: Habits) -> Iterator[Written]:
    """Dates counted from the capture: "3 hours ago", "vor einer Stunde", "gestern", "3時間前"."""
    ago = _CJK_AGO.search(text) if not text.isascii() else None
    if ago:
        yield Written(_before(habits, int(ago[1]), UNITS[ago[2]]), ago.start(), ago.end(), sure=False)
        return
    found = list(_WORD.finditer(_joined_words(text.lower().replace("’", "'"))))
    words = [m[0] for m in found]
    for i, word in enumerate(words):
        if word in DAYS_AGO and len(words) <= 6:
            day = habits.today - timedelta(days=DAYS_AGO[word])
            yield Written(day.isoformat(), found[i].start(), found[i].end(), sure=False)
            return
        if word in UNITS or word in ALONE or word in TWICE:
            count, first, last = _length_ago(words, i)
            if count:
                unit = UNITS.get(word) or ALONE.get(word) or TWICE[word]
                yield Written(_before(habits, count, unit), found[first].start(), found[last].end(), sure=False)
                return


def _length_ago(words: list[str], at: int) -> tuple[int, int, int]:
    """How many of the unit at *at* lie between then and now, and the first and last word that say so; 0 for none."""
    first, count = at, 2 if words[at] in TWICE else int(words[at] in ALONE)
    if at and (number := _as_number(words[at - 1])):
        first, count = at - 1, number
    before = first - 1 - (first > 1 and words[first - 1] in ABOUT)
    if before >= 0 and words[before] in AGO_BEFORE:
        return count, before, at
    is_ago = at + 1 < len(words) and words[at + 1] in AGO_AFTER
    return (count if is_ago else 0), first, at + 1


def _as_number(word: str) -> int:
    if word.isdecimal():
        return int(word) if len(word) < _DIGITS_OF_A_YEAR else 0
    return NUMBERS.get(word, 0)


_DIGITS_OF_A_YEAR = 4
_LENGTHS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.44, "year": 365.25}


def may_be_relative(text: str) -> bool:
    """Whether *text* has a word for a day or a length of time that is counted from the capture; a cheap question."""
    return not _OF_RELATIVE.isdisjoint(text.lower().replace("’", "'").split())


_OF_RELATIVE = UNITS.keys() | ALONE.keys() | TWICE.keys()


def _before(habits: Habits, count: int, unit: str) -> str:
    then = habits.now - timedelta(days=min(count * _LENGTHS[unit], 36500))
    return then.isoformat(timespec="seconds") if unit in {"minute", "hour"} else then.date().isoformat()
