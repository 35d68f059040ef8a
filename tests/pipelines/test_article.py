"""One page, every field: each has its value, and its place as evidence."""

from __future__ import annotations

from dataclasses import fields

import pytest

from archive.model import Article
from pipelines.article import read_article
from pipelines.site import Layout
from tests.pipelines.pages import PROSE, json_ld, page_of

HEAD = (
    "<title>Harbour gets a new bridge - Daily Example</title>"
    '<link rel="canonical" href="/news/harbour-bridge"><meta property="og:image" content="/lead.jpg">'
    + json_ld(
        '{"@type": "NewsArticle", "headline": "Harbour gets a new bridge",'
        ' "datePublished": "2018-06-18T09:30:00+01:00", "dateModified": "2018-06-19",'
        ' "author": {"@type": "Person", "name": "Ann Lee"}, "articleSection": "City",'
        ' "keywords": "bridge, harbour", "publisher": {"name": "Daily Example"}, "isAccessibleForFree": true}'
    )
)
LEAD = "The city council has voted for a bridge that sailors have asked for."
TOP = f'<h1>Harbour gets a new bridge</h1><p class="standfirst">{LEAD}</p>'
BODY = f'<article>{TOP}<div class="body">{PROSE}</div></article>'


def article() -> Article:
    reading = read_article(page_of(BODY, HEAD))
    assert isinstance(reading, Article)
    return reading


def test_every_field():
    """Each field has the value that the page gives."""
    read = article()
    assert (read.headline, read.standfirst, read.section, read.authors, read.language) == (
        "Harbour gets a new bridge", LEAD, "City", ("Ann Lee",), "en",
    )  # fmt: skip
    assert (read.date_published, read.date_modified) == ("2018-06-18T09:30:00+01:00", "2018-06-19")
    assert (read.keywords, read.publisher, read.is_accessible_for_free) == (
        ("bridge", "harbour"),
        "Daily Example",
        True,
    )
    assert (read.canonical_url, read.main_image) == (
        "https://www.example.com/news/harbour-bridge", "https://www.example.com/lead.jpg",
    )  # fmt: skip


def test_standfirst_is_not_in_the_body():
    """What stands in one field stands in no other."""
    assert LEAD not in article().body


def test_the_only_paragraph_is_the_body():
    """A page of one paragraph, as walls leave it, has a text and no standfirst, and no headline in its text."""
    text = "The city council has voted on Monday for the bridge that sailors have asked for since the flood of 1953."
    box = "<div class=paywall><h3>Subscribe to continue reading</h3><p>Four weeks for one pound.</p></div>"
    wall = '<meta name="description" content="' + text + '">' + HEAD
    read = read_article(page_of(f"<article><h1>Harbour gets a new bridge</h1><p>{text}</p>{box}</article>", wall))

    assert isinstance(read, Article)
    assert (read.body, read.standfirst) == (text, "")
    assert not any(seen.chosen for seen in read.evidence if seen.field == "standfirst")


def test_sentence_with_a_date_stays_in_the_body():
    """A first paragraph that tells of a day is text, whether the page declares its own day or not."""
    told = "On 5 May 1999 the old bridge was opened by the mayor of that time, who is dead."
    page = BODY.replace('<div class="body">', f'<div class="body"><p>{told}</p>')
    read = [read_article(page_of(page, head)) for head in (HEAD, "")]
    assert [isinstance(r, Article) and told in r.body for r in read] == [True, True]


def test_line_of_the_last_change_is_not_in_the_body():
    """A line that says when a text was changed is no text, where nothing else dates it."""
    line = "Updated 3 hours ago"
    read = read_article(page_of(BODY.replace('<div class="body">', f'<div class="body"><p>{line}</p>')))
    assert isinstance(read, Article)
    assert (read.date_published, read.date_modified_raw, line in read.body) == ("", line, False)


def test_evidence_of_every_field():
    """Each field that is filled says where it comes from, once."""
    chosen = [e.field for e in article().evidence if e.chosen]
    assert sorted(chosen) == sorted(set(chosen))
    assert set(chosen) == {
        "headline", "standfirst", "date_published", "date_modified", "authors", "language", "section", "keywords",
        "publisher", "canonical_url", "main_image", "is_accessible_for_free", "body",
    }  # fmt: skip
    assert set(chosen) <= {f.name for f in fields(Article)}


