"""Corpora of copied stories with planted truth: who copied whom, how, and what only looks like a copy.

Stories come from the press of the simulated web, in four languages. A *family* is one story with its copies: word for
word, edited to some share, cut short, with an introduction or a credit line, with a figure corrected. Beside them stand
texts that are no copies: translations, stories written after one pattern, digests that hold whole stories, and notices
that companies publish again and again from one template. A corpus follows from its seed alone.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, count, islice
from pathlib import Path
from random import Random

from crawler.newsweb.prose.grammar import dice, pick
from crawler.newsweb.prose.names import company_name, drug_name
from crawler.newsweb.prose.story import (
    Block,
    Brief,
    credited,
    edited,
    introduced,
    make_brief,
    person_name,
    plain_text,
    write_story,
)
from crawler.newsweb.prose.tongue import tongue

ARTICLES, FAMILIES = 5000, 600
SHARED = 0.8
"""Share of the shingles, of all or of the shorter text, from which on two texts of one story are duplicates."""

Blocks = tuple[Block, ...]

_LANGUAGES = ("en", "en", "en", "de", "fr", "ja")
_AGENCIES = ("Releasewire", "PR Newswire", "Business Wire", "Reuters")
_QUARTERS = ("first quarter", "second quarter", "third quarter", "fourth quarter")
_GERMAN_QUARTERS = ("erste Quartal", "zweite Quartal", "dritte Quartal", "vierte Quartal")
_EVENTS = ("Global Healthcare Conference", "Annual Life Sciences Summit", "Biotech Investor Forum", "MedTech Days")
_MONTHS = tongue("en").months


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One article of a corpus."""

    headline: str
    """Its headline."""

    body: str
    """Its text."""

    language: str
    """Its language."""

    family: int
    """Number of the story that it tells."""

    made: str
    """How it was made: `original`, a kind of copy, or a kind of text that is none."""

    series: str = ""
    """The template that it follows, whatever company or period it is of; empty for none."""


