"""Lines that rules tell, whatever the learned model makes of them: other fields, consent, cross-references, captions.

Each rule is narrow: on real pages none of them may cost more than it gains. What a rule leaves out must stand apart,
as a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

from pipelines.blocks import TAGS, Blocks
from pipelines.body_markup import is_table_caption
from pipelines.finding import width
from pipelines.pictures import marked_captions
from pipelines.vocabulary import HINT_BIT

_PARAGRAPH: Final = 120
"""Letters from which on a line is taken for a paragraph."""

_SENTENCE: Final = 60
"""Letters from which on a line that ends in a stop is taken for one."""

_SHORT: Final = 200
"""Letters of a standfirst that follows its headline."""

_LONGEST_FIELD: Final = 1_000
_LONGEST_LABEL: Final = 24
_LONGEST_CLOSING_LINE: Final = 100
_LEAST_BEFORE_END: Final = 0.2
_LONGEST_END_LABEL: Final = 40
_BETWEEN_LABELS: Final = 200
"""Letters between two lines that head tools and lists, at most: a row of links or tags."""

_LONGEST_WALL: Final = 160
_LONGEST_OFFER: Final = 400
"""Letters of what stands below such a notice in the place of the text: what a subscription costs."""

_UNSEEN: Final = HINT_BIT["unseen"]
_UNSEEN_SHARE: Final = 0.15
_READING_TIME: Final = re.compile(
    r"\W*\d{1,3}\W?\s?(?:min\.?|mins|minutes?|minuten)(?:[ -](?:read|de lecture|lesezeit|leestijd|di lettura|de lectura"
    r"|de leitura))?|(?:lesezeit|lesedauer|reading time|temps de lecture|tiempo de lectura|tempo di lettura|leestijd)"
    r"\W{0,3}(?:ca\.? )?\d{1,3}\s?(?:min\.?|minut\w{0,3})",
    re.IGNORECASE,
)
"""How long it takes to read an article, as a line of its own."""

_LONGEST_CONSENT: Final = 600
_LONGEST_CROSS_REFERENCE: Final = 300
_CAPTION_LETTERS: Final = range(12, 160)
_MOST_CAPTIONS: Final = 5
_LONGEST_SOURCE: Final = 100
_FEW_WORDS: Final = 2
_LONGEST_SIGNATURE: Final = 120
_SIGNATURE: Final = re.compile(r"[—–-] .{2,60}\(@\w+\).{0,40}")
"""The line below an embedded post: "— Ann Lee (@annlee) October 9, 2018"."""

_NO_CAPTION: Final = frozenset(TAGS.index(tag) for tag in ("h1", "h2", "h3", "h4", "h5", "h6", "li"))
_LI, _QUOTE = TAGS.index("li"), TAGS.index("blockquote")
_LINKS: Final = 0.95
_TR, _TABLE = TAGS.index("tr"), TAGS.index("table")
_AROUND_NOTICE: Final = " -–—_=*·•|()[]<>↓▼:.…"
_STOPS: Final = '.!?。！？…"”»:’'
_CONSENT: Final = re.compile(
    r"(?:we use|uses?|using|verwende[nt]|nutz(?:en|t)|setz(?:en|t)|utilis(?:ons|e) (?:des|les)|utiliza(?:mos)?"
    r"|utilizza(?:mo)?(?: i)?|gebruik(?:en|t)|använder|bruker|bruger|używamy|используем)\s+(?:\w+\s+){0,2}cookies?\b"
    r"|cookieを|クッキーを",
    re.IGNORECASE,
)
_CROSS_REFERENCE: Final = re.compile(
    r"^\W*(?:(?:read|see)\s+(?:also|more)|also\s+(?:read|see)|more"
    r"|related(?:\s+(?:articles?|stor(?:y|ies)|news|coverage))?"
    r"|mehr\s+(?:dazu|zum\s+thema)|lesen\s+sie\s+(?:dazu|mehr)|(?:leer|lea|lee)\s+más|en\s+savoir\s+plus"
    r"|(?:lesen|sehen)\s+sie\s+auch|siehe\s+auch|(?:à\s+)?lire\s+aussi|voir\s+aussi"
    r"|(?:lea|lee|vea)\s+también|leggi\s+anche|(?:leia|veja)\s+também|lees\s+ook|läs\s+också|l[eæ]s\s+også"
    r"|czytaj\s+(?:także|też|również)|читайте\s+также|あわせて読みたい|関連記事)\s*[:：]\s*",
    re.IGNORECASE,
)
_LONGEST_NOTICE: Final = 60
_NOTICE_OF_AD: Final = re.compile(
    r"(?:advertise?ments?|anzeigen?|werbung|publicité|publicidad|pubblicità|publicidade|advertentie|annonse?|reklama?"
    r"|реклама|広告|广告)(?:\W+|$)|(?:(?:article|story)\s+continues|(?:scroll(?:\s+down)?|keep\s+scrolling)\s+to\s+continue"
    r"(?:\s+reading)?|continue\s+reading)(?:\s+(?:below|after|with\s+content|the|this|our|advertisement|advert|ad"
    r"|video))*",
    re.IGNORECASE,
)
"""What stands above an advertisement, as a line of its own."""

_LONGEST_RIGHTS: Final = 80
"""Letters of such a line; a longer one, as agencies set below their reports, is text to many."""

_RIGHTS: Final = re.compile(
    r"(?=.*(?:\b(?:19|20)\d\d\b|rights|rechte|droits|derechos|diritti|direitos))"
    r"(?:©|\(c\)|copyright\s*(?:©|\(c\)|(?:19|20)\d\d|by\b)|all rights reserved|alle rechte vorbehalten"
    r"|tous droits réservés|todos los derechos reservados|tutti i diritti riservati|todos os direitos reservados"
    r"|alle rechten voorbehouden)",
    re.IGNORECASE,
)
"""Whose the rights are, as the last line."""

_END_LABEL: Final = re.compile(
    r"(?:share|print|e-?mail|tweet) this (?:article|story|page|post)|share this|related (?:articles|stories|news)"
    r"|(?:diesen )?(?:artikel|beitrag) (?:teilen|drucken|versenden)|verwandte (?:artikel|themen)|mehr zum thema"
    r"|(?:partager|imprimer) (?:cet|l['’]) ?article|partager|articles (?:liés|associés)|sur le même sujet"
    r"|compartir(?: (?:este|esta) (?:artículo|noticia))?|(?:artículos|noticias) relacionad[oa]s"
    r"|condividi(?: (?:questo|l['’]) ?articolo)?|(?:artigos|notícias) relacionad[oa]s|compartilhar?"
    r"|(?:この)?記事を(?:シェア|共有|印刷)(?:する)?|関連記事|分享(?:本文)?|相关(?:新闻|阅读)",
    re.IGNORECASE,
)
"""What heads the tools and lists behind a text, as a line of its own."""

_WALL: Final = re.compile(
    r"this (?:article|story|content) is (?:only )?(?:for|(?:reserved|exclusively) for|available (?:only )?to"
    r"|exclusive to) (?:our )?(?:paying )?(?:subscribers|members)"
    r"|^\W*(?:subscribe|sign (?:in|up)|log in|register|create (?:a|your)"
    r" (?:free )?account)(?: (?:now|today|or log in|for free))* to (?:continue|keep|go on) reading"
    r"|^\W*to (?:continue|keep|go on) reading\b.{0,40}\b(?:subscribe|sign (?:in|up)|log in|register|create)\b"
    r"|you(?:['’]ve| have) (?:now )?(?:reached|hit|used|read)\b.{0,40}\bfree (?:articles?|stories)\b"
    r"|^\W*(?:jetzt|hier) weiterlesen (?:mit|für)\b|^\W*sie haben .{0,30}\bkostenlose[nr]? artikel"
    r"|(?:artikel|beitrag|inhalt) ist (?:nur |exklusiv )?(?:für )?(?:unsere )?abonnent(?:en|innen)"
    r"|(?:article|contenu) (?:est )?réservé (?:aux|à nos) abonnés"
    r"|(?:artículo|contenido|noticia) (?:es )?(?:exclusiv[oa]|solo|sólo) para (?:suscriptores|abonados)"
    r"|(?:articolo|contenuto) (?:è )?riservato agli abbonati"
    r"|(?:artigo|conteúdo) (?:é )?exclusivo para (?:assinantes|subscritores)"
    r"|artikel is (?:alleen voor|voorbehouden aan) abonnees"
    r"|(?:материал|статья) доступ(?:ен|на) только (?:для )?подписчик"
    r"|記事は(?:有料)?会員限定|登录后阅读全文|订阅后(?:可)?阅读全文",
    re.IGNORECASE,
)
"""A notice in the place of what only subscribers may read."""

_WORDS_OF_WALLS: Final = (
    *(
        "subscri",
        "members",
        "continue reading",
        "keep reading",
        "go on reading",
        "free article",
        "free stor",
        "weiterlesen",
        "kostenlose",
        "abonn",
        "abonado",
        "abbon",
    ),
    *("suscri", "assinante", "подписчик", "会員限定", "阅读全文"),
)
"""One of these stands in whatever `_WALL` finds."""

_ROW_OF_PAGES: Final = re.compile(
    r"\W*(?:(?:pages?|seiten?|páginas?|pagin[ae]|страниц[аы]|stron[ay]|sid[ae]|ページ|prev(?:ious)?|zurück|précédente?"
    r"|anterior|precedente|vorige|next|weiter|nächste|suivante?|siguiente|próxima|successiva|avanti|volgende|of|von|de"
    r"|sur|di|van|\d{1,2})\b\W*)+",
    re.IGNORECASE,
)

_SOURCE: Final = re.compile(
    r"^(?:sources?|quellen?|fuentes?|fonte|fonti|bron|källa|kilde|źródło|источник|出典)\s*[:：]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What was read as other fields, and is therefore no part of the body."""

    headline: str = ""
    """The headline."""

    standfirst: str = ""
    """The standfirst."""

    lines: frozenset[str] = frozenset()
    """Further lines: the date as it is written, the byline, the section."""


