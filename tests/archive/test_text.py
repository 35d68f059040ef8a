"""The normalised text: what makes two texts the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text import MIN_BODY, count_words, normalise, one_line, text_of

anything = st.text(st.characters() | st.sampled_from("\r\n\t \u00a0\u2028\u00ad\ud800"))


@given(anything)
def test_normalising_twice(text: str) -> None:
    """Normalising what is normalised changes nothing."""
    assert normalise(normalise(text)) == normalise(text)
    assert one_line(one_line(text)) == one_line(text)


@given(anything)
def test_words(text: str) -> None:
    """In scripts with spaces, words are what stands between them."""
    normal = normalise(text)
    if not any("\u3000" <= char <= "\uffff" for char in normal):
        assert count_words(normal) == len(normal.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\u00a0 b\tc", "a b c"),
        ("a\r\n\r\n\r\n\r\nb\rc", "a\n\nb\nc"),
        ("e\u0301 so\u00adft zero\u200bwidth\ufeff", "\u00e9 soft zerowidth"),
        ("\x00a\x1bb\ud800", "ab?"),
        (" \n \n", ""),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_normal_forms(text: str, expected: str) -> None:
    """White space is folded, Unicode composed, what cannot be seen dropped; joiners that spell words stay."""
    assert normalise(text) == expected


def test_hash() -> None:
    """The hash tells headline, standfirst and body apart, and nothing but their words counts."""
    assert len({text_of(*parts).content_hash for parts in [("a", "b", "c"), ("a b", "", "c"), ("a", "", "b c")]}) == 3
    assert text_of("A  b", "", "c").content_hash == text_of("A b", "", " c\n").content_hash
    assert text_of("a b", "", "c").content_hash != text_of("A b", "", "c").content_hash


def test_keys() -> None:
    """Keys ignore case and punctuation; what is short has none."""
    one, other = text_of("The plant is closed!", "", ""), text_of("“The Plant” is closed", "", "")
    opening = "The first paragraph of this text is long enough to be told from others."

    assert one.headline_key == other.headline_key != ""
    assert text_of("News", "", "").headline_key == ""
    assert (
        text_of("", "", f"By A B\n\n{opening}").opening_key == text_of("", "", f"{opening}\n\nMore").opening_key != ""
    )
    assert text_of("", "", "x" * (MIN_BODY - 1)).body_hash is None
    assert text_of("", "", "x" * MIN_BODY).body_hash is not None
