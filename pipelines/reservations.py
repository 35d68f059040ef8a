"""What a page reserves: that it is not archived, or not mined for text and data.

Read from the robots meta element and its header (`noarchive`, `noai`, `noimageai`), and from the W3C's TDM Reservation
Protocol (`tdm-reservation`, `tdm-policy`), as meta element or header. It is recorded among the notes of a reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

NOARCHIVE = "reserved: noarchive"
MINING = frozenset({"reserved: tdm", "reserved: noai"})
"""Reservations of text and data mining."""

OBEYS_TDM = "obeys tdm"
"""Among the notes of a capture: a page that reserves text and data mining is not read as an article."""

TDM_BY_SITE = "reserved by tdmrep.json"
"""Among the notes of a capture: the site's tdmrep.json reserves it for this URL."""

_WORDS = frozenset({"noarchive", "noai", "noimageai"})
_OURS = "pressmark"
_META = ("robots", _OURS, "tdm-reservation", "tdm-policy")
_MOST = 300


def reservations(meta: Mapping[str, tuple[str, ...]], headers: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The reservations of a page, sorted, each as a note.

    >>> reservations({"robots": ("index, NOARCHIVE",)}, [("TDM-Reservation", "1")])
    ('reserved: noarchive', 'reserved: tdm')
    """
    told = [(name.lower(), value.strip()) for name, value in headers]
    told += [(name, value.strip()) for name in _META for value in meta.get(name, ())]
    return tuple(sorted({f"reserved: {word}" for name, value in told for word in _words(name, value)}))


def is_left_unread(notes: str, reserved: Iterable[str], own: Iterable[str]) -> bool:
    """Whether a page is not read as an article, by the *notes* of its capture, what it has *reserved* and the values of
    its *own* `tdm-reservation`, which come before what tdmrep.json says.

    >>> is_left_unread("obeys tdm", ("reserved: tdm",), ("1",)), is_left_unread("", ("reserved: tdm",), ("1",))
    (True, False)
    """
    told = notes.split("; ")
    if OBEYS_TDM not in told:
        return False
    return not MINING.isdisjoint(reserved) or (TDM_BY_SITE in told and "0" not in own)


def _words(name: str, value: str) -> Iterator[str]:
    if name == "tdm-reservation" and value == "1":
        yield "tdm"
    elif name == "tdm-policy" and value:
        yield f"tdm-policy {value[:_MOST]}"
    elif name in {"robots", _OURS, "x-robots-tag"}:
        agent, colon, words = value.lower().partition(":")
        is_for_others = colon and name == "x-robots-tag" and agent.strip() != _OURS
        listed = "" if is_for_others else words if colon else agent
        yield from sorted(_WORDS & {word.strip() for word in listed.split(",")})
