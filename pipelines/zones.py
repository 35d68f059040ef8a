"""Abbreviations of time zones, which mean what they mean in the country of the page."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from pipelines.words.months import COUNTRY_OF_LANGUAGE, SUMMER_AND_WINTER, ZONES, ZONES_OF_COUNTRIES

_LONGEST_OFFSET = 14 * 60
_AMERICAN = (".gov", ".mil", ".edu")


def country_of(host: str, language: str) -> str:
    """The country of a page, in two letters: by its host, else the region of its language, else that language alone.

    >>> country_of("www.example.ie", "en"), country_of("example.com", "en-in"), country_of("example.com", "zh")
    ('ie', 'in', 'cn')
    """
    ending = host.rpartition(".")[2].lower()
    if len(ending) == len("ie") and ending.isalpha():
        return ending
    if host.lower().endswith(_AMERICAN):
        return "us"
    first, *others = language.lower().replace("_", "-").split("-")
    region = next((part for part in others if len(part) == len("ie")), "")
    return region or COUNTRY_OF_LANGUAGE.get(first, "")


def is_zone(name: str) -> bool:
    """Whether *name* is an abbreviation of a zone, whatever it means."""
    name = name.lower()
    return name in ZONES or name in SUMMER_AND_WINTER or name in ZONES_OF_COUNTRIES


def with_zone(when: datetime, name: str, country: str, zone: tzinfo | None) -> datetime | None:
    """*when* in the zone of an abbreviation: that of the site where it bears the name; None where several may be meant.

    >>> str(with_zone(datetime(2018, 6, 18, 17, 30), "ET", "", None))
    '2018-06-18 17:30:00-04:00'
    """
    name = name.lower()
    if zone is not None and (when.replace(tzinfo=zone).tzname() or "").lower() == name:
        return when.replace(tzinfo=zone)
    if name in SUMMER_AND_WINTER:
        return when.replace(tzinfo=_clock(SUMMER_AND_WINTER[name]))
    minutes = ZONES_OF_COUNTRIES.get(name, {}).get(country, ZONES.get(name))
    return when.replace(tzinfo=east(minutes)) if minutes is not None else None


def east(minutes: int) -> tzinfo:
    """The zone that is so many minutes east of UTC; ValueError where there is none."""
    if abs(minutes) > _LONGEST_OFFSET:
        raise ValueError(minutes)
    return timezone(timedelta(minutes=minutes))


@cache
def _clock(name: str) -> tzinfo:
    return ZoneInfo(name)
