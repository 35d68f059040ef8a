"""Path patterns in the language of robots.txt (RFC 9309, 2.2.3).

A pattern is a prefix in which `*` stands for any run of characters and a last `$` for the end. Site files use the same
language for article and exclude patterns. A match costs time linear in the length of the path, whatever the pattern;
no regular expression is involved.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PathPattern:
    """One pattern, ready to match.

    >>> PathPattern("/news/*/article-*.html$").matches("/news/2018/article-7.html")
    True
    """

    text: str
    """The pattern as written."""

    pieces: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """What stands between the stars."""

    anchored: bool = field(init=False, repr=False, compare=False)
    """Whether the path must end where the pattern does."""

    def __post_init__(self) -> None:
        anchored = self.text.endswith("$")
        pieces = self.text[:-1].split("*") if anchored else self.text.split("*")
        object.__setattr__(self, "anchored", anchored)
        object.__setattr__(self, "pieces", tuple(pieces[:1] + [p for p in pieces[1:-1] if p] + pieces[1:][-1:]))

    def matches(self, path: str) -> bool:
        """Whether a path with its query, such as `/news?page=2`, fits."""
        first, *rest = self.pieces
        if not path.startswith(first):
            return False
        if not rest:
            return not self.anchored or len(path) == len(first)
        at = len(first)
        for piece in rest[:-1]:
            at = path.find(piece, at)
            if at < 0:
                return False
            at += len(piece)
        last = rest[-1]
        return path.endswith(last) and len(path) - len(last) >= at if self.anchored else path.find(last, at) >= 0
