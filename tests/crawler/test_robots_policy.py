"""robots.txt is asked for before anything else, obeyed, and captured; when it cannot be had nothing is fetched."""

from __future__ import annotations

import asyncio
import gzip
import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.test import get_crawler
from twisted.internet.defer import Deferred, succeed

from crawler.context import CAPTURE
from crawler.failures import AddressBlocked, ConnectFailed, NameNotResolved, RobotsForbidden, RobotsUnreachable
from crawler.robots_policy import MAX_REDIRECTS, RobotsPolicy
from crawler.wire import CONTEXT, Context
from tests.crawler.edge import Remembers, run
from tests.crawler.whole_crawl import crawl
from tests.misbehaving import Behaviour, Visit, endless, kept_open, page, silent

RULES = (
    b"User-agent: *\nDisallow: /private\nCrawl-delay: 2\n\nUser-agent: pressmark\nDisallow: /drafts\nCrawl-delay: 3\n"
)
STORY = page(b"a story")
GZIP = b"Content-Encoding: gzip"


def robots(content: bytes = RULES, *fields: bytes, status: bytes = b"200 OK") -> bytes:
    return page(content, *fields, status=status)


def redirect(to: str) -> bytes:
    return page(b"", b"Location: " + to.encode(), status=b"301 Moved Permanently")


def test_obeyed() -> None:
    """The rules for our own agent are obeyed; a refused URL is not asked for, and is recorded once as `robots`."""
    at = crawl({"/robots.txt": robots(), "*": STORY}, "/story", "/drafts/1", "/private/1")

    assert at.asked().count("/robots.txt") == 1
    assert sorted(at.asked()) == ["/private/1", "/robots.txt", "/story"]
    assert isinstance(at.answers["/drafts/1"], RobotsForbidden)
    assert isinstance(at.answers["/drafts/1"], IgnoreRequest)
    assert [exchange.outcome for exchange in at.recorded("/drafts/1")] == ["robots"]
    assert at.metas["/drafts/1"][CAPTURE].outcome == "robots"
    assert at.stats["robots/forbidden"] == 1


def test_captured() -> None:
    """robots.txt is an exchange like any other, with the page it was needed for and the hop P."""
    context = Context(via="http://x/", hops="L", site="pharma", discovered="link")
    at = crawl({"/robots.txt": robots(), "*": STORY}, "/story", meta={CONTEXT: context})
    (exchange,) = at.recorded("/robots.txt")

    assert (exchange.response, exchange.outcome) == (robots(), "ok")
    assert (exchange.hops, exchange.discovered, exchange.site) == ("LP", "robots", "pharma")
    assert (exchange.via or "").endswith("/story")


def test_crawl_delay_is_told() -> None:
    """Who waits between requests hears the delay and the sitemaps of an origin by a signal."""
    at = crawl({"/robots.txt": robots(RULES + b"Sitemap: http://x.example/map.xml\n"), "*": STORY}, "/story")
    assert at.server is not None

    assert at.signals == [
        {"origin": at.server.url(""), "crawl_delay": 3.0, "sitemaps": ("http://x.example/map.xml",)},
    ]


@pytest.mark.parametrize("status", [b"404 Not Found", b"401 Unauthorized", b"403 Forbidden", b"410 Gone"])
@pytest.mark.fault(77)
def test_client_errors_allow(status: bytes) -> None:
    """A robots.txt that is not there, or not for us, forbids nothing (RFC 9309, 2.3.1.3)."""
    at = crawl({"/robots.txt": robots(b"User-agent: *\nDisallow: /", status=status), "*": STORY}, "/story")

    assert isinstance(at.answers["/story"], Response)


async def closes(visit: Visit) -> None:
    """Hang up without a word."""


UNREACHABLE: dict[str, Behaviour] = {
    "503": robots(b"", status=b"503 Service Unavailable"),
    "500": robots(b"", status=b"500 Oops"),
    "429": robots(b"", status=b"429 Too Many Requests"),
    "closed": closes,
    "torn": b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nUser-agent: *\nAllow: /",
    "torn-chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nUser-",
    "silent": silent,
    "dripping": endless(b"HTTP/1.1 200 OK\r\n\r\n", b"#", pause=0.1),
    "not-http": b"User-agent: *\nAllow: /\n",
    "too-long": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
    "redirect-to-503": redirect("/busy"),
    "torn-gzip": robots(gzip.compress(b"# " + bytes(random.Random(7).choices(range(97, 123), k=3_000)))[:900], GZIP),
    "no-gzip": robots(RULES, GZIP),
    "no-br": robots(gzip.compress(RULES), b"Content-Encoding: br"),
    "unheard-of-coding": robots(RULES, b"Content-Encoding: foo"),
    "four-codings": robots(gzip.compress(RULES), b"Content-Encoding: gzip, gzip, gzip, gzip"),
}


