"""Bars for counts over time, as places in a drawing; the templates draw them as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

HEIGHT = 100.0

LEAST_DAYS, LEAST_MONTHS = 30, 12
"""So many bars there are at least, so that one alone does not fill the drawing."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in a drawing as wide as it has bars times ten."""

    x: float
    """Its left edge."""

    y: float
    """Its upper edge."""

    height: float
    """Its height; a count that is not 0 can be seen."""

    label: str
    """What is counted."""

    count: int
    """How much."""


def bars(counts: Sequence[tuple[str, int]]) -> list[Bar]:
    """A bar for each count, the greatest as high as the drawing."""
    most = max((count for _, count in counts), default=0) or 1
    heights = [max(HEIGHT * count / most, 2.0) if count else 0.0 for _, count in counts]
    return [
        Bar(10.0 * n, round(HEIGHT - height, 1), round(height, 1), label, count)
        for n, ((label, count), height) in enumerate(zip(counts, heights, strict=True))
    ]


def every_day(counts: Iterable[tuple[str, int]], most: int) -> list[tuple[str, int]]:
    """The counts with a 0 for each day in between, of the last *most* days up to the last one.

    >>> every_day([("2026-03-01", 2), ("2026-03-03", 1)], 90)[-4:]
    [('2026-02-28', 0), ('2026-03-01', 2), ('2026-03-02', 0), ('2026-03-03', 1)]
    """
    found = {date.fromisoformat(day): count for day, count in counts}
    if not found:
        return []
    last = max(found)
    span = min(max((last - min(found)).days + 1, LEAST_DAYS), most)
    days = [last - timedelta(days=n) for n in reversed(range(span))]
    return [(day.isoformat(), found.get(day, 0)) for day in days]


def every_month(counts: Iterable[tuple[str, int]], most: int) -> list[tuple[str, int]]:
    """The same with months.

    >>> every_month([("2025-12", 2), ("2026-02", 1)], 60)[-4:]
    [('2025-11', 0), ('2025-12', 2), ('2026-01', 0), ('2026-02', 1)]
    """
    found = {int(month[:4]) * 12 + int(month[5:7]) - 1: count for month, count in counts}
    if not found:
        return []
    last = max(found)
    months = range(max(min(*found, last - LEAST_MONTHS + 1), last - most + 1), last + 1)
    return [(f"{month // 12:04}-{month % 12 + 1:02}", found.get(month, 0)) for month in months]
