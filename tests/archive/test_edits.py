"""Edits of articles: which captures make one, and how they are shown."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from archive.edit_views import edits_feed, html_page, in_words
from archive.edits import Edit, edits_of, newest_edits
from archive.index import Catalog
from archive.model import Article, Link, NotAnArticle, Reading
from archive.query import NotFound
from tests.archive.catalogs import LONG, article, at, capture
from tests.benchmarks.edited_stories import measure

A, B = "https://example.com/a", "https://example.com/amp/a"
FIRST = article("The first headline of it", LONG * 3 + "It cost 12.")
SECOND = article("The first headline of it", LONG * 3 + "It cost 13.", date_modified="2026-03-01T10:00:00Z")
GONE = NotAnArticle(reason="status")


def edits(catalog: Catalog, *seen: tuple[str, Reading, int]) -> list[Edit]:
    """The edits of the article at A after these were seen, an hour apart."""
    for hour, (url, reading, status) in enumerate(seen):
        catalog.add(capture(url, captured_at=at(60 * hour), status=status), reading)
        catalog.commit()
    return edits_of(catalog.connection, A)


def told(found: list[Edit]) -> list[tuple[str, tuple[str, ...]]]:
    """Hour and kinds of each edit."""
    return [(edit.seen_at[11:13], edit.kinds) for edit in found]


def amp(reading: Article, body: str = "") -> Article:
    """The same article, as its AMP page is read."""
    return article(reading.headline, body or reading.body, canonical_url=A)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param([(A, FIRST, 200), (A, FIRST, 200)], [], id="unchanged"),
        pytest.param([(A, FIRST, 200), (A, SECOND, 200)], [("01", ("figures",))], id="edited"),
        pytest.param(
            [(A, FIRST, 200), (A, SECOND, 200), (A, FIRST, 200)],
            [("01", ("figures",)), ("02", ("figures",))],
            id="taken back",
        ),
        pytest.param([(A, FIRST, 200), (A, GONE, 410), (A, GONE, 404)], [("01", ("gone",))], id="gone"),
        pytest.param(
            [(A, FIRST, 200), (A, GONE, 404), (A, SECOND, 200), (A, GONE, 404)],
            [("01", ("gone",)), ("02", ("figures",)), ("03", ("gone",))],
            id="back, and gone again",
        ),
        pytest.param([(A, GONE, 404), (A, FIRST, 200)], [], id="not there yet"),
        pytest.param([(A, FIRST, 200), (A, GONE, 503)], [], id="out of order"),
        pytest.param([(A, FIRST, 200), (B, amp(FIRST), 200)], [], id="another URL"),
        pytest.param(
            [(A, FIRST, 200), (B, amp(FIRST), 200), (A, SECOND, 200), (B, amp(SECOND), 200)],
            [("02", ("figures",))],
            id="edited at two URLs",
        ),
        pytest.param(
            [
                (A, FIRST, 200),
                (B, NotAnArticle(reason="redirect", links=(Link(url=A, rel="redirect"),)), 301),
                (A, SECOND, 200),
            ],
            [("02", ("figures",))],
            id="with a redirect",
        ),
    ],
)
def test_edits(
    catalog: Catalog, seen: list[tuple[str, Reading, int]], expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    """An edit is a change of the text at one URL, or its end; what another URL has shown is not told again."""
    assert told(edits(catalog, *seen)) == expected


def test_an_edit_is_dated_and_can_be_traced(catalog: Catalog) -> None:
    """An edit names the captures before and after it, and what the page says of its last change."""
    [edit] = edits(catalog, (A, FIRST, 200), (A, FIRST, 200), (A, SECOND, 200))

    assert (edit.not_before, edit.seen_at) == ("2026-03-01T01:00:00.000000Z", "2026-03-01T02:00:00.000000Z")
    assert edit.date_modified == "2026-03-01T10:00:00Z"
    assert edit.previous_record_id == capture(A, captured_at=at(60)).record_id
    assert edit.record_id == capture(A, captured_at=at(120)).record_id


def test_unknown_article(catalog: Catalog) -> None:
    """What is no article is said to be none, with what to do."""
    with pytest.raises(NotFound, match="try words of its headline"):
        edits_of(catalog.connection, A)


def test_edits_of_a_collection(catalog: Catalog) -> None:
    """The newest edits come first, and can be narrowed to a day or a site."""
    edits(catalog, (A, FIRST, 200), (A, SECOND, 200), (A, GONE, 410))
    db = catalog.connection

    assert told(newest_edits(db)) == [("02", ("gone",)), ("01", ("figures",))]
    assert told(newest_edits(db, limit=1)) == [("02", ("gone",))]
    assert newest_edits(db, since="2026-03-02") == newest_edits(db, site="other.example") == []


def test_in_words(catalog: Catalog) -> None:
    """Edits read as text: what went and came, with some words around it."""
    [edit, gone] = edits(catalog, (A, FIRST, 200), (A, SECOND, 200), (A, GONE, 410))

    assert in_words(edit).endswith("by its body. It cost [-12-]{+13+}.")
    assert len(in_words(edit)) < 300
    assert in_words(gone) == "The page was answered with 410."


def test_html(catalog: Catalog) -> None:
    """The page marks what went and came, and executes nothing that stood in a text."""
    edited = article("<script>alert(1)</script> headline", FIRST.body)
    document = html_page(edits(catalog, (A, FIRST, 200), (A, SECOND, 200), (A, edited, 200)), "Edits & more")

    assert "It cost <del>12</del><ins>13</ins>." in document
    assert "<title>Edits &amp; more</title>" in document
    assert "<script" not in document


def test_atom(catalog: Catalog) -> None:
    """The feed has an entry for each edit, with an id that stays, and is well-formed whatever the text holds."""
    odd = article("Odd \x0b <headline>", FIRST.body)
    edits(catalog, (A, FIRST, 200), (A, odd, 200), (A, GONE, 410))
    root = ET.fromstring(edits_feed(newest_edits(catalog.connection), "news"))
    space = "{http://www.w3.org/2005/Atom}"

    assert [entry.findtext(f"{space}title") for entry in root.iter(f"{space}entry")] == [
        "gone: Odd <headline>",
        "headline: Odd <headline>",
    ]
    ids = [entry.findtext(f"{space}id") for entry in root.iter(f"{space}entry")]
    assert len(set(ids)) == 2


def test_histories() -> None:
    """Of five captures with two edits, and other boxes and counts three times, the two edits are told, and no more."""
    tally = measure(10, seed=7)

    assert (tally.right, tally.wrong) == (10, [])
