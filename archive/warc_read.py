"""Reads captures out of WARC and ARC files, our own and those that others wrote, and says where they are damaged.

Records that belong together (WARC-Concurrent-To, in whatever order) are read as one group, since the metadata record
holds the context of the response. What is whole is given; what is not becomes a `DamagedRecord`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path

from archive.errors import DamagedRecord
from archive.group import CUT, FIELDS_TYPE, content_digest, sha1_digest
from archive.http1 import HttpMessage, NotHttp, parse_response
from archive.manifest import sha256_of
from archive.model import READ, Capture, parse_instant
from archive.records import Record, read_record, read_records
from archive.urlkey import safe_uri, url_key
from archive.warc_fields import Fields, parse_fields, unescape
from archive.warc_fields import field as named

MAX_GROUP = 64
"""Records of one group; a file that links more than this together is read in parts."""

OnDamage = Callable[[DamagedRecord], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedRecord:
    """A capture and the bytes that it was read from."""

    capture: Capture
    """The capture, with the context that the metadata record of its group gives."""

    block: bytes = b""
    """The HTTP block of a response, byte for byte as it lies in the record; empty for a revisit or a failure.

    A `resource` or `conversion` record has no HTTP head: `HTTP/1.1 200 OK` and its Content-Type are put before its
    bytes here."""

    @property
    def message(self) -> HttpMessage:
        """The response in the block. Raises NotHttp where there is none."""
        return parse_response(self.block)


@dataclass(slots=True, kw_only=True)
class RecordGroup:
    """Consecutive records that name one another in WARC-Concurrent-To."""

    records: list[Record] = field(default_factory=list)
    """In the order of the file."""

    names: set[str] = field(default_factory=set)
    """Their record ids, and those that they name."""

    has_capture: bool = False
    """Whether a response, revisit or resource is among them."""

    @property
    def start(self) -> int:
        """First byte of the group."""
        return self.records[0].offset

    @property
    def end(self) -> int:
        """The byte behind the group."""
        return self.records[-1].offset + self.records[-1].length

    def takes(self, record: Record) -> bool:
        """Whether *record* belongs to this group and there is room for it."""
        linked = record.record_id in self.names or not self.names.isdisjoint(record.concurrent_to)
        return linked and len(self.records) < MAX_GROUP and not (self.has_capture and record.is_capture)

    def add(self, record: Record) -> None:
        self.records.append(record)
        self.names.update(name for name in (record.record_id, *record.concurrent_to) if name)
        self.has_capture = self.has_capture or record.is_capture


def read_captures(
    path: Path,
    start: int = 0,
    *,
    warc_name: str | None = None,
    on_damage: OnDamage | None = None,
    with_content_digest: bool = True,
) -> Iterator[tuple[CapturedRecord, int]]:
    """The captures of a WARC from byte *start* on, each with the byte behind its group: a safe watermark.

    At damage it raises DamagedRecord, behind everything that is whole before it. With *on_damage* it tells the damage
    instead, and goes on behind it where another record begins. *with_content_digest* False saves decoding responses
    whose metadata record does not say their content digest.
    """
    name = warc_name or path.name.removesuffix(".open")
    job = _job_of(path, name)
    for group in read_groups(path, start, warc_name=name, on_damage=on_damage):
        try:
            found = _captured(group, name, job, path, with_content_digest=with_content_digest)
        except ValueError as problem:
            _tell(DamagedRecord(name, group.start, str(problem)), on_damage)
            continue
        if found is not None:
            yield found, group.end


def read_groups(
    path: Path, start: int = 0, *, warc_name: str | None = None, on_damage: OnDamage | None = None
) -> Iterator[RecordGroup]:
    """All records of a WARC in groups, also those that hold no capture: warcinfo, notes, dns."""
    group = RecordGroup()
    try:
        for record in read_records(path, start, warc_name=warc_name, on_damage=on_damage):
            if group.records and not group.takes(record):
                yield group
                group = RecordGroup()
            group.add(record)
    except DamagedRecord:
        if group.records:
            yield group
        raise
    if group.records:
        yield group


def read_capture(path: Path, offset: int, length: int) -> CapturedRecord:
    """The capture at that place. What only its metadata record says (via, site, content_digest, …) is left empty."""
    name = path.name.removesuffix(".open")
    record = read_record(path, offset, length, warc_name=name)
    group = RecordGroup()
    group.add(record)
    try:
        found = _captured(group, name, "", path, with_content_digest=False)
    except ValueError as problem:
        raise DamagedRecord(name, offset, str(problem)) from problem
    if found is None:
        raise DamagedRecord(name, offset, f"a {record.type} record, not a capture")
    return found


def count_records(path: Path) -> int:
    """How many whole records a WARC or ARC file has."""
    return sum(1 for _ in read_records(path, on_damage=lambda _: None))


def _tell(damage: DamagedRecord, on_damage: OnDamage | None) -> None:
    if on_damage is None:
        raise damage
    on_damage(damage)


def _job_of(path: Path, name: str) -> str:
    """The job that a file's warcinfo names; for files of others `import:` and the file's name."""
    for record in read_records(path, on_damage=lambda _: None):
        if record.type == "warcinfo":
            job = unescape(named(parse_fields(record.block), "job"))
            return job or f"import:{name}"
        break
    return f"import:{name}"


def _captured(
    group: RecordGroup, warc: str, job: str, path: Path, *, with_content_digest: bool = True
) -> CapturedRecord | None:
    context = _context(group)
    captured = next((record for record in group.records if record.is_capture), None)
    found = _of_record(captured, warc, path, context) if captured else _of_failure(group, warc, path, context)
    if found is None:
        return None
    capture = replace(
        found.capture,
        via=safe_uri(named(context, "via")) or None,
        hops=unescape(named(context, "hopsFromSeed")),
        site=unescape(named(context, "site")),
        discovered=unescape(named(context, "discovered")),
        job=unescape(named(context, "job")) or job,
        outcome=unescape(named(context, "outcome")) or found.capture.outcome,
        content_digest=named(context, "contentDigest"),
        notes=unescape(named(context, "notes")),
    )
    if with_content_digest and capture.kind in READ and not capture.content_digest:
        capture = replace(capture, content_digest=content_digest(parse_response(found.block), capture.payload_digest))
    return CapturedRecord(capture=capture, block=found.block)


def _context(group: RecordGroup) -> Fields:
    """The fields of all metadata records of the group."""
    return Fields(
        pair
        for record in group.records
        if record.type == "metadata" and record.content_type == FIELDS_TYPE
        for pair in parse_fields(record.block)
    )


def _of_record(record: Record, warc: str, path: Path, context: Fields) -> CapturedRecord:
    capture = _begun(record, warc, path)
    record = replace(record, block=record.http_block)
    head_kept_apart = unescape(named(context, "responseHead")).encode("latin-1", "replace")
    message: HttpMessage | None = None
    try:
        message = parse_response(record.block or head_kept_apart)
    except NotHttp as problem:
        if record.type != "revisit":
            return CapturedRecord(capture=replace(capture, kind="failure", outcome="invalid", error=str(problem)))
    capture = _with_head(capture, message, record)
    if message is None or record.type == "revisit":
        return CapturedRecord(capture=replace(capture, kind="revisit"))
    if not capture.payload_digest and not record.cut:
        capture = replace(capture, payload_digest=sha1_digest(message.payload))
    if record.type == "conversion":
        capture = replace(capture, kind="conversion", status=None)
    return CapturedRecord(capture=capture, block=record.block)


def _of_failure(group: RecordGroup, warc: str, path: Path, context: Fields) -> CapturedRecord | None:
    error = named(context, "fetchError")
    if not error:
        return None
    record = next(r for r in group.records if r.type == "metadata")
    return CapturedRecord(capture=replace(_begun(record, warc, path), kind="failure", error=unescape(error)))


def _begun(record: Record, warc: str, path: Path) -> Capture:
    """What the head of the record says. Raises ValueError when it does not say enough."""
    url = safe_uri(record.target_uri)
    if not url:
        raise ValueError("no WARC-Target-URI")
    truncated = record.header("WARC-Truncated").lower()
    return Capture(
        record_id=record.record_id or _made_up_id(path, record.offset),
        url=url,
        urlkey=url_key(url),
        captured_at=_captured_at(record),
        kind="response",
        warc=warc,
        offset=record.offset,
        length=record.length,
        outcome=(truncated if truncated in CUT else "disconnect") if truncated else "ok",
        ip=record.header("WARC-IP-Address") or None,
    )


def _with_head(capture: Capture, message: HttpMessage | None, record: Record) -> Capture:
    return replace(
        capture,
        status=message.status if message else None,
        mime=message.mime if message else "",
        etag=message.header("ETag") if message else "",
        last_modified=message.header("Last-Modified") if message else "",
        payload_digest=record.header("WARC-Payload-Digest"),
        refers_to_url=safe_uri(record.header("WARC-Refers-To-Target-URI")) or None,
        refers_to_date=_date(record.header("WARC-Refers-To-Date")),
    )


def _captured_at(record: Record) -> datetime:
    """WARC-Date, or where nobody can read it, as in the ClueWeb corpora, the Date of the response itself."""
    try:
        return parse_instant(record.header("WARC-Date"))
    except ValueError:
        problem = f"WARC-Date is {record.header('WARC-Date')!r}"
    try:
        return parsedate_to_datetime(parse_response(record.block).header("Date")).astimezone(UTC)
    except (NotHttp, ValueError):
        raise ValueError(problem) from None


def _date(text: str) -> datetime | None:
    try:
        return parse_instant(text)
    except ValueError:
        return None


def _made_up_id(path: Path, offset: int) -> str:
    """A record id for a record without one, the same wherever the file is read."""
    stat = path.stat()
    digest = _sha256(path, stat.st_size, stat.st_mtime_ns)
    return f"urn:uuid:{uuid.uuid5(uuid.UUID(digest[:32]), str(offset))}"


@lru_cache(maxsize=64)
def _sha256(path: Path, size: int, changed: int) -> str:  # noqa: ARG001  they are there so that a changed file is read again
    return sha256_of(path)
