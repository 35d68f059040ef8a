"""`pressmark sites`: a file is written from a look at a site, and says later whether it still fits."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.newsweb import NewsWeb, Reply, Server, serve
from tests.end_to_end import Ran, environment, pressmark
from tests.end_to_end import run as run_words

WEB = NewsWeb(29, sites=1, articles=40, traps=True)
[HOME] = WEB.home_urls
ORIGIN = HOME.rstrip("/")
PLAN = WEB.sites[0]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(WEB) as served:
        yield served


@pytest.fixture(scope="module")
def desk(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `sites new` has written a file for the only site of a small web."""
    folder = tmp_path_factory.mktemp("desk")
    sites(server, folder, "new", HOME, "--name", "paper").done()
    return folder


def sites(server: Server, folder: Path, *words: str) -> Ran:
    places = [word for place in server.connect_to for word in ("--connect-to", place)]
    more = ["--delay", "0", "--allow-network", "127.0.0.0/8", *places]
    return pressmark("sites", *words, *more, cwd=folder)


def file_of(desk: Path) -> dict[str, object]:
    return tomllib.loads((desk / "sites" / "paper.toml").read_text())


def test_a_file_is_written_from_a_bare_domain(desk: Path) -> None:
    """It names home and language, the feed, the sitemap index and the sections that the site has, and the day."""
    written = file_of(desk)
    sections = {ORIGIN + PLAN.section_path(key) for key in WEB.site(0).sections}

    assert (written["name"], written["home"], written["language"]) == ("paper", HOME, PLAN.tongue.code)
    assert written["sitemaps"] == [ORIGIN + PLAN.sitemap]
    assert set(written["feeds"]) <= {ORIGIN + PLAN.rss, ORIGIN + PLAN.atom}  # both announce the same
    assert len(written["feeds"]) == 1
    assert set(written["sections"]) <= sections
    assert len(written["sections"]) >= 3
    assert "checked" in written


def test_the_look_is_small_and_polite(desk: Path, server: Server) -> None:
    """A look costs at most 60 requests, robots.txt comes first, nothing that it forbids and no advertiser is asked."""
    asked = [entry.path for entry in server.log]

    assert len(asked) <= 60
    assert asked[0] == "/robots.txt"
    assert [path for path in asked if path.startswith(("/members/", "/search"))] == []
    assert {entry.host for entry in server.log} == {PLAN.host}


def test_a_file_that_fits(desk: Path, server: Server) -> None:
    """What a site still gives as its file says is told, and the exit code is 0."""
    ran = sites(server, desk, "check", "paper", "--json").done()
    [told] = ran.json

    assert (told["degraded"], told["findings"]) == (False, [])
    assert told["articles"] >= 10
    assert told["fields"]["headline"] == told["articles"]
    assert {source["kind"] for source in told["sources"]} == {"feed", "sitemap", "section"}


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (PLAN.rss, "/no-such.rss", "/no-such.rss: answers 404"),
        (PLAN.sitemap, "/about/", "/about/: is no sitemap"),
        ("# article = [", 'article = ["/never/*"]  # [', "'/never/*' fits none"),
    ],
)
def test_what_does_not_fit_is_told(
    right: str, wrong: str, said: str, desk: Path, server: Server, tmp_path: Path
) -> None:
    """A feed, a sitemap or a pattern that gives nothing any more is named with the next step; exit code 6."""
    (tmp_path / "sites").mkdir()
    text = (desk / "sites" / "paper.toml").read_text().replace(PLAN.atom, PLAN.rss)
    (tmp_path / "sites" / "paper.toml").write_text(text.replace(right, wrong))
    ran = sites(server, tmp_path, "check", "paper")

    assert ran.code == 6
    assert said in " ".join(ran.out.split())
    assert "paper: degraded" in ran.out


