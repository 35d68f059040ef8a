"""What follows from the facts: which URLs are one article, its fields and revisions, which articles are copies."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import pytest

from archive.index import Catalog
from archive.model import Article, Capture, Link, Listing, NotAnArticle, Reading
from tests.archive.catalogs import LONG, article, at, capture

A, B, C, D = (f"https://example.com/{name}" for name in "abcd")
HOME = "https://example.com/"
FIRST = article("The first of two headlines", LONG * 3)
SECOND = article("Another headline altogether", "Nothing of what the other article says is repeated in this one. " * 5)


def fold(catalog: Catalog, *facts: tuple[str, Reading]) -> sqlite3.Connection:
    """The catalog after these pages were read, a minute apart, each committed by itself."""
    for minute, (url, reading) in enumerate(facts):
        catalog.add(capture(url, captured_at=at(minute)), reading)
        catalog.commit()
    return catalog.connection


def components(db: sqlite3.Connection) -> list[list[str]]:
    """The last letters of the URLs of each article."""
    found: dict[str, list[str]] = {}
    for urlkey, article_id in db.execute("select urlkey, article_id from article_urls order by urlkey"):
        found.setdefault(article_id, []).append(urlkey.rpartition("/")[2])
    return list(found.values())


def claiming(reading: Article, url: str) -> Article:
    """The same article with another canonical URL."""
    return article(reading.headline, reading.body, canonical_url=url)


def redirect(url: str) -> NotAnArticle:
    """A redirect to *url*."""
    return NotAnArticle(reason="redirect", links=(Link(url=url, rel="redirect"),))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([(A, FIRST), (B, FIRST)], [["a"], ["b"]], id="no claim"),
        pytest.param([(A, FIRST), (B, claiming(FIRST, A))], [["a", "b"]], id="canonical of a fetched page"),
        pytest.param([(B, claiming(FIRST, A)), (C, claiming(FIRST, A))], [["a", "b", "c"]], id="of an unfetched one"),
        pytest.param([(A, FIRST), (B, claiming(SECOND, A))], [["a"], ["b"]], id="wrong canonical"),
        pytest.param(
            [(B, claiming(FIRST, A)), (C, claiming(SECOND, A))], [["a", "c"], ["b"]], id="one wrong canonical"
        ),
        pytest.param(
            [(B, claiming(FIRST, HOME)), (C, claiming(SECOND, HOME)), (HOME, Listing(form="section"))],
            [["b"], ["c"]],
            id="canonical is a section page",
        ),
        pytest.param([(A, redirect(B)), (B, FIRST)], [["a", "b"]], id="redirect"),
        pytest.param([(B, FIRST), (A, redirect(B))], [["a", "b"]], id="redirect found later"),
        pytest.param([(A, redirect(B)), (B, redirect(C)), (C, FIRST)], [["a", "b", "c"]], id="chain of redirects"),
        pytest.param([(A, redirect(B)), (B, redirect(A)), (C, FIRST)], [["c"]], id="circle of redirects"),
        pytest.param([(A, FIRST), (A, redirect(B)), (B, FIRST)], [["a", "b"]], id="moved"),
        pytest.param(
            [(A, FIRST), (A, redirect(C)), (C, redirect(B)), (B, FIRST)], [["a", "b", "c"]], id="moved over two hops"
        ),
        pytest.param(
            [(A, FIRST), (B, SECOND), (A, redirect(HOME)), (B, redirect(HOME))],
            [["", "b"], ["a"]],
            id="gone to one page",
        ),
        pytest.param(
            [(HOME, Listing(form="section")), (A, FIRST), (B, SECOND), (A, redirect(HOME)), (B, redirect(HOME))],
            [["a"], ["b"]],
            id="gone to the home page",
        ),
        pytest.param(
            [(A, redirect(B)), (B, FIRST), (A, redirect(C)), (C, SECOND)], [["a", "c"], ["b"]], id="last redirect"
        ),
        pytest.param(
            [(A, article(FIRST.headline, FIRST.body, links=(Link(url=B, rel="amphtml"),))), (B, FIRST)],
            [["a", "b"]],
            id="amp",
        ),
        pytest.param(
            [
                (A, article(FIRST.headline, FIRST.body, links=(Link(url="https://example.com/print/7"),))),
                ("https://example.com/print/7", FIRST),
            ],
            [["a", "7"]],
            id="print page",
        ),
        pytest.param(
            [
                (A, article(FIRST.headline, FIRST.body, links=(Link(url="https://example.com/b?view=print"),))),
                ("https://example.com/b?view=print", SECOND),
            ],
            [["a"], ["b?view=print"]],
            id="print page of another article",
        ),
        pytest.param(
            [("https://m.example.com/a", claiming(FIRST, A)), ("http://example.com/a", FIRST)],
            [["a", "a"]],
            id="mobile page, http",
        ),
        pytest.param(
            [(A + "?ref=1", article(FIRST.headline, FIRST.body, url=A)), (A, FIRST)],
            [["a", "a?ref=1"]],
            id="without parameters",
        ),
        pytest.param(
            [
                (A, FIRST),
                (B, article(FIRST.headline, "Rewritten from the first word to the last. " * 9, canonical_url=A)),
            ],
            [["a", "b"]],
            id="text changed, headline kept",
        ),
        pytest.param(
            [(A, FIRST), (B, article("A quite different headline", FIRST.body + " More.", canonical_url=A))],
            [["a", "b"]],
            id="headline changed, opening kept",
        ),
        pytest.param(
            [(A, article("News", "x")), (B, article("News", "y", canonical_url=A))], [["a"], ["b"]], id="generic"
        ),
        pytest.param([("http://www.example.com/a", FIRST), (A, FIRST)], [["a"]], id="scheme and www"),
    ],
)
def test_names_of_one_article(catalog: Catalog, facts: list[tuple[str, Reading]], expected: list[list[str]]) -> None:
    """Pages that claim one another are one article if they share something; no hub glues different articles."""
    assert components(fold(catalog, *facts)) == expected


def test_a_hub_of_wrong_canonicals(catalog: Catalog) -> None:
    """However many articles claim one of them as their canonical URL, each stays an article of its own."""
    facts = [(A, FIRST)]
    facts += [
        (f"{B}{n}", article(f"Headline of the article number {n}", f"Story {n}. " * 40, canonical_url=A))
        for n in range(40)
    ]

    assert len(components(fold(catalog, *facts))) == 41


def test_fields_come_from_the_latest_reading(catalog: Catalog) -> None:
    """An article is as it was last seen; its id is the smallest URL key among its names."""
    later = article(
        "The first of two headlines", LONG * 4, section="New", canonical_url=A, is_accessible_for_free=False
    )
    db = fold(catalog, (B, FIRST), (B, later), (A, redirect(B)))
    row = db.execute(
        "select id, url, section, is_accessible_for_free, revision_count, first_captured_at, last_captured_at "
        "from articles"
    ).fetchone()

    assert row == ("com,example)/a", B, "New", 0, 2, "2026-03-01T00:00:00.000000Z", "2026-03-01T00:01:00.000000Z")


def test_revisions(catalog: Catalog) -> None:
    """A revision is one distinct text, dated by its first appearance; what comes back is no new one."""
    spaced = article(FIRST.headline + " ", FIRST.body.replace(" ", "  "))
    edited = article(FIRST.headline, FIRST.body + "Edited.")
    db = fold(catalog, (A, FIRST), (A, spaced), (A, edited), (A, FIRST))
    rows = db.execute("select captured_at from revisions order by captured_at").fetchall()

    assert rows == [("2026-03-01T00:00:00.000000Z",), ("2026-03-01T00:02:00.000000Z",)]
    assert db.execute(
        "select content_hash = (select min(content_hash) from revisions where captured_at like '%:00:00.%') "
        "from articles"
    ).fetchone() == (1,)


@pytest.mark.parametrize(
    ("published", "day", "dated_at"),
    [
        ("", "2026-03-01", "2026-03-01T00:00:00.000000Z"),
        ("2018-06-18", "2018-06-18", "2018-06-18"),
        ("2018-06-18T23:30:00-05:00", "2018-06-18", "2018-06-19T04:30:00Z"),
        ("2018-06-18T09:00:00", "2018-06-18", "2018-06-18T09:00:00Z"),
        ("9999-12-31T23:00:00-05:00", "9999-12-31", "9999-12-31"),
        ("18 June", "2026-03-01", "2026-03-01T00:00:00.000000Z"),
    ],
)
def test_dates(catalog: Catalog, published: str, day: str, dated_at: str) -> None:
    """The day is the page's own, the order that of instants; where none is known, the first capture stands in."""
    db = fold(catalog, (A, article(date_published=published)))

    assert db.execute("select day, dated_at from articles").fetchone() == (day, dated_at)


