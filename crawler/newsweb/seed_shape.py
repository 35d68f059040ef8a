"""An article in the manner of a pharma news portal of the 2010s, and ways to mark up any text of that shape.

Such a page begins with a login form, has a headline, a standfirst, a picture caption in the middle of the text and
near-repeated sentences, and gives its date and section only behind the text, before featured jobs, a newsletter
box, a company hub and teasers of reports. The text here is ours; `seed_markups` takes any.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from importlib.resources import files

from .prose.story import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The lines of such a page that do not belong to the article."""

    before: tuple[str, ...]
    """Lines before the headline: the login form."""

    after: tuple[tuple[str, tuple[str, ...]], ...]
    """Boxes behind the date and section: the title of each, and its lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedShaped:
    """A text of that shape, with everything that belongs to its record."""

    headline: str
    """The headline."""

    standfirst: str
    """The standfirst."""

    blocks: tuple[Block, ...]
    """Paragraphs, with the picture among them."""

    day: date
    """The day of publication."""

    date_text: str
    """The day as the page writes it."""

    section: str
    """The section as the page writes it."""

    surroundings: Surroundings
    """What stands around it."""

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The text without the caption."""
        return tuple(block.text for block in self.blocks if block.kind == "p")

    @property
    def caption(self) -> str:
        """The caption of the picture."""
        return next(block.text for block in self.blocks if block.kind == "figure")

    @property
    def caption_after(self) -> int:
        """How many paragraphs stand before the picture."""
        return next(n for n, block in enumerate(self.blocks) if block.kind == "figure")


def seed_markups(  # noqa: PLR0917  the parts of a page in their order on it
    headline: str,
    standfirst: str,
    blocks: Sequence[str],
    caption: str,
    date_text: str,
    section: str,
    surroundings: Surroundings,
    *,
    caption_after: int = 3,
    site: str = "Medicines Today",
    nav: Sequence[tuple[str, str]] = (("/", "Home"),),
) -> dict[str, str]:
    """Pages that show one text in several mark-ups, by the name of the mark-up.

    - `soup`: nested div elements without class or id, paragraphs too
    - `wrapped`: div elements with ids and XHTML 1.0, as the portal itself was built
    - `tables`: nested tables, br between paragraphs
    - `modern`: HTML5 and JSON-LD whose dates belong to the site and to other articles
    - `microdata`: schema.org attributes for headline, body and section, but none for the date
    """
    text = _Text(
        headline, standfirst, tuple(blocks), caption, caption_after, date_text, section, surroundings, site, tuple(nav)
    )
    return {name: make(text) for name, make in _MARKUPS.items()}


@dataclass(frozen=True, slots=True)
class _Text:
    headline: str
    standfirst: str
    paragraphs: tuple[str, ...]
    caption: str
    caption_after: int
    date_text: str
    section: str
    surroundings: Surroundings
    site: str
    nav: tuple[tuple[str, str], ...]

    def body(self, paragraph: Callable[[str], str], figure: str) -> str:
        """Every paragraph marked up, with the picture in its place."""
        marked = [paragraph(escape(text, quote=False)) for text in self.paragraphs]
        marked.insert(self.caption_after, figure)
        return "\n".join(marked)

    @property
    def links(self) -> str:
        return "".join(f'<li><a href="{escape(href)}">{escape(name)}</a></li>' for href, name in self.nav)

    @property
    def login(self) -> str:
        first, *rest = self.surroundings.before or ("",)
        fields = "".join(f'<div>{escape(line)} <input name="f{n}" type="text"></div>' for n, line in enumerate(rest))
        return f'<form action="/login" method="post"><h3>{escape(first)}</h3>{fields}</form>'

    def boxes(self, title: str, box: str) -> str:
        """Every box behind the text: *title* and *box* are formats."""
        out = []
        for name, lines in self.surroundings.after:
            inner = "".join(f"<div>{escape(line)}</div>" for line in lines)
            out.append(box.format(title.format(escape(name)) + inner))
        return "\n".join(out)

    @property
    def title(self) -> str:
        return f"{escape(self.headline)} - {escape(self.site)}"

    @property
    def picture(self) -> str:
        return f'<img src="/img/portrait.png" alt="{escape(self.caption)}" width="200" height="250">'


