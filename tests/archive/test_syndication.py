"""Who had a story first, who copied it, and how much of a site is press releases."""

from __future__ import annotations

import pytest

from archive.credits import Credit, credit
from archive.index import Catalog
from archive.model import Article
from archive.query import show
from archive.syndication import Family, ReleaseShare, family_of, release_shares
from archive.urlkey import url_key
from tests.archive.catalogs import article, at, capture

WORDS = " ".join(f"word{n}" for n in range(80))
INTRO = "Our own reporters have asked around, and nobody was surprised by what is told below."


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("LONDON, 3 March (Reuters) - Shares rose.", Credit("Reuters", "agency")),
        ("BOSTON, March 3, 2026 /PRNewswire/ -- Acme said", Credit("PR Newswire", "release")),
        ("BASEL--(BUSINESS WIRE)--Acme said today", Credit("Business Wire", "release")),
        ("NEW YORK, March 1, 2026 (GLOBE NEWSWIRE) -- Acme", Credit("GlobeNewswire", "release")),
        ("München (ots) - Die Firma teilte mit", Credit("news aktuell", "release")),
        ("Berlin (dpa) - Die Firma", Credit("dpa", "agency")),
        ("It rose.\n\nSOURCE Acme Inc.", Credit("Acme Inc", "release")),
        ("It rose.\n\nSource: PR Newswire", Credit("PR Newswire", "release")),
        ("It rose.\n\nSource: Ministry of Health", Credit("Ministry of Health", "")),
        ("Es stieg.\n\nQuelle: dpa-AFX", Credit("dpa", "agency")),
        ("株価が上がった。\n\n出典：共同通信", Credit("Kyodo", "agency")),
        ("The source of the river is unknown.\n\nSource says no", None),
        ("Sources told us.\n\nSources: " + "a long sentence that goes on and on " * 4, None),
        ("The editor of Reuters spoke. " * 40, None),
        ("", None),
    ],
)
def test_credit(body: str, expected: Credit | None) -> None:
    """Credits are found in datelines and last lines, in several languages, and not in the middle of a text."""
    assert credit(body) == expected


def test_publisher_that_is_a_wire() -> None:
    """What a wire publishes itself is credited to it."""
    assert credit("It rose.", "Business Wire, Inc.") == Credit("Business Wire", "release")


def family(catalog: Catalog, *published: tuple[str, Article]) -> Family:
    """The family of the first of these pages."""
    for minute, (host, reading) in enumerate(published):
        catalog.add(capture(f"https://{host}/x", captured_at=at(minute), site=host), reading)
    catalog.commit()
    found = family_of(catalog.connection, url_key(f"https://{published[0][0]}/x"))
    assert found is not None
    return found


ORIGINAL = article("The original headline", WORDS, date_published="2026-02-02")
COPY = article("A copy of the story", f"{INTRO}\n\n{WORDS}\n\nSource: Wirehouse", date_published="2026-02-03")


def test_direction_by_date(catalog: Catalog) -> None:
    """Who published first had it first; copies say how much they took and what they added."""
    found = family(catalog, ("copy.example", COPY), ("first.example", ORIGINAL))
    first, copy = found.members

    assert (found.because, first.site, first.is_first, copy.is_first) == ("date", "first.example", True, False)
    assert (copy.copied, copy.credit, copy.added) == (1.0, "Wirehouse", (INTRO,))
    assert 0.1 < copy.own < 0.25


@pytest.mark.parametrize(
    ("late", "copy", "because"),
    [
        pytest.param(
            {},
            {"canonical_url": "https://late.example/x"},
            "canonical",
            id="canonical link",
        ),
        pytest.param({"publisher": "Wirehouse"}, {}, "credit", id="credit line"),
    ],
)
def test_what_a_copy_says_of_its_source(
    catalog: Catalog, late: dict[str, object], copy: dict[str, object], because: str
) -> None:
    """A copy that names its source tells more than dates do, which may be missing or set by machines."""
    source = article("The original headline", WORDS + " end", date_published="2026-02-09", **late)
    taken = article(COPY.headline, COPY.body, date_published="2026-02-03", **copy)
    found = family(catalog, ("copy.example", taken), ("late.example", source))

    assert (found.because, found.members[0].site) == (because, "late.example")


def test_dates_missing_on_all_sides(catalog: Catalog) -> None:
    """Without dates the one that was seen first is taken, and it is said that this is all that is known."""
    found = family(catalog, ("a.example", article("One", WORDS)), ("b.example", article("Two", WORDS + " more")))

    assert (found.because, [one.site for one in found.members]) == ("capture", ["a.example", "b.example"])


def test_no_family(catalog: Catalog) -> None:
    """An article that nobody copied has no family."""
    catalog.add(capture("https://a.example/x"), article("One", WORDS))
    catalog.commit()

    assert family_of(catalog.connection, url_key("https://a.example/x")) is None
    assert show(catalog.connection, "https://a.example/x").syndication is None


def test_share_of_press_releases(catalog: Catalog) -> None:
    """Of what a site published in a month, the words that a press release gave are counted; its own are not."""
    own = " ".join(f"own{n}" for n in range(82))
    release = article("From the wire", f"{WORDS}\n\nSource: PR Newswire", date_published="2026-02-02")
    dressed = article(
        "Dressed up", f"{WORDS}\n\n{' '.join(f'more{n}' for n in range(20))}", date_published="2026-02-03"
    )
    for minute, (host, reading) in enumerate(
        [
            ("wire.example", release),
            ("paper.example", dressed),
            ("paper.example", article("Written here", own, date_published="2026-02-05")),
            ("paper.example", article("In another month", own + " x", date_published="2026-03-05")),
        ]
    ):
        catalog.add(capture(f"https://{host}/{minute}", captured_at=at(minute), site=host), reading)
    catalog.commit()

    paper, later, wire = release_shares(catalog.connection)
    assert (paper.site, paper.month, paper.articles, paper.releases, paper.words) == (
        *("paper.example", "2026-02"),
        *(2, 1, 182),
    )
    assert 78 <= paper.release_words <= 82
    assert (later.month, later.share) == ("2026-03", 0.0)
    assert wire == ReleaseShare(
        site="wire.example", month="2026-02", articles=1, releases=1, words=83, release_words=83
    )
    assert release_shares(catalog.connection, site="wire.example") == [wire]