def test_a_site_that_is_gone(tmp_path: Path) -> None:
    """A look at nobody writes no file, and says why."""
    ran = pressmark("sites", "new", "http://nowhere.invalid/", "--delay", "0", cwd=tmp_path)

    assert (ran.code, "nowhere.invalid" in ran.err, list(tmp_path.iterdir())) == (9, True, [])


def test_a_file_is_not_overwritten(desk: Path, server: Server) -> None:
    """A file that is there is left alone."""
    before = (desk / "sites" / "paper.toml").read_bytes()
    ran = sites(server, desk, "new", HOME, "--name", "paper")

    assert (ran.code, (desk / "sites" / "paper.toml").read_bytes()) == (2, before)
    assert "pressmark sites check paper" in ran.err


def test_a_site_of_ones_own_is_crawled_by_name(desk: Path, server: Server) -> None:
    """`crawl NAME` finds the file, and `sites diff` says what a change of its layout changes in what is kept."""
    places = [word for place in server.connect_to for word in ("--connect-to", place)]
    network = ["--delay", "0", "--allow-network", "127.0.0.0/8", *places]
    pressmark("crawl", "paper", "-c", "./kept", "--max-pages", "12", *network, cwd=desk).done()
    same = pressmark("sites", "diff", "paper", "-c", "./kept", cwd=desk)
    file = desk / "sites" / "paper.toml"
    text = file.read_text()
    file.write_text(text + '\n[[layouts]]\nheadline = "p"\n')
    changed = pressmark("sites", "diff", "paper", "-c", "./kept", "--json", cwd=desk)
    file.write_text(text)

    assert (same.code, same.out) == (0, "")
    assert (changed.code, {one["field"] for one in changed.json}) == (4, {"headline"})


def test_names_are_completed(desk: Path) -> None:
    """The shell completes names of sites, one's own too."""
    words = {"_PRESSMARK_COMPLETE": "complete_bash", "COMP_WORDS": "pressmark crawl p", "COMP_CWORD": "2"}
    names = run_words([], cwd=desk, env=environment(**words)).out.split()

    assert {"paper", "pmlive", "pharmaphorum"} <= set(names)
    assert [name for name in names if not name.startswith("p")] == []


def test_who_crawls_must_be_reachable(tmp_path: Path) -> None:
    """A public host is not asked for anything by nobody in particular; the message says what to add."""
    ran = pressmark("crawl", "pmlive", "-c", "./new", cwd=tmp_path)

    assert (ran.code, list(tmp_path.iterdir())) == (2, [])
    assert "--contact" in ran.err
    assert "PRESSMARK_CONTACT" in ran.err


class DescribedWeb(NewsWeb):
    """A web whose pages say of their site what it is, and whose sections stand in bread crumbs alone."""

    def reply(self, host: str, target: str) -> Reply:
        reply = super().reply(host, target)
        if not reply.mime.startswith("text/html") or b"</head>" not in reply.body:
            return reply
        steps = [{"item": "/"}, {"item": "/desk/harbour/"}, {"item": "/desk/unknown/"}, {"item": target}]
        nodes = [
            {"@type": "NewsMediaOrganization", "name": "The Described Gazette", "url": "/", "inLanguage": "en-IE"},
            {"@type": "BreadcrumbList", "itemListElement": steps},
        ]
        script = f'<script type="application/ld+json">{json.dumps(nodes)}</script></head>'.encode()
        return replace(reply, body=reply.body.replace(b"</head>", script, 1))


def test_json_ld_is_used(tmp_path: Path) -> None:
    """What pages say of their site stands in the file: its name, and sections that the look did not come to."""
    web = DescribedWeb(29, sites=1, articles=12)
    with serve(web) as served:
        sites(served, tmp_path, "new", HOME, "--name", "paper").done()
    text = (tmp_path / "sites" / "paper.toml").read_text()

    assert text.startswith("# The Described Gazette: written by")
    assert f'#   "{ORIGIN}/desk/harbour/",' in text
    assert tomllib.loads(text)["home"] == HOME
