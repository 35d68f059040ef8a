"""A citation of a part of a collection: its records, its articles, and a manifest with their digests, signed or not.

    DIR/  slice.wacz   articles.csv   datapackage.json   manifest.json   manifest.json.sig

Nothing in it depends on when it was made: from the same catalog the same question gives the same bytes. The signature
is one of Ed25519 (RFC 8032) over the bytes of manifest.json, which names the digest of every other file.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from archive import wacz
from archive.errors import UsageError
from archive.export import export, newest_capture, reader_of
from archive.files import Files, disk_errors, replace_file
from archive.manifest import sha256_of
from archive.search import Filters, end_of, matching

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MANIFEST = "manifest.json"
SIGNATURE = "manifest.json.sig"
FILES = ("articles.csv", "datapackage.json", "slice.wacz")
_FORMAT = "pressmark citation 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A citation that was made."""

    articles: int
    """How many articles it holds."""

    digest: str
    """SHA-256 of its manifest: what to print in a paper."""

    signed_by: str
    """Fingerprint of the key; empty for one that is not signed."""


def cite(
    db: sqlite3.Connection, collection_dir: Path, folder: Path, query: str = "", *, key: Path | None = None,
    **filters: Unpack[Filters],
) -> Cited:  # fmt: skip
    """Writes a citation of the articles that match into *folder*. Raises UsageError when none does."""
    signer = _private_key(key) if key else None
    if not matching(db, query, **filters):
        raise UsageError("no article matches; there is nothing to cite")
    _ready(folder)
    count = export(db, collection_dir, folder / "articles.csv", "csv", query, **filters)
    export(db, collection_dir, folder / "slice.wacz", "wacz", query, **filters)
    manifest = {
        "format": _FORMAT,
        "collection": collection_dir.resolve().name,
        "query": query,
        "filters": dict(filters),
        "articles": count,
        "newest_capture": newest_capture(db, end_of(filters)),
        "reader": reader_of(db),
        "software": f"pressmark/{version('pressmark')}",
        "sqlite": sqlite3.sqlite_version,
        "files": {name: f"sha256:{sha256_of(folder / name)}" for name in FILES},
    }
    if signer:
        manifest["public_key"] = _public(signer)
    content = json.dumps(manifest, ensure_ascii=False, indent=2).encode() + b"\n"
    replace_file(Files(), folder / MANIFEST, [content])
    if signer:
        replace_file(Files(), folder / SIGNATURE, [base64.b64encode(signer.sign(content)) + b"\n"])
    return Cited(
        articles=count,
        digest=hashlib.sha256(content).hexdigest(),
        signed_by=fingerprint(_public(signer)) if signer else "",
    )


def _ready(folder: Path) -> None:
    """The folder, empty or with an older citation, of which nothing that could mislead is left."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder with -o")
    if folder.is_dir() and any(folder.iterdir()) and not is_citation(folder):
        raise UsageError(f"{folder} holds other files; name a new folder with -o")
    with disk_errors(folder):
        Files().make_directory(folder)
        for name in (SIGNATURE, MANIFEST, *FILES):
            Files().unlink(folder / name)


def is_citation(folder: Path) -> bool:
    """Whether the folder holds the manifest of a citation."""
    return _manifest(folder).get("format") == _FORMAT


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def check(folder: Path) -> list[str]:
    """What does not hold in a citation, one line a finding: digests, signature, and every record of its WACZ."""
    manifest = _manifest(folder)
    findings = []
    promised = manifest.get("files", {})
    for name in FILES:
        path = folder / name
        if not path.exists():
            findings.append(f"{path} is missing")
        elif promised.get(name) != f"sha256:{sha256_of(path)}":
            findings.append(f"{path} has other bytes than {MANIFEST} says")
    if (folder / "slice.wacz").exists():
        findings += wacz.check(folder / "slice.wacz")
    return findings + _wrong_signature(folder, manifest)


def _wrong_signature(folder: Path, manifest: dict[str, Any]) -> list[str]:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    signature = folder / SIGNATURE
    if "public_key" not in manifest:
        return [f"{signature} is there, and {MANIFEST} names no key"] if signature.exists() else []
    if not signature.exists():
        return [f"{signature} is missing"]
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(manifest["public_key"]))
        key.verify(base64.b64decode(signature.read_bytes()), (folder / MANIFEST).read_bytes())
    except (InvalidSignature, ValueError, TypeError):
        return [f"{signature} is not that of {MANIFEST}"]
    return []


def signed_by(folder: Path) -> str:
    """Fingerprint of the key that a citation names; empty for one that is not signed."""
    key = _manifest(folder).get("public_key")
    return fingerprint(key) if isinstance(key, str) else ""


def fingerprint(public_key: str) -> str:
    """What a public key is told by: `SHA256:` and base64, as ssh-keygen writes it."""
    digest = hashlib.sha256(base64.b64decode(public_key)).digest()
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


def _public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def _private_key(path: Path) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    how = f"make one with `openssl genpkey -algorithm ed25519 -out {path.name}`"
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; {how}") from None
    except (ValueError, TypeError):
        raise UsageError(f"{path} is no private key in PEM without a password; {how}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{path} is no Ed25519 key; {how}")
    return key
