"""Search by what is known of articles: facets, filters, pages of results, and the archive as it stood on a day."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from archive.errors import UsageError
from archive.index import Catalog
from archive.results import Facet
from archive.search import matching, search
from tests.archive.catalogs import LONG, article, at, capture

DAY = 24 * 60
RECALL = "https://pharma.example/recall"


@pytest.fixture
def months(catalog: Catalog) -> sqlite3.Connection:
    """Three articles of March 2026; one of them changes in April, and again, back to its first text, in May."""
    first = article("Tablets are recalled", f"All lots. {LONG * 3}", section="Safety", keywords=("recall", "FDA"))
    second = article("Tablets are safe", f"No lot at all. {LONG * 3}", section="Business", keywords=("recall",))
    for days, reading in ((0, first), (31, second), (61, first)):
        catalog.add(capture(RECALL, captured_at=at(days * DAY), site="pharma.example"), reading)
    for n, name in enumerate(("one", "two")):
        other = article(
            f"Story number {name}", f"Vaccines {name}. {LONG * 3}", authors=("Ann Smith",), language="en",
            date_published=f"2026-0{n + 2}-05", keywords=("fda",),
        )  # fmt: skip
        catalog.add(capture(f"https://news.example/{name}", captured_at=at(DAY + n), site="news.example"), other)
    catalog.commit()
    return catalog.connection


def headlines(db: sqlite3.Connection, query: str = "", **filters: str | int) -> list[str]:
    """Headlines that a search finds, sorted."""
    return sorted(hit.headline for hit in search(db, query, **filters).hits)  # type: ignore[arg-type]


@pytest.mark.parametrize("query", ["", "tablets OR vaccines"])
def test_facets(months: sqlite3.Connection, query: str) -> None:
    """A facet counts each value among all matches, whatever the limit, most frequent first; months in their order."""
    facets = search(months, query, limit=1, facets=True).facets

    assert facets["site"] == (Facet(value="news.example", count=2), Facet(value="pharma.example", count=1))
    assert facets["author"] == (Facet(value="Ann Smith", count=2),)
    assert [(f.value, f.count) for f in facets["month"]] == [("2026-02", 1), ("2026-03", 2)]
    assert [(f.value, f.count) for f in facets["keyword"]] == [("fda", 2), ("FDA", 1), ("recall", 1)]
    assert facets["language"] == (Facet(value="en", count=2),)


def test_facets_keep_to_the_filters(months: sqlite3.Connection) -> None:
    """Facets are of what was found, and of nothing else; without being asked for there are none."""
    assert [f.value for f in search(months, site="pharma.example", facets=True).facets["site"]] == ["pharma.example"]
    assert search(months, "zebra", facets=True).facets["site"] == ()
    assert search(months).facets == {}


def test_newest_alone_are_counted(months: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the bound facets are of the newest articles alone, and the result says that there are more."""
    monkeypatch.setattr("archive.search.MAX_RANKED", 1)
    result = search(months, "paragraph", facets=True)

    assert (result.total, result.more) == (1, True)
    assert sum(one.count for one in result.facets["site"]) == 1


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"keyword": "Fda"}, ["Story number one", "Story number two", "Tablets are recalled"]),
        ({"keyword": "fd"}, []),
        ({"revisions": 2}, ["Tablets are recalled"]),
        ({"revisions": 3}, []),
        ({"cluster": "nothing"}, []),
    ],
)
def test_filters(months: sqlite3.Connection, filters: dict[str, str | int], found: list[str]) -> None:
    """Keywords are whole, in any case; revisions are at least so many."""
    assert headlines(months, **filters) == found
    assert headlines(months, "paragraph", **filters) == found


def test_a_cluster(catalog: Catalog) -> None:
    """A cluster's articles are those that copy one another."""
    for host in ("a", "b"):
        catalog.add(capture(f"https://{host}.example/x"), article("One story on two sites", LONG * 4))
    catalog.commit()
    (cluster,) = catalog.connection.execute("select id from clusters").fetchone()

    assert len(headlines(catalog.connection, cluster=cluster)) == 2


@pytest.mark.parametrize(
    ("as_of", "query", "found"),
    [
        ("2026-03-01", "", ["Tablets are recalled"]),
        ("2026-03", "", ["Story number one", "Story number two", "Tablets are recalled"]),
        ("2026-03", "safe", []),
        ("2026-04", "safe", ["Tablets are safe"]),
        ("2026-04", "recalled", []),
        ("2026-05", "recalled", ["Tablets are recalled"]),
        ("2026-05", "safe", []),
        ("2026", "recalled", ["Tablets are recalled"]),
        ("2025", "", []),
    ],
)
def test_as_of(months: sqlite3.Connection, as_of: str, query: str, found: list[str]) -> None:
    """The archive as it stood: an article is the text that it showed last until that day, also one that came back."""
    assert headlines(months, query, as_of=as_of) == found


