"""Six page designs: what the same article looks like on sites of different age and care."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .prose.story import Block
from .seed_shape import ld_json
from .view import Anchor, ArticleView, Box, Frame, Teaser

_ROLES = tuple(
    """
    nav login cookies related popular newsletter share tags comments text lead meta caption story side teaser
""".split()  # noqa: SIM905 - a table to read
)
_NAMES: tuple[dict[str, str], ...] = tuple(
    dict(zip(_ROLES, names.split(), strict=True))
    for names in (
        """
        site-nav login-box cookie-banner related-articles most-read newsletter-signup share-bar article-tags
        comments article-body standfirst article-meta caption article sidebar teaser
        """,
        """
        c-navigation c-account c-consent c-more-stories c-trending c-signup c-social c-topics c-discussion
        c-story__content c-story__dek c-story__byline c-media__caption c-story c-rail c-card
        """,
        """
        menu-main user-panel gdpr-notice post-related widget-popular widget-mailing post-share tag-list
        comment-list entry-content entry-summary post-meta wp-caption-text post widget-area loop-item
        """,
    )
)
"""Class names by the role of a part of the page, in three manners."""


class Design:
    """The plain HTML5 page that the others vary."""

    doctype = "<!DOCTYPE html>"
    mime = "text/html"
    void = ">"

    def page(self, frame: Frame, main: str) -> str:
        """A whole page around its main matter."""
        return (
            f"{self.doctype}\n{self.root(frame)}<head>\n{self.head(frame)}</head>\n<body>\n"
            f"{self.top(frame)}\n{self.columns(frame, main)}\n{self.bottom(frame)}\n</body></html>\n"
        )

    def root(self, frame: Frame) -> str:
        return f'<html lang="{frame.tongue.code}">'

    def head(self, frame: Frame) -> str:
        charset = f'<meta charset="{frame.charset}"{self.void}\n' if frame.charset else ""
        canonical = f'<link rel="canonical" href="{escape(frame.canonical)}"{self.void}\n' if frame.canonical else ""
        return (
            f"{charset}<title>{escape(frame.title)} | {escape(frame.site)}</title>\n{canonical}{frame.head}"
            f'<link rel="stylesheet" href="/css/main.css"{self.void}\n<script src="/js/site.js"></script>\n'
        )

    def top(self, frame: Frame) -> str:
        return (
            f'<header{self.name("header", frame)}><a href="/">'
            f'<img src="/img/logo.png" alt="{escape(frame.site)}"{self.void}</a>'
            f"<div{self.name('login', frame)}>{frame.login}</div></header>\n"
            f"<nav{self.name('nav', frame)}>{self.list_of(frame.nav)}</nav>\n"
            f"<div{self.name('cookies', frame)}>{frame.cookies}</div>"
        )

    def columns(self, frame: Frame, main: str) -> str:
        boxes = "\n".join(self.box(box, frame) for box in frame.boxes)
        return f"<main>\n{main}\n</main>\n<aside{self.name('side', frame)}>\n{boxes}\n</aside>"

    def bottom(self, frame: Frame) -> str:
        words = frame.tongue.words
        return f"<footer>{self.list_of(frame.footer)}<p>© {escape(frame.site)}. {words['rights']}</p></footer>"

    def name(self, role: str, frame: Frame) -> str:
        """The class attribute of a part of the page."""
        return f' class="{_NAMES[frame.names % len(_NAMES)].get(role, role)}"'

    def box(self, box: Box, frame: Frame) -> str:
        """A box beside or behind the main matter."""
        return f"<section{self.name(box.role, frame)}><h3>{escape(box.title)}</h3>{self.box_inner(box)}</section>"

    def box_inner(self, box: Box) -> str:
        lines = "".join(f"<p>{escape(line, quote=False)}</p>" for line in box.lines)
        return (self.list_of(box.links) if box.links else "") + lines + box.markup

    def list_of(self, anchors: Sequence[Anchor]) -> str:
        return "<ul>" + "".join(f"<li>{self.anchor(anchor)}</li>" for anchor in anchors) + "</ul>"

    def anchor(self, anchor: Anchor) -> str:
        return f'<a href="{escape(anchor.href)}">{escape(anchor.text, quote=False)}</a>'

    def listing(self, title: str, teasers: Sequence[Teaser], pager: Sequence[Anchor], frame: Frame) -> str:
        """The main matter of a home or section page."""
        items = "\n".join(self.teaser(teaser, frame) for teaser in teasers)
        return f"<h1>{escape(title)}</h1>\n{items}\n{self.list_of(pager) if pager else ''}"

    def teaser(self, teaser: Teaser, frame: Frame) -> str:
        line = f"<p>{escape(teaser.standfirst, quote=False)}</p>" if teaser.standfirst else ""
        day = f"<span>{teaser.day}</span>" if teaser.day else ""
        title = self.anchor(Anchor(href=teaser.href, text=teaser.headline))
        return f"<div{self.name('teaser', frame)}><h2>{title}</h2>{line}{day}</div>"

    def plain(self, title: str, paragraphs: Sequence[str], markup: str, frame: Frame) -> str:  # noqa: ARG002 - one signature for all designs
        """The main matter of a page such as About us."""
        return (
            f"<h1>{escape(title)}</h1>\n"
            + "\n".join(f"<p>{escape(text, quote=False)}</p>" for text in paragraphs)
            + markup
        )

    def article_head(self, view: ArticleView, frame: Frame) -> str:
        """Elements of the head that belong to an article."""
        return (
            self.meta("description", view.standfirst)
            + self.meta("keywords", ", ".join(k.text for k in view.keywords))
            + self.open_graph(view, frame)
        )

    def meta(self, name: str, content: str, key: str = "name") -> str:
        return f'<meta {key}="{name}" content="{escape(content)}"{self.void}\n' if content else ""

    def open_graph(self, view: ArticleView, frame: Frame) -> str:
        pairs = {
            "og:type": "article",
            "og:title": view.headline,
            "og:description": view.standfirst,
            "og:url": view.url,
            "og:site_name": frame.site,
            "og:image": frame.home.rstrip("/") + view.image,
        }
        return "".join(self.meta(name, content, "property") for name, content in pairs.items())

    def article(self, view: ArticleView, frame: Frame) -> str:
        """The main matter of an article page."""
        raise NotImplementedError

    def blocks(self, view: ArticleView, frame: Frame) -> str:
        """The text of an article, with an inline link behind the second paragraph where there is one."""
        out = [self.block(block, view, frame) for block in view.blocks]
        if view.inline and len(out) > 3:
            out.insert(2, self.inline(view.inline, frame))
        return "\n".join(out) + view.paywall

    def block(self, block: Block, view: ArticleView, frame: Frame) -> str:
        text = escape(block.text, quote=False)
        if block.kind == "figure":
            return self.figure(block, view, frame)
        if block.kind == "ul":
            return "<ul>" + "".join(f"<li>{escape(row[0], quote=False)}</li>" for row in block.rows) + "</ul>"
        if block.kind == "table":
            return self.table(block)
        return {"p": "<p>{}</p>", "h": "<h2>{}</h2>", "quote": "<blockquote><p>{}</p></blockquote>"}[block.kind].format(
            text
        )

    def table(self, block: Block) -> str:
        first, *rest = block.rows
        head = "".join(f"<th>{escape(cell, quote=False)}</th>" for cell in first)
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(cell, quote=False)}</td>" for cell in row) + "</tr>" for row in rest
        )
        return f"<table><tr>{head}</tr>{rows}</table>"

    def figure(self, block: Block, view: ArticleView, frame: Frame) -> str:
        credit = (
            f' <span class="credit">{frame.tongue.words["photo"]}: {escape(block.credit)}</span>'
            if block.credit
            else ""
        )
        return (
            f'<figure><img src="{view.image}" alt="{escape(block.text)}"{self.void}'
            f"<figcaption{self.name('caption', frame)}>{escape(block.text, quote=False)}{credit}</figcaption></figure>"
        )

    def inline(self, anchor: Anchor, frame: Frame) -> str:
        return (
            f"<p{self.name('related', frame)}><strong>{frame.tongue.words['also']}:</strong> {self.anchor(anchor)}</p>"
        )


class Modern(Design):
    """HTML5 with JSON-LD, Open Graph and time elements, as news systems write today."""

    def article_head(self, view: ArticleView, frame: Frame) -> str:
        news = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": view.headline,
            "description": view.standfirst,
            "datePublished": view.iso,
            "dateModified": view.modified or view.iso,
            "author": [{"@type": "Person", "name": author.text} for author in view.authors],
            "publisher": {
                "@type": "Organization",
                "name": frame.site,
                "logo": {"@type": "ImageObject", "url": frame.home + "img/logo.png"},
            },
            "articleSection": view.section.text,
            "keywords": [keyword.text for keyword in view.keywords],
            "inLanguage": frame.tongue.code,
            "mainEntityOfPage": view.url,
            "isAccessibleForFree": not view.paywall,
        }
        graph = f'<script type="application/ld+json">{ld_json(news)}</script>\n'
        times = self.meta("article:published_time", view.iso, "property") + self.meta(
            "article:modified_time", view.modified, "property"
        )
        return super().article_head(view, frame) + times + graph

    def article(self, view: ArticleView, frame: Frame) -> str:
        words = frame.tongue.words
        authors = " ".join(self.anchor(author) for author in view.authors)
        by = f"{words['by']} {authors}<span>{view.role}</span>" if authors else ""
        updated = (
            f' <span>{words["updated"]} <time datetime="{view.modified}">{view.modified_day}</time></span>'
            if view.modified
            else ""
        )
        after = "\n".join(self.box(box, frame) for box in view.after)
        return (
            f'<article{self.name("story", frame)}><header><a href="{view.section.href}">{view.section.text}</a>'
            f"<h1>{escape(view.headline, quote=False)}</h1>"
            f"<p{self.name('lead', frame)}>{escape(view.standfirst, quote=False)}</p>"
            f'<div{self.name("meta", frame)}>{by} <time datetime="{view.iso}">{view.day}'
            f"</time>{updated}</div></header>\n"
            f"<div{self.name('text', frame)}>{self.blocks(view, frame)}</div>\n{after}</article>"
        )


class Misleading(Modern):
    """JSON-LD gives dates of the site and of other articles; the article's own stands only in the text."""

    def article_head(self, view: ArticleView, frame: Frame) -> str:
        others = [
            {"@type": "NewsArticle", "url": url, "headline": headline, "datePublished": when}
            for url, headline, when in view.others
        ]
        graph = {
            "@context": "https://schema.org",
            "@graph": [
                {
                    "@type": "WebSite",
                    "name": frame.site,
                    "url": frame.home,
                    "datePublished": "2009-03-02T08:00:00Z",
                    "dateModified": view.built,
                },
                {"@type": "ItemList", "itemListElement": others},
                {
                    "@type": "NewsArticle",
                    "headline": view.headline,
                    "url": view.url,
                    "dateModified": view.built,
                    "articleSection": view.section.text,
                },
            ],
        }
        return (
            Design.article_head(self, view, frame) + f'<script type="application/ld+json">{ld_json(graph)}</script>\n'
        )

    def article(self, view: ArticleView, frame: Frame) -> str:
        words = frame.tongue.words
        authors = ", ".join(author.text for author in view.authors)
        by = f"<span>{words['by']} {escape(authors)}</span> | " if authors else ""
        after = "\n".join(self.box(box, frame) for box in view.after)
        return (
            f"<div{self.name('story', frame)}><h1>{escape(view.headline, quote=False)}</h1>"
            f"<div{self.name('meta', frame)}>{by}<span>{view.day}</span> | {self.anchor(view.section)}</div>\n"
            f"<p{self.name('lead', frame)}>{escape(view.standfirst, quote=False)}</p>\n"
            f"<div{self.name('text', frame)}>{self.blocks(view, frame)}</div>\n{after}</div>"
        )


