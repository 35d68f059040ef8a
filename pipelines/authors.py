"""Who wrote an article: the people that the page names, without roles, agencies, links and repetition.

Where a page names nobody and an organisation signs (an agency, the newsroom), that organisation is the author.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from archive.model import Evidence
from pipelines.finding import Finding, evidence_of, plain
from pipelines.json_ld import Json, Node, texts_of, types_of
from pipelines.lines import Line, line_of
from pipelines.page import Page, fold
from pipelines.words.fields import AUTHOR_META
from pipelines.words.months import MONTHS, PUBLISHED, UPDATED
from pipelines.words.names import AGENCIES, AND, BY, BY_INSIDE, DEGREES, NOBODY, OFFICES, PARTICLES, ROLES, TITLES

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

MAX_AUTHORS = 40
MAX_BYLINE = 400
_SHELLS = 5
"""Elements around a name that hold nothing else, at most."""

_FIRST_TWO = 2.0
"""What the first two elements marked as author weigh at least; those behind them sign other texts."""

_NEAR = 5
"""Lines from the headline within which "by" begins the byline of the article."""

_ELSEWHERE = 1.1
"""What names weigh that stand in several places of a page: most sign other texts."""

_BY = re.compile(rf"^\W*(?:{BY})(?:\s*[:：]\s*|\s+)", re.IGNORECASE)
_BY_SURE = re.compile(
    r"^\W*(?:(?:written|posted|published|story|words|reported|review(?:ed)?|recipe|text|article|analysis|edited)\s+)?by\b\s*[:：]?\s*"
    r"|^\W*(?:(?:geschrieben|verfasst|veröffentlicht|ein \w+) )?von\b\s*[:：]?\s*(?:unser(?:em|er|en)\s+\w+\s+)?"
    r"|^\W*(?:par|por|door|autorin|autoren|autore|autor|auteur|authors?|автор|текст|text|記者)\b\s*[:：]?\s*"
    r"(?:(?:onze|notre|nuestr[oa]|noss[oa])\s+\w+\s+)?",
    re.IGNORECASE,
)
_BY_WORDS = frozenset(
    [
        "by",
        "written",
        "posted",
        "published",
        "story",
        "words",
        "reported",
        "review",
        "reviewed",
        "recipe",
        "text",
        "article",
        "analysis",
        "edited",
        "von",
        "geschrieben",
        "verfasst",
        "veröffentlicht",
        "ein",
        "par",
        "por",
        "door",
        "autor",
        "autorin",
        "autoren",
        "autore",
        "auteur",
        "author",
        "authors",
        "автор",
        "текст",
        "記者",
    ]
)
"""The words that `_BY_SURE` begins with."""

_BY_INSIDE = re.compile(rf"(?:^|[^\w-])(?:{BY_INSIDE})[\s:：]+(?=[^\W\d_])", re.IGNORECASE)
_GLUED = re.compile(
    r"(?<=[^\W\d_])(?=(?:Updated|Published|Posted|Redakteur|Reporter|Author|Follow|Staff Writer|"
    r"Senior|Editor|Correspondent)(?:\b|in\b))"
    r"|(?<=\d)(?=[^\W\d_]{3})|(?<=[^\W\d_])(?=\d)|(?<=\b[Bb]y)(?=[A-Z][a-z])|(?<=\bvon)(?=[A-Z][a-z])"
    r"|(?<=[a-zà-ÿ])(?=(?:January|February|March|April|June|July|August|September|October|November|December)\b)"
)
_STRONG = re.compile(rf"\s*(?:[;|•·/\\&＋+、，→»►]|\s[–—-]\s|\b(?<!\.)(?<!-)(?:{AND})\b(?![.'’-]))\s*")
_WEAK = re.compile(r"\s*[,،]\s*")
_BRACKETED = re.compile(r"\s*[(\[（【<][^()\[\]（）【】<>]{0,80}[)\]）】>]\s*")
_EMAIL = re.compile(r"\S+@\S+|@\w+|https?://\S+|www\.\S+")
_CASELESS = re.compile(r"[\u0590-\u08ff\u0900-\u0fff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CASELESS_ROLE = re.compile(
    r"(?:\s*(?:기자|특파원|記者|特派員|編集委員|论说委员|通讯员|外\s*\d*명))+$|^(?:記者|文|撮影)\s*[:：/・=＝]?\s*"
)
_PICTURED = re.compile(
    rf"(?:[;,/&|]|\b(?:{AND})\b)\s*[^;,/&|()]{{2,60}}\((?:fotos?|photos?|bild(?:er)?|videos?|illustrations?)\)",
    re.IGNORECASE,
)
"""A further name on a byline, of who took the pictures."""

_THE = re.compile(r"[Tt]he\s+[A-Z]")
"""How the name of a paper begins, and never that of a person."""

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


def read_authors(page: Page, news: Node, lines: Iterable[Line], others: Iterable[str] = ()) -> Authors:
    """The authors of the article on *page*; *lines* are those around its headline, *others* names that sign nothing."""
    site = {*map(plain, others), plain(page.meta_value("og:site_name")), plain(news_name(page))} - {""}
    signed = [s for s in _signed(page, news, list(lines), site) if s.people or s.others]
    if not any(s.people for s in signed):
        signed += _of_lines(page, _signed_lines(page), site, far=True)
    chosen = _choose(signed)
    names = (chosen.people or chosen.others) if chosen else ()
    findings = [s.finding for s in signed]
    return Authors(
        _without_repetition(names)[:MAX_AUTHORS],
        chosen.finding.raw[:1000] if chosen else "",
        evidence_of("authors", findings, chosen.finding if chosen else None),
    )


def _signed_lines(page: Page) -> Iterator[Line]:
    """The lines anywhere on the page that begin as bylines do, those of teasers and of what stands aside left out."""
    blocks = page.blocks
    for i, text in enumerate(blocks.texts[:1_500]):
        if 8 < len(text) < 160 and (_may_begin(text) or ("|" in text and _BY_BEHIND.search(text))):
            is_teaser = i > 0 and blocks.link_letters[i - 1] > 0.8 * len(blocks.texts[i - 1])
            line = line_of(blocks, i, i)
            if not is_teaser and not text.endswith(("...", "…")) and not line.hints_at("sidebar", "promo", "footer"):
                yield line


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
        least = {"line": _ELSEWHERE, "[rel": _FIRST_TWO}.get(other.finding.selector[:4])
        if least is not None and names < more and other.finding.weight > least:
            return other
    return best


def _signed(page: Page, news: Node, lines: list[Line], site: set[str]) -> Iterator[_Signed]:
    yield from _of_json_ld(page, news, site)
    yield from _of_meta(page, site)
    yield from _of_marked(page, site)
    yield from _of_lines(page, _bylines(lines), site)


def _of_json_ld(page: Page, news: Node, site: set[str]) -> Iterator[_Signed]:
    people: list[str] = []
    others: list[str] = []
    raws: list[str] = []
    for author in _authors_of(page, news):
        kinds = types_of(author) if isinstance(author, dict) else ()
        for raw in texts_of(author):
            raws.append(raw)
            is_office = any(kind.endswith("Organization") for kind in kinds)
            names = () if is_office else _declared_people(raw, site, is_person="Person" in kinds)
            people += names
            if not names and _is_name_of_other(raw):
                others.append(fold(html.unescape(raw)))
    if raws:
        # a single word is the name of an account more often than of a person
        weight = 5.0 if any(" " in name or _CASELESS.search(name) for name in people) or not people else 2.0
        yield _Signed(tuple(people), tuple(others), Finding("", "; ".join(raws), "json-ld", "author", weight))


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
        nodes = page.marked.get(key, ())[:4]
        texts = [fold(node.attributes.get("content") or node.text(separator=" "))[:MAX_BYLINE] for node in nodes]
        people = [p for p in (_declared_people(text, site, is_person=False) for text in texts) if p]
        for number, names in enumerate(people):
            yield _Signed(
                names, (), Finding("", " ".join(names), "microdata", f"{selector}[{number}]", weight - 0.3 * number)
            )
        if len(people) > 1:
            together = _without_repetition(name for names in people for name in names)
            # side by side they sign one text; elsewhere on the page, each another
            more = weight + 0.1 if _are_side_by_side(nodes) else _ELSEWHERE
            yield _Signed(together, (), Finding("", "; ".join(together), "microdata", selector, more))


def _are_side_by_side(nodes: Sequence[LexborNode]) -> bool:
    """Whether elements share a parent, or each stands alone in an element of an own byline, side by side."""
    around = [n for node in nodes if (n := _byline_around(node)) is not None]
    return len({n.mem_id for n in around}) == 1 and len(around) == len(nodes)


def _byline_around(node: LexborNode) -> LexborNode | None:
    """The nearest element around *node* that holds more than its text."""
    text, around = fold(node.text()), node.parent
    for _ in range(_SHELLS):
        if around is None or around.parent is None or fold(around.text()) != text:
            break
        around = around.parent
    return around


def _bylines(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines that may be bylines, told cheaply."""
    for line in lines:
        text = line.text
        if (
            line.is_named("byline")
            or line.tag == "address"
            or _may_begin(text)
            or (len(text) < 90 and _MARKED.search(text))
        ):
            yield line