def settle(blocks: Blocks, likely: list[int], fields: Fields) -> list[int]:
    """The blocks of the body, of those that are *likely* by the model."""
    if _are_links(blocks, likely):
        return []
    likely = _without_unseen(blocks, likely)
    captions = _marked_captions(blocks, likely) | _captions(blocks, likely)
    chosen = [i for i in _with_tables(blocks, likely) if i not in captions and not _leads_elsewhere(blocks, i)]
    chosen = [i for i in _with_signatures(blocks, chosen) if not _is_row_of_pages(blocks, i)]
    chosen = _without_consent(blocks, chosen, fields.headline)
    chosen = _until_end_label(blocks, _until_closing_lines(blocks, chosen, fields))
    chosen = _without_rights(blocks, _without_fields(blocks, chosen, fields))
    return _with_source(blocks, _with_closing_quote(blocks, chosen))


def _are_links(blocks: Blocks, likely: list[int]) -> bool:
    """Whether blocks are links and nothing else, and so no body."""
    return sum(blocks.link_letters[i] for i in likely) > _LINKS * sum(len(blocks.texts[i]) for i in likely)


def _without_unseen(blocks: Blocks, likely: list[int]) -> list[int]:
    """*likely* blocks without single ones that are not shown; more of the text than that is for a script to show."""
    unseen = {i for i in likely if blocks.elements[i] >= 0 and blocks.hints[blocks.elements[i]] & _UNSEEN}
    letters = sum(len(blocks.texts[i]) for i in unseen)
    if not unseen or letters > _UNSEEN_SHARE * sum(len(blocks.texts[i]) for i in likely):
        return likely
    return [i for i in likely if i not in unseen]


