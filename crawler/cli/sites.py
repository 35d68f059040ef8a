"""`pressmark sites`: the site files that this installation knows."""

from __future__ import annotations

import typer

from crawler.cli import options

app = typer.Typer(no_args_is_help=True, help="The sites that can be crawled by name.", rich_markup_mode=None)


@app.callback()
def sites() -> None:
    """Commands about site files."""


_LIST_HELP = """List the sites that can be crawled by name.

\b
pressmark sites list
pressmark sites list --format csv
"""


@app.command("list", help=_LIST_HELP)
def list_sites(form: options.OutputFormat = "table", as_json: options.AsJson = False) -> None:
    """List the known sites."""
    from crawler.cli.output import write_rows
    from pipelines.site import load_sites

    rows = [
        {"name": site.name, "home": site.home, "language": site.language, "checked": str(site.checked or "not yet")}
        for site in load_sites()
    ]
    write_rows(rows, ("name", "home", "language", "checked"), options.chosen_format(form, as_json))
