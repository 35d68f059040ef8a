"""The fold: facts in any order, any number of times, split over catalogs in any way, give the same tables."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive import derive, schema
from archive.errors import UsageError
from archive.index import Catalog, DamagedCatalog
from archive.jobs import JobRecord
from archive.model import Article, Capture, Entry, Evidence, Link, Listing, NotAnArticle, Reading, Unreadable
from archive.schema import create_fresh
from archive.search import search
from archive.urlkey import url_key
from tests.archive.catalogs import LONG, article, at, capture, tables

Fact = tuple[Capture, Reading | None]

HOME = "https://example.com/"
PAGES = [f"https://example.com/{name}" for name in ("a", "a?utm=1", "b", "c", "d", "moved", "amp/a")]
TEXTS = [LONG * 3 + str(n) for n in range(3)] + ["short", ""]
HEADLINES = ["The first headline of all", "Another headline of some length", "Brief", ""]

urls = st.sampled_from([HOME, *PAGES])
instants = st.integers(0, 5).map(at)


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """Articles that share texts, headlines and claims with others, rightly and wrongly."""
    links = [
        Link(url=draw(urls), rel=draw(st.sampled_from(["link", "amphtml"]))) for _ in range(draw(st.integers(0, 2)))
    ]
    return article(
        draw(st.sampled_from(HEADLINES)),
        draw(st.sampled_from(TEXTS)),
        url=draw(st.sampled_from(["", *PAGES])),
        canonical_url=draw(st.sampled_from(["", *PAGES])),
        date_published=draw(
            st.sampled_from(["", "2026-03-01", "2026-02-28T23:30:00-05:00", "9999-12-31T23:59:59-09:00"])
        ),
        links=tuple(links),
    )


readings = st.one_of(
    articles(),
    urls.map(lambda url: NotAnArticle(reason="redirect", links=(Link(url=url, rel="redirect"),))),
    st.lists(urls, max_size=3).map(lambda found: Listing(form="rss", entries=tuple(Entry(link=u) for u in found))),
    st.just(NotAnArticle(reason="status")),
    st.just(Unreadable(reason="no text")),
)


@st.composite
def facts(draw: st.DrawFn) -> list[Fact]:
    """Captures and readings as a crawl may make them: one reading for each record, revisits of some payloads."""
    made: dict[str, Fact] = {}
    payloads: list[tuple[str, str]] = []
    for n in range(draw(st.integers(1, 8))):
        url = draw(urls)
        kind = draw(st.sampled_from(["response", "response", "response", "revisit", "failure"]))
        values: dict[str, object] = {"kind": kind, "captured_at": draw(instants), "warc": draw(st.sampled_from("ab"))}
        reading = None
        if kind == "response":
            reading = draw(readings)
            values["payload_digest"] = f"sha1:{draw(st.sampled_from('PQRS'))}"
            payloads.append((url, str(values["payload_digest"])))
        elif kind == "revisit" and payloads:
            other, digest = draw(st.sampled_from(payloads))
            values |= {"payload_digest": digest, "refers_to_url": draw(st.sampled_from([url, other, None]))}
        found = capture(url, **values, record_id=f"urn:uuid:{n:04d}", offset=n)
        made[found.record_id] = (found, reading)
    copies = draw(st.lists(st.sampled_from(sorted(made)), max_size=2))
    return [*made.values(), *((replace(made[r][0], warc="0", offset=7), made[r][1]) for r in copies)]


@cache
def empty_catalog() -> Path:
    """An empty catalog to copy, which costs less than to make one."""
    path = Path(tempfile.mkdtemp()) / "catalog.db"
    create_fresh(path)
    return path


def folded(batches: list[list[Fact]], folder: Path) -> Catalog:
    """A new catalog into which these batches were folded, each with a commit of its own."""
    folder.mkdir()
    shutil.copy(empty_catalog(), folder / "catalog.db")
    catalog = Catalog.open(folder / "catalog.db", reader_id="test")
    catalog.connection.execute("pragma synchronous = off")
    for batch in batches:
        for fact in batch:
            catalog.add(*fact)
        catalog.commit({})
    return catalog


def said(batches: list[list[Fact]], folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """The tables that these batches make."""
    with folded(batches, folder) as catalog:
        return tables(catalog)


quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(facts(), st.data())
def test_any_order_repetition_and_batches(found: list[Fact], data: st.DataObject) -> None:
    """Facts folded in any order, some of them twice, in batches of any size, give the same tables."""
    shuffled = data.draw(st.permutations(found)) + data.draw(st.lists(st.sampled_from(found), max_size=3))
    size = data.draw(st.integers(1, len(shuffled)))
    batches = [list(shuffled[i : i + size]) for i in range(0, len(shuffled), size)]
    with tempfile.TemporaryDirectory() as name:
        assert said(batches, Path(name) / "one") == said([found], Path(name) / "other")


@quick
@given(facts(), st.data())
def test_merging(found: list[Fact], data: st.DataObject) -> None:
    """Facts split over two catalogs that are merged, either into the other, give the same tables."""
    left = data.draw(st.lists(st.sampled_from(found)))
    right = [fact for fact in found if fact not in left] + left[:1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with folded([left], folder / "left") as one, folded([right], folder / "right") as two:
            one.merge(two.path)
            two.merge(one.path)
            whole = said([found], folder / "whole")
            assert (tables(one), tables(two)) == (whole, whole)


@quick
@given(facts())
def test_derived_tables_follow_from_the_facts(found: list[Fact]) -> None:
    """Derived tables that were kept in step, fact by fact, equal those that are computed from nothing."""
    with tempfile.TemporaryDirectory() as name, folded([[fact] for fact in found], Path(name) / "c") as catalog:
        kept = tables(catalog)
        derive.derive_all(catalog.connection)
        assert tables(catalog) == kept


@quick
@given(facts())
def test_counts_follow_from_the_facts(found: list[Fact]) -> None:
    """What is counted of sites and days, fact by fact, equals what the tables give when they are counted."""
    with tempfile.TemporaryDirectory() as name, folded([[fact] for fact in found], Path(name) / "c") as catalog:
        kept = tables(catalog)
        catalog.connection.execute("delete from site_counts")
        catalog.connection.execute("delete from day_counts")
        for statement in schema.COUNTS:
            if statement.lstrip().startswith("insert"):
                catalog.connection.execute(statement)
        assert tables(catalog) == kept


@quick
@given(facts())
def test_full_text_index_follows_from_the_texts(found: list[Fact]) -> None:
    """The full-text index that was kept in step holds what the texts say, no more and no less."""
    with tempfile.TemporaryDirectory() as name, folded([[fact] for fact in found], Path(name) / "c") as catalog:
        catalog.connection.execute("insert into articles_fts (articles_fts, rank) values ('integrity-check', 1)")


def test_record_in_two_files(catalog: Catalog) -> None:
    """A record that lies in two WARC files is kept once, at the smaller of its places."""
    first = capture(warc="b.warc.gz", offset=1)
    catalog.add(first, None)
    catalog.add(replace(first, warc="a.warc.gz", offset=9), None)
    catalog.add(replace(first, warc="a.warc.gz", offset=10), None)
    catalog.commit()

    assert catalog.connection.execute("select warc, offset from captures").fetchall() == [("a.warc.gz", 9)]


def test_revisit_before_its_original(catalog: Catalog) -> None:
    """A revisit shows the article of its payload, also when it is folded first."""
    original = capture(captured_at=at(1))
    revisit = capture(
        captured_at=at(9), kind="revisit", payload_digest=original.payload_digest, refers_to_url=original.url
    )
    catalog.add(revisit, None)
    catalog.commit()
    catalog.add(original, article())
    catalog.commit()

    row = catalog.connection.execute("select first_captured_at, last_captured_at, record_id from articles").fetchone()
    assert row == ("2026-03-01T00:01:00.000000Z", "2026-03-01T00:09:00.000000Z", original.record_id)


def test_revisit_of_another_url(catalog: Catalog) -> None:
    """A revisit that refers to another URL makes an article of its own, with the text of that one."""
    original = capture("https://example.com/a")
    revisit = capture(
        "https://example.com/z",
        kind="revisit",
        payload_digest=original.payload_digest,
        refers_to_url=original.url,
        captured_at=at(2),
    )
    catalog.add(original, article())
    catalog.commit()
    catalog.add(revisit, None)
    catalog.commit()

    rows = catalog.connection.execute("select id, record_id, cluster_id from articles order by id").fetchall()
    assert rows == [
        ("com,example)/a", original.record_id, "com,example)/a"),
        ("com,example)/z", original.record_id, "com,example)/a"),
    ]


def test_failures_have_no_reading(catalog: Catalog) -> None:
    """The capture of a failure is kept without a reading, whatever is handed in."""
    catalog.add(capture(kind="failure", status=None, payload_digest=""), Unreadable(reason="no answer"))
    catalog.commit()

    assert catalog.connection.execute("select count(*) from readings").fetchone() == (0,)


def test_nothing_before_commit(catalog: Catalog) -> None:
    """What was not committed is not there for others, and gone after a rollback; adding it again brings it back."""
    links = (Link(url="https://example.com/x"),)
    catalog.add(capture(), article(links=links))
    catalog.rollback()
    catalog.add(capture(), article(links=links))
    catalog.commit({"one.warc.gz": 10})

    assert catalog.connection.execute("select url from links").fetchall() == [("https://example.com/x",)]


def test_watermarks_only_rise(catalog: Catalog) -> None:
    """A watermark never moves back."""
    catalog.commit({"one.warc.gz": 10})
    catalog.commit({"one.warc.gz": 5, "two.warc.gz": 3})

    assert catalog.watermarks() == {"one.warc.gz": 10, "two.warc.gz": 3}
    assert (catalog.watermark("one.warc.gz"), catalog.watermark("unknown")) == (10, 0)


def test_latest_capture(catalog: Catalog) -> None:
    """The newest whole response of exactly that URL is what the next request is compared with."""
    old, new = capture(captured_at=at(1)), capture(captured_at=at(2), etag='"2"')
    others = [
        capture("http://www.example.com/a", captured_at=at(3)),
        capture(captured_at=at(4), kind="revisit", payload_digest=new.payload_digest),
        capture(captured_at=at(5), outcome="length"),
        capture(captured_at=at(6), kind="failure", payload_digest=""),
    ]
    for found in (new, old, *others):
        catalog.add(found, None)

    assert catalog.latest_capture("https://example.com/a") == new
    assert catalog.latest_capture("https://example.com/none") is None


def test_another_reader_is_refused(tmp_path: Path) -> None:
    """A catalog never mixes the readings of two readers; captures alone it takes."""
    with Catalog.open(tmp_path / "c.db", reader_id="one") as catalog:
        catalog.add(capture(), article())
        catalog.commit()
    with Catalog.open(tmp_path / "c.db", reader_id="two") as catalog:
        catalog.add(capture(captured_at=at(1)), None)
        catalog.commit()
        assert (catalog.is_current, catalog.reader_id) == (False, "one")
        with pytest.raises(UsageError, match="run `pressmark rebuild`"):
            catalog.add(capture(captured_at=at(2)), article())


def test_reader_of_an_empty_catalog(tmp_path: Path) -> None:
    """A catalog without readings takes the reader that opens it."""
    Catalog.open(tmp_path / "c.db", reader_id="one").close()
    with Catalog.open(tmp_path / "c.db", reader_id="two") as catalog:
        assert (catalog.is_current, catalog.reader_id) == (True, "two")


def test_upgraded_schema(tmp_path: Path) -> None:
    """A catalog that was brought up step by step has the same tables as a new one, in the same words."""
    Catalog.open(tmp_path / "new.db").close()
    with sqlite3.connect(tmp_path / "old.db") as old:
        old.execute("create table _sqlite_migrations (id integer primary key, migration_set, name, applied_at)")
        old.execute("insert into _sqlite_migrations (migration_set, name) values ('another set', 'a step')")
    schema.upgrade(sqlite3.connect(tmp_path / "old.db", isolation_level=None))

    def tables(name: str) -> list[tuple[str, str]]:
        rows = sqlite3.connect(tmp_path / name).execute(
            "select name, sql from sqlite_master where name not like '%_sqlite_migrations%' order by name"
        )
        return rows.fetchall()

    assert tables("old.db") == tables("new.db")


def test_catalog_without_states(tmp_path: Path) -> None:
    """A catalog from before states were kept says the same when it is opened to write, and is searched."""
    with Catalog.open(tmp_path / "new.db", reader_id="test") as new:
        new.add(capture(), article("A story to keep", "Some words of its own. " * 20, section="News"))
        new.commit()
        expected = tables(new)
    copied = ("reader", "article_urls", "article_rows", "revision_rows")
    with closing(sqlite3.connect(tmp_path / "old.db", isolation_level=None)) as old:
        schema.create(old, schema.STEPS[:-1])
        old.execute("attach ? as new", (str(tmp_path / "new.db"),))
        for table in ("captures", "readings", "fingerprints", "bands", *copied):
            old.execute(f"insert into {table} select * from new.{table}")
        old.execute(
            "insert into texts select id, content_hash, headline, standfirst, body, body_hash, headline_key, "
            "opening_key, word_count from new.texts"
        )
        old.execute("insert into articles_fts (articles_fts) values ('rebuild')")
    with Catalog.open(tmp_path / "old.db", reader_id="test") as upgraded:
        assert tables(upgraded) == expected
        assert [hit.headline for hit in search(upgraded.connection, "words").hits] == ["A story to keep"]


@pytest.mark.fault(98)
def test_newer_schema_is_refused(tmp_path: Path) -> None:
    """A catalog of a newer program is left alone, and the message says so."""
    Catalog.open(tmp_path / "c.db").close()
    with sqlite3.connect(tmp_path / "c.db") as db:
        db.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at) "
            "values ('pressmark catalog', '0099 more', '')"
        )
    with pytest.raises(UsageError, match="written by a newer pressmark"):
        Catalog.open(tmp_path / "c.db")


@pytest.mark.fault(97)
def test_broken_file(tmp_path: Path) -> None:
    """A file that is no database is told with the command that makes it anew."""
    (tmp_path / "c.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(DamagedCatalog, match="run `pressmark rebuild`"):
        Catalog.open(tmp_path / "c.db")


@pytest.mark.fault(55)
def test_odd_characters(catalog: Catalog) -> None:
    """Lone surrogates, NUL and control characters in any field are kept or replaced, never an error."""
    odd = "a\ud800b\x00c\x1b[31m\u202e"
    links = (Link(url=f"https://example.com/{odd}", text=odd),)
    evidence = (Evidence(field="headline", source="meta", selector=odd, raw=odd, chosen=True),)
    catalog.add(
        capture("https://example.com/x", etag=odd, mime=odd, error=odd),
        article(odd, odd, authors=(odd,), section=odd, links=links, evidence=evidence, notes=(odd,)),
    )
    catalog.add(
        capture("https://example.com/y"),
        Listing(form="rss", title=odd, entries=(Entry(link=odd, title=odd, guid=odd),)),
    )
    catalog.commit()

    assert catalog.connection.execute("select count(*) from articles").fetchone() == (1,)
    assert catalog.connection.execute("select count(*) from links").fetchone() == (1,)
    assert catalog.connection.execute("select chosen from evidence").fetchone() == (1,)


def test_entries_are_kept_once(catalog: Catalog) -> None:
    """What a feed announces again is one entry, with the record that announced it first."""
    late, early = capture(captured_at=at(9)), capture(captured_at=at(1))
    feed = Listing(form="rss", entries=(Entry(link="https://example.com/a", title="A"),))
    catalog.add(late, feed)
    catalog.add(early, feed)
    catalog.commit()

    assert catalog.connection.execute("select record_id, title from entries").fetchall() == [(early.record_id, "A")]


def test_jobs(catalog: Catalog) -> None:
    """A job is known by the warcinfo of its files; its exit is null until a closing record says otherwise."""
    opening = JobRecord(
        record_id="urn:1",
        job="j",
        kind="warcinfo",
        at="2026-03-01T00:00:00.000000Z",
        sites=("b", "a"),
        software="pressmark/1",
        warc="one",
        offset=0,
    )
    catalog.add_job_record(opening)
    catalog.add_job_record(
        replace(opening, record_id="urn:2", warc="two", at="2026-03-01T01:00:00.000000Z", sites=("c",))
    )
    catalog.commit()
    query = "select job, started_at, finished_at, sites, stats, exit from jobs"
    running = catalog.connection.execute(query).fetchall()
    catalog.add_job_record(
        replace(
            opening, record_id="urn:3", kind="closing", at="2026-03-01T02:00:00.000000Z", sites=(), stats="{}", exit=0
        )
    )
    catalog.commit()

    assert running == [("j", opening.at, None, '["a","b","c"]', None, None)]
    assert catalog.connection.execute(query).fetchall() == [
        ("j", opening.at, "2026-03-01T02:00:00.000000Z", '["a","b","c"]', "{}", 0)
    ]
    assert url_key("https://example.com/a") == "com,example)/a"
