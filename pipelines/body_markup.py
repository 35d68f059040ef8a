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
_OTHER: Final = TAGS.index("other")
_ROWS: Final = frozenset(["tr"])
_CAPTIONS: Final = frozenset(["caption"])
_FRAMES_DEEP: Final = 5
_BETWEEN_LISTS: Final = 3
_UNSEEN_KEPT: Final = "\u00ad\u200b\u2060\ufeff"
_GAPS: Final = {"br": " ", "td": " | ", "th": " | "}
_CELLS: Final = frozenset(["td", "th"])
_EMPTY_WITHIN: Final = re.compile(r"\| (?=\|)")
_MOST_CELLS: Final = 100
_MARKS_DEEP: Final = 12
_LISTS_DEEP: Final = 12
_BULLETS: Final = "•·▪‣●○◦■–-"


def clean_text(text: str) -> str:
    """*text*, whose white space is folded, in composed form and without invisible letters."""
    clean = clean_marks(text)
    return clean if clean == text else " ".join(clean.split())


Framed = Sequence[tuple[tuple[str, int], int]]
"""The chosen blocks, each behind its frame: its kind, and the element that blocks of one list share."""


def framed(blocks: Blocks, chosen: Sequence[int]) -> Framed:
    """The *chosen* blocks with what they stand in."""
    return [(_frame(blocks, block), block) for block in chosen]


def plain_text(blocks: Blocks, chosen: Framed) -> str:
    """The chosen blocks with one blank line between them; list items begin with "- ", the rows of a table are lines."""
    parts = []
    for (kind, _), group in groupby(chosen, key=itemgetter(0)):
        lines = [(block, line) for _, block in group if (line := _line(blocks, block, kind))]
        if kind == "tr" and _is_table(lines):
            parts.append("\n".join(_with_empty_cells(line, *_empty_cells(blocks, block)) for block, line in lines))
        else:
            parts += [line for _, line in lines]
    return "\n\n".join(parts)


def _is_table(rows: Sequence[tuple[int, str]]) -> bool:
    """Whether rows have several cells: what stands in a column of its own is text in a layout of the 2000s."""
    return any(" | " in row for _, row in rows)


def _line(blocks: Blocks, block: int, kind: str) -> str:
    text = clean_text(blocks.texts[block])
    if text and kind == "li":
        return f"- {text.lstrip(_BULLETS).lstrip()}" if text[0] in _BULLETS else f"- {text}"
    return text


def _empty_cells(blocks: Blocks, block: int) -> tuple[int, int]:
    """How many cells of a row come before the first that says something, and how many behind the last."""
    first, last = blocks.spans[block]
    return _cells_beside(first, "prev"), _cells_beside(last, "next")


def _cells_beside(node: LexborNode, side: Literal["prev", "next"]) -> int:
    """The cells on one side of the one that *node* stands in."""
    cell = _around(node, _CELLS)
    count = 0
    for _ in range(_MOST_CELLS):
        cell = getattr(cell, side, None)
        if cell is None:
            break
        count += cell.tag in _CELLS
    return count


def _around(node: LexborNode, tags: frozenset[str]) -> LexborNode | None:
    """The innermost element of one of *tags* around *node*; None where none is near."""
    element = node.parent
    for _ in range(_MARKS_DEEP):
        if element is None or element.tag in tags:
            break
        element = element.parent
    return element


def _with_empty_cells(row: str, before: int, behind: int) -> str:
    """A row with the cells that say nothing, so that each value stays in its column."""
    return " | " * before + _EMPTY_WITHIN.sub("|  ", row) + " | " * behind


