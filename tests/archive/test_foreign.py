"""Files that others wrote, taken into the archive."""

from __future__ import annotations

import gzip
import random
from contextlib import suppress
from pathlib import Path

import pytest

from archive.flaws import noted_flaws
from archive.foreign import take_in
from archive.manifest import read_manifest, sha256_of
from archive.warc import index_lines, read_captures, read_records
from tests.archive.exchanges import PAGE
from tests.archive.faulty_files import (
    Fault,
    FaultyFiles,
    Killed,
    input_output_error,
    kill_after,
    kill_before,
    kill_midway,
)
from tests.archive.test_warc_read import WARCS, record

RECORDS = [record("response", PAGE + b"x" * n, name=str(n)) for n in range(3)]
GOOD = b"".join(map(gzip.compress, RECORDS))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "collection" / "archive"


def source(tmp_path: Path, content: bytes, name: str = "a.warc.gz") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def assert_entered(archive: Path, name: str) -> None:
    """The file has its line in MANIFEST and its index, and nothing is left over."""
    path = archive / name
    line = read_manifest(archive.parent / "MANIFEST")[name]
    assert (line.size, line.sha256) == (path.stat().st_size, sha256_of(path))
    assert (archive.parent / "indexes" / f"{name}.cdxj").read_text() == "".join(sorted(index_lines(path)))
    assert [each.name for each in archive.iterdir()] == [name]


@pytest.mark.parametrize("link", [True, False])
@pytest.mark.parametrize(("name", "content"), [("a.warc.gz", GOOD), ("a b.warc", b"".join(RECORDS))])
def test_taken_as_it_is(tmp_path: Path, archive: Path, name: str, content: bytes, link: bool) -> None:
    """A good file is linked or copied, byte for byte, gzip or not."""
    path = source(tmp_path, content, name)
    taken = take_in(path, archive, link=link)

    assert (taken.path, taken.records, taken.responses, taken.captures, taken.refused) == (archive / name, 3, 3, 3, ())
    assert (archive / name).read_bytes() == content
    assert path.samefile(archive / name) == link
    assert_entered(archive, name)


def test_no_links(tmp_path: Path, archive: Path) -> None:
    """Where files cannot be linked they are copied."""
    path = source(tmp_path, GOOD)
    files = FaultyFiles(3, input_output_error)
    take_in(path, archive, files=files)

    assert files.fired == "link"

    assert (archive / "a.warc.gz").read_bytes() == GOOD
    assert not path.samefile(archive / "a.warc.gz")


def test_symbolic_link(tmp_path: Path, archive: Path) -> None:
    """Of a symbolic link the file behind it is taken."""
    path = tmp_path / "a.warc.gz"
    path.symlink_to(source(tmp_path, GOOD, "b.warc.gz"))
    take_in(path, archive)

    assert not (archive / "a.warc.gz").is_symlink()
    assert (archive / "a.warc.gz").read_bytes() == GOOD


def test_taken_twice(tmp_path: Path, archive: Path) -> None:
    """A file that is there already is left alone and said to be there."""
    path = source(tmp_path, GOOD)
    take_in(path, archive)
    taken = take_in(path, archive)

    assert (taken.was_there, taken.records, taken.path) == (True, 3, archive / "a.warc.gz")
    assert_entered(archive, "a.warc.gz")


def test_other_bytes(tmp_path: Path, archive: Path) -> None:
    """Another file under a name that is taken is refused, and the first stays."""
    take_in(source(tmp_path, GOOD), archive, link=False)
    taken = take_in(source(tmp_path, gzip.compress(RECORDS[0])), archive)

    assert taken.path is None
    assert "is there already and differs" in taken.refused[0]
    assert (archive / "a.warc.gz").read_bytes() == GOOD


