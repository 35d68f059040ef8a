"""What would make the parser slow is taken away, and nothing else."""

from __future__ import annotations

from time import process_time

import pytest

from pipelines.page import open_page
from pipelines.pruning import MAX_ATTRIBUTES, MAX_DEPTH, MAX_TAGS, prune
from tests.pipelines.pages import CAPTURED, URL

HOSTILE = {
    "many attributes": "<div " + " ".join(f"a{i}=1" for i in range(200_000)) + ">x",
    "quoted signs": "<div " + " ".join(f'a{i}=">"' for i in range(100_000)) + ">x",
    "quoted starts": "<div " + " ".join(f'a{i}="<"' for i in range(100_000)) + ">x",
    "deep": "<div>" * 100_000 + "x",
    "deep and closed": "<div>" * 100_000 + "x" + "</div>" * 100_000,
    "wrong ends": "<b></p>" * 100_000,
    "unknown ends": "<div></x>" * 100_000,
    "one long script": "<script>" + "i<n;" * 500_000,
    "comments": "<!--" * 200_000,
}


def test_a_common_page_stays_as_it_is():
    """A page of common size and depth is not touched."""
    source = b"<div class=a><p>text</p></div>" * 500
    assert prune(source) == (source, ())


@pytest.mark.fault(47)
def test_nesting_is_flattened_and_told():
    """Elements deeper than the bound lose their tags, not their text."""
    pruned, notes = prune(b"<div>" * 50_000 + b"text")
    assert (pruned.count(b"<div>"), pruned.endswith(b"text")) == (MAX_DEPTH, True)
    assert notes == ("nesting: 49,600 elements deeper than 400 flattened",)


@pytest.mark.fault(46)
def test_attributes_are_cut_and_told():
    """A tag keeps as many attributes as may be."""
    pruned, notes = prune(HOSTILE["many attributes"].encode())
    assert (pruned.count(b"=1"), notes) == (MAX_ATTRIBUTES, ("attributes: 1 tags with more than 1,000 cut",))


def test_tags_are_counted():
    """What follows the last tag that may be is left out, and told."""
    pruned, notes = prune(b"<i>x</i>" * MAX_TAGS)
    assert (pruned.count(b"<"), len(notes)) == (MAX_TAGS, 1)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.fault(46, 47)
def test_hostile_pages_open_quickly(name: str):
    """No page takes long, whatever is in it."""
    before = process_time()
    open_page(HOSTILE[name].encode(), url=URL, captured_at=CAPTURED)
    assert process_time() - before < 3
