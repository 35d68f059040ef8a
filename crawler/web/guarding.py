"""Who may ask what: only reading, and only by a name that this server was given.

A page elsewhere can have its own name point at this server (DNS rebinding); the browser then lets it read the answers,
unless the server looks at the name that it was asked by.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from ipaddress import ip_address

from crawler.web.http import App, Receive, Scope, Send, one_line, send_answer

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?", re.ASCII | re.IGNORECASE)
_READING = {"GET", "HEAD"}


def is_known(host: str, names: Collection[str]) -> bool:
    """Whether *host*, as a Host header has it, is an address or one of *names*: an address cannot be rebound.

    >>> [is_known(host, {"localhost"}) for host in ("127.0.0.1:8001", "LOCALHOST", "evil.example", "")]
    [True, True, False, False]
    """
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    name = found[1].lower().rstrip(".")
    with suppress(ValueError):
        return bool(ip_address(name.strip("[]")))
    return name in names


def guarded(app: App, names: Collection[str]) -> App:
    """The application, for those who ask by a known name, and only to read."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if refusal := _refusal(scope, names):
            await send_answer(send, one_line(*refusal), head=scope["method"] == "HEAD")
        else:
            await app(scope, receive, send)

    return guard


def _refusal(scope: Scope, names: Collection[str]) -> tuple[int, str] | None:
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"host"]
    if len(hosts) != 1 or not is_known(hosts[0], names):
        return 421, "this server does not go by that name; start it with `--name`, if it should"
    if scope["method"] not in _READING:
        return 405, "this server is only read from: GET or HEAD"
    return None
