"""The body is the article's paragraphs, sub-headings, lists, quotes and tables, in order, and nothing else."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import numpy as np
import pytest

from archive.model import Image
from pipelines.blocks import Budget, read_blocks
from pipelines.body import Body, choose, read_body
from pipelines.body_lines import Fields
from pipelines.page import Page, open_page
from pipelines.pictures import split_credit

ONE = (
    "The council of Oldford agreed on Monday to rebuild the harbour bridge, which was closed after the flood in March."
)
TWO = (
    "Work is to begin in autumn, said the mayor, and the first trucks should cross the river again by Easter,"
    " if all goes well."
)
THREE = (
    "Shopkeepers on the quay, who lost a third of their customers, welcomed the decision but asked for a ferry"
    " until then."
)
FOUR = (
    "The state pays half of the 12 million crowns; the town borrows the rest over twenty years, the treasurer"
    " explained."
)
HEADLINE = "Harbour bridge in Oldford to be rebuilt"


def page(inside: str, *, head: str = "") -> Page:
    """A page with *inside* as its body element."""
    head = f"<head><title>{HEADLINE} - Oldford Times</title>{head}</head>"
    html = f"<!doctype html><html lang=en>{head}<body>{inside}</body></html>"
    return open_page(
        html.encode(),
        url="https://times.example/news/bridge",
        content_type="text/html; charset=utf-8",
        captured_at=datetime(2024, 5, 6, tzinfo=UTC),
    )


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def article(inside: str) -> Page:
    """A plain news page around *inside*, with a menu before and a footer behind."""
    return page(
        "<nav><ul><li><a href=/a>News</a><li><a href=/b>Sport</a></ul></nav><main><article>"
        f"<h1>{HEADLINE}</h1><div class=article-body>{inside}</div></article></main>"
        "<footer><p>Copyright Oldford Times. All rights reserved.</p></footer>"
    )


def body(of: Page) -> Body:
    return read_body(of, headline=HEADLINE)


def blocks_of(text: str) -> list[str]:
    return text.split("\n\n")


def test_paragraphs_in_order():
    """Paragraphs come in the page's order, one blank line between them; headline, menu and footer stay out."""
    assert body(article(paragraphs(ONE, TWO, THREE))).text == f"{ONE}\n\n{TWO}\n\n{THREE}"


def test_list_is_kept():
    """Items of a list inside the text stay, each with a dash."""
    items = ("A ferry every half hour for people on foot", "A second lane for bicycles on the new bridge")
    listed = "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"

    text = body(article(paragraphs(ONE, TWO) + listed + paragraphs(THREE, FOUR))).text

    assert blocks_of(text)[2:4] == [f"- {item}" for item in items]


def test_quote_is_kept():
    """A quotation stays in its place, and is a blockquote in the mark-up."""
    quote = "We have waited for this bridge longer than for any train, and now we want to walk over it."

    found = body(article(paragraphs(ONE, TWO) + f"<blockquote><p>{quote}</p></blockquote>" + paragraphs(THREE)))

    assert (quote in blocks_of(found.text), f"<blockquote><p>{quote}</p></blockquote>" in found.html) == (True, True)


def test_sub_heading_is_kept():
    """A sub-heading between paragraphs stays, and keeps its level."""
    found = body(article(paragraphs(ONE, TWO) + "<h2>Who pays for it</h2>" + paragraphs(FOUR, THREE)))

    assert (blocks_of(found.text)[2], "<h2>Who pays for it</h2>" in found.html) == ("Who pays for it", True)


def test_caption_is_apart():
    """The caption of a picture is no part of the body; it goes with the picture, and so does the credit."""
    figure = "<figure><img src=/b.jpg width=800><figcaption>The bridge in March. Photo: Ann Poe</figcaption></figure>"

    found = body(article(paragraphs(ONE, TWO) + figure + paragraphs(THREE, FOUR)))

    assert (found.text, found.images) == (
        f"{ONE}\n\n{TWO}\n\n{THREE}\n\n{FOUR}",
        (Image(url="https://times.example/b.jpg", caption="The bridge in March.", credit="Ann Poe"),),
    )


def figures(count: int) -> str:
    picture = "<figure><a href=/{0}><img src=/{0}.jpg></a><figcaption><p>The harbour in {0}.</p></figcaption></figure>"
    return "".join(picture.format(year) for year in range(1960, 1960 + count))


