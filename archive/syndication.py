"""Who had a story first, who copied how much of it and what each added; and how much of a site is press releases."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from archive.credits import Credit, credit
from archive.likeness import Profile
from archive.urlkey import url_key

MAX_MEMBERS = 200
"""Members of a family that are shown: those that were published first."""

LEAST_PARAGRAPH = 0.5
"""A paragraph of which less than this is in the first text was added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One article of a family."""

    id: str
    """Id of the article."""

    url: str
    """Its URL."""

    site: str
    """Its site."""

    headline: str
    """Its headline."""

    date_published: str
    """As in `Article`."""

    first_captured_at: str
    """When it was first seen."""

    is_first: bool
    """Whether it is the one that had the story first."""

    credit: str
    """Whom it names as its source; empty when it names nobody."""

    points_to: str
    """The URL on another site that it calls the canonical one; empty when there is none."""

    copied: float
    """The share of the first text that it holds."""

    own: float
    """The share of its own text that is not in the first one."""

    added: tuple[str, ...]
    """Its paragraphs that are not in the first text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Articles that copy one another."""

    because: str
    """What says who was first: `canonical` links of others, `credit` lines, `date`, or `capture`, the weakest."""

    members: tuple[Member, ...]
    """The one that had it first, then the others in the order of publication."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseShare:
    """How much of a site's month is text of press releases."""

    site: str
    """The site."""

    month: str
    """The month, as 2026-03."""

    articles: int
    """Its articles of that month."""

    releases: int
    """Those that hold text of a press release."""

    words: int
    """Words of all of them."""

    release_words: int
    """Words that a press release gave."""

    @property
    def share(self) -> float:
        """Share of the words."""
        return round(self.release_words / max(1, self.words), 4)


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    url: str
    canonical_url: str
    site: str
    headline: str
    date_published: str
    first_captured_at: str
    publisher: str
    body: str
    month: str
    word_count: int
    cluster: str

    @property
    def credit(self) -> Credit | None:
        return credit(self.body, self.publisher)


_COLUMNS = """
select a.id, a.url, a.canonical_url, a.site, t.headline, a.date_published, a.first_captured_at, a.publisher, t.body,
       substr(a.day, 1, 7), t.word_count, coalesce(m.cluster_id, '')
from article_rows as a
join texts as t on t.id = a.text_id
left join cluster_members as m on m.article_id = a.id
"""
_IN_ORDER = "a.date_published = '', a.dated_at, a.first_captured_at, a.url, a.id"
_FAMILY = f"{_COLUMNS} where m.cluster_id = ? order by {_IN_ORDER} limit ?"
_ALL = f"{_COLUMNS} order by coalesce(m.cluster_id, ''), {_IN_ORDER}"


def family_of(db: sqlite3.Connection, article: str) -> Family | None:
    """The family of that article, itself among them; None when nobody copied it and it copied nobody."""
    found = db.execute("select cluster_id from cluster_members where article_id = ?", (article,)).fetchone()
    if found is None:
        return None
    rows = [_Row(*row) for row in db.execute(_FAMILY, (found[0], MAX_MEMBERS))]
    if article not in {row.id for row in rows}:
        rows += [_Row(*row) for row in db.execute(f"{_COLUMNS} where a.id = ?", (article,))]
    first, because = _first(rows)
    source = Profile(first.body)
    others = [row for row in rows if row is not first]
    return Family(because=because, members=tuple(_member(row, first, source) for row in (first, *others)))


def release_shares(db: sqlite3.Connection, *, since: str = "", site: str = "") -> list[ReleaseShare]:
    """For each site and month how much of what it published is text of press releases.

    An article counts when it names a wire for press releases as its source, or copies one that does; then its words
    that are in the release count, or all of them where it is the only one.
    """
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for rows in _clusters(db):
        for row, words in _release_words(rows):
            if (site in ("", row.site)) and row.month >= since[:7]:
                figures = (1, int(words > 0), row.word_count, words)
                sums[row.site, row.month] = [a + b for a, b in zip(sums[row.site, row.month], figures, strict=True)]
    return [
        ReleaseShare(site=name, month=month, articles=a, releases=b, words=c, release_words=d)
        for (name, month), (a, b, c, d) in sorted(sums.items())
    ]


def _clusters(db: sqlite3.Connection) -> Iterator[list[_Row]]:
    """The articles of each cluster, and each of the others by itself."""
    gathered: list[_Row] = []
    for values in db.execute(_ALL):
        row = _Row(*values)
        if gathered and (not row.cluster or row.cluster != gathered[0].cluster):
            yield gathered
            gathered = []
        gathered.append(row)
    if gathered:
        yield gathered


def _release_words(rows: Sequence[_Row]) -> Iterator[tuple[_Row, int]]:
    """How many words of each article a release gave."""
    release = next((row for row in rows if _is_release(row)), None)
    if release is None:
        yield from ((row, 0) for row in rows)
        return
    first, _ = _first(rows)
    source = Profile((first if first.id != release.id else release).body)
    for row in rows:
        yield row, round(row.word_count * (1 - _share_outside(Profile(row.body), source)))


def _is_release(row: _Row) -> bool:
    named = row.credit
    return named is not None and named.kind == "release"


def _first(rows: Sequence[_Row]) -> tuple[_Row, str]:
    """The article that had it first, and why: what others point to, whom they credit, or who published first."""
    keys = {url_key(row.url): row for row in rows}
    pointed = [keys[key] for row in rows if (key := url_key(_points_to(row) or "x:")) in keys]
    if pointed:
        return max(rows, key=lambda row: (pointed.count(row), -rows.index(row))), "canonical"
    credited = [row for row in rows for other in rows if row is not other and _credits(other, row)]
    if credited:
        return max(rows, key=lambda row: (credited.count(row), -rows.index(row))), "credit"
    return rows[0], "date" if rows[0].date_published else "capture"


def _credits(row: _Row, other: _Row) -> bool:
    """Whether *row* names the site or publisher of *other* as its source."""
    named = row.credit
    if named is None:
        return False
    name = _letters(named.name)
    return len(name) > 2 and (name == _letters(other.publisher) or _letters(other.site).startswith(name))


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _points_to(row: _Row) -> str:
    """The canonical URL, where it lies on another host."""
    host, own = (urlsplit(url).hostname or "" for url in (row.canonical_url, row.url))
    return row.canonical_url if host and host.removeprefix("www.") != own.removeprefix("www.") else ""


def _member(row: _Row, first: _Row, source: Profile) -> Member:
    text = Profile(row.body)
    named = row.credit
    return Member(
        id=row.id,
        url=row.url,
        site=row.site,
        headline=row.headline,
        date_published=row.date_published,
        first_captured_at=row.first_captured_at,
        is_first=row is first,
        credit=named.name if named else "",
        points_to=_points_to(row),
        copied=round(1 - _share_outside(source, text), 4),
        own=round(_share_outside(text, source), 4),
        added=tuple(_added(row.body, source)) if row is not first else (),
    )


def _share_outside(text: Profile, other: Profile) -> float:
    """The share of a text's shingles that the other one has not."""
    return len(text.shingles - other.shingles) / max(1, len(text.shingles))


def _added(body: str, source: Profile) -> Iterable[str]:
    for paragraph in body.split("\n\n"):
        text = Profile(paragraph)
        if text.shingles and _share_outside(text, source) > LEAST_PARAGRAPH:
            yield paragraph
