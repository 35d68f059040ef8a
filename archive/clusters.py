"""Clusters: articles that copy one another, by texts that they share or that are measured to be similar.

`similar` holds pairs of distinct texts with their resemblance (shared of all) and containment (shared of the shorter).
A body that stands under several headlines makes several texts: each of them is paired with the one of the smallest
hash, with both figures 1.0. A cluster is a connected component of articles over equal and similar texts; texts
shorter than `archive.text.MIN_BODY` connect nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable

THRESHOLD = 0.8
"""Two texts of at least this resemblance, or containment, are copies."""

_TEXTS_OF = """
select r.article_id, t.id
from json_each(?) as k
join revision_rows as r on r.article_id = k.value
join texts as t on t.id = r.text_id
where t.body_hash is not null
"""
_ARTICLES_OF = """
select r.text_id, r.article_id
from json_each(?) as k
join revision_rows as r on r.text_id = k.value
"""
_SIMILAR_TO = """
select t.id, o.id
from json_each(?) as k
join texts as t on t.id = k.value
join similar as s on s.content_hash = t.content_hash
join texts as o on o.content_hash = s.other_hash
where max(s.resemblance, s.containment) >= ?
union
select t.id, o.id
from json_each(?) as k
join texts as t on t.id = k.value
join similar as s on s.other_hash = t.content_hash
join texts as o on o.content_hash = s.content_hash
where max(s.resemblance, s.containment) >= ?
"""


def derive(db: sqlite3.Connection, articles: Collection[str]) -> None:
    """Brings `similar`, `clusters` and `cluster_members` in step after the rows of *articles* changed."""
    if not articles:
        return
    _pair_equal_bodies(db, articles)
    region = set(articles) | _members_beside(db, articles)
    found = _components(db, region)
    reached = {article for component in found for article in component}
    _replace(db, reached, [component for component in found if len(component) > 1])


def _pair_equal_bodies(db: sqlite3.Connection, articles: Collection[str]) -> None:
    """Pairs the texts of equal body with the one of the smallest hash."""
    rows = db.execute(
        "select distinct t.body_hash, t.content_hash "
        "from json_each(?) as k "
        "join revision_rows as r on r.article_id = k.value "
        "join texts as mine on mine.id = r.text_id "
        "join texts as t on t.body_hash = mine.body_hash",
        (json.dumps(list(articles)),),
    )
    groups = defaultdict(list)
    for body_hash, content_hash in rows:
        groups[body_hash].append(content_hash)
    for hashes in groups.values():
        if len(hashes) > 1:
            _pair_with_first(db, sorted(hashes))


def _pair_with_first(db: sqlite3.Connection, hashes: list[str]) -> None:
    group = json.dumps(hashes)
    db.execute(
        "delete from similar where resemblance = 1.0 and content_hash <> ?1 "
        "and content_hash in (select value from json_each(?2)) and other_hash in (select value from json_each(?2))",
        (hashes[0], group),
    )
    db.execute(
        "insert or ignore into similar (content_hash, other_hash, resemblance, containment) "
        "select ?1, value, 1.0, 1.0 from json_each(?2) where value <> ?1",
        (hashes[0], group),
    )


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
    texts: set[int] = set()
    articles: set[str] = set()
    new_articles, new_texts = set(seeds), set[int]()
    while new_articles:
        articles |= new_articles
        for article in new_articles:
            joined.find(article)
        for article, text in db.execute(_TEXTS_OF, (json.dumps(list(new_articles)),)):
            joined.join(article, text)
            new_texts.add(text)
        new_articles = set()
        while new_texts := new_texts - texts:
            texts |= new_texts
            reached = set()
            listed = json.dumps(list(new_texts))
            for text, other in db.execute(_SIMILAR_TO, (listed, THRESHOLD, listed, THRESHOLD)):
                joined.join(text, other)
                reached.add(other)
            for text, article in db.execute(_ARTICLES_OF, (listed,)):
                joined.join(text, article)
                new_articles.add(article)
            new_texts = reached
        new_articles -= articles
        new_texts = set()
    return joined.groups(articles)


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