def clusters(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Each clustered article and the representative of its cluster."""
    return db.execute(
        "select a.url, r.url from articles as a join clusters as c on c.id = a.cluster_id "
        "join articles as r on r.id = c.representative order by a.url"
    ).fetchall()


def test_copies(catalog: Catalog) -> None:
    """Articles of one text, or of one body under two headlines, are a cluster; the first to publish stands for it."""
    copied = article("Copied under another headline", FIRST.body, date_published="2026-02-01")
    db = fold(catalog, (A, FIRST), (B, FIRST), (C, copied), (D, SECOND))

    assert clusters(db) == [(A, C), (B, C), (C, C)]
    assert db.execute("select resemblance, containment from similar").fetchall() == [(1.0, 1.0)]


def test_a_copy_once_is_a_copy(catalog: Catalog) -> None:
    """An article that was edited since stays in the cluster of what it once copied."""
    db = fold(catalog, (A, FIRST), (B, FIRST), (B, SECOND))

    assert clusters(db) == [(A, A), (B, A)]


def test_names_that_join_leave_no_cluster(catalog: Catalog) -> None:
    """Two copies that turn out to be one article are no cluster any more."""
    db = fold(catalog, (A, FIRST), (B, FIRST), (B, claiming(FIRST, A)))

    assert (components(db), clusters(db)) == ([["a", "b"]], [])
    assert db.execute("select count(*) from clusters").fetchone() == (0,)


@pytest.mark.fault(63)
def test_a_thousand_copies(catalog: Catalog) -> None:
    """A thousand copies of one page, in batches, are one cluster."""
    for start in range(0, 1000, 100):
        for n in range(start, start + 100):
            catalog.add(capture(f"https://site{n}.example/x", captured_at=at(n)), FIRST)
        catalog.commit()

    assert catalog.connection.execute("select article_count from clusters").fetchall() == [(1000,)]
    assert catalog.connection.execute("select count(*) from texts").fetchone() == (1,)


def test_revisit_resolves_to_the_nearest_earlier(catalog: Catalog) -> None:
    """A revisit of a payload that was read twice shows the reading before it."""

    def seen(minute: float, **values: object) -> Capture:
        when: datetime = at(minute)
        return capture(A, captured_at=when, payload_digest="sha1:P", **values)

    early, late = seen(1), seen(5)
    catalog.add(late, SECOND)
    catalog.add(early, FIRST)
    catalog.add(seen(3, kind="revisit", refers_to_url=A), None)
    catalog.commit()
    catalog.add(seen(9, kind="revisit", refers_to_url=A), None)
    catalog.commit()

    rows = catalog.connection.execute("select headline, record_id, last_captured_at from articles").fetchall()
    assert rows == [(SECOND.headline, late.record_id, "2026-03-01T00:09:00.000000Z")]


def test_unchanged_rows_are_not_written(catalog: Catalog) -> None:
    """What does not change by a commit is not written again."""
    db = fold(catalog, (A, FIRST), (B, SECOND))
    before = db.total_changes
    catalog.add(capture(A, captured_at=at(0)), FIRST)
    catalog.commit()

    assert db.total_changes == before
