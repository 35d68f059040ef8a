"""Secrets are masked in the bytes of an exchange before they are kept: same length, asterisks for the value.

Cookie, Authorization and Proxy-Authorization of a request always; the request's body when it is a login; the values of
Set-Cookie when it is a login or the request itself carried credentials, for then they may be renewed in the answer.
"""

from __future__ import annotations

import re

_CREDENTIALS = re.compile(
    rb"^(cookie|authorization|proxy-authorization)([ \t]*:[ \t]*)([^\n]*(?:\n[ \t][^\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
_SET_COOKIE = re.compile(
    rb"^(set-cookie2?[ \t]*:[^=;\n]*=?)([^;\r\n]*(?:\r?\n[ \t][^;\r\n]*)*)", re.IGNORECASE | re.MULTILINE
)
_VISIBLE = re.compile(rb"[^\r\n]")


def mask(
    request: bytes, response: bytes = b"", *, body_at: int | None = None, login: bool = False
) -> tuple[bytes, bytes, tuple[str, ...]]:
    r"""Request and response with their secrets masked, and what was masked, such as `request:Cookie`.

    *body_at* is the first byte of the response's body; without it the whole response is taken for headers.

    >>> mask(b"GET / HTTP/1.1\r\nCookie: id=7\r\n\r\n")
    (b'GET / HTTP/1.1\r\nCookie: ****\r\n\r\n', b'', ('request:Cookie',))
    """
    request, masked = _mask_request(request, login=login)
    if not masked and not login:
        return request, response, ()
    end = len(response) if body_at is None else body_at
    head, found = _SET_COOKIE.subn(lambda field: field[1] + _stars(field[2]), response[:end])
    if found:
        response = head + response[end:]
        masked.append("response:Set-Cookie")
    return request, response, tuple(masked)


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
