"""How well pages are read, and what that costs: our reader beside trafilatura, on the same pages in one go.

Run by `make bench-extraction`. The pages and their ground truth lie in `../shared/extraction/public`, with the scorer
that is used here; nothing is printed for a set that is not there. These are plain figures: the block model was trained
on these pages, so pages that it never saw are read less well.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
import time
from types import ModuleType
from typing import Any

from tests.benchmarks.extraction_readers import READERS, Prediction, Read
from tests.benchmarks.reading_cost import print_costs
from tests.benchmarks.real_pages import PUBLIC

SETS = ("seb", "fundus", "wcxb", "teval", "hdate")
COLUMNS = ("F1", "acc", "P10", "snip", "head~", "stand~", "date", "authF1", "ms_mean")


def main() -> None:
    """Print a line for each set and reader."""
    if not PUBLIC.is_dir():
        sys.exit("skipped: ../shared/extraction/public is not there, and no figure is made up")
    score = scorer().score
    readers = {name: make() for name, make in READERS.items()}
    print(f"{'set':8}{'reader':13}{'pages':>6} " + " ".join(f"{column:>7}" for column in COLUMNS))
    for name in SETS:
        truth = [json.loads(line) for line in (PUBLIC / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
        for reader, read in readers.items():
            scores, _ = score(truth, {row["id"]: _timed(read, row) for row in truth})
            cells = (f"{scores[c]:7.3f}" if scores.get(c) is not None else f"{'-':>7}" for c in COLUMNS)
            print(f"{name:8}{reader:13}{len(truth):6} {' '.join(cells)}", flush=True)
    print()
    print_costs(["seb"])


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
