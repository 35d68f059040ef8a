"""A collection: a folder with WARC files, their indexes, and the catalog that is derived from them.

    collections/<name>/   archive/*.warc.gz   indexes/*.cdxj   catalog.db   frontier.db   MANIFEST   LOCK   quarantine/

What reads pages is handed in: a `Read` for single records, or a function that makes a `Reader`, so that spawned
children can make their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from archive import catching_up, lock, rebuild, recovery, repair
from archive.catching_up import CaughtUp, OnBatch, Read, Reader
from archive.errors import DamagedRecord, NoSuchCollection, UsageError
from archive.files import Files, disk_errors
from archive.foreign import TakenIn, take_in
from archive.index import Catalog
from archive.places import is_collection, not_there
from archive.rebuild import Difference
from archive.verify import Finding

__all__ = ["CaughtUp", "Collection", "Difference", "Imported", "Read", "Reader", "ReaderFactory", "host_of"]

ReaderFactory = Callable[[], Reader]
"""Makes a reader; a function at module level, so that a spawned child can call it too."""

host_of = catching_up.host_of

FOLDERS = ("archive", "indexes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of files that were imported."""

    files: tuple[TakenIn, ...]
    """Each file: where it lies now, or why it was refused."""

    folded: CaughtUp
    """What was folded into the catalog."""

    articles: Mapping[str, int] = field(default_factory=dict)
    """Captures read as articles, by the name of the file in the archive."""


class Collection:
    """A collection on disk. Nothing is open or locked until a method says so."""

    def __init__(self, path: Path, *, site_of: Callable[[str], str] = catching_up.host_of) -> None:
        self.path = path
        """The folder."""
        self._site_of = site_of

    @classmethod
    def open(cls, path: Path | str, *, site_of: Callable[[str], str] = catching_up.host_of) -> Self:
        """The collection at *path*. Raises NoSuchCollection, with the nearest names beside it, when there is none.

        *site_of* names the site of a URL whose WARC record does not say it, as in files of others.
        """
        path = Path(path)
        if not is_collection(path):
            raise NoSuchCollection(not_there(path))
        return cls(path, site_of=site_of)

    @classmethod
    def create(cls, path: Path | str, *, site_of: Callable[[str], str] = catching_up.host_of) -> Self:
        """The collection at *path*, made when it is missing."""
        path = Path(path)
        if file := next((above for above in (path, *path.parents) if above.exists() and not above.is_dir()), None):
            raise UsageError(f"{file} is a file, not a collection; name a folder with `-c`")
        with disk_errors(path):
            for folder in FOLDERS:
                Files().make_directory(path / folder)
        return cls(path, site_of=site_of)

    @property
    def name(self) -> str:
        """Its folder's name."""
        return self.path.resolve().name

    @property
    def archive_dir(self) -> Path:
        """Where the WARC files lie."""
        return self.path / "archive"

    @property
    def indexes_dir(self) -> Path:
        """Where the CDXJ files lie."""
        return self.path / "indexes"

    @property
    def catalog_path(self) -> Path:
        return self.path / "catalog.db"

    @property
    def frontier_path(self) -> Path:
        return self.path / "frontier.db"

    @property
    def manifest_path(self) -> Path:
        return self.path / "MANIFEST"

    def lock(self) -> AbstractContextManager[None]:
        """Holds the collection for one writing job. Raises CollectionLocked, which names the holder."""
        return lock.locked(self.path / "LOCK")

    def warcs(self) -> list[Path]:
        """The finished WARC files, in the order of their names."""
        return catching_up.warcs(self.archive_dir)

    def catalog(self, *, reader_id: str = "", readonly: bool = False) -> Catalog:
        """The catalog, open."""
        return Catalog.open(self.catalog_path, reader_id=reader_id, readonly=readonly)

    def recover(self, files: Files | None = None) -> recovery.Recovery:
        """Makes good what a crash left: torn tails go to `quarantine/`, growing WARC files are finished."""
        return recovery.recover(self.path, files or Files())

    def catch_up(
        self,
        read: Read,
        *,
        since: Mapping[str, int] | None = None,
        on_batch: OnBatch | None = None,
        reader_id: str = "",
        only: Iterable[str] | None = None,
    ) -> CaughtUp:
        """Reads and folds what lies in the WARC files above the catalog's watermarks, or above those of *since*.

        After each batch is committed, *on_batch* gets it with the watermarks reached. *only* names some of the files.
        """
        with self.catalog(reader_id=reader_id) as catalog:
            return catching_up.catch_up(
                catalog, self.archive_dir, read, since=since, on_batch=on_batch, site_of=self._site_of, only=only
            )

    def is_current(self, reader_id: str) -> bool:
        """Whether the catalog, if there is one, was read by that reader."""
        if not self.catalog_path.exists():
            return True
        with self.catalog(reader_id=reader_id) as catalog:
            return catalog.is_current

    def rebuild(
        self,
        make_reader: ReaderFactory,
        *,
        workers: int = 1,
        allow_missing: bool = False,
        progress: Callable[[int], None] | None = None,
        on_damage: Callable[[DamagedRecord], None] | None = None,
    ) -> Path:
        """Makes the catalog anew from the WARC files alone, beside the old one, and swaps it in by a rename.

        The collection must be locked. Raises CheckFailed when a file that MANIFEST lists is missing, unless
        *allow_missing*. *progress* is told the number of captures read so far.
        """
        return rebuild.rebuild(
            self.path,
            make_reader,
            workers=workers,
            site_of=self._site_of,
            allow_missing=allow_missing,
            progress=progress,
            on_damage=on_damage,
        )

    def check_rebuild(
        self,
        make_reader: ReaderFactory,
        *,
        workers: int = 1,
        allow_missing: bool = False,
        progress: Callable[[int], None] | None = None,
    ) -> Difference | None:
        """Builds a second catalog from the WARC files and compares all tables: the first difference, or None."""
        return rebuild.check(
            self.path,
            make_reader,
            workers=workers,
            site_of=self._site_of,
            allow_missing=allow_missing,
            progress=progress,
        )

    def repair(
        self, findings: Iterable[Finding], files: Files | None = None, *, give_up_missing: bool = False
    ) -> repair.Repaired:
        """Mends what a verification found; the catalog is to be rebuilt after. The collection must be locked."""
        return repair.repair(self.path, tuple(findings), files or Files(), give_up_missing=give_up_missing)

    def import_warcs(
        self, paths: Iterable[Path], read: Read, *, reader_id: str = "", link: bool = True, files: Files | None = None
    ) -> Imported:
        """Takes WARC files of others into the archive, then reads and folds them. The collection must be locked."""
        taken = tuple(take_in(Path(path), self.archive_dir, link=link, files=files) for path in paths)
        names = {t.path.name for t in taken if t.path is not None}
        counted = dict.fromkeys(sorted(names), 0)

        def count(batch: catching_up.Batch, _: Mapping[str, int]) -> None:
            for capture, reading in batch:
                counted[capture.warc] += reading is not None and reading.kind == "article"

        folded = self.catch_up(read, since=dict.fromkeys(names, 0), on_batch=count, reader_id=reader_id, only=names)
        return Imported(files=taken, folded=folded, articles=counted)
