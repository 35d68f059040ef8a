"""What a page shows, before a design gives it a form."""

from __future__ import annotations

from dataclasses import dataclass

from .prose.story import Block
from .prose.tongue import Tongue


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A link on a page."""

    href: str
    """Target as it stands in the page."""

    text: str
    """Its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A part of a page that is not its main matter: related links, jobs, a newsletter form, …"""

    role: str
    """related, popular, latest, jobs, newsletter, directory, infographics, reports, share, tags, comments, advert."""

    title: str
    """Its heading."""

    links: tuple[Anchor, ...] = ()
    """Its links."""

    lines: tuple[str, ...] = ()
    """Its text."""

    markup: str = ""
    """Markup that is put in as it is, such as a form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Everything of a page but its main matter."""

    site: str
    """Name of the publisher."""

    home: str
    """URL of the home page."""

    tongue: Tongue
    """Language of the page."""

    title: str
    """Title of the page without the site's name."""

    canonical: str = ""
    """Canonical URL; empty for none."""

    charset: str
    """Charset that a meta element declares; empty for none."""

    head: str = ""
    """Further elements of the head."""

    nav: tuple[Anchor, ...] = ()
    """Main navigation."""

    login: str = ""
    """Markup of the login form."""

    cookies: str = ""
    """Markup of the cookie banner."""

    boxes: tuple[Box, ...] = ()
    """Boxes beside the main matter."""

    footer: tuple[Anchor, ...] = ()
    """Links of the footer."""

    names: int = 0
    """Which of several vocabularies of class names the site uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleView:
    """An article as a design needs it."""

    url: str
    """Absolute URL."""

    headline: str
    """The headline."""

    standfirst: str
    """The standfirst."""

    section: Anchor
    """Section page."""

    authors: tuple[Anchor, ...]
    """Authors with their pages."""

    role: str
    """What the authors are called, such as Reporter."""

    day: str
    """Day of publication in words."""

    iso: str
    """Instant of publication with offset."""

    modified: str
    """Instant of the last change with offset; empty when there was none."""

    modified_day: str
    """Day of the last change in words; empty when there was none."""

    built: str
    """Instant at which the page was put together; never the date of the article."""

    blocks: tuple[Block, ...]
    """The text."""

    image: str
    """Path of the picture."""

    keywords: tuple[Anchor, ...]
    """Topics with their pages."""

    inline: Anchor | None
    """A link to another article between two paragraphs; None for none."""

    others: tuple[tuple[str, str, str], ...]
    """URL, headline and instant of other articles, for JSON-LD that misleads."""

    after: tuple[Box, ...]
    """Boxes right behind the text: share, related, comments."""

    paywall: str = ""
    """Markup of the offer where the text is cut off; empty for free articles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaser:
    """An article in a list."""

    href: str
    """Target."""

    headline: str
    """Headline."""

    standfirst: str
    """A line about it; empty for none."""

    day: str
    """Day in words; empty for none."""
