"""Whether a thousand hosts are crawled side by side, each at its own pace: pauses and fairness by the server's clock.

Run by `make bench-hosts`. A simulated web of so many sites is crawled for some time, with a pause between two requests
to a host; one host of a hundred answers slowly. Fairness is Jain's index over the requests that each host got: 1 when
all got the same.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from crawler.newsweb import LogEntry, NewsWeb, serve
from pipelines.urls import registered_domain
from tests.end_to_end import pressmark

_SLOW = 100
_SLOWNESS = 3.0
TIME_OVER = 15


def main() -> None:
    """Measure and print."""
    options = _options()
    web = NewsWeb(990_001, sites=options.hosts, articles=options.hosts * 12, crawl_delay=0)
    slow = {plan.host: _SLOWNESS for plan in web.sites[::_SLOW]}
    with tempfile.TemporaryDirectory(prefix="pressmark-bench-") as folder, serve(web, latency=slow) as server:
        words = ["--connect-to", f"::127.0.0.1:{server.port}", "--allow-network", "127.0.0.0/8"]
        words += ["--delay", str(options.delay), "--max-time", str(options.seconds), "--json"]
        ran = pressmark(
            "crawl", *web.home_urls, "-c", "./kept", *words, cwd=Path(folder), timeout=options.seconds + 600
        )
        if ran.code not in (0, TIME_OVER):
            sys.exit(ran.err[-2000:])
        log = server.log
    tell(
        log, {plan.domain for plan in web.sites}, {registered_domain(f"http://{host}/") for host in slow}, options.delay
    )


def tell(log: Iterable[LogEntry], hosts: set[str], slow: set[str], delay: float) -> None:
    """Print the figures of one run."""
    times: dict[str, list[float]] = defaultdict(list)
    for entry in log:
        times[registered_domain(f"http://{entry.host}/")].append(entry.at)
    gaps = [later - earlier for host in hosts for earlier, later in pairwise(times[host])]
    kept = sum(gap >= delay for gap in gaps) / max(1, len(gaps))
    seconds = max(map(max, times.values())) - min(map(min, times.values()))
    requests = sum(map(len, times.values()))
    print(f"{len(hosts):,} hosts, {requests:,} requests in {seconds:.0f} s ({requests / seconds:.0f}/s)")
    print(f"pauses of {delay:g} s kept in {kept:.2%} of {len(gaps):,}, the shortest {min(gaps):.3f} s")
    quick = [len(times[host]) for host in hosts - slow]
    print(f"Jain's index over {len(quick):,} hosts: {jain(quick):.4f} ({min(quick)}-{max(quick)} requests each)")
    mean = sum(len(times[host]) for host in slow) / max(1, len(slow))
    print(f"{len(slow)} hosts that answer in {_SLOWNESS:g} s got {mean:.1f} requests on average")


def jain(counts: list[int]) -> float:
    """Jain's fairness index (Jain, Chiu, Hawe 1984).

    >>> jain([5, 5, 5]), jain([9, 0, 0]) < 0.34
    (1.0, True)
    """
    return sum(counts) ** 2 / (len(counts) * sum(count * count for count in counts))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=1000, help="how many hosts (default 1000)")
    parser.add_argument("--seconds", type=float, default=480, help="how long (default 480)")
    parser.add_argument("--delay", type=float, default=1.0, help="pause between requests to a host (default 1 s)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