@pytest.mark.parametrize(
    "inside",
    [
        paragraphs(ONE, TWO) + figures(12) + paragraphs(THREE, FOUR),
        paragraphs(ONE, TWO, THREE, FOUR) + figures(12),
        "".join(paragraphs(text) + figures(4) for text in (ONE, TWO, THREE, FOUR)).replace("1960", "1959"),
    ],
    ids=["in the text", "behind it", "between all paragraphs"],
)
def test_captions_of_a_gallery_are_apart(inside: str):
    """Many figures in a row bring none of their captions into the body, and each picture keeps its own."""
    found = body(article(inside))

    assert blocks_of(found.text) == [ONE, TWO, THREE, FOUR]
    assert {image.caption for image in found.images} == set(re.findall(r"The harbour in \d+\.", inside))


def test_gallery_that_says_nothing_else():
    """Where captions are all the text there is, they are kept as the body."""
    assert len(blocks_of(body(article(figures(12))).text)) == 12


def test_article_in_a_caption_that_nobody_closed():
    """A text as long as an article is no caption."""
    inside = f"<figure><img src=/b.jpg><figcaption>{paragraphs(*[ONE, TWO, THREE, FOUR] * 3)}</figcaption></figure>"

    assert len(blocks_of(body(article(paragraphs(FOUR) + inside)).text)) > 4


@pytest.mark.parametrize(
    "box",
    [
        (
            '<div class="related-articles"><h3>Read more</h3><ul><li><a href=/x>Flood of March: what we know</a>'
            "<li><a href=/y>Ferry fares to rise again</a></ul></div>"
        ),
        '<div class="newsletter-signup"><p>Subscribe to our newsletter: the news of Oldford every morning.</p></div>',
        '<div class="social-share"><a href=/f>Facebook</a> <a href=/t>Twitter</a> <a href=/w>WhatsApp</a></div>',
        '<aside class="advertisement"><p>Advertisement</p></aside>',
    ],
    ids=["related", "newsletter", "share", "advertisement"],
)
def test_boxes_stay_out(box: str):
    """A box in the middle of the text is left out, and what is left out is told."""
    found = body(article(paragraphs(ONE, TWO) + box + paragraphs(THREE, FOUR)))

    assert (found.text, len(found.dropped) > 0) == (f"{ONE}\n\n{TWO}\n\n{THREE}\n\n{FOUR}", True)


def test_comments_are_apart():
    """What readers say below the article is no part of the body, and is kept for itself, without names and buttons."""
    said = "My mother crossed the old one every morning, and she would have liked this."
    comment = f"<div class=comment><b>Ann</b><p>{said}</p><a href=/r>Reply</a></div>"
    thread = f"</div><section id=comments><h3>1 comment</h3>{comment}</section><div>"

    found = body(article(paragraphs(ONE, TWO, THREE, FOUR) + thread))

    assert (found.text, found.comments) == (f"{ONE}\n\n{TWO}\n\n{THREE}\n\n{FOUR}", (said,))


def test_standfirst_is_apart():
    """The standfirst is a field of its own and is not repeated in the body."""
    standfirst = "After a year of detours the town decides: the crossing comes back, wider than before"

    of = page(
        f"<h1>{HEADLINE}</h1><p class=standfirst>{standfirst}</p><div class=story>{paragraphs(ONE, TWO, THREE)}</div>"
    )

    assert read_body(of, headline=HEADLINE, standfirst=standfirst).text == f"{ONE}\n\n{TWO}\n\n{THREE}"


def test_nested_divs():
    """Paragraphs that are bare div elements, deep in others without a name, are found."""
    soup = "".join(f"<div><div><div>{text}</div></div></div>" for text in (ONE, TWO, THREE, FOUR))

    text = body(page(f"<div><div><div><h1>{HEADLINE}</h1></div><div>{soup}</div></div></div>")).text

    assert text == f"{ONE}\n\n{TWO}\n\n{THREE}\n\n{FOUR}"


def test_paragraphs_by_breaks():
    """Two br elements end a paragraph, one does not."""
    inside = f"{ONE}<br><br>{TWO}<br>{THREE}"

    assert body(article(f"<div>{inside}</div>")).text == f"{ONE}\n\n{TWO} {THREE}"


def test_table_layout():
    """A page laid out with tables gives the same body as one that is not."""
    of = page(
        f"<table><tr><td width=150><a href=/1>News</a><br><a href=/2>Sport</a></td><td><h1>{HEADLINE}</h1>"
        f"{paragraphs(ONE, TWO, THREE)}</td></tr></table>"
    )

    assert body(of).text == f"{ONE}\n\n{TWO}\n\n{THREE}"


