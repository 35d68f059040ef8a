"""The records that keep one exchange."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archive.group import Group, build_group, build_note, sha1_digest
from archive.model import Capture, Exchange
from archive.records import Record, read_records
from archive.warc import read_captures
from tests.archive.exchanges import GZIPPED, NOON, PAGE, exchange, numbered_ids


def records_of(group: Group, folder: Path) -> list[Record]:
    path = folder / "group.warc.gz"
    path.write_bytes(group.data)
    return list(read_records(path))


def built(exchanged: Exchange, previous: Capture | None = None) -> Group:
    return build_group(exchanged, previous=previous, new_id=numbered_ids(), warcinfo_id="urn:uuid:info")


EARLIER = built(exchange(PAGE)).placed("first.warc.gz", 1000)
LATER = NOON + timedelta(days=1)

GROUP = """\
WARC/1.1
WARC-Type: request
WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000002>
WARC-Date: 2018-06-18T12:00:00.000005Z
WARC-Target-URI: https://www.example.com/News/1?A=b
WARC-Concurrent-To: <urn:uuid:00000000-0000-4000-8000-000000000001>
WARC-IP-Address: 93.184.216.34
WARC-Warcinfo-ID: <urn:uuid:info>
Content-Type: application/http; msgtype=request
WARC-Block-Digest: sha1:Z6W5TXLSGEJY2ZYWML3KO3SV5TXY3SN5
Content-Length: 51

GET /News/1?A=b HTTP/1.1
Host: www.example.com



WARC/1.1
WARC-Type: response
WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>
WARC-Date: 2018-06-18T12:00:00.000005Z
WARC-Target-URI: https://www.example.com/News/1?A=b
WARC-IP-Address: 93.184.216.34
WARC-Warcinfo-ID: <urn:uuid:info>
WARC-Payload-Digest: sha1:ZYD7FAEWDCVVUHAPMOX536XHKHJBPRUM
Content-Type: application/http; msgtype=response
WARC-Block-Digest: sha1:LIKCHRL4KD725RYRCICYCI2GDUTIIF6O
Content-Length: 55

HTTP/1.1 200 OK
Content-Type: text/html

<p>news</p>

WARC/1.1
WARC-Type: metadata
WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000003>
WARC-Date: 2018-06-18T12:00:00.000005Z
WARC-Target-URI: https://www.example.com/News/1?A=b
WARC-Concurrent-To: <urn:uuid:00000000-0000-4000-8000-000000000001>
WARC-IP-Address: 93.184.216.34
WARC-Warcinfo-ID: <urn:uuid:info>
Content-Type: application/warc-fields
WARC-Block-Digest: sha1:EEWWUQZHO3DLJHUWJJSIHY3R4S3JIWAQ
Content-Length: 182

via: https://www.example.com/
hopsFromSeed: L
fetchTimeMs: 120
job: job-1
site: example.com
discovered: link
outcome: ok
contentDigest: sha1:ZYD7FAEWDCVVUHAPMOX536XHKHJBPRUM


