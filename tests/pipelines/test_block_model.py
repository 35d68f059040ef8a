"""The weights are those of the training as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines import block_context, block_features, body
from tests.benchmarks.train_block_model import TREES, recipe


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("block_model.json", block_features.NAMES),
        ("block_model_context.json", (*block_features.NAMES, *block_context.NAMES)),
    ],
)
def test_weights_fit_the_training(name: str, columns: tuple[str, ...]):
    """Parameters, sets and columns that the weights were made with are those of the training script and the reader."""
    weights = json.loads(Path(body.__file__).with_name(name).read_text("utf-8"))

    assert (weights["recipe"], len(weights["trees"])) == (recipe(columns), TREES)
    assert set(weights["columns"]) <= set(columns)
