"""What is damaged is set aside, what is whole is kept, what is lost is told; and a repair may die at any point."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from archive.collection import Collection
from archive.files import Files
from archive.lost import losses
from archive.manifest import read_manifest
from archive.repair import Repaired
from archive.verify import verify
from tests.archive.catalogs import make_reader, page, write_warc
from tests.archive.faulty_files import FaultyFiles, Killed, kill_after, kill_before
from tests.archive.test_verify import DAMAGES, delete, flip, leave_growing, place, warc

URL = "https://example.com/story/5"


@pytest.fixture
def kept(filled: Collection) -> Collection:
    """A collection with two WARC files, folded."""
    write_warc(filled, [page("other", f"https://example.com/late/{n}", 80 + n) for n in range(3)], name="late")
    filled.catch_up(make_reader().read, reader_id=make_reader().id)
    return filled


def mend(kept: Collection, files: Files | None = None) -> Repaired:
    """What `pressmark verify --repair` does to the files and the catalog."""
    repaired = kept.repair(verify(kept.path).findings, files)
    kept.rebuild(make_reader)
    return repaired


def captured(kept: Collection) -> dict[str, int]:
    """How many captures the catalog has of each URL."""
    with kept.catalog(readonly=True) as catalog:
        return dict(catalog.connection.execute("select url, count(*) from captures group by url").fetchall())


def damage_response(kept: Collection) -> None:
    offset, length = place(kept, URL)
    flip(warc(kept), offset + length // 2)


def test_a_damaged_record(kept: Collection) -> None:
    """All but the broken record is kept, under a new name; the file lies in quarantine with every byte it had."""
    before, damaged = captured(kept), warc(kept)
    damage_response(kept)
    content = damaged.read_bytes()
    repaired = mend(kept)

    assert repaired.lost == (URL,)
    assert [path.read_bytes() for path in repaired.quarantined] == [content]
    assert [path.name for path in repaired.salvaged] == [damaged.name.replace(".warc.gz", "-salvaged.warc.gz")]
    assert captured(kept) == {url: count for url, count in before.items() if url != URL}
    assert verify(kept.path).findings == ()
    assert damaged.name not in read_manifest(kept.manifest_path)
    assert not (kept.indexes_dir / f"{damaged.name}.cdxj").exists()


def test_a_flip_that_no_record_feels(kept: Collection) -> None:
    """A byte of a gzip header that means nothing: every record is kept."""
    before = captured(kept)
    flip(warc(kept), 4)
    repaired = mend(kept)

    assert repaired.lost == ()
    assert captured(kept) == before
    assert verify(kept.path).findings == ()


def test_a_file_that_ends_early(kept: Collection) -> None:
    """What came before the end is kept."""
    path = warc(kept)
    half = path.stat().st_size // 2
    with kept.catalog(readonly=True) as catalog:
        query = "select url from captures where warc = ? and offset + length > ?"
        behind = {url for (url,) in catalog.connection.execute(query, (path.name, half))}
    path.write_bytes(path.read_bytes()[:half])
    before = captured(kept)
    repaired = mend(kept)

    assert set(repaired.lost) == behind != set()
    assert all(captured(kept)[url] == count for url, count in before.items() if url not in behind)
    assert verify(kept.path).findings == ()


def test_nothing_whole(kept: Collection) -> None:
    """A file of which nothing can be read goes to quarantine, and no file is made of nothing."""
    path = warc(kept, "late")
    path.write_bytes(b"\0" * path.stat().st_size)
    repaired = mend(kept)

    assert repaired.salvaged == ()
    assert repaired.lost == tuple(f"https://example.com/late/{n}" for n in range(3))
    assert verify(kept.path).findings == ()


def test_a_file_under_another_name(kept: Collection) -> None:
    """It gets its name back."""
    path = warc(kept, "late")
    path.rename(kept.archive_dir / "other.warc.gz")
    repaired = mend(kept)

    assert repaired.renamed == (path,)
    assert verify(kept.path).findings == ()


@pytest.mark.parametrize("harm", [Path.unlink, lambda index: index.write_text("nonsense\n")])
def test_an_index_that_does_not_fit(kept: Collection, harm: Callable[[Path], None]) -> None:
    index = kept.indexes_dir / f"{warc(kept).name}.cdxj"
    content = index.read_text()
    harm(index)
    mend(kept)

    assert index.read_text() == content


@pytest.mark.parametrize("damage", [damage for damage, _ in DAMAGES if damage not in (delete, leave_growing)])
def test_whatever_befalls_it(kept: Collection, damage: Callable[[Collection], None]) -> None:
    """One repair mends each kind of damage that can be mended: then everything holds, and no capture is lost unsaid."""
    before = captured(kept)
    damage(kept)
    repaired = mend(kept)

    assert verify(kept.path).findings == ()
    assert {url for url, count in captured(kept).items() if count < before[url]} <= set(repaired.lost)
    assert before.keys() - captured(kept).keys() <= set(repaired.lost)
    assert {loss.url for loss in losses(kept.path)} == set(repaired.lost)


def test_a_missing_file_is_given_up(kept: Collection) -> None:
    """Where its owner says so, its promise ends and its URLs are to be fetched again; all else holds."""
    path = warc(kept, "late")
    path.unlink()
    repaired = kept.repair(verify(kept.path).findings, give_up_missing=True)
    kept.rebuild(make_reader)

    assert repaired.lost == tuple(f"https://example.com/late/{n}" for n in range(3))
    assert {loss.url for loss in losses(kept.path)} == set(repaired.lost)
    assert verify(kept.path).findings == ()


def test_what_is_lost_is_known_without_a_catalog(kept: Collection) -> None:
    """The index tells it, and where that is gone too, the request of the lost response."""
    damage_response(kept)
    kept.catalog_path.unlink()
    copy = Collection(Path(shutil.copytree(kept.path, kept.path.with_name("copy"))))
    (copy.indexes_dir / f"{warc(copy).name}.cdxj").unlink()

    assert mend(kept).lost == (URL,)
    assert mend(copy).lost == (URL,)


def test_a_missing_file_is_left_to_its_owner(kept: Collection) -> None:
    """It may come back from a copy, so its promise stands."""
    path = warc(kept, "late")
    path.unlink()
    repaired = kept.repair(verify(kept.path).findings)

    assert repaired == Repaired()
    assert path.name in read_manifest(kept.manifest_path)


@pytest.mark.parametrize("fault", [kill_before, kill_after])
def test_killed_at_any_point(kept: Collection, tmp_path: Path, fault: Callable[..., object]) -> None:
    """Whatever operation is the last, the next repair ends with the files of an undisturbed one."""
    damage_response(kept)
    flip(warc(kept, "late"), 4)
    found = verify(kept.path).findings
    whole = Collection(shutil.copytree(kept.path, tmp_path / "whole"))
    whole.repair(found)
    for at in range(1, 200):
        copy = Collection(shutil.copytree(kept.path, tmp_path / str(at)))
        files = FaultyFiles(at, fault)
        with suppress(Killed):
            copy.repair(found, files)
        copy.repair(verify(copy.path).findings)
        assert {loss.url for loss in losses(copy.path)} == {URL}, (at, files.fired)
        assert lying_in(copy) == lying_in(whole), (at, files.fired)
        assert read_manifest(copy.manifest_path) == read_manifest(whole.manifest_path)
        shutil.rmtree(copy.path)
        if not files.fired:
            break

    assert at > 20


def lying_in(kept: Collection) -> dict[str, bytes]:
    """The files that a repair touches, with what is in them."""
    folders = ("archive", "indexes", "quarantine")
    return {f"{folder}/{path.name}": path.read_bytes() for folder in folders for path in (kept.path / folder).iterdir()}
