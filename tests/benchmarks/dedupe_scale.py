"""What adding an article costs while a catalog grows: CPU with and without the search for copies, memory, bytes.

Articles have some 500 words. One in five copies an earlier one, edited, cut or introduced, and one in twenty is a
notice from a template, as in a trade press that lives on press releases.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from archive import fold, similar
from archive.index import Catalog
from crawler.newsweb.prose.grammar import dice
from tests.archive.catalogs import article, at, capture
from tests.benchmarks.copied_stories import Planted, families, notices, singles

BATCH = 64
STEPS = 10
WORDS = 500


class _Stopwatch:
    """CPU seconds spent in the calls that it is put around."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*values: Any, **named: Any) -> Any:
            begun = time.process_time()
            try:
                return call(*values, **named)
            finally:
                self.seconds += time.process_time() - begun

        return timed


def print_costs(count: int, seed: int = 1) -> None:
    """Add *count* articles to one catalog and print a line for each tenth of them."""
    watch = _Stopwatch()
    fold.Fold._add_body = watch.around(fold.Fold._add_body)  # type: ignore[method-assign]
    similar.Pairs.add = watch.around(similar.Pairs.add)  # type: ignore[method-assign]
    print(f"{count:,} articles of {WORDS} words; CPU in ms an article, the search for copies and everything\n")
    print("| articles | copies | everything | memory | bytes of fingerprints a text | clusters |")
    print("| --- | --- | --- | --- | --- | --- |")
    source = _articles(seed)
    with (
        tempfile.TemporaryDirectory(dir=Path.cwd()) as folder,
        Catalog.open(Path(folder) / "catalog.db", reader_id="benchmark") as catalog,
    ):
        added = 0
        for step in range(1, STEPS + 1):
            whole, watch.seconds, before = 0.0, 0.0, added
            while added < count * step // STEPS:
                batch = [next(source) for _ in range(BATCH)]
                begun = time.process_time()
                for planted in batch:
                    url = f"https://site{added % 997}.example/{added}"
                    catalog.add(capture(url, captured_at=at(added / 60)), article(planted.headline, planted.body))
                    added += 1
                catalog.commit()
                whole += time.process_time() - begun
            _print_row(catalog, added, 1000 * watch.seconds / (added - before), 1000 * whole / (added - before))


def _print_row(catalog: Catalog, added: int, copies: float, whole: float) -> None:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    (clusters,) = catalog.connection.execute("select count(*) from clusters").fetchone()
    print(
        f"| {added:,} | {copies:.2f} | {whole:.2f} | {memory} MB | {_bytes_a_text(catalog):.0f} | {clusters:,} |",
        flush=True,
    )


def _bytes_a_text(catalog: Catalog) -> float:
    """Bytes of the tables and indexes that serve the search for copies, for each body."""
    db = catalog.connection
    names = ("fingerprints", "bands", "similar_bodies", "similar_bodies_by_other")
    (size,) = db.execute(
        f"select sum(pgsize) from dbstat where aggregate = true and name in ({', '.join('?' * len(names))})",
        names,
    ).fetchone()
    (texts,) = db.execute("select count(*) from fingerprints").fetchone()
    return float(size) / max(1, texts)


def _articles(seed: int) -> Iterator[Planted]:
    rng = dice("scale", seed)
    sources = (singles(seed), families(seed), notices(seed))
    while True:
        planted = next(rng.choices(sources, weights=(65, 30, 5))[0])
        yield planted if planted.language == "ja" else _of_length(planted)


def _of_length(planted: Planted) -> Planted:
    words = planted.body.split(" ")
    return planted if len(words) <= WORDS else replace(planted, body=" ".join(words[:WORDS]))


if __name__ == "__main__":
    print_costs(20_000)
