"""The normalised text of an article, by which texts are told apart: what counts as the same words.

Unicode is composed (NFC), white space is folded, invisible characters are dropped; the words and their case stay.
A revision is one distinct normalised text of headline, standfirst and body together.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

MIN_BODY = 200
"""A body shorter than this many characters says too little to call two articles copies of one another."""

MIN_KEY = 12
"""Letters and digits that a headline needs, so that sharing it means something."""

MIN_OPENING = 40
"""Letters and digits that a paragraph needs to count as the opening."""

MAX_KEY = 300
"""Characters of a headline or opening that are compared."""

_NO_LETTER = re.compile(r"[\W_]+")
# Zero-width joiners stay: Persian and Indic scripts spell with them.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f\xad\u200b\u200e\u200f\u2060\ufeff]")
# Scripts without spaces: each character counts as a word.
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_PUNCTUATION = re.compile("[\u3000-\u303f\uff01-\uff0f\uff1a-\uff20]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One distinct normalised text, and the keys that follow from it."""

    headline: str
    """Normalised headline, on one line."""

    standfirst: str
    """Normalised standfirst, on one line; empty when there is none."""

    body: str
    """Normalised body: blocks with one blank line between them."""

    content_hash: str
    """Hexadecimal SHA-256 of headline, standfirst and body."""

    body_hash: str | None
    """The same of the body alone; None when that is shorter than `MIN_BODY`."""

    headline_key: str
    """Equal for headlines of the same letters and digits; empty when those are fewer than `MIN_KEY`."""

    opening_key: str
    """The same of the first paragraph of some length; empty when there is none."""

    word_count: int
    """Words of the body."""


def text_of(headline: str, standfirst: str, body: str) -> Text:
    r"""The normalised text of an article.

    >>> text_of("Two  words", "", "a\u00a0b").content_hash == text_of("Two words ", "", "a b").content_hash
    True
    """
    headline, standfirst, body = one_line(headline), one_line(standfirst), normalise(body)
    return Text(
        headline=headline,
        standfirst=standfirst,
        body=body,
        content_hash=_sha256("\0".join((headline, standfirst, body))),
        body_hash=_sha256(body) if len(body) >= MIN_BODY else None,
        headline_key=_key(headline, MIN_KEY),
        opening_key=next((key for block in body.split("\n\n", 8)[:8] if (key := _key(block, MIN_OPENING))), ""),
        word_count=count_words(body),
    )


def normalise(text: str) -> str:
    r"""*text* composed, without invisible characters, with white space folded within each line.

    >>> normalise("  one\u00ad\t two \r\n\n\n\n three ")
    'one two\n\nthree'
    """
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", storable(text)))
    lines: list[str] = []
    for line in text.splitlines():
        folded = " ".join(line.split())
        if folded or (lines and lines[-1]):
            lines.append(folded)
    return "\n".join(lines).rstrip("\n")


def one_line(text: str) -> str:
    """*text* normalised and on one line."""
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", storable(text))).split())


def count_words(text: str) -> int:
    """Words of a normalised *text*; in scripts without spaces, characters.

    >>> count_words("Two words"), count_words("\u65b0\u95fb")
    (2, 2)
    """
    if _UNSPACED.search(text) is None:
        return text.count(" ") + text.count("\n") - text.count("\n\n") + bool(text)
    return len(_UNSPACED.sub(r" \g<0> ", _PUNCTUATION.sub(" ", text)).split())


def storable(text: str) -> str:
    """*text* with lone surrogates replaced, which no database takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _key(text: str, least: int) -> str:
    letters = _NO_LETTER.sub("", unicodedata.normalize("NFKC", text[:MAX_KEY]).casefold())
    return _sha256(letters)[:16] if len(letters) >= least else ""


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
