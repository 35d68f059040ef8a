"""What one language brings to the simulated press: its words, its kinds of story, its dates and small print."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from .grammar import Grammar

_FILES = {"en": "english.toml", "de": "german.toml", "fr": "french.toml", "ja": "japanese.toml"}


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
    """Vocabulary; its rules `context`, `quote`, `outlook`, `subheading`, `point`, `caption` serve every beat."""

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

    spaced: bool
    """False for a script without spaces between words."""

    def date_in_words(self, year: int, month: int, day: int) -> str:
        """A day as this language's press writes it."""
        return self.long_date.format(
            day=day, ordinal=f"{day}{_ordinal(day)}", month=self.months[month - 1], number=month, year=year
        )


@cache
def tongue(code: str) -> Tongue:
    """The language with that tag: en, de, fr or ja."""
    text = files(__package__).joinpath(_FILES[code]).read_text("utf-8")
    given = tomllib.loads(text)
    rules = {name: tuple(templates) for name, templates in given.pop("rules").items()}
    beats = tuple(_beat(beat) for beat in given.pop("beats"))
    months = tuple(given.pop("months"))
    return Tongue(grammar=Grammar(rules, english=code == "en"), beats=beats, months=months, **given)


def _beat(given: Mapping[str, Any]) -> Beat:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    return Beat(**values)


def _ordinal(day: int) -> str:
    if 10 < day < 14:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
