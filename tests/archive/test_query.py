"""Search, show and status: what is kept is found, and a wrong question is told where it is wrong."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive import open_collection
from archive.collection import Collection
from archive.errors import NoSuchCollection, UsageError
from archive.index import Catalog
from archive.model import Evidence, Listing
from archive.query import NotFound, reading, show
from archive.query_syntax import QueryError, quote_odd_words
from archive.search import search
from archive.warc_read import read_capture
from tests.archive.catalogs import LONG, article, at, capture, make_reader

STORIES = {
    "https://pharma.example/covid": article(
        "Covid-19 vaccine meets goal", f"The vaccine of AT&T did well. {LONG * 2}", section="Research",
        language="en-gb", authors=("Ann Smith", "Bo Ray"), date_published="2026-02-10T23:30:00-05:00",
        evidence=(Evidence(field="headline", source="json-ld", selector="$.headline", raw="Covid", chosen=True),),
    ),
    "https://pharma.example/plant": article(
        "A plant is closed", f"No medicine is made there any more. {LONG * 2} vaccine", section="Business",
        language="en",
        authors=("100% Sure",), date_published="2026-02-11",
    ),
    "https://autos.example/cars": article("Autos sell well", f"Cars. {LONG * 2}", language="de", date_published="2025"),
}  # fmt: skip


@pytest.fixture
def stories(catalog: Catalog) -> sqlite3.Connection:
    """A catalog with three articles, read by two captures the first of them."""
    for minute, (url, story) in enumerate(STORIES.items()):
        catalog.add(capture(url, captured_at=at(minute), site=url.split("/")[2]), story)
    first = next(iter(STORIES))
    catalog.add(
        capture(first, captured_at=at(9), site="pharma.example"), article("Covid-19 vaccine misses goal", LONG * 3)
    )
    catalog.add(capture("https://pharma.example/", captured_at=at(10)), Listing(form="section"))
    catalog.commit()
    return catalog.connection


def found(db: sqlite3.Connection, query: str = "", **filters: str) -> list[str]:
    """Headlines that a search finds."""
    return [hit.headline for hit in search(db, query, **filters).hits]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "headlines"),
    [
        ("plant", ["A plant is closed"]),
        ("PLANT closed", ["A plant is closed"]),
        ('"plant closed"', []),
        ('"plant is closed"', ["A plant is closed"]),
        ("plan*", ["A plant is closed"]),
        ("covid-19", ["Covid-19 vaccine misses goal"]),
        ("headline:covid-19", ["Covid-19 vaccine misses goal"]),
        ("medicine NOT plant", []),
        ("medicine OR cars", ["Autos sell well", "A plant is closed"]),
        ("NEAR(no medicine, 2)", ["A plant is closed"]),
        ("zebra", []),
        ("meets", []),
    ],
)
def test_queries(stories: sqlite3.Connection, query: str, headlines: list[str]) -> None:
    """Words, phrases, prefixes, fields and operators are FTS5's; what an article said before does not match."""
    assert found(stories, query) == headlines


@pytest.mark.parametrize(
    ("filters", "headlines"),
    [
        ({"site": "autos.example"}, ["Autos sell well"]),
        ({"section": "business"}, ["A plant is closed"]),
        ({"author": "100%"}, ["A plant is closed"]),
        ({"author": "%"}, ["A plant is closed"]),
        ({"author": "_"}, []),
        ({"language": "en"}, ["A plant is closed"]),
        ({"language": "DE"}, ["Autos sell well"]),
        ({"since": "2026-02-11", "until": "2026-02-11"}, ["A plant is closed"]),
        ({"until": "2026-02"}, ["A plant is closed"]),
        ({"since": "2026-03"}, ["Autos sell well", "Covid-19 vaccine misses goal"]),
        ({"since": "2027"}, []),
    ],
)
def test_filters(stories: sqlite3.Connection, filters: dict[str, str], headlines: list[str]) -> None:
    """Filters narrow a search; where no date of publication is known, the day of the first capture counts."""
    assert sorted(found(stories, **filters)) == headlines
    assert sorted(found(stories, "paragraph", **filters)) == headlines


def test_order(stories: sqlite3.Connection) -> None:
    """Relevance puts a word in the headline first, and date the newest; without words the newest come first."""
    assert found(stories, "vaccine")[0] == "Covid-19 vaccine misses goal"
    assert found(stories, "paragraph", sort="date") == found(stories)
    assert found(stories)[-1] == "A plant is closed"


