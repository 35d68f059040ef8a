"""How like two bodies of text are: shingles, a fingerprint of them, and whether two like texts tell one story.

A *shingle* is a run of words (of characters, in scripts without spaces). Two bodies are compared by the shingles that
they share: of all (*resemblance*) and of the shorter one (*containment*). A *fingerprint* is the smallest hashes among
a body's shingles: texts that share much share some of them, so they find one another by equal hashes.

Reports from one template share most of their words and are no copies: they are of another company, of another period,
or give other figures. What tells them apart is looked at once two texts are known to be alike.
"""

from __future__ import annotations

import hashlib
import math
import re
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALGORITHM = "shingles 1"
"""Name and version of what a fingerprint holds; texts of another one are fingerprinted anew."""

WORDS = 3
"""Words of a shingle by which texts are compared."""

CHARACTERS = 6
"""The same in characters, for scripts without spaces."""

KEY_SHINGLES = 2
"""Shingles of a fingerprint are so many times as long: hardly any two texts have one in common by accident."""

KEYS = 24
"""Hashes of a fingerprint."""

KEY_BYTES = 6
"""Bytes of each."""

COPY = 0.8
"""Two texts of at least this resemblance, or containment, are alike."""

LEAST_SHARE = 0.25
"""A text that is a smaller part of the other than this is no copy of it."""

LEAST_HELD = 0.08
"""A text that is a smaller part of the other than this is not looked at: five articles in a digest are larger."""

LEAD = 80
"""Words at the beginning in which a report names its company."""

