"""The values that travel through pressmark: exchange, capture, reading, and what readings are made of.

An `Exchange` is what went over the wire. Kept in a WARC file it is a `Capture`, which is a fact that
nothing edits. What a capture was read as is a `Reading`: an `Article`, a `Listing`, `NotAnArticle` or
`Unreadable`. All of them are frozen; none knows of files, clocks, networks or databases.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

Kind = Literal["response", "revisit", "failure", "conversion"]

READ = frozenset({"response", "conversion"})
"""Kinds of captures that have a reading of their own."""

RENDERED = "rendered"
"""The note of an exchange whose page was given to a browser: what that made of it is the page, kept as a conversion."""


def utc_now() -> datetime:
    """The present instant, with microseconds, in UTC."""
    return datetime.now(UTC)


def instant(when: datetime) -> str:
    """An aware datetime as ISO 8601 UTC with microseconds, the form of WARC-Date and of the catalog.

    >>> instant(datetime(2018, 6, 18, 9, 30, tzinfo=UTC))
    '2018-06-18T09:30:00.000000Z'
    """
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_instant(text: str) -> datetime:
    """The datetime of a WARC-Date (WARC 1.1, 5.4: any precision from the year to nanoseconds).

    The standard knows UTC alone; an offset that some writers give is reckoned with. Raises ValueError for anything
    else.

    >>> parse_instant("2018-06-18T09:30:00Z")
    datetime.datetime(2018, 6, 18, 9, 30, tzinfo=datetime.timezone.utc)
    >>> parse_instant("2018-06-18T11:30:00+02:00") == parse_instant("2018-06-18T09:30:00Z")
    True
    """
    text = text.strip().removesuffix("Z")
    if len(text) == 4:
        text += "-01-01"
    elif len(text) == 7:
        text += "-01"
    when = datetime.fromisoformat(text)
    try:
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError(f"{text} lies outside the years 1 to 9999 in UTC") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and what came back, as bytes of the wire. What failed is an exchange too."""

    url: str
    """Absolute http or https URL that was asked for, without fragment."""

    request: bytes = b""
    """The request as sent: request line, headers, body. Empty when nothing was sent."""

    response: bytes = b""
    """Everything received in answer, interim 1xx replies included, framing and codings untouched."""

    ip: str | None = None
    """The address that answered; None when no connection was made."""

    started_at: datetime
    """When the request was begun (UTC)."""

    finished_at: datetime
    """When the last byte had come, or the exchange was given up (UTC)."""

    outcome: str = "ok"
    """`ok`; cut answers, by WARC-Truncated: `disconnect`, `time`, `length`; without an answer: `dns`,
    `connect`, `timeout`, `tls`, `robots` (robots.txt forbids it), `blocked` (no public address),
    `invalid` (what came is not HTTP), `reserved` (what came is not to be archived, and was left), `render` (a browser
    could not show the page)."""

    error: str = ""
    """For an exchange without an answer: why, in one line (becomes `fetchError`)."""

    via: str | None = None
    """The URL of the page, feed, sitemap or redirect that led here; None for a seed."""

    hops: str = ""
    """The path from the seed, one letter a step, as Heritrix writes it: L link, R redirect, P prerequisite
    (robots.txt, a login), E embedded (what a page needs to be shown), and F feed entry, M sitemap entry. Empty for a
    seed."""

    site: str = ""
    """Name of the site: of its site file, or the registered domain, or IP:port."""

    discovered: str = "seed"
    """How the URL was found: seed, link, feed, sitemap, section, redirect, robots, login, tdm, recheck, requisite,
    rendering."""

    job: str = ""
    """The job that made the exchange."""

    masked: tuple[str, ...] = ()
    """What was masked as a secret before it was kept, such as `request:Cookie`."""

    notes: tuple[str, ...] = ()
    """What else a reader of the record must know, such as `certificate not checked`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One kept exchange: a response or revisit record in a WARC file, or the record of a failure. A fact."""

    record_id: str
    """`urn:uuid:…` of the response or revisit record (of the metadata record for a failure)."""

    url: str
    """WARC-Target-URI."""

    urlkey: str
    """SURT form of the URL that keeps case; see `archive.urlkey`."""

    captured_at: datetime
    """WARC-Date: when the exchange began (UTC)."""

    kind: Kind
    """response, revisit (the payload is that of an earlier response), failure (no answer) or conversion (what a browser
    made of a response; WARC 1.1, 6.7)."""

    status: int | None = None
    """HTTP status, 100 to 999; None for a failure."""

    mime: str = ""
    """Media type of the Content-Type, lower case, without parameters; empty when there is none."""

    payload_digest: str = ""
    """`sha1:` + base32 of the payload as it lies in the record; empty for a failure."""

    content_digest: str = ""
    """`sha1:` + base32 of the payload with transfer and content coding removed; empty when it cannot be."""

    warc: str = ""
    """Name of the WARC file below `archive/`, in its final form (without `.open`)."""

    offset: int = 0
    """First byte of the record in that file."""

    length: int = 0
    """Bytes of the record in that file (of its gzip member where it is compressed)."""

    via: str | None = None
    """As in `Exchange`; None also where a foreign WARC does not say."""

    hops: str = ""
    """As in `Exchange`."""

    site: str = ""
    """As in `Exchange`; for a foreign WARC the registered domain is filled in by the import."""

    discovered: str = ""
    """As in `Exchange`."""

    job: str = ""
    """The job that made it; for an imported WARC `import:<file name>`."""

    outcome: str = "ok"
    """As in `Exchange`."""

    error: str = ""
    """As in `Exchange`."""

    ip: str | None = None
    """As in `Exchange`."""

    refers_to_url: str | None = None
    """For a revisit: WARC-Refers-To-Target-URI."""

    refers_to_date: datetime | None = None
    """For a revisit: WARC-Refers-To-Date."""

    etag: str = ""
    """ETag header, for the next conditional request; empty when there is none."""

    last_modified: str = ""
    """Last-Modified header as it came, for the next conditional request; empty when there is none."""

    notes: str = ""
    """Those of the `Exchange`, with "; " between them; empty when there are none."""

    @property
    def is_requisite(self) -> bool:
        """Whether it was fetched so that a page can be shown, and is no page itself; see `REQUISITE_RELS`."""
        is_ours = self.discovered in {"requisite", "redirect", RENDERING}  # a crawl of others may reach a page by E
        return is_ours and self.hops.rstrip("R").endswith("E")

    @property
    def is_rendered(self) -> bool:
        """Whether a browser was given the page, so that its conversion is read as the page and not this answer."""
        return RENDERED in self.notes.split("; ")


