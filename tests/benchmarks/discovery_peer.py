"""What trafilatura finds on a site: `python -m tests.benchmarks.discovery_peer feeds|sitemaps|crawl PORT HOME...`.

Every host name leads to that port on loopback. Its pauses are left out, since they change nothing of what it finds.
Prints the URLs as a JSON list.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from trafilatura.feeds import find_feed_urls
from trafilatura.settings import DEFAULT_CONFIG
from trafilatura.sitemaps import sitemap_search
from trafilatura.spider import focused_crawler
from urllib3.util import connection

PAGES = 600
"""Pages that its crawler may visit on a site: more than ours visits there."""


def main() -> None:
    way, port, *homes = sys.argv[1:]
    connect = connection.create_connection

    def to_loopback(address: Any, *args: Any, **more: Any) -> Any:
        return connect(("127.0.0.1", int(port)), *args, **more)

    connection.create_connection = to_loopback
    time.sleep = lambda _: None
    DEFAULT_CONFIG["DEFAULT"]["SSRF_PROTECTION"] = "off"  # loopback is meant
    _without_pauses()
    found = [url for home in homes for url in _ways(way, home)]
    print(json.dumps(found))


def _without_pauses() -> None:
    for name in ("feeds", "sitemaps", "spider", "downloads"):
        module = sys.modules[f"trafilatura.{name}"]
        if hasattr(module, "sleep"):
            module.sleep = lambda _: None  # type: ignore[attr-defined]


def _ways(way: str, home: str) -> list[str]:
    if way == "feeds":
        return list(find_feed_urls(home, sleep_time=0))
    if way == "sitemaps":
        return list(sitemap_search(home, sleep_time=0))
    todo, known = focused_crawler(home, max_seen_urls=PAGES)
    return sorted({*todo, *known})


if __name__ == "__main__":
    main()
