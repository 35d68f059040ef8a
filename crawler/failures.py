"""Why an exchange had no usable answer: what the network edge raises, each with its `Exchange.outcome`.

```
ExchangeFailed
├── NameNotResolved   dns      no such name, or the name server failed
├── AddressBlocked    blocked  the address is not public and no network was allowed that holds it
├── ConnectFailed     connect  refused, unreachable, or closed without a reply
├── TlsFailed         tls      handshake or certificate
├── TimedOut          timeout  the total deadline passed before a reply had begun
├── NotHttp           invalid  what came, or what should be sent, is not HTTP
├── PageReserved      reserved what came is not to be archived, which is obeyed
├── RobotsForbidden   robots   robots.txt forbids the URL
├── RobotsUnreachable robots   robots.txt cannot be had, so nothing is fetched for now (RFC 9309, 2.3.1.4)
└── RenderFailed      render   a browser could not show the page that came
```

Each is also the exception that Scrapy has for the case, so that its RetryMiddleware and errbacks know it.
"""

from __future__ import annotations

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
)


class ExchangeFailed(Exception):
    """No usable answer came; the message says why in one line, and is kept as `fetchError`."""

    outcome = "connect"
    """As `Exchange.outcome`."""

    sent = False
    """True when the request was sent before it failed."""


class NameNotResolved(ExchangeFailed, CannotResolveHostError):
    """The host's name has no address."""

    outcome = "dns"

    def __init__(self, message: str, *, lasting: bool = False) -> None:
        super().__init__(message)
        self.lasting = lasting
        """True when the name does not exist; False when its servers may answer another time."""


class HostPaused(IgnoreRequest):
    """The host has asked us to wait since the request was made; nothing was sent, and the URL goes back."""


class AddressBlocked(ExchangeFailed, IgnoreRequest):
    """The host's addresses are not public, and no allowed network holds one of them."""

    outcome = "blocked"


class ConnectFailed(ExchangeFailed, DownloadFailedError):
    """No connection could be made, or it was closed before a reply."""

    outcome = "connect"


class TlsFailed(ExchangeFailed, DownloadFailedError):
    """The TLS handshake failed or the certificate does not prove the host."""

    outcome = "tls"


class TimedOut(ExchangeFailed, DownloadTimeoutError):
    """The total deadline passed before a reply had begun."""

    outcome = "timeout"


class NotHttp(ExchangeFailed, DownloadFailedError):
    """The answer is not HTTP or dangerously ambiguous, or the request cannot be written as HTTP."""

    outcome = "invalid"


class PageReserved(ExchangeFailed, IgnoreRequest):
    """The page is not to be archived, and the operator obeys that."""

    outcome = "reserved"


class RobotsForbidden(ExchangeFailed, IgnoreRequest):
    """robots.txt forbids the URL to us."""

    outcome = "robots"


class RobotsUnreachable(ExchangeFailed, IgnoreRequest):
    """robots.txt could not be had, so nothing is fetched from its origin for now."""

    outcome = "robots"

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds until robots.txt is asked for again."""


class RenderFailed(ExchangeFailed):
    """A browser could not show the page: it took too long, asked for too much, or the browser died."""

    outcome = "render"
    sent = True


FAILURES: dict[str, type[ExchangeFailed]] = {
    kind.outcome: kind
    for kind in (NameNotResolved, AddressBlocked, ConnectFailed, TlsFailed, TimedOut, NotHttp, PageReserved)
}
"""The exception for each outcome without an answer."""
