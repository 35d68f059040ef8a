"""What the reader reaches on simulated news webs does not get worse."""

from __future__ import annotations

import pytest

from tests.benchmarks.newsweb_reading import Tally, measure

FLOORS = {
    "headline": 1.0,
    "date": 0.99,
    "standfirst": 0.98,
    "authors": 1.0,
    "section": 0.99,
    "language": 1.0,
    "body": 0.5,
}


@pytest.fixture(scope="module")
def tally() -> Tally:
    return measure((5, 77))


def test_articles_are_told_from_other_pages(tally: Tally):
    """Every article is read as one, and no list, directory or small page is."""
    assert (tally.precision, tally.recall, tally.false, tally.lost) == (1.0, 1.0, {}, {})


@pytest.mark.parametrize(("field", "floor"), FLOORS.items())
def test_fields(tally: Tally, field: str, floor: float):
    """Each field is right on as many articles as its floor says."""
    assert tally.share(field) >= floor
