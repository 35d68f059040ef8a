"""The learned judge of blocks: symmetric decision trees in a readable table, evaluated for a whole page at once.

Every tree asks the same questions at each depth, so a block's leaf is a number made of its answers' bits.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
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

    rows: NDArray[np.intp]
    """The row of the table that each question is about."""

    borders: Floats
    """The answer to each question is yes above this value; a column."""

    questions: NDArray[np.intp]
    """Which question each tree asks at each depth: depth x trees."""

    leaves: Floats
    """What each leaf adds to the log-odds, the 2 ** depth leaves of a tree behind those of the one before it."""

    firsts: NDArray[np.intp]
    """Where the leaves of each tree begin; a column."""

    bias: float
    """Log-odds before any tree."""

    @classmethod
    def from_json(cls, text: str, names: Sequence[str]) -> Self:
        """The model in the form that the training script writes, for tables whose rows are those of *names*."""
        plain = json.loads(text)
        trees = plain["trees"]
        asked = [list(zip(tree["ask"], tree["above"], strict=True)) for tree in trees]
        questions = sorted({question for tree in asked for question in tree})
        numbers = {question: number for number, question in enumerate(questions)}
        places = {name: place for place, name in enumerate(names)}
        return cls(
            rows=np.array([places[plain["columns"][column]] for column, _ in questions], dtype=np.intp),
            borders=np.array([[border] for _, border in questions], dtype=np.float32),
            questions=np.array([[numbers[question] for question in tree] for tree in asked], dtype=np.intp).T.copy(),
            leaves=np.array([tree["add"] for tree in trees], dtype=np.float32).ravel() / plain["scale"],
            firsts=np.arange(0, len(trees) << len(asked[0]), 1 << len(asked[0]), dtype=np.intp)[:, None],
            bias=plain["bias"],
        )

    def probabilities(self, table: Floats) -> Floats:
        """How likely each block is one of the body; *table* is questions x blocks."""
        answers = (table.take(self.rows, axis=0) > self.borders).view(np.uint8)
        leaf = answers.take(self.questions[-1], axis=0)
        for asked in self.questions[-2::-1]:
            leaf += leaf  # numpy adds bytes many at a time, and shifts them one by one
            leaf |= answers.take(asked, axis=0)
        odds = self.leaves.take(leaf + self.firsts).sum(axis=0) + self.bias
        return np.asarray(1.0 / (1.0 + np.exp(-odds)), dtype=np.float32)


@lru_cache(maxsize=4)
def load_model(file: str, names: tuple[str, ...]) -> BlockModel:
    """A model that comes with the package, for tables whose rows are those of *names*."""
    return BlockModel.from_json(files("pipelines").joinpath(file).read_text("utf-8"), names)
