"""Who wrote an article: the people that the page names, without roles, agencies, links and repetition.

Where a page names nobody and an organisation signs (an agency, the newsroom), that organisation is the author.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from archive.model import Evidence
from pipelines.finding import Finding, evidence_of, plain
from pipelines.json_ld import Json, Node, texts_of, types_of
from pipelines.lines import Line
from pipelines.page import Page, fold
from pipelines.words.fields import AUTHOR_META
from pipelines.words.names import AGENCIES, AND, BY, DEGREES, PARTICLES, ROLES, TITLES

MAX_AUTHORS = 40
MAX_BYLINE = 400

_BY = re.compile(rf"^\W*(?:{BY})(?:\s*[:：]\s*|\s+)", re.IGNORECASE)
_BY_SURE = re.compile(r"^\W*(?:(?:written |posted |story |words |reported )?by|von|par|por|door|автор|author|autor)\b\s*[:：]?\s*", re.IGNORECASE)
_GLUED = re.compile(
    r"(?<=[^\W\d_])(?=(?:Updated|Published|Posted|Redakteur|Reporter|Author|Follow|Staff Writer|Senior|Editor|Correspondent)(?:\b|in\b))"
)
_STRONG = re.compile(rf"\s*(?:[;|•·/\\&＋+、，→»►]|\s[–—-]\s|\b(?<!\.)(?<!-)(?:{AND})\b(?![.'’-]))\s*")
_WEAK = re.compile(r"\s*[,،]\s*")
_BRACKETED = re.compile(r"\s*[(\[（【<][^()\[\]（）【】<>]{0,80}[)\]）】>]\s*")
_EMAIL = re.compile(r"\S+@\S+|@\w+|https?://\S+|www\.\S+")
_CASELESS = re.compile(r"[\u0590-\u08ff\u0900-\u0fff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CASELESS_ROLE = re.compile(r"(?:\s*(?:기자|특파원|記者|特派員|編集委員|论说委员|通讯员|外\s*\d*명))+$|^(?:記者|文|撮影)\s*[:：/・=＝]?\s*")
_HAS_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Authors:
    """The authors of an article."""

    names: tuple[str, ...] = ()
    """In the page's order."""

    raw: str = ""
    """The byline or declaration that they were read from."""

    evidence: tuple[Evidence, ...] = ()
    """Where authors were seen."""


@dataclass(frozen=True, slots=True)
class _Signed:
    """Who signs at one place of a page."""

    people: tuple[str, ...]
    others: tuple[str, ...]
    finding: Finding


def read_authors(page: Page, news: Node, lines: Iterable[Line], publisher: str = "") -> Authors:
    """The authors of the article on *page*; *lines* are those around its headline."""
    site = {plain(publisher), plain(page.meta_value("og:site_name")), plain(news_name(page))} - {""}
    signed = [s for s in _signed(page, news, list(lines), site) if s.people or s.others]
    chosen = _choose(signed)
    names = (chosen.people or chosen.others) if chosen else ()
    findings = [s.finding for s in signed]
    return Authors(
        _without_repetition(names)[:MAX_AUTHORS],
        chosen.finding.raw[:1000] if chosen else "",
        evidence_of("authors", findings, chosen.finding if chosen else None),
    )


def news_name(page: Page) -> str:
    """The first word of the host below its top-level domain, by which sites are called."""
    labels = page.url.partition("://")[2].partition("/")[0].split(".")
    return labels[-2] if len(labels) > 1 else ""


def people_in(text: str) -> tuple[str, ...]:
    """The names of people in a byline.

    >>> people_in("By Ann Lee and Bob van der Berg, Health Editor | Reuters")
    ('Ann Lee', 'Bob van der Berg')
    """
    return tuple(name for name in _pieces(text) if _is_person(name))


def _choose(signed: list[_Signed]) -> _Signed | None:
    with_people = [s for s in signed if s.people]
    if not with_people:
        return max(signed, key=lambda s: s.finding.weight, default=None)
    best = max(with_people, key=lambda s: s.finding.weight)
    names = {plain(n) for n in best.people}
    for other in with_people:
        more = {plain(n) for n in other.people}
        if other.finding.selector.startswith("line") and names < more and other.finding.weight > 1:
            return other
    return best


def _signed(page: Page, news: Node, lines: list[Line], site: set[str]) -> Iterator[_Signed]:
    yield from _of_json_ld(page, news, site)
    yield from _of_meta(page, site)
    yield from _of_marked(page, site)
    yield from _of_lines(lines, site)


def _of_json_ld(page: Page, news: Node, site: set[str]) -> Iterator[_Signed]:
    people: list[str] = []
    others: list[str] = []
    raws: list[str] = []
    for author in _authors_of(page, news):
        is_person = isinstance(author, dict) and "Person" in types_of(author)
        for raw in texts_of(author):
            raws.append(raw)
            names = _declared_people(raw, site, is_person=is_person)
            people += names
            if not names and _is_name_of_other(raw):
                others.append(fold(html.unescape(raw)))
    if raws:
        yield _Signed(tuple(people), tuple(others), Finding("", "; ".join(raws), "json-ld", "author", 5.0))


def _authors_of(page: Page, news: Node) -> Iterator[Json]:
    """The authors that JSON-LD names, references to other nodes followed."""
    value = news.get("author") or news.get("creator")
    for author in value[:200] if isinstance(value, list) else [value]:
        reference = author if isinstance(author, str) and author.startswith(("http", "#")) else ""
        if isinstance(author, dict) and not author.get("name"):
            reference = str(author.get("@id") or "")
        if reference:
            yield from (n for n in page.json_ld if n.get("@id") == reference and n.get("name"))
        else:
            yield author