def test_single_member(tmp_path: Path, archive: Path) -> None:
    """A file compressed as one member is rewritten, so that each record can be found; taken again, it is there."""
    path = source(tmp_path, gzip.compress(b"".join(RECORDS)))
    taken = take_in(path, archive)
    again = take_in(path, archive)

    assert (taken.rewritten, taken.records, taken.captures, taken.refused) == (True, 3, 3, ())
    assert gzip.decompress((archive / "a.warc.gz").read_bytes()) == b"".join(RECORDS)
    assert [found.capture.record_id for found, _ in read_captures(archive / "a.warc.gz")] == [
        f"urn:uuid:{n}" for n in range(3)
    ]
    assert (again.was_there, again.rewritten, again.refused) == (True, True, ())
    assert_entered(archive, "a.warc.gz")


def test_records_over_many_members(tmp_path: Path, archive: Path) -> None:
    """A file whose members end anywhere is rewritten too."""
    whole = b"".join(RECORDS)
    taken = take_in(
        source(tmp_path, b"".join(gzip.compress(whole[n : n + 100]) for n in range(0, len(whole), 100))), archive
    )

    assert (taken.rewritten, taken.records, taken.refused) == (True, 3, ())


def test_torn_file(tmp_path: Path, archive: Path) -> None:
    """Of a torn file the whole records are taken and the tail is told; its bytes stay as they came."""
    taken = take_in(source(tmp_path, GOOD[:-7]), archive)
    offset = len(GOOD) - len(gzip.compress(RECORDS[2]))

    assert (taken.records, taken.captures, taken.refused) == (2, 2, (f"byte {offset}: its gzip member ends early",))
    assert (archive / "a.warc.gz").read_bytes() == GOOD[:-7]
    assert_entered(archive, "a.warc.gz")


def test_torn_single_member(tmp_path: Path, archive: Path) -> None:
    """Of a torn file that must be rewritten the whole records are written, and what ended it is told."""
    noise = [record("response", PAGE + random.Random(n).randbytes(100_000), name=str(n)) for n in range(3)]
    packed = gzip.compress(b"".join(noise))
    taken = take_in(source(tmp_path, packed[:250_000]), archive)

    assert (taken.rewritten, taken.records, taken.captures, len(taken.refused)) == (True, 2, 2, 1)
    assert gzip.decompress((archive / "a.warc.gz").read_bytes()) == b"".join(noise[:2])


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.warc.lz4", b"x", "its name does not end with"),
        ("a.txt", b"x", "its name does not end with"),
        (".a.warc", b"x", "is no name"),
        ("a.warc", b"", "no whole record in it: it is empty"),
        ("a.warc", b"<html>", "no WARC or ARC record begins there"),
        ("a.warc.gz", gzip.compress(b"<html>"), "no WARC or ARC record begins there"),
        ("a.warc.gz", GOOD[:50], "its gzip member ends early"),
        ("a.warc", b"WARC/1.0\r\nContent-Length: -5\r\n\r\n", "Content-Length is '-5'"),
        ("a.warc", b"WARC/1.0\r\nContent-Length: 999999999999\r\n\r\n", "bytes early"),
    ],
)
@pytest.mark.fault(99)
def test_refused(tmp_path: Path, archive: Path, name: str, content: bytes, reason: str) -> None:
    """What is no WARC is refused with the reason, and leaves nothing behind."""
    taken = take_in(source(tmp_path, content, name), archive)

    assert (taken.path, taken.records) == (None, 0)
    assert reason in taken.refused[0]
    assert not archive.exists() or list(archive.iterdir()) == []


@pytest.mark.parametrize("name", ["missing.warc", "folder.warc"])
def test_unreadable(tmp_path: Path, archive: Path, name: str) -> None:
    """A path that cannot be read is refused, not raised."""
    (tmp_path / "folder.warc").mkdir()

    assert (
        "o such file" in take_in(tmp_path / name, archive).refused[0]
        or "directory" in take_in(tmp_path / name, archive).refused[0]
    )


