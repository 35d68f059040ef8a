"""The plan of a simulated site: its name, its habits, and the articles it has, known before any page is made."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from random import Random

from .prose.grammar import dice
from .prose.names import paper_name
from .prose.story import (
    Block,
    Brief,
    credited,
    edited,
    introduced,
    make_brief,
    person_name,
    shortened,
    write_story,
)
from .prose.tongue import Tongue, tongue
from .seed_shape import SEED_SHAPED

DESIGNS = ("modern", "soup", "microdata", "tables", "misleading", "xhtml")
AGENCY = "Releasewire"
"""The press agency that sends the copied stories."""

Declared = str


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlan:
    """One newspaper: what never changes about it."""

    seed: int
    """Seed number of the web."""

    index: int
    """Its place among the sites."""

    name: str
    """Name of the publisher."""

    domain: str
    """Registered domain."""

    host: str
    """Host that serves it: the domain, or www. before it."""

    tongue: Tongue
    """Main language."""

    designs: tuple[str, ...]
    """Page designs, used in turn."""

    charset: str
    """Charset of its pages, as it is declared."""

    declared: str
    """Where the charset is declared: header, meta or both."""

    gzip: bool
    """True: pages are sent with Content-Encoding: gzip to those who accept it."""

    chunked: bool
    """True: pages are sent chunked, else with Content-Length."""

    url_style: str
    """Form of article URLs: dated, id, html, query or flat."""

    section_style: str
    """Form of section URLs, with {key}."""

    rss: str
    """Path of the RSS feed."""

    atom: str
    """Path of the Atom feed."""

    sitemap: str
    """Path of the sitemap index."""

    validators: str
    """Which validators answers carry: both, etag, modified or none."""

    offset: int
    """Hours east of Greenwich."""

    crawl_delay: float
    """Crawl-delay in robots.txt; 0 for none."""

    restless: bool
    """True: boxes around the articles change whenever the web advances."""

    first_number: int
    """Identifier of its first article."""

    @property
    def origin(self) -> str:
        """`http://` and the host."""
        return f"http://{self.host}"

    @property
    def zone(self) -> timezone:
        """Its time zone."""
        return timezone(timedelta(hours=self.offset))

    def section_path(self, key: str) -> str:
        """Path of a section page."""
        return self.section_style.format(key=key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One article of a site as lists of articles need it; its text is written when somebody asks."""

    number: int
    """Its place on the site, oldest first."""

    identifier: int
    """The number in its URL."""

    path: str
    """Path and query of its URL."""

    published: datetime
    """When it appeared, in the site's zone."""

    headline: str
    """The headline."""

    standfirst: str
    """The standfirst."""

    section: str
    """Key of its section."""

    keywords: tuple[str, ...]
    """Topics."""

    authors: tuple[str, ...]
    """Who wrote it; empty for an agency's text."""

    tongue: Tongue
    """Its language."""

    design: str
    """Page design, or `seed` for the article with the structure of the seed text."""

    family: str = ""
    """Name of the family of copies it belongs to; empty for a text of its own."""

    role: str = ""
    """Within a family: original, verbatim, edited, shortened or introduced."""

    series: str = ""
    """Name of the series of templated reports; empty for others."""

    teaser: bool = False
    """True: only the first paragraphs are sent."""

    edits: int = 0
    """How often the text was changed after publication."""

    modified: datetime | None = None
    """When it was last changed; None when it never was."""


_PROFILES = (
    # language, charset, where it is declared, gzip, chunked
    ("en", "utf-8", "both", True, False),
    ("en", "iso-8859-1", "meta", False, True),
    ("de", "windows-1252", "header", True, True),
    ("fr", "utf-8", "both", False, False),
    ("en", "utf-8", "meta", True, True),
    ("en", "windows-1252", "both", False, False),
    ("ja", "shift_jis", "meta", True, False),
    ("de", "utf-8", "header", False, True),
)
_URL_STYLES = ("dated", "id", "html", "flat")
_SECTION_STYLES = ("/category/{key}/", "/{key}/", "/news/{key}", "/topics/{key}.html")
_FEEDS = (
    ("/feed/", "/feed/atom/"),
    ("/rss.xml", "/atom.xml"),
    ("/rss/all.xml", "/rss/all.atom"),
    ("/index.rdf", "/feeds/latest.atom"),
)
_SITEMAPS = ("/sitemap_index.xml", "/sitemap.xml", "/sitemaps/index.xml")
_VALIDATORS = ("both", "etag", "modified", "both", "none")
_OFFSETS = {"en": (0, -5, 0, 1, -8), "de": (1,), "fr": (1,), "ja": (9,)}


