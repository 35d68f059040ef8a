"""The text blocks of a page, in reading order, each with the elements that it stands in.

A block is a run of text that no block-level element, and no blank line made of `<br><br>`, interrupts. One iterative
walk over the tree finds them; it costs the same per node whatever the depth, and stops at `Budget`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipelines.vocabulary import HINT_BIT, hint_mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much of a page is looked at; what comes later is left out."""

    nodes: int = 250_000
    """Nodes of the tree, text and elements."""

    blocks: int = 20_000
    """Blocks of text."""

    letters: int = 8_000_000
    """Letters of text, before white space is folded."""


_SKIP, _BLOCK, _PLAIN, _LINK, _BOLD, _NAMED, _STRESSED, _BREAK, _IMAGE, _CELL = range(10)
_KINDS: Final = {
    _SKIP: "script style noscript svg template iframe object embed video audio canvas map select option optgroup"
    " datalist textarea input button head meter progress rp rt math dialog -comment !doctype",
    _BLOCK: "html body div p section article main aside nav header footer h1 h2 h3 h4 h5 h6 ul ol li dl dt dd"
    " blockquote pre figure figcaption table caption thead tbody tfoot tr form fieldset legend details summary"
    " address center hr hgroup menu"
    " dir listing xmp noframes frameset search",
    _PLAIN: "abbr acronym bdi bdo big code data del dfn ins kbd mark nobr q ruby s samp strike sub sup tt u var wbr"
    " picture",
    _LINK: "a",
    _BOLD: "b strong",
    _NAMED: "span time small cite font label output",
    _STRESSED: "em i",
    _BREAK: "br",
    _IMAGE: "img",
    _CELL: "td th",
}
TAGS: Final = (
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "ul",
    "ol",
    "blockquote",
    "pre",
    "td",
    "tr",
    "table",
    "figure",
    "figcaption",
    "article",
    "section",
    "main",
    "aside",
    "nav",
    "header",
    "footer",
    "form",
    "dt",
    "dd",
    "dl",
    "details",
    "address",
    "custom",
    "other",
)
TAG_BIT: Final = {tag: 1 << i for i, tag in enumerate(TAGS)}


def _kinds_by_id() -> dict[int, tuple[int, int]]:
    """For each tag id of lexbor: how the walk treats it, its place in `TAGS`."""
    tree = LexborHTMLParser("")
    by_id = {}
    for kind, names in _KINDS.items():
        for name in names.split():
            if name[0].isalpha():
                shown = "td" if name == "th" else name
                by_id[tree.create_node(name).tag_id] = (kind, TAGS.index(shown if shown in TAG_BIT else "other"))
    return by_id


_BY_ID: Final = _kinds_by_id()
_CELLS: Final = {tag_id: _BY_ID.pop(tag_id) for tag_id in [i for i, (kind, _) in _BY_ID.items() if kind == _CELL]}
_CUSTOM: Final = (_BLOCK, TAGS.index("custom"))
_UNKNOWN: Final = (_PLAIN, -1)
_TEXT_ID: Final = 2
_COMMENT_ID: Final = 4
_NAME_KEYS: Final = frozenset(
    [
        "class",
        "id",
        "role",
        "itemprop",
        "data-testid",
        "data-component",
        "data-type",
        "data-qa",
        "data-name",
        "data-role",
        "data-module",
    ]
)
_MARKS: Final = (_LINK, _BOLD, _STRESSED)
_UNSEEN: Final = HINT_BIT["unseen"]
_HIDES: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE).search
_MENUS: Final = frozenset((TAGS.index("nav"), TAGS.index("footer")))
_HARDLY_ANY: Final = 400


@dataclass(slots=True)
class Blocks:
    """What the walk saw, in lists beside one another: entries at one place speak of the same block or element."""

    texts: list[str] = field(default_factory=list)
    """Text of each block, white space folded."""

    elements: list[int] = field(default_factory=list)
    """The innermost block-level element around each block."""

    link_letters: list[int] = field(default_factory=list)
    """Letters of the block that stand in links."""

    links: list[int] = field(default_factory=list)
    """Number of links in the block."""

    bold_letters: list[int] = field(default_factory=list)
    """Letters of the block that stand in `b` or `strong`."""

    inline_hints: list[int] = field(default_factory=list)
    """`HINT_BIT` of the inline elements in the block."""

    marked: list[bool] = field(default_factory=list)
    """Whether links, `b`, `strong`, `em` or `i` stand in or around the block."""

    spans: list[tuple[LexborNode, LexborNode]] = field(default_factory=list)
    """First and last text node of the block."""

    parents: list[int] = field(default_factory=list)
    """The element around each element; -1 for the outermost."""

    tags: list[int] = field(default_factory=list)
    """Place of each element's tag in `TAGS`."""

    hints: list[int] = field(default_factory=list)
    """`HINT_BIT` of each element's own names."""

    paths: list[int] = field(default_factory=list)
    """A number for tag and class of each element and of all around it: equal for items of one template."""

    looks: list[int] = field(default_factory=list)
    """A number for tag and class of each element and of the one around it."""

    first_blocks: list[int] = field(default_factory=list)
    """The first block in or after each element's start."""

    end_blocks: list[int] = field(default_factory=list)
    """One behind the last block in each element."""

    images: list[tuple[LexborNode, int, int]] = field(default_factory=list)
    """Each picture: its node, the element around it, how many blocks came before it."""

    cut: bool = False
    """Whether the budget ended before the page did."""

    def around(self, block: int) -> int:
        """The element around that of the block; -1 where there is none."""
        element = self.elements[block]
        return self.parents[element] if element >= 0 else -1


