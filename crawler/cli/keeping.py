"""`pressmark import`, `rebuild` and `verify`: what keeps a collection whole."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive.errors import CheckFailed, UsageError
from crawler.bindings import DEFAULT_COLLECTION, collection_path
from crawler.cli import options

if TYPE_CHECKING:
    from archive.catching_up import Reader
    from archive.collection import Collection
    from archive.errors import DamagedRecord
    from archive.foreign import TakenIn
    from archive.verify import Finding, Report

Progress = Callable[[int], None]

_IMPORT_HELP = """Take in WARC or ARC files that others wrote.

The articles in them are read. A file is linked or copied into archive/ byte for byte; one that is compressed as a
single member is rewritten record by record. Damaged records are told and passed over.

\b
pressmark import crawl-2019.warc.gz -c old-news
pressmark import *.warc.gz --json
"""

_REBUILD_HELP = """Make the catalog anew from the WARC files alone.

A damaged record is passed over and told, with file and offset, and the command then ends with 4; so it does, with
nothing changed, where a file that MANIFEST lists is missing.

With --check a second catalog is built beside the first and all tables are compared: exit 0 when they are equal,
4 with the first row that differs.

\b
pressmark rebuild -c news
pressmark rebuild --check --workers 2
"""

_VERIFY_HELP = """Check every byte that is kept.

Records, digests, MANIFEST and indexes are checked, and that the catalog points to the right bytes.

Exit 4 when anything does not hold; each finding names file, offset, URL and what to do. What was wrong with a file of
others already when it was imported, and is as it was, is told apart and does not count.

With --repair damaged files move to quarantine/, their whole records go into new files, indexes and catalog are made
anew, and the URLs of what is lost are fetched again by the next crawl. A file that is missing may come back from a
copy; --allow-missing gives it up, and has its URLs fetched again too.

\b
pressmark verify -c news
pressmark verify --repair
pressmark verify my-citation
pressmark verify --json
"""


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("import", help=_IMPORT_HELP)(import_warcs)
    app.command(help=_REBUILD_HELP)(rebuild)
    app.command(help=_VERIFY_HELP)(verify)


def import_warcs(
    warcs: Annotated[list[Path], typer.Argument(metavar="WARC...", help="Files to take in, compressed or not.")],
    collection: options.CollectionName = DEFAULT_COLLECTION,
    copy: Annotated[bool, typer.Option("--copy", help="Copy even where a hard link could be made.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Take WARC files that others wrote into a collection."""
    from archive.collection import Collection
    from crawler.bindings import default_reader
    from crawler.cli.output import say, show_table, write_json
    from pipelines.urls import registered_domain

    _look_for(warcs)
    reader = default_reader()
    was_there = collection_path(collection).exists()
    kept = Collection.create(collection_path(collection), site_of=registered_domain)
    with kept.lock():
        _make_whole(kept, reader)
        imported = kept.import_warcs(warcs, reader.read, reader_id=reader.id, link=not copy)
    rows = [_import_row(taken, imported.articles) for taken in imported.files]
    if as_json:
        write_json(rows)
    else:
        show_table(rows, ("file", "records", "responses", "articles", "outcome"))
        for row in rows:
            for reason in row["refused"]:  # type: ignore[attr-defined]  # a list by `_import_row`
                say(reason if reason.startswith(str(row["file"])) else f"{row['file']}: {reason}")
    if all(taken.path is None for taken in imported.files):
        if not was_there:
            shutil.rmtree(kept.path)  # it was made for them
        raise UsageError("none of the files could be taken in; nothing was changed")


def _look_for(warcs: list[Path]) -> None:
    """Refuse before a collection is made for nothing."""
    if not any(warc.exists() for warc in warcs):
        raise UsageError(f"{', '.join(map(str, warcs))}: no such file; nothing was changed")


