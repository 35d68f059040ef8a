"""The chosen blocks as plain text and as clean markup."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from html import escape
from itertools import groupby, takewhile
from operator import itemgetter
from typing import Final, Literal

from selectolax.lexbor import LexborNode

from pipelines.blocks import TAGS, Blocks, is_skipped
from pipelines.urls import joined

_INLINE: Final = {"a": "a", "em": "em", "i": "em", "strong": "strong", "b": "strong"}
_INLINE_PARENTS: Final = frozenset(
    [
        "a",
        "em",
        "i",
        "strong",
        "b",
        "span",
        "font",
        "small",
        "cite",
        "q",
        "abbr",
        "time",
        "mark",
        "u",
        "s",
        "sup",
        "sub",
        "code",
        "label",
    ]
)
_HEADINGS: Final = {TAGS.index(tag): tag for tag in ("h1", "h2", "h3", "h4", "h5", "h6")}
_LI, _TR, _TABLE, _PRE, _QUOTE, _OL = (TAGS.index(tag) for tag in ("li", "tr", "table", "pre", "blockquote", "ol"))
_UNSEEN_KEPT: Final = "\u00ad\u200b\u2060\ufeff"
_GAPS: Final = {"br": " ", "td": " | ", "th": " | "}
_CELLS: Final = frozenset(["td", "th"])
_EMPTY_WITHIN: Final = re.compile(r"\| (?=\|)")
_MOST_CELLS: Final = 100
_MARKS_DEEP: Final = 12
_BULLETS: Final = "•·▪‣●○◦■–-"


def clean_text(text: str) -> str:
    """*text*, whose white space is folded, in composed form and without invisible letters."""
    clean = clean_marks(text)
    return clean if clean == text else " ".join(clean.split())


Framed = Sequence[tuple[tuple[str, int, str], int]]
"""The chosen blocks, each behind its frame: its kind, the element that blocks of one list share, ul or ol."""


def framed(blocks: Blocks, chosen: Sequence[int]) -> Framed:
    """The *chosen* blocks with what they stand in."""
    return [(_frame(blocks, block), block) for block in chosen]


def plain_text(blocks: Blocks, chosen: Framed) -> str:
    """The chosen blocks with one blank line between them; list items begin with "- ", the rows of a table are lines."""
    parts = []
    for (kind, _, _), group in groupby(chosen, key=itemgetter(0)):
        lines = [line for _, block in group if (line := _line(blocks, block, kind))]
        parts += ["\n".join(lines)] if kind == "tr" and _is_table(lines) else lines
    return "\n\n".join(parts)


def _is_table(rows: Sequence[str]) -> bool:
    """Whether rows have several cells: what stands in a column of its own is text in a layout of the 2000s."""
    return any(" | " in row for row in rows)


def _line(blocks: Blocks, block: int, kind: str) -> str:
    text = clean_text(blocks.texts[block])
    if kind == "tr":
        return _with_empty_cells(text, *_empty_cells(blocks, block))
    if text and kind == "li":
        return f"- {text.lstrip(_BULLETS).lstrip()}" if text[0] in _BULLETS else f"- {text}"
    return text


def _empty_cells(blocks: Blocks, block: int) -> tuple[int, int]:
    """How many cells of a row of values come before the first that says something, and how many behind the last."""
    if " | " not in blocks.texts[block] or blocks.tags[blocks.elements[block]] != _TR:
        return 0, 0
    first, last = blocks.spans[block]
    return _cells_beside(first, "prev"), _cells_beside(last, "next")


def _cells_beside(node: LexborNode, side: Literal["prev", "next"]) -> int:
    """The cells on one side of the one that *node* stands in."""
    cell = node.parent
    for _ in range(_MARKS_DEEP):
        if cell is None or cell.tag in _CELLS:
            break
        cell = cell.parent
    count = 0
    for _ in range(_MOST_CELLS):
        cell = getattr(cell, side, None)
        if cell is None:
            break
        count += cell.tag in _CELLS
    return count


def _with_empty_cells(row: str, before: int, behind: int) -> str:
    """A row with the cells that say nothing, so that each value stays in its column."""
    return " | " * before + _EMPTY_WITHIN.sub("|  ", row) + " | " * behind


def markup(blocks: Blocks, chosen: Framed, base_url: str) -> str:
    """The chosen blocks as p, h2-h6, ul, ol, li, blockquote, table and pre, with links, emphasis and strength."""
    out = []
    for (kind, _, listed), group in groupby(chosen, key=itemgetter(0)):
        inner = [(block, text) for _, block in group if (text := _inline(blocks, block, base_url))]
        if not inner:
            continue
        if kind == "li":
            out.append(f"<{listed}>" + "".join(f"<li>{item}</li>" for _, item in inner) + f"</{listed}>")
        elif kind == "tr" and _is_table([text for _, text in inner]):
            filled = [_with_empty_cells(item, *_empty_cells(blocks, block)) for block, item in inner]
            rows = ("".join(f"<td>{cell}</td>" for cell in row.split(" | ")) for row in filled)
            out.append("<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>")
        elif kind == "blockquote":
            out.append("<blockquote>" + "".join(f"<p>{item}</p>" for _, item in inner) + "</blockquote>")
        else:
            tag = "p" if kind == "tr" else kind
            out += [f"<{tag}>{item}</{tag}>" for _, item in inner]
    return "\n".join(out)


def _frame(blocks: Blocks, block: int) -> tuple[str, int, str]:
    """What the block stands in: its kind, the element that blocks of one list, quote or table share, ul or ol."""
    element = own = blocks.elements[block]
    if blocks.tags[own] in _HEADINGS:
        return ("h2" if _HEADINGS[blocks.tags[own]] == "h1" else _HEADINGS[blocks.tags[own]]), block, ""
    for _ in range(5):
        if element < 0:
            break
        tag, parent = blocks.tags[element], blocks.parents[element]
        if tag == _LI:
            return "li", parent, "ol" if parent >= 0 and blocks.tags[parent] == _OL else "ul"
        if tag == _TR and element == own:
            return "tr", _table_of(blocks, parent), ""
        if tag == _QUOTE:
            return "blockquote", element, ""
        element = parent
    return ("pre" if blocks.tags[own] == _PRE else "p"), block, ""


def _table_of(blocks: Blocks, element: int) -> int:
    """The table that *element* is the head, the body or the foot of."""
    return element if element < 0 or blocks.tags[element] == _TABLE else blocks.parents[element]


def _inline(blocks: Blocks, block: int, base_url: str) -> str:
    """The inside of a block: its text with `a`, `em` and `strong`."""
    if not blocks.marked[block]:
        return escape(clean_text(blocks.texts[block]), quote=False)
    first, last = blocks.spans[block]
    out: list[str] = []
    open_marks: tuple[str, ...] = ()
    for node in _texts_between(first, last):
        text = _GAPS.get(node.tag or "") or node.text_content or ""
        marks = _marks(node, base_url) if text.strip() else open_marks
        shared = _shared(open_marks, marks)
        out += [_closing(mark) for mark in reversed(open_marks[shared:])] + list(marks[shared:])
        out.append(escape(clean_marks(text), quote=False))
        open_marks = marks
    out += [_closing(mark) for mark in reversed(open_marks)]
    return " ".join("".join(out).split())


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many marks both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _closing(mark: str) -> str:
    return f"</{mark[1:].split(' ', 1)[0].rstrip('>')}>"


def clean_marks(text: str) -> str:
    """*text* in composed form and without invisible letters, the white space left alone."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text)
    for letter in _UNSEEN_KEPT:
        if letter in text:
            text = text.replace(letter, "")
    return text


