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
from crawler.coverage import empty_days
from crawler.newsweb import NewsWeb, Reply, Server, serve
from tests.end_to_end import environment, pressmark

CHALLENGE = b"<title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/a.js'></script>"
NOW = utc_now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)


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
