"""What it costs to come back: a simulated web is crawled again when nothing has changed, then when little has.

Run by `make bench-second-run`. The second run begins right after the first one, the third so many hours later by its
own clock, the fourth a day after that, when the web has published and changed a few articles. Requests are counted by
the server, bytes are those of the WARC files.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from archive.model import utc_now
from crawler.newsweb import LogEntry, NewsWeb, Server, serve
from tests.end_to_end import crawl_words, environment, rows

_HOURS = 24.5


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one run cost."""

    requests: int
    """Requests that the server saw."""

    size: int
    """Bytes of WARC files that it added."""

    unchanged: int
    """Requests that were answered with 304."""

    def line(self, name: str, first: Cost) -> str:
        share = f"{self.requests / first.requests:8.2%}{self.size / first.size:8.2%}"
        return f"{name:38}{self.requests:9,}{self.unchanged:7,}{self.size / 1e6:9.2f} MB{share}"


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--at"]:
        _crawl_at(float(sys.argv[2]), sys.argv[3:])
        return
    options = _options()
    now = utc_now().replace(minute=0, second=0, microsecond=0) - timedelta(
        hours=48
    )  # so that no change is in the future
    web = NewsWeb(options.seed, sites=options.sites, articles=options.articles, now=now, crawl_delay=0)
    with tempfile.TemporaryDirectory(prefix="pressmark-bench-") as folder, serve(web) as server:
        kept = Path(folder) / "kept"
        print(
            f"{options.articles:,} articles on {options.sites} sites; run{'':30}requests    304     bytes  of the first"
        )
        first = _run(web, server, kept, 0)
        print(first.line("the first", first), flush=True)
        print(_run(web, server, kept, 0).line("right after it, nothing changed", first), flush=True)
        print(
            _run(web, server, kept, options.hours).line(f"{options.hours:g} h later, nothing changed", first),
            flush=True,
        )
        changes = server.advance(hours=24, new=options.new, edited=options.new)
        last = _run(web, server, kept, 2 * options.hours)
        print(last.line(f"a day later, {options.new} new and {options.new} edited", first), flush=True)
        found = {url for (url,) in rows(kept / "catalog.db", "select url from articles")}
        print(f"new articles found: {len(found & set(changes.published))} of {len(changes.published)}")
        print(f"edited ones with a second revision: {_revised(kept, changes.edited)} of {len(changes.edited)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=3000, help="articles (default 3000)")
    parser.add_argument("--sites", type=int, default=4, help="sites (default 4)")
    parser.add_argument("--seed", type=int, default=880_001, help="seed of the web")
    parser.add_argument("--hours", type=float, default=_HOURS, help=f"when the third run begins (default {_HOURS})")
    parser.add_argument("--new", type=int, default=12, help="articles that appear, and that change (default 12)")
    return parser.parse_args()


def _run(web: NewsWeb, server: Server, kept: Path, hours: float) -> Cost:
    server.clear_log()
    before = _size(kept)
    words = crawl_words(web.home_urls, kept, server.connect_to, "--json")
    command = [sys.executable, "-m", "tests.benchmarks.second_run", "--at", str(hours), *words]
    ran = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    if ran.returncode:
        sys.exit(f"the crawl ended with {ran.returncode}: {ran.stderr[-2000:]}")
    if hours:
        _tell_kinds(server.log)
    statuses = Counter(entry.status for entry in server.log)
    return Cost(requests=len(server.log), size=_size(kept) - before, unchanged=statuses[304])


def _tell_kinds(log: tuple[LogEntry, ...]) -> None:
    """On stderr, by the first part of the path, where the requests went."""
    parts = Counter(f"/{entry.path.partition('?')[0].split('/')[1][:24]}" for entry in log)
    print(", ".join(f"{part} {count}" for part, count in parts.most_common(14)), file=sys.stderr)


def _crawl_at(hours: float, words: list[str]) -> None:
    """Run the command line with the job's clock set forward."""
    from crawler import opening
    from crawler.cli.app import main as pressmark
    from crawler.clock import SteadyClock

    vars(opening)["SteadyClock"] = lambda: SteadyClock(now=lambda: utc_now() + timedelta(hours=hours))
    sys.argv = ["pressmark", *words]
    pressmark()


def _size(kept: Path) -> int:
    return sum(path.stat().st_size for path in (kept / "archive").glob("*")) if kept.exists() else 0


def _revised(kept: Path, urls: tuple[str, ...]) -> int:
    marks = ", ".join("?" * len(urls))
    query = f"select count(*) from articles where revision_count > 1 and url in ({marks})"
    return int(rows(kept / "catalog.db", query, *urls)[0][0])


if __name__ == "__main__":
    main()
