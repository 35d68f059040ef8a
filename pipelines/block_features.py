"""Numbers that tell body from surroundings, one row for each block of a page.

Everything is computed for all blocks at once; only the tables of elements are gone through one by one.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipelines.blocks import TAG_BIT, TAGS, Blocks
from pipelines.vocabulary import HINT_BIT, HINTS, WORD_KINDS, word_masks

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_ALWAYS: Final = sum(HINT_BIT[k] for k in ("body", "article", "content", "main", "text", "paywall"))
_WRAPPER_SHARE: Final = 0.5
_LINE_LENGTH: Final = 300
_TAGS_AROUND: Final = (
    "article section main aside nav header footer form figure figcaption table li ul ol blockquote dl details address td custom"
).split()
_TAGS_OWN: Final = "p div h1 h2 h3 h4 h5 li blockquote pre td tr figcaption article section custom".split()

# Bits of the letter classes that are counted.
_DIGIT, _UPPER, _LOWER, _COMMA, _STOP, _QUOTE, _BAR, _WIDE, _SPACE = (1 << i for i in range(9))


def _letter_classes() -> NDArray[np.uint16]:
    """For each code point of the basic plane: the classes that it belongs to."""
    table = np.zeros(0x10000, dtype=np.uint16)
    for code in range(0x3000):
        letter = chr(code)
        table[code] = (
            (_DIGIT if letter.isdigit() else 0) | (_UPPER if letter.isupper() else 0) | (_LOWER if letter.islower() else 0)
        )
    for mark, letters in (
        (_COMMA, ",;،、，；"), (_STOP, ".!?。！？…؟।"), (_QUOTE, "\"'“”„«»‘’「」"), (_BAR, "|/•·›»>–—→▶"), (_SPACE, " ")
    ):
        for letter in letters:
            table[ord(letter)] |= mark
    table[0x3040:0xD800] |= _WIDE
    return table


_CLASSES: Final = _letter_classes()
_STOPS: Final = frozenset(".!?。！？…؟।\"”»’)")
_TOKENS: Final = re.compile(r"\w+").findall


def features(blocks: Blocks, title: str = "", description: str = "", ld_body: str = "") -> tuple[list[str], Floats]:
    """Names of the columns, and the columns themselves."""
    columns: dict[str, Any_] = {}
    page = _Page(blocks)
    _of_text(page, columns)
    _of_words(page, columns)
    _of_place(page, columns)
    _of_names(page, columns)
    _of_containers(page, columns)
    _of_templates(page, columns)
    _of_title(page, columns, title, description, ld_body)
    _of_neighbours(page, columns)
    return list(columns), np.column_stack([np.asarray(c, dtype=np.float32) for c in columns.values()])


Any_ = NDArray[np.generic]


class _Page:
    """The lists of `Blocks` as arrays, and sums that several columns share."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks
        self.texts = blocks.texts
        self.n = len(blocks.texts)
        self.element = np.array(blocks.elements, dtype=np.int64)
        self.parent = np.array(blocks.parents, dtype=np.int64)
        self.tag = np.array(blocks.tags, dtype=np.int64)
        self.first = np.array(blocks.first_blocks, dtype=np.int64)
        end = np.array(blocks.end_blocks, dtype=np.int64)
        self.end = np.where(end < 0, self.n, end)
        self.length = np.array([len(t) for t in self.texts], dtype=np.float64)
        self.link = np.minimum(np.array(blocks.link_letters, dtype=np.float64), self.length)
        self.density = self.link / self.length
        self.cum = np.concatenate([[0.0], np.cumsum(self.length)])
        self.cum_link = np.concatenate([[0.0], np.cumsum(self.link)])
        self.total = max(self.cum[-1], 1.0)
        self.up = [self.element]
        for _ in range(4):
            self.up.append(np.where(self.up[-1] > 0, self.parent[self.up[-1]], self.up[-1]))


