"""The body of an article: its paragraphs, sub-headings, lists, quotes and tables, and nothing of what surrounds them.

One walk gives the blocks, a learned model says how likely each belongs to the body, and a second look over the whole
sequence decides. What is left out is named with its likely kind, so that a wrong decision can be seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from archive.model import Evidence, Image
from pipelines.block_context import context
from pipelines.block_features import Declared, Layout, features
from pipelines.block_model import load_model
from pipelines.blocks import TAGS, Blocks
from pipelines.body_lines import Fields, is_end_label, settle
from pipelines.body_markup import clean_text, framed, markup, plain_text
from pipelines.pictures import marked_captions, pictures_of
from pipelines.vocabulary import HINT_BIT

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from pipelines.page import Page

_FIRST: Final = "block_model.json"
_SECOND: Final = "block_model_context.json"
THRESHOLD: Final = 0.45
CONFIDENT: Final = 0.9
"""Confidence below which a page is looked at a second time; of real pages that is about one in eleven."""

_VERY_LIKELY: Final = 0.8
_LEAST_LETTERS: Final = 300
_LEAST_SHARE: Final = 0.1
_BODY_NAMES: Final = HINT_BIT["body"] | HINT_BIT["article"]
_ARTICLE: Final = TAGS.index("article")
_DOUBTED: Final = {False: 0.65, True: 0.85}
"""How likely a tail is at most, without and with tools for sharing before it; and of which share of the text."""

_TAIL_SHARE: Final = 0.3
_CERTAIN: Final = 0.85
_HEADING: Final = 0.2
"""How likely a heading between two blocks of the body has to be."""

_CAPTION: Final = 0.2
"""How likely a caption behind the body has to be for its picture to be one of the article."""

_HEADINGS: Final = frozenset(TAGS.index(tag) for tag in ("h2", "h3", "h4", "h5", "h6"))
_COMMENT: Final = HINT_BIT["comment"]
_COMMENT_LETTERS: Final = 25
"""What is shorter among comments is mostly a name, a date or a button."""

_JSON_LD_NODES: Final = 5_000
_BEGINNING: Final = 100
"""Letters of a body that are kept as evidence."""

_ALIKE: Final = 20
_MOST_AROUND: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A block near the body that was left out."""

    text: str
    """Its text."""

    reason: str
    """What its names hint at: caption, related, newsletter, comment, …; empty when only the model spoke."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a page's article says."""

    text: str
    """Blocks in reading order, one blank line between them; list items begin with "- ". Empty when none was found."""

    html: str = ""
    """The same blocks as clean markup."""

    images: tuple[Image, ...] = ()
    """Pictures inside the article, with captions and credits."""

    confidence: float = 0.0
    """How sure the reader is of the whole, from 0 to 1; below `CONFIDENT` it looks a second time."""

    dropped: tuple[Dropped, ...] = ()
    """The blocks between headline and end that were left out, in their order."""

    comments: tuple[str, ...] = ()
    """Readers' comments, one a block."""

    evidence: tuple[Evidence, ...] = ()
    """The element that holds the text, and the body that JSON-LD declares where it begins otherwise; none where the
    blocks were told."""

    notes: tuple[str, ...] = ()
    """What a budget cut."""


def read_body(
    page: Page,
    *,
    headline: str = "",
    standfirst: str = "",
    apart: frozenset[str] = frozenset(),
    told: Sequence[int] = (),
) -> Body:
    """The body of the article on *page*; *headline* and *standfirst*, where known, help to tell where it begins.

    *apart* are lines that were read as other fields: before the first paragraph and behind the last they are no part
    of the body. Where somebody has *told* which blocks are the body, those are.
    """
    blocks = page.blocks
    if not blocks.texts:
        return Body(text="")
    declared = declared_on(page, headline, standfirst)
    likely = likelihoods(blocks, declared)
    chosen = list(told) or choose(blocks, likely, Fields(headline=headline, standfirst=standfirst, lines=apart))
    in_frames = framed(blocks, chosen)
    return Body(
        text=plain_text(blocks, in_frames),
        html=markup(blocks, in_frames, page.base_url),
        images=pictures_of(blocks, set(chosen), _last_caption(blocks, likely, chosen), page.base_url),
        confidence=_confidence(blocks, likely, chosen),
        dropped=_dropped(blocks, chosen),
        comments=_comments(blocks, chosen),
        evidence=() if told else _evidence(blocks, chosen, declared.body),
        notes=("body: the page was cut at the budget",) if blocks.cut else (),
    )


