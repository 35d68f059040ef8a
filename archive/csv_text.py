"""Comma-separated values (RFC 4180) that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from archive.printable import json_text, printable

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def spreadsheet_safe(value: object) -> object:
    """A CSV cell that no spreadsheet takes for a formula (OWASP, CSV Injection: a quote in front) or terminal obeys."""
    if not isinstance(value, str):
        return value
    text = printable(value)
    return f"'{text}" if text.startswith(("\t", "\n")) or text.lstrip().startswith(_FORMULA) else text


def csv_lines(found: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[str]:
    """Comma-separated values with a header line (RFC 4180): formulas made harmless, lists as JSON."""
    page = io.StringIO()
    writer = csv.DictWriter(page, fieldnames=list(columns))
    writer.writeheader()
    for row in found:
        writer.writerow({name: spreadsheet_safe(_cell(value)) for name, value in row.items()})
        yield page.getvalue()
        page.seek(0)
        page.truncate()
    yield page.getvalue()


def _cell(value: object) -> object:
    return json_text(value) if isinstance(value, list | tuple | dict) else value
