"""Clusters: articles that copy one another, by texts that they share or that were measured to be copies.

A cluster is a connected component of articles over equal bodies and over the pairs of `similar_bodies` that tell one
story; bodies shorter than `archive.text.MIN_BODY` connect nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable

from archive.similar import body_key

_BODIES_OF = """
select r.article_id, t.body_hash
from json_each(?) as k
join revision_rows as r on r.article_id = k.value
join texts as t on t.id = r.text_id
where t.body_hash is not null
"""
_ARTICLES_OF = """
select f.body_key, r.article_id
from json_each(?) as k
join fingerprints as f on f.body_key = k.value
join texts as t on t.body_hash = f.body_hash
join revision_rows as r on r.text_id = t.id
"""
_COPIES_OF = """
select k.value, s.other_key
from json_each(?1) as k
join similar_bodies as s on s.body_key = k.value
where s.differs_in = ''
union all
select k.value, s.body_key
from json_each(?1) as k
join similar_bodies as s on s.other_key = k.value
where s.differs_in = ''
"""


def derive(db: sqlite3.Connection, articles: Collection[str]) -> None:
    """Brings `clusters` and `cluster_members` in step after the rows of *articles*, or their pairs, changed."""
    if not articles:
        return
    region = set(articles) | _members_beside(db, articles)
    found = _components(db, region)
    reached = {article for component in found for article in component}
    _replace(db, reached, [component for component in found if len(component) > 1])


def articles_of(db: sqlite3.Connection, bodies: Collection[int]) -> set[str]:
    """The articles that show one of these bodies."""
    return {article for _, article in db.execute(_ARTICLES_OF, (json.dumps(list(bodies)),))} if bodies else set()


def _members_beside(db: sqlite3.Connection, articles: Iterable[str]) -> set[str]:
    """The articles that were in one cluster with these."""
    rows = db.execute(
        "select distinct m.article_id "
        "from json_each(?) as k "
        "join cluster_members as mine on mine.article_id = k.value "
        "join cluster_members as m on m.cluster_id = mine.cluster_id",
        (json.dumps(list(articles)),),
    )
    return {article for (article,) in rows}


def _components(db: sqlite3.Connection, seeds: set[str]) -> list[list[str]]:
    """The clusters that hold these articles, and the articles among them that are in none."""
    joined = _Joined()
    articles: set[str] = set()
    bodies: set[int] = set()
    new_articles = set(seeds)
    while new_articles:
        articles |= new_articles
        new_bodies = set()
        for article in new_articles:
            joined.find(article)
        for article, body_hash in db.execute(_BODIES_OF, (json.dumps(list(new_articles)),)):
            body = body_key(body_hash)
            joined.join(article, body)
            new_bodies.add(body)
        new_articles = _reached(db, joined, new_bodies, bodies) - articles
    return joined.groups(articles)


def _reached(db: sqlite3.Connection, joined: _Joined, new: set[int], bodies: set[int]) -> set[str]:
    """The articles of these bodies and of all their copies; *bodies* are those that were looked at."""
    reached = set()
    while new := new - bodies:
        bodies |= new
        listed = json.dumps(list(new))
        for body, article in db.execute(_ARTICLES_OF, (listed,)):
            joined.join(article, body)
            reached.add(article)
        new = set()
        for body, other in db.execute(_COPIES_OF, (listed,)):
            joined.join(body, other)
            new.add(other)
    return reached


class _Joined:
    """Union-find over articles and texts."""

    def __init__(self) -> None:
        self._parent: dict[str | int, str | int] = {}

    def find(self, node: str | int) -> str | int:
        parent = self._parent.setdefault(node, node)
        while parent != node:
            grandparent = self._parent[parent]
            self._parent[node] = grandparent
            node, parent = parent, grandparent
        return node

    def join(self, node: str | int, other: str | int) -> None:
        self._parent[self.find(node)] = self.find(other)

    def groups(self, articles: Iterable[str]) -> list[list[str]]:
        found = defaultdict(list)
        for article in sorted(articles):
            found[self.find(article)].append(article)
        return list(found.values())


def _replace(db: sqlite3.Connection, reached: set[str], found: list[list[str]]) -> None:
    """Writes the clusters *found* in place of those that the *reached* articles were in."""
    listed = json.dumps(sorted(reached))
    old_members = dict(
        db.execute(
            "select m.article_id, m.cluster_id "
            "from json_each(?) as k join cluster_members as m on m.article_id = k.value",
            (listed,),
        )
    )
    members = {article: component[0] for component in found for article in component}
    left = sorted(old_members.keys() - members)
    db.executemany("delete from cluster_members where article_id = ?", [(article,) for article in left])
    db.executemany(
        "insert or replace into cluster_members (article_id, cluster_id) values (?, ?)",
        sorted((a, c) for a, c in members.items() if old_members.get(a) != c),
    )
    rows = {component[0]: (component[0], _representative(db, component), len(component)) for component in found}
    gone = set(old_members.values()) - rows.keys()
    db.executemany("delete from clusters where id = ?", [(c,) for c in sorted(gone)])
    db.executemany(
        "insert or replace into clusters (id, representative, article_count) values (?, ?, ?)", rows.values()
    )


def _representative(db: sqlite3.Connection, component: list[str]) -> str:
    """The article that was published first; then the one captured first, then by URL."""
    row = db.execute(
        "select a.id "
        "from json_each(?) as k "
        "join article_rows as a on a.id = k.value "
        "order by a.date_published = '', a.dated_at, a.first_captured_at, a.url, a.id limit 1",
        (json.dumps(component),),
    ).fetchone()
    return str(row[0])
