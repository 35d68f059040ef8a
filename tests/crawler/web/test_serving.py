"""What the server answers, to whom, and that it answers anything at all that is asked: with 200, 302, 400 or 404."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlsplit

import pytest

from crawler.web.http import Asked
from crawler.web.pages import PAGES, Room, answer
from crawler.web.plugin import authorize
from tests.crawler.web.conftest import Shown, link
from tests.crawler.web.payloads import INJECTIONS
from tests.end_to_end import pressmark

FINE = {200, 301, 302, 304, 400, 404}


@pytest.mark.parametrize(
    "path", ["/", "/?q=trial", "/overview", "/feed.atom?q=trial", "/db/", "/db/catalog", "/static/style.css"]
)
def test_pages(path: str, shown: Shown) -> None:
    """Each page is there, sniffed by nobody, with a policy that lets no script run, and without a cookie."""
    reply = shown.get(path)

    assert reply.status == 200
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert "script-src" not in reply.headers["content-security-policy"]
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("localhost:1234", 200),
        ("[::1]:80", 200),
        ("archive.example", 200),
        ("ARCHIVE.example:443", 200),
        ("rebound.example", 421),
        ("127.0.0.1.rebound.example", 421),
        ("localhost.rebound.example", 421),
        ("localhost@rebound.example", 421),
        ("", 421),
    ],
)
@pytest.mark.parametrize("path", ["/", "/db/catalog.json", "/web/20260301000000/http://x.example/"])
def test_names(path: str, host: str, status: int, shown: Shown) -> None:
    """Whoever comes by a name that this server was not given gets nothing, whatever is asked (DNS rebinding)."""
    reply = shown.get(path, Host=host)

    assert (reply.status == 421) == (status == 421)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_methods(method: str, shown: Shown) -> None:
    """Nothing but GET and HEAD is answered, so that there is nothing to be forged."""
    assert {shown.get(path, method=method).status for path in ("/", "/db/catalog", "/db/catalog/articles")} == {405}


def test_head(shown: Shown) -> None:
    """HEAD gives the headers of GET."""
    head, whole = shown.get("/?q=trial", method="HEAD"), shown.get("/?q=trial")

    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(whole.body)))


def test_many_bytes(shown: Shown) -> None:
    """A request of 10 MB is refused, and the server answers the next one."""
    place = urlsplit(shown.url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        try:
            connection.sendall(b"GET /?q=" + b"a" * 10_000_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
            said = connection.recv(100)
        except ConnectionError:
            said = b""

    assert not said or said.startswith(b"HTTP/1.1 4")
    assert shown.get("/").status == 200


def test_figures_are_the_catalogs(shown: Shown) -> None:
    """The search page counts what the catalog holds, and its facets lead to searches that find as many."""
    [(count,)] = shown.rows("select count(*) from articles where site = 'remedyecho.example'")
    page = shown.get("/?site=remedyecho.example").text

    assert f">{count} articles<" in page


def test_wrong_words_in_one_line(shown: Shown) -> None:
    """A query that cannot be understood, an unknown site, a wrong date or number: 400, and a sentence that says why."""
    told = {
        path: shown.get(path)
        for path in ('/?q="', "/?site=remedyech.example", "/?since=soon", "/?page=0", "/?revisions=many", "/?as_of=1")
    }

    assert {reply.status for reply in told.values()} == {400}
    assert "did you mean remedyecho.example?" in told["/?site=remedyech.example"].text
    assert all(reply.text.count('role="alert"') == 1 for reply in told.values())


def test_unknown_pages(shown: Shown) -> None:
    """What is not there is 404: other paths, files outside, articles, sites, captures; Datasette's inner pages too."""
    paths = [
        "/nothing",
        "/static/../pages.py",
        "/static/%2e%2e/http.py",
        "/static/base.html",
        "/article?id=http://no.example/",
    ]
    paths += [
        "/site?name=no.example",
        "/raw?id=x",
        "/web/20260301000000/http://no.example/",
        "/timegate/http://no.example/",
    ]
    paths += ["/timemap/link/http://no.example/", "/db/-/databases.json", "/db/-/versions", "/db/catalog/none"]

    assert {path: shown.get(path).status for path in paths} == dict.fromkeys(paths, 404)


def test_feed(shown: Shown) -> None:
    """Every search is an Atom feed."""
    from feedparser import parse

    feed = parse(shown.get("/feed.atom?site=remedyecho.example").body)

    assert len(feed.entries) == min(
        50, shown.rows("select count(*) from articles where site = 'remedyecho.example'")[0][0]
    )


def test_raw_exchange(shown: Shown) -> None:
    """A capture is given as it came over the wire, to be saved and not shown."""
    [(record,)] = shown.rows("select record_id from articles where site = 'remedyecho.example' limit 1")
    reply = shown.get(link("/raw", id=record))

    assert reply.body.startswith(b"GET /")
    assert b"HTTP/1.1 200 OK\r\n" in reply.body
    assert reply.headers["content-disposition"].startswith("attachment")


