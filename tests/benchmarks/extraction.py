"""How well pages are read, and what that costs: our reader beside others, on the same pages in one go.

    python -m tests.benchmarks.extraction             all readers, and our body as cross-validated
    python -m tests.benchmarks.extraction --plain     without cross-validation, which trains for minutes
    python -m tests.benchmarks.extraction --sets seb  those sets alone

Run by `make bench-extraction`, which makes `.venv-peers` for the other readers. The pages and their ground truth lie in
`../shared/extraction/public`, with the scorer that is used here; nothing is printed for a set or a reader that is not
there. Our block model was trained on these pages, so its plain figures are too good; what counts is the line
"cross-validated", whose weights never saw the site.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.benchmarks.extraction_readers import READERS, Prediction, Read
from tests.benchmarks.reading_cost import print_costs
from tests.benchmarks.real_pages import PUBLIC

SETS = ("seb", "fundus", "wcxb", "teval", "hdate")
COLUMNS = ("F1", "acc", "P10", "snip", "head~", "stand~", "date", "authF1", "ms_mean")
OURS, TRAINED_ELSEWHERE = "pressmark", "cross-validated"
PEERS = ("trafilatura", "trafilatura, precision", "readability-lxml", "newspaper4k", "news-please")
ROOT = Path(__file__).parents[2]

Predictions = dict[str, Prediction]
Scores = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure should reach."""

    what: str
    """In words."""

    set: str
    """Name of the set."""

    column: str
    """The scorer's name of the figure."""

    least: float
    """What is to be reached; for CPU time what is not to be passed."""

    @property
    def is_of_body(self) -> bool:
        """Whether the figure depends on weights that were trained."""
        return self.column in {"F1", "acc", "snip"}

    def holds(self, figure: float) -> bool:
        """Whether *figure* reaches the goal."""
        return figure <= self.least if self.column == "ms_mean" else round(figure, 3) >= self.least


GOALS = (
    Goal("body, F1", "seb", "F1", 0.978), Goal("body, right to the word", "seb", "acc", 0.52),
    Goal("body, F1", "fundus", "F1", 0.965), Goal("body, right to the word", "fundus", "acc", 0.42),
    Goal("body, F1", "wcxb", "F1", 0.950), Goal("body, snippets", "teval", "snip", 0.935),
    Goal("date, the right day", "fundus", "date", 0.99), Goal("date, the right day", "hdate", "date", 0.92),
    Goal("date, the right day", "teval", "date", 0.87),
    Goal("headline", "fundus", "head~", 0.93), Goal("headline", "wcxb", "head~", 0.90),
    Goal("authors, F1", "fundus", "authF1", 0.93), Goal("authors, F1", "wcxb", "authF1", 0.75),
    Goal("standfirst", "fundus", "stand~", 0.85), Goal("CPU ms a page", "seb", "ms_mean", 4.5),
)  # fmt: skip


def main() -> None:
    """Print a line for each set and reader, then each goal beside what was reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plain", action="store_true", help="leave cross-validation out")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS, help="these sets alone")
    parser.add_argument("--peers", type=Path, default=ROOT / ".venv-peers/bin/python", help="Python of the others")
    options = parser.parse_args()
    there = [name for name in options.sets if (PUBLIC / f"{name}.jsonl").is_file()]
    if not there:
        sys.exit("skipped: ../shared/extraction/public is not there, and no figure is made up")
    if "seb" in there:
        print_costs(["seb"])  # first, because a child counts the memory of a parent that trained a model as its own
        print()
    trained_elsewhere = {} if options.plain else _trained_elsewhere()
    score, scores = scorer().score, dict[tuple[str, str], Scores]()
    print(f"{'set':8}{'reader':23}{'pages':>6} " + " ".join(f"{column:>7}" for column in COLUMNS))
    for name in there:
        truth = [json.loads(line) for line in (PUBLIC / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
        for reader, predictions in _readers(name, truth, trained_elsewhere.get(name, {}), options.peers):
            scores[name, reader] = score(truth, predictions)[0]
            _print_row(name, reader, len(truth), scores[name, reader])
    _print_bad_pages(there, scores)
    _print_goals(scores)
    for name in set(options.sets) - set(there):
        print(f"{name}: not there, and no figure is made up")


def _print_row(name: str, reader: str, pages: int, scores: Scores) -> None:
    cells = (f"{scores[c]:7.3f}" if scores.get(c) is not None else f"{'-':>7}" for c in COLUMNS)
    print(f"{name:8}{reader:23}{pages:6} {' '.join(cells)}", flush=True)


def _print_bad_pages(names: list[str], scores: Mapping[tuple[str, str], Scores]) -> None:
    """How our share of pages with a body below 0.8 compares with the better of trafilatura's."""
    for name in names:
        theirs = [s["P10"] for peer in PEERS[:2] if (s := scores.get((name, peer))) and s.get("P10")]
        ours = scores.get((name, TRAINED_ELSEWHERE), {}).get("P10") or scores[name, OURS].get("P10")
        if theirs and ours is not None:
            print(f"{name}: bad pages {ours:.3f}, {ours / min(theirs):.2f} of trafilatura's {min(theirs):.3f}")