def _with_tables(blocks: Blocks, chosen: list[int]) -> list[int]:
    """*chosen* and the rows of every table of values that stands among the paragraphs, without links."""
    inside = set(chosen)
    rows = [i for i in range(chosen[0], chosen[-1] + 1) if _is_row(blocks, i)] if chosen else []
    for table, held in groupby(rows, key=lambda i: _table_of(blocks, i)):
        if table >= 0 and _is_among(blocks, table, inside, rows=list(held)):
            inside.update(_held(blocks, table))
    return sorted(inside)


def _is_row(blocks: Blocks, block: int) -> bool:
    return blocks.tags[blocks.elements[block]] == _TR and " | " in blocks.texts[block]


def _table_of(blocks: Blocks, row: int) -> int:
    """The table around a row; -1 if there is none near."""
    element = blocks.elements[row]
    for _ in range(3):
        if element >= 0 and blocks.tags[element] == _TABLE:
            return element
        element = blocks.parents[element] if element >= 0 else -1
    return -1


def _is_among(blocks: Blocks, table: int, inside: set[int], *, rows: list[int]) -> bool:
    """Whether a table holds rows of values alone, and the blocks before and behind it are of the body and beside it."""
    held = _held(blocks, table)
    beside = {held.start - 1, held.stop}
    parent = blocks.parents[table]
    around = [e for e in (parent, blocks.parents[parent] if parent >= 0 else -1) if e >= 0]
    return (
        1 < len(rows) == len(held) - is_table_caption(blocks, held.start)
        and not any(blocks.links[i] for i in held)
        and beside <= inside
        and any(all(i in _held(blocks, element) for i in beside) for element in around)
    )


