"""The tables of catalog.db: facts, what is derived from them, and the views that researchers see.

Facts are only ever added, or take a minimum, a maximum or a union (see `archive.index`). Derived tables follow from
them (see `archive.derive`), counts by triggers. Each distinct text and each distinct outlink is stored once; evidence,
and the ids of its outlinks, lie in a reading as JSON. Researchers see views. `text_id` gives the order of arrival: it
joins tables within one file and means nothing outside it, while the id of an outlink comes from its content.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar, overload

from archive.errors import UsageError

FACTS = (
    """
    create table captures (
      record_id text primary key,
      url text not null,
      urlkey text not null,
      captured_at text not null,
      kind text not null,
      status integer,
      mime text not null,
      payload_digest text not null,
      content_digest text not null,
      warc text not null,
      offset integer not null,
      length integer not null,
      via text,
      hops text not null,
      site text not null,
      discovered text not null,
      job text not null,
      outcome text not null,
      error text not null,
      ip text,
      refers_to_url text,
      refers_to_date text,
      etag text not null,
      last_modified text not null
    ) strict
    """,
    "create index captures_by_urlkey on captures (urlkey, captured_at)",
    "create index revisits_by_payload on captures (payload_digest) where kind = 'revisit'",
    "create index revisits_of_others on captures (urlkey) where kind = 'revisit' and refers_to_url <> url",
    """
    create table readings (
      record_id text primary key,
      urlkey text not null,
      captured_at text not null,
      kind text not null,
      reason text not null,
      content_hash text,
      fields text not null,
      links text not null,
      evidence text not null,
      notes text not null
    ) strict
    """,
    "create index readings_by_urlkey on readings (urlkey, kind)",
    """
    create table texts (
      id integer primary key,
      content_hash text not null unique,
      headline text not null,
      standfirst text not null,
      body text not null,
      body_hash text,
      headline_key text not null,
      opening_key text not null,
      word_count integer not null
    ) strict
    """,
    "create index texts_by_body on texts (body_hash) where body_hash is not null",
    """
    create table outlinks (
      id integer primary key,
      url text not null,
      text text not null,
      rel text not null
    ) strict
    """,
    """
    create table entries (
      link text not null,
      feed_urlkey text not null,
      title text not null,
      published text not null,
      updated text not null,
      language text not null,
      guid text not null,
      captured_at text not null,
      record_id text not null,
      primary key (link, feed_urlkey, title, published, updated, language, guid)
    ) strict, without rowid
    """,
    """
    create table aliases (
      from_urlkey text not null,
      to_urlkey text not null,
      kind text not null,
      captured_at text not null,
      record_id text not null,
      primary key (from_urlkey, to_urlkey, kind)
    ) strict, without rowid
    """,
    "create index aliases_by_target on aliases (to_urlkey, from_urlkey)",
    """
    create table job_records (
      record_id text primary key,
      job text not null,
      kind text not null,
      at text not null,
      sites text not null,
      software text not null,
      stats text,
      exit integer,
      warc text not null,
      offset integer not null
    ) strict, without rowid
    """,
)

DERIVED = (
    """
    create table article_urls (
      urlkey text primary key,
      article_id text not null
    ) strict, without rowid
    """,
    "create index article_urls_by_article on article_urls (article_id)",
    """
    create table article_rows (
      id text primary key,
      text_id integer not null references texts (id),
      record_id text not null,
      url text not null,
      canonical_url text not null,
      site text not null,
      authors text not null,
      date_published text not null,
      date_modified text not null,
      day text not null,
      dated_at text not null,
      section text not null,
      keywords text not null,
      language text not null,
      publisher text not null,
      main_image text not null,
      is_accessible_for_free integer,
      first_captured_at text not null,
      last_captured_at text not null,
      revision_count integer not null
    ) strict
    """,
    "create index article_rows_by_text on article_rows (text_id)",
    "create index article_rows_by_date on article_rows (dated_at)",
    "create index article_rows_by_site on article_rows (site, dated_at)",
    """
    create table revision_rows (
      article_id text not null,
      text_id integer not null references texts (id),
      captured_at text not null,
      record_id text not null,
      primary key (article_id, text_id)
    ) strict, without rowid
    """,
    "create index revision_rows_by_text on revision_rows (text_id)",
    """
    create table similar (
      content_hash text not null,
      other_hash text not null,
      resemblance real not null,
      containment real not null,
      primary key (content_hash, other_hash)
    ) strict, without rowid
    """,
    "create index similar_by_other on similar (other_hash)",
    """
    create table clusters (
      id text primary key,
      representative text not null,
      article_count integer not null
    ) strict, without rowid
    """,
    """
    create table cluster_members (
      article_id text primary key,
      cluster_id text not null
    ) strict, without rowid
    """,
    "create index cluster_members_by_cluster on cluster_members (cluster_id)",
    """
    create virtual table articles_fts using fts5 (
      headline, standfirst, body,
      content = 'texts', content_rowid = 'id',
      tokenize = 'unicode61 remove_diacritics 2'
    )
    """,
    "insert into articles_fts (articles_fts, rank) values ('rank', 'bm25(8.0, 3.0, 1.0)')",
)

BOOKKEEPING = (
    "create table reader (id text not null) strict",
    """
    create table watermarks (
      warc text primary key,
      offset integer not null
    ) strict, without rowid
    """,
)

VIEWS = (
    """
    create view articles as
    select a.id, a.url, a.canonical_url, a.site, t.headline, t.standfirst, a.authors, a.date_published,
           a.date_modified, a.section, a.keywords, a.language, a.publisher, t.body, t.word_count, a.main_image,
           a.is_accessible_for_free, a.first_captured_at, a.last_captured_at, a.revision_count, m.cluster_id,
           a.record_id, t.content_hash, a.day, a.dated_at
    from article_rows as a
    join texts as t on t.id = a.text_id
    left join cluster_members as m on m.article_id = a.id
    """,
    """
    create view revisions as
    select r.article_id || '#' || substr(t.content_hash, 1, 12) as id, r.article_id, r.record_id, r.captured_at,
           t.headline, t.standfirst, t.body, t.content_hash
    from revision_rows as r
    join texts as t on t.id = r.text_id
    """,
    """
    create view links as
    select from_urlkey, url, text, rel, substr(min(captured_at || ' ' || record_id), 29) as first_record_id
    from (
      select r.urlkey as from_urlkey, r.captured_at, r.record_id, o.url, o.text, o.rel
      from readings as r, json_each(r.links) as l
      join outlinks as o on o.id = l.value
    )
    group by from_urlkey, url, text, rel
    """,
    """
    create view evidence as
    select r.record_id, json_extract(e.value, '$[0]') as field, json_extract(e.value, '$[1]') as source,
           json_extract(e.value, '$[2]') as selector, json_extract(e.value, '$[3]') as raw,
           json_extract(e.value, '$[4]') as chosen
    from readings as r, json_each(r.evidence) as e
    """,
    """
    create view jobs as
    select j.job, min(j.at) as started_at, c.at as finished_at,
           (select json_group_array(site)
            from (select distinct s.value as site
                  from job_records as o, json_each(o.sites) as s
                  where o.job = j.job
                  order by site)) as sites,
           c.stats, c.exit, max(j.software) as software
    from job_records as j
    left join (select job, at, stats, exit, max(at || ' ' || record_id)
               from job_records
               where kind = 'closing'
               group by job) as c using (job)
    group by j.job
    """,
)

NOTES = ("alter table captures add column notes text not null default ''",)

FINGERPRINTS = """
    create table fingerprints (
      body_key integer primary key,
      body_hash text not null,
      algorithm text not null,
      shingles integer not null,
      keys blob not null
    ) strict
    """

LIKENESS = (
    "drop table similar",
    FINGERPRINTS,
    """
    create table bands (
      key blob not null,
      body_key integer not null,
      primary key (key, body_key)
    ) strict, without rowid
    """,
    """
    create table similar_bodies (
      body_key integer not null,
      other_key integer not null,
      resemblance real not null,
      containment real not null,
      differs_in text not null,
      primary key (body_key, other_key)
    ) strict, without rowid
    """,
    "create index similar_bodies_by_other on similar_bodies (other_key)",
    """
    create view similar as
    select min(a.content_hash, b.content_hash) as content_hash, max(a.content_hash, b.content_hash) as other_hash,
           s.resemblance, s.containment, s.differs_in
    from similar_bodies as s
    join fingerprints as f on f.body_key = s.body_key
    join fingerprints as g on g.body_key = s.other_key
    join texts as a on a.content_hash = (select min(content_hash) from texts where body_hash = f.body_hash)
    join texts as b on b.content_hash = (select min(content_hash) from texts where body_hash = g.body_hash)
    union all
    select m.content_hash, t.content_hash, 1.0, 1.0, ''
    from (
      select body_hash, min(content_hash) as content_hash
      from texts
      where body_hash is not null
      group by body_hash
      having count(*) > 1
    ) as m
    join texts as t on t.body_hash = m.body_hash and t.content_hash <> m.content_hash
    """,
)
"""Near-duplicates by fingerprints; before, only texts of equal body were paired."""

CONTINUATIONS = (
    """
    create table article_pages (
      article_id text not null,
      number integer not null,
      urlkey text not null,
      text_id integer not null,
      record_id text not null,
      primary key (article_id, number)
    ) strict, without rowid
    """,
    "create index article_pages_by_text on article_pages (text_id)",
    "drop view articles",
    """
    create view articles as
    select a.id, a.url, a.canonical_url, a.site, t.headline, t.standfirst, a.authors, a.date_published,
           a.date_modified, a.section, a.keywords, a.language, a.publisher,
           t.body || coalesce(
             (select group_concat(char(10, 10) || p.lead || p.body, '')
              from (select iif(x.standfirst in ('', t.standfirst, substr(x.body, 1, length(x.standfirst))),
                               '', x.standfirst || char(10, 10)) as lead, x.body
                    from article_pages as n
                    join texts as x on x.id = n.text_id
                    where n.article_id = a.id
                    order by n.number) as p),
             '') as body,
           t.word_count + coalesce(
             (select sum(x.word_count) from article_pages as n join texts as x on x.id = n.text_id
              where n.article_id = a.id),
             0) as word_count,
           a.main_image, a.is_accessible_for_free, a.first_captured_at, a.last_captured_at, a.revision_count,
           m.cluster_id, a.record_id, t.content_hash, a.day, a.dated_at
    from article_rows as a
    join texts as t on t.id = a.text_id
    left join cluster_members as m on m.article_id = a.id
    """,
)
"""The later pages of articles that are split over several, joined to the body of the first; what was taken for the
standfirst of a later page is the beginning of its text."""

ANNOUNCED = ("alter table entries add column keywords text not null default ''",)
"""Keywords of Google-News sitemaps."""

BODIES_FIRST = (
    "drop table articles_fts",
    """
    create virtual table articles_fts using fts5 (
      body, headline, standfirst,
      content = 'texts', content_rowid = 'id',
      tokenize = 'unicode61 remove_diacritics 2'
    )
    """,
    "insert into articles_fts (articles_fts, rank) values ('rank', 'bm25(1.0, 8.0, 3.0)')",
    "insert into articles_fts (articles_fts) values ('rebuild')",
)
"""Bodies come first in the index: positions in the first column take two bytes less for each word of each text."""

STATES = (
    """
    create table article_states (
      text_id integer not null references texts (id),
      article_id text not null,
      begins_at text not null,
      ends_at text not null,
      site text not null,
      section text not null,
      language text not null,
      day text not null,
      dated_at text not null,
      authors text not null,
      keywords text not null,
      revision_count integer not null,
      primary key (text_id, article_id, begins_at)
    ) strict, without rowid
    """,
    "create index article_states_by_date on article_states (dated_at, article_id)",
    "create index article_states_by_site on article_states (site, dated_at, article_id)",
    """
    create table month_texts (
      month text primary key,
      text_id integer not null
    ) strict, without rowid
    """,
    """
    create trigger text_dated after insert on article_states begin
      insert into month_texts (month, text_id) values (substr(new.begins_at, 1, 7), new.text_id)
      on conflict (month) do update set text_id = excluded.text_id where excluded.text_id > text_id;
    end
    """,
    "drop index article_rows_by_date",
    "drop index article_rows_by_site",
)
"""What a search looks at, of an article as it stood from one instant to another; `~` is later than any.

