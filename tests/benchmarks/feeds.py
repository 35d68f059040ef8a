"""What it costs to read a feed, beside feedparser: `make bench-feeds`.

The feeds are those of feedparser's own tests, most of them one item long, and feeds of news as sites have them, made
up from a seed. Both readers take turns in one process; CPU time counts, the median of several rounds, and nothing that
we remember of dates and URLs outlives a round. Exits with 4 where we find other entries than feedparser, or take more
than a tenth of its time.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Sequence
from time import process_time

from crawler.newsweb import NewsWeb
from pipelines import feed_dates, urls
from pipelines.feeds import read_feed
from tests.pipelines.feed_corpus import EXCEPTIONS, PublicFeed, differences, public_feeds

GOAL = 0.1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each feed is read by each (default 5)")
    rounds = parser.parse_args().rounds
    feeds = list(public_feeds())
    found = {feed.name for feed in feeds if differences(feed, _feedparser(feed)) is not None}
    print(f"{len(feeds):,} public feeds: the entries of feedparser in {len(feeds) - len(found):,}")
    for name in sorted(found):
        print(f"  {name}: {EXCEPTIONS.get(name, 'for no known reason')}")
    print(f"{'CPU time, median of ' + str(rounds) + ' rounds':44}{'pressmark':>12}{'feedparser':>12}{'ratio':>8}")
    ratios = [_compare("the public feeds", feeds, rounds), _compare("feeds of 100 news", _news(), rounds)]
    if found != EXCEPTIONS.keys() or max(ratios) > GOAL:
        sys.exit(4)


def _news() -> list[PublicFeed]:
    """The RSS and Atom feeds of a simulated web."""
    web = NewsWeb(2018, sites=6, articles=600)
    found = []
    for site in web.sites:
        for path in filter(None, (site.rss, site.atom)):
            reply = web.reply(site.origin.partition("//")[2], path)
            if reply.status == 200 and reply.body:
                found.append(
                    PublicFeed(path, reply.body, {"content-type": reply.mime, "content-location": site.origin})
                )
    return found


def _compare(what: str, feeds: Sequence[PublicFeed], rounds: int) -> float:
    """The share of feedparser's time that we take: the median of the rounds' shares."""
    times = [(_seconds(_ours, feeds, forget=True), _seconds(_feedparser, feeds)) for _ in range(rounds)]
    ours, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(ours / theirs for ours, theirs in times)
    size = sum(len(feed.content) for feed in feeds) / 1024
    print(f"{f'{what} ({len(feeds):,}, {size:,.0f} KB)':44}{ours * 1000:9,.0f} ms{theirs * 1000:9,.0f} ms{ratio:8.3f}")
    return ratio


def _seconds(read: Callable[[PublicFeed], object], feeds: Sequence[PublicFeed], *, forget: bool = False) -> float:
    for remembered in (*vars(feed_dates).values(), *vars(urls).values()) if forget else ():
        if hasattr(remembered, "cache_clear"):
            remembered.cache_clear()
    begun = process_time()
    for feed in feeds:
        read(feed)
    return process_time() - begun


def _ours(feed: PublicFeed) -> object:
    return read_feed(feed.content, url=feed.headers["content-location"], content_type=feed.headers["content-type"])


def _feedparser(feed: PublicFeed) -> list[dict[str, object]]:
    import feedparser

    entries: list[dict[str, object]] = feedparser.parse(feed.content, response_headers=feed.headers).entries
    return entries


if __name__ == "__main__":
    main()