def _may_begin(text: str) -> bool:
    """Whether a line begins with a word that bylines begin with."""
    return text.split(maxsplit=1)[0].lower().strip("(:-–—*•| ") in _BY_WORDS


_MARKED = re.compile(r"\d.*[^\W\d]{3}|[^\W\d]{3}.*\d|[|•·–—⋅]")


def _of_lines(page: Page, lines: Iterable[Line], site: set[str], *, far: bool = False) -> Iterator[_Signed]:
    for line in lines:
        is_aside = line.hints_at("related", "comment", "nav", "popular") and not line.is_named("byline")
        if is_aside or (line.hints_at("comment") and not _may_begin(line.text)):
            continue
        is_byline = line.is_named("byline") or line.tag == "address"
        text = _apart(page, line) if is_byline or _may_begin(line.text) else line.text
        signed = _signed_in(line, site, text, only_sure=far)
        if signed:
            people, others, weight = signed
            place = Finding(
                "",
                line.text,
                "heuristic",
                f"line {line.distance:+}",
                weight - (1.0 if far else 0.05 * abs(line.distance)),
            )
            yield _Signed(people, others, place)


def _apart(page: Page, line: Line) -> str:
    """The text of a line, with a break where elements meet without a space, or before one that names a role."""
    text = line.text
    first, last = page.blocks.spans[line.block]
    if len(text) > MAX_BYLINE or first.mem_id == last.mem_id:
        return text
    apart = ""
    for node in _texts_between(first, last):
        piece = node.text_content or ""
        joint = apart[-1:].isalpha() and piece[:1].isalpha()
        is_role = bool(apart.strip()) and not ROLES.isdisjoint(_words(piece)) and piece[:1].isupper()
        apart += f" | {piece}" if joint or is_role else piece
    return fold(apart) if "|" in apart and "|" not in text else text


