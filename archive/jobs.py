"""What WARC files say beside captures: the jobs that wrote them, and the pages that no child could read.

A job speaks in the warcinfo at the head of each of its files and in the metadata record that closes it; one without a
closing record was killed. `opening_fields` and `closing_note` are what a job writes, `job_record` is what is read back;
the table `jobs` follows from those records alone. A page that went beyond the limits of a reading child is told in a
metadata record of its own, which every later reading of that record by the same reader obeys.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from pathlib import Path

from archive.errors import DamagedRecord
from archive.group import FIELDS_TYPE, build_note
from archive.gzip_members import Member, next_member, scan_members
from archive.model import instant, parse_instant
from archive.records import Record, is_gzip, read_record, read_records
from archive.warc_fields import Fields, field, parse_fields, unescape

JOB_URN = "urn:pressmark:job:"
"""What the WARC-Target-URI of a closing record begins with; the job's name follows."""

_ABORTED = b"readingAborted:"
_ODD = re.compile(r"[^A-Za-z0-9._:+-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """What one record says of a job."""

    record_id: str
    """Of the warcinfo or metadata record."""

    job: str
    """Name of the job."""

    kind: str
    """`warcinfo` or `closing`."""

    at: str
    """WARC-Date of the record: when the file was begun, or the job ended."""

    sites: tuple[str, ...] = ()
    """The sites that were asked for."""

    software: str = ""
    """Program and version."""

    stats: str | None = None
    """JSON object of figures, for a closing record."""

    exit: int | None = None
    """Exit code, for a closing record."""

    warc: str
    """The file that it stands in."""

    offset: int
    """Its first byte there."""


def opening_fields(job: str, *, sites: Iterable[str], software: str) -> dict[str, str]:
    """What the warcinfo of a job's WARC files must say, so that the job is listed."""
    return {"software": software, "job": job, "sites": json.dumps(sorted(set(sites)), ensure_ascii=False)}


def closing_note(job: str, *, finished_at: datetime, stats: Mapping[str, object], exit_code: int) -> bytes:
    """The metadata record that closes a job, for `WarcWriter.append_note`."""
    figures = json.dumps(dict(stats), ensure_ascii=False, sort_keys=True, default=str)
    fields = [("job", job), ("finished", instant(finished_at)), ("exit", str(exit_code)), ("stats", figures)]
    return build_note(JOB_URN + _ODD.sub("-", job), fields, at=finished_at)


def job_record(record: Record, warc: str) -> JobRecord | None:
    """What *record*, which stands in the file *warc*, says of a job; None when it says nothing of one."""
    if record.type == "warcinfo":
        kind = "warcinfo"
    elif record.type == "metadata" and record.content_type == FIELDS_TYPE and record.target_uri.startswith(JOB_URN):
        kind = "closing"
    else:
        return None
    fields = parse_fields(record.block)
    job = unescape(field(fields, "job"))
    try:
        at = instant(parse_instant(record.header("WARC-Date")))
    except ValueError:
        return None
    if not job or not record.record_id:
        return None
    closing = kind == "closing"
    return JobRecord(
        record_id=record.record_id,
        job=job,
        kind=kind,
        at=at,
        sites=_sites(fields),
        software=unescape(field(fields, "software")),
        stats=_json_object(unescape(field(fields, "stats"))) if closing else None,
        exit=_integer(field(fields, "exit")) if closing else None,
        warc=warc,
        offset=record.offset,
    )


def job_records(path: Path, warc: str, start: int = 0) -> Iterator[JobRecord]:
    """The records of jobs in a WARC file from byte *start* on, as far as it is whole."""
    for record in read_records(path, start, warc_name=warc, on_damage=lambda _: None):
        found = job_record(record, warc)
        if found is not None:
            yield found


@dataclass(slots=True, kw_only=True)
class Notes:
    """What the records of some WARC files say beside captures."""

    jobs: list[JobRecord] = dataclass_field(default_factory=list)
    """Of jobs, in the order of the files."""

    aborted: dict[tuple[str, str], str] = dataclass_field(default_factory=dict)
    """Why a record could not be read, by its record id and the id of the reader."""

    def add(self, other: Notes) -> None:
        """Takes in what *other* holds."""
        self.jobs += other.jobs
        for key, reason in other.aborted.items():
            self.aborted[key] = min(reason, self.aborted.get(key, reason))


def read_notes(path: Path, warc: str, start: int = 0) -> Notes:
    """What a WARC file says beside captures from byte *start* on, as far as it is whole."""
    notes = Notes()
    for record in _records_of_ours(path, warc, start):
        if (job := job_record(record, warc)) is not None:
            notes.jobs.append(job)
        elif (aborted := _aborted(record)) is not None:
            notes.add(Notes(aborted=aborted))
    return notes


def _records_of_ours(path: Path, warc: str, start: int) -> Iterator[Record]:
    """The records that may be notes, found without taking all others apart: ours begin with WARC-Type."""
    if not is_gzip(path):
        yield from read_records(path, start, warc_name=warc, on_damage=lambda _: None)
        return
    at: int | None = start
    while at is not None:
        scan = scan_members(path, at)
        for member, content in scan.contents():
            begin = content[:40]
            is_note = b"metadata" in begin and (_ABORTED in content or JOB_URN.encode() in content)
            if is_note or b"warcinfo" in begin:
                yield from _whole(path, member, warc)
        at = None if scan.torn is None else next_member(path, scan.torn.offset, lambda head: head.startswith(b"WARC/"))


def _whole(path: Path, member: Member, warc: str) -> Iterator[Record]:
    with suppress(DamagedRecord):
        yield read_record(path, member.offset, member.length, warc_name=warc)


def _aborted(record: Record) -> dict[tuple[str, str], str] | None:
    if record.type != "metadata" or record.content_type != FIELDS_TYPE or _ABORTED not in record.block:
        return None
    fields = parse_fields(record.block)
    about = record.header("WARC-Refers-To").strip("<> ")
    return {(about, unescape(field(fields, "reader"))): unescape(field(fields, "readingAborted"))}


def first_job_record(path: Path, warc: str) -> JobRecord | None:
    """What the warcinfo that a WARC file begins with says of a job."""
    first = next(read_records(path, warc_name=warc, on_damage=lambda _: None), None)
    return None if first is None else job_record(first, warc)


def _sites(fields: Fields) -> tuple[str, ...]:
    text = unescape(field(fields, "sites"))
    try:
        value = json.loads(text)
    except ValueError:
        value = text.replace(",", " ").split()
    return tuple(sorted({str(site) for site in value})) if isinstance(value, list) else ()


def _json_object(text: str) -> str | None:
    try:
        return text if isinstance(json.loads(text), dict) else None
    except ValueError:
        return None


def _integer(text: str) -> int | None:
    return int(text) if re.fullmatch(r"-?\d{1,9}", text.strip()) else None