@pytest.mark.parametrize("fault", [kill_before, kill_after, kill_midway(lambda size: size // 2)])
@pytest.mark.parametrize("content", [GOOD, gzip.compress(b"".join(RECORDS))])
def test_killed_anywhere(tmp_path: Path, content: bytes, fault: Fault) -> None:
    """An import that is killed anywhere is completed by the same command."""
    path = source(tmp_path, content)
    for at in range(1, 100):
        archive = tmp_path / str(at) / "archive"
        files = FaultyFiles(at, fault)
        with suppress(Killed):
            take_in(path, archive, link=False, files=files)
        assert take_in(path, archive, link=False).captures == 3
        assert_entered(archive, "a.warc.gz")
        if not files.fired:
            break

    assert at > 10


@pytest.mark.parametrize("fault", [kill_before, kill_after, kill_midway(lambda size: size // 2)])
def test_killed_while_noting(tmp_path: Path, fault: Fault) -> None:
    """What is wrong with a file when it comes is noted, wherever its import was killed."""
    path = source(tmp_path, gzip.compress(record("response", PAGE, name="1", **{"WARC-Block-Digest": "sha1:WRONG"})))
    noted = []
    for at in range(1, 100):
        archive = tmp_path / str(at) / "archive"
        files = FaultyFiles(at, fault)
        with suppress(Killed):
            take_in(path, archive, files=files)
        take_in(path, archive)
        noted.append([(name, flaw.offset, flaw.problem) for name, flaw in noted_flaws(archive.parent)])
        if not files.fired:
            break

    assert noted == [[("a.warc.gz", 0, "block digest differs from the header")]] * at
    assert at > 10


# Records and responses counted with `warcio index -f warc-type`, and by hand where warcio stops (see the comments).
PUBLIC = {
    "chatnoir-resiliparse-block-sized-records.warc": (3, 0),
    "chatnoir-resiliparse-block-sized-records.warc.gz": (3, 0),
    "chatnoir-resiliparse-clipped.warc.gz": (0, 0),  # its only member is torn
    "chatnoir-resiliparse-clueweb-quirk.warc.gz": (30, 29),
    "chatnoir-resiliparse-warcfile.warc": (50, 16),
    "chatnoir-resiliparse-warcfile.warc.gz": (50, 16),
    "jwarc-cc.warc.gz": (1, 1),
    "jwarc-gzip_extra_sl.warc.gz": (1, 0),
    "warcio-bad.arc": (2, 1),  # four records, of which one has a length and a date
    "warcio-example-bad-non-chunked.warc.gz": (6, 1),  # one member
    "warcio-example-digest.warc": (4, 0),
    "warcio-example-iana.org-chunked.warc": (3, 1),
    "warcio-example-resource.warc.gz": (3, 0),
    "warcio-example-space-in-target-uri.warc.gz": (2, 0),
    "warcio-example-space-in-url.arc": (1, 0),  # the response lacks 12 bytes of its length
    "warcio-example-trunc.warc": (4, 1),
    "warcio-example-wget-bad-target-uri.warc.gz": (6, 1),
    "warcio-example-wrong-chunks.warc.gz": (2, 1),
    "warcio-example.arc": (2, 1),
    "warcio-example.arc.gz": (2, 1),
    "warcio-example.warc": (6, 1),
    "warcio-example.warc.gz": (6, 1),
    "warcio-post-test.warc.gz": (6, 3),
    "webarchive-commons-IAH-20080430204825-00000-blackbook-truncated.arc": (9, 8),
    "webarchive-commons-IAH-urls-wget.warc": (36, 16),
    "webarchive-commons-IAH-urls-wget.warc.gz": (36, 16),
    "webarchive-commons-link-extraction-test.warc": (8, 7),
    "webarchive-commons-mutliple-headers.warc": (1, 1),
}


@pytest.mark.skipif(not WARCS.exists(), reason="../shared is not there")
@pytest.mark.fault(99)
def test_public_files(archive: Path) -> None:
    """Each public file is taken with all its whole records, or refused with a reason."""
    taken = [take_in(path, archive, link=False) for path in sorted(WARCS.iterdir())]

    assert {each.source.name: (each.records, each.responses) for each in taken if each.source.name in PUBLIC} == PUBLIC
    assert all(each.path or each.refused for each in taken)
    assert [each.source.name for each in taken if each.rewritten] == [
        "warcio-example-bad-non-chunked.warc.gz",
        "warcio-example-wrong-chunks.warc.gz",
    ]
    assert all(list(read_records(each.path, on_damage=lambda _: None)) for each in taken if each.path)
