"""A value that a page gives for one field, with its place; and the choice among several, with evidence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from archive.model import Evidence

MAX_RAW = 1_000
_WORD = re.compile(r"\w+")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Finding:
    """One value for one field as one place of a page gives it."""

    value: str
    """The value in the form of `archive.model.Article`; empty when the raw text gives none."""

    raw: str
    """The text as it stands on the page."""

    source: str
    """As in `archive.model.Evidence`."""

    selector: str
    """As in `archive.model.Evidence`."""

    weight: float = 0.0
    """What the reader of the field thinks of the place; means nothing outside of it."""


def evidence_of(field: str, findings: Iterable[Finding], chosen: Finding | None) -> tuple[Evidence, ...]:
    """Evidence for *field*: the *chosen* finding first, then the others, each place once, at most ten."""
    others = [f for f in findings if f is not chosen][:9]
    ordered = ([chosen] if chosen else []) + others
    return tuple(
        Evidence(field=field, source=f.source, selector=f.selector, raw=f.raw[:MAX_RAW], chosen=f is chosen)
        for f in ordered
    )


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """The words of *text* alone, in one case: equal for texts that differ in quotes, dashes, spaces or case.

    >>> plain("“It’s over” – he said")
    'it s over he said'
    """
    text = text[:20_000]
    return " ".join(_WORD.findall(text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()))


def width(text: str) -> float:
    """The letters of *text*; those of Chinese, Japanese and Korean, which say more each, as two and a half.

    >>> width("news"), width("新聞")
    (4.0, 5.0)
    """
    return float(len(text)) if text.isascii() else len(text) + 1.5 * len(_WIDE.findall(text))