def test_snippets_and_figures(stories: sqlite3.Connection) -> None:
    """A hit shows the words around the match, between the marks that were asked for, and where it was read."""
    result = search(stories, "medicine", marks=("<", ">"), limit=1)
    (hit,) = result.hits

    assert "<medicine>" in hit.snippet
    assert (result.total, result.more, hit.site, hit.pressmark.warc) == (1, False, "pharma.example", "one.warc.gz")


def test_totals(stories: sqlite3.Connection) -> None:
    """The total counts all that match, whatever the limit."""
    result = search(stories, "paragraph", limit=1)

    assert (len(result.hits), result.total) == (1, 3)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("vaccine AND", "at its end, something is missing"),
        ("vaccine AND AND trial", "at character 13, near 'AND'"),
        ("(vaccine", "at its end"),
        ("vaccine)", "at character 8, near ')'"),
        ("title:vaccine", "no field 'title'; there are headline"),
        ("hedline:vaccine", "did you mean headline?"),
        ('"vaccine', "unterminated string"),
        ('"a trial" vaccine "or', "from the quotation mark at character 19"),
        ("^", "at its end"),
        ("*", "*"),
    ],
)
def test_wrong_queries(stories: sqlite3.Connection, query: str, told: str) -> None:
    """A query that cannot be understood is told with the place and the words that there are."""
    with pytest.raises(QueryError) as error:
        search(stories, query)
    assert told in str(error.value)


def test_wrong_filters(stories: sqlite3.Connection) -> None:
    """An unknown site is told with the nearest known one, a wrong date with the form of dates."""
    with pytest.raises(UsageError, match=r"did you mean pharma\.example"):
        search(stories, site="farma.example")
    with pytest.raises(UsageError, match="'soon' is no date"):
        search(stories, since="soon")


@pytest.mark.parametrize(
    "text", ["'; drop table captures; --", '" OR 1=1', "\x00", "\ud800", "a" * 100_000, "🙂", "-", "NOT"]
)
def test_no_word_is_executed(stories: sqlite3.Connection, text: str) -> None:
    """Whatever is asked is found or refused; nothing is executed."""
    for ask in (lambda: search(stories, text), lambda: search(stories, author=text), lambda: show(stories, text)):
        try:
            ask()
        except UsageError:
            continue
    assert len(found(stories)) == 3


@pytest.mark.parametrize(
    ("query", "quoted"),
    [
        ("a b", "a b"),
        ("covid-19* (AT&T)", '"covid-19"* ("AT&T")'),
        ('"as-is" -x a+b', '"as-is" -x a+b'),
        ("l'an 3.5%", '"l\'an" "3.5%"'),
    ],
)
def test_odd_words_are_quoted(query: str, quoted: str) -> None:
    """Words that FTS5 would refuse for a character in them are put in quotation marks."""
    assert quote_odd_words(query) == quoted


def test_show(stories: sqlite3.Connection) -> None:
    """An article is shown with its record, evidence, revisions and visits, by its id, any URL of it, or a record id."""
    url = next(iter(STORIES))
    shown = show(stories, "example,pharma)/covid")

    assert shown.article is not None
    assert shown.article["headline"] == "Covid-19 vaccine misses goal"
    assert [revision.headline for revision in shown.revisions] == [
        "Covid-19 vaccine meets goal",
        "Covid-19 vaccine misses goal",
    ]
    assert [visit.reading for visit in shown.captures] == ["article", "article"]
    assert [show(stories, other) for other in (url, "pharma.example/covid", shown.article["record_id"])] == [shown] * 3


def test_show_evidence(catalog: Catalog) -> None:
    """Evidence says where each field comes from."""
    url, story = next(iter(STORIES.items()))
    catalog.add(capture(url), story)
    catalog.commit()
    shown = show(catalog.connection, url)

    assert [(e.field, e.source, e.chosen) for e in shown.evidence] == [("headline", "json-ld", True)]
    assert shown.article is not None
    assert shown.article["authors"] == ["Ann Smith", "Bo Ray"]


