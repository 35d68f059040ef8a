"""Rules of the simulated news web: it follows from its seed, and what it says about itself is true."""

from __future__ import annotations

import gzip
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from crawler.newsweb import MISBEHAVIOURS, NewsWeb, demo_web
from crawler.newsweb.designs import DESIGNS
from tests.crawler.newsweb import looking

SEEDS = (1, 7, 2026)


@pytest.fixture(scope="module", params=SEEDS)
def web(request: pytest.FixtureRequest) -> NewsWeb:
    """Webs of several seeds with all kinds of sites."""
    return NewsWeb(request.param, sites=8, articles=96)


@pytest.fixture(scope="module")
def reached(web: NewsWeb) -> dict[str, int]:
    """What links lead to."""
    return looking.crawl(web)


def fingerprint(web: NewsWeb) -> str:
    """A hash of every page, feed and sitemap of the web."""
    urls = [*web.article_urls(), *(page.url for page in web.pages())]
    return sha256(b"\0".join(looking.fetch(web, url).body for url in urls)).hexdigest()


def test_a_seed_gives_one_web() -> None:
    """Two webs of one seed are equal byte for byte; another seed gives other pages."""
    assert (fingerprint(NewsWeb(5)) == fingerprint(NewsWeb(5)), fingerprint(NewsWeb(5)) == fingerprint(NewsWeb(6))) == (
        True,
        False,
    )


def test_a_seed_gives_one_web_in_every_process() -> None:
    """Nothing depends on the hash seed of the interpreter."""
    code = "from crawler.newsweb import NewsWeb; w = NewsWeb(5); print(w.article_urls(), w.articles[3].body)"
    prints = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, env={"PYTHONHASHSEED": seed}, cwd=Path.cwd()
        ).stdout
        for seed in ("1", "2")
    ]

    assert prints[0] == prints[1]


def test_the_truth_stands_on_the_pages(web: NewsWeb) -> None:
    """Headline, standfirst, every block, caption and author of a planned article is visible text of its page."""
    missing = []
    for article in web.articles:
        lines = looking.visible_lines(looking.fetch(web, article.url))
        text = "\n".join(lines)
        cells = [cell for block in article.blocks for row in block.rows for cell in row if cell]
        whole = [article.headline, article.standfirst, *(block.text for block in article.blocks if block.text), *cells]
        missing += [(article.url, line) for line in whole if line not in lines]
        missing += [(article.url, author) for author in article.authors if author not in text]

    assert missing == []


def test_body_is_made_of_the_blocks(web: NewsWeb) -> None:
    """The body has a blank line between blocks, list items marked, and no caption."""
    article = next(article for article in web.articles if any(block.kind == "ul" for block in article.blocks))
    items = next(block.rows for block in article.blocks if block.kind == "ul")
    pieces = article.body.split("\n\n")

    assert ([f"- {row[0]}" for row in items if f"- {row[0]}" not in pieces], set(article.captions) & set(pieces)) == (
        [],
        set(),
    )


def test_every_article_is_reached_by_links(web: NewsWeb, reached: dict[str, int]) -> None:
    """Section pages and their pagination lead to every article."""
    assert [url for url in web.article_urls() if reached.get(url) != 200] == []


def test_links_lead_somewhere(web: NewsWeb, reached: dict[str, int]) -> None:
    """No link is broken but the planted one of each site."""
    planted = {page.url for page in web.pages() if page.kind == "not-found"}

    assert {url for url, status in reached.items() if status >= 400} == planted


def test_nothing_is_unplanned(web: NewsWeb, reached: dict[str, int]) -> None:
    """Every address that links lead to is an article, an alias of one, a planned page or a picture."""
    planned = {article.url for article in web.articles} | {page.url for page in web.pages()}
    planned |= {alias for article in web.articles for alias in article.aliases}

    assert [url for url in reached if url not in planned and "/img/" not in url] == []


def test_planned_pages_answer_as_planned(web: NewsWeb) -> None:
    """Each planned page has the status that the plan says, and its misbehaviour is in the table."""
    pages = web.pages()

    assert [page for page in pages if looking.fetch(web, page.url).status != page.status] == []
    assert {page.misbehaviour for page in pages} - {""} <= set(MISBEHAVIOURS)


