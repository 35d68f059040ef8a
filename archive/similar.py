"""Which texts are alike: pairs of distinct bodies, found by their fingerprints and measured on the texts themselves.

All bodies with one key of a fingerprint are a *band*. In a band each body is compared with the `SMALLEST` of smallest
hash, so that a thousand copies cost no more than they must, and so that the pairs follow from the set of bodies alone:
a body that comes late and is among the smallest is compared with the whole band, and what it puts out of that place
loses the pairs which no other band gives. `Pairs.add` keeps the pairs in step, `Pairs.derive_all` computes them from
nothing; both give the same.
"""

from __future__ import annotations

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, groupby, islice
from operator import itemgetter

from archive.likeness import COPY, KEY_BYTES, KEYS, Fingerprint, Profile, compare

SMALLEST = 5
"""Bodies of a band with which all of it are compared."""

_FINGERPRINTS = 8192
_PROFILED = 500_000  # shingles: some 50 MB
_TOGETHER = 256  # bodies whose bands are looked up at once

_INSERT_BANDS = "insert or ignore into bands (key, body_key) values (?, ?)"
_INSERT_ALL_BANDS = """
insert into bands (key, body_key)
select substr(f.keys, k.value, ?2), f.body_key
from fingerprints as f
join json_each(?1) as k
where k.value < length(f.keys)
order by 1, 2
"""
_SMALLEST_OF = """
select b.key, b.body_key
from json_each(?2) as k
cross join bands as b on b.key = substr(?1, k.value, ?3)
where b.body_key <= coalesce(
  (select body_key from bands where key = substr(?1, k.value, ?3) order by body_key limit 1 offset ?4),
  9223372036854775807
)
"""
_MEMBERS = "select body_key from bands where key = ?"
_BODY = """
select t.body
from fingerprints as f
join texts as t on t.body_hash = f.body_hash
where f.body_key = ?
limit 1
"""
_IN_BAND_WITH = """
select s.other_key
from similar_bodies as s
join bands as b on b.key = ?2 and b.body_key = s.other_key
where s.body_key = ?1
union
select s.body_key
from similar_bodies as s
join bands as b on b.key = ?2 and b.body_key = s.body_key
where s.other_key = ?1
"""
_INSERT = (
    "insert or ignore into similar_bodies (body_key, other_key, resemblance, containment, differs_in) "
    "values (?, ?, ?, ?, ?)"
)
_HELD = """
select other_key, differs_in
from similar_bodies
where body_key = ?1 and resemblance < ?2 and differs_in in ('', 'digest', 'length')
union all
select body_key, differs_in
from similar_bodies
where other_key = ?1 and resemblance < ?2 and differs_in in ('', 'digest', 'length')
"""
_MARK = "update similar_bodies set differs_in = ? where body_key = ? and other_key = ?"
_DELETE = "delete from similar_bodies where body_key = ? and other_key = ?"


@dataclass(frozen=True, slots=True)
class Found:
    """A body that is like one that was asked for."""

    body_key: int
    """Its key."""

    resemblance: float
    """As in `Likeness`."""

    containment: float
    """As in `Likeness`."""


def body_key(body_hash: str) -> int:
    """The key of a body in these tables: the first 64 bits of its hash, in the order of hashes."""
    return int(body_hash[:16], 16) - (1 << 63)


def _places(count: int) -> str:
    """Where so many keys begin that lie one behind the other, as SQLite counts."""
    return json.dumps(list(range(1, 1 + KEY_BYTES * count, KEY_BYTES)))


