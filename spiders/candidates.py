"""Where to look next: which URLs of a reading are worth fetching, in which order, and which are not.

Everything here is pure: a capture, what it was read as and the scope of the crawl give the same candidates at any
time. What is left out is counted by reason, so that a report can say why something was not fetched.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple, Self
from urllib.parse import urlsplit

from archive.continuations import page_of
from archive.model import REQUISITE_RELS, Article, Capture, Entry, Link, Listing, NotAnArticle, Reading, instant
from archive.urlkey import url_key
from pipelines.patterns import PathPattern
from pipelines.site import Site
from pipelines.urls import (
    article_likeness,
    canonical,
    date_in,
    has_credentials,
    host_of,
    is_not_a_page,
    is_section_like,
    is_variant,
    month_in,
    registered_domain,
    same_site,
    without_credentials,
    without_session,
)
from spiders.places import (
    FEED_HOSTS,
    FEED_PLACES,
    SITEMAP_PLACES,
    first_page,
    is_feed_like,
    is_sitemap_like,
    page_number,
)
from spiders.traps import MAX_LENGTH, Shape, shape_of, trap_in

Kind = Literal["robots", "feed", "sitemap", "section", "list", "page", "requisite"]
"""What a URL is expected to be, or was read as. A list is a page of links, not of a section but of a tag or author; a
requisite is what a page needs to be shown."""


# The bands of priority; a higher one is fetched first. Inside a band the newer and the likelier come first.
ROBOTS = 9_000
REDIRECT = 8_500  # what was begun is finished
SEED = 8_000
FEED = 7_000
SITEMAP = 6_000
REQUISITE = 5_500  # so that it is of the time of its page
SECTION = 5_000
ARTICLE = 4_000
OTHER = 1_000

MAX_EMBEDDED = 2
"""How deep requisites lead to others: a page to a style sheet, that to a picture, and no further."""

ARTICLE_LIKE = 0.35
"""From this likeness on a link counts as one to an article."""

MAX_SITEMAP_DEPTH = 3
"""How deep sitemap indexes name one another before they are no longer followed."""

UNFOLLOWED_RELS = frozenset({"amphtml", "alternate", "icon", "hub", "self", "shortlink", "nofollow"})
"""Links that name the page itself in another form, or what is no page: never followed."""

_AGE_OF_UNDATED = {"section": 7, "feed": 1, "sitemap": 60}  # days; what stands on a section page is recent
_AGE_OF_LINK = 30
_FEW_ENTRIES = 10
_FEW_DATED = 5
_DAYS_PER_PAGE = 7  # page 5 of a listing is as urgent as an article of five weeks ago
_SECTION_RELS = frozenset({"section", "next", "prev"})
_NOT_FOLLOWED_REASONS = frozenset({"status", "login", "challenge", "consent", "not_found", "search"})
_ACTIONS = re.compile(
    r"/(?:log-?out|sign-?out|wp-login\.php|wp-admin|wp-json|xmlrpc\.php|cdn-cgi|cart|checkout|unsubscribe)(?:/|$|\?)"
    r"|[?&](?:add-to-cart|replytocom|action|logout|share)=",
    re.IGNORECASE,
)
_HOP_LETTERS = {"feed": "F", "sitemap": "M", "redirect": "R"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A URL that may be fetched, and why."""

    url: str
    """Absolute URL in canonical form."""

    site: str
    """Name of the site whose crawl found it: of its site file, or the registered domain, or IP:port."""

    host: str
    """Whom the requests burden, the key of politeness: the registered domain of the URL, or its IP:port."""

    kind: Kind = "page"
    """What it is expected to be; the reading says later what it is."""

    priority: int = 0
    """Higher is fetched first; see `ROBOTS` and the bands below it."""

    hops: str = ""
    """As in `archive.model.Exchange`; empty for a seed."""

    via: str | None = None
    """The URL of the page that led here; None for a seed."""

    discovered: str = "seed"
    """As in `archive.model.Exchange`."""

    published: str = ""
    """When a feed or sitemap says it appeared, as in `archive.model.Entry`; empty when unknown."""

    updated: str = ""
    """When a feed or sitemap says it last changed: an instant in UTC as `archive.model.instant` writes it, or a date
    alone, so that two of them compare as text; empty when unknown or not to be believed."""

    @property
    def urlkey(self) -> str:
        """The SURT form of the URL, as in `archive.model.Capture`."""
        return url_key(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which URLs belong to a crawl of one site."""

    site: str
    """Name of the site, given to all its candidates."""

    domains: frozenset[str]
    """Registered domains, host names or IP:port; each stands for itself and all below it."""

    article: tuple[PathPattern, ...] = ()
    """Path patterns of articles, from the site file; empty when it names none."""

    exclude: tuple[PathPattern, ...] = ()
    """Path patterns that are never fetched, from the site file."""

    check_certificate: bool = True
    """False where the site file says that its certificates are not checked."""

    render: bool = False
    """True where the site file has its pages rendered."""

    render_hosts: frozenset[str] = frozenset()
    """Hosts beside the domains that a page may ask while it is rendered."""

    since: date | None = None
    """What is known to be older is not fetched; None takes everything."""

    max_hops: int = 100
    """The longest way from a seed."""

    max_redirects: int = 10
    """Redirects followed one after the other."""

    @classmethod
    def of_target(cls, target: str, *, since: date | None = None) -> Self:
        """The scope of a URL without a site file: its registered domain, or IP:port.

        >>> sorted(Scope.of_target("https://www.example.com/news").domains)
        ['example.com']
        """
        domain = registered_domain(canonical(target))
        return cls(site=domain, domains=frozenset({domain}), since=since)

    @classmethod
    def of_site(cls, site: Site, *, since: date | None = None) -> Self:
        """The scope that a site file describes."""
        return cls(
            site=site.name,
            domains=site.domains,
            article=site.article,
            exclude=site.exclude,
            check_certificate=site.check_certificate,
            render=site.render,
            render_hosts=site.render_hosts,
            since=since,
        )

    def covers(self, url: str) -> bool:
        """Whether a URL in canonical form belongs to the site, whatever the site file excludes."""
        if registered_domain(url) in self.domains:
            return True
        host = host_of(url).partition(":")[0] if "[" not in url else host_of(url)
        return any(host == domain or host.endswith("." + domain) for domain in self.domains)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one reading leads to. It is iterated as its candidates."""

    candidates: tuple[Candidate, ...] = ()
    """What is worth fetching, each URL once, in the reading's order."""

    skipped: Mapping[str, int] = field(default_factory=Counter)
    """How many URLs were left out, by reason."""

    trapped: Mapping[str, set[str]] = field(default_factory=dict)
    """URLs that a trap makes up, by its kind: those of `spiders.traps`, `hops` for a chain without end, and `session`
    for numbers of a visit."""

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self.candidates)

    def __len__(self) -> int:
        return len(self.candidates)