def _of_meta(page: Page, site: set[str]) -> Iterator[_Signed]:
    for name in AUTHOR_META:
        values = page.meta.get(name, ())
        people = tuple(p for value in values[:20] for p in _declared_people(value, site, is_person=False))
        others = tuple(fold(html.unescape(v)) for v in values[:3] if not people and _is_name_of_other(v))
        if people or others:
            yield _Signed(people, others, Finding("", "; ".join(values), "meta", name, 3.0))


def _of_marked(page: Page, site: set[str]) -> Iterator[_Signed]:
    for key, selector, weight in (("author", "[itemprop=author]", 2.8), ("rel:author", "[rel=author]", 2.4)):
        nodes = page.marked.get(key, ())[:3]
        texts = [fold(node.attributes.get("content") or node.text(separator=" "))[:MAX_BYLINE] for node in nodes]
        for number, text in enumerate(texts):
            people = _declared_people(text, site, is_person=False)
            if people:
                yield _Signed(people, (), Finding("", text, "microdata", f"{selector}[{number}]", weight - 0.3 * number))


def _of_lines(lines: list[Line], site: set[str]) -> Iterator[_Signed]:
    for line in lines:
        begins = _BY_SURE.match(line.text)
        if not (begins or line.is_named("byline")) or line.hints_at("related", "comment", "nav", "popular"):
            continue
        people = tuple(n for n in people_in(line.text) if plain(n) not in site)
        if people:
            weight = 2.6 if begins else 2.2
            yield _Signed(people, (), Finding("", line.text, "heuristic", f"line {line.distance:+}", weight - 0.05 * abs(line.distance)))


def _declared_people(raw: str, site: set[str], *, is_person: bool) -> tuple[str, ...]:
    """The people in a declared author; a single word is taken where the page says that it is a person."""
    pieces = list(_pieces(raw))
    names = tuple(p for p in pieces if _is_person(p) and plain(p) not in site)
    if names or not pieces:
        return names
    only = pieces[0]
    is_name = len(pieces) == 1 and plain(only) not in site and _slug(only) not in AGENCIES and not _HAS_DIGIT.search(only)
    return (only,) if is_person and is_name and len(only) < 60 and not _EMAIL.search(only) and not set(_words(only)) & ROLES else ()


@lru_cache(maxsize=4096)
def _pieces(text: str) -> tuple[str, ...]:
    """What stands between the separators of a byline, its first words and brackets taken off."""
    text = fold(html.unescape(text[:MAX_BYLINE]))
    text = _EMAIL.sub(" ", _BRACKETED.sub(" , ", _GLUED.sub(" | ", text)))
    found = []
    for strong in _STRONG.split(text):
        for number, weak in enumerate(_WEAK.split(strong)):
            piece = _BY.sub("", _CASELESS_ROLE.sub("", weak).strip(" .:-–—*“”\"'\u200b"))
            piece = _without_role(piece.strip(" .:-–—*“”\"'"))
            if piece and not (number and plain(piece) in DEGREES):
                found.append(piece)
    return tuple(found)


def _without_role(piece: str) -> str:
    """A piece without the roles at its ends: "Redakteurin Ann Lee", "Ann Lee Senior Editor"."""
    words = piece.split()
    while len(words) > 2 and _bare(words[-1]) in ROLES:
        words.pop()
    while len(words) > 2 and _bare(words[0]) in ROLES:
        words.pop(0)
    return " ".join(words)


def _bare(word: str) -> str:
    return word.strip(".,:;()").casefold()


def _words(text: str) -> list[str]:
    return [_bare(w) for w in text.split()]


def _slug(text: str) -> str:
    return plain(text).replace(" ", "-")


@lru_cache(maxsize=4096)
def _is_person(name: str) -> bool:
    """Whether a piece of a byline has the form of a person's name."""
    if _HAS_DIGIT.search(name) or len(name) > 60 or _slug(name) in AGENCIES:
        return False
    if _CASELESS.search(name):
        return 2 <= len(name) <= 25 and len(name.split()) <= 5 and not set(_words(name)) & ROLES and not _ends_like_an_office(name)
    words = [w for w in name.split() if w.casefold() not in TITLES]
    if not 2 <= len(words) <= 6 or words[0].casefold() in {"the", "la", "el", "die", "der", "das"}:
        return False
    if any(_bare(w) in ROLES or "." in w.strip(".") and not _is_initials(w) for w in words):
        return False
    if any(_slug(w) in AGENCIES and w.isupper() for w in words):
        return False
    return all(_is_name_word(w) for w in words) and sum(len(w) > 1 for w in words) >= 1


def _is_name_word(word: str) -> bool:
    if _bare(word) in PARTICLES:
        return True
    first = word.lstrip("'’‘\"“(-")[:1]
    return first.isupper() or unicodedata.category(first or " ") in {"Lo", "Lt"}


def _is_initials(word: str) -> bool:
    return bool(re.fullmatch(r"(?:[^\W\d_]\.?-?){1,4}", word)) or word.casefold() in TITLES


_OFFICE = ("新聞", "新闻", "日報", "社", "編集部", "デジタル", "网", "網", "뉴스", "일보", "신문", "通信", "委員会", "電子版")


def _ends_like_an_office(name: str) -> bool:
    return name.endswith(_OFFICE)


def _is_name_of_other(raw: str) -> bool:
    """Whether a declared author that is no person is a name at all."""
    text = raw.strip()
    return 1 < len(text) <= 60 and not _EMAIL.search(text) and not text.startswith(("http", "#", "/")) and any(c.isalpha() for c in text)


def _without_repetition(names: Iterable[str]) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for name in names:
        kept.setdefault(plain(name), name)
    return tuple(kept.values())

