"""`pressmark search`, `show` and `status`: find what is kept."""

from __future__ import annotations

import sqlite3
import sys
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from archive.errors import UsageError
from crawler.bindings import DEFAULT_COLLECTION
from crawler.cli import options

if TYPE_CHECKING:
    from archive.lock import Holder
    from archive.results import JobStatus, SearchResult, Shown, ShownEvidence, Status
    from archive.syndication import Family, Member
    from crawler.cli.output import Format
    from crawler.coverage import Coverage

_SEARCH_HELP = """Find articles.

QUERY takes words, "exact phrases", prefixes (vaccin*), AND, OR, NOT, NEAR(a b) and headline:word. Without a query
all articles that the filters let through are listed, newest first.

\b
pressmark search 'vaccine AND (trial OR study)' --since 2026-01-01
pressmark search '"marketing authorisation"' --site pmlive.com --sort date
pressmark search oncology --format csv > oncology.csv
pressmark search recall --as-of 2026-03-31 --facets
pressmark search recall --save recalls
pressmark search recall --sort date --format atom > recalls.atom
"""

_SHOW_HELP = """Show one article with all that is known of it.

Its text, its pressmark, all captures and revisions, its copies on other sites.

It is named by the id of an article, any URL of it, or the id of a WARC record.

\b
pressmark show https://www.example.com/news/1
pressmark show https://www.example.com/news/1 --evidence
pressmark show https://www.example.com/news/1 --payload > page.html
pressmark show https://www.example.com/news/1 --cite bibtex >> references.bib
pressmark show 'com,example)/news/1' --json
"""

_STATUS_HELP = """Say how a collection stands: sites, last jobs, sizes.

\b
pressmark status -c news
pressmark status --coverage                          what is missing, and why
pressmark status --press-releases                    how much of what was published is copied from wires
pressmark status --json
"""

_SHOWN = 12
"""Values of a facet on a terminal: the most frequent ones, of months the last; `--json` has more."""

_DAYS_SHOWN = 14
_HIT_COLUMNS = ("headline", "site", "date_published", "snippet", "pressmark")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command(help=_SEARCH_HELP)(search)
    app.command(help=_SHOW_HELP)(show)
    app.command(help=_STATUS_HELP)(status)


@options.with_filters
def search(
    query: Annotated[str, typer.Argument(help="What to look for.", show_default=False)] = "",
    collection: options.CollectionName = DEFAULT_COLLECTION,
    *,
    filters: options.Chosen,
    sort: Annotated[str, typer.Option(metavar="relevance|date", help="What comes first.")] = "relevance",
    limit: Annotated[int, typer.Option(min=1, help="At most so many articles.")] = 20,
    facets: Annotated[bool, typer.Option("--facets", help="Also how many there are by site, month, author ….")] = False,
    form: Annotated[
        str, typer.Option("--format", metavar="table|json|jsonl|csv|atom", help="How to print the result.")
    ] = "table",
    as_json: options.AsJson = False,
    save: Annotated[str, typer.Option(metavar="NAME", help="Keep this search: each crawl tells what is new.")] = "",
    forget: Annotated[str, typer.Option(metavar="NAME", help="Drop a search that was kept.")] = "",
) -> None:
    """Find articles."""
    from archive import saved
    from archive.search import search as search_catalog
    from crawler.cli.output import say

    chosen = options.chosen_format(form, as_json, (*options.FORMATS, "atom"))
    if forget:
        saved.forget(options.existing(collection), forget)
        return
    if sort not in ("relevance", "date"):
        raise UsageError(f"--sort {sort}: {options.did_you_mean(sort, ('relevance', 'date'))}")
    with options.catalog(collection) as db:
        result = search_catalog(
            db, query, sort=cast("Literal['relevance', 'date']", sort), limit=limit, facets=facets, **filters
        )
    if save:
        saved.save(options.existing(collection), save, query, filters)
        say(f"kept as {save!r}; each crawl into this collection tells what is new")
    _write_result(result, chosen, filters)