def _soup(text: _Text) -> str:
    figure = f"<div>{text.picture}<div>{escape(text.caption)}</div></div>"
    return (
        f"<!DOCTYPE html><html><head><title>{text.title}</title></head><body>\n"
        f"<div><div>{text.login}</div><div><ul>{text.links}</ul></div></div>\n"
        f"<div><div><div><h1>{escape(text.headline)}</h1>\n<div>{escape(text.standfirst)}</div></div>\n"
        f"<div>{text.body('<div>{}</div>'.format, figure)}</div>\n"
        f'<div>{escape(text.date_text)}</div><div>From: <a href="/">{escape(text.section)}</a></div></div>\n'
        f"<div>{text.boxes('<div><b>{}</b></div>', '<div>{}</div>')}</div></div></body></html>"
    )


def _wrapped(text: _Text) -> str:
    figure = f'<div class="pic right">{text.picture}<p class="caption">{escape(text.caption)}</p></div>'
    boxes = text.boxes("<h3>{}</h3>", '<div class="panel">{}</div>')
    return (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
        '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
        f'<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><title>{text.title}</title>\n'
        f'<meta name="description" content="{escape(text.standfirst)}" /></head><body>\n'
        f'<div id="page"><div id="head"><div id="signin">{text.login}</div><ul id="menu">{text.links}</ul></div>\n'
        f'<div id="columns"><div id="left"><div class="story"><h1>{escape(text.headline)}</h1>\n'
        f'<h2 class="intro">{escape(text.standfirst)}</h2>\n{text.body("<p>{}</p>".format, figure)}\n'
        f'<p class="when">{escape(text.date_text)}</p><p class="where">From: '
        f'<a href="/">{escape(text.section)}</a></p></div>\n'
        f'</div><div id="right">{boxes}</div></div></div></body></html>'
    )


def _tables(text: _Text) -> str:
    figure = (
        f'<table align="right" width="210" cellpadding="4"><tr><td>{text.picture}</td></tr>'
        f'<tr><td><font size="1">{escape(text.caption)}</font></td></tr></table>'
    )
    cell = '<tr><td bgcolor="#eeeeee"><font face="Arial" size="1">{}</font></td></tr>'
    return (
        f'<html><head><title>{text.title}</title></head><body bgcolor="#ffffff">\n'
        f'<table width="980" border="0"><tr><td colspan="3">{text.login}</td></tr><tr>\n'
        f'<td width="150" valign="top"><ul>{text.links}</ul></td>\n'
        '<td valign="top"><table border="0" cellpadding="6"><tr><td><font face="Georgia" size="5">'
        f"<b>{escape(text.headline)}</b></font></td></tr>\n"
        f'<tr><td><font size="3"><i>{escape(text.standfirst)}</i></font></td></tr>\n'
        f'<tr><td><font face="Verdana" size="2">{text.body("{}<br><br>".format, figure)}</font></td></tr>\n'
        f'<tr><td><font size="1">{escape(text.date_text)}</font></td></tr>\n'
        f'<tr><td><font size="1">From: <a href="/">{escape(text.section)}</a></font></td></tr></table></td>\n'
        f'<td width="200" valign="top"><table>{text.boxes("<b>{}</b>", cell)}</table></td></tr></table></body></html>'
    )


