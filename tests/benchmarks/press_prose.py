"""Articles without end that use words as a trade press does, to fill large catalogs with; they make no sense.

Words follow Zipf's law, stock phrases come again as they do in real prose, companies end what they publish with the
same paragraph, and some articles are copies of earlier ones: of last week, or of any time. The simulated web writes
from a grammar, in which any two texts of a thousand share whole sentences by chance; real texts hardly ever do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import count

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tests.benchmarks.copied_stories import Planted

LENGTH = 500
"""Words of an article."""

VOCABULARY = 150_000
"""Different words, names and numbers."""

PHRASES = 20_000
"""Stock phrases of 3 to 12 words."""

COMPANIES = 20_000
"""Companies that end what they publish with a paragraph about them."""

DISCLAIMERS = 60
"""Paragraphs of lawyers, 130 words long."""

COPIES = 0.2
"""Share of articles that copy an earlier one."""

RECENT = 1000
"""How many articles ago half of the copied ones came out, at most."""

Words = NDArray[np.intp]

_PHRASES_A_TEXT = 12
_ABOUT, _DISCLAIMED = 0.08, 0.03  # shares of articles
_SENTENCE, _PARAGRAPH = 21, 84  # words
_CONSONANTS, _VOWELS = "bcdfghjklmnprstvwz", "aeiou"


class PressProse:
    """The articles of one seed, by number: what copies an earlier article makes that one again."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        rng = self._rng("words")
        self._vocabulary = np.array(list(_vocabulary(rng)), object)
        self._words = _zipf(VOCABULARY, 1.1, 2.0)
        self._names = np.flatnonzero([str(word)[0].isupper() for word in self._vocabulary])[100:]
        self._phrases = [self._draw(rng, rng.integers(3, 13)) for _ in range(PHRASES)]
        self._phrase_of = _zipf(PHRASES, 0.9, 60.0)
        self._company_of = _zipf(COMPANIES, 0.9, 10.0)
        self._disclaimer_of = _zipf(DISCLAIMERS, 1.0, 1.0)

    def __iter__(self) -> Iterator[Planted]:
        """One article after the other, without end."""
        for number in count():
            family, made, words = self._article(number)
            yield Planted(
                headline=" ".join(self._vocabulary[self._draw(self._rng("headline", number), 9)]),
                body=self._written(words),
                language="en",
                family=family,
                made=made,
            )

    def originals(self) -> Iterator[str]:
        """Bodies that copy nothing, without end; these are other articles than those of the iteration."""
        return (self._written(self._original(number)) for number in count(1 << 40))

    def _article(self, number: int) -> tuple[int, str, Words]:
        rng = self._rng("kind", number)
        if not number or rng.random() >= COPIES:
            return number, "original", self._original(number)
        earliest = 0 if rng.random() < 0.5 else max(0, number - RECENT)
        family, _, words = self._article(int(rng.integers(earliest, number)))
        edit = _EDITS[rng.integers(len(_EDITS))]
        return family, edit.__name__, edit(self, words, rng)

    def _original(self, number: int) -> Words:
        rng = self._rng("text", number)
        words = self._draw(rng, LENGTH)
        for phrase in np.searchsorted(self._phrase_of, rng.random(_PHRASES_A_TEXT)):
            self._put(words, self._phrases[phrase], rng)
        for name in rng.choice(self._names, 3):
            words[rng.integers(0, 60)] = name
            words[rng.integers(0, LENGTH, 4)] = name
        if rng.random() < _ABOUT:
            about = self._standing("company", int(np.searchsorted(self._company_of, rng.random())))
            words[-len(about) :] = about
        if rng.random() < _DISCLAIMED:
            disclaimer = self._standing("disclaimer", int(np.searchsorted(self._disclaimer_of, rng.random())))
            words[-len(disclaimer) :] = disclaimer
        return words

    @lru_cache(maxsize=4096)  # noqa: B019  one instance for each benchmark
    def _standing(self, kind: str, number: int) -> Words:
        """A paragraph that always has the same words."""
        rng = self._rng(kind, number)
        return self._draw(rng, 130 if kind == "disclaimer" else rng.integers(50, 90))

    def _reworded(self, words: Words, rng: Generator) -> Words:
        changed = rng.random(len(words)) < rng.uniform(0.005, 0.1)
        return np.where(changed, self._draw(rng, len(words)), words)

    def _rewritten(self, words: Words, rng: Generator) -> Words:
        """Whole sentences are others."""
        sentences = np.arange(len(words)) // _SENTENCE
        changed = (rng.random(sentences[-1] + 1) < rng.uniform(0.01, 0.4))[sentences]
        return np.where(changed, self._draw(rng, len(words)), words)

    def _cut(self, words: Words, rng: Generator) -> Words:
        return words[: max(60, round(len(words) * rng.uniform(0.3, 0.9)))]

    def _introduced(self, words: Words, rng: Generator) -> Words:
        return np.concatenate([self._draw(rng, rng.integers(20, 80)), words])[:LENGTH]

    def _word_for_word(self, words: Words, rng: Generator) -> Words:
        return words

    def _draw(self, rng: Generator, length: int | np.integer) -> Words:
        return np.searchsorted(self._words, rng.random(int(length)))

    def _put(self, words: Words, phrase: Words, rng: Generator) -> None:
        at = rng.integers(0, len(words) - len(phrase))
        words[at : at + len(phrase)] = phrase

    def _written(self, words: Words) -> str:
        found = self._vocabulary[words].tolist()
        for at in range(_SENTENCE - 1, len(found), _SENTENCE):
            found[at] += "." if (at + 1) % _PARAGRAPH else ".\n\n"
        return " ".join(found)

    def _rng(self, what: str, number: int = 0) -> Generator:
        return Generator(np.random.PCG64(np.random.SeedSequence([self._seed, *what.encode(), number])))


_EDITS: tuple[Callable[[PressProse, Words, Generator], Words], ...] = (
    PressProse._word_for_word,
    PressProse._reworded,
    PressProse._rewritten,
    PressProse._cut,
    PressProse._introduced,
)


def _zipf(size: int, exponent: float, offset: float) -> NDArray[np.float64]:
    """The cumulated shares of what stands on each rank, by the law of Zipf and Mandelbrot."""
    shares = (np.arange(1, size + 1) + offset) ** -exponent
    cumulated = np.cumsum(shares / shares.sum())
    cumulated[-1] = 1.0
    return cumulated


def _vocabulary(rng: Generator) -> Iterator[str]:
    """Words, the frequent ones short; from the hundredth on every ninth is a name, every thirtieth a number."""
    syllables = [consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS]
    known: set[str] = set()
    for rank, row in enumerate(rng.integers(0, len(syllables), (2 * VOCABULARY, 4)).tolist()):
        word = "".join(syllables[n] for n in row[: 1 + rank % 2 if rank < 200 else 2 + rank % 3])
        if rank > 100 and rank % 30 == 0:
            word = str(row[0] * (row[1] if rank % 60 else 1))
        elif rank > 100 and rank % 9 == 0:
            word = word.capitalize()
        if word not in known and len(known) < VOCABULARY:
            known.add(word)
            yield word
