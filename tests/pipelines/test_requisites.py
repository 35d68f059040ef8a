"""What pages and style sheets name so that they can be shown."""

from __future__ import annotations

import time

import pytest

from archive.model import REQUISITE_RELS
from pipelines.requisites import MAX_NEEDED, needed_by_css, needed_by_page

BASE = "http://x.example/a/b"


def of_page(html: str) -> set[tuple[str, str]]:
    return {
        (link.rel, link.url.removeprefix("http://x.example")) for link in needed_by_page(html, BASE, REQUISITE_RELS)
    }


def of_css(text: str) -> list[tuple[str, str]]:
    return [(link.rel, link.url.removeprefix("http://x.example")) for link in needed_by_css(text, BASE, REQUISITE_RELS)]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<img src=p.png>", {("image", "/a/p.png")}),
        ("<img src='p.png?utm_source=x#top'>", {("image", "/a/p.png?utm_source=x")}),
        (
            "<img srcset='p.png 1x, /q,1.png 2x,r.png'>",
            {("image", f"/{at}") for at in ("a/p.png", "q,1.png", "a/r.png")},
        ),
        ("<picture><source srcset='w.webp 480w'></picture>", {("image", "/a/w.webp")}),
        ("<link rel='stylesheet preload' as=style href=/s.css>", {("css", "/s.css")}),
        ("<link rel='Shortcut ICON' href=/i.ico>", {("image", "/i.ico")}),
        ("<link rel=preload as=font href=/f.woff2>", {("font", "/f.woff2")}),
        ("<link rel=canonical href=/c><link rel=preload as=fetch href=/api>", set()),
        ("<script src=/s.js></script><script>var a = 'url(/no.png)'</script>", {("script", "/s.js")}),
        ("<style>p { background: url(/b.png) }</style>", {("image", "/b.png")}),
        ("<p style=\"background: url('/b.png')\">", {("image", "/b.png")}),
        ("<video poster=/v.jpg></video>", {("image", "/v.jpg")}),
        ("<td background=/t.gif>", set()),  # no cell outside of a table
        ("<table background=/t.gif></table>", {("image", "/t.gif")}),
        ("<svg><image xlink:href=/i.png /></svg>", {("image", "/i.png")}),
        ("<img width=1 height=1 src=/seen><img width=1 height=300 src=/line.png>", {("image", "/line.png")}),
        ("<img src=data:image/png;base64,AA><img src='about:blank'><img src=''>", set()),
        ("<iframe src=/f></iframe><a href=/p.png>p</a><embed src=/e><audio src=/s></audio>", set()),
    ],
)
def test_markup(html: str, found: set[tuple[str, str]]) -> None:
    """Each element that a browser would fetch something for names it; frames, media and links to files do not count."""
    assert of_page(html) == found


def test_what_is_not_wanted() -> None:
    """Only what the site's file wants is named."""
    html = "<img src=/p.png><link rel=stylesheet href=/s.css>"

    assert [link.url for link in needed_by_page(html, BASE, ["css"])] == ["http://x.example/s.css"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a { background: URL( p.png ) }", [("image", "/a/p.png")]),
        ("@import 'm.css'; @import url(n.css) screen;", [("css", "/a/m.css"), ("css", "/a/n.css")]),
        ('@font-face { src: url("f.woff2?v=1") format("woff2"), url(f.eot#iefix) }',
         [("font", "/a/f.woff2?v=1"), ("font", "/a/f.eot")]),
        ("/* url(no.png) */ a { cursor: url(c.cur), auto } /* @import 'x.css'", [("image", "/a/c.cur")]),
        ("a { background: url(data:image/svg+xml;utf8,x) } b { background: url() }", []),
    ],
)  # fmt: skip
def test_style_sheets(text: str, found: list[tuple[str, str]]) -> None:
    """url() and @import in every spelling, comments left out; fonts are told by their endings."""
    assert of_css(text) == found


def test_a_page_of_a_thousand_pictures() -> None:
    """A bound holds for each page, and what a page is laid out by comes before its pictures."""
    html = "".join(f"<img src=/{n}.png>" for n in range(1_000)) + "<link rel=stylesheet href=/s.css>"
    needed = needed_by_page(html, BASE, REQUISITE_RELS)

    assert len(needed) == MAX_NEEDED
    assert needed[0].rel == "css"


@pytest.mark.parametrize(
    "text",
    [
        "url(" + " " * 1_000_000,
        "url('" * 300_000,
        'url("' * 300_000,
        "@import " * 200_000,
        "/*" * 500_000,
        "url(a)" * 200_000,
    ],
    ids=["spaces", "quotes", "double quotes", "imports", "comments", "urls"],
)
def test_hostile_style_sheets(text: str) -> None:
    """No style sheet takes long, whatever is in it."""
    began = time.process_time()
    needed_by_css(text, BASE, REQUISITE_RELS)
    needed_by_page(
        f'<p style="{text.replace(chr(34), "")}"><img srcset="{text.replace(chr(34), "")}">', BASE, ["image"]
    )

    assert time.process_time() - began < 3