def _of_text(page: _Page, columns: dict[str, Any_]) -> None:
    """What the letters of each block are."""
    codes = np.frombuffer("".join(page.texts).encode("utf-32-le", "replace"), dtype=np.uint32)
    classes = _CLASSES[np.minimum(codes, 0xFFFF)]
    starts = page.cum[:-1].astype(np.int64)
    count = {}
    for name, bit in (("digit", _DIGIT), ("upper", _UPPER), ("comma", _COMMA), ("stop", _STOP), ("quote", _QUOTE),
                      ("bar", _BAR), ("wide", _WIDE), ("space", _SPACE)):
        count[name] = np.add.reduceat((classes & bit) > 0, starts, dtype=np.int64)
    length = page.length
    wide = count["wide"] / length
    words = np.where(wide > 0.3, length / 2, count["space"] + 1.0)
    page.words = words
    page.sentence = (count["stop"] + count["comma"]).astype(np.float64)
    columns["length"] = length
    columns["words"] = words
    columns["word_length"] = np.where(wide > 0.3, 5.0, length / words)
    columns["wide"] = wide
    for name in ("digit", "upper"):
        columns[f"{name}_share"] = count[name] / length
    for name in ("comma", "stop", "quote", "bar"):
        columns[f"{name}_count"] = count[name]
        columns[f"{name}_per_word"] = count[name] / words
    first = [t[0] for t in page.texts]
    last = [t[-1] for t in page.texts]
    columns["ends_stop"] = np.array([c in _STOPS for c in last])
    columns["ends_period"] = np.array([c in ".。" for c in last])
    columns["ends_colon"] = np.array([c in ":：" for c in last])
    columns["starts_upper"] = np.array([c.isupper() for c in first])
    columns["starts_lower"] = np.array([c.islower() for c in first])
    columns["starts_digit"] = np.array([c.isdigit() for c in first])
    columns["starts_quote"] = np.array([c in "\"“„«‘'—–-" for c in first])
    columns["starts_mark"] = np.array([c in "[(*•·►▶→#@©" for c in first])
    columns["ends_bracket"] = np.array([c in "])" for c in last])
    columns["link_density"] = page.density
    columns["links"] = np.array(page.blocks.links)
    columns["bold_share"] = np.minimum(np.array(page.blocks.bold_letters) / length, 1.0)
    columns["has_at"] = np.array(["@" in t for t in page.texts])
    columns["has_url"] = np.array(["http" in t or "www." in t or ".com" in t for t in page.texts])


def _of_words(page: _Page, columns: dict[str, Any_]) -> None:
    """Known words of short lines, as a share of the words, and among the first four words."""
    kinds = len(WORD_KINDS)
    shares = np.zeros((page.n, kinds), dtype=np.float32)
    early = np.zeros((page.n, kinds), dtype=np.float32)
    for i, text in enumerate(page.texts):
        short = len(text) <= _LINE_LENGTH
        masks = word_masks(text if short else text[:60])
        if masks:
            words = text.count(" ") + 1
            for mask in masks if short else ():
                for k in _BITS_OF[mask]:
                    shares[i, k] += 1 / words
            head = 0
            for mask in word_masks(" ".join(text[:60].split()[:4])):
                head |= mask
            for k in _BITS_OF[head]:
                early[i, k] = 1
    for k, kind in enumerate(WORD_KINDS):
        columns[f"words_{kind}"] = shares[:, k]
        columns[f"starts_{kind}"] = early[:, k]


class _Bits(dict[int, tuple[int, ...]]):
    """Places of the bits that are set, remembered for each mask."""

    def __missing__(self, mask: int) -> tuple[int, ...]:
        self[mask] = places = tuple(i for i in range(mask.bit_length()) if mask >> i & 1)
        return places


_BITS_OF: Final = _Bits()


def _of_place(page: _Page, columns: dict[str, Any_]) -> None:
    """Where on the page each block stands."""
    at = np.arange(page.n)
    columns["place"] = at / page.n
    columns["text_before"] = page.cum[:-1] / page.total
    columns["text_before_letters"] = page.cum[:-1]
    columns["blocks"] = np.full(page.n, page.n)
    columns["page_letters"] = np.full(page.n, page.total)
    depth = [0] * len(page.blocks.parents)
    for i, p in enumerate(page.blocks.parents):
        if p >= 0:
            depth[i] = depth[p] + 1
    columns["depth"] = np.array(depth)[page.element]
    columns["from_first"] = at - page.first[page.up[1]]
    columns["from_end"] = page.end[page.up[1]] - at