def _until_closing_lines(blocks: Blocks, chosen: list[int], fields: Fields) -> list[int]:
    """*chosen* up to two neighbouring lines behind a paragraph that say other fields: date and section end a text."""
    told = {_line(line) for line in fields.lines if line}
    if not told:
        return chosen
    total, before, has_paragraph = sum(len(blocks.texts[i]) for i in chosen), 0, False
    for at, (last, coming) in enumerate(pairwise(chosen), start=1):
        before += len(blocks.texts[last])
        has_paragraph = has_paragraph or width(blocks.texts[last]) > _PARAGRAPH
        if has_paragraph and before > _LEAST_BEFORE_END * total:
            for i in range(last + 1, coming + 1):
                if (
                    len(blocks.texts[i]) < _LONGEST_CLOSING_LINE
                    and _close(blocks.texts[i : i + 2], told)
                    and i not in _in_lists(blocks, chosen, told)
                ):
                    return chosen[:at]
    return chosen


def _until_end_label(blocks: Blocks, chosen: list[int]) -> list[int]:
    """*chosen* up to a line such as "Share this article" behind most of it: then come tools, tags and comments.

    Behind less of it, where another such line follows close: of a short text the boxes below it may be the most. So may
    the notice of a wall, where little follows it.
    """
    total = sum(len(blocks.texts[i]) for i in chosen)
    may_have_wall = _has_word_of_wall(blocks.texts[i] for i in chosen)
    before, since, last, has_sentence = 0, 0, -1, False
    for at, i in enumerate(chosen):
        text = blocks.texts[i]
        is_wall = may_have_wall and _is_wall(text)
        if is_wall or is_end_label(text):
            if 2 * before > total or (is_wall and has_sentence and total - before <= _LONGEST_OFFER):
                return chosen[:at]
            if last >= 0 and since <= _BETWEEN_LABELS:
                return chosen[:last]
            last, since = at if has_sentence else -1, 0
        has_sentence = has_sentence or (width(text) > _SENTENCE and text[-1] in _STOPS)
        before += len(text)
        since += len(text)
    return chosen


def is_end_label(text: str) -> bool:
    """Whether a line heads the tools and lists behind a text: "Share this article"."""
    return len(text) < _LONGEST_END_LABEL and _END_LABEL.fullmatch(text.rstrip(" :：")) is not None


def _has_word_of_wall(texts: Iterable[str]) -> bool:
    """Whether a short text has a word that notices of walls have; most pages have none, and cost no more for them."""
    together = "\n".join([text for text in texts if len(text) < _LONGEST_WALL]).casefold()
    return any(word in together for word in _WORDS_OF_WALLS)


