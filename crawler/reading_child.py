"""The program of a reading child: reads records out of WARC files for the crawl, so that no page can hurt the crawl.

It is spawned, shares nothing with its parent but two pipes, and dies with it. It takes frames (four bytes of
length, then JSON) with the place of a record on stdin and answers each, in order, with the reading on stdout.
A page may use so much CPU time and the child so much memory; past that the kernel ends the child, and the
parent knows which page it was.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import signal
import struct
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from importlib import import_module
from itertools import starmap
from operator import attrgetter
from pathlib import Path
from typing import IO, Any

from archive.model import (
    Article,
    Capture,
    Entry,
    Evidence,
    Image,
    Link,
    Listing,
    NotAnArticle,
    Reading,
    Unreadable,
    instant,
    parse_instant,
)
from archive.warc_read import CapturedRecord, read_capture

LENGTH = struct.Struct(">I")
_PR_SET_PDEATHSIG = 1
_LARGE = 1 << 20
_INSTANTS = ("captured_at", "refers_to_date")


def capture_to_json(capture: Capture) -> dict[str, Any]:
    """A capture as plain values; `capture_from_json` gives the same capture back."""
    plain = {f.name: getattr(capture, f.name) for f in fields(capture)}
    return plain | {name: instant(plain[name]) for name in _INSTANTS if plain[name] is not None}


def capture_from_json(plain: dict[str, Any]) -> Capture:
    """The capture that `capture_to_json` wrote."""
    return Capture(**plain | {name: parse_instant(plain[name]) for name in _INSTANTS if plain[name] is not None})


# The parts of a reading go as rows without names, and are made without a dict for each: a third of the cost, and there
# are hundreds of links on a page. A test sees to it that no field is missing here.
def _row_of(part: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    return attrgetter(*(f.name for f in fields(part)))


def _from_row(part: type[Any]) -> Callable[..., Any]:
    names = [f.name for f in fields(part)]
    return lambda *row: part(**dict(zip(names, row, strict=True)))


_PARTS: dict[str, tuple[Callable[[Any], tuple[Any, ...]], Callable[..., Any]]] = {
    "links": (tuple, Link),
    "entries": (_row_of(Entry), _from_row(Entry)),
    "evidence": (_row_of(Evidence), _from_row(Evidence)),
    "images": (_row_of(Image), _from_row(Image)),
}
_READINGS: dict[str, type[Any]] = {kind.__name__: kind for kind in (Article, Listing, NotAnArticle, Unreadable)}
_FIELDS = {name: tuple(f.name for f in fields(kind) if f.init) for name, kind in _READINGS.items()}


def reading_to_rows(reading: Reading) -> list[Any]:
    """A reading as plain values in the order of its fields; `reading_from_rows` gives the same reading back."""
    name = type(reading).__name__
    values = []
    for field in _FIELDS[name]:
        value = getattr(reading, field)
        values.append([_PARTS[field][0](part) for part in value] if field in _PARTS else value)
    return [name, *values]


def reading_from_rows(rows: list[Any]) -> Reading:
    """The reading that `reading_to_rows` wrote."""
    name = rows[0]
    values = {}
    for field, value in zip(_FIELDS[name], rows[1:], strict=True):
        if field in _PARTS:
            values[field] = tuple(starmap(_PARTS[field][1], value))
        else:
            values[field] = tuple(value) if isinstance(value, list) else value
    reading: Reading = _READINGS[name](**values)
    return reading


def record_path(archive_dir: Path, warc: str) -> Path:
    """Where the file lies now: `.open` while it is written, under its own name afterwards."""
    unfinished = archive_dir / f"{warc}.open"
    return unfinished if unfinished.exists() else archive_dir / warc


def record_of(archive_dir: Path, capture: Capture) -> CapturedRecord:
    """The record of a capture, read from its WARC; the capture is the one that was given."""
    try:
        path = record_path(archive_dir, capture.warc)
        record = read_capture(path, capture.offset, capture.length)
    except FileNotFoundError:  # finished and renamed between the two looks
        record = read_capture(archive_dir / capture.warc, capture.offset, capture.length)
    return replace(record, capture=capture)


def frames(pipe: IO[bytes]) -> Iterator[Any]:
    """The JSON values that come through a pipe, until its end."""
    while len(head := pipe.read(LENGTH.size)) == LENGTH.size:
        (size,) = LENGTH.unpack(head)
        yield json.loads(pipe.read(size))


def frame(value: object) -> bytes:
    """A JSON value as it goes through a pipe."""
    text = json.dumps(value, ensure_ascii=False, check_circular=False).encode("utf-8", "surrogatepass")
    return LENGTH.pack(len(text)) + text


def collect_seldom() -> None:
    """Look for garbage in cycles after 20,000 new objects, not after 700, and not in what is there already.

    Nearly all that a page makes is freed without it; the search took a tenth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def main() -> None:
    """Read records until the parent closes the pipe."""
    orders = json.loads(sys.argv[1])
    _die_with(orders["parent"])
    for sent_to_all in (signal.SIGINT, signal.SIGTERM):
        # meant for the crawl, which ends us when it has what it waits for
        signal.signal(sent_to_all, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a library prints must not stand between the frames
    resource.setrlimit(resource.RLIMIT_DATA, (orders["memory"], orders["memory"]))
    reader = _load(orders["reader"])()
    _send(answers, {"reader": reader.id})
    collect_seldom()
    for order in frames(sys.stdin.buffer):
        signal.setitimer(signal.ITIMER_PROF, orders["cpu_seconds"])  # SIGPROF ends us by default
        capture = capture_from_json(order)
        answer = _answer(reader.read, Path(orders["archive"]), capture)
        signal.setitimer(signal.ITIMER_PROF, 0)
        _send(answers, answer)
        if capture.length > _LARGE:
            gc.collect()  # what such a page leaves behind is few objects, and much memory


def _answer(read: Callable[[CapturedRecord], Reading], archive_dir: Path, capture: Capture) -> dict[str, Any]:
    try:
        reading = read(record_of(archive_dir, capture))
        # a reader that catches everything has caught this too, and would read the page where there is more memory
        if not (isinstance(reading, Unreadable) and "MemoryError" in reading.reason):
            return {"reading": reading_to_rows(reading)}
    except MemoryError:
        pass
    except Exception as bug:  # noqa: BLE001  the boundary: a page that the reader cannot take is a recorded fact
        traceback.print_exc()
        return {"aborted": f"{type(bug).__name__}: {bug}"}
    return {"aborted": "needs more memory than a page may have"}


def _send(pipe: IO[bytes], value: object) -> None:
    rest = memoryview(frame(value))
    while rest:
        rest = rest[pipe.write(rest) :]


def _die_with(parent: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        sys.exit(1)


def _load(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)


if __name__ == "__main__":
    main()
