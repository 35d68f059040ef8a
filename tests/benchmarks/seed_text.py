"""Reads the text of a real page of 2018 from ../shared/seeds into its parts, so that it can be marked up again.

The text is a page as a reader copies it: login form, headline, standfirst, paragraphs with a picture caption among
them, the date in words, `From: SECTION`, and boxes. It is not ours, so it is read when it is needed and never kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crawler.newsweb import Surroundings, seed_markups

SEED = Path(__file__).parents[2].parent / "shared" / "seeds" / "000_07a9c8be63fbbff9.txt"
"""Where the text lies when ../shared is there."""

_DATE = re.compile(r"\d{1,2}(?:st|nd|rd|th) [A-Z][a-z]+ \d{4}")
_LOGIN = re.compile(r"login|logged in|^(?:email|password):", re.IGNORECASE)
_LONGEST_CAPTION = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedText:
    """The parts of such a page."""

    headline: str
    """The headline."""

    standfirst: str
    """The line below it."""

    paragraphs: tuple[str, ...]
    """The text, without the caption."""

    caption: str
    """Caption of the picture."""

    caption_after: int
    """Paragraphs before the picture."""

    date_text: str
    """The date as the page writes it."""

    section: str
    """The section."""

    surroundings: Surroundings
    """What does not belong to the article."""

    @property
    def body(self) -> str:
        """The paragraphs with a blank line between them."""
        return "\n\n".join(self.paragraphs)

    def markups(self) -> dict[str, str]:
        """The page in every mark-up of `seed_markups`."""
        return seed_markups(
            self.headline,
            self.standfirst,
            self.paragraphs,
            self.caption,
            self.date_text,
            self.section,
            self.surroundings,
            caption_after=self.caption_after,
        )


def seed_text(path: Path = SEED) -> SeedText | None:
    """The parts of the page at *path*; None where it is not there, and the caller says so."""
    return parse_seed(path.read_text("utf-8")) if path.exists() else None


def parse_seed(text: str) -> SeedText:
    """The parts of a page of that shape. Raises ValueError for any other text."""
    groups = [[line.strip() for line in group.splitlines()] for group in re.split(r"\n\s*\n", text.strip())]
    first = next(n for n, group in enumerate(groups) if not any(_LOGIN.search(line) for line in group))
    last = next((n for n, group in enumerate(groups) if _DATE.fullmatch(group[0])), -1)
    if last < first + 3 or not groups[last + 1][0].startswith("From: "):
        raise ValueError("no date and section behind the text")
    blocks = [" ".join(group) for group in groups[first + 2 : last]]
    picture = next(n for n, block in enumerate(blocks) if _is_caption(block))
    return SeedText(
        headline=groups[first][0],
        standfirst=groups[first + 1][0],
        paragraphs=(*blocks[:picture], *blocks[picture + 1 :]),
        caption=blocks[picture],
        caption_after=picture,
        date_text=groups[last][0],
        section=groups[last + 1][0].removeprefix("From: "),
        surroundings=Surroundings(
            before=tuple(line for group in groups[:first] for line in group), after=_boxes(groups[last + 2 :])
        ),
    )


def _is_caption(block: str) -> bool:
    return len(block) <= _LONGEST_CAPTION and block[-1].isalnum()


def _boxes(groups: Sequence[Sequence[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Titles stand alone in their group; a group of several lines, or a long one, belongs to the title before it."""
    boxes: list[tuple[str, list[str]]] = []
    for group in groups:
        if len(group) == 1 and len(group[0]) <= _LONGEST_CAPTION:
            boxes.append((group[0], []))
        elif boxes:
            boxes[-1][1].extend(group)
        else:
            raise ValueError("the boxes behind the text begin without a title")
    return tuple((title, tuple(lines)) for title, lines in boxes)
