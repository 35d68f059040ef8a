"""The language of an article: what the page declares, confirmed by the commonest words of its text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from archive.model import Evidence
from pipelines.finding import Finding, evidence_of
from pipelines.json_ld import Node, text_of
from pipelines.page import Page
from pipelines.words.languages import FUNCTION_WORDS, SAME_WORDS, SCRIPTS

_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}")
_META_NAMES = ("content-language", "language", "dc.language", "dcterms.language", "og:locale", "inlanguage")
_ENOUGH_WORDS = 30
_SAMPLE, _LARGE_SAMPLE = 1_000, 20_000
_ENGLISH_NAMES = {
    "english": "en",
    "german": "de",
    "deutsch": "de",
    "french": "fr",
    "spanish": "es",
    "italian": "it",
    "dutch": "nl",
}


@dataclass(frozen=True, slots=True)
class Language:
    """The language of a page."""

    tag: str = ""
    """BCP 47, lower case; empty when unknown."""

    evidence: tuple[Evidence, ...] = ()
    """What declared it, and what the text says."""


def declared_language(page: Page, news: Node) -> str:
    """The language that *page* declares, unconfirmed; empty when it declares none."""
    return next((f.value for f in _declared(page, news) if f.value), "")


def read_language(page: Page, news: Node, text: str) -> Language:
    """The language of the article on *page*; *text* is its headline and body.

    A declaration that the text plainly contradicts gives way to the text's own language.
    """
    findings = list(_declared(page, news))
    given = [f for f in findings if f.value]
    spoken = language_of(text) if text else ""
    if given and (not spoken or any(_agree(f.value, spoken) for f in given)):
        chosen = next((f for f in given if not spoken or _agree(f.value, spoken)), given[0])
        return Language(chosen.value, evidence_of("language", findings, chosen))
    if not spoken and not given:
        spoken = language_of(text, sample=_LARGE_SAMPLE) or _guess(text)
    if not spoken:
        return Language("", evidence_of("language", findings, None))
    found = Finding(spoken, text[:80], "heuristic", "text")
    return Language(spoken, evidence_of("language", [found, *findings], found))


def language_of(text: str, *, sample: int = 0) -> str:
    """The language whose letters or commonest words fill the beginning of *text*; empty where that is not plain.

    *sample* is how many letters are looked at, where a little more time may be taken.

    >>> language_of("Der Minister hat die Pläne vorgestellt, und das ist nicht alles, was sich damit ändert. " * 3)
    'de'
    """
    by_script = _by_script(text[:_SAMPLE])
    if by_script:
        return by_script
    words = text[: sample or _SAMPLE].lower().split()
    if len(words) < _ENOUGH_WORDS and not sample:
        return ""
    hits = Counter(language for word in words if word in _LANGUAGES_OF for language in _LANGUAGES_OF[word])
    (best, most), (_, second) = ([*hits.most_common(2), ("", 0), ("", 0)])[:2]
    enough = 3 if sample else 0.1 * len(words)
    return best if most > enough and most > 1.2 * second else ""


_LANGUAGES_OF: dict[str, tuple[str, ...]] = {
    word: tuple(language for language, known in FUNCTION_WORDS.items() if word in known)
    for word in frozenset[str]().union(*FUNCTION_WORDS.values())
}


def tag_of(raw: str) -> str:
    """A language tag in lower case with hyphens; empty for what is none.

    >>> tag_of("pt_BR"), tag_of("English"), tag_of("x")
    ('pt-br', 'en', '')
    """
    text = raw.strip().lower().replace("_", "-").partition(",")[0].partition(".")[0]
    text = _ENGLISH_NAMES.get(text, text)
    return text if _TAG.fullmatch(text) and not text.startswith("und") else ""


def _declared(page: Page, news: Node) -> Iterator[Finding]:
    if page.declared_language:
        yield Finding(tag_of(page.declared_language), page.declared_language, "meta", "html[lang]")
    raw = text_of(news.get("inLanguage"))
    if raw:
        yield Finding(tag_of(raw), raw, "json-ld", "inLanguage")
    for name in _META_NAMES:
        for raw in page.meta.get(name, ())[:1]:
            yield Finding(tag_of(raw), raw, "opengraph" if name.startswith("og:") else "meta", name)


def _agree(declared: str, spoken: str) -> bool:
    """Whether a declared language may be the one that a text was found to be in."""
    primary = declared.partition("-")[0]
    near = {SAME_WORDS.get(primary, primary), SAME_WORDS.get(spoken, spoken)}
    if len(near) == 1:
        return True
    return near in _NEIGHBOURS or (
        primary not in FUNCTION_WORDS and primary not in SAME_WORDS and spoken in FUNCTION_WORDS
    )


_NEIGHBOURS = (
    {"no", "da"},
    {"no", "sv"},
    {"cs", "sk"},
    {"ru", "uk"},
    {"ru", "bg"},
    {"hr", "sr"},
    {"es", "pt"},
    {"bg", "sr"},
)
"""Languages that a few words do not tell apart."""


_OWN_SCRIPT = re.compile(f"[{''.join(f'{first}-{last}' for _, first, last in SCRIPTS)}]")


def _by_script(sample: str) -> str:
    if sample.isascii() or not _OWN_SCRIPT.search(sample):
        return ""
    sample = sample[:600]
    letters = sum(map(str.isalpha, sample))
    for language, first, last in SCRIPTS:
        share = sum(first <= c <= last for c in sample) / max(letters, 1)
        if share > (0.1 if language == "ja" else 0.4):
            return language
    return ""


def _guess(text: str) -> str:
    """The language of a text that declares none and that no table knows, by a learned classifier."""
    if len(text) < 200 or len(text[:_SAMPLE].split()) < _ENOUGH_WORDS:
        return ""
    import py3langid

    return str(py3langid.classify(text[:_SAMPLE])[0])
