"""Numbers that tell body from surroundings, one column for each block of a page.

Everything is computed for all blocks at once; what has to be gone through one by one are the words of short lines and
the table of elements.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipelines.blocks import TAG_BIT, TAGS, Blocks
from pipelines.vocabulary import HINT_BIT, HINTS, WORD_KINDS, word_masks

Floats = NDArray[np.float32]
Numbers = NDArray[Any]

_UP: Final = 5
"""How many elements around a block are looked at."""

_WRAPPER_SHARE: Final = 0.5
_PAGE_SHARE: Final = 0.97
_LINE_LENGTH: Final = 250
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

_STOPS: Final = frozenset('.!?。！？…؟।"”»’)')
_OPENERS: Final = frozenset("\"“„«‘'—–-")
_MARKS: Final = frozenset("[(*•·►▶→#@©>|◆■●")
_LETTERS_AND_DIGITS: Final = re.compile(r"\w+").findall
_LETTER_CLASSES: Final = ("digit", "upper", "comma", "stop", "quote", "bar", "wide", "space")


def _letter_table() -> NDArray[np.uint64]:
    """For each code point of the basic plane, a one in the 16 bits of each of its classes: two words of four."""
    members = {
        "digit": "0123456789٠١٢٣٤٥٦٧٨٩",
        "comma": ",;،、，；",
        "stop": ".!?。！？…؟।",
        "quote": "\"'“”„«»‘’「」",
        "bar": "|/•·›»>–—→▶",
        "space": " ",
        "upper": "".join(chr(code) for code in range(0x0600) if chr(code).isupper()),
        "wide": "".join(chr(code) for code in range(0x3040, 0xD7A4)),
    }
    table = np.zeros((2, 0x10000), dtype=np.uint64)
    for place, name in enumerate(_LETTER_CLASSES):
        codes = np.array([ord(letter) for letter in members[name]])
        table[place // 4, codes] |= np.uint64(1 << 16 * (place % 4))
    return table


_LETTERS: Final = _letter_table()


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


class Columns:
    """Columns under their names, in the order in which they were added."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.rows: list[Numbers] = []

    def add(self, **columns: Numbers) -> None:
        """Add some columns by name."""
        self.names += columns
        self.rows += columns.values()

    def add_many(self, names: Iterable[str], rows: Iterable[Numbers]) -> None:
        """Add the rows of *rows* as columns."""
        self.names += names
        self.rows += list(rows)

    def table(self) -> Floats:
        """Columns x blocks."""
        return np.array(self.rows, dtype=np.float32)


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
        self.tag = np.array(blocks.tags, dtype=np.int64)[self.element]
        self.heading = (self.tag >= _H1) & (self.tag <= _H6)
        self.length = np.array([len(text) for text in blocks.texts], dtype=np.float64)
        self.links = np.minimum(np.array(blocks.link_letters, dtype=np.float64), self.length)
        self.density = self.links / self.length
        self.before = running(self.length)
        self.total = self.before[-1]
        up = [self.element]
        for _ in range(_UP):
            up.append(np.maximum(self.parent[up[-1]], 0))
        self.up = np.array(up)

    def within(self, sums: Numbers) -> Numbers:
        """For each element, what *sums*, running over the blocks, comes to inside of it."""
        return np.asarray(sums[self.end] - sums[self.first])

    def levels_to(self, element: int) -> Numbers:
        """How many of the elements from *element* outwards do not hold each block."""
        chain: list[int] = []
        while element >= 0 and len(chain) < 40:
            chain.append(element)
            element = int(self.parent[element])
        first, end = self.first[chain][:, None], self.end[chain][:, None]
        return np.asarray(((self.at < first) | (self.at >= end)).sum(axis=0))


def running(values: Numbers) -> Numbers:
    """Sums of *values* up to each place, with a zero in front."""
    out = np.zeros(len(values) + 1)
    np.cumsum(values, out=out[1:])
    return out


def features(layout: Layout, declared: Declared) -> tuple[list[str], Floats]:
    """Names of the columns, and the table of columns x blocks."""
    columns = Columns()
    prose = _letters(layout, columns)
    words = _words(layout, columns, declared)
    _names(layout, columns)
    head = _head(layout, columns, declared, words, prose)
    _containers(layout, columns, prose)
    _templates(layout, columns, prose)
    _place(layout, columns, head)
    _neighbours(layout, columns, prose)
    return columns.names, columns.table()


