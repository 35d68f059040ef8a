"""What the readers reach on real pages does not get worse; skips without `../shared/extraction`."""

from __future__ import annotations

import gzip
import importlib.util
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.model import Article
from pipelines.article import read_article
from pipelines.page import open_page
from tests.benchmarks.seed_text import checked, mark_ups, seed_text

EXTRACTION = Path(__file__).parents[3] / "shared/extraction"
CAPTURED = datetime(2026, 11, 1, tzinfo=UTC)
needs_pages = pytest.mark.skipif(not EXTRACTION.exists(), reason="needs ../shared/extraction")

FLOORS = [
    ("fundus", {"date": 0.98, "head~": 0.88, "stand~": 0.85, "authF1": 0.92}),
    ("wcxb", {"date": 0.84, "head~": 0.89, "authF1": 0.75}),
    ("teval", {"date": 0.87, "head~": 0.89, "authF1": 0.61}),
    ("hdate", {"date": 0.915}),
    ("seed", {"date": 1.0, "head~": 1.0, "stand~": 1.0}),
]


def pages_of(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (EXTRACTION / f"public/{name}.jsonl").read_text().splitlines()]


def readings(truth: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    for record in truth:
        content = gzip.decompress((EXTRACTION / "public" / record["html"]).read_bytes())
        yield record["id"], read_article(open_page(content, url=record["url"], captured_at=CAPTURED))


def predicted(article: Article) -> dict[str, Any]:
    return {
        "headline": article.headline,
        "standfirst": article.standfirst,
        "authors": list(article.authors),
        "date_published": article.date_published[:10],
    }


@needs_pages
@pytest.mark.parametrize(("name", "floors"), FLOORS)
def test_scores(name: str, floors: dict[str, float]):
    """Each figure of the set's own scorer stays above its floor."""
    spec = importlib.util.spec_from_file_location("score", EXTRACTION / "score.py")
    assert spec is not None
    assert spec.loader is not None
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    truth = pages_of(name)
    figures, _ = scorer.score(truth, {i: predicted(r) for i, r in readings(truth) if isinstance(r, Article)})
    assert {k: round(figures[k], 3) for k, floor in floors.items() if figures[k] < floor} == {}


@needs_pages
@pytest.mark.parametrize(("name", "most"), [("seb", 0), ("fundus", 0), ("wcxb", 3)])
def test_articles_are_not_lost(name: str, most: int):
    """Articles are read as articles."""
    assert sum(not isinstance(reading, Article) for _, reading in readings(pages_of(name))) <= most


@needs_pages
def test_seed():
    """The page with login form, jobs, hub and infographics around its text comes out right in both mark-ups."""
    for record, (_, article) in zip(pages_of("seed"), readings(pages_of("seed")), strict=True):
        assert isinstance(article, Article)
        assert (article.headline, article.standfirst) == (record["headline"], record["standfirst"])
        assert (article.date_published, article.section, article.language) == ("2018-06-18", "Healthcare", "en")
        assert article.authors == ()
        assert article.body.split() == record["body"].split()


SEED = seed_text()
SEED_PAGES = mark_ups(SEED) if SEED else {}


@pytest.mark.skipif(SEED is None, reason="needs ../shared/seeds")
@pytest.mark.parametrize("mark_up", SEED_PAGES)
def test_seed_in_every_mark_up(mark_up: str):
    """Its fields and its whole body, with nothing else, do not depend on mark-up, nor on JSON-LD that misleads."""
    assert SEED is not None
    checks = checked(SEED, *SEED_PAGES[mark_up])
    assert {part for part, is_right in checks.items() if not is_right} == set()
