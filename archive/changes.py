"""What changed from one text of an article to the next: word by word, and of what kind it is.

Pure functions of two texts. Words that were taken out and put in are found paragraph by paragraph, so that long texts
cost no more than they must.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Op = Literal["same", "gone", "new"]

MAX_WORDS = 4000
"""Words of a changed passage that are compared one by one; a longer one counts as replaced."""

_TOKEN = re.compile(r"\s+|[^\W_]+(?:[.,'’-][^\W_]+)*|[\W_]", re.UNICODE)
_UNSPACED = re.compile("[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_CORRECTION = re.compile(
    r"\b(?:corrections?|corrected|clarifications?|clarified|erratum|errata|editor[’']?s note|amended"
    r"|an earlier version|a previous version|was updated to|has been updated"
    r"|this (?:article|story) was (?:updated|changed)"
    r"|korrektur|berichtigung|korrigiert|berichtigt|in einer früheren (?:version|fassung)|anmerkung der redaktion"
    r"|rectificatif|rectification|rectifié|corrigé|une version (?:antérieure|précédente)|mise à jour"
    r"|note de la rédaction"
    r"|correcci[oó]n|fe de errores|correzione|rettifica|correctie|rättelse)\b|訂正|お詫び|更正",
    re.IGNORECASE,
)
_WITHDRAWN = re.compile(
    r"\b(?:withdrawn|retracted|retraction|taken down|has been removed|no longer available|unpublished"
    r"|zurückgezogen|nicht mehr verfügbar|retiré|plus disponible|retirado|ritirato|ingetrokken)\b"
    r"|撤回|取り下げ|削除されました",
    re.IGNORECASE,
)
_LEFT = 0.25  # of the words, when a text was withdrawn


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that stayed, went or came."""

    op: Op
    """Which of the three."""

    text: str
    """Its words, with the spaces between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The parts of a text that are compared."""

    headline: str
    """The headline."""

    standfirst: str
    """The standfirst."""

    body: str
    """The body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is different between two texts."""

    kinds: tuple[str, ...]
    """`headline`, `standfirst`, `figures`, `names`, `correction`, `withdrawn`; `wording` where it is none of them."""

    headline: tuple[Piece, ...]
    """The headlines."""

    standfirst: tuple[Piece, ...]
    """The standfirsts."""

    body: tuple[Piece, ...]
    """The bodies."""


def compare(old: Texts, new: Texts) -> Changes:
    """What changed from *old* to *new*.

    >>> changes = compare(Texts(headline="A", standfirst="", body="It cost 5."),
    ...                   Texts(headline="A", standfirst="", body="It cost 6."))
    >>> changes.kinds, "".join(piece.text for piece in changes.body if piece.op != "gone")
    (('figures',), 'It cost 6.')
    """
    headline = words(old.headline, new.headline)
    standfirst = words(old.standfirst, new.standfirst)
    body = tuple(_bodies(old.body, new.body))
    kinds = dict.fromkeys(
        [
            *(["headline"] if old.headline != new.headline else []),
            *(["standfirst"] if old.standfirst != new.standfirst else []),
            *(["withdrawn"] if _is_withdrawn(old, new) else _kinds([*headline, *standfirst, *body])),
        ]
    )
    return Changes(kinds=tuple(kinds) or ("wording",), headline=headline, standfirst=standfirst, body=body)


def words(old: str, new: str) -> tuple[Piece, ...]:
    """The words that stayed, went and came between two passages."""
    if old == new:
        return (Piece("same", old),) if old else ()
    left, right = _tokens(old), _tokens(new)
    if max(len(left), len(right)) > MAX_WORDS:
        return tuple(Piece(op, text) for op, text in (("gone", old), ("new", new)) if text)  # type: ignore[arg-type]
    return tuple(_joined(_opcodes(left, right)))


def _bodies(old: str, new: str) -> Iterator[Piece]:
    """The same for bodies, whose paragraphs that stayed are not looked into."""
    left, right = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(left[a:b]))
        else:
            yield from words("".join(left[a:b]), "".join(right[c:d]))


def _opcodes(left: Sequence[str], right: Sequence[str]) -> Iterator[Piece]:
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(left[a:b]))
            continue
        if b > a:
            yield Piece("gone", "".join(left[a:b]))
        if d > c:
            yield Piece("new", "".join(right[c:d]))


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbouring changes that only a space parts become one, so that a phrase is read as a phrase."""
    gone, new, space = "", "", ""
    for piece in pieces:
        if piece.op == "same" and piece.text.isspace() and (gone or new):
            space += piece.text
        elif piece.op == "same":
            yield from _changed(gone, new)
            yield Piece("same", space + piece.text)
            gone = new = space = ""
        else:
            gone, new = (gone + space, new + space) if space else (gone, new)
            space = ""
            if piece.op == "gone":
                gone += piece.text
            else:
                new += piece.text
    yield from _changed(gone, new)
    if space:
        yield Piece("same", space)


def _changed(gone: str, new: str) -> Iterator[Piece]:
    if gone:
        yield Piece("gone", gone)
    if new:
        yield Piece("new", new)


def _tokens(text: str) -> list[str]:
    return [token for found in _TOKEN.findall(text) for token in (list(found) if _UNSPACED.search(found) else [found])]


def _kinds(pieces: Sequence[Piece]) -> Iterator[str]:
    gone = [token for piece in pieces if piece.op == "gone" for token in _TOKEN.findall(piece.text)]
    new = [token for piece in pieces if piece.op == "new" for token in _TOKEN.findall(piece.text)]
    if _figures(gone) - _figures(new):
        yield "figures"
    left, came = _names(pieces, "gone"), _names(pieces, "new")
    if left - came and came - left:
        yield "names"
    added = "".join(piece.text for piece in pieces if piece.op == "new")
    taken = "".join(piece.text for piece in pieces if piece.op == "gone")
    if _CORRECTION.search(added) and not _CORRECTION.search(taken):
        yield "correction"


def _figures(tokens: Sequence[str]) -> Counter[str]:
    return Counter(token for token in tokens if any(c.isdigit() for c in token))


def _names(pieces: Sequence[Piece], op: Op) -> set[str]:
    """Words with a capital that do not begin a sentence, in what went or came."""
    found, before = set(), ""
    for piece in pieces:
        if piece.op == op:
            tokens = [token for token in _TOKEN.findall(piece.text) if not token.isspace()]
            previous = [before[-1:], *tokens]
            found |= {
                t for b, t in zip(previous, tokens, strict=False) if t[0].isupper() and b and b not in '.!?:\n“"„«'
            }
        if piece.op in ("same", op) and piece.text.strip():
            before = "\n" if piece.text.endswith("\n") else piece.text.rstrip()
    return found


def _is_withdrawn(old: Texts, new: Texts) -> bool:
    shorter = len(new.body) < _LEFT * len(old.body)
    said = _WITHDRAWN.search(f"{new.headline} {new.body}") and not _WITHDRAWN.search(f"{old.headline} {old.body}")
    return shorter and (bool(said) or not new.body)
