"""Articles for others: CSV, JSON Lines with the names of schema.org, Parquet, each described for machines, and WACZ.

A file is written beside its place and renamed, so that whoever reads it sees all of it or what was there before. The
same catalog gives the same bytes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeVar, Unpack

from archive import as_of, slices, wacz
from archive.csv_text import csv_lines
from archive.errors import UsageError
from archive.files import Files, disk_errors, replace_file
from archive.manifest import sha256_of
from archive.printable import json_text
from archive.search import Filters, end_of, matching

COLUMNS = (
    *("id", "url", "canonical_url", "site", "headline", "standfirst", "authors", "date_published", "date_modified"),
    *("section", "keywords", "language", "publisher", "body", "word_count", "main_image", "is_accessible_for_free"),
    *("first_captured_at", "last_captured_at", "revision_count", "cluster_id"),
    *("record_id", "captured_at", "payload_digest", "warc", "offset", "length"),
)
"""The columns of an exported article: those of `articles`, then its pressmark."""

_LISTS = ("authors", "keywords")
_INTEGERS = ("word_count", "revision_count", "offset", "length")
_CHUNK = 500

Form = Literal["csv", "jsonl", "parquet", "wacz"]
Row = dict[str, Any]
T = TypeVar("T")


def export(
    db: sqlite3.Connection, collection_dir: Path, path: Path, form: Form, query: str = "", **filters: Unpack[Filters]
) -> int:
    """Writes the articles that match (see `archive.search.search`) into *path*, and gives their number.

    A table is described in `datapackage.json` beside it. A WACZ without query and filters holds the whole collection.
    """
    if form == "wacz":
        return _export_wacz(db, collection_dir, path, query, filters)
    found = rows(db, matching(db, query, **filters), end_of(filters))
    count = _write_parquet(path, found) if form == "parquet" else _write_text(path, form, found)
    describe(path, form, count=count, about={"query": query, "filters": dict(filters), "reader": reader_of(db)})
    return count


def _export_wacz(db: sqlite3.Connection, collection_dir: Path, path: Path, query: str, filters: Filters) -> int:
    articles, until = matching(db, query, **filters), end_of(filters)
    asked = json.dumps({"query": query, **filters}, ensure_ascii=False) if query or filters else "all that is kept"
    label = wacz.Label(
        title=collection_dir.resolve().name,
        software=f"pressmark/{version('pressmark')}",
        description=f"{len(articles)} articles: {asked}; read by {reader_of(db)}",
        created=newest_capture(db, until),
    )
    pages = (_page(row) for row in rows(db, articles, until))
    if query or filters:
        records = slices.members(db, collection_dir / "archive", slices.places(db, articles, until))
        wacz.write_slice(path, records, pages, label)
    else:
        wacz.write_whole(path, collection_dir, pages, label)
    return len(articles)


def newest_capture(db: sqlite3.Connection, until: str) -> str:
    """The instant of the newest capture before *until*."""
    query = "select coalesce(max(captured_at), '') from captures where captured_at < ?"
    (newest,) = db.execute(query, (until or "~",)).fetchone()
    return str(newest)


def reader_of(db: sqlite3.Connection) -> str:
    """Id of the reader whose catalog it is."""
    (reader,) = db.execute("select coalesce((select id from reader), '')").fetchone()
    return str(reader)


def _page(row: Row) -> wacz.Page:
    text = "\n\n".join(part for part in (row["standfirst"], row["body"]) if part)
    return wacz.Page(id=row["id"], url=row["url"], ts=row["captured_at"], title=row["headline"], text=text)


def rows(db: sqlite3.Connection, articles: Iterable[str], until: str = "") -> Iterator[Row]:
    """The articles of these ids as rows of `COLUMNS`, lists as lists; with *until* as they stood before then."""
    for chunk in _chunks(articles):
        found = _as_they_stood(db, chunk, until) if until else _as_they_are(db, chunk)
        yield from (found[article] for article in chunk if article in found)


def _chunks(found: Iterable[T]) -> Iterator[list[T]]:
    waiting = iter(found)
    while chunk := list(islice(waiting, _CHUNK)):
        yield chunk


_OF_NOW = """
select a.*, c.payload_digest, c.warc, c.offset, c.length, c.captured_at
from json_each(?) as k
join articles as a on a.id = k.value
join captures as c on c.record_id = a.record_id
"""
_OF_THEN = """
select t.headline, t.standfirst, t.body, t.word_count, m.cluster_id, c.payload_digest, c.warc, c.offset, c.length,
       c.captured_at
