"""Which parts of a site bring nothing: tarpits, and other traps that no single URL gives away.

A trap without an end looks like any page, but it never leads to news. So the pages that were fetched because some page
links to them are counted by their part of the site, and with them how many brought news: an article with a date. A part
that has brought hardly any in some hundred pages is left alone. What a feed or sitemap announces is never held back.

Folders that live on themselves are known sooner. Their pages are named by pages of the same folder alone; they are no
articles with a date, name no article elsewhere on the site that the folder has not named before, and most often lead
nowhere else. After a few of these *dead ends* nothing more is followed there but what looks like an article. Each page
that brings something buys the folder more. Only a site whose articles carry dates is judged so.

The counts are of one job, in which an article that has not changed counts as one of the site. A URL that is held back
stays in the frontier, and is tried again by a job of a later month.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from archive.model import Article, Capture, Link, NotAnArticle, Reading
from pipelines.urls import article_likeness, registered_domain
from spiders.candidates import ARTICLE, ARTICLE_LIKE, UNFOLLOWED_RELS

PATIENCE = 200
"""Pages of one part of a site that may bring nothing."""

PATIENCE_OF_HOST = 400
"""Pages of a whole host that may bring nothing, before only what looks like an article is followed there."""

FRUITFUL_SHARE = 0.02
"""From this share of pages with news on a part is worth its pages."""

FEW_DEAD_ENDS = 3
"""Dead ends of a folder that has brought nothing, and again for each page that has brought something."""

FEW_DATED = 3
"""From so many articles with a date on a site is one whose articles carry dates."""

WAYS_OUT = 3
"""From so many links to other parts of the site on an undated article is no dead end."""

MAX_FOLDERS = 10_000
"""Folders that are counted."""

MAX_NAMED = 2_000
"""Articles that a folder has named; one that has named so many is no trap."""

MAX_REDIRECTS = 10_000
"""Redirects whose targets are waited for."""

_LINKED = frozenset({"link", "section"})
_MAX_LEVELS = 6
_CHANGING = re.compile(r"(?<![a-z0-9])(?=[a-z]*\d)[a-z0-9]{6,}|\d+", re.IGNORECASE)


@dataclass(slots=True)
class _Yield:
    """What one part of a site has brought."""

    pages: int = 0
    news: int = 0

    def is_barren(self, patience: int) -> bool:
        return self.pages >= patience and self.news < self.pages * FRUITFUL_SHARE


@dataclass(slots=True)
class _Folder:
    """What a folder that may live on itself has brought."""

    dead_ends: int = 0
    fruitful: int = 0
    named: set[str] = field(default_factory=set)
    held_back: int = 0

    @property
    def is_trap(self) -> bool:
        return self.dead_ends >= FEW_DEAD_ENDS * (1 + self.fruitful)


@dataclass(slots=True)
class Barren:
    """Counts what the parts of sites bring, and says which URLs to hold back."""

    yields: dict[str, _Yield] = field(default_factory=dict)
    """By part; the part of a whole host is its registered domain."""

    redirects: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """For the target of each redirect that was not fetched yet: the districts that led there."""

    folders: dict[str, _Folder] = field(default_factory=dict)
    """By folder, as `folders_of` writes it."""

    homes: set[str] = field(default_factory=set)
    """Pages that a crawl began with, or was sent to from there; whom they name is named by the site."""

    def saw(self, capture: Capture, reading: Reading | None) -> None:
        """Count a page that was fetched, and what it was read as."""
        led_here = self.redirects.pop(capture.url, ())
        if isinstance(reading, NotAnArticle) and reading.reason == "redirect":
            self._remember(capture, reading, led_here)
            return
        if capture.discovered not in _LINKED and not capture.hops.strip("R"):
            self.homes.add(capture.url)
        if capture.kind == "revisit" and article_likeness(capture.url) >= ARTICLE_LIKE:
            self._of(registered_domain(capture.url)).news += 1  # unchanged: what it was read as before
        self._look_into_folders(capture, reading)
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

    def _look_into_folders(self, capture: Capture, reading: Reading | None) -> None:
        """Count a page in its folders: as a dead end, or as one that brings something."""
        if isinstance(reading, Article) and reading.date_published:
            for folder in folders_of(capture.url):
                self._folder(folder).fruitful += 1
            if capture.via and capture.discovered in _LINKED:
                for folder in folders_of(capture.via):
                    self._folder(folder).fruitful += 1
        elif reading is not None and capture.discovered in _LINKED:
            for folder in self._fed_by_itself(capture.url, capture.via):
                known = self._folder(folder)
                elsewhere = list(_ways_out(capture.url, folder, reading.links))
                if _names_more(known, elsewhere):
                    known.fruitful += 1
                elif not isinstance(reading, Article) or len(set(elsewhere)) < WAYS_OUT:
                    known.dead_ends += 1

    def _folder(self, name: str) -> _Folder:
        known = self.folders.get(name)
        if known is None:
            known = _Folder()
            if len(self.folders) < MAX_FOLDERS:
                self.folders[name] = known
        return known

    def _fed_by_itself(self, url: str, via: str | None) -> list[str]:
        """The folders of a URL in which the page that names it lies too; none where a home page names it."""
        if via is None or via in self.homes:
            return []
        place = _place(via)
        return [folder for folder in folders_of(url) if place.startswith(folder)]

    def _is_dead(self, url: str, via: str | None) -> bool:
        host = self.yields.get(registered_domain(url))
        if not self.folders or host is None or host.news < FEW_DATED:
            return False
        traps = [folder for folder in self._fed_by_itself(url, via) if folder in self.folders]
        traps = [folder for folder in traps if self.folders[folder].is_trap]
        for folder in traps[:1]:
            self.folders[folder].held_back += 1
        return bool(traps)

    def _remember(self, capture: Capture, redirect: NotAnArticle, led_here: tuple[str, ...]) -> None:
        if len(self.redirects) < MAX_REDIRECTS:
            self.redirects |= {link.url: (*led_here, parts_of(capture.url)[1]) for link in redirect.links}

    def bars(self, url: str, *, discovered: str, priority: int, via: str | None = None) -> bool:
        """Whether a URL lies in a part that has brought nothing, so that it is not fetched in this job."""
        if discovered not in _LINKED:
            return False
        host, district = parts_of(url)
        if district in self.yields and self.yields[district].is_barren(PATIENCE):
            return True
        if priority >= ARTICLE:
            return False
        return self._is_dead(url, via) or (host in self.yields and self.yields[host].is_barren(PATIENCE_OF_HOST))

    def barren_parts(self) -> Iterable[tuple[str, int]]:
        """The parts that are held back, with the pages that they cost, for the report."""
        for part, brought in sorted(self.yields.items()):
            if brought.is_barren(PATIENCE_OF_HOST if "/" not in part else PATIENCE):
                yield part, brought.pages
        for name, folder in sorted(self.folders.items()):
            if folder.held_back:
                yield f"{name}*", folder.dead_ends

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


def folders_of(url: str) -> list[str]:
    """The folders that a page lies in, the highest first, with what changes from page to page as `*`.

    The root is none, nor is a first folder with folders of its own, which may be a whole edition of the site. With a
    query the path itself is the folder.

    >>> folders_of("https://www.example.com/en/wiki/2018/3fa8c04e/")
    ['example.com/en/wiki/', 'example.com/en/wiki/*/']
    >>> folders_of("https://www.example.com/finder?sort=new"), folders_of("https://www.example.com/about")
    (['example.com/finder'], [])
    """
    place, has_query = _place(url), "?" in url
    host, *segments = place.rstrip("/").split("/")
    if has_query:
        inner = segments[:_MAX_LEVELS]
        folders = ["/".join([host, *inner[:level]]) + "/" for level in range(2, len(inner))]
        return [*folders, place] if segments else []
    inner = segments[:-1][:_MAX_LEVELS]
    return ["/".join([host, *inner[:level]]) + "/" for level in range(min(2, len(inner)), len(inner) + 1) if level]


def _place(url: str) -> str:
    """Host and path, with what changes from page to page as `*`."""
    path = url.partition("?")[0].split("/", 3)[3]
    return f"{registered_domain(url)}/{_CHANGING.sub('*', path)}"


def _ways_out(url: str, folder: str, links: Iterable[Link]) -> Iterator[str]:
    """What a page names on its site, the home page not counted, outside of a folder."""
    host = registered_domain(url)
    for link in links:
        is_own = link.rel not in UNFOLLOWED_RELS and registered_domain(link.url) == host
        if is_own and not _place(link.url).startswith(folder) and _place(link.url) != f"{host}/":
            yield link.url


def _names_more(folder: _Folder, links: Iterable[str]) -> bool:
    """Whether there is an article among links that the folder has not named before; now it has."""
    if len(folder.named) >= MAX_NAMED:
        return True
    articles = {link for link in links if article_likeness(link) >= ARTICLE_LIKE} - folder.named
    folder.named |= articles
    return bool(articles)
