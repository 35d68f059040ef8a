"""What an operator names as targets: sites by name, or URLs; and which URLs belong to them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from archive.errors import UsageError
from archive.model import REQUISITE_RELS, Capture, Reading
from pipelines.site import Sites
from pipelines.urls import canonical, registered_domain, same_site, without_credentials
from spiders.candidates import UNFOLLOWED_RELS, Candidate, Scope, candidates, origin_of, seeds
from spiders.places import FEED_HOSTS

_PLACES = 20_000
_REMEMBERED = 50_000
_TRAPPED = 1_000

_ANYWHERE = frozenset({"sitemap", *REQUISITE_RELS})
"""`rel` of links that may lead to other hosts."""

_Said = tuple[tuple[str, str], str, str]
"""Site and origin of a reading; URL and rel of a link in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One target of a crawl."""

    scope: Scope
    """Which URLs belong to it."""

    seeds: tuple[Candidate, ...]
    """Where its crawl begins."""


def resolve(target: str, sites: Sites, *, since: date | None = None, alone: bool = False) -> Target:
    """The target that a word of the command line names. Raises UsageError.

    A URL of a site with a site file is asked for first, and then all that the file names; with *alone* it is all that
    is asked for.

    >>> resolve("www.example.com", Sites()).scope.site
    'example.com'
    """
    if _ONE_SLASH.match(target):
        raise UsageError(f"{target!r} lacks a slash: a URL begins with http:// or https://")
    if target in sites.names or not _is_place(target):
        site = sites.named(target)
        scope = Scope.of_site(site, since=since)
        return Target(scope=scope, seeds=tuple(seeds(site, scope)))
    url = target if "://" in target else f"https://{target}"
    try:
        known = sites.of_url(url)
        scope = Scope.of_site(known, since=since) if known else Scope.of_target(url, since=since)
        around = seeds(url, scope)
        itself = next(seed for seed in around if seed.url == without_credentials(canonical(url)))
    except ValueError as problem:
        what = f"{target!r} is no http or https URL"
        raise UsageError(what if str(problem).startswith("no http or https URL") else f"{what}: {problem}") from None
    if alone:
        return Target(scope=scope, seeds=(itself,))
    named = {seed.url: seed for seed in (seeds(known, scope) if known else around)}
    first = replace(named.pop(itself.url, itself), priority=itself.priority)
    return Target(scope=scope, seeds=(first, *named.values()))


_ONE_SLASH = re.compile(r"https?:/?(?!/)", re.IGNORECASE)


def _is_place(target: str) -> bool:
    return "://" in target or ("." in target.partition("/")[0] and " " not in target)


def scope_of_name(site: str, sites: Sites) -> Scope:
    """The scope of a site that is known by its name alone: by its site file, or else its domain."""
    return Scope.of_site(sites.named(site)) if site in sites.names else Scope(site=site, domains=frozenset({site}))


class Scopes:
    """The scope of each site: of the targets as they were asked for, of others as their site file or name says.

    With *only_redirects* nothing else is followed, and redirects wherever they lead.
    """

    def __init__(self, targets: Iterable[Target], sites: Sites, *, only_redirects: bool = False) -> None:
        self._sites = sites
        self._only_redirects = only_redirects
        self._scopes = {target.scope.site: target.scope for target in targets}
        self._places: dict[tuple[str, str], bool] = {}
        self._day = date.min
        self._said: set[_Said] = set()
        self.traps: dict[tuple[str, str], set[str]] = {}
        """URLs that traps have made up, a thousand at most, by site and kind of trap."""

    def of(self, site: str) -> Scope:
        """The scope of the site of that name."""
        scope = self._scopes.get(site)
        if scope is None:
            scope = self._scopes[site] = scope_of_name(site, self._sites)
        return scope

    def candidates(self, capture: Capture, reading: Reading) -> Iterable[Candidate]:
        """What a reading leads to, within the scope of the capture's site."""
        if not capture.site:
            return ()
        scope = self.of(capture.site)
        if self._only_redirects:
            return _redirects(capture, reading, scope)
        said = self._said_on(capture.captured_at.date())
        where = (capture.site, origin_of(reading))
        within = [
            link
            for link in reading.links
            if link.rel not in UNFOLLOWED_RELS
            and (where, link.url, link.rel) not in said
            and (link.rel in _ANYWHERE or capture.is_requisite or self._may_lead(link.url, capture, scope))
        ]
        found = candidates(capture, replace(reading, links=tuple(within)), scope)
        offered = {candidate.url for candidate in found if candidate.kind != "sitemap"}  # whose text says how old it is
        for kind, urls in found.trapped.items():
            self.note_traps(capture.site, kind, urls)
        said.update((where, link.url, link.rel) for link in within if link.url in offered)
        return found

    def note_traps(self, site: str, kind: str, urls: Iterable[str]) -> None:
        """Remember URLs that were not followed since a trap has made them up."""
        known = self.traps.setdefault((site, kind), set())
        if len(known) < _TRAPPED:
            known.update(urls)

    def _said_on(self, day: date) -> set[_Said]:
        """The links that led to candidates on that day: another page can say nothing new of them.

        They are the navigation, on every page of a site.
        """
        if day != self._day or len(self._said) > _REMEMBERED:
            self._day, self._said = day, set()
        return self._said

    def _may_lead(self, url: str, capture: Capture, scope: Scope) -> bool:
        """Whether a link could be followed, by its host alone: half of all links lead to other sites, and to look at
        each of them closely costs more than the rest of a page.
        """
        place = url.split("/", 3)[2] if url.count("/") > 1 else ""
        known = self._places.get((scope.site, place))
        if known is None:
            known = place in FEED_HOSTS or scope.covers(f"http://{place}/") or same_site(url, capture.url)
            self._places[scope.site, place] = known
            if len(self._places) > _PLACES:
                self._places.clear()
        return known


def _redirects(capture: Capture, reading: Reading, scope: Scope) -> Iterable[Candidate]:
    """Where a redirect leads, be it to another site."""
    links = tuple(link for link in reading.links if link.rel == "redirect")
    wider = replace(scope, domains=scope.domains | {registered_domain(link.url) for link in links})
    return [each for each in candidates(capture, replace(reading, links=links), wider) if each.discovered == "redirect"]
