"""Searches that a collection keeps under a name, and what each of them finds that is new.

They lie in `searches.json` beside the catalog: they are wishes of people, and follow from no WARC file.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import UsageError
from archive.files import Files, replace_file
from archive.results import Hit
from archive.search import search

FILE = "searches.json"
_NAME = re.compile(r"[\w][\w .-]{0,63}")
MAX_NEWS = 100
"""New articles of one search that are given; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A search under a name."""

    name: str
    """What it is called."""

    query: str
    """Its words."""

    filters: Mapping[str, Any]
    """Its filters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a saved search finds among the articles that came since some instant."""

    name: str
    """The search."""

    total: int
    """How many articles are new."""

    hits: tuple[Hit, ...]
    """The newest of them."""


def saved(collection_dir: Path) -> tuple[SavedSearch, ...]:
    """The searches of a collection, by name. Raises UsageError when their file is not what was written."""
    path = collection_dir / FILE
    if not path.exists():
        return ()
    try:
        found = json.loads(path.read_bytes())
        return tuple(SavedSearch(name=name, **found[name]) for name in sorted(found))
    except (ValueError, TypeError, AttributeError):
        raise UsageError(f"{path} cannot be read; move it away and save the searches again") from None


def save(collection_dir: Path, name: str, query: str, filters: Mapping[str, Any]) -> None:
    """Keeps a search under *name*, in place of one of that name."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"--save {name!r}: a name has letters, digits, spaces, dots and hyphens, at most 64")
    _write(
        collection_dir,
        {s.name: s for s in saved(collection_dir)} | {name: SavedSearch(name=name, query=query, filters=filters)},
    )


def forget(collection_dir: Path, name: str) -> None:
    """Drops the search of that name."""
    kept = {one.name: one for one in saved(collection_dir)}
    if name not in kept:
        raise UsageError(f"--forget {name}: no such search; there are {', '.join(kept) or 'none'}")
    del kept[name]
    _write(collection_dir, kept)


def _write(collection_dir: Path, kept: Mapping[str, SavedSearch]) -> None:
    said = {name: {"query": one.query, "filters": dict(one.filters)} for name, one in sorted(kept.items())}
    replace_file(Files(), collection_dir / FILE, [json.dumps(said, ensure_ascii=False, indent=2).encode() + b"\n"])


def news(db: sqlite3.Connection, collection_dir: Path, since: str) -> tuple[News, ...]:
    """What each saved search finds among the articles that were captured first at *since* or later; none left out."""
    found = []
    for one in saved(collection_dir):
        result = search(db, one.query, sort="date", limit=MAX_NEWS, first_seen=since, **one.filters)
        found.append(News(name=one.name, total=result.total, hits=result.hits))
    return tuple(found)
