"""Which parts of a site bring nothing: tarpits, and other traps that no single URL gives away.

A trap without an end looks like any page, but it never leads to news. So the pages that were fetched because some page
links to them are counted by their part of the site, and with them how many brought news: an article with a date. A part
that has brought hardly any in some hundred pages is left alone. What a feed or sitemap announces is never held back.

The counts are of one job. A URL that is held back stays in the frontier, and is tried again by a later job.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from archive.model import Article, Capture, NotAnArticle, Reading
from pipelines.urls import registered_domain
from spiders.candidates import ARTICLE

PATIENCE = 200
"""Pages of one part of a site that may bring nothing."""

PATIENCE_OF_HOST = 400
"""Pages of a whole host that may bring nothing, before only what looks like an article is followed there."""

FRUITFUL_SHARE = 0.02
"""From this share of pages with news on a part is worth its pages."""

MAX_REDIRECTS = 10_000
"""Redirects whose targets are waited for."""

_LINKED = frozenset({"link", "section"})
_CHANGING = re.compile(r"(?<![a-z0-9])(?=[a-z]*\d)[a-z0-9]{6,}|\d+", re.IGNORECASE)


@dataclass(slots=True)
class _Yield:
    """What one part of a site has brought."""

    pages: int = 0
    news: int = 0

    def is_barren(self, patience: int) -> bool:
        return self.pages >= patience and self.news < self.pages * FRUITFUL_SHARE


@dataclass(slots=True)
class Barren:
    """Counts what the parts of sites bring, and says which URLs to hold back."""

    yields: dict[str, _Yield] = field(default_factory=dict)
    """By part; the part of a whole host is its registered domain."""

    redirects: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """For the target of each redirect that was not fetched yet: the districts that led there."""

    def saw(self, capture: Capture, reading: Reading | None) -> None:
        """Count a page that was fetched, and what it was read as."""
        led_here = self.redirects.pop(capture.url, ())
        if isinstance(reading, NotAnArticle) and reading.reason == "redirect":
            self._remember(capture, reading, led_here)
            return
        for part in led_here:  # a redirect counts when what it leads to is fetched for it, and not where that is known
            self._of(part).pages += 1
        own: list[str] = []
        if capture.discovered in _LINKED and capture.via is not None:
            own = parts_of(capture.url)
            led_here = (*led_here, parts_of(capture.via)[1])
            for part in own:
                self._of(part).pages += 1
        if isinstance(reading, Article) and reading.date_published:
            for part in (*own, *led_here):  # a list of links, or a redirect, is worth what it leads to
                self._of(part).news += 1

    def _remember(self, capture: Capture, redirect: NotAnArticle, led_here: tuple[str, ...]) -> None:
        if len(self.redirects) < MAX_REDIRECTS:
            self.redirects |= {link.url: (*led_here, parts_of(capture.url)[1]) for link in redirect.links}

    def bars(self, url: str, *, discovered: str, priority: int) -> bool:
        """Whether a URL lies in a part that has brought nothing, so that it is not fetched in this job."""
        if discovered not in _LINKED:
            return False
        host, district = parts_of(url)
        if district in self.yields and self.yields[district].is_barren(PATIENCE):
            return True
        return priority < ARTICLE and host in self.yields and self.yields[host].is_barren(PATIENCE_OF_HOST)

    def barren_parts(self) -> Iterable[tuple[str, int]]:
        """The parts that are held back, with the pages that they cost, for the report."""
        for part, brought in sorted(self.yields.items()):
            if brought.is_barren(PATIENCE_OF_HOST if "/" not in part else PATIENCE):
                yield part, brought.pages

    def _of(self, part: str) -> _Yield:
        return self.yields.setdefault(part, _Yield())


def parts_of(url: str) -> list[str]:
    """The parts of a site that a URL in canonical form belongs to: its host, and its district.

    A district is the first segment of the path, with what changes from page to page as `*`, and the names in the query.

    >>> parts_of("https://www.example.com/wiki/3fa8c04e?lang=en")
    ['example.com', 'example.com/wiki/* lang']
    """
    address, _, query = url.partition("?")
    path = address.split("/", 3)[3]
    first, slash, _ = path.partition("/")
    names = sorted({part.partition("=")[0] for part in query.split("&") if part})
    district = _CHANGING.sub("*", first)[:60] + ("/*" if slash else "")
    host = registered_domain(url)
    return [host, f"{host}/{district}" + (" " + ",".join(names)[:100] if names else "")]
