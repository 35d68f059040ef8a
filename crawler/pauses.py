"""The pause between two requests to one host: it begins when the answer has come, and grows with the time that took.

Scrapy counts it from the moment of sending, so that a server which is busy, or far away, sees shorter pauses than it
was promised. Counted from the answer no pause is too short by the server's own clock, however late it looks at it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from scrapy import Request

LONGEST_REST = 30.0
"""Seconds that a slow server is left alone, at most, beyond the pause that it was promised."""


def begin_pause(
    crawler: Any, request: Request, took: float, *, monotonic: Callable[[], float] = time.monotonic
) -> None:
    """An answer has come, or failed, after *took* seconds: the pause of its host begins now.

    A host that took longer than its pause is left alone for as long as it took: it is slow, or has much to do.
    """
    if not getattr(crawler, "crawling", False):
        return
    slot = crawler.engine.downloader.slots.get(request.meta.get("download_slot"))
    if slot is None or not slot.delay:
        return
    rest = min(max(took - slot.delay, 0.0), LONGEST_REST)
    slot.lastseen = max(slot.lastseen, monotonic() + rest)