def test_show_by_an_unfetched_canonical_url(catalog: Catalog) -> None:
    """The canonical URL of an article leads to it, also when it was never fetched."""
    catalog.add(capture("https://example.com/a?x=1"), article(canonical_url="https://example.com/a"))
    catalog.commit()

    assert show(catalog.connection, "https://example.com/a").urls == ("https://example.com/a?x=1",)


def test_show_a_page_that_is_no_article(stories: sqlite3.Connection) -> None:
    """A page that is no article is shown with its visits."""
    shown = show(stories, "https://pharma.example/")

    assert (shown.article, [(c.reading, c.reason) for c in shown.captures]) == (None, [("listing", "section")])


def test_show_nothing(stories: sqlite3.Connection) -> None:
    """An unknown URL is told with the nearest one of its host."""
    with pytest.raises(NotFound, match=r"did you mean https://pharma\.example/plant\?"):
        show(stories, "https://pharma.example/plan")
    with pytest.raises(NotFound, match="pressmark search"):
        show(stories, "https://nowhere.example/")


def test_family(catalog: Catalog) -> None:
    """Articles with one text are shown as a family; articles with a very short one are not."""
    for minute, (url, body) in enumerate([("a", LONG * 3), ("b", LONG * 3), ("c", "short"), ("d", "short")]):
        catalog.add(capture(f"https://{url}.example/", captured_at=at(minute)), article(body=body))
    catalog.commit()

    assert [relative.site for relative in show(catalog.connection, "https://a.example/").family] == ["example.com"]
    assert show(catalog.connection, "https://c.example/").family == ()


def test_pressmark_leads_to_the_bytes(filled: Collection) -> None:
    """A hit's pressmark is the place of the response that it was read from."""
    (hit,) = open_collection(filled.path).search('"number 3"').hits
    mark = hit.pressmark
    record = read_capture(filled.archive_dir / mark.warc, mark.offset, mark.length)

    assert (record.capture.record_id, record.capture.payload_digest) == (mark.record_id, mark.payload_digest)
    assert b"number 3" in record.block


def test_status(filled: Collection) -> None:
    """The status counts captures, failures and articles by site, and lists the jobs."""
    state = open_collection(filled.path).status()
    (site,) = [s for s in state.sites if s.site == "example.com"]

    assert (site.captures, site.revisits, site.failures, site.articles) == (16, 1, 0, 12)
    assert (state.captures, state.articles, state.revisions) == (17, 12, 13)
    assert [(job.job, job.exit, job.stats) for job in state.jobs] == [("job test", 0, {"pages": 16 + 1})]
    assert (state.warcs, state.growing, state.reader) == (1, 0, make_reader().id)
    assert state.warc_bytes == sum(path.stat().st_size for path in filled.warcs())


def test_missing_places(collection: Collection, tmp_path: Path) -> None:
    """A missing collection or catalog is told with the next step."""
    with pytest.raises(NoSuchCollection):
        open_collection(tmp_path / "none")
    with pytest.raises(UsageError, match="run `pressmark rebuild"):
        open_collection(collection.path).search("x")


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder in which nobody but root may write."""
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        yield
    finally:
        folder.chmod(0o755)


def test_read_only_folder(filled: Collection) -> None:
    """A collection on a disk that cannot be written to is read all the same."""
    with read_only(filled.path):
        assert open_collection(filled.path).search("story").total == 12


def test_searching_while_writing(filled: Collection) -> None:
    """A search neither waits for a writer's open transaction nor sees what it has not committed."""
    with filled.catalog(reader_id=make_reader().id) as writer:
        writer.add(capture("https://example.com/new"), article("Something new altogether"))
        assert open_collection(filled.path).search("altogether").total == 0
        writer.commit()
        assert open_collection(filled.path).search("altogether").total == 1


def test_more_than_can_be_ranked(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more matches than can be ranked, the newest are, and the total says so."""
    monkeypatch.setattr("archive.search.MAX_RANKED", 3)
    for n in range(5):
        catalog.add(capture(f"https://example.com/{n}", captured_at=at(n)), article(f"Number {n} of all", f"word {n}"))
    catalog.commit()
    result = search(catalog.connection, "word")

    assert (result.total, result.more) == (3, True)
    assert {hit.headline for hit in result.hits} <= {f"Number {n} of all" for n in (1, 2, 3, 4)}


def test_reading_never_writes(filled: Collection) -> None:
    """The connection that queries get refuses to write."""
    with reading(filled.catalog_path) as db, pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.execute("delete from captures")
