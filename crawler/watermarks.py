"""How far each WARC is folded: groups are folded in any order, a watermark only passes what is folded without a gap."""

from __future__ import annotations


class Watermarks:
    """The groups that were appended in this job, and which of them are folded.

    >>> marks = Watermarks()
    >>> for begin, end in ((0, 10), (10, 20), (20, 30)):
    ...     marks.appended("a.warc.gz", begin, end)
    >>> marks.folded("a.warc.gz", 10)
    >>> marks.reached()
    {'a.warc.gz': 0}
    >>> marks.folded("a.warc.gz", 0)
    >>> marks.reached()
    {'a.warc.gz': 20}
    """

    def __init__(self) -> None:
        self._open: dict[str, dict[int, int]] = {}
        self._done: dict[str, set[int]] = {}
        self._reached: dict[str, int] = {}

    def appended(self, warc: str, begin: int, end: int) -> None:
        """A group now lies from *begin* to *end*; groups of one file come in order."""
        self._open.setdefault(warc, {})[begin] = end
        self._reached.setdefault(warc, begin)

    def folded(self, warc: str, begin: int) -> None:
        """The group that begins there is folded; may be told again."""
        self._done.setdefault(warc, set()).add(begin)

    @property
    def waiting(self) -> bool:
        """Whether any group is not folded yet, or one before it."""
        self.reached()
        return any(self._open.values())

    def reached(self) -> dict[str, int]:
        """For each file the end of the longest run of folded groups from its first one."""
        for warc, waiting in self._open.items():
            done = self._done.get(warc, set())
            while waiting and (begin := next(iter(waiting))) in done:
                self._reached[warc] = waiting.pop(begin)
                done.discard(begin)
        return dict(self._reached)