def test_sibling_containers():
    """A body that is split over containers beside one another is put together."""
    parts = "".join(f'<div class="text-block">{paragraphs(text)}</div>' for text in (ONE, TWO, THREE, FOUR))

    assert body(page(f"<article><h1>{HEADLINE}</h1>{parts}</article>")).text == f"{ONE}\n\n{TWO}\n\n{THREE}\n\n{FOUR}"


def test_table_rows():
    """A table of values is kept row by row, its cells apart."""
    table = "<table><tr><th>Year</th><th>Crossings</th></tr><tr><td>2022</td><td>41,000</td></tr></table>"

    blocks = read_blocks(page(table).tree.root)

    assert blocks.texts[-2:] == ["Year | Crossings", "2022 | 41,000"]


def test_table_of_values():
    """The rows of a table follow line by line, and each value keeps its column: cells that say nothing are there."""
    rows = (("", "Crossings", "Tolls"), ("2022", "", "310,000"), ("2023", "41,000", ""))
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    head = "<thead><tr><th></th><th>Crossings</th><th>Tolls</th></tr></thead>"

    found = body(article(paragraphs(ONE, TWO) + f"<table>{head}<tbody>{cells}</tbody></table>" + paragraphs(THREE)))

    lines = (" | Crossings | Tolls", " | Crossings | Tolls", "2022 |  | 310,000", "2023 | 41,000 | ")
    assert ("\n".join(lines) in found.text.split("\n\n"), found.html.count("<table>")) == (True, 1)
    assert "<tr><td>2022</td><td></td><td>310,000</td></tr><tr><td>2023</td><td>41,000</td><td></td></tr>" in found.html


def test_empty_cells_are_kept():
    """A row has as many cells as it has on the page, also where the first or all but one say nothing."""
    rows = (
        "<tr><th></th><th>2023</th><th>2024</th></tr><tr><th>Cost</th><td></td><td>12</td></tr>"
        "<tr><td></td><td>7</td><td></td></tr>"
    )

    found = body(article(paragraphs(ONE, TWO) + f"<table>{rows}</table>" + paragraphs(THREE, FOUR)))

    assert blocks_of(found.text)[2].split("\n") == [" | 2023 | 2024", "Cost |  | 12", " | 7 | "]
    assert f"<table>{rows}</table>" in found.html


def test_table_with_caption():
    """The caption of a table is a line of its own before it, and stands in the table in the mark-up."""
    table = "<table><caption>Costs</caption><tr><th>Year</th><th>Cost</th></tr><tr><td>9</td><td>2</td></tr></table>"

    found = body(article(paragraphs(ONE, TWO) + table + paragraphs(THREE, FOUR)))

    assert blocks_of(found.text)[2:4] == ["Costs", "Year | Cost\n9 | 2"]
    assert table in found.html


@pytest.mark.parametrize(
    "listed",
    [
        "<ul><li>North<ul><li>The pier</li><li>The road</li></ul></li><li>South<ol><li>The tower</li></ol></li></ul>",
        "<ol><li>North<p>The longer one</p><ul><li>The pier</li></ul><p>The road too</p></li><li>South</li></ol>",
    ],
    ids=["lists in items", "paragraphs in items"],
)
def test_lists_in_lists(listed: str):
    """In the mark-up a list within an item of another is within it, and so is a further paragraph."""
    assert listed in body(article(paragraphs(ONE, TWO) + listed + paragraphs(THREE, FOUR))).html


def test_lists_side_by_side():
    """Two lists with nothing between them are two."""
    listed = "<ul><li>The pier</li><li>The road</li></ul>"
    assert body(article(paragraphs(ONE, TWO) + listed * 2 + paragraphs(THREE))).html.count(listed) == 2


def test_markup_keeps_links_and_stress():
    """Links, emphasis and strength stay in the mark-up; links are absolute, scripts are gone."""
    inside = f'{ONE} <a href="/b" onclick="x()">The <b>vote</b></a> was <i>close</i>.<script>track()</script>'

    html = body(article(paragraphs(inside, TWO, THREE))).html

    assert f'<p>{ONE} <a href="https://times.example/b">The <strong>vote</strong></a> was <em>close</em>.</p>' in html


def test_invisible_letters_are_removed():
    """Soft hyphens and zero-width spaces are no letters; letters are in composed form."""
    assert body(article(paragraphs(ONE + " Cafe\u0301 har\u00adbour", TWO, THREE))).text.startswith(
        f"{ONE} Caf\u00e9 harbour"
    )


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("The bridge in March. Photo: Ann Poe", ("The bridge in March.", "Ann Poe")),
        ("The bridge in March (© Poe/Agency)", ("The bridge in March", "Poe/Agency")),
        ("The bridge in March", ("The bridge in March", "")),
    ],
)
def test_credit_is_split_off(line: str, parts: tuple[str, str]):
    """The credit at the end of a caption is told apart from it."""
    assert split_credit(line) == parts


