"""Secrets are masked by as many asterisks as they have bytes; all else stays as it is."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.masking import Secrets, mask

PLAIN = b"GET / HTTP/1.1\r\nHost: a.example\r\nX-Cookie: 1\r\n\r\n"


@pytest.mark.parametrize(
    ("field", "masked", "name"),
    [
        (b"Cookie: sid=1; b=2", b"Cookie: **********", "request:Cookie"),
        (b"authorization:Bearer x", b"authorization:********", "request:Authorization"),
        (b"Proxy-Authorization : a\r\n b", b"Proxy-Authorization : *\r\n**", "request:Proxy-Authorization"),
    ],
)
def test_credentials_of_a_request(field: bytes, masked: bytes, name: str) -> None:
    """Credentials are masked in every request."""
    head, tail = b"GET / HTTP/1.1\r\n", b"\r\nAccept: */*\r\n\r\n"

    assert mask(head + field + tail) == (head + masked + tail, b"", (name,))


def test_nothing_to_mask() -> None:
    """Without credentials request and response stay as they are, cookies that a server sets included."""
    response = b"HTTP/1.1 200 OK\r\nSet-Cookie: visitor=1\r\n\r\nbody"

    assert mask(PLAIN, response, body_at=40) == (PLAIN, response, ())


@pytest.mark.parametrize(
    ("field", "masked"),
    [
        (b"Set-Cookie: sid=abc; Path=/; HttpOnly", b"Set-Cookie: sid=***; Path=/; HttpOnly"),
        (b"set-cookie:sid=a=b", b"set-cookie:sid=***"),
        (b"Set-Cookie: sid=ab\r\n cd; Path=/", b"Set-Cookie: sid=**\r\n***; Path=/"),
        (b"Set-Cookie: flag; Secure", b"Set-Cookie: flag; Secure"),
    ],
)
def test_cookies_set_by_a_login(field: bytes, masked: bytes) -> None:
    """Of a cookie that a login sets, name and attributes stay readable."""
    head, tail = b"HTTP/1.1 200 OK\r\n", b"\r\nServer: x\r\n\r\nSet-Cookie: not=a header"
    _, response, _ = mask(PLAIN, head + field + tail, body_at=len(head + field) + 15, login=True)

    assert response == head + masked + tail


def test_cookies_set_for_one_who_is_logged_in() -> None:
    """Where the request carried credentials, the answer may renew them."""
    request = b"GET / HTTP/1.1\r\nCookie: sid=1\r\n\r\n"
    _, response, masked = mask(request, b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=2\r\n\r\n")

    assert response == b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=*\r\n\r\n"
    assert masked == ("request:Cookie", "response:Set-Cookie")


@given(st.binary(max_size=80), st.binary(max_size=80), st.booleans())
def test_length_stays(field: bytes, response: bytes, login: bool) -> None:
    """Masking changes no length, whatever the bytes."""
    request = b"POST / HTTP/1.1\r\nCookie: " + field + b"\r\n\r\nbody"
    masked_request, masked_response, _ = mask(request, response, login=login)

    assert (len(masked_request), len(masked_response)) == (len(request), len(response))


SUBSCRIBER = Secrets(values=("reader@a.example", "p&ss/1", "news"), headers=("X-Key",))


@pytest.mark.parametrize(
    ("body", "masked"),
    [
        (b"Hello reader@a.example, the news", b"Hello ****************, the news"),
        (b"?u=reader%40a.example&p=p%26ss%2F1", b"?u=******************&p=**********"),
        (b"<b>p&amp;ss/1</b>", b"<b>**********</b>"),
    ],
)
def test_a_subscriber_in_a_page(body: bytes, masked: bytes) -> None:
    """Name and password are masked however they are written, but no word that any article may have."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    request = b"GET / HTTP/1.1\r\nX-Key: ab\r\n\r\n"
    shown = mask(request, head + body, body_at=len(head), secrets=SUBSCRIBER)

    assert shown == (
        b"GET / HTTP/1.1\r\nX-Key: **\r\n\r\n",
        head + masked,
        ("request:subscription", "response:subscription"),
    )


def test_a_word_is_a_secret_in_a_login() -> None:
    """Where it can be nothing else, a short name is masked as well."""
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    _, response, _ = mask(PLAIN, head + b"No such user: news", body_at=len(head), login=True, secrets=SUBSCRIBER)

    assert response == head + b"No such user: ****"


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        (b"Content-Encoding: gzip\r\nContent-Length: 45\r\n", gzip.compress(b"Hello reader@a.example", mtime=0)),
        (b"Transfer-Encoding: chunked\r\n", b"b\r\nHello reade\r\nb\r\nr@a.example\r\n0\r\n\r\n"),
    ],
)
def test_a_secret_behind_codings(fields: bytes, body: bytes) -> None:
    """A body in which codings or chunks hide a secret is kept plain, with its new length; one without it as it came."""
    head = b"HTTP/1.1 200 OK\r\nVary: *\r\n" + fields + b"\r\n"
    request = b"GET / HTTP/1.1\r\nCookie: a=1\r\n\r\n"
    _, shown, _ = mask(request, head + body, body_at=len(head), secrets=SUBSCRIBER)
    _, as_it_came, _ = mask(request, head + body, body_at=len(head), secrets=Secrets(values=("somebody@else",)))

    assert shown == b"HTTP/1.1 200 OK\r\nVary: *\r\nContent-Length: 22\r\n\r\nHello ****************"
    assert as_it_came == head + body
