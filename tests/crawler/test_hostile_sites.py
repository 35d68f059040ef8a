"""Whole crawls of sites that do what no site should: all is kept as it came, or told, and the crawl goes on."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from archive import schema
from archive.collection import Collection
from archive.verify import verify
from crawler.bindings import default_reader
from crawler.frontier import SqliteFrontier
from tests.crawler.forked_crawls import Crawls, Ended
from tests.crawler.tiny_web import IN_ORDER, state_of
from tests.end_to_end import pressmark
from tests.misbehaving import Behaviour, Server, Visit, endless, page, reset_after, served

NOT_FOUND = page(b"<h1>Not here</h1>", status=b"404 Not Found")
STORY = b"<!doctype html><html><head><title>A plant</title></head><body><article><h1>A plant opens in the north</h1>%b"
TEXT = b"<p>The ministry said on Tuesday that the new plant will be ready by spring and employ four hundred people.</p>"
HALF = page(STORY % (TEXT * 20) + b"</article></body></html>")[:-600]

AT_ONCE = {"PRESSMARK_RETRY_WAITS": []}
"""A page without an answer is left to a later job."""


def home(*targets: str) -> bytes:
    """A home page that links to all of these."""
    anchors = "".join(f'<li><a href="{target}">Read the story of {n}</a></li>' for n, target in enumerate(targets))
    return page(f"<html><head><title>Home</title></head><body><ul>{anchors}</ul></body></html>".encode())


def crawled(
    zygote: Crawls, kept: Path, behaviours: Mapping[str, Behaviour], *linked: str, **order: object
) -> tuple[Ended, Server]:
    """A crawl of a site whose home page links to all of its paths, and to what is *linked* besides."""
    with served({"/": home(*behaviours, *linked), "*": NOT_FOUND} | dict(behaviours)) as server:
        ended = zygote.run(targets=[server.url("/")], collection=str(kept), **order)
    return ended, server


def rows(kept: Path, query: str) -> list[tuple[object, ...]]:
    with closing(schema.connect(kept / "catalog.db", readonly=True)) as db:
        return db.execute(query).fetchall()


def ends(kept: Path) -> dict[str, tuple[str, str, int | None]]:
    """How the last capture of each path is kept."""
    query = "select url, kind, outcome, status from captures where url not like '%/robots.txt' order by captured_at"
    return {"/" + str(url).split("/", 3)[3]: tuple(row) for url, *row in rows(kept, query)}  # type: ignore[misc]


def asked(server: Server) -> list[str]:
    """The targets of all requests, in order."""
    return [request.split(b" ")[1].decode("latin-1") for request in server.requests]


def whole(kept: Path) -> bool:
    """Whether all that was kept is in order: files, databases, catalog and its rebuild."""
    return (
        state_of(kept) == IN_ORDER
        and verify(kept).findings == ()
        and Collection.open(kept).check_rebuild(default_reader) is None
    )


@pytest.mark.fault(2, 3, 4)
def test_torn_pages(zygote: Crawls, kept: Path) -> None:
    """What breaks off is kept as far as it came, and told as cut; it is read as no article."""
    torn = {"/2026/11/reset-by-the-server": reset_after(HALF), "/2026/11/shorter-than-it-says": HALF}
    ended, _ = crawled(zygote, kept, torn | {"/2026/11/reset-in-the-head": reset_after(HALF[:20])}, settings=AT_ONCE)
    truncated = b"".join(gzip.decompress(path.read_bytes()) for path in (kept / "archive").iterdir())

    assert (ended.status, ended.error) == (0, "")
    assert [ends(kept)[path] for path in torn] == [("response", "disconnect", 200)] * 2
    assert ends(kept)["/2026/11/reset-in-the-head"][1] == "disconnect"
    assert truncated.count(b"WARC-Truncated: disconnect\r\n") == 3
    assert rows(kept, "select count(*) from articles") == [(0,)]
    assert whole(kept)


def test_a_whole_page_with_a_wrong_length(zygote: Crawls, kept: Path) -> None:
    """A page that ends as a page should is read as an article, though its server announced more."""
    path = "/2026/11/the-length-is-wrong"
    whole_page = page(STORY % (TEXT * 20) + b"</article></body></html>\n").replace(
        b"Content-Length: 2", b"Content-Length: 3"
    )
    crawled(zygote, kept, {path: whole_page})

    assert ends(kept)[path] == ("response", "disconnect", 200)
    assert rows(kept, "select headline from articles") == [("A plant opens in the north",)]


AWAY = [
    "file:///etc/passwd",
    "FILE:/etc/passwd",
    "data:text/html,<h1>Data</h1>",
    "javascript:alert(1)",
    "ftp://127.0.0.1/etc/passwd",
    "s3://bucket/key",
    "gopher://127.0.0.1/",
    "http://127.0.0.1:0/",
    "http://[::1",
    "//169.254.169.254/latest/meta-data/",
    "http://127.0.0.2:1/",
]
"""Where no crawl goes, whoever sends it there."""


@pytest.mark.fault(38, 39, 51)
def test_links_away_from_the_web(zygote: Crawls, kept: Path) -> None:
    """Links, redirects and refreshes to files, data, scripts and other networks lead nowhere."""
    moved = {f"/moved/{n}": page(b"", b"Location: " + to.encode(), status=b"302 Found") for n, to in enumerate(AWAY)}
    refresh = '<html><head><meta http-equiv="refresh" content="0; url={}"></head><body>Wait.</body></html>'
    sent = {f"/sent/{n}": page(refresh.format(to).encode()) for n, to in enumerate(AWAY)}
    ended, server = crawled(zygote, kept, moved | sent | {"/loop": page(refresh.format("/loop").encode())}, *AWAY)
    urls = {str(url) for (url,) in rows(kept, "select url from captures")}

    assert (ended.status, ended.error) == (0, "")
    assert {url for url in urls if not url.startswith(server.url("/"))} == set()
    assert asked(server).count("/loop") == 1
    assert {ends(kept)[path] for path in moved} == {("response", "ok", 302)}
    assert rows(kept, "select count(*) from articles") == [(0,)]
    assert whole(kept)


def test_links_with_a_password(zygote: Crawls, kept: Path) -> None:
    """A password in a target, link or redirect is kept in no table, and the page is asked for once, without it."""
    path = "/2026/11/the-story-of-a-plant"
    behaviours = {path: page(STORY % (TEXT * 20)), "*": NOT_FOUND}
    with served(behaviours) as server:
        secret = server.url("").replace("//", "//jane:SECRET@")
        behaviours |= {"/": home(secret + path, path, "/moved")}
        behaviours |= {"/moved": page(b"", b"Location: " + (secret + path).encode(), status=b"302 Found")}
        ended = zygote.run(targets=[secret + "/"], collection=str(kept))

    assert (ended.status, asked(server).count("/"), asked(server).count(path)) == (0, 1, 1)
    assert rows(kept, f"select distinct url from links where url like '%{path}'") == [(server.url(path),)]
    assert [db for db in kept.glob("*.db*") if b"SECRET" in db.read_bytes()] == []


LOCATIONS = {
    "/crlf": b"/next\r\n\r\nHTTP/1.1 200 OK\r\n\r\nsmuggled",
    "/nul": b"/ne\0xt",
    "/long": b"/" + b"x" * 100_000,
    "/relative": b"../../../next?a=b",
    "/other-host": b"//evil.example/x",
    "/backslashes": b"\\\\evil.example\\x",
    "/spaces": b" /next page ",
    "/bytes": b"/\xff\xfe\xe9",
    "/itself": b"/itself",
    "/empty": b"",
    "/user": b"http://user:secret@127.0.0.1/",
}


@pytest.mark.fault(37, 40)
def test_odd_locations(zygote: Crawls, kept: Path) -> None:
    """Whatever stands in a Location, its page is kept, and only URLs of the site are asked for, none in a circle."""
    circle = {f"/circle/{n}": b"/circle/%d" % ((n + 1) % 3) for n in range(3)}
    chain = {f"/chain/{n}": b"/chain/%d" % (n + 1) for n in range(30)}
    moved = {path: page(b"", b"Location: " + to, status=b"301 x") for path, to in (LOCATIONS | circle | chain).items()}
    linked = {path: moved.pop(path) for path in list(moved) if path.startswith("/chain/") and path != "/chain/0"}
    behaviours = {"/": home(*moved), "*": NOT_FOUND} | moved | linked
    with served(behaviours) as server:
        ended = zygote.run(targets=[server.url("/")], collection=str(kept))
    secret = [request for request in server.requests if b"secret" in request or b"evil" in request.partition(b" ")[0]]

    assert (ended.status, ended.error, secret) == (0, "", [])
    assert [path for path in moved if path not in ends(kept)] == []
    assert max(asked(server).count(path) for path in behaviours) == 1
    assert sum(path.startswith("/chain/") for path in asked(server)) == 11
    assert not any("evil" in target for target in asked(server))
    assert whole(kept)


@pytest.mark.fault(41, 42)
def test_nothing_is_carried_along(zygote: Crawls, kept: Path) -> None:
    """No cookie, credential or referrer goes with any request, to the same host or another, over whatever redirect."""
    secret = b"Location: http://me:secret@b.site.example/second"
    cookies = [b"Set-Cookie: sid=secret; Domain=example; Path=/", b"Set-Cookie: a=secret; Domain=127.0.0.1"]
    with served({"*": page(TEXT)}, host="127.0.0.2") as other:
        to = b"Location: http://b.site.example/second"
        behaviours = {
            "/": home("/moved", "/many", "/next"),
            "/moved": page(b"", to, *cookies, b"WWW-Authenticate: Basic realm=x", status=b"302 Found"),
            "/moved-with-a-password": page(b"", secret, *cookies, status=b"302 Found"),
            "/many": page(b"", *(b"Set-Cookie: c%d=secret" % n for n in range(1_500))),
            "/too-many": page(b"", *(b"Set-Cookie: c%d=secret" % n for n in range(10_000))),
            "/too-large": page(b"", b"Set-Cookie: c=" + b"x" * 1_000_000),
            "*": page(TEXT, *cookies),
        }
        behaviours["/"] = home(*(path for path in behaviours if path != "*"))
        with served(behaviours) as server:
            places = [f"a.site.example:80:127.0.0.1:{server.port}", f"b.site.example:80:127.0.0.2:{other.port}"]
            ended = zygote.run(targets=["http://a.site.example/"], collection=str(kept), connect_to=places)
    requests = server.requests + other.requests
    fields = {line.partition(b":")[0].lower() for request in requests for line in request.split(b"\r\n")[1:]}

    assert (ended.status, ended.error) == (0, "")
    assert [path for path in asked(other) if path == "/second"] == ["/second"]
    assert fields & {b"cookie", b"authorization", b"proxy-authorization", b"referer"} == set()
    assert [request for request in requests if b"secret" in request] == []
    assert (ends(kept)["/many"][1], ends(kept)["/too-many"][1], ends(kept)["/too-large"][1]) == (
        "ok",
        "invalid",
        "invalid",
    )
    assert whole(kept)


@pytest.mark.fault(43)
def test_a_storm_of_429(zygote: Crawls, kept: Path) -> None:
    """When everything is answered with 429 the host is left alone for an hour at most, and the job ends with 18."""
    storm = page(b"", b"Retry-After: 1000000000", status=b"429 Too Many Requests")
    with served({"/robots.txt": NOT_FOUND, "/": home(*(f"/{n}" for n in range(50))), "*": storm}) as server:
        ended = zygote.run(targets=[server.url("/")], collection=str(kept), concurrency=1)
    frontier = SqliteFrontier(kept / "frontier.db")
    with closing(sqlite3.connect(kept / "frontier.db")) as db:
        [(latest,)] = db.execute("select max(due) - strftime('%s', 'now') from urls where state = 0")
    frontier.close()

    assert (ended.status, len(server.requests) <= 6) == (18, True)
    assert latest is None or latest <= 3_700
    assert whole(kept)


@pytest.mark.fault(44)
def test_304_that_lies(zygote: Crawls, kept: Path) -> None:
    """A 304 for a page that was never asked for, and one with a body, make no article and no revisit of nothing."""
    not_modified = b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'
    behaviours = {"/2026/11/never-seen-before": not_modified, "/2026/11/with-a-body": not_modified + STORY % TEXT}
    ended, _ = crawled(zygote, kept, behaviours)

    assert (ended.status, ended.error) == (0, "")
    assert [ends(kept)[path] for path in behaviours] == [("response", "ok", 304)] * 2
    assert rows(kept, "select count(*) from articles") == [(0,)]
    assert whole(kept)


@pytest.mark.fault(5, 6, 7, 28, 29, 30, 31, 33, 36)
def test_replies_without_end(zygote: Crawls, kept: Path) -> None:
    """Replies that never end, in whatever part, are cut by size or time, and the crawl goes on."""

    async def hangs(visit: Visit) -> None:
        while not visit.gone:
            await visit.reader.read(1)

    ok = b"HTTP/1.1 200 OK\r\n"
    endings = {
        "/body": (endless(ok + b"\r\n", b"x" * 65536), "length"),
        "/chunks": (endless(ok + b"Transfer-Encoding: chunked\r\n\r\n", b"400\r\n" + b"x" * 1024 + b"\r\n"), "length"),
        "/ten-gigabytes": (ok + b"Content-Length: 10000000000\r\n\r\n", "length"),
        "/chunk-line": (endless(ok + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x" * 65536), "disconnect"),
        "/header-line": (endless(ok + b"X: ", b"x" * 65536), "invalid"),
        "/headers": (endless(ok, b"X: y\r\n" * 1000), "invalid"),
        "/hints": (endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000), "invalid"),
        "/silence": (hangs, "timeout"),
        "/drip": (endless(ok + b"\r\n", b"x", pause=0.1), "time"),
        "/header-drip": (endless(ok, b"X: y\r\n", pause=0.1), "time"),
    }
    behaviours = {path: behaviour for path, (behaviour, _) in endings.items()}
    settings = {"DOWNLOAD_MAXSIZE": 1_000_000, "DOWNLOAD_TIMEOUT": 1.5} | AT_ONCE
    ended, _ = crawled(zygote, kept, behaviours, settings=settings, concurrency=10)

    assert (ended.status, ended.error) == (0, "")
    assert {path: ends(kept)[path][1] for path in endings} == {path: outcome for path, (_, outcome) in endings.items()}
    assert max(size for (size,) in rows(kept, "select length from captures")) < 1_100_000  # type: ignore[type-var]
    assert whole(kept)


@pytest.mark.fault(34, 52, 53, 55)
def test_bytes_that_nobody_expects(zygote: Crawls, kept: Path) -> None:
    """NUL, lone CR and 8-bit bytes in headers, codecs as charsets, broken text: kept byte for byte, and read."""
    ok = b"HTTP/1.1 200 OK\r\nContent-Type: text/html"
    story = STORY % (TEXT * 5)
    replies: dict[str, Behaviour] = {
        "/nul-in-a-header": ok + b'\r\nX-A: a\0b\r\nETag: "\0"\r\n\r\n' + story,
        "/lone-cr": ok + b"\rX-A: b\r\n\r\n" + story,
        "/no-colon": ok + b"\r\nno colon here\r\n\xff\xfe: \xe9\r\n\r\n" + story,
        "/bare-lf": ok.replace(b"\r", b"") + b"\n\n" + story,
        "/nul-in-the-text": ok + b"\r\n\r\n" + story.replace(b"plant", b"pl\0ant"),
        "/surrogates": ok + b"; charset=utf-8\r\n\r\n" + story.replace(b"plant", b"\xed\xa0\x80\xff&#xD800;"),
        **{
            f"/charset-{label}": ok + b"; charset=" + label.encode() + b"\r\n\r\n" + story
            for label in ("zlib_codec", "punycode", "idna", "utf-7", "unicode_escape", "rot13", "x" * 900)
        },
    }
    ended, _ = crawled(zygote, kept, replies)
    found = b"".join(gzip.decompress(path.read_bytes()) for path in (kept / "archive").iterdir())

    assert (ended.status, ended.error) == (0, "")
    assert {path: ends(kept).get(path) for path in replies} == dict.fromkeys(replies, ("response", "ok", 200))
    assert [path for path, reply in replies.items() if isinstance(reply, bytes) and reply not in found] == []
    assert rows(kept, "select count(*) from articles where headline like '%opens in the north'") != [(0,)]
    assert rows(kept, "select count(*) from readings where reason like 'the reader failed%'") == [(0,)]
    assert whole(kept)


@pytest.mark.fault(60)
def test_a_page_for_every_path(zygote: Crawls, kept: Path) -> None:
    """A site that answers every path with 200 and more links to nothing wastes no more than 500 requests of a host."""

    async def nothing(visit: Visit) -> None:
        name = visit.request.split(b" ")[1].strip(b"/").replace(b"/", b"-")[-12:]
        links = b"".join(b'<li><a href="/%b-%d">Page %d</a></li>' % (name, n, n) for n in range(20))
        await visit.send(page(b"<title>Sorry</title><h1>Sorry, we could not find that page</h1><ul>%b</ul>" % links))

    with served({"*": nothing}) as server:
        ended = zygote.run(targets=[server.url("/")], collection=str(kept), max_seconds=90)
    told = pressmark("status", "-c", kept, cwd=kept.parent).done().out

    assert ended.status == 0
    assert len(server.requests) <= 500
    assert " pages brought hardly any news" in ended.error
    assert " pages brought hardly any news" in told
    assert rows(kept, "select count(*) from articles") == [(0,)]