def _letters(layout: Layout, columns: Columns) -> Numbers:
    """What the letters of each block are; gives back which blocks read like prose."""
    texts, length = layout.blocks.texts, layout.length
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    packed = _LETTERS[:, np.minimum(codes, 0xFFFF)]
    sums = np.add.reduceat(packed, layout.before[:-1].astype(np.int64), axis=1)
    fields = (sums[:, None, :] >> (np.arange(4, dtype=np.uint64) * np.uint64(16))[None, :, None]) & np.uint64(0xFFFF)
    count = dict(zip(_LETTER_CLASSES, fields.reshape(8, -1).astype(np.float64), strict=True))
    wide = count["wide"] / length
    words = np.where(wide > 0.3, length / 2, count["space"] + 1)
    columns.add(length=length, words=words, word_length=np.where(wide > 0.3, 5, length / words), wide=wide)
    columns.add(digit_share=count["digit"] / length, upper_share=count["upper"] / length)
    for name in ("comma", "stop", "quote", "bar"):
        columns.add(**{f"{name}_count": count[name], f"{name}_per_word": count[name] / words})
    first, last = [text[0] for text in texts], [text[-1] for text in texts]
    columns.add(
        ends_stop=np.array([letter in _STOPS for letter in last]),
        ends_period=np.array([letter in ".。" for letter in last]),
        ends_colon=np.array([letter in ":：" for letter in last]),
        ends_bracket=np.array([letter in "])" for letter in last]),
        starts_upper=np.array([letter.isupper() for letter in first]),
        starts_lower=np.array([letter.islower() for letter in first]),
        starts_digit=np.array([letter.isdigit() for letter in first]),
        starts_quote=np.array([letter in _OPENERS for letter in first]),
        starts_mark=np.array([letter in _MARKS for letter in first]),
        has_at=np.array(["@" in text for text in texts]),
        has_address=np.array(["http" in text or "www." in text or ".com" in text for text in texts]),
        link_density=layout.density,
        links=np.array(layout.blocks.links),
        bold_share=np.minimum(np.array(layout.blocks.bold_letters) / length, 1),
    )
    sentences = count["stop"] + count["comma"]
    return np.asarray((length > np.where(wide > 0.3, 40, 80)) & (layout.density < 0.35) & (sentences > 1))


def _words(layout: Layout, columns: Columns, declared: Declared) -> tuple[Numbers, Numbers]:
    """Known words of lines, and among the first four words; gives back those, and how alike the title each block is."""
    title, *leads = (set(text.lower().split()) for text in (declared.title, declared.standfirst, declared.description))
    any_, early, share = [0] * layout.n, [0] * layout.n, [0.0] * layout.n
    likeness, described = np.zeros(layout.n), np.zeros((2, layout.n))
    for i, text in enumerate(layout.blocks.texts):
        short = len(text) <= _LINE_LENGTH
        words = (text if short else text[:80]).lower().replace(":", " ").split() or [""]
        for mask in word_masks(words[:4]):
            early[i] |= mask
        if short:
            masks = word_masks(words)
            share[i] = len(masks) / len(words)
            for mask in masks:
                any_[i] |= mask
        if len(text) < 1_000 and any(leads):
            own = set(words if short else text.lower().split())
            for k, lead in enumerate(leads):
                described[k, i] = 2 * len(own & lead) / (len(own) + len(lead)) if lead else -1
        if short and title:
            own = set(words)
            likeness[i] = 2 * len(own & title) / (len(own) + len(title))
    first = (np.array(early, dtype=np.int64) >> _WORD_SHIFTS) & 1
    columns.add_many([f"has_{kind}" for kind in WORD_KINDS], (np.array(any_, dtype=np.int64) >> _WORD_SHIFTS) & 1)
    columns.add_many([f"starts_{kind}" for kind in WORD_KINDS], first)
    columns.add(known_words=np.array(share), standfirst_likeness=described[0], description_likeness=described[1])
    return first, likeness


