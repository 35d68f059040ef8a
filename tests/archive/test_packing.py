"""Compressed bodies: what goes in comes out, by our functions, by a connection for SQL and by SQLite's shell."""

from __future__ import annotations

import sqlite3
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import open_collection
from archive.collection import Collection
from archive.packing import packed, unpacked
from archive.search import search
from tests.archive.catalogs import article, capture

BODY = "Über die Zulassung wird später entschieden. " * 20


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(1, 40))
def test_what_goes_in_comes_out(content: bytes, times: int) -> None:
    """Bytes are as they were, and take no more room than that."""
    content *= times

    assert unpacked(packed(content), len(content)) == content
    assert len(packed(content)) <= len(content)


def test_no_more_than_its_size() -> None:
    """What unpacks to more than its size says is cut there, so that a forged catalog fills no memory."""
    assert unpacked(packed(bytes(1_000_000)), 10) == bytes(10)


@pytest.fixture
def kept(collection: Collection) -> Collection:
    """A collection with one article."""
    with collection.catalog(reader_id="test") as catalog:
        catalog.add(capture(), article(body=BODY))
        catalog.commit()
    return collection


def test_views_by_sql(kept: Collection) -> None:
    """A connection of `open_collection` reads the views, and writes nothing."""
    db = open_collection(kept.path).connect()

    assert db.execute("select body from articles").fetchall() == [(BODY.strip(),)]
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.execute("delete from captures")
    db.close()


def test_views_by_the_shell(kept: Collection) -> None:
    """SQLite's own shell reads the views, and finds by words."""
    query = "select t.body from articles_fts as f join texts as t on t.id = f.rowid where articles_fts match 'spater'"
    ran = subprocess.run(["sqlite3", kept.catalog_path, query], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == BODY.strip()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Datasette has SQLite tell of it
def test_a_damaged_body(kept: Collection) -> None:
    """A body that cannot be unpacked is no fault of the query."""
    with kept.catalog() as catalog:
        catalog.connection.execute("update text_rows set packed_body = x'0011'")
        with pytest.raises(sqlite3.OperationalError):
            search(catalog.connection, "zulassung")
