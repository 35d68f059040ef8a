"""The main job by the command line: crawl a web, keep its bytes, read the articles, find them again."""

from __future__ import annotations

import csv
import io
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive import open_collection
from archive.lost import losses
from archive.results import ShownEvidence
from crawler.newsweb import NewsWeb, PlannedArticle, Server, serve
from tests.end_to_end import Crawled, crawl_words, environment, pressmark, rows

UNDATED: frozenset[str] = frozenset()
"""Designs of pages whose day cannot be read."""

SEEN_BY_RESEARCHERS = {
    "captures": "record_id, url, urlkey, captured_at, status, mime, payload_digest, content_digest, warc, offset,"
    " length, kind, via, hops, job, outcome",
    "readings": "record_id, kind, reason",
    "texts": "content_hash, body",
    "entries": "record_id, link, title, published, updated",
    "links": "from_urlkey, url, text, rel, first_record_id",
    "evidence": "record_id, field, source, selector, raw, chosen",
    "revisions": "id, article_id, record_id, captured_at, headline, standfirst, body, content_hash",
    "articles": "id, url, canonical_url, site, headline, standfirst, authors, date_published, date_modified, section,"
    " keywords, language, publisher, body, word_count, main_image, is_accessible_for_free, first_captured_at,"
    " last_captured_at, revision_count, cluster_id, record_id",
    "clusters": "*",
    "similar": "*",
    "jobs": "job, started_at, finished_at, sites, stats, exit",
}
"""Tables and columns of the catalog that are a contract."""


@pytest.fixture
def copy(crawled: Crawled, tmp_path: Path) -> Path:
    """A copy of the crawled collection, to be written to."""
    return Path(shutil.copytree(crawled.path, tmp_path / "kept"))


def live(web: NewsWeb) -> list[PlannedArticle]:
    """The articles that the web's sites answer with."""
    return [article for article in web.articles if not article.withdrawn]


def catalog_rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that the catalog tells researchers, in an order of its own."""
    return {
        name: sorted(rows(path / "catalog.db", f"select {columns} from {name}"), key=repr)
        for name, columns in SEEN_BY_RESEARCHERS.items()
    }


def all_evidence(path: Path) -> dict[str, tuple[ShownEvidence, ...]]:
    """The evidence of each article, what was announced among it."""
    with open_collection(path) as room:
        return {url: room.show(url).evidence for (url,) in rows(path / "catalog.db", "select url from articles")}


def flip(file: Path, offset: int) -> None:
    """Turn over every bit of one byte."""
    with file.open("r+b") as stream:
        stream.seek(offset)
        [byte] = stream.read(1)
        stream.seek(offset)
        stream.write(bytes([byte ^ 0xFF]))


def test_every_article_is_captured(crawled: Crawled) -> None:
    """Every planted article is captured once at its own address, and with status 200."""
    captured = Counter(crawled.rows("select url, status from captures where kind = 'response'"))

    assert {article.url: captured[article.url, 200] for article in live(crawled.web)} == {
        article.url: 1 for article in live(crawled.web)
    }


def test_every_article_is_read(crawled: Crawled) -> None:
    """Every planted article is read as an article, with its headline."""
    read = dict(
        crawled.rows(
            "select c.url, r.headline from captures c join readings g using (record_id)"
            " left join revisions r using (record_id) where g.kind = 'article'"
        )
    )

    assert {article.url: read.get(article.url) for article in live(crawled.web)} == {
        article.url: article.headline for article in live(crawled.web)
    }


def test_every_day_is_read(crawled: Crawled) -> None:
    """Every planted article stands in the catalog under the day on which it appeared."""
    days = {
        address: day[:10]
        for url, canonical, day in crawled.rows("select url, canonical_url, date_published from articles")
        for address in (url, canonical)
    }
    wrong = {
        (article.url, article.design, article.date_published[:10], days.get(article.url))
        for article in live(crawled.web)
        if article.design not in UNDATED and days.get(article.url) != article.date_published[:10]
    }

    assert wrong == set()


def test_one_article_for_its_addresses(crawled: Crawled) -> None:
    """Addresses of one page that names a canonical URL are one article."""
    canonical = crawled.rows("select canonical_url from articles where canonical_url <> ''")

    assert [url for (url,), count in Counter(canonical).items() if count > 1] == []


def test_every_way_to_an_article_leads_to_it(crawled: Crawled) -> None:
    """Campaign links, redirects and other hosts are aliases of one article, with their captures."""
    article_of = dict(
        crawled.rows("select c.url, u.article_id from captures as c join article_urls as u using (urlkey)")
    )
    found = {
        article.url: {article_of.get(url) for url in (article.url, *article.aliases) if url in crawled.fetched}
        for article in live(crawled.web)
    }
    forms = {url.split("/")[3] for article in live(crawled.web) for url in article.aliases if url in crawled.fetched}

    assert {url: ids for url, ids in found.items() if len(ids) != 1} == {}
    assert {"go", "r"} <= forms


def test_robots_txt_is_obeyed(crawled: Crawled) -> None:
    """What robots.txt forbids is not asked for, and the refusal is kept as a capture without an answer."""
    forbidden = {page.url for page in crawled.web.pages() if page.misbehaviour == "robots-disallow"}
    refused = {url for (url,) in crawled.rows("select url from captures where kind = 'failure' and outcome = 'robots'")}

    assert forbidden
    assert [url for url in crawled.fetched if urlsplit(url).path.startswith(("/members", "/search"))] == []
    assert {urlsplit(url).path.split("/")[1] for url in refused} <= {"members", "search"}


def test_robots_txt_comes_first(crawled: Crawled) -> None:
    """The first request to each host is that for robots.txt."""
    first: dict[str, str] = {}
    for url in crawled.fetched:
        first.setdefault(urlsplit(url).netloc, urlsplit(url).path)

    assert set(first.values()) == {"/robots.txt"}


@pytest.mark.parametrize("kind", ["robots", "feed", "sitemap", "section", "home"])
def test_what_leads_to_articles_is_captured(crawled: Crawled, kind: str) -> None:
    """robots.txt, feeds, sitemaps, sections and home pages are captures like the articles."""
    planned = {page.url for page in crawled.web.pages() if page.kind == kind}
    captured = {url for (url,) in crawled.rows("select url from captures where kind = 'response'")}

    assert planned
    assert planned - captured == set()


def test_every_hop_is_captured(crawled: Crawled) -> None:
    """Each answer with 301, 302, 307 or 308 is a capture, and so is where it leads to."""
    hops = crawled.rows(
        "select c.url, l.url from captures c join readings r using (record_id) join links l on l.from_urlkey = c.urlkey"
        " where c.status between 301 and 308 and l.rel = 'redirect'"
    )
    captured = {url for (url,) in crawled.rows("select url from captures")}

    assert len(hops) > len(crawled.web.articles) / 2
    assert {target for _, target in hops} - captured == set()


def test_what_was_fetched_is_what_is_kept(crawled: Crawled) -> None:
    """The server's log and the captures with an answer are the same, each request once."""
    captured = Counter(url for (url,) in crawled.rows("select url from captures where kind <> 'failure'"))

    assert captured == Counter(crawled.fetched)


