"""What a page is asked and answers, and what every answer carries so that archived content stays harmless."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An application, as ASGI has it."""

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

MAX_PARAMETERS = 64
"""Parameters that a request may have."""

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-DNS-Prefetch-Control": "off",
}
"""Headers of every answer."""

_NOWHERE = "default-src 'none'; base-uri 'none'"
PAGE = {
    "Content-Security-Policy": f"{_NOWHERE}; style-src 'self'; img-src 'self'; frame-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Headers of our own pages: no script at all, nothing from elsewhere, in nobody's frame."""

TABLES = PAGE | {
    "Content-Security-Policy": f"{_NOWHERE}; style-src 'self' 'unsafe-inline'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'",
}
"""Headers of Datasette's pages, which set widths of columns in place; they work without script."""

ARCHIVED = {
    "Content-Security-Policy": f"sandbox; {_NOWHERE}; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "media-src 'self'; form-action 'none'; frame-ancestors 'self'",
}
"""Headers of what others wrote: an origin of its own that is nobody's, without scripts, forms, popups and plug-ins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request."""

    path: str
    """Its path, decoded."""

    target: str
    """Path and query as they came."""

    parameters: dict[str, str]
    """The last value of each parameter; empty ones are left out."""

    headers: dict[str, str]
    """Its headers, by their names in lower case."""

    scheme: str = "http"
    """http, or https behind a proxy that says so."""

    @property
    def root(self) -> str:
        """Where this server is, as the client sees it."""
        return f"{self.scheme}://{self.headers.get('host', '')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response."""

    body: bytes
    """Its content."""

    status: int = 200
    """Its status."""

    content_type: str = HTML
    """Its media type."""

    headers: tuple[tuple[str, str], ...] = ()
    """What it says beside that."""

    archived: bool = False
    """Whether others wrote it, so that it must be kept in the sandbox."""


def asked_of(scope: Scope) -> Asked:
    """The request of an ASGI scope. Raises ValueError for parameters that cannot be read."""
    query = scope["query_string"].decode("latin-1")
    parameters = parse_qsl(query, max_num_fields=MAX_PARAMETERS, errors="replace")
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    return Asked(
        path=scope["path"],
        target=f"{path}?{query}" if query else path,
        parameters=dict(parameters),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        scheme=scope.get("scheme", "http"),
    )


async def send_answer(send: Send, answer: Answer, *, head: bool = False) -> None:
    """Sends the answer, without its body for HEAD."""
    fields = ALWAYS | (ARCHIVED if answer.archived else PAGE) | {"Content-Type": answer.content_type}
    fields |= {"Content-Length": str(len(answer.body))}
    headers = [
        (name.encode(), value.encode("latin-1", "replace")) for name, value in (*fields.items(), *answer.headers)
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else answer.body})


def one_line(status: int, message: str) -> Answer:
    """An answer that is a sentence."""
    return Answer(body=f"{' '.join(message.split())}\n".encode(errors="replace"), status=status, content_type=TEXT)
