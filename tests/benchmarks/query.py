"""How long a search with facets and an article take in a large catalog, asked by several at once while a crawl writes.

    python -m tests.benchmarks.query --articles 1000000 --clients 8

The articles are made up: 300 to 600 words each, drawn by Zipf's law. The words that are searched are drawn
log-uniformly by the number of articles that hold them, so that rare ones are asked as often as common ones. A catalog
that was made once is kept in --folder and used again.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import sqlite3
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np

from archive import schema
from archive.derive import FOREVER
from archive.fold import (
    CAPTURES,
    FINGERPRINTS,
    OUTLINKS,
    READINGS,
    TEXTS,
    article_text,
    capture_row,
    outlink_row,
    reading_row,
    text_row,
)  # fmt: skip
from archive.index import Catalog
from archive.likeness import ALGORITHM, KEYS
from archive.model import Article, Capture, Evidence, Link, instant
from archive.overview import overview
from archive.query import reading, show, status
from archive.search import search
from archive.similar import Pairs, body_key
from archive.urlkey import url_key

VOCABULARY = 200_000
SITES = 200
_EPOCH = datetime(2016, 1, 1, tzinfo=UTC)
_BATCH = 5_000
_FIRST = "bcdfghklmnprstvz"
_VOWELS = "aeiou"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one client measured."""

    wall: list[float]
    """Seconds that each question took."""

    cpu: list[float]
    """Seconds of CPU time of them."""


def word(rank: int) -> str:
    """The word of that rank: short for common ones, and each another."""
    letters = []
    number = rank + 16
    while number:
        number, at = divmod(number, len(_FIRST) * len(_VOWELS))
        letters.append(_FIRST[at // len(_VOWELS)] + _VOWELS[at % len(_VOWELS)])
    return "".join(letters)


class Maker:
    """Makes articles up."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        ranks = np.arange(1, VOCABULARY + 1)
        weights = 1.0 / (ranks + 2.7)  # Zipf and Mandelbrot
        self._cumulated = np.cumsum(weights / weights.sum())
        self._words = np.array([word(rank) for rank in range(VOCABULARY)], dtype=object)

    def articles(self, first: int, count: int) -> Iterator[tuple[Capture, Article]]:
        """Some articles, each with its capture."""
        lengths = self._random.integers(300, 601, count)
        drawn = np.minimum(np.searchsorted(self._cumulated, self._random.random(int(lengths.sum()))), VOCABULARY - 1)
        words, at = self._words[drawn], 0
        for number, length in enumerate(lengths.tolist(), first):
            yield self._article(number, words[at : at + length].tolist())
            at += length

    def _links(self, site: str, number: int) -> tuple[Link, ...]:
        """Thirty links of the site's menu, and five to the articles before."""
        return (
            *_menu(site),
            *(Link(f"https://www.{site}/2026/{number - n * SITES}", f"Story {n}") for n in range(1, 6)),
        )

    def _article(self, number: int, words: list[str]) -> tuple[Capture, Article]:
        site = f"site{number % SITES}.example"
        url = f"https://www.{site}/2026/{number}"
        when = _EPOCH + timedelta(minutes=number * 5)
        paragraphs = [" ".join(words[n : n + 60]) for n in range(8, len(words), 60)]
        headline, author = " ".join(words[:8]), f"Author {number % 4001}"
        article = Article(
            headline=headline, body="\n\n".join(paragraphs), url=url, language="en",
            section=f"Section {number % 17}", authors=(author,), date_published=when.isoformat(),
            keywords=(f"keyword {number % 301}", f"keyword {number % 77}"), links=self._links(site, number),
            evidence=(
                Evidence(field="headline", source="json-ld", selector="$.headline", raw=headline, chosen=True),
                Evidence(field="headline", source="opengraph", selector="og:title", raw=headline, chosen=False),
                Evidence(field="authors", source="json-ld", selector="$.author.name", raw=author, chosen=True),
                Evidence(field="date_published", source="json-ld", selector="$.datePublished", raw=when.isoformat(),
                         chosen=True),
                Evidence(field="section", source="meta", selector="article:section", raw="Section", chosen=True),
                Evidence(field="body", source="heuristic", selector="article > div", raw="", chosen=True),
            ),
        )  # fmt: skip
        capture = Capture(
            record_id=f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, url)}", url=url, urlkey=url_key(url),
            captured_at=when, kind="response", status=200, mime="text/html", payload_digest=f"sha1:{number:032}",
            warc="made-up.warc.gz", offset=number * 1000, length=900, site=site,
        )  # fmt: skip
        return capture, article


@cache
def _menu(site: str) -> list[Link]:
    return [Link(f"https://www.{site}/section/{n}", f"Section {n}") for n in range(30)]


def seen(capture: Capture, article: Article) -> Iterator[tuple[Capture, Article]]:
    """The captures of an article: one in ten was seen again a month later, with another keyword, and half of those
    with another text.
    """
    yield capture, article
    number = capture.offset // 1000
    if number % 10 == 0:
        later = replace(
            capture, record_id=f"{capture.record_id}-2", captured_at=capture.captured_at + timedelta(days=30),
            payload_digest=f"{capture.payload_digest}-2", offset=capture.offset + 900,
        )  # fmt: skip
        body = f"{article.body}\n\nCorrection {number}" if number % 20 == 0 else article.body
        yield later, replace(article, body=body, keywords=(*article.keywords, "updated"))


