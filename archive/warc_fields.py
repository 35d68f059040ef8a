"""Named fields: the head of a WARC record, and the `application/warc-fields` block of warcinfo and metadata.

Values are written so that nothing in them can end the line (WARC 1.1, 4 and RFC 2822): URLs percent-encoded, text
with backslash escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

MAX_HEAD = 1 << 20
"""A record's head beyond this many bytes is damage, not a head."""

_TO_ESCAPE = re.compile("[\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ESCAPE = re.compile(r"\\(?:([\\rnt])|u([0-9a-f]{4}))")
_SHORT = {"\\": "\\", "\r": "r", "\n": "n", "\t": "t"}
_LONG = {letter: char for char, letter in _SHORT.items()}


class Fields(tuple[tuple[str, str], ...]):
    """Names and values, in their order."""

    @cached_property
    def first(self) -> dict[str, str]:
        """The first value of each name, by the name in lower case."""
        return {name.lower(): value for name, value in reversed(self)}


def escape(text: str) -> str:
    r"""*text* on one line, so that `unescape` gives it back.

    >>> escape("a\r\nWARC-Type: response")
    'a\\r\\nWARC-Type: response'
    """
    return _TO_ESCAPE.sub(_escape_char, text)


def unescape(text: str) -> str:
    """The text that `escape` was given."""
    return _ESCAPE.sub(lambda m: _LONG[m[1]] if m[1] else chr(int(m[2], 16)), text) if "\\" in text else text


def field_lines(fields: Iterable[tuple[str, str]]) -> bytes:
    """The fields, a line each. The values must have been made safe."""
    return "".join([f"{name}: {value}\r\n" for name, value in fields]).encode()


def parse_fields(lines: bytes) -> Fields:
    """Names and values in order; folded lines joined, lines without a colon left out."""
    pairs: list[tuple[str, str]] = []
    for line in _text(lines).split("\n"):
        if line.startswith((" ", "\t")) and pairs:
            name, value = pairs[-1]
            pairs[-1] = (name, f"{value} {line.strip()}".strip())
            continue
        name, colon, value = line.partition(":")
        if colon:
            pairs.append((name.strip(), value.strip()))
    return Fields(pairs)


def field(fields: Fields, name: str, default: str = "") -> str:
    """The first value of that name, in whatever case it is written."""
    return fields.first.get(name.lower(), default)


def _text(raw: bytes) -> str:
    """UTF-8, or line by line Latin-1 where a line is not."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return "\n".join(map(_line, raw.split(b"\n")))


def _line(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _escape_char(char: re.Match[str]) -> str:
    short = _SHORT.get(char[0])
    return f"\\{short}" if short else f"\\u{ord(char[0]):04x}"
