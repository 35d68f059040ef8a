"""An exchange comes back as it went over the wire, and an article is cited so that its record can be found again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace

import pytest

from archive import open_collection
from archive.citations import bibtex, csl
from archive.collection import Collection
from archive.errors import UsageError
from archive.exchanges import exchange, page
from archive.query import NotFound, reading
from archive.results import Shown
from tests.archive.catalogs import some_exchanges


@pytest.fixture
def db(filled: Collection) -> Iterator[sqlite3.Connection]:
    """The catalog of a collection with one WARC."""
    with reading(filled.catalog_path) as connection:
        yield connection


def test_every_response_comes_back(filled: Collection, db: sqlite3.Connection) -> None:
    """Request and response are byte for byte those that were exchanged; a revisit gives what it stands for."""
    sent = [one for one in some_exchanges() if one.response]
    for record, url, kind in db.execute("select record_id, url, kind from captures where kind <> 'failure'").fetchall():
        kept = exchange(db, filled.archive_dir, record)
        same = [(one.request, one.response) for one in sent if one.url == url]
        assert (kept.request, kept.response) in same
        assert bool(kept.stands_for) == (kind == "revisit")


def test_a_page_by_its_names(filled: Collection, db: sqlite3.Connection) -> None:
    """An article's id and its URLs give the record that it was read from, as it is now."""
    by_url = exchange(db, filled.archive_dir, "https://example.com/story/2")

    assert b"edited" in page(by_url)
    assert exchange(db, filled.archive_dir, "com,example)/story/2") == by_url
    assert exchange(db, filled.archive_dir, "https://example.com/feed").response.startswith(b"HTTP/1.1 200")


def test_what_has_no_page(filled: Collection, db: sqlite3.Connection) -> None:
    """A failure has no page, and what nobody knows is told."""
    failed = exchange(db, filled.archive_dir, "https://gone.example/")
    with pytest.raises(UsageError, match="gave no answer"):
        page(failed)
    with pytest.raises(NotFound):
        exchange(db, filled.archive_dir, "https://example.com/nothing")


def cited(filled: Collection, **values: object) -> Shown:
    """An article, shown, with other values in it."""
    shown = open_collection(filled.path).show("https://example.com/story/3")
    assert shown.article is not None
    return replace(shown, article=shown.article | values)


def test_csl(filled: Collection) -> None:
    """The item says who, what, where, when, and where it is kept."""
    shown = cited(filled, authors=["Ann Smith"], publisher="Example News")
    item = csl(shown)

    assert json.loads(json.dumps(item)) == item
    assert (item["id"], item["type"]) == ("smith2026headline", "article-newspaper")
    assert item["issued"] == {"date-parts": [[2026, 3, 1]]}
    assert item["accessed"] == {"date-parts": [[2026, 3, 1]]}
    assert item["container-title"] == "Example News"
    assert shown.pressmark is not None
    assert shown.pressmark.record_id in item["archive_location"]


def test_bibtex_is_escaped(filled: Collection) -> None:
    """No sign of an author or headline is a command of TeX."""
    entry = bibtex(cited(filled, headline="50% of A&B_C {x} \\input ~^", authors=["D. $mith", "E#F"]))

    assert r"{50\% of A\&B\_C \{x\} \textbackslash{}input \textasciitilde{}\textasciicircum{}}" in entry
    assert r"{D. \$mith} and {E\#F}" in entry
    assert entry.startswith("@online{mith2026input,\n")
    assert entry.endswith("\n}")


def test_little_is_known(filled: Collection) -> None:
    """An article without author, date and words can be cited too."""
    shown = cited(filled, authors=[], date_published="", headline="", publisher="", site="")

    assert csl(shown)["id"] == "article"
    assert "author" not in bibtex(shown)
