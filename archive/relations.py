"""What an article that was just read is to those that are known: another URL of one of them, or a copy.

The catalog decides in the end, when all is folded. This says at once what can be said then, so that the item of a crawl
can carry it, and it asks the same functions: keys of texts, fingerprints, comparison.
"""

from __future__ import annotations

import json
import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from archive import schema
from archive.clusters import articles_of
from archive.likeness import Fingerprint, Profile, compare, fingerprint
from archive.similar import Pairs, body_key
from archive.text import Text, text_of

Kind = Literal["", "alias", "exact", "near"]

RECENT = 128
"""Articles that are remembered here until they are surely in the catalog; a commit holds 64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What an article is to those that are known."""

    article_id: str
    """The article that it belongs to."""

    kind: Kind = ""
    """`alias` for another URL of a known article, `exact` for a copy, `near` for an edited one; empty for none."""

    of: str = ""
    """The article that it repeats; empty when it repeats none."""

    resemblance: float = 0.0
    """As in `similar`; 1.0 for an exact copy."""

    containment: float = 0.0
    """As in `similar`; 1.0 for an exact copy."""


@dataclass(frozen=True, slots=True)
class _Recent:
    urlkey: str
    urlkeys: frozenset[str]
    article_id: str
    text: Text
    fingerprint: Fingerprint


class Relations:
    """Looks articles up in a catalog, which it only reads, and among those that it was asked about before."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db: sqlite3.Connection | None = None
        self._recent: deque[_Recent] = deque(maxlen=RECENT)

    def of(self, urlkey: str, claims: Iterable[str], headline: str, standfirst: str, body: str) -> Relation:
        """What the article at *urlkey* is, of which *claims* are the keys of the other URLs that it calls its own."""
        text = text_of(headline, standfirst, body)
        found = fingerprint(text.body) if text.body_hash else Fingerprint(b"", 0)
        keys = {urlkey, *claims}
        relation = self._alias(urlkey, keys, text) or self._copy(min(keys), text, found)
        self._recent.append(_Recent(urlkey, frozenset(keys), relation.article_id, text, found))
        return relation

    def close(self) -> None:
        """Lets go of the catalog."""
        if self._db is not None:
            self._db.close()

    def _alias(self, urlkey: str, keys: set[str], text: Text) -> Relation | None:
        """The article that a URL of these is known to show, if it was this one."""
        if any(recent.urlkey == urlkey for recent in self._recent) or self._query(_WAS_READ, urlkey):
            known = self._query("select article_id from article_urls where urlkey = ?", urlkey)
            recent_ids = (recent.article_id for recent in self._recent if recent.urlkey == urlkey)
            return Relation(article_id=str(known[0][0]) if known else next(recent_ids, min(keys)))
        article = next(self._akin(keys, text), None)
        return None if article is None else Relation(article_id=min(article, *keys), kind="alias", of=article)

    def _akin(self, keys: set[str], text: Text) -> Iterator[str]:
        yield from (r.article_id for r in self._recent if not keys.isdisjoint(r.urlkeys) and _are_akin(r.text, text))
        for article, *known in self._query(_KNOWN, json.dumps(sorted(keys))):
            if _keys(*known) & _keys(text.content_hash, text.headline_key, text.opening_key):
                yield str(article)

    def _copy(self, own: str, text: Text, found: Fingerprint) -> Relation:
        if text.body_hash is None:
            return Relation(article_id=own)
        same = [r.article_id for r in self._recent if r.text.body_hash == text.body_hash]
        same += self._of_body(body_key(text.body_hash))
        if same:
            return Relation(article_id=own, kind="exact", of=min(same), resemblance=1.0, containment=1.0)
        near = max(self._near(text, found), default=None)
        if near is None:
            return Relation(article_id=own)
        resemblance, containment, article = near
        return Relation(article_id=own, kind="near", of=article, resemblance=resemblance, containment=containment)

    def _near(self, text: Text, found: Fingerprint) -> Iterator[tuple[float, float, str]]:
        mine: Profile | None = None
        for recent in self._recent:
            if found.may_be_like(recent.fingerprint):
                mine = mine or Profile(text.body)
                likeness = compare(mine, Profile(recent.text.body))
                if likeness.is_alike and not likeness.differs_in:
                    yield likeness.resemblance, likeness.containment, recent.article_id
        if (db := self._open()) is not None:
            for other in Pairs(db).like(found, text.body)[:1]:
                for article in self._of_body(other.body_key):
                    yield other.resemblance, other.containment, article

    def _of_body(self, body: int) -> list[str]:
        db = self._open()
        return [] if db is None else sorted(articles_of(db, [body]))

    def _query(self, query: str, *values: str) -> list[tuple[str, ...]]:
        db = self._open()
        return [] if db is None else db.execute(query, values).fetchall()

    def _open(self) -> sqlite3.Connection | None:
        if self._db is None and self._path.exists():
            self._db = schema.connect(self._path, readonly=True)
        return self._db


_WAS_READ = "select 1 from readings where urlkey = ? and kind = 'article' limit 1"
_KNOWN = """
select distinct u.article_id, t.content_hash, t.headline_key, t.opening_key
from json_each(?) as k
join article_urls as u on u.urlkey = k.value
join revision_rows as r on r.article_id = u.article_id
join texts as t on t.id = r.text_id
"""


def _are_akin(text: Text, other: Text) -> bool:
    mine, its = (_keys(t.content_hash, t.headline_key, t.opening_key) for t in (text, other))
    return not mine.isdisjoint(its)


def _keys(content_hash: str, headline: str, opening: str) -> set[tuple[str, str]]:
    """What two names of one article share, as in `archive.pages`."""
    found = {("text", content_hash), ("headline", headline), ("opening", opening)}
    return {(what, key) for what, key in found if key}