`month_texts` bounds where a search of an earlier day begins: the highest text that began to be shown in a month."""

COUNTS = (
    """
    create table site_counts (
      site text primary key,
      captures integer not null,
      revisits integer not null,
      failures integer not null,
      articles integer not null,
      last_captured_at text not null
    ) strict, without rowid
    """,
    """
    create table day_counts (
      day text not null,
      site text not null,
      articles integer not null,
      primary key (day, site)
    ) strict, without rowid
    """,
    """
    insert into site_counts
    select site, sum(kind <> 'failure'), sum(kind = 'revisit'), sum(kind = 'failure'),
           (select count(*) from article_rows as a where a.site = c.site), max(captured_at)
    from captures as c
    group by site
    """,
    "insert into day_counts select substr(dated_at, 1, 10), site, count(*) from article_rows group by 1, 2",
    """
    create trigger capture_counted after insert on captures begin
      insert into site_counts (site, captures, revisits, failures, articles, last_captured_at)
      values (new.site, new.kind <> 'failure', new.kind = 'revisit', new.kind = 'failure', 0, new.captured_at)
      on conflict (site) do update
      set captures = captures + excluded.captures, revisits = revisits + excluded.revisits,
          failures = failures + excluded.failures, last_captured_at = max(last_captured_at, excluded.last_captured_at);
    end
    """,
    """
    create trigger capture_counted_anew after update on captures
    when (old.site, old.kind, old.captured_at) <> (new.site, new.kind, new.captured_at) begin
      delete from site_counts where site in (old.site, new.site);
      insert into site_counts (site, captures, revisits, failures, articles, last_captured_at)
      select site, sum(kind <> 'failure'), sum(kind = 'revisit'), sum(kind = 'failure'),
             (select count(*) from article_rows as a where a.site = c.site), max(captured_at)
      from captures as c
      where site in (old.site, new.site)
      group by site;
    end
    """,
    """
    create trigger article_counted after insert on article_rows begin
      update site_counts set articles = articles + 1 where site = new.site;
      insert into day_counts (day, site, articles) values (substr(new.dated_at, 1, 10), new.site, 1)
      on conflict (day, site) do update set articles = articles + 1;
    end
    """,
    """
    create trigger article_not_counted after delete on article_rows begin
      update site_counts set articles = articles - 1 where site = old.site;
      update day_counts set articles = articles - 1 where day = substr(old.dated_at, 1, 10) and site = old.site;
      delete from day_counts where day = substr(old.dated_at, 1, 10) and site = old.site and articles = 0;
    end
    """,
    """
    create trigger article_counted_anew after update on article_rows
    when (old.site, old.dated_at) <> (new.site, new.dated_at) begin
      update site_counts set articles = articles - 1 where site = old.site;
      update day_counts set articles = articles - 1 where day = substr(old.dated_at, 1, 10) and site = old.site;
      delete from day_counts where day = substr(old.dated_at, 1, 10) and site = old.site and articles = 0;
      update site_counts set articles = articles + 1 where site = new.site;
      insert into day_counts (day, site, articles) values (substr(new.dated_at, 1, 10), new.site, 1)
      on conflict (day, site) do update set articles = articles + 1;
    end
    """,
)
"""How many captures and articles a site has, and a day, so that an overview need not look at all of them."""

STEPS = (
    ("0001 facts, derived tables and views", (*FACTS, *DERIVED, *BOOKKEEPING, *VIEWS)),
    ("0002 notes of captures", NOTES),
    ("0003 fingerprints and pairs of like texts", LIKENESS),
    ("0004 later pages of articles", CONTINUATIONS),
    ("0005 keywords of announcements", ANNOUNCED),
    ("0006 states of articles and counts", (*BODIES_FIRST, *STATES, *COUNTS)),
)
"""What each migration executes, oldest first. A step that was released is never edited."""

_PAGE_SIZE = 8192  # two or three bodies; of smaller pages a third would be empty
_CACHE_KIB = 32 * 1024  # a batch and the upper pages of the indexes, so that no page is written twice for a commit

SET = "pressmark catalog"
"""Name of the set of migrations in the table that sqlite-utils keeps."""


Connection = TypeVar("Connection", bound=sqlite3.Connection)


@overload
def connect(path: Path, *, readonly: bool = False) -> sqlite3.Connection: ...
@overload
def connect(path: Path, *, readonly: bool = False, factory: type[Connection]) -> Connection: ...
def connect(
    path: Path, *, readonly: bool = False, factory: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    """A connection in autocommit mode that waits for locks; for a writer in WAL mode with every commit synced."""
    if readonly:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, factory=factory
        )
        connection.execute("pragma busy_timeout = 5000")
        return connection
    # a crawl folds large groups in a thread, and nothing else meanwhile
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=256, check_same_thread=False)
    connection.execute("pragma busy_timeout = 10000")
    connection.execute(f"pragma page_size = {_PAGE_SIZE}")
    connection.execute(f"pragma cache_size = -{_CACHE_KIB}")
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    return connection


def migrate(connection: sqlite3.Connection, name: str) -> bool:
    """Brings the catalog called *name* to the schema of this code. Refuses one that newer code has written.

    True where there was an older one: what newer tables hold is to be derived then.
    """
    known = _known_steps(connection, name)
    if not known:
        create(connection)
        return False
    if len(known) < len(STEPS):
        upgrade(connection)
        return True
    return False


def check(connection: sqlite3.Connection, name: str) -> None:
    """Refuses a catalog that has not the schema of this code, for those who only read."""
    if len(_known_steps(connection, name)) < len(STEPS):
        raise UsageError(
            f"{name} was written by an older pressmark, or is empty; run `pressmark rebuild -c {Path(name).parent}`"
        )


def _known_steps(connection: sqlite3.Connection, name: str) -> set[str]:
    applied = applied_steps(connection)
    unknown = applied - {step for step, _ in STEPS}
    if unknown:
        newer = ", ".join(sorted(unknown))
        raise UsageError(f"{name} was written by a newer pressmark (it has {newer}); install that version")
    return applied


def applied_steps(connection: sqlite3.Connection) -> set[str]:
    """Names of the migrations that the catalog has; none for an empty file."""
    known = connection.execute("select 1 from sqlite_master where name = '_sqlite_migrations'").fetchone()
    if known is None:
        return set()
    rows = connection.execute("select name from _sqlite_migrations where migration_set = ?", (SET,))
    return {name for (name,) in rows}


_MIGRATIONS = (
    """
    create table "_sqlite_migrations" (
       "id" integer primary key,
       "migration_set" text,
       "name" text,
       "applied_at" text
    )
    """,
    """
    create unique index "idx__sqlite_migrations_migration_set_name"
        on "_sqlite_migrations" ("migration_set", "name")
    """,
)
"""The table as sqlite-utils makes it, which is imported for an upgrade alone: it brings pandas in where that is there,
which takes longer than to read thirty pages."""


def create(connection: sqlite3.Connection, steps: tuple[tuple[str, tuple[str, ...]], ...] = STEPS) -> None:
    """Makes all tables of these steps in an empty file."""
    connection.execute("begin immediate")
    try:
        for statement in (*_MIGRATIONS, *(statement for _, statements in steps for statement in statements)):
            connection.execute(statement)
        connection.executemany(
            "insert into _sqlite_migrations (migration_set, name, applied_at) values (?, ?, ?)",
            [(SET, step, str(datetime.now(UTC))) for step, _ in steps],
        )
    except BaseException:
        connection.rollback()
        raise
    connection.execute("commit")


def upgrade(connection: sqlite3.Connection) -> None:
    """Executes the steps that an older catalog has not."""
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

    migrations = Migrations(SET)
    for step, statements in STEPS:
        migrations(name=step)(_executes(statements))
    migrations.apply(Database(connection))


def _executes(statements: tuple[str, ...]):  # type: ignore[no-untyped-def]  # sqlite-utils is imported lazily
    def execute(database) -> None:  # type: ignore[no-untyped-def]
        for statement in statements:
            database.execute(statement)

    return execute


def create_fresh(path: Path) -> None:
    """A new, empty catalog file whose bytes depend on the schema alone."""
    template = sqlite3.connect(":memory:", isolation_level=None)
    template.execute(f"pragma page_size = {_PAGE_SIZE}")
    create(template)
    template.execute("update _sqlite_migrations set applied_at = ''")
    template.execute("vacuum into ?", (str(path),))
    template.close()