def _of_names(page: _Page, columns: dict[str, Any_]) -> None:
    """Tags and names of the elements around; those of elements that hold most of the page count only if they name a body."""
    blocks = page.blocks
    mass = (page.cum[page.end] - page.cum[page.first]) / page.total
    wraps = mass > _WRAPPER_SHARE
    own = np.array(blocks.hints, dtype=np.int64)
    own = np.where(wraps, own & _ALWAYS, own)
    own[mass > 0.97] = 0
    hints, parents = own.tolist(), blocks.parents
    tags = [1 << t for t in blocks.tags]
    wrap = wraps.tolist()
    around, tags_around = list(hints), [0 if w else t for t, w in zip(tags, wrap, strict=True)]
    tags_around = [t & (TAG_BIT["article"] | TAG_BIT["main"] | TAG_BIT["section"]) if w else t for t, w in zip(tags, wrap, strict=True)]
    for i, p in enumerate(parents):
        if p >= 0:
            around[i] |= around[p]
            tags_around[i] |= tags_around[p]
    e = page.element
    near = own[e] | own[page.up[1]] | np.array(blocks.inline_hints, dtype=np.int64)
    far = np.array(around, dtype=np.int64)[e]
    inline = np.array(blocks.inline_hints, dtype=np.int64)
    page.near, page.far = near, far
    for i, kind in enumerate(HINTS):
        columns[f"near_{kind}"] = near >> i & 1
        columns[f"around_{kind}"] = far >> i & 1
    for kind in ("byline", "date", "credit", "caption"):
        columns[f"inline_{kind}"] = inline >> HINTS.index(kind) & 1
    tag = page.tag[e]
    for name in _TAGS_OWN:
        columns[f"is_{name}"] = tag == TAGS.index(name)
    heading = (tag >= TAGS.index("h1")) & (tag <= TAGS.index("h6"))
    page.heading = heading
    columns["is_heading"] = heading
    above = np.array(tags_around, dtype=np.int64)[e]
    for name in _TAGS_AROUND:
        columns[f"in_{name}"] = (above & TAG_BIT[name]) > 0


def _of_containers(page: _Page, columns: dict[str, Any_]) -> None:
    """How much text, and what sort, the elements around each block hold."""
    prose = (page.length > 80) & (page.density < 0.35) & (page.sentence > 1)
    page.prose = prose
    cum_prose = np.concatenate([[0.0], np.cumsum(np.where(prose, page.length, 0.0))])
    mass = page.cum[page.end] - page.cum[page.first]
    link = (page.cum_link[page.end] - page.cum_link[page.first]) / np.maximum(mass, 1)
    good = cum_prose[page.end] - cum_prose[page.first]
    all_good = max(cum_prose[-1], 1.0)
    count = page.end - page.first
    for level in range(1, 5):
        u = page.up[level]
        columns[f"up{level}_mass"] = mass[u]
        columns[f"up{level}_share"] = mass[u] / page.total
        columns[f"up{level}_links"] = link[u]
        columns[f"up{level}_prose"] = good[u] / all_good
        columns[f"up{level}_prose_rate"] = good[u] / np.maximum(mass[u], 1)
        columns[f"up{level}_count"] = count[u]
    score = np.zeros(len(page.parent))
    weight = np.where(prose, page.length, 0.0)
    for level, part in ((1, 1.0), (2, 0.5), (3, 0.25)):
        np.add.at(score, page.up[level], weight * part)
    best = int(score.argmax())
    page.best = best
    at = np.arange(page.n)
    columns["in_best"] = (at >= page.first[best]) & (at < page.end[best])
    columns["best_is_parent"] = page.up[1] == best
    columns["best_is_grandparent"] = page.up[2] == best
    columns["score_of_parent"] = score[page.up[1]] / max(score[best], 1.0)
    columns["score_of_grandparent"] = score[page.up[2]] / max(score[best], 1.0)
    columns["from_best_first"] = at - page.first[best]
    columns["from_best_end"] = page.end[best] - at
    columns["best_share"] = np.full(page.n, good[best] / all_good)


def _of_templates(page: _Page, columns: dict[str, Any_]) -> None:
    """How often the same frame comes on the page, and what the blocks in it are like on average."""
    for name, numbers in (("path", page.blocks.paths), ("look", page.blocks.looks)):
        group = np.array(numbers, dtype=np.int64)[page.element]
        size = np.bincount(group)
        columns[f"{name}_count"] = size[group]
        total = np.bincount(group, page.length)
        columns[f"{name}_length"] = (total / np.maximum(size, 1))[group]
        columns[f"{name}_share"] = total[group] / page.total
        columns[f"{name}_links"] = (np.bincount(group, page.link) / np.maximum(total, 1))[group]
        columns[f"{name}_prose"] = (np.bincount(group, page.prose) / np.maximum(size, 1))[group]
    seen = Counter(page.texts)
    columns["repeats"] = np.array([seen[t] for t in page.texts])


