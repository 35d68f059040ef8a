"""Authors are the names of people, as the page signs with them."""

from __future__ import annotations

import pytest

from pipelines.authors import people_in, read_authors
from pipelines.json_ld import article_node
from pipelines.lines import headline_block, lines_around
from pipelines.page import Page
from tests.pipelines.pages import PROSE, json_ld, page_of

TITLE = "<h1>Harbour gets a new bridge</h1>"


def authors_of(page: Page, publisher: str = "") -> tuple[str, ...]:
    lines = list(lines_around(page, headline_block(page, "Harbour gets a new bridge")))
    return read_authors(page, article_node(page.json_ld), lines, {publisher}).names


def news(author: str, more: str = "") -> str:
    return json_ld(f'[{{"@type": "NewsArticle", "author": {author}}}{more}]')


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ann Lee and Bob Roe", ("Ann Lee", "Bob Roe")),
        ("Von Anna Müller, Berlin", ("Anna Müller",)),
        ("Par Élodie Martin et Jean-Luc Petit", ("Élodie Martin", "Jean-Luc Petit")),
        ("Por María del Carmen Ruiz y José Pérez", ("María del Carmen Ruiz", "José Pérez")),
        ("Ann Lee, Senior Health Editor | Reuters", ("Ann Lee",)),
        ("Redakteurin Eva Kirchner-Rätsch", ("Eva Kirchner-Rätsch",)),
        ("Ann Lee (alee@example.com)", ("Ann Lee",)),
        ("Elena Oberholzer (obe)", ("Elena Oberholzer",)),
        ("J. R. R. Tolkien", ("J. R. R. Tolkien",)),
        ("박준석 기자", ("박준석",)),
        ("松岡大地 記者", ("松岡大地",)),
        ("記者 松岡大地", ("松岡大地",)),
        ("Agathe Sévigny, Publié le", ("Agathe Sévigny",)),
        ("川村雄介, 公開", ("川村雄介",)),
        ("dpa/afp", ()),
        ("Daily News Staff", ()),
        ("https://www.example.com/authors/ann", ()),
    ],
)
def test_people_in_a_byline(byline: str, names: tuple[str, ...]):
    """Roles, places, agencies, addresses and links are no names."""
    assert people_in(byline) == names


@pytest.mark.parametrize(
    "author",
    [
        '"Ann Lee"',
        '["Ann Lee"]',
        '{"@type": "Person", "name": "Ann Lee"}',
        '[{"@type": "Person", "name": "By Ann Lee"}, {"@type": "Person", "name": "ANN LEE"}]',
        '{"@id": "#ann"}',
        '"#ann"',
    ],
)
def test_json_ld_in_any_shape(author: str):
    """Authors come as strings, lists, objects and references; each is named once."""
    page = page_of(TITLE, news(author, ', {"@id": "#ann", "@type": "Person", "name": "Ann Lee"}'))
    assert authors_of(page) == ("Ann Lee",)


def test_agency_beside_people():
    """Where people are named, agencies are left out."""
    assert authors_of(page_of(TITLE, news('["Ann Lee", "dpa"]'))) == ("Ann Lee",)


def test_organisation_that_signs_alone():
    """Where nobody is named, the organisation that signs is the author."""
    assert authors_of(page_of(TITLE, news('{"@type": "Organization", "name": "Associated Press"}'))) == (
        "Associated Press",
    )


def test_people_on_the_page_before_the_publisher_in_json_ld():
    """A byline names the author where JSON-LD names the site."""
    page = page_of(f"{TITLE}<p>By Ann Lee</p>{PROSE}", news('{"@type": "Organization", "name": "Daily Example"}'))
    assert authors_of(page, "Daily Example") == ("Ann Lee",)


def test_byline_that_names_more():
    """A byline that holds the declared author and others is the fuller one."""
    page = page_of(f"{TITLE}<p class=byline>By Ann Lee and Bob Roe</p>{PROSE}", news('"Ann Lee"'))
    assert authors_of(page) == ("Ann Lee", "Bob Roe")


@pytest.mark.parametrize(
    "line",
    [
        "<p class=meta>Published August 7, 2023 by Ann Lee</p>",
        "<p>Ann Lee | Senior Writer | July 2, 2025</p>",
        "<div class=author>Ann Lee<br>July 2, 2025</div>",
        "<address>Ann Lee</address>",
        "<p>July 2, 2025 · By Ann Lee in Politics</p>",
        '<p>Posted by <a rel="author" href="/ann">Ann Lee</a> on Friday</p>',
    ],
)
def test_bylines_of_many_forms(line: str):
    """The name is found wherever in the line it stands."""
    assert authors_of(page_of(f"{TITLE}{line}{PROSE}")) == ("Ann Lee",)


def test_byline_behind_the_body():
    """Where no name is near the headline, a line that begins as a byline counts anywhere."""
    assert authors_of(page_of(f"{TITLE}{PROSE}<p>Written by Ann Lee</p>")) == ("Ann Lee",)


def test_nobody_signs():
    """A page without a byline has no author; a caption's name is none."""
    assert authors_of(page_of(f"{TITLE}<figcaption>The harbour by Carl Old, 1721</figcaption>{PROSE}")) == ()


