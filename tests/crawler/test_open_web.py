"""Whole crawls of hosts that would have what is not theirs: private addresses, secrets, trust.

The crawler may reach 127.0.0.1 alone; what listens on 127.0.0.2 stands for the operator's own network.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.crawler.certificates import Authority
from tests.crawler.forked_crawls import Crawls, Ended
from tests.end_to_end import pressmark
from tests.misbehaving import Behaviour, Server, page, served

STORY = b"<article><h1>The plant opens</h1><p>%b</p></article>" % (b"The ministry said that the plant is ready. " * 12)
ONLY_ONE = {"allow_networks": ["127.0.0.1"]}
INNER = "intranet.site.example"


@pytest.fixture
def inner() -> Iterator[Server]:
    """A server on the operator's own network, which nobody is to reach."""
    with served({"*": page(b"internal")}, host="127.0.0.2") as server:
        yield server


def moved(to: str) -> bytes:
    return page(b"", b"Location: " + to.encode(), status=b"302 Found")


def outcomes(kept: Path, host: str) -> dict[str, str]:
    """By URL, how the exchanges with that host ended."""
    with sqlite3.connect(kept / "catalog.db") as db:
        return dict(db.execute("select url, outcome from captures where url like ?", (f"http://{host}%",)))


WAYS: dict[str, tuple[str, dict[str, bytes]]] = {
    "link": ("/link", {"/": page(b'<a href="http://INNER/link">The story of the day</a>')}),
    "redirect": (
        "/redirect",
        {"/": page(b'<a href="/go">The story of the day</a>'), "/go": moved("http://INNER/redirect")},
    ),
    "redirect-of-robots": ("/rules", {"/robots.txt": moved("http://INNER/rules"), "/": page(STORY)}),
    "sitemap-in-robots": ("/map.xml", {"/robots.txt": page(b"Sitemap: http://INNER/map.xml\n"), "/": page(STORY)}),
    "feed": (
        "/feed",
        {"/": page(b'<link rel="alternate" type="application/rss+xml" href="http://INNER/feed"><p>Home')},
    ),
    "entry-of-a-feed": (
        "/entry",
        {
            "/": page(b'<link rel="alternate" type="application/rss+xml" href="/rss"><p>Home'),
            "/rss": page(b"<rss><channel><item><title>A</title><link>http://INNER/entry</link></item></channel></rss>"),
        },
    ),
    "meta-refresh": (
        "/refresh",
        {"/": page(b'<meta http-equiv="refresh" content="0; url=http://INNER/refresh"><p>Home')},
    ),
}
"""By name: the path on the inner host, and the pages that lead there."""


@pytest.mark.parametrize(("path", "pages"), WAYS.values(), ids=WAYS)
@pytest.mark.fault(11)
def test_ways_to_a_private_address(
    path: str, pages: dict[str, bytes], zygote: Crawls, inner: Server, kept: Path
) -> None:
    """Whatever leads to a name with a private address, nothing is dialled there, and the capture says `blocked`."""
    inner_host = f"{INNER}:{inner.port}"
    filled: dict[str, Behaviour] = {"*": page(b"", status=b"404 Not Found")}
    filled |= {name: _with_length(answer.replace(b"INNER", inner_host.encode())) for name, answer in pages.items()}
    names = {"www.site.example": "127.0.0.1", INNER: "127.0.0.2"}
    with served(filled) as server:
        target = f"http://www.site.example:{server.port}/"
        ended = zygote.run(targets=[target], collection=str(kept), names=names, **ONLY_ONE)

    nothing_may_be_fetched = path == "/rules"  # the rules are there, and cannot be had
    assert (ended.status, inner.connections) == (9 if nothing_may_be_fetched else 0, 0)
    assert outcomes(kept, inner_host)[f"http://{inner_host}{path}"] == "blocked"


def _with_length(answer: bytes) -> bytes:
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length")]
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(body)]) + b"\r\n\r\n" + body


@pytest.mark.fault(11)
def test_spellings_of_a_private_address(zygote: Crawls, inner: Server, kept: Path) -> None:
    """Named as a target, an address that is not allowed is reached in no spelling; the job says that none was."""
    spelled = ["127.0.0.2", "2130706434", "0x7f.2", "0177.0.0.2", "127.2", "[::ffff:127.0.0.2]", "[::7f00:2]"]
    targets = [f"http://{host}:{inner.port}/" for host in spelled]
    ended = zygote.run(targets=targets, collection=str(kept), **ONLY_ONE)
    with sqlite3.connect(kept / "catalog.db") as db:
        found = set(db.execute("select outcome, ip from captures"))

    assert (ended.status, inner.connections) == (9, 0)
    assert found == {("blocked", None)}


