"""A page is parsed once and says what its head holds."""

from __future__ import annotations

import pytest

from archive.model import Link
from pipelines.page import MAX_BYTES, MAX_LINKS, open_page
from tests.pipelines.pages import CAPTURED, URL, json_ld, page_of


def test_meta_by_each_of_its_names():
    """Content stands under name and property, in lower case, each value once."""
    page = page_of(head='<meta property="og:Title" name="title" content=" A "><meta name="title" content="A">')
    assert (page.meta["og:title"], page.meta["title"]) == (("A",), ("A",))
    assert page.meta_value("missing", "title") == "A"


def test_title_and_language():
    """The title is folded, the language as it stands."""
    page = page_of(head="<title> A\n story </title>", lang="de-AT")
    assert (page.title, page.declared_language) == ("A story", "de-AT")


def test_json_ld_outside_of_the_head():
    """Scripts in the body count as those in the head."""
    assert page_of(body=json_ld('{"@type": "NewsArticle"}')).json_ld == ({"@type": "NewsArticle"},)


def test_links_are_resolved_against_base():
    """`<base>` comes before the page's own URL; fragments and tracking parameters are gone."""
    page = page_of('<a href="b?utm_source=x#top"> B\n c </a>', '<base href="https://other.example.com/x/">')
    assert page.links == (Link(url="https://other.example.com/x/b", text="B c", rel="link"),)


def test_links_tell_their_relation():
    """Feeds, canonical, AMP, alternates and next pages are told apart; style sheets are no links."""
    head = (
        '<link rel="stylesheet" href="/s.css"><link rel=canonical href="/a"><link rel=amphtml href="/amp">'
        '<link rel=alternate type="application/rss+xml" href="/feed"><link rel=alternate hreflang=de href="/de">'
        '<link rel="shortcut icon" href="/i.ico">'
    )
    page = page_of('<a rel=next href="/2">2</a>', head)
    assert [(link.rel, link.url.rpartition("/")[2]) for link in page.links] == [
        ("canonical", "a"), ("amphtml", "amp"), ("feed", "feed"), ("alternate", "de"), ("icon", "i.ico"), ("next", "2"),
    ]  # fmt: skip


def test_links_come_once_with_their_text():
    """A link that a picture and a text share stands once, with the text; what leads nowhere is left out."""
    nowhere = '<a href="#x">x</a><a href="javascript:x">y</a><a href="mailto:a@b">m</a>'
    body = '<a href="/a"><img src=x></a><a href="/a">Story</a>' + nowhere
    assert page_of(body).links == (Link(url="https://www.example.com/a", text="Story"),)


@pytest.mark.fault(45)
def test_links_are_bounded():
    """At most so many links are kept, and a note says how many there were."""
    page = page_of("".join(f'<a href="/{i}">a</a>' for i in range(MAX_LINKS + 5)))
    assert (len(page.links), page.link_notes) == (MAX_LINKS, ("links: 20,005 found, 20,000 kept",))


def test_links_have_a_length():
    """Links above the budget of a URL are left out, those of the head too, and a note says how many there were."""
    page = page_of(f'<link rel="canonical" href="/{"c" * 9_000}"><a href="/{"a" * 9_000}">a</a><a href="/b">b</a>')
    assert [link.url.rpartition("/")[2] for link in page.links] == ["b"]
    assert page.link_notes == ("links: 2 of more than 8,000 characters left out",)


def test_bytes_are_bounded():
    """What follows the last byte that is read is left out, and told."""
    page = open_page(b"x" * (MAX_BYTES + 1), url=URL, captured_at=CAPTURED)
    assert page.notes == ("page: 5,000,001 bytes, 5,000,000 read",)


def test_nothing_is_a_page_too():
    """Empty content and content of NUL bytes give an empty page."""
    assert [open_page(content, url="", captured_at=CAPTURED).links for content in (b"", b"\0" * 99, b"<")] == [
        (),
        (),
        (),
    ]
