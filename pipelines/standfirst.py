"""The standfirst: the lead that a page sets apart from the body, between headline and text.

It must stand on the page. What JSON-LD and `<meta>` call the description counts where a line under the headline says the
same; a line that looks like the paragraphs after it is the first paragraph, unless it is named as a lead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archive.model import Evidence
from pipelines.blocks import TAGS, Blocks
from pipelines.finding import Finding, evidence_of, plain
from pipelines.json_ld import Node, text_of
from pipelines.lines import Line, line_of
from pipelines.page import Page
from pipelines.words.fields import DESCRIPTION_META

BELOW = 14
SHORTEST, LONGEST = 20, 900
_ENOUGH = 2.4
_JUNK = ("caption", "credit", "share", "nav", "ad", "newsletter", "related", "comment", "paywall", "consent", "login", "popular", "tags")
_HEADS = {"h2": 1.6, "h3": 1.0, "h4": 1.0}
_STRONG_NAME = re.compile(
    r"standfirst|stand-first|subtitle|sub-title|subhead|sub-head|subline|(?:^|[\s_-])(?:dek|deck|lede|intro|chapo|bajada|entradilla|"
    r"ingress|sottotitolo|sommario|summary|lead|teaser-text|vorspann|preface|excerpt|strapline|subtitulo|sumario|epigraphe|apertura)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"^\W*(?:by|von|par|por|di|door|av|af|updated|published|posted|foto|photo|image)\b.{0,60}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Standfirst:
    """The standfirst of an article."""

    text: str = ""
    """As it stands on the page; empty when the page sets none apart."""

    evidence: tuple[Evidence, ...] = ()
    """Where it was seen, and descriptions that do not stand on the page."""


def read_standfirst(page: Page, news: Node, at: int) -> Standfirst:
    """The standfirst of the article on *page*; *at* is the block of its headline, -1 where none shows it."""
    declared = {plain(f.value): f for f in reversed(list(_declared(page, news)))}
    scored = [(line, _score(page.blocks, line, declared)) for line in _candidates(page, at, declared)]
    line, score = max(scored, key=lambda pair: (pair[1], -pair[0].distance), default=(None, 0.0))
    if line is None or score < _ENOUGH:
        return Standfirst("", evidence_of("standfirst", declared.values(), None))
    text = _with_siblings(page.blocks, line)
    found = Finding(text, text, "heuristic", f"line {line.distance:+}", score)
    return Standfirst(text, evidence_of("standfirst", [found, *declared.values()], found))


def _declared(page: Page, news: Node) -> Iterator[Finding]:
    for key in ("alternativeHeadline", "description"):
        text = text_of(news.get(key))
        if len(text) >= SHORTEST:
            yield Finding(text, text, "json-ld", key)
    for name in DESCRIPTION_META:
        for text in page.meta.get(name, ())[:1]:
            if len(text) >= SHORTEST:
                yield Finding(text, text, "opengraph" if name.startswith("og:") else "meta", name)


def _candidates(page: Page, at: int, declared: dict[str, Finding]) -> Iterator[Line]:
    """The lines under the headline that may be a standfirst; all that are declared where no headline is shown."""
    blocks = page.blocks
    if at < 0:
        for i, text in enumerate(blocks.texts[:400]):
            if SHORTEST <= len(text) <= LONGEST and _is_declared(text, declared):
                yield line_of(blocks, i, i + 1)
        return
    for i in range(at + 1, min(at + 1 + BELOW, len(blocks.texts))):
        if SHORTEST <= len(blocks.texts[i]) <= LONGEST:
            line = line_of(blocks, i, i - at)
            if line.link_share < 0.5 and not _BYLINE.match(line.text):
                yield line


def _is_declared(text: str, declared: dict[str, Finding]) -> bool:
    """Whether the page declares *text* as its description, word for word."""
    return any(abs(len(text) - len(f.raw)) < 40 for f in declared.values()) and plain(text) in declared


def _score(blocks: Blocks, line: Line, declared: dict[str, Finding]) -> float:
    """How much *line* looks like a standfirst; `_ENOUGH` is needed."""
    score = 3.0 if _is_declared(line.text, declared) else 0.0
    names = _names_of(blocks, line)
    if _STRONG_NAME.search(names):
        score += 3.0
    elif line.is_named("lead"):
        score += 1.8
    score += _HEADS.get(line.tag, 0.0) if line.distance <= 4 and not _heads_a_paragraph(blocks, line) else 0.0
    if line.is_named(*_JUNK) or line.tag in {"li", "td", "tr", "figcaption", "nav", "footer"}:
        score -= 2.0
    if _looks_like_the_next(blocks, line):
        score -= 1.5
    elif line.tag in {"p", "div"} and line.distance <= 3:
        score += 0.6
    if blocks.bold_letters[line.block] > 0.8 * len(line.text):
        score += 0.8
    return score - 0.12 * line.distance


def _names_of(blocks: Blocks, line: Line) -> str:
    """Class and id of the three elements around the text of *line*."""
    names = []
    node = blocks.spans[line.block][0].parent
    for _ in range(3):
        if node is None or node.tag in {"body", "main", "article"}:
            break
        attributes = node.attributes
        names += [attributes.get(key) or "" for key in ("class", "id", "data-testid")]
        node = node.parent
    return " ".join(names)[:500]


def _looks_like_the_next(blocks: Blocks, line: Line) -> bool:
    """Whether the paragraphs behind *line* are of its make and stand in its element: then it is one of them."""
    element = blocks.elements[line.block]
    following = [
        i
        for i in range(line.block + 1, min(line.block + 9, len(blocks.texts)))
        if blocks.parents[blocks.elements[i]] == blocks.parents[element] and len(blocks.texts[i]) > 60
    ]
    alike = [i for i in following if blocks.looks[blocks.elements[i]] == blocks.looks[element]]
    return len(alike) >= 2


def _heads_a_paragraph(blocks: Blocks, line: Line) -> bool:
    """Whether a heading is one of several of its make: the page's sub-headings, not its standfirst."""
    look = blocks.looks[blocks.elements[line.block]]
    behind = range(line.block + 2, min(line.block + 60, len(blocks.texts)))
    return sum(blocks.looks[blocks.elements[i]] == look for i in behind) > 0 and len(line.text) < 60


def _with_siblings(blocks: Blocks, line: Line) -> str:
    """The text of *line* with what stands in the same element in the same make: a standfirst of several lines."""
    element = blocks.elements[line.block]
    look, around = blocks.looks[element], blocks.parents[element]
    tag = TAGS[blocks.tags[element]]
    texts = [line.text]
    if tag in {"li", "h2", "h3"}:
        for i in range(line.block + 1, min(line.block + 5, len(blocks.texts))):
            if blocks.looks[blocks.elements[i]] != look or blocks.parents[blocks.elements[i]] != around:
                break
            texts.append(blocks.texts[i])
    return "\n".join(texts)
