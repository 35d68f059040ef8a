"""How often each place on a page gives the headline that its ground truth has: what no order of the places can pass.

    python -m tests.benchmarks.headline_sources              fundus, wcxb and teval
    python -m tests.benchmarks.headline_sources fundus

A row a set: the reader, then each place taken alone, then the value that most places give, then whether some place has
it at all. Where a place gives nothing, or what the reader's headline is a part of, the reader's is taken.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator

from archive.model import Article
from crawler.bindings import default_reader
from crawler.cli.reading import page_record
from pipelines.finding import plain
from tests.benchmarks.extraction import scorer
from tests.benchmarks.extraction_readers import CAPTURED_AT
from tests.benchmarks.real_pages import PUBLIC

SETS = ("fundus", "wcxb", "teval")
PLACES = ("og:title", "headline", "title")
"""`og:title`, `headline` of JSON-LD, `<title>`, by the names that evidence has."""


def main() -> None:
    """Print a row for each set that is there."""
    there = [name for name in sys.argv[1:] or SETS if (PUBLIC / f"{name}.jsonl").is_file()]
    if not there:
        sys.exit("skipped: ../shared/extraction/public is not there, and no figure is made up")
    heads = ("reader", *PLACES, "most places", "any place")
    print(f"{'set':8}{'pages':>6}" + "".join(f"{head:>13}" for head in heads))
    is_right = scorer().head_ok
    for name in there:
        right, pages = Counter[str](), 0
        for truth, article in _articles(name):
            pages += 1
            right.update(head for head, value in _values(article) if is_right(value, truth))
            seen = [e.raw for e in article.evidence if e.field == "headline"]
            right["any place"] += any(is_right(value, truth) for value in (article.headline, *seen))
        print(f"{name:8}{pages:6}" + "".join(f"{right[head] / max(1, pages):13.3f}" for head in heads), flush=True)


def _articles(name: str) -> Iterator[tuple[str, Article]]:
    """The true headline of each page that has one and is read as an article, and what it is read as."""
    reader = default_reader()
    for line in (PUBLIC / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        content = gzip.decompress((PUBLIC / row["html"]).read_bytes())
        url = row["url"] or "http://page.invalid/"
        reading = reader.read(page_record(content, url=url, captured_at=CAPTURED_AT))
        if row.get("headline") and isinstance(reading, Article):
            yield row["headline"], reading


def _values(article: Article) -> Iterator[tuple[str, str]]:
    """What the reader, each place alone, and most places call the article."""
    own = article.headline
    given = {e.selector: e.raw for e in reversed(article.evidence) if e.field == "headline"}
    values = {place: own if _holds(given.get(place, ""), own) else given[place] for place in PLACES}
    yield "reader", own
    yield from values.items()
    all_values = (own, *values.values())
    [(winner, _)] = Counter(map(_key, all_values)).most_common(1)
    yield "most places", next(value for value in all_values if _key(value) == winner)


def _holds(value: str, own: str) -> bool:
    return not value or _key(own) in _key(value)


def _key(text: str) -> str:
    return plain(text).replace(" ", "")


if __name__ == "__main__":
    main()
