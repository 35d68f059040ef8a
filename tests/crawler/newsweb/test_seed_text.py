"""Rules of the parser for texts that have the shape of the seed."""

from __future__ import annotations

import pytest

from crawler.newsweb import SEED_SHAPED
from tests.benchmarks.seed_text import SEED, parse_seed, seed_text


def as_copied() -> str:
    """Our own page as a reader would copy it."""
    paragraphs = [*SEED_SHAPED.paragraphs]
    paragraphs.insert(SEED_SHAPED.caption_after, SEED_SHAPED.caption)
    around = SEED_SHAPED.surroundings
    login = "Please login to the form below\n\nNot currently logged in\nEmail:\nPassword:"
    boxes = [part for title, lines in around.after for part in (title, "\n".join(lines)) if part]
    head = [login, SEED_SHAPED.headline, SEED_SHAPED.standfirst]
    return "\n\n".join([*head, *paragraphs, SEED_SHAPED.date_text, f"From: {SEED_SHAPED.section}", *boxes])


def test_our_own_page_is_read_back() -> None:
    """Headline, standfirst, paragraphs, caption and its place, date, section and boxes come out of the copied text."""
    text = parse_seed(as_copied())

    assert (text.headline, text.standfirst, text.paragraphs) == (
        SEED_SHAPED.headline,
        SEED_SHAPED.standfirst,
        SEED_SHAPED.paragraphs,
    )
    assert (text.caption, text.caption_after) == (SEED_SHAPED.caption, SEED_SHAPED.caption_after)
    assert (text.date_text, text.section) == (SEED_SHAPED.date_text, SEED_SHAPED.section)
    assert text.surroundings.after == SEED_SHAPED.surroundings.after


def test_another_text_is_refused() -> None:
    """A text without date and section behind it is no such page."""
    with pytest.raises(ValueError, match="no date and section"):
        parse_seed("A headline\n\nA line\n\nA paragraph.")


@pytest.mark.skipif(not SEED.exists(), reason="needs ../shared/seeds")
def test_the_real_text_has_all_its_parts() -> None:
    """The seed has thirteen paragraphs, a caption behind the third, and its date."""
    text = seed_text()
    assert text is not None

    assert (len(text.paragraphs), text.caption_after, text.date_text, text.section) == (
        13,
        3,
        "18th June 2018",
        "Healthcare",
    )
    assert [title for title, _ in text.surroundings.after][:3] == ["Share", "Tags", "Featured jobs"]
