"""The day of publication is what the page's sources agree on, told from changes, copyrights and UTC."""

from __future__ import annotations

import json

import pytest

from pipelines.dates import Dates, habits_of, middle_day, read_dates
from pipelines.json_ld import article_node
from pipelines.lines import headline_block
from pipelines.page import Page
from tests.pipelines.pages import PROSE, json_ld, page_of

TITLE = "<h1>Harbour gets a new bridge</h1>"
PUBLISHED = '<meta property="article:published_time" content="{}">'


def dates_of(page: Page, language: str = "en") -> Dates:
    at = headline_block(page, "Harbour gets a new bridge")
    return read_dates(page, article_node(page.json_ld), at, habits_of(page, language))


def news(**dates: str) -> str:
    return json_ld('{"@type": "NewsArticle", ' + ", ".join(f'"{k}": "{v}"' for k, v in dates.items()) + "}")


def test_declared_date_keeps_its_offset():
    """An instant stands with the page's own offset, and its text beside it."""
    dates = dates_of(page_of(TITLE, news(datePublished="2018-06-18T23:30:00+02:00")))
    assert (dates.published, dates.published_raw) == ("2018-06-18T23:30:00+02:00",) * 2


def test_change_is_not_publication():
    """DateModified and "updated" lines give the date of the last change."""
    dates = dates_of(
        page_of(f"{TITLE}<p>Updated 20 June 2018</p>", news(datePublished="2018-06-18", dateModified="2018-06-19"))
    )
    assert (dates.published, dates.modified) == ("2018-06-18", "2018-06-19")


def test_change_alone_is_better_than_nothing():
    """Where only a change is dated, that is the day that is known."""
    assert dates_of(page_of(f"{TITLE}<p>Last updated: 20 June 2018</p>{PROSE}")).published == "2018-06-20"


@pytest.mark.parametrize(
    ("line", "modified"),
    [
        ("Updated 3 hours ago", "2026-11-01T09:00:00+00:00"),
        ("Aktualisiert vor 3 Stunden", "2026-11-01T09:00:00+00:00"),
        ("Updated an hour ago", "2026-11-01T11:00:00+00:00"),
    ],
)
def test_change_some_time_ago_is_no_publication(line: str, modified: str):
    """A change that is counted from the capture says nothing of the day of publication."""
    dates = dates_of(page_of(f'{TITLE}<p class="date">{line}</p>{PROSE}'))
    assert (dates.published, dates.modified, dates.modified_raw) == ("", modified, line)


def test_change_is_no_publication_where_it_is_declared():
    """A page that declares its last change says by "updated" that change and nothing else."""
    dates = dates_of(page_of(f"{TITLE}<p>Last updated on 20 June 2018</p>{PROSE}", news(dateModified="2018-06-20")))
    assert (dates.published, dates.modified) == ("", "2018-06-20")


@pytest.mark.parametrize("place", ["before", "after"])
def test_visible_date(place: str):
    """A line by the headline, or a date line behind the body, gives the day of a page that declares none."""
    line = '<p class="article-date">18th June 2018</p>'
    page = page_of(f"{TITLE}{line}{PROSE}" if place == "before" else f"{TITLE}{PROSE}{line}")
    assert dates_of(page).published == "2018-06-18"


def test_copyright_is_no_date():
    """A year of copyright, and a date in its line, is never publication."""
    assert dates_of(page_of(f"{TITLE}{PROSE}<p>Copyright 1 January 2018 Example</p>")).published == ""


def test_url_and_shown_date_beat_json_ld():
    """Several sources that agree are stronger than one that stands alone."""
    page = page_of(
        f"{TITLE}<p>18 June 2018</p>", news(datePublished="2020-02-02"), url="https://example.com/2018/06/18/a"
    )
    assert dates_of(page).published == "2018-06-18"


def test_earlier_date_by_the_headline():
    """JSON-LD whose publication is the day of a later change loses against the date that the page shows."""
    page = page_of(
        f"{TITLE}<p>18 June 2018</p>{PROSE}",
        news(datePublished="2020-02-02T10:00:00Z", dateModified="2020-02-02T10:00:00Z"),
    )
    assert dates_of(page).published == "2018-06-18"


