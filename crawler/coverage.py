"""What a collection has not got, site by site: URLs seen but not fetched and why, feeds that died, days without news.

Everything follows from `catalog.db` and `frontier.db`, which are only read. The present is the newest capture of a
site.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from archive.query import reading as catalog_of
from crawler import left_alone
from crawler.frontier import State
from crawler.targets import scope_of_name
from pipelines.site import Sites
from spiders.candidates import Scope, trap_of

REASONS: Mapping[str, str] = {
    "robots": "robots.txt forbids it",
    "budget": "waits: the last job ended before its turn",
    "trap": "looks like a trap, or lies where nothing was found",
    "4xx": "the site answers with a client error, such as 404",
    "5xx": "the site answers with a server error",
    "throttle": "the site asks to wait",
    "challenge": "a challenge for robots",
    "login": "a login",
    "consent": "a request for consent",
    "reserved": "reserves not to be archived, or mined, which is obeyed",
    "no answer": "no connection, or a broken answer",
    "poison": "was alone in flight at a crash",
}
"""Why a URL that was seen has not been fetched."""

_EXAMPLES = 3
MOST_DAYS = 92
"""Days that are looked at for days without news."""

_WEEKS = 3
_USUAL = 0.8
_THROTTLE = (429, 503)
_SHUT = frozenset({"challenge", "login", "consent", "reserved"})

# of all captures of a URL the newest, by SQLite's rule for bare columns beside a single max()
_NEWEST = """
select c.site, c.url, c.kind, coalesce(c.status, 0), c.outcome, coalesce(r.reason, ''), max(c.captured_at),
       sum(c.kind <> 'failure' and coalesce(c.status, 0) < 400
           and coalesce(r.reason, '') not in ('challenge', 'login', 'consent', 'reserved')) > 0
from captures as c
left join readings as r using (record_id)
where c.site <> '' and c.discovered not in ('requisite', 'rendering')
  and not (c.discovered = 'redirect' and rtrim(c.hops, 'R') like '%E')
