"""Captures read out of WARC and ARC files, our own and others'."""

from __future__ import annotations

import gzip
import hashlib
import uuid
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.errors import DamagedRecord
from archive.foreign import SUFFIXES
from archive.gzip_members import scan_members
from archive.model import parse_instant
from archive.warc import CapturedRecord, build_group, read_capture, read_captures, read_groups, read_records
from tests.archive.exchanges import GZIPPED, PAGE, exchange, numbered_ids, writer

WARCS = Path(__file__).parents[3] / "shared/corpora/warc"
HTTP = "application/http; msgtype=response"
FIELDS = "application/warc-fields"


def record(
    kind: str,
    block: bytes,
    *,
    name: str = "",
    target: str = "http://example.com/",
    content_type: str = HTTP,
    **more: str,
) -> bytes:
    fields = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{name}>" if name else "",
        "WARC-Date": "2018-06-18T12:00:00Z",
        "WARC-Target-URI": target,
        "Content-Type": content_type,
        **{key.replace("_", "-"): value for key, value in more.items()},
        "Content-Length": str(len(block)),
    }
    head = "".join(f"{key}: {value}\r\n" for key, value in fields.items() if value)
    return b"WARC/1.0\r\n" + head.encode() + b"\r\n" + block + b"\r\n\r\n"


def captures_in(path: Path, *records: bytes, packed: bool = True) -> list[CapturedRecord]:
    path.write_bytes(b"".join(gzip.compress(r) if packed else r for r in records))
    return [found for found, _ in read_captures(path)]


REQUEST = record("request", b"GET / HTTP/1.1\r\n\r\n", name="q", content_type="application/http; msgtype=request")
CONTEXT = b"via: http://example.com/from\r\nhopsFromSeed: LLR\r\nfetchTimeMs: 5\r\n"


@pytest.mark.parametrize("packed", [True, False])
def test_order_of_heritrix(tmp_path: Path, packed: bool) -> None:
    """Request and metadata that follow their response give it its context."""
    [found] = captures_in(
        tmp_path / "h.warc.gz",
        record("response", PAGE, name="r"),
        record("request", b"GET / HTTP/1.1\r\n\r\n", name="q", WARC_Concurrent_To="<urn:uuid:r>"),
        record("metadata", CONTEXT, name="m", content_type=FIELDS, WARC_Concurrent_To="<urn:uuid:r>"),
        packed=packed,
    )

    assert (found.block, found.capture.via, found.capture.hops) == (PAGE, "http://example.com/from", "LLR")
    assert (found.capture.record_id, found.capture.job) == ("urn:uuid:r", "import:h.warc.gz")


def test_order_of_wget(tmp_path: Path) -> None:
    """A request before its response belongs to it, and the next pair does not."""
    path = tmp_path / "w.warc.gz"
    captures_in(
        path,
        REQUEST,
        record("response", PAGE, name="r", WARC_Concurrent_To="<urn:uuid:q>"),
        REQUEST.replace(b":q>", b":q2>"),
        record("response", PAGE, name="r2", WARC_Concurrent_To="<urn:uuid:q2>"),
    )  # fmt: skip

    assert [len(group.records) for group in read_groups(path)] == [2, 2]


def test_watermarks(tmp_path: Path) -> None:
    """Reading on from any watermark gives exactly the captures behind it."""
    growing = writer(tmp_path)
    for number in range(4):
        growing.append(build_group(exchange(url=f"http://example.com/{number}")))
    [path] = growing.close()
    found = list(read_captures(path))
    starts = [0, *(end for _, end in found)]

    assert [list(read_captures(path, start)) for start in starts] == [found[n:] for n in range(5)]
    assert starts[-1] == path.stat().st_size


def test_growing_file(tmp_path: Path) -> None:
    """Captures of a growing file carry its final name."""
    growing = writer(tmp_path)
    kept = growing.append(build_group(exchange(GZIPPED)))
    [path] = (tmp_path / "archive").iterdir()
    [(found, end)] = read_captures(path)

    assert path.name.endswith(".open")
    assert (found.capture, (found.capture.warc, end)) == (kept, growing.position)


def test_one_capture_by_its_place(tmp_path: Path) -> None:
    """A capture is read by file, offset and length alone; what its metadata says is left empty."""
    growing = writer(tmp_path)
    kept = [growing.append(build_group(exchange(GZIPPED, url=f"http://example.com/{n}"))) for n in range(3)][1]
    [path] = growing.close()
    found = read_capture(path, kept.offset, kept.length)

    assert (found.block, found.capture.record_id, found.capture.url) == (GZIPPED, kept.record_id, kept.url)
    assert (found.capture.via, found.capture.site, found.capture.content_digest) == (None, "", "")


@pytest.mark.parametrize(("offset", "length"), [(0, 0), (1, 0), (0, 5), (0, 1)])
def test_wrong_place(tmp_path: Path, offset: int, length: int) -> None:
    """A place where no such capture lies is damage, with file and byte."""
    growing = writer(tmp_path)
    kept = growing.append(build_group(exchange()))
    [path] = growing.close()

    with pytest.raises(DamagedRecord, match=f"{path.name}, byte {kept.offset + offset}: "):
        read_capture(path, kept.offset + offset, kept.length + length + 1)