def _write_result(result: SearchResult, form: Format, filters: options.Chosen) -> None:
    from archive.atom import feed_of_search
    from archive.results import Hit
    from crawler.cli.output import say, write_json, write_rows, write_text

    if form == "json":
        write_json(asdict(result))
    elif form == "atom":
        write_text(feed_of_search(result, filters))
    elif form == "table":
        if result.hits:
            _show_hits(result)
        _show_facets(result)
        say(_count(result, filters))
    else:
        rows = [asdict(hit) | {"pressmark": str(hit.pressmark)} for hit in result.hits]
        write_rows(rows, _HIT_COLUMNS, form, keys=[field.name for field in fields(Hit)])
        if not rows:
            say(_count(result, filters))


def show(
    what: Annotated[str, typer.Argument(metavar="ID|URL", help="An article's id, one of its URLs, or a record id.")],
    collection: options.CollectionName = DEFAULT_COLLECTION,
    evidence: Annotated[bool, typer.Option("--evidence", help="Also where each field was seen.")] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="The request and the response as they went over the wire.")
    ] = False,
    payload: Annotated[bool, typer.Option("--payload", help="The page alone, decoded.")] = False,
    citation: Annotated[str, typer.Option("--cite", metavar="bibtex|csl", help="How to cite the article.")] = "",
    as_json: options.AsJson = False,
) -> None:
    """Show one article."""
    from archive.query import show as show_one
    from crawler.cli.output import write_json

    options.at_most_one({"--raw": raw, "--payload": payload, "--cite": citation, "--json": as_json})
    with options.catalog(collection) as db:
        if raw or payload:
            _show_exchange(db, options.existing(collection), what, whole=raw)
            return
        shown = show_one(db, what)
    if citation:
        _cite(shown, what, citation)
    elif as_json:
        write_json(asdict(shown))
    else:
        _show_article(shown)
        if evidence:
            _show_evidence(shown.evidence)


def _show_exchange(db: sqlite3.Connection, collection_dir: Path, what: str, *, whole: bool) -> None:
    """The bytes themselves; on a terminal as text, without what a terminal obeys."""
    from archive.exchanges import exchange, page
    from crawler.cli.output import write_bytes

    kept = exchange(db, collection_dir / "archive", what)
    write_bytes(kept.request + kept.response if whole else page(kept))


def _cite(shown: Shown, what: str, form: str) -> None:
    from archive.citations import bibtex, csl
    from crawler.cli.output import write_json, write_text

    if form not in ("bibtex", "csl"):
        raise UsageError(f"--cite {form}: {options.did_you_mean(form, ('bibtex', 'csl'))}")
    if shown.article is None:
        raise UsageError(f"{what} is no article; there is nothing to cite")
    if form == "csl":
        write_json([csl(shown)])
    else:
        write_text(f"{bibtex(shown)}\n")


