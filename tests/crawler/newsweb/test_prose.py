"""Rules of the texts: templates are complete, and the words fit the charsets."""

from __future__ import annotations

import pytest

from crawler.newsweb.prose.grammar import Grammar, dice
from crawler.newsweb.prose.story import edited, introduced, make_brief, plain_text, shortened, write_story
from crawler.newsweb.prose.tongue import tongue

CODES = ("en", "de", "fr", "ja")
CODECS = {"en": "cp1252", "de": "cp1252", "fr": "cp1252", "ja": "shift_jis"}


@pytest.mark.parametrize("code", CODES)
def test_stories_can_always_be_written(code: str) -> None:
    """No brief leaves a template open: neither braces nor brackets stand in a text, and every charset holds it."""
    texts = []
    for number in range(60):
        brief = make_brief(tongue(code), "prose", number, year=2026)
        texts += [brief.headline, brief.standfirst, *brief.keywords, plain_text(write_story(brief))]

    assert [text for text in texts if set("{}[]") & set(text)] == []
    assert all(text.encode(CODECS[code]) for text in texts)


def test_a_choice_takes_one_wording() -> None:
    """Choices may stand inside choices; a slot is filled from the cast before the rules."""
    grammar = Grammar({"city": ("Basel",)})
    said = {grammar.say("[a|b[c|d]] in {city}, {person}", dice(n), {"person": "Ann"}) for n in range(60)}

    assert said == {"A in Basel, Ann", "Bc in Basel, Ann", "Bd in Basel, Ann"}


def test_english_says_an_before_a_vowel() -> None:
    """The indefinite article follows the word that was filled in."""
    grammar = Grammar({}, english=True)

    assert grammar.say("a {w}", dice(1), {"w": "endoscope"}) + grammar.say(", a {w}", dice(1), {"w": "European"}) == (
        "An endoscope, a European"
    )


def test_one_pattern_gives_reports_of_one_kind() -> None:
    """Briefs with the same pattern have the same beat and other companies."""
    briefs = [make_brief(tongue("en"), "p", number, year=2026, pattern=("s",)) for number in range(2)]

    assert (briefs[0].beat == briefs[1].beat, briefs[0].cast["company"] == briefs[1].cast["company"]) == (True, False)


def test_edits_change_the_share_that_was_asked_for() -> None:
    """An edit of a fifth replaces at most a fifth of the running text, and some of it."""
    brief = make_brief(tongue("en"), "edit", 1, year=2026)
    blocks = write_story(brief)
    changed = sum(
        len(old.text) for old, new in zip(blocks, edited(blocks, brief, 0.2, "k"), strict=True) if old.text != new.text
    )

    assert 0 < changed <= 0.25 * sum(len(block.text) for block in blocks)


def test_copies_are_shortened_and_introduced() -> None:
    """A shortened copy is the beginning of the text, an introduced one has a paragraph more."""
    brief = make_brief(tongue("en"), "copy", 1, year=2026)
    blocks = write_story(brief)

    assert blocks[: len(shortened(blocks))] == shortened(blocks)
    assert introduced(blocks, brief, "k")[1:] == blocks


@pytest.mark.parametrize(
    ("code", "day", "text"),
    [
        ("en", (2018, 6, 18), "18th June 2018"),
        ("en", (2026, 11, 2), "2nd November 2026"),
        ("de", (2026, 3, 1), "1. März 2026"),
        ("fr", (2026, 8, 12), "12 août 2026"),
        ("ja", (2026, 11, 20), "2026年11月20日"),
    ],
)
def test_days_in_words(code: str, day: tuple[int, int, int], text: str) -> None:
    """Each language writes a day in its own way."""
    assert tongue(code).date_in_words(*day) == text
