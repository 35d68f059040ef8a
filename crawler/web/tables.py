"""The tables of the catalog by Datasette, below `/db/`: facets, SQL, JSON and CSV, and nothing that writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crawler.web import plugin
from crawler.web.http import ALWAYS, TABLES, App, Receive, Scope, Send, one_line, send_answer

BASE = "/db/"
NAME = "pressmark"

SETTINGS = {
    "base_url": BASE,
    "sql_time_limit_ms": 2000,
    "facet_time_limit_ms": 400,
    "suggest_facets": False,
    "max_returned_rows": 1000,
    "default_page_size": 50,
    "allow_download": False,
    "truncate_cells_html": 300,
    "default_cache_ttl": 0,
}
_METADATA = {
    "title": "pressmark",
    "databases": {
        plugin.DATABASE: {"description": "What was captured, what it was read as, and the articles found in it."}
    },
}
_STATIC = f"{BASE}-/static/"
"""Of Datasette's own pages below `-/` only these are served; others tell about this machine."""


def tables(catalog: Path) -> App:
    """The application that serves the tables of a catalog."""
    opened: dict[int, App] = {}

    def app() -> App:
        """Datasette on the file that is there now: a rebuild puts another in its place."""
        file = catalog.stat().st_ino
        if file not in opened:
            opened.clear()
            opened[file] = _datasette(catalog)
        return opened[file]

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(f"{BASE}-/") and not scope["path"].startswith(_STATIC):
            await send_answer(send, one_line(404, "there is no such page"), head=scope["method"] == "HEAD")
        else:
            await app()(scope, receive, _with_headers(send))

    return serve


def _datasette(catalog: Path) -> App:
    from datasette.app import Datasette
    from datasette.plugins import pm

    if not pm.has_plugin(NAME):
        pm.register(plugin, name=NAME)
        pm.unregister(name="datasette.handle_exception")  # it prints a traceback for each wrong word
    app: App = Datasette([str(catalog)], settings=SETTINGS, metadata=_METADATA).app()
    return app


def _with_headers(send: Send) -> Send:
    """Sends what Datasette answers with our headers, and without cookies."""
    ours = {name.lower().encode(): value.encode() for name, value in (ALWAYS | TABLES).items()}

    async def send_with_headers(message: Any) -> None:
        if message["type"] == "http.response.start":
            theirs = [(name, value) for name, value in message["headers"] if name.lower() not in {*ours, b"set-cookie"}]
            message = {**message, "headers": [*theirs, *ours.items()]}
        await send(message)

    return send_with_headers
