"""The MANIFEST of a collection."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.errors import UsageError
from archive.files import Files
from archive.manifest import ManifestLine, append_line, read_manifest, sha256_of


def line(name: str, size: int = 3) -> ManifestLine:
    return ManifestLine(name=name, size=size, sha256="ab", records=2)


def test_lines(tmp_path: Path) -> None:
    """A line says name, size, sha256 and records, separated by tabs, and is read as it was written."""
    path = tmp_path / "MANIFEST"
    append_line(path, line("a b.warc.gz"), Files())
    append_line(path, line("c.warc.gz"), Files())

    assert path.read_text() == "a b.warc.gz\t3\tab\t2\nc.warc.gz\t3\tab\t2\n"
    assert read_manifest(path) == {"a b.warc.gz": line("a b.warc.gz"), "c.warc.gz": line("c.warc.gz")}


@pytest.mark.parametrize("torn", ["b", "b.warc.gz\t3\tab", "b.warc.gz\t3\tab\t2"])
def test_torn_line(tmp_path: Path, torn: str) -> None:
    """A torn last line does not count, and the next line takes its place."""
    path = tmp_path / "MANIFEST"
    path.write_text(str(line("a")) + torn)
    before = read_manifest(path)
    append_line(path, line("c"), Files())

    assert (set(before), path.read_text()) == ({"a"}, f"{line('a')}{line('c')}")


def test_first_line_counts(tmp_path: Path) -> None:
    """What was promised first is what counts; other lines are no lines."""
    path = tmp_path / "MANIFEST"
    path.write_text(f"{line('a', 1)}{line('a', 2)}rubbish\nx\ty\tz\tw\n")

    assert read_manifest(path) == {"a": line("a", 1)}


def test_missing(tmp_path: Path) -> None:
    """A collection without MANIFEST has promised nothing."""
    assert read_manifest(tmp_path / "MANIFEST") == {}


@pytest.mark.parametrize("name", ["a\tb", "a\nb", "../a"])
def test_names(tmp_path: Path, name: str) -> None:
    """A name that would break the line or lead elsewhere is refused."""
    with pytest.raises(UsageError):
        append_line(tmp_path / "MANIFEST", line(name), Files())


def test_sha256(tmp_path: Path) -> None:
    """The digest is the SHA-256 of the whole file."""
    path = tmp_path / "abc"
    path.write_bytes(b"abc")

    assert sha256_of(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
