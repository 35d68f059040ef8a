"""What class names, roles and short lines say about the part of a page they stand on, in the languages of the press.

Two tables and their readers: `hint_mask` for the names that designers give to elements, `word_mask` for the words of
short lines. Each kind is one bit, so that a walk can gather them with `|`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby

_HINTS: dict[str, str] = {
    "body": "article-body articlebody article-text articletext article-content articlecontent article-copy story-body"
    " storybody story-text story-content storycontent post-body postbody post-text post-content postcontent entry-body entry-text"
    " entry-content entrycontent news-body news-text news-content newstext blog-content blog-text blog-body single-content"
    " content-body detail-text detail-content detail-body body-copy bodycopy body-text bodytext body-content richtext"
    " rich-text wysiwyg artikeltext artikel-text text-artikel cuerpo corps corpo =prose artikel-body main-text maintext",
    "article": "article story =post entry artikel articulo artigo articolo noticia beitrag hentry",
    "content": "content contenu contenido conteudo contenuto inhalt detail",
    "text": "text copy paragraph absatz paragraaf",
    "main": "=main primary hauptspalte maincontent",
    "lead": "=lead lede standfirst summary =dek =deck subtitle sub-title subhead sub-head intro chapo chapeau entradilla"
    " excerpt abstract vorspann bajada sumario sottotitolo ingress anrisstext kicker description",
    "headline": "headline title titel titulo titre titolo heading =h1 überschrift ueberschrift overskrift rubrik",
    "caption": "caption legend bildunter bildtext didascalia pie-foto piefoto image-desc imagetext",
    "credit": "credit copyright fotograf photograph =source =quelle photo-by rights",
    "byline": "byline author autor auteur autore writer verfasser redakt journalist contributor reporter vcard =bio profile",
    "date": "date =time datetime datum fecha publish posted updated =meta timestamp",
    "tags": "=tag =tags taglist tagcloud topic keyword categor schlagw etiquet label themen =temas hashtag",
    "share": "share sharing social teilen compart partag addthis addtoany follow whatsapp facebook twitter",
    "related": "relat recommend =more readmore read-more read-also read-next outbrain taboola similar suggest further weitere"
    " verwandt empfehl =mehr zum-thema associat verbund correlat interes =also inline-link inline-article inline-story upnext"
    " up-next next-post next-article next-up prev-post crosslink =lire =leia",
    "promo": "promo teaser =card =cards =cta calltoaction call-to-action banner marketing offer upsell =shop product affiliate"
    " =deal =deals buy-",
    "ad": "=ad =ads =adv advert sponsor anzeige werbung publicid publicit reklam adslot adunit =dfp =gpt pubads adbox",
    "newsletter": "newsletter subscri signup sign-up optin opt-in mailing abonn suscri inscri iscri email mailchimp",
    "comment": "comment disqus kommentar comentari commento reactie respond discussion reply",
    "nav": "=nav navi navbar menu breadcrumb crumb =pager paginat =toc table-of-contents tableofcontents skip-link skiplink"
    " =tab =tabs toolbar mega",
    "footer": "foot fuss bottom colophon imprint legal",
    "header": "header masthead topbar top-bar kopf branding hero",
    "sidebar": "sidebar side-bar aside =rail widget secondary complement right-col right-rail left-col seitenleiste randspalte"
    " marginal =side",
    "consent": "cookie consent gdpr privacy onetrust =cmp dsgvo",
    "paywall": "paywall premium =piano metered regwall locked subscriber =paid",
    "embed": "embed tweet instagram tiktok youtube player video audio podcast iframe",
    "media": "gallery slide carousel swiper image figure photo picture =img media galerie foto =bild lightbox infograf",
    "hidden": "hidden sr-only screen-reader screenreader visually invisible print-only noprint no-print tooltip offscreen"
    " d-none =a11y accessib",
    "list": "list item =feed grid river stream archive result =index latest recent newest ticker",
    "popular": "popular trend most-read mostread most-viewed most-shared meistgelesen beliebt lo-mas top-stories =hot ranking",
    "note": "disclaim =note =notes correction footnote endnote hinweis =info factbox fact-box infobox info-box =box tipline about",
    "quote": "quote zitat citation =cita",
    "poll": "=poll quiz survey umfrage encuesta sondage =vote rating score",
    "login": "log-in login modal popup pop-up overlay dialog register anmeld account =form search suche offcanvas drawer",
    "unseen": "sr-only visually-hidden visuallyhidden screen-reader screenreader offscreen-text u-hidden",
    "button": "btn button toggle expand icon =tool =tools =print bookmark action",
}
"""Kind of place, and the letters that hint at it in an element's names; with `=` they must be a whole word.

