"""Options that several commands share, with one wording."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from archive.errors import UsageError

if TYPE_CHECKING:
    from archive.search import Filters
    from crawler.cli.output import Format

CollectionName = Annotated[
    str, typer.Option("-c", "--collection", metavar="NAME|PATH", help="A name below collections/, or a path.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
OutputFormat = Annotated[str, typer.Option("--format", metavar="table|json|jsonl|csv", help="How to print the result.")]

Site = Annotated[str, typer.Option(help="Only this site.")]
Section = Annotated[str, typer.Option(help="Only this section.")]
Author = Annotated[str, typer.Option(help="Only authors whose name holds this.")]
Keyword = Annotated[str, typer.Option(help="Only articles with this keyword.")]
Language = Annotated[str, typer.Option(help="Only this language, such as en.")]
Since = Annotated[str, typer.Option(metavar="DATE", help="Published on this day, month or year, or later.")]
Until = Annotated[str, typer.Option(metavar="DATE", help="Published on this day, month or year, or before.")]
Cluster = Annotated[str, typer.Option(metavar="ID", help="Only the copies of one article, by the id of their cluster.")]
Revisions = Annotated[int, typer.Option(metavar="N", min=0, help="Only articles with at least so many texts.")]
AsOf = Annotated[str, typer.Option(metavar="DATE", help="The archive as it stood on this day, month or year.")]

FORMATS = ("table", "json", "jsonl", "csv")


def existing(name_or_path: str) -> Path:
    """The folder of a collection that must be there; NoSuchCollection with the nearest names otherwise."""
    from archive.collection import Collection
    from crawler.bindings import collection_path

    path = collection_path(name_or_path)
    Collection.open(path)
    return path


@contextmanager
def catalog(name_or_path: str) -> Iterator[sqlite3.Connection]:
    """The catalog of a collection, to be read only."""
    from archive.query import reading

    with reading(existing(name_or_path) / "catalog.db") as db:
        yield db


def filters(**given: str | int) -> Filters:
    """What narrows a search, without what was not given."""
    given["site"] = str(given["site"]).removeprefix("www.")
    return cast("Filters", {name: value for name, value in given.items() if value})


def day(option: str, text: str | None) -> date | None:
    """The day that an option names; UsageError for anything but YYYY-MM-DD."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text}: not a day such as 2026-01-31") from None


def chosen_format(form: str, as_json: bool) -> Format:
    """The output format; UsageError with the possible ones for a wrong word."""
    if as_json:
        return "json"
    if form not in FORMATS:
        raise UsageError(f"--format {form}: {did_you_mean(form, FORMATS)}")
    return cast("Format", form)


def did_you_mean(word: str, known: tuple[str, ...] | list[str]) -> str:
    """A hint that names the nearest known word, or all of them.

    >>> did_you_mean("jsn", ("table", "json"))
    "did you mean 'json'?"
    """
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else f"possible: {', '.join(known)}"
