"""What a simulated site answers, before it is put on the wire."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer of a simulated site."""

    status: int = 200
    """HTTP status."""

    mime: str = "text/html; charset=utf-8"
    """Content-Type header; empty for none."""

    body: bytes = b""
    """The content before content coding."""

    headers: tuple[tuple[str, str], ...] = ()
    """Further headers, in order."""

    gzip: bool = False
    """True: it is sent with Content-Encoding: gzip to those who accept it."""

    chunked: bool = False
    """True: it is sent with Transfer-Encoding: chunked."""

    etag: str = ""
    """Entity tag, quotes included; empty for none."""

    last_modified: str = ""
    """Last-Modified header; empty for none."""

    fresh: bool = False
    """True: every answer differs, so it must not be kept."""


REASONS = {
    200: "OK",
    301: "Moved Permanently",
    302: "Found",
    303: "See Other",
    304: "Not Modified",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    410: "Gone",
    421: "Misdirected Request",
}
"""Reason phrases of the statuses that are used."""
