"""A real page of 2018 in many mark-ups: which of its parts come out whole, and whether anything else does.

    python -m tests.benchmarks.seed_text          a table of mark-ups and parts

Its text is read from ../shared/seeds into its parts and marked up again; beside that, the page itself from
../shared/extraction is changed.

The text is a page as a reader copies it: login form, headline, standfirst, paragraphs with a picture caption among
them, the date in words, `From: SECTION`, and boxes. It is not ours, so it is read when it is needed and never kept.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive.model import Article
from crawler.newsweb import Surroundings, seed_markups
from pipelines.article import read_article
from pipelines.page import open_page
from tests.benchmarks.real_pages import PUBLIC

SEED = Path(__file__).parents[2].parent / "shared" / "seeds" / "000_07a9c8be63fbbff9.txt"
"""Where the text lies when ../shared is there."""

CAPTURED_AT = datetime(2026, 11, 1, tzinfo=UTC)
URL = "http://www.medicinestoday.example/pharma_news/paris_biocluster_appoints_new_chief_1239551"
"""Where the text in the mark-ups of `seed_markups` lies: their site is called so."""

PARTS = ("headline", "standfirst", "date", "section", "language", "body", "nothing else")

_DATE = re.compile(r"\d{1,2}(?:st|nd|rd|th) [A-Z][a-z]+ \d{4}")
_LOGIN = re.compile(r"login|logged in|^(?:email|password):", re.IGNORECASE)
_LONGEST_CAPTION = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedText:
    """The parts of such a page."""

    headline: str
    """The headline."""

    standfirst: str
    """The line below it."""

    paragraphs: tuple[str, ...]
    """The text, without the caption."""

    caption: str
    """Caption of the picture."""

    caption_after: int
    """Paragraphs before the picture."""

    date_text: str
    """The date as the page writes it."""

    section: str
    """The section."""

    surroundings: Surroundings
    """What does not belong to the article."""

    @property
    def body(self) -> str:
        """The paragraphs with a blank line between them."""
        return "\n\n".join(self.paragraphs)

    @property
    def day(self) -> str:
        """The date as 2018-06-18."""
        day, month, year = self.date_text.split()
        return datetime.strptime(f"{day[:-2]} {month} {year}", "%d %B %Y").replace(tzinfo=UTC).date().isoformat()

    def markups(self) -> dict[str, str]:
        """The page in every mark-up of `seed_markups`."""
        return seed_markups(
            self.headline,
            self.standfirst,
            self.paragraphs,
            self.caption,
            self.date_text,
            self.section,
            self.surroundings,
            caption_after=self.caption_after,
        )


def main() -> None:
    """Print a line for each mark-up."""
    text = seed_text()
    if text is None:
        sys.exit(f"skipped: {SEED} is not there, and no figure is made up")
    print(f"{'mark-up':24}" + "".join(f"{part:>13}" for part in PARTS))
    right = []
    for name, (page, url) in mark_ups(text).items():
        checks = checked(text, page, url)
        right += checks.values()
        print(f"{name:24}" + "".join(f"{'yes' if checks[part] else 'NO':>13}" for part in PARTS))
    print(f"{sum(right)} of {len(right)} checks")


def checked(text: SeedText, page: str, url: str) -> dict[str, bool]:
    """For each of `PARTS` whether *page* is read as *text* has it."""
    article = read_article(open_page(page.encode(), url=url, content_type="text/html", captured_at=CAPTURED_AT))
    if not isinstance(article, Article):
        return dict.fromkeys(PARTS, False)
    given = article.body.split("\n\n")
    return {
        "headline": article.headline == text.headline,
        "standfirst": article.standfirst == text.standfirst,
        "date": article.date_published[:10] == text.day,
        "section": article.section == text.section,
        "language": article.language == "en",
        "body": [block for block in given if block in text.paragraphs] == [*text.paragraphs],
        "nothing else": set(given) <= set(text.paragraphs),
    }


def mark_ups(text: SeedText) -> dict[str, tuple[str, str]]:
    """Pages and their URLs: the text in every mark-up, and the page itself, where it is there, as it is and changed."""
    pages = {name: (page, URL) for name, page in text.markups().items()}
    truth = PUBLIC / "seed.jsonl"
    if truth.exists():
        record = json.loads(truth.read_text(encoding="utf-8").splitlines()[0])
        page, url = gzip.decompress((PUBLIC / record["html"]).read_bytes()).decode(), record["url"]
        pages["page"] = page, url
        pages |= {f"page, {name}": (change(page), url) for name, change in CHANGES.items()}
    return pages


_MISLEADING = (
    '<script type="application/ld+json">'
    '{"@type": "NewsArticle", "datePublished": "%s", "articleSection": "Healthcare"}</script>'
)


def _in_tables(page: str) -> str:
    """The page in the mark-up of 2001: login, article and what stands beside it in cells, without names."""
    head, _, rest = page.partition("<body>")
    login = rest[rest.index('<div id="login">') : rest.index('<div id="logo">')]
    article = rest[rest.index("<h1>") : rest.index('<div class="share">')]
    beside = rest[rest.index('<div id="sidebar"') : rest.index('<div id="footer">')]
    cells = f"<table><tr><td colspan=2>{login}</td></tr><tr><td>{article}</td><td>{beside}</td></tr></table>"
    return head + "<body>" + re.sub(r' (?:class|id)="[^"]*"', "", cells)


CHANGES: dict[str, Callable[[str], str]] = {
    "div soup": lambda page: re.sub(r"<(/?)(h[2-6]|ul|li|p)\b", r"<\1div", page),
    "no names": lambda page: re.sub(r' (?:class|id)="[^"]*"', "", re.sub(r"<(/?)(h[1-6]|ul|li|p)\b", r"<\1div", page)),
    "tables": _in_tables,
    "changed later": lambda page: page.replace("</head>", _MISLEADING % "2019-07-09T10:00:00Z" + "</head>"),
    "dated today": lambda page: page.replace("</head>", _MISLEADING % "2026-11-01T10:00:00Z" + "</head>"),
    "dated by template": lambda page: page.replace("</head>", _MISLEADING % "2010-01-01" + "</head>"),
}
"""Other mark-ups of the page itself, and JSON-LD that misleads."""


def seed_text(path: Path = SEED) -> SeedText | None:
    """The parts of the page at *path*; None where it is not there, and the caller says so."""
    return parse_seed(path.read_text("utf-8")) if path.exists() else None


def parse_seed(text: str) -> SeedText:
    """The parts of a page of that shape. Raises ValueError for any other text."""
    groups = [[line.strip() for line in group.splitlines()] for group in re.split(r"\n\s*\n", text.strip())]
    first = next(n for n, group in enumerate(groups) if not any(_LOGIN.search(line) for line in group))
    last = next((n for n, group in enumerate(groups) if _DATE.fullmatch(group[0])), -1)
    if last < first + 3 or not groups[last + 1][0].startswith("From: "):
        raise ValueError("no date and section behind the text")
    blocks = [" ".join(group) for group in groups[first + 2 : last]]
    picture = next(n for n, block in enumerate(blocks) if _is_caption(block))
    return SeedText(
        headline=groups[first][0],
        standfirst=groups[first + 1][0],
        paragraphs=(*blocks[:picture], *blocks[picture + 1 :]),
        caption=blocks[picture],
        caption_after=picture,
        date_text=groups[last][0],
        section=groups[last + 1][0].removeprefix("From: "),
        surroundings=Surroundings(
            before=tuple(line for group in groups[:first] for line in group), after=_boxes(groups[last + 2 :])
        ),
    )


def _is_caption(block: str) -> bool:
    return len(block) <= _LONGEST_CAPTION and block[-1].isalnum()


def _boxes(groups: Sequence[Sequence[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Titles stand alone in their group; a group of several lines, or a long one, belongs to the title before it."""
    boxes: list[tuple[str, list[str]]] = []
    for group in groups:
        if len(group) == 1 and len(group[0]) <= _LONGEST_CAPTION:
            boxes.append((group[0], []))
        elif boxes:
            boxes[-1][1].extend(group)
        else:
            raise ValueError("the boxes behind the text begin without a title")
    return tuple((title, tuple(lines)) for title, lines in boxes)


if __name__ == "__main__":
    main()
