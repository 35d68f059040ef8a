"""Numbers that tell body from surroundings, one row of numbers for each question and one column for each block.

Everything is computed for all blocks at once, related questions together: what costs is the number of calls to numpy,
not the arithmetic. Gone through one by one are only the words of the lines and the table of elements.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipelines.blocks import TAG_BIT, TAGS, Blocks
from pipelines.vocabulary import HINT_BIT, HINTS, WORD_BITS, WORD_KINDS, word_mask

Floats = NDArray[np.float32]
Numbers = NDArray[Any]

_UP: Final = 5
"""How many elements around a block are looked at."""

_WRAPPER_SHARE: Final = 0.5
_PAGE_SHARE: Final = 0.97
_LINE_LENGTH: Final = 250
_LINE_START: Final = 80
_FIRST_WORDS: Final = 4
_LONG_PARAGRAPH: Final = 1_000
_KEPT_ON_WRAPPERS: Final = sum(HINT_BIT[k] for k in ("body", "article", "content", "main", "text", "paywall"))
_TAGS_KEPT_ON_WRAPPERS: Final = TAG_BIT["article"] | TAG_BIT["main"] | TAG_BIT["section"]
_TAGS_AROUND: Final = (
    "article",
    "section",
    "main",
    "aside",
    "header",
    "form",
    "figure",
    "figcaption",
    "table",
    "li",
    "ul",
    "ol",
    "blockquote",
    "dl",
    "details",
    "address",
    "td",
    "custom",
)
_TAGS_OWN: Final = (
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "li",
    "blockquote",
    "pre",
    "td",
    "tr",
    "figcaption",
    "article",
    "section",
    "custom",
)
_H1, _H6, _P, _ARTICLE = (TAGS.index(tag) for tag in ("h1", "h6", "p", "article"))
_HEADING_KINDS: Final = tuple(
    WORD_KINDS.index(kind)
    for kind in ("related", "newsletter", "share", "comment", "tags", "ad", "login", "note", "video")
)
_HINT_SHIFTS: Final = np.arange(len(HINTS), dtype=np.int64)[:, None]
_OWN_SHIFTS: Final = np.array([TAGS.index(tag) for tag in _TAGS_OWN], dtype=np.int64)[:, None]
_AROUND_SHIFTS: Final = np.array([TAGS.index(tag) for tag in _TAGS_AROUND], dtype=np.int64)[:, None]
_WORD_SHIFTS: Final = np.arange(len(WORD_KINDS), dtype=np.int64)[:, None]
_INLINE_KINDS: Final = ("byline", "date", "credit", "caption", "tags", "hidden")
_INLINE_SHIFTS: Final = np.array([HINTS.index(kind) for kind in _INLINE_KINDS], dtype=np.int64)[:, None]

_LETTERS_AND_DIGITS: Final = re.compile(r"\w+").findall
_LETTER_CLASSES: Final = {
    "digit": "0123456789٠١٢٣٤٥٦٧٨٩",
    "upper": "".join(chr(code) for code in range(0x0600) if chr(code).isupper()),
    "comma": ",;،、，；",
    "stop": ".!?。！？…؟।",
    "quote": "\"'“”„«»‘’「」",
    "bar": "|/•·›»>–—→▶",
    "wide": "".join(map(chr, range(0x3040, 0xD7A4))),
    "space": " ",
}
_MARK_CLASSES: Final = ("comma", "stop", "quote", "bar")
_LAST_LETTERS: Final = {"stop": '.!?。！？…؟।"”»’)', "period": ".。", "colon": ":：", "bracket": "])"}
_FIRST_LETTERS: Final = {"quote": "\"“„«‘'—–-", "mark": "[(*•·►▶→#@©>|◆■●"}
_PLANE: Final = 0x10000
"""Letters outside of the basic plane count as its last one, which is none."""


def _letter_table() -> NDArray[np.uint64]:
    """For each code point of the basic plane, a one in the 16 bits of each of its classes: two words of four."""
    table = np.zeros((2, _PLANE), dtype=np.uint64)
    for place, members in enumerate(_LETTER_CLASSES.values()):
        table[place // 4, list(map(ord, members))] |= np.uint64(1 << 16 * (place % 4))
    return table


def _edge_table() -> NDArray[np.uint16]:
    """For each code point of the basic plane, a bit for each question about the last or first letter of a block."""
    letters = np.arange(_PLANE, dtype=np.uint32).view("U1")
    is_any = [np.char.isupper(letters), np.char.islower(letters), np.char.isdigit(letters)]
    classes = [np.isin(letters, list(members)) for members in (*_LAST_LETTERS.values(), *_FIRST_LETTERS.values())]
    rows = [*classes[: len(_LAST_LETTERS)], *is_any, *classes[len(_LAST_LETTERS) :]]
    return np.asarray(sum(row.astype(np.uint16) << bit for bit, row in enumerate(rows)), dtype=np.uint16)


_LETTERS: Final = _letter_table()
_EDGES: Final = _edge_table()
_LAST_SHIFTS: Final = np.arange(4, dtype=np.uint16)[:, None]
_FIRST_SHIFTS: Final = np.arange(4, 9, dtype=np.uint16)[:, None]
_COUNT_SHIFTS: Final = (np.arange(4, dtype=np.uint64) * np.uint64(16))[None, :, None]

_LETTER_NAMES: Final = (
    "length", "words", "word_length", "wide", "digit_share", "upper_share",
    *(f"{mark}_{what}" for mark in _MARK_CLASSES for what in ("count", "per_word")),
    "ends_stop", "ends_period", "ends_colon", "ends_bracket",
    "starts_upper", "starts_lower", "starts_digit", "starts_quote", "starts_mark",
    "has_at", "has_address", "link_density", "links", "bold_share",
)  # fmt: skip
_WORD_NAMES: Final = (
    *(f"has_{kind}" for kind in WORD_KINDS), *(f"starts_{kind}" for kind in WORD_KINDS),
    "known_words", "standfirst_likeness", "description_likeness",
)  # fmt: skip
_NAME_NAMES: Final = (
    *(f"near_{kind}" for kind in HINTS), *(f"around_{kind}" for kind in HINTS),
    *(f"inline_{kind}" for kind in _INLINE_KINDS),
    *(f"is_{tag}" for tag in _TAGS_OWN), *(f"in_{tag}" for tag in _TAGS_AROUND),
)  # fmt: skip
_HEAD_NAMES: Final = (
    "title_likeness", "declared", "is_head", "from_head", "letters_from_head", "levels_to_head",
    "prose_since", "prose_to_come", "prose_share", "from_heading",
    *(f"under_{WORD_KINDS[kind]}" for kind in _HEADING_KINDS),
)  # fmt: skip
_CONTAINER_NAMES: Final = (
    *(
        f"up{level}_{what}"
        for level in range(1, _UP)
        for what in ("mass", "share", "links", "prose", "prose_rate", "count")
    ),
    "levels_to_best", "score_of_parent", "score_of_grandparent",
    "from_best_first", "from_best_end", "best_share", "pictures_here",
)  # fmt: skip
_TEMPLATE_NAMES: Final = (
    *(f"{frame}_{what}" for frame in ("path", "look") for what in ("count", "length", "share", "links", "prose")),
    "repeats",
)  # fmt: skip
_PLACE_NAMES: Final = (
    "place", "text_before", "letters_before", "blocks", "page_letters", "depth", "from_first", "from_end",
    "in_heads_article", "articles", "pictures_ahead", "pictures_behind",
)  # fmt: skip
_NEIGHBOUR_NAMES: Final = (
    *(
        f"{side}_{what}"
        for side in ("before2", "before1", "after1", "after2")
        for what in ("length", "links", "p", "heading", "prose", "same_parent")
    ),
    *(f"window{reach}_{what}" for reach in (3, 8) for what in ("length", "links", "prose")),
    "since_prose", "until_prose",
)  # fmt: skip
NAMES: Final = (
    *_LETTER_NAMES, *_WORD_NAMES, *_NAME_NAMES, *_HEAD_NAMES,
    *_CONTAINER_NAMES, *_TEMPLATE_NAMES, *_PLACE_NAMES, *_NEIGHBOUR_NAMES,
)  # fmt: skip
"""What the rows of `features` are about, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the page says about its article outside of the text."""

    title: str = ""
    """The headline, or what the head calls the page."""

    standfirst: str = ""
    """The lead that stands apart from the body, as it was read."""

    description: str = ""
    """The description in the head."""

    body: str = ""
    """The articleBody of its JSON-LD."""


class Layout:
    """The lists of `Blocks` as arrays, and sums that several columns share."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks
        self.n = n = len(blocks.texts)
        self.at = np.arange(n)
        self.element = np.array(blocks.elements, dtype=np.int64)
        self.parent = np.array(blocks.parents, dtype=np.int64)
        self.first = np.array(blocks.first_blocks, dtype=np.int64)
        end = np.array(blocks.end_blocks, dtype=np.int64)
        self.end = np.where(end < 0, n, end)
        self.tags = np.array(blocks.tags, dtype=np.int64)
        self.tag = self.tags.take(self.element)
        self.heading = (self.tag >= _H1) & (self.tag <= _H6)
        self.length = np.fromiter(map(len, blocks.texts), dtype=np.float64, count=n)
        self.links = np.minimum(np.array(blocks.link_letters, dtype=np.float64), self.length)
        self.density = self.links / self.length
        self.before = running(self.length)
        self.total = self.before[-1]
        self.up = np.empty((_UP + 1, n), dtype=np.int64)
        self.up[0] = self.element
        outer = np.maximum(self.parent, 0)
        for level in range(_UP):
            outer.take(self.up[level], out=self.up[level + 1], mode="clip")
        self.templates = np.array([blocks.paths, blocks.looks], dtype=np.int64).take(self.element, axis=1)
        self.mass = self.within(self.before)

    def within(self, sums: Numbers) -> Numbers:
        """For each element, what *sums*, running over the blocks, comes to inside of it; row by row where it has rows.

        By `take`, as everywhere here: the same by brackets costs two to ten times as much.
        """
        return np.asarray(sums.take(self.end, axis=-1) - sums.take(self.first, axis=-1))

    def levels_to(self, element: int) -> Numbers:
        """How many of the elements from *element* outwards do not hold each block."""
        chain: list[int] = []
        while element >= 0 and len(chain) < 40:
            chain.append(element)
            element = int(self.parent[element])
        chain.reverse()
        behind, ended = self.first.take(chain), self.end.take(chain)[::-1]
        return np.asarray(len(chain) - behind.searchsorted(self.at, "right") + ended.searchsorted(self.at, "right"))