"""


def test_whole_group() -> None:
    """An exchange is kept as request, response and metadata, linked to the response."""
    text = gzip.decompress(built(exchange()).data).decode().replace("\r\n", "\n")
    assert text == GROUP


def test_bytes_of_the_wire(tmp_path: Path) -> None:
    """Request and response blocks are the bytes of the wire, but for interim replies."""
    odd = (
        b"HTTP/1.1 200  OK\nset-cookie: a\r\nX: \xe9\r\n folded\r\nno colon\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n1;a=b\r\nx\r\n0\r\n\r\n"
    )
    sent = b"get / HTTP/1.1\r\nhost: \xff\r\n\r\nbody"
    request, response, _ = records_of(built(exchange(b"HTTP/1.1 103 E\r\nA: b\r\n\r\n" + odd, request=sent)), tmp_path)

    assert (request.block, response.block) == (sent, odd)


@settings(max_examples=60, deadline=None)
@given(head=st.binary(max_size=80), payload=st.binary(max_size=400), request=st.binary(max_size=80))
def test_any_bytes_round_trip(
    tmp_path_factory: pytest.TempPathFactory, head: bytes, payload: bytes, request: bytes
) -> None:
    """Whatever bytes a server sends behind its status line are read again as they were, with the same capture."""
    block = b"HTTP/1.1 200 OK\r\n" + head.replace(b"\n", b"") + b"\r\n\r\n" + payload
    group = built(exchange(block, request=request))
    path = tmp_path_factory.mktemp("any") / "any.warc.gz"
    path.write_bytes(group.data)
    [(found, end)] = read_captures(path)

    assert (found.block, end) == (block, len(group.data))
    assert found.capture == group.placed("any.warc.gz", 0)


@settings(max_examples=60, deadline=None)
@given(text=st.text(), url=st.text())
def test_any_text_round_trip(tmp_path_factory: pytest.TempPathFactory, text: str, url: str) -> None:
    """No text in any field can end its line or forge a record."""
    values = {
        "via": f"http://example.com/{text}",
        "hops": text.strip(),
        "site": text.strip(),
        "error": f"x{text}".strip(),
    }
    group = built(exchange(b"", url=f"http://example.com/{url}", outcome="dns", ip="1.2.3.4\r\nX: y", **values))
    path = tmp_path_factory.mktemp("any") / "any.warc.gz"
    path.write_bytes(group.data)
    [(found, _)] = read_captures(path)

    assert len(list(read_records(path))) == 2
    assert replace(found.capture, ip=None) == replace(group.placed("any.warc.gz", 0), ip=None)


@pytest.mark.parametrize("block", [PAGE, GZIPPED, PAGE + b"x" * 70_000, GZIPPED.replace(b"gzip", b"br")])
def test_warcio_verifies_our_digests(block: bytes) -> None:
    """Block and payload digests are those that other WARC tools verify."""
    checked = ArchiveIterator(BytesIO(built(exchange(block)).data), check_digests=True)
    passed = []
    for record in checked:
        record.raw_stream.read()
        passed.append(record.digest_checker.passed)

    assert passed == [True, True, True]


def test_content_digest() -> None:
    """The content digest is of the payload without its codings: the same for the same page, coded or not."""
    assert built(exchange(GZIPPED)).capture.content_digest == built(exchange(PAGE)).capture.content_digest
    assert built(exchange(GZIPPED)).capture.payload_digest == sha1_digest(GZIPPED.partition(b"\r\n\r\n")[2])


@pytest.mark.parametrize("outcome", ["disconnect", "time", "length"])
def test_truncated(outcome: str, tmp_path: Path) -> None:
    """An answer that was cut says so in WARC-Truncated, and is no revisit."""
    group = built(exchange(outcome=outcome), previous=EARLIER)
    response = records_of(group, tmp_path)[1]

    assert (response.type, response.header("WARC-Truncated"), group.capture.outcome) == ("response", outcome, outcome)


def test_unchanged_page(tmp_path: Path) -> None:
    """A payload seen before is kept as a revisit with its headers, which refers to the first capture."""
    group = built(exchange(started_at=LATER, finished_at=LATER), previous=EARLIER)
    _, revisit, _ = records_of(group, tmp_path)

    assert revisit.block == b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    assert [
        (name, value) for name, value in revisit.headers if name.startswith(("WARC-Pro", "WARC-Ref", "WARC-Pay"))
    ] == [
        ("WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"),
        ("WARC-Refers-To", f"<{EARLIER.record_id}>"),
        ("WARC-Refers-To-Target-URI", EARLIER.url),
        ("WARC-Refers-To-Date", "2018-06-18T12:00:00.000005Z"),
        ("WARC-Payload-Digest", EARLIER.payload_digest),
    ]
    assert (group.capture.kind, group.capture.status, group.capture.refers_to_date) == ("revisit", 200, NOON)


@pytest.mark.fault(44)
def test_not_modified(tmp_path: Path) -> None:
    """A 304 is a revisit without an HTTP block; its head is in the metadata record."""
    head = b'HTTP/1.1 304 Not Modified\r\nETag: "\xe9\\"\r\n\r\n'
    group = built(exchange(head, started_at=LATER, finished_at=LATER), previous=EARLIER)
    _, revisit, metadata = records_of(group, tmp_path)

    assert (revisit.block, revisit.header("WARC-Payload-Digest"), revisit.content_type) == (
        b"",
        EARLIER.payload_digest,
        "",
    )
    assert revisit.header("WARC-Profile").endswith("/server-not-modified")
    assert 'responseHead: HTTP/1.1 304 Not Modified\\r\\nETag: "\u00e9\\\\"\\r\\n\\r\\n\r\n'.encode() in metadata.block
    [(found, _)] = read_captures(tmp_path / "group.warc.gz")
    assert (found.block, found.capture) == (b"", group.placed("group.warc.gz", 0))
    assert (found.capture.status, found.capture.etag) == (304, '"\u00e9\\"')


def test_revisit_of_a_revisit() -> None:
    """A revisit of a page that is a revisit itself refers to the first capture."""
    second = built(exchange(started_at=LATER, finished_at=LATER), previous=EARLIER).capture
    third = built(exchange(started_at=LATER, finished_at=LATER), previous=second).capture

    assert (third.kind, third.refers_to_url, third.refers_to_date) == ("revisit", EARLIER.url, EARLIER.captured_at)


@pytest.mark.parametrize(
    "block",
    [
        PAGE + b"other",
        b"HTTP/1.1 404 Not Found\r\n\r\n<p>news</p>",
        b"HTTP/1.1 200 OK\r\n\r\n",
    ],
)
def test_what_is_no_revisit(block: bytes) -> None:
    """Another payload, another status or an empty payload is a response."""
    assert built(exchange(block), previous=EARLIER).capture.kind == "response"


@pytest.mark.fault(44)
def test_304_out_of_the_blue() -> None:
    """A 304 for a page that was never seen is a response like any other."""
    assert built(exchange(b"HTTP/1.1 304 Not Modified\r\n\r\n")).capture.kind == "response"


@pytest.mark.parametrize("outcome", ["dns", "connect", "timeout", "tls", "robots", "blocked", "invalid"])
def test_failure(outcome: str, tmp_path: Path) -> None:
    """What could not be fetched is one metadata record with fetchError, and a capture without a status."""
    group = built(exchange(b"", request=b"", outcome=outcome, error="no\r\nluck"))
    [metadata] = records_of(group, tmp_path)
    [(found, _)] = read_captures(tmp_path / "group.warc.gz")

    assert (metadata.type, b"fetchError: no\\r\\nluck\r\n" in metadata.block) == ("metadata", True)
    assert (found.capture.kind, found.capture.outcome, found.capture.error) == ("failure", outcome, "no\r\nluck")
    assert found.capture == group.placed("group.warc.gz", 0)


@pytest.mark.parametrize("received", [b"no http", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_answer_that_is_no_http(received: bytes, tmp_path: Path) -> None:
    """What came and is no HTTP is a failure that keeps the bytes."""
    import base64

    group = built(exchange(received))
    _, metadata = records_of(group, tmp_path)

    assert (group.capture.kind, group.capture.outcome) == ("failure", "invalid")
    assert b"receivedBase64: " + base64.b64encode(received) in metadata.block


def test_masked(tmp_path: Path) -> None:
    """The metadata record says what was masked."""
    metadata = records_of(built(exchange(masked=("request:Cookie", "response:Set-Cookie"))), tmp_path)[2]

    assert b"masked: request:Cookie, response:Set-Cookie\r\n" in metadata.block


def test_note(tmp_path: Path) -> None:
    """A note is a metadata record of its own, which names what it is about."""
    path = tmp_path / "note.warc.gz"
    path.write_bytes(
        build_note("urn:pressmark:job:1", [("exit", "0\n")], at=NOON, about="urn:uuid:x", new_id=numbered_ids())
    )
    [note] = read_records(path)

    assert (note.type, note.target_uri, note.header("WARC-Refers-To"), note.block) == (
        "metadata", "urn:pressmark:job:1", "<urn:uuid:x>", b"exit: 0\\n\r\n",
    )  # fmt: skip
    assert list(read_captures(path)) == []
