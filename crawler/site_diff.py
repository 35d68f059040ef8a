"""What the present site file changes in the pages that a collection keeps: they are read again and compared."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.fold import CAPTURE_COLUMNS
from archive.index import capture_of
from archive.model import Article, Reading
from archive.query import reading as catalog_of
from archive.text import storable
from crawler.bindings import default_reader
from crawler.reading_child import record_of
from pipelines.site import Site

_TEXTS = ("headline", "standfirst", "body")
_FIELDS = ("authors", "date_published", "date_modified", "section")
_SHOWN = 80
_PAGES = f"""
select {", ".join(f"c.{name}" for name in CAPTURE_COLUMNS)}, r.kind, r.fields, t.headline, t.standfirst, t.body
from captures as c
join readings as r using (record_id)
left join texts as t on t.content_hash = r.content_hash
where c.site in (select value from json_each(?))
  and c.kind in ('response', 'conversion') and r.kind in ('article', 'not_an_article')
order by c.captured_at desc, c.record_id
limit ?
"""  # noqa: S608  only names of columns are put in


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that is read otherwise than it is kept."""

    url: str
    """The page."""

    field: str
    """Name of the field, or `kind`."""

    kept: str
    """What the catalog has, cut short."""

    now: str
    """What is read with the present site file, cut short."""


def compare(collection: Path, site: Site, *, limit: int) -> tuple[int, list[Difference]]:
    """How many pages were read again, and what is read otherwise; the newest *limit* pages of the site."""
    reader = default_reader()
    names = json.dumps([site.name, *sorted(site.domains)])
    with catalog_of(collection / "catalog.db") as db:
        pages = db.execute(_PAGES, (names, limit)).fetchall()
    differences: list[Difference] = []
    for page in pages:
        capture = capture_of(page[: len(CAPTURE_COLUMNS)])
        kept = _kept(page[len(CAPTURE_COLUMNS) :])
        now = _values(reader.read(record_of(collection / "archive", capture)))
        differences += [
            Difference(url=capture.url, field=name, kept=_cut(kept[name]), now=_cut(now[name]))
            for name in kept
            if kept[name] != now[name]
        ]
    return len(pages), differences


def _kept(row: tuple[Any, ...]) -> dict[str, str]:
    kind, fields_json, *texts = row
    fields = json.loads(fields_json)
    values = {name: fields.get(name, "") for name in _FIELDS}
    return _as_text({"kind": kind, **dict(zip(_TEXTS, texts, strict=True)), **values})


def _values(reading: Reading) -> dict[str, str]:
    is_article = isinstance(reading, Article)
    values = {name: getattr(reading, name) if is_article else "" for name in (*_TEXTS, *_FIELDS)}
    return _as_text({"kind": reading.kind, **values})


def _as_text(values: dict[str, Any]) -> dict[str, str]:
    return {
        name: storable(", ".join(value) if isinstance(value, list | tuple) else str(value or ""))
        for name, value in values.items()
    }


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
