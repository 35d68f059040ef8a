"""Raw replies of curl's test suite, kept and read again. See ../shared/corpora."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.http1 import strip_interim
from archive.warc import build_group, read_captures
from tests.archive.exchanges import exchange, writer
from tests.archive.test_http1 import NO_HTTP, REPLIES

pytestmark = pytest.mark.skipif(not REPLIES.exists(), reason="../shared is not there")


def replies() -> dict[str, bytes]:
    """The bytes of each reply by URL."""
    lines = map(json.loads, REPLIES.read_text().splitlines())
    return {f"http://example.com/{line['id']}": base64.b64decode(line["reply_base64"]) for line in lines}


@pytest.mark.fault(17, 18, 19)
def test_kept_byte_for_byte(tmp_path: Path) -> None:
    """Each reply comes back from the WARC byte for byte, without its interim replies; what is no HTTP is a failure."""
    growing = writer(tmp_path)
    for url, wire in replies().items():
        growing.append(build_group(exchange(wire, url=url)))
    [path] = growing.close()
    found = {record.capture.url: record for record, _ in read_captures(path)}

    assert {url.rpartition("/")[2] for url, record in found.items() if record.capture.kind == "failure"} == NO_HTTP
    assert {url: record.block for url, record in found.items() if record.block} == {
        url: strip_interim(wire) for url, wire in replies().items() if url.rpartition("/")[2] not in NO_HTTP
    }


def test_digests_as_warcio_verifies_them() -> None:
    """However odd its head, warcio finds the same payload behind it and verifies both digests."""
    failed = []
    for url, wire in replies().items():
        for record in ArchiveIterator(BytesIO(build_group(exchange(wire, url=url)).data), check_digests=True):
            record.raw_stream.read()
            if record.digest_checker.passed is False:
                failed.append((url, record.digest_checker.problems))

    assert failed == []


def test_index_as_cdxj_indexer_writes_it(tmp_path: Path) -> None:
    """The index equals that of `cdxj-indexer -s`, but for the reply with status 2, which we call 100."""
    growing = writer(tmp_path)
    for url, wire in replies().items():
        growing.append(build_group(exchange(wire, url=url)))
    [path] = growing.close()
    indexer = Path(sys.executable).with_name("cdxj-indexer")
    run = subprocess.run([indexer, "-s", path], capture_output=True, text=True, check=True)
    ours = (tmp_path / "indexes" / f"{path.name}.cdxj").read_text()

    assert (
        ours.replace('1431", "mime": "text/html", "status": "100"', '1431", "mime": "text/html", "status": "2"')
        == run.stdout
    )
