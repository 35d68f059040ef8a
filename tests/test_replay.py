"""What others make of our files: pywb replays every capture, cdxj-indexer finds the same lines."""

from __future__ import annotations

import gzip
import http.client
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.end_to_end import rows
from tests.serving import wayback


@dataclass(frozen=True)
class Replayed:
    """A collection that has captures of two visits, and a wayback that serves it."""

    path: Path
    """The collection."""

    port: int
    """Where wayback answers."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The answer of the catalog."""
        return rows(self.path / "catalog.db", query)

    def get(self, timestamp: str, url: str) -> tuple[int, str, bytes]:
        """Status, Location and body of a memento as it came, without banner and rewriting."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", f"/{self.path.name}/{timestamp}id_/{url}", headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        coded = answer.headers.get("Content-Encoding") == "gzip"
        return answer.status, answer.headers.get("Location", ""), gzip.decompress(body) if coded else body


@pytest.fixture(scope="module")
def replayed(visited_twice: Path) -> Iterator[Replayed]:
    """That collection, served by pywb."""
    with wayback(visited_twice) as server:
        yield Replayed(visited_twice, int(server.url.rpartition(":")[2]))


def responses(path: Path) -> dict[tuple[str, str], tuple[int, str, bytes]]:
    """Status, Location and decoded body of each response, as warcio reads them, by URL and payload digest."""
    found = {}
    for warc in sorted((path / "archive").glob("*.warc.gz")):
        with warc.open("rb") as stream:
            for record in ArchiveIterator(stream):
                if record.rec_type == "response":
                    fields, head = record.rec_headers, record.http_headers
                    response = (
                        int(head.get_statuscode()),
                        head.get_header("Location", ""),
                        record.content_stream().read(),
                    )
                    found[fields["WARC-Target-URI"], fields["WARC-Payload-Digest"]] = response
    return found


def test_both_kinds_of_revisits_are_there(visited_twice: Path) -> None:
    """The second visit has left revisits of answers with 304 and of answers with the same payload."""
    revisits = dict(
        rows(
            visited_twice / "catalog.db", "select status, count(*) from captures where kind = 'revisit' group by status"
        )
    )

    assert {200, 304} <= revisits.keys()


def test_every_capture_is_replayed(replayed: Replayed) -> None:
    """Each capture comes back with status, Location and bytes of the response that it is or refers to.

    Of a redirect the body is left out of account: pywb sends none for a revisit with a Location.
    """
    kept = responses(replayed.path)
    captures = replayed.rows(
        "select strftime('%Y%m%d%H%M%S', captured_at), url, payload_digest from captures where kind <> 'failure'"
    )
    wrong = []
    for timestamp, url, digest in captures:
        status, location, body = replayed.get(timestamp, url)
        expected = kept[url, digest]
        if (status, location) != expected[:2] or (not location and body != expected[2]):
            wrong.append((timestamp, url, expected[:2], (status, location)))

    assert len(captures) > 2 * len(replayed.rows("select 1 from articles"))
    assert wrong == []


def test_cdxj_indexer_finds_the_same(visited_twice: Path) -> None:
    """Each index is byte for byte what `cdxj-indexer -s` writes for its WARC file."""
    warcs = sorted((visited_twice / "archive").glob("*.warc.gz"))
    indexer = Path(sys.executable).with_name("cdxj-indexer")
    theirs = [subprocess.run([indexer, "-s", warc], capture_output=True, check=True).stdout for warc in warcs]

    assert len(warcs) == 2
    assert [(visited_twice / "indexes" / f"{warc.name}.cdxj").read_bytes() for warc in warcs] == theirs
