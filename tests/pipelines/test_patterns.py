"""Path patterns are those of robots.txt and take linear time."""

from __future__ import annotations

import re
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.patterns import PathPattern


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/", "/a", True),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("/*.php", "/x.php5", True),
        ("/*.php$", "/x.php?y", False),
        ("*", "/", True),
        ("", "/x", True),
        ("/a*b*c$", "/abbcc", True),
        ("/a*b*c$", "/abb", False),
        ("/ab*bc$", "/abc", False),
        ("/fish*", "/fish", True),
        ("/a$b", "/a$b", True),
        ("$", "/", False),
    ],
)
def test_matches(pattern, path, matches):
    """A pattern is a prefix, with `*` for any run and a last `$` for the end (RFC 9309, 2.2.3)."""
    assert PathPattern(pattern).matches(path) is matches


@settings(deadline=None)
@given(st.text(alphabet="ab/*$", max_size=8), st.text(alphabet="ab/$", max_size=10))
def test_matches_as_a_regular_expression_would(pattern, path):
    """A pattern matches what the regular expression of the same meaning matches."""
    end = r"\Z" if pattern.endswith("$") else ""
    meaning = ".*".join(re.escape(piece) for piece in pattern.removesuffix("$").split("*")) + end
    assert PathPattern(pattern).matches(path) is bool(re.match(meaning, path, re.DOTALL))


def test_no_pattern_takes_long():
    """A pattern that would make a regular expression backtrack without end is matched at once."""
    begun = process_time()
    assert not PathPattern("/" + "*a" * 500 + "*b$").matches("/" + "a" * 5_000)
    assert process_time() - begun < 0.5