def _texts_between(first: LexborNode, last: LexborNode) -> Iterator[LexborNode]:
    """The text nodes from *first* to *last*, in the page's order."""
    node: LexborNode | None = first
    for _ in range(_MOST_NODES):
        if node is None:
            return
        if node.tag_id == first.tag_id:
            yield node
        if node.mem_id == last.mem_id:
            return
        below = node.first_child
        while below is None and node is not None and node.next is None:
            node = node.parent
        node = below or (node.next if node is not None else None)


_MOST_NODES = 100


def _signed_in(
    line: Line, site: set[str], text: str, *, only_sure: bool
) -> tuple[tuple[str, ...], tuple[str, ...], float] | None:
    """People and organisations that sign in a line, and how sure that is; None for a line that is no byline."""
    text = _GLUED.sub(" ", text)
    if text.split(maxsplit=1)[0].lower() in _MEDIA:
        return None
    is_named = line.is_named("byline") or line.tag == "address"
    begins = _BY_SURE.match(text) or (_BY_BEHIND.search(text) if only_sure else None)
    if begins:
        names, weight = _names_at_start(text[begins.end() :]), 2.6
    elif only_sure or line.is_named("caption", "credit") or line.tag == "figcaption":
        return None
    else:
        names, weight = _names_in_line(text, line, is_named=is_named)
    people = tuple(n for n in names if plain(n) not in site)
    if people:
        return people, (), weight
    is_below = begins is not None and abs(line.distance) < _NEAR
    other = _office_in(text[begins.end() :] if begins else text) if is_named or is_below else ""
    return ((), (other,), 1.0) if other and plain(other) not in site else None


def _names_in_line(text: str, line: Line, *, is_named: bool) -> tuple[tuple[str, ...], float]:
    """The names in a line that does not begin as bylines do: behind an inner "by", or beside a role or a date."""
    inside = _BY_INSIDE.search(text) if is_named or (_HAS_DIGIT.search(text) and abs(line.distance) < 5) else None
    if inside:
        return _names_at_start(text[inside.end() :]), 2.5
    if is_named:
        return _names_at_start(text, skipping=True), 2.2
    if -4 < line.distance < 5 and _is_signature(text):
        return _names_at_start(text, skipping=True), 1.6
    return (), 0.0


