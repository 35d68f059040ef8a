"""Edits as a page for a browser, and as an Atom feed to be followed with a feed reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from archive.atom import FeedEntry, feed
from archive.changes import Piece
from archive.edits import Edit

CONTEXT = 160
"""Characters of unchanged text that are shown before and behind a change."""

_STYLE = (
    "body{font:1rem/1.5 serif;max-width:44rem;margin:2rem auto;padding:0 1rem}"
    "ins{background:#d7f4d7;text-decoration:none}del{background:#fbdcdc}"
    "h2{font-size:1rem;border-top:1px solid #999;padding-top:1rem}p.body{white-space:pre-wrap}"
    "dl{font:.8rem sans-serif}dt{float:left;width:8rem}"
)
_TAGS = {"gone": "del", "new": "ins"}


def html_page(edits: Iterable[Edit], title: str) -> str:
    """A document of its own, without scripts and without anything from elsewhere."""
    sections = "\n".join(map(_section, edits)) or "<p>No edit was seen.</p>"
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><h1>{escape(title)}</h1>\n{sections}\n</body></html>\n"
    )


def edits_feed(edits: Iterable[Edit], collection: str) -> str:
    """The edits of a collection as Atom."""
    return feed(map(_entry, edits), id=f"urn:pressmark:edits:{collection}", title=f"pressmark: edits in {collection}")


def excerpt(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces, what stayed cut down to some words around the changes."""
    pieces = list(pieces)
    for n, piece in enumerate(pieces):
        if piece.op != "same" or len(piece.text) <= 2 * CONTEXT:
            yield piece
            continue
        begin = piece.text[:CONTEXT].rsplit(" ", 1)[0] if n else ""
        end = piece.text[-CONTEXT:].split(" ", 1)[-1] if n < len(pieces) - 1 else ""
        yield Piece("same", f"{begin} … {end}".strip(" ") if n else f"… {end}")


def _section(edit: Edit) -> str:
    facts = {
        "seen": edit.seen_at,
        "not before": edit.not_before,
        "page": edit.url,
        "says modified": edit.date_modified,
        "status": "" if edit.changes else str(edit.status),
        "record": edit.record_id,
        "record before": edit.previous_record_id,
    }
    listed = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts.items() if value)
    shown = ""
    if edit.changes:
        shown = (
            f"<h3>{_marked(edit.changes.headline)}</h3><p><em>{_marked(edit.changes.standfirst)}</em></p>"
            f'<p class="body">{_marked(edit.changes.body)}</p>'
        )
    return f"<section><h2>{escape(edit.seen_at[:16])} · {', '.join(edit.kinds)}</h2><dl>{listed}</dl>{shown}</section>"


def _marked(pieces: Iterable[Piece]) -> str:
    return "".join(
        escape(piece.text) if piece.op == "same" else f"<{_TAGS[piece.op]}>{escape(piece.text)}</{_TAGS[piece.op]}>"
        for piece in pieces
    )


def _entry(edit: Edit) -> FeedEntry:
    return FeedEntry(
        id=f"urn:pressmark:edit:{edit.record_id.rpartition(':')[2]}",
        title=f"{', '.join(edit.kinds)}: {edit.headline}",
        link=edit.url,
        updated=edit.seen_at,
        summary=in_words(edit),
    )


def in_words(edit: Edit) -> str:
    """The changes as plain text: [-what went-] and {+what came+}, with some words around them."""
    if edit.changes is None:
        return f"The page was answered with {edit.status}."
    parts = (edit.changes.headline, edit.changes.standfirst, edit.changes.body)
    changed = [part for part in parts if any(piece.op != "same" for piece in part)]
    return "\n\n".join("".join(_FORMS[piece.op].format(piece.text) for piece in excerpt(part)) for part in changed)


_FORMS = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}
