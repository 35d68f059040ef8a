"""What pages reserve is obeyed where the operator chooses so, and the catalog still follows from the WARC files."""

from __future__ import annotations

import gzip
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive import schema
from archive.collection import Collection
from archive.verify import verify
from crawler.bindings import default_reader
from crawler.coverage import coverage
from crawler.keeping import Keeping, remarks
from crawler.newsweb import Reply, Server
from crawler.obedience import is_reserved, rules_of
from pipelines.patterns import PathPattern
from pipelines.site import Sites
from tests.crawler.forked_crawls import Crawls, Ended
from tests.crawler.tiny_web import TinyWeb

TABLES = ("captures", "readings", "texts", "outlinks", "articles")


def reserve(web: TinyWeb) -> None:
    """Story 0 is not to be archived, 1 and 2 not to be mined, nor is what tdmrep.json says: 3, and 4, which differs."""
    words = {0: b"<meta name=robots content='index, NOARCHIVE'>", 1: b'<meta name="tdm-reservation" content="1">'}
    for number, word in words.items():
        page = web.reply("", web.story(number))
        body = page.body.replace(b"<title>", word + b"<title>") + b"<a href=/only/from/here>More</a>"
        web.changed[web.story(number)] = replace(page, body=body)
    for number, field in {2: ("X-Robots-Tag", "noai"), 4: ("TDM-Reservation", "0")}.items():
        web.changed[web.story(number)] = replace(web.reply("", web.story(number)), headers=(field,))
    rules = b'[{"location": "%b", "tdm-reservation": 1}, {"location": "%b", "tdm-reservation": 1}]'
    body = rules % (web.story(3).encode(), web.story(4).encode())
    web.changed["/.well-known/tdmrep.json"] = Reply(mime="application/json", body=body)
    for path in ("/only/from/here",):
        web.changed[path] = Reply(body=b"<title>Seldom</title><p>Nothing</p>")


def run(zygote: Crawls, server: Server, kept: Path, **order: Any) -> Ended:
    return zygote.run(targets=[f"http://127.0.0.1:{server.port}/"], collection=str(kept), **order)