Rows = list[Numbers | float]
"""Rows of a table: arrays of one row or several, and a number where it is the same for all blocks."""


def table(count: int, blocks: int, rows: Rows) -> Floats:
    """One table of *count* rows and *blocks* columns, of *rows* one below the other."""
    out = np.empty((count, blocks), dtype=np.float32)
    at = 0
    for row in rows:
        deep = len(row) if isinstance(row, np.ndarray) and row.ndim == 2 else 1
        out[at : at + deep] = row
        at += deep
    return out


def running(values: Numbers) -> Numbers:
    """Sums of *values* up to each place, with a zero in front; row by row where it has rows."""
    out = np.zeros((*values.shape[:-1], values.shape[-1] + 1))
    np.add.accumulate(values, axis=-1, out=out[..., 1:])
    return out


def features(layout: Layout, declared: Declared) -> tuple[tuple[str, ...], Floats]:
    """What the rows are about, and the table of questions x blocks."""
    letters, prose = _letters(layout)
    words, first_words, likeness = _words(layout, declared)
    headings, head = _head(layout, declared, first_words, likeness, prose)
    return NAMES, table(
        len(NAMES),
        layout.n,
        [
            *letters,
            *words,
            *_names(layout),
            *headings,
            *_containers(layout, prose),
            *_templates(layout, prose),
            *_place(layout, head),
            *_neighbours(layout, prose),
        ],
    )


