"""A site that is read by its subscriber: logged in once, whole texts, and the secrets kept nowhere."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from archive import schema
from archive.collection import Collection
from archive.verify import verify
from crawler.bindings import default_reader
from crawler.newsweb import Reply, Server, serve
from crawler.subscriptions import LoginFailed, filled_in
from tests.crawler.forked_crawls import Crawls, Ended
from tests.crawler.paywalled_web import PASSWORD, SECRET_PART, USER, PaywalledWeb

FORM = """
[login]
form = "/account/login"
fields = { user = "PAPER_USER", pass = "PAPER_PASSWORD" }
success = "Log out"
failure = "Wrong password"
"""
HEADER = """
[login]
header = { "X-Key" = "PAPER_KEY" }
"""
SECRETS = {"PAPER_USER": USER, "PAPER_PASSWORD": PASSWORD, "PAPER_KEY": PaywalledWeb.key}


class Paper:
    """The site, its file and a collection."""

    def __init__(self, web: PaywalledWeb, server: Server, zygote: Crawls, room: Path) -> None:
        self.web, self.server, self.zygote, self.room = web, server, zygote, room
        self.kept = room / "kept"

    def crawl(self, login: str = FORM, *, secrets: dict[str, str] = SECRETS, **order: Any) -> Ended:
        sites = self.room / "sites"
        sites.mkdir(exist_ok=True)
        (sites / "paper.toml").write_text(f'name = "paper"\nhome = "http://127.0.0.1:{self.server.port}/"\n{login}')
        asked = {"targets": ["paper"], "collection": str(self.kept)} | order
        return self.zygote.run(site_files=sites, environment=secrets, **asked)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(schema.connect(self.kept / "catalog.db", readonly=True)) as db:
            return db.execute(query).fetchall()

    @property
    def whole(self) -> int:
        """How many articles have the part for subscribers."""
        return sum(SECRET_PART in body for (body,) in self.rows("select body from articles"))

    def read_everywhere(self) -> bytes:
        """All bytes of the collection, records decompressed, and what went to stderr."""
        files = [path for path in self.kept.rglob("*") if path.is_file()]
        return b"\n".join(gzip.decompress(p.read_bytes()) if p.suffix == ".gz" else p.read_bytes() for p in files)


@pytest.fixture
def paper(zygote: Crawls, tmp_path: Path) -> Iterator[Paper]:
    web = PaywalledWeb()
    with serve(web) as server:
        yield Paper(web, server, zygote, tmp_path)


def spellings(secret: str) -> set[bytes]:
    forms = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    return {form.encode() for form in forms}


def test_whole_texts_for_a_subscriber(paper: Paper) -> None:
    """Strangers get the beginning of each article; with the login in the site file the texts are whole."""
    assert paper.crawl("").status == 0
    as_stranger = paper.whole
    ended = paper.crawl(recheck=True)

    assert (as_stranger, ended.status, ended.error) == (0, 0, "")
    assert paper.whole == paper.web.articles
    assert paper.web.tries == [{"user": USER, "pass": PASSWORD, "token": "t0k3n"}]


def test_the_secrets_are_kept_nowhere(paper: Paper) -> None:
    """Not in a WARC, database, index or log, nor on stderr; the records are whole, and say what was masked."""
    ended = paper.crawl()
    kept = paper.read_everywhere() + ended.error.encode()
    secrets = [USER, PASSWORD, paper.web.cookie, "some-visitor-or-other"]
    found = [form for secret in secrets for form in spellings(secret) if form in kept]

    assert (ended.status, paper.whole) == (0, paper.web.articles)
    assert found == []
    assert b"masked: request:Cookie, request:body" in kept
    assert b"masked: response:Set-Cookie" in kept
    assert b"Reading as **********" in kept
    assert verify(paper.kept).findings == ()


def test_the_login_comes_before_the_first_page(paper: Paper) -> None:
    """robots.txt is asked first, as a stranger; no page comes before the login; the catalog can be made anew."""
    paper.crawl()
    asked = [(visit.method, visit.path.partition("?")[0]) for visit in paper.web.visits]
    with_cookie = {visit.path for visit in paper.web.visits if "sid=" in visit.fields.get("cookie", "")}
    before = paper.rows("select url, body from articles order by url")
    Collection.open(paper.kept).rebuild(default_reader, workers=1)

    begin = asked.index(("POST", paper.web.form))

    assert asked[0] == ("GET", "/robots.txt")
    assert {path for _, path in asked[:begin]} & {"/", "/news/", *map(paper.web.story, range(8))} == set()
    assert "/robots.txt" not in with_cookie
    assert paper.rows("select url, body from articles order by url") == before


@pytest.mark.parametrize("sign", ["redirect", "teaser"])
def test_a_session_that_ends(paper: Paper, sign: str) -> None:
    """Where a page leads to the form, or lacks the sign of a session, there is another login, and it is asked again."""
    paper.web.lasts, paper.web.shows_wall = 5, sign == "redirect"
    ended = paper.crawl(concurrency=1)

    assert (ended.status, paper.web.sessions, paper.whole) == (0, 2, paper.web.articles)
    assert ended.summary["stats"]["login/asked_again"] in {1, 2, 3}  # with what was in flight


def test_logins_are_bounded(paper: Paper) -> None:
    """A site that forgets its subscriber after each page is logged in to three times, no more; the job ends."""
    paper.web.lasts, paper.web.shows_wall = 1, True
    ended = paper.crawl(concurrency=1)

    assert (paper.web.sessions, len(paper.web.tries), paper.whole) == (3, 3, 3)
    assert ended.status in {0, 18}


def test_a_wrong_password(paper: Paper) -> None:
    """One attempt; the site is left alone, no page is fetched as a stranger, the job ends with 18 and the reason."""
    ended = paper.crawl(secrets=SECRETS | {"PAPER_PASSWORD": "not-the-password"}, concurrency=4)
    kept = paper.read_everywhere() + ended.error.encode()
    reason = f"the login to 127.0.0.1:{paper.server.port} failed: the answer says 'Wrong password'"
    told = "pressmark: paper: the login failed: the answer says 'Wrong password'; the site is left to a later job"

    assert (ended.status, ended.summary["reason"]) == (18, reason)
    assert ended.error.splitlines() == [told]
    assert len(paper.web.tries) == 1
    assert [visit.path for visit in paper.web.visits if visit.path.startswith("/2026/")] == []
    assert (b"not-the-password" in kept, USER.encode() in kept) == (False, False)


def test_a_variable_that_is_missing(paper: Paper) -> None:
    """Nothing is fetched; one line names variable and file, and the exit code is that of bad configuration."""
    ended = paper.crawl(secrets={"PAPER_USER": USER})

    assert (ended.status, paper.web.visits, paper.kept.exists()) == (2, [], False)
    assert ended.error == (
        "the environment variable PAPER_PASSWORD is not set, which [login] in paper.toml names; "
        "set it, or take [login] out to crawl the site as a guest\n"
    )


def test_robots_txt_forbids_the_form(paper: Paper) -> None:
    """The form is not asked for, and the reason is told."""
    paper.web.changed["/robots.txt"] = Reply(mime="text/plain", body=b"User-agent: *\nDisallow: /account/\n")
    ended = paper.crawl()

    assert (ended.status, paper.web.tries) == (18, [])
    assert "/robots.txt forbids it" in ended.summary["reason"]


def test_a_key_in_a_header(paper: Paper) -> None:
    """It goes to the site's own host alone, not along with a redirect, not for robots.txt, and is kept nowhere."""
    with serve(PaywalledWeb()) as other:
        place = f"http://127.0.0.1:{other.port}{paper.web.story(2)}"
        paper.web.changed["/moved"] = Reply(status=301, headers=(("Location", place),))
        ended = paper.crawl(f'domains = ["127.0.0.1:{other.port}"]\n{HEADER}')
        elsewhere = [visit.fields for visit in other.web.visits if visit.path != "/robots.txt"]
    with_key = {visit.path for visit in paper.web.visits if visit.fields.get("x-key") == paper.web.key}

    assert (ended.status, paper.whole) == (0, paper.web.articles)
    assert elsewhere != []
    assert [fields for fields in elsewhere if fields.keys() & {"x-key", "cookie"}] == []
    assert ("/robots.txt" in with_key, "/feed/" in with_key) == (False, True)
    assert paper.web.key.encode() not in paper.read_everywhere() + ended.error.encode()