def test_the_summary_counts_what_is_kept(crawled: Crawled) -> None:
    """`crawl --json` tells the captures of each site that the catalog holds."""
    counted = dict(crawled.rows("select site, count(*) from captures where kind <> 'failure' group by site"))

    assert {site["site"]: site["captures"] for site in crawled.summary["sites"]} == counted
    assert (crawled.summary["exit"], crawled.summary["reason"], crawled.summary["pending"]) == (0, "finished", 0)


def test_nothing_is_due_again_at_once(crawled: Crawled, copy: Path) -> None:
    """A second run asks for almost nothing, and says so."""
    before = len(crawled.server.log)
    ran = pressmark(*crawl_words(crawled.web.home_urls, copy, crawled.server.connect_to), cwd=copy.parent).done()

    assert len(crawled.server.log) - before <= len(crawled.web.home_urls)
    assert "nothing was due" in ran.err


def test_the_catalog_follows_from_the_warcs(crawled: Crawled) -> None:
    """`rebuild --check` finds no difference between the catalog of the crawl and one made from the WARC files."""
    ran = pressmark("rebuild", "--check", "--json", "-c", crawled.path, cwd=crawled.path.parent).done()

    assert ran.json == {"equal": True, "difference": None}


def test_a_changed_row_is_found(copy: Path) -> None:
    """`rebuild --check` ends with 4 and names the table where the catalog does not follow from the WARC files."""
    with sqlite3.connect(copy / "catalog.db") as db:
        db.execute("update captures set mime = 'text/forged' where rowid = (select min(rowid) from captures)")
    db.close()
    ran = pressmark("rebuild", "--check", "-c", copy, cwd=copy.parent)

    assert ran.code == 4
    assert "captures" in ran.err
    assert "text/forged" in ran.err


def test_a_lost_catalog_is_made_anew(copy: Path) -> None:
    """Without catalog.db, `rebuild` gives every row that researchers know; a second one writes the same bytes."""
    before, evidence = catalog_rows(copy), all_evidence(copy)
    for file in copy.glob("catalog.db*"):
        file.unlink()
    pressmark("rebuild", "-c", copy, cwd=copy.parent).done()
    first = (copy / "catalog.db").read_bytes()
    pressmark("rebuild", "--workers", "2", "-c", copy, cwd=copy.parent).done()

    assert all(before[name] for name in ("captures", "articles", "entries", "links", "evidence", "jobs"))
    assert (catalog_rows(copy), all_evidence(copy)) == (before, evidence)
    assert (copy / "catalog.db").read_bytes() == first


