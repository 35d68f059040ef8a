"""A WACZ file (Web Archive Collection Zipped 1.1.1): a collection, or some articles of it, for ReplayWeb.page and pywb.

Everything is stored as it is, with fixed times: the same content gives the same bytes. The WARC files keep their
bytes; the index is the collection's own, sorted; the pages are the articles, with their text.
"""

from __future__ import annotations

import hashlib
import heapq
import io
import json
import os
import re
import struct
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from archive.cdxj import sorted_lines
from archive.files import Files, disk_errors
from archive.warc_write import index_lines

VERSION = "1.1.1"
"""The version of the specification that is followed."""

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_STEP = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An entry of `pages/pages.jsonl`: where a reader may begin."""

    url: str
    """The page."""

    ts: str
    """Which capture of it: an instant (RFC 3339)."""

    title: str
    """Its headline."""

    text: str
    """What is read on it."""

    id: str
    """Something unique."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a WACZ says of itself."""

    title: str
    """For people."""

    software: str
    """What made it."""

    description: str = ""
    """What is in it and why."""

    created: str = ""
    """The instant of its newest content, so that the same content has the same label."""


def write_whole(path: Path, collection_dir: Path, pages: Iterable[Page], label: Label) -> None:
    """Writes a WACZ of all finished WARC files of a collection."""
    archive, indexes = collection_dir / "archive", collection_dir / "indexes"
    warcs = sorted(one for one in archive.iterdir() if one.is_file() and not one.name.endswith((".open", ".incoming")))
    with ExitStack() as opened:
        lines = [_index(one, indexes, opened) for one in warcs]
        _write(path, [(one.name, one) for one in warcs], _unique(heapq.merge(*lines)), pages, label)