def read_blocks(root: LexborNode, budget: Budget = Budget()) -> Blocks:
    """The blocks below *root*, those of `nav` and `footer` elements left out unless hardly any text is left without."""
    walk = _Walk(budget, left_out=_MENUS)
    walk.run(root)
    if walk.letters < _HARDLY_ANY:
        walk = _Walk(budget, left_out=frozenset())
        walk.run(root)
    return walk.blocks


class _Masks(dict[str, int]):
    """`hint_mask` of the names of one page: the same ones come again and again."""

    def __missing__(self, names: str) -> int:
        mask = self[names] = hint_mask(names) if names else 0
        return mask


class _Walk:
    """One pass over a tree: what is open, and the block that is being gathered.

    Most of what it meets is white space and elements without a name: for these it makes no call that can be avoided.
    """

    __slots__ = (
        "blocks", "bold_letters", "breaks", "budget", "element", "elements", "first", "frames", "in_bold", "in_link",
        "in_marks", "inline_hints", "last", "left_out", "letters", "link_letters", "links", "looks", "marked", "masks",
        "paths", "pieces",
    )  # fmt: skip

    def __init__(self, budget: Budget, left_out: frozenset[int]) -> None:
        self.blocks = Blocks()
        self.budget = budget
        self.left_out = left_out
        self.element = -1
        self.elements: list[tuple[int, int, int, int, int]] = []
        self.pieces: list[str] = []
        self.first: LexborNode | None = None
        self.last: LexborNode | None = None
        self.in_link = self.in_bold = self.in_marks = 0
        self.marked = False
        self.link_letters = self.bold_letters = self.links = self.inline_hints = 0
        self.letters = self.breaks = 0
        self.paths: dict[tuple[int, int, str], int] = {}
        self.looks: dict[tuple[int, str, int, str], int] = {}
        self.frames: list[tuple[int, str, int]] = [(-1, "", -1)]
        self.masks = _Masks()

    def run(self, root: LexborNode) -> None:
        """Visit *root* and all below it, in document order."""
        above: list[tuple[LexborNode, int]] = []
        node: LexborNode | None = root
        pieces, treatment, left_out = self.pieces, _BY_ID.get, self.left_out
        left = self.budget.nodes
        while node is not None or above:
            if node is None:
                node, kind = above.pop()
                if kind != _PLAIN:
                    self.leave(kind)
                node = node.next if above else None
                continue
            tag_id = node.tag_id
            left -= 1
            if tag_id == _TEXT_ID:
                text = node.text_content
                if text and not text.isspace():
                    self.take(node, text)
                elif text and pieces:
                    pieces.append(" ")
                node = node.next
                continue
            kind, tag = treatment(tag_id) or _unlisted(node)
            if left < 0 or self.blocks.cut:
                self.blocks.cut = True
                node = None
            elif kind == _SKIP or tag in left_out:
                node = node.next
            else:
                if kind != _PLAIN:
                    self.enter(node, kind, tag)
                above.append((node, kind))
                node = node.first_child
        self.flush()
        self.tabulate()

    def take(self, node: LexborNode, text: str) -> None:
        """Take a text node into the block that is being gathered."""
        if self.first is None:
            self.first = node
        self.last = node
        self.pieces.append(text)
        self.breaks = 0
        if self.in_marks:
            if self.in_link:
                self.link_letters += len(text)
            if self.in_bold:
                self.bold_letters += len(text)

    def enter(self, node: LexborNode, kind: int, tag: int) -> None:
        """Note that *node* begins."""
        if kind == _BLOCK:
            self.open(node.attributes, tag)
        elif kind in _MARKS:
            self.begin_mark(node, kind)
        elif kind == _NAMED:
            attributes = node.attributes
            if attributes:
                self.inline_hints |= self.hints_of(attributes)
        elif kind == _BREAK:
            self.line_break()
        elif kind == _IMAGE:
            self.blocks.images.append((node, self.element, len(self.blocks.texts)))
        elif self.pieces and self.element >= 0 and self.elements[self.element][1] == _ROW:
            self.pieces.append(" | ")

    def begin_mark(self, node: LexborNode, kind: int) -> None:
        """A link, or words that are stressed."""
        self.marked = True
        self.in_marks += 1
        if kind == _LINK:
            self.in_link += 1
            self.links += 1
        elif kind == _BOLD:
            self.in_bold += 1
        else:
            self.inline_hints |= self.hints_of(node.attributes)

    def line_break(self) -> None:
        """A `br`: the second in a row ends the block."""
        self.breaks += 1
        if self.breaks > 1:
            self.flush()
        elif self.pieces:
            self.pieces.append(" ")

    def open(self, attributes: dict[str, str | None], tag: int) -> None:
        """Make an element of *tag* the one that the next blocks stand in."""
        if self.pieces:
            self.flush()
        name, hints, parent = "", 0, self.element
        if attributes:
            name = attributes.get("class") or ""
            hints = self.masks[name] if name and len(attributes) == 1 else self.hints_of(attributes)
        around = self.elements[parent][3] if parent >= 0 else 0
        path = self.paths.get((around, tag, name)) or self.path_of(around, tag, name)
        ends = self.blocks.end_blocks
        self.element = len(ends)
        ends.append(-1)
        self.elements.append((parent, tag, hints, path, len(self.blocks.texts)))

    def leave(self, kind: int) -> None:
        """Note that the innermost open element ends."""
        if kind == _BLOCK:
            if self.pieces:
                self.flush()
            self.blocks.end_blocks[self.element] = len(self.blocks.texts)
            self.element = self.elements[self.element][0]
        elif kind in _MARKS:
            self.in_marks -= 1
            if kind == _LINK:
                self.in_link -= 1
            elif kind == _BOLD:
                self.in_bold -= 1

    def path_of(self, around: int, tag: int, name: str) -> int:
        """A new number for *tag* and *name* below the path *around*; kept beside it, that of its look."""
        outer_tag, outer_name, _ = self.frames[around]
        look = self.looks.setdefault((outer_tag, outer_name, tag, name), len(self.looks))
        path = self.paths[around, tag, name] = len(self.frames)
        self.frames.append((tag, name, look))
        return path

    def hints_of(self, attributes: dict[str, str | None]) -> int:
        """What the names of an element hint at."""
        names = " ".join([value for key, value in attributes.items() if value and key in _NAME_KEYS])
        hints = self.masks[names]
        if len(attributes) == 1 and names:
            return hints
        if "hidden" in attributes or attributes.get("aria-hidden") == "true":
            return hints | _UNSEEN
        style = attributes.get("style")
        return hints | _UNSEEN if style and _HIDES(style) else hints

    def flush(self) -> None:
        """End the block that is being gathered, if it has any text."""
        pieces = self.pieces
        if self.first is None or self.last is None:
            pieces.clear()
            return
        joined = pieces[0] if len(pieces) == 1 else "".join(pieces)
        self.letters += len(joined)
        text = " ".join(joined.split())
        blocks = self.blocks
        blocks.texts.append(text.strip(" |") or text)
        blocks.elements.append(self.element)
        blocks.link_letters.append(self.link_letters)
        blocks.links.append(self.links)
        blocks.bold_letters.append(self.bold_letters)
        blocks.inline_hints.append(self.inline_hints)
        blocks.marked.append(self.marked)
        blocks.spans.append((self.first, self.last))
        blocks.cut = len(blocks.texts) >= self.budget.blocks or self.letters > self.budget.letters
        pieces.clear()
        self.first = self.last = None
        self.links = 1 if self.in_link else 0
        self.marked = self.in_marks > 0
        self.link_letters = self.bold_letters = self.inline_hints = self.breaks = 0

    def tabulate(self) -> None:
        """Put what was noted of the elements into the lists of `Blocks`."""
        blocks = self.blocks
        if self.elements:
            columns = map(list, zip(*self.elements, strict=True))
            blocks.parents, blocks.tags, blocks.hints, blocks.paths, blocks.first_blocks = columns
            frames = self.frames
            blocks.looks = [frames[path][2] for path in blocks.paths]