def _modern(text: _Text) -> str:
    figure = f'<figure class="c-figure">{text.picture}<figcaption>{escape(text.caption)}</figcaption></figure>'
    others = [line for _, lines in text.surroundings.after for line in lines][:3]
    graph = [
        {"@type": "WebSite", "name": text.site, "url": "/", "datePublished": "2009-03-02T08:00:00Z"},
        {
            "@type": "ItemList",
            "itemListElement": [
                {
                    "@type": "NewsArticle",
                    "headline": line,
                    "url": f"/reports/{n}",
                    "datePublished": f"2019-07-{n + 10}T06:00:00Z",
                }
                for n, line in enumerate(others)
            ],
        },
        {"@type": "Organization", "name": text.site, "foundingDate": "2001-01-01"},
    ]
    boxes = text.boxes("<h3>{}</h3>", '<section class="c-box">{}</section>')
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{text.title}</title>\n'
        f'<meta property="og:title" content="{escape(text.headline)}"><meta property="og:type" content="article">\n'
        f'<meta property="og:description" content="{escape(text.standfirst)}">\n'
        f'<script type="application/ld+json">{ld_json({"@context": "https://schema.org", "@graph": graph})}'
        "</script></head>\n"
        f'<body><header class="c-header"><div class="c-login">{text.login}</div>'
        f'<nav class="c-nav"><ul>{text.links}</ul></nav></header>\n'
        f'<main class="l-main"><article class="c-article"><header><h1>{escape(text.headline)}</h1>'
        f'<p class="c-article__lead">{escape(text.standfirst)}</p></header>\n'
        f'<div class="c-article__content">{text.body("<p>{}</p>".format, figure)}</div>\n'
        f'<footer class="c-article__meta"><span class="c-article__day">{escape(text.date_text)}</span>'
        f'<span>From: <a href="/">{escape(text.section)}</a></span></footer></article></main>\n'
        f'<aside class="l-side">{boxes}</aside></body></html>'
    )


def _microdata(text: _Text) -> str:
    figure = f'<div class="media">{text.picture}<span class="legend">{escape(text.caption)}</span></div>'
    boxes = text.boxes("<h4>{}</h4>", '<div class="block">{}</div>')
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{text.title}</title></head><body>\n'
        f'<div class="top">{text.login}<ul>{text.links}</ul></div>\n'
        '<div class="node" itemscope itemtype="http://schema.org/NewsArticle">'
        f'<h1 itemprop="headline">{escape(text.headline)}</h1>\n'
        f'<div class="field-lead" itemprop="description">{escape(text.standfirst)}</div>\n'
        f'<div class="field-body" itemprop="articleBody">{text.body("<p>{}</p>".format, figure)}</div>\n'
        f'<div class="submitted">{escape(text.date_text)}</div>\n'
        f'<div class="terms">From: <a href="/" itemprop="articleSection">{escape(text.section)}</a></div></div>\n'
        f'<div class="sidebar">{boxes}</div></body></html>'
    )


_MARKUPS: dict[str, Callable[[_Text], str]] = {
    "soup": _soup,
    "wrapped": _wrapped,
    "tables": _tables,
    "modern": _modern,
    "microdata": _microdata,
}


def ld_json(value: object) -> str:
    """JSON for a script element: no `</` that would end it."""
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")


def _load() -> SeedShaped:
    """The text that comes with the package; line ends within a paragraph are for the eye only."""
    given = tomllib.loads(files(__package__).joinpath("prose/seed_shaped.toml").read_text("utf-8"))
    paragraphs = [Block(kind="p", text=text.replace("\n", " ")) for text in given["paragraphs"]]
    paragraphs.insert(given["caption_after"], Block(kind="figure", text=given["caption"]))
    around = given["surroundings"]
    return SeedShaped(
        blocks=tuple(paragraphs),
        surroundings=Surroundings(
            before=tuple(around["before"]),
            after=tuple((box["title"], tuple(box["lines"])) for box in around["after"]),
        ),
        **{name: given[name] for name in ("headline", "standfirst", "day", "date_text", "section")},
    )


SEED_SHAPED = _load()
"""Our own article of that shape."""
