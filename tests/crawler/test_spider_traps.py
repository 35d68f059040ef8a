"""Whole crawls of sites with one spider trap each: what it wastes is counted at the server, and it is named."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from archive import open_collection
from crawler.left_alone import sentences
from crawler.newsweb.traps import ENTRIES, trap_page
from tests.crawler.forked_crawls import Crawls
from tests.crawler.test_hostile_sites import NOT_FOUND, STORY, TEXT, asked, home, rows
from tests.misbehaving import Behaviour, Visit, page, served

MOST = 500
"""Requests that a trap may waste on one host."""

STORIES = {f"/2026/11/{n:02}/the-plant-of-town-number-{n}": page(STORY % (TEXT * 8)) for n in range(1, 9)}


async def newsweb_trap(visit: Visit) -> None:
    """The traps of the simulated web; no such page elsewhere."""
    path, _, query = visit.request.split(b" ")[1].decode("latin-1").partition("?")
    found = trap_page(path, dict(parse_qsl(query)))
    await visit.send(NOT_FOUND if found is None else page(found.encode()))


async def next_pages(visit: Visit) -> None:
    """A list with another page behind it, for ever."""
    target = visit.request.split(b" ")[1]
    found = re.fullmatch(rb"/all/\?page=(\d+)", target)
    if not found:
        await visit.send(NOT_FOUND)
        return
    await visit.send(
        page(b'<title>All</title><p>Nothing here.</p><a rel="next" href="/all/?page=%d">Next</a>' % (int(found[1]) + 1))
    )


TRAPS: dict[str, tuple[Behaviour, str, str]] = {
    "calendar": (newsweb_trap, "/calendar/?month=2026-11", "a calendar without end: "),
    "session-ids": (newsweb_trap, "/desk/start;sid=0", "the number of a visit was taken off "),
    "growing-paths": (newsweb_trap, "/archive/years/", "paths that repeat themselves: "),
    "facets": (newsweb_trap, "/finder/?sort=new", "filters that combine without end: "),
    "tarpit": (newsweb_trap, "/wiki/a", "/wiki/*: "),
    "next-pages": (next_pages, "/all/?page=1", "chains of links without end: "),
}
"""What answers everywhere but for the stories, where it begins, and how it is told."""


@pytest.mark.fault(57, 58, 59, 61, 62)
@pytest.mark.parametrize(("behaviour", "entry", "told"), TRAPS.values(), ids=TRAPS)
def test_a_trap_ends_and_is_named(zygote: Crawls, kept: Path, behaviour: Behaviour, entry: str, told: str) -> None:
    """A trap wastes at most 500 requests of its host, takes no article away, and is named, in the catalog too."""
    web: dict[str, Behaviour] = {"/": home(*STORIES, entry), "/robots.txt": NOT_FOUND, "*": behaviour}
    with served(web | STORIES) as server:
        ended = zygote.run(targets=[server.url("/")], collection=str(kept))
        wasted = [target for target in asked(server) if target not in STORIES and target != "/"]
    with open_collection(kept) as room:
        [job] = room.status().jobs
    found = "select count(distinct url) from captures join readings using (record_id) where url like '%/the-plant-of-%'"
    print(f"{len(wasted)} requests wasted; {ended.error}")

    assert ended.status == 0
    assert len(wasted) <= MOST
    assert rows(kept, found + " and readings.kind = 'article'") == [(len(STORIES),)]
    assert told in ended.error
    assert told in str(list(sentences(job.stats)))


def test_the_simulated_web_has_no_other_traps() -> None:
    """Each trap of the simulated web is tried here."""
    assert {path for _, path, _ in ENTRIES} <= {entry for _, entry, _ in TRAPS.values()}
