"""The very beginning of the program, before anything heavy is imported: an order to end is obeyed from there on."""

from __future__ import annotations

import signal
import sys

INTERRUPTED = 11
WORDS = "interrupted; nothing that was kept is lost: run the same command again"


def main() -> None:
    """Run the command line."""
    obey_orders_to_end()
    try:
        from crawler.cli import app

        app.main()
    except KeyboardInterrupt:
        sys.stderr.write(f"pressmark: {WORDS}\n")
        sys.exit(INTERRUPTED)


def obey_orders_to_end() -> None:
    """Have SIGTERM and SIGHUP end a command as Ctrl-C does; a crawl, once it runs, sees to them in its own way.

    What is ignored, as SIGHUP under `nohup`, stays so.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