def _print_goals(scores: Mapping[tuple[str, str], Scores]) -> None:
    print(f"\n{'what':26}{'set':8}{'goal':>7}{'best of the others':>31}{'plain':>8}{'cross-validated':>17}")
    for goal in GOALS:
        ours = scores.get((goal.set, OURS))
        if ours is None:
            continue
        apart = scores.get((goal.set, TRAINED_ELSEWHERE), {}).get(goal.column) if goal.is_of_body else None
        counts = ours[goal.column] if apart is None else apart
        mark = "" if goal.holds(counts) else "  not reached"
        shown = "" if apart is None else f"{apart:.3f}"
        best = _best_of_others(goal, scores)
        print(f"{goal.what:26}{goal.set:8}{goal.least:7.3f}{best:>31}{ours[goal.column]:8.3f}{shown:>17}{mark}")


def _best_of_others(goal: Goal, scores: Mapping[tuple[str, str], Scores]) -> str:
    there = {peer: s[goal.column] for peer in PEERS if (s := scores.get((goal.set, peer))) and s.get(goal.column)}
    if not there:
        return "-"
    best = (min if goal.column == "ms_mean" else max)(there, key=lambda peer: there[peer])
    return f"{best} {there[best]:.3f}"


def _readers(
    name: str, truth: list[dict[str, Any]], trained_elsewhere: Predictions, peers: Path
) -> Iterator[tuple[str, Predictions]]:
    """Each reader that is there, with what it makes of the pages of a set."""
    read = READERS[OURS]()
    yield OURS, {row["id"]: _timed(read, row) for row in truth}
    if trained_elsewhere:
        yield TRAINED_ELSEWHERE, trained_elsewhere
    for peer in PEERS if peers.exists() else ():
        predictions = _of_peer(peers, peer, name)
        if predictions:
            yield peer, predictions


def _of_peer(python: Path, peer: str, name: str) -> Predictions:
    command = [str(python), str(Path(__file__).with_name("extraction_peers.py")), peer, str(PUBLIC / f"{name}.jsonl")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        print(f"{name:8}{peer}: not there or failed: {run.stderr.strip().splitlines()[-1:]}", flush=True)
        return {}
    lines = [line for line in run.stdout.splitlines() if line.startswith("{")]
    return {row["id"]: row for row in map(json.loads, lines)}


def _trained_elsewhere() -> dict[str, Predictions]:
    """By set, the bodies as weights find them that never saw the site; empty without the packages for training."""
    if importlib.util.find_spec("catboost") is None:
        print("not cross-validated: `pip install -e '.[train]'` brings what it needs")
        return {}
    from tests.benchmarks.train_block_model import cross_validated_bodies

    return cross_validated_bodies()


def _timed(read: Read, row: dict[str, Any]) -> Prediction:
    content = gzip.decompress((PUBLIC / row["html"]).read_bytes())
    begun = time.process_time()
    prediction = read(content, row["url"] or "http://page.invalid/")
    return prediction | {"ms": 1000 * (time.process_time() - begun)}


def scorer() -> ModuleType:
    """The scorer that comes with the pages."""
    spec = importlib.util.spec_from_file_location("score", PUBLIC.parent / "score.py")
    if spec is None or spec.loader is None:
        sys.exit(f"{PUBLIC.parent / 'score.py'} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
