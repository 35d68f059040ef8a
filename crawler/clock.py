"""The clock of a job: the time of day when it began, carried on by a clock that cannot jump."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from archive.model import utc_now


class SteadyClock:
    """Gives instants that only go forward, whatever is done to the machine's clock while the job runs.

    Retries, leases and revisits are reckoned by it. WARC-Date is not: it tells what the machine's clock said.
    """

    def __init__(
        self, *, now: Callable[[], datetime] = utc_now, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._monotonic = monotonic
        self._began = monotonic()
        self._start = now()

    def __call__(self) -> datetime:
        """The present instant (UTC)."""
        return self._start + timedelta(seconds=self.seconds)

    @property
    def seconds(self) -> float:
        """Seconds since the clock was made."""
        return self._monotonic() - self._began