def _names(layout: Layout, columns: Columns) -> None:
    """Tags and names of the elements around; of those that hold most of the page only what speaks for a body counts."""
    blocks = layout.blocks
    mass = layout.within(layout.before) / layout.total
    own = np.array(blocks.hints, dtype=np.int64)
    tags = np.int64(1) << np.array(blocks.tags, dtype=np.int64)
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
    near = own[element] | own[layout.up[1]] | inline
    far = np.array(around, dtype=np.int64)[element]
    columns.add_many([f"near_{kind}" for kind in HINTS], (near >> _HINT_SHIFTS) & 1)
    columns.add_many([f"around_{kind}" for kind in HINTS], (far >> _HINT_SHIFTS) & 1)
    columns.add_many([f"inline_{kind}" for kind in _INLINE_KINDS], (inline >> _INLINE_SHIFTS) & 1)
    columns.add_many([f"is_{tag}" for tag in _TAGS_OWN], layout.tag == _OWN_SHIFTS)
    columns.add_many(
        [f"in_{tag}" for tag in _TAGS_AROUND], (np.array(tags_around, dtype=np.int64)[element] >> _AROUND_SHIFTS) & 1
    )


def _head(layout: Layout, columns: Columns, declared: Declared, words: tuple[Numbers, Numbers], prose: Numbers) -> int:
    """How each block stands to the headline and to what the page declares; gives the headline's place, -1 if none."""
    first, likeness = words
    score = likeness + np.where(layout.heading, 0.2, 0.0) + np.where(layout.tag == _H1, 0.3, 0.0)
    score[layout.length > 300] = 0
    head = int(score.argmax()) if score.max() >= 0.5 else -1
    far = np.full(layout.n, -999)
    columns.add(
        title_likeness=likeness,
        declared=_declared(layout, declared.body),
        is_head=layout.at == head,
        from_head=layout.at - head if head >= 0 else far,
        letters_from_head=layout.before[:-1] - layout.before[head] if head >= 0 else far,
        levels_to_head=layout.levels_to(int(layout.element[head])) if head >= 0 else far,
    )
    written = running(np.where(prose & (layout.at > head), layout.length, 0.0))
    columns.add(
        prose_since=written[:-1],
        prose_to_come=written[-1] - written[1:],
        prose_share=written[:-1] / max(written[-1], 1),
    )
    heading = np.maximum.accumulate(np.where(layout.heading, layout.at, -1))
    heading = np.where(layout.heading, np.concatenate([[-1], heading[:-1]]), heading)
    columns.add(from_heading=layout.at - heading)
    columns.add_many(
        [f"under_{WORD_KINDS[kind]}" for kind in _HEADING_KINDS],
        np.where(heading >= 0, first[_HEADING_KINDS, :][:, heading], 0),
    )
    return head


def _declared(layout: Layout, body: str) -> Numbers:
    """1 for a block that the declared body holds, 0 for another, -1 where none is declared."""
    if len(body) < 200:
        return np.full(layout.n, -1)
    folded = _fold(body)
    own = [_fold(text[:160])[:80] for text in layout.blocks.texts]
    return np.array([len(text) > 12 and text in folded for text in own])


def _fold(text: str) -> str:
    return "".join(_LETTERS_AND_DIGITS(text.lower()))


def _containers(layout: Layout, columns: Columns, prose: Numbers) -> None:
    """How much text, and what sort, the elements around each block hold."""
    written = np.where(prose, layout.length, 0.0)
    mass = layout.within(layout.before)
    linked = layout.within(running(layout.links)) / np.maximum(mass, 1)
    good = layout.within(running(written))
    all_good = max(float(written.sum()), 1.0)
    pictures = np.bincount([element for _, element, _ in layout.blocks.images], minlength=len(mass))[: len(mass)]
    for level in range(1, _UP):
        around = layout.up[level]
        columns.add(
            **{
                f"up{level}_mass": mass[around],
                f"up{level}_share": mass[around] / layout.total,
                f"up{level}_links": linked[around],
                f"up{level}_prose": good[around] / all_good,
                f"up{level}_prose_rate": good[around] / np.maximum(mass[around], 1),
                f"up{level}_count": (layout.end - layout.first)[around],
            }
        )
    score = np.zeros(len(mass))
    for level, part in ((1, 1.0), (2, 0.5), (3, 0.25)):
        score += np.bincount(layout.up[level], written, minlength=len(mass)) * part
    best = int(np.argmax(score))
    levels = layout.levels_to(best)
    columns.add(
        levels_to_best=levels,
        score_of_parent=score[layout.up[1]] / max(score[best], 1),
        score_of_grandparent=score[layout.up[2]] / max(score[best], 1),
        from_best_first=layout.at - layout.first[best],
        from_best_end=layout.end[best] - layout.at,
        best_share=np.full(layout.n, good[best] / all_good),
        pictures_here=pictures[layout.element] + pictures[layout.up[1]],
    )


