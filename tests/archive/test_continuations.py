"""Articles that are split over several pages: one article, its pages joined in their order."""

from __future__ import annotations

import sqlite3
from itertools import permutations

import pytest

from archive.continuations import is_in_row, page_before, page_of
from archive.edits import edits_of
from archive.index import Catalog
from archive.model import Article, Link
from archive.search import matching, search
from archive.urlkey import url_key
from tests.archive.catalogs import LONG, article, at, capture

HEADLINE = "A story that goes on for pages"
ONE, TWO, THREE = (f"https://example.com/story{end}" for end in ("", "?page=2", "?page=3"))


def a_page(word: str, *links: str, headline: str = HEADLINE) -> Article:
    """One page of a story, and where its row of numbers leads."""
    row = tuple(Link(url=url, text=url[-1]) for url in links)
    return article(headline, f"{word} is how the text of this page begins, unlike the others. {LONG * 2}", links=row)


FIRST, SECOND, THIRD = (ONE, a_page("Once", TWO, THREE)), (TWO, a_page("Then", ONE, THREE)), (THREE, a_page("End", TWO))


def fold(catalog: Catalog, *facts: tuple[str, Article]) -> sqlite3.Connection:
    """The catalog after these pages were read, a minute apart, each committed by itself."""
    for minute, (url, reading) in enumerate(facts):
        catalog.add(capture(url, captured_at=at(minute)), reading)
        catalog.commit()
    return catalog.connection


def joined(db: sqlite3.Connection) -> dict[str, list[str]]:
    """The first word of each block of each article's body, by the end of its id."""
    rows = db.execute("select id, body from articles order by id")
    return {key.partition("/")[2]: [block.split()[0] for block in body.split("\n\n")] for key, body in rows}


@pytest.mark.parametrize(
    ("url", "first", "number"),
    [
        ("https://example.com/news/merger?page=2", "https://example.com/news/merger", 2),
        ("https://example.com/news/merger?id=7&seite=3", "https://example.com/news/merger?id=7", 3),
        ("https://example.com/news/merger/2", "https://example.com/news/merger/", 2),
        ("https://example.com/news/merger/page/12/", "https://example.com/news/merger/", 12),
        ("https://example.com/news/merger/seite-4.html", "https://example.com/news/merger.html", 4),
        ("https://example.com/news/merger_2.html", "https://example.com/news/merger.html", 2),
        ("https://example.com/news/merger-p2.html", "https://example.com/news/merger.html", 2),
        ("https://example.com/news/merger,2.html", "https://example.com/news/merger.html", 2),
        ("https://example.com/news/merger-seite-2", "https://example.com/news/merger", 2),
        ("https://example.com/news/merger?currentPage=2", "https://example.com/news/merger", 2),
        ("https://example.com/news/merger/index2.html", "https://example.com/news/merger/index.html", 2),
    ],
)
def test_forms_of_later_pages(url: str, first: str, number: int) -> None:
    """The pages of one article have one stem, whatever the site's way of numbering them."""
    assert page_of(url_key(url)) == (page_of(url_key(first))[0], number)
    assert page_of(url_key(first))[1] == 0
    assert page_before(url_key(url), [Link(url=first, text="1")]) == url_key(first)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/news/merger-2",
        "https://example.com/news/merger-part-2",
        "https://example.com/news/covid-19",
        "https://example.com/2026",
        "https://example.com/news/top-100.html",
        "https://example.com/news/merger?id=2",
    ],
)
def test_numbers_that_are_no_pages(url: str) -> None:
    """What merely ends in a number is a first page."""
    assert page_of(url_key(url))[1] == 0


def test_a_menu_is_no_row_of_pages() -> None:
    """A menu leads back from any numbered address; in a row of pages there are numbers."""
    back, third = Link(url=ONE, text="Stories"), Link(url=THREE, text="3")
    assert page_before(url_key(TWO), [back]) == url_key(ONE)
    assert not is_in_row(url_key(TWO), [back])
    assert is_in_row(url_key(TWO), [back, third])
    assert not is_in_row(url_key(ONE), [third])


def test_a_long_link_leads_to_another_article() -> None:
    """A link with a headline in it is none from page to page, whatever its URL looks like; one of rel=prev is."""
    link = Link(url=ONE, text="The same company had announced a merger a year ago")
    assert page_before(url_key(TWO), [link]) == ""
    assert page_before(url_key(TWO), [link._replace(rel="prev")]) == url_key(ONE)


