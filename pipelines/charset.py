"""The text of a page from its bytes: which charset they are in, by the labels of the Encoding Standard alone.

Order: byte order mark, bytes that are plainly UTF-8, Content-Type header, `<meta>`, and last a guess. A label that the
standard (encoding.spec.whatwg.org) does not know is no label: Python would take `zlib_codec` or `idna` for charsets.
"""

from __future__ import annotations

import re

from pipelines.words.charset_labels import CODEC_BY_LABEL

_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"))
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]+)""", re.IGNORECASE)
_META_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)\b[^<>]{0,300}?\b(?:charset|encoding)\s*=\s*["']?\s*([a-z0-9_:.-]{2,40})""", re.IGNORECASE
)
_MANY_BYTE_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_SHIFTED_JAPANESE = re.compile(rb"\x1b\$[@B]")
_PRESCAN = 4_096
"""Bytes in which a `<meta>` is looked for. The standard stops at 1,024, but long comments come first on real pages."""

_SURELY_UTF8 = 6
"""So many characters of several bytes do not look like UTF-8 by chance."""

_GUESS_FROM = 40_000
"""Bytes that a guess looks at."""


def decode_html(content: bytes, content_type: str = "") -> tuple[str, str]:
    """The text of *content* and the charset that it was read in. Total: what cannot be decoded becomes U+FFFD.

    >>> decode_html("Müller".encode("latin-1"), "text/html; charset=ISO-8859-1")
    ('Müller', 'cp1252')
    """
    for mark, codec in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(codec, "replace"), codec
    declared = _declared(content, content_type)
    if not declared and _SHIFTED_JAPANESE.search(content) and content.isascii():
        declared = "iso2022_jp"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as failure:
        return _decode_other(content, declared, failure.start)
    if declared in {"", "utf-8"} or (content.isascii() and declared not in _NOT_ASCII) or _is_surely_utf8(content):
        return text, "utf-8"
    return content.decode(declared, "replace"), declared


_NOT_ASCII = frozenset({"utf-16-be", "utf-16-le", "iso2022_jp"})
"""Charsets in which bytes below 0x80 may be more than ASCII."""


def codec_of(label: str) -> str:
    """Python's codec for a label of the Encoding Standard; empty for what is no label there."""
    return CODEC_BY_LABEL.get(label.strip().lower(), "")


def _declared(content: bytes, content_type: str) -> str:
    header = _HEADER_CHARSET.search(content_type)
    by_header = codec_of(header[1]) if header else ""
    if by_header:
        return by_header
    meta = _META_CHARSET.search(content, 0, _PRESCAN)
    by_meta = codec_of(meta[1].decode("ascii")) if meta else ""
    # a <meta> that could be read as ASCII does not stand in UTF-16 (HTML, 13.2.3.2)
    return "utf-8" if by_meta.startswith("utf-16") else by_meta


def _is_surely_utf8(content: bytes) -> bool:
    found = _MANY_BYTE_UTF8.finditer(content)
    return sum(1 for _, _ in zip(range(_SURELY_UTF8), found, strict=False)) == _SURELY_UTF8


def _decode_other(content: bytes, declared: str, first_failure: int) -> tuple[str, str]:
    """The text of bytes that are not UTF-8 from end to end."""
    if declared == "utf-8" or (not declared and _is_nearly_utf8(content)):
        if _is_nearly_utf8(content):
            return content.decode("utf-8", "replace"), "utf-8"
        declared = ""
    if not declared:
        declared = _guess(content, first_failure)
    return content.decode(declared, "replace"), declared


def _is_nearly_utf8(content: bytes) -> bool:
    """Whether bytes are UTF-8 but for a few: a page cut in a character, or one foreign box in it."""
    whole = len(_MANY_BYTE_UTF8.findall(content))
    torn = content.decode("utf-8", "replace").count("\ufffd")
    return whole > 10 * torn


def _guess(content: bytes, first_failure: int) -> str:
    from charset_normalizer import from_bytes

    start = max(0, first_failure - _GUESS_FROM // 4)
    sample = re.sub(rb"<[^<>]{0,2000}>", b" ", content[start : start + _GUESS_FROM])
    best = from_bytes(sample, cp_isolation=_GUESSED, steps=8, chunk_size=1024).best()
    return codec_of(best.encoding.replace("_", "-")) or best.encoding if best else "cp1252"


_GUESSED = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "cp1258",
    "iso8859_2",
    "iso8859_5",
    "iso8859_7",
    "koi8_r",
    "mac_cyrillic",
    "gb18030",
    "big5hkscs",
    "euc_jp",
    "cp932",
    "euc_kr",
    "cp874",
    "cp949",
]