def _marks(node: LexborNode, base_url: str) -> tuple[str, ...]:
    """The opening tags of the inline elements around a text node, the outermost first."""
    marks: list[str] = []
    parent = node.parent
    for _ in range(_MARKS_DEEP):
        if parent is None or parent.tag not in _INLINE_PARENTS:
            break
        name = _INLINE.get(parent.tag or "")
        link = _link(parent.attributes.get("href") or "", base_url) if name == "a" else ""
        mark = f'<a href="{escape(link)}">' if link else f"<{name}>" if name and name != "a" else ""
        if mark and mark not in marks:
            marks.append(mark)
        parent = parent.parent
    return tuple(reversed(marks))


def _link(href: str, base_url: str) -> str:
    """The absolute address; empty for a script or an anchor on the page."""
    try:
        link = joined(base_url, href.strip())
    except ValueError:
        return ""
    return link if href and not href.startswith("#") and link.startswith(("http://", "https://", "mailto:")) else ""


def _texts_between(first: LexborNode, last: LexborNode) -> list[LexborNode]:
    """The text nodes from *first* to *last*, in document order, and the breaks and cells between them."""
    out = [first]
    end = last.mem_id
    node: LexborNode | None = first
    while node is not None and node.mem_id != end:
        node = _following(node)
        if node is not None and (node.is_text_node or node.tag in _GAPS):
            out.append(node)
    return out


def _following(node: LexborNode) -> LexborNode | None:
    """The next node in document order that the walk over the blocks looked at."""
    child = None if is_skipped(node) else node.first_child
    if child is not None:
        return child
    after: LexborNode | None = node
    while after is not None and after.next is None:
        after = after.parent
    return after.next if after is not None else None
