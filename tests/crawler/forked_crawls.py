"""Whole crawls, each in a process of its own that can be killed; cheap, since all is imported once and then forked.

    with Crawls(tmp_path) as crawls:
        ended = crawls.run(targets=["http://127.0.0.1:8000/"], collection=str(tmp_path / "kept"))
        dead = crawls.run(..., kill="write:7:half")

A kill is `operation:n:where`: at the n-th such operation the process kills itself before, in the middle of (none, one
byte, half, all but one byte of a write), or after it. Operations are those of `archive.files.Files`, `warc` for writes
into a WARC alone, and `catalog` and `frontier` for the commits. With `full` for *where* the disk is full from then on,
with `error` it gives I/O errors.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

MIDDLES: dict[str, Callable[[int], int]] = {
    "none": lambda _: 0,
    "one": lambda _: 1,
    "half": lambda size: size // 2,
    "most": lambda size: size - 1,
}


LONGEST = 60
"""Seconds that a crawl may take."""

ERRORS = {"full": errno.ENOSPC, "error": errno.EIO}


@dataclass(frozen=True)
class Ended:
    """How a crawl ended."""

    status: int
    """Exit code, or minus the signal."""

    summary: dict[str, Any]
    """The job's summary; empty when it was killed or could not begin."""

    error: str
    """What it wrote to stderr."""

    fired: bool
    """Whether the kill that was asked for happened."""


class Running:
    """A crawl that has not ended yet."""

    def __init__(self, crawls: Crawls, pid: int) -> None:
        self._crawls = crawls
        self.pid = pid

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send it a signal; one that has ended meanwhile gets none."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill_all(self) -> None:
        """Kill it and its children at one blow, as a power switch does."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended yet."""
        return Path(f"/proc/{self.pid}").exists()

    def wait(self) -> Ended:
        """How it ended."""
        return self._crawls.ended()


class Crawls:
    """Starts crawls, one at a time."""

    def __init__(self, room: Path) -> None:
        self._room = room

    def __enter__(self) -> Self:
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.crawler.forked_crawls", str(self._room)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zygote.stdin.close()
        self._zygote.wait(10)
        self._zygote.stdout.close()

    def start(
        self,
        *,
        kill: str = "",
        ahead: float = 0,
        longest: int = LONGEST,
        site_files: Path | None = None,
        names: dict[str, str] | None = None,
        environment: dict[str, str] | None = None,
        settings: dict[str, Any] | None = None,
        **order: Any,
    ) -> Running:
        """Begin a crawl, the first process of a group.

        Its clock is so many hours *ahead*, it knows the sites of a folder beside those that come with pressmark, and
        finds *names* at these addresses, and has more in its *environment*.
        """
        quick = {"delay": 0, "concurrency": 8, "allow_networks": ["127.0.0.0/8"]}
        plain = {"PRESSMARK_READING_CHILDREN": 0, "PRESSMARK_RETRY_WAITS": [0.2, 0.4]}
        line = {
            "kill": kill,
            "ahead": ahead,
            "longest": longest,
            "site_files": str(site_files or ""),
            "names": names or {},
            "environment": environment or {},
            "order": quick | order,
            "settings": plain | (settings or {}),
        }
        self._zygote.stdin.write(json.dumps(line) + "\n")
        self._zygote.stdin.flush()
        return Running(self, int(self._zygote.stdout.readline()))

    def run(self, **asked: Any) -> Ended:
        """A crawl from beginning to end; what is asked is as for `start`."""
        return self.start(**asked).wait()

    def ended(self) -> Ended:
        return Ended(**json.loads(self._zygote.stdout.readline()))


