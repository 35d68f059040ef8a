"""Whole crawls onto a disk that is too small, of one size after the other, until one is large enough.

    unshare -rm python -m tests.crawler.small_disk tmpfs ROOM      a file system of so many bytes
    python -m tests.crawler.small_disk limit ROOM                  no file may be longer (RLIMIT_FSIZE)

Each is a forked process; with room again, the next crawl must make everything good. Prints a line of JSON for each.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from archive.files import Files
from tests.crawler.fault_points import Faults, begin, forked, problems
from tests.crawler.recorded_job import crawl
from tests.crawler.tiny_web import TinyWeb

WEB = TinyWeb(articles=25)
FIRST = 16 << 10
FACTOR = 1.6
LARGEST = 64 << 20


def main() -> None:
    """Run them and print."""
    kind, room = sys.argv[1], Path(sys.argv[2])
    warm_up(room / "warm")
    size, status = FIRST, 3
    while status != 0 and size < LARGEST:
        folder = room / str(size)
        begin(folder, None)
        status = (_on_tmpfs if kind == "tmpfs" else _under_a_limit)(folder, size)
        print(json.dumps({"size": size, "status": status, "problems": problems(folder, status, 0, 3, web=WEB)}))
        size = int(size * FACTOR)


def warm_up(folder: Path) -> None:
    """Import all that a crawl needs, as long as there is room."""
    begin(folder, None)
    crawl(folder / "kept", WEB, Files())


def _on_tmpfs(folder: Path, size: int) -> int:
    """What is mounted is gone with this process and its view of the file system."""
    kept = folder / "kept"
    kept.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", kept], check=True)
    status = forked(crawl, folder, Faults(), folder / "told", WEB)
    subprocess.run(["mount", "-o", f"remount,size={LARGEST}", kept], check=True)
    return status


def _under_a_limit(folder: Path, size: int) -> int:
    def limited(*args: Any, **named: Any) -> int:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        run: Callable[..., int] = crawl
        return run(*args, **named)

    return forked(limited, folder, Faults(), folder / "told", WEB)


if __name__ == "__main__":
    main()