def _letters(layout: Layout) -> tuple[Rows, Numbers]:
    """What the letters of each block are, and which blocks read like prose."""
    texts, length = layout.blocks.texts, layout.length
    codes = np.minimum(np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32), 0xFFFF)
    starts = layout.before[:-1].astype(np.int64)
    sums = np.add.reduceat(_LETTERS.take(codes, axis=1), starts, axis=1)
    fields = (sums[:, None, :] >> _COUNT_SHIFTS) & np.uint64(0xFFFF)
    digit, upper, *marks, wide, space = fields.reshape(8, -1).astype(np.float64)
    wide /= length
    is_wide = wide > 0.3
    words = np.where(is_wide, length / 2, space + 1)
    mark_rows = np.empty((2 * len(marks), layout.n))
    mark_rows[0::2] = marks
    mark_rows[1::2] = mark_rows[0::2] / words
    last = layout.before[1:].astype(np.int64) - 1
    rows: Rows = [
        length,
        words,
        np.where(is_wide, 5, length / words),
        wide,
        digit / length,
        upper / length,
        mark_rows,
        (_EDGES.take(codes.take(last)) >> _LAST_SHIFTS) & 1,
        (_EDGES.take(codes.take(starts)) >> _FIRST_SHIFTS) & 1,
        _holding(texts, "@"),
        _holding(texts, "http", "www.", ".com"),
        layout.density,
        np.array(layout.blocks.links),
        np.minimum(np.array(layout.blocks.bold_letters) / length, 1),
    ]
    comma, stop, *_ = marks
    prose = (length > np.where(is_wide, 40, 80)) & (layout.density < 0.35) & (comma + stop > 1)
    return rows, np.asarray(prose)


