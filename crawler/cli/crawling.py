"""`pressmark crawl` and `pressmark demo`: fetch, with progress on a terminal and a summary at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from archive.errors import UsageError
from crawler.bindings import DEFAULT_COLLECTION, collection_path
from crawler.cli import options

NOTHING_REACHED = 9

_TOLD = 3
"""Headlines of a kept search that the summary names; `--json` has more."""

if TYPE_CHECKING:
    from archive.saved import News
    from crawler.orders import CrawlOrder, CrawlSummary, Progress

_CRAWL_HELP = """Crawl sites into a collection.

TARGET is the name of a site (see `pressmark sites list`) or any URL. Without a site file the scope is the
registered domain, or IP and port. Feeds, sitemaps and sections are found from there; robots.txt is obeyed; running
it again fetches only what is new or due.

\b
pressmark crawl https://www.example.com/ --contact https://your.site/crawler --max-pages 200
pressmark crawl pmlive fiercepharma --since 2026-01-01
pressmark crawl http://127.0.0.1:8000/ --allow-network 127.0.0.0/8 --delay 0     a server of your own
"""


_DEMO_HELP = """See it work on sample sites, without a network.

They are served on loopback, crawled, searched; one article is shown, the catalog rebuilt, every byte verified.

\b
pressmark demo
pressmark demo --seed 7 -c sample
"""


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command(help=_CRAWL_HELP)(crawl)
    app.command(help=_DEMO_HELP)(demo)


def crawl(
    targets: Annotated[
        list[str],
        typer.Argument(metavar="TARGET...", help="Names of sites, or URLs.", autocompletion=options.names_of_sites),
    ],
    collection: options.CollectionName = DEFAULT_COLLECTION,
    max_pages: Annotated[int | None, typer.Option(min=1, help="Stop after so many pages.")] = None,
    max_time: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=0, help="Stop after this time; exit 15.")
    ] = None,
    max_size: Annotated[
        int | None, typer.Option(metavar="MB", min=1, help="Stop after so many MB of WARC; exit 14.")
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Skip articles announced before this day.")] = None,
    recheck: Annotated[bool, typer.Option("--recheck", help="Everything known is due now.")] = False,
    delay: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=0, help="Pause between requests to a host.")
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option(min=1, help="Requests in flight per host; 1, or as its site file says.")
    ] = None,
    allow_network: options.AllowNetwork = None,
    connect_to: options.ConnectTo = None,
    obey: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="Obey noarchive, or tdm, where pages say so. Repeatable.")
    ] = None,
    contact: Annotated[
        str, typer.Option(metavar="URL", envvar="PRESSMARK_CONTACT", help="Who runs this crawl: told to every site.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Fetch nothing; say what it would cost, by what is due and was.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Crawl sites into a collection."""
    from crawler.orders import CrawlOrder

    options.check_network_words(allow_network, connect_to, contact)  # before anything is made
    _tell_of_passwords(targets)
    order = CrawlOrder(
        targets=tuple(targets),
        collection=collection_path(collection),
        max_pages=max_pages,
        max_seconds=max_time,
        max_bytes=max_size * 1_000_000 if max_size else None,
        since=options.day("--since", since),
        recheck=recheck,
        delay=delay,
        concurrency=concurrency,
        allow_networks=tuple(allow_network or ()),
        connect_to=tuple(connect_to or ()),
        obey=tuple(obey or ()),
        contact=contact,
    )
    if dry_run:
        _tell_forecast(order, as_json=as_json)
        return
    summary = run_with_progress(order)
    if as_json:
        from crawler.cli.output import write_json

        write_json(_plain(summary))
    else:
        show_summary(summary)
    if summary.exit:
        raise typer.Exit(summary.exit)


def demo(
    seed: Annotated[int | None, typer.Option(help="Another sample web for every number.")] = None,
    collection: Annotated[
        str,
        typer.Option("-c", "--collection", metavar="NAME|PATH", help="Where to keep it; replaced when it is there."),
    ] = "demo",
) -> None:
    """See it work: crawl sample sites on loopback, search, show, rebuild, verify. Needs no network."""
    from crawler.demo import run_demo

    code = run_demo(collection_path(collection), collection=collection, seed=seed)
    if code:
        raise typer.Exit(code)


def run_with_progress(order: CrawlOrder) -> CrawlSummary:
    """Run the crawl, with a line of progress on stderr when that is a terminal."""
    from crawler.run import run_crawl

    if not order.targets:
        raise UsageError("crawl needs a target: the name of a site, or a URL")
    if not sys.stderr.isatty():
        return run_crawl(order)
    with _progress_line() as tell:
        return run_crawl(order, on_progress=tell)