def test_day_in_utc():
    """The day that the page shows comes before the day in UTC beside it."""
    page = page_of(f"{TITLE}<p>19 October 2019, 0:04</p>", news(datePublished="2019-10-18T22:04:00Z"))
    assert dates_of(page).published == "2019-10-19"


def test_day_first_by_language_site_and_other_dates():
    """4/3/2018 is in March in Germany and Britain and in April in America, unless another date says otherwise."""
    page = page_of(f"{TITLE}<p>4/3/2018</p>{PROSE}", url="https://example.com/a")
    british = page_of(f"{TITLE}<p>4/3/2018</p>{PROSE}", url="https://example.co.uk/a")
    told = page_of(
        f"{TITLE}<p>4/3/2018</p>{PROSE}<p>The council will meet again on 28/3/2018 to hear what people think.</p>",
        url="https://example.com/a",
    )
    found = [dates_of(page, "de"), dates_of(british), dates_of(page, "en-us"), dates_of(page), dates_of(told)]
    assert [d.published for d in found] == ["2018-03-04", "2018-03-04", "2018-04-03", "2018-04-03", "2018-03-04"]


def test_relative_date_is_counted_from_the_capture():
    """Three hours ago is three hours before the capture, whatever the day of reading."""
    page = page_of(f'<article>{TITLE}<span class="date">vor 3 Stunden</span>{PROSE}</article>', lang="de")
    assert dates_of(page, "de").published == "2026-11-01T09:00:00+00:00"


def test_date_in_a_script():
    """A page of scripts keeps its date in their values."""
    page = page_of(f'{TITLE}{PROSE}<script>window.state={{"publishedAt":"2018-06-18T09:30:00Z"}}</script>')
    assert dates_of(page).published == "2018-06-18T09:30:00+00:00"


def test_date_in_the_footer_of_the_article():
    """The footer of an article may be the only place of its date; site and other articles have dates of their own."""
    others = json.dumps(
        [
            {"@type": "WebSite", "datePublished": "2009-03-02T08:00:00Z"},
            {"@type": "NewsArticle", "headline": "Report one", "datePublished": "2019-07-10"},
            {"@type": "NewsArticle", "headline": "Report two", "datePublished": "2019-07-11"},
        ]
    )
    head = f'<script type="application/ld+json">{others}</script>'
    page = page_of(f"<article>{TITLE}{PROSE}<footer><span>18th June 2018</span></footer></article>", head)
    assert dates_of(page).published == "2018-06-18"


def test_what_disagreed_is_kept():
    """Evidence holds each place, the chosen one first."""
    page = page_of(TITLE, news(datePublished="2018-06-18") + PUBLISHED.format("2018-06-17"))
    assert [(e.selector, e.raw, e.chosen) for e in dates_of(page).evidence] == [
        ("datePublished", "2018-06-18", True),
        ("article:published_time", "2018-06-17", False),
    ]


@pytest.mark.parametrize(
    ("item", "middle"),
    [
        ("<time datetime='2018-06-{:02}T09:30'>today</time>", "2018-06-06"),
        ("<time>{} June 2018</time>", "2018-06-06"),
        ("<span itemprop='datePublished'>{} June 2018</span>", "2018-06-06"),
        ("<p>{} June 2018</p>", "2018-06-06"),
        ("<p>A bridge that was planned in 2018, page {}</p>", ""),
        ("<time>soon {}</time>", ""),
    ],
)
def test_the_middle_of_the_days_of_a_list(item: str, middle: str) -> None:
    """The items of a list show days in elements for them or in lines of their own; few say nothing."""
    rows = [f"<li><a href=/a/{n}>Story number {n}</a>{item.format(n)}</li>" for n in range(1, 12)]
    many, few = (page_of(f"<ul>{''.join(rows[:count])}</ul>") for count in (11, 4))

    assert [middle_day(page, habits_of(page, "en")) for page in (many, few)] == [middle, ""]


