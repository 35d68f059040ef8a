"""The one seam between pressmark and the disk."""

from __future__ import annotations

import ast
import inspect
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.files import Files
from tests.archive.faulty_files import OPERATIONS

ROOT = Path(__file__).parents[2]

CHANGING = {
    "os": {
        "open", "fdopen", "write", "writev", "pwrite", "truncate", "ftruncate", "rename", "renames", "replace",
        "remove", "unlink", "link", "symlink", "fsync", "fdatasync", "mkdir", "makedirs", "rmdir", "removedirs",
        "sendfile", "posix_fallocate", "mkfifo", "utime",
    },
    "shutil": {"copy", "copy2", "copyfile", "copyfileobj", "copytree", "copystat", "move", "rmtree"},
    "tempfile": {"NamedTemporaryFile", "TemporaryFile", "mkstemp", "mkdtemp", "TemporaryDirectory"},
}  # fmt: skip
"""Functions of the standard library that change what is on disk."""

METHODS = {"write_text", "write_bytes", "touch", "mkdir", "rmdir", "unlink", "rename", "hardlink_to", "symlink_to"}
"""Those of `Path`. `replace` is left out, for text has it too."""

THE_SEAM = ("files", "self.files", "self._files", "Files()")

KNOWN = {
    ("archive/lock.py", "os.open"),  # LOCK: what is in it is for people, and the lock ends with the process
    ("archive/lock.py", "os.ftruncate"),
    ("archive/lock.py", "os.pwrite"),
    ("archive/foreign.py", "shutil.copystat"),  # times of a copied file
    ("archive/wacz.py", "tempfile.TemporaryDirectory"),  # an export lies outside the collection: made beside its place,
    ("archive/wacz.py", "tempfile.TemporaryFile"),  # synced and renamed, or thrown away
    ("archive/wacz.py", "growing.open"),
    ("archive/wacz.py", "file.open"),  # a member of the zip file
    ("crawler/run.py", "path.parent.mkdir"),  # logs/
    ("crawler/demo.py", "shutil.rmtree"),  # what the demo made, it may make anew
    ("crawler/demo.py", "path.mkdir"),
    ("crawler/demo.py", "(path / MARK).write_text"),
    ("crawler/one_page.py", "tempfile.TemporaryDirectory"),  # thrown away
    ("crawler/surveying.py", "tempfile.TemporaryDirectory"),  # the collection of a look at a site, thrown away
    ("crawler/reading_child.py", "os.fdopen"),  # a pipe
}


def changes(path: Path) -> Iterator[str]:
    """What a module does to the disk without the seam."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        called, name = ast.unparse(node.func), ast.unparse(node.func).rpartition(".")[2]
        owner = called.rpartition(".")[0]
        modes = [*node.args, *(keyword.value for keyword in node.keywords)]
        writes = any(isinstance(mode, ast.Constant) and is_writing(mode.value) for mode in modes)
        if (
            name in CHANGING.get(owner, ())
            or (name in METHODS and owner not in {*THE_SEAM, *CHANGING})
            or (name == "open" and owner != "os" and writes)
        ):
            yield called


def is_writing(mode: object) -> bool:
    return isinstance(mode, str) and len(mode) <= 3 and set(mode) <= set("rwaxbt+") and bool(set(mode) & set("wax+"))


def test_nothing_is_written_elsewhere() -> None:
    """In archive/ and crawler/ all that changes the disk goes through `Files`, but for what is known and need not."""
    modules = [*(ROOT / "archive").glob("*.py"), *(ROOT / "crawler").glob("*.py")]
    found = {(str(path.relative_to(ROOT)), call) for path in modules for call in changes(path)}

    assert {each for each in found if each[0] != "archive/files.py"} == KNOWN


@pytest.mark.parametrize(
    "code",
    ["open('a', 'w')", "p.open('ab')", "p.open(mode='r+b')", "os.write(1, b'')", "p.unlink()", "shutil.copy(a, b)"],
)
def test_what_counts_as_writing(code: str, tmp_path: Path) -> None:
    """The look at the code sees files opened for writing, and calls that change the disk."""
    module = tmp_path / "module.py"
    module.write_text(f"{code}\nopen('name')\nfiles.unlink(p)\n'a'.replace('b', 'c')\np.open('rb')\n")

    assert list(changes(module)) == [code.partition("(")[0]]


def test_every_operation_can_fail() -> None:
    """The disk of the tests stands before every operation of the seam that changes something."""
    only_looks = {"room"}

    assert {name for name, _ in inspect.getmembers(Files, inspect.isfunction)} == set(OPERATIONS) | only_looks


def test_make_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new directory is synced into the one that holds it, and each that was missing above it; an old one is not."""
    synced: list[str] = []
    real = os.open

    def watch(path: Path, flags: int, *more: int) -> int:
        synced.append(str(path))
        return real(path, flags, *more)

    monkeypatch.setattr(os, "open", watch)
    for _ in range(2):
        Files().make_directory(tmp_path / "a" / "b")

    assert synced == [str(tmp_path), str(tmp_path / "a")]
