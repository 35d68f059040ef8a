"""Reads the captures of WARC files and folds them into the catalog, from the watermarks on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from archive.errors import DamagedRecord
from archive.foreign import SUFFIXES
from archive.index import Catalog
from archive.jobs import Notes, first_job_record, read_notes
from archive.model import READ, Capture, Reading, Unreadable
from archive.warc_read import CapturedRecord, read_captures

Read = Callable[[CapturedRecord], Reading]
"""Says what a captured record is. Pure: the same record always gives the same reading."""

Batch = list[tuple[Capture, Reading | None]]
"""Captures with their readings; None for a revisit or a failure, which have none of their own."""

OnBatch = Callable[[Batch, dict[str, int]], None]
"""Told of each batch after it was committed, with the watermarks that it reached."""

MAX_BATCH = 64

_HOST = re.compile(r"https?://(?:[^/?#@]*@)?(?:www\.)?([^/?#]+)", re.IGNORECASE)


class Reader(Protocol):
    """What reads pages; `pipelines.read.Reader` is one."""

    @property
    def id(self) -> str:
        """Names the version of its code and rules: readers of one id read alike."""
        ...

    def read(self, record: CapturedRecord) -> Reading:
        """What the record is."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CaughtUp:
    """What was read and folded."""

    captures: int = 0
    """Captures of every kind."""

    articles: int = 0
    """Those that were read as articles."""

    damaged: tuple[DamagedRecord, ...] = ()
    """What had to be passed over."""


def catch_up(
    catalog: Catalog,
    archive_dir: Path,
    read: Read,
    *,
    since: Mapping[str, int] | None = None,
    on_batch: OnBatch | None = None,
    site_of: Callable[[str], str],
    only: Iterable[str] | None = None,
) -> CaughtUp:
    """Folds what lies above the catalog's watermarks, or above those of *since* where they are smaller."""
    marks, chosen, with_job = catalog.watermarks(), None if only is None else set(only), catalog.warcs_with_job()
    captures = articles = 0
    damaged: list[DamagedRecord] = []
    for path in warcs(archive_dir):
        mark = marks.get(path.name, 0)
        start = mark if since is None else min(mark, since.get(path.name, 0))
        size = path.stat().st_size
        if chosen is not None and path.name not in chosen:
            continue
        if start >= size:
            if path.name not in with_job:
                _fold_opening(catalog, path)
            continue
        notes = read_notes(path, path.name, start)
        _fold_jobs(catalog, path, notes, has_job=path.name in with_job)
        rereading = Rereading(
            read=read, notes=notes, reader_id=catalog.reader_id, site_of=site_of, on_damage=damaged.append
        )
        for batch, end in _batches(rereading.captures(path, start), size):
            for capture, reading in batch:
                catalog.add(capture, reading)
            catalog.commit({path.name: end})
            captures += len(batch)
            articles += sum(reading is not None and reading.kind == "article" for _, reading in batch)
            if on_batch is not None:
                on_batch(batch, {path.name: end})
    return CaughtUp(captures=captures, articles=articles, damaged=tuple(damaged))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rereading:
    """How the captures of WARC files are read again."""

    read: Read
    """Says what a record is."""

    reader_id: str
    """Whose readings they are."""

    notes: Notes
    """What the files say of pages that no child could read."""

    site_of: Callable[[str], str]
    """Names the site of a URL where the record does not say it."""

    on_damage: Callable[[DamagedRecord], None]
    """Told of what has to be passed over."""

    def captures(self, path: Path, start: int = 0) -> Iterator[tuple[Capture, Reading | None, int]]:
        """The captures of a WARC from byte *start* on, what they are read as, and the byte behind their groups."""
        for found, end in read_captures(path, start, on_damage=self.on_damage):
            record = found if found.capture.site else self._with_site(found)
            yield record.capture, self._reading(record), end

    def _with_site(self, record: CapturedRecord) -> CapturedRecord:
        return replace(record, capture=replace(record.capture, site=self.site_of(record.capture.url)))

    def _reading(self, record: CapturedRecord) -> Reading | None:
        if record.capture.kind not in READ:
            return None
        aborted = self.notes.aborted.get((record.capture.record_id, self.reader_id))
        return Unreadable(reason=aborted) if aborted is not None else self.read(record)


def warcs(archive_dir: Path) -> list[Path]:
    """The finished WARC and ARC files in a folder, in the order of their names."""
    return sorted(p for p in archive_dir.glob("*") if p.name.lower().endswith(SUFFIXES) and p.is_file())


def host_of(url: str) -> str:
    """The host of a URL without `www.`, the name of a site that nobody has named.

    >>> host_of("https://www.example.com/news"), host_of("http://127.0.0.1:8000/")
    ('example.com', '127.0.0.1:8000')
    """
    host = _HOST.match(url)
    return host[1].lower() if host else ""


def _fold_jobs(catalog: Catalog, path: Path, notes: Notes, *, has_job: bool) -> None:
    first = None if has_job else first_job_record(path, path.name)
    for record in (*([first] if first else []), *notes.jobs):
        catalog.add_job_record(record)


def _fold_opening(catalog: Catalog, path: Path) -> None:
    """Folds what a file says of its job, where a job that was killed had folded all of it but that."""
    first = first_job_record(path, path.name)
    if first is not None:
        catalog.add_job_record(first)
        catalog.commit()


def _batches(
    found: Iterable[tuple[Capture, Reading | None, int]], size: int
) -> Iterator[tuple[list[tuple[Capture, Reading | None]], int]]:
    """The captures in groups with the byte that each group reaches, the last one, perhaps empty, to the file's end."""
    batch: list[tuple[Capture, Reading | None]] = []
    for capture, reading, end in found:
        batch.append((capture, reading))
        if len(batch) == MAX_BATCH:
            yield batch, end
            batch = []
    yield batch, size
