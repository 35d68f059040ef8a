"""`status --coverage` finds the holes that were planted in a simulated web, and names each by its reason."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.model import utc_now
from crawler.coverage import _Seen, empty_days
from crawler.frontier import State
from crawler.left_alone import silent
from crawler.newsweb import NewsWeb, PlannedArticle, Reply, Server, serve
from pipelines.site import Sites
from pipelines.urls import without_session
from tests.end_to_end import crawl_words, environment, pressmark, rows

CHALLENGE = b"<title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/a.js'></script>"
NOW = utc_now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
TODAY = utc_now().date()


class HoledWeb(NewsWeb):
    """A web of one site, of which some URLs answer otherwise than they should."""

    def __init__(self) -> None:
        super().__init__(88, sites=1, articles=45, now=NOW, crawl_delay=0)
        self.holes: dict[str, Reply] = {}
        self.missing_day = ""

    def reply(self, host: str, target: str) -> Reply:
        hole = self.holes.get(target)
        if hole is not None:
            return hole
        reply = super().reply(host, target)
        return reply if target != "/robots.txt" else replace(reply, body=reply.body + b"Disallow: /forbidden/\n")


def plant(web: HoledWeb) -> Counter[str]:
    """Holes of each kind among the articles; gives how many there are."""
    live = [article.url.removeprefix(web.sites[0].origin) for article in web.articles if not article.withdrawn]
    kinds = {
        "4xx": Reply(status=404, mime="text/html", body=b"<h1>Not found</h1>"),
        "5xx": Reply(status=500, mime="text/html", body=b"<h1>Error</h1>"),
        "challenge": Reply(status=403, mime="text/html", body=CHALLENGE),
    }
    for number, kind in enumerate(kinds):
        web.holes |= dict.fromkeys(live[number * 3 : number * 3 + 3], kinds[kind])
    return Counter(dict.fromkeys(kinds, 3))


@pytest.fixture(scope="module")
def web() -> HoledWeb:
    return HoledWeb()


@pytest.fixture(scope="module")
def holes(web: HoledWeb) -> Counter[str]:
    return plant(web)


@pytest.fixture(scope="module")
def server(web: HoledWeb, holes: Counter[str]) -> Iterator[Server]:
    with serve(web) as served:
        yield served


@pytest.fixture(scope="module")
def told(server: Server, web: HoledWeb, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What is said after a crawl that ended early, and one after which the feed had died."""
    desk = tmp_path_factory.mktemp("desk")
    places = [word for place in server.connect_to for word in ("--connect-to", place)]
    words = ["crawl", *web.home_urls, "-c", "./kept", "--delay", "0", "--allow-network", "127.0.0.0/8", *places]
    pressmark(*words, "--max-pages", "30", cwd=desk).done()
    early = pressmark("status", "--coverage", "--json", "-c", "./kept", cwd=desk).done().json
    pressmark(*words, cwd=desk).done()
    web.holes[web.sites[0].rss] = Reply(status=410, mime="text/html", body=b"<h1>Gone</h1>")
    server._answers.forget()
    with closing(sqlite3.connect(desk / "kept" / "frontier.db")) as frontier, frontier:
        frontier.execute("update urls set state = 0 where kind = 'feed'")  # a day has passed
    pressmark(*words, cwd=desk).done()
    whole = pressmark("status", "--coverage", "--json", "-c", "./kept", cwd=desk).done().json
    return {"early": early[0], "whole": whole[0], "desk": desk}


def reasons(told: Any) -> dict[str, int]:
    return {one["reason"]: one["count"] for one in told["unfetched"]}


def test_the_holes_are_counted(told: Any, holes: Counter[str], web: HoledWeb) -> None:
    """Each planted URL is counted under its reason, beside the dead links that the web has anyway."""
    found = reasons(told["whole"])
    own = sum(page.status == 404 for page in web.pages())

    assert (found["5xx"], found["challenge"]) == (holes["5xx"], holes["challenge"])
    assert holes["4xx"] <= found["4xx"] <= holes["4xx"] + own
    assert found["robots"] >= 2  # the members' area and the search


