"""Collections on disk: found or not, locked, recovered after a crash, caught up from the watermarks."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from archive.collection import Collection
from archive.errors import CollectionLocked, NoSuchCollection, UsageError
from archive.files import Files
from archive.gzip_members import scan_members
from archive.manifest import read_manifest
from archive.model import Capture, Reading
from archive.recovery import torn_tail
from tests.archive.catalogs import LONG, make_reader, page, some_exchanges, write_warc


class KilledError(Exception):
    """Stands for the death of the process."""


class KillingFiles(Files):
    """Files on which the process dies at the n-th operation that changes something."""

    def __init__(self, n: int) -> None:
        self.left = n

    def _strike(self) -> None:
        self.left -= 1
        if self.left <= 0:
            raise KilledError

    def write(self, fd: int, data: bytes) -> int:
        if self.left <= 1:
            os.write(fd, data[: len(data) // 2])
        self._strike()
        return super().write(fd, data)

    def rename(self, source: Path, target: Path) -> None:
        self._strike()
        super().rename(source, target)

    def truncate(self, fd: int, size: int) -> None:
        self._strike()
        super().truncate(fd, size)

    def sync(self, fd: int) -> None:
        self._strike()
        super().sync(fd)

    def unlink(self, path: Path) -> None:
        self._strike()
        super().unlink(path)

    def sync_directory(self, path: Path) -> None:
        self._strike()
        super().sync_directory(path)


def torn(collection: Collection, cut: int = 7) -> Path:
    """A growing WARC whose last member has lost its last bytes."""
    write_warc(collection, some_exchanges(), close=False)
    (growing,) = collection.archive_dir.glob("*.open")
    os.truncate(growing, growing.stat().st_size - cut)
    return growing


def test_no_such_collection(tmp_path: Path) -> None:
    """A name that is not there is told with the nearest one that is, or with the command that makes it."""
    Collection.create(tmp_path / "pharma")
    with pytest.raises(NoSuchCollection, match=r"did you mean `-c .*pharma`"):
        Collection.open(tmp_path / "farma")
    with pytest.raises(NoSuchCollection, match="beside it: pharma"):
        Collection.open(tmp_path / "xyz")
    with pytest.raises(NoSuchCollection, match=r"make one with `pressmark crawl URL -c .*/none/xyz`"):
        Collection.open(tmp_path / "none" / "xyz")


def test_file_in_the_way(tmp_path: Path) -> None:
    """A file is no collection, and none is made in its place."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="is a file"):
        Collection.create(tmp_path / "file")


@pytest.mark.fault(92)
def test_a_removed_lock_lets_nobody_in(collection: Collection) -> None:
    """Somebody tidies LOCK away while a job runs: a second job is refused all the same."""
    with collection.lock():
        (collection.path / "LOCK").unlink()
        with pytest.raises(CollectionLocked, match="in use"), collection.lock():
            pass
    with collection.lock():
        pass


@pytest.mark.fault(92)
def test_second_job_is_refused(collection: Collection) -> None:
    """While a collection is locked, a second job learns who holds it; afterwards it is free."""
    with (
        collection.lock(),
        pytest.raises(CollectionLocked, match=rf"in use by process {os.getpid()} \("),
        collection.lock(),
    ):
        pass
    with collection.lock():
        assert (collection.path / "LOCK").read_text().startswith(f"{os.getpid()} ")


