"""The standfirst stands apart on the page; the first paragraph is none."""

from __future__ import annotations

from pipelines.headline import read_headline
from pipelines.lines import headline_block
from pipelines.page import Page
from pipelines.standfirst import read_standfirst
from tests.pipelines.pages import PROSE, page_of

LEAD = "The city council has voted for a bridge that was asked for by sailors and drivers alike."
TITLE = "<h1>Harbour gets a new bridge</h1>"
DESCRIBED = f'<meta name="description" content="{LEAD}">'


def standfirst_of(page: Page) -> str:
    headline = read_headline(page, {}).text
    return read_standfirst(page, {}, headline_block(page, headline), headline).text


def test_named_as_standfirst():
    """A line that is named as a standfirst is one."""
    assert standfirst_of(page_of(f'{TITLE}<h2 class="standfirst">{LEAD}</h2>{PROSE}')) == LEAD


def test_names_of_other_languages():
    """German, French and Spanish names count, and those of style systems."""
    for name in ("vorspann", "chapo", "bajada", "ArticleHeader_elementLead__x1", "article-leadtext"):
        assert standfirst_of(page_of(f'{TITLE}<div class="{name}">{LEAD}</div><div>{PROSE}</div>')) == LEAD


def test_declared_and_shown():
    """What `<meta>` calls the description counts where the page shows it apart."""
    assert (
        standfirst_of(page_of(f"{TITLE}<div><p>{LEAD}</p></div><div>By Ann Lee</div><div>{PROSE}</div>", DESCRIBED))
        == LEAD
    )


def test_first_paragraph_is_none():
    """A first paragraph of the same make as those after it is body, although the description repeats it."""
    assert standfirst_of(page_of(f"{TITLE}<article><p>{LEAD}</p>{PROSE}</article>", DESCRIBED)) == ""


def test_description_that_is_not_shown():
    """A description that stands nowhere on the page is no standfirst, but evidence."""
    page = page_of(f"{TITLE}<article>{PROSE}</article>", DESCRIBED)
    found = read_standfirst(page, {}, headline_block(page, "Harbour gets a new bridge"), "Harbour gets a new bridge")
    assert (found.text, [(e.selector, e.chosen) for e in found.evidence]) == ("", [("description", False)])


def test_several_points():
    """A list of points under the headline is taken whole."""
    points = "<ul class=summary-list><li>The bridge will open in spring.</li><li>It costs two million euros.</li></ul>"
    assert standfirst_of(page_of(f"{TITLE}{points}<div>{PROSE}</div>")).splitlines() == [
        "The bridge will open in spring.",
        "It costs two million euros.",
    ]


def test_captions_and_promotions_are_none():
    """A caption or a newsletter line under the headline is no standfirst."""
    body = f"{TITLE}<figcaption>{LEAD}</figcaption><div class=newsletter>Subscribe to our daily letter.</div>"
    assert standfirst_of(page_of(f"{body}<article>{PROSE}</article>")) == ""


def test_line_in_the_element_of_the_headline():
    """A line that shares the headline's element is a standfirst where the paragraphs stand in another."""
    lead = "Planning permits are still missing, and work starts before winter"
    head = f"<div>{TITLE}<div>{lead}</div><div>By Ann Lee</div></div>"
    paragraphs = PROSE.replace("<p>", "<div>").replace("</p>", "</div>")
    assert standfirst_of(page_of(f"{head}<div>{paragraphs}</div>")) == lead
    assert standfirst_of(page_of(f"<div>{TITLE}<div>{lead}.</div>{paragraphs}</div>")) == ""


def test_short_line_in_japanese():
    """A line of few letters is enough where each says more."""
    page = page_of('<h1>港に新しい橋、市議会が計画を発表</h1><p class="standfirst">五か国の船が通る見込み</p>' + PROSE)
    assert standfirst_of(page) == "五か国の船が通る見込み"


def test_second_headline_in_json_ld():
    """An alternativeHeadline that is shown gives way to a lead that is named or described."""
    second = "Sailors and drivers ask for one more bridge"
    page = page_of(f'{TITLE}<h2>{second}</h2><p class="article-lead">{LEAD}</p><div>By Ann Lee</div>{PROSE}', DESCRIBED)
    news = {"@type": "NewsArticle", "alternativeHeadline": second}

    assert read_standfirst(page, news, headline_block(page, "Harbour gets a new bridge"), "").text == LEAD


def test_place_before_the_lead():
    """A lead that the page declares without its dateline is one; what a mark of its own sets off is left out."""
    for shown, read in ((f"Rome. {LEAD}", f"Rome. {LEAD}"), (f"Rome · {LEAD}", LEAD)):
        assert standfirst_of(page_of(f"{TITLE}<div><p>{shown}</p></div><div>{PROSE}</div>", DESCRIBED)) == read


def test_link_under_the_lead():
    """A link to another article is no second line of the standfirst."""
    other = '<h2 class="subtitle"><a href="/2">Another bridge was closed for good last winter</a></h2>'
    assert standfirst_of(page_of(f'{TITLE}<h2 class="subtitle">{LEAD}</h2>{other}{PROSE}')) == LEAD