def _tell_forecast(order: CrawlOrder, *, as_json: bool) -> None:
    from dataclasses import asdict

    from crawler.bindings import site_files
    from crawler.cli.output import say, show_table, size, write_json
    from crawler.forecast import bounded, forecast

    told = bounded(forecast(order, site_files()), order)
    if as_json:
        write_json([asdict(site) for site in told])
        return
    rows = [
        asdict(site) | {"expected_new": site.expected, "bytes": size(site.size), "time": _duration(site.seconds)}
        for site in told
    ]
    show_table(rows, ("site", "due", "again", "expected_new", "requests", "bytes", "time"))
    for site in told:
        if site.is_new:
            say(f"{site.site} was never crawled: these are the requests that it begins with, and more follow from them")
    requests, total = sum(site.requests for site in told), sum(site.size for site in told)
    longest = max((site.seconds for site in told), default=0)
    say(f"about {requests:,} requests, {size(total)}, at least {_duration(longest)}; nothing was fetched (--dry-run)")


def _duration(seconds: float) -> str:
    """A length of time for a person.

    >>> _duration(42), _duration(8000)
    ('42 s', '2 h 13 min')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def show_summary(summary: CrawlSummary) -> None:
    """What the job did, as a table, and what to type next."""
    from crawler.cli.output import say, show_table, size

    seconds = (summary.finished_at - summary.started_at).total_seconds()
    rows = [
        {
            "site": site.site,
            "articles": site.articles,
            "captures": site.captures,
            "failures": site.failures,
            "bytes": size(site.received),
            "time": f"{seconds:.1f} s" if number == 0 else "",
        }
        for number, site in enumerate(summary.sites)
    ]
    if rows:
        show_table(rows, ("site", "articles", "captures", "failures", "bytes", "time"))
    else:
        say("nothing was due: every known page of the targets was fetched recently (--recheck fetches them again)")
    if summary.recovered:
        say(f"{summary.recovered:,} captures of an earlier, broken job were folded first")
    for one in _news(summary):
        more = f", and {one.total - _TOLD:,} more" if one.total > _TOLD else ""
        headlines = "; ".join(hit.headline for hit in one.hits[:_TOLD])
        say(f"search {one.name!r}: {one.total:,} new{': ' if one.total else ''}{headlines}{more}")
    for url, why in _failed_targets(summary):
        say(f"pressmark: {url} could not be reached: {why}; look at the address, then run the same command again")
    if summary.exit != NOTHING_REACHED and summary.reason != "finished":
        say(f"ended early: {summary.reason}; {summary.pending:,} URLs wait, the same command goes on with them")


def _news(summary: CrawlSummary) -> tuple[News, ...]:
    """What is new of the searches that the collection keeps."""
    from archive.model import instant
    from archive.query import reading
    from archive.saved import news, saved

    if not saved(summary.collection):
        return ()
    with reading(summary.collection / "catalog.db") as db:
        return news(db, summary.collection, instant(summary.started_at))


def _tell_of_passwords(targets: list[str]) -> None:
    from crawler.cli.output import say
    from pipelines.urls import has_credentials, without_credentials

    for target in targets:
        if target.count("/") > 1 and has_credentials(target):
            say(f"pressmark: {without_credentials(target)} is asked for without user and password: no crawl logs in")


def _failed_targets(summary: CrawlSummary) -> list[tuple[str, str]]:
    """The first URL of each site that gave no answer at all, but to robots.txt, with the reason."""
    from archive.query import reading

    if not any(site.failures for site in summary.sites):
        return []
    query = """
        select url, coalesce(nullif(error, ''), outcome),
            min((kind <> 'failure') || (url like '%/robots.txt') || captured_at || record_id)
        from captures
        where job = ?
        group by site
        having sum(kind = 'failure') > 0
            and sum(kind <> 'failure' and url not like '%/robots.txt' and rtrim(hops, 'R') not like '%P') = 0
        order by site
    """
    with reading(summary.collection / "catalog.db") as db:
        return [(url, why) for url, why, _ in db.execute(query, (summary.job,))]


@contextmanager
def _progress_line() -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.live import Live

    from crawler.cli.output import size

    with Live(console=Console(stderr=True), refresh_per_second=4, transient=True) as live:

        def tell(now: Progress) -> None:
            rate = now.captures / now.seconds if now.seconds else 0.0
            live.update(
                f"{now.seconds:6.0f} s  {now.captures:,} captures  {now.articles:,} articles  "
                f"{now.failures:,} failures  {size(now.received)}  {rate:.1f}/s  {now.pending:,} waiting"
            )

        yield tell


def _plain(summary: CrawlSummary) -> dict[str, object]:
    from dataclasses import asdict

    from archive.model import instant

    times = {name: instant(getattr(summary, name)) for name in ("started_at", "finished_at")}
    searches = {one.name: {"new": one.total, "articles": [hit.id for hit in one.hits]} for one in _news(summary)}
    more = {"collection": str(summary.collection), "stats": dict(summary.stats), "searches": searches}
    return asdict(summary) | more | times
