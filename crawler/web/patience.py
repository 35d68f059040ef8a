"""How long a client may take: one that sends its request by drops, or does not fetch its answer, is hung up on.

Else a few hundred of them, who cost nothing to keep up, would keep everybody out.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle


class ImpatientProtocol(H11Protocol):
    """HTTP/1.1 with an end to each request and to each answer."""

    longest_request = 10.0
    """Seconds from a connection, or from the answer before, until a whole request is there."""

    longest_answer = 300.0
    """Seconds from a request until its answer has been fetched."""

    between_looks = 1.0
    """Seconds after which the clock is looked at."""

    _look: asyncio.TimerHandle | None = None
    _since = 0.0
    _seen: tuple[RequestResponseCycle | None, bool] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begins to look at the clock."""
        super().connection_made(transport)
        self._look_at_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        """Looks no more."""
        super().connection_lost(exc)
        if self._look is not None:
            self._look.cancel()

    def _look_at_clock(self) -> None:
        answering = self.cycle is not None and not self.cycle.response_complete
        if self._seen != (self.cycle, answering):
            self._seen, self._since = (self.cycle, answering), self.loop.time()
        if self.loop.time() - self._since > (self.longest_answer if answering else self.longest_request):
            self.transport.abort()  # what waits to be sent would keep it open
        else:
            self._look = self.loop.call_later(self.between_looks, self._look_at_clock)
