"""The learned judge of blocks: symmetric decision trees in a readable table, evaluated for a whole page at once.

Every tree asks the same questions at each depth, so a block's leaf is a number made of its answers' bits.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class BlockModel:
    """A sum of trees of one depth, as the training script writes it."""

    names: tuple[str, ...]
    """The columns that the trees ask about, in the order of `columns`."""

    columns: NDArray[np.intp]
    """Which of `names` each question is about: trees x depth."""

    borders: Floats
    """The answer to a question is yes above this value: trees x depth."""

    leaves: Floats
    """What each leaf adds to the log-odds: trees x 2 ** depth."""

    bias: float
    """Log-odds before any tree."""

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The model in the form of `to_json`."""
        plain = json.loads(text)
        trees = plain["trees"]
        return cls(
            names=tuple(plain["columns"]),
            columns=np.array([tree["ask"] for tree in trees], dtype=np.intp),
            borders=np.array([tree["above"] for tree in trees], dtype=np.float32),
            leaves=np.array([tree["add"] for tree in trees], dtype=np.float32) / plain["scale"],
            bias=plain["bias"],
        )

    def probabilities(self, table: Floats) -> Floats:
        """How likely each block is one of the body; *table* is columns x blocks, its columns those of `names`."""
        trees, depth = self.columns.shape
        leaf = np.zeros((trees, table.shape[1]), dtype=np.int16)
        for question in range(depth):
            answers = table[self.columns[:, question]] > self.borders[:, question, None]
            leaf += answers.astype(np.int16) << question
        odds = np.take_along_axis(self.leaves, leaf.astype(np.intp), axis=1).sum(axis=0) + self.bias
        return np.asarray(1.0 / (1.0 + np.exp(-odds)), dtype=np.float32)


@lru_cache(maxsize=4)
def load_model(name: str) -> BlockModel:
    """A model that comes with the package."""
    return BlockModel.from_json(files("pipelines").joinpath(name).read_text("utf-8"))
