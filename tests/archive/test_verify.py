"""Whatever is changed behind the program's back is found, with file, byte and URL."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.collection import Collection
from archive.files import Files
from archive.manifest import append_line
from archive.verify import Finding, verify
from archive.warc import manifest_line
from tests.archive.catalogs import make_reader, page, write_warc
from tests.archive.test_warc_read import record


@pytest.fixture
def kept(filled: Collection) -> Collection:
    """A collection with two WARC files, folded."""
    write_warc(filled, [page("other", f"https://example.com/late/{n}", 80 + n) for n in range(3)], name="late")
    filled.catch_up(make_reader().read, reader_id=make_reader().id)
    return filled


def warc(collection: Collection, prefix: str = "test") -> Path:
    """The WARC file whose name begins so."""
    return next(collection.archive_dir.glob(f"{prefix}-*"))


def place(collection: Collection, url: str) -> tuple[int, int]:
    """Offset and length of the capture of *url*."""
    with collection.catalog(readonly=True) as catalog:
        row: tuple[int, int] = catalog.connection.execute(
            "select offset, length from captures where url = ?", (url,)
        ).fetchone()
    return row


def flip(path: Path, offset: int) -> None:
    """Flips the bits of one byte."""
    content = bytearray(path.read_bytes())
    content[offset] ^= 0xFF
    path.write_bytes(content)


def problems(collection: Collection) -> list[Finding]:
    """What is found."""
    return list(verify(collection.path).findings)


def test_nothing_to_find(kept: Collection) -> None:
    """A collection that nobody touched is whole, and every record was read."""
    told: list[int] = []
    report = verify(kept.path, progress=told.append)

    assert (report.findings, report.files, report.records) == ((), 2, told[-1])
    assert report.records > 50


@pytest.mark.fault(94)
def test_flipped_byte(kept: Collection) -> None:
    """A flipped byte in a response is told with file, byte and URL."""
    url = "https://example.com/story/5"
    offset, length = place(kept, url)
    flip(warc(kept), offset + length // 2)

    assert [(f.file, f.offset, f.url) for f in problems(kept) if f.offset is not None and f.file != "catalog.db"] == [
        (f"archive/{warc(kept).name}", offset, url)
    ]


@pytest.mark.fault(94)
def test_every_flip_is_found(kept: Collection) -> None:
    """A flip in any kilobyte of a WARC file is found, in gzip headers too."""
    path = warc(kept)
    original = path.read_bytes()
    missed = []
    for offset in [*range(0, len(original), 1009), 4, 9]:
        flip(path, offset)
        if not problems(kept):
            missed.append(offset)
        path.write_bytes(original)

    assert missed == []


def truncate(kept: Collection) -> None:
    content = warc(kept).read_bytes()
    warc(kept).write_bytes(content[:-10])


def delete(kept: Collection) -> None:
    warc(kept, "late").unlink()


def rename(kept: Collection) -> None:
    warc(kept, "late").rename(kept.archive_dir / "other.warc.gz")


def swap(kept: Collection) -> None:
    one, other = warc(kept), warc(kept, "late")
    one_bytes, other_bytes = one.read_bytes(), other.read_bytes()
    one.write_bytes(other_bytes)
    other.write_bytes(one_bytes)


def add_unknown(kept: Collection) -> None:
    (kept.archive_dir / "unknown.warc.gz").write_bytes(warc(kept, "late").read_bytes()[:-1])


def leave_growing(kept: Collection) -> None:
    (kept.archive_dir / "x.warc.gz.open").write_bytes(b"")


def alter(statement: str) -> Callable[[Collection], None]:
    def execute(kept: Collection) -> None:
        with sqlite3.connect(kept.catalog_path) as db:
            db.execute(statement)

    return execute


def break_catalog(kept: Collection) -> None:
    content = bytearray(kept.catalog_path.read_bytes())
    content[8192:12288] = b"\xff" * 4096
    kept.catalog_path.write_bytes(content)


def lose_catalog(kept: Collection) -> None:
    kept.catalog_path.unlink()


def cut_index(kept: Collection) -> None:
    index = kept.indexes_dir / f"{warc(kept).name}.cdxj"
    index.write_text("".join(index.read_text().splitlines(keepends=True)[1:]))


def wrong_index(kept: Collection) -> None:
    index = kept.indexes_dir / f"{warc(kept).name}.cdxj"
    index.write_text(index.read_text().replace('"offset": "', '"offset": "1', 1))


def lose_index(kept: Collection) -> None:
    (kept.indexes_dir / f"{warc(kept).name}.cdxj").unlink()


def edit_index(old: bytes, new: bytes) -> Callable[[Collection], None]:
    def edit(kept: Collection) -> None:
        index = kept.indexes_dir / f"{warc(kept).name}.cdxj"
        index.write_bytes(index.read_bytes().replace(old, new))

    return edit


def repeat_a_line(kept: Collection) -> None:
    index = kept.indexes_dir / f"{warc(kept).name}.cdxj"
    first, *others = index.read_bytes().splitlines(keepends=True)
    index.write_bytes(first + first + b"".join(others))


def index_of_nothing(kept: Collection) -> None:
    (kept.indexes_dir / "zzz.warc.gz.cdxj").write_bytes(b"com,example)/ 20260301000000 {}\n")


def edit_manifest(change: Callable[[list[str]], list[str]]) -> Callable[[Collection], None]:
    """Changes the line of the file `late`, as its parts."""

    def edit(kept: Collection) -> None:
        lines = [line.split("\t") for line in kept.manifest_path.read_text().splitlines()]
        changed = [change(parts) if parts[0].startswith("late") else parts for parts in lines]
        kept.manifest_path.write_text("".join("\t".join(parts) + "\n" for parts in changed))

    return edit


def lose_manifest(kept: Collection) -> None:
    kept.manifest_path.unlink()


def break_manifest(kept: Collection) -> None:
    kept.manifest_path.write_bytes(bytes(range(256)) * 20)


def break_frontier(kept: Collection) -> None:
    kept.frontier_path.write_bytes(b"no database" * 1000)


DAMAGES: list[tuple[Callable[[Collection], None], str]] = (
    [
        (truncate, "MANIFEST says"),
        (delete, "is listed in MANIFEST and missing"),
        (rename, "under another name"),
        (swap, "holds the bytes of"),
        (add_unknown, "is not listed in MANIFEST"),
        (leave_growing, "is unfinished"),
        (alter("update captures set offset = offset + 1 where url like '%/story/7'"), "the record lies at"),
        (alter("update captures set payload_digest = 'sha1:X' where url like '%/story/7'"), "payload digest is"),
        (alter("update captures set warc = 'gone.warc.gz' where url like '%/story/7'"), "the record lies at"),
        (alter("delete from captures where url like '%/story/7'"), "has no row"),
        (break_catalog, ""),
        (lose_catalog, "is missing"),
        (cut_index, "lacks the line"),
        (wrong_index, "has a line that no record stands for"),
        (lose_index, "cannot be read"),
        (break_frontier, "not a database"),
        (edit_index(b"\n", b"\r\n"), "a line that no record stands for"),
        (edit_index(b"}\n", b"}"), "lacks the line"),
        (repeat_a_line, "repeats a line"),
        (index_of_nothing, "is of no file"),
        (edit_manifest(lambda p: [p[0], str(int(p[1]) + 1), *p[2:]]), "MANIFEST says"),
        (edit_manifest(lambda p: [*p[:3], str(int(p[3]) + 1)]), "MANIFEST says"),
        (edit_manifest(lambda p: ["other.warc.gz", *p[1:]]), "is listed in MANIFEST as other.warc.gz"),
        (edit_manifest(lambda p: ["../x.warc.gz", *p[1:]]), "names no file"),
        (edit_manifest(lambda p: [p[0], "many", *p[2:]]), "names no file"),
        (lose_manifest, "is not listed in MANIFEST"),
        (break_manifest, "names no file"),
        (alter("update captures set status = 201 where url like '%/story/7'"), "status is 200"),
        (alter("update captures set content_digest = 'x' where url like '%/story/7'"), "content digest is"),
    ]
)  # fmt: skip
"""What may befall a collection, and what is told of it."""


@pytest.mark.parametrize(("damage", "told"), DAMAGES)
@pytest.mark.fault(95)
def test_damage(kept: Collection, damage: Callable[[Collection], None], told: str) -> None:
    """Each kind of damage is found, and every finding says what to do."""
    damage(kept)
    found = problems(kept)

    assert any(told in finding.problem for finding in found), found
    assert found
    assert all(finding.next_step for finding in found)


def bring_in(kept: Collection, tmp_path: Path, content: bytes) -> Path:
    """The file of somebody else, in the collection."""
    source = tmp_path / "theirs.warc.gz"
    source.write_bytes(content)
    kept.import_warcs([source], make_reader().read, reader_id=make_reader().id, link=False)
    return kept.archive_dir / source.name


def theirs(*numbers: int) -> list[bytes]:
    """Gzip members of responses whose digests never were right."""
    wrong = {"WARC-Block-Digest": "sha1:WRONG", "WARC-Payload-Digest": "sha1:WRONG"}
    blocks = [b"HTTP/1.1 200 OK\r\n\r\n<p>page %d</p>" % n for n in numbers]
    return [gzip.compress(record("response", block, name=str(n), **wrong), mtime=0) for n, block in enumerate(blocks)]


def test_what_came_so(kept: Collection, tmp_path: Path) -> None:
    """What never matched its own digest, or was torn, when it was imported is a remark and no finding."""
    first, second, third = theirs(1, 2, 3)
    bring_in(kept, tmp_path, first + second + third[:-20])
    report = verify(kept.path)
    at = [0, 0, len(first), len(first), len(first) + len(second)]

    assert report.findings == ()
    assert [(remark.offset, remark.problem.partition(":")[0]) for remark in report.remarks] == [
        *((offset, "digest of the original differs since import") for offset in at[:-1]),
        (at[-1], "the original was so when imported"),
    ]


def test_damage_to_what_came_so(kept: Collection, tmp_path: Path) -> None:
    """Where such a record changes after the import, that is damage; the others stay remarks."""
    first, second = theirs(1, 2)
    path = bring_in(kept, tmp_path, first + second)
    path.write_bytes(first + theirs(1, 7)[1])
    report = verify(kept.path)

    assert {finding.offset for finding in report.findings if finding.file == "archive/theirs.warc.gz"} == {
        None, len(first),
    }  # fmt: skip
    assert {remark.offset for remark in report.remarks} == {0}


def test_the_same_file_written_by_us(kept: Collection) -> None:
    """A record of our own that does not match its digest is damage, whatever MANIFEST says of the file."""
    name = "ours.warc.gz"
    (kept.archive_dir / name).write_bytes(b"".join(theirs(1)))
    append_line(kept.manifest_path, manifest_line(kept.archive_dir / name, name), Files())
    report = verify(kept.path)

    assert [finding.problem for finding in report.findings if finding.file == f"archive/{name}"] == [
        "block digest differs from the header", "payload digest differs from the header",
    ]  # fmt: skip
    assert report.remarks == ()
