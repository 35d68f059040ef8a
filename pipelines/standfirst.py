"""The standfirst: the lead that a page sets apart from the body, between headline and text.

It must stand on the page. What JSON-LD and `<meta>` call the description counts where a line under the headline says
the same; a line that looks like the paragraphs after it is the first paragraph, unless it is named as a lead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from archive.model import Evidence
from pipelines.blocks import TAGS, Blocks
from pipelines.finding import Finding, evidence_of, plain, width
from pipelines.json_ld import Node, text_of
from pipelines.lines import Line, line_of
from pipelines.page import Page
from pipelines.words.fields import DESCRIPTION_META

BELOW = 26
SHORTEST, LONGEST = 20, 900
_WORDS, _SPACES, _PARAGRAPH = 28, 4, 45
"""Letters and spaces of a line of some words, letters of a paragraph."""

_ENOUGH, _SURE = 1.8, 4.2
_SECOND_HEADLINE = 0.4
"""How much an alternativeHeadline says, beside a description."""

_JUNK = (
    "caption",
    "credit",
    "share",
    "nav",
    "ad",
    "newsletter",
    "related",
    "comment",
    "paywall",
    "consent",
    "login",
    "popular",
    "tags",
)
_NO_STANDFIRST = {"li", "td", "tr", "figcaption", "nav", "footer"}
_HEADS = {"h2": 1.6, "h3": 1.0, "h4": 1.0}
_STRONG_NAME = re.compile(
    r"stand-?first|sub-?title|sub-?head(?:line|er)?\b|sub-?line|sub-?tit|(?:^|[\s_-])(?:dek|deck|lede|lead|intro|chapo|chapeau|bajada|entradilla|ingress"
    r"|sottotitolo|sommario|summary|vorspann|preface|excerpt|strapline|subtitulo|sumario|epigraphe|apertura|spot|speakable|abstract|perex"
    r"|bulletpoints)(?=$|[\s_-])|lead_?(?:text|in|paragraph|_)|lead__|[a-z]Lead\b|[a-z]Lead_|[a-z]Intro\b|summary-?(?:list|bullets)|-summary\b|synopsis",
)
_SURE_NAME = re.compile(r"stand-?first|sub-?tit|bullet-?points?\b", re.IGNORECASE)
"""Names that nothing else has, also where no hint of the vocabulary knows them."""

_DATELINE = re.compile(r"[^\W\da-z][\w'’/ -]{1,40}?(?:\.|\s?[·|–—-])\s+(?=\S)")
"""The name of a place before a text: "Berlin. ", "Neuss · "."""

_MARKS_OFF = ("·", "|")
_KICKER = re.compile(r"kicker|overline|eyebrow|dachzeile|spitzmarke|label|badge", re.IGNORECASE)
_ENDS = ".!?…»”\"'’)。」"
_BYLINE = re.compile(
    r"^\W*(?:(?:by|von|par|por|di|door|av|af|updated|published|posted|foto|photo|image|بقلم)\b|كتبت?\s*:).{0,60}$",
    re.IGNORECASE,
)


_ITALICS = ("i", "em")


@dataclass(frozen=True, slots=True)
class Standfirst:
    """The standfirst of an article."""

    text: str = ""
    """As it stands on the page; empty when the page sets none apart."""

    evidence: tuple[Evidence, ...] = ()
    """Where it was seen, and descriptions that do not stand on the page."""


def read_standfirst(page: Page, news: Node, at: int, headline: str) -> Standfirst:
    """The standfirst of the article on *page*; *at* is the block of its headline, -1 where none shows it."""
    declared: dict[str, Finding] = {}
    for found in _declared(page, news):
        known = declared.get(plain(found.value), replace(found, weight=0.0))
        declared[plain(found.value)] = replace(known, weight=known.weight + found.weight)
    scored = [(line, _score(page.blocks, line, declared)) for line in _candidates(page, at, headline, declared)]
    line, score = max(scored, key=lambda pair: (min(pair[1], _SURE), -pair[0].distance), default=(None, 0.0))
    if line is None or score < _ENOUGH:
        return Standfirst("", evidence_of("standfirst", declared.values(), None))
    text = _without_mark(_with_siblings(page.blocks, line), declared)
    found = Finding(text, text, "heuristic", f"line {line.distance:+}", score)
    return Standfirst(text, evidence_of("standfirst", [found, *declared.values()], found))


def _declared(page: Page, news: Node) -> Iterator[Finding]:
    for key in ("alternativeHeadline", "description"):
        text = text_of(news.get(key))
        if width(text) >= SHORTEST:
            # a second headline is the standfirst of some sites, and of others what they call the page elsewhere
            weight = 1.0 if key == "description" else _SECOND_HEADLINE
            yield Finding(text, text, "json-ld", key, weight)
    for name in DESCRIPTION_META:
        for text in page.meta.get(name, ())[:1]:
            if width(text) >= SHORTEST:
                yield Finding(text, text, "opengraph" if name.startswith("og:") else "meta", name, 1.0)


def _candidates(page: Page, at: int, headline: str, declared: dict[str, Finding]) -> Iterator[Line]:
    """The lines under the headline that may be a standfirst; all that are declared where no headline is shown."""
    blocks = page.blocks
    if at < 0:
        for i, text in enumerate(blocks.texts[:400]):
            if SHORTEST <= width(text) <= LONGEST and _is_declared(text, declared):
                yield line_of(blocks, i, min(i + 1, 5))
        return
    words = plain(headline)
    for i in range(at + 1, min(at + 1 + BELOW, len(blocks.texts))):
        text = blocks.texts[i]
        if SHORTEST <= width(text) <= LONGEST and (len(text) > len(headline) + 60 or not _repeats(text, words)):
            line = line_of(blocks, i, i - at)
            if line.link_share < 0.5 and not _BYLINE.match(text):
                yield line


def _repeats(text: str, headline: str) -> bool:
    """Whether a line is the headline again, with a kicker or a little else."""
    words = plain(text)
    return words in headline or headline in words


def _score(blocks: Blocks, line: Line, declared: dict[str, Finding]) -> float:
    """How much *line* looks like a standfirst; `_ENOUGH` is needed."""
    times = _times_declared(line.text, declared)
    score = 2.6 + 0.4 * times if times >= 1 else 1.6 if times else 0.0
    names = _names_of(blocks, line)
    is_named = _are_named(names, _STRONG_NAME if line.hints_at("lead") or times > 0 else _SURE_NAME)
    score += 3.0 if is_named else 1.8 if line.is_named("lead") else 0.0
    if line.tag in _HEADS and line.distance <= 4 and not _heads_a_paragraph(blocks, line):
        score += _HEADS[line.tag] + (1.2 if line.distance == 1 and len(line.text) > 60 else 0.0)
    set_apart = [is_set for is_set in (_is_bold, _is_italic) if is_set(blocks, line.block)]
    for is_set in set_apart:
        score += 1.6 if line.distance <= 5 and not is_set(blocks, line.block + 1) else 0.8
    is_sentence = line.tag in {"p", "div"} and len(line.text) > 50 and line.text[-1] in _ENDS
    score += (
        1.2 if is_sentence and line.distance <= 2 else 0.6 if line.tag in {"p", "div"} and line.distance <= 3 else 0.0
    )
    is_title_like = _is_title_like(blocks, line)
    score += 2.0 if is_title_like else 1.8 if _stands_by_the_headline(blocks, line) else 0.0
    if score < 1.2:
        return score
    if line.is_named("headline", "hidden") and not times:
        score -= 1.5
    if (
        line.is_named(*_JUNK)
        or (line.tag in _NO_STANDFIRST and not is_named and not (_is_italic in set_apart and line.distance == 1))
        or _are_named(names, _KICKER)
    ):
        score -= 2.5
    looks = _looks_like_the_next(blocks, line)
    if looks and not is_title_like and not (is_named and (times or line.tag in {"li", "h2", "h3"})):
        score -= 2.4
    elif not looks and is_sentence and line.distance <= 5 and 60 <= len(line.text) <= 450:
        score += 0.8
    return score - (0.05 if is_named or times else 0.12) * line.distance


def _is_title_like(blocks: Blocks, line: Line) -> bool:
    """Whether a line just under the headline has words enough for a sentence and, unlike what follows, no full stop."""
    following = blocks.texts[line.block + 1 : line.block + 3]
    is_phrase = (
        line.distance == 1 and 40 < len(line.text) < 260 and line.text[-1].isalpha() and line.text.count(" ") > 6
    )
    return is_phrase and bool(following) and all(len(text) > 80 and text.rstrip()[-1] in _ENDS for text in following)


def _stands_by_the_headline(blocks: Blocks, line: Line) -> bool:
    """Whether a line of some words right below the headline shares its element, and the paragraphs do not."""
    if line.distance != 1 or width(line.text) < _WORDS or line.text.count(" ") < _SPACES * line.text.isascii():
        return False
    shared = blocks.around(line.block)
    if shared != blocks.around(line.block - 1):
        return False
    following = [
        blocks.around(i)
        for i in range(line.block + 1, min(line.block + 8, len(blocks.texts)))
        if width(blocks.texts[i]) > _PARAGRAPH
    ]
    return len(following) > 1 and shared not in following and following[0] == following[1]


def _times_declared(text: str, declared: dict[str, Finding]) -> float:
    """In how many places the page declares *text* as its description, word for word but for a dateline before it."""
    if _is_declared(text, declared):
        return declared[plain(text)].weight
    dateline = _DATELINE.match(text) if declared else None
    return _times_declared(text[dateline.end() :], declared) if dateline else 0


def _is_declared(text: str, declared: dict[str, Finding]) -> bool:
    return any(abs(len(text) - len(f.raw)) < 40 for f in declared.values()) and plain(text) in declared


def _without_mark(text: str, declared: dict[str, Finding]) -> str:
    """*text* without the name of a place that a mark of its own sets before what is declared: "Neuss · What ..."."""
    dateline = _DATELINE.match(text)
    if dateline is None or not dateline[0].rstrip().endswith(_MARKS_OFF):
        return text
    rest = text[dateline.end() :]
    return rest if _is_declared(rest, declared) else text


def _is_bold(blocks: Blocks, i: int) -> bool:
    return i < len(blocks.texts) and blocks.bold_letters[i] > 0.8 * len(blocks.texts[i])


def _is_italic(blocks: Blocks, i: int) -> bool:
    """Whether the whole block stands in one `<i>` or `<em>`."""
    if i >= len(blocks.texts) or not blocks.marked[i]:
        return False
    first, last = (node.parent for node in blocks.spans[i])
    return first is not None and last is not None and first.tag in _ITALICS and first.mem_id == last.mem_id


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


@lru_cache(maxsize=2048)
def _are_named(names: str, kind: re.Pattern[str]) -> bool:
    """Whether *names* hold one of a *kind*; the paragraphs of a text have the same names around them."""
    return kind.search(names) is not None


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
    """The text of *line* with the lines of its make beside it, where a standfirst has several points."""
    look = blocks.looks[blocks.elements[line.block]]
    is_point = TAGS[blocks.tags[blocks.elements[line.block]]] == "li"
    if not (is_point or len(line.text) < 160) or not _are_named(_names_of(blocks, line), _STRONG_NAME):
        return line.text
    first = last = line.block
    while first > max(0, line.block - 5) and _is_of_make(blocks, first - 1, look, is_point=is_point):
        first -= 1
    while last < min(line.block + 5, len(blocks.texts) - 1) and _is_of_make(blocks, last + 1, look, is_point=is_point):
        last += 1
    return "\n".join(blocks.texts[first : last + 1])


def _is_of_make(blocks: Blocks, block: int, look: int, *, is_point: bool) -> bool:
    """Whether a line has that look, and is a point of a list or no link to another article."""
    is_link = 2 * blocks.link_letters[block] > len(blocks.texts[block])
    return blocks.looks[blocks.elements[block]] == look and (is_point or not is_link)
