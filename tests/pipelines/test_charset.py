"""Pages are read in the charset that they are in, by labels of the Encoding Standard alone."""

from __future__ import annotations

import pytest

from pipelines.charset import codec_of, decode_html

GERMAN = "Die Gebäude der Behörde müssen größer werden, so heißt es aus der Straße. " * 4


@pytest.mark.fault(54)
def test_byte_order_mark_comes_first():
    """A byte order mark is stronger than the header."""
    assert decode_html("\ufeffä".encode("utf-16-le"), "text/html; charset=utf-8") == ("ä", "utf-16-le")


@pytest.mark.fault(54)
def test_header_comes_before_meta():
    """Where header and `<meta>` differ, the header holds."""
    content = b'<meta charset="windows-1251">' + "für".encode("latin-1")
    assert decode_html(content, 'text/html; charset="ISO-8859-1"')[0].endswith("für")


def test_meta_is_read_where_the_header_is_silent():
    """`<meta http-equiv>` names the charset as `<meta charset>` does."""
    content = b'<meta http-equiv="Content-Type" content="text/html; charset=shift_jis">' + "日本".encode("cp932")
    assert decode_html(content)[0].endswith("日本")


@pytest.mark.fault(54)
def test_plain_utf8_is_utf8_whatever_is_declared():
    """Bytes that can hardly be anything but UTF-8 are read as it in spite of a wrong header."""
    assert decode_html(GERMAN.encode(), "text/html; charset=iso-8859-1") == (GERMAN, "utf-8")


def test_a_torn_end_does_not_change_the_charset():
    """A page cut inside a character is UTF-8 all the same."""
    assert decode_html(GERMAN.encode()[:-1] + b"\xc3", "text/html; charset=utf-8")[1] == "utf-8"


@pytest.mark.parametrize("label", ["utf-7", "zlib_codec", "idna", "hex", "rot13", "undefined", "mbcs", "utf-32"])
@pytest.mark.fault(52, 53)
def test_python_codecs_are_no_labels(label: str):
    """What only Python knows as an encoding is no charset of a page."""
    assert codec_of(label) == ""
    assert decode_html(b"plain", f"text/html; charset={label}") == ("plain", "utf-8")


def test_undeclared_bytes_are_guessed():
    """Without any declaration, what is not UTF-8 is guessed from its bytes."""
    text = "Это обычная новость на русском языке, которую прочитают многие люди в разных городах страны. " * 5
    assert decode_html(text.encode("cp1251"))[0] == text


@pytest.mark.fault(54)
@pytest.mark.parametrize("codec", ["iso2022_jp", "euc_jp", "shift_jis"])
def test_undeclared_japanese(codec: str):
    """Japanese is read in each of its old charsets, also in the one that shifts within ASCII."""
    text = "厚生労働省は火曜日、来年の春までに新しい工場が完成し、四百人を雇用する見込みだと発表した。" * 5
    assert decode_html(text.encode(codec))[0] == text


@pytest.mark.fault(54)
def test_undeclared_cyrillic_of_the_mac():
    """Russian is told from its neighbours in the charset of old Macs too."""
    text = (
        "Министерство сообщило во вторник, что новый завод будет готов. Директор отметил: строительство идёт по плану."
    )
    assert decode_html(text.encode("mac_cyrillic"))[0] == text


def test_every_codec_of_the_table_exists():
    """The table names codecs that Python has."""
    assert all(
        "x".encode(codec_of(label))
        for label in ("866", "l2", "koi", "mac", "gb2312", "big5", "sjis", "euc-kr", "tis-620")
    )
