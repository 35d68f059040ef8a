"""CDXJ lines equal those of cdxj-indexer."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from archive.cdxj import cdxj_line, write_sorted
from archive.files import Files
from archive.warc import build_group, index_lines
from tests.archive.exchanges import GZIPPED, NOON, PAGE, exchange, writer

RESPONSES = [
    PAGE,
    GZIPPED,
    b"HTTP/1.1 404 Not Found\r\nContent-Type: TEXT/html;charset=x\r\n\r\nno",
    b"HTTP/1.1 301 Moved\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Type:\r\n\r\nno type",
    b"HTTP/1.1 200 OK\nX: \xe9\r\n folded\r\nContent-Type: a/b\n\nbare line ends",
    b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
]


def test_equals_cdxj_indexer(tmp_path: Path) -> None:
    """Our index of a WARC is byte for byte that of `cdxj-indexer -s`, revisits and failures too."""
    growing = writer(tmp_path)
    for number, response in enumerate(RESPONSES):
        growing.append(build_group(exchange(response, url=f"https://www.example.com/B%20{number % 2}?Z=1&a={number}")))
    first = growing.append(build_group(exchange(PAGE)))
    later = {"started_at": NOON + timedelta(days=1), "finished_at": NOON + timedelta(days=1)}
    growing.append(build_group(exchange(PAGE, **later), previous=first))
    growing.append(build_group(exchange(b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n", **later), previous=first))
    growing.append(build_group(exchange(b"", outcome="dns", error="no such host")))
    growing.append(build_group(exchange(PAGE, url="http://127.0.0.1:8080/\u00e9?q=\u20ac a")))
    [warc] = growing.close()
    indexer = Path(sys.executable).with_name("cdxj-indexer")
    run = subprocess.run([indexer, "-s", warc], capture_output=True, text=True, check=True)
    ours = (tmp_path / "indexes" / f"{warc.name}.cdxj").read_text()

    assert ours == run.stdout
    assert ours.count("\n") == len(RESPONSES) + 4
    assert "".join(sorted(index_lines(warc))) == ours


def test_line() -> None:
    """A line is key, time to the second, and where the record lies."""
    group = build_group(exchange())
    key, timestamp, fields = cdxj_line(group.placed("a.warc.gz", 100), group.index_mime).split(" ", 2)

    assert (key, timestamp) == ("com,example)/news/1?a=b", "20180618120000")
    assert json.loads(fields) == {
        "url": "https://www.example.com/News/1?A=b",
        "mime": "text/html",
        "status": "200",
        "digest": group.capture.payload_digest,
        "length": str(group.capture.length),
        "offset": str(100 + group.capture.offset),
        "filename": "a.warc.gz",
    }


def test_write_sorted(tmp_path: Path) -> None:
    """Lines are sorted bytewise and written once."""
    write_sorted(tmp_path / "i.cdxj", ["b\n", "\u00e9\n", "a\n", "", "b\n", "Z\n"], Files())

    assert (tmp_path / "i.cdxj").read_bytes() == "Z\na\nb\n\u00e9\n".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["i.cdxj"]