def main(room: Path) -> None:
    """Fork a crawl for each line on stdin."""
    heavy = ("crawler.job", "crawler.opening", "crawler.run", "pipelines.article", "scrapy.core.engine", "sqlite_utils")
    for module in heavy:
        import_module(module)

    for line in sys.stdin:
        asked = json.loads(line)
        for name in ("summary", "fired"):
            (room / name).unlink(missing_ok=True)
        pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            signal.alarm(asked["longest"])  # a crawl that does not end is ended, and so is told from the next one
            _crawl(asked, room)
        with suppress(OSError):
            os.setpgid(pid, pid)  # here too, so that it is a group before anybody hears of it
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(json.dumps(_ended(status, room)), flush=True)


def _ended(status: int, room: Path) -> dict[str, Any]:
    summary = room / "summary"
    return {
        "status": -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status),
        "summary": json.loads(summary.read_text()) if summary.exists() else {},
        "error": (room / "stderr").read_text(),
        "fired": (room / "fired").exists(),
    }


def _crawl(asked: dict[str, Any], room: Path) -> None:
    """In the forked process: crawl, write the summary, leave."""
    log = os.open(room / "stderr", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    code = 1
    try:
        code = _crawl_in_process(asked, room)
    except BaseException:  # noqa: BLE001  whatever it is, the test is to see it
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _crawl_in_process(asked: dict[str, Any], room: Path) -> int:
    from dataclasses import asdict

    from archive.errors import PressmarkError
    from crawler.orders import CrawlOrder
    from crawler.run import run_crawl

    order = {name: tuple(value) if isinstance(value, list) else value for name, value in asked["order"].items()}
    order |= {"collection": Path(order["collection"]), "settings": asked["settings"]}
    if order.get("since"):
        order["since"] = date.fromisoformat(order["since"])
    if asked["kill"]:
        operation, number, where = asked["kill"].split(":")
        _arm(operation, int(number), where, room / "fired")
    if asked["ahead"]:
        _set_clock(timedelta(hours=asked["ahead"]))
    if asked["site_files"]:
        os.environ["PRESSMARK_SITES"] = asked["site_files"]
    os.environ.update(asked["environment"])
    if asked["names"]:
        _answer_names(asked["names"])
    try:
        summary = run_crawl(CrawlOrder(**order))
    except PressmarkError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    (room / "summary").write_text(json.dumps(asdict(summary), default=str))
    return summary.exit


def _set_clock(ahead: timedelta) -> None:
    from archive.model import utc_now
    from crawler import opening
    from crawler.clock import SteadyClock

    vars(opening)["SteadyClock"] = lambda: SteadyClock(now=lambda: utc_now() + ahead)


def _answer_names(names: dict[str, str]) -> None:
    """Stand in for the name server."""
    original = socket.getaddrinfo

    def answer(host: Any, *args: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        return original(names.get(name, name), *args, **named)

    vars(socket)["getaddrinfo"] = answer


def _is_warc(fd: int) -> bool:
    """Whether the file is a WARC that grows; its index and what is beside the collection are written to as well."""
    return Path(f"/proc/self/fd/{fd}").readlink().name.endswith(".warc.gz.open")


def _arm(operation: str, number: int, where: str, told: Path) -> None:
    from archive.files import Files
    from archive.index import Catalog
    from crawler.frontier import SqliteFrontier

    others = {"catalog": (Catalog, "commit"), "frontier": (SqliteFrontier, "set_watermarks"), "warc": (Files, "write")}
    owner, name = others.get(operation, (Files, operation))
    original = getattr(owner, name)
    count = 0

    def at_the_point(self: Any, *args: Any, **named: Any) -> Any:
        nonlocal count
        if operation == "warc" and not _is_warc(args[0]):
            return original(self, *args, **named)
        count += 1
        if where in ERRORS and count >= number:
            told.touch()
            raise OSError(ERRORS[where], os.strerror(ERRORS[where]))
        if count != number:
            return original(self, *args, **named)
        if where in MIDDLES:
            fd, data = args
            original(self, fd, data[: MIDDLES[where](len(data))])
        elif where == "after":
            original(self, *args, **named)
        told.touch()
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(10)
        return None

    setattr(owner, name, at_the_point)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
