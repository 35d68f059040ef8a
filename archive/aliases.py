"""Which URLs are names of one article: the components that derived tables are computed for.

Pages claim other URLs as their own: by a canonical link, an AMP link, a redirect, the URL without tracking parameters.
A claim alone joins nothing, since templates claim wrongly (every article the home page, every login page the last
article). Two pages that were both read as articles are joined by a claim when they share a text, a headline or an
opening paragraph. A URL without an article of its own is a name of one article at most: of what it redirects to last,
or, when it was never read at all, of the last page that claims it; a claim to it is a claim to that article.
So no hub, however many pages claim it, glues different articles together.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archive.pages import Pages


@dataclass(frozen=True, slots=True)
class _Claim:
    source: str
    target: str
    kind: str
    last: tuple[str, str]


class AliasGraph:
    """The pages as nodes, with an edge where two are names of one article. Symmetric by construction."""

    def __init__(self, db: sqlite3.Connection, pages: Pages) -> None:
        self._db = db
        self._pages = pages
        self._from: dict[str, list[_Claim]] = {}
        self._to: dict[str, list[_Claim]] = {}

    def load(self, urlkeys: Iterable[str]) -> None:
        """Looks up at once what these pages claim, and who claims them."""
        wanted = [key for key in urlkeys if key not in self._from or key not in self._to]
        for side, found in (("from_urlkey", self._from), ("to_urlkey", self._to)):
            found |= {key: [] for key in wanted}
            for claim in self._claims(side, wanted):
                found[claim.source if side == "from_urlkey" else claim.target].append(claim)

    def targets(self, urlkey: str) -> list[str]:
        """The URLs that this page claims."""
        return [claim.target for claim in self._claims_from(urlkey)]

    def neighbours(self, urlkey: str) -> set[str]:
        """The pages that are names of the same article as this one."""
        if not self._claims_from(urlkey) and not self._claims_to(urlkey):
            return set()
        found = set(self._owned(urlkey))
        if self._pages.showings(urlkey):
            found.update(self._akin_targets(urlkey))
            found.update(self._akin_sources(urlkey))
        elif owner := self._owner(urlkey):
            found.add(owner)
        return found - {urlkey}

    def _akin_targets(self, urlkey: str) -> Iterator[str]:
        for target in self.targets(urlkey):
            end = self._article_behind(target)
            if end and end != urlkey and self._are_akin(urlkey, end):
                yield end

    def _akin_sources(self, urlkey: str) -> Iterator[str]:
        names = {urlkey}
        waiting = [urlkey]
        while waiting:
            found = set(self._owned(waiting.pop())) - names
            names |= found
            waiting += found
        sources = {claim.source for name in names for claim in self._claims_to(name)} - names
        self._pages.load(sources)
        return (s for s in sources if self._pages.showings(s) and self._are_akin(s, urlkey))

    def _are_akin(self, urlkey: str, other: str) -> bool:
        return not self._pages.keys(urlkey).isdisjoint(self._pages.keys(other))

    def _article_behind(self, urlkey: str) -> str | None:
        """The page that shows the article which this URL is a name of; itself when it shows one."""
        passed: set[str] = set()
        at: str | None = urlkey
        while at is not None and at not in passed and not self._pages.showings(at):
            passed.add(at)
            at = self._owner(at)
        return None if at in passed else at

    def _owner(self, urlkey: str) -> str | None:
        """For a URL that shows no article: the one URL that it is another name of."""
        if self._pages.stands_for_itself(urlkey):
            return None
        redirects = [claim for claim in self._claims_from(urlkey) if claim.kind == "redirect"]
        if redirects:
            target = max(redirects, key=lambda c: (c.last, c.target)).target
            return None if self._is_no_article(target) else target
        claims = sorted(self._claims_to(urlkey), key=lambda c: (c.last, c.source), reverse=True)
        return next((c.source for c in claims if not self._is_no_article(c.source)), None)

    def _owned(self, urlkey: str) -> Iterator[str]:
        """The URLs whose owner is this one."""
        if self._is_no_article(urlkey):
            return
        candidates = {c.source for c in self._claims_to(urlkey) if c.kind == "redirect"}
        candidates |= {c.target for c in self._claims_from(urlkey)}
        self._pages.load(candidates)
        for other in candidates - {urlkey}:
            if not self._pages.showings(other) and self._owner(other) == urlkey:
                yield other

    def _is_no_article(self, urlkey: str) -> bool:
        return not self._pages.showings(urlkey) and self._pages.stands_for_itself(urlkey)

    def _claims_from(self, urlkey: str) -> list[_Claim]:
        if urlkey not in self._from:
            self._from[urlkey] = list(self._claims("from_urlkey", [urlkey]))
        return self._from[urlkey]

    def _claims_to(self, urlkey: str) -> list[_Claim]:
        if urlkey not in self._to:
            self._to[urlkey] = list(self._claims("to_urlkey", [urlkey]))
        return self._to[urlkey]

    def _claims(self, side: str, urlkeys: list[str]) -> Iterator[_Claim]:
        rows = self._db.execute(
            "select a.from_urlkey, a.to_urlkey, a.kind, a.captured_at, a.record_id "  # noqa: S608  one of two names
            f"from json_each(?) as k join aliases as a on a.{side} = k.value",
            (json.dumps(urlkeys),),
        )
        return (_Claim(source, target, kind, (at, record)) for source, target, kind, at, record in rows)


def components(db: sqlite3.Connection, pages: Pages, touched: Iterable[str]) -> list[list[str]]:
    """All components that hold a touched page, or may have lost one to another: each sorted, the smallest key first."""
    graph = AliasGraph(db, pages)
    seeds = set(touched)
    pages.load(seeds)
    graph.load(seeds)
    seeds.update(target for key in list(seeds) for target in graph.targets(key))
    found: dict[str, set[str]] = {}
    waiting = seeds
    while waiting:
        pages.load(waiting)
        graph.load(waiting)
        for key in waiting:
            found[key] = graph.neighbours(key)
        reached = {n for key in waiting for n in found[key]} | _once_together(db, waiting)
        waiting = reached - found.keys()
    return _connected(found)


def _once_together(db: sqlite3.Connection, urlkeys: Iterable[str]) -> set[str]:
    """The pages that were names of the same articles as these when the tables were last derived."""
    rows = db.execute(
        "select distinct u.urlkey "
        "from json_each(?) as k "
        "join article_urls as mine on mine.urlkey = k.value "
        "join article_urls as u on u.article_id = mine.article_id",
        (json.dumps(list(urlkeys)),),
    )
    return {urlkey for (urlkey,) in rows}


def _connected(neighbours: dict[str, set[str]]) -> list[list[str]]:
    seen: set[str] = set()
    result = []
    for start in sorted(neighbours):
        if start in seen:
            continue
        component = []
        waiting = [start]
        seen.add(start)
        while waiting:
            key = waiting.pop()
            component.append(key)
            for other in neighbours[key] - seen:
                seen.add(other)
                waiting.append(other)
        result.append(sorted(component))
    return result