def status(
    collection: options.CollectionName = DEFAULT_COLLECTION,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="What is missing: seen and not fetched, dead feeds, days without news.")
    ] = False,
    press_releases: Annotated[
        bool, typer.Option("--press-releases", help="How much of each site and month is text of press releases.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Say how a collection stands."""
    options.at_most_one({"--coverage": coverage, "--press-releases": press_releases})
    if press_releases:
        _tell_press_releases(collection, as_json=as_json)
        return
    if coverage:
        _tell_coverage(options.existing(collection), as_json=as_json)
        return
    from archive.query import status as status_of
    from crawler.cli.output import write_json

    with options.catalog(collection) as db:
        now = status_of(db, options.existing(collection))
    if as_json:
        write_json(asdict(now))
    else:
        _show_status(now)


def _count(result: SearchResult, filters: options.Chosen) -> str:
    from archive.search import NEWEST

    if not result.hits:
        asked = [result.query, *(f"--{name.replace('_', '-')} {value}" for name, value in filters.items())]
        return f"no article matches: {' '.join(filter(None, asked))}"
    total = f"more than {result.total:,}" if result.more else f"{result.total:,}"
    first = "the first is" if len(result.hits) == 1 else f"the first {len(result.hits):,} are"
    shown = f"; {first} shown (--limit)" if len(result.hits) < result.total else ""
    looked_at = [word for word, is_so in (("ranked", result.query), ("counted", result.facets)) if is_so]
    if result.more and looked_at:
        shown += f"; only the newest {NEWEST:,} are {' and '.join(looked_at)}"
    return f"{total} {'article matches' if result.total == 1 and not result.more else 'articles match'}{shown}"


def _show_hits(result: SearchResult) -> None:
    from crawler.cli.output import print_lines

    for hit in result.hits:
        byline = " · ".join(part for part in (hit.site, hit.date_published[:10], ", ".join(hit.authors)) if part)
        mark = hit.pressmark
        print_lines(
            (hit.headline, "bold"),
            (f"  {byline}", "dim"),
            (f"  {' '.join(hit.snippet.split())}", ""),
            (f"  {hit.url}", ""),
            (f"  {mark.warc} @{mark.offset} {mark.payload_digest}", "dim"),
            ("", ""),
        )


def _show_facets(result: SearchResult) -> None:
    """The most frequent values of each facet, beside one another where there is room."""
    from rich.columns import Columns

    from archive.printable import printable
    from crawler.cli.output import new_table, print_rich

    tables = []
    for name, values in result.facets.items():
        table = new_table()
        table.add_column(name)
        table.add_column("articles", justify="right")
        for one in values[-_SHOWN:] if name == "month" else values[:_SHOWN]:
            table.add_row(printable(one.value), f"{one.count:,}")
        tables += [table] if values else []
    if tables:
        print_rich(Columns(tables, padding=(0, 3)))


def _show_article(shown: Shown) -> None:
    from crawler.cli.output import print_lines, show_table

    if shown.article is None:
        print_lines(("This page is kept, and is no article.", ""), ("", ""))
    else:
        _show_fields(shown.article, shown)
    if len(shown.revisions) > 1:
        revisions = [{"seen": r.captured_at[:19], "headline": r.headline, "id": r.id} for r in shown.revisions]
        show_table(revisions, ("seen", "headline", "id"), title="Revisions")
    if shown.syndication is not None and shown.article is not None:
        _show_family(shown.syndication, shown.article["id"])
    print_lines(("Captures", "italic"))
    for capture in shown.captures:
        read_as = " ".join(part for part in (capture.reading, capture.reason) if part) or capture.outcome
        what = " ".join(str(part) for part in (capture.kind, capture.status, read_as) if part)
        note = f"  ({capture.notes})" if capture.notes else ""
        mark = capture.pressmark
        print_lines(
            (f"  {capture.captured_at[:19]}  {what}  {capture.url}{note}", ""),
            (f"    {mark.warc} @{mark.offset}+{mark.length} {mark.payload_digest}", "dim"),
        )


_BECAUSE = {
    "canonical": "others name it as the canonical page",
    "credit": "others name it as their source",
    "date": "it was published first",
    "capture": "no page gives a date, and it was seen first",
}


def _show_family(family: Family, article: str) -> None:
    from crawler.cli.output import print_lines

    print_lines((f"One story on {len(family.members):,} pages; {_BECAUSE[family.because]}", "italic"))
    for one in family.members:
        who = "first" if one.is_first else "this one" if one.id == article else ""
        when = one.date_published or f"seen {one.first_captured_at[:19]}"
        print_lines(
            (f"  {who:<10}{when:<27}{one.site}  {one.headline}", ""), (f"{'':12}{_copied(one)}{one.url}", "dim")
        )
    for one in family.members:
        if one.id == article and one.added:
            print_lines(("  added here:", "italic"), *((f"  + {paragraph}", "") for paragraph in one.added))
    print_lines(("", ""))


def _copied(one: Member) -> str:
    said = [
        "" if one.is_first else f"has {one.copied:.0%} of the first text, {one.own:.0%} of its own",
        f"names {one.credit} as its source" if one.credit else "",
        f"points to {one.points_to}" if one.points_to else "",
    ]
    return "".join(f"{part}; " for part in said if part)


def _show_fields(article: dict[str, Any], shown: Shown) -> None:
    from crawler.cli.output import print_lines

    fields = {
        "standfirst": article["standfirst"],
        "authors": ", ".join(article["authors"]),
        "published": article["date_published"],
        "modified": article["date_modified"],
        "section": article["section"],
        "language": article["language"],
        "publisher": article["publisher"],
        "keywords": ", ".join(article["keywords"]),
        "url": article["url"],
        "id": article["id"],
        "pressmark": str(shown.pressmark) if shown.pressmark else "",
    }
    print_lines((article["headline"], "bold"), ("", ""))
    print_lines(*((f"{name:<12}{value}", "") for name, value in fields.items() if value), ("", ""))
    print_lines((article["body"], ""), ("", ""))


def _show_evidence(evidence: tuple[ShownEvidence, ...]) -> None:
    from crawler.cli.output import show_table

    rows = [asdict(one) | {"chosen": "yes" if one.chosen else ""} for one in evidence]
    show_table(rows, ("field", "chosen", "source", "selector", "raw"), title="Evidence")


def _tell_coverage(path: Path, *, as_json: bool) -> None:
    from crawler.bindings import site_files
    from crawler.cli.output import say, write_json
    from crawler.coverage import coverage

    told = coverage(path, site_files())
    if as_json:
        write_json([asdict(site) for site in told])
        return
    for site in told:
        _show_coverage(site)
    if not told:
        say("nothing was crawled yet: `pressmark crawl TARGET`")


def _show_coverage(site: Coverage) -> None:
    from archive.printable import printable
    from crawler.cli.output import print_lines
    from crawler.coverage import REASONS

    print_lines((printable(f"{site.site}: {site.fetched:,} URLs fetched"), "bold"))
    for one in site.unfetched:
        print_lines((f"  {one.count:,} {one.reason}: {REASONS[one.reason]}", ""))
        print_lines(*((printable(f"      {url}"), "dim") for url in one.examples))
    for source in site.dead:
        print_lines((printable(f"  {source.form} dead since {source.since}: {source.url}: {source.now}"), ""))
    if site.empty_days:
        days = ", ".join(site.empty_days[-_DAYS_SHOWN:])
        print_lines((f"  {len(site.empty_days):,} days without news where that weekday usually has some: {days}", ""))
    if not (site.unfetched or site.dead or site.empty_days):
        print_lines(("  nothing is known to be missing", ""))


def _how_it_ended(job: JobStatus, running: Holder | None) -> str:
    """Of a job without an exit code: it runs, or was killed; its name ends with the process that it ran in."""
    return "running" if running and job.job.endswith(f"-{running.pid}") else "killed"


def _tell_press_releases(collection: str, *, as_json: bool) -> None:
    from archive.syndication import release_shares
    from crawler.cli.output import say, show_table, write_json

    with options.catalog(collection) as db:
        shares = release_shares(db)
    if as_json:
        write_json([asdict(one) | {"share": one.share} for one in shares])
        return
    rows = [asdict(one) | {"share of words": f"{one.share:.1%}"} for one in shares]
    show_table(rows, ("site", "month", "articles", "releases", "words", "release_words", "share of words"))
    say("an article counts when it names a wire for press releases as its source, or copies one that does")


def _show_status(now: Status) -> None:
    from archive.printable import printable
    from crawler.cli.output import counted, print_lines, show_table, size
    from crawler.left_alone import sentences

    show_table(
        [asdict(site) | {"last_captured": site.last_captured_at[:19]} for site in now.sites],
        ("site", "articles", "captures", "revisits", "failures", "last_captured"),
    )
    jobs = [
        {
            "job": job.job,
            "began": job.started_at[:19],
            "ended": (job.finished_at or "")[:19],
            "exit": _how_it_ended(job, now.running) if job.exit is None else job.exit,
            "sites": ", ".join(job.sites),
        }
        for job in now.jobs
    ]
    show_table(jobs, ("job", "began", "ended", "exit", "sites"), title="Last jobs")
    for sentence in sentences(now.jobs[0].stats if now.jobs else {}):
        print_lines((printable(sentence), ""))
    growing = f" and {now.growing} that grow" if now.growing else ""
    whole = (
        f"{now.articles:,} articles in {now.revisions:,} texts, {now.captures:,} captures; "
        f"{counted(now.warcs, 'WARC file')}{growing}, {size(now.warc_bytes)}; catalog {size(now.catalog_bytes)}; "
        f"read by {now.reader}"
    )
    print_lines(("", ""), (whole, ""))
    if now.running:
        by = f"process {now.running.pid} ({now.running.command})" if now.running.pid else "another process"
        print_lines((f"a job writes since {now.running.since[:19]}: {by}", ""))
    if now.quarantined:
        print_lines((f"{now.quarantined:,} files in quarantine: look at them with `pressmark verify`", ""))
    sys.stdout.flush()
