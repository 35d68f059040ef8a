"""What servers and pages say is written to logs without what a terminal obeys."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from crawler.printable_log import PrintableLog, make_log_printable


@contextmanager
def root_handler(stream: io.StringIO) -> Iterator[logging.Handler]:
    """A handler of the root logger, as Scrapy installs one."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    try:
        yield handler
    finally:
        logging.getLogger().removeHandler(handler)


def test_messages_and_tracebacks() -> None:
    """Neither a message nor the traceback below it brings an escape to the log; its own lines stay lines."""
    stream = io.StringIO()
    with root_handler(stream):
        make_log_printable()
        try:
            {}["odd header \x1b]0;owned\x07 \x9b2J"]
        except KeyError:
            logging.getLogger("anybody").exception("%s failed", "http://x.example/\x1b[2J\u202e")
    lines = stream.getvalue().splitlines()

    assert lines[0] == "ERROR: http://x.example/[2J failed"
    assert lines[-1] == "KeyError: 'odd header \\x1b]0;owned\\x07 \\x9b2J'"


def test_once_is_enough() -> None:
    """Another crawl in the same process wraps no formatter a second time."""
    with root_handler(io.StringIO()) as handler:
        make_log_printable()
        first = handler.formatter
        make_log_printable()

        assert isinstance(first, PrintableLog)
        assert handler.formatter is first