def candidates(capture: Capture, reading: Reading, scope: Scope) -> Found:
    """What a capture, read as *reading*, leads to within *scope*.

    Of a redirect that is its target, of a feed or sitemap its entries and further parts, of a page its links.
    """
    finder = _Finder(capture, reading, scope)
    if isinstance(reading, Listing):
        for entry in reading.entries:
            finder.look_at_entry(entry)
    for link in reading.links:
        finder.look_at_link(link)
    return Found(candidates=tuple(finder.found.values()), skipped=finder.skipped, trapped=finder.trapped)


def seeds(target: str | Site, scope: Scope | None = None) -> list[Candidate]:
    """What a crawl of a URL, or of a site with a file, begins with.

    That is robots.txt, the URL itself, the home page, and the feeds and sitemaps: those that the site file names, or
    else the places of `spiders.places`. Raises ValueError when the target is no http or https URL.

    >>> [seed.url for seed in seeds("https://www.example.com/news")[:3]]
    ['https://www.example.com/robots.txt', 'https://www.example.com/news', 'https://www.example.com/']
    """
    if isinstance(target, Site):
        return _seeds_of_site(target, scope or Scope.of_site(target))
    start = canonical(target)
    scope = scope or Scope.of_target(start)
    home = _root_of(start)
    pages = ((start, expected_kind(start)), (home, expected_kind(home)))
    return _as_seeds(home, pages, _common(home, FEED_PLACES), _common(home, SITEMAP_PLACES), scope)


