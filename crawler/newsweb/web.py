"""The simulated news web: sites made from a seed number, what they publish, and the truth about it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from html import escape

from .furniture import AMP_DESIGNS, has_comments
from .plan import AGENCY, DEFAULT_NOW, SitePlan, Slot, blocks_of, plan_families, plan_sites
from .prose.grammar import dice
from .prose.story import Block, plain_text
from .reply import Reply
from .seed_shape import SEED_SHAPED
from .site import PER_PAGE, SMALL_PAGES, Site, State
from .traps import ENTRIES

_INSTANT_DESIGNS = ("modern", "microdata")
_CREDITED_DESIGNS = ("modern", "misleading", "microdata")
_SITES_KEPT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedArticle:
    """The truth about one article."""

    url: str
    """Its canonical URL."""

    aliases: tuple[str, ...]
    """Other URLs that lead to it: redirects, campaign links, AMP or print page."""

    site: str
    """Registered domain of its site."""

    publisher: str
    """Name of its publisher."""

    headline: str
    """The headline."""

    standfirst: str
    """The standfirst."""

    authors: tuple[str, ...]
    """Names; empty where nobody signs."""

    date_published: str
    """As the page shows it: an instant with offset, or a date alone."""

    date_modified: str
    """As the page shows it; empty when it does not."""

    section: str
    """Name of its section."""

    language: str
    """Language tag."""

    body: str
    """Plain text: a blank line between blocks, list items of their own with "- ", table cells parted by " | "."""

    blocks: tuple[Block, ...]
    """The same with the kind of each block, and the pictures."""

    captions: tuple[str, ...]
    """Captions of pictures, without credit."""

    credits: tuple[str, ...]
    """Who took the pictures, where the page says so."""

    keywords: tuple[str, ...]
    """Topics, where the page shows them."""

    is_accessible_for_free: bool
    """False where only the first paragraphs are sent."""

    charset: str
    """Charset of the page as declared."""

    design: str
    """Page design."""

    family: str
    """Name of the family of copies; empty for none."""

    role: str
    """Its part in the family: original, verbatim, edited, shortened, introduced; empty without a family."""

    series: str
    """Name of the series of templated reports, which are no copies of one another; empty for none."""

    withdrawn: bool = False
    """True: the site answers 404 or 410 for it now."""

    misbehaviours: tuple[str, ...] = ()
    """What its page or its addresses do wrong: names in `MISBEHAVIOURS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPage:
    """A page that is no article."""

    url: str
    """Absolute URL."""

    kind: str
    """home, section, feed, sitemap, robots, tag, author, search, login, about, jobs, directory, infographic, events,
    offer, noindex, disallowed, soft-404, not-found, pdf, image, style, script, trap, advert, elsewhere."""

    status: int = 200
    """Status of the answer."""

    misbehaviour: str = ""
    """Name in `MISBEHAVIOURS`; empty for a page that behaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What one advance of the web changed."""

    published: tuple[str, ...]
    """URLs of new articles."""

    edited: tuple[str, ...]
    """URLs of articles whose text changed."""

    withdrawn: tuple[str, ...]
    """URLs of articles that are gone."""


class NewsWeb:
    """A web of news sites that follows from *seed* alone.

    *sites* newspapers share *articles* articles, dated on the days before *now*. *families* stories have copies on
    other sites (one in sixteen when None). *crawl_delay* is what robots.txt of
    every third site asks for; *traps* adds calendars, session ids, growing paths, facets and tarpits without end.
    Sites are made when they are first asked, so that a web of a thousand hosts costs nothing to begin with.
    """

    def __init__(
        self,
        seed: int,
        *,
        sites: int = 4,
        articles: int = 60,
        now: datetime = DEFAULT_NOW,
        families: int | None = None,
        crawl_delay: float = 0.1,
        traps: bool = False,
    ) -> None:
        self.seed = seed
        self.began = now
        self._now = now
        self.traps = traps
        self.sites: tuple[SitePlan, ...] = plan_sites(seed, sites, crawl_delay=crawl_delay)
        self.advert_host = (
            f"ads.{dice('advert', seed).choice(('brightclick', 'adharbour', 'sponsorly', 'clickmeadow'))}.example"
        )
        self.agency_host = f"www.{AGENCY.lower()}.example"
        base, extra = divmod(articles, sites)
        self._counts = [base + (index < extra) for index in range(sites)]
        self._members = plan_families(seed, self.sites, self._counts, articles // 16 if families is None else families)
        self._states = {index: State(now=now, edits={}) for index in range(sites)}
        self._made: OrderedDict[int, Site] = OrderedDict()
        self._by_host = {plan.host: plan.index for plan in self.sites}
        self._other_hosts = {self._other_host(plan): plan.host for plan in self.sites}
        self.generation = 0

    # --- what is served ---

    @property
    def now(self) -> datetime:
        """The present of the web; `advance` moves it."""
        return self._now

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host that answers: the sites, their names with or without www., the ad host and the agency."""
        return (*self._by_host, *self._other_hosts, self.advert_host, self.agency_host)

    @property
    def home_urls(self) -> tuple[str, ...]:
        """The home page of each site."""
        return tuple(f"{plan.origin}/" for plan in self.sites)

    def connect_to(self, port: int, address: str = "127.0.0.1") -> tuple[str, ...]:
        """HOST:PORT:ADDR:PORT for each host, as `--connect-to` takes them."""
        return tuple(f"{host}:80:{address}:{port}" for host in self.hosts)

    def reply(self, host: str, target: str) -> Reply:
        """The answer of *host* for *target*, a path with query."""
        if host in self._by_host:
            return self.site(self._by_host[host]).reply(target)
        if host in self._other_hosts:
            place = f"http://{self._other_hosts[host]}{target}"
            return Reply(status=301, mime="text/html", body=b"Moved\n", headers=(("Location", place),))
        if host in (self.advert_host, self.agency_host):
            return Reply(body=self._foreign_page(host, target).encode())
        return Reply(status=421, mime="text/plain", body=b"No such host here\n")

    def site(self, index: int) -> Site:
        """The site at that place, made when it is first asked for; the 2,000 used last are kept."""
        site = self._made.get(index)
        if site is None:
            site = Site(
                self.sites[index],
                self._counts[index],
                self.began,
                self._states[index],
                self._members,
                traps=self.traps,
                advert=f"http://{self.advert_host}/offer?campaign={index}",
                agency=f"http://{self.agency_host}/",
            )
            self._made[index] = site
            if len(self._made) > _SITES_KEPT:
                self._made.popitem(last=False)
        else:
            self._made.move_to_end(index)
        return site

    def _other_host(self, plan: SitePlan) -> str:
        return plan.domain if plan.host != plan.domain else f"www.{plan.domain}"

    def _foreign_page(self, host: str, target: str) -> str:
        body = f"<h1>{host}</h1><p>Nothing to read at {escape(target)}.</p>"
        return f"<!DOCTYPE html><html><head><title>{host}</title></head><body>{body}</body></html>"

    # --- the truth ---

    @cached_property
    def articles(self) -> tuple[PlannedArticle, ...]:
        """Every article that was ever published, site by site, oldest first, as it is now."""
        return tuple(self.iter_articles())

    def iter_articles(self) -> Iterator[PlannedArticle]:
        """As `articles`, one by one, for webs that are too large to hold."""
        for index in range(len(self.sites)):
            site = self.site(index)
            for slot in site.all_slots:
                yield self._planned(site, slot)

    def article_urls(self) -> tuple[str, ...]:
        """URLs of all articles that can be read, without writing their texts."""
        return tuple(
            site.plan.origin + slot.path for site in map(self.site, range(len(self.sites))) for slot in site.slots
        )

    def article(self, url: str) -> PlannedArticle:
        """The truth about the article with that canonical URL. Raises KeyError."""
        host, _, path = url.removeprefix("http://").partition("/")
        site = self.site(self._by_host[host])
        return self._planned(site, site.by_path[f"/{path}"])

    def _planned(self, site: Site, slot: Slot) -> PlannedArticle:
        plan = site.plan
        blocks = blocks_of(plan, slot, self._members.get((plan.index, slot.number)))
        figures = [block for block in blocks if block.kind == "figure"]
        exact = slot.design in _INSTANT_DESIGNS
        return PlannedArticle(
            url=plan.origin + slot.path,
            aliases=tuple(self._aliases(plan, slot)),
            site=plan.domain,
            publisher=plan.name,
            headline=slot.headline,
            standfirst=slot.standfirst,
            authors=slot.authors,
            date_published=slot.published.isoformat() if exact else slot.published.date().isoformat(),
            date_modified=slot.modified.isoformat() if exact and slot.modified else "",
            section=SEED_SHAPED.section if slot.design == "seed" else plan.tongue.sections[slot.section],
            language=slot.tongue.code,
            body=plain_text(blocks),
            blocks=blocks,
            captions=tuple(block.text for block in figures),
            credits=tuple(block.credit for block in figures if block.credit and slot.design in _CREDITED_DESIGNS),
            keywords=slot.keywords,
            is_accessible_for_free=not slot.teaser,
            charset="utf-8" if slot.design == "seed" else "shift_jis" if slot.tongue.code == "ja" else plan.charset,
            design=slot.design,
            family=slot.family,
            role=slot.role,
            series=slot.series,
            withdrawn=slot.number in site.state.withdrawn,
            misbehaviours=tuple(name for name, shown in _shown(site, slot).items() if shown),
        )

    def _aliases(self, plan: SitePlan, slot: Slot) -> Iterator[str]:
        joint = "&" if "?" in slot.path else "?"
        yield f"{plan.origin}{slot.path}{joint}utm_source=rss&utm_medium=feed&utm_campaign=latest"
        yield f"{plan.origin}{slot.path}{joint}ref=popular"
        yield f"http://{self._other_host(plan)}{slot.path}"
        if slot.path.endswith("/"):
            yield f"{plan.origin}{slot.path.rstrip('/')}"
        if slot.design != "seed":
            yield f"{plan.origin}/go/{slot.identifier}"
            yield f"{plan.origin}/r/{slot.identifier}"
            yield f"{plan.origin}/{'amp' if slot.design in AMP_DESIGNS else 'print'}/{slot.identifier}"

    def pages(self) -> tuple[PlannedPage, ...]:
        """Every page that is no article and that a link leads to; of endless places only the entrance."""
        pages = [page for index in range(len(self.sites)) for page in self._pages_of(self.site(index))]
        pages.append(PlannedPage(url=f"http://{self.agency_host}/", kind="elsewhere"))
        return tuple(pages)

    def _pages_of(self, site: Site) -> Iterator[PlannedPage]:
        plan = site.plan
        for path, kind, status, misbehaviour in self._places_of(site):
            yield PlannedPage(url=plan.origin + path, kind=kind, status=status, misbehaviour=misbehaviour)
        yield PlannedPage(
            url=f"http://{self.advert_host}/offer?campaign={plan.index}",
            kind="advert",
            misbehaviour="feed-advertisement",
        )

    def _places_of(self, site: Site) -> Iterator[tuple[str, str, int, str]]:
        plan = site.plan
        yield from [("/", "home", 200, ""), ("/robots.txt", "robots", 200, "crawl-delay" if plan.crawl_delay else "")]
        for path in (plan.rss, plan.atom):
            yield path, "feed", 200, "tracking-parameters" if path == plan.rss else ""
        yield plan.sitemap, "sitemap", 200, "sitemap-index"
        coded = "coded-gzip-sitemap" if plan.index % 3 == 2 else "gzip-sitemap"
        yield from ((f"/sitemaps/articles-{month}.xml.gz", "sitemap", 200, coded) for month in site.months)
        yield from [("/sitemaps/pages.xml", "sitemap", 200, ""), ("/news-sitemap.xml", "sitemap", 200, "news-sitemap")]
        for key in site.sections:
            count = sum(slot.section == key for slot in site.slots)
            yield from _numbered(plan.section_path(key), count, "section")
        for name, slots in site.tags.items():
            yield from _numbered(f"/tag/{name}", len(slots), "tag")
        for name, slots in site.authors.items():
            yield from _numbered(f"/author/{name}", len(slots), "author")
        yield from ((path, kind, 200, "") for path, kind in SMALL_PAGES.items())
        yield from [
            ("/search?q=trial", "search", 200, "robots-disallow"),
            ("/members/area", "disallowed", 200, "robots-disallow"),
        ]
        yield from [
            ("/preview/next-issue", "noindex", 200, "noindex"),
            ("/old/lost-story", "soft-404", 200, "soft-404"),
        ]
        lost = 200 if self.traps and plan.index % 4 == 2 else 404
        yield (
            "/old/dead-link",
            "soft-404" if lost == 200 else "not-found",
            lost,
            "all-is-well" if lost == 200 else "not-found",
        )
        yield from ((f"/jobs/{n}", "jobs", 200, "") for n in range(3))
        yield from ((f"/infographics/{n}", "infographic", 200, "") for n in (1, 2))
        yield from ((f"/img/infographic-{n}.png", "image", 200, "") for n in (1, 2))
        yield "/reports/market-2026.pdf", "pdf", 200, ""
        yield from [("/img/logo.png", "image", 200, ""), ("/img/portrait.png", "image", 200, "")]
        yield from [("/css/main.css", "style", 200, ""), ("/js/site.js", "script", 200, "")]
        if self.traps:
            yield from ((path, "trap", 200, name) for name, path, _ in ENTRIES)

    # --- time ---

    def advance(
        self,
        *,
        hours: float = 24.0,
        new: int = 0,
        edited: int = 0,
        withdrawn: int = 0,
        sites: Sequence[int] | None = None,
    ) -> Changes:
        """Let *hours* pass, in which articles appear, change and vanish, spread over *sites* (all of them when None).

        The counts are of the whole web. The same calls on a web of the same seed give the same web. What a reader has
        seen of the text changes only for edited articles; boxes around the text also change on restless sites.
        """
        self.generation += 1
        rng = dice("advance", self.seed, self.generation)
        before, self._now = self._now, self._now + timedelta(hours=hours)
        indexes = list(range(len(self.sites)) if sites is None else sites)
        added: dict[int, list[datetime]] = {}
        for _ in range(new):
            minutes = rng.randint(1, max(1, int(hours * 60) - 1))
            added.setdefault(rng.choice(indexes), []).append(
                (before + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
            )
        touched = self._choose_live(indexes, edited + withdrawn, self.generation)
        changed, gone = touched[:edited], touched[edited:]
        urls = {place: self._url(place) for place in touched}
        first_new = {index: len(self.site(index).all_slots) for index in added}
        for index in range(len(self.sites)):
            self._step(
                index,
                sorted(added.get(index, [])),
                [n for i, n in changed if i == index],
                {n for i, n in gone if i == index},
            )
        self.__dict__.pop("articles", None)
        published = [(index, first_new[index] + step) for index in sorted(added) for step in range(len(added[index]))]
        return Changes(
            published=tuple(self._url(place) for place in published),
            edited=tuple(urls[place] for place in changed),
            withdrawn=tuple(urls[place] for place in gone),
        )

    def _choose_live(self, indexes: Sequence[int], count: int, generation: int) -> list[tuple[int, int]]:
        """Articles to edit or withdraw: neither gone already, nor the one with the structure of the seed text."""
        live = [
            (index, slot.number)
            for index in indexes
            for slot in self.site(index).slots
            if slot.design != "seed" and not slot.teaser
        ]
        return dice("choose", self.seed, generation).sample(live, min(count, len(live)))

    def _step(self, index: int, added: list[datetime], changed: list[int], gone: set[int]) -> None:
        state = self._states[index]
        edits = dict(state.edits)
        for number in changed:
            edits[number] = (edits.get(number, (0, self.now))[0] + 1, self.now)
        self._states[index] = replace(
            state,
            now=self.now,
            generation=self.generation,
            added=(*state.added, *added),
            edits=edits,
            withdrawn=state.withdrawn | gone,
            changed_at=self.now if added or changed or gone else state.changed_at,
        )
        self._made.pop(index, None)

    def _url(self, place: tuple[int, int]) -> str:
        site = self.site(place[0])
        return site.plan.origin + site.all_slots[place[1]].path


def _shown(site: Site, slot: Slot) -> dict[str, bool]:
    """Which misbehaviours an article shows."""
    plan, own = site.plan, slot.design != "seed"
    return {
        "misleading-json-ld": slot.design == "misleading",
        "legacy-tables": slot.design == "tables",
        "query-url": slot.design == "tables",
        "xhtml-type": slot.design == "xhtml",
        "no-class-names": slot.design == "soup",
        "meta-charset": own and plan.declared == "meta",
        "latin1-is-windows-1252": own and plan.charset == "iso-8859-1" and slot.tongue.code != "ja",
        "shift-jis": slot.tongue.code == "ja",
        "comment-dates": has_comments(slot),
        "related-links": own,
        "paywall-teaser": slot.teaser,
        "amp-page": slot.design in AMP_DESIGNS,
        "print-page": own and slot.design not in AMP_DESIGNS,
        "redirect-hops": own,
        "host-alias": True,
        "trailing-slash": slot.path.endswith("/"),
        "syndicated-copy": bool(slot.family),
        "templated-report": bool(slot.series),
        "silent-edit": slot.edits > 0,
        "gone": slot.number in site.state.withdrawn,
    }


def _numbered(path: str, count: int, kind: str) -> Iterator[tuple[str, str, int, str]]:
    """A list and its further pages."""
    yield path, kind, 200, ""
    for page in range(2, -(-count // PER_PAGE) + 1):
        yield f"{path}?page={page}", kind, 200, ""


def demo_web() -> NewsWeb:
    """The web of `pressmark demo`: four sites in three languages, 48 articles, no pauses, no traps.

    Serve it with `serve(demo_web())`, crawl `web.home_urls` with `connect_to=web.connect_to(server.port)` and the
    network 127.0.0.0/8 allowed. English sites have a page in Japanese and one with the structure of the seed text;
    some articles are copies of one another.
    """
    return NewsWeb(2026, sites=4, articles=48, crawl_delay=0)
