"""Opens the catalog for reading, shows an article with all that is known of it, and says how a collection stands.

Everything here only reads. Values that a caller gives are bound, never written into a statement.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from archive import schema
from archive.announcements import announced, beside
from archive.database_errors import database_errors
from archive.errors import UsageError
from archive.lock import holder
from archive.results import (
    JobStatus,
    Pressmark,
    Relative,
    Shown,
    ShownCapture,
    ShownEvidence,
    ShownRevision,
    SiteStatus,
    Status,
)
from archive.syndication import family_of
from archive.text import storable
from archive.urlkey import url_key

MAX_CAPTURES = 1000
"""Captures that a timeline shows, the newest ones."""


class NotFound(UsageError):
    """Nothing is known under that id or URL."""


LONGEST = 5.0
"""Seconds that a question may take: so long a reader keeps what a crawl commits from being moved into the catalog."""


@contextmanager
def reading(path: Path, *, longest: float = LONGEST) -> Iterator[sqlite3.Connection]:
    """A connection that can only read the catalog at *path*, also on a disk that cannot be written to.

    A statement, which is a transaction of its own, that takes more than *longest* seconds ends with UsageError.
    """
    if not path.exists():
        raise UsageError(f"there is no {path}; run `pressmark rebuild -c {path.parent}`")
    with database_errors(path):
        db = _connect(path)
        try:
            schema.check(db, str(path))
            db.end_after(longest)
            yield db
        finally:
            db.close()


class _Patient(sqlite3.Connection):
    """A connection whose statements have an end."""

    _begun = 0.0

    def execute(self, *asked: Any) -> sqlite3.Cursor:
        self._begun = monotonic()
        return super().execute(*asked)

    def end_after(self, seconds: float) -> None:
        """Interrupt each later statement that takes longer."""
        self.set_progress_handler(lambda: monotonic() - self._begun > seconds, _OPCODES)


_OPCODES = 2000  # of SQLite's machine: some tens of microseconds, but for functions that take long by themselves


def _connect(path: Path) -> _Patient:
    db = schema.connect(path, readonly=True, factory=_Patient)
    try:
        db.execute("select 1 from sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        db.close()
        if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}:
            raise
        # A file in WAL mode needs a place for its shared memory, unless nothing can change it.
        fixed = f"{path.absolute().as_uri()}?immutable=1"
        return sqlite3.connect(fixed, uri=True, isolation_level=None, factory=_Patient)
    return db


def show(db: sqlite3.Connection, what: str) -> Shown:
    """All that is known of an article, by its id, any of its URLs, or the id of a record. Raises NotFound."""
    what = storable(what).strip()
    article = find_article(db, what)
    if article is None:
        return _show_page(db, what)
    row = dict(zip(_ARTICLE_COLUMNS, _one(db, _ARTICLE, (article,)), strict=True))
    record = row["record_id"]
    fields, evidence = _one(db, "select fields, evidence from readings where record_id = ?", (record,))
    return Shown(
        article=row | {name: json.loads(row[name]) for name in ("authors", "keywords")},
        fields=json.loads(fields),
        pressmark=Pressmark(**dict(zip(_PRESSMARK, _one(db, _PRESSMARK_OF, (record,)), strict=True))),
        urls=tuple(url for (url,) in db.execute(_URLS_OF, (article,))),
        evidence=tuple(beside(_evidence(evidence), announced(db, article))),
        captures=_captures(db, [key for (key,) in db.execute(_KEYS_OF, (article,))]),
        revisions=tuple(
            ShownRevision(**dict(zip(_REVISION, values, strict=True)))
            for values in db.execute(_REVISIONS_OF, (article,))
        ),
        family=tuple(
            Relative(**dict(zip(_RELATIVE, values, strict=True))) for values in db.execute(_FAMILY_OF, (article,))
        ),
        syndication=family_of(db, article),
    )


def _evidence(seen: str) -> Iterator[ShownEvidence]:
    for field, source, selector, raw, chosen in json.loads(seen):
        yield ShownEvidence(field=field, source=source, selector=selector, raw=raw, chosen=bool(chosen))


def status(db: sqlite3.Connection, collection_dir: Path, *, jobs: int = 10) -> Status:
    """How the collection in *collection_dir*, whose catalog is *db*, stands, with its last *jobs*."""
    archive = collection_dir / "archive"
    files = [path for path in archive.glob("*") if path.is_file()] if archive.is_dir() else []
    quarantine = collection_dir / "quarantine"
    counts = _one(
        db,
        "select coalesce(sum(captures + failures), 0), coalesce(sum(articles), 0), "
        "(select count(*) from revision_rows indexed by revision_rows_by_text), "
        "coalesce((select id from reader), '') from site_counts",
        (),
    )
    return Status(
        sites=tuple(SiteStatus(**dict(zip(_SITE, row, strict=True))) for row in db.execute(_SITES)),
        jobs=tuple(_job(row) for row in db.execute(_JOBS, (jobs,))),
        running=holder(collection_dir / "LOCK"),
        captures=counts[0],
        articles=counts[1],
        revisions=counts[2],
        reader=counts[3],
        warcs=sum(not path.name.endswith((".open", ".incoming")) for path in files),
        growing=sum(path.name.endswith(".open") for path in files),
        warc_bytes=sum(path.stat().st_size for path in files),
        catalog_bytes=sum(
            path.stat().st_size
            for path in (collection_dir / "catalog.db", collection_dir / "catalog.db-wal")
            if path.exists()
        ),
        quarantined=sum(1 for _ in quarantine.iterdir()) if quarantine.is_dir() else 0,
    )


_ARTICLE_COLUMNS = (
    *("id", "url", "canonical_url", "site", "headline", "standfirst", "authors", "date_published", "date_modified"),
    *("section", "keywords", "language", "publisher", "body", "word_count", "main_image", "is_accessible_for_free"),
    *("first_captured_at", "last_captured_at", "revision_count", "cluster_id", "record_id", "content_hash"),
)
_ARTICLE = f"select {', '.join(_ARTICLE_COLUMNS)} from articles where id = ?"  # noqa: S608
_PRESSMARK = ("record_id", "payload_digest", "warc", "offset", "length")
_PRESSMARK_OF = f"select {', '.join(_PRESSMARK)} from captures where record_id = ?"  # noqa: S608
_KEYS_OF = "select urlkey from article_urls where article_id = ? order by urlkey"
_URLS_OF = """
select distinct c.url
from article_urls as u
join captures as c on c.urlkey = u.urlkey
where u.article_id = ?
order by c.url
"""
_REVISION = ("id", "captured_at", "record_id", "headline", "standfirst", "body", "content_hash")
_REVISIONS_OF = f"""
select {", ".join(_REVISION)}
from revisions
where article_id = ?
order by captured_at, content_hash
"""  # noqa: S608
_RELATIVE = ("id", "url", "site", "headline", "date_published")
_FAMILY_OF = """
select a.id, a.url, a.site, t.headline, a.date_published
from cluster_members as mine
join cluster_members as m on m.cluster_id = mine.cluster_id and m.article_id <> mine.article_id
join article_rows as a on a.id = m.article_id
join texts as t on t.id = a.text_id
where mine.article_id = ?
order by a.date_published = '', a.dated_at, a.first_captured_at, a.url
"""
_TIMELINE = """
select c.captured_at, c.url, c.kind, c.status, c.outcome, coalesce(r.kind, ''), coalesce(r.reason, ''), c.job,
       c.notes, c.record_id, c.payload_digest, c.warc, c.offset, c.length
