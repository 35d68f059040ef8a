"""Input that others made: saved news pages under their own host names, WARC files of other programs, wget's."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawler.newsweb import NewsWeb, PageServer, serve
from tests.end_to_end import SHARED, crawl, missing, pressmark, rows

PAGES = SHARED / "extraction" / "public"
WARCS = SHARED / "corpora" / "warc"

with_pages = pytest.mark.skipif(not PAGES.is_dir(), reason="needs the saved pages of ../shared/extraction/public")
with_warcs = pytest.mark.skipif(not WARCS.is_dir(), reason="needs the WARC files of ../shared/corpora/warc")

SETS = ("seb", "fundus", "n4k")
HOW_MANY = 40

COUNTED: Mapping[str, tuple[int, int]] = {
    "chatnoir-resiliparse-clipped.warc.gz": (0, 0),  # the only record is cut off within its gzip member
    "warcio-bad.arc": (2, 1),  # four heads, two of them without a length
    "warcio-example-bad-non-chunked.warc.gz": (6, 1),  # one gzip member around six records: zcat | grep -c ^WARC/1
    "warcio-example-space-in-url.arc": (1, 0),  # says 1,591 bytes and has 1,579
    "warcio-example-wrong-chunks.warc.gz": (2, 1),  # as above
    # its heads, also where no line ends before them: grep -aoE '(http|dns|filedesc):[^ ]+ [0-9.]+ 2008[0-9]{10} '
    "webarchive-commons-IAH-20080430204825-00000-blackbook-truncated.arc": (9, 8),
    "webarchive-commons-link-extraction-test.warc": (8, 7),  # grep -ac ^WARC/1
}
"""Records and responses of the files that warcio stops at, or counts though they are torn."""


def few_links(count: int) -> dict[str, bytes]:
    """The saved pages with the fewest links, so that a crawl of everything they lead to ends soon."""
    files = [PAGES / f"{name}.jsonl" for name in SETS]
    saved = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    pages = {row["url"]: gzip.decompress((PAGES / row["html"]).read_bytes()) for row in saved}
    return dict(sorted(pages.items(), key=lambda page: page[1].lower().count(b"<a "))[:count])


def counted_by_warcio(file: Path) -> tuple[int, int]:
    """Records and responses of a WARC or ARC file."""
    with file.open("rb") as stream:
        types = [record.rec_type for record in ArchiveIterator(stream, arc2warc=True)]
    return len(types), types.count("response")


@with_pages
def test_saved_pages_are_captured_and_read(tmp_path: Path) -> None:
    """Real pages below their own host names are found from a section page, kept byte for byte, and read as articles."""
    web = PageServer({url: (page, "text/html") for url, page in few_links(HOW_MANY).items()})
    with serve(web) as server:
        crawl(web, server, tmp_path / "kept", web.section_urls).done()
    query = "select url, r.kind from captures join readings r using (record_id) where status = 200"
    read = dict(rows(tmp_path / "kept" / "catalog.db", query))

    assert {url: read.get(url) for url in web.urls if read.get(url) != "article"} == {}


@with_warcs
@pytest.mark.fault(99)
def test_warcs_of_other_programs(tmp_path: Path) -> None:
    """Each foreign file is counted as warcio counts it; what cannot be taken in is refused with the reason."""
    files = sorted(file for file in WARCS.iterdir() if file.suffix not in (".lz4", ".bad"))
    ran = pressmark("import", *files, "-c", tmp_path / "kept", "--copy", "--json", cwd=tmp_path).done()
    imported = {Path(row["file"]).name: row for row in ran.json}
    counted = {file.name: COUNTED.get(file.name) or counted_by_warcio(file) for file in files}

    assert {name: (row["records"], row["responses"]) for name, row in imported.items()} == counted
    assert {name for name, row in imported.items() if row["outcome"] == "refused"} == {
        "chatnoir-resiliparse-clipped.warc.gz"
    }
    assert all(row["refused"] for row in imported.values() if row["outcome"] == "refused")
    assert sum(row["articles"] for row in imported.values()) > 0
    assert pressmark("rebuild", "--check", "-c", tmp_path / "kept", cwd=tmp_path).code == 0


@with_warcs
@pytest.mark.parametrize("name", ["warcio-example-bad-non-chunked.warc.gz", "warcio-example-wrong-chunks.warc.gz"])
def test_a_single_member_is_rewritten(name: str, tmp_path: Path) -> None:
    """A file whose gzip members are not its records is compressed anew, record by record, so that warcio reads it."""
    with pytest.raises(ArchiveLoadFailed):
        counted_by_warcio(WARCS / name)
    [row] = pressmark("import", WARCS / name, "-c", tmp_path / "kept", "--json", cwd=tmp_path).done().json

    assert row["outcome"] == "rewritten"
    assert counted_by_warcio(tmp_path / "kept" / "archive" / name) == COUNTED[name]


@pytest.mark.parametrize("coding", ["gz", "plain"])
def test_wget(coding: str, tmp_path: Path) -> None:
    """Articles in a WARC that wget wrote are found with their headlines, and the import is the whole truth of it."""
    if shutil.which("wget") is None:
        missing("wget")
    web = NewsWeb(3, sites=1, articles=6, crawl_delay=0)
    with serve(web) as server:
        urls = [article.url for article in web.articles]
        command = [
            "wget",
            "--quiet",
            "--warc-file=wgot",
            "--delete-after",
            *(["--no-warc-compression"] * (coding == "plain")),
        ]
        proxy = ["-e", f"http_proxy=http://127.0.0.1:{server.port}/"]
        subprocess.run([*command, *proxy, *urls], cwd=tmp_path, check=True, timeout=60)
    [warc] = tmp_path.glob("wgot*.warc*")
    [row] = pressmark("import", warc, "-c", tmp_path / "kept", "--json", cwd=tmp_path).done().json
    found = dict(rows(tmp_path / "kept" / "catalog.db", "select url, headline from articles"))

    assert (row["records"], row["responses"]) == counted_by_warcio(warc)
    assert (row["articles"], row["outcome"], row["refused"]) == (len(urls), "taken in", [])
    assert found == {article.url: article.headline for article in web.articles}
    assert {urlsplit(url).hostname for url in found} == {urlsplit(web.home_urls[0]).hostname}