@pytest.mark.parametrize("order", [*permutations((FIRST, SECOND, THIRD))])
def test_pages_are_joined_in_whatever_order_they_come(catalog: Catalog, order: tuple[tuple[str, Article], ...]) -> None:
    """One article, with one revision and the words of all its pages; each of their URLs leads to it."""
    db = fold(catalog, *order)
    words = sum(len(reading.body.split()) for _, reading in order)

    assert joined(db) == {"story": ["Once", "Then", "End"]}
    assert db.execute("select word_count, revision_count, url from articles").fetchall() == [(words, 1, ONE)]
    assert db.execute("select count(*), count(distinct article_id) from article_urls").fetchone() == (3, 1)


def test_words_of_later_pages_are_found(catalog: Catalog) -> None:
    """A search finds the article by the words of each of its pages, once, and shows them."""
    db = fold(catalog, FIRST, SECOND, THIRD)
    found = {word: search(db, word, marks=("[", "]")) for word in ("once", "then", "end", "page", "nowhere")}

    assert {word: result.total for word, result in found.items()} == {
        "once": 1, "then": 1, "end": 1, "page": 1, "nowhere": 0,
    }  # fmt: skip
    assert "[Then]" in found["then"].hits[0].snippet
    assert found["then"].hits[0].url == ONE
    assert matching(db, "then OR once") == [url_key(ONE)]


def test_a_page_that_changes_is_an_edit_of_the_article(catalog: Catalog) -> None:
    """The body has the latest text of each page; the edit names the page."""
    db = fold(catalog, FIRST, SECOND, (TWO, a_page("Corrected", ONE)))

    assert joined(db) == {"story": ["Once", "Corrected"]}
    assert [edit.url for edit in edits_of(db, ONE)] == [TWO]


def test_the_lead_of_a_later_page(catalog: Catalog) -> None:
    """What looks like a standfirst on a later page is text of the article, unless it is that of the first page."""
    first = article(HEADLINE, FIRST[1].body, standfirst="Of bricks")
    second = article(HEADLINE, SECOND[1].body, standfirst="Machines", links=SECOND[1].links)
    third = article(HEADLINE, THIRD[1].body, standfirst="Of bricks", links=THIRD[1].links)

    assert joined(fold(catalog, (ONE, first), (TWO, second), (THREE, third))) == {
        "story": ["Once", "Machines", "Then", "End"]
    }


def test_pages_whose_first_one_was_never_seen(catalog: Catalog) -> None:
    """The earliest stands for it."""
    assert joined(fold(catalog, THIRD, SECOND)) == {"story": ["Then", "End"]}


def test_pages_of_comments(catalog: Catalog) -> None:
    """A later page that begins like the first one, with other comments below, adds nothing."""
    again = article(HEADLINE, FIRST[1].body + "\n\nA comment of a reader.", links=(Link(url=ONE, text="1"),))
    db = fold(catalog, FIRST, (TWO, again))

    assert joined(db) == {"story": ["Once", "A"]}
    assert db.execute("select count(*) from article_pages").fetchone() == (0,)


def test_pages_that_are_counted_from_nought(catalog: Catalog) -> None:
    """Where the second page has the number 1, it is no other name of the first."""
    second = ("https://example.com/story?page=1", a_page("Then", ONE, TWO))
    third = (TWO, a_page("End", ONE, second[0]))
    assert joined(fold(catalog, FIRST, third, second)) == {"story": ["Once", "Then", "End"]}


def test_the_first_page_under_its_number(catalog: Catalog) -> None:
    """It is the first page once more."""
    again = ("https://example.com/story?page=1", a_page("Once", ONE, TWO))
    db = fold(catalog, FIRST, again, SECOND)

    assert joined(db) == {"story": ["Once", "Then"]}
    assert db.execute("select number from article_pages").fetchall() == [(2,)]


def test_another_article_at_a_numbered_url(catalog: Catalog) -> None:
    """Without the headline of the first page a later one is an article of its own."""
    other = a_page("Then", ONE, headline="Quite another matter altogether")
    assert joined(fold(catalog, FIRST, (TWO, other))) == {"story": ["Once"], "story?page=2": ["Then"]}
