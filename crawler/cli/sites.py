"""`pressmark sites`: the site files that this installation knows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive.errors import NothingReached, UsageError
from crawler.bindings import DEFAULT_COLLECTION
from crawler.cli import options

if TYPE_CHECKING:
    from crawler.orders import CrawlOrder
    from pipelines.site import Site, Sites
    from spiders.survey import Finding, Survey

DEGRADED = 6
DIFFERS = 4

app = typer.Typer(no_args_is_help=True, help="The sites that can be crawled by name.", rich_markup_mode=None)


@app.callback()
def sites() -> None:
    """Commands about site files."""


_LIST_HELP = """List the sites that can be crawled by name.

Those that come along, and your own below sites/.

\b
pressmark sites list
pressmark sites list --format csv
"""

_NEW_HELP = """Look at a site and write a file for it.

The file is to be gone over and edited.

A short, polite crawl of at most 60 requests: robots.txt, home page, feeds, sitemaps, section pages and a few articles.
The file goes to sites/NAME.toml, where `pressmark crawl NAME` finds it.

\b
pressmark sites new https://www.example.com/ --contact https://your.site/crawler
pressmark sites new www.example.com --name example -o -                             print it, write nothing
"""

_CHECK_HELP = """Look at sites and say whether their files fit.

Feeds, sitemaps, sections, articles and robots.txt are looked at.

A short, polite crawl of at most 60 requests a site. Exit code 6 when one of them gives less than its file promises.

\b
pressmark sites check pmlive --contact https://your.site/crawler
pressmark sites check pmlive statnews --json
"""

_DIFF_HELP = """Say what a changed site file changes.

The kept pages of the site are read again with its present file.

Nothing is fetched or changed. Exit code 4 when a page is read otherwise than the catalog has it.

