"""Named fields: nothing in a value can end its line."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.warc_fields import escape, field, field_lines, parse_fields, unescape

ANY_TEXT = st.text(st.characters())


@settings(deadline=None)
@given(ANY_TEXT)
def test_escape(text: str) -> None:
    """Escaped text is one line in every reading of the word, and comes back as it was."""
    escaped = escape(text)

    assert len(escaped.splitlines()) <= 1
    assert unescape(escaped) == text


@settings(deadline=None)
@given(st.lists(ANY_TEXT, max_size=5))
def test_round_trip(values: list[str]) -> None:
    """Fields that were written are read again, as many and in their order."""
    lines = field_lines(("name", escape(f"|{value}|")) for value in values)

    assert [unescape(value) for _, value in parse_fields(lines)] == [f"|{value}|" for value in values]


def test_lenient_reading() -> None:
    """Folded lines are joined, Latin-1 is read, lines without a colon are left out, names have no case."""
    fields = parse_fields(b"Via: a\r\n  b\r\nno colon\nNAME: caf\xe9\r\nlast: x")

    assert fields == (("Via", "a b"), ("NAME", "caf\u00e9"), ("last", "x"))
    assert (field(fields, "name"), field(fields, "none", "default")) == ("caf\u00e9", "default")
