"""Small literal pages for the tests of their readers."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.page import Page, open_page

URL = "https://www.example.com/news/a-story-of-some-words"
CAPTURED = datetime(2026, 11, 1, 12, tzinfo=UTC)


def page_of(
    body: str = "", head: str = "", *, url: str = URL, lang: str = "en", captured_at: datetime = CAPTURED
) -> Page:
    """The page with that markup in its head and body."""
    source = f'<!DOCTYPE html><html lang="{lang}"><head>{head}</head><body>{body}</body></html>'
    return open_page(source.encode(), url=url, content_type="text/html; charset=utf-8", captured_at=captured_at)


def json_ld(text: str) -> str:
    """A script with that JSON-LD."""
    return f'<script type="application/ld+json">{text}</script>'


PROSE = "".join(
    f"<p>The {n} of the new plants will be built near the harbour, said the company, which has worked there for"
    " years and wants to stay in the region with all of its people and suppliers.</p>"
    for n in ("first", "second", "third", "fourth", "fifth", "sixth")
)
"""Six paragraphs of a body."""