\b
pressmark sites diff pmlive -c news
"""

Delay = Annotated[float | None, typer.Option(metavar="SECONDS", min=0, help="Pause between requests to a host.")]
Contact = Annotated[str, typer.Option(metavar="URL", envvar="PRESSMARK_CONTACT", help="Who looks: told to every site.")]


@app.command("list", help=_LIST_HELP)
def list_sites(form: options.OutputFormat = "table", as_json: options.AsJson = False) -> None:
    """List the known sites."""
    from crawler.bindings import site_files
    from crawler.cli.output import write_rows

    rows = [
        {"name": site.name, "home": site.home, "language": site.language, "checked": str(site.checked or "not yet")}
        for site in site_files()
    ]
    write_rows(rows, ("name", "home", "language", "checked"), options.chosen_format(form, as_json))


@app.command("new", help=_NEW_HELP)
def new_site(
    url: Annotated[str, typer.Argument(metavar="URL", help="Its home page, or its bare domain.")],
    name: Annotated[str, typer.Option(help="What to call it; from its domain when left out.")] = "",
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FILE", help='Where the file goes; "-" prints it.')
    ] = "",
    delay: Delay = None,
    contact: Contact = "",
    allow_network: options.AllowNetwork = None,
    connect_to: options.ConnectTo = None,
) -> None:
    """Look at a site and write a file for it."""
    from crawler.bindings import own_sites, site_files
    from crawler.cli.output import say, write_text
    from crawler.surveying import look_at
    from spiders.survey import site_file

    if name and not re.fullmatch(r"[\w-][\w.-]*", name, re.ASCII):
        raise UsageError(f"--name {name}: letters, digits, `-`, `_` and `.` make a name, which a file is called by")
    sites = site_files()
    name = name or _name_for(url, sites)
    path = Path(output) if output else own_sites() / f"{name}.toml"
    if output != "-" and path.exists():
        raise UsageError(f"{path} is there; look at it with `pressmark sites check {name}`, or write elsewhere with -o")
    if output not in ("", "-") and path.stem != name:
        raise UsageError(f"-o {output}: a site file is called as its site, here {name}.toml; --name gives another name")
    order = _order(delay, contact, allow_network, connect_to)
    [found] = look_at([_home_of(url)], order, sites)
    if found.elsewhere:
        raise UsageError(
            f"{url} redirects to {found.elsewhere}, another site; type `pressmark sites new {found.elsewhere}`"
        )
    if not found.home or found.home_problem:
        raise NothingReached(f"{url}: {found.home_problem}; no file was written")
    text = site_file(found, name=name, on=_today())
    if output == "-":
        write_text(text)
        return
    _write(path, text)
    _show_survey(found)
    say(f"{path} is written; go over it, then type `pressmark crawl {name}`")


@app.command("check", help=_CHECK_HELP)
def check_sites(
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="Names of sites.", autocompletion=options.names_of_sites)
    ],
    delay: Delay = None,
    contact: Contact = "",
    allow_network: options.AllowNetwork = None,
    connect_to: options.ConnectTo = None,
    as_json: options.AsJson = False,
) -> None:
    """Look at sites and say whether their files still fit."""
    from crawler.bindings import site_files
    from crawler.surveying import look_at
    from spiders.survey import findings

    sites = site_files()
    checked = [sites.named(name) for name in dict.fromkeys(names)]
    surveys = look_at([site.name for site in checked], _order(delay, contact, allow_network, connect_to), sites)
    told = [(site, found, findings(found, site)) for site, found in zip(checked, surveys, strict=True)]
    if as_json:
        from crawler.cli.output import write_json

        write_json([_plain(*one) for one in told])
    else:
        for one in told:
            _show_check(*one)
    if any(finding.degrades for _, _, found in told for finding in found):
        raise typer.Exit(DEGRADED)


@app.command("diff", help=_DIFF_HELP)
def diff_site(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of a site.", autocompletion=options.names_of_sites)],
    collection: options.CollectionName = DEFAULT_COLLECTION,
    limit: Annotated[int, typer.Option(min=1, help="At most so many pages, the newest first.")] = 200,
    as_json: options.AsJson = False,
) -> None:
    """Say what the present site file changes in what is kept."""
    from dataclasses import asdict

    from crawler.bindings import site_files
    from crawler.cli.output import say, show_table, write_json
    from crawler.site_diff import compare

    site = site_files().named(name)
    count, differences = compare(options.existing(collection), site, limit=limit)
    if as_json:
        write_json(list(map(asdict, differences)))
    elif differences:
        show_table(map(asdict, differences), ("url", "field", "kept", "now"))
    say(f"{name}: {count:,} pages read again, {len({one.url for one in differences}):,} of them otherwise than kept")
    if differences:
        raise typer.Exit(DIFFERS)


def _order(
    delay: float | None, contact: str, allow_network: list[str] | None, connect_to: list[str] | None
) -> CrawlOrder:
    from crawler.orders import CrawlOrder

    options.check_network_words(allow_network, connect_to, contact)
    return CrawlOrder(
        targets=(),
        collection=Path(),
        delay=delay,
        contact=contact,
        allow_networks=tuple(allow_network or ()),
        connect_to=tuple(connect_to or ()),
    )


def _home_of(url: str) -> str:
    return url if "://" in url else f"https://{url}"


def _name_for(url: str, sites: Sites) -> str:
    """The name of the site file that claims the URL, else one made from its domain."""
    from pipelines.urls import canonical, registered_domain

    try:
        home = canonical(_home_of(url))
    except ValueError:
        raise UsageError(f"{url!r} is no http or https URL") from None
    known = sites.of_url(home)
    if known is not None:
        return known.name
    domain = registered_domain(home)
    label = domain if domain[:1].isdigit() or ":" in domain else domain.partition(".")[0]
    return re.sub(r"[^a-z0-9]+", "-", label).strip("-") or "site"


def _today() -> Any:
    from archive.model import utc_now

    return utc_now().date()


def _write(path: Path, text: str) -> None:
    from archive.files import disk_errors

    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _show_check(site: Site, found: Survey, told: list[Finding]) -> None:
    from crawler.cli.output import print_lines

    degraded = [finding for finding in told if finding.degrades]
    print_lines((f"{site.name}: {'degraded' if degraded else 'as its file says'}", "bold"))
    _show_survey(found)
    mends = [("  to fix: " if finding.degrades else "  hint: ") + finding.text for finding in told]
    print_lines(*((line, "") for line in mends), ("", ""))


def _show_survey(found: Survey) -> None:
    from crawler.cli.output import print_lines

    for line in _survey_lines(found):
        print_lines((f"  {line}", ""))


def _survey_lines(found: Survey) -> list[str]:
    lines = [f"robots.txt {found.robots}" + (f"; {found.refused} URLs forbidden" if found.refused else "")]
    for kind in ("feed", "sitemap", "section"):
        alive = found.alive(kind)
        dead = sum(source.kind == kind for source in found.sources) - len(alive)
        newest = max((source.newest for source in alive), default="")
        told = f"{kind}s: {len(alive)} alive" + (f", {dead} dead" if dead else "")
        links = frozenset[str]().union(*(source.links for source in alive))
        lines.append(
            told + (f", {len(links)} links" if links else "") + (f", the newest of {newest}" if newest else "")
        )
    count = len(found.articles)
    filled = ", ".join(f"{name} {number}" for name, number in found.filled.items())
    lines.append(f"articles: {count} read of {found.pages} pages" + (f"; with {filled}" if count else ""))
    return lines


def _plain(site: Site, found: Survey, told: list[Finding]) -> dict[str, Any]:
    return {
        "site": site.name,
        "degraded": any(finding.degrades for finding in told),
        "home": found.home,
        "robots": found.robots,
        "refused": found.refused,
        "sources": [
            {
                "url": source.url,
                "kind": source.kind,
                "form": source.form,
                "links": len(source.links),
                "elsewhere": source.elsewhere,
                "newest": source.newest,
                "problem": source.problem,
            }
            for source in found.sources
        ],
        "pages": found.pages,
        "articles": len(found.articles),
        "fields": dict(found.filled),
        "walls": dict(found.walls),
        "findings": [{"text": finding.text, "degrades": finding.degrades} for finding in told],
    }
