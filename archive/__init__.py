"""Keeps what was fetched and finds it again: WARC files, their index, and the catalog derived from them.

>>> from archive import open_collection                          # doctest: +SKIP
>>> news = open_collection("collections/news")                   # doctest: +SKIP
>>> [hit.headline for hit in news.search("vaccine").hits]        # doctest: +SKIP
['Vaccine trial meets its goal']
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archive.reading_room import ReadingRoom, open_collection

__all__ = ["ReadingRoom", "open_collection"]


def __getattr__(name: str) -> Any:
    """The public names, imported when they are first asked for: whoever needs one module pays for no other."""
    if name not in __all__:
        raise AttributeError(f"module 'archive' has no attribute {name!r}")
    from archive import reading_room

    return getattr(reading_room, name)