`unseen` stands for the attributes too that keep an element from being shown."""

HINTS: tuple[str, ...] = tuple(_HINTS)
HINT_BIT: dict[str, int] = {kind: 1 << i for i, kind in enumerate(HINTS)}

_LETTERS: dict[str, int] = {}
_WHOLE: dict[str, int] = {}
for _i, _entries in enumerate(_HINTS.values()):
    for _entry in _entries.split():
        _table, _key = (_WHOLE, _entry[1:]) if _entry.startswith("=") else (_LETTERS, _entry)
        _table[_key] = _table.get(_key, 0) | 1 << _i


def _any_of(words: list[str]) -> str:
    """A pattern for the longest of *words* at a place, their common beginnings factored out, as `re` does not do."""
    branches = []
    for first, group in groupby(sorted(words), key=lambda word: word[:1]):
        rests = [word[1:] for word in group]
        if first:
            branches.append(re.escape(first) + _any_of(rests))
    if not branches:
        return ""
    pattern = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
    return f"(?:{pattern})?" if "" in words else pattern


_LETTERS_FOUND = re.compile(_any_of(list(_LETTERS))).findall
_LONGEST_NAME = 300
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_APART = "_ :/.,;|\t\n"
_WORDS_FOUND = re.compile(f"[^-{_APART}]+").findall
_MOST_WORDS = 20_000
"""Words of names that are kept in mind at most; a page cannot fill the memory with its own."""

_COMPOUNDS = [entry.split("-") for entry in _LETTERS if "-" in entry]
_LEFT_PARTS = tuple({part for parts in _COMPOUNDS for part in parts[:-1]})
_RIGHT_PARTS = tuple({part for parts in _COMPOUNDS for part in parts[1:] if part})
_OPEN_PARTS = tuple({parts[0] for parts in _COMPOUNDS if not parts[1]})
_IS_LEFT, _IS_RIGHT, _IS_OPEN = (1 << len(HINTS) + bit for bit in range(3))
"""Beside the bits of `HINT_BIT` for a word: whether an entry of several words may begin with it, go on with it, or need
no more than a hyphen behind it."""

_ALL_HINTS = _IS_LEFT - 1


@lru_cache(maxsize=32_768)
def hint_mask(name: str) -> int:
    """Bits of `HINT_BIT` for every kind of place that *name*, the joined names of an element, hints at.

    >>> hint_mask("related-posts") & HINT_BIT["related"] > 0
    True
    """
    name = name[:_LONGEST_NAME]
    plain = name if name.islower() else _CAMEL.sub("-", name).lower()
    mask = before = 0
    for word in _WORDS_FOUND(plain):
        of_word = _WORD_MASKS.get(word) or _word_mask(word)
        if of_word & _IS_OPEN or (before & _IS_LEFT and of_word & _IS_RIGHT):
            return _mask_of_compounds(plain)
        mask |= of_word
        before = of_word
    return mask & _ALL_HINTS


_WORD_MASKS: dict[str, int] = {}
_SEEN = 1 << len(HINTS) + 3
"""Set for every word, so that none is looked up twice."""


def _word_mask(word: str) -> int:
    """The bits for one word of a name, whatever stands beside it."""
    mask = _WHOLE.get(word, 0) | _SEEN
    for letters in _LETTERS_FOUND(word):
        mask |= _LETTERS[letters]
    mask |= _IS_LEFT if word.endswith(_LEFT_PARTS) else 0
    mask |= _IS_RIGHT if word.startswith(_RIGHT_PARTS) else 0
    mask |= _IS_OPEN if word.endswith(_OPEN_PARTS) else 0
    if len(_WORD_MASKS) >= _MOST_WORDS:
        _WORD_MASKS.clear()
    _WORD_MASKS[word] = mask
    return mask


def _mask_of_compounds(plain: str) -> int:
    """The bits for a name in which an entry of several words may stand: then it is looked at as a whole."""
    for letter in _APART:  # ten calls that mostly find nothing cost a third of one `translate`
        plain = plain.replace(letter, "-")
    plain = plain.replace("--", "-")
    mask = 0
    for word in plain.split("-"):
        if word in _WHOLE:
            mask |= _WHOLE[word]
    for letters in _LETTERS_FOUND(plain):
        mask |= _LETTERS[letters]
    return mask


_WORDS: dict[str, str] = {
    "related": "related read more also see watch lesen mehr siehe auch lees ook meer lire aussi voir leia também mais leer"
    " también leggi anche altro weitere weiter thema zum interesar lea además další читайте также подробнее čtěte relacionado"
    " relacionadas recommended recommends empfohlen next previous story stories artikel articles article läs mer les også"
    " okuyun czytaj także zobacz 相关 関連 関連記事 延伸 阅读 続きを読む devamı trending popular latest news",
    "credit": "photo photos image images picture foto fotos bild bilder credit credits getty reuters afp ap dpa shutterstock"
    " istock epa imago alamy unsplash pexels fotó снимка фото photograph photographer source quelle fuente fonte crédit"
    " bildquelle courtesy handout file archivbild symbolbild symbolfoto archive illustration ansa efe afp/getty screenshot via"
    " 写真 資料 图 圖 来源 graphic grafik infografik",
    "rights": "© copyright rights reserved ® alle rechte vorbehalten derechos reservados droits réservés diritti riservati"
    " redistributed rewritten reproduction permission republished license licence creative commons",
    "newsletter": "newsletter newsletters subscribe subscribed subscriber subscribers subscription signup sign inbox email e-mail"
    " abonnieren abo abonnez abonné suscríbete suscribirse suscripción inscreva assine iscriviti abonneer nyhedsbrev nyhetsbrev"
    " briefing digest alerts premium membership member donate donation support unterstützen spenden",
    "share": "share shares tweet tweeten facebook twitter whatsapp linkedin pinterest telegram flipboard instagram youtube"
    " tiktok bluesky teilen compartir compartilhar compartilhe partager condividi delen del udostępnij поделиться link copy"
    " kopieren print drucken follow folgen suivez síguenos siga seguici app download google",
    "login": "log login logged sign in register registrieren anmelden einloggen cookie cookies privacy datenschutz consent"
    " accept accepter akzeptieren settings account konto password passwort username search suche connexion javascript browser",
    "comment": "comment comments kommentar kommentare kommentieren commentaires commentaire comentarios comentario comentários"
    " commenti reply antworten responder reacties kommentarer kommentit hozzászólás 评论 コメント debate forum",
    "date": "january february march april may june july august september october november december jan feb mar apr jun jul aug"
    " sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday januar februar märz mai juni juli oktober"
    " dezember montag dienstag mittwoch donnerstag freitag samstag sonntag enero febrero marzo abril mayo junio julio agosto"
    " septiembre octubre noviembre diciembre janvier février mars avril juin juillet août septembre octobre novembre décembre"
    " gennaio febbraio maggio giugno luglio settembre ottobre dicembre janeiro fevereiro março maio junho julho setembro"
    " outubro novembro dezembro am pm uhr gmt est utc ago hours minutes vor stunden minuten updated published posted"
    " aktualisiert veröffentlicht stand actualizado publicado publié mis updated: published: posted: read lesezeit min mins",
    "byline": "by von par por di da av door af written author autor autora auteur autore editor redaktion redaktor reporter"
    " correspondent korrespondent staff writer journalist contributor reporting editing writing text interview redacción"
    " rédaction redazione текст автор tekst",
    "tags": "tags tag topics topic keywords filed categories category more: tags: topics: themen schlagworte stichworte"
    " schlagwörter etiquetas temas mots-clés sujets argomenti onderwerpen теги emner ämnen section ressort rubrik",
    "ad": "advertisement advertising ad ads sponsored anzeige werbung publicidad publicité pubblicità publicidade reklama"
    " реклама annons annonse annonce advertentie promoted affiliate commission shop buy kaufen deal deals offer sale",
    "note": "disclaimer correction corrections editor's note originally appeared published republished this article story"
    " first contributed contact contacts email press information visit website click here below above hier klicken clique",
    "video": "video videos watch play audio listen podcast hören anhören gallery galerie galería slideshow loading embed"
    " tweet post twitter.com pic.twitter.com content inhalt inhalte externe external third-party",
}
"""Kind of short line, and words by which such lines are known."""

WORD_KINDS: tuple[str, ...] = tuple(_WORDS)
WORD_BITS: dict[str, int] = {}
"""Bits of `WORD_KINDS` for each known word, in lower case."""

for _i, _words in enumerate(_WORDS.values()):
    for _word in _words.split():
        WORD_BITS[_word] = WORD_BITS.get(_word, 0) | 1 << _i


def word_mask(words: list[str]) -> int:
    """Bits of `WORD_KINDS` for all of *words*, which are in lower case."""
    mask = 0
    for word in words:
        if word in WORD_BITS:
            mask |= WORD_BITS[word]
    return mask
