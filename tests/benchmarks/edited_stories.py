"""Histories of articles with planted edits: what is edited makes a revision, what stands around the text never does.

Each history is five captures of one page in one of the mark-ups of `seed_shape`. Two of the changes between them edit
the text (a figure, a name, the headline, a note of correction, a sentence); three times boxes, adverts, counts of
comments and dates relative to the capture change, once of them together with an edit.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random

from archive.edits import edits_of
from archive.index import Catalog
from archive.warc_read import CapturedRecord
from crawler.bindings import default_reader
from crawler.newsweb.prose.grammar import dice
from crawler.newsweb.prose.story import make_brief, write_story
from crawler.newsweb.prose.tongue import tongue
from crawler.newsweb.seed_shape import Surroundings, seed_markups
from tests.archive.catalogs import EPOCH, capture

HISTORIES = 200
MARKUPS = ("soup", "wrapped", "tables", "modern", "microdata")


@dataclass(frozen=True, slots=True)
class Story:
    """What of a page its editors change."""

    headline: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class History:
    """One page over time."""

    pages: tuple[str, ...]
    """The page at each capture."""

    edited_at: tuple[int, ...]
    """The captures that are the first to show an edit."""

    kinds: tuple[str, ...]
    """The kind that each of the two edits must have."""

    markup: str
    """Name of the mark-up."""


def history(seed: int, number: int) -> History:
    """The history of that number."""
    rng = dice("history", seed, number)
    brief = make_brief(tongue("en"), "history", seed, number, year=2025)
    texts = tuple(block.text for block in write_story(brief) if block.kind == "p" and len(block.text) > 80)
    story = Story(brief.headline, (texts[0], f"{texts[1]} {_SENTENCE}", *texts[2:]))
    edits = rng.sample(sorted(_EDITS), 2)
    edited_at = sorted(rng.sample(range(1, 5), 2))
    moved_at = {*({1, 2, 3, 4} - set(edited_at)), rng.choice(edited_at)}
    markup, pages, around = MARKUPS[number % len(MARKUPS)], [], 0
    for at in range(5):
        if at in edited_at:
            story = _EDITS[edits[edited_at.index(at)]](story)
        around += at in moved_at
        pages.append(_page(story, brief.standfirst, markup, dice("around", seed, number, around)))
    return History(tuple(pages), tuple(edited_at), tuple(edits), markup)


def _page(story: Story, standfirst: str, markup: str, rng: Random) -> str:
    minutes, comments = rng.randint(2, 50), rng.randint(0, 400)
    others = [make_brief(tongue("en"), "other", rng.random(), year=2025).headline for _ in range(6)]
    surroundings = Surroundings(
        before=("Please sign in", "Email address", "Password", f"{rng.randint(2, 90)} readers online"),
        after=(
            ("Most read", tuple(others[:3])),
            (f"{comments} comments", (f"Last comment {minutes} minutes ago", f"Shared {rng.randint(1, 999)} times")),
            ("Advertisement", (f"Save {rng.randint(5, 60)}% on the {others[3][:30]} report",)),
            ("Related articles", tuple(others[4:])),
        ),
    )
    pages = seed_markups(
        story.headline,
        standfirst,
        story.paragraphs,
        "A portrait of the speaker",
        "12th March 2025",
        "Research",
        surroundings,
    )
    return pages[markup]


def _edited(story: Story, old: str, new: str) -> Story:
    return replace(story, paragraphs=tuple(text.replace(old, new) for text in story.paragraphs))


_SENTENCE = "The study enrolled 412 people at hospitals in the region, said Rafael Oduya, who led the work."
_NOTE = "Correction: An earlier version of this article gave the wrong name of a hospital that took part in the study."
_EDITS: dict[str, Callable[[Story], Story]] = {
    "figures": lambda story: _edited(story, "412 people", "421 people"),
    "names": lambda story: _edited(story, "Rafael Oduya", "Rafaela Oduya"),
    "headline": lambda story: replace(story, headline=f"{story.headline}, company says"),
    "correction": lambda story: replace(story, paragraphs=(*story.paragraphs, _NOTE)),
    "wording": lambda story: _edited(story, "who led the work", "whose group did the work"),
}
"""Edits by the kind that they must be told as."""


@dataclass(slots=True)
class Tally:
    """How many histories were told right."""

    histories: int = 0
    """Histories that were read."""

    right: int = 0
    """Those with exactly the two edits, at the right captures, of the right kinds."""

    wrong: list[str] = field(default_factory=list)
    """What was told of the others."""


def measure(count: int, seed: int = 1) -> Tally:
    """Read and fold so many histories."""
    tally, reader = Tally(), default_reader()
    with tempfile.TemporaryDirectory() as folder, Catalog.open(Path(folder) / "catalog.db", reader_id="t") as catalog:
        catalog.connection.execute("pragma synchronous = off")
        for number in range(count):
            planned = history(seed, number)
            url = f"https://www.example.com/news/{number}"
            for hour, page in enumerate(planned.pages):
                seen = capture(url, captured_at=EPOCH + timedelta(hours=hour))
                head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
                catalog.add(seen, reader.read(CapturedRecord(capture=seen, block=head + page.encode())))
            catalog.commit()
            told = [(edit.seen_at[11:13], edit.kinds) for edit in edits_of(catalog.connection, url)]
            wanted = [(f"{at:02}", (kind,)) for at, kind in zip(planned.edited_at, planned.kinds, strict=True)]
            tally.histories += 1
            tally.right += told == wanted
            if told != wanted:
                tally.wrong.append(f"{number} ({planned.markup}): {told} instead of {wanted}")
    return tally


def main() -> None:
    """Print the figure, and what was told of histories that were not right."""
    parser = argparse.ArgumentParser(description="Edits that were found in histories of pages.")
    parser.add_argument("--histories", type=int, default=HISTORIES)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    tally = measure(asked.histories, asked.seed)
    print(f"{tally.right:,} of {tally.histories:,} histories told right: five captures, two edits each")
    print("\n".join(tally.wrong))


if __name__ == "__main__":
    main()
