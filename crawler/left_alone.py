"""What a job left alone, and why: spider traps, parts of a site that bring nothing, hosts out of reach.

It stands among the stats of the job, so that it comes through the WARC to the catalog, and `status` can tell it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

_TRAPS: dict[str, tuple[int, str]] = {
    "calendar": (2, "a calendar without end: {:,} URLs were not followed"),
    "facets": (10, "filters that combine without end: {:,} URLs were not followed"),
    "repeats": (3, "paths that repeat themselves: {:,} URLs were not followed"),
    "deep": (3, "paths that grow: {:,} URLs were not followed"),
    "long": (3, "URLs that grow: {:,} URLs were not followed"),
    "hops": (1, "chains of links without end: {:,} URLs were not followed"),
    "session": (3, "the number of a visit was taken off {:,} URLs"),
}
"""By kind: from how many different URLs on it is a trap and no slip of the site, and how it is told."""

_BARREN, _TRAP, _SILENT = "barren", "trap", "silent"


def stats_of(
    *,
    traps: Mapping[tuple[str, str], Collection[object]],
    barren: Iterable[tuple[str, int]],
    silent: Mapping[str, str],
) -> dict[str, Any]:
    """The stats that tell it: URLs by site and kind of trap, pages by barren part, reasons by silent host."""
    return {
        **{
            f"{_TRAP}/{site}/{kind}": len(urls)
            for (site, kind), urls in sorted(traps.items())
            if len(urls) >= _TRAPS[kind][0]
        },
        **{f"{_BARREN}/{part}": pages for part, pages in barren},
        **{f"{_SILENT}/{host}": why for host, why in silent.items()},
    }


def silent(stats: Iterable[Mapping[str, Any]]) -> set[str]:
    """The hosts and origins that were out of reach, from the stats of jobs."""
    names = (name.partition("/") for one in stats for name in one)
    return {where for what, _, where in names if what == _SILENT}


def sentences(stats: Mapping[str, Any]) -> Iterator[str]:
    """The same in words, from the stats of a job.

    >>> list(sentences({"trap/example.com/calendar": 40, "barren/example.com/wiki/*": 200}))[0]
    'example.com: a calendar without end: 40 URLs were not followed'
    """
    for name, value in stats.items():
        what, _, where = name.partition("/")
        if what == _TRAP:
            site, _, kind = where.rpartition("/")
            yield f"{site}: {_TRAPS[kind][1].format(value)}"
        elif what == _BARREN:
            yield f"{where}: {value:,} pages brought hardly any news; what is left there is for a later job"
        elif what == _SILENT:
            yield f"{where} gives no connection ({value}); its URLs wait for a later job"
