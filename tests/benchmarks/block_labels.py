"""Which blocks of a page belong to its article, told from the body that people wrote down for it."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence

_WORD = re.compile(r"\w+")
_SHINGLE = 4
_PLACES = 60
_LEAST = 0.3
"""A block that shares less with the body than this part of its words is no part of it."""

Match = tuple[int, int, int, float]
"""Block, first and last word of its place in the body, and how many words it shares."""


def shares(texts: Sequence[str], body: str) -> list[float]:
    """For each block how much of it, from 0 to 1, stands in *body*, in the best order-keeping arrangement.

    Weighted longest increasing chain over all places at which a block could stand: a text that is there twice counts
    where its neighbours are.
    """
    words = _WORD.findall(body)
    found = [0.0] * len(texts)
    for block, _, _, weight in _best_chain(list(_matches(texts, words))):
        found[block] = min(1.0, weight / max(1, len(_WORD.findall(texts[block]))))
    return found


def _matches(texts: Sequence[str], words: list[str]) -> Iterator[Match]:
    places: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for at in range(len(words)):
        places[(words[at],)].append(at)
        if at + _SHINGLE <= len(words):
            places[tuple(words[at : at + _SHINGLE])].append(at)
    for block, text in enumerate(texts):
        own = _WORD.findall(text)
        if own:
            yield from _places_of(block, own, words, places)


def _places_of(
    block: int, own: list[str], words: list[str], places: dict[tuple[str, ...], list[int]]
) -> Iterator[Match]:
    key = tuple(own[:_SHINGLE]) if len(own) >= _SHINGLE else (own[0],)
    whole = [at for at in places.get(key, ())[:_PLACES] if words[at : at + len(own)] == own]
    if whole:
        yield from ((block, at, at + len(own), float(len(own))) for at in whole)
    elif len(own) >= _SHINGLE:
        yield from _partly(block, own, words, places)


def _partly(block: int, own: list[str], words: list[str], places: dict[tuple[str, ...], list[int]]) -> Iterator[Match]:
    """The one place around the diagonal that most shingles of the block lie on."""
    diagonals: defaultdict[int, int] = defaultdict(int)
    for at in range(len(own) - _SHINGLE + 1):
        for place in places.get(tuple(own[at : at + _SHINGLE]), ())[:20]:
            diagonals[place - at] += 1
    if not diagonals:
        return
    first = max(0, max(diagonals, key=diagonals.__getitem__) - 40)
    matcher = difflib.SequenceMatcher(None, own, words[first : first + len(own) + 80], autojunk=False)
    pieces = [piece for piece in matcher.get_matching_blocks() if piece.size > 1]
    shared = sum(piece.size for piece in pieces)
    if shared / len(own) >= _LEAST:
        yield block, first + pieces[0].b, first + pieces[-1].b + pieces[-1].size, shared * 0.98


def _best_chain(matches: list[Match]) -> list[Match]:
    """The heaviest chain in which blocks and their places both go forward."""
    # for growing ends in the body: the weight of the best chain up to there, and its last match
    ends: list[int] = [0]
    best: list[tuple[float, int]] = [(0.0, -1)]
    before: list[int] = []
    at = 0
    while at < len(matches):
        block = matches[at][0]
        fresh = []
        while at < len(matches) and matches[at][0] == block:
            _, start, end, weight = matches[at]
            held, last = best[bisect_right(ends, start) - 1]
            before.append(last)
            fresh.append((end, held + weight, at))
            at += 1
        for end, weight, match in fresh:
            _improve(ends, best, end, weight, match)
    chain, at = [], best[-1][1]
    while at >= 0:
        chain.append(matches[at])
        at = before[at]
    return chain[::-1]


def _improve(ends: list[int], best: list[tuple[float, int]], end: int, weight: float, match: int) -> None:
    """Enter a chain, and drop those that end later and weigh no more."""
    place = bisect_right(ends, end)
    if best[place - 1][0] >= weight:
        return
    stop = place
    while stop < len(ends) and best[stop][0] <= weight:
        stop += 1
    start = place - 1 if ends[place - 1] == end and place > 1 else place
    ends[start:stop] = [end]
    best[start:stop] = [(weight, match)]