def plan_sites(seed: int, count: int, *, crawl_delay: float) -> tuple[SitePlan, ...]:
    """The sites of a web, all with different names and hosts."""
    rng = dice("sites", seed)
    designs = rng.sample(DESIGNS, len(DESIGNS))
    taken: set[str] = set()
    return tuple(_plan_site(seed, index, rng, designs, taken=taken, delay=crawl_delay) for index in range(count))


def _plan_site(seed: int, index: int, rng: Random, designs: list[str], *, taken: set[str], delay: float) -> SitePlan:
    code, charset, declared, gzip, chunked = _PROFILES[index % len(_PROFILES)]
    name, label = _free_name(rng, code, taken)
    feeds = rng.choice(_FEEDS)
    domain = f"{label}.example"
    return SitePlan(
        seed=seed,
        index=index,
        name=name,
        domain=domain,
        host=f"www.{domain}" if rng.random() < 0.5 else domain,
        tongue=tongue(code),
        designs=(designs[index * 2 % len(designs)], designs[(index * 2 + 1) % len(designs)]),
        charset=charset,
        declared=declared,
        gzip=gzip,
        chunked=chunked,
        url_style=rng.choice(_URL_STYLES),
        section_style=rng.choice(_SECTION_STYLES),
        rss=feeds[0],
        atom=feeds[1],
        sitemap=rng.choice(_SITEMAPS),
        validators=_VALIDATORS[index % len(_VALIDATORS)],
        offset=rng.choice(_OFFSETS[code]),
        crawl_delay=delay if index % 3 == 1 else 0,
        restless=index % 2 == 1,
        first_number=rng.randint(20_000, 1_400_000),
    )


def _free_name(rng: Random, code: str, taken: set[str]) -> tuple[str, str]:
    """A name that no other site has, and its host label."""
    for attempt in range(10_000):
        name = paper_name(rng, code) + (f" {attempt // 20}" if attempt >= 20 else "")
        label = re.sub(r"[^a-z0-9]", "", _ascii(name).lower())
        if label not in taken:
            taken.add(label)
            return name, label
    raise ValueError("more sites than names")


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """The part that one article has in a family of copies."""

    family: int
    """Number of the family."""

    role: str
    """original, verbatim, edited, shortened or introduced."""


def plan_families(
    seed: int, sites: Sequence[SitePlan], counts: Sequence[int], families: int
) -> dict[tuple[int, int], Membership]:
    """Which articles (site, number) are copies of one another: *families* stories of two to four members each."""
    rng = dice("families", seed)
    english = [site.index for site in sites if site.tongue.code == "en" and counts[site.index] > 3]
    members: dict[tuple[int, int], Membership] = {}
    if len(english) < 2:
        return members
    for family in range(families):
        size = min(len(english), rng.choice((2, 2, 2, 3, 3, 4)))
        for place, site in enumerate(rng.sample(english, size)):
            number = rng.randrange(counts[site])
            role = "original" if place == 0 else rng.choice(("verbatim", "edited", "edited", "shortened", "introduced"))
            members.setdefault((site, number), Membership(family=family, role=role))
    return members


def initial_times(site: SitePlan, count: int, now: datetime) -> list[datetime]:
    """When the first *count* articles appeared, oldest first, all before *now*."""
    rng = dice("times", site.seed, site.index)
    moments = []
    when = now
    for _ in range(count):
        when -= timedelta(minutes=rng.randint(90, 2200))
        moments.append(when.astimezone(site.zone).replace(second=0, microsecond=0))
    return moments[::-1]


def plan_slot(site: SitePlan, number: int, published: datetime, member: Membership | None) -> Slot:
    """The article *number* of the site."""
    if number == 0 and _holds_seed_shape(site):
        return _seed_slot(site, published)
    rng = dice("slot", site.seed, site.index, number)
    speech = tongue("ja") if _is_guest_page(site, number) else site.tongue
    series = f"series-{site.seed}-{number % 3}" if member is None and speech.code == "en" and number % 11 == 7 else ""
    brief = brief_of(site, number, published.year, speech=speech, member=member, series=series)
    design = site.designs[number % len(site.designs)]
    identifier = site.first_number + number * 7 + rng.randrange(7)
    return Slot(
        number=number,
        identifier=identifier,
        path=_article_path(site, brief, identifier, published, legacy=design == "tables"),
        published=published,
        headline=brief.headline,
        standfirst=brief.standfirst,
        section=brief.beat.section,
        keywords=brief.keywords,
        authors=tuple(authors_of(site, speech, rng)) if member is None else (),
        tongue=speech,
        design=design,
        family=f"family-{member.family}" if member else "",
        role=member.role if member else "",
        series=series,
        teaser=member is None and not series and number % 13 == 5,
    )


