"""The second half of the write protocol: readings are folded in groups, and only what lies on the disk is folded.

    W3  sync the WARC
    W4  captures, readings and watermarks into catalog.db, one transaction
        outlinks, acknowledgements and watermarks into frontier.db, one transaction

A crash between any two of these is made good by catching up from the smaller watermark: to fold again changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.index import Catalog
from archive.model import RENDERING, Capture, Reading
from crawler.frontier import Frontier, Lease
from crawler.settling import Retry, kind_of, settle
from spiders.candidates import Candidate

OF_LOGIN, TDM_FILE = "login", "tdm"
"""How URLs were discovered that are asked for in the course of a login, or for what a site reserves: nothing follows
from them, and nobody asks for them again."""

_BESIDE = frozenset({OF_LOGIN, TDM_FILE, RENDERING})

MAX_GROUP = 64
"""Readings of one group commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A capture with its reading, ready to be folded."""

    capture: Capture
    """The capture."""

    reading: Reading | None
    """What it was read as; None for a failure, and for a revisit, which has no reading of its own."""

    lease: Lease | None = None
    """The lease that it serves; None for robots.txt, and for what is found when catching up."""

    pause: float | None = None
    """Seconds that the server, or robots.txt, asks us to wait."""

    again: bool = False
    """True when the URL is to be asked for again at once: its page was the one for strangers."""


class Folding:
    """Folds captures and their readings into the catalog and the frontier."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        frontier: Frontier,
        candidates: Callable[[Capture, Reading], Iterable[Candidate]],
        host_of: Callable[[str], str],
        waits: Sequence[float],
        clock: Callable[[], datetime],
    ) -> None:
        self.counts: Counter[str] = Counter()
        """What happened, named part/event."""
        self.catalog = catalog
        """Where facts go."""
        self.frontier = frontier
        """Where URLs go."""
        self._candidates = candidates
        self._host_of = host_of
        self._waits = waits
        self._clock = clock

    def fold(self, group: Iterable[Settled], watermarks: Mapping[str, int]) -> None:
        """W4: the WARC that holds them is synced already."""
        group = list(group)
        for settled in group:
            self.catalog.add(settled.capture, settled.reading)
        self.catalog.commit(watermarks)
        self.acknowledge(group, watermarks, live=True)
        self.counts["fold/commits"] += 1
        self.counts["fold/captures"] += len(group)

    def acknowledge(self, group: Iterable[Settled], watermarks: Mapping[str, int], *, live: bool = False) -> None:
        """The frontier's half: leases end, outlinks come in, the watermarks move.

        *live* for exchanges of this job, not for what is caught up.
        """
        with self.frontier.transaction():
            group = [settled for settled in group if settled.capture.discovered not in _BESIDE]
            for settled in group:
                if not (
                    live and settled.capture.is_rendered and settled.lease is None
                ):  # that ends with the conversion
                    self._end(settled, live=live)
            for settled in group:
                if settled.reading is not None and not settled.again:
                    self.counts["frontier/new"] += self.frontier.put(self._candidates(settled.capture, settled.reading))
            self.frontier.set_watermarks(watermarks)

    def _end(self, settled: Settled, *, live: bool) -> None:
        lease = settled.lease or self._lease_of(settled)
        if settled.again:
            self.frontier.nack(lease.url, retry_at=self._clock(), tried=False)
            self.counts["login/asked_again"] += 1
            return
        end = settle(
            settled.capture,
            settled.reading,
            lease,
            now=self._clock() if live else settled.capture.captured_at,
            live=live,
            waits=self._waits,
            pause=settled.pause,
        )
        if isinstance(end, Retry):
            self.frontier.nack(end.url, retry_at=end.at, tried=end.tried)
            self.counts["frontier/retries"] += 1
        else:
            self.frontier.ack(end)
            self.counts["frontier/failed" if end.failed else "frontier/done"] += 1

    def _lease_of(self, settled: Settled) -> Lease:
        """A lease for a capture that has none: what the frontier knows of its URL, or what the capture says."""
        capture = settled.capture
        known = self.frontier.find(capture.url)
        if known is not None:
            return known
        return Lease(
            url=capture.url,
            site=capture.site,
            host=self._host_of(capture.url),
            kind=kind_of(capture, settled.reading),
            hops=capture.hops,
            via=capture.via,
            discovered=capture.discovered,
        )