def test_as_it_stood_is_shown(months: sqlite3.Connection) -> None:
    """A hit of that day has the fields, the record and the snippet of that day."""
    (then,) = search(months, "lot", as_of="2026-04").hits
    (now,) = search(months, "lots").hits

    assert (then.section, now.section) == ("Business", "Safety")
    assert then.pressmark != now.pressmark
    assert "[lot] at all" in then.snippet
    assert then.first_captured_at == now.first_captured_at


@pytest.mark.parametrize(
    ("as_of", "filters", "found"),
    [
        ("2026-03", {"section": "safety"}, ["Tablets are recalled"]),
        ("2026-03", {"section": "Business"}, []),
        ("2026-04", {"section": "Business"}, ["Tablets are safe"]),
        ("2026-04", {"section": "Safety"}, []),
        ("2026-05", {"section": "Safety"}, ["Tablets are recalled"]),
        ("2026-04", {"keyword": "FDA", "site": "pharma.example"}, []),
        ("2026-03", {"revisions": 2}, []),
        ("2026-04", {"revisions": 2}, ["Tablets are safe"]),
    ],
)
def test_filters_of_that_day(
    months: sqlite3.Connection, as_of: str, filters: dict[str, str | int], found: list[str]
) -> None:
    """Filters and facets look at what was known of an article on that day."""
    assert headlines(months, as_of=as_of, **filters) == found
    assert headlines(months, "tablets", as_of=as_of, **filters) == found


def test_facets_of_that_day(months: sqlite3.Connection) -> None:
    """Facets of a day count what was known on it."""
    then = search(months, "tablets", as_of="2026-04", facets=True).facets

    assert (then["section"], then["keyword"]) == (
        (Facet(value="Business", count=1),),
        (Facet(value="recall", count=1),),
    )


def test_a_change_beside_the_text(catalog: Catalog) -> None:
    """An article whose text stays while its section changes is found by the section that it had."""
    url = "https://pharma.example/trial"
    for days, section in ((0, "Pipeline"), (31, "Archive")):
        catalog.add(capture(url, captured_at=at(days * DAY)), article("A trial begins here", LONG * 3, section=section))
    catalog.commit()
    states = catalog.connection.execute("select section, begins_at < ends_at from article_states order by begins_at")

    assert states.fetchall() == [("Pipeline", 1), ("Archive", 1)]
    assert headlines(catalog.connection, "trial", section="Pipeline", as_of="2026-03") == ["A trial begins here"]
    assert headlines(catalog.connection, "trial", section="Pipeline", as_of="2026-04") == []
    assert headlines(catalog.connection, "trial", section="Pipeline") == []


def test_facets_are_exact_up_to_the_bound(months: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to the bound all matches are counted, with words and without."""
    monkeypatch.setattr("archive.search.NEWEST", 1)
    for query in ("", "paragraph"):
        result = search(months, query, facets=True)
        assert (result.total, sum(one.count for one in result.facets["site"])) == (3, 3)


def test_order(months: sqlite3.Connection) -> None:
    """By date the newest comes first, with words and without; by relevance the score never rises."""
    dates = [[hit.date_published for hit in search(months, words, sort="date").hits] for words in ("", "paragraph")]
    scores = [hit.score or 0 for hit in search(months, "paragraph").hits]

    assert dates == [["2026-03-05", "", "2026-02-05"]] * 2
    assert scores == sorted(scores, reverse=True)


def test_pages(months: sqlite3.Connection) -> None:
    """An offset goes on where the page before ended."""
    pages = [search(months, limit=1, offset=n).hits[0].headline for n in range(3)]

    assert sorted(pages) == headlines(months)
    assert search(months, offset=3).hits == ()


def test_matching(months: sqlite3.Connection) -> None:
    """All ids that match, without a bound."""
    assert matching(months, "vaccines") == ["example,news)/one", "example,news)/two"]
    assert len(matching(months)) == 3
    with pytest.raises(UsageError, match="no date"):
        matching(months, as_of="yesterday")


@pytest.mark.parametrize("query", ["a OR " * 11 + "a", " ".join(f"w{n}" for n in range(301))])
def test_a_query_that_would_take_long(query: str, months: sqlite3.Connection) -> None:
    """A query of very many words, or of one word many times, is refused before the database is asked."""
    with pytest.raises(UsageError, match="at most 300" if "w300" in query else "once is enough"):
        search(months, query)


@pytest.mark.parametrize("wrong", [{"sort": "newest"}, {"limit": -1}, {"offset": -1}])
def test_orders_and_numbers_that_are_none(months: sqlite3.Connection, wrong: dict[str, Any]) -> None:
    """They are refused, and give no answer that looks like one."""
    with pytest.raises(UsageError, match="sort is relevance or date"):
        search(months, "", **wrong)


def test_a_filter_that_is_not_there(months: sqlite3.Connection) -> None:
    """A misspelt filter is no filter that matches all."""
    with pytest.raises(TypeError, match="no filter 'langauge'; did you mean language"):
        search(months, "", langauge="de")  # type: ignore[call-arg]
