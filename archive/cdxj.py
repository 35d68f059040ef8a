"""CDXJ lines, by which pywb and other replay tools find captures: the same that `cdxj-indexer -s` writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from archive.files import Files, replace_file
from archive.http1 import HttpMessage
from archive.model import Capture
from archive.urlkey import cdx_key


def cdxj_line(capture: Capture, mime: str | None = None) -> str:
    """The line for a response or revisit, with its line end; empty for what replay tools need not see.

    That are failures, and conversions: they replay the response, scripts and all.

    *mime* is the Content-Type as it came, where its case is known; without it the capture's own is taken.
    """
    if capture.kind in {"failure", "conversion"}:
        return ""
    fields = {"url": capture.url}
    if capture.kind == "revisit":
        fields["mime"] = "warc/revisit"
    elif mime is not None or capture.mime:
        fields["mime"] = capture.mime if mime is None else mime
    if capture.status is not None and not (capture.kind == "revisit" and capture.status == 304):
        fields["status"] = str(capture.status)  # a 304 revisit has no HTTP block, so that indexers see no status
    fields |= {
        "digest": capture.payload_digest,
        "length": str(capture.length),
        "offset": str(capture.offset),
        "filename": capture.warc,
    }
    return f"{cdx_key(capture.url)} {capture.captured_at:%Y%m%d%H%M%S} {json.dumps(fields)}\n"


def index_mime(message: HttpMessage) -> str | None:
    """The Content-Type as cdxj-indexer writes it: its first word, case kept; None when there is none."""
    value = next((value for name, value in message.headers if name.lower() == "content-type"), None)
    return value and re.split(r"[;\s]", value, maxsplit=1)[0]


def sorted_lines(lines: Iterable[str]) -> list[bytes]:
    """The lines of an index as they stand in its file: sorted bytewise, without repetition."""
    return sorted({line.encode("utf-8", "backslashreplace") for line in lines if line})


def write_sorted(path: Path, lines: Iterable[str], files: Files) -> None:
    """Writes *lines* to *path*, sorted bytewise, without repetition, whole or not at all."""
    encoded = sorted_lines(lines)
    replace_file(files, path, [b"".join(encoded)] if encoded else [])
