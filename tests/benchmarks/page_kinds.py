"""How well articles are told from other pages: on simulated webs, and on real pages of other kinds.

    python -m tests.benchmarks.page_kinds                  newsweb seeds 201-205, and the public pages
    python -m tests.benchmarks.page_kinds --seeds 201-220

The real articles are those of `wcxb`, the other pages those of `wcxbother`: shops, forums, manuals,
services, lists. Nothing is printed for a set that is not there.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter

from crawler.bindings import default_reader
from crawler.cli.reading import page_record
from tests.benchmarks.extraction_readers import CAPTURED_AT
from tests.benchmarks.newsweb_reading import measure, seed_range
from tests.benchmarks.real_pages import PUBLIC

ARTICLES, OTHERS = "wcxb", "wcxbother"
"""The sets with real pages."""


def main() -> None:
    """Print precision and recall for both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=seed_range, default=seed_range("201-205"), metavar="N-M", help="of the newsweb")
    tally = measure(parser.parse_args().seeds)
    taken = {kind: (tally.false[kind], tally.others[kind]) for kind in tally.others}
    _print("newsweb", tally.articles.total(), tally.lost.total(), taken)
    if not all((PUBLIC / f"{name}.jsonl").is_file() for name in (ARTICLES, OTHERS)):
        print(f"{ARTICLES}, {OTHERS}: not there, and no figure is made up")
        return
    found = _read_as_articles(ARTICLES)["article"]
    taken = _read_as_articles(OTHERS)
    _print(f"{ARTICLES}, {OTHERS}", found[0], found[1] - found[0], taken)


def _read_as_articles(name: str) -> dict[str, tuple[int, int]]:
    """For each kind of page in a set how many were read as articles, of how many."""
    reader, read, of = default_reader(), Counter[str](), Counter[str]()
    for line in (PUBLIC / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        content = gzip.decompress((PUBLIC / truth["html"]).read_bytes())
        reading = reader.read(page_record(content, url=truth["url"], captured_at=CAPTURED_AT))
        of[truth["page_type"]] += 1
        read[truth["page_type"]] += reading.kind == "article"
    return {kind: (read[kind], of[kind]) for kind in of}


def _print(name: str, found: int, lost: int, taken: dict[str, tuple[int, int]]) -> None:
    """Precision and recall of being an article, then which other pages were taken for one."""
    false = sum(wrong for wrong, _ in taken.values())
    print(f"{name}: {found + lost} articles, {sum(of for _, of in taken.values())} other pages")
    print(f"  precision {found / max(1, found + false):.4f}, recall {found / max(1, found + lost):.4f}")
    for kind, (wrong, of) in sorted(taken.items()):
        print(f"  {kind:16}{wrong:5} of {of:5} taken for articles")


if __name__ == "__main__":
    main()
