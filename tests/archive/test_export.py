"""Exports: what is written is what is kept, in forms that others check, and the same bytes each time."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive import wacz
from archive.collection import Collection
from archive.csv_text import csv_lines
from archive.errors import UsageError
from archive.export import COLUMNS, Form, export
from archive.query import reading
from archive.search import search
from archive.warc_read import read_captures
from tests.archive.catalogs import make_reader, some_exchanges, write_warc
from tests.end_to_end import CHECKOUT, missing

PEERS = CHECKOUT / ".venv-pywb" / "bin"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """A collection of twelve stories with a revisit, an edit, a redirect and a failure, in two files."""
    collection = Collection.create(tmp_path_factory.mktemp("export") / "news")
    exchanges = some_exchanges()
    write_warc(collection, exchanges[:1], name="first")
    write_warc(collection, exchanges[1:], name="test")
    collection.catch_up(make_reader().read, reader_id=make_reader().id)
    return collection


@pytest.fixture(scope="module")
def db(kept: Collection) -> Iterator[sqlite3.Connection]:
    """Its catalog."""
    with reading(kept.catalog_path) as connection:
        yield connection


@pytest.fixture
def written(kept: Collection, db: sqlite3.Connection, tmp_path: Path) -> Writes:
    """Writes exports into a folder of the test's own."""
    return Writes(kept, db, tmp_path)


class Writes:
    """Exports of one collection."""

    def __init__(self, kept: Collection, db: sqlite3.Connection, folder: Path) -> None:
        self.kept, self.db, self.folder = kept, db, folder

    def __call__(self, form: Form, query: str = "", name: str = "", **filters: str) -> Path:
        path = self.folder / (name or f"news.{form}")
        export(self.db, self.kept.path, path, form, query, **filters)  # type: ignore[arg-type]
        return path


def test_csv(written: Writes, db: sqlite3.Connection) -> None:
    """Every article is a row of the promised columns, with where its record lies."""
    found = list(csv.DictReader(written("csv").open(newline="")))
    articles = db.execute("select id, headline, body, record_id from articles order by id").fetchall()

    assert [(row["id"], row["headline"], row["body"], row["record_id"]) for row in found] == articles
    assert tuple(found[0]) == COLUMNS
    assert all(row["warc"].endswith(".warc.gz") and int(row["length"]) > 0 for row in found)


def test_jsonl_is_a_zyte_article(written: Writes) -> None:
    """A line has the names of schema.org's NewsArticle and is an Article of zyte-common-items."""
    from zyte_common_items import Article

    said = [json.loads(line) for line in written("jsonl").read_text().splitlines()]
    items = [Article.from_dict(one) for one in said]

    assert {one["@type"] for one in said} == {"NewsArticle"}
    assert [(item.headline, item.articleBody) for item in items] == [(o["headline"], o["articleBody"]) for o in said]
    assert all(item.metadata and item.metadata.dateDownloaded for item in items)


def test_parquet(written: Writes, db: sqlite3.Connection) -> None:
    """Columns keep their types: lists are lists, numbers numbers."""
    from pyarrow import parquet

    table = parquet.read_table(written("parquet"))

    assert table.num_rows == db.execute("select count(*) from articles").fetchone()[0]
    assert tuple(table.column_names) == COLUMNS
    assert table.to_pylist()[0]["authors"] == []
    assert isinstance(table.to_pylist()[0]["word_count"], int)


def test_a_query_narrows(written: Writes, db: sqlite3.Connection) -> None:
    """An export of a query holds what a search finds, all of it."""
    found = {row["id"] for row in csv.DictReader(written("csv", '"number 3"').open(newline=""))}

    assert found == {hit.id for hit in search(db, '"number 3"').hits}
    assert len(found) == 1


def test_as_it_stood(written: Writes) -> None:
    """An export of an earlier archive has nothing that came later."""
    assert written("jsonl", as_of="2026-02").read_text() == ""
    assert "edited" in written("jsonl", as_of="2026-03").read_text()


def test_formulas_are_harmless() -> None:
    """No cell begins as a formula does."""
    rows = [{"a": text, "b": ["=1"]} for text in ("=1+1", "+1", "-1", "@x", "\t=1", "fine", "")]
    cells = [row["a"] for row in csv.DictReader("".join(csv_lines(rows, ("a", "b"))).splitlines())]

    assert cells == ["'=1+1", "'+1", "'-1", "'@x", "'\t=1", "fine", ""]


def test_description(written: Writes) -> None:
    """datapackage.json names every table beside it with its digest and query; that of others is left alone."""
    written("csv", '"number 3"')
    written("jsonl")
    package = json.loads((written.folder / "datapackage.json").read_bytes())

    assert [(one["path"], one["rows"], one["query"]) for one in package["resources"]] == [
        ("news.csv", 1, '"number 3"'),
        ("news.jsonl", 12, ""),
    ]
    (written.folder / "datapackage.json").write_text('{"name": "mine"}')
    with pytest.raises(UsageError, match="not written by pressmark"):
        written("csv")


