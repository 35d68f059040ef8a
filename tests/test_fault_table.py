"""Each fault of the table has a test that injects it, or stands in the list of exceptions with a reason."""

from __future__ import annotations

from tests.fault_table import FAULTS, GROUPS, WITHOUT_TEST, Tally, marked_faults


def test_every_fault_has_a_test() -> None:
    """A fault is marked at one test at least, or has a reason why not; no mark names a fault that is none."""
    marked = marked_faults()

    assert sorted(FAULTS.keys() - marked.keys() - WITHOUT_TEST.keys()) == []
    assert sorted(marked.keys() - FAULTS.keys()) == []
    assert sorted(marked.keys() & WITHOUT_TEST.keys()) == []
    assert all(WITHOUT_TEST.values())


def test_the_numbers() -> None:
    """Faults are numbered from 1, without a gap, in the order of their groups."""
    assert list(FAULTS) == list(range(1, 108))
    assert sum(map(len, GROUPS.values())) == len(FAULTS)


def test_a_fault_is_survived_when_all_its_tests_pass() -> None:
    """One test that fails is enough for a fault not to be survived; a test that was skipped has not tried it."""
    tally = Tally()
    tally.count("a", (1, 2), "passed")
    tally.count("b", (2,), "failed")
    tally.count("c", (3,), "skipped")
    lines = list(tally.lines(dict.fromkeys(FAULTS)))

    assert lines[1].split()[-4:] == ["16", "2", "1", "0"]
    assert lines[7].split() == ["all", "107", "2", "1", "0"]
    assert lines[8:] == ["not survived: 2 reset inside the headers (b)"]


def test_what_has_no_test_is_named() -> None:
    """A fault that no mark names stands below the table."""
    [line] = list(Tally().lines(dict.fromkeys(FAULTS.keys() - {105})))[8:]

    assert line.startswith("without a test: 105 out of file handles")
