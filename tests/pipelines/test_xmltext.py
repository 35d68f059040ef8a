"""XML of the web is decoded, freed of its document type and of entities that do not exist."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.xmltext import parse_xml, root_name, standard_xml

TEXT = "<r>Größe “größer” – ж</r>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_unicode_encodings_need_no_label(encoding):
    """UTF-8, UTF-16 and UTF-32 are known by their mark or by how `<` begins."""
    assert standard_xml(TEXT.encode(encoding)).decode() == TEXT


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("iso-8859-1", "cp1252"),
        ("windows-1251", "cp1251"),
        ("gb2312", "gb18030"),
        ("shift_jis", "cp932"),
        ("koi8-r", "koi8-r"),
    ],
)
def test_declared_charsets(label, codec):
    """The charset of the declaration counts; a label stands for the larger set that the web means by it."""
    text = "ж" if codec != "cp1252" else "“é”"
    xml = f'<?xml version="1.0" encoding="{label}"?><r>{text}</r>'.encode(codec)
    assert standard_xml(xml).decode() == f"<r>{text}</r>"


def test_the_header_goes_before_the_declaration():
    """The charset of the Content-Type counts before that of the declaration."""
    xml = '<?xml version="1.0" encoding="utf-8"?><r>é</r>'.encode("cp1252")
    assert standard_xml(xml, "text/xml; charset=ISO-8859-1").decode() == "<r>é</r>"


@pytest.mark.parametrize("label", ["zlib_codec", "rot13", "idna", "utf-7", "nonsense", "utf-16", "unicode_escape"])
def test_labels_that_are_no_charset(label):
    """What is no charset of the web, or cannot be that of a text whose label can be read, is passed over."""
    xml = f'<?xml version="1.0" encoding="{label}"?><r>é</r>'.encode()
    assert standard_xml(xml, f"text/xml; charset={label}").decode() == "<r>é</r>"


@pytest.mark.parametrize(
    ("xml", "standard"),
    [
        (b"\n<!-- a --> <?xml version='1.0'?><?p?><!DOCTYPE r [<!ENTITY a 'b'>]><r>&a;</r>", b"<r>&amp;a;</r>"),
        (b'<!DOCTYPE r PUBLIC "-//W3C//DTD" "http://x/y.dtd"><r/>', b"<r/>"),
        (b"<r>&copy; &nbsp;AT&T &#8217; &amp; &lt;</r>", "<r>© \xa0AT&amp;T &#8217; &amp; &lt;</r>".encode()),
        (b"<r><![CDATA[&nbsp;&]]>&</r>", b"<r><![CDATA[&nbsp;&]]>&amp;</r>"),
        (b"<r>a\0b\x0bc</r>", b"<r>abc</r>"),
        (b"<r><![CDATA[<!DOCTYPE x>]]></r>", b"<r><![CDATA[<!DOCTYPE x>]]></r>"),
        (b"no markup", b"no markup"),
        (b"", b""),
    ],
)
def test_what_is_put_right(xml, standard):
    """Declaration, comments and document type before the root go; entities exist afterwards."""
    assert standard_xml(xml) == standard


def test_a_stray_byte_does_not_change_the_charset():
    """A text in UTF-8 with one broken character stays UTF-8; one full of them is guessed anew."""
    assert standard_xml("<r>ééééé".encode() + b"\xff</r>").decode() == "<r>ééééé\ufffd</r>"
    assert "“Größe”" in standard_xml("<r>“Größe” für Jürgen</r>".encode("cp1252")).decode()


def test_root_name():
    """The root is named as it is written."""
    assert root_name(standard_xml(b"<!-- <a> --><rdf:RDF x='y'>")) == "rdf:RDF"
    assert root_name(b"plain") == ""


@pytest.mark.parametrize(
    "xml",
    [
        *(b"<!--" * 50_000, b"<?" * 50_000, b"<!DOCTYPE " * 50_000, b"<!DOCTYPE r [" + b"]" * 100_000),
        *(b"<r>" + b"&" * 100_000, b"<r>" + b"<![CDATA[" * 50_000),
    ],
)
def test_hostile_beginnings_cost_little(xml):
    """No beginning of a document is scanned more than a few times."""
    begun = process_time()
    parse_xml(standard_xml(xml))
    assert process_time() - begun < 2


@pytest.mark.fault(66)
def test_entities_are_never_expanded():
    """A document's own entities are not resolved, neither inside nor out of files."""
    lol = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))
    root, _ = parse_xml(
        standard_xml(b"<!DOCTYPE r [" + lol + b'<!ENTITY f SYSTEM "file:///etc/passwd">]><r>&l11;&f;</r>')
    )
    assert root is not None
    assert root.text == "&l11;&f;"


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["", "text/xml; charset=utf-16", "x; charset=big5", "charset=\x00"]))
def test_any_bytes_come_out(content, content_type):
    """Whatever the bytes, UTF-8 comes out, and a second time the same."""
    once = standard_xml(content, content_type)
    assert isinstance(once.decode("utf-8"), str)
