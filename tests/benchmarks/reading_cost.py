"""What it costs to read a page, body and all fields: our reader beside trafilatura, each in a process of its own.

    python -m tests.benchmarks.reading_cost [SET...]    a line for each reader and set, seb if none is named

The first page is read once before, so that what a process loads at its start is in its memory and not in the figures
of a page. Part of `make bench-extraction`.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks import measure
from tests.benchmarks.extraction_readers import READERS
from tests.benchmarks.real_pages import PUBLIC, RealPage, pages_of

SLOW = 1000.0
"""Milliseconds that no page may take."""


def main() -> None:
    """Print the costs of all readers; as a child, those of one as JSON."""
    if not PUBLIC.is_dir():
        sys.exit("skipped: ../shared/extraction/public is not there, and no figure is made up")
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(_cost_of(sys.argv[2], list(pages_of(sys.argv[3])))))
    else:
        print_costs(sys.argv[1:] or ["seb"])


def print_costs(sets: list[str]) -> None:
    """Print for each set and reader CPU, the dearest page, pages that failed or were slow, and memory."""
    heads = ("ms CPU/page", "dearest", "over 1 s", "raised", "peak MB")
    print(f"{'set':8}{'reader':13}{'pages':>6}" + "".join(f"{head:>12}" for head in heads))
    for name in sets:
        for reader in READERS:
            with tempfile.TemporaryDirectory(prefix="pressmark-bench-") as folder:
                log = Path(folder) / "log"
                child = measure.run([sys.executable, "-m", __spec__.name, "--child", reader, name], log=log)
                lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
            if child.exit_code:
                sys.exit(f"{reader} on {name} ended with {child.exit_code}:\n" + "\n".join(lines[-20:]))
            cost = json.loads(lines[-1])
            cells = (f"{cost['mean']:.2f}", f"{cost['dearest']:.1f}", cost["slow"], cost["raised"], child.peak // 10**6)
            print(f"{name:8}{reader:13}{cost['pages']:6}" + "".join(f"{cell:>12}" for cell in cells), flush=True)


def _cost_of(reader: str, pages: list[RealPage]) -> dict[str, float]:
    """What *reader* takes for *pages*, in milliseconds of CPU."""
    read = READERS[reader]()
    times: list[float] = []
    raised = 0
    for page in [pages[0], *pages]:
        content = page.content
        begun = time.process_time()
        try:
            read(content, page.url or "http://page.invalid/")
        except Exception:  # noqa: BLE001  what a reader raises is one of the figures
            raised += 1
        times.append(1000 * (time.process_time() - begun))
    of_pages = times[1:]
    return {
        "pages": len(of_pages),
        "mean": sum(of_pages) / len(of_pages),
        "dearest": max(of_pages),
        "slow": sum(ms > SLOW for ms in of_pages),
        "raised": raised,
    }


if __name__ == "__main__":
    main()
