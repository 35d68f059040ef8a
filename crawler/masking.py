"""Secrets are masked in the bytes of an exchange before they are kept: same length, asterisks for the value.

Cookie, Authorization and Proxy-Authorization of a request always; the request's body when it is a login; the values of
Set-Cookie when it is a login or the request itself carried credentials, for then they may be renewed in the answer.
What a subscriber is known by (`Secrets`) is masked wherever it stands, in URLs and bodies too. A body in which it is
hidden by chunks or a content coding is kept without these, since a masked one cannot be put into them again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from urllib.parse import quote, quote_plus

from archive.http1 import NotHttp, parse_response

_CREDENTIALS = re.compile(
    rb"^(cookie|authorization|proxy-authorization)([ \t]*:[ \t]*)([^\n]*(?:\n[ \t][^\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
_SET_COOKIE = re.compile(
    rb"^(set-cookie2?[ \t]*:[^=;\n]*=?)([^;\r\n]*(?:\r?\n[ \t][^;\r\n]*)*)", re.IGNORECASE | re.MULTILINE
)
_FRAMING = re.compile(
    rb"^(?:content-encoding|transfer-encoding|content-length|trailer)[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*",
    re.IGNORECASE | re.MULTILINE,
)
_A_WORD = re.compile(r"[^\W\d_]{1,7}")
"""A value that may be a word of any article; to mask it there would do more harm than it is worth."""

_VISIBLE = re.compile(rb"[^\r\n]")


@dataclass(frozen=True)
class Secrets:
    """What a subscriber of a site is known by."""

    values: tuple[str, ...] = ()
    """Names, passwords, keys, long values of cookies: to be kept nowhere."""

    headers: tuple[str, ...] = ()
    """Names of headers whose values are secret."""

    @cached_property
    def telling(self) -> Secrets:
        """Those that cannot be taken for a word of an article: with a figure or sign in it, or of eight letters."""
        return replace(self, values=tuple(value for value in self.values if not _A_WORD.fullmatch(value)))

    @cached_property
    def _pattern(self) -> re.Pattern[bytes] | None:
        spelled = {spelling for value in self.values for spelling in _spellings(value) if spelling}
        return re.compile(b"|".join(map(re.escape, sorted(spelled, key=len, reverse=True)))) if spelled else None

    @cached_property
    def _fields(self) -> re.Pattern[bytes] | None:
        names = "|".join(map(re.escape, self.headers)).encode("ascii")
        pattern = rb"^(%b)([ \t]*:[ \t]*)([^\r\n]*)" % names
        return re.compile(pattern, re.IGNORECASE | re.MULTILINE) if names else None

    def stand_in(self, text: bytes) -> bool:
        """Whether one of them stands in *text*."""
        return self._pattern is not None and self._pattern.search(text) is not None

    def masked(self, text: bytes) -> bytes:
        """*text* with asterisks in their place."""
        return self._pattern.sub(lambda found: b"*" * len(found[0]), text) if self._pattern else text

    def masked_request(self, request: bytes) -> bytes:
        """A request without them, and without the values of its secret headers."""
        head, blank, body = request.partition(b"\r\n\r\n")
        if self._fields is not None:
            head = self._fields.sub(lambda field: field[1] + field[2] + _stars(field[3]), head)
        return self.masked(head + blank + body)

    def masked_url(self, url: str) -> str:
        """As `masked`, for a URL."""
        return self.masked(url.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")


NO_SECRETS = Secrets()


def _spellings(value: str) -> Iterable[bytes]:
    """How a value may be written in headers, forms, pages and scripts."""
    forms = {value, quote(value), quote(value, safe=""), quote_plus(value), escape(value), json.dumps(value)[1:-1]}
    return {form.encode(charset, "ignore") for form in forms for charset in ("utf-8", "latin-1")}


def mask(
    request: bytes,
    response: bytes = b"",
    *,
    body_at: int | None = None,
    login: bool = False,
    secrets: Secrets = NO_SECRETS,
) -> tuple[bytes, bytes, tuple[str, ...]]:
    r"""Request and response with their secrets masked, and what was masked, such as `request:Cookie`.

    *body_at* is the first byte of the response's body; without it the whole response is taken for headers. Beside what
    is always masked, *secrets* are.

    >>> mask(b"GET / HTTP/1.1\r\nCookie: id=7\r\n\r\n")
    (b'GET / HTTP/1.1\r\nCookie: ****\r\n\r\n', b'', ('request:Cookie',))
    """
    request, masked = _mask_request(request, login=login)
    secrets = secrets if login else secrets.telling
    shown_request = secrets.masked_request(request)
    if shown_request != request:
        request = shown_request
        masked.append("request:subscription")
    if not masked and not login:
        return request, response, ()
    end = len(response) if body_at is None else body_at
    head, found = _SET_COOKIE.subn(lambda field: field[1] + _stars(field[2]), response[:end])
    if found:
        response = head + response[end:]
        masked.append("response:Set-Cookie")
    shown = _without(secrets, response, end)
    if shown != response:
        masked.append("response:subscription")
    return request, shown, tuple(masked)


def _without(secrets: Secrets, response: bytes, body_at: int) -> bytes:
    """*response* without *secrets*; its body without framing and codings where these hide one."""
    head, body = secrets.masked(response[:body_at]), response[body_at:]
    try:
        is_coded = bool(parse_response(response).header_list("Content-Encoding"))
        shown = body if is_coded else secrets.masked(body)
        content = parse_response(head + shown).content()
    except NotHttp:
        return head + secrets.masked(body)
    if not secrets.stand_in(content):
        return head + shown
    content = secrets.masked(content)
    blank = b"\n" if head.endswith(b"\n\n") else b"\r\n"
    fields = _FRAMING.sub(b"", head.removesuffix(blank))
    return fields + b"Content-Length: %d" % len(content) + 2 * blank + content


def _mask_request(request: bytes, *, login: bool) -> tuple[bytes, list[str]]:
    head, blank, body = request.partition(b"\r\n\r\n")
    names = sorted({name.lower() for name, _, _ in _CREDENTIALS.findall(head)})
    masked = [f"request:{name.decode('ascii').title()}" for name in names]
    if names:
        head = _CREDENTIALS.sub(lambda field: field[1] + field[2] + _stars(field[3]), head)
    if login and body:
        body = b"*" * len(body)
        masked.append("request:body")
    return (head + blank + body if masked else request), masked


def _stars(value: bytes) -> bytes:
    return _VISIBLE.sub(b"*", value)