ONE_REVISIT = """
select c.url, c.captured_at, r.captured_at, r.payload_digest
from captures as c join captures as r on r.url = c.refers_to_url and r.kind = 'response'
where c.kind = 'revisit' and c.mime = 'text/html' and r.status = 200 and r.payload_digest = c.payload_digest
limit 1
"""


def test_timegate(shown: Shown) -> None:
    """A TimeGate leads to the memento nearest to Accept-Datetime, or to the last (RFC 7089, 4.1)."""
    [(url, last, first, _)] = shown.rows(ONE_REVISIT)
    newest = shown.get(f"/timegate/{url}")
    oldest = shown.get(f"/timegate/{url}", Accept_Datetime="Thu, 31 May 2007 20:35:00 GMT")

    assert [newest.status, oldest.status] == [302, 302]
    assert newest.headers["location"] == f"{shown.url}/web/{_digits(last)}/{url}"
    assert oldest.headers["location"] == f"{shown.url}/web/{_digits(first)}/{url}"
    assert newest.headers["vary"] == "accept-datetime"
    assert f'<{url}>; rel="original"' in newest.headers["link"]
    assert shown.get(f"/timegate/{url}", Accept_Datetime="yesterday").status == 400


def _digits(instant: str) -> str:
    return "".join(filter(str.isdigit, instant))[:14]


def test_timemap(shown: Shown) -> None:
    """A TimeMap lists every memento of a URL with its time, in link format and as JSON (RFC 7089, 5)."""
    [(url, last, first, _)] = shown.rows(ONE_REVISIT)
    links = shown.get(f"/timemap/link/{url}")
    as_json = json.loads(shown.get(f"/timemap/json/{url}").body)
    lines = links.text.splitlines()

    assert links.headers["content-type"] == "application/link-format"
    assert lines[0] == f'<{url}>; rel="original",'
    assert f'<{shown.url}/timegate/{url}>; rel="timegate",' in lines
    mementos = [line for line in lines if "memento" in line]
    assert mementos[0].startswith(f'<{shown.url}/web/{_digits(first)}/{url}>; rel="first memento"; datetime="')
    assert mementos[-1].startswith(f'<{shown.url}/web/{_digits(last)}/{url}>; rel="last memento"; datetime="')
    assert [one["uri"] for one in as_json["mementos"]["list"]] == [line[1:].partition(">")[0] for line in mementos]


def test_mementos(shown: Shown) -> None:
    """A memento says when it was captured; a revisit gives what it stands for; an inexact time leads to the nearest."""
    from archive import open_collection

    [(url, last, first, _)] = shown.rows(ONE_REVISIT)
    revisit, response = (shown.get(f"/web/{_digits(instant)}id_/{url}") for instant in (last, first))
    inexact = shown.get(f"/web/19990101000000/{url}")

    assert [revisit.status, response.status] == [200, 200]
    assert revisit.body == response.body != b""
    assert parsedate_to_datetime(revisit.headers["memento-datetime"]).strftime("%Y%m%d%H%M%S") == _digits(last)
    assert (inexact.status, inexact.headers["location"]) == (302, f"/web/{_digits(first)}/{url}")
    assert open_collection(shown.path).show(url).captures


def test_every_capture_is_replayed(shown: Shown) -> None:
    """Of every answer that was kept there is a memento that is found under its own time."""
    captures = shown.rows(
        "select distinct strftime('%Y%m%d%H%M%S', captured_at), url from captures "
        "where kind <> 'failure' and job not in ('', 'job 1') order by url limit 150"
    )
    statuses = {shown.get(f"/web/{timestamp}id_/{url}").status for timestamp, url in captures}

    assert len(captures) == 150
    assert statuses <= {200, 301, 302, 307, 308, 404, 410, 503}


def test_only_reading(shown: Shown) -> None:
    """Nothing that SQL can say through the tables writes, attaches, or loads."""
    before = (shown.path / "catalog.db").read_bytes()
    asked = [
        "insert into captures default values",
        "delete from captures",
        "attach '/tmp/other.db' as other",
        "select load_extension('x')",
        "pragma writable_schema = on",
        "select * from pragma_table_list",
        "create temp table t (x)",
        "vacuum into '/tmp/copy.db'",
    ]

    assert {sql: shown.get(link("/db/catalog.json", sql=sql)).status for sql in asked} == dict.fromkeys(asked, 400)
    assert (shown.path / "catalog.db").read_bytes() == before