@pytest.mark.parametrize("query", ["", '"story 2"'])
@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "wacz"])
def test_the_same_bytes(written: Writes, form: Form, query: str) -> None:
    """The same catalog gives the same bytes."""
    assert written(form, query, name="one").read_bytes() == written(form, query, name="two").read_bytes()


def test_a_whole_wacz(written: Writes, kept: Collection) -> None:
    """It holds the WARC files as they are, all their lines in order, and every article as a page with its text."""
    with zipfile.ZipFile(written("wacz")) as file:
        warcs = [name for name in file.namelist() if name.startswith("archive/")]
        lines = file.read("indexes/index.cdxj").splitlines()
        pages = [json.loads(line) for line in file.read("pages/pages.jsonl").splitlines()]
        assert {name: file.read(name) for name in warcs} == {f"archive/{w.name}": w.read_bytes() for w in kept.warcs()}

    assert lines == sorted({line for one in kept.indexes_dir.glob("*.cdxj") for line in one.read_bytes().splitlines()})
    assert len(pages) == 1 + 12
    assert pages[0]["format"] == "json-pages-1.0"
    assert all(page["text"] and page["title"] and page["ts"].endswith("Z") for page in pages[1:])


def test_a_slice(written: Writes, tmp_path: Path) -> None:
    """A slice holds the exchanges of its articles with request and metadata, the revisit's too, and no others."""
    path = written("wacz", '"story 0"')
    with zipfile.ZipFile(path) as file:
        [warc] = [file.extract(name, tmp_path) for name in file.namelist() if name.startswith("archive/")]
    found = [one.capture for one, _ in read_captures(Path(warc))]

    assert {one.url for one in found} == {"https://example.com/story/0"}
    assert sorted(one.kind for one in found) == ["response", "revisit"]
    assert all(one.job == "job 1" and one.content_digest for one in found if one.kind == "response")


def test_a_moved_article(written: Writes, tmp_path: Path) -> None:
    """The redirect that led to an article goes with it."""
    with zipfile.ZipFile(written("wacz", '"story 1"')) as file:
        lines = file.read("indexes/index.cdxj").decode()

    assert "https://example.com/old/1" in lines


@pytest.mark.parametrize("query", ["", '"story 2"'])
def test_others_call_it_valid(written: Writes, query: str) -> None:
    """`wacz validate` and Frictionless find nothing wrong, nor does our own check, which looks at every record."""
    if not (PEERS / "wacz").exists():
        missing("wacz in .venv-pywb (`make .venv-pywb/.ready`)")
    path = written("wacz", query)
    written("csv", query)
    told = subprocess.run([PEERS / "wacz", "validate", "-f", path], capture_output=True, text=True, check=False)
    package = written.folder / "datapackage.json"
    tables = subprocess.run(
        [PEERS / "frictionless", "validate", package.name],
        cwd=written.folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "Validation succeeded" in told.stdout, told.stdout + told.stderr
    assert tables.returncode == 0, tables.stdout
    assert wacz.check(path) == []


def _changed(path: Path, name: str, change: bytes) -> Path:
    """The same file with other content in one member."""
    other = path.with_name("changed.wacz")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info.filename, content.replace(*change.split(b"|")) if info.filename == name else content)
    return other


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("pages/pages.jsonl", b"Headline|headline", "other bytes"),
        ("datapackage.json", b"news|olds", "datapackage-digest"),
        ("indexes/index.cdxj", b"com,example)/feed|zzz", "not sorted"),
        ("indexes/index.cdxj", b'"offset": "|"offset": "1', "archive/test-"),
        ("indexes/index.cdxj", b'story/1"|story/7"', "not the record of"),
        ("indexes/index.cdxj", b".warc.gz|.warc", "which is not there"),
    ],
)
def test_check(written: Writes, name: str, change: bytes, told: str) -> None:
    """What does not fit together is found and named."""
    found = wacz.check(_changed(written("wacz"), name, change))

    assert any(told in one for one in found), found


def test_check_of_long_heads(written: Writes) -> None:
    """A member whose head is longer than the directory says is found: ReplayWeb.page could not read it."""
    path = written("wacz")
    other = path.with_name("long.wacz")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for info in old.infolist():
            with new.open(zipfile.ZipInfo(info.filename), "w", force_zip64=True) as member:
                member.write(old.read(info))

    assert any("does not begin where" in one for one in wacz.check(other))


def test_check_of_something_else(tmp_path: Path) -> None:
    """A file that is no WACZ is one finding."""
    (tmp_path / "x.wacz").write_bytes(b"no zip")
    assert len(wacz.check(tmp_path / "x.wacz")) == 1