def test_record_without_id(tmp_path: Path) -> None:
    """A record without an id gets one from the file's SHA-256 and its offset."""
    path = tmp_path / "a.warc.gz"
    captured = captures_in(path, record("response", PAGE), record("response", PAGE))
    digest = uuid.UUID(hashlib.sha256(path.read_bytes()).hexdigest()[:32])

    assert [found.capture.record_id for found in captured] == [
        f"urn:uuid:{uuid.uuid5(digest, str(found.capture.offset))}" for found in captured
    ]
    assert len({found.capture.record_id for found in captured}) == 2


def test_resource(tmp_path: Path) -> None:
    """A resource is read as a response: a head with its Content-Type stands before its bytes."""
    [found] = captures_in(tmp_path / "a.warc.gz", record("resource", b"<p>x", content_type="text/html"))

    assert found.block == b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>x"
    assert (found.capture.kind, found.capture.status, found.capture.mime) == ("response", 200, "text/html")


@pytest.mark.parametrize(
    "other",
    [
        record("response", b"20180618 1.2.3.4", target="dns:example.com", content_type="text/dns"),
        record("response", b"x", target="ftp://example.com/", content_type="application/octet-stream"),
        record("conversion", b"text", content_type="text/plain"),
        record("resource", b"log", target="metadata://gnu.org/wget.log", content_type="text/plain"),
        record("metadata", b"a: b\r\n", content_type="application/warc-fields"),
        record("warcinfo", b"a: b\r\n", target="", content_type="application/warc-fields"),
        record("unheard-of", b"x"),
        REQUEST,
    ],
)  # fmt: skip
def test_what_is_no_capture(tmp_path: Path, other: bytes) -> None:
    """Records that no page was fetched by are passed over."""
    [found] = captures_in(tmp_path / "a.warc.gz", other, record("response", PAGE, name="r"))

    assert found.capture.record_id == "urn:uuid:r"


def test_response_that_is_no_http(tmp_path: Path) -> None:
    """A response record without an HTTP head is a failure, not a page."""
    [found] = captures_in(tmp_path / "a.warc.gz", record("response", b"<p>x", name="r"))

    assert (found.block, found.capture.kind, found.capture.outcome) == (b"", "failure", "invalid")


