"""A tiny web on loopback and crawls in processes of their own, as many tests need them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.newsweb import Server, serve
from tests.crawler.forked_crawls import Crawls
from tests.crawler.tiny_web import TinyWeb


@pytest.fixture
def web() -> TinyWeb:
    return TinyWeb()


@pytest.fixture
def server(web: TinyWeb) -> Iterator[Server]:
    with serve(web) as server:
        yield server


@pytest.fixture(scope="module")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawls]:
    with Crawls(tmp_path_factory.mktemp("forks")) as crawls:
        yield crawls


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "kept"
