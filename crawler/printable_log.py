"""Logs are looked at on terminals: they hold nothing that a terminal obeys."""

from __future__ import annotations

import logging

from archive.printable import printable


class PrintableLog(logging.Formatter):
    """Formats as another formatter does, without what a terminal obeys."""

    def __init__(self, inner: logging.Formatter | None) -> None:
        super().__init__()
        self._inner = inner or logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        return printable(self._inner.format(record))


def make_log_printable() -> None:
    """Have every handler of the root logger, such as Scrapy's, write nothing that a terminal obeys."""
    for handler in logging.getLogger().handlers:
        if not isinstance(handler.formatter, PrintableLog):
            handler.setFormatter(PrintableLog(handler.formatter))