def test_foreign_revisit(tmp_path: Path) -> None:
    """A revisit keeps what it refers to, and its digest."""
    [found] = captures_in(
        tmp_path / "a.warc.gz",
        record("revisit", PAGE[:30], WARC_Payload_Digest="sha1:ABC", WARC_Refers_To_Target_URI="http://example.com/a b",
               WARC_Refers_To_Date="2018-01-01T00:00:00Z"),
    )  # fmt: skip
    capture = found.capture

    assert (capture.kind, capture.status, capture.payload_digest, found.block) == ("revisit", 200, "sha1:ABC", b"")
    assert (capture.refers_to_url, capture.refers_to_date) == (
        "http://example.com/a%20b",
        datetime(2018, 1, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(("reason", "outcome"), [("length", "length"), ("unspecified", "disconnect")])
def test_foreign_truncated(tmp_path: Path, reason: str, outcome: str) -> None:
    """WARC-Truncated becomes the outcome."""
    [found] = captures_in(tmp_path / "a.warc.gz", record("response", PAGE, WARC_Truncated=reason))

    assert found.capture.outcome == outcome


def test_date_nobody_can_read(tmp_path: Path) -> None:
    """Where WARC-Date is no date the response's own Date counts; without one the record is damage."""
    dated = PAGE.replace(b"\r\n\r\n", b"\r\nDate: Wed, 28 Jan 2009 17:05:56 GMT\r\n\r\n", 1)
    [found] = captures_in(tmp_path / "a.warc.gz", record("response", dated, WARC_Date="2008-10-294T05:21:46-0700"))

    assert found.capture.captured_at == datetime(2009, 1, 28, 17, 5, 56, tzinfo=UTC)
    with pytest.raises(DamagedRecord, match="WARC-Date is 'yesterday'"):
        captures_in(tmp_path / "b.warc.gz", record("response", PAGE, WARC_Date="yesterday"))


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.fault(94)
def test_damage_in_the_middle(tmp_path: Path, packed: bool) -> None:
    """What is whole before the damage is read; told of damage, reading goes on behind it."""
    path = tmp_path / "a.warc.gz"
    records = [record("response", PAGE, name=name) for name in "abc"]
    pieces = [gzip.compress(r) if packed else r for r in records]
    pieces[1] = (
        pieces[1][:60] + b"\xff" * 40 + pieces[1][100:]
        if packed
        else pieces[1].replace(b"Content-Length", b"Content-Size")
    )
    path.write_bytes(b"".join(pieces))
    whole = []
    with pytest.raises(DamagedRecord) as raised:
        whole.extend(found.capture.record_id for found, _ in read_captures(path))
    told: list[DamagedRecord] = []
    all_whole = [found.capture.record_id for found, _ in read_captures(path, on_damage=told.append)]

    assert (whole, raised.value.offset) == (["urn:uuid:a"], len(pieces[0]))
    assert (all_whole, [damage.offset for damage in told]) == (["urn:uuid:a", "urn:uuid:c"], [len(pieces[0])])


def test_cut_at_every_byte(tmp_path: Path) -> None:
    """Wherever our own file is cut, the captures before the cut are read and the rest is damage, not a crash."""
    path = tmp_path / "cut.warc.gz"
    groups = [build_group(exchange(url=f"http://example.com/{n}"), new_id=numbered_ids()) for n in range(2)]
    whole = b"".join(group.data for group in groups)
    ends = [groups[n].capture.offset + groups[n].capture.length + n * len(groups[0].data) for n in range(2)]
    for cut in range(1, len(whole)):
        path.write_bytes(whole[:cut])
        told: list[DamagedRecord] = []
        found = list(read_captures(path, on_damage=told.append))

        assert len(found) == sum(end <= cut for end in ends)
        assert len(told) == (scan_members_torn(path))


def scan_members_torn(path: Path) -> bool:
    scan = scan_members(path)
    list(scan)
    return scan.torn is not None


def readable() -> list[Path]:
    return sorted(path for path in WARCS.glob("*") if path.name.endswith(SUFFIXES)) if WARCS.exists() else []


@pytest.mark.skipif(not WARCS.exists(), reason="../shared is not there")
def test_corpus_is_there() -> None:
    """The public corpus has the files that the tests below read."""
    assert len(readable()) == 28


@pytest.mark.parametrize("path", readable(), ids=lambda path: path.name)
def test_public_files(path: Path) -> None:
    """Each capture of a public file is read again by its place, and watermarks only rise."""
    told: list[DamagedRecord] = []
    found = list(read_captures(path, on_damage=told.append))
    again = [read_capture(path, one.capture.offset, one.capture.length) for one, _ in found]

    assert [one.block for one, _ in found] == [one.block for one in again]
    assert all(a < b for a, b in pairwise(end for _, end in found))
    assert found or told or not any(r.is_capture for r in read_records(path, on_damage=told.append))


WHOLE = [path for path in readable() if not path.name.endswith((
    "bad.arc", "bad-non-chunked.warc.gz", "wrong-chunks.warc.gz", "clipped.warc.gz", "blackbook-truncated.arc",
    "space-in-url.arc", "link-extraction-test.warc", "trunc.warc",
))]  # fmt: skip


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.name)
def test_public_files_as_warcio_reads_them(path: Path) -> None:
    """Types, places and blocks of the records of a whole file are those that warcio finds."""
    theirs = []
    with path.open("rb") as stream:
        records = ArchiveIterator(stream, arc2warc=True, no_record_parse=True)
        for each in records:
            block = each.raw_stream.read()
            records.read_to_end()
            theirs.append((each.rec_type, records.get_record_offset(), records.get_record_length(), len(block), block))
    ours = [(r.type, r.offset, r.length, len(r.block), r.block) for r in read_records(path)]

    first = path.name.endswith((".arc", ".arc.gz"))  # of an ARC's first block warcio leaves the version lines out
    assert ours[first:] == theirs[first:]
    assert len(ours) == len(theirs)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2018-06-18T09:30:00Z", (2018, 6, 18, 9, 30)),
        ("2018-06-18T09:30:00", (2018, 6, 18, 9, 30)),
        ("2018-06-18T11:30:00+02:00", (2018, 6, 18, 9, 30)),
        ("2018-06-18T11:30:00.25+02:00", (2018, 6, 18, 9, 30, 0, 250_000)),
        ("2018-06-17T22:00:00.123456789-11:30", (2018, 6, 18, 9, 30, 0, 123_456)),
        ("2018-06-18T09:30:00.123456789Z", (2018, 6, 18, 9, 30, 0, 123_456)),
        ("2018-06-18T09:30Z", (2018, 6, 18, 9, 30)),
        ("2018-06-18", (2018, 6, 18)),
        ("2018-06", (2018, 6, 1)),
        ("2018", (2018, 1, 1)),
    ],
)
def test_instants(written: str, read: tuple[int, ...]) -> None:
    """A WARC-Date of any precision is an instant in UTC; an offset, which the standard does not know, counts."""
    year, month, day, *time = read
    assert parse_instant(written) == datetime(year, month, day, *time, tzinfo=UTC)


@pytest.mark.parametrize("written", ["", "yesterday", "2018-06-18T09:30:00+99:00", "0001-01-01T00:00:00+01:00"])
def test_no_instants(written: str) -> None:
    """What is no instant, or none in UTC, is a ValueError."""
    with pytest.raises(ValueError, match=r"Invalid isoformat|offset must be|in UTC"):
        parse_instant(written)
