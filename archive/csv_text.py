"""Comma-separated values (RFC 4180) that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def spreadsheet_safe(value: object) -> object:
    """A CSV cell that no spreadsheet takes for a formula (OWASP, CSV Injection: a quote in front)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


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
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | tuple | dict) else value
