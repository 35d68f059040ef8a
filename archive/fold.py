"""What one capture and its reading add to the facts, and how rows of facts are merged.

Every table of facts has a key and, for rows of equal key, a rule that keeps one of them: the smaller or the greater by
columns that are compared as a tuple. So the fold is a join: any order, any repetition, any way of splitting the
captures over several catalogs that are merged later gives the same rows.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import Any

from archive.continuations import page_before
from archive.jobs import JobRecord
from archive.likeness import ALGORITHM, fingerprint
from archive.model import READ, REQUISITE_RELS, Article, Capture, Entry, Evidence, Link, Listing, Reading, instant
from archive.similar import body_key
from archive.text import Text, storable, text_of
from archive.urlkey import url_key

Row = tuple[Any, ...]

ALIAS_RELS = {"redirect": "redirect", "amphtml": "amp"}
"""Links of a reading that say "this page is also there", and the kind of alias that each makes."""


@dataclass(frozen=True)
class FactTable:
    """A table of facts: its columns, its key, and which of two rows with the same key stays."""

    name: str
    """Name in catalog.db."""

    columns: tuple[str, ...]
    """All of them, in the order that rows are given in."""

    key: tuple[str, ...]
    """The columns that tell rows apart."""

    order: tuple[str, ...] = ()
    """Of two rows with one key the smaller by these columns stays; none where equal keys mean equal rows."""

    keeps_greater: bool = False
    """True when the greater one stays."""

    @cached_property
    def insert(self) -> str:
        """The statement that folds one row in."""
        marks = ", ".join("?" * len(self.columns))
        return f"insert into {self.name} ({', '.join(self.columns)}) values ({marks}) {self._conflict}"  # noqa: S608

    def merge_from(self, other: str) -> str:
        """The statement that folds in the rows of the attached catalog *other*, in the order of the key."""
        names = ", ".join(self.columns)
        order = ", ".join(self.key)
        return (
            f"insert into main.{self.name} ({names}) "  # noqa: S608  names are constants of this module
            f"select {names} from {other}.{self.name} where true order by {order} {self._conflict}"
        )

    @property
    def _conflict(self) -> str:
        key = ", ".join(self.key)
        if not self.order:
            return f"on conflict ({key}) do nothing"
        changed = ", ".join(f"{c} = excluded.{c}" for c in self.columns if c not in self.key)
        new = ", ".join(f"excluded.{c}" for c in self.order)
        old = ", ".join(f"{self.name}.{c}" for c in self.order)
        sign = ">" if self.keeps_greater else "<"
        return f"on conflict ({key}) do update set {changed} where ({new}) {sign} ({old})"


CAPTURE_COLUMNS = tuple(f.name for f in fields(Capture))

# A record that lies in two WARC files counts where the name and offset are smallest. The other columns are compared so
# that the choice is the same even if copies differ.
CAPTURES = FactTable(
    "captures",
    CAPTURE_COLUMNS,
    ("record_id",),
    ("warc", "offset", "length", "url", "captured_at", "kind", "payload_digest", "content_digest", "job", "site"),
)
READINGS = FactTable(
    "readings",
    ("record_id", "urlkey", "captured_at", "kind", "reason", "content_hash", "fields", "links", "evidence", "notes"),
    ("record_id",),
    ("kind", "reason", "fields", "links", "evidence", "notes", "content_hash"),
)
TEXTS = FactTable(
    "texts",
    ("content_hash", "headline", "standfirst", "body", "body_hash", "headline_key", "opening_key", "word_count"),
    ("content_hash",),
)
FINGERPRINTS = FactTable(
    "fingerprints",
    ("body_key", "body_hash", "algorithm", "shingles", "keys"),
    ("body_key",),
    ("body_hash",),
)
ENTRIES = FactTable(
    "entries",
    (
        *("link", "feed_urlkey", "title", "published", "updated", "language", "guid"),
        *("captured_at", "record_id", "keywords"),
    ),
    ("link", "feed_urlkey", "title", "published", "updated", "language", "guid"),
    ("captured_at", "record_id", "keywords"),
)
ALIASES = FactTable(
    "aliases",
    ("from_urlkey", "to_urlkey", "kind", "captured_at", "record_id"),
    ("from_urlkey", "to_urlkey", "kind"),
    ("captured_at", "record_id"),
    keeps_greater=True,
)
JOB_RECORDS = FactTable(
    "job_records",
    ("record_id", "job", "kind", "at", "sites", "software", "stats", "exit", "warc", "offset"),
    ("record_id",),
    ("warc", "offset"),
)
OUTLINKS = FactTable("outlinks", ("id", "url", "text", "rel"), ("id",), ("url", "text", "rel"))
FACT_TABLES = (CAPTURES, READINGS, TEXTS, FINGERPRINTS, OUTLINKS, ENTRIES, ALIASES, JOB_RECORDS)


_HOST = 255  # characters of a host that are looked at: the longest name (RFC 1035, 2.3.4)

MAX_OUTLINKS = 50_000
"""Outlinks whose ids are remembered; those of menus and footers come again on every page."""


class Fold:
    """Folds captures, readings and records of jobs into the tables of facts, inside the caller's transaction."""

    def __init__(self, db: sqlite3.Connection, *, on_new_text: Callable[[int, Text], None] | None = None) -> None:
        self._db = db
        self._on_new_text = on_new_text
        self._outlinks: dict[Link, int] = {}
        self.new_bodies: set[int] = set()
        """Keys of the bodies that came in and were not known, until somebody clears it."""

    def add(self, capture: Capture, reading: Reading | None) -> None:
        """Adds a capture and what it was read as. Only those of `READ` have a reading of their own."""
        self._db.execute(CAPTURES.insert, capture_row(capture))
        if reading is None or capture.kind not in READ:
            return
        text = article_text(reading) if isinstance(reading, Article) else None
        if text is not None:
            self._add_text(text)
        self._db.execute(READINGS.insert, reading_row(capture, reading, text, self._link_ids(reading.links)))
        if isinstance(reading, Listing):
            self._db.executemany(ENTRIES.insert, entry_rows(capture, reading.entries))
        for row in alias_rows(capture, reading):
            self._db.execute(ALIASES.insert, row)

    def add_job_record(self, record: JobRecord) -> None:
        """Adds what a record says of a job."""
        self._db.execute(JOB_RECORDS.insert, job_row(record))

    def forget(self) -> None:
        """To be called when the transaction is rolled back: nothing is known to be in the tables any more."""
        self._outlinks.clear()
        self.new_bodies.clear()

    def _add_text(self, text: Text) -> None:
        cursor = self._db.execute(TEXTS.insert, text_row(text))
        if cursor.rowcount != 1:
            return
        if self._on_new_text is not None:
            assert cursor.lastrowid is not None
            self._on_new_text(cursor.lastrowid, text)
        if text.body_hash is not None:
            self._add_body(text.body_hash, text.body)

    def _add_body(self, body_hash: str, body: str) -> None:
        key = body_key(body_hash)
        if self._db.execute("select 1 from fingerprints where body_key = ?", (key,)).fetchone() is None:
            self._db.execute(FINGERPRINTS.insert, fingerprint_row(body_hash, body))
            self.new_bodies.add(key)

    def _link_ids(self, links: tuple[Link, ...]) -> list[int]:
        """The ids of the links in `outlinks`, those that were met lately from memory."""
        known = self._outlinks
        new = {link: outlink_row(*link) for link in links if link not in known}
        if new:
            self._db.executemany(OUTLINKS.insert, sorted(new.values()))  # those of one host lie side by side
            known.update((link, row[0]) for link, row in new.items())
        ids = [known[link] for link in links]
        if len(known) > MAX_OUTLINKS:
            known.clear()
        return ids


