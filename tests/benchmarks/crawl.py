"""What a page costs: our crawl beside a bare Scrapy spider that keeps nothing, then `extract` and `rebuild`.

Run by `make bench`. Both crawls fetch the same pages from the same server, in turn, several times; the figure is the
median of the ratios, run by run. CPU is user and system time of the whole process tree, by the operating system.
"""

from __future__ import annotations

import argparse
import gzip
import html
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from crawler.newsweb import NewsWeb
from tests.benchmarks import measure, page_server, real_pages

PRESSMARK = [sys.executable, "-m", "crawler.cli"]
BARE = [sys.executable, str(Path(__file__).with_name("bare_spider.py"))]


_HEAD = re.compile(rb"<head\b[^>]*>", re.IGNORECASE)


def main() -> None:
    """Measure and print."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="pressmark-bench-") as folder:
        room = Path(folder)
        pages = _lay_out(room / "pages", options.pages)
        with page_server.serving(room / "pages") as port:
            _bench_crawl(room, port, pages, options.runs)
        _bench_rebuild(room, pages)
        _bench_extract(room, pages)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=800, help="how many pages (default 800)")
    parser.add_argument("--runs", type=int, default=5, help="runs of each (default 5)")
    return parser.parse_args()


def _lay_out(folder: Path, count: int) -> list[str]:
    folder.mkdir()
    pages = real_pages.sample(count) if real_pages.available() else _sample_web_pages(count)
    for number, page in enumerate(pages):
        (folder / f"{number:05}.html.gz").write_bytes(_with_base(page))
    zipped = sum(len(page.gzipped) for page in pages) / len(pages)
    kind = "real news pages" if real_pages.available() else "pages of the sample web (../shared is not there)"
    print(f"{len(pages):,} {kind}, {zipped / 1000:.1f} KB each, gzip-coded")
    return [f"/p/{number:05}.html" for number in range(len(pages))]


def _with_base(page: real_pages.RealPage) -> bytes:
    """The page with its own address as base, so that its links lead away: both crawls fetch the listed pages alone."""
    base = f'<base href="{html.escape(page.url)}">'.encode()
    content = re.sub(
        rb"<head\b[^>]*>", lambda head: head[0] + base, gzip.decompress(page.gzipped), count=1, flags=re.IGNORECASE
    )
    return gzip.compress(content, 6, mtime=0)


def _sample_web_pages(count: int) -> list[real_pages.RealPage]:
    web = NewsWeb(seed=1, sites=4, articles=count)
    return [
        real_pages.RealPage(id=article.url, url=article.url, gzipped=gzip.compress(_page(web, article.url)))
        for article in web.articles[:count]
    ]


def _page(web: NewsWeb, url: str) -> bytes:
    parts = urlsplit(url)
    return web.reply(parts.netloc, f"{parts.path}?{parts.query}" if parts.query else parts.path).body


def _bench_crawl(room: Path, port: int, pages: list[str], runs: int) -> None:
    urls = room / "urls.txt"
    urls.write_text("\n".join(f"http://127.0.0.1:{port}{path}" for path in pages), encoding="utf-8")
    _run(lambda: measure.run([*BARE, str(urls)], log=room / "bare.log"), room / "bare.log")  # warm-up
    ours, bare = [], []
    for _ in range(runs):
        bare.append(_run(lambda: measure.run([*BARE, str(urls)], log=room / "bare.log"), room / "bare.log"))
        shutil.rmtree(room / "kept", ignore_errors=True)
        ours.append(_run(lambda: measure.run(_our_crawl(room, port), log=room / "ours.log"), room / "ours.log"))
    count = len(pages)
    print(f"{'':24}{'ms CPU/page':>12}{'pages/s':>10}{'PSS MB':>9}")
    for name, costs in (("bare Scrapy spider", bare), ("pressmark crawl", ours)):
        cpu, wall = (measure.median([getattr(c, f) for c in costs]) for f in ("cpu", "wall"))
        print(_row(name, cpu / count, count / wall, max(c.pss for c in costs)))
    ratios = sorted(a.cpu / b.cpu for a, b in zip(ours, bare, strict=True))
    print(
        f"CPU ratio, pressmark over bare: {measure.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f}, {runs} runs)"
    )


def _our_crawl(room: Path, port: int) -> list[str]:
    own_server = ["--delay", "0", "--concurrency", "8", "--allow-network", "127.0.0.0/8"]
    return [*PRESSMARK, "crawl", f"http://127.0.0.1:{port}/", "-c", str(room / "kept"), *own_server, "--json"]


def _bench_rebuild(room: Path, pages: list[str]) -> None:
    log = room / "rebuild.log"
    cost = _run(lambda: measure.run([*PRESSMARK, "rebuild", "-c", str(room / "kept")], log=log), log)
    print(_row("rebuild", cost.cpu / len(pages), len(pages) / cost.wall, cost.pss))


def _row(name: str, cpu: float, rate: float, memory: int) -> str:
    return f"{name:24}{1000 * cpu:12.2f}{rate:10.0f}{memory / 1e6:9.0f}"


def _bench_extract(room: Path, pages: list[str]) -> None:
    manifest = room / "manifest.jsonl"
    rows = [{"id": p, "url": f"http://news.example{p}", "html": f"pages/{p.removeprefix('/p/')}.gz"} for p in pages]
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    out = room / "articles.jsonl"
    command = [*PRESSMARK, "extract", "--batch", str(manifest), "-o", str(out)]
    cost = _run(lambda: measure.run(command, log=room / "extract.log"), room / "extract.log")
    ms = [json.loads(line).get("ms", 0.0) for line in out.read_text(encoding="utf-8").splitlines()]
    print(_row("extract", sum(ms) / len(ms) / 1000, len(ms) / cost.wall, cost.pss))


def _run(command: Callable[[], measure.Cost], log: Path) -> measure.Cost:
    cost = command()
    if cost.exit_code:
        sys.exit(f"a measured command ended with {cost.exit_code}:\n{log.read_text(errors='replace')[-2000:]}")
    return cost


if __name__ == "__main__":
    main()
