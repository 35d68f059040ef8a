"""The private names of libraries that we use: which they are, and that they are still what we take them for."""

from __future__ import annotations

import ast
import codecs
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import scrapy
from scrapy import Request
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.http import Response

from tests.crawler.edge import LOOPBACK, run
from tests.misbehaving import Server, serving

ROOT = Path(__file__).parents[2]
ROOMS = ("archive", "pipelines", "spiders", "crawler")

KNOWN = {
    ("archive/model.py", "Link._field_defaults"),  # documented: named tuples keep other names for their fields
    ("archive/model.py", "value._asdict"),
    ("archive/rebuild.py", "os._exit"),  # documented in spite of its name
    ("crawler/extension.py", "self._crawler.engine._slot"),  # tested below
    ("pipelines/feeds.py", "_Element"),  # in annotations only
    ("pipelines/sitemaps.py", "_Element"),
    ("pipelines/xmltext.py", "_Element"),
    ("pipelines/xmltext.py", "codec._is_text_encoding"),  # tested below
}
"""File and name. A new one needs a test of its own here, which fails when the name moves."""


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def foreign_private_names(path: Path) -> Iterator[str]:
    """Private names in a module that nothing in it defines."""
    tree = ast.parse(path.read_text())
    nodes = list(ast.walk(tree))
    own = {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}
    attributes = [node for node in nodes if isinstance(node, ast.Attribute) and is_private(node.attr)]
    of_itself = [each for each in attributes if isinstance(each.value, ast.Name) and each.value.id in ("self", "cls")]
    own |= {attribute.attr for attribute in of_itself}
    yield from (ast.unparse(each) for each in attributes if each not in of_itself and each.attr not in own)
    yield from (
        alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module != "__future__"
        for alias in node.names
        if is_private(alias.name) or any(map(is_private, (node.module or "").split(".")))
    )


def test_no_other_private_names() -> None:
    """No module uses a private name of a library but those that are known."""
    found = {
        (str(path.relative_to(ROOT)), name)
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for name in foreign_private_names(path)
    }

    assert found == KNOWN


class Watch:
    """What the engine shows of itself while a crawl runs and while it is closing."""

    def __init__(self) -> None:
        self.server: Server | None = None
        self.seen: dict[str, Any] = {}


@pytest.fixture
def watched() -> dict[str, Any]:
    """What a crawl of one page has seen of the engine."""
    watch = Watch()

    class Spider(scrapy.Spider):
        name = "watch"

        async def start(self) -> AsyncIterator[Any]:
            assert watch.server is not None
            yield Request(watch.server.url("/"), self.kept)

        def kept(self, response: Response) -> None:
            engine: Any = self.crawler.engine
            slot = engine._slot
            watch.seen |= {
                "closing at first": slot.closing,
                "asks again": engine.scheduler is slot.scheduler and callable(slot.nextcall.schedule),
                "running": self.crawler.crawling,
                "spider": engine.spider is self,
                "slots": sorted(engine.downloader.slots),
                "delay": engine.downloader.slots["127.0.0.1"].delay,
                "per slot": engine.downloader.per_slot_settings,
            }
            self.crawler.signals.connect(self.idle, scrapy.signals.spider_closed)
            slot.nextcall.schedule()

        def idle(self) -> None:
            engine: Any = self.crawler.engine
            watch.seen["closing at last"] = engine._slot is None or engine._slot.closing is not None

    settings = {**LOOPBACK, "TWISTED_REACTOR_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "LOG_ENABLED": False}
    settings |= {"REMOTE_CONTROL_ENABLED": False, "DOWNLOAD_DELAY": 0.125, "DOWNLOAD_DELAY_JITTER": 0}
    runner = AsyncCrawlerRunner(settings)

    async def whole() -> None:
        async with serving({"*": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}) as server:
            watch.server = server
            await runner.crawl(Spider)

    run(whole())
    return watch.seen


def test_the_engine(watched: dict[str, Any]) -> None:
    """`engine._slot` has `nextcall.schedule()`, by which the engine asks the scheduler at once, and `closing`.

    Beside it stand the names that are not private and in no documentation either, and of which we make use.
    """
    assert watched == {
        "closing at first": None,
        "asks again": True,
        "running": True,
        "spider": True,
        "slots": ["127.0.0.1"],
        "delay": 0.125,
        "per slot": {},
        "closing at last": True,
    }


@pytest.mark.parametrize(("label", "is_text"), [("utf-8", True), ("cp1252", True), ("zlib", False), ("rot13", False)])
def test_codecs(label: str, is_text: bool) -> None:
    """CPython tells charsets from its other codecs by `_is_text_encoding`."""
    assert codecs.lookup(label)._is_text_encoding is is_text
