"""WARC files while they grow and when they are finished, whatever stops the process."""

from __future__ import annotations

import errno
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import CheckFailed, DiskFull, PressmarkError
from archive.files import Files, StorageFailed
from archive.manifest import ManifestLine, read_manifest, sha256_of
from archive.model import Capture
from archive.warc import (
    WarcWriter,
    build_group,
    build_note,
    count_records,
    finish,
    index_lines,
    read_capture,
    read_captures,
    read_records,
    scan_members,
    unfinished,
)
from archive.warc_write import RunningDigest
from tests.archive.exchanges import NOON, exchange, numbered_ids, writer
from tests.archive.faulty_files import (
    Fault,
    FaultyFiles,
    Killed,
    input_output_error,
    kill_after,
    kill_before,
    kill_midway,
    no_room,
)

PAGES = 5
ROOT = Path(__file__).parents[2]


def page(number: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>page %d</p>" % number


@dataclass
class Crawled:
    """What a crawl knows to be on the disk."""

    synced: list[tuple[Capture, bytes]] = field(default_factory=list)


def crawl(root: Path, files: Files, crawled: Crawled) -> None:
    """Keeps five pages in files of two groups each, and syncs after each page."""
    growing = writer(root, files=files, max_bytes=2600)
    ids = numbered_ids()
    for number in range(PAGES):
        group = build_group(exchange(page(number), url=f"http://example.com/{number}"), new_id=ids)
        capture = growing.append(group)
        growing.sync()
        crawled.synced.append((capture, page(number)))
    growing.close()


BYTES = st.binary(max_size=120)
EXCHANGES = st.lists(
    st.builds(
        dict,
        response=st.one_of(BYTES, BYTES.map(lambda tail: page(1) + tail), st.just(page(2))),
        request=BYTES,
        url=st.text(max_size=20).map(lambda path: f"http://example.com/{path}"),
        outcome=st.sampled_from(["ok", "disconnect", "dns"]),
        site=st.text(max_size=8).map(str.strip),
        notes=st.sampled_from([(), ("certificate not checked",)]),
    ),
    max_size=6,
)


@settings(max_examples=50, deadline=None)
@given(asked=EXCHANGES, max_bytes=st.sampled_from([1, 3_000, 10**9]))
def test_any_exchanges_round_trip(asked: list[dict[str, Any]], max_bytes: int) -> None:
    """Whatever exchanges are written, into however many files, the same captures and bytes are read from them again."""
    with tempfile.TemporaryDirectory() as folder:
        growing = writer(Path(folder), max_bytes=max_bytes)
        written = []
        for values in asked:
            exchanged = exchange(**values)
            written.append((growing.append(build_group(exchanged)), exchanged))
        files = growing.close()
        found = [record for path in files for record, _ in read_captures(path)]

    assert [record.capture for record in found] == [capture for capture, _ in written]
    assert [record.block for record in found if record.capture.kind == "response"] == [
        exchanged.response for capture, exchanged in written if capture.kind == "response"
    ]


def recover(root: Path, files: Files) -> None:
    """Cuts torn tails off and finishes what is unfinished."""
    for path in unfinished(root):
        if path.suffix == ".open":
            scan = scan_members(path)
            assert all(scan)
            if scan.torn is not None:
                fd = files.append_to(path)
                files.truncate(fd, scan.torn.offset)
                files.close(fd)
        finish(path, files=files)


def assert_whole(root: Path, crawled: Crawled) -> None:
    archive, indexes = root / "archive", root / "indexes"
    for capture, block in crawled.synced:
        assert read_capture(archive / capture.warc, capture.offset, capture.length).block == block
    warcs = sorted(archive.iterdir()) if archive.exists() else []
    assert read_manifest(root / "MANIFEST") == {
        path.name: ManifestLine(
            name=path.name, size=path.stat().st_size, sha256=sha256_of(path), records=count_records(path)
        )
        for path in warcs
    }
    tables = sorted(indexes.iterdir()) if indexes.exists() else []
    assert [table.name for table in tables] == [f"{path.name}.cdxj" for path in warcs]
    for path, table in zip(warcs, tables, strict=True):
        assert table.read_text() == "".join(sorted(index_lines(path)))
        assert all(path.name.endswith(".warc.gz") for path in warcs)


KILLS: dict[str, Fault] = {
    "before": kill_before,
    "after": kill_after,
    "0 bytes": kill_midway(lambda _: 0),
    "1 byte": kill_midway(lambda _: 1),
    "half": kill_midway(lambda size: size // 2),
    "all but one": kill_midway(lambda size: size - 1),
}


@pytest.mark.parametrize("kind", KILLS)
@pytest.mark.fault(83, 84)
def test_killed_anywhere(kind: str, tmp_path: Path) -> None:
    """Killed at any operation on the disk, recovery misses nothing that was synced, and leaves nothing over."""
    for at in range(1, 1000):
        root, crawled = tmp_path / str(at), Crawled()
        files = FaultyFiles(at, KILLS[kind])
        with suppress(Killed):
            crawl(root, files, crawled)
        recover(root, Files())
        assert_whole(root, crawled)
        if not files.fired:
            break

    assert at > 40
    assert len(crawled.synced) == PAGES


@pytest.mark.parametrize("crash_at", range(4, 50, 5))
@pytest.mark.fault(85)
def test_killed_while_recovering(crash_at: int, tmp_path: Path) -> None:
    """Recovery itself may be killed at any operation, and goes on when it is run again."""
    crashed, crawled = tmp_path / "crashed", Crawled()
    with pytest.raises(Killed):
        crawl(crashed, FaultyFiles(crash_at, kill_midway(lambda size: size // 2)), crawled)
    for at in range(1, 100):
        root = tmp_path / str(at)
        shutil.copytree(crashed, root)
        files = FaultyFiles(at, kill_midway(lambda size: size // 2))
        with suppress(Killed):
            recover(root, files)
        recover(root, Files())
        assert_whole(root, crawled)
        if not files.fired:
            break


SILENT: dict[Fault, set[str]] = {
    input_output_error: {"", "write", "overwrite", "close"},
    # What a full disk still allows is no fault at all.
    no_room: {"", "write", "overwrite", "close", "sync", "sync_data", "sync_directory", "unlink"},
}


@pytest.mark.parametrize(("fault", "errors"), [(no_room, DiskFull), (input_output_error, StorageFailed)])
def test_failing_anywhere(fault: Fault, errors: type[PressmarkError], tmp_path: Path) -> None:
    """A disk that is full or fails at any operation ends the job with its error, and nothing that was synced is lost.

    Only the unsorted index of a growing file, which can be made again, may fail without a word.
    """
    silent = set()
    for at in range(1, 1000):
        root, crawled = tmp_path / str(at), Crawled()
        files = FaultyFiles(at, fault)
        try:
            crawl(root, files, crawled)
            silent.add(files.fired)
        except errors:
            pass
        recover(root, Files())
        assert_whole(root, crawled)
        if not files.fired:
            break

    assert silent == SILENT[fault]


@pytest.mark.fault(86)
def test_short_write(tmp_path: Path) -> None:
    """A write that does not fit leaves the file as it was, and raises DiskFull; with room again the writer goes on."""
    files = FaultyFiles()
    growing = writer(tmp_path, files=files)
    growing.append(build_group(exchange()))
    before = growing.position
    files.at, files.fault = files.count + 1, no_room
    with pytest.raises(DiskFull):
        growing.append(build_group(exchange()))
    [path] = (tmp_path / "archive").iterdir()

    assert (growing.position, path.stat().st_size) == (before, before[1])
    assert growing.append(build_group(exchange())).offset > before[1]
    assert count_records(growing.close()[0]) == 7


@pytest.mark.fault(86)
def test_file_size_limit(tmp_path: Path) -> None:
    """A real limit on the size of files ends in DiskFull with whole records."""
    code = f"""
import resource
from pathlib import Path
from tests.archive.exchanges import exchange, writer
from archive.errors import DiskFull
from archive.warc import build_group
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
growing = writer(Path({str(tmp_path)!r}))
try:
    for number in range(9):
        growing.append(build_group(exchange()))
except DiskFull:
    print(growing.position[1])
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    [path] = (tmp_path / "archive").iterdir()
    scan = scan_members(path)

    assert (path.stat().st_size, len(list(scan)) % 3, scan.torn) == (int(run.stdout), 1, None)


@pytest.mark.fault(88)
def test_failed_sync_is_final(tmp_path: Path) -> None:
    """After a failed sync the writer never syncs, writes or finishes again."""
    files = FaultyFiles()
    growing = writer(tmp_path, files=files)
    growing.append(build_group(exchange()))
    files.at, files.fault = files.count + 1, input_output_error
    with pytest.raises(StorageFailed):
        growing.sync()
    count = files.count
    for step in (growing.sync, growing.close, lambda: growing.append(build_group(exchange()))):
        with pytest.raises(StorageFailed):
            step()

    assert files.count == count


def test_file_name(tmp_path: Path) -> None:
    """A file's name says prefix, time, serial number, process and host; no other file has it."""
    growing = writer(tmp_path, max_bytes=1)
    for _ in range(2):
        growing.append(build_group(exchange()))
    again = writer(tmp_path, max_bytes=1)
    again.append(build_group(exchange()))

    assert [path.name for path in (*growing.finished, *again.finished)] == [
        "test-20180618120000000-00000-7~host.warc.gz",
        "test-20180618120000000-00001-7~host.warc.gz",
        "test-20180618120000000-00002-7~host.warc.gz",
    ]


def test_odd_prefix(tmp_path: Path) -> None:
    """A prefix cannot lead out of the archive."""
    odd = WarcWriter(tmp_path, prefix="../../a b", warcinfo={}, host="../x")
    odd.append(build_group(exchange()))

    assert odd.close()[0].parent == tmp_path / "archive"


def test_warcinfo(tmp_path: Path) -> None:
    """Each file begins with a warcinfo, whose id is known before the group is built."""
    growing = writer(tmp_path, max_bytes=1)
    for _ in range(2):
        growing.append(build_group(exchange(), warcinfo_id=growing.warcinfo_id))
    for path in growing.finished:
        warcinfo, *others = read_records(path)

        assert (warcinfo.type, warcinfo.header("WARC-Filename")) == ("warcinfo", path.name)
        assert warcinfo.block == b"software: pressmark\r\njob: job-1\r\n"
        assert {other.header("WARC-Warcinfo-ID") for other in others} == {f"<{warcinfo.record_id}>"}


def test_nothing_written(tmp_path: Path) -> None:
    """A writer that was given nothing leaves no file."""
    growing = writer(tmp_path)
    growing.sync()

    assert (growing.close(), growing.position, list(tmp_path.iterdir())) == ([], ("", 0), [])


def test_note_is_counted(tmp_path: Path) -> None:
    """A note is a record like any other in the MANIFEST."""
    growing = writer(tmp_path)
    growing.append(build_group(exchange()))
    growing.append_note(build_note("urn:pressmark:job:1", [("exit", "0")], at=NOON))
    [path] = growing.close()

    assert read_manifest(tmp_path / "MANIFEST")[path.name].records == 5


def test_tail_of_the_index(tmp_path: Path) -> None:
    """While a file grows the lines of what is synced are beside it, unsorted; at its end there is a sorted index."""
    growing = writer(tmp_path)
    for number in (2, 1):
        growing.append(build_group(exchange(page(number), url=f"http://example.com/{number}")))
        growing.sync()
    [tail] = (tmp_path / "indexes").iterdir()
    lines = tail.read_text().splitlines()
    growing.close()
    [index] = (tmp_path / "indexes").iterdir()

    assert tail.name == f"{index.name}.open"
    assert (lines, index.read_text().splitlines()) == (lines, sorted(lines))
    assert lines != sorted(lines)


def test_name_taken_twice(tmp_path: Path) -> None:
    """A finished file is never overwritten by a growing one of the same name."""
    growing = writer(tmp_path)
    growing.append(build_group(exchange()))
    [path] = growing.close()
    shutil.copy(path, path.with_name(path.name + ".open"))

    with pytest.raises(CheckFailed):
        finish(path, files=Files())


def test_promise_is_kept(tmp_path: Path) -> None:
    """A line in MANIFEST stays as it was first written, so that later damage is noticed."""
    growing = writer(tmp_path)
    growing.append(build_group(exchange()))
    [path] = growing.close()
    promised = (tmp_path / "MANIFEST").read_text()
    path.rename(path.with_name(path.name + ".open"))
    with path.with_name(path.name + ".open").open("r+b") as stream:
        stream.truncate(400)
    finish(path, files=Files())

    assert (tmp_path / "MANIFEST").read_text() == promised


def test_error_names_the_file(tmp_path: Path) -> None:
    """An error of the disk names the file and what to do."""
    with pytest.raises(StorageFailed, match="check the disk, then run the same command again"):
        crawl(tmp_path, FaultyFiles(3, input_output_error), Crawled())

    def denied(name: str, call: Callable[..., None], args: tuple[object, ...]) -> None:
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    with pytest.raises(DiskFull, match="Disk quota exceeded; make room"):
        crawl(tmp_path, FaultyFiles(3, denied), Crawled())


def test_digest_of_long_parts() -> None:
    """Long parts are hashed in a thread; the digest is that of all parts in their order."""
    parts = [bytes([n]) * size for n, size in enumerate([3, 3 << 20, 5, 1 << 20, 300 << 10, 7])]
    running = RunningDigest()
    for part in parts:
        running.update(part)

    assert running.hexdigest() == hashlib.sha256(b"".join(parts)).hexdigest()