def test_cookies_go_nowhere_else(paper: Paper) -> None:
    """A redirect, also to another port of one address, takes no cookie along."""
    with serve(PaywalledWeb()) as other:
        place = f"http://127.0.0.1:{other.port}{paper.web.story(2)}"
        paper.web.changed["/moved"] = Reply(status=301, headers=(("Location", place),))
        paper.crawl(f'domains = ["127.0.0.1:{other.port}"]\n{FORM}')

        assert [visit.path for visit in other.web.visits] != []
        assert [visit for visit in other.web.visits if "cookie" in visit.fields] == []


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("<form method=post><input name=user></form>", "has no form with the fields user, pass"),
        ("<form><input name=user><input name=pass></form>", "would put the password into a URL"),
    ],
)
def test_forms_that_cannot_be_filled_in(page: str, problem: str) -> None:
    """A form without the fields, or one that would send them in its URL, is told as what it is."""
    with pytest.raises(LoginFailed, match=problem):
        filled_in(page, "https://a.example/login", {"user": "u", "pass": "p"})


def test_a_form_is_filled_in_as_a_browser_does() -> None:
    """Hidden fields, ticked boxes and the first button go along, others do not; the action is resolved."""
    page = (
        "<form method=POST action='go?a=1'><input type=hidden name=t value=1><input name=user><input name=pass>"
        "<input type=checkbox name=keep checked value=on><input type=checkbox name=spam>"
        "<button name=b value=x><button name=c></form>"
    )
    form = filled_in(page, "https://a.example/in/login", {"user": "u&", "pass": "ü"})

    assert (form.action, form.body) == ("https://a.example/in/go?a=1", b"t=1&user=u%26&pass=%C3%BC&keep=on&b=x")
