"""What changed between two texts, and of which kind it is."""

from __future__ import annotations

import pytest

from archive.changes import MAX_WORDS, Texts, compare, words

BODY = "Alvora said on Monday that Rafael Oduya will lead its 12 sites.\n\nThe work goes on as planned, it said."


def texts(body: str = BODY, headline: str = "Alvora names a head", standfirst: str = "") -> Texts:
    """A text with these parts."""
    return Texts(headline=headline, standfirst=standfirst, body=body)


@pytest.mark.parametrize(
    ("new", "kinds"),
    [
        pytest.param(texts(headline="Alvora appoints a head"), ("headline",), id="headline"),
        pytest.param(texts(standfirst="A new one."), ("standfirst",), id="standfirst"),
        pytest.param(texts(BODY.replace("12", "13")), ("figures",), id="figure"),
        pytest.param(texts(BODY.replace("Oduya", "Odoya")), ("names",), id="name"),
        pytest.param(texts(BODY.replace("lead", "head")), ("wording",), id="word"),
        pytest.param(texts(BODY + "\n\nThe board of Lumen agreed."), ("wording",), id="a sentence more"),
        pytest.param(texts(BODY + "\n\nCorrection: it is a site in Graz."), ("correction",), id="note"),
        pytest.param(texts(BODY + "\n\nEditor’s note: a site was named wrongly."), ("correction",), id="editor's note"),
        pytest.param(
            texts(BODY + "\n\nIn einer früheren Version stand ein anderer Ort."), ("correction",), id="German"
        ),
        pytest.param(texts(BODY + "\n\n訂正：会場の名前に誤りがありました。"), ("correction",), id="Japanese"),
        pytest.param(texts("It is withdrawn.", "Withdrawn"), ("headline", "withdrawn"), id="withdrawn with a notice"),
        pytest.param(texts(""), ("withdrawn",), id="nothing left"),
        pytest.param(
            texts(BODY.replace("12", "13").replace("Oduya", "Odoya"), "Another headline"),
            ("headline", "figures", "names"),
            id="several",
        ),
    ],
)
def test_kinds(new: Texts, kinds: tuple[str, ...]) -> None:
    """The kinds of an edit say what a reader would want to know of it."""
    assert compare(texts(), new).kinds == kinds


@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        ("It cost 5.5 million.", "It cost 6 million.", "It cost [-5.5-]{+6+} million."),
        ("one two", "one two three", "one two{+ three+}"),
        ("a b c d e", "a x y d e", "a [-b c-]{+x y+} d e"),
        ("会社は東京にある", "会社は大阪にある", "会社は[-東京-]{+大阪+}にある"),
        ("", "new", "{+new+}"),
        ("old", "", "[-old-]"),
        ("", "", ""),
    ],
)
def test_words(old: str, new: str, marked: str) -> None:
    """Changes are shown word by word, in scripts without spaces letter by letter; a changed phrase stays together."""
    forms = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}

    assert "".join(forms[piece.op].format(piece.text) for piece in words(old, new)) == marked


@pytest.mark.parametrize("new", [BODY, BODY * 3, "", "Other words.\n\nAltogether\n", "x\ny\n\nz", "\n\n"])
def test_both_texts_can_be_read_off(new: str) -> None:
    """What stayed and went is the old text, what stayed and came the new one."""
    pieces = compare(texts(), texts(new)).body

    assert "".join(p.text for p in pieces if p.op != "new") == BODY
    assert "".join(p.text for p in pieces if p.op != "gone") == new


def test_long_passages_count_as_replaced() -> None:
    """A passage that is too long to be compared word by word is replaced as a whole."""
    old = " ".join(f"w{n}" for n in range(MAX_WORDS))

    assert [piece.op for piece in words(old, old + " x")] == ["gone", "new"]
