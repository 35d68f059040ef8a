"""The readers that are compared, each as a function of a page's bytes and address that gives what it reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

CAPTURED_AT = datetime(2026, 11, 1, tzinfo=UTC)

Prediction = dict[str, Any]
"""Fields under the names of the scorer; empty for a page that is taken for no article."""

Read = Callable[[bytes, str], Prediction]


def pressmark() -> Read:
    """Our reader, ready to read."""
    from crawler.bindings import default_reader
    from crawler.cli.reading import page_record

    reader = default_reader()

    def read(content: bytes, url: str) -> Prediction:
        reading = reader.read(page_record(content, url=url, captured_at=CAPTURED_AT))
        if reading.kind != "article":
            return {}
        return {
            "headline": reading.headline,
            "standfirst": reading.standfirst,
            "authors": list(reading.authors),
            "date_published": reading.date_published[:10],
            "body": reading.body,
        }

    return read


def trafilatura() -> Read:
    """Trafilatura with metadata."""
    from trafilatura import bare_extraction

    def read(content: bytes, url: str) -> Prediction:
        document = bare_extraction(content, url=url, with_metadata=True, include_comments=False)
        if document is None:
            return {}
        authors = (document.author or "").split("; ")
        return {"headline": document.title, "authors": authors, "date_published": document.date, "body": document.text}

    return read


READERS: dict[str, Callable[[], Read]] = {"pressmark": pressmark, "trafilatura": trafilatura}
"""Makes of each reader one that is ready, by its name."""