def rebuild(
    collection: options.CollectionName = DEFAULT_COLLECTION,
    check: Annotated[bool, typer.Option("--check", help="Compare with the present catalog and keep it.")] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes that read at once.")] = 1,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Go on though a file that MANIFEST lists is missing.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Make the catalog anew from the WARC files alone."""
    from crawler.bindings import default_reader

    kept = _open(collection)
    if check and not kept.catalog_path.exists():
        raise UsageError(f"{kept.catalog_path} is missing, so there is nothing to check; run `pressmark rebuild`")
    with kept.lock():
        kept.recover()
        if check:
            _make_whole(kept, default_reader())
            _check(kept, workers, allow_missing, as_json)
        else:
            _rebuild(kept, workers, allow_missing, as_json)


def verify(
    citation: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A folder that `cite` made, in place of a collection.")
    ] = None,
    collection: options.CollectionName = DEFAULT_COLLECTION,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended; nothing is thrown away.")] = False,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="With --repair: give up missing files, fetch their URLs again.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Check every byte that is kept."""
    from dataclasses import asdict

    from crawler.cli.output import counted, print_lines, say, write_json

    if citation is not None:
        _verify_citation(citation, as_json=as_json)
        return
    kept = _open(collection)
    if repair:
        with kept.lock():
            kept.recover()
            _repair(kept, _verified(kept), allow_missing=allow_missing)
    report = _verified(kept)
    if as_json:
        write_json(asdict(report))
    else:
        for finding in (*report.findings, *report.remarks):
            print_lines((_sentence(finding), ""))
        if not report.findings:
            say(f"{report.records:,} records in {counted(report.files, 'file')}: {_all_holds(len(report.remarks))}")
    if report.findings:
        raise CheckFailed(f"{len(report.findings):,} findings in {collection_path(collection)}")


def _verify_citation(folder: Path, *, as_json: bool) -> None:
    from archive import cite
    from crawler.cli.output import print_lines, say, write_json

    if not cite.is_citation(folder):
        raise UsageError(f"{folder} is no citation; `pressmark verify -c {folder}` checks a collection")
    findings, signer = cite.check(folder), cite.signed_by(folder)
    if as_json:
        write_json({"findings": findings, "signed_by": signer})
    else:
        print_lines(*((finding, "") for finding in findings))
        say(f"{folder}: {'signed by ' + signer if signer else 'not signed'}")
    if findings:
        raise CheckFailed(f"{len(findings):,} findings in {folder}")


def _verified(kept: Collection) -> Report:
    from archive.verify import verify as verify_collection

    with _counting("records checked") as progress:
        return verify_collection(kept.path, progress=progress)


def _repair(kept: Collection, report: Report, *, allow_missing: bool) -> None:
    """Mend what was found, make the catalog anew, and have fetched again what is lost."""
    from crawler.bindings import default_reader
    from crawler.cli.output import say

    if not any(finding.remedy for finding in report.findings):
        return
    repaired = kept.repair(report.findings, give_up_missing=allow_missing)
    for path in repaired.quarantined:
        say(f"{path.name} is in quarantine/")
    for path in repaired.salvaged:
        say(f"archive/{path.name} holds what was whole in it")
    for path in repaired.renamed:
        say(f"archive/{path.name} has its name back")
    for path in repaired.listed:
        say(f"archive/{path.name} is listed in MANIFEST as it is")
    kept.rebuild(default_reader, allow_missing=True)  # what is still missing is told by the verification behind
    for url in repaired.lost:
        say(f"{url} is lost in one capture, and is fetched again by the next crawl")


def _all_holds(remarks: int) -> str:
    if not remarks:
        return "every one is whole and every digest holds"
    return f"nothing has changed since they were written or imported ({remarks:,} places came as they are)"


def _sentence(finding: Finding) -> str:
    """A finding as one line."""
    offset = "" if finding.offset is None else f", byte {finding.offset}"
    url = f" ({finding.url})" if finding.url else ""
    return f"{finding.file}{offset}{url}: {finding.problem}; {finding.next_step}"


def _make_whole(kept: Collection, reader: Reader) -> None:
    """Finish what a killed job left, fold what it had not folded, and read anew what another reader read."""
    from crawler.cli.output import say

    kept.recover()
    if kept.is_current(reader.id):
        kept.catch_up(reader.read, reader_id=reader.id)
    else:
        from crawler.bindings import default_reader

        say(f"the catalog of {kept.name} was read by another version; all pages are read anew first")
        kept.rebuild(default_reader, on_damage=lambda damage: say(f"passed over: {damage}"))


def _open(name_or_path: str) -> Collection:
    from archive.collection import Collection
    from pipelines.urls import registered_domain

    return Collection.open(collection_path(name_or_path), site_of=registered_domain)


def _check(kept: Collection, workers: int, allow_missing: bool, as_json: bool) -> None:
    from dataclasses import asdict

    from crawler.bindings import default_reader
    from crawler.cli.output import say, write_json

    with _counting("captures read") as progress:
        difference = kept.check_rebuild(default_reader, workers=workers, allow_missing=allow_missing, progress=progress)
    if as_json:
        write_json({"equal": difference is None, "difference": asdict(difference) if difference else None})
    elif difference is None:
        say(f"equal: the catalog of {kept.name} follows from its WARC files, table by table")
    if difference is not None:
        raise CheckFailed(
            f"{difference}; run `pressmark verify -c {kept.path}`: a damaged file must be mended first, "
            f"else `pressmark rebuild -c {kept.path}` makes the catalog follow again"
        )


def _rebuild(kept: Collection, workers: int, allow_missing: bool, as_json: bool) -> None:
    from archive.flaws import Flaw, noted_flaws
    from crawler.bindings import default_reader
    from crawler.cli.output import say, write_json

    damaged: list[DamagedRecord] = []
    with _counting("captures read") as progress:
        catalog = kept.rebuild(
            default_reader,
            workers=workers,
            allow_missing=allow_missing,
            progress=progress,
            on_damage=damaged.append,
        )
    noted = noted_flaws(kept.path)
    since = [d for d in damaged if (d.warc, Flaw(offset=d.offset, problem=d.problem)) not in noted]
    if as_json:
        write_json({"catalog": str(catalog), "damaged": [str(damage) for damage in damaged]})
    else:
        for damage in damaged:
            came_so = "" if damage in since else " (it was so when the file was imported)"
            say(f"passed over: {damage.warc}, byte {damage.offset}: {damage.problem}{came_so}")
        say(f"{catalog} made anew")
    if since:
        raise CheckFailed(
            f"{len(since):,} damaged records were passed over, the catalog holds what is whole; the rest comes back "
            f"with a copy of the file, or is fetched again after `pressmark verify --repair -c {kept.path}`"
        )


def _import_row(taken: TakenIn, articles: object) -> dict[str, object]:
    counted = dict(articles)  # type: ignore[call-overload]  # a mapping of names to counts
    if taken.path is None:
        outcome = "refused"
    elif taken.was_there:
        outcome = "was there"
    else:
        outcome = "rewritten" if taken.rewritten else "taken in"
    return {
        "file": str(taken.source),
        "records": taken.records,
        "responses": taken.responses,
        "articles": counted.get(taken.path.name, 0) if taken.path else 0,
        "outcome": outcome,
        "refused": list(taken.refused),
    }


@contextmanager
def _counting(what: str) -> Iterator[Progress | None]:
    """Tells on a terminal how many there are so far."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status(what) as status:
        yield lambda count: status.update(f"{count:,} {what}")