def test_marked_side_by_side():
    """Authors that are marked up beside one another sign together; one further down signs something else."""
    marked = '<span itemprop="author">{}</span>'
    both = f"<p>By {marked.format('Ann Lee')} {marked.format('Bob Roe')}</p>"
    assert authors_of(page_of(f"{TITLE}{both}{PROSE}")) == ("Ann Lee", "Bob Roe")
    apart = f"<p>By {marked.format('Ann Lee')}</p>{PROSE}<div>{marked.format('Bob Roe')}</div>"
    assert authors_of(page_of(f"{TITLE}{apart}")) == ("Ann Lee",)


def test_section_signs_nothing():
    """The name of the section in the line of the date is nobody's."""
    page = page_of(
        f"<h1>Harbour gets a new bridge</h1><div class=meta>2026年5月3日 | <a href=/b>バイオ</a></div>{PROSE}"
    )
    assert authors_of(page, "バイオ") == ()


def test_authors_of_other_articles():
    """Names with rel=author all over a page do not join the author that the page declares."""
    others = "".join(
        f'<div><h3>Other</h3><p><a rel="author" href="/{n}">{n}</a></p></div>' for n in ("Ann Lee", "Bob Roe")
    )
    page = page_of("<h1>One headline here</h1>" + others, '<meta name="author" content="Ann Lee">')
    assert read_authors(page, {}, []).names == ("Ann Lee",)


def test_bylines_in_boxes_of_their_own():
    """Authors that are marked up each in a box of nothing else, the boxes side by side, sign together."""
    boxes = "".join(
        f'<div><div><address><a rel="author" href="/{n}">{n}</a></address></div></div>' for n in ("Ann Lee", "Bob Roe")
    )
    assert authors_of(page_of(f"{TITLE}<div>{boxes}</div>{PROSE}", news('"Bob Roe"'))) == ("Ann Lee", "Bob Roe")


def test_teaser_that_names_the_author_and_another():
    """A teaser far down that the author signs with somebody else does not name the authors of this article."""
    marks = [
        f"<div>x <span rel=author>{n}</span></div>" for n in ("Ann Lee", "Cy Fox", "Ann Lee", "Bob Roe and Ann Lee")
    ]
    assert authors_of(page_of(f"{TITLE}{PROSE}{''.join(marks)}", news('"Ann Lee"'))) == ("Ann Lee",)


def test_newsroom_signs_below_the_headline():
    """Where nobody is named, the word behind "By" below the headline signs."""
    assert authors_of(page_of(f"{TITLE}<p>By TPN, in News, Business · 31 Jan 2025</p>{PROSE}")) == ("TPN",)


def test_where_somebody_lives_is_no_name():
    """A word that ends in "-based" tells of a person and is none."""
    line = "<div class=byline>Ann Lee is a Los Angeles-based writer on coffee.</div>"
    assert authors_of(page_of(f"{TITLE}{line}{PROSE}", '<meta name="author" content="Ann Lee">')) == ("Ann Lee",)


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("<div class=byline><span>Ann Lee</span><span>Political editor</span></div>", ("Ann Lee",)),
        ("<div class=byline><span>Ann Lee</span> <span>Political editor</span></div>", ("Ann Lee",)),
        ("<p>By <a href=/ann>Ann Lee</a><span>Political editor</span></p>", ("Ann Lee",)),
        ("<div class=byline><a href=/ann>Ann Lee</a><a href=/bob>Bob Roe</a></div>", ("Ann Lee", "Bob Roe")),
        ("<p class=byline>By <b>Ann</b> <b>Lee</b></p>", ("Ann Lee",)),
        ("<p class=byline>Von unserem Redakteur Jörg Weiß</p>", ("Jörg Weiß",)),
        ("<p class=byline>Door onze redacteur Jan van den Berg</p>", ("Jan van den Berg",)),
        ("<p class=byline>作者：王小明</p>", ("王小明",)),
        ("<p class=byline>Por João da Silva, do G1, em São Paulo</p>", ("João da Silva",)),
        ("<p class=byline>By Ann Lee / The New York Times</p>", ("Ann Lee",)),
        ("<p class=byline>Von Jörg Weiß (Text) und Anna Müller (Fotos)</p>", ("Jörg Weiß",)),
    ],
)
def test_bylines_as_they_are_marked_up(byline: str, names: tuple[str, ...]):
    """Elements of a byline are told apart without a space between them; papers and photographers are no authors."""
    assert authors_of(page_of(f"<article>{TITLE}{byline}{PROSE}</article>")) == names


def test_a_declared_name_with_the_family_name_first():
    """A person called "Lee, Ann" is Ann Lee."""
    assert authors_of(page_of(TITLE, news('{"@type": "Person", "name": "Lee, Ann"}'))) == ("Ann Lee",)


def test_who_comments_is_no_author():
    """The name above a comment signs the comment."""
    comment = "<section id=comments><div class=comment><div class=author>bob</div><p>Nice bridge.</p></div></section>"
    assert authors_of(page_of(f"<article>{TITLE}{PROSE}</article>{comment}")) == ()
