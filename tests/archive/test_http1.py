"""HTTP/1 messages as browsers read them."""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
import sys
import zlib
from pathlib import Path

import brotli
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import http1
from archive.http1 import NotHttp, parse_request_head, parse_response, strip_interim

REPLIES = Path(__file__).parents[3] / "shared/corpora/http_replies.jsonl"
TEXT = b"<p>" + b"news " * 200 + b"</p>"


def response(*headers: bytes, payload: bytes = TEXT) -> http1.HttpMessage:
    return parse_response(b"\r\n".join((b"HTTP/1.1 200 OK", *headers, b"", payload)))


def chunked(content: bytes, size: int = 100) -> bytes:
    pieces = (content[i : i + size] for i in range(0, len(content), size))
    return b"".join(b"%x;ext=1\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\nTrailer: x\r\n\r\n"


@pytest.mark.parametrize(
    ("block", "status", "headers", "payload"),
    [
        (b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nx", 200, (("A", "b"),), b"x"),
        (b"HTTP/1.1 200 OK\nA: b\n\nx", 200, (("A", "b"),), b"x"),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\nx", 200, (("A", "b c"),), b"x"),
        (b"HTTP/1.1 200 OK\r\nno colon\r\nA: b\r\n\r\nx", 200, (("A", "b"),), b"x"),
        (b"HTTP/1.1 200 OK\r\nA: caf\xe9\r\na: 2\r\n\r\n", 200, (("A", "caf\u00e9"), ("a", "2")), b""),
        (b"HTTP/1.1 200 OK\n\nx", 200, (), b"x"),
        (b"HTTP/1.1 200\r\n\r\n\r\nx", 200, (), b"\r\nx"),
        (b"http/1.0 404Not Found\r\n\r\n", 404, (), b""),
        (b"HTTP/2 99999 Odd\r\n\r\n", 999, (), b""),
        (b"HTTP/1.1 7 Odd\r\n\r\n", 100, (), b""),
        (b"HTTP/1.1 " + b"9" * 100 + b"\r\n\r\n", 999, (), b""),
        (b"HTTP/1.1 200 OK\r\nA: b", 200, (("A", "b"),), b""),
    ],
)
@pytest.mark.fault(34, 35)
def test_odd_heads(block: bytes, status: int, headers: tuple[tuple[str, str], ...], payload: bytes) -> None:
    """A head is read as browsers read it, whatever its line ends, folds and codes."""
    message = parse_response(block)

    assert (message.status, message.headers, message.payload) == (status, headers, payload)


@pytest.mark.parametrize(
    "block", [b"", b"<html>", b"\x00\x00", b"ICY 200 OK\r\n\r\n", b"HTTP/1.1 OK\r\n\r\n", b"SSH-2.0-x\r\n"]
)
def test_what_is_no_http(block: bytes) -> None:
    """Bytes without a status line, as HTTP/0.9 has none, are no message."""
    with pytest.raises(NotHttp):
        parse_response(block)


def test_defects_are_named() -> None:
    """What had to be overlooked in a head is told."""
    assert parse_response(b"HTTP/1.1 1000 X\r\nno colon\r\n").defects == (
        "1 header lines without a colon, the first 'no colon'",
        "the header block does not end",
        "status 1000",
    )


@pytest.mark.parametrize(
    ("value", "mime", "charset"),
    [
        (b'Text/HTML; Charset="UTF-8"', "text/html", "utf-8"),
        (b"text/html;charset=iso-8859-1;x=y", "text/html", "iso-8859-1"),
        (b"text/xml, text/html", "text/xml", ""),
        (b"", "", ""),
    ],
)
def test_content_type(value: bytes, mime: str, charset: str) -> None:
    """Media type and charset come from the Content-Type, in lower case."""
    message = response(b"Content-Type: " + value)

    assert (message.mime, message.charset) == (mime, charset)


CODED = {
    "identity": TEXT,
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT[:50]) + gzip.compress(TEXT[50:]) + b"\0padding",
    "deflate": zlib.compress(TEXT),
    "Deflate": zlib.compress(TEXT)[2:-4],
    "br": brotli.compress(TEXT),
    "zstd": zstd.compress(TEXT[:50]) + zstd.compress(TEXT[50:]),
    "gzip, br": brotli.compress(gzip.compress(TEXT)),
    "gzip, deflate, zstd": zstd.compress(zlib.compress(gzip.compress(TEXT))),
}


@pytest.mark.parametrize("coding", CODED)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_codings_are_removed(coding: str, is_chunked: bool) -> None:
    """Content is what is left when transfer and content codings are removed."""
    payload = chunked(CODED[coding]) if is_chunked else CODED[coding]
    headers = [b"Content-Encoding: " + coding.encode(), b"Transfer-Encoding: chunked" if is_chunked else b"X: y"]
    message = response(*headers, payload=payload)

    assert (message.entity(), message.content(), message.decoded().defects) == (CODED[coding], TEXT, ())


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "unheard-of"])
@pytest.mark.fault(26)
def test_wrong_coding(coding: str) -> None:
    """Bytes that are not in the coding that the header claims are given as they are, with a defect."""
    decoded = response(b"Content-Encoding: " + coding.encode()).decoded()

    assert (decoded.content, len(decoded.defects)) == (TEXT, 1)


