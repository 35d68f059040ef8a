"""Lines that rules tell: other fields, requests for consent, references to other articles, captions, sources."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from pipelines.body_lines import Fields, settle
from pipelines.page import open_page

PARAGRAPHS = (
    (
        "The council of Oldford agreed on Monday to rebuild the harbour bridge, which was closed after the flood in"
        " March of last year."
    ),
    (
        "Work is to begin in autumn, said the mayor, and the first trucks should cross the river again by Easter, if"
        " all of it goes well."
    ),
    (
        "Shopkeepers on the quay, who lost a third of their customers, welcomed the decision but asked for a ferry"
        " until then, and soon."
    ),
)
HEADLINE = "Harbour bridge in Oldford to be rebuilt"
NO_FIELDS = Fields()
STANDFIRST = "After a year of detours the town decides: the crossing comes back, wider than before"


def left(html: str, fields: Fields = NO_FIELDS, *, unlikely: str = "-") -> list[str]:
    """The lines that are left of a page when the model takes all but *unlikely* for body, the paragraphs as numbers."""
    page = open_page(
        f"<html><body>{html}</body></html>".encode(),
        url="https://times.example/news/bridge",
        content_type="text/html; charset=utf-8",
        captured_at=datetime(2024, 5, 6, tzinfo=UTC),
    )
    texts = page.blocks.texts
    likely = [place for place, text in enumerate(texts) if text != unlikely]
    numbers = {text: str(number) for number, text in enumerate(PARAGRAPHS, start=1)}
    return [numbers.get(texts[place], texts[place]) for place in settle(page.blocks, likely, fields)]


def story(first: str = "", between: str = "", last: str = "") -> str:
    one, two, three = (f"<p>{text}</p>" for text in PARAGRAPHS)
    return f"<div class=story>{first}{one}{two}{between}{three}{last}</div>"


@pytest.mark.parametrize(
    "line",
    [
        "<p>Read also: <a href=/x>Flood of March: what we know</a></p>",
        "<p><b>Lire aussi :</b> <a href=/x>La crue de mars</a></p>",
        "<p>あわせて読みたい: <a href=/x>三月の洪水</a></p>",
        "<p><em>Read more: <a href=/x>Flood of March: what we know</a></em></p>",
        "<p><a href=/x>READ MORE: Flood of March: what we know</a></p>",
        "<p>Also read: <a href=/x>Flood of March: what we know</a></p>",
        "<p><b>Related:</b> <a href=/x>Flood of March: what we know</a></p>",
        "<p>Lesen Sie mehr: <a href=/x>Die Flut vom März</a></p>",
    ],
)
def test_cross_reference_is_left_out(line: str):
    """A line that says "read also" and is a link otherwise is no part of the body."""
    assert left(story(between=line)) == ["1", "2", "3"]


@pytest.mark.parametrize(
    "line", ["Read also what the mayor wrote in March, when the flood had gone.", "Read more: the bridge in numbers"]
)
def test_sentence_with_such_words_stays(line: str):
    """A sentence that begins alike stays."""
    assert left(story(between=f"<p>{line}</p>")) == ["1", "2", line, "3"]


@pytest.mark.parametrize(
    "line",
    [
        "ADVERTISEMENT",
        "Article continues below advertisement",
        "Story continues below",
        "Advertisement - story continues below",
        "Anzeige",
        "(Werbung)",
    ],
)
def test_notice_of_an_advertisement_is_left_out(line: str):
    """A line that says no more than that an advertisement follows is no part of the body, wherever it stands."""
    assert left(story(between=f"<p>{line}</p>", last=f"<div>{line}</div>")) == ["1", "2", "3"]


@pytest.mark.parametrize(
    "html",
    ["<h2>Werbung</h2>", "<ul><li>Werbung</li></ul>", "<p>Werbung für die Brücke</p>", "<p>The story continues</p>"],
)
def test_words_about_advertisements_stay(html: str):
    """A heading, an item of a list, and a line that says more, are text."""
    assert len(left(story(between=html))) == 4


@pytest.mark.parametrize(
    "line",
    [
        "© 2018 Example News. All rights reserved.",
        "Copyright 2018 The Oldford Press",
        "Alle Rechte vorbehalten.",
    ],
)
def test_rights_are_left_out(line: str):
    """The last line is no part of the body where it says whose the rights are."""
    assert left(story(last=f"<p>{line}</p>")) == ["1", "2", "3"]


def test_sentence_about_rights_stays():
    """A last sentence that tells of copyright is text."""
    line = "Copyright in the drawings of 2018 stays with the architects, who reserved all rights."
    assert left(story(last=f"<p>{line}</p>"))[-1] == line


@pytest.mark.parametrize(
    "line",
    [
        "We use cookies to measure how our pages are read. You may refuse.",
        "Wir verwenden Cookies, um die Nutzung unserer Seiten zu messen.",
        "Nous utilisons des cookies pour mesurer notre audience.",
    ],
)
def test_consent_is_left_out(line: str):
    """A first or last block that asks for cookies is no part of the body."""
    asked = f"<p>{line}</p>"

    assert (left(asked + story()), left(story() + asked)) == (["1", "2", "3"], ["1", "2", "3"])


def test_article_about_cookies():
    """In an article about cookies they may be spoken of."""
    line = "This site uses cookies, says the first page of the study."

    assert left(story(last=f"<p>{line}</p>"), Fields(headline="Cookies are here to stay"))[-1] == line


def test_caption_without_a_name():
    """A line that shares an element with a picture alone is its caption, in nested div elements and in tables."""
    in_divs = "<div><img src=/b.jpg><div>The mayor on the old bridge</div></div>"
    in_tables = "<table><tr><td><img src=/b.jpg></td></tr><tr><td>The mayor on the old bridge</td></tr></table>"

    assert (left(story(between=in_divs)), left(story(between=in_tables))) == (["1", "2", "3"], ["1", "2", "3"])


@pytest.mark.parametrize(
    "inside",
    [
        "<p><img src=/b.jpg>The mayor on the old bridge</p>",
        "<div><img src=/b.jpg><p>The mayor stood on the old bridge.</p></div>",
        "<div><img src=/b.jpg><h3>The mayor on the old bridge</h3></div>",
    ],
    ids=["own element", "sentence", "heading"],
)
def test_line_with_a_picture_stays(inside: str):
    """A paragraph with a picture in it, a sentence and a heading beside one stay."""
    assert len(left(story(between=inside))) == 4


@pytest.mark.parametrize("inside", ["We will not wait.", "<p>We will not wait.</p>"])
def test_closing_quotation_is_kept(inside: str):
    """A quotation of one block right behind the last paragraph and beside it belongs to the article."""
    line = "We will not wait."
    quote = f"<blockquote>{inside}</blockquote>"

    assert left(story(last=quote), unlikely=line) == ["1", "2", "3", line]


@pytest.mark.parametrize(
    "html",
    [
        story() + "<div><blockquote>We will not wait.</blockquote></div>",
        story(last='<blockquote class="twitter-tweet">We will not wait.</blockquote>'),
        story(last="<p>See also: <a href=/x>The flood</a></p><blockquote>We will not wait.</blockquote>"),
        story(first="<p>We will not wait. So said the mayor.</p>", last="<blockquote>We will not wait.</blockquote>"),
    ],
    ids=["elsewhere", "embedded", "not right behind", "said before"],
)
def test_other_quotation_is_not(html: str):
    """A post, a quotation elsewhere, and one that repeats the text may be anything."""
    said = [text for text in left(html, unlikely="We will not wait.") if text == "We will not wait."]
    assert said == []


def test_source_is_kept():
    """The line behind the last paragraph that names the source belongs to the article."""
    line = "Source: Releasewire"

    assert left(story(last=f"<p>{line}</p>"), unlikely=line) == ["1", "2", "3", line]


def test_source_elsewhere_is_not():
    """In another element it may be anything."""
    line = "Source: Releasewire"

    assert left(story() + f"<div><div><p>{line}</p></div></div>", unlikely=line) == ["1", "2", "3"]


FIELDS = Fields(headline=HEADLINE, standfirst=STANDFIRST, lines=frozenset(["18th June 2018", "Healthcare"]))


def test_other_fields_are_left_out():
    """Headline, date and section around the paragraphs are fields of their own, also behind a label."""
    before = f"<h1>{HEADLINE}</h1><p>18th June 2018</p>"

    assert left(story(before, last="<p>18th June 2018</p><p>From: Healthcare</p>"), FIELDS) == ["1", "2", "3"]


def test_author_among_names_stays():
    """In a list of names the author's is one of them; date and section in a list of their own are no text."""
    fields = Fields(lines=frozenset(["Ann Lee", "Bob Roe", "18th June 2018"]))
    names = "<ul><li>Carl Poe</li><li>Ann Lee</li><li>Bob Roe</li><li>Dora Fox</li><li>Eve Ray</li></ul>"

    assert left(story(last=names), fields)[3:] == ["Carl Poe", "Ann Lee", "Bob Roe", "Dora Fox", "Eve Ray"]
    assert left(story(last="<ul><li>18th June 2018</li><li>Ann Lee</li></ul>"), fields) == ["1", "2", "3"]


