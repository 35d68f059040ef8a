"""What one capture and its reading add to the facts, and how rows of facts are merged.

Every table of facts has a key and, for rows of equal key, a rule that keeps one of them: the smaller or the greater by
columns that are compared as a tuple. So the fold is a join: any order, any repetition, any way of splitting the
captures over several catalogs that are merged later gives the same rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from archive.model import Article, Capture, Entry, Evidence, Link, Listing, Reading, instant
from archive.text import Text, storable, text_of
from archive.urlkey import url_key

Row = tuple[Any, ...]

ALIAS_RELS = {"redirect": "redirect", "amphtml": "amp"}
"""Links of a reading that say "this page is also there", and the kind of alias that each makes."""


@dataclass(frozen=True, slots=True)
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

    @property
    def insert(self) -> str:
        """The statement that folds one row in."""
        marks = ", ".join("?" * len(self.columns))
        return f"insert into {self.name} ({', '.join(self.columns)}) values ({marks}) {self._conflict}"

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
ENTRIES = FactTable(
    "entries",
    ("link", "feed_urlkey", "title", "published", "updated", "language", "guid", "captured_at", "record_id"),
    ("link", "feed_urlkey", "title", "published", "updated", "language", "guid"),
    ("captured_at", "record_id"),
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
FACT_TABLES = (CAPTURES, READINGS, TEXTS, ENTRIES, ALIASES, JOB_RECORDS)


def capture_row(capture: Capture) -> Row:
    """The row of `captures`."""
    refers_to_date = capture.refers_to_date
    return (
        capture.record_id,
        storable(capture.url),
        capture.urlkey,
        instant(capture.captured_at),
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
        None if refers_to_date is None else instant(refers_to_date),
        storable(capture.etag),
        storable(capture.last_modified),
    )


def reading_row(capture: Capture, reading: Reading, text: Text | None) -> Row:
    """The row of `readings`; *text* is that of an article."""
    reason = reading.form if isinstance(reading, Listing) else getattr(reading, "reason", "")
    return (
        capture.record_id,
        capture.urlkey,
        instant(capture.captured_at),
        reading.kind,
        storable(reason),
        text.content_hash if text else None,
        _json(_article_fields(reading) if isinstance(reading, Article) else _listing_fields(reading)),
        _json([(link.url, link.text, link.rel) for link in reading.links]),
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


def article_text(article: Article) -> Text:
    """The normalised text of an article."""
    return text_of(article.headline, article.standfirst, article.body)


def entry_rows(capture: Capture, entries: tuple[Entry, ...]) -> Iterator[Row]:
    """The rows of `entries`: each announcement once, with the record that made it first."""
    at = instant(capture.captured_at)
    for e in entries:
        said = (storable(e.title), storable(e.published), storable(e.updated), storable(e.language), storable(e.guid))
        yield (storable(e.link), capture.urlkey, *said, at, capture.record_id)


def alias_rows(capture: Capture, reading: Reading) -> Iterator[Row]:
    """The rows of `aliases`: other URLs that this page says are its own."""
    at = instant(capture.captured_at)
    seen = set()
    for kind, url in _other_urls(reading):
        key = url_key(url)
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
        kind = ALIAS_RELS.get(link.rel)
        if kind and (kind != "redirect" or getattr(reading, "reason", "") == "redirect"):
            yield kind, link.url


def _article_fields(article: Article) -> dict[str, Any]:
    """What an article says beside its text; what is at its default is left out, `body_html` is read again when needed."""
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
    return {name: value for name in ("title", "language") if (value := getattr(reading, name))}


def _evidence(e: Evidence) -> tuple[str, str, str, str, int]:
    return (e.field, e.source, e.selector, e.raw, int(e.chosen))


def links_of(plain: str) -> tuple[Link, ...]:
    """The links that a row of `readings` holds."""
    return tuple(Link(url=url, text=text, rel=rel) for url, text, rel in json.loads(plain))


def _json(value: Any) -> str:
    return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
