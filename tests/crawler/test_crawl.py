"""Whole crawls: a real server on loopback, real files, each crawl in a process of its own."""

import csv
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from archive import schema
from archive.collection import Collection
from archive.lost import losses
from archive.verify import verify
from crawler.bindings import default_reader
from crawler.newsweb import NewsWeb, Reply, Server, serve
from tests.archive.test_verify import flip
from tests.crawler.forked_crawls import Crawls, Ended
from tests.crawler.tiny_web import IN_ORDER, WORDS, TinyWeb, asked, captured, state_of
from tests.end_to_end import rows

ROOT = Path(__file__).parents[2]


class Crawl:
    """Crawls of the tiny web into one collection."""

    def __init__(self, zygote: Crawls, server: Server, kept: Path) -> None:
        self.zygote = zygote
        self.asked = {"targets": [f"http://127.0.0.1:{server.port}/"], "collection": str(kept)}

    def __call__(self, **more: object) -> Ended:
        return self.zygote.run(**self.asked | more)


@pytest.fixture
def crawl(zygote: Crawls, server: Server, kept: Path) -> Crawl:
    return Crawl(zygote, server, kept)


def once(web: TinyWeb) -> dict[str, int]:
    return dict.fromkeys(web.paths, 1)


def test_everything_once(crawl: Crawl, web: TinyWeb, server: Server, kept: Path) -> None:
    """A crawl captures every page once, robots.txt, feed, redirect and refusal included, and ends with 0."""
    ended = crawl()

    assert (ended.status, ended.error, ended.summary["reason"]) == (0, "", "finished")
    assert captured(kept) == once(web)
    assert asked(server) == {path: 1 for path in web.paths if path != "/private/no"}
    assert state_of(kept) == IN_ORDER
    assert ended.summary["sites"][0]["articles"] == web.articles


def test_context_is_kept(crawl: Crawl, web: TinyWeb, kept: Path) -> None:
    """Each capture says how it was found: via, hops from the seed, and by what."""
    crawl()
    with sqlite3.connect(kept / "catalog.db") as db:
        rows = db.execute("select url, via, hops, discovered from captures where hops <> ''").fetchall()
    found = {url.split("/", 3)[3]: (via and via.split("/", 3)[3], hops, by) for url, via, hops, by in rows}

    assert found["robots.txt"] == (None, "P", "robots")
    assert found[web.story(7)[1:]] == ("feed/", "F", "feed")
    assert found["news/"] == ("", "L", found["news/"][2])
    assert found[web.story(6)[1:]][1] == "LL"


def test_a_second_crawl_fetches_nothing(crawl: Crawl, server: Server, kept: Path) -> None:
    """Right after a crawl nothing is due; no empty WARC is left behind."""
    crawl()
    server.clear_log()
    ended = crawl()

    assert (ended.status, len(server.log), ended.summary["sites"]) == (0, 0, [])
    assert len(list((kept / "archive").iterdir())) == 1


def test_robots_txt_is_asked_for_once_a_day(crawl: Crawl, server: Server, kept: Path) -> None:
    """Another job within the day goes by the robots.txt that is kept; what it forbids stays forbidden."""
    crawl(max_pages=2)
    server.clear_log()
    ended = crawl()

    assert len(server.log) > 2
    assert "/robots.txt" not in asked(server)
    assert "/private/no" not in asked(server)
    assert ended.status == 0


def test_robots_txt_counts_once(crawl: Crawl, kept: Path) -> None:
    """What robots.txt's own policy fetched and who asks for it gets too is folded and counted once."""
    ended = crawl()
    stats = ended.summary["stats"]
    with sqlite3.connect(kept / "frontier.db") as db:
        visits = db.execute("select visits from urls where url like '%/robots.txt'").fetchall()
    with sqlite3.connect(kept / "catalog.db") as db:
        [(captures,)] = db.execute("select count(*) from captures").fetchall()

    assert stats["fold/captures"] == captures
    assert visits == [(1,)]