def capture_row(capture: Capture) -> Row:
    """The row of `captures`."""
    refers_to_date = capture.refers_to_date
    return (
        capture.record_id,
        storable(capture.url),
        capture.urlkey,
        _instant(capture.captured_at),
        capture.kind,
        capture.status,
        storable(capture.mime),
        capture.payload_digest,
        capture.content_digest,
        capture.warc,
        capture.offset,
        capture.length,
        capture.via if capture.via is None else storable(capture.via),
        storable(capture.hops),
        storable(capture.site),
        storable(capture.discovered),
        storable(capture.job),
        storable(capture.outcome),
        storable(capture.error),
        capture.ip,
        capture.refers_to_url if capture.refers_to_url is None else storable(capture.refers_to_url),
        None if refers_to_date is None else _instant(refers_to_date),
        storable(capture.etag),
        storable(capture.last_modified),
        storable(capture.notes),
    )


def reading_row(capture: Capture, reading: Reading, text: Text | None, link_ids: Iterable[int]) -> Row:
    """The row of `readings`; *text* is that of an article, *link_ids* are those of the rows of `outlinks`."""
    reason = reading.form if isinstance(reading, Listing) else getattr(reading, "reason", "")
    return (
        capture.record_id,
        capture.urlkey,
        _instant(capture.captured_at),
        reading.kind,
        storable(reason),
        text.content_hash if text else None,
        _json(_article_fields(reading) if isinstance(reading, Article) else _listing_fields(reading)),
        f"[{','.join(map(str, link_ids))}]",
        _json([_evidence(e) for e in reading.evidence]) if isinstance(reading, Article) else "[]",
        _json(reading.notes),
    )


def text_row(text: Text) -> Row:
    """The row of `texts`."""
    return (
        text.content_hash,
        text.headline,
        text.standfirst,
        text.body,
        text.body_hash,
        text.headline_key,
        text.opening_key,
        text.word_count,
    )


