"""What changed between two texts, word by word, to be shown side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

MAX_WORDS = 1500
"""Words up to which two paragraphs are compared word by word; longer ones differ as a whole."""

MAX_PARAGRAPHS = 1000
"""Paragraphs of each text that are compared; what stands behind them is left out."""

_WORDS = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")

ALIKE = 0.4
"""Share of words in common, in order, below which two paragraphs are others rather than one that was changed."""

Part = tuple[str, bool]
"""Some words, and whether the other side lacks them."""


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph as it was and as it is; one of them is empty where the other was put in or taken out."""

    before: tuple[Part, ...]
    """As it was."""

    after: tuple[Part, ...]
    """As it is."""

    changed: bool
    """Whether they differ."""


def word_diff(before: str, after: str) -> list[Row]:
    """The paragraphs of two texts beside one another, with the words that differ.

    >>> [row] = word_diff("One old word.", "One new word.")
    >>> row.before
    (('One ', False), ('old ', True), ('word.', False))
    """
    old, new = _paragraphs(before), _paragraphs(after)
    rows = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            rows += [Row(((text, False),), ((text, False),), changed=False) for text in old[i:j]]
        else:
            rows += [_changed(*pair) for pair in zip_longest(old[i:j], new[k:m], fillvalue="")]
    return rows


def _paragraphs(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()][:MAX_PARAGRAPHS]


def _changed(before: str, after: str) -> Row:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matched = SequenceMatcher(None, old, new, autojunk=False)
    if not (old and new) or max(len(old), len(new)) > MAX_WORDS or matched.ratio() < ALIKE:
        return Row(((before, True),), ((after, True),), changed=True)
    codes = matched.get_opcodes()
    return Row(
        tuple(_parts(old, [(kind, i, j) for kind, i, j, _, _ in codes])),
        tuple(_parts(new, [(kind, k, m) for kind, _, _, k, m in codes])),
        changed=True,
    )


def _parts(words: Sequence[str], codes: list[tuple[str, int, int]]) -> Iterator[Part]:
    for kind, begin, end in codes:
        if begin < end:
            yield "".join(words[begin:end]), kind != "equal"