_BY_BEHIND = re.compile(r"\d[^|]{0,12}[|•·]\s*(?:by|von|par|por)\s+(?=[^\W\d_])", re.IGNORECASE)
_FIRST_RUN = re.compile(
    r"[^\W\d][\w.'’&-]*(?:\s+[^\W\da-zà-ÿ][\w.'’&-]*)*(?=\s*(?:$|[|,•·–—@\d]|\b(?:on|in|at|am|um|for|le|el|den|the)\b))"
)
_BREAK = "| 0 |"
"""What stands in the place of a date, so that the names on its two sides are not taken for one list."""


def _office_in(text: str) -> str:
    """The organisation or user name at the start of a byline that names no person; empty where there is none."""
    word = _FIRST_RUN.match(text.strip())
    other = word[0].strip(" .,|") if word else ""
    is_one = 2 < len(other) < 40 and _slug(other) not in NOBODY and not set(_words(other)) <= ROLES
    return other if is_one and not set(_words(other)) & MONTHS.keys() else ""


def _is_signature(text: str) -> bool:
    """Whether a short line is a name beside a role or a date: "Ann Lee | Senior Writer | July 2, 2025"."""
    if not 8 < len(text) < 90 or not (_HAS_DIGIT.search(text) or any(w in ROLES for w in _words(text))):
        return False
    pieces = [p for p in re.split(r"\s+[|•·–—⋅-]\s+", text) if p]
    return len(pieces) > 1 and any(_is_person(p.strip()) for p in pieces)


_MEDIA = {"audio", "video", "foto", "photo", "bild", "image", "watch", "listen"}


def _without_dates(text: str) -> str:
    """A line with a break in the place of figures and the names of months beside them."""
    words = text.split()
    for i, word in enumerate(words):
        beside = " ".join(words[max(0, i - 1) : i + 2])
        if _HAS_DIGIT.search(word) or (_bare(word) in MONTHS and _HAS_DIGIT.search(beside)):
            words[i] = word if word == _BREAK else "\0"
    return " ".join(_BREAK if word == "\0" else word for word in words)


def _names_at_start(text: str, *, skipping: bool = False) -> tuple[str, ...]:
    """The names at the start of what follows "By", up to the first piece that is neither name nor role.

    With *skipping*, what comes before the first name is passed over.

    >>> _names_at_start("Ann Lee and Bob Roe, Health Editor on July 2")
    ('Ann Lee', 'Bob Roe')
    """
    names: list[str] = []
    for piece in _pieces(_without_dates(text)):
        found = _FIRST_NAME.match(piece)
        name = _without_role(found[0].strip(" .,")) if found else ""
        if name and _is_person(name):
            names.append(name)
        elif _is_person(piece):
            names.append(piece)
        elif not set(_words(piece)) & ROLES and (names or not skipping):
            break
    return tuple(names)


_FIRST_NAME = re.compile(
    rf"(?:(?:{'|'.join(sorted(map(re.escape, PARTICLES), key=len, reverse=True))})\s+|[^\W\da-z_][\w.'’-]*\s*)+"
)


def _declared_people(raw: str, site: set[str], *, is_person: bool) -> tuple[str, ...]:
    """The people in a declared author; a single word is taken where the page says that it is a person."""
    pieces = list(_pieces(raw))
    names = tuple(p for p in pieces if _is_person(p) and plain(p) not in site)
    if names or not pieces:
        return names
    if is_person and len(pieces) == 2 and _WEAK.search(raw) and all(_NAME_WORD.fullmatch(p) for p in pieces):
        return (f"{pieces[1]} {pieces[0]}",)
    only = pieces[0]
    is_name = (
        len(pieces) == 1
        and plain(only) not in site
        and _slug(only) not in AGENCIES | NOBODY
        and not _HAS_DIGIT.search(only)
    )
    is_word = len(only) < 60 and not _EMAIL.search(only) and not set(_words(only)) & (ROLES | OFFICES)
    return (only,) if is_person and is_name and is_word else ()


_NAME_WORD = re.compile(r"[A-ZÀ-Þ][a-zà-ÿ'’-]+(?:[ -][A-ZÀ-Þ][a-zà-ÿ'’-]+)?")
_PLAIN_NAME = re.compile(r"[A-ZÀ-Þ][a-zà-ÿ'’]+(?: [A-ZÀ-Þ]\.?| [A-ZÀ-Þ][a-zà-ÿ'’]+(?:-[A-ZÀ-Þ][a-zà-ÿ]+)?){1,3}")
_LABELS = frozenset(word.replace("_", " ").split()[0] for word in (*PUBLISHED, *UPDATED))
_NOT_PLAIN = ROLES | _LABELS | {word for phrase in f"{BY}|{AND}".lower().split("|") for word in phrase.split()}


