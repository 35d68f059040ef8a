"""The labels that the block model is trained on."""

from __future__ import annotations

from tests.benchmarks.block_labels import shares

BODY = "The bridge opens in May. Ships pass below it at noon. The bridge opens in May."


def test_whole_blocks():
    """A block that stands in the body belongs to it, one that does not does not."""
    assert shares(["Home News", "The bridge opens in May.", "Read more"], BODY) == [0.0, 1.0, 0.0]


def test_order_decides_between_equal_texts():
    """Of two equal texts the one counts that keeps the order of its neighbours."""
    texts = ["Ships pass below it at noon.", "The bridge opens in May.", "Imprint"]
    assert shares(texts, BODY) == [1.0, 1.0, 0.0]


def test_out_of_order():
    """What stands the wrong way about is given up for the heavier part."""
    found = shares(
        ["one two three four five six", "seven eight nine ten"], "seven eight nine ten one two three four five six"
    )
    assert found == [1.0, 0.0]


def test_part_of_a_block():
    """A block that is longer than what was written down of it belongs by its share."""
    (share,) = shares(["By Ann Lee: Ships pass below it at noon. Photo"], BODY)
    assert 0.5 < share < 0.8