def markup(blocks: Blocks, chosen: Framed, base_url: str) -> str:
    """The chosen blocks as p, h2-h6, ul, ol, li, blockquote, table and pre, with links, emphasis and strength."""
    out = []
    captions: dict[int, str] = {}
    first_rows = {at: block for (kind, at), block in reversed(chosen) if kind == "tr" and " | " in blocks.texts[block]}
    for (kind, element), group in groupby(chosen, key=itemgetter(0)):
        inner = [(block, text) for _, block in group if (text := _inline(blocks, block, base_url))]
        if not inner:
            continue
        if kind == "li":
            out.append(_lists(blocks, inner))
        elif kind == "tr" and _is_table(inner):
            rows = (_row(blocks, block, item) for block, item in inner)
            caption = captions.pop(element, "")
            out.append(f"<table>{caption}" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>")
        elif kind == "caption" and inner[-1][0] < first_rows.get(element, -1):
            captions[element] = f"<caption>{' '.join(text for _, text in inner)}</caption>"
        elif kind == "blockquote":
            out.append("<blockquote>" + "".join(f"<p>{item}</p>" for _, item in inner) + "</blockquote>")
        else:
            tag = "p" if kind in {"tr", "caption"} else kind
            out += [f"<{tag}>{item}</{tag}>" for _, item in inner]
    return "\n".join(out)


def _lists(blocks: Blocks, items: Sequence[tuple[int, str]]) -> str:
    """Items of one list, and of the lists in it; a further paragraph of an item that was begun is a `p`."""
    out, opened = [], list[int]()
    for block, text in items:
        path = _path(blocks, block)
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(opened, path, strict=False)))
        out += [f"</{_list_tag(blocks, element)}>" for element in reversed(opened[shared:])]
        out += [f"<{_list_tag(blocks, element)}>" for element in path[shared:]]
        out.append(text if path[shared:] else f"<p>{text}</p>")
        opened = path
    return "".join(out + [f"</{_list_tag(blocks, element)}>" for element in reversed(opened)])


def _path(blocks: Blocks, block: int) -> list[int]:
    """The lists and their items around a block of a list, the outermost first."""
    path: list[int] = []
    item = _item_around(blocks, blocks.elements[block], _FRAMES_DEEP)
    for _ in range(_LISTS_DEEP):
        if item < 0:
            break
        path = [blocks.parents[item], item, *path]
        item = _item_around(blocks, blocks.parents[item], _BETWEEN_LISTS)
    return path


def _item_around(blocks: Blocks, element: int, most: int) -> int:
    """*element* if it is an item of a list, or the nearest around it that is; -1 where none is near."""
    for _ in range(most):
        if element < 0 or blocks.tags[element] == _LI:
            return element
        element = blocks.parents[element]
    return -1


def _list_tag(blocks: Blocks, element: int) -> str:
    tag = blocks.tags[element] if element >= 0 else -1
    return "li" if tag == _LI else "ol" if tag == _OL else "ul"


def _row(blocks: Blocks, block: int, text: str) -> str:
    """The cells of a row, those that head it or a column as `th`."""
    cells = _with_empty_cells(text, *_empty_cells(blocks, block)).split(" | ")
    row = _around(blocks.spans[block][0], _ROWS)
    there = [child.tag or "" for child in row.iter() if child.tag in _CELLS] if row is not None else []
    tags = there if len(there) == len(cells) else ["td"] * len(cells)
    return "".join(f"<{tag}>{cell}</{tag}>" for tag, cell in zip(tags, cells, strict=True))


def _frame(blocks: Blocks, block: int) -> tuple[str, int]:
    """What the block stands in: its kind, and the element that blocks of one list, quote or table share."""
    element = own = blocks.elements[block]
    if blocks.tags[own] in _HEADINGS:
        return ("h2" if _HEADINGS[blocks.tags[own]] == "h1" else _HEADINGS[blocks.tags[own]]), block
    if is_table_caption(blocks, block):
        return "caption", blocks.parents[own]
    for _ in range(_FRAMES_DEEP):
        if element < 0:
            break
        tag, parent = blocks.tags[element], blocks.parents[element]
        if tag == _LI:
            return "li", _path(blocks, block)[0]
        if tag == _TR and element == own:
            return "tr", _table_of(blocks, parent)
        if tag == _QUOTE:
            return "blockquote", element
        element = parent
    return ("pre" if blocks.tags[own] == _PRE else "p"), block


def is_table_caption(blocks: Blocks, block: int) -> bool:
    """Whether a block is the `caption` of a table."""
    own, around = blocks.elements[block], blocks.around(block)
    if around < 0 or blocks.tags[around] != _TABLE or blocks.tags[own] != _OTHER:
        return False
    return _around(blocks.spans[block][0], _CAPTIONS) is not None


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