def test_more_than_are_ranked(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the bound the page says how many are ranked, and has no pages behind the last one of those."""
    monkeypatch.setattr("archive.search.MAX_RANKED", 40)
    for module in ("archive.search", "crawler.web.pages"):
        monkeypatch.setattr(f"{module}.NEWEST", 25)
    page = answer(Room(shown.path), Asked(path="/", target="/", parameters={"q": "the OR a"}, headers={})).body.decode()

    assert "More than 40 articles" in page
    assert "The newest 25 are ranked and counted." in page
    assert "page 1 of 2<" in page


def test_authorizer(shown: Shown) -> None:
    """A connection with our authorizer reads tables, views and the full text, and cannot attach or write anything."""
    with closing(sqlite3.connect(f"{(shown.path / 'catalog.db').as_uri()}?mode=ro", uri=True)) as db:
        db.set_authorizer(authorize)
        assert db.execute("select count(*) from articles_fts where articles_fts match 'trial'").fetchone()[0]
        assert db.execute("select count(*) from articles, json_each(authors)").fetchone()[0]
        for refused in (
            "attach ':memory:' as x",
            "create temp table t (x)",
            "delete from captures",
            "pragma query_only=0",
        ):
            with pytest.raises(sqlite3.DatabaseError):
                db.execute(refused)


def test_a_statement_has_an_end(shown: Shown) -> None:
    """A statement that would never end is cut short, and told."""
    endless = "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c"

    assert shown.get(link("/db/catalog.json", sql=endless)).status == 400


PARAMETERS = {
    "/": ["q", "site", "section", "author", "keyword", "language", "since", "until", "cluster", "revisions", "as_of"],
    "/feed.atom": ["q"],
    "/article": ["id"],
    "/diff": ["id", "from", "to"],
    "/site": ["name"],
    "/raw": ["id"],
}
DATASETTE = [
    *("/db/catalog.json?sql={}", "/db/catalog?sql=select+:x&x={}", "/db/catalog/articles.json?_search={}"),
    *(
        "/db/catalog/captures.json?_facet={}",
        "/db/catalog/captures.json?_sort={}",
        "/db/catalog/captures.json?_next={}",
    ),
    *("/db/catalog/captures.json?_where={}", "/db/catalog/captures.csv?status__gt={}", "/db/catalog/captures?_size={}"),
    *("/db/catalog/captures.json?_col={}", "/db/catalog/captures.json?_facet_array={}", "/db/catalog/captures/{}.json"),
    *("/db/catalog/captures.json?{}=1", "/db/catalog/{}", "/db/{}.json", "/db/catalog/captures.json?_shape={}"),
]


def _own(text: str) -> Iterator[Asked]:
    """The text as each parameter of our own pages, as their path, and as what a Memento client says."""
    for path, names in PARAMETERS.items():
        for name in names:
            more = {"id": "http://www.remedyecho.example/"} if path == "/diff" and name != "id" else {}
            yield Asked(path=path, target=path, parameters={**more, name: text}, headers={})
    yield Asked(path="/", target="/", parameters={"q": "trial", "page": text, "sort": text}, headers={})
    for prefix in ("/", "/web/", "/web/20260301000000/", "/timegate/", "/timemap/link/", "/timemap/json/", "/static/"):
        yield Asked(path=f"{prefix}{text}", target=f"{prefix}{quote(text)}", parameters={}, headers={})
    gate = "/timegate/http://www.remedyecho.example/"
    yield Asked(path=gate, target=gate, parameters={}, headers={"host": "localhost", "accept-datetime": text})


@pytest.mark.fault(56)
def test_injections_in_our_pages(shown: Shown) -> None:
    """200 values in every parameter, in paths and in headers: an answer or one sentence, and never an error of ours.

    (503 says that a WARC file is not there, as of the captures that these tests made up.)
    """
    room = Room(shown.path)
    statuses = {answer(room, asked).status for text in INJECTIONS for asked in _own(text)}

    assert len(INJECTIONS) == 200
    assert set(PARAMETERS) | {"/overview"} == set(PAGES)
    assert statuses == {200, 400, 404, 503}


@pytest.mark.fault(56)
def test_injections_in_the_tables(shown: Shown) -> None:
    """The same in what Datasette takes."""
    wrong = []
    for number, text in enumerate(INJECTIONS):
        for path in DATASETTE[number % 4 :: 4]:
            status = shown.get(path.format(quote(text, safe=""))).status
            wrong += [(path, text, status)] * (status not in FINE)

    assert wrong == []


def test_a_port_that_is_taken(shown: Shown) -> None:
    """A port that is in use is told in one line, with the exit code of wrong usage."""
    port = str(urlsplit(shown.url).port)
    ran = pressmark("serve", "-c", shown.path, "--port", port, cwd=shown.path.parent)

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "--port" in ran.err


def test_no_collection(shown: Shown) -> None:
    """A collection that is not there is told, with its neighbour."""
    ran = pressmark("serve", "-c", f"{shown.path}x", cwd=shown.path.parent)

    assert (ran.code, "did you mean" in ran.err) == (2, True)