def write_slice(path: Path, records: Iterable[bytes], pages: Iterable[Page], label: Label) -> None:
    """Writes a WACZ of one WARC file that is made of these gzip members; its name follows from its bytes."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder, disk_errors(path):
        growing, digest = Path(folder) / "slice", hashlib.sha256()
        with growing.open("wb") as stream:
            for record in records:
                digest.update(record)
                stream.write(record)
        warc = growing.with_name(f"slice-{digest.hexdigest()[:16]}.warc.gz")
        Files().rename(growing, warc)
        lines = sorted_lines(index_lines(warc))
        _write(path, [(warc.name, warc)], lines, pages, label)


def _index(warc: Path, indexes: Path, opened: ExitStack) -> Iterable[bytes]:
    """The sorted lines of a file, from its index or, where that is missing, from its records."""
    index = indexes / f"{warc.name}.cdxj"
    if index.exists():
        return opened.enter_context(index.open("rb"))
    return sorted_lines(index_lines(warc))


def _unique(lines: Iterable[bytes]) -> Iterator[bytes]:
    last = b""
    for line in lines:
        if line != last:
            yield line
        last = line


def _write(
    path: Path, warcs: list[tuple[str, Path]], lines: Iterable[bytes], pages: Iterable[Page], label: Label
) -> None:
    beside = path.with_name(path.name + ".tmp")
    with disk_errors(path):
        try:
            with zipfile.ZipFile(beside, "w", zipfile.ZIP_STORED) as file:
                described = []
                for name, source in warcs:
                    with source.open("rb") as content:
                        described.append(_add(file, f"archive/{name}", content))
                for name, pieces in (("indexes/index.cdxj", lines), ("pages/pages.jsonl", _page_lines(pages))):
                    with _spooled(pieces, path.parent) as content:
                        described.append(_add(file, name, content))
                package = _pretty(_package(described, label))
                _add(file, "datapackage.json", io.BytesIO(package))
                digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(package).hexdigest()}"}
                _add(file, "datapackage-digest.json", io.BytesIO(_pretty(digest)))
            Files().sync_file(beside)
            Files().rename(beside, path)
            Files().sync_directory(path.parent)
        finally:
            Files().unlink(beside)


def _add(file: zipfile.ZipFile, name: str, content: IO[bytes]) -> dict[str, Any]:
    """Puts a member into the file, and describes it as a resource of the package.

    Its size is looked up first: a head that leaves room for a size of 64 bits is longer than the directory says, and
    ReplayWeb.page does not find what lies behind it.
    """
    digest = hashlib.sha256()
    info = zipfile.ZipInfo(name, _LONG_AGO)
    info.create_system, info.external_attr = 3, 0o644 << 16
    info.file_size = content.seek(0, os.SEEK_END)
    content.seek(0)
    with file.open(info, "w") as member:
        while chunk := content.read(_STEP):
            digest.update(chunk)
            member.write(chunk)
    return {
        "name": resource_name(name.rpartition("/")[2]),
        "path": name,
        "hash": f"sha256:{digest.hexdigest()}",
        "bytes": info.file_size,
    }


@contextmanager
def _spooled(pieces: Iterable[bytes], folder: Path) -> Iterator[IO[bytes]]:
    """The pieces as a file, which is thrown away."""
    with tempfile.TemporaryFile(dir=folder) as content:
        content.writelines(pieces)
        yield content


def resource_name(name: str) -> str:
    """A file's name as Frictionless wants it: small letters, digits, dots, hyphens, underscores.

    >>> resource_name("News-2026~host.warc.gz")
    'news-2026-host.warc.gz'
    """
    return re.sub(r"[^a-z0-9._-]", "-", name.lower())


def _page_lines(pages: Iterable[Page]) -> Iterator[bytes]:
    yield b'{"format": "json-pages-1.0", "id": "pages", "title": "Articles", "hasText": true}\n'
    for page in pages:
        said = {"id": page.id, "url": page.url, "ts": page.ts, "title": page.title, "text": page.text}
        yield json.dumps(said, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _package(resources: list[dict[str, Any]], label: Label) -> dict[str, Any]:
    return {
        "profile": "data-package",
        "wacz_version": VERSION,
        "title": label.title,
        "description": label.description,
        "created": label.created,
        "software": label.software,
        "resources": resources,
    }


def _pretty(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"


def check(path: Path) -> list[str]:
    """What is wrong with a WACZ, one line a finding: its package, digests, index and records against one another."""
    try:
        with zipfile.ZipFile(path) as file:
            return list(_findings(file))
    except (zipfile.BadZipFile, OSError, ValueError, KeyError) as problem:
        return [f"{path}: {problem}"]


def _findings(file: zipfile.ZipFile) -> Iterator[str]:
    names = file.namelist()
    if len(set(names)) < len(names):
        yield "two members have one name"
    package_bytes = file.read("datapackage.json")
    promised = json.loads(file.read("datapackage-digest.json"))["hash"]
    if promised != f"sha256:{hashlib.sha256(package_bytes).hexdigest()}":
        yield "datapackage.json is not what datapackage-digest.json says"
    resources = {one["path"]: one for one in json.loads(package_bytes)["resources"]}
    for name in sorted(set(names) ^ {*resources, "datapackage.json", "datapackage-digest.json"}):
        yield f"{name} is {'not described' if name in names else 'missing'}"
    for name, resource in resources.items():
        if name in names:
            yield from _wrong_bytes(file, name, resource)
    if "indexes/index.cdxj" in names:
        yield from _wrong_lines(file, set(names))


def _wrong_bytes(file: zipfile.ZipFile, name: str, resource: dict[str, Any]) -> Iterator[str]:
    info = file.getinfo(name)
    if info.compress_type != zipfile.ZIP_STORED:
        yield f"{name} is compressed, and cannot be read at an offset"
    if _head_length(file, info) != 30 + len(info.filename.encode()) + len(info.extra):
        yield f"{name} does not begin where the directory says"
    digest = hashlib.sha256()
    with file.open(name) as member:
        while chunk := member.read(_STEP):
            digest.update(chunk)
    found = f"sha256:{digest.hexdigest()}"
    if found != resource["hash"] or file.getinfo(name).file_size != resource["bytes"]:
        yield f"{name} has other bytes than datapackage.json says"


def _head_length(file: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
    """Bytes of the head that stands before a member's content (APPNOTE.TXT, 4.3.7)."""
    assert file.fp is not None
    file.fp.seek(info.header_offset + 26)
    name, extra = struct.unpack("<HH", file.fp.read(4))
    return int(30 + name + extra)


def _wrong_lines(file: zipfile.ZipFile, names: set[str]) -> Iterator[str]:
    last = b""
    with ExitStack() as opened:
        warcs: dict[str, IO[bytes]] = {}
        for line in opened.enter_context(file.open("indexes/index.cdxj")):
            if line < last:
                yield f"indexes/index.cdxj is not sorted at {line[:60]!r}"
            last = line
            fields = json.loads(line.split(b" ", 2)[2])
            name = f"archive/{fields['filename']}"
            if name not in names:
                yield f"indexes/index.cdxj names {name}, which is not there"
                continue
            warc = warcs.get(name) or warcs.setdefault(name, opened.enter_context(file.open(name)))
            yield from _wrong_record(warc, name, fields)


def _wrong_record(warc: IO[bytes], name: str, fields: dict[str, str]) -> Iterator[str]:
    from archive.gzip_members import MAGIC, DeflateError, unpack_member

    offset, length = int(fields["offset"]), int(fields["length"])
    warc.seek(offset)
    content = warc.read(length)
    try:
        content = unpack_member(content) if content.startswith(MAGIC) else content
    except (DeflateError, EOFError) as problem:
        yield f"{name}, byte {offset}: no whole record ({problem})"
        return
    if fields["url"].encode() not in content.partition(b"\r\n\r\n")[0]:
        yield f"{name}, byte {offset}: not the record of {fields['url']}"