class Microdata(Design):
    """A content management system that marks its fields with schema.org attributes."""

    def article_head(self, view: ArticleView, frame: Frame) -> str:  # noqa: ARG002
        return self.meta("description", view.standfirst) + self.meta("generator", "Fieldwork CMS 7")

    def article(self, view: ArticleView, frame: Frame) -> str:
        words = frame.tongue.words
        by = "".join(
            '<span itemprop="author" itemscope itemtype="http://schema.org/Person">'
            f'<a href="{author.href}"><span itemprop="name">'
            f"{escape(author.text)}</span></a></span> "
            for author in view.authors
        )
        modified = f'<meta itemprop="dateModified" content="{view.modified}"{self.void}' if view.modified else ""
        tags = ", ".join(
            f'<a rel="tag" href="{tag.href}"><span itemprop="keywords">{escape(tag.text)}</span></a>'
            for tag in view.keywords
        )
        after = "\n".join(self.box(box, frame) for box in view.after if box.role != "tags")
        return (
            '<div class="node node-article" itemscope itemtype="http://schema.org/NewsArticle">\n'
            f'<div class="field-section" itemprop="articleSection">{escape(view.section.text)}</div>'
            f'<h1 itemprop="headline">{escape(view.headline, quote=False)}</h1>\n'
            f'<div class="field-teaser" itemprop="description">{escape(view.standfirst, quote=False)}</div>\n'
            f'<div class="submitted">{words["by"] if by else ""} {by}'
            f'<time itemprop="datePublished" datetime="{view.iso}">{view.day}</time>{modified}</div>\n'
            f'<div class="field-body" itemprop="articleBody">{self.blocks(view, frame)}</div>\n'
            f'<div class="field-tags">{words["tags"]}: {tags}</div>\n{after}</div>'
        )

    def inline(self, anchor: Anchor, frame: Frame) -> str:
        return f'<div class="field-reference"><span>{frame.tongue.words["also"]}</span> {self.anchor(anchor)}</div>'


