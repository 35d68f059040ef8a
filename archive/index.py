"""The catalog of a collection: captures and readings are folded in, articles follow from them.

`Catalog.add` is the fold. It never edits: what it writes is keyed by content, and two rows of one key are resolved by
their values (`archive.fold`). `Catalog.commit` derives what was touched (`archive.derive`) and moves the watermarks in
the same transaction, so that a crash leaves either all of a batch or nothing of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from archive import derive, fold, schema
from archive.database_errors import DamagedCatalog, database_errors
from archive.errors import UsageError
from archive.jobs import JobRecord
from archive.model import Capture, Reading, parse_instant
from archive.similar import Pairs
from archive.text import Text, storable
from archive.urlkey import url_key

__all__ = ["Catalog", "DamagedCatalog", "capture_of", "database_errors"]

_COLUMNS = ", ".join(fold.CAPTURE_COLUMNS)


class Catalog:
    """catalog.db, open for one writer or for reading."""

    def __init__(self, connection: sqlite3.Connection, path: Path, reader_id: str) -> None:
        self.path = path
        """The file."""
        self.wanted_reader = reader_id
        """Id of the reader whose readings are to be folded in; empty for none."""
        self._db = connection
        self._touched: set[str] = set()
        self._fold = fold.Fold(connection, on_new_text=self._index)
        self._pairs = Pairs(connection)
        self._current = False

    @classmethod
    def open(cls, path: Path, *, reader_id: str = "", readonly: bool = False) -> Self:
        """Opens the catalog, and makes it when it is missing and *readonly* is not asked for.

        A catalog without readings takes *reader_id* as its reader. One that another reader has read is opened all the
        same: see `is_current`; it refuses readings until it is rebuilt.
        """
        with database_errors(path):
            connection = schema.connect(path, readonly=readonly)
            catalog = cls(connection, path, reader_id)
            try:
                if readonly:
                    schema.check(connection, str(path))
                else:
                    catalog._upgrade()
                    catalog._take_reader()
            except BaseException:
                connection.close()
                raise
            return catalog

    def close(self) -> None:
        """Closes the file; what was not committed is forgotten."""
        if self._db.in_transaction:
            self._db.execute("rollback")
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def reader_id(self) -> str:
        """Id of the reader that all readings in the catalog come from; empty when there is none yet."""
        row = self._db.execute("select id from reader").fetchone()
        return row[0] if row else ""

    @property
    def is_current(self) -> bool:
        """Whether the readings in the catalog are those of the reader that was asked for."""
        return self.reader_id == self.wanted_reader

    def add(self, capture: Capture, reading: Reading | None) -> None:
        """Folds a capture in, and what it was read as. Only responses have readings of their own.

        Idempotent, and free of order. It counts from the next `commit` on.
        """
        with self._whole_or_nothing():
            self._refuse_other_reader(reading)
            self._fold.add(capture, reading)
            self._touched.add(capture.urlkey)

    def add_job_record(self, record: JobRecord) -> None:
        """Folds in what a record says of a job."""
        with self._whole_or_nothing():
            self._fold.add_job_record(record)

    def commit(self, watermarks: Mapping[str, int] | None = None) -> None:
        """Derives what was touched, moves the watermarks forward, and makes it all lasting, in one transaction."""
        with self._whole_or_nothing():
            derive.derive(self._db, self._touched, self._pairs.add(self._fold.new_bodies))
            self._db.executemany(
                "insert into watermarks (warc, offset) values (?, ?) "
                "on conflict (warc) do update set offset = excluded.offset where excluded.offset > offset",
                (watermarks or {}).items(),
            )
            self._db.execute("commit")
            self._touched.clear()
            self._fold.new_bodies.clear()

    def rollback(self) -> None:
        """Forgets what was added since the last commit."""
        if self._db.in_transaction:
            self._db.execute("rollback")
        self._touched.clear()
        self._fold.forget()

    def latest_capture(self, url: str) -> Capture | None:
        """The newest whole response to exactly that URL that has a payload; for conditional requests and revisits."""
        with database_errors(self.path):
            row = self._db.execute(
                f"select {_COLUMNS} from captures "  # noqa: S608  the names of the columns are constants
                "where urlkey = ? and url = ? and kind = 'response' and outcome = 'ok' and payload_digest <> '' "
                "order by captured_at desc, record_id desc limit 1",
                (url_key(url), storable(url)),
            ).fetchone()
        return capture_of(row) if row else None

    def watermark(self, warc: str) -> int:
        """The byte of that WARC file below which every group is folded in; 0 when it is unknown."""
        row = self._db.execute("select offset from watermarks where warc = ?", (warc,)).fetchone()
        return row[0] if row else 0

    def watermarks(self) -> dict[str, int]:
        """The watermark of each WARC file."""
        return dict(self._db.execute("select warc, offset from watermarks order by warc"))

    def warcs_with_job(self) -> set[str]:
        """The WARC files whose warcinfo is folded in."""
        return {warc for (warc,) in self._db.execute("select warc from job_records where kind = 'warcinfo'")}

    def merge(self, other: Path) -> None:
        """Folds in all facts of another catalog, that of a worker or of a part of the WARC files, and commits."""
        with database_errors(self.path):
            self._db.execute("attach ? as other", (str(other),))
            try:
                with self._whole_or_nothing():
                    self._fold.new_bodies |= derive.merge_facts(self._db, "other")
                    self._touched.update(k for (k,) in self._db.execute("select distinct urlkey from other.captures"))
                self.commit()
            finally:
                self.rollback()
                self._db.execute("detach other")

    def checkpoint(self) -> bool:
        """Moves what the write-ahead log holds into the file; False when a reader needs the log, so that it stays.

        Waits for nobody.
        """
        with database_errors(self.path):
            [(patience,)] = self._db.execute("pragma busy_timeout").fetchall()
            self._db.execute("pragma busy_timeout = 0")
            [(is_busy, _, _)] = self._db.execute("pragma wal_checkpoint(truncate)").fetchall()
            self._db.execute(f"pragma busy_timeout = {patience}")
        return not is_busy

    @property
    def log_size(self) -> int:
        """Bytes of the write-ahead log."""
        log = self.path.with_name(f"{self.path.name}-wal")
        return log.stat().st_size if log.exists() else 0

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection, for reading."""
        return self._db

    @contextmanager
    def _whole_or_nothing(self) -> Iterator[None]:
        """Inside the transaction, which ends with nothing done when something goes wrong."""
        with database_errors(self.path):
            try:
                if not self._db.in_transaction:
                    self._db.execute("begin immediate")
                yield
            except BaseException:
                self.rollback()
                raise

    def _index(self, text_id: int, text: Text) -> None:
        self._db.execute(
            "insert into articles_fts (rowid, headline, standfirst, body) values (?, ?, ?, ?)",
            (text_id, text.headline, text.standfirst, text.body),
        )

    def _refuse_other_reader(self, reading: Reading | None) -> None:
        if reading is not None and self.wanted_reader and not self._current:
            raise UsageError(
                f"{self.path} holds readings of another reader ({self.reader_id}); run `pressmark rebuild` first"
            )

    def _upgrade(self) -> None:
        if schema.migrate(self._db, str(self.path)):
            with self._whole_or_nothing():
                derive.derive_after_upgrade(self._db)
                self._db.execute("commit")

    def _take_reader(self) -> None:
        self._db.execute("begin immediate")
        if self.wanted_reader and self._db.execute("select 1 from readings limit 1").fetchone() is None:
            self._db.execute("delete from reader")
            self._db.execute("insert into reader (id) values (?)", (self.wanted_reader,))
        self._db.execute("commit")
        self._current = self.is_current


def capture_of(row: tuple[object, ...]) -> Capture:
    """The capture that a row of `captures` holds."""
    values = dict(zip(fold.CAPTURE_COLUMNS, row, strict=True))
    values["captured_at"] = parse_instant(str(values["captured_at"]))
    if values["refers_to_date"] is not None:
        values["refers_to_date"] = parse_instant(str(values["refers_to_date"]))
    return Capture(**values)  # type: ignore[arg-type]  # a STRICT table holds what capture_row wrote
