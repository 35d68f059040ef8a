"""On a simulated site with every trap, all that it publishes is found, in whichever way, at a bounded price."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from archive.model import Capture
from archive.warc_read import CapturedRecord
from crawler.newsweb.reply import Reply
from crawler.newsweb.web import NewsWeb
from pipelines.read import Reader
from pipelines.robots import Robots
from pipelines.site import Sites
from pipelines.urls import canonical
from spiders.barren import Barren
from spiders.candidates import Candidate, Scope, candidates, seeds

WEB = NewsWeb(2018, sites=1, articles=30, traps=True)
HOME = WEB.home_urls[0]
ARTICLES = [{canonical(url) for url in (a.url, *a.aliases)} for a in WEB.articles if not a.withdrawn]
PUBLISHED = {canonical(page.url) for page in WEB.pages() if page.kind != "trap"}.union(*ARTICLES)


@dataclass
class Crawl:
    """A crawl without network, disk and waiting: the best candidate first."""

    without: tuple[str, ...] = ()
    most: int = 3_000
    fetched: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    queue: list[tuple[int, int, Candidate]] = field(default_factory=list)
    reader: Reader = field(default_factory=lambda: Reader(Sites()))
    barren: Barren = field(default_factory=Barren)

    def run(self) -> list[str]:
        self.put(seeds(HOME))
        robots = Robots(self.reply(HOME + "robots.txt").body)
        while self.queue and len(self.fetched) < self.most:
            candidate = heapq.heappop(self.queue)[2]
            barred = self.barren.bars(
                candidate.url, discovered=candidate.discovered, priority=candidate.priority, via=candidate.via
            )
            if not barred and robots.allowed(candidate.url, "pressmark"):
                self.fetch(candidate)
        return self.fetched

    def put(self, found: list[Candidate]) -> None:
        for candidate in found:
            if candidate.url not in self.known:
                self.known.add(candidate.url)
                heapq.heappush(self.queue, (-candidate.priority, len(self.known), candidate))

    def reply(self, url: str) -> Reply:
        parts = urlsplit(url)
        reply = WEB.reply(parts.netloc, parts.path + (f"?{parts.query}" if parts.query else ""))
        return Reply(status=404) if any(word in reply.mime for word in self.without) else reply

    def fetch(self, candidate: Candidate) -> None:
        reply = self.reply(candidate.url)
        self.fetched.append(candidate.url)
        head = "".join(f"{name}: {value}\r\n" for name, value in reply.headers)
        block = f"HTTP/1.1 {reply.status} x\r\nContent-Type: {reply.mime}\r\n{head}\r\n".encode("latin-1") + reply.body
        capture = Capture(
            record_id="r",
            url=candidate.url,
            urlkey="k",
            captured_at=WEB.now,
            kind="response",
            status=reply.status,
            via=candidate.via,
            hops=candidate.hops,
            discovered=candidate.discovered,
        )
        reading = self.reader.read(CapturedRecord(capture=capture, block=block))
        self.barren.saw(capture, reading)
        self.put(list(candidates(capture, reading, Scope.of_target(HOME))))


@pytest.fixture(scope="module")
def fetched() -> list[str]:
    return Crawl().run()


def test_every_article_is_found(fetched):
    """Feeds, sitemaps and links together lead to every article."""
    assert [urls for urls in ARTICLES if not urls & set(fetched)] == []


def test_links_alone_lead_to_every_article():
    """Without feeds and sitemaps the links lead to every article."""
    found = set(Crawl(without=("xml", "json")).run())
    assert [urls for urls in ARTICLES if not urls & found] == []


@pytest.mark.fault(57, 58, 59, 61, 62)
def test_traps_end(fetched):
    """All traps together waste at most 500 requests, the guesses at common places included."""
    assert len([url for url in fetched if url not in PUBLISHED]) <= 500


def test_nobody_else_is_asked(fetched):
    """No request goes to an advertiser or an agency."""
    assert {urlsplit(url).hostname for url in fetched} == {urlsplit(HOME).hostname}


def test_articles_come_first(fetched):
    """Nine of ten articles are fetched before the first trap is fallen into twice."""
    place = {url: n for n, url in enumerate(fetched)}
    traps = [place[url] for url in fetched if url not in PUBLISHED and "/wiki/" in url]
    first_seen = sorted(min(place[url] for url in urls if url in place) for urls in ARTICLES)
    assert first_seen[len(first_seen) * 9 // 10] < traps[1]
