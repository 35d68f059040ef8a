"""A host that answers with nothing but walls is left alone; requests to wait have growing pauses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.model import Article, Capture, NotAnArticle, Reading
from spiders.walls import MANY, Walls

HOST = "example.com"


def capture(status: int = 200, kind: str = "response") -> Capture:
    at = datetime(2018, 6, 18, tzinfo=UTC)
    return Capture(record_id="r", url="http://example.com/", urlkey="k", captured_at=at, kind=kind, status=status)  # type: ignore[arg-type]


def closed_after(walls: Walls, reading: Reading | None, times: int, status: int = 200) -> list[int]:
    return [n for n in range(1, times + 1) if walls.saw(HOST, capture(status), reading)]


@pytest.mark.parametrize(
    ("reason", "status", "words"),
    [
        ("login", 200, "a login"),
        ("consent", 200, "a request for consent"),
        ("challenge", 403, "a challenge for robots"),
        ("status", 429, "a request to wait"),
    ],
)
def test_nothing_but_walls(reason: str, status: int, words: str) -> None:
    """After a dozen walls one after the other the host is left alone, once, and it is said what it answered with."""
    walls = Walls()

    assert closed_after(walls, NotAnArticle(reason=reason), 2 * MANY, status) == [MANY]
    assert walls.closed == {HOST: words}


def test_a_wall_now_and_then() -> None:
    """A host that gives articles between its walls is crawled on."""
    walls = Walls()
    for _ in range(5):
        assert closed_after(walls, NotAnArticle(reason="login"), MANY - 1) == []
        walls.saw(HOST, capture(), Article(headline="A", body="b"))
    assert walls.closed == {}


def test_errors_are_no_walls() -> None:
    """Missing pages, and redirects, are no walls."""
    walls = Walls()
    assert closed_after(walls, NotAnArticle(reason="status"), 2 * MANY, 404) == []
    assert closed_after(walls, NotAnArticle(reason="redirect"), 2 * MANY, 301) == []


def test_every_page_redirects_to_a_login() -> None:
    """Redirects between the walls are not something else."""
    walls = Walls()
    closed = []
    for n in range(1, MANY + 1):
        walls.saw(HOST, capture(302), NotAnArticle(reason="redirect"))
        closed += [n] if walls.saw(HOST, capture(), NotAnArticle(reason="login")) else []
    assert closed == [MANY]


def test_pauses_grow() -> None:
    """Each further request to wait doubles the pause, up to an hour; a real answer begins anew."""
    walls = Walls()
    grown = [walls.pause(HOST, 429, None) for _ in range(9)]
    walls.saw(HOST, capture(), Article(headline="A", body="b"))

    assert grown == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert walls.pause(HOST, 429, None) == 30


def test_what_is_asked_for_holds() -> None:
    """A Retry-After that is longer holds, also where no pause of ours would be due."""
    walls = Walls()
    assert walls.pause(HOST, 503, 90.0) == 90
    assert walls.pause(HOST, 403, 7.0) == 7
    assert walls.pause(HOST, 429, 10.0) == 60  # the second one in a row


def test_a_single_broken_page() -> None:
    """One page, or two, that answer 503 pause no host; the third one in a row does."""
    walls = Walls()
    assert [walls.pause(HOST, 503, None) for _ in range(4)] == [None, None, 5, 10]