def test_every_misbehaviour_is_shown_somewhere() -> None:
    """Each row of the table is shown by an article or a page of a web with traps that has advanced."""
    web = NewsWeb(8, sites=12, articles=240, traps=True)
    web.advance(edited=5, withdrawn=5)
    shown = {name for article in web.articles for name in article.misbehaviours}
    shown |= {page.misbehaviour for page in web.pages()}

    assert set(MISBEHAVIOURS) - shown == set()


def test_aliases_lead_to_their_article(web: NewsWeb) -> None:
    """Every alias ends, after redirects, at a page that shows the headline."""
    lost = []
    for article in web.articles:
        for alias in article.aliases:
            reply, _ = looking.follow(web, alias)
            if reply.status != 200 or article.headline not in looking.visible_lines(reply):
                lost.append(alias)

    assert lost == []


def test_short_links_take_two_hops(web: NewsWeb) -> None:
    """/go/ID answers 302, /r/ID 301, then comes the article."""
    article = next(article for article in web.articles if article.design != "seed")
    short = next(alias for alias in article.aliases if "/go/" in alias)
    _, hops = looking.follow(web, short)

    assert (len(hops), hops[-1]) == (3, article.url)


def test_feeds_and_sitemaps_are_well_formed(web: NewsWeb) -> None:
    """Every feed and sitemap is XML without a fault, the gzip ones after decompression."""
    for page in web.pages():
        if page.kind in ("feed", "sitemap"):
            body = looking.fetch(web, page.url).body
            ET.fromstring(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)