@pytest.mark.parametrize("behaviour", UNREACHABLE.values(), ids=UNREACHABLE)
@pytest.mark.fault(76)
def test_unreachable_forbids(behaviour: Behaviour) -> None:
    """While robots.txt cannot be had, nothing is fetched; it says when it is asked for again (RFC 9309, 2.3.1.4)."""
    behaviours = {"/robots.txt": behaviour, "/busy": UNREACHABLE["503"], "*": STORY}
    at = crawl(behaviours, "/story", "/other", DOWNLOAD_TIMEOUT=0.6, COMPRESSION_ENABLED=False)
    refusal = at.answers["/story"]

    assert isinstance(refusal, RobotsUnreachable)
    assert 0 < refusal.retry_after <= 600
    assert [path for path in at.asked() if path not in {"/robots.txt", "/busy"}] == []
    assert at.asked().count("/robots.txt") == 1
    assert [exchange.outcome for exchange in at.recorded("/story")] == ["robots"]
    assert "cannot be had" in at.recorded("/story")[0].error


@pytest.mark.parametrize(
    ("url", "kind", "outcome"),
    [
        ("http://name.invalid/story", NameNotResolved, "dns"),
        ("http://10.0.0.1/story", AddressBlocked, "blocked"),
        ("http://127.0.0.1:1/story", ConnectFailed, "connect"),
    ],
)
def test_no_connection(url: str, kind: type, outcome: str) -> None:
    """Where no connection can be made, a page fails for that reason, as its robots.txt did."""
    at = crawl({}, url)

    assert isinstance(at.answers["/story"], kind)
    assert [exchange.outcome for exchange in at.recorder.exchanges] == [outcome, outcome]


@pytest.mark.parametrize(
    ("field", "seconds"),
    [(b"Retry-After: 120", 120), (b"Retry-After: 1", 60), (b"Retry-After: 999999", 3600), (b"Retry-After: -5", 600)],
)
@pytest.mark.fault(43)
def test_retry_after(field: bytes, seconds: float) -> None:
    """The server says when to come again, between a minute and an hour."""
    at = crawl({"/robots.txt": robots(b"", field, status=b"503 Busy"), "*": STORY}, "/story")
    refusal = at.answers["/story"]

    assert isinstance(refusal, RobotsUnreachable)
    assert seconds - 5 < refusal.retry_after <= seconds


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        (b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /drafts", []),
        ("User-agent: *\nDisallow: /drafts".encode("utf-16"), []),
        (b"\0User-agent: *\nDisallow: /drafts", []),
        (b"User-agent: *\rDisallow: /drafts\r", []),
        (b"User-agent: *\nDisallow: /drafts\n" + b"#" * 700_000, []),
        (gzip.compress(b"User-agent: *\nDisallow: /drafts"), [GZIP]),
        (gzip.compress(b"User-agent: *\nDisallow: /drafts\n" + b"#" * 700_000), [GZIP]),
    ],
    ids=["bom", "utf-16", "nul", "cr-only", "700-kb", "gzip", "700-kb-gzip"],
)
@pytest.mark.fault(79)
def test_odd_files(content: bytes, fields: list[bytes]) -> None:
    """Rules are found in files of odd encodings and sizes."""
    at = crawl({"/robots.txt": robots(content, *fields), "*": STORY}, "/drafts/1", "/story")

    assert isinstance(at.answers["/drafts/1"], RobotsForbidden)
    assert isinstance(at.answers["/story"], Response)


@pytest.mark.parametrize(("hops", "kind"), [(MAX_REDIRECTS, RobotsForbidden), (MAX_REDIRECTS + 1, Response)])
@pytest.mark.fault(78)
def test_redirects(hops: int, kind: type) -> None:
    """Five redirects are followed, and captured; more count as if there were no robots.txt (RFC 9309, 2.3.1.2)."""
    chain: dict[str, Behaviour] = {f"/r{n}": redirect(f"/r{n + 1}") for n in range(1, hops)}
    chain |= {"/robots.txt": redirect("/r1"), f"/r{hops}": robots(b"User-agent: *\nDisallow: /"), "*": STORY}
    at = crawl(chain, "/story")

    assert isinstance(at.answers["/story"], kind)
    assert [e.hops for e in at.recorder.exchanges if "/r" in e.url] == ["P" + "R" * n for n in range(MAX_REDIRECTS + 1)]


