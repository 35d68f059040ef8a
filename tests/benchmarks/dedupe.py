"""How well copies are told from lookalikes, beside other tools, and what that costs in a large collection.

Run by `make bench-dedupe`. Without `--articles` it measures quality on the corpora of `copied_stories`: every pair of
articles that a tool joins, directly or through others, is looked at. *Precision* is the share of joined pairs that tell
one story, *recall* the share of the planted duplicates that are joined. With `--articles N` it adds so many articles to
one catalog and prints what adding costs at the beginning and at the end.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

from archive.index import Catalog
from tests.archive.catalogs import article, at, capture
from tests.benchmarks.copied_stories import Planted, corpus, duplicates

JUDGED = range(201, 221)
"""Seeds that nobody developed with; seeds 1 to 120 were for that."""

BATCH = 64
"""Articles of one commit, as in a crawl."""

Pairs = Iterable[tuple[int, int]]


@dataclass(slots=True)
class Score:
    """What one tool has joined, added up over corpora."""

    joined: int = 0
    """Pairs in one group."""

    right: int = 0
    """Those of them that tell one story."""

    found: int = 0
    """Planted duplicates that were joined."""

    planted: int = 0
    """Planted duplicates."""

    templated: int = 0
    """Pairs of notices or stories from one template that were joined, and are of another company, period or event."""

    seconds: float = 0.0
    """CPU seconds."""

    articles: int = 0
    """Articles looked at."""

    wrong: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Wrongly joined pairs by how the two were made."""

    missed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Duplicates that were not joined, likewise."""

    def add(self, planted: list[Planted], truth: set[tuple[int, int]], pairs: Pairs) -> None:
        """Count what was found in one corpus."""
        groups = joined(pairs)
        group_of = {place: number for number, group in enumerate(groups) for place in group}
        for group in groups:
            for a, b in combinations(sorted(group), 2):
                one, other = planted[a], planted[b]
                self.joined += 1
                self.right += one.family == other.family
                if one.family != other.family:
                    self.wrong[one.made, other.made] += 1
                    self.templated += bool(one.series) and one.series == other.series
        missed = [(a, b) for a, b in truth if group_of.get(a, -1) != group_of.get(b, -2)]
        self.missed.update((planted[a].made, planted[b].made) for a, b in missed)
        self.planted += len(truth)
        self.found += len(truth) - len(missed)
        self.articles += len(planted)

    @property
    def row(self) -> str:
        """The figures as a line of the table."""
        precision, recall = self.right / max(1, self.joined), self.found / max(1, self.planted)
        cost = 1000 * self.seconds / max(1, self.articles)
        return f"{precision:.4f} | {recall:.4f} | {self.templated} | {self.joined - self.right} | {cost:.2f}"


def joined(pairs: Pairs) -> list[list[int]]:
    """The connected components of the pairs."""
    parent: dict[int, int] = {}

    def find(node: int) -> int:
        while parent.setdefault(node, node) != node:
            parent[node] = node = parent[parent[node]]
        return node

    for a, b in pairs:
        parent[find(a)] = find(b)
    groups: dict[int, list[int]] = defaultdict(list)
    for node in list(parent):
        groups[find(node)].append(node)
    return list(groups.values())


def by_pressmark(planted: list[Planted]) -> Pairs:
    """The clusters of a catalog that these articles were folded into."""
    with tempfile.TemporaryDirectory() as name, _catalog(Path(name)) as catalog:
        for place, one in enumerate(planted):
            catalog.add(capture(_url(place), captured_at=at(place)), article(one.headline, one.body))
            if place % BATCH == BATCH - 1:
                catalog.commit()
        catalog.commit()
        clusters = defaultdict(list)
        for url, cluster in catalog.connection.execute("select url, cluster_id from articles where cluster_id <> ''"):
            clusters[cluster].append(int(url.rpartition("/")[2]))
    return [(members[0], member) for members in clusters.values() for member in members[1:]]


def by_datasketch(planted: list[Planted]) -> Pairs:
    """datasketch: MinHash of 128 permutations, LSH at a resemblance of 0.8, three words a shingle."""
    from datasketch import MinHash, MinHashLSH

    lsh, pairs = MinHashLSH(threshold=0.8, num_perm=128), []
    for place, one in enumerate(planted):
        sketch = MinHash(num_perm=128)
        sketch.update_batch([shingle.encode() for shingle in _shingles(one.body)])
        pairs += [(other, place) for other in lsh.query(sketch)]
        lsh.insert(place, sketch)
    return pairs


def by_rensa(planted: list[Planted]) -> Pairs:
    """rensa: the same with its R-MinHash."""
    from rensa import RMinHash, RMinHashLSH

    lsh, sketches, pairs = RMinHashLSH(threshold=0.8, num_perm=128, num_bands=16), [], []
    for place, one in enumerate(planted):
        sketch = RMinHash(num_perm=128, seed=1)
        sketch.update(sorted(_shingles(one.body)))
        pairs += [(other, place) for other in lsh.query(sketch) if sketch.jaccard(sketches[other]) >= 0.8]
        lsh.insert(place, sketch)
        sketches.append(sketch)
    return pairs


def by_simhash(planted: list[Planted]) -> Pairs:
    """simhash: 64 bits, at most three of which differ, four letters a feature, as it comes."""
    from simhash import Simhash, SimhashIndex

    index, pairs = SimhashIndex([], k=3), []
    for place, one in enumerate(planted):
        found = Simhash(one.body)
        pairs += [(int(other), place) for other in index.get_near_dups(found)]
        index.add(str(place), found)
    return pairs


def by_title(planted: list[Planted]) -> Pairs:
    """Equal headlines."""
    first: dict[str, int] = {}
    return [(first[p.headline], n) for n, p in enumerate(planted) if first.setdefault(p.headline, n) != n]


TOOLS: dict[str, Callable[[list[Planted]], Pairs]] = {
    "pressmark": by_pressmark,
    "datasketch": by_datasketch,
    "rensa": by_rensa,
    "simhash": by_simhash,
    "exact title": by_title,
}
"""What is compared, by name."""


def _is_there(tool: str) -> bool:
    return tool in ("pressmark", "exact title") or find_spec(tool) is not None


def measure(seeds: Iterable[int], tools: Iterable[str]) -> dict[str, Score]:
    """The scores of these tools on the corpora of these seeds."""
    scores = {name: Score() for name in tools}
    for seed in seeds:
        planted = corpus(seed)
        truth = duplicates(planted)
        for name, score in scores.items():
            begun = time.process_time()
            pairs = TOOLS[name](planted)
            score.seconds += time.process_time() - begun
            score.add(planted, truth, pairs)
            print(f"up to seed {seed}: {name} {score.row}", file=sys.stderr, flush=True)
    return scores


def main() -> None:
    """Print one of the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--seeds", default=f"{JUDGED[0]}-{JUDGED[-1]}", help="corpora, such as 201-220")
    parser.add_argument("--tools", default=",".join(TOOLS), help="what is compared")
    parser.add_argument("--articles", type=int, help="measure the cost in a catalog of so many articles instead")
    parser.add_argument("--stored", type=int, default=0, help="with --articles: so many fingerprints are there before")
    parser.add_argument("--chance", action="store_true", help="how often unrelated texts share a run of six words")
    asked = parser.parse_args()
    tools = [tool for tool in asked.tools.split(",") if _is_there(tool)]
    if asked.chance or asked.articles:
        from tests.benchmarks.dedupe_scale import print_chance, print_costs

        if asked.chance:
            print_chance()
            return
        print_costs(asked.articles, asked.stored)
        return
    first, _, last = asked.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    scores = measure(seeds, tools)
    total = next(iter(scores.values()))
    print(f"seeds {asked.seeds}: {total.articles:,} articles, {total.planted:,} planted pairs of duplicates\n")
    print("| tool | precision | recall | templated pairs joined | wrong pairs | ms of CPU an article |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, score in scores.items():
        print(f"| {name} | {score.row} |")
    if missing := sorted(set(asked.tools.split(",")) - set(tools)):
        print(f"\nnot installed: {', '.join(missing)}; run `.venv/bin/pip install -e '.[bench]'`")
    ours = scores.get("pressmark")
    if ours is not None:
        print(f"\ntemplated earnings reports and other notices that pressmark merged: {ours.templated}")
        print(f"\npressmark joined wrongly: {_most(ours.wrong)}\npressmark missed: {_most(ours.missed)}")


def _most(counts: Counter[tuple[str, str]]) -> str:
    return "; ".join(f"{one} and {other} {number}" for (one, other), number in counts.most_common(6)) or "nothing"


def _catalog(folder: Path) -> Catalog:
    catalog = Catalog.open(folder / "catalog.db", reader_id="benchmark")
    catalog.connection.execute("pragma synchronous = off")
    return catalog


def _url(place: int) -> str:
    return f"https://site{place % 97}.example/{place}"


def _shingles(body: str) -> Iterator[str]:
    words = re.findall(r"\w+", body.casefold())
    if len(words) < 60 < len(body):  # no spaces
        words = list("".join(words))
    return (" ".join(words[n : n + 3]) for n in range(len(words) - 2))


if __name__ == "__main__":
    main()