def test_what_repeats_is_counted(crawl: Crawl, web: TinyWeb, server: Server, kept: Path) -> None:
    """The stats of a job count articles at another URL, exact copies and edited ones, and the catalog has them all."""
    story = web.reply("", web.story(0)).body
    link = f'<link rel="canonical" href="http://127.0.0.1:{server.port}{web.story(0)}">'
    web.changed[web.story(1)] = Reply(body=story.replace(b"<head>", b"<head>" + link.encode()))
    web.changed[web.story(2)] = Reply(body=story.replace(b"Plant number 0 opens", b"As others have told"))
    stats = crawl().summary["stats"]
    [(articles, clusters)] = rows(kept / "catalog.db", "select count(*), count(distinct cluster_id) from articles")
    [(pairs,)] = rows(kept / "catalog.db", "select count(*) from similar where resemblance = 1.0")
    counted = {kind: stats.get(f"dedupe/{kind}") for kind in ("alias", "exact", "near")}

    assert counted == {"alias": 1, "exact": 1, "near": web.articles - 3}
    assert (articles, clusters, pairs) == (web.articles - 1, 1, 1)


def test_what_waits_is_told(crawl: Crawl, kept: Path) -> None:
    """A job that ends early says how many URLs wait, those that it had leased ahead too."""
    ended = crawl(max_pages=2)
    with sqlite3.connect(kept / "frontier.db") as db:
        [(ready,)] = db.execute("select count(*) from urls where state = 0").fetchall()

    assert ended.summary["pending"] == ready > 2


def test_a_day_later(crawl: Crawl, web: TinyWeb, server: Server, kept: Path) -> None:
    """What is due is asked for under conditions: what did not change becomes a revisit, new articles are found."""
    crawl()
    server.clear_log()
    web.articles += 1
    server._answers.forget()
    ended = crawl(ahead=24.5)
    with closing(schema.connect(kept / "catalog.db", readonly=True)) as db:
        revisits = db.execute("select url, status from captures where kind = 'revisit'").fetchall()
        articles = db.execute("select count(*) from articles").fetchone()[0]

    assert ended.status == 0
    assert asked(server)[web.story(web.articles - 1)] == 1
    assert articles == web.articles
    assert {url.split("/", 3)[3]: status for url, status in revisits} == {"robots.txt": 200, "": 304}
    assert len(server.log) == 5  # robots.txt, home page, feed, section, and what is new


def test_the_pages_of_a_split_article(crawl: Crawl, web: TinyWeb, kept: Path) -> None:
    """All pages of an article are fetched, and are one article with one body."""
    story = web.story(0)
    pages = [story, f"{story}/2", f"{story}/3"]
    numbers = "".join(f'<a href="{page}">{number}</a> ' for number, page in enumerate(pages, 1))
    for page, word in zip(pages, ("Bricks", "Machines", "People"), strict=True):
        text = f"<p>{word} come first on this page, before all else that the plant needs. {WORDS * 3}</p>" * 2
        html = (
            f"<!DOCTYPE html><title>A plant in parts</title><article><h1>A plant in parts</h1>{text}</article>{numbers}"
        )
        web.changed[page] = Reply(body=html.encode())
    crawl()
    with closing(schema.connect(kept / "catalog.db", readonly=True)) as db:
        query = "select body from articles where headline = 'A plant in parts'"
        [body] = [body for (body,) in db.execute(query)]

    assert [block.split()[0] for block in body.split("\n\n")] == [
        "Bricks",
        "Bricks",
        "Machines",
        "Machines",
        "People",
        "People",
    ]
    assert Collection.open(kept).check_rebuild(default_reader) is None


def test_recheck(crawl: Crawl, server: Server) -> None:
    """`--recheck` asks for everything known again."""
    crawl()
    first = asked(server)
    server.clear_log()
    crawl(recheck=True)

    assert asked(server).keys() == first.keys()


