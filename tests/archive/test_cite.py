"""A citation holds what it says, is the same each time, and whoever changes it is found out."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from archive.cite import Cited, check, cite, signed_by
from archive.collection import Collection
from archive.errors import UsageError
from archive.query import reading

PEM = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """An operator's key."""
    path = tmp_path / "key.pem"
    path.write_bytes(Ed25519PrivateKey.from_private_bytes(bytes(range(32))).private_bytes(*PEM))
    return path


def cited(kept: Collection, folder: Path, query: str = '"story 2"', *, key: Path | None = None) -> Cited:
    """Makes a citation."""
    with reading(kept.catalog_path) as db:
        return cite(db, kept.path, folder, query, key=key, since="2026")


def test_a_citation(filled: Collection, tmp_path: Path) -> None:
    """It holds the articles, their records, and says what was asked of which reader."""
    made = cited(filled, tmp_path / "cited")
    manifest = json.loads((tmp_path / "cited" / "manifest.json").read_bytes())
    rows = list(csv.DictReader((tmp_path / "cited" / "articles.csv").open(newline="")))
    with zipfile.ZipFile(tmp_path / "cited" / "slice.wacz") as file:
        index = file.read("indexes/index.cdxj").decode()

    assert [row["url"] for row in rows] == ["https://example.com/story/2"]
    assert index.count("https://example.com/story/2") == 2
    assert (manifest["query"], manifest["filters"], manifest["articles"]) == (
        '"story 2"',
        {"since": "2026"},
        made.articles,
    )
    assert manifest["reader"] == "test reader 1"
    assert check(tmp_path / "cited") == []


def test_the_same_each_time(filled: Collection, tmp_path: Path, key: Path) -> None:
    """The same question to the same catalog gives the same bytes, signature included."""
    first, second = tmp_path / "one", tmp_path / "two"
    assert cited(filled, first, key=key) == cited(filled, second, key=key) == cited(filled, first, key=key)
    assert {p.name: p.read_bytes() for p in first.iterdir()} == {p.name: p.read_bytes() for p in second.iterdir()}


def test_a_signature(filled: Collection, tmp_path: Path, key: Path) -> None:
    """A signed citation names its key; unsigned anew, nothing of the old signature is left."""
    folder = tmp_path / "cited"
    made = cited(filled, folder, key=key)

    assert made.signed_by == signed_by(folder)
    assert made.signed_by.startswith("SHA256:")
    assert check(folder) == []
    assert cited(filled, folder).signed_by == signed_by(folder) == ""
    assert check(folder) == []


@pytest.mark.parametrize(
    "name", ["articles.csv", "slice.wacz", "datapackage.json", "manifest.json", "manifest.json.sig"]
)
@pytest.mark.parametrize("how", ["changed", "removed"])
def test_tampering(filled: Collection, tmp_path: Path, key: Path, name: str, how: str) -> None:
    """Whatever file is changed or taken away, the check names it."""
    folder = tmp_path / "cited"
    cited(filled, folder, key=key)
    path = folder / name
    if how == "removed":
        path.unlink()
    else:
        content = path.read_bytes()
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])

    assert any("manifest.json" in finding or name in finding for finding in check(folder))


def test_wrong_use(filled: Collection, tmp_path: Path, key: Path) -> None:
    """What cannot be cited, or written there, or signed with, is told before anything is touched."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds other files"):
        cited(filled, tmp_path / "mine")
    with pytest.raises(UsageError, match="is a file"):
        cited(filled, key)
    with pytest.raises(UsageError, match="nothing to cite"):
        cited(filled, tmp_path / "new", "zebra")
    with pytest.raises(UsageError, match="openssl genpkey"):
        cited(filled, tmp_path / "new", key=tmp_path / "no.pem")
    (tmp_path / "other.pem").write_bytes(X25519PrivateKey.generate().private_bytes(*PEM))
    with pytest.raises(UsageError, match="no Ed25519 key"):
        cited(filled, tmp_path / "new", key=tmp_path / "other.pem")
    assert (tmp_path / "mine" / "notes.txt").read_text() == "mine"
