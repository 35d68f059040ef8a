"""A tiny web on loopback, as many tests of crawls need it."""

from collections.abc import Iterator

import pytest

from crawler.newsweb import Server, serve
from tests.crawler.tiny_web import TinyWeb


@pytest.fixture
def web() -> TinyWeb:
    return TinyWeb()


@pytest.fixture
def server(web: TinyWeb) -> Iterator[Server]:
    with serve(web) as server:
        yield server