@pytest.mark.parametrize(
    ("limit", "status", "reason"),
    [
        ({"max_pages": 3}, 0, "--max-pages reached"),
        ({"max_bytes": 2000, "delay": 0.3, "concurrency": 1}, 14, "--max-size reached"),
        ({"max_seconds": 1, "delay": 0.3, "concurrency": 1}, 15, "--max-time reached"),
    ],
)
def test_limits(
    crawl: Crawl, web: TinyWeb, server: Server, kept: Path, limit: dict[str, float], status: int, reason: str
) -> None:
    """A limit ends the job in order with its exit code; the next job goes on where it stopped."""
    ended = crawl(**limit)

    assert (ended.status, ended.summary["reason"]) == (status, reason)
    assert state_of(kept) == IN_ORDER
    assert 0 < len(captured(kept)) < len(web.paths)
    assert crawl().status == 0
    assert captured(kept) == once(web)


def test_max_pages_counts_pages(crawl: Crawl, web: TinyWeb, server: Server) -> None:
    """`--max-pages 3` fetches three pages; robots.txt and feeds come on top."""
    crawl(max_pages=3)

    assert sum(count for path, count in asked(server).items() if path != "/feed/") == 3


def test_nothing_reached(zygote: Crawls, kept: Path) -> None:
    """When no target answers, the failures are kept and the exit code is 9."""
    ended = zygote.run(targets=["http://127.0.0.1:9/"], collection=str(kept))
    with sqlite3.connect(kept / "catalog.db") as db:
        outcomes = db.execute("select distinct kind, outcome from captures where url like '%/'").fetchall()

    assert (ended.status, ended.summary["reason"]) == (9, "no target could be reached")
    assert ("failure", "connect") in outcomes or ("failure", "robots") in outcomes


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("http://", "is no http or https URL"),
        ("ftp://example.com/", "is no http or https URL"),
        ("no such site", "no site file is named"),
    ],
)
def test_a_bad_target(zygote: Crawls, kept: Path, target: str, said: str) -> None:
    """A target that is none is told in one line, and nothing is made."""
    ended = zygote.run(targets=[target], collection=str(kept))

    assert (ended.status, kept.exists()) == (2, False)
    assert said in ended.error
    assert "Traceback" not in ended.error


