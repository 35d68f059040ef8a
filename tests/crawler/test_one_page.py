"""`pressmark extract URL`: one page, from a server on loopback, wherever it redirects to."""

import json
from pathlib import Path

from crawler.newsweb import Reply, Server, serve
from tests.crawler.tiny_web import TinyWeb, asked
from tests.end_to_end import Ran, pressmark


def moved(target: str) -> Reply:
    return Reply(status=302, headers=(("Location", target),))


def extract(url: str, tmp_path: Path) -> Ran:
    return pressmark("extract", url, "--allow-network", "127.0.0.0/8", cwd=tmp_path)


def at(server: Server, path: str) -> str:
    return f"http://127.0.0.1:{server.port}{path}"


def test_the_page_alone(web: TinyWeb, server: Server, tmp_path: Path) -> None:
    """Nothing but the page and robots.txt is asked for, whatever the page links to."""
    record = json.loads(extract(at(server, web.story(3) + "?utm_source=mail"), tmp_path).done().out)

    assert (record["kind"], record["headline"]) == ("article", "Plant number 3 opens")
    assert [entry.path for entry in server.log] == ["/robots.txt", web.story(3)]


def test_redirects(web: TinyWeb, server: Server, tmp_path: Path) -> None:
    """Redirects one after the other lead to the article, also at another site."""
    with serve(TinyWeb(articles=3)) as other:
        web.changed["/a"], web.changed["/b?c=1"] = moved("/b?c=1"), moved(at(other, web.story(2)))
        record = json.loads(extract(at(server, "/a"), tmp_path).done().out)

        assert (record["kind"], record["headline"], record["url"]) == (
            "article", "Plant number 2 opens", at(other, web.story(2)),
        )  # fmt: skip
        assert asked(other) == {web.story(2): 1}
        assert asked(server) == {"/a": 1, "/b?c=1": 1}


def test_redirects_in_a_circle(web: TinyWeb, server: Server, tmp_path: Path) -> None:
    """A circle of redirects ends, and is told as what it is."""
    web.changed["/a"], web.changed["/b"] = moved("/b"), moved("/a")
    record = json.loads(extract(at(server, "/a"), tmp_path).done().out)

    assert (record["kind"], record["reason"]) == ("not_an_article", "redirect")
    assert asked(server) == {"/a": 1, "/b": 1}


def test_a_redirect_to_nowhere(web: TinyWeb, server: Server, tmp_path: Path) -> None:
    """Where the last page of a chain does not answer, that is told with both URLs, and the exit code is 9."""
    web.changed["/a"] = moved("http://127.0.0.1:9/gone")
    ran = extract(at(server, "/a"), tmp_path)

    assert (ran.code, ran.out) == (9, "")
    assert at(server, "/a") in ran.err
    assert "http://127.0.0.1:9/gone" in ran.err
