"""How well the pages of simulated news webs are read: articles against what was planned, other pages by their kind.

Run by `make bench-newsweb`. A web follows from its seed alone, so seeds that nobody developed with are pages that
nobody has seen. A field counts as right only when it is the planned value, letter for letter; a date when it is the
day, a body when it is right to the word.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from archive.model import Article, Capture, Reading
from archive.urlkey import url_key
from archive.warc_read import CapturedRecord
from crawler.bindings import default_reader
from crawler.newsweb import NewsWeb, PlannedArticle
from pipelines.read import Reader

_OK = 200
SITES, ARTICLES = 7, 60
"""Seven sites show each page design and language several times."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text))


FIELDS: dict[str, Callable[[Article | PlannedArticle], str | tuple[str, ...]]] = {
    "headline": lambda article: article.headline,
    "date": lambda article: article.date_published[:10],
    "standfirst": lambda article: article.standfirst,
    "authors": lambda article: article.authors,
    "section": lambda article: article.section,
    "language": lambda article: article.language,
    "body": lambda article: _words(article.body),
}
"""By name of the field: what is compared of an article as it was read and as it was planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One value that is not what was planned, or one page that was taken for something else."""

    what: str
    """Name of the field, or `lost` for an article that was not read as one."""

    design: str
    """Page design."""

    url: str
    """The page."""

    read: str | tuple[str, ...]
    """What was read; for a lost article what it was taken for."""

    planned: str | tuple[str, ...]
    """What was planned."""


@dataclass(slots=True)
class Tally:
    """What was right and wrong on the webs that were added."""

    articles: Counter[str] = field(default_factory=Counter)
    """Articles that were read as such, by page design."""

    lost: Counter[str] = field(default_factory=Counter)
    """Articles that were not, by page design."""

    right: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Right values by field and page design."""

    others: Counter[str] = field(default_factory=Counter)
    """Other pages that are served, by kind."""

    false: Counter[str] = field(default_factory=Counter)
    """Other pages that were read as articles, by kind."""

    wrong: list[Wrong] = field(default_factory=list)
    """Everything that was not right, in the order of the pages."""

    @property
    def precision(self) -> float:
        """How many of the pages that were read as articles are articles."""
        read = self.articles.total()
        return read / max(1, read + self.false.total())

    @property
    def recall(self) -> float:
        """How many of the articles were read as articles."""
        read = self.articles.total()
        return read / max(1, read + self.lost.total())

    def share(self, name: str) -> float:
        """How many of the articles that were read have the field *name* right."""
        return sum(self.right[name, design] for design in self.articles) / max(1, self.articles.total())

    def add(self, web: NewsWeb, reader: Reader) -> None:
        """Read every page of *web* and count."""
        for planned in web.articles:
            if not planned.withdrawn:
                self._add_article(planned, _read(web, planned.url, reader))
        for page in web.pages():
            if page.status == _OK:
                reading = _read(web, page.url, reader)
                self.others[page.kind] += 1
                if isinstance(reading, Article):
                    self.false[page.kind] += 1
                    self.wrong.append(Wrong(what="false", design="", url=page.url, read="article", planned=page.kind))

    def _add_article(self, planned: PlannedArticle, reading: Reading) -> None:
        design = planned.design
        if not isinstance(reading, Article):
            self.lost[design] += 1
            kind = f"{reading.kind} {getattr(reading, 'reason', '')}".strip()
            self.wrong.append(Wrong(what="lost", design=design, url=planned.url, read=kind, planned="article"))
            return
        self.articles[design] += 1
        for name, of in FIELDS.items():
            value, truth = of(reading), of(planned)
            if value == truth:
                self.right[name, design] += 1
            else:
                self.wrong.append(Wrong(what=name, design=design, url=planned.url, read=value, planned=truth))


def measure(seeds: Iterable[int]) -> Tally:
    """What is right and wrong on the webs of *seeds* together."""
    tally, reader = Tally(), default_reader()
    for seed in seeds:
        tally.add(NewsWeb(seed, sites=SITES, articles=ARTICLES), reader)
    return tally


def _read(web: NewsWeb, url: str, reader: Reader) -> Reading:
    """The page at *url* as it would come out of a WARC record."""
    parts = urlsplit(url)
    reply = web.reply(parts.netloc, f"{parts.path}?{parts.query}" if parts.query else parts.path)
    headers = [("Content-Type", reply.mime), *reply.headers]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers if value)
    block = f"HTTP/1.1 {reply.status} \r\n{head}\r\n".encode("latin-1") + reply.body
    capture = Capture(
        record_id="", url=url, urlkey=url_key(url), captured_at=web.now, kind="response", status=reply.status
    )
    return reader.read(CapturedRecord(capture=capture, block=block))


def main() -> None:
    """Measure and print."""
    options = _options()
    tally = measure(options.seeds)
    print("\n".join(_table(tally)))
    if options.wrong:
        print("\n".join(_listed(tally.wrong)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--seeds",
        type=seed_range,
        default=seed_range("1-10"),
        metavar="N-M",
        help="seeds, such as 7 or 101-110 (default 1-10)",
    )
    parser.add_argument("--wrong", action="store_true", help="also list every value and page that is wrong")
    return parser.parse_args()


def seed_range(text: str) -> range:
    """The seeds from "7" or "101-110"."""
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def _table(tally: Tally) -> Iterator[str]:
    """Right of how many by field and design, then articles lost and other pages taken for one."""
    designs = sorted(tally.articles | tally.lost)
    yield f"{'':12}" + "".join(f"{design:>12}" for design in designs) + f"{'all':>12}{'share':>8}"
    for name in FIELDS:
        cells = [(tally.right[name, design], tally.articles[design]) for design in designs]
        cells.append((sum(right for right, _ in cells), tally.articles.total()))
        yield f"{name:12}" + "".join(f"{f'{right}/{of}':>12}" for right, of in cells) + f"{tally.share(name):8.3f}"
    lost = [tally.lost[design] for design in designs]
    yield f"{'lost':12}" + "".join(f"{count:>12}" for count in [*lost, sum(lost)])
    kinds = ", ".join(f"{kind} {count}/{tally.others[kind]}" for kind, count in sorted(tally.false.items()))
    yield f"taken for articles: {tally.false.total()} of {tally.others.total()} other pages" + (kinds and f" ({kinds})")
    yield f"is an article: precision {tally.precision:.4f}, recall {tally.recall:.4f}"


def _listed(wrong: Iterable[Wrong]) -> Iterator[str]:
    for one in sorted(wrong, key=lambda one: (one.what, one.design)):
        yield f"{one.what} {one.design} {one.url} {_shown(one)}"


def _shown(one: Wrong) -> str:
    """What was read and what was planned; of bodies the words around the first that differ."""
    if one.what != "body":
        return f"read {one.read!r:.150} planned {one.planned!r:.150}"
    read, planned = one.read, one.planned
    at = next((i for i, pair in enumerate(zip(read, planned, strict=False)) if pair[0] != pair[1]), 0)
    return " ".join(["read ", *read[max(0, at - 2) : at + 12], "planned", *planned[max(0, at - 2) : at + 12]])


if __name__ == "__main__":
    main()
