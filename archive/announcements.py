"""What feeds, sitemaps and lists said of an article: evidence of another source, beside what its own page says.

An announcement belongs to an article when it leads to one of the article's URLs. It decides no field: a page is read
from its own bytes alone, so that it is read alike wherever it is met.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from archive.results import ShownEvidence

MOST = 10
"""Values of one field that are told, the last announced first: some sitemaps change all their dates daily."""

_FIELDS = ("headline", "date_published", "date_modified", "language", "keywords")
_FORMS = {"rss": "feed", "atom": "feed", "jsonfeed": "feed", "sitemap": "sitemap"}
_OF_ARTICLE = """
with named (url) as (
  select c.url
  from article_urls as u
  join captures as c on c.urlkey = u.urlkey
  where u.article_id = :article
  union
  select url from article_rows where id = :article
  union
  select canonical_url from article_rows where id = :article
)
select r.reason, c.url, e.title, e.published, e.updated, e.language, e.keywords
from named as n
join entries as e on e.link = n.url
join readings as r on r.record_id = e.record_id
join captures as c on c.record_id = e.record_id
order by e.captured_at desc, e.record_id, e.link, e.title, e.published, e.updated, e.language, e.guid
"""


def announced(db: sqlite3.Connection, article: str) -> list[ShownEvidence]:
    """What was announced of the article of that id: each value of a field once for each kind of source."""
    found: dict[tuple[str, str, str], ShownEvidence] = {}
    told = dict.fromkeys(_FIELDS, 0)
    for form, url, *values in db.execute(_OF_ARTICLE, {"article": article}):
        source = _FORMS.get(form, form)
        for field, raw in zip(_FIELDS, values, strict=True):
            if raw and (field, source, raw) not in found and told[field] < MOST:
                told[field] += 1
                found[field, source, raw] = ShownEvidence(
                    field=field, source=source, selector=url, raw=raw, chosen=False
                )
    return list(found.values())


def beside(own: Iterable[ShownEvidence], others: Iterable[ShownEvidence]) -> Iterator[ShownEvidence]:
    """Evidence in its order, that of another source after the last of the same field."""
    by_field: dict[str, list[ShownEvidence]] = {}
    for one in (*own, *others):
        by_field.setdefault(one.field, []).append(one)
    for of_field in by_field.values():
        yield from of_field