class Pairs:
    """The tables `bands` and `similar_bodies`, inside the caller's transaction.

    Bodies are remembered over transactions: under their key they never change.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._fingerprints: OrderedDict[int, Fingerprint] = OrderedDict()
        self._profiles: OrderedDict[int, Profile] = OrderedDict()
        self._profiled = 0

    def add(self, bodies: Iterable[int]) -> set[int]:
        """Brings the pairs in step after these bodies came in; gives all bodies whose pairs changed."""
        changed: set[int] = set()
        waiting = iter(sorted(bodies))
        while new := list(islice(waiting, _TOGETHER)):
            changed |= self._add(new)
        return changed | self._mark_digests(changed)

    def derive_all(self) -> None:
        """Computes bands and pairs from the fingerprints alone."""
        self._db.execute("delete from bands")
        self._db.execute("delete from similar_bodies")
        self._db.execute(_INSERT_ALL_BANDS, (_places(KEYS), KEY_BYTES))
        bodies = [body for (body,) in self._db.execute("select body_key from fingerprints order by body_key")]
        waiting = iter(bodies)
        while together := list(islice(waiting, _TOGETHER)):
            keys = self._keys_of(together)
            smallest = self._smallest(key for split in keys.values() for key in split)
            for body, split in keys.items():
                self._pair(body, {other for key in split for other in smallest.get(key, ())})
        self._mark_digests(bodies)

    def like(self, fingerprint: Fingerprint, text: str) -> list[Found]:
        """The copies that are known of a body, which may be in the tables or not; those most like it first."""
        others = {other for smallest in self._smallest(fingerprint.split).values() for other in smallest}
        mine, found = None, []
        for other in self._candidates(fingerprint, others):
            mine = mine or Profile(text)
            likeness = compare(mine, self._profile(other))
            if likeness.is_alike and not likeness.differs_in:
                found.append(Found(other, likeness.resemblance, likeness.containment))
        return sorted(found, key=lambda f: (-f.resemblance, -f.containment, f.body_key))

    def _add(self, new: Collection[int]) -> set[int]:
        added = sorted((key, body) for body, keys in self._keys_of(new).items() for key in keys)
        before = self._smallest(key for key, _ in added)
        self._db.executemany(_INSERT_BANDS, added)
        others: dict[int, set[int]] = {body: set() for body in new}
        changed: set[int] = set()
        for key, rows in groupby(added, itemgetter(0)):
            known = before.get(key, [])
            bodies = [body for _, body in rows]
            if len(bodies) == 1 and not known:
                continue  # as nearly all of them
            smallest = sorted({*bodies, *known})[:SMALLEST]
            entered = others.keys() & smallest
            members = self._members(key) if entered and len(known) == SMALLEST else bodies + known
            for body in bodies:
                others[body].update(members if body in entered else smallest)
            for out in known:
                if out not in smallest:
                    changed |= self._put_out(out, key)
        self._load(list(islice(set().union(*others.values()), _FINGERPRINTS // 2)))
        return changed.union(*(self._pair(body, among) for body, among in others.items()))

    def _members(self, key: bytes) -> list[int]:
        return [member for (member,) in self._db.execute(_MEMBERS, (key,))]

    def _keys_of(self, bodies: Collection[int]) -> dict[int, frozenset[bytes]]:
        self._load(bodies)
        return {body: self._fingerprints[body].split for body in bodies}

    def _smallest(self, keys: Iterable[bytes]) -> dict[bytes, list[int]]:
        """The smallest bodies of those of these bands that have any."""
        wanted = sorted(set(keys))
        rows = self._db.execute(_SMALLEST_OF, (b"".join(wanted), _places(len(wanted)), KEY_BYTES, SMALLEST - 1))
        return {key: [body for _, body in band] for key, band in groupby(rows, itemgetter(0))}

    def _put_out(self, body: int, key: bytes) -> set[int]:
        """Takes the pairs away that *body* had by being among the smallest of that band, unless another gives them."""
        others = [other for (other,) in self._db.execute(_IN_BAND_WITH, (body, key))]
        smallest = self._smallest(self._fingerprint(body).split) if others else {}
        gone = {
            other
            for other in others
            if not any(
                {body, other}.intersection(smallest.get(key, ()))
                for key in self._fingerprint(other).split & smallest.keys()
            )
        }
        self._db.executemany(_DELETE, [(min(body, other), max(body, other)) for other in gone])
        return {body, *gone} if gone else set()

    def _pair(self, body: int, others: set[int]) -> set[int]:
        """Compares a body with these, keeps the pairs that are alike, and gives the bodies in them."""
        rows = []
        others.discard(body)
        for other in self._candidates(self._fingerprint(body), others) if others else ():
            likeness = compare(self._profile(body), self._profile(other))
            if likeness.is_alike:
                figures = (likeness.resemblance, likeness.containment, likeness.differs_in)
                rows.append((min(body, other), max(body, other), *figures))
        if rows:
            self._db.executemany(_INSERT, rows)
        return {body for row in rows for body in row[:2]}

    def _mark_digests(self, bodies: Iterable[int]) -> set[int]:
        """Marks the pairs of digests with what they hold as such; gives the bodies in pairs whose mark changed.

        A digest holds texts that have nothing in common. A text of which others are shorter versions is none.
        """
        changed: set[int] = set()
        for body in bodies:
            held = self._held_by(body)
            fingerprints = [self._fingerprint(other) for other, _ in held]
            mark = "digest" if any(a.is_apart_from(b) for a, b in combinations(fingerprints, 2)) else ""
            others = [other for other, marked in held if marked not in (mark, "length")]
            self._db.executemany(_MARK, [(mark, min(body, other), max(body, other)) for other in others])
            changed.update((body, *others) if others else ())
        return changed

    def _held_by(self, body: int) -> list[tuple[int, str]]:
        """The shorter texts that *body* holds, each with the mark of the pair."""
        rows = self._db.execute(_HELD, (body, COPY)).fetchall()
        if not rows:
            return []
        size = (self._fingerprint(body).shingles, body)
        return [(other, mark) for other, mark in rows if (self._fingerprint(other).shingles, other) < size]

    def _candidates(self, fingerprint: Fingerprint, others: Collection[int]) -> Iterator[int]:
        waiting = iter(others)
        while chunk := list(islice(waiting, _FINGERPRINTS // 2)):
            self._load(chunk)
            yield from [other for other in chunk if fingerprint.may_be_like(self._fingerprints[other])]

    def _load(self, bodies: Collection[int]) -> None:
        """Looks up at once the fingerprints that are not remembered."""
        known = self._fingerprints
        wanted = []
        for body in bodies:
            if body in known:
                known.move_to_end(body)
            else:
                wanted.append(body)
        if wanted:
            rows = self._db.execute(
                "select f.body_key, f.keys, f.shingles "
                "from json_each(?) as k join fingerprints as f on f.body_key = k.value",
                (json.dumps(wanted),),
            )
            known |= {body: Fingerprint(keys, shingles) for body, keys, shingles in rows}
        while len(known) > _FINGERPRINTS:
            known.popitem(last=False)

    def _fingerprint(self, body: int) -> Fingerprint:
        self._load([body])
        return self._fingerprints[body]

    def _profile(self, body: int) -> Profile:
        known = self._profiles.pop(body, None)
        if known is None:
            known = Profile(self._db.execute(_BODY, (body,)).fetchone()[0])
            self._profiled += len(known.shingles)
        self._profiles[body] = known
        while self._profiled > _PROFILED and len(self._profiles) > 1:
            self._profiled -= len(self._profiles.popitem(last=False)[1].shingles)
        return known
