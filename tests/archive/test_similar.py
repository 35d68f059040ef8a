"""Which texts are found to be alike, and that the order in which they come does not matter."""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive import derive, schema
from archive.collection import Collection
from archive.index import Catalog
from archive.likeness import ALGORITHM, KEYS, Profile, compare, fingerprint
from archive.model import Article
from archive.similar import SMALLEST, Pairs
from archive.text import text_of
from tests.archive.catalogs import article, at, capture, make_reader, page, tables, write_warc

WORDS = [f"word{n}" for n in range(90)]
OTHERS = [f"other{n}" for n in range(90)]
STORY = " ".join(WORDS)


def changed(*places: int) -> str:
    """The story with other words in these places."""
    return " ".join(f"new{n}" if n in places else word for n, word in enumerate(WORDS))


def urls(bodies: Sequence[str]) -> list[tuple[str, Article]]:
    """An article of its own for each body."""
    return [(f"https://site{n}.example/x", article(f"Headline of article {n}", body)) for n, body in enumerate(bodies)]


def folded(catalog: Catalog, bodies: Sequence[str], batch: int = 1) -> sqlite3.Connection:
    """The catalog after articles of these bodies came in, so many in each commit."""
    for n, (url, reading) in enumerate(urls(bodies)):
        catalog.add(capture(url, captured_at=at(n)), reading)
        if n % batch == batch - 1:
            catalog.commit()
    catalog.commit()
    return catalog.connection


def cluster_sizes(db: sqlite3.Connection) -> list[int]:
    """How many articles each cluster has."""
    return [size for (size,) in db.execute("select article_count from clusters order by article_count")]