def _evidence(blocks: Blocks, chosen: Sequence[int], declared: str) -> tuple[Evidence, ...]:
    if not chosen:
        return ()
    begin = blocks.texts[chosen[0]]
    place = _path_of(blocks.spans[chosen[0]][0], blocks.spans[chosen[-1]][1])
    found = Evidence(field="body", source="heuristic", selector=place, raw=begin[:_BEGINNING], chosen=True)
    other = " ".join(declared[: 2 * _BEGINNING].split())[:_BEGINNING]
    if not other or begin.startswith(other[:_ALIKE]):
        return (found,)
    return found, Evidence(field="body", source="json-ld", selector="articleBody", raw=other, chosen=False)


def _path_of(first: LexborNode, last: LexborNode) -> str:
    """The innermost element around two text nodes, as a selector that shows it, and needs not be the only such one."""
    around = {node.mem_id for node in _outwards(last)}
    node = next((node for node in _outwards(first) if node.mem_id in around), None)
    if node is None:
        return "body"
    attributes = node.attributes
    name = attributes.get("id")
    classes = (attributes.get("class") or "").split()[:2]
    return f"{node.tag}{f'#{name}' if name else ''}{''.join(f'.{word}' for word in classes)}"[:_BEGINNING]


def _outwards(node: LexborNode) -> Iterator[LexborNode]:
    around = node.parent
    for _ in range(_MOST_AROUND):
        if around is None or around.tag == "-undef" or around.tag is None:
            return
        yield around
        around = around.parent


def choose(blocks: Blocks, likely: NDArray[np.float32], fields: Fields) -> list[int]:
    """The places of the blocks of the body: those that are likely enough, then what the rules for single lines say."""
    sure = [int(i) for i in np.flatnonzero(likely > THRESHOLD)]
    chosen = settle(blocks, _with_headings(blocks, likely, _without_tail(blocks, likely, sure)), fields)
    if _confidence(blocks, likely, chosen) >= CONFIDENT:
        return chosen
    return _in_one_element(blocks, likely, chosen)


def _last_caption(blocks: Blocks, likely: NDArray[np.float32], chosen: Sequence[int]) -> int:
    """The last block of the body, or of the captions right behind it that are not unlikely: a gallery."""
    last = chosen[-1] if chosen else -1
    if last + 1 >= len(likely) or likely[last + 1] <= _CAPTION:
        return last
    captions = marked_captions(blocks)
    while last + 1 in captions and likely[last + 1] > _CAPTION:
        last += 1
    return last


def _in_one_element(blocks: Blocks, likely: NDArray[np.float32], chosen: list[int]) -> list[int]:
    """*chosen* within the one element, of those called article or body, that holds most of what is very likely.

    Where the model is in doubt, what it doubts are comments and other articles, and they stand in elements of their
    own. All of *chosen* where no such element holds enough.
    """
    letters = np.array([len(text) for text in blocks.texts]) * (likely > THRESHOLD)
    gain = np.concatenate([[0.0], np.cumsum(letters * (likely - _VERY_LIKELY))])
    held = np.concatenate([[0.0], np.cumsum(letters)])
    least = max(_LEAST_LETTERS, _LEAST_SHARE * float(held[-1]))
    best, most = range(len(blocks.texts)), 0.0
    for element, (first, end) in enumerate(zip(blocks.first_blocks, blocks.end_blocks, strict=True)):
        if blocks.hints[element] & _BODY_NAMES or blocks.tags[element] == _ARTICLE:
            last = end if end >= 0 else len(blocks.texts)
            if gain[last] - gain[first] > most and held[last] - held[first] >= least:
                best, most = range(first, last), float(gain[last] - gain[first])
    return [i for i in chosen if i in best]


def _without_tail(blocks: Blocks, likely: NDArray[np.float32], sure: list[int]) -> list[int]:
    """*sure* without what the model doubts behind a gap after the last of the sure text: lists, promotion, comments.

    It may doubt less where tools for sharing stand in the gap.
    """
    letters = [len(blocks.texts[i]) for i in sure]
    total = sum(letters)
    end, left, highest = len(sure), total, 0.0
    most = _TAIL_SHARE * total
    for at in range(len(sure) - 1, 0, -1):
        left -= letters[at]
        highest = max(highest, float(likely[sure[at]]))
        if highest >= _DOUBTED[True] or total - left > most:
            break
        gap = range(sure[at - 1] + 1, sure[at])
        if gap and highest < _DOUBTED[any(is_end_label(blocks.texts[i]) for i in gap)]:
            end = at
    kept = sure[:end]
    if end == len(sure) or _certainty(blocks, likely, kept) < _CERTAIN:
        return sure
    return kept