@pytest.mark.fault(12)
def test_a_name_that_moves_to_a_private_address(zygote: Crawls, inner: Server, kept: Path) -> None:
    """A name that is public in one job and private in the next is fetched in the first and blocked in the second."""
    with served({"*": page(STORY)}) as server:
        place = f"turns.example:{server.port}"
        order = {"targets": [f"http://{place}/"], "collection": str(kept), **ONLY_ONE, "max_pages": 1}
        first = zygote.run(**order, names={"turns.example": "127.0.0.1"})
        second = zygote.run(**order, names={"turns.example": "127.0.0.2"}, recheck=True)
    with sqlite3.connect(kept / "catalog.db") as db:
        found = db.execute("select outcome from captures where url = ? order by captured_at", (f"http://{place}/",))

        assert [outcome for (outcome,) in found] == ["ok", "blocked"]
    assert (first.status, second.status, inner.connections) == (0, 9, 0)


# robots.txt

NAMED = """
name = "acme"
home = "http://www.acme.example:PORT/"
feeds = ["/feed.xml"]
sitemaps = ["/map.xml"]
sections = ["/news/", "/research/"]
"""


@pytest.mark.parametrize(
    "rules",
    [page(b"User-agent: *\nDisallow: /\n"), page(b"", status=b"503 Busy")],
    ids=["forbids", "unreachable"],
)
@pytest.mark.fault(76)
def test_a_site_file_is_no_exception(rules: bytes, zygote: Crawls, kept: Path, tmp_path: Path) -> None:
    """Of a host that a site file names, with feeds and sections, nothing is fetched that robots.txt does not allow."""
    folder = tmp_path / "sites"
    folder.mkdir()
    with served({"/robots.txt": rules, "*": page(STORY)}) as server:
        (folder / "acme.toml").write_text(NAMED.replace("PORT", str(server.port)))
        names = {"www.acme.example": "127.0.0.1"}
        asked = {"targets": ["acme"], "collection": str(kept), "site_files": folder, "names": names}
        zygote.run(**asked, **ONLY_ONE, max_seconds=3)
    with sqlite3.connect(kept / "catalog.db") as db:
        found = dict(db.execute("select url, outcome from captures where url not like '%/robots.txt'"))

    assert {request.split(b" ")[1] for request in server.requests} == {b"/robots.txt"}
    assert {url.rpartition(f":{server.port}")[2] for url in found} >= {"/", "/feed.xml", "/map.xml", "/news/"}
    assert set(found.values()) == {"robots"}


# Secrets

SECRETS = {"Authorization": "Bearer s3cret-token", "Cookie": "session=s3cret-cookie"}
RENEWED = b"Set-Cookie: session=s3cret-renewed; Path=/"