def _of_title(page: _Page, columns: dict[str, Any_], title: str, description: str, ld_body: str) -> None:
    """How each block relates to the headline, the description and the body that the page declares."""
    words = set(_TOKENS(title.lower()))
    described = set(_TOKENS(description.lower()))
    likeness, summary, declared = np.zeros(page.n), np.zeros(page.n), np.full(page.n, -1.0)
    folded = _fold(ld_body)
    for i, text in enumerate(page.texts):
        if len(text) < 400 and words:
            tokens = set(_TOKENS(text.lower()))
            if tokens:
                both = len(tokens & words)
                likeness[i] = 2 * both / (len(tokens) + len(words))
                summary[i] = len(tokens & described) / len(tokens) if described else 0.0
        if len(folded) > 200:
            own = _fold(text)
            declared[i] = len(own) > 12 and own[:80] in folded
    heading_bonus = np.where(page.heading, 0.2, 0.0) + np.where(page.tag[page.element] == TAGS.index("h1"), 0.3, 0.0)
    score = likeness + heading_bonus
    score[page.length > 300] = 0
    head = int(score.argmax()) if score.max() >= 0.5 else -1
    page.head = head
    at = np.arange(page.n)
    columns["title_likeness"] = likeness
    columns["description_likeness"] = summary
    columns["declared"] = declared
    columns["is_head"] = at == head
    columns["from_head"] = at - head if head >= 0 else np.full(page.n, -999)
    columns["letters_from_head"] = page.cum[:-1] - page.cum[head] if head >= 0 else np.full(page.n, -9999)
    before = np.concatenate([[0.0], np.cumsum(np.where(page.prose & (at > head), page.length, 0.0))])
    columns["prose_since_head"] = before[:-1]
    columns["prose_to_come"] = before[-1] - before[1:]
    columns["prose_share_since"] = before[:-1] / max(before[-1], 1.0)


def _fold(text: str) -> str:
    """Letters and digits alone."""
    return "".join(_TOKENS(text.lower()))


def _of_neighbours(page: _Page, columns: dict[str, Any_]) -> None:
    """What stands just before and after."""
    log = np.log1p(page.length)
    tag = page.tag[page.element]
    is_p = (tag == TAGS.index("p")).astype(np.float64)
    for shift in (-2, -1, 1, 2):
        name = f"{'before' if shift < 0 else 'after'}{abs(shift)}"
        columns[f"{name}_length"] = _shifted(page.length, shift)
        columns[f"{name}_links"] = _shifted(page.density, shift)
        columns[f"{name}_p"] = _shifted(is_p, shift)
        columns[f"{name}_heading"] = _shifted(page.heading.astype(np.float64), shift)
        columns[f"{name}_same_parent"] = _shifted(page.up[1].astype(np.float64), shift) == page.up[1]
        columns[f"{name}_prose"] = _shifted(page.prose.astype(np.float64), shift)
    for reach in (3, 8):
        columns[f"window{reach}_length"] = _window(log, reach)
        columns[f"window{reach}_links"] = _window(page.density, reach)
        columns[f"window{reach}_prose"] = _window(page.prose.astype(np.float64), reach)
    at = np.arange(page.n)
    last = np.maximum.accumulate(np.where(page.prose, at, -50))
    coming = np.minimum.accumulate(np.where(page.prose, at, page.n + 50)[::-1])[::-1]
    columns["since_prose"] = at - last
    columns["until_prose"] = coming - at


def _shifted(column: NDArray[np.float64], by: int) -> NDArray[np.float64]:
    """The value *by* places on; -1 beyond the ends."""
    out = np.full(len(column), -1.0)
    if by > 0:
        out[:-by] = column[by:]
    else:
        out[-by:] = column[:by]
    return out


def _window(column: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """The mean over *reach* places on either side, the ends cut short."""
    total = np.concatenate([[0.0], np.cumsum(column)])
    at = np.arange(len(column))
    low, high = np.maximum(at - reach, 0), np.minimum(at + reach + 1, len(column))
    return (total[high] - total[low]) / (high - low)
