"""What is kept of an answer, where a site's file or the operator asks for more than all of it.

A request that carries a `Keeping` has its answer looked at before it is written: a subscriber's secrets are masked, the
end of a session is noted, and what a page reserves is obeyed. All of it stands in the WARC, so that a rebuild comes to
the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import unescape

from archive.http1 import HttpMessage, NotHttp, parse_response
from crawler.masking import NO_SECRETS, Secrets
from pipelines.read import SESSION_ENDED

KEEPING = "pressmark_keeping"
"""Key of `request.meta` for the `Keeping` of a request."""

_LOOKED_AT = 4 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """What is done before an answer is kept."""

    secrets: Secrets = NO_SECRETS
    """What is masked in it."""

    sign: str = ""
    """Text that a page lacks when the session has ended; empty when nothing tells."""


@dataclass(frozen=True, slots=True)
class Remarks:
    """What the look at an answer has shown."""

    notes: tuple[str, ...] = ()
    """What is noted of the exchange."""


def remarks(keeping: Keeping, response: bytes) -> Remarks:
    """What is to be said of the *response* to a request that carries *keeping*."""
    try:
        message = parse_response(response)
    except NotHttp:
        return Remarks()
    ended = keeping.sign and message.status == 200 and _is_page(message) and keeping.sign not in text_of(message)
    return Remarks(notes=(SESSION_ENDED,) if ended else ())


def text_of(message: HttpMessage) -> str:
    """The content of a page, as far as signs are looked for; they are in ASCII, or the page is in UTF-8."""
    return unescape(message.content(_LOOKED_AT).decode("utf-8", "replace"))


def _is_page(message: HttpMessage) -> bool:
    return message.mime in {"text/html", "application/xhtml+xml"}
