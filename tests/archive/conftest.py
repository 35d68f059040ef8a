"""Fixtures of the archive's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.collection import Collection
from archive.index import Catalog
from tests.archive.catalogs import make_reader, some_exchanges, write_warc


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    """An empty collection."""
    return Collection.create(tmp_path / "news")


@pytest.fixture
def filled(collection: Collection) -> Collection:
    """A collection with one finished WARC, folded."""
    write_warc(collection, some_exchanges())
    collection.catch_up(make_reader().read, reader_id=make_reader().id)
    return collection


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """An empty catalog."""
    opened = Catalog.open(tmp_path / "catalog.db", reader_id="test")
    yield opened
    opened.close()
