"""URLs that a server makes up without end are known by their shape."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.urls import canonical
from spiders.traps import shape_of, trap_in

DAY = date(2018, 6, 18)


def trap(path: str, *, announced: bool = False) -> str:
    return trap_in(shape_of(canonical("https://example.com/" + path)), seen_on=DAY, announced=announced)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("a/a/a/", "repeats"),
        ("x/a/b/a/b/a/b/y", "repeats"),
        ("a/b/c/a/b/c/a/b/c", "repeats"),
        ("years/older/older/years/x/years/", "repeats"),
        ("/".join(f"s{n}" for n in range(21)), "deep"),
        ("a" * 2_050, "long"),
        ("calendar/2031/05/", "calendar"),
        ("calendar?month=2031-05", "calendar"),
        ("events/2012/03/", "calendar"),
        ("events?year=1950", "calendar"),
        ("shop?color=red&size=xl&brand=a&fit=slim", "facets"),
        ("shop?sort=price&order=asc", "facets"),
        ("shop?filter_color=red&filter_size=xl", "facets"),
    ],
)
@pytest.mark.fault(57, 59, 61)
def test_traps(path, reason):
    """Growing paths, far days of calendars and combined filters are traps."""
    assert trap(path) == reason


@pytest.mark.parametrize(
    "path",
    [
        "",
        "news/2018/06/18/a-new-drug-is-approved",
        "news/2012/06/18/an-old-drug-was-approved-in-europe",
        "2018/06/06/06/a",
        "news/news/a-story",
        "calendar/2018/07/",
        "events/2018/02/",
        "list?section=pharma&topic=x&page=7",
        "news?page=7",
        "index.php?option=com_content&view=article&id=12&Itemid=3&lang=en",
        "search?q=a&page=2",
        "a/b/c/d/e/f/g/h",
    ],
)
def test_what_is_none(path):
    """Articles of any age, near days of a calendar, pages and pages chosen by number are none."""
    assert trap(path) == ""


def test_what_is_announced():
    """What a feed or sitemap names is taken for a trap only when its path never ends."""
    assert trap("calendar/2031/05/", announced=True) == ""
    assert trap("a/a/a/", announced=True) == "repeats"


@settings(deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "7"]), max_size=24))
@pytest.mark.fault(59)
def test_every_path_that_grows_ends(segments):
    """Any path, followed by itself often enough, is a trap in the end."""
    grown = "/".join(segments * 21)
    assert not segments or trap(grown) in ("repeats", "deep", "long")
