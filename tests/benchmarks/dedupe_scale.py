"""What adding an article costs while a catalog grows: CPU with and without the search for copies, memory, bytes.

Articles have 500 words (`press_prose`). One in five copies an earlier one, edited, cut or introduced, and one in twenty
is a notice from a template, as in a trade press that lives on press releases.
"""

from __future__ import annotations

import json
import math
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import combinations, islice, takewhile
from pathlib import Path
from typing import Any

import numpy as np

from archive import fold, similar
from archive.index import Catalog
from archive.likeness import ALGORITHM, KEY_BYTES, KEY_SHINGLES, KEYS, WORDS, fingerprint
from archive.text import MIN_BODY
from crawler.newsweb.prose.grammar import dice
from tests.archive.catalogs import article, at, capture
from tests.benchmarks.copied_stories import Planted, notices, singles
from tests.benchmarks.press_prose import LENGTH, PressProse
from tests.benchmarks.real_pages import PUBLIC, SETS, available

BATCH = 64


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


def print_costs(count: int, stored: int = 0, seed: int = 1) -> None:
    """Add *count* articles to one catalog and print a line at each checkpoint.

    The catalog may hold fingerprints before, of so many other texts, which have nothing in common with anything.
    """
    watch = _Stopwatch()
    fold.Fold._add_body = watch.around(fold.Fold._add_body)  # type: ignore[method-assign]
    similar.Pairs.add = watch.around(similar.Pairs.add)  # type: ignore[method-assign]
    beside = f" beside {stored:,} fingerprints" if stored else ""
    print(f"{count:,} articles of {LENGTH} words{beside}; CPU in ms an article, the search for copies and everything\n")
    print("| articles | copies | everything | memory | bytes of fingerprints a text | clusters |")
    print("| --- | --- | --- | --- | --- | --- |")
    source = _articles(seed)
    with (
        tempfile.TemporaryDirectory(dir=Path.cwd()) as folder,
        Catalog.open(Path(folder) / "catalog.db", reader_id="benchmark") as catalog,
    ):
        _store(catalog, stored, seed)
        added = 0
        for checkpoint in _checkpoints(count):
            whole, watch.seconds, before = 0.0, 0.0, added
            while added < checkpoint:
                batch = [next(source) for _ in range(BATCH)]
                begun = time.process_time()
                for planted in batch:
                    url = f"https://site{added % 997}.example/{added}"
                    catalog.add(capture(url, captured_at=at(added / 60)), article(planted.headline, planted.body))
                    added += 1
                catalog.commit()
                whole += time.process_time() - begun
            _print_row(catalog, added, 1000 * watch.seconds / (added - before), 1000 * whole / (added - before))


def print_chance(seed: int = 1) -> None:
    """Print how many texts of a thousand share a run of words in the fingerprint with one, though none is a copy."""
    texts = {
        "this benchmark": islice(PressProse(seed).originals(), 1000),
        "the simulated web": (planted.body for planted in islice(singles(seed), 1000)),
        "real pages": _real_bodies(),
    }
    print("| texts of at most 500 words | texts | of a thousand share a run of six words with one |")
    print("| --- | --- | --- |")
    for name, bodies in texts.items():
        shortened = [" ".join(body.split(" ")[:LENGTH]) for body in bodies]
        print(f"| {name} | {len(shortened):,} | {1000 * _met_by_chance(shortened):.2f} |")


def _met_by_chance(bodies: list[str]) -> float:
    """The share of pairs with a key in common, those apart that may be copies."""
    found = [fingerprint(body) for body in bodies]
    bands: dict[bytes, set[int]] = defaultdict(set)
    for number, one in enumerate(found):
        for key in one.split:
            bands[key].add(number)
    met = {pair for members in bands.values() for pair in combinations(sorted(members), 2)}
    return sum(not found[a].may_be_like(found[b]) for a, b in met) / max(1, math.comb(len(bodies), 2))


def _real_bodies() -> Iterator[str]:
    for name in (*SETS, "n4k") if available() else ():
        for line in (PUBLIC / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            body = json.loads(line).get("body") or ""
            if len(body) >= MIN_BODY:
                yield body


def _store(catalog: Catalog, count: int, seed: int) -> None:
    """Fingerprints and bands such as *count* texts without a run of words in common would have left."""
    rng, shingles = np.random.default_rng(seed), LENGTH - WORDS * KEY_SHINGLES + 1
    bodies = np.sort(rng.integers(-(1 << 63), 1 << 63, count, np.int64))

    def rows() -> Iterator[tuple[Any, ...]]:
        for first in range(0, count, BATCH):
            gaps = rng.exponential((1 << 8 * KEY_BYTES) / shingles, (BATCH, KEYS))
            smallest = gaps.cumsum(1).astype(">i8").view(np.uint8).reshape(BATCH, KEYS, 8)[:, :, -KEY_BYTES:]
            for body, keys in zip(bodies[first : first + BATCH].tolist(), smallest, strict=False):
                yield body, f"{body + (1 << 63):016x}".ljust(64, "0"), ALGORITHM, shingles, keys.tobytes()

    with catalog.connection as db:
        db.execute("begin")
        db.executemany(fold.FINGERPRINTS.insert, rows())
        db.execute(similar._INSERT_ALL_BANDS, (similar._places(KEYS), KEY_BYTES))


def _checkpoints(count: int) -> Iterator[int]:
    """1,000, 2,000, 5,000, 10,000 and so on up to *count*."""
    steps = (leading * 10**digits for digits in range(3, 9) for leading in (1, 2, 5))
    yield from takewhile(lambda step: step < count, steps)
    yield count


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
    sources = (iter(PressProse(seed)), notices(seed))
    while True:
        yield next(rng.choices(sources, weights=(95, 5))[0])


if __name__ == "__main__":
    print_costs(20_000)