def test_date_and_section_end_the_text():
    """What stands behind date and section, one after the other, is no part of the body, long as it may be."""
    box = f"<p>18th June 2018</p><p>From: Healthcare</p><h3>Company hub</h3><p>{'We make bridges of steel. ' * 8}</p>"

    assert left(story() + box, FIELDS) == ["1", "2", "3"]


def test_japanese_paragraphs():
    """Paragraphs of 60 Japanese letters are paragraphs: date and section around them are left out."""
    text = (
        "この発表は札幌で行われた。橋は来年の春までに架け替えられ、港の店は客が戻ることを期待していると市長は語った。"
    )
    html = f"<p>18th June 2018</p><p>{text}</p><p>Healthcare</p>"

    assert len(left(html, FIELDS)) == 1


def test_date_alone_does_not_end_it():
    """A live blog has a date between its entries."""
    one, two, three = (f"<p>{text}</p>" for text in PARAGRAPHS)

    assert left(f"{one}<p>18th June 2018</p>{two}{three}", FIELDS) == ["1", "18th June 2018", "2", "3"]


@pytest.mark.parametrize(
    "html",
    [
        story(f"<p class=standfirst>{STANDFIRST}</p>"),
        f"<div><h1>{HEADLINE}</h1><div>{STANDFIRST}</div></div><div><div>{'</div><div>'.join(PARAGRAPHS)}</div></div>",
        f"<h1>{HEADLINE}</h1><p><i>{STANDFIRST}</i></p><div>{'<br><br>'.join(PARAGRAPHS)}</div>",
    ],
    ids=["by its name", "with the headline", "by its tag"],
)
def test_standfirst_that_stands_apart(html: str):
    """The standfirst is left out where it is marked apart: by its name, or without names by its place or its tag."""
    assert left(html, FIELDS) == ["1", "2", "3"]


