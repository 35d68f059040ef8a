"""The table of faults: what may go wrong around a crawl, and which tests inject it.

A test that injects a fault and looks whether it is survived is marked `@pytest.mark.fault(3)`, with one or several of
the numbers below, as literals. After a run of the whole suite, or of any tests with `--faults`, the terminal shows by
group how many faults were tried, how many of them were survived, and how many have no test.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

GROUPS: dict[str, dict[int, str]] = {
    "A network": {
        1: "closed port",
        2: "reset inside the headers",
        3: "reset inside the body",
        4: "closed before the announced length",
        5: "silence",
        6: "dripping body",
        7: "dripping headers",
        8: "no such name",
        9: "name server silent",
        10: "name server fails",
        11: "name with a private address",
        12: "name that changes its address",
        13: "certificate that proves nothing",
        14: "TLS handshake stalls",
        15: "old TLS, handshake broken off",
        16: "twenty dead hosts beside a good one",
    },
    "B HTTP": {
        17: "odd replies of curl's tests: heads",
        18: "odd replies of curl's tests: bodies",
        19: "odd replies of curl's tests: framing",
        20: "gzip bomb",
        21: "brotli bomb",
        22: "zstd bomb",
        23: "deflate bomb",
        24: "gzip within gzip",
        25: "thousands of content codings",
        26: "wrong content coding",
        27: "torn gzip",
        28: "chunks without end",
        29: "chunk-size line without end",
        30: "body without length and end",
        31: "10 GB announced",
        32: "lengths that contradict",
        33: "headers without end",
        34: "bytes no header may have",
        35: "impossible status",
        36: "interim replies without end",
        37: "redirects in a circle",
        38: "redirect away from the web",
        39: "link to a file of ours",
        40: "odd Location",
        41: "secrets across origins",
        42: "hostile cookies",
        43: "odd Retry-After, storm of 429",
        44: "lying 304",
    },
    "C pages": {
        45: "a million links",
        46: "200,000 attributes",
        47: "a million nested elements",
        48: "50 MB of text",
        49: "attributes that never close",
        50: "NUL bytes",
        51: "meta refresh, endless or to a file",
        52: "codec of Python as charset",
        53: "punycode, idna, utf-7 as charset",
        54: "charset that lies",
        55: "broken UTF-8, lone surrogates",
        56: "naughty strings in every field",
        57: "endless calendar",
        58: "session ids",
        59: "path that grows",
        60: "every page is found",
        61: "facets in all combinations",
        62: "tarpit of random text",
        63: "one text under a thousand URLs",
        64: "impossible dates",
    },
    "D feeds, robots": {
        65: "feeds of feedparser's tests",
        66: "entities that multiply or read files",
        67: "feed of 100,000 items",
        68: "feed that is none",
        69: "100,000 tags left open",
        70: "guid used again",
        71: "odd dates of entries",
        72: "sitemap indexes in a circle",
        73: "sitemap too long, or a bomb",
        74: "odd sitemaps",
        75: "sitemap elsewhere",
        76: "robots.txt out of reach",
        77: "robots.txt refused",
        78: "robots.txt redirected",
        79: "robots.txt in odd bytes",
        80: "robots.txt: Google's cases",
        81: "robots.txt of 200,000 rules",
        82: "robots.txt changes, absurd delays",
    },
    "E disk": {
        83: "killed inside a record",
        84: "killed between two operations",
        85: "killed while recovering",
        86: "disk full in the WARC",
        87: "disk full in SQLite",
        88: "sync fails",
        89: "read-only folder",
        90: "archive removed in mid-run",
        91: "no folder to be made in",
        92: "two jobs at once",
        93: "lock of a dead job",
        94: "flipped bits",
        95: "WARC cut, deleted, renamed, swapped",
        96: "catalog deleted",
        97: "catalog damaged",
        98: "catalog of a newer program",
        99: "WARCs of others",
        100: "reader that never ends",
    },
    "F process": {
        101: "SIGTERM",
        102: "signals twice, SIGHUP",
        103: "killed again and again",
        104: "out of memory",
        105: "out of file handles",
        106: "clock that jumps",
        107: "odd environment",
    },
}
"""The faults by group, with the numbers by which they are known."""

FAULTS: dict[int, str] = {number: name for group in GROUPS.values() for number, name in group.items()}

ELSEWHERE = "not in the table: group G, 108 to 114, faults of the web interface; tests/crawler/web injects them"
"""What is printed of the faults that have a suite of their own."""

WITHOUT_TEST: dict[int, str] = {}
"""Faults that no test injects, and why."""


def marked_faults(folder: Path = TESTS) -> dict[int, set[str]]:
    """The numbers that stand in marks, with the files in which they do."""
    found: dict[int, set[str]] = defaultdict(set)
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.fault":
                for argument in node.args:
                    found[ast.literal_eval(argument)].add(path.relative_to(folder).as_posix())
    return dict(found)


@dataclass
class Tally:
    """What became of each fault in this run."""

    tried: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By fault, the tests of it that were run to an end."""

    failed: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By fault, those that did not hold."""

    def count(self, test: str, numbers: Iterable[int], outcome: str) -> None:
        """One phase of a test has ended; a test that was skipped tried nothing."""
        for number in numbers:
            if outcome == "failed":
                self.failed[number].add(test)
            if outcome != "skipped":
                self.tried[number].add(test)

    def lines(self, marked: Mapping[int, object]) -> Iterator[str]:
        """The table: a line a group and one for all, then what was not survived and what has no test."""
        yield f"{'faults':<16}{'in all':>8}{'tried':>8}{'survived':>10}{'without a test':>16}"
        for group, faults in (*GROUPS.items(), ("all", FAULTS)):
            tried = faults.keys() & self.tried.keys()
            survived = tried - self.failed.keys()
            untested = faults.keys() - marked.keys()
            yield f"{group:<16}{len(faults):>8}{len(tried):>8}{len(survived):>10}{len(untested):>16}"
        for number in sorted(self.failed):
            yield f"not survived: {number} {FAULTS[number]} ({', '.join(sorted(self.failed[number]))})"
        for number in sorted(FAULTS.keys() - marked.keys()):
            yield f"without a test: {number} {FAULTS[number]} ({WITHOUT_TEST.get(number, 'no reason is given')})"


_PROPERTY = "faults"


class FaultTable:
    """The plugin: listens to marked tests, and prints the table at the end."""

    def __init__(self, *, wanted: bool) -> None:
        self.tally = Tally()
        self._wanted = wanted

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Have the reports of marked tests say with what they are marked, also to another process."""
        for item in items:
            numbers = tuple(number for mark in item.iter_markers("fault") for number in mark.args)
            if numbers:
                item.user_properties.append((_PROPERTY, numbers))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count what has ended."""
        if report.when == "call" or report.outcome != "passed":
            numbers = dict(report.user_properties).get(_PROPERTY, ())
            self.tally.count(report.nodeid, numbers, report.outcome)  # type: ignore[arg-type]  # ours

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table, where it is wanted and something was tried."""
        if self._wanted and self.tally.tried:
            terminalreporter.section("faults")
            for line in (*self.tally.lines(marked_faults()), ELSEWHERE):
                terminalreporter.line(line)


def is_whole_suite(config: pytest.Config) -> bool:
    """Whether all tests were asked for, none picked out."""
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not (
        config.option.keyword or config.option.markexpr
    )
