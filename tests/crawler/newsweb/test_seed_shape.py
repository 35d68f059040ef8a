"""Rules of the page that has the structure of the seed text, and of its mark-ups."""

from __future__ import annotations

import re
from html import unescape

import pytest

from crawler.newsweb import SEED_SHAPED, NewsWeb, seed_markups

MARKUPS = seed_markups(
    SEED_SHAPED.headline,
    SEED_SHAPED.standfirst,
    SEED_SHAPED.paragraphs,
    SEED_SHAPED.caption,
    SEED_SHAPED.date_text,
    SEED_SHAPED.section,
    SEED_SHAPED.surroundings,
    caption_after=SEED_SHAPED.caption_after,
)


def visible(markup: str) -> list[str]:
    """Runs of text in the body, in order."""
    body = re.sub(r"(?s)<head>.*?</head>|<script.*?</script>", "", markup)
    runs = [" ".join(unescape(run).split()) for run in re.split(r"<[^>]+>", body)]
    return [run for run in runs if run]


@pytest.mark.parametrize("name", MARKUPS)
def test_every_markup_shows_the_same_text_in_the_same_order(name: str) -> None:
    """Login form, headline, standfirst, text with the caption in the middle, date, section, boxes."""
    texts = [*SEED_SHAPED.paragraphs]
    texts.insert(SEED_SHAPED.caption_after, SEED_SHAPED.caption)
    around = SEED_SHAPED.surroundings
    expected = [
        *around.before,
        SEED_SHAPED.headline,
        SEED_SHAPED.standfirst,
        *texts,
        SEED_SHAPED.date_text,
        "From:",
        SEED_SHAPED.section,
        *(line for title, lines in around.after for line in (title, *lines)),
    ]

    assert [run for run in visible(MARKUPS[name]) if run != "Home"] == expected


def test_json_ld_misleads_in_the_modern_markup() -> None:
    """The dates in JSON-LD are those of the site and of other articles, never the page's own."""
    dates = re.findall(r'"(?:datePublished|dateModified)": "(\d{4}-\d\d-\d\d)', MARKUPS["modern"])

    assert (len(dates) > 2, SEED_SHAPED.day.isoformat() in dates) == (True, False)


def test_the_web_has_the_page() -> None:
    """The second site of every web has it, dated 18 June 2018, and it is planned like any article."""
    (article,) = [article for article in NewsWeb(3).articles if article.design == "seed"]

    assert (article.headline, article.date_published, article.section, article.captions) == (
        SEED_SHAPED.headline,
        "2018-06-18",
        "Healthcare",
        (SEED_SHAPED.caption,),
    )
    assert article.body == "\n\n".join(SEED_SHAPED.paragraphs)