def test_standfirst_that_is_the_first_paragraph():
    """A first paragraph like all others stays, whatever else it was read as."""
    assert left(story(f"<p>{STANDFIRST}</p>"), FIELDS) == [STANDFIRST, "1", "2", "3"]


def test_link_in_capitals():
    """A line in capitals that is nothing but a link leads to another article; a heading in capitals stays."""
    line = "<p><a href=/x>WHAT WE KNOW ABOUT THE FLOOD OF MARCH</a></p>"
    heading = "THE BRIDGE COMES BACK WIDER"

    assert left(story(between=line)) == ["1", "2", "3"]
    assert left(story(between=f"<h2>{heading}</h2>")) == ["1", "2", heading, "3"]


def test_signature_of_an_embedded_post():
    """The line below a post that is kept says who wrote it, and is kept too."""
    line = "— Oldford Council (@oldford) May 6, 2024"
    assert left(story(between=f"<p>{line}</p>"), unlikely=line) == ["1", "2", line, "3"]


def test_standfirst_in_another_element():
    """A standfirst of another kind of element, in another box than the text, is apart although nothing says so."""
    fields = Fields(headline=HEADLINE, standfirst=STANDFIRST)
    html = f"<div class=top><h1>{HEADLINE}</h1><div>By Ann Lee</div><div>{STANDFIRST}</div></div>{story()}"
    assert left(html, fields, unlikely="By Ann Lee") == ["1", "2", "3"]


def test_table_of_values_is_whole():
    """A table of values between two paragraphs is kept with each of its rows, also those that the model refuses."""
    table = "<table><tr><th>Year</th><th>Boats</th></tr><tr><td>2023</td><td>1,204</td></tr></table>"
    assert left(story(between=table), unlikely="Year | Boats") == ["1", "2", "Year | Boats", "2023 | 1,204", "3"]


@pytest.mark.parametrize(
    "line",
    [
        "This article is for subscribers. Take out a subscription to go on reading.",
        "Dieser Artikel ist exklusiv für Abonnenten",
        "Cet article est réservé aux abonnés",
        "この記事は会員限定です。",
        "Subscribe to continue reading",
    ],
)
def test_the_notice_of_a_wall_ends_the_text(line: str):
    """What stands in the place of the rest is no part of the body, nor is what comes behind it."""
    assert left(story(last=f"<p>{line}</p><p>Four weeks for one euro</p>")) == ["1", "2", "3"]


@pytest.mark.parametrize(
    "line",
    [
        "Subscribe to continue reading",
        "Create a free account to keep reading",
        "To continue reading this article, please log in or register.",
        "You have reached your limit of free articles this month.",
        "Jetzt weiterlesen mit O+",
    ],
)
def test_the_notice_of_a_wall_behind_one_paragraph(line: str):
    """Behind a single paragraph too, where the offer below the notice is the longer part."""
    offer = (
        "Take out a subscription of four weeks for 1 pound a week, and read all that we have. You may cancel any time."
    )
    box = f"<div class=paywall><h3>{line}</h3><p>{offer}</p></div>"

    assert left(f"<p>{PARAGRAPHS[0]}</p>{box}") == ["1"]