def _with_headings(blocks: Blocks, likely: NDArray[np.float32], sure: list[int]) -> list[int]:
    """*sure* blocks and each heading between two of them that is not unlikely, and of their make or among them."""
    inside = set(sure)
    between = [before + 1 for before in sure if before + 2 in inside and before + 1 not in inside]
    more = [i for i in between if likely[i] > _HEADING and blocks.tags[blocks.elements[i]] in _HEADINGS]
    if not more:
        return sure
    looks = {blocks.looks[blocks.elements[i]] for i in sure if blocks.tags[blocks.elements[i]] in _HEADINGS}
    return sorted(inside | {i for i in more if not blocks.links[i] and _belongs(blocks, i, looks)})


def _belongs(blocks: Blocks, heading: int, looks: set[int]) -> bool:
    """Whether a heading looks like others of the body, or stands beside the block behind it."""
    element, coming = blocks.elements[heading], blocks.elements[heading + 1]
    return blocks.looks[element] in looks or blocks.parents[element] == blocks.parents[coming]


def declared_on(page: Page, headline: str, standfirst: str) -> Declared:
    """What *page* says about its article outside of the text, with the *headline* and *standfirst* read from it."""
    return Declared(
        title=headline or page.meta_value("og:title") or page.title,
        standfirst=standfirst,
        description=page.meta_value("og:description", "description"),
        body=_declared_body(page.json_ld),
    )


def likelihoods(blocks: Blocks, declared: Declared) -> NDArray[np.float32]:
    """How likely each block belongs to the body: by itself, then in the light of what that made of its surroundings."""
    layout = Layout(blocks)
    names, table = features(layout, declared)
    first_look = load_model(_FIRST, names).probabilities(table)
    more_names, more = context(layout, first_look)
    return load_model(_SECOND, names + more_names).probabilities(np.concatenate([table, more]))


def _confidence(blocks: Blocks, likely: np.ndarray[Any, Any], chosen: Sequence[int]) -> float:
    """Mean certainty of the chosen text, less where there is hardly any."""
    if not chosen:
        return 0.0
    letters = sum(len(blocks.texts[i]) for i in chosen)
    return _certainty(blocks, likely, chosen) * min(1.0, letters / 300)


def _certainty(blocks: Blocks, likely: np.ndarray[Any, Any], chosen: Sequence[int]) -> float:
    """Mean likelihood of the letters of the *chosen* blocks."""
    letters = np.array([len(blocks.texts[i]) for i in chosen], dtype=np.float64)
    return float((likely[list(chosen)] * letters).sum() / letters.sum())


def _dropped(blocks: Blocks, chosen: Sequence[int]) -> tuple[Dropped, ...]:
    if not chosen:
        return ()
    inside = set(chosen)
    return tuple(
        Dropped(text=clean_text(blocks.texts[i]), reason=_reason(blocks, i))
        for i in range(chosen[0], chosen[-1] + 1)
        if i not in inside
    )


def _comments(blocks: Blocks, chosen: Sequence[int]) -> tuple[str, ...]:
    """The texts behind the body in elements that are named after comments, without labels and rows of links."""
    if not chosen:
        return ()
    spoken: set[int] = set()
    for element, hints in enumerate(blocks.hints):
        if hints & _COMMENT and blocks.first_blocks[element] > chosen[-1]:
            end = blocks.end_blocks[element]
            spoken.update(range(blocks.first_blocks[element], end if end >= 0 else len(blocks.texts)))
    return tuple(
        clean_text(blocks.texts[i])
        for i in sorted(spoken)
        if len(blocks.texts[i]) >= _COMMENT_LETTERS and 2 * blocks.link_letters[i] < len(blocks.texts[i])
    )


_REASONS: Final = (
    "caption",
    "credit",
    "related",
    "newsletter",
    "share",
    "ad",
    "promo",
    "comment",
    "byline",
    "date",
    "tags",
)


def _reason(blocks: Blocks, block: int) -> str:
    """The first kind of place that the names around the block hint at, from the inside out."""
    element = blocks.elements[block]
    hints = blocks.inline_hints[block]
    for _ in range(4):
        if element < 0:
            break
        hints |= blocks.hints[element]
        for reason in _REASONS:
            if hints & HINT_BIT[reason]:
                return reason
        element = blocks.parents[element]
    return ""


def _declared_body(json_ld: Sequence[Any]) -> str:
    """The longest articleBody of the page's JSON-LD: evidence, often wrong."""
    return max((body for body in _article_bodies(json_ld)), key=len, default="")


def _article_bodies(json_ld: Sequence[Any]) -> Iterator[str]:
    waiting: list[Any] = list(json_ld)
    for _ in range(_JSON_LD_NODES):
        if not waiting:
            return
        value = waiting.pop()
        if isinstance(value, dict):
            body = value.get("articleBody")
            if isinstance(body, str):
                yield body
            waiting.extend(v for v in value.values() if isinstance(v, dict | list))
        elif isinstance(value, list):
            waiting.extend(value)
