"""Where to look next: which URLs of a reading are worth fetching, in which order, and which are not.

Everything here is pure: a capture, what it was read as and the scope of the crawl give the same candidates at any
time. What is left out is counted by reason, so that a report can say why something was not fetched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from archive.urlkey import url_key
from pipelines.patterns import PathPattern
from pipelines.urls import canonical, has_credentials, host_of, registered_domain

Kind = Literal["robots", "feed", "sitemap", "section", "page"]


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
    """When a feed or sitemap says it last changed, as in `archive.model.Entry`; empty when unknown."""

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

    since: date | None = None
    """What is known to be older is not fetched; None takes everything."""

    max_hops: int = 100
    """The longest way from a seed."""

    max_redirects: int = 10
    """Redirects followed one after the other."""

    @classmethod
    def of_target(cls, target: str, *, since: date | None = None) -> Scope:
        """The scope of a target without a site file: its registered domain, or IP:port.

        >>> sorted(Scope.of_target("https://www.example.com/news").domains)
        ['example.com']
        """
        domain = registered_domain(canonical(target))
        return cls(site=domain, domains=frozenset({domain}), since=since)

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

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self.candidates)

    def __len__(self) -> int:
        return len(self.candidates)
