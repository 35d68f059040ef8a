"""The exchange that something was read from, as it came over the wire, and its page decoded."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from archive.errors import UsageError
from archive.http1 import HttpMessage, parse_response
from archive.query import NotFound, find_article
from archive.records import Record
from archive.slices import Place, group_at
from archive.text import storable
from archive.urlkey import url_key


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptExchange:
    """One exchange, from its WARC records."""

    url: str
    """What was asked for."""

    captured_at: str
    """When."""

    request: bytes
    """The request as it was sent, secrets masked; empty when it was not kept."""

    response: bytes
    """Status line, headers and body as they came, codings and framing untouched; empty for a failure."""

    stands_for: str = ""
    """For a revisit: the record whose response this is."""

    @property
    def message(self) -> HttpMessage:
        """The response, to be decoded. Raises NotHttp where there is none."""
        return parse_response(self.response)


_CAPTURE = "select record_id, url, captured_at, kind, warc, offset, payload_digest, refers_to_url from captures"
_CAPTURE_OF_ARTICLE = f"{_CAPTURE} where record_id = (select record_id from article_rows where id = ?)"  # noqa: S608


def exchange(db: sqlite3.Connection, archive_dir: Path, what: str) -> KeptExchange:
    """The exchange of a record id; or that which an article was read from, by its id or any of its URLs.

    Of a page that is no article the last response is taken, and for a revisit the response that it stands for. Raises
    NotFound, or DamagedRecord.
    """
    record, url, at, kind, warc, offset, digest, refers_to = _capture(db, storable(what).strip())
    records = group_at(db, archive_dir, Place(warc, offset))
    response, stands_for = _block(records, record), ""
    if kind == "revisit":
        row = db.execute(
            f"{_CAPTURE} where urlkey = ? and payload_digest = ? and kind = 'response' order by captured_at limit 1",
            (url_key(refers_to or url), digest),
        ).fetchone()
        if row is not None:
            response, stands_for = _block(group_at(db, archive_dir, Place(row[4], row[5])), row[0]), row[0]
    request = next((one.block for one in records if one.type == "request"), b"")
    return KeptExchange(url=url, captured_at=at, request=request, response=response, stands_for=stands_for)


def _block(records: list[Record], record_id: str) -> bytes:
    return next((one.http_block for one in records if one.record_id == record_id and one.type != "metadata"), b"")


def _capture(db: sqlite3.Connection, what: str) -> tuple[str, str, str, str, str, int, str, str | None]:
    found: tuple[str, str, str, str, str, int, str, str | None] | None
    found = db.execute(f"{_CAPTURE} where record_id = ?", (what.strip("<>"),)).fetchone()
    if found is None and (article := find_article(db, what)):
        found = db.execute(_CAPTURE_OF_ARTICLE, (article,)).fetchone()
    if found is None:
        of_url = f"{_CAPTURE} where urlkey = ? order by kind = 'failure', captured_at desc limit 1"
        found = db.execute(of_url, (url_key(what),)).fetchone()
    if found is None:
        raise NotFound(f"nothing is known of {what!r}; try words of its headline with `pressmark search`")
    return found


def page(kept: KeptExchange) -> bytes:
    """The body of the response without transfer and content codings. Raises UsageError where there is none."""
    if not kept.response:
        raise UsageError(f"{kept.url} gave no answer at {kept.captured_at}; nothing was kept but the failure")
    return kept.message.content()