def test_evidence_of_the_body():
    """It names the element around the text, how the text begins, and the declared body where that begins otherwise."""
    head = json_ld('{"@type": "NewsArticle", "articleBody": "Something else altogether, which nobody can see."}')
    read = read_article(page_of(BODY, head))
    assert isinstance(read, Article)
    found = [(e.source, e.selector, e.raw[:20], e.chosen) for e in read.evidence if e.field == "body"]

    assert found == [
        ("heuristic", "div.body", read.body[:20], True),
        ("json-ld", "articleBody", "Something else altog", False),
    ]


def test_readings_are_equal():
    """Two readings of one page are the same value."""
    assert article() == article()


def test_a_layout_comes_first():
    """What a site file selects stands before what the general readers find, with the others as evidence."""
    page = page_of(f"{BODY}<p id=by>Text: Bob Roe</p><p id=when>17.6.2018</p><p id=in>Politics</p>", HEAD)
    read = read_article(page, Layout(authors="#by", date="#when", section="#in", headline="#missing"))
    assert isinstance(read, Article)
    assert (read.authors, read.date_published, read.section, read.headline) == (
        ("Bob Roe",), "2018-06-17", "Politics", "Harbour gets a new bridge",
    )  # fmt: skip
    assert [(e.source, e.selector) for e in read.evidence if e.field == "section"] == [
        ("site-file", "#in"),
        ("json-ld", "articleSection"),
    ]


ASIDE = '<p class="tool">Send this page to a friend</p>'
LAID_OUT = (
    f'<article>{TOP}<div class="body">{PROSE}{ASIDE}<p>It opens in May <b class="ad">Buy now</b>.</p></div></article>'
)


def body_by(layout: Layout) -> Article:
    reading = read_article(page_of(LAID_OUT, HEAD), layout)
    assert isinstance(reading, Article)
    return reading


def test_a_body_that_a_layout_selects():
    """All blocks of the selected elements are the body, and no others; the evidence names the selector."""
    read = body_by(Layout(body="p.tool"))
    assert read.body == "Send this page to a friend"
    assert [(e.source, e.selector) for e in read.evidence if e.field == "body"] == [("site-file", "p.tool")]


def test_what_a_layout_removes():
    """Elements are taken out of the body, in the middle of a line too; all else of the page is as it was."""
    plain, read = body_by(Layout(body="div.body")), body_by(Layout(body="div.body", remove=(".tool", ".ad")))
    assert plain.body.endswith("Send this page to a friend\n\nIt opens in May Buy now.")
    assert (
        read.body
        == plain.body.removesuffix("Send this page to a friend\n\nIt opens in May Buy now.") + "It opens in May ."
    )
    assert (read.headline, read.links) == (plain.headline, plain.links)


def test_what_is_removed_from_a_body_that_is_found():
    """Without a selector for the body, `remove` alone takes elements out of what the general reader finds."""
    first = PROSE.partition("</p>")[0].removeprefix("<p>")[:40]
    assert first in body_by(Layout(remove=(".tool",))).body
    assert first not in body_by(Layout(remove=("div.body p:first-child",))).body


def test_a_body_selector_that_fits_nothing():
    """The general reader's body stays."""
    assert body_by(Layout(body="section.no-such")).body == body_by(Layout()).body


def test_lines_that_say_what_json_ld_says_are_no_body():
    """A byline and a date that are shown stay out of the body, also where the page declares both elsewhere."""
    lines = "<p>By Ann Lee</p><p>18 June 2018 | 12 comments</p>"
    read = read_article(page_of(f"<article><h1>Harbour gets a new bridge</h1>{lines}{PROSE}</article>", HEAD))

    assert isinstance(read, Article)
    assert read.body == article().body


@pytest.mark.parametrize("ending", [" - Page 2", " (2)", " (page 2 of 3)", " – Seite 2", ""])
def test_a_later_page_of_an_article(ending: str):
    """It is an article of the same headline, though it does not say again who wrote it when."""
    title = f"The harbour gets a new bridge after years of quarrel{ending}"
    row = '<p><a href="/news/bridge">1</a> <a href="/news/bridge?page=3">3</a></p>'
    html = f"<article><h1>{title}</h1>{PROSE}{row}</article>"
    read = read_article(page_of(html, f"<title>{title}</title>", url="https://www.example.com/news/bridge?page=2"))

    assert isinstance(read, Article)
    assert read.headline == "The harbour gets a new bridge after years of quarrel"


def test_a_number_that_is_no_page_stays():
    """A headline may end in a number."""
    html = f"<article><h1>Elections: part 2</h1>{PROSE}</article>"
    read = read_article(page_of(html, HEAD.replace("Harbour gets a new bridge", "Elections: part 2")))

    assert isinstance(read, Article)
    assert read.headline == "Elections: part 2"