def trap_of(url: str, scope: Scope, seen_on: date) -> str:
    """Why a mere link to a URL in canonical form looks like part of a trap, in one word; empty when it does not."""
    looks = _looks_of(url)
    if looks.against_link or any(pattern.matches(looks.path) for pattern in scope.exclude):
        return ""
    return trap_in(looks.shape, seen_on=seen_on)


def expected_kind(url: str) -> Kind:
    """What a URL in canonical form most probably leads to, as far as it tells."""
    if url.endswith("/robots.txt") and url.count("/") == 3:
        return "robots"
    if is_feed_like(url):
        return "feed"
    if is_sitemap_like(url):
        return "sitemap"
    return "section" if page_number(url) or (url.count("/") == 3 and url.endswith("/")) else "page"


def _seeds_of_site(site: Site, scope: Scope) -> list[Candidate]:
    root = _root_of(site.home)
    pages: list[tuple[str, Kind]] = [(url, "section") for url in (site.home, *site.sections)]
    feeds = site.feeds or _common(root, FEED_PLACES)
    return _as_seeds(root, pages, feeds, site.sitemaps or _common(root, SITEMAP_PLACES), scope)


def _as_seeds(
    root: str, pages: Iterable[tuple[str, Kind]], feeds: Iterable[str], sitemaps: Iterable[str], scope: Scope
) -> list[Candidate]:
    wanted: list[tuple[str, Kind, int]] = [(root + "robots.txt", "robots", ROBOTS)]
    wanted += [(url, kind, SEED + 1 - min(n, 1)) for n, (url, kind) in enumerate(pages)]
    wanted += [(url, "feed", FEED - n) for n, url in enumerate(feeds)]
    wanted += [(url, "sitemap", SITEMAP - n) for n, url in enumerate(sitemaps)]
    found: dict[str, Candidate] = {}
    for named, kind, priority in wanted:
        url = without_credentials(named)
        seed = Candidate(url=url, site=scope.site, host=registered_domain(url), kind=kind, priority=priority)
        found.setdefault(url, seed)
    return list(found.values())


def _common(root: str, places: Iterable[str]) -> tuple[str, ...]:
    return tuple(root + place.removeprefix("/") for place in places)


def _root_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"


_TRAP = "trap_"


class _Looks(NamedTuple):
    """What a URL tells by itself; the links of a site's navigation are looked at once and not on each page."""

    url: str
    """The URL to fetch: in canonical form, without the number of a visit."""

    path: str
    """Its path and query."""

    host: str
    """Its registered domain, or IP:port."""

    kind: Kind
    """What it probably is."""

    page_number: int
    """Which page of a listing it asks for; 0 for none."""

    likeness: float
    """How probably it is an article."""

    day: date | None
    """The day that stands in it."""

    month: str
    """The month that stands in it."""

    against_link: str
    """Why a mere link to it is not followed; empty when it may be."""

    shape: Shape
    """What it shows of a trap."""

    has_session: bool
    """Whether it held the number of a visit."""


def _looks_of(url: str) -> _Looks:
    return _looks(url) if len(url) <= MAX_LENGTH else _looks.__wrapped__(url)


@lru_cache(maxsize=16_384)
def _looks(url: str) -> _Looks:
    full, url = url, without_session(url)
    reason = "action" if _ACTIONS.search(url) else "not_a_page" if is_not_a_page(url) else ""
    return _Looks(
        url=url,
        path="/" + url.split("/", 3)[3],
        host=registered_domain(url),
        kind=expected_kind(url),
        page_number=page_number(url),
        likeness=article_likeness(url),
        day=date_in(url),
        month=month_in(url),
        against_link="credentials" if has_credentials(url) else reason or ("variant" if is_variant(url) else ""),
        shape=shape_of(url),
        has_session=url != full,
    )