_ROW: Final = TAGS.index("tr")
_DIV: Final = TAGS.index("div")
_LAID_OUT: Final = frozenset({"h1", "h2", "h3", "p", "table", "div", "ul", "form"})
_FIRST_CHILDREN: Final = 12


def _lays_out(cell: LexborNode) -> bool:
    """Whether a table cell holds a part of the page, as in the layouts of the 2000s, and no value of a table."""
    child = cell.first_child
    for _ in range(_FIRST_CHILDREN):
        if child is None:
            return False
        if child.tag in _LAID_OUT:
            return True
        child = child.next
    return False


def _unlisted(node: LexborNode) -> tuple[int, int]:
    """How the walk treats a table cell, and what HTML does not know: as a block where it is a custom element."""
    cell = _CELLS.get(node.tag_id)
    if cell:
        return (_BLOCK, _DIV) if _lays_out(node) else cell
    tag = node.tag or "-"
    if tag[0] in "-!":
        return _SKIP, -1
    return _CUSTOM if "-" in tag else _UNKNOWN


def is_skipped(node: LexborNode) -> bool:
    """Whether the walk leaves out what is below *node*."""
    tag_id = node.tag_id
    return tag_id != _TEXT_ID and (_BY_ID.get(tag_id) or _unlisted(node))[0] == _SKIP
