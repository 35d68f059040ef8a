"""`pressmark export` and `cite`: articles for other programs, and for papers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from archive.errors import UsageError
from crawler.bindings import DEFAULT_COLLECTION
from crawler.cli import options

if TYPE_CHECKING:
    from archive.export import Form

_FORMS = ("csv", "jsonl", "parquet", "wacz")

_EXPORT_HELP = """Write articles into a file for other programs.

Without QUERY and filters all articles are written; QUERY is that of `pressmark search`. csv, jsonl (the names of
schema.org's NewsArticle) and parquet are described in datapackage.json beside the file; csv and jsonl go to stdout with
`-o -`. wacz holds the WARC records, an index and the pages, for ReplayWeb.page and pywb.

\b
pressmark export -o news.csv
pressmark export 'vaccine AND trial' --since 2026 -o trials.jsonl
pressmark export --site example.com -o example.wacz
"""


_CITE_HELP = """Freeze what matches in a folder, to be cited.

DIR gets the WARC records (slice.wacz), the articles (articles.csv) and manifest.json with the query, the reader and all
digests; with a key it is signed. The same catalog gives the same bytes. `pressmark verify DIR` checks it.

\b
pressmark cite 'vaccine AND trial' --since 2026 -o trials
openssl genpkey -algorithm ed25519 -out key.pem
pressmark cite 'vaccine AND trial' --since 2026 -o trials --key key.pem
pressmark verify trials
"""


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command(help=_EXPORT_HELP)(export)
    app.command(help=_CITE_HELP)(cite)


@options.with_filters
def export(
    output: Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="Where to; `-` for stdout.")],
    query: Annotated[str, typer.Argument(help="Only what matches.", show_default=False)] = "",
    collection: options.CollectionName = DEFAULT_COLLECTION,
    form: Annotated[
        str, typer.Option("--format", metavar="csv|jsonl|parquet|wacz", help="By the ending of FILE, if not said.")
    ] = "",
    *,
    filters: options.Chosen,
) -> None:
    """Write articles into a file."""
    from archive import export as exporting
    from archive.search import end_of, matching
    from crawler.cli.output import say, size

    chosen = _form(form, output)
    with options.catalog(collection) as db:
        if output == "-":
            found = exporting.rows(db, matching(db, query, **filters), end_of(filters))
            for line in exporting.lines(chosen, found):
                sys.stdout.write(line)
            return
        path = Path(output)
        if path.is_dir() or not path.parent.is_dir():
            raise UsageError(f"-o {output}: {'is a folder' if path.is_dir() else f'there is no folder {path.parent}'}")
        count = exporting.export(db, options.existing(collection), path, chosen, query, **filters)
    say(f"{path}: {count:,} article{'' if count == 1 else 's'}, {size(path.stat().st_size)}")


@options.with_filters
def cite(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="A new folder, or an older citation.")],
    query: Annotated[str, typer.Argument(help="What to cite.", show_default=False)] = "",
    collection: options.CollectionName = DEFAULT_COLLECTION,
    key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", envvar="PRESSMARK_SIGNING_KEY", help="A private Ed25519 key, to sign with."),
    ] = None,
    as_json: options.AsJson = False,
    *,
    filters: options.Chosen,
) -> None:
    """Freeze the articles that match."""
    from dataclasses import asdict

    from archive import cite as citing
    from crawler.cli.output import say, write_json

    with options.catalog(collection) as db:
        made = citing.cite(db, options.existing(collection), output, query, key=key, **filters)
    if as_json:
        write_json(asdict(made))
        return
    signed = f"signed by {made.signed_by}" if made.signed_by else "not signed (--key)"
    say(f"{output}: {made.articles:,} article{'' if made.articles == 1 else 's'}, {signed}")
    say(f"cite it as sha256:{made.digest}; check it with `pressmark verify {output}`")


def _form(form: str, output: str) -> Form:
    form = form or Path(output).suffix.removeprefix(".").lower().replace("ndjson", "jsonl")
    if form not in _FORMS:
        told = options.did_you_mean(form, _FORMS) if form else f"say one of {', '.join(_FORMS)}"
        raise UsageError(f"--format {form}: {told}" if form else f"-o {output}: which format? {told} with --format")
    if output == "-" and form not in ("csv", "jsonl"):
        raise UsageError(f"--format {form} cannot go to stdout; name a file with -o")
    return cast("Form", form)
