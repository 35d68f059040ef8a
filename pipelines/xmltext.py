"""XML as the web serves it, made ready for a parser: decoded, without document type, with entities that exist.

Feeds and sitemaps come with a wrong charset, a comment before the declaration, bare ampersands and HTML's entities.
All that is put right before libxml2 sees it, which then recovers from what is left. No entity that a document defines
is ever expanded: the document type goes, and with it the definitions.
"""

from __future__ import annotations

import codecs
import re
from functools import cache, lru_cache
from html.entities import html5
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import XMLParser, _Element

SAMPLE = 16_384
"""Bytes that a charset is guessed from."""

_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# How `<` begins in wide encodings without a mark (XML 1.0, appendix F).
_UNMARKED = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
# Labels that mean a larger set on the web (encoding.spec.whatwg.org, 4.2).
_LARGER_SETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_NOT_CHARSETS = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf_7", "undefined", "mbcs", "oem"}
)
_CHARSET_PARAMETER = re.compile(r"charset\s*=\s*[\"']?([^\s\"';,]+)", re.IGNORECASE)
_DECLARED = re.compile(rb"<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_MISC = rb"(?:\s+|<\?(?:[^?]|\?(?!>))*\?>|<!--(?:[^-]|-(?!->))*-->)*+"  # XML 1.0, production 27
_PROLOG = re.compile(_MISC + rb"(?:<!DOCTYPE(?:[^\[>]*\[[^\]]*\]\s*>|[^\[>]*>))?+" + _MISC, re.IGNORECASE)
_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]*)")
_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\r") + b"\x7f"
_ANY_CONTROL = re.compile(rb"[%b]" % re.escape(_CONTROLS))
_LARGE = 1 << 20
_ODD_AMPERSAND = re.compile(rb"&(?!#[0-9]{1,7};|#x[0-9A-Fa-f]{1,6};|(?:amp|lt|gt|quot|apos);)([A-Za-z0-9]{2,31};)?")


def standard_xml(content: bytes, content_type: str = "") -> bytes:
    """XML in UTF-8, beginning with its root element; whatever the bytes are, some come out.

    The charset is that of the byte order mark, the Content-Type, the XML declaration, or UTF-8, in this order; what is
    declared nowhere and not UTF-8 is guessed from the bytes.
    """
    encoding = _encoding_of(content, content_type)
    if encoding != "utf-8" or not _is_utf8(content):
        content = _decoded(content, encoding).encode("utf-8", "replace")
    content = content.removeprefix(codecs.BOM_UTF8)
    if len(content) < _LARGE or _ANY_CONTROL.search(content):  # 50 MB are not copied for nothing
        content = content.translate(None, _CONTROLS)
    content = content[max(content.find(b"<"), 0) :]
    prolog = _PROLOG.match(content)
    content = content[prolog.end() :] if prolog else content
    return _with_existing_entities(content)


def root_name(xml: bytes) -> str:
    """The name of the first element of what `standard_xml` gave, as written; empty when there is none."""
    found = _ROOT.match(xml)
    return found[1].decode("ascii", "replace") if found else ""


def parse_xml(xml: bytes) -> tuple[_Element | None, bool]:
    """The root element of what `standard_xml` gave, and whether it had to be repaired; None when nothing is left."""
    from lxml import etree

    parser = _parser()
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None, True
    return root, len(parser.error_log) > 0


@cache
def _parser() -> XMLParser:
    """One parser for all: to make it costs as much as to parse a small feed."""
    from lxml import etree

    return etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        encoding="utf-8",
    )


def _encoding_of(content: bytes, content_type: str) -> str:
    start = content[:1024].lstrip()[:4]
    if start[:1] != b"<" or b"\0" in start:
        shown = _begun_as(content, _MARKS) or _begun_as(start, _UNMARKED)
        if shown:
            return shown
    parameter = _CHARSET_PARAMETER.search(content_type) if content_type else None
    declared = _DECLARED.search(content[:4096])
    return (parameter and _known(parameter[1])) or (declared and _known(declared[1].decode("ascii"))) or "utf-8"


def _begun_as(content: bytes, signs: tuple[tuple[bytes, str], ...]) -> str:
    return next((encoding for sign, encoding in signs if content.startswith(sign)), "")


@lru_cache(maxsize=64)
def _known(label: str) -> str:
    """Python's name of a charset; empty for what is none, such as its codecs for compression."""
    try:
        codec = codecs.lookup(label.strip())
    except (LookupError, ValueError):
        return ""
    if (
        not codec._is_text_encoding
        or codec.name.replace("-", "_") in _NOT_CHARSETS
        or codec.name.startswith(("utf-16", "utf-32"))
    ):
        return ""  # a document whose label could be read is neither UTF-16 nor UTF-32
    return _LARGER_SETS.get(codec.name, codec.name)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        pass
    if _is_utf8(content):
        return content.decode("utf-8")
    text = content.decode(encoding, "replace")
    # A stray byte in a text of the charset it declares is one thing, another charset is another.
    return content.decode(_guessed(content), "replace") if text.count("\ufffd") * 2 > _not_ascii(text) else text


def _not_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _guessed(content: bytes) -> str:
    from charset_normalizer import from_bytes

    odd = _NOT_ASCII.search(content)
    start = max(odd.start() - 1_000, 0) if odd else 0
    best = from_bytes(content[start : start + SAMPLE]).best()
    return _known(best.encoding) or "cp1252" if best else "cp1252"


def _with_existing_entities(content: bytes) -> bytes:
    """The same with HTML's entities as characters and bare ampersands escaped, but for what CDATA protects."""
    if b"&" not in content:
        return content
    first, *others = content.split(b"<![CDATA[")
    parts = [_ODD_AMPERSAND.sub(_existing_entity, first)]
    for other in others:
        protected, end, text = other.partition(b"]]>")
        parts += (b"<![CDATA[", protected, end, _ODD_AMPERSAND.sub(_existing_entity, text) if b"&" in text else text)
    return b"".join(parts)


def _existing_entity(found: re.Match[bytes]) -> bytes:
    name = found[1]
    if name is None:
        return b"&amp;"
    character = html5.get(name.decode("ascii"))
    if character is None:
        return b"&amp;" + name
    return character.replace("&", "&amp;").replace("<", "&lt;").encode("utf-8")