def _holding(texts: Sequence[str], *marks: str) -> Numbers | float:
    """1 for each text that holds one of *marks*, 0 for the others; most pages have none that does."""
    together = "\n".join(texts)
    found = [mark for mark in marks if mark in together]
    return np.array([any(mark in text for mark in found) for text in texts]) if found else 0


def _words(layout: Layout, declared: Declared) -> tuple[Rows, Numbers, Numbers]:
    """Known words of lines, and among the first four words; those apart, and how alike the title each block is."""
    title, *leads = (set(text.lower().split()) for text in (declared.title, declared.standfirst, declared.description))
    early, any_, share, likeness = [0] * layout.n, [0] * layout.n, [0.0] * layout.n, [0.0] * layout.n
    lines = "\n".join(layout.blocks.texts).lower().split("\n")
    words_of = [line.replace(":", " ").split() if len(line) <= _LINE_LENGTH else None for line in lines]
    for i, words in enumerate(words_of):
        if words is not None:
            masks = [WORD_BITS[word] for word in words if word in WORD_BITS]
            if masks:
                share[i] = len(masks) / len(words)
                any_[i] = reduce(or_, masks)
                early[i] = any_[i] if len(words) <= _FIRST_WORDS else word_mask(words[:_FIRST_WORDS])
            if not title.isdisjoint(words):
                likeness[i] = _likeness(set(words), title)
        else:
            early[i] = word_mask(lines[i][:_LINE_START].replace(":", " ").split()[:_FIRST_WORDS])
    first = (np.array(early, dtype=np.int64) >> _WORD_SHIFTS) & 1
    known = (np.array(any_, dtype=np.int64) >> _WORD_SHIFTS) & 1
    described = _described(lines, words_of, leads)
    return [known, first, np.array([share, *described])], first, np.array(likeness)


def _described(lines: list[str], words_of: list[list[str] | None], leads: list[set[str]]) -> list[list[float]]:
    """For each of *leads* how alike it each line is that is no long paragraph; -1 where it says nothing."""
    rows = [[0.0] * len(lines) for _ in leads]
    said = [(lead, row) for lead, row in zip(leads, rows, strict=True) if lead]
    if not said:
        return rows
    for lead, row in zip(leads, rows, strict=True):
        if not lead:
            row[:] = [-1.0 if len(line) < _LONG_PARAGRAPH else 0.0 for line in lines]
    for i, line in enumerate(lines):
        if len(line) < _LONG_PARAGRAPH:
            words = words_of[i]
            words = line.split() if words is None else words
            own: set[str] = set()
            for lead, row in said:
                if not lead.isdisjoint(words):
                    own = own or set(words)
                    row[i] = _likeness(own, lead)
    return rows


