"""`pressmark serve`: a collection in the browser."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler.bindings import DEFAULT_COLLECTION
from crawler.cli import options

_SERVE_HELP = """Show a collection in the browser: search, articles, captured pages, tables.

Only this machine is answered unless --host says otherwise, and nothing can be written. Captured pages are shown as
they were, without scripts; below /db/ are the tables, with SQL, JSON and CSV; /timegate/URL and /timemap/link/URL are
for Memento clients.

\b
pressmark serve -c news
pressmark serve --port 8080
pressmark serve --host 0.0.0.0 --name archive.example.org
"""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(help=_SERVE_HELP)(serve)


def serve(
    collection: options.CollectionName = DEFAULT_COLLECTION,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8001,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen at.")] = "127.0.0.1",
    name: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Answer to this host name too; repeatable.")
    ] = None,
) -> None:
    """Show a collection in the browser."""
    from archive.query import reading
    from crawler.cli.output import say
    from crawler.web import server

    path = options.existing(collection)
    with reading(path / "catalog.db"):
        """It is there, and of this version."""
    with server.listen(host, port) as listening:
        at = listening.getsockname()
        shown = f"[{at[0]}]" if ":" in at[0] else at[0]
        app = server.application(path, [host, *(name or [])])
        server.serve(
            app, listening, started=lambda: say(f"{path} is shown at http://{shown}:{at[1]}/ (Ctrl-C ends it)")
        )