def corpus(seed: int, *, articles: int = ARTICLES, families: int = FAMILIES) -> list[Planted]:
    """The corpus of that seed, in an order that tells nothing."""
    numbers = count()
    copied = [p for _ in range(families) for p in _family(seed, next(numbers))]
    lookalikes = [
        *(p for _ in range(families // 8) for p in _translation(seed, next(numbers), family=next(numbers))),
        *(p for group in range(families // 30) for p in _pattern(seed, group, numbers)),
        *(p for series in range(families // 12) for p in _notices(seed, series, numbers)),
        *(_digest(seed, n, copied, next(numbers)) for n in range(families // 15)),
    ]
    found = [*copied, *lookalikes]
    found += (_single(seed, number) for number in islice(numbers, max(0, articles - len(found))))
    dice("order", seed).shuffle(found)
    return found[:articles]


def families(seed: int) -> Iterator[Planted]:
    """One family after the other, without end."""
    return (planted for family in count() for planted in _family(seed, 10_000_000 + family))


def singles(seed: int) -> Iterator[Planted]:
    """Stories that nobody has copied, without end."""
    return (_single(seed, number) for number in count(20_000_000))


def notices(seed: int) -> Iterator[Planted]:
    """Notices from templates, without end."""
    return (planted for series in count() for planted in _notices(seed, series, count()))


def duplicates(planted: list[Planted]) -> set[tuple[int, int]]:
    """The pairs of places in the corpus that tell one story and share at least `SHARED` of their shingles."""
    members: dict[int, list[int]] = {}
    for place, one in enumerate(planted):
        members.setdefault(one.family, []).append(place)
    shingled = {p: _shingles(planted[p]) for places in members.values() if len(places) > 1 for p in places}
    return {
        (a, b)
        for places in members.values()
        for a, b in combinations(places, 2)
        if len(shingled[a] & shingled[b]) >= SHARED * min(len(shingled[a]), len(shingled[b]))
    }


def _shingles(planted: Planted) -> set[tuple[str, ...]]:
    """Three words in a row, or six characters in Japanese: counted here in the plainest way."""
    units = re.findall(r"\w+" if planted.language != "ja" else r"\w", planted.body.lower())
    width = 3 if planted.language != "ja" else 6
    return {tuple(units[at : at + width]) for at in range(len(units) - width + 1)}


def _family(seed: int, family: int) -> Iterator[Planted]:
    rng = dice("family", seed, family)
    brief = make_brief(tongue(pick(rng, _LANGUAGES)), "family", seed, family, year=2025)
    blocks = write_story(brief)
    original = _planted(brief, blocks, family, "original")
    yield original
    for copy in range(rng.randint(1, 6)):
        kind = pick(rng, tuple(_COPIES))
        headline = pick(rng, (original.headline, _other_headline(brief, copy)))
        yield replace(_planted(brief, _COPIES[kind](blocks, brief, rng), family, kind), headline=headline)


def _planted(brief: Brief, blocks: Blocks, family: int, made: str, series: str = "") -> Planted:
    return Planted(
        headline=brief.headline,
        body=plain_text(blocks),
        language=brief.tongue.code,
        family=family,
        made=made,
        series=series,
    )


def _other_headline(brief: Brief, copy: int) -> str:
    rng = dice("headline", *brief.key, copy)
    return brief.tongue.grammar.say(pick(rng, brief.beat.headlines), rng, brief.cast)


def _word_for_word(blocks: Blocks, brief: Brief, rng: Random) -> Blocks:
    return blocks


def _edited_sentences(blocks: Blocks, brief: Brief, rng: Random) -> Blocks:
    return edited(blocks, brief, rng.uniform(0.01, 0.4), rng.random())


def _edited_words(blocks: Blocks, brief: Brief, rng: Random) -> Blocks:
    """Single words replaced all over the text, as a sub-editor does."""
    share = rng.uniform(0.01, 0.1)
    return tuple(replace(block, text=_reworded(block.text, brief.tongue.spaced, share, rng)) for block in blocks)


def _reworded(text: str, spaced: bool, share: float, rng: Random) -> str:
    words = text.split(" ") if spaced else list(text)
    others = list(words)
    changed = [pick(rng, others) if rng.random() < share else word for word in words]
    return (" " if spaced else "").join(changed)


def _cut(blocks: Blocks, brief: Brief, rng: Random) -> Blocks:
    return blocks[: max(2, round(len(blocks) * rng.uniform(0.3, 0.9)))]


def _with_intro(blocks: Blocks, brief: Brief, rng: Random) -> Blocks:
    return introduced(blocks, brief, rng.random())


def _with_credit(blocks: Blocks, brief: Brief, rng: Random) -> Blocks:
    return credited(blocks, brief.tongue, pick(rng, _AGENCIES))


def _corrected(blocks: Blocks, brief: Brief, rng: Random) -> Blocks:
    """One figure is another one, and a note says so."""
    figured = [place for place, block in enumerate(blocks) if re.search(r"\d", block.text)]
    out = list(blocks)
    if figured:
        place = pick(rng, figured)
        text = re.sub(r"\d+", lambda m: str(int(m[0]) + rng.randint(1, 9)), out[place].text, count=1)
        out[place] = replace(out[place], text=text)
    return (*out, Block(kind="p", text=f"[{brief.tongue.words['updated']}]"))


def _cut_and_edited(blocks: Blocks, brief: Brief, rng: Random) -> Blocks:
    return _edited_sentences(_cut(blocks, brief, rng), brief, rng)


def _dressed(blocks: Blocks, brief: Brief, rng: Random) -> Blocks:
    return _with_credit(_with_intro(_edited_sentences(blocks, brief, rng), brief, rng), brief, rng)


_COPIES: dict[str, Callable[[Blocks, Brief, Random], Blocks]] = {
    "word for word": _word_for_word,
    "sentences edited": _edited_sentences,
    "words edited": _edited_words,
    "cut": _cut,
    "introduced": _with_intro,
    "credited": _with_credit,
    "corrected": _corrected,
    "cut and edited": _cut_and_edited,
    "introduced, edited, credited": _dressed,
}
"""Kinds of copies, by name: what each makes of a text."""


def _translation(seed: int, key: int, *, family: int) -> Iterator[Planted]:
    """A story and its translation: names and figures are the same, the words are not."""
    brief = make_brief(tongue("en"), "translated", seed, key, year=2025)
    yield _planted(brief, write_story(brief), key, "original")
    other = make_brief(tongue(pick(dice(seed, key), ("de", "fr"))), "translated", seed, key, year=2025)
    same = ("company", "rival", "person", "person2", "surname1", "drug", "trial", "number2", "year")
    other = replace(other, cast={**other.cast, **{name: brief.cast[name] for name in same}})
    yield _planted(other, write_story(other), family, "translation")


def _pattern(seed: int, group: int, numbers: Iterator[int]) -> Iterator[Planted]:
    """Stories of one wording, each about another company."""
    rng = dice("pattern", seed, group)
    language = tongue(pick(rng, _LANGUAGES))
    pattern = ("pattern", seed, group)
    for member in range(rng.randint(4, 9)):
        brief = make_brief(language, *pattern, member, year=2025, pattern=pattern)
        yield _planted(brief, write_story(brief, pattern=pattern), next(numbers), "pattern", f"pattern {group}")


def _digest(seed: int, n: int, copied: list[Planted], family: int) -> Planted:
    """A newsletter that holds five whole stories of others."""
    rng = dice("digest", seed, n)
    held = rng.sample([p for p in copied if p.made == "original" and p.language == "en"], 5)
    body = "\n\n".join(f"{p.headline}\n\n{p.body}" for p in held)
    return Planted(headline=f"The week in brief, number {n}", body=body, language="en", family=family, made="digest")


def _notices(seed: int, series: int, numbers: Iterator[int]) -> Iterator[Planted]:
    """One template, filled in by some companies for some quarters, now and then also copied by others."""
    rng = dice("notices", seed, series)
    template = _templates()[series % len(_templates())]
    for company in range(rng.randint(2, 4)):
        fixed = _fixed_words(dice("company", seed, series, company))
        for quarter in sorted(rng.sample(range(4), rng.randint(2, 4))):
            words = fixed | _words_of_notice(dice("notice", seed, series, company, quarter), quarter)
            one = Planted(
                headline=template["headline"].format(**words),
                body=template["body"].strip().format(**words),
                language="de" if "legt Zahlen" in template["headline"] else "en",
                family=next(numbers),
                made="notice",
                series=f"notice {series}",
            )
            yield one
            if rng.random() < 0.1:
                yield replace(one, body=f"{one.body}\n\nSource: {pick(rng, _AGENCIES)}", made="credited")


@cache
def _templates() -> list[dict[str, str]]:
    return list(tomllib.loads((Path(__file__).parent / "notices.toml").read_text("utf-8"))["notice"])


def _fixed_words(rng: Random) -> dict[str, str]:
    """What is the same in all notices of a company."""
    english = tongue("en")
    return {
        "company": company_name(rng, "en"),
        "person": person_name(english, rng),
        "drug": drug_name(rng),
        "city": english.grammar.word("city", rng),
        "disease": english.grammar.word("disease", rng),
    }


def _words_of_notice(rng: Random, quarter: int) -> dict[str, str]:
    """What belongs to one notice."""
    year, month = rng.choice((2024, 2025)), quarter * 3 + rng.randint(0, 2)
    figures = {letter: f"{rng.uniform(1, 900):.1f}" for letter in "abcdefghij"}
    return figures | {
        "quarter": _QUARTERS[quarter],
        "gquarter": _GERMAN_QUARTERS[quarter],
        "year": str(year),
        "nextyear": str(year + rng.randint(1, 3)),
        "day": str(rng.randint(1, 28)),
        "month": _MONTHS[month],
        "number": str(month + 1),
        "event": f"{rng.randint(4, 40)}th {_EVENTS[quarter]}",
        "place": tongue("en").grammar.word("city", rng),
    }


def _single(seed: int, number: int) -> Planted:
    brief = make_brief(tongue(pick(dice(seed, number), _LANGUAGES)), "single", seed, number, year=2025)
    return _planted(brief, write_story(brief), number, "single")