@pytest.mark.parametrize("inside", ["", " ", "<p></p>", "<script>x</script>", "<nav><a href=/>Home</a></nav>"])
def test_pages_without_text(inside: str):
    """A page without text has an empty body and no confidence worth the name."""
    found = body(page(inside))

    assert (found.text, found.html, found.confidence < 0.5) == ("", "", True)


def test_menu_alone_is_walked():
    """Where hardly anything stands outside of nav and footer, those are read too: a page may be wrapped in one."""
    blocks = read_blocks(page(f"<nav><h1>{HEADLINE}</h1>{paragraphs(ONE, TWO)}</nav>").tree.root)

    assert blocks.texts == [HEADLINE, ONE, TWO]


def test_budget_ends_the_walk():
    """The walk stops at its budget and says so; what was read until then stays."""
    blocks = read_blocks(page(paragraphs(*[ONE] * 50)).tree.root, Budget(blocks=20))

    assert (len(blocks.texts), blocks.cut) == (20, True)


def test_deep_nesting():
    """A body below thousands of elements is walked without recursion."""
    blocks = read_blocks(page("<b>" * 3_000 + paragraphs(ONE, TWO)).tree.root)

    assert blocks.texts[-2:] == [ONE, TWO]


def test_cost_is_linear():
    """A page of eight times the size costs about eight times as much: never more than twenty."""
    small, large = (page(f"<article>{paragraphs(*[ONE, TWO, THREE, FOUR] * times)}</article>") for times in (100, 800))
    body(small)

    def seconds(of: Page) -> float:
        fresh = open_page(
            of.html.encode(), url=of.url, content_type="text/html; charset=utf-8", captured_at=of.captured_at
        )
        begun = time.process_time()
        body(fresh)
        return time.process_time() - begun

    # the best of three of each: a garbage collection among the objects of a whole test run is no cost of the page
    assert min(seconds(large) for _ in range(3)) < 20 * max(min(seconds(small) for _ in range(3)), 0.002)


def test_heading_between_paragraphs():
    """A heading between two blocks of the body belongs to it unless the model is nearly sure that it does not."""
    page = open_page(
        b"<div><p>First comes the town.</p><h2>A wider bridge</h2><p>Then comes the river.</p><h2>More</h2></div>",
        url="https://times.example/news/bridge",
        captured_at=datetime(2024, 5, 6, tzinfo=UTC),
    )
    likely = np.array([0.9, 0.3, 0.9, 0.3], dtype=np.float32)

    assert choose(page.blocks, likely, Fields()) == [0, 1, 2]
    assert choose(page.blocks, likely * (likely > 0.5), Fields()) == [0, 2]


@pytest.mark.parametrize(
    ("gap", "doubted", "places"),
    [("More from us", 0.6, [0, 1, 2]), ("Share this article", 0.8, [0, 1, 2]), ("More from us", 0.8, [0, 1, 2, 4])],
)
def test_doubted_tail(gap: str, doubted: float, places: list[int]):
    """What the model doubts behind a gap after a sure text is left out, sooner where tools for sharing stand there."""
    page = open_page(
        f"<div><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p></div><div><b>{gap}</b><p>Doctors meet.</p></div>".encode(),
        url="https://times.example/news/bridge",
        captured_at=datetime(2024, 5, 6, tzinfo=UTC),
    )
    assert choose(page.blocks, np.array([0.99, 0.99, 0.99, 0.3, doubted], dtype=np.float32), Fields()) == places


def test_second_look_at_a_doubtful_page():
    """Where the model is in doubt, the body is what the one article holds that has most of what is very likely."""
    comments = "".join(f"<p>{text}</p>" for text in (FOUR, FOUR, FOUR))
    page = open_page(
        f"<article><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p></article><section>{comments}</section>".encode(),
        url="https://times.example/news/bridge",
        captured_at=datetime(2024, 5, 6, tzinfo=UTC),
    )
    doubtful = np.array([0.97, 0.97, 0.97, 0.7, 0.7, 0.7], dtype=np.float32)

    assert choose(page.blocks, doubtful, Fields()) == [0, 1, 2]
    assert choose(page.blocks, np.maximum(doubtful, 0.95), Fields()) == [0, 1, 2, 3, 4, 5]
