"""What the pages of given URL keys have shown of articles, captures and revisits in the order of time.

A revisit shows what its payload was read as: it resolves by payload digest to a response of its own URL, or of the URL
that it refers to, whichever of the two records was folded in first.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from archive.urlkey import url_key


@dataclass(frozen=True, slots=True, order=True)
class Showing:
    """One capture in which an article was seen. Showings sort by time."""

    captured_at: str
    """When, as the catalog writes instants."""

    record_id: str
    """The capture: a response, or a revisit."""

    reading_id: str
    """The record whose payload was read: the same, or the response that the revisit stands for."""

    text_id: int
    """The text that was read."""

    keys: frozenset[str]
    """What the same article under another URL would share: keys of its text, its headline, its opening."""


_READINGS = """
select r.urlkey, r.captured_at, r.record_id, c.payload_digest, t.id, t.headline_key, t.opening_key
from json_each(?) as k
join readings as r on r.urlkey = k.value and r.kind = 'article'
join captures as c on c.record_id = r.record_id
join texts as t on t.content_hash = r.content_hash
"""
_REVISITS = """
select c.urlkey, c.captured_at, c.record_id, c.payload_digest, c.refers_to_url
from json_each(?) as k
join captures as c on c.urlkey = k.value and c.kind = 'revisit'
"""
_REVISITS_OF_OTHERS = _REVISITS.replace("'revisit'", "'revisit' and c.refers_to_url <> c.url").replace(
    "captures as c", "captures as c indexed by revisits_of_others"
)
_STANDS = """
select distinct r.urlkey
from json_each(?) as k
join readings as r on r.urlkey = k.value
where r.kind = 'listing' or r.kind = 'not_an_article' and r.reason not in ('redirect', 'status')
"""


class Pages:
    """The showings of pages, each looked up once."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._showings: dict[str, list[Showing]] = {}
        self._stands: dict[str, bool] = {}

    def load(self, urlkeys: Iterable[str]) -> None:
        """Looks all of these up at once."""
        wanted = [key for key in urlkeys if key not in self._showings]
        if not wanted:
            return
        own = self._read(wanted)
        revisits = self._db.execute(_REVISITS, (json.dumps(sorted(own)),)).fetchall() if own else []
        others = [key for key in wanted if key not in own]
        if others:
            revisits += self._db.execute(_REVISITS_OF_OTHERS, (json.dumps(others),)).fetchall()
        found: dict[str, list[Showing]] = {key: [s for _, s in own.get(key, ())] for key in wanted}
        for urlkey, showing in self._resolved(own, revisits):
            found[urlkey].append(showing)
        for showings in found.values():
            showings.sort()
        self._showings |= found

    def showings(self, urlkey: str) -> list[Showing]:
        """The captures of that page that show an article, in the order of time."""
        self.load([urlkey])
        return self._showings[urlkey]

    def keys(self, urlkey: str) -> set[str]:
        """What the same article under another URL would share with this page."""
        return {key for showing in self.showings(urlkey) for key in showing.keys}

    def stands_for_itself(self, urlkey: str) -> bool:
        """Whether the page was read as something else than an article, so that it is no alias of one."""
        if urlkey not in self._stands:
            row = self._db.execute(_STANDS + " limit 1", (json.dumps([urlkey]),)).fetchone()
            self._stands[urlkey] = row is not None
        return self._stands[urlkey]

    def repeated_elsewhere(self, urlkeys: Iterable[str]) -> set[str]:
        """The pages whose revisits may stand for articles of these pages."""
        rows = self._db.execute(
            "select distinct v.urlkey "
            "from json_each(?) as k "
            "join readings as r on r.urlkey = k.value and r.kind = 'article' "
            "join captures as c on c.record_id = r.record_id "
            "join captures as v on v.payload_digest = c.payload_digest and v.kind = 'revisit' and v.urlkey <> c.urlkey",
            (json.dumps(list(urlkeys)),),
        )
        return {urlkey for (urlkey,) in rows}

    def _read(self, urlkeys: Iterable[str]) -> dict[str, list[tuple[str, Showing]]]:
        """The articles read at these pages, each with its payload digest."""
        found = defaultdict(list)
        for urlkey, at, record_id, payload, text_id, headline, opening in self._db.execute(
            _READINGS, (json.dumps(list(urlkeys)),)
        ):
            keys = {f"text {text_id}"}
            keys |= {f"headline {headline}"} if headline else set()
            keys |= {f"opening {opening}"} if opening else set()
            found[urlkey].append((payload, Showing(at, record_id, record_id, text_id, frozenset(keys))))
        return dict(found)

    def _resolved(
        self, own: dict[str, list[tuple[str, Showing]]], revisits: list[tuple[str, str, str, str, str | None]]
    ) -> Iterable[tuple[str, Showing]]:
        referred = {url_key(url) for *_, url in revisits if url} - own.keys()
        responses = own | (self._read(referred) if referred else {})
        for urlkey, at, record_id, payload, url in revisits:
            for page in (urlkey, url_key(url) if url else urlkey):
                candidates = [s for digest, s in responses.get(page, ()) if digest == payload]
                if candidates:
                    read = _nearest(candidates, at)
                    yield urlkey, Showing(at, record_id, read.reading_id, read.text_id, read.keys)
                    break


def _nearest(candidates: list[Showing], at: str) -> Showing:
    """The last of them before that instant, or the first one."""
    earlier = [s for s in candidates if s.captured_at <= at]
    return max(earlier) if earlier else min(candidates)