def _holds_seed_shape(site: SitePlan) -> bool:
    return site.tongue.code == "en" and site.index == 1


def _is_guest_page(site: SitePlan, number: int) -> bool:
    """One Japanese page stands on the second site, as on real ones."""
    return site.index == 1 and number == 2


def brief_of(
    site: SitePlan, number: int, year: int, *, speech: Tongue, member: Membership | None, series: str
) -> Brief:
    """What the article is about; copies of one family share it."""
    if member:
        return make_brief(speech, site.seed, "family", member.family, year=2026)
    return make_brief(speech, site.seed, site.index, number, year=year, pattern=(series,) if series else ())


def blocks_of(site: SitePlan, slot: Slot, member: Membership | None) -> tuple[Block, ...]:
    """The text of an article as its site prints it now."""
    if slot.design == "seed":
        return SEED_SHAPED.blocks
    brief = brief_of(site, slot.number, slot.published.year, speech=slot.tongue, member=member, series=slot.series)
    blocks = write_story(brief, pattern=(slot.series,) if slot.series else ())
    if member:
        blocks = _as_copied(blocks, brief, site, slot, member)
    for edit in range(slot.edits):
        blocks = edited(blocks, brief, 0.2, site.seed, site.index, slot.number, edit)
    return blocks[:2] if slot.teaser else blocks


def _as_copied(
    blocks: tuple[Block, ...], brief: Brief, site: SitePlan, slot: Slot, member: Membership
) -> tuple[Block, ...]:
    key = (site.seed, member.family, site.index)
    if member.role == "edited":
        blocks = edited(blocks, brief, dice("share", *key).uniform(0.02, 0.4), *key)
    elif member.role == "shortened":
        blocks = shortened(blocks)
    elif member.role == "introduced":
        blocks = introduced(blocks, brief, *key)
    return blocks if slot.number % 2 else credited(blocks, slot.tongue, AGENCY)


def authors_of(site: SitePlan, speech: Tongue, rng: Random) -> Iterator[str]:
    """One or two names of the site's staff of six; nobody signs one article in eight."""
    if rng.random() < 0.125:
        return
    staff = [person_name(speech, dice("staff", site.seed, site.index, desk)) for desk in range(6)]
    yield from dict.fromkeys(rng.sample(staff, rng.choice((1, 1, 1, 2))))


def _seed_slot(site: SitePlan, published: datetime) -> Slot:
    when = datetime.combine(SEED_SHAPED.day, published.timetz())
    identifier = site.first_number
    return Slot(
        number=0,
        identifier=identifier,
        path=f"/health_news/{_slug(SEED_SHAPED.headline, '_')}_{identifier}",
        published=when,
        headline=SEED_SHAPED.headline,
        standfirst=SEED_SHAPED.standfirst,
        section="health",
        keywords=(),
        authors=(),
        tongue=tongue("en"),
        design="seed",
    )


def _article_path(site: SitePlan, brief: Brief, identifier: int, published: datetime, *, legacy: bool) -> str:
    if legacy:
        return f"/article.asp?id={identifier}"
    slug = _slug(brief.headline, "-") or "article"
    if site.url_style == "dated":
        return f"/{published:%Y/%m/%d}/{slug}-{identifier % 1000}/"
    if site.url_style == "id":
        return f"/{brief.beat.section}_news/{slug.replace('-', '_')}_{identifier}"
    if site.url_style == "html":
        return f"/{brief.beat.section}/{slug}-{identifier}.html"
    return f"/{slug}-{identifier:x}/"


def _slug(text: str, joint: str) -> str:
    return joint.join(re.findall(r"[a-z0-9]+", _ascii(text).lower())[:11])


def _ascii(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o"))
    return decomposed.encode("ascii", "ignore").decode()


def day_text(speech: Tongue, day: date) -> str:
    """The day as the press of that language writes it."""
    return speech.date_in_words(day.year, day.month, day.day)


DEFAULT_NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
"""The present of a web that is not told another."""
