"""What a hostile page is relieved of before it is parsed: nesting and attributes whose cost would grow quadratically.

Lexbor looks up the stack of open elements at each `<div>` and compares each attribute with those before it in its tag:
100,000 nested elements take it 30 s, 200,000 attributes of one tag more than a minute (measured).
"""

from __future__ import annotations

import re
from collections import Counter

MAX_DEPTH = 400
MAX_TAGS = 100_000
"""Start and end tags of one page; real pages have 1,000 to 10,000."""

MAX_ATTRIBUTES = 1_000
"""Attributes of one tag."""

_HARMLESS_TAGS = 12_000
"""With fewer `<` than this, no nesting takes lexbor half a second."""

_TOLERABLE_LOOKUPS = 50_000_000
"""Tags times open elements; lexbor takes 6 ns for each."""

_LONG_TAG = 20_000
_SUSPECTS = 20
_NAME = re.compile(rb"<(/?[a-zA-Z][a-zA-Z0-9]*)")
_TAG = re.compile(
    rb"<(/?)([a-zA-Z][a-zA-Z0-9:-]*+)((?:[^<>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')|=)*+)>?|<!--", re.IGNORECASE
)
_RAW = {name: re.compile(rb"</" + name, re.IGNORECASE) for name in (b"script", b"style", b"textarea", b"title", b"xmp")}
"""Elements whose content is no markup, and where it ends."""

_ATTRIBUTE = re.compile(rb"[^\s=]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"']*))?")
_VOID = frozenset(b"area base br col embed hr img input link meta source track wbr".split())
_CLOSED_BY_OTHERS = frozenset(b"p li td th tr tbody thead tfoot dt dd option optgroup body html head colgroup".split())
_MADE_BY_THEIR_END = frozenset({b"p", b"br"})


def prune(source: bytes) -> tuple[bytes, tuple[str, ...]]:
    """*source* without what would make the parser slow, and notes on what was taken away."""
    tags = _count_tags(source)
    if not _has_long_tag(source) and (tags < _HARMLESS_TAGS or (tags < MAX_TAGS and not _nests_much(source))):
        return source, ()
    pruning = _Pruning(source)
    return pruning.run(), pruning.notes()


def _count_tags(source: bytes) -> int:
    """How often `<` stands in *source*. `bytes.count` takes four times as long over so many."""
    import numpy as np

    return int(np.count_nonzero(np.frombuffer(source, dtype=np.uint8) == ord("<")))


def _has_long_tag(source: bytes) -> bool:
    """Whether some stretch without `<` may be one tag. Scripts have such stretches (`i<n`), and are no tags."""
    suspects = 0
    for start in range(0, len(source) - _LONG_TAG, _LONG_TAG // 2):
        if source.find(b"<", start, start + _LONG_TAG // 2) < 0:
            opened = source.rfind(b"<", 0, start)
            name = source[opened + 1 : opened + 9].lower()
            if name[:1].isalpha() and not name.startswith(tuple(_RAW)) and not _is_in_script(source, opened):
                suspects += 1
                found = _TAG.match(source, opened)
                if suspects > _SUSPECTS or (found and found.end() > start):
                    return True
    return False


def _is_in_script(source: bytes, at: int) -> bool:
    opened = source.rfind(b"<script", 0, at)
    return opened >= 0 and source.find(b"</script", opened, at) < 0


def _nests_much(source: bytes) -> bool:
    """Whether the elements that are open, summed over all tags, may be too many; by name, 500 tags at a time.

    Also where `<` mostly begins no tag, so that a tag may be longer than it looks.
    """
    names = _NAME.findall(source)
    if 2 * len(names) < source.count(b"<"):
        return True  # most of them stand in attributes, perhaps of one tag
    surplus: Counter[bytes] = Counter()
    depth = lookups = 0
    for start in range(0, len(names), 500):
        for tag, count in Counter(names[start : start + 500]).items():
            name = tag.removeprefix(b"/").lower()
            if name not in _VOID and name not in _CLOSED_BY_OTHERS:
                before = surplus[name]
                surplus[name] = after = before + (count if name == tag.lower() else -count)
                depth += max(after, 0) - max(before, 0)
        lookups += 500 * depth
    return lookups > _TOLERABLE_LOOKUPS


class _Pruning:
    """The count of open elements while a page is gone through token by token."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.open: dict[bytes, int] = {}
        self.dropped: dict[bytes, int] = {}
        self.depth = self.flattened = self.shortened = self.cut_at = 0

    def run(self) -> bytes:
        """The source without what is too much."""
        pieces, behind, at, count = [], 0, 0, 0
        while found := _TAG.search(self.source, at):
            at = found.end()
            count += 1
            if count > MAX_TAGS:
                self.cut_at = found.start()
                break
            if not found[2]:
                at = self.behind(b"-->", at)
                continue
            name = found[2].lower()
            kept = self.kept(name, found)
            if kept is not None:
                pieces += [self.source[behind : found.start()], kept]
                behind = at
            if name in _RAW and not found[1]:
                end = _RAW[name].search(self.source, at)
                at = end.start() if end else len(self.source)
        pieces.append(self.source[behind : self.cut_at or len(self.source)])
        return b"".join(pieces)

    def behind(self, mark: bytes, at: int) -> int:
        """Where what *mark* ends is over."""
        end = self.source.find(mark, at)
        return end + len(mark) if end >= 0 else len(self.source)

    def kept(self, name: bytes, found: re.Match[bytes]) -> bytes | None:
        """What stays of a tag; None where it stays as it is."""
        if found[1]:
            return self.end_tag(name)
        if name not in _VOID:
            if self.depth >= MAX_DEPTH:
                self.flattened += 1
                self.dropped[name] = self.dropped.get(name, 0) + 1
                return b" "
            self.depth += 1
            self.open[name] = self.open.get(name, 0) + 1
        return self.shorter(name, found[3]) if len(found[3]) > 2 * MAX_ATTRIBUTES else None

    def shorter(self, name: bytes, attributes: bytes) -> bytes | None:
        """A tag with as many of its attributes as may be; None where it has no more."""
        for count, found in enumerate(_ATTRIBUTE.finditer(attributes)):
            if count >= MAX_ATTRIBUTES:
                self.shortened += 1
                return b"<" + name + b" " + attributes[: found.start()] + b">"
        return None

    def end_tag(self, name: bytes) -> bytes | None:
        """Nothing where the tag that it closes is gone or never was; None where it stays."""
        if self.dropped.get(name):
            self.dropped[name] -= 1
            return b" "
        if self.open.get(name):
            self.open[name] -= 1
            self.depth -= 1
            return None
        return None if name in _MADE_BY_THEIR_END and self.depth < MAX_DEPTH // 2 else b""

    def notes(self) -> tuple[str, ...]:
        """What was taken away."""
        notes = []
        if self.flattened:
            notes.append(f"nesting: {self.flattened:,} elements deeper than {MAX_DEPTH} flattened")
        if self.shortened:
            notes.append(f"attributes: {self.shortened:,} tags with more than {MAX_ATTRIBUTES:,} cut")
        if self.cut_at:
            notes.append(f"page: {MAX_TAGS:,} tags read, what follows byte {self.cut_at:,} left out")
        return tuple(notes)
