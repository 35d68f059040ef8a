"""Real news pages for benchmarks: from `../shared/extraction/public`, or where that is missing from the sample web."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PUBLIC = Path(__file__).resolve().parents[3] / "shared" / "extraction" / "public"
"""Public pages with ground truth, beside the checkout; not part of the project."""

SETS = ("seb", "fundus", "wcxb", "teval")


@dataclass(frozen=True, slots=True, kw_only=True)
class RealPage:
    """One page as it was saved."""

    id: str
    """Its name in the set."""

    url: str
    """Where it came from."""

    gzipped: bytes
    """The original bytes, gzip-coded."""

    @property
    def content(self) -> bytes:
        """The original bytes."""
        return gzip.decompress(self.gzipped)


def available() -> bool:
    """Whether the public pages lie beside the checkout."""
    return PUBLIC.is_dir()


def sample(count: int, *, seed: int = 1) -> list[RealPage]:
    """*count* pages drawn from the sets, the same ones for the same seed."""
    pages = [page for name in SETS for page in pages_of(name)]
    random.Random(seed).shuffle(pages)
    return pages[:count]


def pages_of(name: str) -> Iterator[RealPage]:
    """The pages of one set, in its order."""
    for line in (PUBLIC / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield RealPage(id=row["id"], url=row["url"] or "", gzipped=(PUBLIC / row["html"]).read_bytes())
