"""Where a reply ends, whatever the pieces in which it comes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.framing import Limits, Reply

SMALL = Limits(body=1000, head=2000, lines=50, interim=3, chunk_line=100, chunks=30)

WHOLE = {
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "no-body": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "same-length-twice": b"HTTP/1.1 200 OK\r\nContent-Length: 5, 05\r\nContent-Length: 5\r\n\r\nhello",
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "304-with-length": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 700\r\n\r\n",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    "chunk-extensions-and-trailers": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'5;name="a;b" ; x\r\nhello\r\n0;last\r\nExpires: never\r\nX-Sum: 1\r\n\r\n',
    "chunks-with-bare-lf": b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello\n0\n\n",
    "gzip-then-chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nxy\r\n0\r\n\r\n",
    "codings-on-two-lines": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nTRANSFER-ENCODING: Chunked\r\n\r\n"
    b"0\r\n\r\n",
    "interim-100-and-103": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "bare-lf": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
    "folded": b"HTTP/1.1 200 OK\r\nX-Long: one\r\n two\r\n\tthree\r\nContent-Length:\r\n 2\r\n\r\nok",
    "latin-1-and-no-colon": b"HTTP/1.1 200 OK\r\nX-Name: Jos\xe9\r\nX-Bytes: \xff\xfe\r\nno colon here\r\n"
    b"Content-Length: 2\r\n\r\nok",
    "lower-case-names": b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n\r\nok",
    "no-reason": b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
    "status-999": b"HTTP/1.1 999 Request denied\r\nContent-Length: 2\r\n\r\nok",
}
"""Replies that say themselves where they end."""

UNTIL_CLOSE = {
    "no-length": b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\nall until the end",
    "http-1.0": b"HTTP/1.0 200 OK\r\n\r\nold",
    "gzip-coding-alone": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n\x1f\x8b and so on",
    "identity": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nplain",
    "no-blank-line-behind-trailers": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"2\r\nok\r\n0\r\nX-Sum: 1\r\n",
}
"""Replies that end with the connection."""

REFUSED = {
    "not-http": b"<html>no headers</html>",
    "http-0.9-zeroes": b"\0" * 50,
    "status-negative": b"HTTP/1.1 -12 OK\r\n\r\n",
    "status-single-digit": b"HTTP/1.1 2 OK\r\n\r\n",
    "status-zero": b"HTTP/1.1 000 OK\r\n\r\n",
    "status-of-100-digits": b"HTTP/1.1 " + b"2" * 100 + b" OK\r\n\r\n",
    "101-not-asked-for": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
    "length-negative": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "length-2^65": b"HTTP/1.1 200 OK\r\nContent-Length: 36893488147419103232\r\n\r\n",
    "length-with-plus": b"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
    "length-of-words": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
    "two-lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "length-and-chunked": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "interim-without-end": b"HTTP/1.1 103 Early Hints\r\n\r\n" * 4,
    "too-many-header-bytes": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 2000,
    "too-many-header-lines": b"HTTP/1.1 200 OK\r\n" + b"a:\r\n" * 60 + b"\r\n",
}
"""Replies that no two readers need read alike, or that are none."""

TORN = {
    "short-body": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhell",
    "inside-a-chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhel",
    "between-chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
    "inside-the-headers": b"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Ty",
    "chunk-size-is-no-number": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n",
    "chunk-longer-than-its-size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokay\r\n0\r\n\r\n",
    "endless-trailers": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n" + b"a: b\r\n" * 40,
    "tiny-chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 31,
    "endless-chunk-size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;" + b"x" * 200,
}
"""Replies that break off behind the status line."""


def whole(wire: bytes, method: bytes = b"GET", limits: Limits = SMALL) -> Reply:
    reply = Reply(method, limits)
    reply.feed(wire)
    return reply


@pytest.mark.parametrize("wire", WHOLE.values(), ids=WHOLE)
def test_complete(wire: bytes) -> None:
    """A reply that says where it ends is over there, and its bytes are as they came."""
    reply = whole(wire)

    assert (reply.outcome, bytes(reply.wire), reply.reusable) == ("ok", wire, True)


@pytest.mark.parametrize("wire", WHOLE.values(), ids=WHOLE)
def test_what_follows_is_not_part_of_it(wire: bytes) -> None:
    """Bytes behind the end belong to no reply, and the connection is not used again."""
    reply = whole(wire + b"HTTP/1.1 200 OK\r\n\r\nsmuggled")

    assert (reply.outcome, bytes(reply.wire), reply.reusable) == ("ok", wire, False)


@pytest.mark.parametrize("wire", UNTIL_CLOSE.values(), ids=UNTIL_CLOSE)
def test_until_close(wire: bytes) -> None:
    """A reply without a length is over when the connection is closed, and not before."""
    reply = whole(wire)
    open_still = reply.over
    reply.closed()

    assert (open_still, reply.outcome, bytes(reply.wire), reply.reusable) == (False, "ok", wire, False)


@pytest.mark.parametrize("wire", REFUSED.values(), ids=REFUSED)
@pytest.mark.fault(32, 35, 36)
def test_refused(wire: bytes) -> None:
    """What is no reply, or an ambiguous one, is `invalid` at once; what came is kept up to the limit."""
    reply = whole(wire)

    assert (reply.outcome, bytes(reply.wire), reply.reason != "") == ("invalid", wire[: SMALL.head], True)


@pytest.mark.parametrize("wire", TORN.values(), ids=TORN)
@pytest.mark.fault(29)
def test_torn(wire: bytes) -> None:
    """A reply that breaks off is kept as far as it came, as `disconnect`."""
    reply = whole(wire)
    reply.closed()

    assert (reply.outcome, bytes(reply.wire), reply.reason != "") == ("disconnect", wire, True)


@given(
    wire=st.sampled_from([*WHOLE.values(), *UNTIL_CLOSE.values(), *TORN.values()]),
    cuts=st.lists(st.integers(0, 400), max_size=12),
)
def test_pieces_do_not_matter(wire: bytes, cuts: list[int]) -> None:
    """However the network cuts a reply up, it ends alike."""
    places = sorted({0, len(wire), *(cut for cut in cuts if cut < len(wire))})
    reply = Reply(b"GET", SMALL)
    for start, end in pairwise(places):
        if not reply.over:
            reply.feed(wire[start:end])
    reply.closed()
    once = whole(wire)
    once.closed()

    assert (reply.outcome, reply.status, reply.payload) == (once.outcome, once.status, once.payload)


@given(st.binary(max_size=400), st.integers(1, 50))
def test_any_bytes(noise: bytes, size: int) -> None:
    """Whatever bytes come, a reply ends, holds no byte that did not come, and none is lost before its end."""
    reply = Reply(b"GET", SMALL)
    wire = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + noise
    for at in range(0, len(wire), size):
        if not reply.over:
            reply.feed(wire[at : at + size])
    reply.closed()

    assert reply.over
    assert wire.startswith(bytes(reply.wire))


@pytest.mark.parametrize(
    ("wire", "payload"),
    [
        (WHOLE["length"], b"hello"),
        (WHOLE["chunks"], b"abcde"),
        (WHOLE["interim-100-and-103"], b"ok"),
        (TORN["inside-a-chunk"], b"hel"),
        (TORN["short-body"], b"hell"),
        (TORN["inside-the-headers"], b""),
    ],
)
def test_payload(wire: bytes, payload: bytes) -> None:
    """The payload is the body without its chunks, also when it breaks off."""
    reply = whole(wire)
    reply.closed()

    assert reply.payload == payload


@given(wire=st.sampled_from(list(REFUSED.values())), size=st.integers(1, 40))
def test_refused_in_pieces(wire: bytes, size: int) -> None:
    """A reply that is refused is refused in whatever pieces it comes, and as soon as it can be told."""
    reply = Reply(b"GET", SMALL)
    for at in range(0, len(wire), size):
        if not reply.over:
            reply.feed(wire[at : at + size])

    assert (reply.outcome, wire.startswith(bytes(reply.wire))) == ("invalid", True)


def test_head_has_no_body() -> None:
    """The reply to HEAD ends with its headers, whatever length they tell."""
    reply = whole(b"HTTP/1.1 200 OK\r\nContent-Length: 700\r\n\r\n", b"HEAD")

    assert (reply.outcome, reply.reusable) == ("ok", True)


@pytest.mark.parametrize("field", [b"Connection: close", b"connection: x, Close"])
def test_connection_close(field: bytes) -> None:
    """A connection that the server wants closed is not used again."""
    assert not whole(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + field + b"\r\n\r\n").reusable


@pytest.mark.parametrize(
    ("wire", "kept"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + b"x" * 1001, 0),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1500, 1000),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5dc\r\n" + b"x" * 1500 + b"\r\n0\r\n\r\n", 1000),
    ],
    ids=["announced", "without-length", "chunked"],
)
def test_body_limit(wire: bytes, kept: int) -> None:
    """A body beyond the limit is cut there as `length`; one that is announced as too long is not read at all."""
    reply = whole(wire)

    assert (reply.outcome, len(reply.wire) - reply.body_at) == ("length", kept)


def test_body_at_the_limit() -> None:
    """A body of just the limit is complete."""
    assert whole(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000).outcome == "ok"


@pytest.mark.parametrize(
    ("come", "outcome"), [(b"", "timeout"), (b"HTTP/1.1 2", "timeout"), (WHOLE["length"][:-2], "time")]
)
def test_deadline(come: bytes, outcome: str) -> None:
    """A deadline makes `time` of a reply that has begun, and `timeout` of one that has not."""
    reply = whole(come)
    reply.cut("time", "timeout", "the deadline passed")

    assert (reply.outcome, bytes(reply.wire)) == (outcome, come)


def test_bytes_behind_a_cut_are_ignored_by_its_end() -> None:
    """A reply that is over stays as it is."""
    reply = whole(WHOLE["length"])
    reply.closed("reset")
    reply.cut("time", "timeout", "late")

    assert (reply.outcome, reply.reason) == ("ok", "")
