"""The command line: one module for what belongs together, one function for each command.

Results go to stdout, progress and messages to stderr. An error of ours is one line and its exit code;
`PRESSMARK_DEBUG=1` shows where it came from. Heavy imports happen inside the commands, so that `--help`
costs what Typer costs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer
from typer.main import get_command

from archive.errors import PressmarkError
from archive.files import storage_error
from crawler.cli import crawling, editing, exporting, finding, keeping, reading, serving, sites
from crawler.cli.start import INTERRUPTED, WORDS, obey_orders_to_end

BUG = 1

app = typer.Typer(
    name="pressmark",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    pretty_exceptions_enable=False,
    help="""Crawl news sites, keep every exchange byte for byte, find the articles again.

    \b
    pressmark demo                                   see it work, without a network
    pressmark crawl https://www.example.com/         crawl a site into the collection "news"
    pressmark search 'vaccine AND trial'             find articles
    pressmark rebuild --check                        prove that the catalog follows from the WARCs
    """,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"pressmark {version('pressmark')}")
        raise typer.Exit


@app.callback()
def pressmark(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Options that stand before the command."""


crawling.add_to(app)
keeping.add_to(app)
finding.add_to(app)
editing.add_to(app)
exporting.add_to(app)
reading.add_to(app)
serving.add_to(app)
app.add_typer(sites.app, name="sites")


def main() -> None:
    """Run the command line and leave with the exit code that the operators' table gives."""
    obey_orders_to_end()
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever called us
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  held to the end
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what a terminal cannot show is no error
    sys.exit(_exit_code(_run))


def _run() -> None:
    """Read the words and run the command; not by `app()`, which handles interrupts and broken pipes in its own way."""
    if _COMPLETION in os.environ:
        app(prog_name="pressmark")
    command = get_command(app)
    with command.make_context("pressmark", sys.argv[1:]) as context:
        command.invoke(context)
    sys.stdout.flush()  # here, where it is told what goes wrong with it


def _exit_code(command: Callable[[], object]) -> int:
    try:
        command()
    except typer.Exit as end:
        return end.exit_code
    except typer.TyperException as error:
        return _misused(error)
    except PressmarkError as error:
        return _told(error, error.exit_code)
    except BrokenPipeError:
        # The reader of our output has gone (`pressmark search … | head`): nothing is wrong on our side.
        _give_up_stdout()
        return 0
    except OSError as error:
        # Ours are told by name where they happen; what is left is the output, or a folder that cannot be made.
        _give_up_stdout()
        told = storage_error(error, Path(error.filename or "the output"))
        return _told(told, told.exit_code, error)
    except KeyboardInterrupt:
        return _told(WORDS, INTERRUPTED)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception as bug:  # noqa: BLE001  the one boundary: whatever comes here is a bug of ours
        return _told(f"a bug in pressmark: {type(bug).__name__}: {bug}\n{_HOW_TO_REPORT}", BUG, bug)
    return 0


def _give_up_stdout() -> None:
    """Nothing more can be written there; the interpreter must not try at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _misused(error: typer.TyperException) -> int:
    """A wrong word on the command line: one line that names the help; the help itself where no word was given."""
    from crawler.cli.output import say

    message, context = error.format_message(), getattr(error, "ctx", None)
    if context is None or "\n" in message:
        say(message)
        return error.exit_code
    return _told(f"{message.rstrip('.')}; see `{context.command_path} --help`", error.exit_code)


_COMPLETION = "_PRESSMARK_COMPLETE"
"""Set by the shell when it asks for completions."""

_HOW_TO_REPORT = "nothing that was kept is lost; run it again with PRESSMARK_DEBUG=1 to see where it happened"


def _told(message: object, code: int, bug: Exception | None = None) -> int:
    from crawler.cli.output import say

    if os.environ.get("PRESSMARK_DEBUG"):
        import traceback

        traceback.print_exception(bug or sys.exception())
    say(f"pressmark: {message}")
    return code
