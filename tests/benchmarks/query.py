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
import random
import sqlite3
import statistics
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from archive import schema
from archive.fold import CAPTURES, READINGS, TEXTS, capture_row, reading_row, text_row
from archive.index import Catalog
from archive.model import Article, Capture
from archive.query import reading, show
from archive.search import search
from archive.text import text_of
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

    kind: str
    """search, as-of or article."""

    seconds: list[float]
    """How long each question took."""


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

    def _article(self, number: int, words: list[str]) -> tuple[Capture, Article]:
        site = f"site{number % SITES}.example"
        url = f"https://www.{site}/2026/{number}"
        when = _EPOCH + timedelta(minutes=number * 5)
        paragraphs = [" ".join(words[n : n + 60]) for n in range(8, len(words), 60)]
        article = Article(
            headline=" ".join(words[:8]), body="\n\n".join(paragraphs), url=url, language="en",
            section=f"Section {number % 17}", authors=(f"Author {number % 4001}",), date_published=when.isoformat(),
            keywords=(f"keyword {number % 301}", f"keyword {number % 77}"),
        )  # fmt: skip
        capture = Capture(
            record_id=f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, url)}", url=url, urlkey=url_key(url),
            captured_at=when, kind="response", status=200, mime="text/html", payload_digest=f"sha1:{number:032}",
            warc="made-up.warc.gz", offset=number * 1000, length=900, site=site,
        )  # fmt: skip
        return capture, article


def make(path: Path, count: int, seed: int) -> None:
    """A catalog of *count* articles. Derived rows are written straight away: each article has one URL and one text."""
    schema.create_fresh(path)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("pragma synchronous = off")
    maker = Maker(seed)
    for first in range(0, count, _BATCH):
        db.execute("begin")
        _add(db, list(maker.articles(first, min(_BATCH, count - first))))
        db.execute("commit")
    db.execute("insert into articles_fts (articles_fts) values ('rebuild')")
    db.execute("insert into articles_fts (articles_fts) values ('optimize')")
    db.execute("analyze")
    db.execute("pragma journal_mode = wal")
    db.close()


def _add(db: sqlite3.Connection, made: list[tuple[Capture, Article]]) -> None:
    texts = [text_of(article.headline, article.standfirst, article.body) for _, article in made]
    db.executemany(CAPTURES.insert, (capture_row(capture) for capture, _ in made))
    db.executemany(TEXTS.insert, map(text_row, texts))
    db.executemany(READINGS.insert, (reading_row(c, a, t, ()) for (c, a), t in zip(made, texts, strict=True)))
    ids = dict(
        db.execute(
            "select content_hash, id from texts where content_hash in (select value from json_each(?))",
            (json.dumps([text.content_hash for text in texts]),),
        )
    )
    rows = []
    for (capture, article), text in zip(made, texts, strict=True):
        at = capture.captured_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        lists = (json.dumps(list(article.authors)), json.dumps(list(article.keywords)))
        rows.append(
            (capture.urlkey, ids[text.content_hash], capture.record_id, capture.url, "", capture.site, lists[0],
             article.date_published, "", at[:10], at, article.section, lists[1], "en", "", "", None, at, at, 1)
        )  # fmt: skip
    db.executemany(f"insert into article_rows values ({', '.join('?' * 20)})", rows)
    db.executemany("insert into article_urls values (?, ?)", ((row[0], row[0]) for row in rows))
    db.executemany("insert into revision_rows values (?, ?, ?, ?)", ((r[0], r[1], r[17], r[2]) for r in rows))


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
    seconds = []
    for question in questions:
        begun = time.perf_counter()
        with reading(path) as db:
            if kind == "article":
                show(db, question)
            else:
                search(db, question, facets=True, as_of="2030" if kind == "as-of" else "")
        seconds.append(time.perf_counter() - begun)
    told.put(Told(kind=kind, seconds=seconds))


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


def measure(path: Path, count: int, *, clients: int, questions: int, seed: int) -> dict[str, list[float]]:
    """Seconds of all questions of each kind, asked by *clients* processes at once while another one writes."""
    with reading(path) as db:
        words = words_by_frequency(db, clients * questions, seed)
    dice = random.Random(seed)
    articles = [f"example,site{n % SITES})/2026/{n}" for n in (dice.randrange(count) for _ in words)]
    over = multiprocessing.Event()
    writer = multiprocessing.Process(target=write, args=(path, count + seed * 100_000, over))
    writer.start()
    found: dict[str, list[float]] = {}
    for kind, asked in (("search", words), ("as-of", words), ("article", articles)):
        queue: multiprocessing.Queue[Told] = multiprocessing.Queue()
        parts = [asked[n::clients] for n in range(clients)]
        children = [multiprocessing.Process(target=ask, args=(path, kind, part, queue)) for part in parts]
        for child in children:
            child.start()
        found[kind] = [second for _ in children for second in queue.get(timeout=1800).seconds]
        for child in children:
            child.join()
    over.set()
    writer.join()
    return found


def sizes(path: Path) -> dict[str, int]:
    """Bytes of the text itself, of texts and full-text index, and of everything else."""
    with reading(path) as db:
        (text,) = db.execute("select sum(length(cast(headline || standfirst || body as blob))) from texts").fetchone()
        rows = db.execute("select name, sum(pgsize) from dbstat group by name").fetchall()
    kept = sum(size for name, size in rows if name.startswith(("texts", "articles_fts", "sqlite_autoindex_texts")))
    return {"text": text, "texts and index": kept, "the rest": sum(size for _, size in rows) - kept}


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
    print(f"{'question':<10}{'asked':>7}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}")
    for kind, seconds in found.items():
        middle, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
        print(f"{kind:<10}{len(seconds):>7}{middle * 1e3:>9.1f}{p95 * 1e3:>9.1f}{max(seconds) * 1e3:>9.1f}")
    size = sizes(path)
    print(f"\ntexts and full-text index: {size['texts and index'] / size['text']:.2f} times the text")
    print(f"everything else: {size['the rest'] / size['text']:.2f} times the text")


if __name__ == "__main__":
    main()
