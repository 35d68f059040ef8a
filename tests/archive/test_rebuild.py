"""A catalog made anew from the WARC files is the one that was folded while they were written."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from archive.collection import Collection
from archive.errors import CheckFailed, UsageError
from archive.group import build_note
from archive.index import Catalog
from tests.archive.catalogs import LONG, at, make_other_reader, make_reader, page, some_exchanges, tables, write_warc


def catalog_bytes(collection: Collection) -> bytes:
    """The catalog file, when nothing has it open."""
    assert not collection.catalog_path.with_name("catalog.db-wal").exists()
    return collection.catalog_path.read_bytes()


def alter(collection: Collection, statement: str) -> None:
    """Executes a statement behind the catalog's back."""
    with sqlite3.connect(collection.catalog_path) as db:
        db.execute(statement)


def test_folded_and_rebuilt_are_equal(filled: Collection) -> None:
    """The catalog of the live fold equals the one that the WARC files give."""
    assert filled.check_rebuild(make_reader) is None


def test_two_rebuilds_are_the_same_bytes(filled: Collection) -> None:
    """Two rebuilds of the same WARC files give the same bytes, whatever was there before."""
    write_warc(
        filled, [page(f"article: One more of the stories\n{LONG * 3}", "https://example.com/more", 70)], name="more"
    )
    filled.rebuild(make_reader)
    first = catalog_bytes(filled)
    filled.catalog_path.unlink()
    filled.rebuild(make_reader)

    assert catalog_bytes(filled) == first


def test_workers_do_not_show(filled: Collection) -> None:
    """Children that read whole WARC files each give the same bytes as one process."""
    write_warc(
        filled, [page(f"article: One more of the stories\n{LONG * 3}", "https://example.com/more", 70)], name="more"
    )
    told: list[int] = []
    filled.rebuild(make_reader)
    first = catalog_bytes(filled)
    filled.rebuild(make_reader, workers=2, progress=told.append)

    assert catalog_bytes(filled) == first
    assert told[-1] == 18
    assert sorted(path.name for path in filled.path.iterdir()) == ["MANIFEST", "archive", "catalog.db", "indexes"]


def test_rebuilt_catalog_goes_on(filled: Collection) -> None:
    """A rebuilt catalog knows how far it has read, and takes what comes after."""
    filled.rebuild(make_reader)
    again = filled.catch_up(make_reader().read, reader_id=make_reader().id)
    write_warc(filled, [page("other", "https://example.com/late", 80)], name="late")
    later = filled.catch_up(make_reader().read, reader_id=make_reader().id)

    assert (again.captures, later.captures) == (0, 1)
    assert filled.check_rebuild(make_reader) is None


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("update captures set status = 404 where url like '%story/3'", "status is 404, the WARC files give 200"),
        ("delete from aliases", "aliases com,example)/old/1 com,example)/story/1 redirect: missing in the catalog"),
        (
            "update article_rows set section = 'x' where id = 'com,example)/story/4'",
            "section is 'x', the WARC files give ''",
        ),
        ("insert into article_urls values ('zz', 'zz')", "article_urls zz: only in the catalog, not in the WARC files"),
        ("update reader set id = 'other'", "reader other: only in the catalog"),
        ("insert into articles_fts (articles_fts) values ('delete-all')", "articles_fts: does not fit the texts"),
        ("delete from job_records where kind = 'closing'", "job_records"),
    ],
)
def test_first_difference(filled: Collection, statement: str, told: str) -> None:
    """The check names table, key and column of the first difference, with both values."""
    alter(filled, statement)

    assert told in str(filled.check_rebuild(make_reader))


def test_check_leaves_nothing_behind(filled: Collection) -> None:
    """A check changes no file of the collection and leaves none."""
    before = sorted((path.name, path.stat().st_size) for path in filled.path.rglob("*"))
    filled.check_rebuild(make_reader)

    assert sorted((path.name, path.stat().st_size) for path in filled.path.rglob("*")) == before


