"""`pressmark extract`: the record of one page, or of many, without a collection."""

from __future__ import annotations

import gzip
import json
import re
import sys
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive.errors import UsageError

if TYPE_CHECKING:
    from archive.model import Reading
    from archive.warc_read import CapturedRecord
    from pipelines.read import Reader

NO_URL = "http://page.invalid/"
"""The address of a page that came without one (RFC 2606: never resolves)."""

_HELP = """Print what one page is read as, as JSON.

The page is a file (.gz allowed), "-" for standard input, or a URL, which is fetched politely, robots.txt obeyed.

\b
pressmark extract page.html --url https://www.example.com/news/1
curl -s https://www.example.com/news/1 | pressmark extract -
pressmark extract --batch manifest.jsonl -o articles.jsonl
"""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(help=_HELP)(extract)


def extract(
    target: Annotated[str | None, typer.Argument(metavar="FILE|URL|-", help="What to read.")] = None,
    url: Annotated[str, typer.Option(help="The address that the page came from.")] = "",
    captured_at: Annotated[
        str, typer.Option(metavar="INSTANT", help="When it was captured, ISO 8601; now when left out.")
    ] = "",
    batch: Annotated[
        Path | None,
        typer.Option(metavar="MANIFEST", help='JSON Lines of "id", "url", "html" (a path beside the manifest).'),
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Where the records of a batch go.")] = None,
    evidence: Annotated[bool, typer.Option("--evidence", help="Also print where each field was seen.")] = False,
    allow_network: Annotated[
        list[str] | None, typer.Option(metavar="CIDR", help="For a URL: a network that is no public one.")
    ] = None,
) -> None:
    """Print what one page is read as."""
    if batch is not None and target is not None:
        raise UsageError(f"extract takes a page or --batch, not both: {target} was left over")
    if batch is None and output is not None:
        raise UsageError(f"-o {output} goes with --batch; write one record by `> {output}`")
    if url and not url.startswith(("http://", "https://")):
        raise UsageError(f"--url {url}: an http or https URL is needed, the address that the page was at")
    if batch is not None:
        _extract_batch(batch, output)
        return
    if target is None:
        raise UsageError("extract needs a page: a file, a URL, or - for standard input; or --batch MANIFEST")
    when = _instant(captured_at)
    if target.startswith(("http://", "https://")):
        reading = _read_url(target, tuple(allow_network or ()))
    else:
        reading = _reader().read(page_record(_page_bytes(target), url=url or NO_URL, captured_at=when))
    from crawler.cli.output import write_json

    write_json(public_record(reading, evidence=evidence))


def page_record(content: bytes, *, url: str, captured_at: datetime) -> CapturedRecord:
    """A page that did not come out of a WARC, as a record that `Reader.read` takes."""
    from archive.model import Capture
    from archive.urlkey import url_key
    from archive.warc_read import CapturedRecord

    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n".encode()
    capture = Capture(
        record_id="urn:uuid:00000000-0000-0000-0000-000000000000",
        url=url,
        urlkey=url_key(url),
        captured_at=captured_at,
        kind="response",
        status=200,
    )
    return CapturedRecord(capture=capture, block=head + content)


def public_record(reading: Reading, *, evidence: bool = False) -> dict[str, Any]:
    """A reading as `extract` prints it: the outlinks left out, evidence only when asked for."""
    from dataclasses import asdict

    record = {"kind": reading.kind} | asdict(reading)
    record.pop("links")
    if not evidence:
        record.pop("evidence", None)
    return record


def _reader() -> Reader:
    from crawler.bindings import default_reader

    return default_reader()


def _instant(text: str) -> datetime:
    if not text:
        return datetime.now(UTC)
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--captured-at {text}: not an ISO 8601 instant such as 2018-06-18T09:30:00Z") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


_HOST = re.compile(r"(?:[a-z0-9-]+\.)+(?!html?\b|gz\b|txt\b)[a-z]{2,}(?:/|$)", re.IGNORECASE)
"""What looks like the beginning of a URL without its scheme, and like no file of a page."""


def _page_bytes(target: str) -> bytes:
    if target == "-":
        return sys.stdin.buffer.read()
    return _file_bytes(Path(target))


def _file_bytes(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if path.suffix == ".gz" else content
    except (OSError, EOFError, gzip.zlib.error) as error:  # type: ignore[attr-defined]  # zlib by gzip's own import
        meant = f"; for a URL write https://{path}" if not path.exists() and _HOST.match(str(path)) else ""
        raise UsageError(f"{path}: {getattr(error, 'strerror', None) or error}{meant}") from None


def _read_url(url: str, allow_networks: tuple[str, ...]) -> Reading:
    from crawler.one_page import fetch_and_read

    return fetch_and_read(url, allow_networks=allow_networks)


def _extract_batch(manifest: Path, output: Path | None) -> None:
    from archive.printable import json_text
    from crawler.cli.output import say
    from crawler.reading_child import collect_seldom

    reader = _reader()
    reader.prepare()
    collect_seldom()
    try:
        lines = manifest.read_text(encoding="utf-8").splitlines()
        place = output.open("w", encoding="utf-8") if output else nullcontext(sys.stdout)
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}") from None
    failed = 0
    with place as target:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            record = _batch_record(reader, manifest, number, line)
            if problem := record.get("error"):
                failed += 1
                say(f"{record['id'] or manifest}: {problem}")
            target.write(json_text(record) + "\n")
    if failed:
        say(f"{failed} of {len(lines)} pages could not be read; the others are in {output or 'the output'}")


def _batch_record(reader: Reader, manifest: Path, number: int, line: str) -> dict[str, Any]:
    """One line of the output: every field in each, empty where the page is no article or could not be read."""
    row: dict[str, Any] = {}
    try:
        row = _row_of(number, line)
        content = _file_bytes(manifest.parent / str(row["html"]))
        when = _instant(str(row.get("captured_at") or ""))
    except UsageError as error:
        return {"id": row.get("id"), "kind": "", "reason": "", "error": str(error), **_NO_FIELDS, "ms": 0.0}
    begun = time.process_time()
    reading = reader.read(page_record(content, url=str(row.get("url") or NO_URL), captured_at=when))
    return {"id": row["id"], **_scored_fields(reading), "ms": round(1000 * (time.process_time() - begun), 3)}


def _row_of(number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise UsageError(f"line {number}: not JSON: {error}") from None
    if not isinstance(row, dict) or not {"id", "html"} <= row.keys():
        raise UsageError(f'line {number}: an object with "id", "url" and "html" is needed')
    return row


_NO_FIELDS: dict[str, Any] = {
    "headline": "",
    "standfirst": "",
    "authors": [],
    "date_published": "",
    "date_modified": "",
    "section": "",
    "language": "",
    "body": "",
}


def _scored_fields(reading: Reading) -> dict[str, Any]:
    if reading.kind != "article":
        reason = reading.form if reading.kind == "listing" else reading.reason
        return {"kind": reading.kind, "reason": reason, **_NO_FIELDS}
    return {
        "kind": reading.kind,
        "reason": "",
        "headline": reading.headline,
        "standfirst": reading.standfirst,
        "authors": list(reading.authors),
        "date_published": reading.date_published[:10],
        "date_modified": reading.date_modified[:10],
        "section": reading.section,
        "language": reading.language,
        "body": reading.body,
    }
