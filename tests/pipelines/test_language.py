"""The declared language holds unless the text plainly speaks another."""

from __future__ import annotations

import pytest

from pipelines.language import language_of, read_language, tag_of
from tests.pipelines.pages import page_of

ENGLISH = "The council has voted for the bridge that was asked for by all of the people who live near the harbour. " * 3
GERMAN = (
    "Der Rat hat für die Brücke gestimmt, die sich alle Menschen am Hafen gewünscht haben und die nun gebaut wird. " * 3
)


def test_declared_and_confirmed():
    """The declared tag keeps its region, in lower case."""
    assert read_language(page_of(lang="en-GB"), {}, ENGLISH).tag == "en-gb"


def test_declared_wrongly():
    """A template's language gives way to that of the text, and stays as evidence."""
    language = read_language(page_of(lang="en"), {}, GERMAN)
    assert (language.tag, [(e.raw, e.chosen) for e in language.evidence][1:]) == ("de", [("en", False)])


def test_another_declaration_that_fits():
    """Of two declarations the one that the text confirms is taken."""
    page = page_of(head='<meta property="og:locale" content="de_AT">', lang="en")
    assert read_language(page, {}, GERMAN).tag == "de-at"


def test_nothing_declared():
    """Without a declaration the text tells."""
    assert read_language(page_of(lang=""), {}, GERMAN).tag == "de"


def test_little_text():
    """A text too short to tell leaves the declaration as it is."""
    assert read_language(page_of(lang="fr"), {}, "Hallo").tag == "fr"


def test_neighbours_are_not_corrected():
    """A Norwegian page whose words are Danish as well stays Norwegian."""
    text = (
        "Og det er ikke sikkert at de kan komme til byen, for han har ikke fått svar fra dem som skal være på møtet. "
        * 3
    )
    assert read_language(page_of(lang="nb"), {}, text).tag == "nb"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("これは新しい橋についての記事です。", "ja"),
        ("이것은 새로운 다리에 대한 기사입니다.", "ko"),
        ("这是一篇关于新桥的文章。", "zh"),
        ("Это", ""),
    ],
)
def test_scripts_of_their_own(text: str, language: str):
    """Some scripts tell the language by themselves."""
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("raw", "tag"),
    [("pt_BR", "pt-br"), ("English", "en"), ("de-CH.UTF-8", "de-ch"), ("x", ""), ("und", ""), ("//", "")],
)
def test_tags(raw: str, tag: str):
    """Tags are written in one form; what is none is empty."""
    assert tag_of(raw) == tag
