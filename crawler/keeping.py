"""What is kept of an answer, where a site's file or the operator asks for more than all of it.

A request that carries a `Keeping` has its answer looked at before it is written: a subscriber's secrets are masked, the
end of a session is noted, and what a page reserves is obeyed. All of it stands in the WARC, so that a rebuild comes to
the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from archive.http1 import HttpMessage, NotHttp, parse_response
from crawler.masking import NO_SECRETS, Secrets
from pipelines.read import SESSION_ENDED
from pipelines.reservations import NOARCHIVE, reservations

KEEPING = "pressmark_keeping"
"""Key of `request.meta` for the `Keeping` of a request."""

_META = re.compile(r"<meta\b[^>]{0,2000}", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]{1,40})\s{0,9}=\s{0,9}(?:("[^"]*"|'[^']*')|([^\s"'>]+))""")
_LOOKED_AT = 4 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """What is done before an answer is kept."""

    secrets: Secrets = NO_SECRETS
    """What is masked in it."""

    sign: str = ""
    """Text that a page lacks when the session has ended; empty when nothing tells."""

    obeys_noarchive: bool = False
    """Whether a page that is not to be archived is left out."""

    notes: tuple[str, ...] = ()
    """What is noted whatever the answer is."""


@dataclass(frozen=True, slots=True)
class Remarks:
    """What the look at an answer has shown."""

    notes: tuple[str, ...] = ()
    """What is noted of the exchange."""

    reserved: str = ""
    """Why nothing is kept of it but that it was left, in one line; empty when all is kept."""


def remarks(keeping: Keeping, response: bytes) -> Remarks:
    """What is to be said of the *response* to a request that carries *keeping*."""
    try:
        message = parse_response(response)
    except NotHttp:
        return Remarks(keeping.notes)
    if keeping.obeys_noarchive and NOARCHIVE in _reserved_by(message):
        return Remarks(keeping.notes, "the page is not to be archived (noarchive)")
    ended = keeping.sign and message.status == 200 and _is_page(message) and keeping.sign not in text_of(message)
    return Remarks((*keeping.notes, SESSION_ENDED) if ended else keeping.notes)


def _reserved_by(message: HttpMessage) -> tuple[str, ...]:
    """What headers and meta elements reserve; these are found without a parse, which a hostile page could make dear."""
    meta: dict[str, list[str]] = {}
    for element in _META.findall(text_of(message)) if _is_page(message) else ():
        told = {name.lower(): (quoted or bare).strip("\"'") for name, quoted, bare in _ATTRIBUTE.findall(element)}
        meta.setdefault(told.get("name", "").lower(), []).append(told.get("content", ""))
    return reservations({name: tuple(values) for name, values in meta.items()}, message.headers)


def text_of(message: HttpMessage) -> str:
    """The content of a page, as far as signs are looked for; they are in ASCII, or the page is in UTF-8."""
    return unescape(message.content(_LOOKED_AT).decode("utf-8", "replace"))


def _is_page(message: HttpMessage) -> bool:
    return message.mime in {"text/html", "application/xhtml+xml"}
