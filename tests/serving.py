"""A collection as replay tools show it, and the browser that looks at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archive.printable import printable
from tests.end_to_end import CHECKOUT, environment, missing

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WAYBACK = CHECKOUT / ".venv-pywb" / "bin" / "wayback"
CHROMIUM = shutil.which("chromium") or ""


@dataclass(frozen=True)
class Served:
    """A server that shows a collection."""

    url: str
    """Where it answers, without a slash at the end."""

    place: str
    """The path below which its mementos are."""

    def memento(self, timestamp: str, url: str) -> str:
        """Where it shows what was captured of a URL at that time."""
        return f"{self.url}{self.place}/{timestamp}/{url}"


@contextmanager
def served(path: Path, *words: str) -> Iterator[Served]:
    """`pressmark serve` of that collection, at a free port; it says nothing that it should not say."""
    command = [sys.executable, "-m", "crawler.cli", "serve", "-c", str(path), "--port", "0", *words]
    with subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        said = server.stderr.readline()
        rest: list[str] = []
        reading = threading.Thread(target=lambda: rest.extend(server.stderr or ()), daemon=True)
        reading.start()
        try:
            assert "http://" in said, said
            yield Served(said.partition(" at ")[2].partition("/ ")[0], "/web")
        finally:
            server.terminate()
            assert server.wait(20) == 0
    reading.join(10)
    assert [line for line in rest if "Traceback" in line or printable(line) != line] == []


@contextmanager
def wayback(path: Path) -> Iterator[Served]:
    """The same by pywb, from an environment of its own; *path* lies in a folder `collections`."""
    if not WAYBACK.exists():
        missing("pywb in .venv-pywb (`make .venv-pywb/.ready`)")
    root = path.parents[1]
    port = free_port()
    with (root / "wayback.log").open("w") as log:
        command = [WAYBACK, "-b", "127.0.0.1", "-p", str(port), "-d", root]
        server = subprocess.Popen(command, cwd=root, stdout=log, stderr=log)
        try:
            wait_for(port, server)
            yield Served(f"http://127.0.0.1:{port}", f"/{path.name}")
        finally:
            server.terminate()
            server.wait(20)


@contextmanager
def browsing(rules: str) -> Iterator[Browser]:
    """Headless Chromium, whose names are looked up by these rules (`--host-resolver-rules`)."""
    if not CHROMIUM:
        missing("chromium (Debian package)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", f"--host-resolver-rules={rules}"], env={**os.environ}
        )
        yield chromium
        chromium.close()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def wait_for(port: int, child: subprocess.Popen[bytes]) -> None:
    """Come back when somebody listens on the port."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert child.poll() is None, "wayback has ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("wayback does not listen after 60 s")