@pytest.mark.fault(92)
def test_two_jobs(crawl: Crawl, kept: Path) -> None:
    """The second job on a collection ends with 5 at once, and names the first."""
    kept.mkdir()
    holder = subprocess.Popen(
        [sys.executable, "-c", (f"import fcntl, os, time; f = open({str(kept / 'LOCK')!r}, 'w');"
         "fcntl.flock(f, 2); f.write(f'{os.getpid()} x'); f.flush(); print(flush=True); time.sleep(60)")],
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert holder.stdout is not None
    holder.stdout.readline()
    began = time.monotonic()
    try:
        ended = crawl()
    finally:
        holder.kill()
        holder.communicate()

    assert ended.status == 5
    assert str(holder.pid) in ended.error
    assert time.monotonic() - began < 5  # one second, with slack for a busy machine


FAULTS = [
    *(f"write:{n}:{where}" for n in (2, 12) for where in ("before", "one", "half", "most", "after")),
    *(f"sync_data:{n}:{where}" for n in (1, 2) for where in ("before", "after")),
    *(f"{name}:{n}:{where}" for name in ("catalog", "frontier") for n in (1, 3) for where in ("before", "after")),
    *(f"{name}:1:{where}" for name in ("create", "sync_directory", "sync") for where in ("before", "after")),
    *(f"rename:{n}:{where}" for n in (2, 3) for where in ("before", "after")),  # the first is that of frontier.db
]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.fault(83, 84)
def test_killed_at(crawl: Crawl, web: TinyWeb, server: Server, kept: Path, fault: str) -> None:
    """Wherever the process is killed, the next job captures every page once, and asks again only for what was lost."""
    dead = crawl(kill=fault)
    resumed = crawl()

    assert (dead.status, dead.fired) == (-signal.SIGKILL, True)
    assert (resumed.status, state_of(kept)) == (0, IN_ORDER)
    assert captured(kept) == once(web)
    assert max(asked(server).values()) <= 2
    assert sum(asked(server).values()) <= len(web.paths) - 1 + 9  # what was in flight, at most


@pytest.mark.fault(85)
def test_killed_while_recovering(crawl: Crawl, web: TinyWeb, kept: Path) -> None:
    """Recovery may itself be killed, again and again."""
    deaths = [crawl(kill="warc:9:half")]
    deaths += [
        crawl(kill=kill) for kill in ("truncate:1:before", "truncate:1:after", "sync:2:before", "rename:1:before")
    ]
    deaths += [crawl(kill=kill) for kill in ("catalog:1:before", "frontier:1:before", "frontier:1:after")]

    assert [ended.status for ended in deaths] == [-signal.SIGKILL] * len(deaths)
    assert (crawl().status, state_of(kept)) == (0, IN_ORDER)
    assert captured(kept) == once(web)


@pytest.mark.fault(86)
def test_disk_full(crawl: Crawl, web: TinyWeb, kept: Path) -> None:
    """Without room the WARC ends in a whole record and the exit code is 3; with room the next job goes on."""
    full = crawl(kill="write:12:full")

    assert (full.status, full.fired) == (3, True)
    assert "make room" in full.summary["reason"]
    assert "Traceback" not in full.error
    assert (crawl().status, state_of(kept)) == (0, IN_ORDER)
    assert captured(kept) == once(web)


@pytest.mark.fault(88)
def test_a_failed_sync_ends_the_job(crawl: Crawl, web: TinyWeb, kept: Path) -> None:
    """After an I/O error of a sync nothing is committed and the job stops; the next one goes on."""
    broken = crawl(kill="sync_data:2:error")

    assert (broken.status, broken.fired) == (1, True)
    assert "Traceback" not in broken.error
    assert (crawl().status, state_of(kept)) == (0, IN_ORDER)
    assert captured(kept) == once(web)


@pytest.mark.fault(103)
def test_random_kills(zygote: Crawls, kept: Path) -> None:
    """Killed at any moment, over and over, a crawl loses nothing and keeps nothing twice."""
    dice = random.Random(7)
    web = TinyWeb(articles=300)
    kills = 0
    with serve(web) as server:
        crawl = Crawl(zygote, server, kept)
        while True:
            running = zygote.start(**crawl.asked)
            if kills < 8:
                time.sleep(dice.uniform(0.3, 1.2))
                running.kill()
            ended = running.wait()
            kills += ended.status == -signal.SIGKILL
            if ended.status == 0:
                break

        assert kills >= 3
        assert captured(kept) == once(web)
        assert state_of(kept) == IN_ORDER
        assert sum(asked(server).values()) <= len(web.paths) + 9 * kills
        assert Collection.open(kept).check_rebuild(default_reader) is None


@pytest.mark.parametrize(
    ("number", "times"),
    [(number, times) for number in (signal.SIGTERM, signal.SIGINT) for times in (1, 2)] + [(signal.SIGHUP, 1)],
)
@pytest.mark.fault(101, 102)
def test_interrupted(crawl: Crawl, web: TinyWeb, zygote: Crawls, kept: Path, number: int, times: int) -> None:
    """SIGTERM, SIGINT and SIGHUP end a job in order with 11, twice at once; the next one fetches nothing twice."""
    running = zygote.start(**crawl.asked, delay=0.4, concurrency=1)
    deadline = time.monotonic() + 60  # liveness: a busy machine may start late
    while not any(kept.glob("archive/*.open")) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(2.5)
    began = time.monotonic()
    for _ in range(times):
        running.kill(number)
        time.sleep(0.2)
    ended = running.wait()

    assert (ended.status, ended.summary["reason"]) == (11, "interrupted")
    assert time.monotonic() - began < 10
    assert 0 < len(captured(kept)) < len(web.paths)
    assert (state_of(kept), crawl().status) == (IN_ORDER, 0)
    assert captured(kept) == once(web)


@pytest.mark.fault(106)
def test_a_clock_that_is_set_back_a_day(crawl: Crawl, web: TinyWeb, server: Server, kept: Path) -> None:
    """A job on a clock that was set back by a day asks for nothing again, and writes over no file."""
    crawl()
    server.clear_log()
    again = crawl(ahead=-24)
    later = crawl(ahead=24.5)

    assert (again.status, again.summary["sites"], later.status) == (0, [], 0)
    assert max(asked(server).values()) == 1
    assert state_of(kept) == IN_ORDER
    assert Collection.open(kept).check_rebuild(default_reader) is None


@pytest.mark.fault(101)
def test_interrupted_while_a_server_hangs(zygote: Crawls, web: TinyWeb, kept: Path) -> None:
    """A server that does not answer cannot keep a job from ending: after a grace its requests are given up."""
    with serve(web, latency=50) as server:
        running = zygote.start(targets=[f"http://127.0.0.1:{server.port}/"], collection=str(kept))
        time.sleep(2)
        began = time.monotonic()
        running.kill(signal.SIGTERM)
        ended = running.wait()

    assert (ended.status, ended.summary["reason"]) == (11, "interrupted")
    assert time.monotonic() - began < 15  # 10, with slack for a busy machine
    assert state_of(kept) == IN_ORDER


@pytest.mark.fault(43)
def test_a_site_that_asks_to_wait(crawl: Crawl, web: TinyWeb, server: Server) -> None:
    """A 429 with Retry-After is obeyed: nothing more is asked of that host, and the exit code says why."""
    web.changed["/"] = Reply(status=429, headers=(("Retry-After", "1000"),))
    ended = crawl(concurrency=1)

    assert (ended.status, ended.summary["reason"]) == (18, f"asked to wait by 127.0.0.1:{server.port}")
    assert len(server.log) <= 4  # robots.txt, the home page, and what was on its way


@pytest.mark.parametrize("delay", [0.0, 0.2])
def test_nothing_is_sent_after_a_429(crawl: Crawl, web: TinyWeb, server: Server, kept: Path, delay: float) -> None:
    """What stood in line already goes back, and is what the next job begins with."""
    for number in range(web.articles):
        web.changed[web.story(number)] = Reply(status=429, headers=(("Retry-After", "1000"),))
    ended = crawl(concurrency=1, delay=delay)
    asked = [entry.status for entry in server.log]
    with sqlite3.connect(kept / "frontier.db") as db:
        [(leased,)] = db.execute("select count(*) from urls where state in (1, 3)").fetchall()

    assert ended.status == 18
    assert (asked.count(429), asked[-1], leased) == (1, 429, 0)


def test_the_frontier_is_derived_again(crawl: Crawl, web: TinyWeb, server: Server, kept: Path) -> None:
    """A deleted or damaged frontier.db is derived from the catalog: nothing that was fetched is fetched again."""
    crawl(max_pages=5)
    (kept / "frontier.db").unlink()
    crawl()
    assert captured(kept) == once(web)

    server.clear_log()
    (kept / "frontier.db").write_bytes(b"no database at all" * 1000)
    ended = crawl()
    assert (ended.status, len(server.log)) == (0, 0)
    assert "derived anew" in ended.error


@pytest.mark.fault(97)
@pytest.mark.parametrize("page", range(2, 9))
def test_a_frontier_damaged_anywhere(crawl: Crawl, web: TinyWeb, kept: Path, page: int) -> None:
    """Whatever page of frontier.db is lost, the next job derives it anew and goes on."""
    crawl(max_pages=5)
    content = bytearray((kept / "frontier.db").read_bytes())
    content[4096 * (page - 1) : 4096 * page] = b"\xa5" * len(content[4096 * (page - 1) : 4096 * page])
    (kept / "frontier.db").write_bytes(content)
    ended = crawl()

    assert ended.status == 0
    assert captured(kept) == once(web)


def test_a_frontier_that_is_a_folder(crawl: Crawl, kept: Path) -> None:
    """It is not ours to move: the job is refused in one line."""
    (kept / "frontier.db").mkdir(parents=True)
    ended = crawl()

    assert ended.status == 2
    assert "is a folder" in ended.error


@pytest.mark.fault(95)
@pytest.mark.parametrize("frontier_too", [False, True])
def test_what_a_repair_lost_is_fetched_again(
    crawl: Crawl, web: TinyWeb, server: Server, kept: Path, frontier_too: bool
) -> None:
    """The next job asks for what a repair could not save, once, also where the repair died, or the frontier is gone."""
    crawl()
    with sqlite3.connect(kept / "catalog.db") as db:
        lost = "select warc, offset + length / 2 from captures where url like '%number-3' and kind = 'response'"
        warc, middle = db.execute(lost).fetchone()
    flip(kept / "archive" / warc, middle)
    collection = Collection.open(kept)
    collection.repair(verify(kept).findings)  # and then it dies: nothing else is done
    if frontier_too:
        (kept / "frontier.db").unlink()
    server.clear_log()
    ended = crawl()
    again = asked(server)
    crawl()
    collection.rebuild(default_reader)

    assert ended.status == 0
    assert again == {web.story(3): 1}
    assert captured(kept) == once(web)
    assert losses(kept) == ()


@pytest.mark.fault(96)
def test_the_catalog_is_read_again(crawl: Crawl, web: TinyWeb, server: Server, kept: Path) -> None:
    """A deleted catalog.db is read again from the WARC files by the next job."""
    crawl()
    (kept / "catalog.db").unlink()
    server.clear_log()
    ended = crawl()

    assert (ended.status, len(server.log)) == (0, 0)
    assert captured(kept) == once(web)


_AFTERWARDS = """
import sys
from pathlib import Path
from crawler.orders import CrawlOrder
from crawler.run import run_crawl

kept = Path(sys.argv[2])
run_crawl(CrawlOrder(targets=(sys.argv[1],), collection=kept, allow_networks=("127.0.0.0/8",), delay=0))
held = [str(fd.readlink()) for fd in Path("/proc/self/fd").iterdir() if fd.exists()]
print([name for name in held if name.startswith(str(kept))])
"""


def test_nothing_stays_open(server: Server, kept: Path) -> None:
    """After a crawl the process holds no file of the collection: log, databases, WARC and lock are closed."""
    words = [sys.executable, "-c", _AFTERWARDS, f"http://127.0.0.1:{server.port}/", str(kept)]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)

    assert ended.stdout == "[]\n"


