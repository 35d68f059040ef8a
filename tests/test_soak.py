"""`make soak` repeats tests, and tells those that do not always hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.soak import FILES, ROOT, repeat, table

STEADY = "def test_steady():\n    assert True\n"
# fails in each second run
FLAKY = """
from pathlib import Path

def test_flaky():
    count = Path(__file__).with_name("count")
    count.write_text(count.read_text() + "." if count.exists() else ".")
    assert len(count.read_text()) % 2
"""
ENDLESS = "import time\n\ndef test_endless():\n    time.sleep(600)\n"


def test_flakes_are_told(tmp_path: Path) -> None:
    """Each file is run so often; a run in which a test fails, or that does not end, counts, and the test is named."""
    for name, text in (("steady", STEADY), ("flaky", FLAKY)):
        (tmp_path / f"test_{name}.py").write_text(text)
    found = repeat([str(tmp_path / "test_steady.py"), str(tmp_path / "test_flaky.py")], 2, longest=60)

    assert [(one.runs, one.failed) for one in found] == [(2, 0), (2, 1)]
    assert sum("test_flaky" in line and line.endswith(": 1") for line in table(found)) == 1
    assert table(found)[-1].split() == ["all", "4", "1"]


def test_what_does_not_end_is_ended(tmp_path: Path) -> None:
    """A run that takes too long is ended, and counts as failed."""
    (tmp_path / "test_endless.py").write_text(ENDLESS)
    [one] = repeat([str(tmp_path / "test_endless.py")], 1, longest=3)

    assert (one.runs, one.failed, list(one.tests)) == (1, 1, ["no end within 3 s"])
    assert one.seconds < 30


@pytest.mark.parametrize("file", FILES)
def test_files_are_there(file: str) -> None:
    """What is to be repeated exists."""
    assert (ROOT / file).is_file()