def fingerprint_row(body_hash: str, body: str) -> Row:
    """The row of `fingerprints`."""
    found = fingerprint(body)
    return (body_key(body_hash), body_hash, ALGORITHM, found.shingles, found.keys)


def article_text(article: Article) -> Text:
    """The normalised text of an article."""
    return text_of(article.headline, article.standfirst, article.body)


def job_row(record: JobRecord) -> Row:
    """The row of `job_records`."""
    return (
        record.record_id,
        storable(record.job),
        record.kind,
        record.at,
        _json(record.sites),
        storable(record.software),
        None if record.stats is None else storable(record.stats),
        record.exit,
        record.warc,
        record.offset,
    )


def outlink_row(url: str, text: str, rel: str) -> Row:
    """The row of `outlinks`. Its id comes from its content, so that a link on every page of a site is stored once.

    The upper 15 of its 63 bits come from the host alone: what pages link to most, their own site, lies together in the
    file, and a batch of links changes a few pages of it, not one for each link.
    """
    try:
        content = f"{url}\0{text}\0{rel}".encode()
    except UnicodeEncodeError:
        return outlink_row(storable(url), storable(text), storable(rel))
    digest = int.from_bytes(hashlib.blake2b(content, digest_size=6).digest(), "big")
    host = url.split("/", 3)[2:3]
    return (digest + _place_of(host[0][:_HOST]) if host else digest, url, text, rel)


@lru_cache(maxsize=4096)
def _place_of(host: str) -> int:
    """The part of an id that the links to one host share."""
    return int.from_bytes(hashlib.blake2b(host.encode(), digest_size=2).digest(), "big") >> 1 << 48


def entry_rows(capture: Capture, entries: tuple[Entry, ...]) -> Iterator[Row]:
    """The rows of `entries`: each announcement once, with the record that made it first."""
    at = _instant(capture.captured_at)
    for e in entries:
        said = (storable(e.title), storable(e.published), storable(e.updated), storable(e.language), storable(e.guid))
        yield (storable(e.link), capture.urlkey, *said, at, capture.record_id, storable(e.keywords))


def alias_rows(capture: Capture, reading: Reading) -> Iterator[Row]:
    """The rows of `aliases`: other URLs that this page says are its own, or are those of a page before it."""
    at = _instant(capture.captured_at)
    seen = set()
    claims = [(kind, url_key(url)) for kind, url in _other_urls(reading)]
    if isinstance(reading, Article) and (before := page_before(capture.urlkey, reading.links)):
        claims.append(("page", before))
    for kind, key in claims:
        if key != capture.urlkey and (key, kind) not in seen:
            seen.add((key, kind))
            yield (capture.urlkey, key, kind, at, capture.record_id)


def _other_urls(reading: Reading) -> Iterator[tuple[str, str]]:
    if isinstance(reading, Article):
        if reading.url:
            yield "url", reading.url
        if reading.canonical_url:
            yield "canonical", reading.canonical_url
    for link in reading.links:
        kind = ALIAS_RELS.get(link.rel) or (None if link.rel in REQUISITE_RELS else _kind_by_form(reading, link.url))
        if kind and (kind != "redirect" or getattr(reading, "reason", "") == "redirect"):
            yield kind, link.url


def _kind_by_form(reading: Reading, url: str) -> str | None:
    """What an article's link says by the form of its URL alone: a print page seldom names the page that it shows."""
    return "print" if "rint" in url and isinstance(reading, Article) and _PRINT.search(url) else None


_PRINT = re.compile(
    r"[/?&=.](?:print|printer|printable|print-?view|print-?version|printer-?friendly)(?:$|[/?&=.#])", re.IGNORECASE
)


def _article_fields(article: Article) -> dict[str, Any]:
    """What an article says beside its text. What is at its default is left out; `body_html` is not kept."""
    plain: dict[str, Any] = {}
    for name in _ARTICLE_FIELDS:
        value = getattr(article, name)
        if value or value is False:
            plain[name] = value
    if article.images:
        plain["images"] = [{"url": i.url, "caption": i.caption, "credit": i.credit} for i in article.images]
    return plain


_ARTICLE_FIELDS = (
    "url",
    "section",
    "authors",
    "authors_raw",
    "date_published",
    "date_published_raw",
    "date_modified",
    "date_modified_raw",
    "language",
    "keywords",
    "publisher",
    "canonical_url",
    "main_image",
    "is_accessible_for_free",
)


def _listing_fields(reading: Reading) -> dict[str, Any]:
    if not isinstance(reading, Listing):
        return {}
    return {name: value for name in ("title", "language", "dated") if (value := getattr(reading, name))}


def _evidence(e: Evidence) -> tuple[str, str, str, str, int]:
    return (e.field, e.source, e.selector, e.raw, int(e.chosen))


def _json(value: Any) -> str:
    return storable(_ENCODER.encode(value))


_instant = lru_cache(maxsize=16)(instant)  # each row of a capture has the same
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