group by c.site, c.url
"""
_WERE_ALIVE = """
select distinct c.site, c.url, r.reason
from captures as c
join readings as r using (record_id)
where r.kind = 'listing' and r.reason in ('rss', 'atom', 'jsonfeed', 'sitemap', 'sitemapindex')
"""
_JOBS = "select stats from jobs where stats is not null"
_LINKS = "select distinct url from outlinks where rel in ('link', 'next')"
_DAYS = "select site, day, count(*) from article_rows where length(day) = 10 group by site, day"
_WAITING = """
select q.site, u.url, u.state, u.attempts
from urls as u
join queues as q on q.id = u.queue
where u.visits = 0 and u.state in (0, 1, 2, 3, 4, 7) and u.kind <> 'requisite'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfetched:
    """URLs of one site that were seen and not fetched for one reason."""

    reason: str
    """A key of `REASONS`."""

    count: int
    """How many they are."""

    examples: tuple[str, ...]
    """The first of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadSource:
    """A feed or sitemap that was there once."""

    url: str
    """Where it was."""

    form: str
    """What it was, as in `archive.model.Listing`."""

    now: str
    """What comes from there now, in a few words."""

    since: str
    """The first day without it is this one, or lies between the last look and it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What is known to be missing of one site."""

    site: str
    """Its name."""

    fetched: int
    """URLs that were fetched well."""

    unfetched: tuple[Unfetched, ...]
    """What was not, the most first."""

    dead: tuple[DeadSource, ...]
    """Its feeds and sitemaps that died."""

    empty_days: tuple[str, ...]
    """Days without an article, where that weekday usually has some."""


def coverage(collection: Path, sites: Sites) -> list[Coverage]:
    """What is known to be missing, for each site of a collection."""
    seen = _Seen(sites)
    with catalog_of(collection / "catalog.db") as db:
        seen.look_at_captures(db.execute(_NEWEST))
        seen.look_at_sources(db.execute(_WERE_ALIVE))
        if (collection / "frontier.db").exists():
            with closing(
                sqlite3.connect(f"{(collection / 'frontier.db').absolute().as_uri()}?mode=ro", uri=True)
            ) as own:
                silent = left_alone.silent(json.loads(stats) for (stats,) in db.execute(_JOBS))
                seen.look_at_waiting(own.execute(_WAITING), silent)
        seen.look_at_links(url for (url,) in db.execute(_LINKS))
        days: dict[str, Counter[str]] = defaultdict(Counter)
        for domain, day, count in db.execute(_DAYS):
            days[domain][day] += count
    return [seen.coverage(site, days) for site in sorted(seen.known)]


class _Seen:
    """What is gathered of all sites."""

    def __init__(self, sites: Sites) -> None:
        self.sites = sites
        self.known: dict[str, set[str]] = defaultdict(set)
        self.fetched: Counter[str] = Counter()
        self.why: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.latest: dict[tuple[str, str], tuple[str, str]] = {}
        self.newest: dict[str, str] = {}
        self.dead: dict[str, list[DeadSource]] = defaultdict(list)
        self._scopes: dict[str, Scope] = {}

    def look_at_captures(self, rows: Iterable[tuple[str, str, str, int, str, str, str, int]]) -> None:
        for site, url, kind, status, outcome, reason, at, was_good in rows:
            self.known[site].add(url)
            self.newest[site] = max(self.newest.get(site, ""), at)
            why = _why(kind, status, outcome, reason)
            self.latest[site, url] = (why, at)
            self.fetched[site] += bool(was_good)
            if why and not was_good and not _is_guess(url, status):
                self.why[site, why].append(url)

    def look_at_sources(self, rows: Iterable[tuple[str, str, str]]) -> None:
        for site, url, form in rows:
            why, at = self.latest.get((site, url), ("", ""))
            if why:
                self.dead[site].append(DeadSource(url=url, form=form, now=REASONS[why], since=at[:10]))

    def look_at_waiting(self, rows: Iterable[tuple[str, str, int, int]], silent: Collection[str] = ()) -> None:
        """URLs of the frontier; *silent* are hosts and origins that gave no connection."""
        for site, url, state, attempts in rows:
            if url in self.known[site]:
                continue
            self.known[site].add(url)
            why = "poison" if state == State.POISON else "budget"
            if state == State.WAITING:
                is_silent = url.split("/", 3)[2] in silent or "/".join(url.split("/", 3)[:3]) in silent
                why = "no answer" if attempts or is_silent else "trap"
            self.why[site, why].append(url)

    def look_at_links(self, urls: Iterable[str]) -> None:
        """Links that lead to no candidate: those that look like a trap are told, the others are no pages."""
        everything = frozenset[str]().union(*self.known.values())
        for url in urls:
            if url in everything:
                continue
            for site in self.known:
                scope = self._scope(site)
                if scope.covers(url) and trap_of(url, scope, date.fromisoformat(self.newest[site][:10])):
                    self.why[site, "trap"].append(url)

    def _scope(self, site: str) -> Scope:
        if site not in self._scopes:
            self._scopes[site] = scope_of_name(site, self.sites)
        return self._scopes[site]

    def coverage(self, site: str, days: Mapping[str, Counter[str]]) -> Coverage:
        found = [
            Unfetched(reason=why, count=len(urls), examples=tuple(sorted(urls)[:_EXAMPLES]))
            for (of, why), urls in self.why.items()
            if of == site
        ]
        own: Counter[str] = Counter()
        for domain in {site, *self._scope(site).domains} & days.keys():
            own.update(days[domain])
        return Coverage(
            site=site,
            fetched=self.fetched[site],
            unfetched=tuple(sorted(found, key=lambda one: (-one.count, one.reason))),
            dead=tuple(sorted(self.dead[site], key=lambda one: one.url)),
            empty_days=tuple(empty_days(own, until=date.fromisoformat(self.newest[site][:10]))),
        )


def empty_days(counts: Mapping[str, int], *, until: date) -> Iterator[str]:
    """Days before *until* without an article, where four of five such weekdays have some.

    A weekday counts from its third week on, and no day before the first article or more than three months back.

    >>> week = {f"2018-06-{day:02}": 2 for day in range(1, 31) if day not in (13, 2, 9, 16, 23, 30)}
    >>> list(empty_days(week, until=date(2018, 7, 1)))
    ['2018-06-13']
    """
    if not counts:
        return
    begin = max(date.fromisoformat(min(counts)), until - timedelta(days=MOST_DAYS))
    span = [begin + timedelta(days=n) for n in range((until - begin).days)]
    for day in span:
        same = [other for other in span if other.weekday() == day.weekday()]
        with_news = sum(f"{other}" in counts for other in same)
        if f"{day}" not in counts and len(same) >= _WEEKS and with_news >= _USUAL * (len(same) - 1):
            yield f"{day}"


def _why(kind: str, status: int, outcome: str, reason: str) -> str:
    """Why a capture is not what was wanted; empty when it is."""
    if outcome in ("robots", "reserved"):
        return outcome
    if reason in _SHUT:
        return reason
    if status in _THROTTLE:
        return "throttle"
    if kind == "failure":
        return "no answer"
    return "5xx" if status >= 500 else "4xx" if status >= 400 else ""


def _is_guess(url: str, status: int) -> bool:
    """A common place of feeds and sitemaps where nothing is: nobody has said that there was."""
    from spiders.places import FEED_PLACES, SITEMAP_PLACES

    path = "/" + url.split("/", 3)[3] if url.count("/") > 2 else ""
    return 400 <= status < 500 and path in {*FEED_PLACES, *SITEMAP_PLACES, "/robots.txt"}