def test_what_waits_is_counted(told: Any) -> None:
    """What a job that ended early has not come to waits; when it has gone on, nothing does."""
    assert reasons(told["early"])["budget"] > 10
    assert "budget" not in reasons(told["whole"]) or reasons(told["whole"])["budget"] < 5


def test_a_feed_that_died(told: Any, web: HoledWeb) -> None:
    """A feed that was read once and is gone is named, with the day; common places where nothing ever was are not."""
    dead = {source["url"]: source for source in told["whole"]["dead"]}

    assert list(dead) == [web.sites[0].origin + web.sites[0].rss]
    assert dead[web.sites[0].origin + web.sites[0].rss]["form"] == "rss"
    assert told["early"]["dead"] == []


def test_it_can_be_read(told: Any) -> None:
    """The same for a person: each reason in words, with examples."""
    ran = pressmark("status", "--coverage", "-c", "./kept", cwd=told["desk"]).done()

    assert "robots.txt forbids it" in ran.out
    assert "rss dead since" in ran.out
    assert "/members/" in ran.out


TRAPS = ("/calendar/", "/desk/", "/archive/years/", "/finder/", "/wiki/")
BUSY = Reply(status=429, mime="text/html", body=b"<h1>Slow down</h1>", headers=(("Retry-After", "3000"),))
BROKEN = Reply(status=500, mime="text/html", body=b"<h1>Error</h1>")


class QuietWeb(NewsWeb):
    """A web whose first site has traps and a day whose articles never come, and whose second asks to wait."""

    def __init__(self) -> None:
        super().__init__(92, sites=2, articles=120, now=NOW, crawl_delay=0, traps=True)
        self.busy = self.of(1)[7].url
        days = Counter(article.date_published[:10] for article in self.of(0))
        natural = set(empty_days(days, until=TODAY))
        self.empty = next(
            {*natural, day}
            for day in sorted(days, reverse=True)
            if {*empty_days({other: days[other] for other in days if other != day}, until=TODAY)} == {*natural, day}
        )
        missing = {article.url for article in self.of(0) if article.date_published[:10] in self.empty}
        self.holes = dict.fromkeys(missing, BROKEN) | {self.busy: BUSY}

    def of(self, site: int) -> list[PlannedArticle]:
        own = self.sites[site].origin + "/"
        return [article for article in self.articles if not article.withdrawn and article.url.startswith(own)]

    def reply(self, host: str, target: str) -> Reply:
        return self.holes.get(f"http://{host}{target}") or super().reply(host, target)


@pytest.fixture(scope="module")
def quiet() -> QuietWeb:
    return QuietWeb()