PARAGRAPH = "<p>The council of the town has decided to build a new bridge over the river, said the mayor.</p>"
OF_THE_BODY = (
    "<p>On 5 May 1999 the old bridge was opened by the mayor of that time, who is dead.</p>",
    "<p>The old bridge, opened on 5 May 1999, is to be replaced by a new one, said the mayor on Monday.</p>",
    "<p>The old bridge was opened on 5 May 1999.</p>",
    "<p>Die alte Brücke wurde am 5. Mai 1999 eröffnet.</p>",
    "<p>Published on 5 May 1999, the report said that the old bridge must be closed for good.</p>",
    "<p>1999年5月5日、古い橋が開通した。</p>",
    "<p>On 5 May 2024 the old bridge will be closed by the mayor, who is against it.</p>",
    "<p>PARIS, 5 May 1999 — The old bridge was opened by the mayor.</p>",
)
BETWEEN_PARAGRAPHS = (
    "<h2>14 July 2016</h2>",
    "<p><strong>5 May 1999</strong></p>",
    "<p>5 May 1999 – The old bridge was opened.</p>",
    "<ul><li>5 May 1999: The old bridge opened</li><li>6 May 2001: It closed</li></ul>",
)


@pytest.mark.parametrize(
    "declaration", [news(datePublished="2018-06-18T09:30:00+02:00"), PUBLISHED.format("2018-06-18")]
)
@pytest.mark.parametrize("above", ["", PARAGRAPH])
@pytest.mark.parametrize("text", OF_THE_BODY)
def test_date_in_a_sentence_is_not_publication(text: str, above: str, declaration: str):
    """What a sentence tells of another day does not beat what the page declares, in whatever paragraph it stands."""
    page = page_of(f"{TITLE}{above}{text}{PARAGRAPH}{PROSE}", declaration)
    assert dates_of(page).published[:10] == "2018-06-18"


@pytest.mark.parametrize(
    "declaration", [news(datePublished="2018-06-18T09:30:00+02:00"), PUBLISHED.format("2018-06-18")]
)
@pytest.mark.parametrize("text", BETWEEN_PARAGRAPHS)
def test_date_that_heads_a_part_of_the_text_is_not_publication(text: str, declaration: str):
    """The days of a chronicle are sub-headings and items of its text."""
    page = page_of(f"{TITLE}{PARAGRAPH}{text}{PARAGRAPH}{PROSE}", declaration)
    assert dates_of(page).published[:10] == "2018-06-18"


@pytest.mark.parametrize("text", [*OF_THE_BODY[:6], OF_THE_BODY[7]])
def test_sentence_is_not_the_line_of_the_date(text: str):
    """Where a sentence is all that gives a date, its text is that date alone, so that it stays in the body."""
    raw = dates_of(page_of(f"{TITLE}{text}{PROSE}")).published_raw
    assert 0 < len(raw) < 12
    assert raw in text


def test_dateline_is_read_where_nothing_is_declared():
    """A date that opens a paragraph and is set off from it dates the article, before that of a `<time>` elsewhere."""
    page = page_of(
        f"<time datetime='2018-06-19'>Tuesday</time>{TITLE}"
        f"<p>18. Juni 2018. Die alte Brücke wird ersetzt, sagte der Rat der Stadt am Montag.</p>{PROSE}"
    )
    assert dates_of(page, "de").published == "2018-06-18"


@pytest.mark.parametrize(
    ("host", "language", "line", "instant"),
    [
        ("www.example.cn", "zh", "2018-06-18 09:30 CST", "2018-06-18T09:30:00+08:00"),
        ("www.example.ie", "en", "18 June 2018 09:30 IST", "2018-06-18T09:30:00+01:00"),
        ("www.example.com", "en", "18 June 2018 09:30 IST", "2018-06-18"),
    ],
)
def test_zone_of_a_date_line(host: str, language: str, line: str, instant: str):
    """The country of the site tells which zone an abbreviation means."""
    page = page_of(f'{TITLE}<p class="date">{line}</p>{PROSE}', url=f"https://{host}/news/bridge")
    assert dates_of(page, language).published == instant


@pytest.mark.parametrize("line", ["Two days ago", "vor zwei Tagen", "منذ يومين", "2日前", "2 天前", "10月30日 9:30"])
def test_relative_date_line_in_words(line: str):
    """A date line may have no figure, and Chinese and Japanese write no spaces."""
    assert dates_of(page_of(f'{TITLE}<p class="date">{line}</p>{PROSE}')).published == "2026-10-30"
