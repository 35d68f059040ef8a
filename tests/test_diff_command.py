"""`pressmark diff`: what an operator types and sees."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from archive.collection import Collection
from crawler.cli.app import app
from tests.archive.catalogs import LONG, make_reader, page, write_warc

URL = "https://example.com/story"


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection in which one article was edited and then taken away."""
    path = tmp_path_factory.mktemp("collections") / "edited"
    collection = Collection.create(path)
    seen = [
        page(f"article: A headline for the story\n{LONG * 3} It cost 12.", URL, 0),
        page(f"article: A headline for the story\n{LONG * 3} It cost 13.", URL, 60),
        page("status: none", URL, 120, status="410 Gone"),
    ]
    write_warc(collection, seen)
    collection.catch_up(make_reader().read, reader_id=make_reader().id)
    return path


def said(collection: Path, *words: str) -> str:
    """What the command prints."""
    ran = CliRunner().invoke(app, ["diff", *words, "-c", str(collection)], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_one_article(edited: Path) -> None:
    """The edits of an article are shown word by word, with when they were seen and of what kind they are."""
    shown = said(edited, URL)

    assert "2026-03-01T01:00:00  figures" in shown
    assert "It cost [-12-]{+13+}." in shown
    assert "2026-03-01T02:00:00  gone" in shown
    assert "2 edits were seen" in shown


def test_a_collection(edited: Path) -> None:
    """Without an article the newest edits are listed."""
    shown = said(edited)

    assert shown.index("gone") < shown.index("figures")
    assert "0 edits were seen" in said(edited, "--since", "2027-01-01")


def test_for_machines(edited: Path, tmp_path: Path) -> None:
    """JSON has every piece; a page and a feed are written to a file."""
    first, second = json.loads(said(edited, URL, "--json"))
    said(edited, URL, "--html", "-o", str(tmp_path / "edits.html"))
    said(edited, "--atom", "-o", str(tmp_path / "edits.atom"))

    assert {"op": "new", "text": "13"} in first["changes"]["body"]
    assert (second["kinds"], second["status"], second["changes"]) == (["gone"], 410, None)
    assert "<del>12</del><ins>13</ins>" in (tmp_path / "edits.html").read_text("utf-8")
    assert (tmp_path / "edits.atom").read_text("utf-8").count("<entry>") == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["https://example.com/unknown"], "no article is known as"),
        (["--html", "--atom"], "--html"),
        (["-o", "x"], "only --html and --atom"),
        (["--since", "yesterday"], "not a day"),
    ],
)
def test_wrong_use(edited: Path, words: list[str], told: str) -> None:
    """What cannot be meant is refused with a sentence that says why."""
    ran = CliRunner().invoke(app, ["diff", *words, "-c", str(edited)])

    assert told in str(ran.exception)