class Xhtml(Design):
    """XHTML 1.0 Strict with Dublin Core, sent as application/xhtml+xml."""

    doctype = (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">'
    )
    mime = "application/xhtml+xml"
    void = " />"

    def page(self, frame: Frame, main: str) -> str:
        declaration = (
            f'<?xml version="1.0" encoding="{frame.charset}"?>\n' if frame.charset else '<?xml version="1.0"?>\n'
        )
        return declaration + super().page(frame, main)

    def root(self, frame: Frame) -> str:
        return f'<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="{frame.tongue.code}" lang="{frame.tongue.code}">'

    def head(self, frame: Frame) -> str:
        charset = (
            f'<meta http-equiv="Content-Type" content="text/html; charset={frame.charset}" />\n'
            if frame.charset
            else ""
        )
        canonical = f'<link rel="canonical" href="{escape(frame.canonical)}" />\n' if frame.canonical else ""
        return f"{charset}<title>{escape(frame.site)} - {escape(frame.title)}</title>\n{canonical}{frame.head}"

    def top(self, frame: Frame) -> str:
        return (
            f'<div id="wrapper"><div id="masthead"><a href="/">{escape(frame.site)}'
            f'</a></div>\n<div id="signin">{frame.login}</div>\n'
            f'<div id="navigation">{self.list_of(frame.nav)}</div><div id="notice">{frame.cookies}</div>'
        )

    def columns(self, frame: Frame, main: str) -> str:
        boxes = "\n".join(self.box(box, frame) for box in frame.boxes)
        return f'<div id="content">\n{main}\n</div>\n<div id="sidebar">\n{boxes}\n</div>'

    def bottom(self, frame: Frame) -> str:
        rights = f"<p>{escape(frame.site)}. {frame.tongue.words['rights']}</p>"
        return f'<div id="footer">{self.list_of(frame.footer)}{rights}</div></div>'

    def box(self, box: Box, frame: Frame) -> str:  # noqa: ARG002
        return f'<div class="portlet" id="portlet-{box.role}"><h3>{escape(box.title)}</h3>{self.box_inner(box)}</div>'

    def article_head(self, view: ArticleView, frame: Frame) -> str:
        pairs = {
            "DC.title": view.headline,
            "DC.description": view.standfirst,
            "DC.creator": "; ".join(author.text for author in view.authors),
            "DC.date.issued": view.iso[:10],
            "DC.language": frame.tongue.code,
            "DC.publisher": frame.site,
        }
        return "".join(self.meta(name, content) for name, content in pairs.items())

    def article(self, view: ArticleView, frame: Frame) -> str:
        words = frame.tongue.words
        authors = ", ".join(self.anchor(author) for author in view.authors)
        by = f"{words['by']} {authors}, " if authors else ""
        after = "\n".join(self.box(box, frame) for box in view.after)
        return (
            f'<h1 class="documentFirstHeading">{escape(view.headline, quote=False)}</h1>\n'
            f'<p class="documentDescription">{escape(view.standfirst, quote=False)}</p>\n'
            f'<div class="documentByLine">{by}{words["published"]} {view.day} &#8211; {self.anchor(view.section)}'
            "</div>\n"
            f'<div id="parent-fieldname-text">{self.blocks(view, frame)}</div>\n{after}'
        )

    def figure(self, block: Block, view: ArticleView, frame: Frame) -> str:  # noqa: ARG002
        return (
            f'<dl class="image-right captioned"><dt><img src="{view.image}" alt="{escape(block.text)}" /></dt>'
            f'<dd class="image-caption">{escape(block.text, quote=False)}</dd></dl>'
        )


