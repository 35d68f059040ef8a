"""The errors that pressmark raises, and the exit code that each one ends a command with.

```
PressmarkError (1)
├── UsageError (2)            the command, a setting or a site file is wrong
│   └── NoSuchCollection      no collection at that place
├── DiskFull (3)              no room for the next record
├── CheckFailed (4)           verify, rebuild --check or sites diff found a difference
│   └── DamagedRecord         a WARC record that cannot be read or does not match its digest
├── CollectionLocked (5)      another job holds the collection
├── SiteDegraded (6)          a site no longer gives what its history promises
└── NothingReached (9)        no target could be reached
```

Each message says what is wrong and where, and then the command to type.
"""

from __future__ import annotations


class PressmarkError(Exception):
    """The root: anything that pressmark tells an operator in one line."""

    exit_code = 1


class UsageError(PressmarkError):
    """The command, a setting or a site file is wrong; nothing was done."""

    exit_code = 2


class NoSuchCollection(UsageError):
    """There is no collection at the place that was named."""


class DiskFull(PressmarkError):
    """The disk or the file-size limit left no room; the WARC ends in a whole record."""

    exit_code = 3


class CheckFailed(PressmarkError):
    """A check found a difference between what is kept and what should be."""

    exit_code = 4


class DamagedRecord(CheckFailed):
    """A WARC record cannot be read, or does not match its own digest."""

    def __init__(self, warc: str, offset: int, problem: str) -> None:
        super().__init__(f"{warc}, byte {offset}: {problem}; run `pressmark verify`")
        self.warc = warc
        self.offset = offset
        self.problem = problem

    def __reduce__(self) -> tuple[type[DamagedRecord], tuple[str, int, str]]:
        return DamagedRecord, (self.warc, self.offset, self.problem)  # children of a rebuild send it to their parent


class CollectionLocked(PressmarkError):
    """Another job writes to this collection; the message names its process."""

    exit_code = 5


class SiteDegraded(PressmarkError):
    """A site no longer gives what its file or its history promises."""

    exit_code = 6


class NothingReached(PressmarkError):
    """Not one of the targets answered."""

    exit_code = 9
