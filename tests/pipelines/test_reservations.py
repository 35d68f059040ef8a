"""What a page reserves is read from its meta elements and headers, and stands among the notes of its reading."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.cli.reading import page_record
from pipelines.read import Reader
from pipelines.reservations import reservations
from pipelines.site import Sites


@pytest.mark.parametrize(
    ("meta", "headers", "notes"),
    [
        ({"robots": ("noindex, noarchive",)}, [], ["noarchive"]),
        ({"pressmark": ("noai",), "googlebot": ("noarchive",)}, [], ["noai"]),
        ({}, [("X-Robots-Tag", "noarchive, nosnippet")], ["noarchive"]),
        ({}, [("X-Robots-Tag", "pressmark: noarchive"), ("x-robots-tag", "otherbot: noai")], ["noarchive"]),
        ({"tdm-reservation": ("1",)}, [("tdm-policy", "https://a.example/")], ["tdm", "tdm-policy https://a.example/"]),
        ({"tdm-reservation": ("0",)}, [("tdm-reservation", "0")], []),
        ({"robots": ("index, follow",)}, [("Server", "noarchive")], []),
    ],
)
def test_reservations(meta: dict[str, tuple[str, ...]], headers: list[tuple[str, str]], notes: list[str]) -> None:
    """By robots meta element and header, and by the TDM Reservation Protocol; what is for other robots is not ours."""
    assert reservations(meta, headers) == tuple(f"reserved: {note}" for note in notes)


def test_they_are_kept_with_the_reading() -> None:
    """A page that reserves something is read as any other, and says so in its notes."""
    page = b"<html><head><title>A</title><meta name=robots content=noarchive></head><body><p>Text</p></body></html>"
    when = datetime(2018, 6, 18, tzinfo=UTC)
    reading = Reader(Sites()).read(page_record(page, url="https://www.example.com/a", captured_at=when))
    assert "reserved: noarchive" in reading.notes