def test_reading_children(crawl: Crawl, web: TinyWeb, kept: Path) -> None:
    """Pages are read in children as in the crawling process."""
    ended = crawl(settings={"PRESSMARK_READING_CHILDREN": 2})

    assert (ended.status, ended.error) == (0, "")
    assert ended.summary["sites"][0]["articles"] == web.articles
    assert captured(kept) == once(web)


def test_a_news_web(zygote: Crawls, kept: Path) -> None:
    """Several sites at once, found by feeds, sitemaps and sections: every article is captured."""
    web = NewsWeb(3, sites=3, articles=18, crawl_delay=0)
    with serve(web) as server:
        ended = zygote.run(
            targets=list(web.home_urls), collection=str(kept), connect_to=list(server.connect_to)
        )  # fmt: skip
    with sqlite3.connect(kept / "catalog.db") as db:
        urls = {url for (url,) in db.execute("select url from captures where status = 200")}

    assert ended.status == 0
    assert {article.url for article in web.articles} <= urls
    assert state_of(kept) == IN_ORDER
    assert Collection.open(kept).check_rebuild(default_reader) is None


class TestPlainScrapy:
    """`scrapy crawl news` is the same crawl."""

    def scrapy(self, server: Server, kept: Path, *more: str) -> subprocess.CompletedProcess[str]:
        url = f"http://127.0.0.1:{server.port}/"
        settings = {"PRESSMARK_COLLECTION": kept, "PRESSMARK_ALLOW_NETWORKS": "127.0.0.0/8", "DOWNLOAD_DELAY": "0"}
        pairs = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
        command = [sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"url={url}", *pairs, *more]
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)

    def test_feed_exports(self, web: TinyWeb, server: Server, kept: Path, tmp_path: Path) -> None:
        """Articles come out as JSON Lines and CSV, with their pressmarks."""
        out = [tmp_path / "out.jsonl", tmp_path / "out.csv"]
        ended = self.scrapy(server, kept, "-o", str(out[0]), "-o", str(out[1]))
        lines = [json.loads(line) for line in out[0].read_text().splitlines()]
        rows = list(csv.DictReader(out[1].open(newline="")))

        assert ended.returncode == 0, ended.stderr
        assert len(lines) == len(rows) == web.articles
        assert {line["headline"] for line in lines} == {row["headline"] for row in rows}
        assert all(line["record_id"].startswith("urn:uuid:") and line["body"] for line in lines)
        assert captured(kept) == once(web)

    def test_close_spider(self, web: TinyWeb, server: Server, kept: Path) -> None:
        """CLOSESPIDER_ITEMCOUNT ends the job in order."""
        ended = self.scrapy(server, kept, "-s", "CLOSESPIDER_ITEMCOUNT=2")

        assert ended.returncode == 0, ended.stderr
        assert state_of(kept) == IN_ORDER
        assert len(captured(kept)) < len(web.paths)

    @pytest.mark.parametrize("step", ["Drops", "Breaks", "Replaces"])
    def test_a_pipeline_of_a_user(self, web: TinyWeb, server: Server, kept: Path, tmp_path: Path, step: str) -> None:
        """What a step drops, breaks on or replaces is kept from the export, never from the catalog."""
        steps = json.dumps({f"tests.crawler.user_steps.{step}": 50})
        ended = self.scrapy(server, kept, "-s", f"ITEM_PIPELINES={steps}", "-o", str(tmp_path / "out.jsonl"))
        with closing(schema.connect(kept / "catalog.db", readonly=True)) as db:
            articles = db.execute("select count(*) from articles").fetchone()[0]

        assert (ended.returncode, articles) == (0, web.articles), ended.stderr
        assert captured(kept) == once(web)

    def test_exit_codes(self, server: Server, kept: Path) -> None:
        """Plain Scrapy ends with the job's exit code, and tells in one line what was wrong."""
        ended = self.scrapy(server, kept, "-a", "url=no such site")

        assert ended.returncode == 2
        assert "no site file is named 'no such site'" in ended.stderr

    def test_list(self) -> None:
        """There is one spider."""
        listed = subprocess.run(
            [sys.executable, "-m", "scrapy", "list"], capture_output=True, text=True, cwd=ROOT, check=True
        )

        assert listed.stdout.split() == ["news"]


def test_nothing_is_left_running(crawl: Crawl) -> None:
    """A job leaves no process behind."""
    crawl(settings={"PRESSMARK_READING_CHILDREN": 1})
    commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if os.access(path, os.R_OK)]

    assert not [
        command
        for command in commands
        if b"reading_child" in command and str(crawl.asked["collection"]).encode() in command
    ]