def rows(kept: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(schema.connect(kept / "catalog.db", readonly=True)) as db:
        return db.execute(query).fetchall()


def articles(kept: Path) -> set[str]:
    return {"/" + url.split("/", 3)[3] for (url,) in rows(kept, "select url from articles")}


def everything(kept: Path) -> dict[str, list[str]]:
    """All rows of the tables, as text."""
    return {table: sorted(map(str, rows(kept, f"select * from {table}"))) for table in TABLES}


def stories(web: TinyWeb, *without: int) -> set[str]:
    return {web.story(number) for number in range(web.articles) if number not in without}


def test_nothing_is_obeyed_unless_asked(zygote: Crawls, web: TinyWeb, server: Server, kept: Path) -> None:
    """Without the choice all is kept and read, and tdmrep.json is not asked for."""
    reserve(web)
    ended = run(zygote, server, kept)

    assert (ended.status, articles(kept)) == (0, stories(web))
    assert [entry for entry in server.log if "tdmrep" in entry.path] == []


def test_what_is_not_to_be_archived(zygote: Crawls, web: TinyWeb, server: Server, kept: Path) -> None:
    """No byte of the page is kept and no link of it followed; a failure says that it was left, and coverage why."""
    reserve(web)
    ended = run(zygote, server, kept, obey=["noarchive"])
    [left] = rows(kept, "select kind, outcome, error from captures where outcome = 'reserved'")
    wire = b"".join(gzip.decompress(path.read_bytes()) for path in (kept / "archive").glob("*.gz"))
    [told] = coverage(kept, Sites())
    asked = [entry.path for entry in server.log]

    assert (ended.status, articles(kept)) == (0, stories(web, 0))
    assert left == ("failure", "reserved", "the page is not to be archived (noarchive)")
    assert b"NOARCHIVE" not in wire
    assert web.reply("", web.story(0)).body[-200:] not in wire
    assert [(one.reason, one.count) for one in told.unfetched if one.reason == "reserved"] == [("reserved", 1)]
    assert asked.count(web.story(0)) == 1
    assert verify(kept).findings == ()


def test_what_is_not_to_be_mined(zygote: Crawls, web: TinyWeb, server: Server, kept: Path) -> None:
    """By meta element, header and tdmrep.json; the page is kept and its links followed; its text is nowhere else."""
    reserve(web)
    ended = run(zygote, server, kept, obey=["tdm"])
    reserved = rows(kept, "select url from readings join captures using (record_id) where reason = 'reserved'")
    [told] = coverage(kept, Sites())
    asked = [entry.path for entry in server.log]

    assert (ended.status, articles(kept)) == (0, stories(web, 1, 2, 3))
    assert {"/" + url.split("/", 3)[3] for (url,) in reserved} == {web.story(1), web.story(2), web.story(3)}
    assert [(one.reason, one.count) for one in told.unfetched if one.reason == "reserved"] == [("reserved", 3)]
    assert (asked.count("/.well-known/tdmrep.json"), "/only/from/here" in asked) == (1, True)
    assert rows(kept, "select count(*) from texts where body like '%In town 1.%'") == [(0,)]


def test_a_rebuild_gives_the_same(zygote: Crawls, web: TinyWeb, server: Server, kept: Path) -> None:
    """The choice stands in the WARC: made anew without it, the catalog has the same rows."""
    reserve(web)
    run(zygote, server, kept, obey=["noarchive", "tdm"])
    before = everything(kept)
    Collection.open(kept).rebuild(default_reader, workers=1)

    assert everything(kept) == before
    assert articles(kept) == stories(web, 0, 1, 2, 3)


def test_a_site_file_chooses(zygote: Crawls, web: TinyWeb, server: Server, kept: Path, tmp_path: Path) -> None:
    """`obey` in a site's file is for that site."""
    reserve(web)
    (tmp_path / "sites").mkdir()
    text = f'name = "tiny"\nhome = "http://127.0.0.1:{server.port}/"\nobey = ["noarchive"]\n'
    (tmp_path / "sites" / "tiny.toml").write_text(text)
    ended = zygote.run(targets=["tiny"], collection=str(kept), site_files=tmp_path / "sites")

    assert (ended.status, articles(kept)) == (0, stories(web, 0))


def test_a_word_that_is_none(zygote: Crawls, server: Server, kept: Path) -> None:
    """What cannot be obeyed is told before anything is fetched."""
    ended = run(zygote, server, kept, obey=["nofollow"])

    assert (ended.status, ended.error) == (2, "'nofollow' cannot be obeyed, only noarchive and tdm\n")


@pytest.mark.parametrize(
    ("head", "page", "is_left"),
    [
        (b"X-Robots-Tag: noarchive\r\n", b"", True),
        (b"X-Robots-Tag: otherbot: noarchive\r\n", b"", False),
        (b"", b'<META CONTENT="nosnippet,noarchive" NAME="ROBOTS" />', True),
        (b"", b"<meta content=noarchive name=robots>", True),
        (b"", b"<meta name='pressmark' content='noarchive'>", True),
        (b"", b"<meta name=description content=noarchive>", False),
        (b"", b"<p>noarchive</p>", False),
    ],
)
def test_how_noarchive_is_written(head: bytes, page: bytes, is_left: bool) -> None:
    """In headers and meta elements, whatever their order, case and quotes, for all robots or for us."""
    response = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + head + b"\r\n<html><head>" + page + b"</head>"

    assert bool(remarks(Keeping(obeys_noarchive=True), response).reserved) == is_left
    assert not remarks(Keeping(), response).reserved


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1, null]", b'[{"location": 7, "tdm-reservation": 1}]', b"[" * 100_000, b"\xff"]
)
def test_a_file_that_is_none(content: bytes) -> None:
    """A tdmrep.json that is not what the protocol says reserves nothing."""
    assert rules_of(content) == ()


def test_the_longest_pattern_counts() -> None:
    """Of the patterns that fit a path the longest decides; of two of one length the one that reserves."""
    rules = rules_of(b'[{"location":"/*","tdm-reservation":1},{"location":"/press/","tdm-reservation":0}]')

    assert [is_reserved(rules, path) for path in ("/a", "/press/a")] == [True, False]
    assert is_reserved(((PathPattern("/a"), False), (PathPattern("/*"), True)), "/a")
