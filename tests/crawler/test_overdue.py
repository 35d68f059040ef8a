"""A site that falls silent, though its history goes otherwise, is told by the exit code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from archive.model import utc_now
from crawler.newsweb import Reply, Server, serve
from crawler.overdue import overdue_days
from tests.crawler.forked_crawls import Crawls, Ended
from tests.crawler.tiny_web import TinyWeb

DAYS = 30


class DailyWeb(TinyWeb):
    """A site with an article on each day of the last month, today too."""

    today = utc_now().date()

    @classmethod
    def story(cls, number: int) -> str:
        return f"/{cls.today - timedelta(days=number):%Y/%m/%d}/the-plant-of-town-number-{number}"


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(DailyWeb(articles=DAYS)) as server:
        yield server


def run(zygote: Crawls, server: Server, kept: Path, **asked: object) -> Ended:
    return zygote.run(targets=[f"http://127.0.0.1:{server.port}/"], collection=str(kept), **asked)


def test_a_site_that_falls_silent(zygote: Crawls, server: Server, kept: Path) -> None:
    """Exit code 7 with the day of the newest article, when more than two days without news have passed; not before."""
    first, soon = run(zygote, server, kept), run(zygote, server, kept, ahead=24 * 2)
    late = run(zygote, server, kept, ahead=24 * 5)
    place = f"127.0.0.1:{server.port}"

    assert (first.status, soon.status) == (0, 0)
    assert late.status == 7
    assert late.summary["reason"] == f"nothing new from {place} since {DailyWeb.today}, where news was to be expected"


def test_a_site_that_goes_on(zygote: Crawls, server: Server, kept: Path) -> None:
    """One new article is enough."""
    run(zygote, server, kept)
    path = f"/{DailyWeb.today + timedelta(days=4):%Y/%m/%d}/the-plant-of-another-town"
    page = server.web.reply("", DailyWeb.story(0))
    server.web.changed |= {path: page, "/news/": Reply(body=f'<h1>News</h1><a href="{path}">More</a>'.encode())}  # type: ignore[attr-defined]  # it is a tiny web
    server._answers.forget()
    late = run(zygote, server, kept, ahead=24 * 5)

    assert late.status == 0


@pytest.mark.parametrize(("every", "silent", "expected"), [(1, 4, 3), (7, 8, 1), (14, 10, 0)])
def test_days_that_were_to_have_news(every: int, silent: int, expected: int) -> None:
    """They go by the weekdays on which there were articles: a weekly paper is not late on a Tuesday."""
    today = date(2018, 6, 18)
    counts = {f"{today - timedelta(days=silent + n)}": 1 for n in range(0, 84, every)}

    assert len(overdue_days(counts, today)) == expected