def make(path: Path, count: int, seed: int) -> None:
    """A catalog of *count* articles: the rows that a crawl writes, in bulk, and the index built at the end as in a
    rebuild. Fingerprints are random numbers: these texts are like no others.
    """
    schema.create_fresh(path)
    db = sqlite3.connect(path, isolation_level=None, cached_statements=256)
    for pragma in ("journal_mode = off", "synchronous = off", "locking_mode = exclusive", "cache_size = -1000000"):
        db.execute(f"pragma {pragma}").fetchall()
    maker = Maker(seed)
    for first in range(0, count, _BATCH):
        db.execute("begin")
        _add(db, [list(seen(*made)) for made in maker.articles(first, min(_BATCH, count - first))])
        db.execute("commit")
    db.execute("begin")
    Pairs(db).derive_all()
    db.execute("insert into articles_fts (articles_fts) values ('rebuild')")
    db.execute("insert into articles_fts (articles_fts) values ('optimize')")
    db.execute("commit")
    db.close()
    with closing(sqlite3.connect(path)) as whole:
        whole.execute("pragma journal_mode = wal").fetchall()


def _add(db: sqlite3.Connection, articles: list[list[tuple[Capture, Article]]]) -> None:
    """The facts of some articles, and what is derived from them."""
    flat = [(c, a, article_text(a)) for made in articles for c, a in made]
    db.executemany(CAPTURES.insert, (capture_row(capture) for capture, _, _ in flat))
    db.executemany(TEXTS.insert, (text_row(text) for _, _, text in flat))
    bodies = [str(text.body_hash) for _, _, text in flat]
    prints = ((body_key(body), body, ALGORITHM, 400, random.randbytes(KEYS * 8)) for body in bodies)
    db.executemany(FINGERPRINTS.insert, prints)
    links = {link: outlink_row(*link) for _, article, _ in flat for link in article.links}
    db.executemany(OUTLINKS.insert, sorted(links.values()))
    db.executemany(READINGS.insert, (reading_row(c, a, t, [links[n][0] for n in a.links]) for c, a, t in flat))
    hashes = json.dumps([text.content_hash for _, _, text in flat])
    of_hash = "select content_hash, id from texts where content_hash in (select value from json_each(?))"
    ids = dict(db.execute(of_hash, (hashes,)))
    waiting = iter(flat)
    for made in articles:
        _add_derived(db, [(c, a, ids[text.content_hash]) for c, a, text in islice(waiting, len(made))])


def _add_derived(db: sqlite3.Connection, shown: list[tuple[Capture, Article, int]]) -> None:
    states, texts = [], dict[int, tuple[str, str]]()
    ends = [*(instant(capture.captured_at) for capture, _, _ in shown[1:]), FOREVER]
    for (capture, article, text), end in zip(shown, ends, strict=True):
        begin = instant(capture.captured_at)
        texts.setdefault(text, (begin, capture.record_id))
        day, authors = article.date_published[:10], json.dumps(article.authors)
        dated_at, keywords = article.date_published[:19] + "Z", json.dumps(article.keywords)
        of_article = (capture.site, article.section, "en", day, dated_at, authors, keywords, len(texts))
        states.append((text, capture.urlkey, begin, end, *of_article))
        row = (
            capture.urlkey, text, capture.record_id, capture.url, "", capture.site, authors, article.date_published, "",
            day, dated_at, article.section, keywords, "en", "", "", None, states[0][2], begin, len(texts),
        )  # fmt: skip
    db.execute(f"insert into article_rows values ({', '.join('?' * 20)})", row)
    db.execute("insert into article_urls values (?, ?)", (row[0], row[0]))
    db.executemany(f"insert into article_states values ({', '.join('?' * 12)})", states)
    db.executemany("insert into revision_rows values (?, ?, ?, ?)", ((row[0], t, *at) for t, at in texts.items()))


def words_by_frequency(db: sqlite3.Connection, count: int, seed: int) -> list[str]:
    """Words drawn log-uniformly by the number of articles that hold them."""
    db.execute("create virtual table temp.vocabulary using fts5vocab('main', 'articles_fts', 'row')")
    rows = db.execute("select term, doc from temp.vocabulary order by doc").fetchall()
    docs = np.log([doc for _, doc in rows])
    dice = random.Random(seed)
    drawn = [int(np.searchsorted(docs, dice.uniform(0.0, float(docs[-1])))) for _ in range(count)]
    return [rows[min(at, len(rows) - 1)][0] for at in drawn]


def ask(path: Path, kind: str, questions: list[str], told: multiprocessing.Queue[Told]) -> None:
    """A client: asks one question after the other, each on a connection of its own as the command line does."""
    wall, cpu = [], []
    for number, question in enumerate(questions):
        begun, used = time.perf_counter(), time.process_time()
        with reading(path) as db:
            QUESTIONS[kind](db, question, number)
        wall.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - used)
    told.put(Told(wall=wall, cpu=cpu))