@pytest.fixture(scope="module")
def told_of_quiet(quiet: QuietWeb, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What is said after one crawl, with the folder."""
    desk = tmp_path_factory.mktemp("desk")
    with serve(quiet) as server:
        ran = pressmark(*crawl_words(quiet.home_urls, desk / "kept", server.connect_to, "--delay", "0"), cwd=desk)
        assert ran.code in (0, 18), ran.err
    first, second = pressmark("status", "--coverage", "--json", "-c", "./kept", cwd=desk).done().json
    by_site = {first["site"]: first, second["site"]: second}
    return {"first": by_site[quiet.sites[0].domain], "second": by_site[quiet.sites[1].domain], "desk": desk / "kept"}


@pytest.mark.fault(57, 58, 59, 61, 62)
def test_traps_are_counted(quiet: QuietWeb, told_of_quiet: Any) -> None:
    """What is named as a trap is what the traps made up and nobody fetched: every such URL, and no other."""
    kept = told_of_quiet["desk"]
    links = rows(kept / "catalog.db", "select url from outlinks") + rows(kept / "frontier.db", "select url from urls")
    fetched = {url for (url,) in rows(kept / "catalog.db", "select url from captures")}
    own = {without_session(url) for (url,) in links if url.startswith(quiet.sites[0].origin)}
    made_up = {url for url in own if url.removeprefix(quiet.sites[0].origin).startswith(TRAPS)} - fetched
    [trap] = [one for one in told_of_quiet["first"]["unfetched"] if one["reason"] == "trap"]

    assert len(made_up) > 40
    assert trap["count"] == len(made_up)
    assert set(trap["examples"]) <= made_up


def test_days_whose_articles_never_came(quiet: QuietWeb, told_of_quiet: Any) -> None:
    """The days whose articles the site could not serve are named as empty, and no others; the articles as errors."""
    assert set(told_of_quiet["first"]["empty_days"]) == quiet.empty
    assert reasons(told_of_quiet["first"])["5xx"] == len(quiet.holes) - 1


def test_who_asks_to_wait(quiet: QuietWeb, told_of_quiet: Any) -> None:
    """The URL that was answered with a request to wait is named, what stands behind it waits, and is no other hole."""
    told = {one["reason"]: one for one in told_of_quiet["second"]["unfetched"]}
    dead_links = sum(page.status == 404 and page.url.startswith(quiet.sites[1].origin) for page in quiet.pages())

    assert (told["throttle"]["count"], told["throttle"]["examples"]) == (1, [quiet.busy])
    assert told["budget"]["count"] > 20
    assert told.keys() <= {"throttle", "budget", "robots", "trap", "4xx"}
    assert "4xx" not in told or told["4xx"]["count"] <= dead_links
    assert "throttle" not in reasons(told_of_quiet["first"])


def test_places_out_of_reach_are_no_traps() -> None:
    """What was held back since its host gives no connection has no answer; what brought nothing is a trap."""
    seen = _Seen(Sites())
    waiting = [("a.example", f"http://{host}.a.example/1", State.WAITING, 0) for host in ("old", "www")]
    seen.look_at_waiting(waiting, silent([{"silent/http://old.a.example": "no such name", "requests": 1}]))

    assert dict(seen.why) == {
        ("a.example", "no answer"): ["http://old.a.example/1"],
        ("a.example", "trap"): ["http://www.a.example/1"],
    }


def test_days_without_news() -> None:
    """A working day without news is told where its weekday has some; week ends and days of old are not."""
    last = date(2018, 6, 30)
    days = [last - timedelta(days=n) for n in range(60)]
    counts = {f"{day}": 3 for day in days if day.weekday() < 5}
    for hole in ("2018-06-13", "2018-05-29"):
        del counts[hole]

    assert list(empty_days(counts, until=last)) == ["2018-05-29", "2018-06-13"]


def test_a_running_job_is_told(server: Server, web: HoledWeb, tmp_path: Path) -> None:
    """`status` says that a job runs, by which process and since when; after it has ended, that none does."""
    places = [word for place in server.connect_to for word in ("--connect-to", place)]
    words = ["crawl", *web.home_urls, "-c", "./kept", "--delay", "0.3", "--allow-network", "127.0.0.0/8", *places]
    job = subprocess.Popen(
        [sys.executable, "-m", "crawler.cli", *words], cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL
    )
    running = None
    for _ in range(100):
        time.sleep(0.1)
        ran = pressmark("status", "--json", "-c", "./kept", cwd=tmp_path)
        running = ran.json["running"] if ran.code == 0 else None
        if running:
            break
    job.terminate()
    job.wait(30)
    after = pressmark("status", "--json", "-c", "./kept", cwd=tmp_path).done().json

    assert running is not None
    assert (running["pid"], running["command"].split()[1:2]) == (job.pid, ["crawl"])
    assert running["since"].startswith("20")
    assert after["running"] is None
