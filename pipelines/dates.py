"""When an article was published and last changed: from what the page declares, its URL, and what it shows.

Each place that may give a date is a finding with a weight. Sources that agree on a day add up; a declared date that the
page visibly contradicts loses, unless what contradicts it is a sentence or a sub-heading of the text. What stands in a
copyright line is never a date of publication.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from archive.model import Evidence
from pipelines.finding import Finding, evidence_of
from pipelines.json_ld import Json, Node, is_article, text_of, types_of
from pipelines.lines import Line, line_of
from pipelines.moments import Habits, Written, dates_in, machine_date, may_be_relative
from pipelines.page import Page, fold
from pipelines.urls import date_in
from pipelines.words.fields import MODIFIED_META, MODIFIED_PROPERTIES, PUBLISHED_META, PUBLISHED_PROPERTIES, VAGUE_META
from pipelines.words.months import DAYS_AGO, MONTH_FIRST_LANGUAGES, PUBLISHED, UPDATED
from pipelines.zones import country_of

_UPDATED_WORDS = tuple(w.replace("_", " ") for w in UPDATED)
_PUBLISHED_WORDS = tuple(w.replace("_", " ") for w in PUBLISHED)
_COPYRIGHT = re.compile(r"©|\(c\)\s*\d|copyright|all rights", re.IGNORECASE)
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)")
_MONTH_FIRST_ENDINGS = (".com", ".us", ".org", ".net", ".edu", ".gov", ".ph", ".mil", ".info", ".biz")
_WORD = re.compile(r"[^\W\d_]{2,}")
_WORDS_OF_A_DATE_LINE = 8
"""Words beside the date that a date line may have: a name, a place, a label."""

_KEYS_IN_SOURCE = ("ublish", "ubDate", "ubdate", "reated", "reation")
_IN_SOURCE = re.compile(
    r"""["'](?:date_?)?(?:first_?)?(?:published|publish|publication|pub|created|creation)_?(?:at|date|time|on|timestamp)?\\?["']"""
    r"""\s*:\s*\\?["']?(\d{4}-\d\d-\d\d[^"'\\<,}]{0,30}|\d{10}(?:\d{3})?)\b""",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Dates:
    """The two dates of an article, with the texts that they were read from."""

    published: str = ""
    """ISO 8601; empty when unknown."""

    published_raw: str = ""
    """The text of it."""

    modified: str = ""
    """ISO 8601; empty when the page gives none."""

    modified_raw: str = ""
    """The text of it."""

    evidence: tuple[Evidence, ...] = ()
    """Where both were seen."""


def habits_of(page: Page, language: str) -> Habits:
    """How *page* writes dates, by its language, its site and the dates on it."""
    return Habits(
        today=page.captured_at.date(),
        now=page.captured_at.replace(microsecond=0),
        day_first=_is_day_first(page, language.lower()),
        language=language.lower(),
        zone=ZoneInfo(page.time_zone) if page.time_zone else None,
        country=country_of(_host(page), language),
    )


def read_dates(page: Page, news: Node, at: int, habits: Habits) -> Dates:
    """Both dates of the article on *page*; *at* is the block of its headline, -1 where none shows it."""
    published = [*_declared(page, news, habits), *_of_url(page), *_of_times(page, habits)]
    sure = [f for f in published if f.value and f.weight > _VAGUE]
    is_declared = any(f.value and f.source in _DECLARING for f in published)
    visible = list(_visible(page, max(at, 0), habits, only_whole=bool(sure), is_declared=is_declared))
    published += [f for f in visible if f.weight > _FAINT]
    if not any(f.value for f in published):
        published += [f for f in visible if f.weight == _FAINT]
    changed = list(_modified(page, news, visible, habits))
    if not any(f.value for f in published):
        is_change_declared = any(f.source in _DECLARING for f in changed)
        published += [
            *_in_footers(page, habits),
            *_in_source(page, habits),
            *(replace(f, weight=0.5) for f in visible if f.weight == _CHANGED and not is_change_declared),
        ]
    chosen = _choose(published)
    modified = [f for f in changed if not chosen or f.value[:10] >= chosen.value[:10]]
    last = max(modified, key=lambda f: f.weight, default=None)
    return Dates(
        chosen.value if chosen else "",
        chosen.raw if chosen else "",
        last.value if last else "",
        last.raw if last else "",
        evidence_of("date_published", published, chosen) + evidence_of("date_modified", modified, last),
    )


def middle_day(page: Page, habits: Habits) -> str:
    """The middle of the days that the items of a list show, in `<time>`, microdata or short lines; empty for few."""
    marked = [node for node in page.marked.get("datepublished", ()) if node.tag != "meta"]
    written = (
        node.attributes.get("datetime") or fold(node.text())[:100] for node in (*page.times, *marked)[:_MOST_ITEMS]
    )
    days = sorted(iso[:10] for raw in written if (iso := machine_date(raw, habits)))
    if len(days) < _FEW_ITEMS:
        lines = (text for text in page.blocks.texts if len(text) <= _ITEM_LINE and _has_year(text))
        shown = (next(dates_in(text, habits), None) for text in islice(lines, _MOST_ITEMS))
        days = sorted(found.iso[:10] for found in shown if found is not None and found.sure)
    return days[len(days) // 2] if len(days) >= _FEW_ITEMS else ""


_FEW_ITEMS, _MOST_ITEMS, _ITEM_LINE = 5, 200, 60


def _is_day_first(page: Page, language: str) -> bool:
    """Whether 3/4/2018 on *page* is in April: by its language, else by its other dates, else by its domain."""
    if language in MONTH_FIRST_LANGUAGES:
        return False
    if language and not language.startswith("en"):
        return True
    shown = [
        found
        for text in page.blocks.texts[:2_000]
        if "/" in text and len(text) < 200
        for found in _SLASHED.findall(text)
    ]
    for first, second, _ in shown[:50]:
        if int(first) > 12 >= int(second):
            return True
        if int(second) > 12 >= int(first):
            return False
    locale = page.meta_value("og:locale").lower().replace("-", "_")
    if language.startswith("en-") or (locale.startswith("en_") and locale != "en_us"):
        return True
    return not _host(page).endswith(_MONTH_FIRST_ENDINGS)


def _host(page: Page) -> str:
    return page.url.partition("://")[2].partition("/")[0].partition(":")[0]


def _declared(page: Page, news: Node, habits: Habits) -> Iterator[Finding]:
    """What JSON-LD, `<meta>` and microdata say of publication."""
    yield from _of_node(news, PUBLISHED_PROPERTIES[:1], habits, 3.0)
    if not news.get("datePublished"):
        yield from _of_node(news, PUBLISHED_PROPERTIES[1:], habits, 2.6)
    for node in page.json_ld[:100]:
        if node is not news and not set(types_of(node)) & _OTHER_THINGS and (news or not is_article(node)):
            yield from _of_node(node, PUBLISHED_PROPERTIES[:1], habits, 2.5)
    yield from _of_meta(page, PUBLISHED_META, habits, 2.8)
    yield from _of_meta(page, VAGUE_META, habits, 1.6)
    yield from _of_marked(page, PUBLISHED_PROPERTIES, habits, 2.6)


_OTHER_THINGS = {
    "Comment",
    "Review",
    "VideoObject",
    "ImageObject",
    "Event",
    "UserComments",
    "Person",
    "Organization",
    "Product",
    "WebSite",
}


def _of_node(node: Mapping[str, Json], names: Iterable[str], habits: Habits, weight: float) -> Iterator[Finding]:
    for name in names:
        raw = text_of(node.get(name))
        if raw:
            yield Finding(machine_date(raw, habits), raw, "json-ld", name, weight)


def _of_meta(page: Page, names: Iterable[str], habits: Habits, weight: float) -> Iterator[Finding]:
    for name in names:
        for raw in page.meta.get(name, ())[:1]:
            source = "opengraph" if name.startswith(("og:", "article:")) else "meta"
            yield Finding(machine_date(raw, habits), raw, source, name, weight)


def _of_marked(page: Page, names: Iterable[str], habits: Habits, weight: float) -> Iterator[Finding]:
    for name in names:
        for number, node in enumerate(page.marked.get(name.lower(), ())[:3]):
            attributes = node.attributes
            raw = attributes.get("content") or attributes.get("datetime") or fold(node.text())[:200]
            if raw and node.tag != "meta":
                yield Finding(machine_date(raw, habits), raw, "microdata", f"[itemprop={name}]", weight - number * 0.4)


def _of_url(page: Page) -> Iterator[Finding]:
    day = date_in(page.url)
    if day:
        yield Finding(day.isoformat(), page.url, "url", "path", 3.0)


def _of_times(page: Page, habits: Habits) -> Iterator[Finding]:
    """The first `<time>` elements of the page, those that say "updated" left out."""
    for number, node in enumerate(page.times[:3]):
        attributes = node.attributes
        raw = attributes.get("datetime") or fold(node.text())[:100]
        names = f"{attributes.get('class') or ''} {attributes.get('itemprop') or ''}"
        if raw and not _says(names, _UPDATED_WORDS):
            is_named = "pubdate" in attributes or _says(names, _PUBLISHED_WORDS)
            yield Finding(
                machine_date(raw, habits),
                raw,
                "heuristic",
                f"time[{number}]",
                (2.2 if is_named else 1.9) - number * 0.2,
            )


def _visible(page: Page, at: int, habits: Habits, *, only_whole: bool, is_declared: bool) -> Iterator[Finding]:
    """The lines that give little but a date, and datelines; a weight below 0 means "updated".

    Those by the headline come first; the rest of the page is looked at where they give no whole date. With
    *only_whole*, dates without a year and relative ones are left out.
    """
    kept = list(_dates_of_lines(_near_lines(page, at, only_whole=only_whole), habits))
    if not any(found.sure for _, found, _ in kept):
        kept += _dates_of_lines(_far_lines(page, at), habits)
    days = {found.iso[:10] for _, found, _ in kept}
    for line, found, rest in kept:
        weight = _weight_of_line(line, found, rest, is_only=len(days) == 1)
        if not found.sure:
            weight = _weight_of_unsure(line, found, weight)
        is_prose = len(line.text) > MAX_LINE or _is_sentence(line, found)
        if is_prose and not found.sure:
            weight = min(weight, 0.0)  # "on 18 June the council decided"
        if (is_prose and (is_declared or not _is_dateline(line, found))) or _is_of_the_text(page, line, at):
            weight = min(weight, _IN_THE_TEXT)
        if weight:
            raw = line.text[found.start : found.end] if is_prose else line.text[:200]
            yield Finding(found.iso, raw, "heuristic", f"line {line.distance:+}", weight)


_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_IN_THE_TEXT = 1.5
"""The most that a date in a sentence or a sub-heading weighs: less than any place that declares one."""


def _is_of_the_text(page: Page, line: Line, at: int) -> bool:
    """Whether a line is a sub-heading or an item of the text: behind a paragraph, which is next to most of them."""
    if line.distance < 0 or line.is_named("date", "byline"):
        return False
    texts, i = page.blocks.texts, line.block
    heads = _any_paragraph(texts[i + 1 : i + 2])
    if line.tag == "li" or (heads and line.tag in _HEADINGS):
        return _any_paragraph(texts[at + 1 : i])
    return heads and i - 1 > at and _is_paragraph(texts[i - 1])


def _any_paragraph(texts: list[str]) -> bool:
    return any(map(_is_paragraph, texts))


def _is_paragraph(text: str) -> bool:
    return len(text) > _PARAGRAPH and _ends_as_sentence(text)


def _ends_as_sentence(text: str) -> bool:
    return _STOP.search(text, max(0, len(text) - 3)) is not None and _HALF_OF_DAY.search(text) is None


def _is_dateline(line: Line, found: Written) -> bool:
    """Whether the date opens a paragraph and is set off from it: "29.11.2022 – …", "31. Oktober 2023. …"."""
    return found.start == 0 and _SETS_OFF.match(line.text, found.end) is not None


def _is_sentence(line: Line, found: Written) -> bool:
    """Whether the date stands in a sentence: one that ends as such, with words that no line of name and label has."""
    text = line.text
    words = _WORD.findall(f"{text[: found.start]} {text[found.end :]}")
    count = sum(max(1, len(w) // _LETTERS_OF_A_WORD if _WIDE.match(w) else 1) for w in words if _is_of_prose(w))
    if not _ends_as_sentence(text):
        return count >= _WORDS_WITHOUT_A_STOP
    is_labelled = line.is_named("date", "byline") or _says(" ".join(text.split(maxsplit=2)[:2]), _LABELS)
    return count >= (_WORDS_OF_A_LABEL if is_labelled else _WORDS_OF_A_SENTENCE)


def _is_of_prose(word: str) -> bool:
    """Whether *word* is neither a name nor a particle such as "on", "by", "am" and "um", which date lines have too."""
    return len(word) > _LONGEST_PARTICLE and not word[0].isupper()


_LABELS = (*_PUBLISHED_WORDS, *_UPDATED_WORDS)
_STOP = re.compile(r"[.!?…。！？؟।][\"'”’»)\]」』]?$")
_HALF_OF_DAY = re.compile(r"\b[ap]\.\s?m\.$", re.IGNORECASE)
_SETS_OFF = re.compile(r"\s?[.:|–—-]\s")
_PARAGRAPH = 60
_LONGEST_PARTICLE = 2
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_LETTERS_OF_A_WORD = 3
"""Letters that are about a word in Chinese and Japanese, which write no spaces."""
_WORDS_OF_A_SENTENCE, _WORDS_OF_A_LABEL, _WORDS_WITHOUT_A_STOP = 2, 5, 8
"""Words of prose in a sentence: where it ends in a stop, where it begins with a label, where it does neither."""


def _dates_of_lines(lines: Iterable[Line], habits: Habits) -> Iterator[tuple[Line, Written, str]]:
    for line in lines:
        for found, before in _date_lines(line, habits):
            yield line, found, before


def _near_lines(page: Page, at: int, *, only_whole: bool) -> Iterator[Line]:
    """The lines by the headline that look as if they held a date; of a paragraph only the first letters count."""
    blocks = page.blocks
    for i in range(max(0, at - _NEAR_ABOVE), min(len(blocks.texts), at + _NEAR_BELOW + 1)):
        text = blocks.texts[i]
        begins = text if len(text) <= MAX_LINE else text[:_DATELINE_END]
        if i != at and (_has_year(begins) or (not only_whole and _may_be_relative(begins))):
            yield line_of(blocks, i, i - at)


def _may_be_relative(text: str) -> bool:
    if _DIGIT.search(text):
        return True
    return len(text) < _SHORT_RELATIVE and (
        text.split(maxsplit=1)[0].lower().strip(",") in DAYS_AGO or may_be_relative(text)
    )


_SHORT_RELATIVE = 40


def _far_lines(page: Page, at: int) -> Iterator[Line]:
    """The short lines away from the headline that have a year."""
    blocks = page.blocks
    above = range(max(0, at - _FAR_ABOVE), max(0, at - _NEAR_ABOVE))
    for i in (*above, *range(at + _NEAR_BELOW + 1, min(len(blocks.texts), at + _FAR_BELOW))):
        text = blocks.texts[i]
        if len(text) <= _SHORT_LINE and _has_year(text):
            yield line_of(blocks, i, i - at)


_FAR_ABOVE, _FAR_BELOW = 40, 400
_NEAR_ABOVE, _NEAR_BELOW = 6, 12
_SHORT_LINE = 120
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"(?:19|20|25)\d\d|\d[./-]\d{2}\b|[٠-٩۰-۹०-९০-৯０-９๐-๙]{2}")


def _has_year(text: str) -> bool:
    """Whether *text* has what may be a year; most lines have no figure, which is sooner seen."""
    figure = _DIGIT.search(text)
    return figure is not None and _YEAR.search(text, figure.start()) is not None


def _date_lines(line: Line, habits: Habits) -> Iterator[tuple[Written, str]]:
    """The dates in *line*, each with the words before it, where it is a line that gives dates or begins with one."""
    if line.tag in _NO_DATE_LINES and not (
        line.tag in _CELLS and len(line.text) <= _DATE_ALONE and " | " not in line.text
    ):
        return
    is_line = len(line.text) < MAX_LINE
    text = line.text if is_line else line.text[:_DATELINE_END]
    found = list(dates_in(text, habits))
    if not found or _COPYRIGHT.search(text) or _TWEET.search(text):
        return
    behind = 0
    is_date_line = is_line and _has_few_words(text, len(found), line)
    for written in found:
        if is_date_line or (written.sure and written.start < _DATELINE):
            yield written, text[behind : written.start]
        behind = written.end


def _says(text: str, words: tuple[str, ...]) -> bool:
    """Whether *text* has one of *words* in it, whatever the case."""
    lowered = text.lower()
    return any(word in lowered for word in words)


def _has_few_words(text: str, dates: int, line: Line) -> bool:
    others = len(_WORD.findall(text)) - 2 * dates
    is_labelled = line.is_named("date", "byline") or _says(text, _PUBLISHED_WORDS)
    return others <= _WORDS_OF_A_DATE_LINE * (2 if is_labelled else 1)


MAX_LINE = 240
_CELLS = ("td", "tr")
_DATE_ALONE = 90
"""Letters of a table cell that may be a date line: pages of the 2000s are laid out in tables."""
_DATELINE, _DATELINE_END = 30, 80
"""A paragraph that has a date in its first letters is a dateline: "29.11.2022 – …", "PARIS, 3 May 2018 — …"."""
_NO_DATE_LINES = ("td", "tr", "blockquote", "pre", "figcaption")
_TWEET = re.compile(r"\(@\w+\)")
_ASIDE = ("related", "comment", "popular", "sidebar", "promo", "newsletter", "nav", "footer", "ad", "caption")


def _weight_of_line(line: Line, found: Written, before: str, *, is_only: bool) -> float:
    if line.hints_at(*_ASIDE) and not -4 < line.distance < 7:
        return 0.0
    is_published = bool(before.strip()) and _says(before[-40:], _PUBLISHED_WORDS)
    if not is_published and before.strip() and _says(before[-40:], _UPDATED_WORDS):
        return _CHANGED
    if len(line.text) > MAX_LINE:
        return 1.5 if 0 < line.distance < 10 and found.start < _DATELINE else 0.0
    weight = 2.6 if is_published else 2.4
    if -3 <= line.distance <= 8:
        return weight - (0.5 if line.distance < 0 else 0.02 * line.distance)
    named = line.is_named("date", "byline")
    if is_only and named:
        return weight - 0.2
    alone = 0.2 if not before.strip() and len(line.text) < _DATE_ALONE_LETTERS else 0.0
    return (
        (1.2 if named else 0.8) + alone - 0.002 * abs(line.distance)
        if abs(line.distance) < 60
        else 0.4 - 0.0002 * abs(line.distance)
    )


_CHANGED, _CHANGED_SINCE = -1.0, -0.5
"""What a line "weighs" that says "updated" with a day, which may be all that dates a page, and "3 hours ago"."""
_DATE_ALONE_LETTERS = 30
"""A line as short as this says little but its date; "Jane, 3 May 2018" is a reader's comment more often than not."""


_FAINT = 0.2
"""The weight of a date counted from the capture in an unnamed line: it counts where the page gives no other."""
_JUST_BELOW = (1, 4)
"""Blocks below the headline in which such a line may stand."""


def _weight_of_unsure(line: Line, found: Written, weight: float) -> float:
    """The weight of a date without a year or counted from the capture: little, unless the line is one for dates."""
    if found.is_numeric and weight < 0:
        return weight
    if weight < 0:
        return _CHANGED_SINCE
    if found.is_numeric:
        return weight * 0.9  # day and month stand in the order that the page is known for
    if not line.is_named("date", "byline"):
        return _FAINT if _JUST_BELOW[0] <= line.distance <= _JUST_BELOW[1] else 0.1
    return weight * 0.6 if -3 <= line.distance <= 8 else 0.25


def _choose(findings: list[Finding]) -> Finding | None:
    """The finding of the day that most speaks for; places of one kind count as one, and a little more."""
    given = [f for f in findings if f.value]
    if not given:
        return None
    declared = [f for f in given if f.source in _DECLARING and f.weight > _VAGUE]
    local = _local_day(given, declared)
    if local:
        return local
    given = _without_stale(given, declared)
    earliest = min((f.value[:10] for f in declared), default="9999")
    best = max(sorted({f.value[:10] for f in given}), key=lambda day: _support(day, given, earliest))
    return max((f for f in given if f.value[:10] == best), key=lambda f: (len(f.value) > 10, f.weight))


_DECLARING = ("json-ld", "meta", "opengraph", "microdata")
_VAGUE = 1.6
_EARLIER = 0.9
"""What a visible date gains that is earlier than all declared ones: a declared date is often that of a later change."""


def _without_stale(given: list[Finding], declared: list[Finding]) -> list[Finding]:
    """*given* without a JSON-LD date that stands alone, long before the one beside the headline: a template's."""
    shown = max(
        (f.value[:10] for f in given if f.selector.startswith("line") and f.weight > _BY_THE_HEADLINE), default=""
    )
    if not shown or any(f.source != "json-ld" for f in declared) or any(f.source == "url" for f in given):
        return given
    limit = (date.fromisoformat(shown) - _STALE).isoformat()
    if all(f.value[:10] < limit for f in declared if f.weight >= _OF_THE_ARTICLE):
        return [f for f in given if f.source != "json-ld"]
    return given


_BY_THE_HEADLINE = 2.0
_OF_THE_ARTICLE = 2.6
"""JSON-LD of the article itself weighs so much; that of other things on the page less."""
_STALE = timedelta(days=365)


def _support(day: str, findings: list[Finding], earliest: str) -> float:
    by_family: defaultdict[str, list[float]] = defaultdict(list)
    for f in findings:
        if f.value[:10] == day:
            is_earlier = f.selector.startswith("line") and day < earliest != "9999" and f.weight > 2.0
            by_family["declared" if f.source in _DECLARING else f.source].append(
                f.weight + (_EARLIER if is_earlier else 0)
            )
    scores = sorted((max(w) + 0.25 * (sum(w) - max(w)) for w in by_family.values()), reverse=True)
    return scores[0] + 0.8 * sum(scores[1:])


def _local_day(findings: list[Finding], declared: list[Finding]) -> Finding | None:
    """The day that the page shows, where the declared one is the day in UTC and the page's own is the one beside it."""
    top = max(declared, key=lambda f: f.weight, default=None)
    if top is None or not top.value.endswith("+00:00"):
        return None
    day = date.fromisoformat(top.value[:10])
    if any(
        f.value[:10] == top.value[:10] and f.selector.startswith(("path", "line")) and f.weight > 1.5 for f in findings
    ):
        return None
    beside = {(day + timedelta(days=step)).isoformat() for step in (-1, 1)}
    shown = [
        f
        for f in findings
        if f.value[:10] in beside and (f.source == "url" or (f.selector.startswith("line") and f.weight > 1.5))
    ]
    return max(shown, key=lambda f: f.weight, default=None)


def _modified(page: Page, news: Node, visible: list[Finding], habits: Habits) -> Iterator[Finding]:
    found = [*_of_node(news, MODIFIED_PROPERTIES, habits, 3.0), *_of_meta(page, MODIFIED_META, habits, 2.5)]
    found += _of_marked(page, MODIFIED_PROPERTIES, habits, 2.4)
    found += [replace(f, weight=2.0) for f in visible if f.weight < 0]
    yield from (f for f in found if f.value)


def _in_footers(page: Page, habits: Habits) -> Iterator[Finding]:
    """Dates in the footers of articles, which are no blocks of the page: the lines that hold little else."""
    for footer in page.tree.css("article footer")[:_MOST_FOOTERS]:
        for line in map(fold, footer.text(separator="\n").splitlines()[:_MOST_FOOTER_LINES]):
            found = list(dates_in(line, habits)) if len(line) < _SHORT_LINE and _has_year(line) else []
            if found and not _COPYRIGHT.search(line):
                yield Finding(found[0].iso, line, "heuristic", "article footer", 1.2)


_MOST_FOOTERS, _MOST_FOOTER_LINES = 5, 40


def _in_source(page: Page, habits: Habits) -> list[Finding]:
    """Dates in the scripts of a page that gives none elsewhere: the first value of a key such as `publishedAt`."""
    source = page.html
    for key in _KEYS_IN_SOURCE:
        at = -1
        for _ in range(20):
            at = source.find(key, at + 1)
            if at < 0:
                break
            found = _IN_SOURCE.search(source, max(0, at - 20), at + 80)
            iso = machine_date(found[1], habits) if found else ""
            if found and iso:
                return [Finding(iso, found[1], "heuristic", "script", 1.0)]
    return []