def _is_wall(text: str) -> bool:
    return len(text) < _LONGEST_WALL and _WALL.search(text) is not None


def _close(lines: list[str], told: set[str]) -> bool:
    return (
        all(len(line) < _LONGEST_CLOSING_LINE for line in lines)
        and all(_says(line, told) for line in lines)
        and len({_line(line) for line in lines}) == 2
    )


def _without_fields(blocks: Blocks, chosen: list[int], fields: Fields) -> list[int]:
    """*chosen* without the lines before the first paragraph, and behind the last, that say what another field says."""
    told = {_line(line) for line in (fields.headline, *fields.lines) if line}
    standfirst = _line(fields.standfirst)
    said = told | {standfirst} - {""}
    first = next((at for at, i in enumerate(chosen) if _is_paragraph(blocks.texts[i], said)), -1)
    if first < 0:
        return _without_heads(blocks, chosen, told)
    end = next(at for at in range(len(chosen), first, -1) if _is_paragraph(blocks.texts[chosen[at - 1]], said))
    while end < len(chosen) and not _says(blocks.texts[chosen[end]], told):
        end += 1
    return [
        i
        for i in chosen[:first]
        if _line(blocks.texts[i]) not in told
        and not _READING_TIME.fullmatch(blocks.texts[i])
        and (_line(blocks.texts[i]) != standfirst or not _stands_apart(blocks, i, chosen[first], fields.headline))
    ] + [
        i
        for at, i in enumerate(chosen[first:], start=first)
        if at < end or not _says(blocks.texts[i], told) or i in _in_lists(blocks, chosen[first:], told)
    ]


def _without_heads(blocks: Blocks, chosen: list[int], told: set[str]) -> list[int]:
    """*chosen* without first lines that say another field; all of it if nothing else is there."""
    start = next((at for at, i in enumerate(chosen) if _line(blocks.texts[i]) not in told), 0)
    return chosen[start:]


def _in_lists(blocks: Blocks, chosen: list[int], told: set[str]) -> set[int]:
    """The items of lists that mostly say what no other field says: a name among names may be that of the author."""
    named: set[int] = set()
    for _, held in groupby(chosen, key=lambda i: _list_of(blocks, i)):
        items = list(held)
        if _list_of(blocks, items[0]) >= 0 and 2 * sum(_says(blocks.texts[i], told) for i in items) < len(items):
            named.update(items)
    return named


def _list_of(blocks: Blocks, block: int) -> int:
    """The list that the block is an item of; -1 if it is none."""
    element = blocks.elements[block]
    for _ in range(3):
        if element < 0:
            break
        if blocks.tags[element] == _LI:
            return blocks.parents[element]
        element = blocks.parents[element]
    return -1


def _is_paragraph(text: str, said: set[str]) -> bool:
    if width(text) <= _PARAGRAPH:
        return False
    longest = max(map(len, said), default=0)
    return (len(text) > longest and longest < _LONGEST_FIELD) or _line(text) not in said


def _line(text: str) -> str:
    return " ".join(text.split()).casefold()[:_LONGEST_FIELD]


def _says(text: str, told: set[str]) -> bool:
    """Whether a line is one of *told*, or a short label and then one of them."""
    line = _line(text)
    label, colon, rest = line.partition(":")
    return line in told or bool(colon and len(label) <= _LONGEST_LABEL and rest.strip() in told)


def _stands_apart(blocks: Blocks, standfirst: int, paragraph: int, headline: str) -> bool:
    """Whether the standfirst is marked as such: by its names; where nothing has names, by its place or its tag."""
    element = blocks.elements[standfirst]
    if (blocks.hints[element] | blocks.inline_hints[standfirst]) & HINT_BIT["lead"]:
        return True
    if _is_elsewhere(blocks, standfirst, paragraph):
        return True
    if _is_named(blocks, paragraph):
        return False
    follows = standfirst > 0 and _line(blocks.texts[standfirst - 1]) == _line(headline)
    return (
        (follows and len(blocks.texts[standfirst]) < _SHORT)
        or blocks.tags[element] != blocks.tags[blocks.elements[paragraph]]
        or _with_headline(blocks, standfirst, paragraph, headline)
    )


