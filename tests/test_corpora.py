"""The public corpora of ../shared are whole, so that the tests which read them try as much as they say."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.urls import standard_form
from tests.end_to_end import SHARED, pressmark

CORPORA = SHARED / "corpora"


def _rows(path: Path) -> int:
    return len(json.loads(path.read_text(encoding="utf-8")))


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _members(path: Path) -> int:
    return sum(not member.is_dir() for member in zipfile.ZipFile(path).infolist())


def _files(path: Path) -> int:
    return sum(1 for _ in path.iterdir())


@pytest.mark.skipif(not CORPORA.is_dir(), reason="needs ../shared/corpora")
@pytest.mark.parametrize(
    ("name", "count", "tried"),
    [
        ("google_robots_cases.json", _rows, 142),  # tests/pipelines/test_robots.py: no exception
        ("http_replies.jsonl", _lines, 409),  # tests/crawler/test_wire.py: 382 whole, the others listed there
        ("url_parsing.json", _rows, 427),  # tests/pipelines/test_urls.py: no exception
        ("feeds.zip", _members, 1_072),  # tests/pipelines/test_feeds.py: its EXCEPTIONS
        ("sitemaps_robots.zip", _members, 50),  # test_sitemaps.py and test_robots.py: no exception
        ("warc", _files, 31),  # tests/test_real_input.py: its COUNTED; three below
        ("naughty_strings.json", _rows, 515),  # tests/test_naughty_strings.py: no exception
    ],
)
def test_corpus(name: str, count: Callable[[Path], int], tried: int) -> None:
    """Each corpus has as many cases as are told."""
    assert count(CORPORA / name) == tried


URL_TABLES = CORPORA / "sitemaps_robots.zip"
needs_tables = pytest.mark.skipif(not URL_TABLES.exists(), reason="needs ../shared/corpora")


def _table(name: str) -> str:
    return zipfile.ZipFile(URL_TABLES).read(name).decode("utf-8")


def _standard(url: str, base: str = "") -> str | None:
    try:
        return standard_form(url, base)
    except ValueError:
        return None


def _on_the_web(url: str | None) -> str | None:
    return url if url and url.startswith(("http://", "https://")) else None


@needs_tables
def test_the_whole_table_of_the_url_standard() -> None:
    """The 888 cases of web-platform-tests come out as there, but for a label of which the standard changed its mind."""
    cases = [case for case in json.loads(_table("url-utils/wpt-urltestdata.json")) if isinstance(case, dict)]
    wrong = [
        case["input"].lower()
        for case in cases
        if _standard(case["input"], (case["base"] or "").replace("about:blank", "")) != _on_the_web(case.get("href"))
    ]

    assert len(cases) == 888
    # no Punycode (RFC 3492): a failure in later tables, and in url_parsing.json
    assert [url for url in wrong if "xn--pokxncvks" not in url] == ["https://xn--/"]
    assert len(wrong) == 7


@needs_tables
def test_the_tables_of_crawler_commons() -> None:
    """References are resolved as there; odd URLs for its normaliser have a form of their own, invalid ones none."""
    resolved = [row for row in _rows_of("url-utils/url-resolve.csv") if not row[1].startswith("file:")]
    odd = [row[0] for row in _rows_of("normalizer/weirdToNormalizedUrls.csv")]
    invalid = [row[0] for row in _rows_of("normalizer/invalidUrls.csv")]

    assert [row for row in resolved if _standard(row[0], row[1]) != _on_the_web(row[2])] == []
    assert (len(resolved), len(odd)) == (21, 112)
    # it decodes more than the standard does (%66 is f), so that only this can be held against it
    assert [url for url in odd if (form := _standard(url)) and _standard(form) != form] == []
    assert [url for url in invalid if _standard(url) is not None] == []


def _rows_of(name: str) -> list[list[str]]:
    lines = [line for line in _table(name).splitlines() if line.strip() and not line.startswith("#")]
    return [row for row in csv.reader(lines, skipinitialspace=True) if row]


@pytest.mark.skipif(not CORPORA.is_dir(), reason="needs ../shared/corpora")
@pytest.mark.fault(99)
def test_warcs_in_forms_that_are_not_read(tmp_path: Path) -> None:
    """The three files of ../shared that are compressed otherwise, or not by their name, are refused with the reason."""
    files = sorted(path for path in (CORPORA / "warc").iterdir() if path.suffix in (".lz4", ".bad"))
    ran = pressmark("import", *files, "-c", tmp_path / "kept", "--json", cwd=tmp_path)

    assert (ran.code, len(files)) == (2, 3)
    assert [row["outcome"] for row in ran.json] == ["refused"] * 3
    assert all("its name does not end with" in reason for row in ran.json for reason in row["refused"])
