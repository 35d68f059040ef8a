"""What a short look at a site found: feeds, sitemaps, sections, articles, and what is wrong with them.

Everything here is pure: captures with their readings go in, a `Survey` comes out; from that follow a site file that can
be edited (`site_file`) and what is to be mended in one that is there (`findings`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from archive.model import Article, Capture, Listing, NotAnArticle, Reading
from pipelines.site import Site
from pipelines.urls import article_likeness, canonical, same_site
from spiders.candidates import ARTICLE_LIKE, Scope
from spiders.declared import NOTHING_DECLARED, Declared

Seen = tuple[Capture, Reading]
"""One exchange of the look around, and what it was read as."""

SourceKind = Literal["feed", "sitemap", "section"]

FIELDS: tuple[str, ...] = (
    "headline",
    "standfirst",
    "authors",
    "date_published",
    "section",
    "language",
    "body",
)
"""The fields of an article that are counted."""

NEEDED: frozenset[str] = frozenset({"headline", "date_published", "body"})
"""Fields without which an article is of little use."""

_MOST_SECTIONS = 20
_FEW = 2
_HALF = 0.5
_WALLS = ("login", "consent", "challenge")
_LATER = frozenset({429, 503})
_OFFSET = re.compile(r"(?:[+-]\d\d:\d\d|Z)$")
_FEEDS = frozenset({"rss", "atom", "jsonfeed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A place that leads to articles, or was to."""

    url: str
    """Where it is; behind its redirects."""

    kind: SourceKind
    """What it is."""

    form: str = ""
    """As in `archive.model.Listing`; empty where it could not be read as one."""

    links: frozenset[str] = frozenset()
    """URLs of the site that it leads to; of a sitemap index its sitemaps."""

    elsewhere: int = 0
    """Entries that lead to other sites: advertisements, most often."""

    newest: str = ""
    """The latest date that it gives; empty when it gives none."""

    problem: str = ""
    """Why it is of no use, in a few words; empty when it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a short look at one site found."""

    site: str
    """Its name."""

    home: str
    """URL of its home page, behind its redirects; empty when there was no answer."""

    title: str = ""
    """What the home page calls itself; empty when it does not say."""

    home_problem: str = ""
    """Why there is no home page, in a few words; empty when there is."""

    sources: tuple[Source, ...] = ()
    """Feeds, sitemaps and sections that were found, or that the site file names, in the order of their capture."""

    articles: tuple[Article, ...] = ()
    """Articles that were read."""

    pages: int = 0
    """Pages that were asked for, feeds, sitemaps and sections left out."""

    walls: tuple[tuple[str, int], ...] = ()
    """Pages that were a login, a consent page, a challenge or a request to wait, by kind."""

    robots: str = ""
    """What robots.txt says, in a few words."""

    refused: int = 0
    """URLs that robots.txt forbids."""

    declared: Declared = NOTHING_DECLARED
    """What its pages say of it in JSON-LD."""

    elsewhere: str = ""
    """Where the home page redirects to, when that is another site; empty when it is not."""

    def alive(self, kind: SourceKind) -> tuple[Source, ...]:
        """The sources of that kind that are of use."""
        return tuple(source for source in self.sources if source.kind == kind and not source.problem)

    @property
    def filled(self) -> Mapping[str, int]:
        """For each field, in how many articles it was found."""
        return {name: sum(bool(getattr(article, name)) for article in self.articles) for name in FIELDS}

    @property
    def language(self) -> str:
        """The language of most articles, or else what the pages say of the site; empty when it is not clear."""
        return _most_common(article.language for article in self.articles) or self.declared.language

    @property
    def publisher(self) -> str:
        """What most articles give as their publisher; empty when it is not clear."""
        return " ".join(_most_common(article.publisher for article in self.articles).split())[:80]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it should be, and what to do about it."""

    text: str
    """What, where, and the next step."""

    degrades: bool = True
    """True when the site gives less than it promises; False for a hint."""


def survey(
    site: Site | None,
    scope: Scope,
    start: str,
    seen: Iterable[Seen],
    *,
    crawl_delay: float = 0,
    said: Declared = NOTHING_DECLARED,
) -> Survey:
    """What the exchanges of a short crawl of *start* tell of a site.

    *crawl_delay* is what its robots.txt asks for, *said* what its pages say of it in JSON-LD.
    """
    all_seen = list(seen)
    by_url = {capture.url: (capture, reading) for capture, reading in all_seen}
    home, reading = _behind_redirects(start, by_url)
    home_capture = by_url[home][0] if home in by_url else None
    target = _redirect_of(reading)
    problem = _problem(home_capture, reading, "section")
    robots = next((one for one in all_seen if _is_robots(one[0])), None)
    return Survey(
        site=scope.site,
        home=home if home_capture is not None and home_capture.kind != "failure" else "",
        title=" ".join(reading.title.split())[:80] if isinstance(reading, Listing) else "",
        home_problem="" if isinstance(reading, Article) else problem,
        sources=tuple(_sources(site, scope, _linked_from(home, by_url) | {*said.sections}, all_seen, by_url)),
        declared=said,
        articles=tuple(_once(reading for _, reading in all_seen if isinstance(reading, Article))),
        pages=sum(not isinstance(reading, Listing) and capture.kind == "response" for capture, reading in all_seen),
        walls=_walls(all_seen),
        robots=_robots_words(robots, crawl_delay),
        refused=len({capture.url for capture, _ in all_seen if capture.outcome == "robots"}),
        elsewhere=target if target and not scope.covers(target) else "",
    )


def findings(found: Survey, site: Site) -> list[Finding]:
    """What is to be mended in a site file, or on a site, by what a look around found."""
    if not found.home:
        return [Finding(text=f"home {site.home}: {found.home_problem}; look whether the site has moved")]
    told = list(_of_home(found, site))
    told += [
        Finding(text=f"{source.kind} {source.url}: {source.problem}; take it out of {site.name}.toml, or mend it")
        for source in found.sources
        if source.problem
    ]
    told += _of_sources(found)
    told += _of_articles(found, site)
    told += [
        Finding(text=f"{count} of {found.pages} pages were {_WALL_WORDS.get(kind, kind)}: kept, not read as articles")
        for kind, count in found.walls
    ]
    return told


def site_file(found: Survey, *, name: str, on: date) -> str:
    """The text of a site file that says what was found, for a person to go over."""
    who = found.declared.name or found.publisher or found.title or name
    lines = [
        f"# {who}: written by `pressmark sites new` on {on}, from {len(found.articles)} articles.",
        f"# What is left out is discovered by each crawl. After a change: pressmark sites check {name}",
        f"name = {_quoted(name)}",
        f"home = {_quoted(found.home)}",
        *_other_home(found),
        f"language = {_quoted(found.language)}",
        *_zone_lines(found),
        f"checked = {on}",
        "",
        *_list_of("feeds", _distinct(found.alive("feed")), "how many articles it names, and the newest"),
        *_list_of("sitemaps", _roots(found.alive("sitemap")), "an index names its parts, which are found from it"),
        *_list_of("sections", found.alive("section")[:_MOST_SECTIONS], "pages of the navigation that list articles"),
        *_unseen_sections(found),
        *_pattern_lines(found),
        "# exclude = []           # path patterns that are never fetched",
    ]
    return "\n".join(lines) + "\n"


def _sources(
    site: Site | None, scope: Scope, navigation: set[str], all_seen: list[Seen], by_url: Mapping[str, Seen]
) -> Iterable[Source]:
    """The sources that the site file names, then those that were found; sections among the URLs of the *navigation*."""
    told: set[str] = set()
    named: list[tuple[SourceKind, str]] = []
    if site is not None:
        named = [("feed", url) for url in site.feeds] + [("sitemap", url) for url in site.sitemaps]
        named += [("section", url) for url in site.sections]
    for kind, url in named:
        end, reading = _behind_redirects(url, by_url)
        told |= {url, end}
        yield _source(kind, end, by_url[end][0] if end in by_url else None, reading, scope)
    listings = [
        (capture, reading)
        for capture, reading in all_seen
        if isinstance(reading, Listing) and reading.form != "robots" and capture.url not in told
    ]
    found = {c.url: _source(_kind_of(r), c.url, c, r, scope) for c, r in listings}
    yield from (one for one in found.values() if one.kind != "section" and not one.problem)
    sections = [one for one in found.values() if one.kind == "section" and one.url in navigation and not one.problem]
    yield from _lists_of_their_own(sections)


def _source(kind: SourceKind, url: str, capture: Capture | None, reading: Reading | None, scope: Scope) -> Source:
    problem = _problem(capture, reading, kind)
    if not isinstance(reading, Listing):
        return Source(url=url, kind=kind, problem=problem)
    links = [entry.link for entry in reading.entries] or _article_links(kind, reading)
    within = frozenset(link for link in links if scope.covers(link))
    parts = frozenset(link.url for link in reading.links if link.rel == "sitemap")
    if kind != "section" and not within and not parts and not problem:
        problem = "has no entry that leads to the site" if links else "is empty"
    return Source(
        url=url,
        kind=kind,
        form=reading.form,
        links=within or parts,
        elsewhere=len(set(links) - within) if kind == "feed" else 0,
        newest=max((entry.published or entry.updated for entry in reading.entries), default="")[:10],
        problem=problem,
    )


def _article_links(kind: SourceKind, listing: Listing) -> list[str]:
    """Where a section page leads that looks like an article."""
    if kind != "section":
        return []
    return [link.url for link in listing.links if link.rel == "link" and article_likeness(link.url) >= ARTICLE_LIKE]


def _lists_of_their_own(sections: list[Source]) -> Iterable[Source]:
    """Those sections that lead to articles which not most of the others lead to as well."""
    counts = Counter(link for section in sections for link in section.links)
    common = {link for link, count in counts.items() if count * 2 > max(len(sections), 3)}
    yield from (section for section in sections if len(section.links - common) >= _FEW)


def _linked_from(home: str, by_url: Mapping[str, Seen]) -> set[str]:
    """Where the home page leads, itself left out: what is in its navigation is a section of the site."""
    links = by_url[home][1].links if home in by_url else ()
    return {link.url for link in links if link.url != home}


def _kind_of(listing: Listing) -> SourceKind:
    if listing.form in _FEEDS:
        return "feed"
    return "sitemap" if listing.form.startswith("sitemap") else "section"


def _problem(capture: Capture | None, reading: Reading | None, kind: SourceKind) -> str:
    """Why an exchange did not give what was expected of it; empty when it did."""
    if capture is None:
        return "was not fetched"
    if capture.outcome == "robots":
        return "robots.txt forbids it"
    if capture.kind == "failure":
        return f"no answer ({capture.outcome})"
    if capture.status != 200 and capture.kind == "response" and not _redirect_of(reading):
        return f"answers {capture.status}"
    if isinstance(reading, Listing) and _kind_of(reading) == kind:
        return ""
    if isinstance(reading, NotAnArticle):
        return f"is no {kind} ({reading.reason})"
    return f"is no {kind}"


def _behind_redirects(url: str, by_url: Mapping[str, Seen]) -> tuple[str, Reading | None]:
    """Where a URL leads in the end, as far as that was fetched."""
    for _ in range(10):
        reading = by_url[url][1] if url in by_url else None
        target = _redirect_of(reading)
        if not target or target not in by_url or target == url:
            break
        url = target
    return url, by_url[url][1] if url in by_url else None


def _redirect_of(reading: Reading | None) -> str:
    if not isinstance(reading, NotAnArticle) or reading.reason != "redirect":
        return ""
    return next((canonical(link.url) for link in reading.links if link.rel == "redirect"), "")


def _is_robots(capture: Capture) -> bool:
    return capture.url.endswith("/robots.txt") and capture.url.count("/") == 3


def _robots_words(robots: Seen | None, crawl_delay: float) -> str:
    if robots is None:
        return "was not asked for"
    capture, reading = robots
    if capture.kind == "failure":
        return f"no answer ({capture.outcome})"
    if not isinstance(reading, Listing):
        return f"answers {capture.status}: no rules"
    named = sum(link.rel == "sitemap" for link in reading.links)
    told = [f"names {named} sitemaps" if named != 1 else "names 1 sitemap"]
    return ", ".join([*told, f"asks for {crawl_delay:g} s between requests"] if crawl_delay else told)


def _walls(all_seen: list[Seen]) -> tuple[tuple[str, int], ...]:
    kinds: Counter[str] = Counter()
    for capture, reading in all_seen:
        if isinstance(reading, NotAnArticle) and reading.reason in _WALLS and not capture.url.endswith("/login"):
            kinds[reading.reason] += 1
        elif capture.status in _LATER:
            kinds["rate_limit"] += 1
    return tuple(sorted(kinds.items()))


_WALL_WORDS = {
    "login": "a login",
    "consent": "a request for consent",
    "challenge": "a challenge for robots",
    "rate_limit": "a request to wait",
}


def _of_home(found: Survey, site: Site) -> Iterable[Finding]:
    if found.elsewhere:
        yield Finding(
            text=f"home {site.home} redirects to {found.elsewhere}, another site: change home, or add to domains"
        )
    elif found.home_problem:
        yield Finding(text=f"home {found.home}: {found.home_problem}")
    elif found.home != site.home and same_site(found.home, site.home):
        yield Finding(text=f"home {site.home} redirects to {found.home}: write that as home", degrades=False)


def _of_sources(found: Survey) -> Iterable[Finding]:
    if not found.alive("feed") and not found.alive("sitemap"):
        yield Finding(
            text="no feed and no sitemap: new articles are found by the section pages alone, which costs more requests",
            degrades=False,
        )


def _of_articles(found: Survey, site: Site) -> Iterable[Finding]:
    count = len(found.articles)
    if not count:
        yield Finding(text=f"no article among {found.pages} pages: try `pressmark extract URL --evidence` on one")
        return
    for name, filled in found.filled.items():
        if name in NEEDED and filled < count * _HALF:
            how = f"add `{_LAYOUT_KEYS[name]}` to a [[layouts]] table of {site.name}.toml"
            yield Finding(text=f"{name}: found in {filled} of {count} articles; {how}")
    if site.article:
        paths = ["/" + article.url.split("/", 3)[3] for article in found.articles if article.url.count("/") > 2]
        for pattern in site.article:
            if not any(pattern.matches(path) for path in paths):
                yield Finding(
                    text=f"article pattern {pattern.text!r} fits none of {count} articles; mend it or leave it out"
                )


_LAYOUT_KEYS = {"headline": "headline", "date_published": "date", "body": "body"}


def _once(articles: Iterable[Article]) -> Iterable[Article]:
    told: set[str] = set()
    for article in articles:
        name = article.canonical_url or article.url
        if name not in told:
            told.add(name)
            yield article


def _most_common(words: Iterable[str]) -> str:
    """The word of more than half; empty when there is none."""
    counts = Counter(word for word in words if word)
    (word, count), *_ = counts.most_common(1) or [("", 0)]
    return word if count * 2 > counts.total() else ""


def _distinct(feeds: tuple[Source, ...]) -> tuple[Source, ...]:
    """The feeds that name something which none before them names; the longer and better dated ones come first."""
    named: set[str] = set()
    kept = []
    for feed in sorted(feeds, key=lambda feed: (-len(feed.links), not feed.newest)):
        if feed.links - named:
            kept.append(feed)
            named |= feed.links
    return tuple(kept)


def _roots(sitemaps: tuple[Source, ...]) -> tuple[Source, ...]:
    """The sitemaps that no other one names."""
    parts = frozenset[str]().union(*(one.links for one in sitemaps if one.form == "sitemapindex"))
    return tuple(one for one in sitemaps if one.url not in parts)


def _quoted(text: str) -> str:
    """A TOML basic string."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _list_of(key: str, sources: tuple[Source, ...], meaning: str) -> list[str]:
    if not sources:
        return [f"# {key} = []{' ' * (16 - len(key))}# none found: left to discovery", ""]
    return [f"{key} = [  # {meaning}", *(f"  {_quoted(one.url)},{_remark(one)}" for one in sources), "]", ""]


