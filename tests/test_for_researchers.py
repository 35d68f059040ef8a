"""What the guide for researchers tells to type, from nothing to a cited slice, and its notebook, run as they stand."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end import CHECKOUT, environment, pressmark
from tests.test_documents import SHELL

GUIDE = CHECKOUT / "docs" / "researchers.md"
NOTEBOOK = CHECKOUT / "docs" / "notebook.ipynb"


def ten_commands() -> list[list[str]]:
    """The words of each command of the guide's first part."""
    _, part = GUIDE.read_text(encoding="utf-8").split("## From nothing to a cited slice\n", 1)
    block = SHELL.search(part)
    assert block is not None
    return [shlex.split(line)[1:] for line in block[1].splitlines()]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the first command was run."""
    folder = tmp_path_factory.mktemp("desk")
    pressmark(*ten_commands()[0], cwd=folder, timeout=300).done()
    return folder


def test_ten_commands(desk: Path) -> None:
    """Each ends with 0 and says something; at the end there are a table, an archive, and a citation that holds."""
    commands = ten_commands()
    said = [pressmark(*words, cwd=desk).done() for words in commands[1:]]

    assert len(commands) == 10
    assert all(ran.out or ran.err for ran in said)
    assert "laboratories" in said[1].out.lower()
    assert {path.name for path in desk.iterdir()} >= {"laboratories.csv", "laboratories.wacz", "cited"}


def test_the_notebook(desk: Path) -> None:
    """Every cell runs, one after the other, in one interpreter."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=desk,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "0 findings" in ran.stdout
