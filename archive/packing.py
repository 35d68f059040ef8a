"""How bodies lie in the catalog: compressed as in an SQLite archive, so that the `sqlite3` shell reads them by itself.

`sqlar_compress` and `sqlar_uncompress` are functions of that shell (https://sqlite.org/sqlar.html). Whoever reads the
views by another way gives the connection the second one, as `register` does.
"""

from __future__ import annotations

import sqlite3
import zlib

_LEVEL = 9  # a body costs a quarter of a millisecond, and 1 % less room than with 6

MAX_BODY = 1 << 30
"""Bytes of a body that are unpacked at most; SQLite holds no longer value."""


def register(db: sqlite3.Connection) -> None:
    """Gives the connection both functions."""
    db.create_function("sqlar_compress", 1, packed, deterministic=True)
    db.create_function("sqlar_uncompress", 2, unpacked, deterministic=True)


def packed(content: bytes) -> bytes:
    """The bytes compressed (zlib), or as they are where that takes no less room.

    >>> packed(b"short"), len(packed(b"long " * 99))
    (b'short', 19)
    """
    compressed = zlib.compress(content, _LEVEL)
    return compressed if len(compressed) < len(content) else content


def unpacked(content: bytes, size: int) -> bytes:
    """The *size* bytes that were packed.

    >>> unpacked(packed(b"long " * 2), 10)
    b'long long '
    """
    if len(content) == size:
        return content
    return zlib.decompressobj().decompress(content, min(max(size, 1), MAX_BODY))
