"""What a page, a server or a file name says, without what a terminal would obey: left out, or escaped."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

_KEPT = "\n\t\u200c\u200d"  # joiners are obeyed by no terminal, and Persian and Indic scripts spell with them


def printable(text: str) -> str:
    r"""The text without characters that a terminal obeys: controls, escapes, direction overrides.

    >>> printable("Title\x1b]0;owned\x07 end")
    'Title]0;owned end'
    """
    return text.translate(dict.fromkeys(_obeyed(text)))


def json_text(value: Any, *, indent: int | None = None) -> str:
    r"""*value* as JSON, readable; what a terminal would obey is escaped, so that it is read back as it was.

    >>> json_text("Pr\u00fcfung \x9b2J")
    '"Prüfung \\u009b2J"'
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return text.translate({code: json.dumps(chr(code))[1:-1] for code in _obeyed(text)})


def _obeyed(text: str) -> list[int]:
    return [ord(c) for c in set(text) if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") and c not in _KEPT]
