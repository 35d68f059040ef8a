"""Exchanges and collections for the tests of the archive."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from archive.files import Files
from archive.model import Exchange
from archive.warc import WarcWriter

NOON = datetime(2018, 6, 18, 12, 0, 0, 5, tzinfo=UTC)
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>news</p>"
GZIPPED = (
    b'HTTP/1.1 200 OK\r\nContent-Type: Text/HTML; charset=utf-8\r\nETag: "a"\r\nContent-Encoding: gzip\r\n\r\n'
    + gzip.compress(b"<p>news</p>", mtime=0)
)


def exchange(response: bytes = PAGE, *, url: str = "https://www.example.com/News/1?A=b", **changes: Any) -> Exchange:
    values: dict[str, Any] = {
        "url": url,
        "request": b"GET /News/1?A=b HTTP/1.1\r\nHost: www.example.com\r\n\r\n",
        "response": response,
        "ip": "93.184.216.34",
        "started_at": NOON,
        "finished_at": NOON + timedelta(milliseconds=120),
        "via": "https://www.example.com/",
        "hops": "L",
        "site": "example.com",
        "discovered": "link",
        "job": "job-1",
    }
    return Exchange(**(values | changes))


def numbered_ids() -> Callable[[], str]:
    """Record ids that count: urn:uuid:…0001, …0002."""
    numbers = iter(range(1, 10_000))
    return lambda: f"urn:uuid:00000000-0000-4000-8000-{next(numbers):012d}"


def writer(root: Path, *, files: Files | None = None, max_bytes: int = 10**9) -> WarcWriter:
    return WarcWriter(
        root,
        prefix="test",
        warcinfo={"software": "pressmark", "job": "job-1"},
        clock=lambda: NOON,
        max_bytes=max_bytes,
        files=files,
        new_id=numbered_ids(),
        host="host",
        pid=7,
    )