def test_wrong_transfer_coding() -> None:
    """A body that says chunked and is not is given as it is, with a defect."""
    decoded = response(b"Transfer-Encoding: chunked").decoded()

    assert (decoded.content, decoded.defects) == (TEXT, ("not chunked, though the header says so",))


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
@pytest.mark.fault(27)
def test_torn_stream(coding: str) -> None:
    """Of a torn stream there is what could be decoded, and a defect."""
    noise = b"".join(b"%d %d\n" % (i, i * i * 7919 % 10007) for i in range(20_000))
    coded = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstd.compress}[coding](
        noise
    )
    decoded = response(b"Content-Encoding: " + coding.encode(), payload=coded[: len(coded) * 3 // 4]).decoded()

    assert decoded.defects == (f"{coding} stream ends early",)
    assert noise.startswith(decoded.content)
    assert len(decoded.content) > 1000


def test_torn_chunks() -> None:
    """Of a torn chunked body there is what came."""
    decoded = response(b"Transfer-Encoding: chunked", payload=chunked(TEXT)[:500]).decoded()

    assert TEXT.startswith(decoded.content)
    assert (len(decoded.content) > 400, decoded.defects) == (True, ("chunks end early",))


@pytest.mark.fault(25)
def test_too_many_codings_are_left_on() -> None:
    """More than three codings are not taken off."""
    decoded = response(b"Content-Encoding: gzip, gzip, gzip, gzip").decoded()

    assert (decoded.content, decoded.defects) == (TEXT, ("4 content codings, left on",))


def test_limit() -> None:
    """Content is cut at the limit, and says so."""
    decoded = response(b"Content-Encoding: gzip", payload=gzip.compress(TEXT)).decoded(100)

    assert (decoded.content, decoded.cut) == (TEXT[:100], True)


BOMBS = """
import gzip, resource, sys, zlib
import brotli
from backports import zstd
from archive.http1 import parse_response

def pieces(begin):
    packer = begin()
    pack = packer.process if hasattr(packer, "process") else packer.compress
    yield from (pack(bytes(1 << 20)) for _ in range(400))
    yield packer.finish() if hasattr(packer, "finish") else packer.flush()

def bomb(begin): return b"".join(pieces(begin))
GZIP = bomb(lambda: zlib.compressobj(1, 8, 31))
bombs = {
    "gzip": GZIP, "deflate": bomb(lambda: zlib.compressobj(1)), "br": bomb(lambda: brotli.Compressor(quality=1)),
    "zstd": bomb(lambda: zstd.ZstdCompressor()), "gzip, gzip": gzip.compress(GZIP),
    "gzip, gzip, br": brotli.compress(gzip.compress(GZIP)),
}
for coding, payload in bombs.items():
    parse_response(b"HTTP/1.1 200 OK\\r\\nContent-Encoding: gzip\\r\\n\\r\\n" + gzip.compress(b"x")).content()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for coding, payload in bombs.items():
    message = parse_response(f"HTTP/1.1 200 OK\\r\\nContent-Encoding: {coding}\\r\\n\\r\\n".encode() + payload)
    decoded = message.decoded()
    assert len(decoded.content) == 32 << 20 and decoded.cut, coding
    del decoded
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.fault(20, 21, 22, 23, 24)
def test_bombs() -> None:
    """A bomb of any coding, nested too, costs at most 96 MiB of memory."""
    run = subprocess.run([sys.executable, "-c", BOMBS], capture_output=True, text=True, check=True)

    assert int(run.stdout) < 96 * 1024


@pytest.mark.fault(28)
def test_tiny_chunks_end() -> None:
    """Chunks of one byte are joined up to a fixed number of them."""
    decoded = response(b"Transfer-Encoding: chunked", payload=b"1\r\nx\r\n" * (http1.MAX_CHUNKS + 5)).decoded()

    assert (len(decoded.content), decoded.defects) == (http1.MAX_CHUNKS, ("more than 500000 chunks, cut there",))


def test_endless_head() -> None:
    """Of an endless head only the first part is read, and it says so."""
    message = parse_response(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 100_000)

    assert len(message.headers) < 50_000
    assert message.defects == ("header block of 600000 bytes, read to 262144", "the header block does not end")


@pytest.mark.parametrize(
    ("wire", "final"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx", b"HTTP/1.1 200 OK\r\n\r\nx"),
        (b"HTTP/1.1 102 P\n\nHTTP/1.1 103 E\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"),
        (
            b"HTTP/1.1 101 Switching\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 101 Switching\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        ),
        (b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 100 C\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 100 C\r\n\r\n"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b""),
        (b"no http", b"no http"),
    ],
)
def test_strip_interim(wire: bytes, final: bytes) -> None:
    """Interim replies before the final one are removed, 101 is final, and nothing else is touched."""
    assert strip_interim(wire) == final


def test_request_head() -> None:
    """The head of a request says method, target, version and headers."""
    head = parse_request_head(b"GET /a?b=c d HTTP/1.1\r\nHost: example.com\r\n\r\nbody")

    assert (head.method, head.target, head.version, head.headers) == (
        "GET", "/a?b=c d", "HTTP/1.1", (("Host", "example.com"),),
    )  # fmt: skip


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(tail: bytes) -> None:
    """Whatever stands behind a status line is read without an error, and the payload is its end."""
    message = parse_response(b"HTTP/1.1 200 OK\r\n" + tail)

    assert tail.endswith(message.payload)
    assert isinstance(message.content(), bytes)


NO_HTTP = {
    "21", "23", "1247", "1548",  # nothing was sent
    "66", "1144", "1164",  # HTTP/0.9: a body without a head
    "1430",  # the status code is negative
}  # fmt: skip


@pytest.mark.skipif(not REPLIES.exists(), reason="../shared is not there")
@pytest.mark.fault(17, 18, 19)
def test_public_replies() -> None:
    """Each raw reply of curl's test suite is a message, but for those without an HTTP head."""
    refused = set()
    for line in REPLIES.read_text().splitlines():
        reply = json.loads(line)
        try:
            parse_response(strip_interim(base64.b64decode(reply["reply_base64"]))).decoded()
        except NotHttp:
            refused.add(reply["id"])

    assert refused == NO_HTTP