def contents(folder: Path) -> dict[str, bytes]:
    """What the files below a folder hold, compressed ones as they are inside."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        str(path): gzip.decompress(data) if path.suffix == ".gz" else data
        for path in files
        if (data := path.read_bytes())
    }


@pytest.mark.fault(41)
def test_secrets_are_kept_nowhere(zygote: Crawls, kept: Path, tmp_path: Path) -> None:
    """Credentials of a request or URL, and cookies that renew them, lie in no WARC, database, log or export."""
    home = page(b'<h1>Home</h1><a href="/2026/11/24/the-plant-opens">The plant opens in spring</a>', RENEWED)
    with served({"/robots.txt": page(b"User-agent: *\n"), "/": home, "*": page(STORY, RENEWED)}) as server:
        at = f"127.0.0.1:{server.port}"
        feed = {"FEEDS": {str(tmp_path / "items.jsonl"): {"format": "jsonlines"}}}
        ended = zygote.run(
            targets=[f"http://user:s3cret-password@{at}/"],
            collection=str(kept),
            max_pages=3,
            settings={"DEFAULT_REQUEST_HEADERS": SECRETS, "LOG_LEVEL": "DEBUG", **feed},
        )
        sent = b"".join(server.requests)
    told = [pressmark("search", "-c", kept, "--format", form, cwd=tmp_path).done() for form in ("json", "csv")]
    shown = pressmark(
        "show", f"http://{at}/2026/11/24/the-plant-opens", "-c", kept, "--json", "--evidence", cwd=tmp_path
    )
    (warc,) = (kept / "archive").iterdir()

    assert b"s3cret-token" in sent
    assert b"s3cret-password" not in sent
    assert b"Authorization: *" in gzip.decompress(warc.read_bytes())
    assert [name for name, content in contents(tmp_path).items() if b"s3cret" in content] == []
    assert "s3cret" not in "".join(ran.out + ran.err for ran in (*told, shown.done())) + ended.error
    assert (tmp_path / "items.jsonl").stat().st_size > 100


@pytest.mark.fault(41, 42)
def test_no_secret_crosses_an_origin(zygote: Crawls, kept: Path) -> None:
    """A redirect to another host takes no cookie along, and one that brings a password of its own is not followed."""
    with ExitStack() as servers:
        other = servers.enter_context(served({"*": page(STORY)}))
        there = f"other.site.example:{other.port}"
        answers: dict[str, Behaviour] = {
            "/robots.txt": page(b"User-agent: *\n"),
            "/": page(
                b'<a href="/go">The story of the day</a><a href="/with-password">The story of the week</a>', RENEWED
            ),
            "/go": moved(f"http://{there}/taken"),
            "/with-password": moved(f"http://user:s3cret-password@{there}/with-password"),
            "*": page(b"", status=b"404 Not Found"),
        }
        first = servers.enter_context(served(answers))
        names = {"www.site.example": "127.0.0.1", "other.site.example": "127.0.0.1"}
        place = f"http://www.site.example:{first.port}/"
        zygote.run(targets=[place], collection=str(kept), names=names, settings={"COOKIES_ENABLED": True}, **ONLY_ONE)

    (asked_for,) = {request.split(b" ")[1] for request in other.requests} - {b"/robots.txt"}
    assert asked_for == b"/taken"
    assert b"Cookie: session=s3cret-renewed" in b"".join(first.requests)
    assert b"s3cret" not in b"".join(other.requests)


# Certificates

ACME = """
name = "acme"
home = "https://www.acme.example:PORT/"
check_certificate = CHECK
"""


@pytest.fixture
def crawled_over_tls(zygote: Crawls, kept: Path, tmp_path: Path) -> Any:
    """Crawls a site whose certificate has expired, with a site file that asks for it to be checked or not."""

    def crawl(check: str, answers: dict[str, Behaviour]) -> tuple[Ended, Server]:
        with served(answers, tls=Authority(tmp_path).server("www.acme.example", days=-1)) as server:
            folder = tmp_path / "sites"
            folder.mkdir()
            text = ACME.replace("PORT", str(server.port)).replace("CHECK", check)
            (folder / "acme.toml").write_text(text)
            names = {"www.acme.example": "127.0.0.1", "www.other.example": "127.0.0.1"}
            asked = {"targets": ["acme"], "collection": str(kept), "site_files": folder, "names": names, "max_pages": 2}
            return zygote.run(**asked, **ONLY_ONE, settings={"PRESSMARK_RETRY_WAITS": []}), server

    return crawl


@pytest.mark.fault(13)
def test_a_site_file_may_leave_certificates_unchecked(crawled_over_tls: Any, kept: Path, tmp_path: Path) -> None:
    """Where its site file says so, a site with an expired certificate is crawled; WARC, catalog and `show` tell it."""
    ended, server = crawled_over_tls("false", {"/robots.txt": page(b"User-agent: *\n"), "*": page(STORY)})
    url = f"https://www.acme.example:{server.port}/"
    with sqlite3.connect(kept / "catalog.db") as db:
        notes = dict(db.execute("select notes, count(*) from captures group by notes"))
    (warc,) = (kept / "archive").iterdir()
    shown = pressmark("show", url, "-c", kept, cwd=tmp_path).done()

    assert ended.status == 0
    assert notes.keys() == {"certificate not checked"}
    assert gzip.decompress(warc.read_bytes()).count(b"\r\nnotes: certificate not checked\r\n") == sum(notes.values())
    assert "(certificate not checked)" in shown.out
    assert json.loads(pressmark("show", url, "-c", kept, "--json", cwd=tmp_path).out)["captures"][0]["notes"] != ""
    assert pressmark("rebuild", "--check", "-c", kept, cwd=tmp_path).code == 0


@pytest.mark.fault(13)
def test_certificates_are_checked_otherwise(crawled_over_tls: Any, kept: Path) -> None:
    """Where a site file says nothing of it, or asks for it, an expired certificate ends the crawl with 9."""
    ended, server = crawled_over_tls("true", {"*": page(STORY)})
    with sqlite3.connect(kept / "catalog.db") as db:
        found = set(db.execute("select outcome, notes from captures"))

    assert (ended.status, server.requests, found) == (9, [], {("tls", "")})


@pytest.mark.fault(13)
def test_leaving_certificates_unchecked_ends_at_the_site(crawled_over_tls: Any, kept: Path) -> None:
    """That robots.txt of such a site redirects to another host does not have that host's certificate pass unchecked."""

    async def elsewhere(visit: Any) -> None:
        port = visit.writer.get_extra_info("sockname")[1]
        await visit.send(moved(f"https://www.other.example:{port}/robots.txt"))

    crawled_over_tls("false", {"/robots.txt": elsewhere, "*": page(STORY)})
    with sqlite3.connect(kept / "catalog.db") as db:
        query = "select outcome, notes from captures where url like '%other%' and url like '%robots.txt'"
        found = db.execute(query).fetchall()

    assert found == [("tls", "")]