_LEAST_KEYS = 0.6  # of two texts that share 0.8 of their shingles, by changes to single words at worst
_DEVIATIONS = 3.0
_APART = 0.15
_HASHED = 1 << 17  # words whose hashes are remembered: some 25 MB; half of an article's words are new to a quarter
_LEAST_FIGURES = 6  # shingles with figures: two figures make as many
_FIGURES = 0.5
_LEAST_RENAMED = 2
_LONG_NAME = 2  # words
_LONGEST_NAME = 6
_WORD = re.compile(r"\w+")
# Thai to Khmer, kana, Han with its extensions
_UNSPACED = re.compile("[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_UNSPACED_NAME = re.compile("[\u30a1-\u30ff]{2,}|[\u4e00-\u9fff]{2,}|[A-Za-z]{2,}")
_PERIOD = re.compile(
    r"""
    \b(?=[1-4defhpqstvz])  # it is three times as fast to look at the first letter before the words
    (?:
        (?P<ordinal>first|second|third|fourth|1st|2nd|3rd|4th)[ -](?:fiscal[ -])?(?:quarter|half)\b
        | (?P<short>[qh][1-4])\b
        | (?:fiscal|fy|full[ -]year|financial[ ]year)[ ]?(?:year[ ])?(?P<year>(?:19|20)?\d\d)\b
        | (?P<german>ersten?s?|zweite[ns]?|dritte[ns]?|vierte[ns]?)[ ](?:quartals?|halbjahre?s?)\b
        | (?P<french>premier|deuxième|second|troisième|quatrième)[ ](?:trimestre|semestre)\b
    )
    | (?P<japanese>第[1-4一二三四]四半期|上半期|下半期)
    """,
    re.VERBOSE,
)  # of a text without capitals


@dataclass(frozen=True)
class Fingerprint:
    """What is kept of a body to find others like it."""

    keys: bytes
    """The smallest hashes of its longer shingles, ascending, one behind the other."""

    shingles: int
    """How many such shingles it has."""

    @cached_property
    def split(self) -> frozenset[bytes]:
        """The keys, each by itself."""
        return frozenset([self.keys[at : at + KEY_BYTES] for at in range(0, len(self.keys), KEY_BYTES)])

    def may_be_like(self, other: Fingerprint) -> bool:
        """Whether the texts can be alike, going by the keys that they share. Symmetric."""
        fewer, more = self.shingles, other.shingles
        if fewer > more:
            fewer, more = more, fewer
        if LEAST_HELD * more > fewer or not (shared := len(self.split & other.split)):
            return False
        of = _sample(fewer, more)
        return shared >= _LEAST_KEYS * of - _DEVIATIONS * math.sqrt(_LEAST_KEYS * (1 - _LEAST_KEYS) * of)

    def is_apart_from(self, other: Fingerprint) -> bool:
        """Whether the texts have next to nothing in common. Symmetric."""
        return len(self.split & other.split) <= _APART * _sample(*sorted((self.shingles, other.shingles)))


@dataclass(frozen=True, slots=True)
class Likeness:
    """What comparing two bodies has shown."""

    resemblance: float
    """Shared shingles of all."""

    containment: float
    """Shared shingles of those of the shorter body."""

    differs_in: str
    """What makes two alike texts different stories: `length`, `figures`, `names` or `period`; empty for other pairs.

    In the catalog also `digest`: the longer text holds others, too, that have nothing in common with the shorter one.
    """

    @property
    def is_alike(self) -> bool:
        """Whether they share so much that the pair is worth keeping."""
        return max(self.resemblance, self.containment) >= COPY


class Profile:
    """What a comparison looks at in a normalised body. What only like texts are asked for is made when asked for."""

    def __init__(self, body: str) -> None:
        self._body = body
        self._units, self._width = _units(body)
        self._hashes = _shingles(self._units, self._width)
        self.shingles = frozenset(self._hashes.tolist())
        """Hashes of all shingles."""

    @cached_property
    def figures(self) -> frozenset[int]:
        """Hashes of the shingles with a digit in them."""
        import numpy as np

        units = np.fromiter([not unit.isalpha() for unit in self._units], bool, len(self._units))
        marked = np.zeros(len(self._hashes), bool)
        for at in range(self._width if len(marked) else 0):
            marked |= units[at : at + len(marked)]
        return frozenset(self._hashes[marked].tolist())

    @cached_property
    def names(self) -> frozenset[str]:
        """Names that stand in the lead and are used again and again."""
        return frozenset(_names(self._found))

    @cached_property
    def words(self) -> frozenset[str]:
        """All words, to look up names of others; of scripts without spaces, all runs that could be names."""
        return frozenset(word.casefold() for word in self.written)

    @cached_property
    def written(self) -> frozenset[str]:
        """The same as they are written."""
        return frozenset(self._found)

    @cached_property
    def lead(self) -> tuple[str, ...]:
        """The first words, as they are written."""
        return tuple(self._found[:LEAD])

    @cached_property
    def periods(self) -> frozenset[str]:
        """Quarters, half-years and fiscal years that are told of."""
        return frozenset(m[m.lastgroup or 0] for m in _PERIOD.finditer(self._body.casefold()))

    @cached_property
    def _found(self) -> list[str]:
        return (_WORD if self._width == WORDS else _UNSPACED_NAME).findall(self._body)


def fingerprint(body: str) -> Fingerprint:
    """The fingerprint of a normalised body.

    >>> fingerprint("one two three four five six seven").shingles
    2
    """
    import numpy as np

    hashes = _shingles(*_units(body), times=KEY_SHINGLES)
    hashes.sort()
    hashes = hashes[np.concatenate(([True], hashes[1:] != hashes[:-1]))[: len(hashes)]]
    smallest = hashes[:KEYS].astype(">i8").view(np.uint8).reshape(-1, 8)
    return Fingerprint(smallest[:, -KEY_BYTES:].tobytes(), len(hashes))


def compare(one: Profile, other: Profile) -> Likeness:
    """How like two bodies are and, where they are alike, whether they tell one story. Symmetric."""
    fewer, more = sorted((len(one.shingles), len(other.shingles)))
    if not fewer:
        return Likeness(0.0, 0.0, "")
    shared = len(one.shingles & other.shingles)
    likeness = Likeness(round(shared / (fewer + more - shared), 4), round(shared / fewer, 4), "")
    return replace(likeness, differs_in=_differs_in(one, other)) if likeness.is_alike else likeness


def _sample(fewer: int, more: int) -> float:
    """How many keys of the shorter text the longer one would share if it held all of it, on average."""
    return fewer * min(1, KEYS / max(1, more))


def _differs_in(one: Profile, other: Profile) -> str:
    if min(len(one.shingles), len(other.shingles)) < LEAST_SHARE * max(len(one.shingles), len(other.shingles)):
        return "length"
    figures = min(len(one.figures), len(other.figures))
    if figures >= _LEAST_FIGURES and len(one.figures & other.figures) < _FIGURES * figures:
        return "figures"
    if (one.names - other.words and other.names - one.words) or _renamed(one, other):
        return "names"
    return "period" if one.periods - other.periods and other.periods - one.periods else ""


def _renamed(one: Profile, other: Profile) -> bool:
    """Whether the same words of the lead surround names of which the other text knows nothing: two, or a long one."""
    if not (_unknown_names(one.lead, other) and _unknown_names(other.lead, one)):
        return False
    places = SequenceMatcher(None, one.lead, other.lead, autojunk=False).get_opcodes()
    names = [
        min(_unknown_names(one.lead[a:b], other), _unknown_names(other.lead[c:d], one))
        for tag, a, b, c, d in places
        if tag == "replace" and a and c and max(b - a, d - c) <= _LONGEST_NAME
    ]  # what begins both texts is the city of a dateline
    return sum(map(bool, names)) >= _LEAST_RENAMED or max(names, default=0) >= _LONG_NAME


def _unknown_names(words: Sequence[str], other: Profile) -> int:
    """How many words of a name, with its numbers, the other text does not know; none where there is no name."""
    unknown = [word for word in words if not word[0].islower() and word not in other.written]
    return len(unknown) if any(word[0].isupper() for word in unknown) else 0


def _names(words: Sequence[str]) -> Iterator[str]:
    """Words that begin with a capital wherever they stand, twice at least; without capitals, three times."""
    counts = Counter(words)
    for word in dict.fromkeys(words[:LEAD]):
        lower = word.lower()
        cased = lower != word.upper()
        is_name = word != lower and lower not in counts if cased else not word.isnumeric()
        if is_name and counts[word] >= (2 if cased else 3):
            yield word.casefold()


def _units(body: str) -> tuple[list[str], int]:
    """The words of a body, or the characters of one that has no spaces, and how many of them make a shingle."""
    words = _WORD.findall(body.casefold())
    if body.isascii() and len(words) * 16 >= len(body):
        return words, WORDS
    letters = sum(map(len, words))
    if len(words) * 16 < letters or (not body.isascii() and len(_UNSPACED.findall(body)) * 4 > letters):
        return list("".join(words)), CHARACTERS
    return words, WORDS


def _shingles(units: Sequence[str], width: int, times: int = 1) -> NDArray[np.int64]:
    """The hash of each shingle of so many times the width, in the order of the text; of a shorter text, none."""
    hashed = _HASHES[width].of(units)
    shingles = max(0, len(units) - width * times + 1)
    hashes = hashed[:shingles, 0].copy()
    for at in range(1, width * times):
        hashes ^= hashed[at : at + shingles, at]
    return hashes


class _Hashes(dict[str, int]):
    """For each place in a shingle another hash of a unit, so that the order of words counts (tabulation hashing).

    The dictionary gives the row of the unit in a table of such hashes.
    """

    def __init__(self, places: int) -> None:
        super().__init__()
        self._places = places
        self._table = array("q")
        self._new: list[bytes] = []
        self._lock = Lock()

    def __missing__(self, unit: str) -> int:
        self._new.append(unit.encode())
        return self.setdefault(unit, len(self))

    def of(self, units: Sequence[str]) -> NDArray[np.int64]:
        """A row of hashes for each unit."""
        import numpy as np

        with self._lock:
            if len(self) > _HASHED:
                self.clear()
                self._table = array("q")
            rows = np.fromiter(map(self.__getitem__, units), np.intp, len(units))
            if self._new:
                self._hash_new()
            return np.frombuffer(self._table, np.int64).reshape(-1, self._places)[rows]

    def _hash_new(self) -> None:
        import numpy as np

        size = self._places * KEY_BYTES
        digests = b"".join([hashlib.shake_128(unit).digest(size) for unit in self._new])
        padded = np.zeros((len(self._new) * self._places, 8), np.uint8)
        padded[:, -KEY_BYTES:] = np.frombuffer(digests, np.uint8).reshape(-1, KEY_BYTES)
        self._table.frombytes(padded.view(">i8").astype(np.int64).tobytes())
        self._new.clear()


_HASHES = {width: _Hashes(width * KEY_SHINGLES) for width in (WORDS, CHARACTERS)}