class Soup(Design):
    """Nothing but div elements without class or id; the date in words only."""

    def root(self, frame: Frame) -> str:  # noqa: ARG002
        return "<html>"

    def name(self, role: str, frame: Frame) -> str:  # noqa: ARG002
        return ""

    def top(self, frame: Frame) -> str:
        return (
            f'<div><div>{frame.login}</div><div><a href="/">{escape(frame.site)}'
            f"</a></div><div>{self.list_of(frame.nav)}</div>"
            f"<div>{frame.cookies}</div></div>"
        )

    def columns(self, frame: Frame, main: str) -> str:
        boxes = "\n".join(self.box(box, frame) for box in frame.boxes)
        return f"<div><div>\n{main}\n</div>\n<div>\n{boxes}\n</div></div>"

    def bottom(self, frame: Frame) -> str:
        return f"<div>{self.list_of(frame.footer)}<div>{escape(frame.site)}. {frame.tongue.words['rights']}</div></div>"

    def box(self, box: Box, frame: Frame) -> str:  # noqa: ARG002
        return f"<div><div><b>{escape(box.title)}</b></div>{self.box_inner(box)}</div>"

    def box_inner(self, box: Box) -> str:
        lines = "".join(f"<div>{escape(line, quote=False)}</div>" for line in box.lines)
        return "".join(f"<div>{self.anchor(anchor)}</div>" for anchor in box.links) + lines + box.markup

    def article_head(self, view: ArticleView, frame: Frame) -> str:  # noqa: ARG002
        return ""

    def article(self, view: ArticleView, frame: Frame) -> str:
        words = frame.tongue.words
        authors = ", ".join(author.text for author in view.authors)
        by = f"<div>{words['by']} {escape(authors)}</div>" if authors else ""
        after = "\n".join(self.box(box, frame) for box in view.after)
        return (
            f"<div><h1>{escape(view.headline, quote=False)}</h1>"
            f"<div>{escape(view.standfirst, quote=False)}</div>{by}</div>\n"
            f"<div>{self.blocks(view, frame)}</div>\n<div>{view.day}</div>"
            f"<div>{words['from']}: {self.anchor(view.section)}</div>\n{after}"
        )

    def block(self, block: Block, view: ArticleView, frame: Frame) -> str:
        if block.kind == "p":
            return f"<div>{escape(block.text, quote=False)}</div>"
        return super().block(block, view, frame)

    def figure(self, block: Block, view: ArticleView, frame: Frame) -> str:  # noqa: ARG002
        return f'<div><img src="{view.image}" alt=""><div>{escape(block.text, quote=False)}</div></div>'

    def inline(self, anchor: Anchor, frame: Frame) -> str:
        return f"<div>{frame.tongue.words['also']}: {self.anchor(anchor)}</div>"


