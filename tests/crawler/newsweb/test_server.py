"""Rules of the server of simulated webs: what is sent is what the web says, with the framing that it says."""

from __future__ import annotations

import gzip
import http.client
import socket
import time
from collections.abc import Iterator

import pytest

from crawler.newsweb import NewsWeb, PageServer, Server, ServerProcess, serve


@pytest.fixture(scope="module")
def web() -> NewsWeb:
    """A small web."""
    return NewsWeb(11)


@pytest.fixture(scope="module")
def server(web: NewsWeb) -> Iterator[Server]:
    """That web, being served."""
    with serve(web) as running:
        yield running


def get(server: Server | ServerProcess, url: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    """Answer and body for an absolute URL, over a connection of its own."""
    host, _, target = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", f"/{target}", headers={"Host": host, **headers})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def raw(server: Server, request: bytes) -> bytes:
    """Everything that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(request)
        pieces = []
        while piece := connection.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


def test_pages_are_sent_byte_for_byte(web: NewsWeb, server: Server) -> None:
    """Body and Content-Type of every article and page are those of the web."""
    urls = [*web.article_urls(), *(page.url for page in web.pages())]
    wrong = []
    for url in urls:
        host, _, target = url.removeprefix("http://").partition("/")
        answer, body = get(server, url)
        reply = web.reply(host, f"/{target}")
        if (body, answer.headers["Content-Type"], answer.status) != (reply.body, reply.mime, reply.status):
            wrong.append(url)

    assert wrong == []


def test_gzip_is_sent_to_those_who_accept_it(web: NewsWeb, server: Server) -> None:
    """Sites with gzip send it coded when asked; the content is the same."""
    plan = next(plan for plan in web.sites if plan.gzip)
    plain, bare = get(server, f"{plan.origin}/")
    coded, body = get(server, f"{plan.origin}/", **{"Accept-Encoding": "gzip"})

    assert (plain.headers["Content-Encoding"], coded.headers["Content-Encoding"]) == (None, "gzip")
    assert gzip.decompress(body) == bare


def test_chunked_and_length(web: NewsWeb, server: Server) -> None:
    """Each site frames its pages in its own way."""
    framings = {plan.chunked: get(server, f"{plan.origin}/")[0].headers["Transfer-Encoding"] for plan in web.sites}

    assert framings == {True: "chunked", False: None}


@pytest.mark.parametrize(("field", "condition"), [("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")])
def test_unchanged_pages_are_answered_with_304(web: NewsWeb, server: Server, field: str, condition: str) -> None:
    """A conditional request with the validator of the last answer gets 304 without a body."""
    statuses = set()
    for plan in web.sites:
        first, _ = get(server, f"{plan.origin}/")
        if first.headers[field]:
            again, body = get(server, f"{plan.origin}/", **{condition: first.headers[field]})
            statuses.add((again.status, body))

    assert statuses == {(304, b"")}


def test_a_changed_page_is_sent_again() -> None:
    """After an edit the old entity tag gets the new text."""
    with serve(NewsWeb(11)) as server:
        changes = server.advance(edited=12)
        old = NewsWeb(11)
        answers = []
        for url in changes.edited:
            host, _, target = url.removeprefix("http://").partition("/")
            tag = old.reply(host, f"/{target}").etag
            if tag:
                answers.append(get(server, url, **{"If-None-Match": tag})[0].status)

    assert set(answers) == {200}


def test_absolute_form_is_understood(web: NewsWeb, server: Server) -> None:
    """A request target in absolute form wins over the Host field, as RFC 9112 says."""
    home = web.home_urls[2]
    answer = raw(server, f"GET {home} HTTP/1.1\r\nHost: nobody.example\r\nConnection: close\r\n\r\n".encode())

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


def test_requests_on_one_connection_are_answered_in_order(web: NewsWeb, server: Server) -> None:
    """Pipelined requests, a POST with body among them, get their answers one after the other."""
    host = web.sites[0].host.encode()
    request = (
        b"GET /robots.txt HTTP/1.1\r\nHost: %b\r\n\r\n"
        b"POST /login HTTP/1.1\r\nHost: %b\r\nContent-Length: 5\r\n\r\na=b&c"
        b"GET /nowhere HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n\r\n"
    ) % (host, host, host)
    answer = raw(server, request)

    assert [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]] == [b"200", b"200", b"404"]


def test_head_has_no_body(web: NewsWeb, server: Server) -> None:
    """HEAD gets the header of GET alone."""
    host = web.sites[0].host.encode()
    answer = raw(server, b"HEAD / HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n\r\n" % host)

    assert answer.endswith(b"\r\n\r\n")


def test_the_log_has_times_hosts_and_agents() -> None:
    """Each request is logged in order with the monotonic clock, host, path, status and user agent."""
    web = NewsWeb(12)
    with serve(web) as server:
        begun = time.monotonic()
        get(server, f"{web.sites[0].origin}/", **{"User-Agent": "tester/1"})
        get(server, f"{web.sites[1].origin}/nowhere", **{"User-Agent": "tester/1"})
        log = server.log

    assert [(entry.host, entry.path, entry.status, entry.agent) for entry in log] == [
        (web.sites[0].host, "/", 200, "tester/1"),
        (web.sites[1].host, "/nowhere", 404, "tester/1"),
    ]
    assert begun <= log[0].at <= log[1].at <= time.monotonic()


def test_latency_belongs_to_one_host() -> None:
    """A slow host waits before it answers, another does not."""
    web = NewsWeb(12)
    slow, quick = web.sites[0], web.sites[1]
    with serve(web, latency={slow.host: 0.3}) as server:
        get(server, f"{slow.origin}/robots.txt")
        waited = time.monotonic() - server.log[0].at
        get(server, f"{quick.origin}/robots.txt")
        prompt = time.monotonic() - server.log[1].at

    assert (waited >= 0.3, prompt < 0.3) == (True, True)


def test_connect_to_names_every_host(web: NewsWeb, server: Server) -> None:
    """The strings for --connect-to map port 80 of each host to the server."""
    assert web.connect_to(server.port) == tuple(f"{host}:80:127.0.0.1:{server.port}" for host in web.hosts)


def test_a_process_of_its_own_serves_the_same() -> None:
    """The child process serves the web of the same options, and can be advanced and asked for its log."""
    web = NewsWeb(13, sites=2, articles=10)
    with ServerProcess(seed=13, sites=2, articles=10, warm=True) as server:
        _, body = get(server, web.article_urls()[0])
        changes = server.advance(new=1)
        log = server.log
    host, _, target = web.article_urls()[0].removeprefix("http://").partition("/")

    assert (body, len(log), len(changes["published"])) == (web.reply(host, f"/{target}").body, 1, 1)


def test_saved_pages_are_served_under_their_own_names() -> None:
    """Pages keep host, path, query, bytes and type; https is served as http; a section page links to all of a host."""
    pages = {
        "https://news.example/a?id=1": (b"<p>one</p>", "text/html"),
        "http://news.example/b\u00e9": (b"\xff\x00", "application/pdf"),
        "http://other.example/": (b"home", "text/html; charset=utf-8"),
    }
    saved = PageServer(pages)
    with serve(saved) as server:
        got = [get(server, url) for url in saved.urls]
        _, section = get(server, saved.section_urls[0])

    assert [(body, answer.headers["Content-Type"]) for answer, body in got] == list(pages.values())
    assert [url in section.decode() for url in saved.urls] == [True, True, False]
