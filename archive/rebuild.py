"""Makes the catalog anew from the WARC files alone, or only to compare it with the one that is there.

First all captures are read and folded into a file of facts, by one process or by spawned children, one WARC file at a
time each; how the work was split does not show, because the fold is free of order. Then a fresh catalog is written:
rows in the order of their keys, texts in the order in which they first appeared, derived tables computed from nothing,
the full-text index built once. So two rebuilds of the same WARC files give the same bytes.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from archive import derive, fold, schema
from archive.catching_up import Reader, Rereading, warcs
from archive.database_errors import database_errors
from archive.errors import CheckFailed, DamagedRecord, PressmarkError, UsageError
from archive.files import Files, disk_errors
from archive.index import Catalog
from archive.jobs import Notes, read_notes
from archive.manifest import read_manifest

MakeReader = Callable[[], Reader]
Progress = Callable[[int], None]

_BATCH = 256
_SIDE_FILES = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first place at which a catalog is not what its WARC files say."""

    table: str
    """Table or view."""

    key: tuple[Any, ...] = ()
    """Key of the row."""

    column: str = ""
    """The column; empty when one of the two has no such row."""

    here: Any = None
    """What the catalog holds."""

    rebuilt: Any = None
    """What the WARC files give."""

    def __str__(self) -> str:
        where = " ".join([self.table, *map(str, self.key)])
        if self.column:
            return f"{where}: {self.column} is {_short(self.here)}, the WARC files give {_short(self.rebuilt)}"
        return f"{where}: {self.here}" if self.here else f"{where}: {self.rebuilt}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """What a catalog is made from."""

    paths: list[Path]
    make_reader: MakeReader
    site_of: Callable[[str], str]
    notes: Notes


def rebuild(
    collection_dir: Path,
    make_reader: MakeReader,
    *,
    workers: int,
    site_of: Callable[[str], str],
    allow_missing: bool = False,
    progress: Progress | None = None,
    on_damage: Callable[[DamagedRecord], None] | None = None,
    files: Files | None = None,
) -> Path:
    """Builds a new catalog beside the old one and swaps it in; the path of it."""
    files = files or Files()
    target = collection_dir / "catalog.db"
    with _beside(target, "new") as fresh:
        damaged = build(
            collection_dir,
            fresh,
            make_reader,
            workers=workers,
            site_of=site_of,
            allow_missing=allow_missing,
            progress=progress,
        )
        _swap(fresh, target, files)
    if on_damage is not None:
        for damage in damaged:
            on_damage(damage)
    return target


def check(
    collection_dir: Path,
    make_reader: MakeReader,
    *,
    workers: int,
    site_of: Callable[[str], str],
    allow_missing: bool = False,
    progress: Progress | None = None,
) -> Difference | None:
    """Builds a second catalog and gives the first difference to the one that is there; None when they are equal."""
    here = collection_dir / "catalog.db"
    if not here.exists():
        raise UsageError(f"{here} is missing; run `pressmark rebuild`")
    with _beside(here, "check") as fresh:
        build(
            collection_dir,
            fresh,
            make_reader,
            workers=workers,
            site_of=site_of,
            allow_missing=allow_missing,
            progress=progress,
        )
        return compare(here, fresh)


def build(
    collection_dir: Path,
    target: Path,
    make_reader: MakeReader,
    *,
    workers: int,
    site_of: Callable[[str], str],
    allow_missing: bool,
    progress: Progress | None,
) -> list[DamagedRecord]:
    """Writes the catalog that the WARC files give to *target*; tells what had to be passed over."""
    paths = warcs(collection_dir / "archive")
    missing = sorted(read_manifest(collection_dir / "MANIFEST").keys() - {path.name for path in paths})
    if missing and not allow_missing:
        raise CheckFailed(
            f"{', '.join(missing[:3])}: in MANIFEST, but not in {collection_dir / 'archive'}; "
            "bring the file back, or rebuild without it by `--allow-missing`"
        )
    with _beside(target, "facts") as facts, database_errors(facts), disk_errors(facts):
        notes = Notes()
        for path in paths:
            notes.add(read_notes(path, path.name))
        source = _Source(paths=paths, make_reader=make_reader, site_of=site_of, notes=notes)
        with closing(_facts_file(facts)) as db:
            reader_id, damaged = _gather(db, facts, source, workers, progress or _unheard)
        _write_catalog(target, facts, reader_id, {path.name: path.stat().st_size for path in paths})
    return damaged


def compare(here: Path, other: Path) -> Difference | None:
    """The first difference between two catalogs, tables in order of what depends on what, rows in order of keys."""
    with (
        database_errors(here),
        Catalog.open(here) as catalog,
        closing(schema.connect(other, readonly=True)) as right,
    ):
        left = catalog.connection
        for table, columns, key in COMPARED:
            if difference := _compare_table(left, right, table, columns, key):
                return difference
        return _check_index(left)


COMPARED: tuple[tuple[str, tuple[str, ...], int], ...] = (
    ("reader", ("id",), 1),
    *((t.name, (*t.key, *(c for c in t.columns if c not in t.key)), len(t.key)) for t in fold.FACT_TABLES),
    ("article_urls", ("urlkey", "article_id"), 1),
    (
        "articles",
        (
            *("id", "url", "canonical_url", "site", "headline", "standfirst", "authors", "date_published"),
            *("date_modified", "section", "keywords", "language", "publisher", "body", "word_count", "main_image"),
            *("is_accessible_for_free", "first_captured_at", "last_captured_at", "revision_count", "record_id"),
            *("content_hash", "day", "dated_at", "cluster_id"),
        ),
        1,
    ),
    ("article_pages", ("article_id", "number", "urlkey", "record_id"), 2),
    ("revisions", ("article_id", "content_hash", "captured_at", "record_id"), 2),
    (
        "article_states as s join texts as t on t.id = s.text_id",
        (
            *("article_id", "begins_at", "content_hash", "ends_at", "site", "section", "language", "day", "dated_at"),
            *("authors", "keywords", "revision_count"),
        ),
        2,
    ),
    ("site_counts", ("site", "captures", "revisits", "failures", "articles", "last_captured_at"), 1),
    ("day_counts", ("day", "site", "articles"), 2),
    ("bands", ("key", "body_key"), 2),
    ("similar", ("content_hash", "other_hash", "resemblance", "containment", "differs_in"), 2),
    ("clusters", ("id", "representative", "article_count"), 1),
    ("cluster_members", ("article_id", "cluster_id"), 1),
)
"""Tables and views with their columns, the key first, and how many columns that is. Watermarks and the order of
arrival are no part of what a catalog says."""


def _compare_table(
    left: sqlite3.Connection, right: sqlite3.Connection, table: str, columns: tuple[str, ...], key: int
) -> Difference | None:
    order = ", ".join(columns[:key])
    query = f"select {', '.join(columns)} from {table} order by {order}"  # noqa: S608  names are constants above
    for here, there in zip_longest(left.execute(query), right.execute(query)):
        if here == there:
            continue
        if there is None or (here is not None and here[:key] < there[:key]):
            return Difference(table=table, key=here[:key], here="only in the catalog, not in the WARC files")
        if here is None or there[:key] < here[:key]:
            return Difference(table=table, key=there[:key], rebuilt="missing in the catalog")
        at = next(i for i in range(len(columns)) if here[i] != there[i])
        return Difference(table=table, key=here[:key], column=columns[at], here=here[at], rebuilt=there[at])
    return None


def _check_index(db: sqlite3.Connection) -> Difference | None:
    """Whether the full-text index says what the texts say."""
    db.execute("begin immediate")
    try:
        db.execute("insert into articles_fts (articles_fts, rank) values ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        return Difference(table="articles_fts", here=f"does not fit the texts ({error})")
    finally:
        db.execute("rollback")
    return None


def _facts_file(path: Path) -> sqlite3.Connection:
    """An empty file with the tables of facts and no index that is only there for queries."""
    db = sqlite3.connect(path, isolation_level=None, cached_statements=256)
    for pragma in ("journal_mode = off", "synchronous = off", "locking_mode = exclusive", "cache_size = -65536"):
        db.execute(f"pragma {pragma}").fetchall()
    for statement in (*schema.FACTS, *schema.NOTES, *schema.ANNOUNCED, schema.FINGERPRINTS):
        if not statement.lstrip().startswith("create index"):
            db.execute(statement)
    return db


def _gather(
    db: sqlite3.Connection, facts: Path, source: _Source, workers: int, progress: Progress
) -> tuple[str, list[DamagedRecord]]:
    """Reads all captures and folds them into *db*; the id of the reader, and what had to be passed over."""
    add = fold.Fold(db)
    db.execute("begin")
    for record in source.notes.jobs:
        add.add_job_record(record)
    db.execute("commit")
    if workers <= 1 or len(source.paths) < 2:
        return _gather_here(db, source, progress)
    return _gather_in_children(db, facts, source, workers, progress)


def _gather_here(db: sqlite3.Connection, source: _Source, progress: Progress) -> tuple[str, list[DamagedRecord]]:
    damaged: list[DamagedRecord] = []
    read = 0
    with _closing_reader(source.make_reader()) as reader:
        for path in source.paths:
            for count in _fold_warc(db, path, reader, source, damaged):
                read += count
                progress(read)
        return reader.id, damaged


def _fold_warc(
    db: sqlite3.Connection, path: Path, reader: Reader, source: _Source, damaged: list[DamagedRecord]
) -> Iterator[int]:
    """Folds the captures of one WARC file in, and tells after each batch how many there were in it."""
    rereading = Rereading(
        read=reader.read, reader_id=reader.id, notes=source.notes, site_of=source.site_of, on_damage=damaged.append
    )
    add = fold.Fold(db)
    db.execute("begin")
    count = 0
    for capture, reading, _ in rereading.captures(path):
        add.add(capture, reading)
        count += 1
        if count == _BATCH:
            db.execute("commit")
            yield count
            db.execute("begin")
            count = 0
    db.execute("commit")
    yield count


def _gather_in_children(
    db: sqlite3.Connection, facts: Path, source: _Source, workers: int, progress: Progress
) -> tuple[str, list[DamagedRecord]]:
    """As `_gather_here`, with children that each fold whole WARC files into files of their own, which are merged."""
    damaged: list[DamagedRecord] = []
    read, reader_id = 0, ""
    largest_first = sorted(source.paths, key=lambda path: (-path.stat().st_size, path.name))
    with _children(workers) as pool:
        waiting = {
            pool.submit(_fold_shard, path, facts.with_name(f"{facts.name}.{n}"), source): facts.with_name(
                f"{facts.name}.{n}"
            )
            for n, path in enumerate(largest_first)
        }
        try:
            for done in as_completed(waiting):
                reader_id, count, found = done.result()
                _merge_shard(db, waiting[done])
                damaged += found
                read += count
                progress(read)
        finally:
            for future in waiting:
                future.cancel()
            pool.shutdown(wait=True, cancel_futures=True)
            for shard in waiting.values():
                _remove(shard)
    return reader_id, sorted(damaged, key=lambda damage: (damage.warc, damage.offset))


def _fold_shard(path: Path, shard: Path, source: _Source) -> tuple[str, int, list[DamagedRecord]]:
    """In a child: folds one WARC file into a file of facts of its own."""
    damaged: list[DamagedRecord] = []
    _remove(shard)
    with closing(_facts_file(shard)) as db, _closing_reader(source.make_reader()) as reader:
        count = sum(_fold_warc(db, path, reader, source, damaged))
        return reader.id, count, damaged


def _merge_shard(db: sqlite3.Connection, shard: Path) -> None:
    db.execute("attach ? as shard", (str(shard),))
    db.execute("begin")
    for table in fold.FACT_TABLES:
        db.execute(table.merge_from("shard"))
    db.execute("commit")
    db.execute("detach shard")


@contextmanager
def _children(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Spawned processes that inherit no lock and die with this one."""
    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_die_with, initargs=(os.getpid(),)
    )
    try:
        yield pool
    except BrokenProcessPool:
        raise PressmarkError("a child that read pages died; run `pressmark rebuild` again with `--workers 1`") from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _die_with(parent: int) -> None:
    """Asks the kernel to kill this process when its parent ends (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


@contextmanager
def _closing_reader(reader: Reader) -> Iterator[Reader]:
    """The reader, closed at the end where it can be, as one with children of its own must."""
    try:
        yield reader
    finally:
        close = getattr(reader, "close", None)
        if close is not None:
            close()


def _write_catalog(target: Path, facts: Path, reader_id: str, watermarks: dict[str, int]) -> None:
    """Writes a fresh catalog from a file of facts."""
    schema.create_fresh(target)
    with closing(sqlite3.connect(target, isolation_level=None, cached_statements=256)) as db:
        for pragma in ("journal_mode = off", "synchronous = off", "locking_mode = exclusive", "cache_size = -65536"):
            db.execute(f"pragma {pragma}").fetchall()
        db.execute("attach ? as facts", (str(facts),))
        db.execute("begin")
        for table in fold.FACT_TABLES:
            db.execute(_COPY_TEXTS if table is fold.TEXTS else table.merge_from("facts"))
        db.execute("insert into reader (id) values (?)", (reader_id,))
        db.executemany("insert into watermarks (warc, offset) values (?, ?)", sorted(watermarks.items()))
        derive.derive_all(db)
        db.execute("insert into articles_fts (articles_fts) values ('rebuild')")
        db.execute("insert into articles_fts (articles_fts) values ('optimize')")
        db.execute("commit")
        db.execute("detach facts")
    with closing(sqlite3.connect(target, isolation_level=None)) as db:
        db.execute("pragma journal_mode = wal").fetchall()


_COPY_TEXTS = f"""
insert into main.texts ({", ".join(fold.TEXTS.columns)})
select {", ".join(f"t.{column}" for column in fold.TEXTS.columns)}
from facts.texts as t
left join (
  select content_hash, min(captured_at || ' ' || record_id) as first_seen
  from facts.readings
  where content_hash is not null
  group by content_hash
) as f using (content_hash)
order by f.first_seen is null, f.first_seen, t.content_hash
"""  # noqa: S608  the names of the columns are constants


def _swap(fresh: Path, target: Path, files: Files) -> None:
    """Puts *fresh* in place of *target* so that a crash leaves one of them whole."""
    with suppress(sqlite3.DatabaseError, PressmarkError), closing(sqlite3.connect(target)) as old:
        old.execute("pragma wal_checkpoint(truncate)")
    with disk_errors(target):
        fd = files.append_to(fresh)
        try:
            files.sync(fd)
        finally:
            files.close(fd)
        # A write-ahead log of the old file would be replayed over the new one.
        for suffix in _SIDE_FILES[1:]:
            files.unlink(target.with_name(target.name + suffix))
        files.sync_directory(target.parent)
        files.rename(fresh, target)
        files.sync_directory(target.parent)


@contextmanager
def _beside(target: Path, what: str) -> Iterator[Path]:
    """A place for a file beside *target*, empty before and after."""
    path = target.with_name(f"{target.name}.{what}")
    _remove(path)
    try:
        yield path
    finally:
        _remove(path)


def _remove(path: Path) -> None:
    for suffix in _SIDE_FILES:
        Files().unlink(path.with_name(path.name + suffix))


def _unheard(_: int) -> None:
    return


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
