"""What the documents tell to type is understood, and where they point to is there."""

from __future__ import annotations

import re
import shlex
from contextlib import suppress
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from crawler.cli.app import app
from tests.end_to_end import CHECKOUT

DOCUMENTS = sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def typed(document: Path) -> list[str]:
    """The commands in the ```sh blocks of a document, lines that go on joined."""
    blocks = "".join(SHELL.findall(document.read_text(encoding="utf-8")))
    lines = blocks.replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def pressmark_words(line: str) -> list[str]:
    """The words after `pressmark` in a line, up to a pipe, a redirection or a comment; empty where it runs another."""
    words = shlex.split(line, comments=True)
    if not words or words[0].rpartition("/")[2] != "pressmark":
        return []
    ends = [number for number, word in enumerate(words) if word in ("|", ">", ">>", "&&", ";", "<", "&")]
    return words[1 : min(ends, default=len(words))]


def parse(words: list[str]) -> None:
    """Have the command line read the words, without running the command. Raises what a wrong word raises."""
    command = get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    with suppress(typer.Exit):
        command.make_context(command.name, list(words))
    assert not hasattr(command, "commands") or words[0].startswith("-"), f"no command {words[0]}"


def anchors(document: Path) -> set[str]:
    """The anchors that GitHub gives to a document's headings."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def is_there(document: Path, link: str) -> bool:
    """Whether a link within the project leads to a file, and its fragment to a heading there."""
    path, _, fragment = link.partition("#")
    target = document.parent / path if path else document
    return target.exists() and (not fragment or fragment in anchors(target))


COMMANDS = [
    (document.relative_to(CHECKOUT).as_posix(), line)
    for document in DOCUMENTS
    for line in typed(document)
    if pressmark_words(line)
]


@pytest.mark.parametrize(("document", "line"), COMMANDS, ids=lambda value: value)
def test_what_is_to_be_typed_is_understood(document: str, line: str) -> None:
    """Every `pressmark` command in a document has options and arguments that the program knows."""
    parse(pressmark_words(line))


def test_the_readme_shows_the_main_commands() -> None:
    """The README has one crawl, one search and one rebuild to type."""
    shown = {pressmark_words(line)[0] for document, line in COMMANDS if document == "README.md"}

    assert {"crawl", "search", "rebuild"} <= shown


@pytest.mark.parametrize("name", sorted(get_command(app).commands))
def test_every_command_is_documented(name: str) -> None:
    """Every command is named in a document, as something to type."""
    texts = [document.read_text(encoding="utf-8") for document in DOCUMENTS]

    assert any(re.search(rf"pressmark {name}\b|`{name}[` ]|make {name}\b", text) for text in texts)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    """Every link within the project leads to a file, or to a heading, that is there."""
    links = [link for link in LINK.findall(document.read_text(encoding="utf-8")) if "://" not in link]

    assert [link for link in links if not is_there(document, link)] == []
