"""A second look: what the model made of each block's surroundings, as further columns.

A line that looks like body on its own looks otherwise among lines that do not, in a box whose other lines were refused,
or far behind the end of the text.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipelines.block_features import Floats, Layout, Rows, nearest, running, shifted, table, windows

Numbers = NDArray[Any]

_LIKELY: Final = 0.5
_SURE: Final = 0.7
_LONG: Final = 100
_FAR: Final = 1e5
_SHIFTS: Final = (-3, -2, -1, 1, 2, 3)
_REACHES: Final = (3, 8, 20)
_LEVELS: Final = 5
NAMES: Final = (
    "likely", *(f"likely_{shift:+d}" for shift in _SHIFTS),
    *(f"likely_{what}window{reach}" for reach in _REACHES for what in ("", "text_")),
    *(f"likely_{what}up{level}" for level in range(_LEVELS) for what in ("", "text_", "share_")),
    "likely_path", "likely_look",
    "chosen_before", "chosen_after", "chosen_letters", "chosen_share",
    "since_chosen", "until_chosen", "letters_since_chosen", "letters_until_chosen",
    *(f"with_chosen_{side}{level}" for level in (1, 2) for side in ("before", "after")),
    "from_first_sure", "from_last_sure", "mean_chosen", "mean_top", "likely_of_top",
    "levels_to_region", "from_region_first", "from_region_end",
)  # fmt: skip
"""What the rows of `context` are about, in their order."""


def context(layout: Layout, first_look: Floats) -> tuple[tuple[str, ...], Floats]:
    """What the rows are about, and the table of questions x blocks, for the probabilities of a *first_look*."""
    likely = first_look.astype(np.float64)
    rows = [*_around(layout, likely), *_inside(layout, likely), *_along(layout, likely), *_region(layout, likely)]
    return NAMES, table(len(NAMES), layout.n, rows)


def _around(layout: Layout, likely: Numbers) -> Rows:
    """The likelihoods before and after each block."""
    rows: Rows = [likely, *shifted(likely[None], _SHIFTS)]
    weighted = np.array([likely, likely * layout.length, layout.length])
    for mean, text, letters in windows(weighted, _REACHES):
        rows += [mean, text / np.maximum(letters, 1)]
    return rows


def _inside(layout: Layout, likely: Numbers) -> Rows:
    """The likelihoods in the elements around each block, and in the frames of the same template, itself left out."""
    text = likely * layout.length
    around = layout.up[:_LEVELS]
    within = np.array([*layout.within(running(np.array([likely, text]))), layout.end - layout.first, layout.mass])
    sum_likely, sum_text, others, letters = within.take(around, axis=1)
    others -= 1
    letters -= layout.length
    beside = np.where(others > 0, (sum_likely - likely) / np.maximum(others, 1), -1)
    text_beside = np.where(others > 0, (sum_text - text) / np.maximum(letters, 1), -1)
    shares = sum_text / max(float(text.sum()), 1.0)
    rows: Rows = [np.stack((beside, text_beside, shares), axis=1).reshape(-1, layout.n)]
    for group in layout.templates:
        alike = np.bincount(group).take(group) - 1
        mean = (np.bincount(group, likely).take(group) - likely) / np.maximum(alike, 1)
        rows.append(np.where(alike > 0, mean, -1))
    return rows


def _along(layout: Layout, likely: Numbers) -> Rows:
    """How far it is to the likely blocks before and after, and how much of them there is."""
    n, at, letters = layout.n, layout.at, layout.before
    on = likely > _LIKELY
    chosen = running(np.where(on, layout.length, 0.0))
    total = max(float(chosen[-1]), 1.0)
    last, coming = nearest(on)
    last[1:], last[0], coming[:-1], coming[-1] = last[:-1].copy(), -50, coming[1:].copy(), n + 50
    before, after = np.maximum(last, 0), np.minimum(coming, n - 1)
    rows: Rows = [
        chosen[:-1] / total,
        (total - chosen[1:]) / total,
        float(np.log1p(chosen[-1])),
        float(chosen[-1] / layout.total),
        at - last,
        coming - at,
        np.where(last >= 0, letters[:-1] - letters.take(before + 1), _FAR),
        np.where(coming < n, letters.take(after) - letters[1:], _FAR),
    ]
    for around in layout.up[1:3]:
        rows += [(last >= 0) & (around.take(before) == around), (coming < n) & (around.take(after) == around)]
    return rows


def _region(layout: Layout, likely: Numbers) -> Rows:
    """Where the sure blocks begin and end, and the element that holds most of what is likely and least of the rest."""
    at = layout.at
    on = likely > _LIKELY
    sure = np.flatnonzero((likely > _SURE) & (layout.length > _LONG))
    first, last = (int(sure[0]), int(sure[-1])) if len(sure) else (-1, -1)
    top = float(np.sort(likely)[-5:].mean())
    gain = layout.within(running(np.sqrt(layout.length) * (likely - 0.4)))
    gain[layout.end == layout.first] = -_FAR
    best = len(gain) - 1 - int(np.argmax(gain[::-1]))
    return [
        at - first,
        at - last,
        float(likely[on].mean()) if on.any() else 0.0,
        top,
        likely / max(top, 0.05),
        layout.levels_to(best),
        at - layout.first[best],
        layout.end[best] - at,
    ]
