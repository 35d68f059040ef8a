"""An article read from its page: each field by its own reader, all of them with evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from archive.continuations import is_in_row, page_of
from archive.model import Article, Evidence, Listing, NotAnArticle
from archive.urlkey import url_key
from pipelines.authors import read_authors
from pipelines.body import Body, read_body
from pipelines.dates import habits_of, middle_day, read_dates
from pipelines.headline import read_headline
from pipelines.json_ld import article_node
from pipelines.kinds import Signs, page_kind, teaser_share
from pipelines.labels import (
    read_canonical_url,
    read_is_free,
    read_keywords,
    read_main_image,
    read_publisher,
    read_section,
)
from pipelines.language import declared_language, read_language
from pipelines.lines import headline_block, lines_around
from pipelines.page import Page
from pipelines.standfirst import read_standfirst
from pipelines.urls import canonical, without_session

if TYPE_CHECKING:
    from pipelines.site import Layout


def read_article(page: Page, layout: Layout | None = None) -> Article | Listing | NotAnArticle:
    """What *page* is: an article, a section page with its links, or why it is neither.

    *layout* is how the site lays out its pages on the day of the capture; what it selects comes before what the general
    readers find.
    """
    article, body, at = _read(page, layout)
    if layout is not None:
        from pipelines.layouts import apply_layout

        article = apply_layout(article, page, layout)
    news = article_node(page.json_ld, page.url, page.title)
    kind = page_kind(page, news, _signs(page, article, at, is_news=bool(news)))
    notes = (*page.notes, *page.link_notes, *body.notes)
    if kind == "article" or (layout is not None and article.body and layout.body):
        return replace(article, notes=notes)
    if kind == "section":
        return Listing(
            form="section",
            title=page.title,
            links=page.links,
            language=article.language,
            dated=middle_day(page, habits_of(page, article.language)),
            notes=notes,
        )
    return NotAnArticle(reason=kind, links=page.links, notes=notes)


def _read(page: Page, layout: Layout | None) -> tuple[Article, Body, int]:
    """The article as the general readers see it, its body, and the block of its headline; -1 where none shows it."""
    news = article_node(page.json_ld, page.url, page.title)
    headline = read_headline(page, news)
    at = headline_block(page, headline.text)
    standfirst = read_standfirst(page, news, at, headline.text)
    dates = read_dates(page, news, at, habits_of(page, declared_language(page, news)))
    publisher = read_publisher(page, news)
    section = read_section(page, news, at, headline.text)
    authors = read_authors(page, news, list(lines_around(page, at)), {publisher.value, section.value})
    apart = frozenset(
        {dates.published_raw, authors.raw, section.value, *_lines_of((*dates.evidence, *authors.evidence))}
    )
    body, body_evidence = _read_body(page, layout, headline=headline.text, standfirst=standfirst.text, apart=apart)
    if standfirst.text == body.text:  # a page of one paragraph has a text and no standfirst
        standfirst = replace(standfirst, text="", evidence=tuple(replace(e, chosen=False) for e in standfirst.evidence))
    language = read_language(page, news, f"{headline.text}\n{standfirst.text}\n{body.text}")
    keywords, keywords_evidence = read_keywords(page, news, headline.text)
    canonical_url = read_canonical_url(page)
    main_image = read_main_image(page, news)
    is_free, free_evidence = read_is_free(page, news)
    evidence: tuple[Evidence, ...] = (
        *headline.evidence, *standfirst.evidence, *dates.evidence, *authors.evidence, *language.evidence,
        *section.evidence, *keywords_evidence,
        *publisher.evidence, *canonical_url.evidence, *main_image.evidence, *free_evidence, *body.evidence,
        *body_evidence,
    )  # fmt: skip
    article = Article(
        headline=_without_number(headline.text, page.url),
        body=body.text,
        body_html=body.html,
        url=_canonical(page.url),
        standfirst=standfirst.text,
        section=section.value,
        authors=authors.names,
        authors_raw=authors.raw,
        date_published=dates.published,
        date_published_raw=dates.published_raw,
        date_modified=dates.modified,
        date_modified_raw=dates.modified_raw,
        language=language.tag,
        keywords=keywords,
        publisher=publisher.value,
        canonical_url=canonical_url.value,
        main_image=main_image.value,
        images=body.images,
        comments=body.comments,
        is_accessible_for_free=is_free,
        links=page.links,
        evidence=evidence,
    )
    return article, body, at


def _read_body(
    page: Page, layout: Layout | None, *, headline: str, standfirst: str, apart: frozenset[str]
) -> tuple[Body, tuple[Evidence, ...]]:
    """The body, with evidence where *layout* says which elements it stands in, and those are there."""
    told: list[int] = []
    if layout is not None and (layout.body or layout.remove):
        from pipelines.layouts import blocks_in, without_removed

        page = without_removed(page, layout)
        told = blocks_in(page, layout.body) if layout.body else []
    body = read_body(page, headline=headline, standfirst=standfirst, apart=apart, told=told)
    if layout is None or not told:
        return body, ()
    raw = body.text[:1000]
    return body, (Evidence(field="body", source="site-file", selector=layout.body, raw=raw, chosen=True),)


def _without_number(headline: str, url: str) -> str:
    """*headline* without the number of the page at its end, where the URL is that of a page of this number."""
    number = page_of(url_key(url))[1]
    if not number:
        return headline
    of = rf"{number}(?:\s*(?:of|von|sur|de|di|/)\s*\d{{1,2}})?"
    return re.sub(rf"\s*(?:[-–—|:,]\s*{_PAGE}\s*{of}|\((?:{_PAGE}\s*)?{of}\))$", "", headline, flags=re.IGNORECASE)


_PAGE = r"(?:page|seite|teil|página|pagina|strona|sida|ページ)"


def _lines_of(evidence: Iterable[Evidence]) -> Iterator[str]:
    """The lines near the headline that say a date or byline too, beside what was chosen: no sentences."""
    for seen in evidence:
        if seen.selector.startswith("line") and len(seen.raw) <= _LONGEST_LINE and not seen.raw.endswith(_STOPS):
            yield seen.raw


_LONGEST_LINE = 60
_STOPS = (".", "!", "?", "。")


def _signs(page: Page, article: Article, at: int, *, is_news: bool) -> Signs:
    blocks = page.blocks
    letters = sum(map(len, blocks.texts))
    return Signs(
        headline=article.headline,
        is_shown=at >= 0,
        is_continued=is_in_row(url_key(page.url), page.links),
        body="\n".join([article.body, *(image.caption for image in article.images)]),
        published=bool(article.date_published),
        authors=bool(article.authors),
        link_share=sum(blocks.link_letters) / letters if letters else 0.0,
        body_link_share=_link_share(article),
        teaser_share=0.0 if is_news else teaser_share(blocks, at),
    )


def _link_share(article: Article) -> float:
    return sum(map(len, _LINK_TEXT.findall(article.body_html))) / max(1, len(article.body))


_LINK_TEXT = re.compile(r"<a [^>]*>([^<]*)")


def _canonical(url: str) -> str:
    try:
        return without_session(canonical(url))
    except ValueError:
        return url