@lru_cache(maxsize=4096)
def _pieces(text: str) -> tuple[str, ...]:
    """What stands between the separators of a byline, its first words and brackets taken off."""
    text = fold(html.unescape(text[:MAX_BYLINE]))
    if _PLAIN_NAME.fullmatch(text) and not _NOT_PLAIN & set(text.lower().split()):
        return (text,)
    text = _EMAIL.sub(" ", _BRACKETED.sub(" , ", _GLUED.sub(" | ", _PICTURED.sub(" ", text))))
    found = []
    for strong in _STRONG.split(text):
        for weak in _WEAK.split(strong):
            piece = _BY.sub("", _CASELESS_ROLE.sub("", weak).strip(" .:-–—*“”\"'\u200b"))
            piece = "" if _THE.match(piece) else _without_role(piece.strip(" .:-–—*“”\"'"))
            if piece and piece.casefold().split(". ")[0] not in DEGREES:
                found.append(piece)
    return tuple(found)


def _without_role(piece: str) -> str:
    """A piece without roles at its start, and cut at the first one behind a name: "Ann Lee Senior Health Editor"."""
    words = piece.split()
    while len(words) > 2 and _bare(words[0]) in ROLES:
        words.pop(0)
    end = next((i for i, word in enumerate(words) if i > 1 and _bare(word) in ROLES), len(words))
    return " ".join(words[:end])


def _bare(word: str) -> str:
    return word.strip(".,:;()").casefold()


def _words(text: str) -> list[str]:
    return [_bare(w) for w in text.split()]


def _slug(text: str) -> str:
    return plain(text).replace(" ", "-")


@lru_cache(maxsize=4096)
def _is_person(name: str) -> bool:
    """Whether a piece of a byline has the form of a person's name."""
    if _HAS_DIGIT.search(name) or len(name) > 60 or _slug(name) in AGENCIES or _slug(name) in NOBODY:
        return False
    if _CASELESS.search(name):
        return (
            2 <= len(name) <= 25
            and len(name.split()) <= 5
            and not set(_words(name)) & (ROLES | OFFICES | _LABELS)
            and not _ends_like_an_office(name)
        )
    words = [w for w in name.split() if w.casefold() not in TITLES]
    if not 2 <= len(words) <= 6 or words[0].casefold() in {"the", "la", "el", "die", "der", "das"}:
        return False
    if _bare(words[0]) in _LABELS or any(
        w.casefold().endswith("-based")
        or _bare(w) in ROLES
        or _bare(w) in OFFICES
        or ("." in w.strip(".") and not _is_initials(w))
        for w in words
    ):
        return False
    if any(_slug(w) in AGENCIES and w.isupper() for w in words):
        return False
    return all(_is_name_word(w) for w in words) and any(len(w) > 1 and _bare(w) not in PARTICLES for w in words)


def _is_name_word(word: str) -> bool:
    if _bare(word) in PARTICLES:
        return True
    first = word.lstrip("'’‘\"“(-")[:1]
    return first.isupper() or unicodedata.category(first or " ") in {"Lo", "Lt"}


def _is_initials(word: str) -> bool:
    return bool(re.fullmatch(r"(?:[^\W\d_]\.?-?){1,4}", word)) or word.casefold() in TITLES


_OFFICE = (
    "新聞",
    "新闻",
    "日報",
    "社",
    "編集部",
    "デジタル",
    "网",
    "網",
    "뉴스",
    "일보",
    "신문",
    "通信",
    "委員会",
    "電子版",
)


def _ends_like_an_office(name: str) -> bool:
    return name.endswith(_OFFICE)


def _is_name_of_other(raw: str) -> bool:
    """Whether a declared author that is no person is a name at all."""
    text = raw.strip()
    return (
        1 < len(text) <= 60
        and _slug(text) not in NOBODY
        and not _EMAIL.search(text)
        and not text.startswith(("http", "#", "/"))
        and any(c.isalpha() for c in text)
    )


def _without_repetition(names: Iterable[str]) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for name in names:
        kept.setdefault(plain(name), name)
    return tuple(kept.values())