class Tables(Design):
    """The page of the early 2000s: nested tables, font elements, br between paragraphs."""

    doctype = '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">'

    def root(self, frame: Frame) -> str:  # noqa: ARG002
        return "<html>"

    def head(self, frame: Frame) -> str:
        charset = (
            f'<meta http-equiv="Content-Type" content="text/html; charset={frame.charset}">\n' if frame.charset else ""
        )
        return f"<title>{escape(frame.site)}: {escape(frame.title)}</title>\n{charset}{frame.head}"

    def top(self, frame: Frame) -> str:
        links = " | ".join(self.anchor(anchor) for anchor in frame.nav)
        return (
            '<table width="100%" border="0" cellspacing="0"><tr><td><a href="/">'
            '<img src="/img/logo.png" alt="" border="0"></a></td>'
            f'<td align="right"><font size="1">{frame.login}</font></td></tr><tr>'
            f'<td colspan="2" bgcolor="#003366"><font color="#ffffff" size="2">{links}</font>'
            f'</td></tr><tr><td colspan="2">{frame.cookies}</td></tr></table>'
        )

    def columns(self, frame: Frame, main: str) -> str:
        boxes = "\n".join(self.box(box, frame) for box in frame.boxes)
        return (
            f'<table width="100%" border="0" cellpadding="6"><tr><td valign="top" width="70%">\n{main}\n</td>\n'
            f'<td valign="top" bgcolor="#eeeeee">{boxes}</td></tr></table>'
        )

    def bottom(self, frame: Frame) -> str:
        links = " | ".join(self.anchor(anchor) for anchor in frame.footer)
        rights = f"{escape(frame.site)}. {frame.tongue.words['rights']}"
        return f'<hr><center><font size="1">{links}<br>{rights}</font></center>'

    def box(self, box: Box, frame: Frame) -> str:  # noqa: ARG002
        return (
            f'<table width="100%" cellpadding="3"><tr><td bgcolor="#cccccc"><b>{escape(box.title)}</b></td></tr>'
            f'<tr><td><font size="1">{self.box_inner(box)}</font></td></tr></table>'
        )

    def box_inner(self, box: Box) -> str:
        lines = "<br>".join(escape(line, quote=False) for line in box.lines)
        return "<br>".join(self.anchor(anchor) for anchor in box.links) + lines + box.markup

    def listing(self, title: str, teasers: Sequence[Teaser], pager: Sequence[Anchor], frame: Frame) -> str:
        rows = "\n".join(f"<tr><td>{self.teaser(teaser, frame)}</td></tr>" for teaser in teasers)
        links = " | ".join(self.anchor(anchor) for anchor in pager)
        return f'<font size="5"><b>{escape(title)}</b></font><table width="100%">{rows}</table>{links}'

    def teaser(self, teaser: Teaser, frame: Frame) -> str:  # noqa: ARG002
        return (
            f'<a href="{escape(teaser.href)}"><font size="3">'
            f"<b>{escape(teaser.headline, quote=False)}</b></font></a><br>"
            f'<font size="2">{escape(teaser.standfirst, quote=False)}</font> <font size="1">{teaser.day}</font>'
        )

    def article_head(self, view: ArticleView, frame: Frame) -> str:  # noqa: ARG002
        return self.meta("description", view.standfirst)

    def article(self, view: ArticleView, frame: Frame) -> str:
        words = frame.tongue.words
        authors = ", ".join(author.text for author in view.authors)
        by = f"{words['by']} {escape(authors)}, " if authors else ""
        after = "\n".join(self.box(box, frame) for box in view.after)
        return (
            f'<font size="1">{self.anchor(view.section)}</font><br>\n'
            f'<h1><font face="Georgia">{escape(view.headline, quote=False)}</font></h1>\n'
            f'<p><font size="3"><i>{escape(view.standfirst, quote=False)}</i></font></p>\n'
            f'<font size="1">{by}{view.day}</font><br><br>\n'
            f'<font face="Verdana" size="2">{self.blocks(view, frame)}</font>\n{after}'
        )

    def block(self, block: Block, view: ArticleView, frame: Frame) -> str:
        text = escape(block.text, quote=False)
        if block.kind == "p":
            return f"{text}<br><br>"
        if block.kind == "h":
            return f"<b>{text}</b><br><br>"
        return super().block(block, view, frame)

    def figure(self, block: Block, view: ArticleView, frame: Frame) -> str:  # noqa: ARG002
        return (
            '<table align="right" width="220" cellpadding="4"><tr><td>'
            f'<img src="{view.image}" alt="" width="210"></td></tr>'
            f'<tr><td><font size="1">{escape(block.text, quote=False)}</font></td></tr></table>'
        )

    def inline(self, anchor: Anchor, frame: Frame) -> str:
        return f'<font size="1">{frame.tongue.words["also"]}: {self.anchor(anchor)}</font><br><br>'


DESIGNS: dict[str, Design] = {
    "modern": Modern(),
    "misleading": Misleading(),
    "microdata": Microdata(),
    "xhtml": Xhtml(),
    "soup": Soup(),
    "tables": Tables(),
}
"""By name."""
