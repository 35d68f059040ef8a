"""Pages of our own, in the manner of seven newsrooms and two decades: each field of each as a reader would note it.

A page is `tests/golden/<name>.html`, in the charset that it declares; what it says stands beside it in `<name>.json`:
its URL, when it was captured, and the fields by their names in `archive.model.Article`. `body` there is a list of
blocks, `images` one of (url, caption, credit).
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from archive.model import Article
from pipelines.article import read_article
from pipelines.page import open_page

GOLDEN = Path(__file__).parent.parent / "golden"
TRUTHS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(GOLDEN.glob("*.json"))}
TRACED = (
    "headline", "standfirst", "date_published", "date_modified", "authors", "section", "keywords", "language",
    "publisher", "canonical_url", "main_image", "is_accessible_for_free",
)  # fmt: skip
CASES = [(name, field) for name, truth in TRUTHS.items() for field in truth if field not in ("url", "captured_at")]


@cache
def read(name: str) -> Article:
    """The page as an article."""
    truth = TRUTHS[name]
    page = open_page(
        (GOLDEN / f"{name}.html").read_bytes(),
        url=truth["url"],
        content_type="text/html",
        captured_at=datetime.fromisoformat(truth["captured_at"]),
    )
    article = read_article(page)
    assert isinstance(article, Article), f"{name} was read as {article.kind}"
    return article


def noted(article: Article, field: str) -> Any:
    """A field in the form of the JSON files."""
    value = getattr(article, field)
    if field == "body":
        return [line for block in value.split("\n\n") for line in block.split("\n")]
    if field == "images":
        return [[image.url, image.caption, image.credit] for image in value]
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize(("name", "field"), CASES)
def test_field(name: str, field: str):
    assert noted(read(name), field) == TRUTHS[name][field]


@pytest.mark.parametrize("name", TRUTHS)
def test_every_field_is_noted(name: str):
    """Each page has a test for each field, also for those that it does not give."""
    assert set(TRUTHS[name]) >= {*TRACED, "body", "images"}


@pytest.mark.parametrize("field", TRACED)
@pytest.mark.parametrize("name", TRUTHS)
def test_every_value_can_be_traced(name: str, field: str):
    """A field with a value has one evidence that was chosen, the first; one without has none that was chosen."""
    evidence = [e.chosen for e in read(name).evidence if e.field == field]
    assert evidence[:1] == [True] if getattr(read(name), field) not in ("", (), None) else not any(evidence)
    assert sum(evidence) <= 1


@pytest.mark.parametrize("name", TRUTHS)
def test_evidence_says_where(name: str):
    """Each evidence, chosen or not, has a source, a selector and the raw text."""
    assert [e for e in read(name).evidence if not (e.source and e.selector and e.raw)] == []


def test_marks_stay_in_the_markup():
    html = read("merger-us").body_html
    assert "<em>altuvimab</em>" in html
    assert '<a href="https://registry.example/study/88">a late-stage trial</a>' in html
    assert "<strong>Tom Reddick</strong>" in html


def test_lists_quotes_and_headings_stay_what_they_are():
    html = read("device-recall-en").body_html
    assert "<h2>What hospitals should do</h2>" in html
    assert "<ul><li>be taken out of use where a replacement is at hand;</li>" in html
    assert "<blockquote><p>“We would rather" in html
