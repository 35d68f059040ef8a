"""`pressmark demo`: the main job, end to end, on sample sites that this program serves to itself on loopback."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from archive.errors import UsageError
from archive.files import disk_errors
from crawler.cli.output import say

MARK = "DEMO"
"""A file that marks a collection as a demo's, which the next demo may replace."""


def run_demo(path: Path, *, collection: str, seed: int | None = None) -> int:
    """Crawl, search, show, rebuild --check and verify; each step is the command that an operator would type.

    Gives the exit code of the first step that failed, else 0. Raises UsageError where a collection that is no
    demo's would be replaced.
    """
    from crawler.newsweb import NewsWeb, demo_web, serve

    _make_room(path)
    web = demo_web() if seed is None else NewsWeb(seed, sites=4, articles=48, crawl_delay=0)
    say(f"{len(web.hosts)} host names with {len(web.articles)} articles, from a seed number, served on 127.0.0.1\n")
    with serve(web) as server:
        crawled = _step(
            ["crawl", *web.home_urls, "-c", collection, "--delay", "0", "--allow-network", "127.0.0.0/8"],
            hidden=[word for place in server.connect_to for word in ("--connect-to", place)],
        )
    if crawled:
        return crawled
    word = _a_word(web.articles[0].headline)
    steps = (["search", word, "--limit", "1"], ["show", web.articles[0].url], ["rebuild", "--check"], ["verify"])
    for step in steps:
        if code := _step([*step, "-c", collection]):
            return code
    say(_WHAT_NEXT.format(collection=collection, path=path, word=word, pressmark=_as_typed()))
    return 0


_WHAT_NEXT = """
It is all in {path}: every exchange in archive/*.warc.gz, the catalog in catalog.db. What to type next:

  {pressmark} search '{word}' -c {collection}                        with --since, --site, --format csv, ...
  {pressmark} status -c {collection}
  sqlite3 {path}/catalog.db 'select site, headline from articles'
  {pressmark} crawl https://www.example.com/ --contact https://your.site/crawler --max-pages 50
"""


def _make_room(path: Path) -> None:
    """An empty folder that is marked as the demo's own."""
    if path.exists() and not (path / MARK).exists():
        raise UsageError(f"{path} is there and is no demo's; name another place with `-c`")
    shutil.rmtree(path, ignore_errors=True)
    with disk_errors(path):
        path.mkdir(parents=True)
    (path / MARK).write_text("Made by `pressmark demo`; the next one replaces it.\n", encoding="utf-8")


def _step(command: list[str], hidden: list[str] | None = None) -> int:
    """Run one command of ours, shown as it would be typed; of what is *hidden*, that there is more."""
    say(f"$ pressmark {' '.join(command)}{f' {hidden[0]} …' if hidden else ''}")
    code = subprocess.run([sys.executable, "-m", "crawler.cli", *command, *(hidden or [])], check=False).returncode
    say("")
    return code


def _as_typed() -> str:
    """How the program is typed here: by its name where the shell finds it, else by its place in the environment."""
    if shutil.which("pressmark"):
        return "pressmark"
    script = Path(sys.executable).with_name("pressmark")
    return str(script.relative_to(Path.cwd()) if script.is_relative_to(Path.cwd()) else script)


def _a_word(headline: str) -> str:
    """A telling word of a headline."""
    return max((word.strip(".,:;!?'\"()").casefold() for word in headline.split()), key=len)