def _is_elsewhere(blocks: Blocks, one: int, other: int) -> bool:
    """Whether two blocks are of different elements and in different ones."""
    a, b = blocks.elements[one], blocks.elements[other]
    return blocks.tags[a] != blocks.tags[b] and blocks.parents[a] != blocks.parents[b]


def _is_named(blocks: Blocks, block: int) -> bool:
    element = blocks.elements[block]
    for _ in range(4):
        if element >= 0 and blocks.hints[element]:
            return True
        element = blocks.parents[element] if element >= 0 else -1
    return False


def _with_headline(blocks: Blocks, standfirst: int, paragraph: int, headline: str) -> bool:
    """Whether an element holds headline and standfirst and not the paragraph."""
    wanted = _line(headline)
    at = next((i for i in range(standfirst - 1, -1, -1) if _line(blocks.texts[i]) == wanted), -1)
    element = blocks.elements[at] if at >= 0 else -1
    for _ in range(4):
        if element >= 0 and standfirst in _held(blocks, element):
            return paragraph not in _held(blocks, element)
        element = blocks.parents[element] if element >= 0 else -1
    return False


def _held(blocks: Blocks, element: int) -> range:
    """The blocks in *element*."""
    end = blocks.end_blocks[element]
    return range(blocks.first_blocks[element], end if end >= 0 else len(blocks.texts))


def _without_consent(blocks: Blocks, chosen: list[int], headline: str) -> list[int]:
    """*chosen* without a first or last block that asks for cookies, unless the article is about them."""
    if "cookie" in headline.casefold():
        return chosen
    while chosen and _asks_consent(blocks.texts[chosen[0]]):
        chosen = chosen[1:]
    while chosen and _asks_consent(blocks.texts[chosen[-1]]):
        chosen = chosen[:-1]
    return chosen


def _asks_consent(text: str) -> bool:
    lowered = text[:_LONGEST_CONSENT].lower()
    may_ask = len(text) < _LONGEST_CONSENT and ("cookie" in lowered or "クッキー" in lowered)
    return may_ask and _CONSENT.search(text) is not None


def _with_signatures(blocks: Blocks, chosen: list[int]) -> list[int]:
    """*chosen* with the line below each embedded post that is kept: who wrote it, and when."""
    inside = set(chosen)
    more = [
        i + 1
        for i in chosen
        if i + 1 < len(blocks.texts)
        and i + 1 not in inside
        and _SIGNATURE.fullmatch(blocks.texts[i + 1][:_LONGEST_SIGNATURE])
    ]
    return sorted([*chosen, *more]) if more else chosen


def _leads_elsewhere(blocks: Blocks, block: int) -> bool:
    """Whether the block leads to another article, or says that an advertisement follows."""
    return _is_cross_reference(blocks, block) or _is_notice_of_ad(blocks, block)


def _is_notice_of_ad(blocks: Blocks, block: int) -> bool:
    """Whether a line says "Advertisement" or "Story continues below" and no more; no heading and no item does."""
    text = blocks.texts[block]
    if len(text) > _LONGEST_NOTICE or blocks.tags[blocks.elements[block]] in _NO_CAPTION:
        return False
    words = text.strip(_AROUND_NOTICE)
    first = _NOTICE_OF_AD.match(words)
    return first is not None and (first.end() == len(words) or _NOTICE_OF_AD.fullmatch(words, first.end()) is not None)


def _without_rights(blocks: Blocks, chosen: list[int]) -> list[int]:
    """*chosen* without last lines that say whose the rights are."""
    end = len(chosen)
    while (
        end > 1
        and len(blocks.texts[chosen[end - 1]]) < _LONGEST_RIGHTS
        and _RIGHTS.match(blocks.texts[chosen[end - 1]])
    ):
        end -= 1
    return chosen[:end]