from texts as t
join captures as c on c.record_id = ?
left join cluster_members as m on m.article_id = ?
where t.id = ?
"""


def _as_they_are(db: sqlite3.Connection, articles: Sequence[str]) -> dict[str, Row]:
    cursor = db.execute(_OF_NOW, (json.dumps(articles),))
    names = [column[0] for column in cursor.description]
    return {row[0]: _row(dict(zip(names, row, strict=True))) for row in cursor}


def _as_they_stood(db: sqlite3.Connection, articles: Sequence[str], until: str) -> dict[str, Row]:
    found = {}
    for article, row in as_of.rows(db, articles, until).items():
        cursor = db.execute(_OF_THEN, (row["record_id"], article, row["text_id"]))
        text = dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True))
        found[article] = _row(row | text)
    return found


def _row(found: Row) -> Row:
    found |= {name: json.loads(found[name]) for name in _LISTS}
    free = found["is_accessible_for_free"]
    return {name: found[name] for name in COLUMNS} | {"is_accessible_for_free": None if free is None else bool(free)}


def news_article(row: Row) -> Row:
    """The row under the names of schema.org's NewsArticle; also a valid Article of zyte-common-items."""
    said = {
        "@type": "NewsArticle",
        "identifier": row["id"],
        "url": row["url"],
        "canonicalUrl": row["canonical_url"],
        "headline": row["headline"],
        "description": row["standfirst"],
        "articleBody": row["body"],
        "articleSection": row["section"],
        "authors": [{"name": name} for name in row["authors"]],
        "datePublished": row["date_published"],
        "dateModified": row["date_modified"],
        "keywords": row["keywords"],
        "inLanguage": row["language"],
        "publisher": {"name": row["publisher"]} if row["publisher"] else None,
        "mainImage": {"url": row["main_image"]} if row["main_image"] else None,
        "isAccessibleForFree": row["is_accessible_for_free"],
        "wordCount": row["word_count"],
        "metadata": {"dateDownloaded": row["last_captured_at"]},
        "pressmark": {name: row[name] for name in ("record_id", "payload_digest", "warc", "offset", "length")},
    }
    return {name: value for name, value in said.items() if value not in ("", None, [])}


def json_lines(found: Iterable[Row]) -> Iterator[str]:
    """One `news_article` a line."""
    return (json_text(news_article(row)) + "\n" for row in found)


def lines(form: Form, found: Iterable[Row]) -> Iterator[str]:
    """The rows as the lines of a text."""
    return csv_lines(found, COLUMNS) if form == "csv" else json_lines(found)


def _write_text(path: Path, form: Form, found: Iterable[Row]) -> int:
    count = 0

    def counted() -> Iterator[Row]:
        nonlocal count
        for row in found:
            count += 1
            yield row

    replace_file(Files(), path, (line.encode("utf-8", "backslashreplace") for line in lines(form, counted())))
    return count


def _write_parquet(path: Path, found: Iterable[Row]) -> int:
    """Writes the rows as Parquet, and gives their number. Raises UsageError when pyarrow is not installed."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise UsageError("--format parquet needs pyarrow; install it with `pip install 'pressmark[parquet]'`") from None
    types = {name: pa.list_(pa.string()) for name in _LISTS}
    types |= {name: pa.int64() for name in _INTEGERS} | {"is_accessible_for_free": pa.bool_()}
    schema = pa.schema([(name, types.get(name, pa.string())) for name in COLUMNS])
    beside, count = path.with_name(path.name + ".tmp"), 0
    with disk_errors(path):
        with parquet.ParquetWriter(beside, schema, compression="zstd") as writer:
            for chunk in _chunks(found):
                writer.write_table(pa.Table.from_pylist(chunk, schema=schema))
                count += len(chunk)
        Files().sync_file(beside)
        Files().rename(beside, path)
        Files().sync_directory(path.parent)
    return count


_MEDIA_TYPES = {"csv": "text/csv", "jsonl": "application/jsonl", "parquet": "application/vnd.apache.parquet"}
_MADE_BY = "pressmark"


def describe(path: Path, form: str, *, count: int, about: dict[str, Any]) -> Path:
    """Writes what *path* holds into `datapackage.json` beside it (Frictionless Data Package), and gives its path.

    What other exports of ours say there stays. Raises UsageError when somebody else's lies there.
    """
    package = path.with_name("datapackage.json")
    described = _described(package)
    resource = {
        "name": wacz.resource_name(path.name),
        "path": path.name,
        "format": form,
        "mediatype": _MEDIA_TYPES[form],
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256_of(path)}",
        "rows": count,
        **about,
    }
    if form != "jsonl":
        resource |= {"profile": "tabular-data-resource", "schema": {"fields": _fields(), "primaryKey": "id"}}
    others = [one for one in described if one.get("path") != path.name]
    whole = {
        "profile": "data-package",
        "name": "pressmark-export",
        "created_by": _MADE_BY,
        "resources": sorted([*others, resource], key=lambda one: str(one["path"])),
    }
    replace_file(Files(), package, [json.dumps(whole, ensure_ascii=False, indent=2).encode() + b"\n"])
    return package


def _described(package: Path) -> list[Row]:
    """The resources that a description of ours names."""
    if not package.exists():
        return []
    try:
        found = json.loads(package.read_bytes())
        if found["created_by"] == _MADE_BY:
            return list(found["resources"])
    except (ValueError, KeyError, TypeError):
        pass
    raise UsageError(f"{package} is there and was not written by pressmark; export into another folder")


def _fields() -> list[Row]:
    types = dict.fromkeys(_LISTS, "array") | dict.fromkeys(_INTEGERS, "integer") | {"is_accessible_for_free": "boolean"}
    fields: list[Row] = [{"name": name, "type": types.get(name, "string")} for name in COLUMNS]
    for one in fields:
        if one["type"] == "boolean":
            one |= {"trueValues": ["True"], "falseValues": ["False"]}
    return fields
