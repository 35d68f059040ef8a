"""The table of faults, and a collection that was crawled once, by the command line, and is read by many tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.newsweb import NewsWeb, demo_web, serve
from tests.end_to_end import Crawled, asked, crawl
from tests.fault_table import FaultTable, is_whole_suite


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", action="store_true", help="print the table of faults, also for single tests")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "fault(*numbers): injects these faults, see tests/fault_table.py")
    config.pluginmanager.register(FaultTable(wanted=config.option.faults or is_whole_suite(config)))


def pytest_make_parametrize_id(val: object) -> str | None:
    """Gzip members hold the time at which they were made; processes that share the suite must agree on names."""
    return "gzip" if isinstance(val, bytes) and val.startswith(b"\x1f\x8b") else None


@pytest.fixture(scope="session")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """A small web, crawled from its home pages; nobody writes to it."""
    path = tmp_path_factory.mktemp("whole-way") / "kept"
    web = NewsWeb(7, sites=3, articles=30, crawl_delay=0)
    with serve(web) as server:
        summary = crawl(web, server, path, web.home_urls).done().json
        yield Crawled(web=web, server=server, path=path, summary=summary, fetched=asked(server))


@pytest.fixture(scope="session")
def visited_twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The web of `pressmark demo`, crawled, and visited again a day later: most of it is unchanged. For reading."""
    path = tmp_path_factory.mktemp("replay") / "collections" / "kept"
    path.parent.mkdir()
    web = demo_web()
    with serve(web) as server:
        crawl(web, server, path, web.home_urls).done()
        server.advance(hours=24, new=2, edited=2, withdrawn=1)
        crawl(web, server, path, web.home_urls, "--recheck").done()
    return path
