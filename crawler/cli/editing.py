"""`pressmark diff`: what was changed in an article after it was published, and in a whole collection."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive.errors import UsageError
from crawler.bindings import DEFAULT_COLLECTION
from crawler.cli import options

if TYPE_CHECKING:
    from archive.edits import Edit

_DIFF_HELP = """Show what was changed in an article, word by word.

Each edit says when it was seen, not before when it was made, and of what kind it is: headline, standfirst, figures,
names, correction, withdrawn, gone (404 or 410), or wording. Without an article the newest edits of the whole
collection are listed.

\b
pressmark diff https://www.example.com/news/1
pressmark diff https://www.example.com/news/1 --html -o edits.html
pressmark diff --since 2026-03-01
pressmark diff --atom -o edits.atom
"""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(help=_DIFF_HELP)(diff)


def diff(
    what: Annotated[
        str, typer.Argument(metavar="[ID|URL]", help="An article's id, or one of its URLs.", show_default=False)
    ] = "",
    collection: options.CollectionName = DEFAULT_COLLECTION,
    since: Annotated[str, typer.Option(metavar="DATE", help="Only what was seen on this day or later.")] = "",
    site: Annotated[str, typer.Option(help="Only this site, of a whole collection.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many edits of a whole collection.")] = 100,
    html: Annotated[bool, typer.Option("--html", help="As a page for a browser.")] = False,
    atom: Annotated[bool, typer.Option("--atom", help="As an Atom feed.")] = False,
    as_json: options.AsJson = False,
    output: Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="Where to; else stdout.")] = "",
) -> None:
    """Show edits."""
    from archive.edits import edits_of, newest_edits

    options.at_most_one({"--html": html, "--atom": atom, "--json": as_json})
    if output and not (html or atom):
        raise UsageError(f"-o {output}: only --html and --atom are written to a file")
    options.day("--since", since)
    with options.catalog(collection) as db:
        edits = edits_of(db, what) if what else newest_edits(db, since=since, site=site, limit=limit)
    edits = [edit for edit in edits if edit.seen_at >= since]
    name = options.existing(collection).name
    if html:
        from archive.edit_views import html_page

        _write(html_page(edits, f"Edits of {edits[-1].headline if what and edits else what or name}"), output)
    elif atom:
        from archive.edit_views import edits_feed

        _write(edits_feed(edits, name), output)
    elif as_json:
        from crawler.cli.output import write_json

        write_json([asdict(edit) for edit in edits])
    else:
        _show(edits, whole=not what)


def _write(document: str, output: str) -> None:
    if output in ("", "-"):
        from crawler.cli.output import write_text

        write_text(document)
        return
    from archive.files import Files, replace_file

    replace_file(Files(), Path(output), [document.encode()])


def _show(edits: list[Edit], *, whole: bool) -> None:
    from crawler.cli.output import say, show_table

    if whole and edits:
        rows = [
            {"seen": edit.seen_at[:16], "kinds": ", ".join(edit.kinds), "headline": edit.headline, "url": edit.url}
            for edit in edits
        ]
        show_table(rows, ("seen", "kinds", "headline", "url"))
    elif not whole:
        for edit in edits:
            _show_edit(edit)
    say(f"{len(edits):,} {'edit was' if len(edits) == 1 else 'edits were'} seen")


def _show_edit(edit: Edit) -> None:
    from archive.edit_views import in_words
    from crawler.cli.output import print_lines

    said = f"; the page says it was modified {edit.date_modified}" if edit.date_modified else ""
    print_lines(
        (f"{edit.seen_at[:19]}  {', '.join(edit.kinds)}", "bold"),
        (f"seen at {edit.url}, as before at {edit.not_before[:19]}{said}", "dim"),
        (in_words(edit), ""),
        ("", ""),
    )