def _templates(layout: Layout, columns: Columns, prose: Numbers) -> None:
    """How often the same frame comes on the page, and what the blocks in it are like on average."""
    for name, numbers in (("path", layout.blocks.paths), ("look", layout.blocks.looks)):
        group = np.array(numbers, dtype=np.int64)[layout.element]
        size = np.bincount(group)
        total = np.maximum(np.bincount(group, layout.length), 1)
        many = np.maximum(size, 1)
        columns.add(
            **{
                f"{name}_count": size[group],
                f"{name}_length": (total / many)[group],
                f"{name}_share": total[group] / layout.total,
                f"{name}_links": (np.bincount(group, layout.links) / total)[group],
                f"{name}_prose": (np.bincount(group, prose) / many)[group],
            }
        )
    seen = Counter(layout.blocks.texts)
    columns.add(repeats=np.array([seen[text] for text in layout.blocks.texts]))


def _place(layout: Layout, columns: Columns, head: int) -> None:
    """Where on the page each block stands."""
    n = layout.n
    depth = [0] * len(layout.blocks.parents)
    article = [-1] * len(depth)
    for i, parent in enumerate(layout.blocks.parents):
        if parent >= 0:
            depth[i], article[i] = depth[parent] + 1, article[parent]
        if layout.blocks.tags[i] == _ARTICLE:
            article[i] = i
    articles = np.array(article)[layout.element]
    ahead = np.bincount([min(place, n) for _, _, place in layout.blocks.images], minlength=n + 1)
    columns.add(
        place=layout.at / n,
        text_before=layout.before[:-1] / layout.total,
        letters_before=layout.before[:-1],
        blocks=np.full(n, n),
        page_letters=np.full(n, layout.total),
        depth=np.array(depth)[layout.element],
        from_first=layout.at - layout.first[layout.up[1]],
        from_end=layout.end[layout.up[1]] - layout.at,
        in_heads_article=(articles == articles[head]) & (articles >= 0) if head >= 0 else np.zeros(n),
        articles=np.full(n, len(set(article)) - 1),
        pictures_ahead=ahead[:n],
        pictures_behind=ahead[1 : n + 1],
    )


def _neighbours(layout: Layout, columns: Columns, prose: Numbers) -> None:
    """What stands just before and after."""
    own = np.array([layout.length, layout.density, layout.tag == _P, layout.heading, prose], dtype=np.float64)
    for shift in (-2, -1, 1, 2):
        name = f"{'before' if shift < 0 else 'after'}{abs(shift)}"
        columns.add_many(
            [f"{name}_{what}" for what in ("length", "links", "p", "heading", "prose")], shifted(own, shift)
        )
        columns.add(**{f"{name}_same_parent": shifted(layout.up[1:2].astype(np.float64), shift)[0] == layout.up[1]})
    smooth = np.array([np.log1p(layout.length), layout.density, prose], dtype=np.float64)
    for reach in (3, 8):
        columns.add_many([f"window{reach}_{what}" for what in ("length", "links", "prose")], window(smooth, reach))
    last, coming = nearest(prose)
    columns.add(since_prose=layout.at - last, until_prose=coming - layout.at)


def shifted(rows: Numbers, by: int) -> Numbers:
    """The values *by* places on in each row; -1 beyond the ends."""
    out = np.full(rows.shape, -1.0)
    if by > 0:
        out[:, :-by] = rows[:, by:]
    else:
        out[:, -by:] = rows[:, :by]
    return out


def window(rows: Numbers, reach: int) -> Numbers:
    """The mean over *reach* places on either side in each row, the ends cut short."""
    total = np.zeros((rows.shape[0], rows.shape[1] + 1))
    np.cumsum(rows, axis=1, out=total[:, 1:])
    at = np.arange(rows.shape[1])
    low, high = np.maximum(at - reach, 0), np.minimum(at + reach + 1, rows.shape[1])
    return np.asarray((total[:, high] - total[:, low]) / (high - low))


def nearest(flags: Numbers) -> tuple[Numbers, Numbers]:
    """The last place up to each and the first from each on where *flags* is set; 50 beyond the ends if none is."""
    n = len(flags)
    at = np.arange(n)
    last = np.maximum.accumulate(np.where(flags, at, -50))
    coming = np.minimum.accumulate(np.where(flags, at, n + 50)[::-1])[::-1]
    return last, coming