def test_sitemaps_list_every_article(web: NewsWeb) -> None:
    """The monthly sitemaps of a site together list its articles and nothing else."""
    listed = []
    for page in web.pages():
        if "/sitemaps/articles-" in page.url:
            body = looking.fetch(web, page.url).body
            tree = ET.fromstring(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
            listed += [element.text for element in tree.iter() if element.tag.endswith("}loc")]

    assert sorted(listed) == sorted(web.article_urls())


def test_feeds_carry_tracking_parameters_and_an_advertisement(web: NewsWeb) -> None:
    """The RSS feed links to campaign variants of articles, and once to the ad host."""
    plan = web.sites[0]
    tree = ET.fromstring(web.reply(plan.host, plan.rss).body)
    found = [link.text or "" for link in tree.iterfind("channel/item/link")]
    foreign = [link for link in found if not link.startswith(plan.origin)]

    assert [link.startswith(f"http://{web.advert_host}/") for link in foreign] == [True]
    assert all("utm_" in link or "mc_" in link for link in found if link.startswith(plan.origin))


def test_xhtml_pages_are_xml(web: NewsWeb) -> None:
    """Pages sent as application/xhtml+xml parse as XML once they are decoded."""
    urls = [article.url for article in web.articles if article.design == "xhtml"]
    for url in urls:
        ET.fromstring(looking.markup(looking.fetch(web, url)).partition("?>")[2])

    assert urls


def test_a_web_of_eight_sites_shows_everything(web: NewsWeb) -> None:
    """All designs, four languages and five charsets occur, and texts of 250 words and more."""
    articles = web.articles

    assert {article.design for article in articles} == {*DESIGNS, "seed"}
    assert {article.language for article in articles} == {"en", "de", "fr", "ja"}
    assert {article.charset for article in articles} == {"utf-8", "iso-8859-1", "windows-1252", "shift_jis"}
    lengths = [len(article.body.split()) for article in articles if article.language == "en" and not article.role]
    free = [length for length in lengths if length > 200]
    assert (len(free) / len(lengths) > 0.8, max(lengths) > 700) == (True, True)


def test_articles_are_not_alike(web: NewsWeb) -> None:
    """Two English texts that are no copies share less than a fifth of their word 5-grams."""
    bodies = [
        article.body for article in web.articles if article.language == "en" and not (article.family or article.series)
    ]
    sets = [shingles(body) for body in bodies]
    alike = [len(a & b) / len(a | b) for n, a in enumerate(sets) for b in sets[:n]]

    assert max(alike) < 0.2


def test_verbatim_copies_share_their_text(web: NewsWeb) -> None:
    """A verbatim copy has the text of its family's original but for a credit line."""
    families: dict[str, dict[str, str]] = {}
    for article in web.articles:
        families.setdefault(article.family, {}).setdefault(article.role, article.body)
    pairs = [
        (family["original"], family["verbatim"])
        for family in families.values()
        if {"original", "verbatim"} <= family.keys()
    ]

    assert all(len(shingles(a) & shingles(b)) / len(shingles(a) | shingles(b)) > 0.9 for a, b in pairs)


def test_families_are_as_many_as_asked_for() -> None:
    """Stories that several sites print can be asked for, or be absent."""
    webs = [NewsWeb(6, sites=4, articles=80, families=count) for count in (0, 5)]
    names = [{article.family for article in web.articles} - {""} for web in webs]

    assert (len(names[0]), 3 <= len(names[1]) <= 5) == (0, True)


def shingles(text: str) -> set[tuple[str, ...]]:
    """Word 5-grams."""
    words = text.split()
    return {tuple(words[n : n + 5]) for n in range(len(words) - 4)}


def test_articles_appear_before_now(web: NewsWeb) -> None:
    """Every article is dated before the present of the web."""
    assert max(slot.published for n in range(8) for slot in web.site(n).slots) < web.now


def test_advancing_publishes_edits_and_withdraws() -> None:
    """After an advance new articles are read, edited ones have another text, withdrawn ones answer 404 or 410."""
    web = NewsWeb(4)
    before = {article.url: article.body for article in web.articles}
    changes = web.advance(hours=6, new=3, edited=4, withdrawn=2)
    after = {article.url: article.body for article in web.articles}

    assert (len(changes.published), len(changes.edited), len(changes.withdrawn)) == (3, 4, 2)
    assert {url for url in before if before[url] != after[url]} == set(changes.edited)
    assert after.keys() - before.keys() == set(changes.published)
    assert {looking.fetch(web, url).status for url in changes.withdrawn} <= {404, 410}
    assert web.now - NewsWeb(4).now == timedelta(hours=6)


def test_advancing_follows_from_the_seed() -> None:
    """The same advances give the same web."""
    webs = [NewsWeb(4), NewsWeb(4)]
    for web in webs:
        web.advance(new=3, edited=4, withdrawn=2)
        web.advance(new=1, edited=1)

    assert fingerprint(webs[0]) == fingerprint(webs[1])


def test_new_articles_are_announced() -> None:
    """A new article stands in feed, sitemap and section page of its site."""
    web = NewsWeb(4)
    (url,) = web.advance(new=1).published
    plan = next(plan for plan in web.sites if url.startswith(plan.origin))
    path = url.removeprefix(plan.origin).split("?")[0].encode()
    atom, home = web.reply(plan.host, plan.atom), web.reply(plan.host, "/")

    assert (path in atom.body, path in home.body) == (True, True)


@pytest.mark.parametrize("entry", [page.url for page in NewsWeb(3, traps=True).pages() if page.kind == "trap"][:5])
def test_traps_have_no_end(entry: str) -> None:
    """From the entrance of each trap a crawler that only follows links goes on for as long as it likes."""
    web = NewsWeb(3, traps=True)
    seen: set[str] = set()
    waiting = [entry]
    while waiting and len(seen) < 120:
        url = waiting.pop()
        seen.add(url)
        waiting += [link for link in looking.links(looking.fetch(web, url), url) if link not in seen]

    assert len(seen) == 120


def test_there_are_no_traps_unless_asked_for(web: NewsWeb) -> None:
    """Without traps=True the calendar is not there."""
    assert web.reply(web.sites[0].host, "/calendar/?month=2026-11").status == 404


def test_a_large_web_begins_at_once() -> None:
    """Twenty sites with 3,000 articles are there within two seconds (fivefold slack), a thousand hosts too."""
    begun = time.process_time()
    web = NewsWeb(9, sites=20, articles=3000)
    web.reply(web.sites[7].host, "/")
    wide = NewsWeb(9, sites=1000, articles=5000)

    assert (time.process_time() - begun < 10, len(web.article_urls()), len(set(wide.hosts))) == (True, 3000, 2002)


def test_the_demo_web_is_small() -> None:
    """The demo has four sites, 48 articles, several languages and no Crawl-delay."""
    web = demo_web()
    robots = [web.reply(plan.host, "/robots.txt").body for plan in web.sites]

    assert (len(web.sites), len(web.articles), [text for text in robots if b"Crawl-delay" in text]) == (4, 48, [])


def test_unknown_hosts_are_refused() -> None:
    """A host of another web is answered with 421."""
    assert NewsWeb(1).reply("example.org", "/").status == 421
