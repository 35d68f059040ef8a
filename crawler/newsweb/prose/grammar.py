"""Sentences from templates: `{rule}` draws from a vocabulary, `[this|that]` chooses on the spot."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import TypeVar

_TOKEN = re.compile(r"[\[\]|]|\{\w+\}|[^\[\]|{}]+")
_WRONG_ARTICLE = re.compile(r"\b([Aa]) (?=(?!euro|Euro|uni|Uni|one|use|us-|US|UK|UN)[aeiouAEIO])")


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a word that the cast of the story or the vocabulary fills."""

    rule: str
    """Name of the rule."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Several wordings, one of which is taken."""

    wordings: tuple[tuple[Part, ...], ...]
    """Each a sequence of parts."""


Part = str | Slot | Choice
Picked = TypeVar("Picked")


def pick(rng: Random, items: Sequence[Picked]) -> Picked:
    """One of *items*; three times as fast as `Random.choice`, and fair enough for words."""
    return items[int(rng.random() * len(items))]


def dice(*key: object) -> Random:
    """A source of numbers that depends on *key* alone, the same in every process and Python version."""
    return Random(repr(key))  # noqa: S311 - it makes texts, not secrets


@dataclass(frozen=True, slots=True)
class Grammar:
    """The vocabulary of one language."""

    rules: Mapping[str, Sequence[str]]
    """Templates by the name of their rule."""

    english: bool = False
    """True: "a" before a vowel becomes "an"."""

    def say(self, template: str, rng: Random, cast: Mapping[str, str], words: Random | None = None) -> str:
        """The template written out: *cast* first, then the rules, first letter upper case.

        *rng* chooses the wordings; *words*, where it is given, fills the slots: two texts with the same *rng* and
        other *words* follow one pattern.
        """
        out: list[str] = []
        self._write(_parse(template), rng, words or rng, cast, out)
        text = "".join(out)
        if self.english:
            text = _WRONG_ARTICLE.sub(r"\1n ", text)
        return text[:1].upper() + text[1:]

    def draw(self, rule: str, rng: Random, cast: Mapping[str, str], words: Random | None = None) -> str:
        """One wording of *rule*."""
        return self.say(pick(rng, self.rules[rule]), rng, cast, words)

    def word(self, rule: str, rng: Random) -> str:
        """One wording of *rule* as it stands inside a sentence."""
        out: list[str] = []
        self._write((Slot(rule),), rng, rng, {}, out)
        return "".join(out)

    def _write(
        self, parts: tuple[Part, ...], rng: Random, words: Random, cast: Mapping[str, str], out: list[str]
    ) -> None:
        for part in parts:
            if isinstance(part, str):
                out.append(part)
            elif isinstance(part, Choice):
                self._write(pick(rng, part.wordings), rng, words, cast, out)
            elif part.rule in cast:
                out.append(cast[part.rule])
            else:
                self._write(_parse(pick(words, self.rules[part.rule])), words, words, cast, out)


@cache
def _parse(template: str) -> tuple[Part, ...]:
    tokens = _TOKEN.findall(template)
    assert "".join(tokens) == template, template
    parts, rest = _sequence(tokens, 0)
    assert rest == len(tokens), template
    return parts


def _sequence(tokens: list[str], at: int) -> tuple[tuple[Part, ...], int]:
    """Parts from *at* up to a `|`, a `]` or the end, and the place of that."""
    parts: list[Part] = []
    while at < len(tokens) and tokens[at] not in "|]":
        piece = tokens[at]
        if piece[0] == "[":
            choice, at = _choice(tokens, at + 1)
            parts.append(choice)
        else:
            parts.append(Slot(piece[1:-1]) if piece[0] == "{" else piece)
        at += 1
    return tuple(parts), at


def _choice(tokens: list[str], at: int) -> tuple[Choice, int]:
    """The choice that begins at *at*, and the place of its closing bracket."""
    wordings = []
    while True:
        wording, at = _sequence(tokens, at)
        wordings.append(wording)
        if tokens[at] == "]":
            return Choice(tuple(wordings)), at
        at += 1