def _other_home(found: Survey) -> list[str]:
    said = found.declared.home
    return [f"# home = {_quoted(said)}   # as its pages say (JSON-LD)"] if said and said != found.home else []


def _unseen_sections(found: Survey) -> list[str]:
    """Sections that the pages name and that the look did not come to: nobody has tried them."""
    known = {source.url for source in found.sources}
    unseen = [url for url in found.declared.sections if url not in known | {found.home}][:_MOST_SECTIONS]
    if not unseen:
        return []
    why = "# Named as sections in JSON-LD and not taken: not looked at, or without articles of their own."
    return [why, *(f"#   {_quoted(url)}," for url in unseen), ""]


def _remark(source: Source) -> str:
    if source.kind == "section":
        return ""
    what = "parts" if source.form == "sitemapindex" else "articles" if source.kind == "feed" else "pages"
    newest = f", the newest of {source.newest}" if source.newest else ""
    elsewhere = f", {source.elsewhere} to other sites" if source.elsewhere else ""
    return f"  # {source.form}: {len(source.links)} {what}{newest}{elsewhere}"


def _zone_lines(found: Survey) -> list[str]:
    offsets = Counter(
        o[1] for article in found.articles if (o := re.search(r"([+-]\d\d:\d\d|Z)$", article.date_published))
    )
    seen = f"; dates of articles end with {' and '.join(sorted(offsets))}" if offsets else ""
    return [f'# time_zone = "Europe/London"   # an IANA name{seen}']


def _pattern_lines(found: Survey) -> list[str]:
    """Path patterns that most articles fit, as a suggestion: none was tried on other pages."""
    first = Counter(article.url.split("/", 4)[3] for article in found.articles if article.url.count("/") > 3)
    likely = [f"/{segment}/*" for segment, count in first.most_common(3) if count > 1 and not segment.isdigit()]
    patterns = ", ".join(map(_quoted, likely))
    return [f"# article = [{patterns}]  # path patterns: where they fit, a link is taken for an article"]
