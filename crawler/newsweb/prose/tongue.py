"""What one language brings to the simulated press: its words, its kinds of story, its dates and small print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .grammar import Grammar


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """A kind of story, such as an appointment or an approval."""

    name: str
    """One word."""

    section: str
    """Key of the section it appears in: pharma, biotech, medtech or health."""

    headlines: tuple[str, ...]
    """Templates."""

    standfirsts: tuple[str, ...]
    """Templates."""

    openings: tuple[str, ...]
    """Templates of the first paragraph."""

    details: tuple[str, ...]
    """Templates of sentences that belong to this kind of story alone."""

    keywords: tuple[str, ...]
    """Topics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """One language of the simulated press."""

    code: str
    """Language tag."""

    grammar: Grammar
    """Vocabulary; its rules `context`, `quote`, `outlook`, `subheading`, `point`, `caption`, `intro` serve every beat."""

    beats: tuple[Beat, ...]
    """Kinds of story."""

    sections: Mapping[str, str]
    """Name of each section by its key."""

    months: tuple[str, ...]
    """Names of the months, January first."""

    long_date: str
    """Format of a date in words, with {day}, {ordinal}, {month}, {number} and {year}."""

    words: Mapping[str, str]
    """Small print of pages: home, login, share, tags, jobs, newsletter, …"""

    spaced: bool = True
    """False for a script without spaces between words."""

    def date_in_words(self, year: int, month: int, day: int) -> str:
        """A day as this language's press writes it."""
        return self.long_date.format(
            day=day, ordinal=f"{day}{_ordinal(day)}", month=self.months[month - 1], number=month, year=year
        )


def _ordinal(day: int) -> str:
    if 10 < day < 14:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
