"""Places on a simulated site without a way out: calendars, session ids, growing paths, facets, tarpits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from .misbehaviours import MISBEHAVIOURS
from .prose.grammar import dice
from .view import Anchor

ENTRIES: tuple[tuple[str, str, str], ...] = (
    ("calendar", "/calendar/?month=2026-11", "Calendar"),
    ("session-ids", "/desk/start;sid=0", "My desk"),
    ("growing-paths", "/archive/years/", "Archive by year"),
    ("facets", "/finder/?sort=new", "Finder"),
    ("tarpit", "/wiki/a", "Glossary"),
)
"""Name of the misbehaviour, path at which it begins, words of the link to it."""

_FACETS = {
    "sort": ("new", "old", "size"),
    "area": ("cardiology", "oncology", "neurology", "rare"),
    "phase": ("1", "2", "3"),
    "country": ("se", "dk", "nl", "pt"),
}
_SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "ne", "pi", "ro", "su", "ta", "ve")


def entry_anchors() -> tuple[Anchor, ...]:
    """Links to every trap."""
    return tuple(Anchor(href=path, text=text) for name, path, text in ENTRIES if name in MISBEHAVIOURS)


def trap_page(path: str, params: Mapping[str, str]) -> str | None:
    """The page of a trap at that place, or None where there is none."""
    if path.startswith("/calendar/"):
        return _calendar(params.get("month", "2026-11"))
    if path.startswith("/desk/"):
        return _session(path)
    if path.startswith("/archive/years/"):
        return _page("Archive", f"<p>Level {path.count('/')}</p>", ["years/", "older/"])
    if path.startswith("/finder/"):
        return _facets(params)
    if path.startswith("/wiki/"):
        return _tarpit(path)
    return None


def _page(title: str, text: str, hrefs: list[str]) -> str:
    links = "".join(
        f'<li><a href="{escape(href)}">{escape(href.rsplit("/", 1)[-1] or href)}</a></li>' for href in hrefs
    )
    body = f"<h1>{title}</h1>{text}<ul>{links}</ul>"
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"


def _calendar(month: str) -> str:
    found = re.fullmatch(r"(\d{1,6})-(\d\d)", month)
    year, number = (int(found[1]), int(found[2])) if found else (2026, 11)
    after = f"{year + number // 12}-{number % 12 + 1:02}"
    before = f"{year - (number == 1)}-{(number - 2) % 12 + 1:02}"
    return _page(
        f"Events {month}",
        "<p>No events in this month.</p>",
        [f"/calendar/?month={before}", f"/calendar/?month={after}"],
    )


def _session(path: str) -> str:
    place, _, session = path.partition(";sid=")
    fresh = f"{dice('session', session).getrandbits(64):016x}"
    names = ("start", "alerts", "saved", "settings")
    return _page(
        f"My desk: {place.rsplit('/', 1)[-1]}",
        "<p>Nothing saved yet.</p>",
        [f"/desk/{name};sid={fresh}" for name in names],
    )


def _facets(params: Mapping[str, str]) -> str:
    hrefs = []
    for key, values in _FACETS.items():
        for value in values:
            chosen = "&".join(f"{name}={word}" for name, word in sorted({**params, key: value}.items()))
            hrefs.append(f"/finder/?{chosen}")
    return _page("Finder", f"<p>{len(params)} filters</p>", hrefs)


def _tarpit(path: str) -> str:
    rng = dice("tarpit", path)
    words = ["".join(rng.choices(_SYLLABLES, k=rng.randint(1, 4))) for _ in range(240)]
    sentences = [" ".join(words[n : n + 12]).capitalize() + "." for n in range(0, 240, 12)]
    paragraphs = "".join(f"<p>{' '.join(sentences[n : n + 4])}</p>" for n in range(0, 20, 4))
    return _page(words[0].capitalize(), paragraphs, [f"/wiki/{rng.getrandbits(48):x}" for _ in range(8)])