def _likeness(one: set[str], other: set[str]) -> float:
    """How many of their words two lines share, from 0 to 1."""
    return 2 * len(one & other) / (len(one) + len(other))


def _names(layout: Layout) -> Rows:
    """Tags and names of the elements around; of those that hold most of the page only what speaks for a body counts."""
    blocks = layout.blocks
    mass = layout.mass / layout.total
    own = np.array(blocks.hints, dtype=np.int64)
    tags = np.int64(1) << layout.tags
    wraps = mass > _WRAPPER_SHARE
    own[wraps] &= _KEPT_ON_WRAPPERS
    own[mass > _PAGE_SHARE] = 0
    tags[wraps] &= _TAGS_KEPT_ON_WRAPPERS
    around, tags_around = own.tolist(), tags.tolist()
    for i, parent in enumerate(blocks.parents):
        if parent >= 0:
            around[i] |= around[parent]
            tags_around[i] |= tags_around[parent]
    element = layout.element
    inline = np.array(blocks.inline_hints, dtype=np.int64)
    near = own.take(element) | own.take(layout.up[1]) | inline
    far, tags_far = np.array([around, tags_around], dtype=np.int64).take(element, axis=1)
    return [
        (near >> _HINT_SHIFTS) & 1,
        (far >> _HINT_SHIFTS) & 1,
        (inline >> _INLINE_SHIFTS) & 1,
        layout.tag == _OWN_SHIFTS,
        (tags_far >> _AROUND_SHIFTS) & 1,
    ]


def _head(
    layout: Layout, declared: Declared, first_words: Numbers, likeness: Numbers, prose: Numbers
) -> tuple[Rows, int]:
    """How each block stands to the headline and to what the page declares; and the headline's place, -1 if none."""
    score = likeness + np.where(layout.heading, 0.2, 0.0) + np.where(layout.tag == _H1, 0.3, 0.0)
    score[layout.length > 300] = 0
    head = int(score.argmax()) if score.max() >= 0.5 else -1
    written = running(np.where(prose & (layout.at > head), layout.length, 0.0))
    heading = np.maximum.accumulate(np.where(layout.heading, layout.at, -1))
    heading = np.where(layout.heading, np.concatenate([[-1], heading[:-1]]), heading)
    under = np.where(heading >= 0, first_words.take(_HEADING_KINDS, axis=0).take(heading, axis=1, mode="wrap"), 0)
    return [
        likeness,
        _declared(layout, declared.body),
        layout.at == head,
        layout.at - head if head >= 0 else -999,
        layout.before[:-1] - layout.before[head] if head >= 0 else -999,
        layout.levels_to(int(layout.element[head])) if head >= 0 else -999,
        written[:-1],
        written[-1] - written[1:],
        written[:-1] / max(written[-1], 1),
        layout.at - heading,
        under,
    ], head


def _declared(layout: Layout, body: str) -> Numbers | float:
    """1 for a block that the declared body holds, 0 for another, -1 where none is declared."""
    if len(body) < 200:
        return -1
    folded = _fold(body)
    own = [_fold(text[:160])[:80] for text in layout.blocks.texts]
    return np.array([len(text) > 12 and text in folded for text in own])


def _fold(text: str) -> str:
    return "".join(_LETTERS_AND_DIGITS(text.lower()))


def _containers(layout: Layout, prose: Numbers) -> Rows:
    """How much text, and what sort, the elements around each block hold."""
    written = np.where(prose, layout.length, 0.0)
    mass = layout.mass
    linked, good = layout.within(running(np.array([layout.links, written])))
    all_good = max(float(written.sum()), 1.0)
    some = np.maximum(mass, 1)
    sums = np.array([mass, mass / layout.total, linked / some, good / all_good, good / some, layout.end - layout.first])
    score = np.zeros(len(mass))
    for level, part in ((1, 1.0), (2, 0.5), (3, 0.25)):
        score += np.bincount(layout.up[level], written, minlength=len(mass)) * part
    best = int(np.argmax(score))
    pictures = np.bincount([element for _, element, _ in layout.blocks.images], minlength=len(mass))[: len(mass)]
    return [
        *(sums.take(layout.up[level], axis=1) for level in range(1, _UP)),
        layout.levels_to(best),
        score.take(layout.up[1:3]) / max(score[best], 1),
        layout.at - layout.first[best],
        layout.end[best] - layout.at,
        float(good[best] / all_good),
        pictures.take(layout.element) + pictures.take(layout.up[1]),
    ]


