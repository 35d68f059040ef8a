"""Binds what the archive needs from above: the reader, and the places of collections and site files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from archive.errors import UsageError

if TYPE_CHECKING:
    from pipelines.read import Reader
    from pipelines.site import Sites

COLLECTIONS = Path("collections")
"""Where collections that are given by name lie, below the working directory."""

DEFAULT_COLLECTION = "news"


def collection_path(name_or_path: str) -> Path:
    """The folder of a collection: a bare name lies below `collections/`, anything with a slash is a path.

    Raises UsageError for an empty name, such as that of an unset variable of the shell.

    >>> collection_path("news").as_posix(), collection_path("./elsewhere").as_posix()
    ('collections/news', 'elsewhere')
    """
    if not name_or_path.strip(". "):
        raise UsageError(f"{name_or_path!r} names no collection; name one with `-c NAME|PATH`")
    return Path(name_or_path) if "/" in name_or_path else COLLECTIONS / name_or_path


def own_sites() -> Path:
    """The folder of the operator's own site files: PRESSMARK_SITES, or `sites` below the working directory."""
    return Path(os.environ.get("PRESSMARK_SITES") or "sites")


def site_files() -> Sites:
    """The site files that come with pressmark, and the operator's own; of two of one name the operator's counts."""
    from pipelines.site import SITES, load_sites

    return load_sites((SITES, own_sites()))


def default_reader() -> Reader:
    """The reader of this version of the code with the site files of this place.

    A function without arguments at module level, so that a spawned child can make its own.
    """
    from pipelines.read import Reader

    return Reader(site_files())
