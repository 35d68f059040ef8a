"""What a crawl would cost, by what is due in the frontier and what such requests cost before. Nothing is changed."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from archive.model import parse_instant, utc_now
from archive.query import reading as catalog_of
from crawler.orders import CrawlOrder
from crawler.targets import Target, resolve
from pipelines.site import Sites

DELAY = 2.0
"""Seconds between two requests unless said otherwise, as DOWNLOAD_DELAY in `crawler.settings`."""

_DAYS = 30
_FIRST_SIZE = 40_000  # bytes of a group, where nothing is known yet
_FIRST_TIME = 0.5  # seconds of an answer, where nothing is known yet
_KNOWN = """
select u.visits > 0, count(*)
from urls as u join queues as q on q.id = u.queue
where q.site = ? and (u.state in (0, 1, 2, 3) or (u.state in (5, 6, 7) and (u.due <= ? or ?)))
group by u.visits > 0
"""
# the newest captures of a site: what the record of an answer weighs the first time, and what later
_SIZES = """
select a.again, avg(a.length)
from (
  select c.length, exists (
    select 1 from captures as e where e.urlkey = c.urlkey and e.captured_at < c.captured_at
  ) as again
  from captures as c
  where c.site = ? and c.kind <> 'failure'
  order by c.captured_at desc
  limit 2000
) as a
group by a.again
"""
_LAST = "select max(captured_at) from captures where site = ?"
_RECENT = """
select count(*) from article_rows
where site in (select value from json_each(?)) and day >= ? and first_captured_at <= ?
"""
_JOBS = """
select started_at, finished_at, sites, json_extract(stats, '$."warc/bytes"'), json_extract(stats, '$."warc/captures"')
from jobs where finished_at is not null and json_extract(stats, '$."warc/captures"') > 20
order by started_at desc limit 10
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteForecast:
    """What a crawl of one site would cost."""

    site: str
    """Its name."""

    due: int
    """URLs that are known and would be asked for now."""

    again: int
    """Those of them that were fetched before."""

    expected: int
    """Articles that have probably appeared since the last crawl, by the last month's rate."""

    requests: int
    """Requests in all."""

    size: int
    """Bytes that its WARC records would add."""

    seconds: float
    """How long it would take by itself; sites are crawled side by side."""

    is_new: bool
    """True where nothing was fetched of it yet: then the figures are only of what a first crawl begins with."""


def forecast(order: CrawlOrder, sites: Sites, *, now: datetime | None = None) -> list[SiteForecast]:
    """What the crawl that *order* asks for would cost, site by site. Raises UsageError for a wrong target."""
    now = now or utc_now()
    targets = [resolve(target, sites, since=order.since) for target in order.targets]
    by_site = {target.scope.site: target for target in targets}
    frontier, catalog = order.collection / "frontier.db", order.collection / "catalog.db"
    if not (frontier.exists() and catalog.exists()):
        return [_first(target, order, sites) for target in by_site.values()]
    own = sqlite3.connect(f"{frontier.absolute().as_uri()}?mode=ro", uri=True)
    with closing(own), catalog_of(catalog) as db:
        history = _History(frontier=own, catalog=db, now=now)
        return [_of_site(target, order, sites, history) for target in by_site.values()]


@dataclass(frozen=True, slots=True, kw_only=True)
class _History:
    """What a collection knows of earlier crawls."""

    frontier: sqlite3.Connection
    catalog: sqlite3.Connection
    now: datetime


def bounded(told: Iterable[SiteForecast], order: CrawlOrder) -> list[SiteForecast]:
    """The same within `--max-pages` and `--max-size`, which count all sites together, and `--max-time`."""
    told = list(told)
    shares = [1.0]
    for most, wanted in (
        (order.max_pages, sum(site.requests for site in told)),
        (order.max_bytes, sum(site.size for site in told)),
        (order.max_seconds, max((site.seconds for site in told), default=0)),
    ):
        shares += [most / wanted] if most is not None and wanted else []
    share = min(shares)
    return [
        replace(
            site,
            requests=round(site.requests * share),
            size=round(site.size * share),
            seconds=site.seconds * share,
        )
        for site in told
    ]


def _first(target: Target, order: CrawlOrder, sites: Sites) -> SiteForecast:
    count = len(target.seeds)
    return SiteForecast(
        site=target.scope.site,
        due=count,
        again=0,
        expected=0,
        requests=count,
        size=count * _FIRST_SIZE,
        seconds=count * (_delay(target, order, sites) + _FIRST_TIME),
        is_new=True,
    )


def _of_site(target: Target, order: CrawlOrder, sites: Sites, history: _History) -> SiteForecast:
    site, db = target.scope.site, history.catalog
    [(last,)] = db.execute(_LAST, (site,))
    if last is None:
        return _first(target, order, sites)
    due: Counter[bool] = Counter()
    bound = (site, int(history.now.timestamp() * 1000), order.recheck)
    for was_fetched, count in history.frontier.execute(_KNOWN, bound):
        due[bool(was_fetched)] += count
    fresh = _appeared(target, db, last, history.now)
    first, later = _weights(site, db)
    delay = _delay(target, order, sites)
    requests = due.total() + fresh
    return SiteForecast(
        site=site,
        due=due.total(),
        again=due[True],
        expected=fresh,
        requests=requests,
        size=round((due[False] + fresh) * first + due[True] * later),
        seconds=requests * (delay + _took(db, delay)),
        is_new=False,
    )


def _appeared(target: Target, db: sqlite3.Connection, last: str, now: datetime) -> int:
    """How many articles have appeared since the last crawl, by the rate of the month before it."""
    until = parse_instant(last)
    since = datetime.fromtimestamp(until.timestamp() - _DAYS * 86_400, UTC).date()
    names = json.dumps([target.scope.site, *sorted(target.scope.domains)])
    [(count,)] = db.execute(_RECENT, (names, f"{since}", last))
    per_day = int(count) / _DAYS
    return round(per_day * max((now - until).total_seconds(), 0) / 86_400)


def _weights(site: str, db: sqlite3.Connection) -> tuple[float, float]:
    """Bytes that a first and a later answer of the site add, with request and metadata records."""
    means: Mapping[bool, float] = {bool(again): mean for again, mean in db.execute(_SIZES, (site,))}
    beside = _beside(db)
    first = means.get(False, _FIRST_SIZE)
    return first + beside, means.get(True, first) + beside


def _beside(db: sqlite3.Connection) -> float:
    """Bytes of the records beside a response, by what the last jobs wrote for each capture."""
    jobs = [(written, captures) for *_, written, captures in db.execute(_JOBS)]
    if not jobs:
        return 0.0
    [(mean,)] = db.execute("select avg(length) from captures where kind <> 'failure'")
    whole = sum(int(written) for written, _ in jobs) / sum(int(captures) for _, captures in jobs)
    return max(whole - float(mean or 0), 0.0)


def _took(db: sqlite3.Connection, delay: float) -> float:
    """Seconds that an answer takes beyond the pause, by the quickest of the last jobs."""
    paces = [
        (parse_instant(finished) - parse_instant(started)).total_seconds() * len(json.loads(sites)) / captures
        for started, finished, sites, _, captures in db.execute(_JOBS)
    ]
    return max(min(paces) - delay, 0.0) if paces else _FIRST_TIME


def _delay(target: Target, order: CrawlOrder, sites: Sites) -> float:
    """The pause between two requests, the longest of what is known."""
    if order.delay is not None:
        return order.delay
    site = target.scope.site
    asked = sites.named(site).politeness.delay if site in sites.names else None
    return DELAY if asked is None else asked