def _is_cross_reference(blocks: Blocks, block: int) -> bool:
    """Whether the block is a link and nothing more, behind "Read also:" or in capitals."""
    text = blocks.texts[block]
    if blocks.links[block] != 1 or len(text) > _LONGEST_CROSS_REFERENCE:
        return False
    if text.count(" ") > _FEW_WORDS and text.isupper() and blocks.link_letters[block] >= 0.9 * len(text):
        return True
    match = _CROSS_REFERENCE.match(text)
    return match is not None and blocks.link_letters[block] >= 0.9 * (len(text) - match.end())


def _is_row_of_pages(blocks: Blocks, block: int) -> bool:
    """Whether the block leads to the other pages of an article that is split: "Page: 1 2 3", "Seite 1 von 3 weiter"."""
    text = blocks.texts[block]
    is_one_number = " " not in text and any(letter.isdigit() for letter in text)
    if not blocks.links[block] or len(text) > _LONGEST_CLOSING_LINE or is_one_number:
        return False
    return _ROW_OF_PAGES.fullmatch(text) is not None


def _marked_captions(blocks: Blocks, chosen: list[int]) -> set[int]:
    """The captions that are marked as such; none where a gallery says nothing else."""
    found = marked_captions(blocks) & set(chosen)
    return found if len(found) < len(chosen) else set()


def _captions(blocks: Blocks, chosen: list[int]) -> set[int]:
    """The lines that alone share an element with a picture and are no sentence; none where there are many: a list."""
    found: set[int] = set()
    for _, element, place in blocks.images:
        if element >= 0 and chosen and chosen[0] <= place <= chosen[-1] + 1:
            line = _alone_with_picture(blocks, element)
            if line >= place and _is_caption(blocks, line, element):
                found.add(line)
    found &= set(chosen)
    return found if len(found) <= _MOST_CAPTIONS and len(chosen) > 2 else set()


def _alone_with_picture(blocks: Blocks, element: int) -> int:
    """The one block in the innermost element around the picture that has any; -1 if it has several."""
    for _ in range(4):
        held = _held(blocks, element)
        if held:
            return held[0] if len(held) == 1 else -1
        element = blocks.parents[element]
        if element < 0:
            break
    return -1


def _is_caption(blocks: Blocks, block: int, around_picture: int) -> bool:
    text, own = blocks.texts[block], blocks.elements[block]
    return (
        len(text) in _CAPTION_LETTERS
        and own != around_picture
        and not blocks.links[block]
        and blocks.tags[own] not in _NO_CAPTION
        and text[-1] not in _STOPS
        and not text[0].islower()
    )


def _with_closing_quote(blocks: Blocks, chosen: list[int]) -> list[int]:
    """*chosen* and a quotation of one block right behind and beside it, which says what was not said before."""
    following = chosen[-1] + 1 if chosen else len(blocks.texts)
    if following >= len(blocks.texts) or blocks.links[following] or blocks.texts[following][-1] not in _STOPS:
        return chosen
    quote = _quote_of(blocks, following)
    if quote < 0 or len(_held(blocks, quote)) > 1 or blocks.hints[quote] & ~HINT_BIT["quote"]:
        return chosen
    is_beside = blocks.parents[quote] == blocks.around(chosen[-1])
    text = blocks.texts[following]
    return [*chosen, following] if is_beside and not any(text in blocks.texts[i] for i in chosen) else chosen


def _quote_of(blocks: Blocks, block: int) -> int:
    """The `blockquote` that the block stands in; -1 if it stands in none."""
    element = blocks.elements[block]
    if element >= 0 and blocks.tags[element] != _QUOTE:
        element = blocks.parents[element]
    return element if element >= 0 and blocks.tags[element] == _QUOTE else -1


def _with_source(blocks: Blocks, chosen: list[int]) -> list[int]:
    """*chosen* and the line behind it in the same element that names the source."""
    following = chosen[-1] + 1 if chosen else len(blocks.texts)
    if following < len(blocks.texts) and _SOURCE.match(blocks.texts[following]):
        text, beside = blocks.texts[following], blocks.around(following) == blocks.around(chosen[-1])
        if beside and len(text) < _LONGEST_SOURCE:
            return [*chosen, following]
    return chosen
