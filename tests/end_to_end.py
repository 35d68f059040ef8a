"""The program as an operator meets it: commands in processes of their own, a simulated web on loopback, SQLite."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crawler.newsweb import NewsWeb, PageServer, Server

CHECKOUT = Path(__file__).resolve().parents[1]
SHARED = CHECKOUT.parent / "shared"
"""Real pages and WARC files that are no part of the project."""

IS_CI = os.environ.get("CI", "").lower() == "true"


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a command ended."""

    code: int
    """Exit code."""

    out: str
    """What it printed on stdout."""

    err: str
    """What it printed on stderr."""

    @property
    def json(self) -> Any:
        """Its stdout, as the one JSON document that it is."""
        return json.loads(self.out)

    @property
    def rows(self) -> list[Any]:
        """Its stdout, as JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    def done(self) -> Ran:
        """Itself, after a look that the command ended well."""
        assert self.code == 0, self.err or self.out
        return self


@dataclass(frozen=True, kw_only=True)
class Crawled:
    """A web, its server, and the collection that it was crawled into."""

    web: NewsWeb
    """What is served, and the truth about it."""

    server: Server
    """Serves it."""

    path: Path
    """The collection."""

    summary: Any
    """What `crawl --json` said."""

    fetched: tuple[str, ...]
    """URLs that the server was asked for, in order."""

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The answer of the catalog."""
        return rows(self.path / "catalog.db", query, *values)

    def crawl_words(self) -> list[str]:
        """The command that crawled it."""
        return crawl_words(self.web.home_urls, self.path, self.server.connect_to)


def environment(**more: str) -> dict[str, str]:
    """The environment of a child, with this checkout before whatever is installed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PRESSMARK_", "SCRAPY_"))}
    return {**kept, "PYTHONPATH": str(CHECKOUT), "COLUMNS": "120", **more}


def pressmark(*words: str | Path, cwd: Path, timeout: float = 120, stdin: bytes = b"") -> Ran:
    """Run `pressmark` with these words in *cwd* until it ends."""
    return run(words, cwd=cwd, env=environment(), timeout=timeout, stdin=stdin)


def run(
    words: Iterable[str | Path], *, cwd: Path, env: dict[str, str], timeout: float = 120, stdin: bytes = b""
) -> Ran:
    """As `pressmark`, in another environment."""
    command = [sys.executable, "-m", "crawler.cli", *map(str, words)]
    ended = subprocess.run(command, cwd=cwd, env=env, input=stdin, capture_output=True, timeout=timeout, check=False)
    return Ran(code=ended.returncode, out=ended.stdout.decode(errors="backslashreplace"), err=ended.stderr.decode())


def crawl_words(targets: Iterable[str], path: Path, connect_to: Iterable[str], *more: str) -> list[str]:
    """The words of a crawl of loopback, without pauses."""
    places = [word for place in connect_to for word in ("--connect-to", place)]
    open_doors = ["--delay", "0", "--allow-network", "127.0.0.0/8"]
    return ["crawl", *targets, "-c", str(path), *open_doors, *places, *more]


def crawl(web: NewsWeb | PageServer, server: Server, path: Path, targets: Iterable[str], *more: str) -> Ran:
    """Crawl the served web into *path*; `--json` unless *more* is given."""
    return pressmark(*crawl_words(targets, path, server.connect_to, *(more or ("--json",))), cwd=path.parent)


def rows(database: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """The answer of a SQLite file."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as db:
        return db.execute(query, values).fetchall()


def asked(server: Server) -> tuple[str, ...]:
    """The URLs that the server was asked for."""
    return tuple(f"http://{entry.host}{entry.path}" for entry in server.log)


def missing(what: str) -> None:
    """Skip the test for want of *what*; under CI, where everything is installed, fail."""
    if IS_CI:
        pytest.fail(f"{what} is missing, and CI is to have it")
    pytest.skip(f"{what} is missing")