@pytest.mark.parametrize(
    "target",
    [
        *("file:///etc/passwd", "javascript:alert(1)", "", "http://[broken", "http://127.0.0.1:99999/robots.txt"),
        *(f"http://{'a.' * 5_000}com/robots.txt", "/" + "a" * 9_000),
    ],
    ids=lambda target: target[:40],
)
@pytest.mark.fault(78)
def test_redirects_elsewhere(target: str) -> None:
    """A redirect to what is not on the web is not followed."""
    at = crawl({"/robots.txt": redirect(target), "*": STORY}, "/story")

    assert isinstance(at.answers["/story"], Response)
    assert sorted(at.asked()) == ["/robots.txt", "/story"]


def test_what_breaks_while_it_is_fetched_forbids() -> None:
    """Whatever goes wrong with robots.txt, nothing is fetched for now, and it is not asked for again with each page."""
    fetched: list[str] = []

    def fetch(request: Request) -> Deferred[Response]:
        fetched.append(request.url)
        raise ValueError("Port could not be cast to integer value")

    async def ask() -> list[object]:
        policy = policy_with(fetch)
        pages = [Request(f"http://a.example/{n}") for n in range(3)]
        return await asyncio.gather(*map(policy.process_request, pages), return_exceptions=True)

    answers = asyncio.run(ask())

    assert [type(answer) for answer in answers] == [RobotsUnreachable] * 3
    assert "ValueError: Port could not be cast" in str(answers[0])
    assert fetched == ["http://a.example/robots.txt"]


def policy_with(fetch: Callable[[Request], Deferred[Response]], **more: Any) -> RobotsPolicy:
    """A policy with a downloader and no crawl around it."""
    crawler: Any = get_crawler(settings_dict={"ROBOTSTXT_OBEY": True})
    crawler.engine = SimpleNamespace(downloader=SimpleNamespace(fetch=fetch))
    crawler.pressmark_job = Remembers()
    return RobotsPolicy(crawler, **more)


@pytest.mark.parametrize("order", [("/robots.txt", "/story"), ("/story", "/robots.txt")])
def test_robots_txt_itself_is_fetched_once(order: tuple[str, str]) -> None:
    """Who asks for robots.txt gets the answer that was fetched for the rules, with its capture."""
    at = crawl({"/robots.txt": kept_open(robots()), "*": STORY}, *order, CONCURRENT_REQUESTS=1)
    answer = at.answers["/robots.txt"]

    assert isinstance(answer, Response)
    assert (answer.status, answer.body) == (200, RULES)
    assert at.asked().count("/robots.txt") == 1
    assert at.metas["/robots.txt"][CAPTURE].url.endswith("/robots.txt")


def test_robots_txt_asked_for_again() -> None:
    """Who asks for robots.txt a second time has it fetched anew."""
    at = crawl({"/robots.txt": robots(), "*": STORY}, "/robots.txt", "/robots.txt", CONCURRENT_REQUESTS=1)

    assert at.asked() == ["/robots.txt", "/robots.txt"]


def test_robots_txt_that_fails() -> None:
    """Who asks for a robots.txt that fails gets that failure and its capture."""
    at = crawl({"/robots.txt": closes, "*": STORY}, "/robots.txt")

    assert isinstance(at.answers["/robots.txt"], ConnectFailed)
    assert at.metas["/robots.txt"][CAPTURE].outcome == "connect"
    assert len(at.recorder.exchanges) == 1


def test_many_wait_for_one() -> None:
    """Requests that come while robots.txt is on its way wait for that one fetch."""

    async def slowly(visit: Visit) -> None:
        await asyncio.sleep(0.3)
        await visit.send(robots())

    at = crawl({"/robots.txt": slowly, "*": STORY}, *(f"/{n}" for n in range(10)))

    assert at.asked().count("/robots.txt") == 1
    assert len(at.asked()) == 11


@pytest.mark.fault(82)
def test_lifetime() -> None:
    """Rules are asked for anew after 24 hours."""
    ticks = [0.0]
    fetched: list[str] = []

    def fetch(request: Request) -> Deferred[Response]:
        fetched.append(request.url)
        return succeed(Response(request.url, body=b"", request=request))

    async def ask() -> None:
        policy = policy_with(fetch, monotonic=lambda: ticks[0])
        for ticks[0] in (0.0, 86_399.0, 86_401.0):
            await policy.process_request(Request("http://a.example/story"))

    run(ask())

    assert fetched == ["http://a.example/robots.txt"] * 2


def test_origins_are_apart() -> None:
    """Scheme, host and port have each their own robots.txt."""
    fetched: list[str] = []

    def fetch(request: Request) -> Deferred[Response]:
        fetched.append(request.url)
        return succeed(Response(request.url, status=404, request=request))

    async def ask() -> None:
        policy = policy_with(fetch)
        for url in ("http://a.example/1", "http://A.example/2", "https://a.example/", "http://a.example:81/"):
            await policy.process_request(Request(url))

    run(ask())

    assert fetched == [
        f"{origin}/robots.txt" for origin in ("http://a.example", "https://a.example", "http://a.example:81")
    ]