class _Finder:
    """Looks at the links and entries of one reading, one after the other."""

    def __init__(self, capture: Capture, reading: Reading, scope: Scope) -> None:
        self.capture = capture
        self.scope = scope
        self.seen_on = capture.captured_at.date()
        self.reading = reading
        self.origin = origin_of(reading)
        self.built_at = _built_at(reading) if isinstance(reading, Listing) else ""
        self.is_home = self.origin == "section" and capture.url.count("/") == 3 and capture.url.endswith("/")
        self.is_closed = isinstance(reading, NotAnArticle) and reading.reason in _NOT_FOLLOWED_REASONS
        self.found: dict[str, Candidate] = {}
        self.skipped: Counter[str] = Counter()
        self.trapped: dict[str, set[str]] = {}

    def look_at_entry(self, entry: Entry) -> None:
        """Take in what a feed or sitemap announces, or count why not."""
        looks = _looks_of(entry.link)
        reason = self._reason_against(looks, announced=self.origin != "section") or self._too_old(looks, entry)
        if reason:
            self._skip(reason, looks)
            return
        updated = self._believable(entry.updated)
        age = _age(entry.published or updated, self.capture.captured_at)
        likeness = self._likeness(looks)
        if self.origin == "feed" or entry.title:
            likeness = max(likeness, 0.6)
        self._add(looks, looks.kind, self._page_priority(looks, likeness, age), entry.published, updated)

    def look_at_link(self, link: Link) -> None:
        """Take in a link, or count why not."""
        if link.rel != "redirect" and (link.rel in UNFOLLOWED_RELS or self.is_closed):
            self.skipped["not_followed"] += 1
            return
        if link.rel in REQUISITE_RELS:
            self._look_at_requisite(link.url)
            return
        looks = _looks_of(link.url)
        if looks.has_session:
            self.trapped.setdefault("session", set()).add(link.url)
        if looks.url == self.capture.url:
            return
        if link.rel == "redirect":
            self._look_at_redirect(looks)
        elif link.rel == "sitemap" or looks.kind == "sitemap":
            self._look_at_sitemap(link, looks)
        elif link.rel == "feed" or looks.kind == "feed":
            self._look_at_feed(looks)
        else:
            self._look_at_page(link, looks)

    def _look_at_requisite(self, url: str) -> None:
        """Take in what a page needs to be shown; it may lie anywhere, and is asked for as it is named."""
        hops = self.capture.hops
        depth = hops[len(hops.rstrip("ER")) :].count("E")
        path = "/" + url.split("/", 3)[3]
        reason = "embedded" if depth >= MAX_EMBEDDED else "credentials" if has_credentials(url) else ""
        if any(pattern.matches(path) for pattern in self.scope.exclude) and self.scope.covers(url):
            reason = "excluded"
        if reason:
            self.skipped[reason] += 1
            return
        needed = Candidate(
            url=url,
            site=self.scope.site,
            host=registered_domain(url),
            kind="requisite",
            priority=REQUISITE,
            hops=hops + "E",
            via=self.capture.url,
            discovered="requisite",
        )
        self.found.setdefault(url, needed)

    def _look_at_redirect(self, looks: _Looks) -> None:
        in_a_row = len(self.capture.hops) - len(self.capture.hops.rstrip("R"))
        is_requisite = self.capture.is_requisite
        reason = self._reason_against(looks, announced=True, elsewhere=is_requisite)
        if in_a_row >= self.scope.max_redirects:
            reason = "redirects"
        if reason:
            self._skip(reason, looks)
        else:
            self._add(looks, "requisite" if is_requisite else looks.kind, REDIRECT)

    def _look_at_sitemap(self, link: Link, looks: _Looks) -> None:
        # Another host's sitemap counts where the robots.txt of a host in scope names it (sitemaps.org, Cross Submits),
        # and then so do the parts of it that lie beside it.
        is_named = self.origin == "robots" or same_site(looks.url, self.capture.url)
        reason = self._reason_against(looks, announced=True, elsewhere=is_named)
        depth = len(self.capture.hops) - len(self.capture.hops.rstrip("M"))
        if depth >= MAX_SITEMAP_DEPTH:
            reason = "sitemap_depth"
        # The text of a part of a sitemap is its lastmod; a page says anything there.
        is_part = isinstance(self.reading, Listing) and self.reading.form == "sitemapindex"
        lastmod = link.text if is_part else ""
        if reason or self._ended_before_since(lastmod, looks.month):
            self._skip(reason or "older", looks)
            return
        age = _age(lastmod or looks.month, self.capture.captured_at)
        priority = SITEMAP - 500 + _freshness(_AGE_OF_LINK if age is None else age) // 2
        self._add(looks, "sitemap", priority, updated=self._believable(lastmod))

    def _look_at_feed(self, looks: _Looks) -> None:
        is_of_the_page = isinstance(self.reading, Article) and looks.url.startswith(self.capture.url.rstrip("/") + "/")
        if is_of_the_page or "comments" in looks.path:
            self.skipped["comments"] += 1
            return
        reason = self._reason_against(looks, announced=True, elsewhere=host_of(looks.url) in FEED_HOSTS)
        if reason:
            self._skip(reason, looks)
        else:
            self._add(looks, "feed", FEED)

    def _look_at_page(self, link: Link, looks: _Looks) -> None:
        reason = self._reason_against(looks, announced=False) or self._too_old(looks, None)
        if not reason and self._goes_back(link, looks) and self.is_old_list:
            reason = "older"
        if reason:
            self._skip(reason, looks)
        elif self._goes_on(link, looks):
            self._add(looks, "page", ARTICLE + _freshness(0))  # what was begun is finished
        elif link.rel in _SECTION_RELS or looks.page_number:
            number = looks.page_number
            first = first_page(looks.url)
            kind: Kind = "section" if first.count("/") == 3 or is_section_like(first) else "list"
            self._add(looks, kind, SECTION if number <= 2 else ARTICLE + _freshness(number * _DAYS_PER_PAGE))
        else:
            self._look_at_link_to_page(looks)

    def _goes_back(self, link: Link, looks: _Looks) -> bool:
        """Whether a link leads on to the later, that is older, pages of the listing that it stands on."""
        return link.rel == "next" or looks.page_number > page_number(self.capture.url)

    def _goes_on(self, link: Link, looks: _Looks) -> bool:
        """Whether a link of an article leads to a further page of it."""
        if not isinstance(self.reading, Article) or not (link.rel == "next" or link.text.isdecimal()):
            return False
        stem, number = page_of(url_key(looks.url))
        return number > 0 and stem == page_of(self.capture.urlkey)[0]

    @cached_property
    def is_old_list(self) -> bool:
        """Whether a section page lists mostly what is older than the scope's `since`: by the days in its URLs, or else
        by those that it shows beside its items.
        """
        if self.scope.since is None or not isinstance(self.reading, Listing) or self.origin != "section":
            return False
        days = sorted(day for link in self.reading.links if (day := _looks_of(link.url).day))
        middle = days[len(days) // 2] if len(days) >= _FEW_DATED else _day_of(self.reading.dated)
        return middle is not None and middle < self.scope.since

    def _look_at_link_to_page(self, looks: _Looks) -> None:
        likeness = self._likeness(looks)
        if self.is_home and likeness < ARTICLE_LIKE and is_section_like(looks.url):
            self._add(looks, "section", SECTION - 1)  # a home page leads to sections and articles, and little else
        else:
            self._add(looks, looks.kind, self._page_priority(looks, likeness, None))

    def _skip(self, reason: str, looks: _Looks) -> None:
        """Count what is left out."""
        self.skipped[reason] += 1
        if reason == "hops" or reason.startswith(_TRAP):
            self.trapped.setdefault(reason.removeprefix(_TRAP), set()).add(looks.url)

    def _reason_against(self, looks: _Looks, *, announced: bool, elsewhere: bool = False) -> str:
        """Why a URL is not fetched, in one word; empty when nothing speaks against it."""
        if not elsewhere and looks.host not in self.scope.domains and not self.scope.covers(looks.url):
            return "other_host"
        if any(pattern.matches(looks.path) for pattern in self.scope.exclude):
            return "excluded"
        if len(self.capture.hops) >= self.scope.max_hops:
            return "hops"
        trap = trap_in(looks.shape, seen_on=self.seen_on, announced=announced)
        if trap:
            return _TRAP + trap
        return looks.against_link if not announced or looks.against_link == "credentials" else ""

    def _too_old(self, looks: _Looks, entry: Entry | None) -> str:
        """`older` where the entry, or else the URL, gives a day before the scope's `since`."""
        if self.scope.since is None:
            return ""
        said = [_day_of(text) for text in (entry.published, entry.updated)] if entry else []
        day = max((day for day in said if day), default=looks.day)
        return "older" if day is not None and day < self.scope.since else ""

    def _ended_before_since(self, lastmod: str, month: str) -> bool:
        """Whether a sitemap holds only what is older than the scope's `since`."""
        if self.scope.since is None:
            return False
        day = _day_of(lastmod)
        return day < self.scope.since if day else bool(month) and month < f"{self.scope.since:%Y-%m}"

    def _likeness(self, looks: _Looks) -> float:
        """How probably it is an article: by the site file's patterns where there are some, else by its looks."""
        if not self.scope.article:
            return looks.likeness
        fits = any(pattern.matches(looks.path) for pattern in self.scope.article)
        return 1.0 if fits else min(looks.likeness, ARTICLE_LIKE - 0.01)

    def _page_priority(self, looks: _Looks, likeness: float, age: float | None) -> int:
        if likeness < ARTICLE_LIKE:
            return OTHER + int(likeness * 999) - min(looks.path.count("/") + looks.path.count("&"), 50)
        if age is None:
            day = looks.day or (date.fromisoformat(looks.month + "-15") if looks.month else None)
            age = max((self.seen_on - day).days, 0) if day else _AGE_OF_UNDATED.get(self.origin, _AGE_OF_LINK)
        return ARTICLE + _freshness(age) + int(likeness * 199)

    def _add(self, looks: _Looks, kind: Kind, priority: int, published: str = "", updated: str = "") -> None:
        url = looks.url
        known = self.found.get(url)
        if url == self.capture.url or (known is not None and known.priority >= priority):
            return
        discovered = "redirect" if priority == REDIRECT else self.origin
        is_part = kind == "sitemap" and discovered in ("robots", "sitemap")
        self.found[url] = Candidate(
            url=url,
            site=self.scope.site,
            host=looks.host,
            kind=kind,
            priority=priority,
            hops=self.capture.hops + ("M" if is_part else _HOP_LETTERS.get(discovered, "L")),
            via=self.capture.url,
            discovered=discovered,
            published=published or (known.published if known else ""),
            updated=updated or (known.updated if known else ""),
        )

    def _believable(self, updated: str) -> str:
        """What an entry says of its last change, in UTC; empty when it is the sitemap's own time or in the future."""
        if not updated or updated == self.built_at:
            return ""
        if len(updated) > 10:
            try:
                when = datetime.fromisoformat(updated)
                updated = instant(when if when.tzinfo else when.replace(tzinfo=UTC))
            except (ValueError, OverflowError):
                return ""
        return updated if updated <= instant(self.capture.captured_at) else ""


def _built_at(listing: Listing) -> str:
    """What most entries, or parts, give as their last change: the listing's own time; empty when they differ."""
    said = [entry.updated for entry in listing.entries] or [
        link.text for link in listing.links if link.rel == "sitemap"
    ]
    if len(said) < _FEW_ENTRIES:
        return ""
    (updated, count), *_ = Counter(said).most_common(1)
    return updated if count * 2 > len(said) else ""


def origin_of(reading: Reading) -> str:
    """The word for how the URLs of a reading were discovered, as in `archive.model.Exchange`."""
    if not isinstance(reading, Listing):
        return "link"
    return {"section": "section", "robots": "robots", "sitemap": "sitemap", "sitemapindex": "sitemap"}.get(
        reading.form, "feed"
    )


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _age(text: str, now: datetime) -> float | None:
    """Days from an ISO date, a month or an instant until *now*, not below 0; None when there is none."""
    text = f"{text}-15" if len(text) == 7 else text
    try:
        when = datetime.fromisoformat(text) if len(text) > 10 else datetime.combine(date.fromisoformat(text), time())
        return max((now - (when if when.tzinfo else when.replace(tzinfo=UTC))).total_seconds() / 86_400, 0.0)
    except (ValueError, OverflowError):
        return None


def _freshness(age: float) -> int:
    """800 for what is new, 0 for what is eleven years old, by the logarithm of its age in days."""
    return max(int(800 - 66 * math.log2(1 + age)), 0)
