"""The names of elements and what they hint at."""

from __future__ import annotations

import pytest

from pipelines.vocabulary import HINT_BIT, hint_mask


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("related", {"related"}),
        ("relatedPosts", {"related"}),
        ("byline date", {"byline", "date"}),
        ("article-body", {"body"}),
        ("article body", {"body"}),
        ("articleBody", {"body"}),
        ("article__body", {"body"}),
        ("article---body", {"article"}),
        ("call-to-action", {"promo"}),
        ("table_of_contents", {"nav"}),
        ("buy-now", {"promo"}),
        ("buy", set()),
        ("tag", {"tags"}),
        ("stage", set()),
        ("xyz", set()),
        ("", set()),
    ],
)
def test_names(name, kinds):
    """Parts of words hint at a kind, whole words where the table wants them, and words that belong together."""
    assert {kind for kind, bit in HINT_BIT.items() if hint_mask(name) & bit} == kinds