def _templates(layout: Layout, prose: Numbers) -> Rows:
    """How often the same frame comes on the page, and what the blocks in it are like on average."""
    rows: Rows = []
    for group in layout.templates:
        size = np.bincount(group)
        total = np.maximum(np.bincount(group, layout.length), 1)
        many = np.maximum(size, 1)
        linked, written = np.bincount(group, layout.links) / total, np.bincount(group, prose) / many
        rows.append(np.array([size, total / many, total / layout.total, linked, written]).take(group, axis=1))
    seen = Counter(layout.blocks.texts)
    rows.append(np.array([seen[text] for text in layout.blocks.texts]))
    return rows


def _place(layout: Layout, head: int) -> Rows:
    """Where on the page each block stands."""
    n = layout.n
    depth = [0] * len(layout.blocks.parents)
    article = [-1] * len(depth)
    for i, (parent, tag) in enumerate(zip(layout.blocks.parents, layout.blocks.tags, strict=True)):
        if parent >= 0:
            depth[i], article[i] = depth[parent] + 1, article[parent]
        if tag == _ARTICLE:
            article[i] = i
    depths, articles = np.array([depth, article]).take(layout.element, axis=1)
    ahead = np.bincount([min(place, n) for _, _, place in layout.blocks.images], minlength=n + 1)
    return [
        layout.at / n,
        layout.before[:-1] / layout.total,
        layout.before[:-1],
        n,
        float(layout.total),
        depths,
        layout.at - layout.first.take(layout.up[1]),
        layout.end.take(layout.up[1]) - layout.at,
        (articles == articles[head]) & (articles >= 0) if head >= 0 else 0,
        len(set(article)) - 1,
        ahead[:n],
        ahead[1 : n + 1],
    ]


def _neighbours(layout: Layout, prose: Numbers) -> Rows:
    """What stands just before and after."""
    own = np.array([layout.length, layout.density, layout.tag == _P, layout.heading, prose, layout.up[1]])
    rows: Rows = []
    for beside in shifted(own, (-2, -1, 1, 2)):
        rows += [beside[:5], beside[5] == own[5]]
    smooth = np.array([np.log1p(layout.length), layout.density, prose])
    last, coming = nearest(prose)
    return [*rows, *windows(smooth, (3, 8)), layout.at - last, coming - layout.at]


def shifted(rows: Numbers, steps: Sequence[int]) -> list[Numbers]:
    """For each of *steps* the values so many places on in each row; -1 beyond the ends."""
    reach, length = max(map(abs, steps)), rows.shape[1]
    padded = np.full((len(rows), length + 2 * reach), -1.0)
    padded[:, reach : reach + length] = rows
    return [padded[:, reach + by : reach + by + length] for by in steps]


def windows(rows: Numbers, reaches: Sequence[int]) -> list[Numbers]:
    """The means over each of *reaches* places on either side in each row, the ends cut short."""
    length = rows.shape[1]
    total = running(rows)
    at, reach = np.arange(length), np.array(reaches)[:, None]
    low, high = np.maximum(at - reach, 0), np.minimum(at + reach + 1, length)
    means = (total.take(high, axis=1) - total.take(low, axis=1)) / (high - low)
    return list(means.transpose(1, 0, 2))


def nearest(flags: Numbers) -> tuple[Numbers, Numbers]:
    """The last place up to each and the first from each on where *flags* is set; 50 beyond the ends if none is."""
    n = len(flags)
    at = np.arange(n)
    last = np.maximum.accumulate(np.where(flags, at, -50))
    coming = np.minimum.accumulate(np.where(flags, at, n + 50)[::-1])[::-1]
    return last, coming
