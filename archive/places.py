"""Where collections lie, and what is said when there is none."""

from __future__ import annotations

import difflib
from pathlib import Path


def is_collection(path: Path) -> bool:
    """Whether the folder holds a collection: an `archive/`, as replay tools expect it, or a catalog."""
    try:
        return (path / "archive").is_dir() or (path / "catalog.db").is_file()
    except OSError:  # too long for a name, or in a folder that may not be read
        return False


def not_there(path: Path) -> str:
    """There is no collection at *path*, and what there is beside it, or how to make one."""
    try:
        beside = sorted(p.name for p in path.parent.iterdir() if is_collection(p))
    except OSError:
        beside = []
    what = f"no collection at {path}"
    if close := difflib.get_close_matches(path.name, beside, n=1):
        return f"{what}; did you mean `-c {_typed(path.with_name(close[0]))}`?"
    if beside:
        return f"{what}; beside it: {', '.join(beside[:10])}"
    return f"{what}; make one with `pressmark crawl URL -c {_typed(path)}` or `pressmark import WARC -c {_typed(path)}`"


def _typed(path: Path) -> str:
    """The path as `-c` takes it: a bare name would be looked for below `collections/`."""
    return str(path) if "/" in str(path) else f"./{path}"
