"""The browser that renders pages: what it asks for, how long it may take, and what becomes of it when it dies."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crawler.browser import Chromium, Given, Wanted, executable
from crawler.failures import RenderFailed
from tests.end_to_end import missing

URL = "http://paper.example/page"
HTML = {"Content-Type": "text/html"}

Give = Callable[[Wanted], Awaitable[Given | None]]


def given(html: str) -> Given:
    return Given(status=200, headers=HTML, body=html.encode())


def gives(html: str, asked: list[str] | None = None) -> Give:
    """Gives the page, and nothing else; *asked* gets what the page asks for."""

    async def give(wanted: Wanted) -> Given | None:
        if asked is not None:
            asked.append(wanted.url)
        return given(html) if wanted.kind == "document" else None

    return give


def shown(*pages: Give, seconds: float = 30, largest: int = 1_000_000) -> list[str]:
    """What one browser makes of the pages, one after the other; why not, where it does not."""

    async def show() -> list[str]:
        browser = Chromium(executable(), user_agent="pressmark/1", seconds=seconds, largest=largest)
        found = []
        try:
            for give in pages:
                try:
                    found.append(await browser.render(URL, give))
                except RenderFailed as failure:
                    found.append(f"failed: {failure}")
        finally:
            await browser.close()
        return found

    return asyncio.run(show())


@pytest.fixture(scope="module", autouse=True)
def _chromium() -> None:
    if not executable():
        missing("chromium (Debian package)")


@pytest.fixture
def listener() -> Iterator[tuple[int, list[str]]]:
    """A port on loopback, and who has connected to it."""
    heard: list[str] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def listen() -> None:
            while True:
                try:
                    connection, address = listening.accept()
                except OSError:
                    return
                heard.append(str(address))
                connection.close()

        threading.Thread(target=listen, daemon=True).start()
        yield listening.getsockname()[1], heard


def test_the_browser_has_no_network(listener: tuple[int, list[str]]) -> None:
    """Whatever a page tries, nothing leaves the browser: no socket, beacon, worker, peer, frame, form or next page.

    The page is what it was made of, and its own address was asked for once.
    """
    port, heard = listener
    place = f"127.0.0.1:{port}"
    asked: list[str] = []
    html = f"""<p id=a>before</p><link rel=preconnect href=http://{place}><link rel=dns-prefetch href=//{place}>
        <iframe src=http://{place}/frame></iframe><form action=http://{place}/form></form><script>
        document.getElementById("a").textContent = "after, by " + navigator.userAgent;
        try {{ new WebSocket("ws://{place}/"); }} catch (e) {{}}
        try {{ navigator.sendBeacon("http://{place}/beacon"); }} catch (e) {{}}
        try {{ new EventSource("http://{place}/events"); }} catch (e) {{}}
        const servers = [{{urls: "stun:{place}"}}];
        try {{ new RTCPeerConnection({{iceServers: servers}}).createDataChannel("x"); }} catch (e) {{}}
        fetch("http://{place}/fetch").catch(() => {{}});
        window.open("http://{place}/window");
        document.querySelector("form").submit();
        location.href = "http://{place}/next";
        setTimeout(() => location.reload(), 50);
        </script>"""

    [found] = shown(gives(html, asked))

    assert '<p id="a">after, by pressmark/1</p>' in found
    assert asked.count(URL) == 1
    assert heard == []


def test_a_page_that_never_ends() -> None:
    """A script without end is broken off; the next page is shown."""
    endless, after = shown(gives("<script>while (true) {}</script>"), gives("<p>next"), seconds=4)

    assert endless == "failed: the page was not done after 4 s"
    assert "<p>next</p>" in after


def test_a_page_that_asks_without_end() -> None:
    """A page that asks again and again is broken off too."""
    html = "<script>const more = () => fetch('/more').catch(() => 0).then(() => setTimeout(more, 100)); more()</script>"

    assert shown(gives(html), seconds=4) == ["failed: the page was not done after 4 s"]


def test_a_page_that_grows() -> None:
    """A page that has grown beyond all bounds is no page."""
    html = "<p id=a></p><script>document.getElementById('a').textContent = 'x'.repeat(2000)</script>"

    [found] = shown(gives(html), largest=1_000)

    assert found.startswith("failed: the page has grown to 2,")


def test_a_page_that_leaves() -> None:
    """A page that goes to an empty one is not taken for what it was."""
    assert shown(gives("<script>location.href = 'about:blank'</script>")) == [
        "failed: the page has left for about:blank"
    ]


def test_a_browser_that_dies() -> None:
    """The page that it dies with fails, with the reason; the next one gets a new browser."""

    async def kills(wanted: Wanted) -> Given | None:
        if wanted.kind != "document":
            for pid in _browsers():
                os.kill(pid, signal.SIGKILL)
        return given("<script src=/a.js></script>")

    died, after = shown(kills, gives("<p>next"))

    assert died.startswith("failed: the browser died: ")
    assert "<p>next</p>" in after
    assert _browsers() == []


def _browsers() -> list[int]:
    """The browsers that this process has started, by the parents of all processes."""
    parents, names = {}, {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            status = (entry / "stat").read_text().rpartition(")")[2].split()
            parents[int(entry.name)], names[int(entry.name)] = int(status[1]), (entry / "cmdline").read_bytes()
        except OSError:
            continue
    ours = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return [pid for pid in ours if b"chrom" in names.get(pid, b"").split(b"\0")[0] and b"--type=" not in names[pid]]