RENDERING = "rendering"
"""How the URLs that a page's scripts ask for were discovered: nothing follows from them, nobody asks for them again."""

REQUISITE_RELS = ("css", "script", "font", "image")
"""`rel` of links to what a page needs to be shown, in the order of its importance; the words of site files."""


class Link(NamedTuple):
    """An outlink of a reading; a tuple, because a page has a hundred of them and each is made and looked up often."""

    url: str
    """Absolute URL, resolved against the page's base, without fragment; tracking parameters are removed but from those
    of `REQUISITE_RELS`, which replay asks for as they stand."""

    text: str = ""
    """The text of the link, white space folded, at most 200 characters."""

    rel: str = "link"
    """link, redirect, canonical, amphtml, alternate, feed, sitemap, next, prev, section, icon, one of `REQUISITE_RELS`,
    …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An announcement of a page in a feed or sitemap. It may be wrong about everything but the link."""

    link: str
    """Absolute URL, resolved against the feed's own, tracking parameters removed."""

    title: str = ""
    """What the feed calls it, markup removed; empty when it does not say."""

    published: str = ""
    """ISO 8601 with the feed's own offset, or a date alone; empty when unknown."""

    updated: str = ""
    """ISO 8601 like `published`; a sitemap's lastmod."""

    language: str = ""
    """Language tag that the feed or a Google-News sitemap gives; empty when unknown."""

    guid: str = ""
    """The feed's own identifier of the entry; empty when it has none."""

    keywords: str = ""
    """What a Google-News sitemap says that the page is about, as it stands there; empty when it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where one value of one field was seen on a page, and whether it was chosen."""

    field: str
    """Name of the field of `Article`, such as `date_published`."""

    source: str
    """json-ld, microdata, meta, opengraph, rule, site-file, heuristic, url, header."""

    selector: str
    """CSS selector, JSON path or meta name at which it was seen."""

    raw: str
    """The value as the page gives it, at most 1,000 characters."""

    chosen: bool
    """True for the one that the field's value comes from; the others disagreed or came later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture that belongs to an article."""

    url: str
    """Absolute URL."""

    caption: str = ""
    """Caption without the credit; empty when there is none."""

    credit: str = ""
    """Photographer or agency; empty when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A news article as one capture shows it (schema.org NewsArticle in snake_case)."""

    headline: str
    """The headline as the page shows it, without the site's name."""

    body: str
    """Plain text: blocks in reading order, one blank line between them; list items begin with "- "."""

    url: str = ""
    """The page's URL in canonical form (tracking parameters and numbers of visits removed)."""

    body_html: str = ""
    """The same blocks as clean markup: p, h2-h6, ul, ol, li, blockquote, table, pre, a, em, strong."""

    standfirst: str = ""
    """The lead set apart from the body; empty when the page has none."""

    section: str = ""
    """The section that the article stands in."""

    authors: tuple[str, ...] = ()
    """Names of people, in the page's order."""

    authors_raw: str = ""
    """The byline as the page gives it."""

    date_published: str = ""
    """ISO 8601: a date alone, or date and time with the page's own offset; empty when unknown."""

    date_published_raw: str = ""
    """The text that `date_published` was read from."""

    date_modified: str = ""
    """As `date_published`; empty when the page gives none."""

    date_modified_raw: str = ""
    """The text that `date_modified` was read from."""

    language: str = ""
    """BCP 47 tag, lower-case language first: `en`, `de`, `pt-br`; empty when unknown."""

    keywords: tuple[str, ...] = ()
    """Tags and topics, in the page's order, without repetition."""

    publisher: str = ""
    """Name of the publisher as the page gives it."""

    canonical_url: str = ""
    """The canonical URL where the page gives a credible one (same site, not the home page)."""

    main_image: str = ""
    """Absolute URL of the lead picture; empty when there is none."""

    images: tuple[Image, ...] = ()
    """Pictures inside the article, with captions and credits."""

    comments: tuple[str, ...] = ()
    """Readers' comments behind the article, a paragraph each; `extract` shows them, the catalog does not keep them."""

    is_accessible_for_free: bool | None = None
    """False behind a paywall; None when the page does not say."""

    links: tuple[Link, ...] = ()
    """Outlinks of the whole page, without repetition."""

    evidence: tuple[Evidence, ...] = ()
    """Where each field was seen."""

    notes: tuple[str, ...] = ()
    """What a budget cut, such as `links: 31,004 found, 20,000 kept`."""

    kind: Literal["article"] = field(default="article", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A page whose worth is where it leads: a feed, a sitemap, a home or section page, robots.txt."""

    form: str
    """rss, atom, jsonfeed, sitemap, sitemapindex, section, robots."""

    title: str = ""
    """Title of the feed or page."""

    entries: tuple[Entry, ...] = ()
    """What it announces, in its order."""

    links: tuple[Link, ...] = ()
    """Other outlinks; for a sitemap index the sitemaps, with `rel` "sitemap"."""

    language: str = ""
    """Language that it declares."""

    dated: str = ""
    """For a section page: the middle of the days that its items show; empty where fewer than five show one."""

    notes: tuple[str, ...] = ()
    """What a budget cut or a parser had to repair."""

    kind: Literal["listing"] = field(default="listing", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAnArticle:
    """A page that was understood and is no article."""

    reason: str
    """One word: redirect, status, pdf, image, script, empty, login, challenge, consent, not_found, search, video,
    text, torn, unrendered (its conversion is the page), other."""

    links: tuple[Link, ...] = ()
    """Outlinks; for a redirect its target, with `rel` "redirect"."""

    notes: tuple[str, ...] = ()
    """What a budget cut."""

    kind: Literal["not_an_article"] = field(default="not_an_article", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A page that could not be understood; its capture is kept all the same."""

    reason: str
    """One line: what stood in the way."""

    links: tuple[Link, ...] = ()
    """Outlinks that could be found all the same."""

    notes: tuple[str, ...] = ()
    """What a budget cut."""

    kind: Literal["unreadable"] = field(default="unreadable", init=False)


Reading = Article | Listing | NotAnArticle | Unreadable

_READINGS: dict[str, type[Any]] = {
    "article": Article,
    "listing": Listing,
    "not_an_article": NotAnArticle,
    "unreadable": Unreadable,
}
_PARTS: dict[str, type[Any]] = {"links": Link, "entries": Entry, "evidence": Evidence, "images": Image}


def reading_to_json(reading: Reading) -> dict[str, Any]:
    """A reading as plain values that `json` can write; `reading_from_json` gives the same reading back.

    What stands at its default is left out.
    """
    return _to_plain(reading) | {"kind": reading.kind}


def reading_from_json(plain: dict[str, Any]) -> Reading:
    """The reading that `reading_to_json` wrote. Raises KeyError or TypeError for anything else."""
    values: dict[str, Any] = {}
    for name, value in plain.items():
        if isinstance(value, list):
            part_type = _PARTS.get(name)
            values[name] = tuple(part_type(**part) for part in value) if part_type else tuple(value)
        elif name != "kind":
            values[name] = value
    reading: Reading = _READINGS[plain["kind"]](**values)
    return reading


def _to_plain(value: Any) -> dict[str, Any]:
    if isinstance(value, Link):
        return {name: said for name, said in value._asdict().items() if said != Link._field_defaults.get(name)}
    plain = {}
    for f in fields(value):
        v = getattr(value, f.name)
        if v != f.default:
            plain[f.name] = [p if isinstance(p, str) else _to_plain(p) for p in v] if isinstance(v, tuple) else v
    return plain