def test_the_lock_names_no_password(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the lock tells of its holder is without user and password of the targets."""
    targets = ["http://jane:SECRET@a.example/@jane", "jane:SECRET@a.example", "https://SECRET@b.example/"]
    monkeypatch.setattr("sys.argv", ["/usr/bin/pressmark", "crawl", *targets, "--contact", "mailto:me@c.example"])
    with collection.lock():
        held = (collection.path / "LOCK").read_text().split()

    assert held[1:] == [
        *("pressmark", "crawl", "http://a.example/@jane", "a.example", "https://b.example/"),
        *("--contact", "mailto:me@c.example"),
    ]


@pytest.mark.fault(93)
def test_lock_ends_with_the_process(collection: Collection) -> None:
    """The lock of a process that was killed is free."""
    code = (
        "import os, sys; from archive.collection import Collection\n"
        "with Collection.open(sys.argv[1]).lock(): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(collection.path)], check=False)
    with collection.lock():
        pass


def test_torn_tail(collection: Collection) -> None:
    """A torn tail goes to quarantine under the byte where it began, and the file is finished without it."""
    growing = torn(collection)
    content = growing.read_bytes()
    found = collection.recover()

    (tail,) = found.quarantined
    (finished,) = found.finished
    name, _, offset = tail.name.rpartition("@")
    assert (name, finished.name) == (growing.name.removesuffix(".open"),) * 2
    assert finished.read_bytes() + tail.read_bytes() == content
    assert finished.stat().st_size == int(offset) == read_manifest(collection.manifest_path)[finished.name].size
    assert (collection.indexes_dir / f"{finished.name}.cdxj").exists()
    assert not list(collection.archive_dir.glob("*.open"))


@pytest.mark.parametrize("cut", [1, 8, 200, 2000])
@pytest.mark.fault(83)
def test_cut_anywhere(collection: Collection, cut: int) -> None:
    """Wherever the tail was torn, what is left is read and equals its rebuild."""
    torn(collection, cut)
    collection.recover()
    collection.catch_up(make_reader().read, reader_id=make_reader().id)

    assert collection.check_rebuild(make_reader) is None


@pytest.mark.fault(85)
def test_recovery_may_be_killed(collection: Collection) -> None:
    """Recovery that dies at any of its operations is finished by the next one, with the same result."""
    torn(collection)
    died = 0
    for n in range(1, 60):
        try:
            collection.recover(KillingFiles(n))
        except KilledError:
            died += 1
        else:
            break
    collection.recover()
    collection.catch_up(make_reader().read, reader_id=make_reader().id)

    assert died > 5
    assert len(collection.warcs()) == 1
    assert [path.name for path in collection.path.rglob("*.open")] == []
    assert collection.check_rebuild(make_reader) is None


def test_damage_in_the_middle_is_no_tail(collection: Collection) -> None:
    """What lies behind damage in the middle of a growing file is whole, and is kept."""
    write_warc(collection, some_exchanges(), close=False)
    (growing,) = collection.archive_dir.glob("*.open")
    content = bytearray(growing.read_bytes())
    content[len(content) // 2] ^= 0xFF
    growing.write_bytes(content)
    found = collection.recover()

    assert (found.quarantined, len(found.damaged)) == ((), 1)
    assert found.finished[0].read_bytes() == bytes(content)


@pytest.mark.fault(84)
@pytest.mark.parametrize("database", ["catalog.db", "frontier.db"])
def test_damage_in_what_was_not_committed(collection: Collection, database: str) -> None:
    """After a power loss what came first may be damaged and what came later whole: the tail begins at the damage.

    What is damaged below a watermark was synced, so that it is no tail.
    """
    write_warc(collection, some_exchanges(), close=False)
    (growing,) = collection.archive_dir.glob("*.open")
    content = bytearray(growing.read_bytes())
    *_, at = (member.offset for member in scan_members(growing) if member.offset < len(content) // 2)
    content[at + 40] ^= 0xFF
    growing.write_bytes(content)
    collection.catalog().close()
    warc = growing.name.removesuffix(".open")
    with closing(sqlite3.connect(collection.path / database)) as db, db:
        db.execute("create table if not exists watermarks (warc text primary key, offset integer)")
        db.execute("insert into watermarks values (?, ?)", (warc, at + 1))

    assert torn_tail(growing, collection.path)[0] is None
    with closing(sqlite3.connect(collection.path / database)) as db, db:
        db.execute("update watermarks set offset = ?", (at,))
    (tail,) = collection.recover().quarantined
    assert tail.read_bytes() == content[at:]
    assert collection.warcs()[0].read_bytes() == content[:at]


def test_empty_growing_file(collection: Collection) -> None:
    """A growing file in which nothing is whole leaves no WARC."""
    growing = collection.archive_dir / "test-20260301000000000-00000-1~host.warc.gz.open"
    growing.write_bytes(b"\x1f\x8b\x08torn")
    found = collection.recover()

    assert (len(found.quarantined), found.finished, list(collection.archive_dir.iterdir())) == (1, (), [])


def test_catching_up_in_batches(collection: Collection) -> None:
    """Each batch is told after its commit with the byte it reaches; the last one reaches the end of the file."""
    write_warc(collection, [page(f"other {n}", f"https://example.com/{n}", n) for n in range(70)])
    told: list[tuple[int, int]] = []

    def on_batch(batch: list[tuple[Capture, Reading | None]], marks: Mapping[str, int]) -> None:
        with collection.catalog(readonly=True) as catalog:
            assert catalog.watermarks() == marks
        told.append((len(batch), *marks.values()))

    result = collection.catch_up(make_reader().read, on_batch=on_batch)
    assert (result.captures, [count for count, _ in told]) == (70, [64, 6])
    assert told[-1][1] == collection.warcs()[0].stat().st_size


def test_catching_up_from_the_smaller_watermark(filled: Collection) -> None:
    """Where another reader of the log is behind, its captures are told again; the catalog stays as it is."""
    told: list[Capture] = []
    (warc,) = filled.warcs()
    filled.catch_up(
        make_reader().read, since={warc.name: 0}, on_batch=lambda batch, _: told.extend(capture for capture, _ in batch)
    )

    assert len(told) == len(some_exchanges())
    assert filled.check_rebuild(make_reader) is None


def test_catching_up_after_a_kill(collection: Collection) -> None:
    """A fold that dies between two batches goes on behind the last one that was committed."""
    write_warc(collection, [page(f"article: Story {n}\n{LONG * 3}", f"https://example.com/{n}", n) for n in range(70)])

    def die(*_: object) -> None:
        raise KilledError

    with pytest.raises(KilledError):
        collection.catch_up(make_reader().read, on_batch=die, reader_id=make_reader().id)
    rest = collection.catch_up(make_reader().read, reader_id=make_reader().id)

    assert rest.captures == 6
    assert collection.check_rebuild(make_reader) is None


def test_import(collection: Collection, tmp_path: Path) -> None:
    """An imported WARC lies in the archive and is folded; a second import changes nothing."""
    elsewhere = Collection.create(tmp_path / "elsewhere")
    write_warc(elsewhere, some_exchanges(), name="foreign")
    result = collection.import_warcs(elsewhere.warcs(), make_reader().read, reader_id=make_reader().id)
    again = collection.import_warcs(elsewhere.warcs(), make_reader().read, reader_id=make_reader().id)

    assert [taken.refused for taken in result.files] == [()]
    assert (result.folded.captures, sum(result.articles.values())) == (17, 13)
    assert again.files[0].was_there
    assert again.articles == result.articles
    assert collection.check_rebuild(make_reader) is None


def test_import_refuses(collection: Collection, tmp_path: Path) -> None:
    """What is no WARC is refused with a reason, and the rest is imported."""
    (tmp_path / "x.warc.gz").write_bytes(b"not a warc")
    result = collection.import_warcs([tmp_path / "x.warc.gz", tmp_path / "missing.warc"], make_reader().read)

    assert [bool(taken.refused) for taken in result.files] == [True, True]
    assert result.folded.captures == 0


FOLDING = """
import os, sys, threading
from archive.collection import Collection
from tests.archive.catalogs import make_reader
reader = make_reader()
threading.Timer(float(sys.argv[2]), os.kill, (os.getpid(), 9)).start()
Collection.open(sys.argv[1]).catch_up(reader.read, reader_id=reader.id)
os._exit(0)
"""


def test_folding_under_kill(collection: Collection) -> None:
    """However often the fold is killed at any instant, it ends in the catalog that the WARC files give."""
    write_warc(collection, [page(f"article: Story {n}\n{LONG * 9}", f"https://example.com/{n}", n) for n in range(400)])
    codes = []
    for n in range(20):
        run = [sys.executable, "-c", FOLDING, str(collection.path), str(0.02 * 1.3**n)]
        codes.append(subprocess.run(run, cwd=Path(__file__).parents[2], check=False).returncode)
        if codes[-1] == 0:
            break

    collection.catch_up(make_reader().read, reader_id=make_reader().id)
    assert codes.count(-9) > 3
    assert collection.check_rebuild(make_reader) is None