QUESTIONS: dict[str, Callable[[sqlite3.Connection, str, int], object]] = {
    "search": lambda db, words, _: search(db, words, facets=True),
    "as-of": lambda db, words, number: search(db, words, facets=True, as_of=f"{2016 + number % 10}-06"),
    "article": lambda db, article, _: show(db, article),
    "overview": lambda db, _, __: (status(db, Path("/nowhere")), overview(db)),
    "site": lambda db, article, _: site_figures(db, article.split(",")[1].split(")")[0]),
}


def site_figures(db: sqlite3.Connection, name: str) -> object:
    """What the page of a site shows."""
    site = f"{name}.example"
    return status(db, Path("/nowhere"), jobs=50), search(db, site=site, sort="date", limit=10), overview(db, site)


def write(path: Path, first: int, over: multiprocessing.synchronize.Event) -> None:
    """A crawl: folds batches of articles until it is over."""
    maker = Maker(first)
    with Catalog.open(path) as catalog:
        while not over.is_set():
            for capture, article in maker.articles(first, 20):
                catalog.add(capture, article)
            catalog.commit()
            first += 20
            time.sleep(0.5)


def measure(path: Path, count: int, *, clients: int, questions: int, seed: int) -> dict[str, Told]:
    """What all questions of each kind took, asked by *clients* processes at once while another one writes."""
    with reading(path, longest=600) as db:
        words = words_by_frequency(db, clients * questions, seed)
    dice = random.Random(seed)
    articles = [f"example,site{n % SITES})/2026/{n}" for n in (dice.randrange(count) for _ in words)]
    over = multiprocessing.Event()
    writer = multiprocessing.Process(target=write, args=(path, count + int(time.time()) % 1_000_000, over))
    writer.start()
    found: dict[str, Told] = {}
    for kind in QUESTIONS:
        asked = words if kind in {"search", "as-of"} else articles
        queue: multiprocessing.Queue[Told] = multiprocessing.Queue()
        parts = [asked[n::clients] for n in range(clients)]
        children = [multiprocessing.Process(target=ask, args=(path, kind, part, queue)) for part in parts]
        for child in children:
            child.start()
        told = [queue.get(timeout=1800) for _ in children]
        found[kind] = Told(wall=[s for one in told for s in one.wall], cpu=[s for one in told for s in one.cpu])
        for child in children:
            child.join()
    over.set()
    writer.join()
    return found


def sizes(path: Path) -> dict[str, int]:
    """Bytes of the text itself, of texts and full-text index, and of each part of everything else."""
    with reading(path, longest=600) as db:
        (text,) = db.execute("select sum(length(cast(headline || standfirst || body as blob))) from texts").fetchone()
        rows = db.execute(
            "select coalesce(m.tbl_name, s.name), sum(s.pgsize) "
            "from dbstat as s left join sqlite_master as m on m.name = s.name group by 1 order by 2 desc"
        ).fetchall()
    kept = sum(size for name, size in rows if name == "texts" or name.startswith("articles_fts"))
    others = {name: size for name, size in rows if name != "texts" and not name.startswith("articles_fts")}
    return {"text": text, "texts and full-text index": kept, "everything else": sum(others.values()), **others}


def main() -> None:
    """Makes the catalog where it is missing, asks, and prints the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--articles", type=int, default=1_000_000)
    options.add_argument("--clients", type=int, default=8)
    options.add_argument("--questions", type=int, default=50, help="of each kind, by each client")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--folder", type=Path, default=Path("collections/bench-query"))
    given = options.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    path = given.folder / f"made-up-{given.articles}.db"
    if not path.exists():
        begun = time.monotonic()
        make(path.with_suffix(".part"), given.articles, given.seed)
        path.with_suffix(".part").rename(path)
        print(f"made in {time.monotonic() - begun:.0f} s: {path}, {path.stat().st_size / 1e6:,.0f} MB")
    begun = time.perf_counter()
    with reading(path):
        opening = time.perf_counter() - begun
    found = measure(path, given.articles, clients=given.clients, questions=given.questions, seed=given.seed)
    print(
        f"{given.articles:,} articles, {given.clients} clients at once, one writer; opening {opening * 1000:.1f} ms\n"
    )
    print(f"{'question':<10}{'asked':>7}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}{'CPU p50':>9}{'CPU p95':>9}")
    for kind, told in found.items():
        figures = [statistics.median(told.wall), _p95(told.wall), max(told.wall), statistics.median(told.cpu)]
        print(f"{kind:<10}{len(told.wall):>7}{''.join(f'{s * 1e3:>9.1f}' for s in (*figures, _p95(told.cpu)))}")
    print(f"load of the machine: {', '.join(f'{load:.1f}' for load in os.getloadavg())}\n")
    text, *parts = sizes(path).items()
    for name, size in parts:
        if size > text[1] / 1000:
            print(f"{name}: {size / text[1]:.3f} times the text")


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


if __name__ == "__main__":
    main()
