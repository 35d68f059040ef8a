"""How results are shown: tables for people, JSON, JSON Lines and CSV for machines, nothing that a terminal obeys."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import typer

from archive.csv_text import csv_lines
from archive.printable import json_text, printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

Format = Literal["table", "json", "jsonl", "csv", "atom"]
Row = Mapping[str, Any]


def write_json(value: object) -> None:
    """One JSON document on stdout, readable, UTF-8."""
    typer.echo(json_text(value, indent=2))


def write_text(text: str) -> None:
    """The text on stdout, made printable."""
    typer.echo(printable(text), nl=False)


def write_bytes(content: bytes) -> None:
    """The bytes as they are; on a terminal as text, without what a terminal obeys."""
    if sys.stdout.isatty():
        typer.echo(printable(content.decode("utf-8", "backslashreplace")))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)


def write_rows(rows: Iterable[Row], columns: Sequence[str], form: Format, *, keys: Sequence[str] = ()) -> None:
    """The rows on stdout as *form* says; a table shows *columns* alone, the others every key.

    *keys* head a CSV that has no rows.
    """
    if form == "json":
        write_json(list(rows))
    elif form == "jsonl":
        for row in rows:
            typer.echo(json_text(row))
    elif form == "csv":
        typer.echo(csv_text(list(rows), keys), nl=False)
    else:
        show_table(rows, columns)


def csv_text(rows: Sequence[Row], keys: Sequence[str] = ()) -> str:
    """Comma-separated values with a header line (RFC 4180), formulas and controls made harmless.

    *keys* stand in the header where there is no row.
    """
    names = list(rows[0]) if rows else list(keys)
    if not names:
        return ""
    return "".join(csv_lines(rows, names))


def show_table(rows: Iterable[Row], columns: Sequence[str], *, title: str | None = None) -> None:
    """A table that fits the terminal; long texts wrap, numbers stand to the right."""
    rows = list(rows)
    table = new_table(title)
    for column in columns:
        numeric = all(isinstance(row.get(column), int | float) for row in rows)
        table.add_column(column.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_shown(row.get(column)) for column in columns))
    print_rich(table)


def new_table(title: str | None = None) -> Table:
    """An empty table in the house style."""
    from rich import box
    from rich.table import Table

    return Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False, show_edge=False)


def print_rich(renderable: object) -> None:
    """A rich object on stdout: coloured on a terminal, plain and, unless COLUMNS says otherwise, 120 wide in a pipe."""
    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdecimal() else 120
    _console(width=width).print(renderable)


def print_lines(*lines: tuple[str, str]) -> None:
    """Lines on stdout, made printable, each with a style of rich's or none; long ones wrap on a terminal."""
    from rich.text import Text

    console = _console(soft_wrap=not sys.stdout.isatty())
    for line, style in lines:
        console.print(Text(printable(line), style=style))


def _console(**how: Any) -> Console:
    """A console on stdout that leaves it to the command line what a closed pipe means; rich ends with exit code 1."""
    from rich.console import Console

    class OnStdout(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return OnStdout(highlight=False, markup=False, **how)


def say(message: str) -> None:
    """A line for the operator, on stderr."""
    typer.echo(printable(message), err=True)


def counted(count: int, what: str) -> str:
    """A number of things: '1 file', '2 files'.

    >>> counted(1, "file"), counted(2000, "file")
    ('1 file', '2,000 files')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def size(count: int) -> str:
    """A number of bytes for a person: '1.4 MB'.

    >>> size(1_400_000), size(512)
    ('1.4 MB', '512 B')
    """
    amount = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return printable(", ".join(str(part) for part in value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else printable(str(value))