def test_what_was_announced_is_evidence(crawled: Crawled) -> None:
    """Headline, date and language that a Google-News sitemap gives stand beside those of the page, of each article."""
    evidence = all_evidence(crawled.path)
    announced = [
        (one.field, one.raw) for of_one in evidence.values() for one in of_one if one.source in ("feed", "sitemap")
    ]
    [(titles,)] = crawled.rows("select count(distinct link) from entries join articles on link = url where title <> ''")

    assert titles > 20
    assert Counter(field for field, _ in announced)["headline"] >= titles
    assert {"headline", "date_published", "date_modified", "language"} <= {field for field, _ in announced}


@pytest.mark.fault(94)
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_rebuild_tells_what_is_damaged(copy: Path, workers: str) -> None:
    """`rebuild` over a damaged record names file and byte, keeps all else, and ends with 4; so it does in children."""
    found = "select warc, offset, length from captures where kind = 'response' and mime like '%html%' limit 1"
    [(warc, offset, length)] = rows(copy / "catalog.db", found)
    [(before,)] = rows(copy / "catalog.db", "select count(*) from captures")
    flip(copy / "archive" / warc, offset + length // 2)
    shutil.copy(copy / "archive" / warc, copy / "archive" / "second.warc.gz")  # with one file no children are needed
    ran = pressmark("rebuild", "--workers", workers, "-c", copy, cwd=copy.parent)

    assert ran.code == 4
    assert f"passed over: {warc}, byte {offset}: " in ran.err
    assert "2 damaged records were passed over" in ran.err
    assert rows(copy / "catalog.db", "select count(*) from captures") == [(before - 1,)]


@pytest.mark.fault(95)
def test_a_rebuild_misses_no_file(copy: Path) -> None:
    """Where a listed file is missing, `rebuild` ends with 4, names it, and leaves the catalog, unless it is told."""
    [(warc,)] = rows(copy / "catalog.db", "select distinct warc from captures limit 1")
    (copy / "archive" / warc).rename(copy.parent / warc)
    before = (copy / "catalog.db").read_bytes()
    refused = pressmark("rebuild", "-c", copy, cwd=copy.parent)
    after = (copy / "catalog.db").read_bytes()
    pressmark("rebuild", "--allow-missing", "-c", copy, cwd=copy.parent).done()

    assert (refused.code, warc in refused.err, "--allow-missing" in refused.err) == (4, True, True)
    assert after == before
    assert rows(copy / "catalog.db", "select count(*) from captures where warc = ?", warc) == [(0,)]


def test_verify(crawled: Crawled) -> None:
    """`verify` finds nothing in what was just written, and has looked at every capture."""
    report = pressmark("verify", "--json", "-c", crawled.path, cwd=crawled.path.parent).done().json
    [(captures,)] = crawled.rows("select count(*) from captures")

    assert report["findings"] == []
    assert report["records"] > captures


def test_verify_finds_a_flipped_byte(copy: Path) -> None:
    """One wrong byte in a WARC file ends `verify` with 4; the finding names the file and the record's offset."""
    largest = "select warc, offset, length from captures where kind = 'response' order by length desc limit 1"
    [(warc, offset, length)] = rows(copy / "catalog.db", largest)
    flip(copy / "archive" / warc, offset + length // 2)
    ran = pressmark("verify", "-c", copy, "--json", cwd=copy.parent)
    found = {(finding["file"], finding["offset"]) for finding in ran.json["findings"]}
    told = pressmark("verify", "-c", copy, cwd=copy.parent)

    assert ran.code == 4
    assert (f"archive/{warc}", offset) in found
    assert (told.code, str(offset) in told.out.replace(",", ""), "Traceback" in told.err) == (4, True, False)


def test_repair(copy: Path) -> None:
    """After `verify --repair` everything holds again, the lost page is named, and noted for the next crawl."""
    found = "select warc, offset, length, url from captures where kind = 'response' and mime like '%html%' limit 1"
    [(warc, offset, length, url)] = rows(copy / "catalog.db", found)
    flip(copy / "archive" / warc, offset + length // 2)
    repaired = pressmark("verify", "--repair", "-c", copy, cwd=copy.parent).done()

    assert url in repaired.err
    assert (copy / "quarantine" / warc).exists()
    assert rows(copy / "catalog.db", "select count(*) from captures where url = ?", url) == [(0,)]
    assert [loss.url for loss in losses(copy)] == [url]
    pressmark("rebuild", "--check", "-c", copy, cwd=copy.parent).done()


def test_search_gives_pressmarks(crawled: Crawled) -> None:
    """A search finds an article by its headline; its pressmark is the place of the record that it was read from."""
    article = live(crawled.web)[0]
    ran = pressmark("search", f'"{article.headline}"', "--json", "-c", crawled.path, cwd=crawled.path.parent).done()
    [hit] = [hit for hit in ran.json["hits"] if hit["url"] in (article.url, *article.aliases)]
    mark = hit["pressmark"]
    with (crawled.path / "archive" / mark["warc"]).open("rb") as stream:
        stream.seek(mark["offset"])
        record = next(iter(ArchiveIterator(stream)))

    assert hit["headline"] == article.headline
    assert record.rec_headers["WARC-Record-ID"] == f"<{mark['record_id']}>"
    assert record.rec_headers["WARC-Payload-Digest"] == mark["payload_digest"]
    assert record.rec_headers["WARC-Target-URI"] == hit["url"]


def test_search_by_day(crawled: Crawled) -> None:
    """`--since` lets through what appeared on that day or later, the same in every format."""
    days = sorted(day[:10] for (day,) in crawled.rows("select date_published from articles where date_published <> ''"))
    middle = days[len(days) // 2]
    words = ["search", "--since", middle, "--limit", "1000", "-c", crawled.path, "--format"]
    lines = pressmark(*words, "jsonl", cwd=crawled.path.parent).done().rows
    table = list(csv.DictReader(io.StringIO(pressmark(*words, "csv", cwd=crawled.path.parent).done().out)))

    assert sorted(row["date_published"][:10] for row in lines) == [day for day in days if day >= middle]
    assert [row["url"] for row in table] == [row["url"] for row in lines]


def test_nothing_found(crawled: Crawled) -> None:
    """A search without result ends with 0, and says so."""
    ran = pressmark("search", "xyzzyplugh", "-c", crawled.path, cwd=crawled.path.parent).done()

    assert (ran.out, ran.err) == ("", "no article matches: xyzzyplugh\n")


def test_show_knows_every_address(crawled: Crawled) -> None:
    """`show` gives the same article for its own URL and for one that redirects to it."""
    article = live(crawled.web)[0]
    redirecting = next(url for url in article.aliases if "/r/" in url and url in crawled.fetched)
    own, other = (
        pressmark("show", url, "--json", "-c", crawled.path, cwd=crawled.path.parent).done().json
        for url in (article.url, redirecting)
    )

    assert own["article"]["headline"] == article.headline
    assert own["article"] == other["article"]
    assert {article.url, redirecting} <= {capture["url"] for capture in own["captures"]}


def test_status_counts(crawled: Crawled) -> None:
    """`status` counts what the catalog holds."""
    now = pressmark("status", "--json", "-c", crawled.path, cwd=crawled.path.parent).done().json
    [counts] = crawled.rows("select (select count(*) from articles), (select count(*) from captures)")

    assert (now["articles"], now["captures"]) == counts
    assert [job["exit"] for job in now["jobs"]] == [0]


@pytest.mark.parametrize("requests", [3, 50])
def test_killed_in_the_middle(crawled: Crawled, tmp_path: Path, requests: int) -> None:
    """After a kill -9 the same command goes on: in the end each page is captured once, as in an unbroken crawl."""
    path = tmp_path / "kept"
    home = crawled.web.home_urls[0]
    with serve(NewsWeb(crawled.web.seed, sites=3, articles=30, crawl_delay=0), latency=0.005) as server:
        words = crawl_words([home], path, server.connect_to)
        killed_at(requests, words, server, tmp_path)
        pressmark(*words, cwd=tmp_path).done()
        fetched = len(server.log)
    captured = Counter(url for (url,) in rows(path / "catalog.db", "select url from captures where kind <> 'failure'"))
    robots = captured.pop(f"{home}robots.txt")
    unbroken = {url for url in crawled.fetched if site_of(url) == site_of(home)}

    assert captured == Counter(unbroken - {f"{home}robots.txt"})
    assert robots in (1, 2)  # its rules are asked for by every job that fetches
    assert fetched <= len(unbroken) + 8
    assert list((path / "archive").glob("*.open")) == []
    assert pressmark("rebuild", "--check", "-c", path, cwd=tmp_path).code == 0


def site_of(url: str) -> str:
    """The host without www."""
    return urlsplit(url).netloc.removeprefix("www.")


def killed_at(requests: int, words: list[str], server: Server, cwd: Path) -> None:
    """Run a crawl, and kill it and its children when so many requests have come."""
    command = [sys.executable, "-m", "crawler.cli", *words]
    with (cwd / "log").open("w") as log:
        crawl = subprocess.Popen(command, cwd=cwd, env=environment(), stdout=log, stderr=log, start_new_session=True)
        while len(server.log) < requests and crawl.poll() is None:
            time.sleep(0.002)
        os.killpg(crawl.pid, signal.SIGKILL)
    assert crawl.wait() == -signal.SIGKILL
