"""Gzip members: made, scanned, cut at every byte."""

from __future__ import annotations

import gzip
import random
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.gzip_members import Member, TornTail, gzip_member, gzip_pieces, next_member, scan_members

RANDOM = random.Random(7)
MEMBERS = [
    gzip_member(RANDOM.randbytes(RANDOM.randrange(60)), RANDOM.randbytes(RANDOM.randrange(90)), deflated=n % 2 == 0)
    for n in range(7)
]
STARTS = [sum(map(len, MEMBERS[:n])) for n in range(8)]
FILE = b"".join(MEMBERS)


@settings(deadline=None)
@given(head=st.binary(max_size=2000), body=st.binary(max_size=2000), deflated=st.booleans())
def test_round_trip(head: bytes, body: bytes, deflated: bool) -> None:
    """A member holds its head and body, whether the body is deflated or stored."""
    assert gzip.decompress(gzip_member(head, body, deflated=deflated)) == head + body


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 200_000])
def test_stored_blocks(size: int) -> None:
    """A stored body of any size is whole, and grows by next to nothing."""
    body = random.Random(size).randbytes(size)
    member = gzip_member(b"head", body, deflated=False)

    assert gzip.decompress(member) == b"head" + body
    assert len(member) < size + 80


def test_pieces() -> None:
    """A member made in pieces holds them all."""
    assert gzip.decompress(b"".join(gzip_pieces([b"a", b"", b"bc" * 50_000]))) == b"a" + b"bc" * 50_000


@pytest.mark.parametrize("start", [0, 3])
def test_scan_at_every_cut(tmp_path: Path, start: int) -> None:
    """Wherever a file is cut, the scan gives the whole members and where the torn tail begins."""
    path = tmp_path / "cut.gz"
    for cut in range(STARTS[start], len(FILE) + 1):
        path.write_bytes(FILE[:cut])
        scan = scan_members(path, STARTS[start])
        whole = [n for n in range(start, 7) if STARTS[n + 1] <= cut]
        end = STARTS[len(whole) + start]

        assert list(scan) == [Member(STARTS[n], len(MEMBERS[n])) for n in whole]
        assert scan.torn == (TornTail(end, cut - end, "ends early") if cut > end else None)


@settings(max_examples=60, deadline=None)
@given(
    contents=st.lists(st.tuples(st.binary(max_size=200), st.binary(max_size=200), st.booleans()), max_size=4),
    data=st.data(),
)
def test_scan_of_any_members_at_any_cut(contents: list[tuple[bytes, bytes, bool]], data: st.DataObject) -> None:
    """Whatever members a file has, and wherever it is cut, what is whole is given with its content, and no more."""
    members = [gzip_member(head, body, deflated=deflated) for head, body, deflated in contents]
    cut = data.draw(st.integers(0, sum(map(len, members))))
    ends = [sum(map(len, members[: n + 1])) for n in range(len(members))]
    whole = [n for n, end in enumerate(ends) if end <= cut]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cut.gz"
        path.write_bytes(b"".join(members)[:cut])
        scan = scan_members(path)
        found = list(scan.contents())
    torn = cut - (ends[whole[-1]] if whole else 0)

    assert [content for _, content in found] == [contents[n][0] + contents[n][1] for n in whole]
    assert [(member.offset, member.length) for member, _ in found] == [
        (ends[n] - len(members[n]), len(members[n])) for n in whole
    ]
    assert (scan.torn is not None, scan.torn and scan.torn.size) == (torn > 0, torn or None)


def test_scan_sees_every_flip_that_changes_content(tmp_path: Path) -> None:
    """A flipped bit either stops the scan at its member, or leaves the content as it was."""
    path = tmp_path / "flipped.gz"
    contents = [gzip.decompress(member) for member in MEMBERS]
    for bit in range(len(FILE) * 8):
        flipped = bytearray(FILE)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        scan = scan_members(path)
        seen = [content for _, content in scan.contents()]
        hit = max(n for n in range(7) if STARTS[n] <= bit // 8)

        assert seen == contents if scan.torn is None else (seen, scan.torn.offset) == (contents[:hit], STARTS[hit])


def test_zeros_behind_the_last_member(tmp_path: Path) -> None:
    """Zeros that a power failure left at the end are a torn tail."""
    path = tmp_path / "zeros.gz"
    path.write_bytes(FILE + bytes(4096))
    scan = scan_members(path)

    assert len(list(scan)) == 7
    assert scan.torn is not None
    assert (scan.torn.offset, scan.torn.size) == (len(FILE), 4096)


def test_scan_takes_constant_memory(tmp_path: Path) -> None:
    """Scanning a big member holds neither the file nor its content in memory."""
    path = tmp_path / "big.gz"
    path.write_bytes(b"".join(gzip_pieces(bytes(1 << 20) + random.Random(n).randbytes(1 << 19) for n in range(20))))
    tracemalloc.start()
    members = list(scan_members(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert members == [Member(0, path.stat().st_size)]
    assert peak < 4 << 20


@settings(max_examples=30, deadline=None)
@given(noise=st.binary(max_size=300))
def test_next_member(noise: bytes) -> None:
    """Behind damage the next member of the wanted kind is found."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "damaged.gz"
        path.write_bytes(MEMBERS[0][:-3] + noise + gzip_member(b"other") + gzip_member(b"WARC/1.1"))

        found = next_member(path, 0, lambda content: content.startswith(b"WARC/"))
        assert found == len(MEMBERS[0]) - 3 + len(noise) + len(gzip_member(b"other"))
