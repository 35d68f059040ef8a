"""Keys that URLs are sorted and found by, in SURT form: the host's names turned round, then the path.

`url_key` is the catalog's key: it forgets the scheme and `www.` but keeps the case of path and query. `cdx_key`
is the key that CDXJ files need, which folds everything to lower case; nothing else should use it.
"""

from __future__ import annotations

import re

_URL = re.compile(r"(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE | re.DOTALL)
_IPV4 = re.compile(r"[0-9.]+")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_TO_ESCAPE = re.compile(r"[^!-~]")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def url_key(url: str) -> str:
    """The SURT form of *url* that keeps case. It is defined for every string, also for one that is no URL.

    >>> url_key("https://www.example.com:443/news/A?id=1#top")
    'com,example)/news/A?id=1'
    """
    parts = _URL.fullmatch(url.strip())
    if parts is None:
        return _escaped(url.strip())
    scheme, authority, path, query = parts.groups(default="")
    host = _host(authority.rpartition("@")[2], _DEFAULT_PORTS[scheme.lower()])
    return f"{host}){_escaped(path) or '/'}" + (f"?{_escaped(query)}" if query else "")


def cdx_key(url: str) -> str:
    """The key of *url* in a CDXJ line, as surt, pywb and cdxj-indexer compute it.

    surt is asked where *url* is not in plain form: importing it imports requests, and each key takes 0.2 ms.
    """
    plain = PLAIN.fullmatch(url)
    if plain is not None and _DEFAULT_PORTS[plain["scheme"]] != plain["port"]:
        return _plain_cdx_key(plain)
    import surt

    try:
        key: str = surt.surt(url)
    except Exception:  # noqa: BLE001  surt fails in many ways on odd URLs; cdxj-indexer then takes the URL itself
        return url
    return key


PLAIN = re.compile(
    r"(?P<scheme>https?)://(?:www\d*\.)?"
    r"(?P<host>(?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*|[1-9]\d{0,2}(?:\.(?:0|[1-9]\d{0,2})){3})"
    r"(?::(?P<port>[1-9]\d{0,3}|[1-5]\d{4}))?"
    r"(?P<path>(?:/[\w~-][\w.~-]*)*)/?"
    r"(?:\?(?P<query>(?!(?i:.*(?:sid|sessionid|cfid|sessid)))[\w.~=&-]+))?",
    re.ASCII,
)
"""URLs of which surt changes the case, the order of the query, and the slash at the end, and nothing else."""


def _plain_cdx_key(url: re.Match[str]) -> str:
    host = ",".join(reversed(url["host"].split(".")))
    port = f":{url['port']}" if url["port"] else ""
    query = sorted(part.split("=", 1) for part in url["query"].lower().split("&")) if url["query"] else []
    asked = "?" + "&".join("=".join(part) for part in query) if query else ""
    return f"{host}{port}){url['path'].lower() or '/'}{asked}"


def safe_uri(url: str) -> str:
    """*url* with white space, control characters and lone surrogates percent-encoded, fit for a header line."""
    return _UNFIT.sub(_percent, url)


_UNFIT = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff]")


def _host(authority: str, default_port: str) -> str:
    host, port = authority.lower(), ""
    if not host.endswith("]"):
        before, colon, after = host.rpartition(":")
        if colon and (after.isdecimal() or not after):
            host, port = before, after.lstrip("0") or ("0" if after else "")
    host = _ascii(host).rstrip(".")
    if host.startswith("www.") and "." in host[4:]:
        host = host[4:]
    if not host.startswith("[") and not _IPV4.fullmatch(host):
        host = ",".join(reversed(host.split(".")))
    return host if port in {"", default_port} else f"{host}:{port}"


def _ascii(host: str) -> str:
    if host.isascii():
        return _escaped(host)
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return _escaped(host)


def _escaped(text: str) -> str:
    """Percent-encoding in one form: needless ones undone, the rest in upper case."""
    if "%" in text:
        text = _ESCAPE.sub(_unescape_unreserved, text)
    return _TO_ESCAPE.sub(_percent, text)


def _unescape_unreserved(escape: re.Match[str]) -> str:
    char = chr(int(escape[1], 16))
    return char if char in _UNRESERVED else escape[0].upper()


def _percent(char: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in char[0].encode("utf-8", "surrogatepass"))