variants = st.lists(
    st.one_of(
        st.frozensets(st.integers(0, 89), max_size=4).map(lambda places: changed(*places)),
        st.integers(30, 90).map(lambda end: " ".join(WORDS[:end])),
        st.integers(0, 60).map(lambda start: " ".join(OTHERS[: 90 - start] + WORDS[start:])),
        st.just(" ".join(OTHERS)),
    ),
    min_size=2,
    max_size=14,
    unique=True,
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(variants, st.data())
def test_order_batches_workers_and_rebuild(bodies: list[str], data: st.DataObject) -> None:
    """Pairs and clusters follow from the set of texts: in any order, by two workers, and computed from nothing."""
    facts = list(enumerate(urls(bodies)))
    split = data.draw(st.integers(0, len(facts)))
    shuffled = data.draw(st.permutations(facts))
    orders = {"whole": [facts], "shuffled": [[fact] for fact in shuffled], "merged": [shuffled[:split]]}
    with tempfile.TemporaryDirectory() as name:
        found = {}
        with Catalog.open(Path(name) / "other.db", reader_id="test") as other:
            _add(other, shuffled[split:])
        for way, batches in orders.items():
            with Catalog.open(Path(name) / f"{way}.db", reader_id="test") as catalog:
                for batch in batches:
                    _add(catalog, batch)
                if way == "merged":
                    catalog.merge(Path(name) / "other.db")
                found[way] = tables(catalog)
                if way == "whole":
                    catalog.connection.execute("begin")
                    derive.derive_all(catalog.connection)
                    catalog.connection.execute("commit")
                    found["from nothing"] = tables(catalog)
        assert found["shuffled"] == found["whole"]
        assert found["merged"] == found["whole"]
        assert found["from nothing"] == found["whole"]


@pytest.mark.parametrize("batch", [1, 3, 7, 40])
def test_crowded_bands_in_batches(catalog: Catalog, batch: int) -> None:
    """Where many more texts share a run of words than are compared, pairs follow from the set however they came."""
    rng = random.Random(batch)
    bodies = [changed(*rng.sample(range(90), rng.randint(0, 9))) for _ in range(25)]
    bodies += [f"{STORY} visitor number {n}" for n in range(15)]
    rng.shuffle(bodies)
    db = folded(catalog, bodies, batch)
    [(crowded,)] = db.execute("select max(n) from (select count(*) as n from bands group by key)").fetchall()
    queries = ("select * from bands order by 1, 2", "select * from similar_bodies order by 1, 2")
    came = [db.execute(query).fetchall() for query in queries]
    db.execute("begin")
    Pairs(db).derive_all()
    computed = [db.execute(query).fetchall() for query in queries]
    db.execute("rollback")

    assert crowded > 3 * SMALLEST
    assert came == computed


def _add(catalog: Catalog, batch: Sequence[tuple[int, tuple[str, Article]]]) -> None:
    for n, (url, reading) in batch:
        catalog.add(capture(url, captured_at=at(n)), reading)
    catalog.commit()


def test_rebuild_with_two_workers(collection: Collection) -> None:
    """A catalog with near-duplicates equals its rebuild, whether one process reads the WARC files or two."""
    for name, start in (("one", 0), ("two", 10)):
        bodies = [changed(*range(n, n + 3)) for n in range(start, start + 10)]
        pages = [page(f"article: Story {n}\n{body}", f"https://{name}.example/{n}", n) for n, body in enumerate(bodies)]
        write_warc(collection, pages, name=name)
    collection.catch_up(make_reader().read, reader_id=make_reader().id)

    assert collection.check_rebuild(make_reader) is None
    assert collection.check_rebuild(make_reader, workers=2) is None
    with collection.catalog(readonly=True) as catalog:
        assert cluster_sizes(catalog.connection) == [20]


def test_pairs_hold_what_was_measured(catalog: Catalog) -> None:
    """A pair has its real resemblance and containment: here three of 88 shingles of three words were replaced."""
    db = folded(catalog, [STORY, changed(40)])

    assert db.execute("select resemblance, containment, differs_in from similar").fetchall() == [
        (round(85 / 91, 4), round(85 / 88, 4), "")
    ]


@pytest.mark.parametrize(
    ("copy", "same"),
    [
        pytest.param(changed(), True, id="word for word"),
        pytest.param(changed(10, 50), True, id="edited"),
        pytest.param(" ".join(WORDS[:40]), True, id="cut"),
        pytest.param(" ".join(OTHERS[:30] + WORDS), True, id="introduced"),
        pytest.param(changed(*range(0, 90, 4)), False, id="every fourth word"),
        pytest.param(" ".join(WORDS[45:] + OTHERS), False, id="half of it in another text"),
        pytest.param(" ".join(OTHERS), False, id="another text"),
    ],
)
def test_copies(catalog: Catalog, copy: str, same: bool) -> None:
    """Texts that share 0.8 of their shingles, of all or of the shorter one, are copies."""
    assert cluster_sizes(folded(catalog, [STORY + ".", copy])) == ([2] if same else [])


NOTICE = (
    "{company} today announced its results for the {quarter} quarter. The board is pleased with the progress that was "
    "made in all parts of the business, and it sees no reason to change what was said at the beginning of the year. "
    "{company} will go on to invest in new plants and in research, and it keeps to its policy of paying a dividend. "
    "Revenue was {a} million, profit {b} million, and cash at the end of the period {c} million. The report can be had "
    "from the website, where a recording of the call for analysts will be kept for thirty days after the event. "
)
FIRST = {"company": "Alvora", "quarter": "first", "a": "12.5", "b": "3.25", "c": "41"}


@pytest.mark.parametrize(
    ("other", "differs_in"),
    [
        ({"company": "Zephora"}, "names"),
        ({"quarter": "second"}, "period"),
        ({"a": "13.5", "b": "4.75", "c": "52"}, "figures"),
        ({"a": "12.6"}, ""),
        ({}, ""),
    ],
)
def test_reports_of_one_template(other: dict[str, str], differs_in: str) -> None:
    """Reports of other companies, periods or figures share their template and are no copies; a correction is one."""
    boilerplate = " ".join(map("".join, permutations("abcde", 4)))
    likeness = compare(
        Profile(NOTICE.format(**FIRST) + boilerplate), Profile(NOTICE.format(**FIRST | other) + boilerplate)
    )

    assert (likeness.is_alike, likeness.differs_in) == (True, differs_in)


def test_names_in_the_same_places() -> None:
    """What differs in the names of an event and its place only is another notice."""
    text = "Alvora will speak at the {} in {}, and show its results there. " + STORY
    likeness = compare(Profile(text.format("Nordic Forum", "Lyon")), Profile(text.format("Biotech Summit", "Graz")))

    assert (likeness.is_alike, likeness.differs_in) == (True, "names")


def test_digest(catalog: Catalog) -> None:
    """A digest of different stories joins none of them; they are known as what it holds."""
    third = " ".join(f"third{n}" for n in range(90))
    db = folded(catalog, [STORY, " ".join(OTHERS), third, " ".join([STORY, *OTHERS, third])])

    assert cluster_sizes(db) == []
    assert db.execute("select distinct differs_in from similar").fetchall() == [("digest",)]


def test_a_long_text_and_its_cuts(catalog: Catalog) -> None:
    """A text of which others are beginnings is no digest."""
    assert cluster_sizes(folded(catalog, [STORY, *(" ".join(WORDS[:end]) for end in (40, 50, 60))])) == [4]


@pytest.mark.parametrize("body", ["", "Too short to say.", "word " * 20])
def test_short_texts(catalog: Catalog, body: str) -> None:
    """Empty and very short texts are never clustered, however many are equal."""
    db = folded(catalog, [body] * 5)

    assert cluster_sizes(db) == []
    assert db.execute("select count(*) from fingerprints").fetchone() == (0,)


@pytest.mark.parametrize(
    "letters",
    [
        pytest.param([chr(0x4E00 + n) for n in range(0, 5000, 11)], id="Han"),
        pytest.param([chr(0x30A1 + n % 80) + chr(0x4E00 + n * 7) for n in range(300)], id="kana and Han"),
        pytest.param(random.Random(1).choices([chr(0x0E01 + n) for n in range(45)], k=500), id="Thai"),
        pytest.param([chr(0xAC00 + n * 13) for n in range(400)], id="Hangul without spaces"),
    ],
)
def test_scripts_without_spaces(catalog: Catalog, letters: list[str]) -> None:
    """Texts without spaces are compared by characters: an edited copy is one, the letters in another order are not."""
    text = "".join(letters)
    edited = "".join([*letters[:50], "新", *letters[51:]])

    assert cluster_sizes(folded(catalog, [text, edited, "".join(reversed(letters))])) == [2]


def test_long_texts(catalog: Catalog) -> None:
    """Articles of a megabyte are compared like others."""
    words = [f"{n} krankenversicherungen" for n in range(40_000)]
    db = folded(catalog, [" ".join(words), " ".join([*words[:9_000], "inserted", *words[9_000:]])])

    assert cluster_sizes(db) == [2]
    assert db.execute("select max(length(keys)) from fingerprints").fetchone()[0] == KEYS * 6


@pytest.mark.parametrize("body", ["a " * 300, "!" * 500, "0" * 100_000, "word\n\n" * 200, "🙂 " * 200])
def test_monotonous_texts(catalog: Catalog, body: str) -> None:
    """What has hardly a shingle is no error."""
    folded(catalog, [body, body + "a"])

    assert fingerprint(body).shingles <= 2


def test_fingerprints_stay_what_they_are() -> None:
    """What a catalog holds under this name of the algorithm can be compared, whatever was read in between."""
    body = "one two three four five six seven"
    story = fingerprint(STORY)
    fingerprint(" ".join(f"unheard{n}" for n in range(40_000)))

    assert ALGORITHM == "shingles 1"
    assert fingerprint(body).keys.hex() == "52ab0f72b5e0eafddd2fb5e3"
    assert fingerprint(STORY) == story


@pytest.mark.fault(63)
def test_a_thousand_near_copies(catalog: Catalog) -> None:
    """A thousand pages with one text and a line of their own are one cluster, at the price of a few pairs each."""
    db = folded(catalog, [f"{STORY} visitor number {n}" for n in range(1000)], batch=100)
    (pairs,) = db.execute("select count(*) from similar").fetchone()

    assert cluster_sizes(db) == [1000]
    assert pairs <= 1000 * SMALLEST * 4


def test_representative_without_dates(catalog: Catalog) -> None:
    """Where no page gives a date, the one that was captured first stands for the cluster."""
    db = folded(catalog, [STORY, changed(3), changed(80)])

    assert db.execute(
        "select a.url, a.date_published from clusters as c join articles as a on a.id = c.representative"
    ).fetchall() == [("https://site0.example/x", "")]


def test_known_copies_of_a_text(catalog: Catalog) -> None:
    """The copies of a text that is not in the catalog yet are found, the most alike first."""
    db = folded(catalog, [changed(5), changed(5, 40), " ".join(OTHERS)])
    found = Pairs(db).like(fingerprint(STORY), STORY)

    assert [f.containment for f in found] == [round(85 / 88, 4), round(82 / 88, 4)]


def test_upgraded_catalog(tmp_path: Path) -> None:
    """A catalog from before there were fingerprints gets them, with pairs and clusters, when it is opened to write."""
    path = tmp_path / "catalog.db"
    with Catalog.open(path, reader_id="test") as catalog:
        folded(catalog, [STORY, changed(9)])
        before = tables(catalog)
    with sqlite3.connect(path) as db:
        db.execute("drop view similar")
        for table in ("fingerprints", "bands", "similar_bodies", "clusters", "cluster_members"):
            db.execute(f"drop table {table}")
        for statement in schema.DERIVED:
            if any(f"table {name} (" in statement for name in ("similar", "clusters", "cluster_members")):
                db.execute(statement)
        db.execute("delete from _sqlite_migrations where name like '0003%'")
    with Catalog.open(path, reader_id="test") as catalog:
        assert tables(catalog) == before


def test_equal_bodies_are_measured_once(catalog: Catalog) -> None:
    """A body that stands under several headlines has one fingerprint."""
    db = folded(catalog, [STORY] * 4)

    assert db.execute("select count(*) from fingerprints").fetchone() == (1,)
    assert text_of("a", "", STORY).body_hash == db.execute("select body_hash from fingerprints").fetchone()[0]
