"""A crawl whose event loop is watched: how much CPU time of its thread each callback takes.

    python -m tests.crawler.probed_crawl URL FOLDER

prints a JSON list of the dearest callbacks, each as seconds and what was called.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import sys
import time
from pathlib import Path
from typing import Any

from crawler.orders import CrawlOrder
from crawler.run import run_crawl

DEAREST = 12
"""Callbacks that are told."""

NOTEWORTHY = 0.002
"""Seconds from which on a callback is described."""

START = ("Crawler._crawl_and_track", "AsyncCrawlerRunner._crawl_and_track", "CrawlerRunner")
"""The task that opens the job, before any page is asked for."""


def watch(spent: list[tuple[float, int, str]]) -> None:
    """Measure every callback of every event loop of this process from now on."""
    run = asyncio.Handle._run

    def measured(handle: Any) -> None:
        begun = time.thread_time()
        run(handle)
        seconds = time.thread_time() - begun
        told = (seconds, time.monotonic_ns(), describe(handle) if seconds > NOTEWORTHY else "")
        if not told[2].startswith(START):
            (heapq.heappush if len(spent) < DEAREST else heapq.heappushpop)(spent, told)

    asyncio.Handle._run = measured  # type: ignore[method-assign]


def describe(handle: Any) -> str:
    """What a handle has called, as far as it can be told."""
    callback = handle._callback
    owner = getattr(callback, "__self__", None)
    task = owner.get_coro().__qualname__ if isinstance(owner, asyncio.Task) else type(owner).__qualname__
    return f"{task} {getattr(callback, '__qualname__', callback)}"


def main(url: str, folder: Path) -> None:
    spent: list[tuple[float, int, str]] = []
    watch(spent)
    order = CrawlOrder(
        targets=(url,),
        collection=folder,
        delay=0,
        concurrency=2,
        max_pages=20,
        allow_networks=("127.0.0.0/8",),
        settings={"PRESSMARK_READING_CHILDREN": 1, "PRESSMARK_RETRY_WAITS": []},
    )
    run_crawl(order)
    print(json.dumps([(seconds, what) for seconds, _, what in sorted(spent, reverse=True)]))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
