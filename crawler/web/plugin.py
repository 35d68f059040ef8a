"""Our plugin of Datasette: a connection that can only read, the way back to our pages, and errors in one line.

The file is opened read-only; the authorizer refuses all but reading on top of that, so that no statement can attach
another file.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette import Response, hookimpl

DATABASE = "catalog"

_READS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}
_PRAGMAS = {"table_info", "table_xinfo", "foreign_key_list", "index_list", "index_info", "index_xinfo", "database_list"}
_READ_PRAGMAS = {"schema_version", "data_version"}
_REFUSED_FUNCTIONS = {"load_extension", "fts3_tokenizer", "writefile", "readfile", "edit"}
_STATUSES = {"Forbidden": 403, "NotFound": 404}


def authorize(action: int, first: str | None, second: str | None, *_: object) -> int:
    """SQLite's question whether a statement may do something, answered: reading alone."""
    name = (first or "").lower()
    if action in _READS:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_UPDATE and name == "sqlite_master":
        return sqlite3.SQLITE_OK  # how SQLite looks at the columns of a virtual table; it lets nobody write there
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() not in _REFUSED_FUNCTIONS:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and (name in _PRAGMAS or (name in _READ_PRAGMAS and not second)):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


@hookimpl  # type: ignore[untyped-decorator]  # Datasette has no types
def prepare_connection(conn: sqlite3.Connection, database: str) -> None:
    """Nothing but reading."""
    if database == DATABASE:
        conn.execute("pragma busy_timeout = 2000")
        conn.set_authorizer(authorize)


@hookimpl  # type: ignore[untyped-decorator]
def menu_links() -> list[dict[str, str]]:
    """The way back to our own pages."""
    return [{"href": "/", "label": "Search articles"}, {"href": "/overview", "label": "Overview"}]


@hookimpl  # type: ignore[untyped-decorator]
def handle_exception(request: Any, exception: Exception) -> Any:
    """One line. What has no status, or 500, was brought about by what was asked: nothing else varies."""
    status = getattr(exception, "status", 500)
    status = _STATUSES.get(type(exception).__name__, 400 if status == 500 else status)
    message = " ".join(str(getattr(exception, "message", None) or exception).split())[:500]
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "status": status, "error": message}, status=status)
    return Response.text(f"{message or 'cannot be answered'}\n", status=status)