def test_check_without_catalog(filled: Collection) -> None:
    """Without a catalog there is nothing to check, and the message says how to make one."""
    filled.catalog_path.unlink()
    with pytest.raises(UsageError, match="run `pressmark rebuild`"):
        filled.check_rebuild(make_reader)


@pytest.mark.fault(95)
def test_missing_warc(filled: Collection) -> None:
    """A WARC that MANIFEST lists and that is not there stops a rebuild, unless it is told to go on without."""
    write_warc(filled, [page("other", "https://example.com/late", 80)], name="late")
    late = next(filled.archive_dir.glob("late-*"))
    late.unlink()
    with pytest.raises(CheckFailed, match=r"late-.*allow-missing"):
        filled.rebuild(make_reader)

    filled.rebuild(make_reader, allow_missing=True)
    assert filled.check_rebuild(make_reader, allow_missing=True) is None


def test_another_reader_takes_over(filled: Collection) -> None:
    """A rebuild with another reader makes a catalog of that reader's readings alone."""
    assert not filled.is_current(make_other_reader().id)
    filled.rebuild(make_other_reader)

    assert filled.is_current(make_other_reader().id)
    assert filled.check_rebuild(make_other_reader) is None


@pytest.mark.fault(97)
def test_broken_catalog_is_replaced(filled: Collection) -> None:
    """A catalog that is no database any more, with an old log beside it, is replaced by a whole one."""
    filled.catalog_path.write_bytes(b"broken" * 1000)
    filled.catalog_path.with_name("catalog.db-wal").write_bytes(b"old log" * 1000)
    filled.rebuild(make_reader)

    assert filled.check_rebuild(make_reader) is None


@pytest.mark.fault(94)
def test_damaged_warc_is_passed_over(filled: Collection) -> None:
    """What is damaged in a WARC is told, and everything else in it is read."""
    warc = filled.warcs()[0]
    with filled.catalog(readonly=True) as catalog:
        (offset,) = catalog.connection.execute("select offset from captures where url like '%story/5'").fetchone()
    content = bytearray(warc.read_bytes())
    content[offset + 40] ^= 0xFF
    warc.write_bytes(content)
    told: list[str] = []
    filled.rebuild(make_reader, on_damage=lambda damage: told.append(f"{damage.warc} {damage.offset}"))

    assert told == [f"{warc.name} {offset}"]
    with filled.catalog(readonly=True) as catalog:
        assert catalog.connection.execute("select count(*) from captures").fetchone() == (16,)


def test_aborted_reading_is_honoured(collection: Collection) -> None:
    """A record that no child could read, by a note of this reader, is unreadable in every later reading of it."""
    captures = write_warc(collection, [page(f"article: Two of one kind, the {n}\n{LONG}", minutes=n) for n in (1, 2)])
    note = [
        build_note(c.url, [("readingAborted", "5 s"), ("reader", r)], at=at(9), about=c.record_id)
        for c, r in zip(captures, [make_reader().id, "another"], strict=True)
    ]
    with collection.warcs()[0].open("ab") as stream:
        stream.write(b"".join(note))
    collection.rebuild(make_reader)

    with collection.catalog(readonly=True) as catalog:
        rows = catalog.connection.execute("select kind, reason from readings order by captured_at").fetchall()
    assert rows == [("unreadable", "5 s"), ("article", "")]


def test_rebuild_equals_any_catalog(filled: Collection, tmp_path: Path) -> None:
    """A rebuilt catalog says the same, table by table, as one into which the same was folded by hand."""
    with filled.catalog(readonly=True) as live:
        before = tables(live)
    filled.rebuild(make_reader)
    with Catalog.open(filled.catalog_path, readonly=True) as rebuilt:
        assert tables(rebuilt) == before
    assert len(some_exchanges()) == len(before["captures"])
