"""Options that several commands share, with one wording."""

from __future__ import annotations

import inspect
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from archive.errors import UsageError

if TYPE_CHECKING:
    from crawler.cli.output import Format

CollectionName = Annotated[
    str, typer.Option("-c", "--collection", metavar="NAME|PATH", help="A name below collections/, or a path.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
OutputFormat = Annotated[str, typer.Option("--format", metavar="table|json|jsonl|csv", help="How to print the result.")]

Chosen = dict[str, Any]
"""The filters that were used, by name."""

_DAY = "DATE"
FILTERS: dict[str, tuple[Any, Any]] = {
    "site": (str, typer.Option(help="Only this site.")),
    "section": (str, typer.Option(help="Only this section.")),
    "author": (str, typer.Option(help="Only authors whose name holds this.")),
    "keyword": (str, typer.Option(help="Only articles with this keyword.")),
    "language": (str, typer.Option(help="Only this language, such as en.")),
    "since": (str, typer.Option(metavar=_DAY, help="Published on this day, month or year, or later.")),
    "until": (str, typer.Option(metavar=_DAY, help="Published on this day, month or year, or before.")),
    "cluster": (str, typer.Option(metavar="ID", help="Only the copies of one article, by the id of their cluster.")),
    "revisions": (int, typer.Option(metavar="N", min=0, help="Only articles with at least so many texts.")),
    "as_of": (str, typer.Option(metavar=_DAY, help="The archive as it stood on this day, month or year.")),
}
"""What narrows a search, an export or a citation: type and option of each."""

AllowNetwork = Annotated[
    list[str] | None, typer.Option(metavar="CIDR", help="Reach this network though it is not public; repeatable.")
]
ConnectTo = Annotated[
    list[str] | None,
    typer.Option(metavar="HOST:PORT:ADDR:PORT", help="Serve a name from this address, as curl does; repeatable."),
]

FORMATS = ("table", "json", "jsonl", "csv")


def names_of_sites(incomplete: str) -> list[str]:
    """The names of sites that begin so, for the shell to complete."""
    from crawler.bindings import own_sites
    from pipelines.site import SITES

    names = {path.stem for folder in (SITES, own_sites()) for path in folder.glob("*.toml")}
    return sorted(name for name in names if name.startswith(incomplete))


def check_network_words(allow_network: list[str] | None, connect_to: list[str] | None, contact: str) -> None:
    """Raises UsageError for a wrong word in an option that says whom to reach, and how to be reached."""
    from crawler.guard import connect_to as place_of
    from crawler.guard import networks

    networks(allow_network or ())
    for place in connect_to or ():
        place_of(place)
    if contact and not contact.startswith(("http://", "https://", "mailto:")):
        raise UsageError(
            f"--contact {contact}: an address is needed where you can be reached, such as https://your.site/crawler"
        )


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


def with_filters(command: Callable[..., None]) -> Callable[..., None]:
    """Gives *command* the options of `FILTERS`; it gets those that were used as one argument, `filters`."""

    @wraps(command)
    def with_options(*args: object, **given: Any) -> None:
        chosen = {name: given.pop(name) for name in FILTERS}
        chosen["site"] = chosen["site"].removeprefix("www.")
        command(*args, filters={name: value for name, value in chosen.items() if value}, **given)

    signature = inspect.signature(command, eval_str=True)
    own = [one for name, one in signature.parameters.items() if name != "filters"]
    more = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=kind(), annotation=Annotated[kind, option])
        for name, (kind, option) in FILTERS.items()
    ]
    place = next(n for n, one in enumerate(own) if one.name == "collection") + 1
    own = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own]
    parameters = [*own[:place], *more, *own[place:]]
    with_options.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {one.name: one.annotation for one in parameters}
    return with_options


def at_most_one(given: dict[str, object]) -> None:
    """Refuses options that cannot stand together."""
    used = [option for option, value in given.items() if value]
    if len(used) > 1:
        raise UsageError(f"{used[0]} and {used[1]} exclude one another; leave one of them out")


def day(option: str, text: str | None) -> date | None:
    """The day that an option names; UsageError for anything but YYYY-MM-DD."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text}: not a day such as 2026-01-31") from None


def chosen_format(form: str, as_json: bool, known: tuple[str, ...] = FORMATS) -> Format:
    """The output format; UsageError with the possible ones for a wrong word."""
    if as_json:
        return "json"
    if form not in known:
        raise UsageError(f"--format {form}: {did_you_mean(form, known)}")
    return cast("Format", form)


def did_you_mean(word: str, known: tuple[str, ...] | list[str]) -> str:
    """A hint that names the nearest known word, or all of them.

    >>> did_you_mean("jsn", ("table", "json"))
    "did you mean 'json'?"
    """
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else f"possible: {', '.join(known)}"