from json_each(?) as k
join captures as c on c.urlkey = k.value
left join readings as r on r.record_id = c.record_id
order by c.captured_at desc, c.record_id desc
limit ?
"""
_SITE = ("site", "captures", "revisits", "failures", "articles", "last_captured_at")
_SITES = f"select {', '.join(_SITE)} from site_counts order by site"  # noqa: S608
_JOBS = """
select job, started_at, finished_at, sites, exit, stats
from jobs
order by started_at desc, job desc
limit ?
"""


_OF_CLAIMED = """
select u.article_id
from aliases as l
join article_urls as u on u.urlkey = l.from_urlkey
where l.to_urlkey = ? and l.kind <> 'redirect'
order by l.captured_at desc, l.record_id desc
limit 1
"""


def find_article(db: sqlite3.Connection, what: str) -> str | None:
    """The id of the article that an id, a URL or a record id means; None when there is none."""
    of_urlkey = "select article_id from article_urls where urlkey = ?"
    of_record = "select u.article_id from captures as c join article_urls as u using (urlkey) where c.record_id = ?"
    for query, value in (
        ("select id from article_rows where id = ?", what),
        (of_urlkey, url_key(what)),
        (of_urlkey, url_key(f"https://{what}")),
        (of_record, what.strip("<>")),
        (_OF_CLAIMED, url_key(what)),
    ):
        row = db.execute(query, (value,)).fetchone()
        if row is not None:
            return str(row[0])
    return None


def _show_page(db: sqlite3.Connection, what: str) -> Shown:
    captures = _captures(db, [url_key(what)])
    if not captures:
        raise NotFound(f"nothing is known of {what!r}; {_nearest(db, what)}")
    urls = tuple(sorted({capture.url for capture in captures}))
    return Shown(
        article=None,
        fields={},
        pressmark=None,
        urls=urls,
        evidence=(),
        captures=captures,
        revisions=(),
        family=(),
        syndication=None,
    )


def _nearest(db: sqlite3.Connection, what: str) -> str:
    """What may have been meant: the URL in the catalog that begins most alike."""
    key = url_key(what)
    row = db.execute("select url from captures where urlkey >= ? order by urlkey limit 1", (key,)).fetchone()
    if row is not None and url_key(row[0]).partition(")")[0] == key.partition(")")[0]:
        return f"did you mean {row[0]}?"
    return "try words of its headline with `pressmark search`"


def _captures(db: sqlite3.Connection, urlkeys: list[str]) -> tuple[ShownCapture, ...]:
    rows = db.execute(_TIMELINE, (json.dumps(urlkeys), MAX_CAPTURES)).fetchall()
    return tuple(
        ShownCapture(
            captured_at=row[0],
            url=row[1],
            kind=row[2],
            status=row[3],
            outcome=row[4],
            reading=row[5],
            reason=row[6],
            job=row[7],
            notes=row[8],
            pressmark=Pressmark(**dict(zip(_PRESSMARK, row[9:], strict=True))),
        )
        for row in reversed(rows)
    )


def _job(row: tuple[Any, ...]) -> JobStatus:
    job, started_at, finished_at, sites, code, stats = row
    return JobStatus(
        job=job,
        started_at=started_at,
        finished_at=finished_at,
        sites=tuple(json.loads(sites)),
        exit=code,
        stats=json.loads(stats) if stats else {},
    )


def _one(db: sqlite3.Connection, query: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
    row: tuple[Any, ...] = db.execute(query, values).fetchone()
    return row
