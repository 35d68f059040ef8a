"""The lines around a headline: what stands just above it and between it and the body, where bylines and dates are."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from pipelines.blocks import TAGS, Blocks
from pipelines.finding import plain
from pipelines.page import Page
from pipelines.vocabulary import HINT_BIT

ABOVE = 6
BELOW = 14
LONGEST = 400
"""Letters of a line; what is longer is a paragraph."""

_H1 = TAGS.index("h1")
_SLACK = 20
_LEVELS = 4
"""Elements around a line whose names are taken as its own."""


class Line(NamedTuple):
    """One block of text near the headline; a tuple, because each reader of a field makes a dozen of a page."""

    text: str
    """Its text, folded."""

    distance: int
    """Blocks from the headline: negative above it."""

    tag: str
    """The block-level element that it stands in, as in `pipelines.blocks.TAGS`."""

    hints: int
    """`HINT_BIT` of its own names and those of the three elements around it."""

    near_hints: int
    """`HINT_BIT` of its inline elements and its innermost element alone."""

    link_share: float
    """How much of it is links, from 0 to 1."""

    block: int
    """Its place in the page's blocks."""

    def hints_at(self, *kinds: str) -> bool:
        """Whether its names, or those around it, hint at one of *kinds*."""
        return self.hints & _bits_of(kinds) != 0

    def is_named(self, *kinds: str) -> bool:
        """Whether its own names hint at one of *kinds*."""
        return self.near_hints & _bits_of(kinds) != 0


@cache
def _bits_of(kinds: tuple[str, ...]) -> int:
    """The bits of all *kinds*, of which the code asks for a dozen."""
    return sum(HINT_BIT[kind] for kind in set(kinds))


def headline_block(page: Page, headline: str) -> int:
    """The block that shows *headline*: an `<h1>` of that text, else the first block of it; -1 when none does."""
    wanted = plain(headline).replace(" ", "")
    blocks = page.blocks
    first = -1
    if len(wanted) < 3:
        return -1
    for i, text in enumerate(blocks.texts):
        if abs(len(text) - len(headline)) < _SLACK and plain(text).replace(" ", "") == wanted:
            if blocks.tags[blocks.elements[i]] == _H1 or _in_h1(blocks, i):
                return i
            first = i if first < 0 else first
    if first < 0:
        first = next(
            (i for i, e in enumerate(blocks.elements) if blocks.tags[e] == _H1 and len(blocks.texts[i]) > 15), -1
        )
    return first


def is_shown(page: Page, text: str) -> bool:
    """Whether a block of *page* is *text*, or begins or ends with it."""
    squeezed = plain(text).replace(" ", "")
    first, last = text[:12], text[-12:]
    return any(
        (first in shown or last in shown) and squeezed in plain(shown).replace(" ", "")
        for shown in page.blocks.texts
        if len(shown) < len(text) + 120
    )


def lines_around(page: Page, at: int) -> Iterator[Line]:
    """The short lines from `ABOVE` blocks before the block *at* to `BELOW` blocks behind it, that one left out."""
    blocks = page.blocks
    for i in range(max(0, at - ABOVE), min(len(blocks.texts), at + BELOW + 1)):
        if i != at and len(blocks.texts[i]) <= LONGEST:
            yield line_of(blocks, i, i - at)


def line_of(blocks: Blocks, i: int, distance: int) -> Line:
    """The block *i* as a line."""
    element = blocks.elements[i]
    near = hints = blocks.inline_hints[i] | (blocks.hints[element] if element >= 0 else 0)
    tag = TAGS[blocks.tags[element]] if element >= 0 else ""
    for _ in range(_LEVELS - 1):
        element = blocks.parents[element] if element >= 0 else -1
        if element < 0:
            break
        hints |= blocks.hints[element]
    text = blocks.texts[i]
    return Line(text, distance, tag, hints, near, blocks.link_letters[i] / max(len(text), 1), i)


def _in_h1(blocks: Blocks, i: int) -> bool:
    element = blocks.elements[i]
    for _ in range(3):
        if element < 0:
            return False
        if blocks.tags[element] == _H1:
            return True
        element = blocks.parents[element]
    return False