def test_the_notice_of_a_wall_above_a_whole_text_ends_nothing():
    """Where a script would show a wall, the page may hold the text that it hides."""
    html = f"<p>{PARAGRAPHS[0]}</p><p>Subscribe to continue reading</p>{story()}{story()}"
    assert left(html)[-3:] == ["1", "2", "3"]


def test_headline_above_the_only_paragraph():
    """The headline is no part of the body where the one paragraph below it was read as the standfirst."""
    html = f"<h1>{HEADLINE}</h1><p>{PARAGRAPHS[0]}</p>"
    assert left(html, Fields(headline=HEADLINE, standfirst=PARAGRAPHS[0])) == ["1"]


def test_a_sentence_about_subscribers_stays():
    """A paragraph that tells of subscribers is text."""
    line = "The ferry sold its first season tickets to subscribers of the town's own newspaper, said the mayor."
    assert left(story(last=f"<p>{line}</p>")) == ["1", "2", "3", line]


def test_boxes_that_are_more_than_a_short_text():
    """Two such lines close to one another end a text, even where the lists behind it are most of the page."""
    lists = "".join(f"<p>{title} {'and something that was in the news long ago ' * 4}</p>" for title in "ABCDEF")
    boxes = f"<p>Share this article</p><p>Link E-Mail</p><p>Related articles</p>{lists}"

    assert left(f"<p>{PARAGRAPHS[0]}</p>{boxes}") == ["1"]


def test_tools_above_the_text_do_not_end_it():
    """One such line above the text ends nothing."""
    html = f"<p>{PARAGRAPHS[0]}</p><p>Share this article</p><p>{PARAGRAPHS[1]}</p><p>{PARAGRAPHS[2]}</p>"
    assert left(html) == ["1", "Share this article", "2", "3"]


@pytest.mark.parametrize(
    "hidden", ["<p hidden>", '<p style="display: none">', '<p style="visibility:hidden">', "<p class=sr-only>"]
)
def test_a_paragraph_that_is_not_shown_is_left_out(hidden: str):
    """A single hidden paragraph is no part of the text."""
    assert left(story(between=f"{hidden}Words for robots</p>")) == ["1", "2", "3"]


def test_a_text_that_a_script_will_show_stays():
    """Where most of a text is hidden, it is the text."""
    hidden = "".join(f"<p hidden>{text}</p>" for text in PARAGRAPHS)
    assert left(f"<div>{hidden}</div>") == ["1", "2", "3"]


@pytest.mark.parametrize("line", ["3 min read", "Lesezeit: 4 Minuten", "5 minutes de lecture"])
def test_reading_time_is_left_out(line: str):
    """How long it takes to read an article stands above its text and is no part of it."""
    assert left(story(first=f"<p>{line}</p>")) == ["1", "2", "3"]


def test_many_small_tables_cost_no_more_each():
    """A text with thousands of tables beside one another is read in a time that grows with their number alone."""
    table = "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>"
    begun = time.process_time()
    left(story(between=table * 6000))
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "row",
    [
        "<p>Page: <a href=/x>1</a> <a href=/x?page=2>2</a> <a href=/x?page=3>3</a></p>",
        "<p>Seite 1 von 3 <a href=/x/seite-2>weiter</a></p>",
        "<p><a href=/x?page=2>Next page »</a></p>",
    ],
)
def test_a_row_of_page_numbers_is_left_out(row: str):
    """What leads to the other pages of an article is no part of its text."""
    assert left(story(last=row)) == ["1", "2", "3"]


@pytest.mark.parametrize("line", ["1.", "$10.99"])
def test_one_number_with_a_link_stays(line: str):
    """A single number, such as a price that leads to a shop, leads to no other page of the article."""
    assert left(story(between=f"<p><a href=/x>{line}</a></p>"))[2] == line


def test_each_notice_of_a_wall_has_a_word_that_is_looked_for_first():
    """The cheap look at words loses nothing of what the pattern finds."""
    notices = (
        "This content is exclusive to members",
        "Create a free account to go on reading",
        "To keep reading, sign in",
        "You have used all of your free stories",
        "Jetzt weiterlesen mit",
        "Sie haben alle 5 kostenlosen Artikel gelesen",
        "Contenido exclusivo para abonados",
        "Noticia solo para suscriptores",
        "Articolo riservato agli abbonati",
        "Conteúdo exclusivo para assinantes",
        "Artikel is alleen voor abonnees",
        "Материал доступен только подписчикам",
        "登录后阅读全文",
    )
    assert [one for one in notices if left(story(last=f"<p>{one}</p>")) != ["1", "2", "3"]] == []
