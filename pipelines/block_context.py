"""A second look: what the model made of each block's surroundings, as further columns.

A line that looks like body on its own looks otherwise among lines that do not, in a box whose other lines were refused,
or far behind the end of the text.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipelines.block_features import Columns, Floats, Layout, nearest, running, shifted, window

Numbers = NDArray[Any]

_LIKELY: Final = 0.5
_SURE: Final = 0.7
_LONG: Final = 100
_FAR: Final = 1e5
_SHIFTS: Final = (-3, -2, -1, 1, 2, 3)
_REACHES: Final = (3, 8, 20)


def context(layout: Layout, first_look: Floats) -> tuple[list[str], Floats]:
    """Names of the columns, and the table of columns x blocks, for the probabilities of a *first_look*."""
    columns, likely = Columns(), first_look.astype(np.float64)
    _around(layout, columns, likely)
    _inside(layout, columns, likely)
    _along(layout, columns, likely)
    _region(layout, columns, likely)
    return columns.names, columns.table()


def _around(layout: Layout, columns: Columns, likely: Numbers) -> None:
    """The likelihoods before and after each block."""
    columns.add(likely=likely)
    columns.add_many(
        [f"likely_{shift:+d}" for shift in _SHIFTS], [shifted(likely[None], shift)[0] for shift in _SHIFTS]
    )
    weighted = np.array([likely, likely * layout.length, layout.length])
    for reach in _REACHES:
        mean, text, letters = window(weighted, reach)
        columns.add(**{f"likely_window{reach}": mean, f"likely_text_window{reach}": text / np.maximum(letters, 1)})


def _inside(layout: Layout, columns: Columns, likely: Numbers) -> None:
    """The likelihoods in the elements around each block, and in the frames of the same template, itself left out."""
    text = likely * layout.length
    sum_likely, sum_text = layout.within(running(likely)), layout.within(running(text))
    sum_letters, count = layout.within(layout.before), layout.end - layout.first
    total = max(float(text.sum()), 1.0)
    for level in range(5):
        around = layout.up[level]
        others = count[around] - 1
        columns.add(
            **{
                f"likely_up{level}": np.where(others > 0, (sum_likely[around] - likely) / np.maximum(others, 1), -1),
                f"likely_text_up{level}": np.where(
                    others > 0, (sum_text[around] - text) / np.maximum(sum_letters[around] - layout.length, 1), -1
                ),
                f"likely_share_up{level}": sum_text[around] / total,
            }
        )
    for name, numbers in (("path", layout.blocks.paths), ("look", layout.blocks.looks)):
        group = np.array(numbers, dtype=np.int64)[layout.element]
        others = np.bincount(group)[group] - 1
        mean = (np.bincount(group, likely)[group] - likely) / np.maximum(others, 1)
        columns.add(**{f"likely_{name}": np.where(others > 0, mean, -1)})


def _along(layout: Layout, columns: Columns, likely: Numbers) -> None:
    """How far it is to the likely blocks before and after, and how much of them there is."""
    n, at, letters = layout.n, layout.at, layout.before
    on = likely > _LIKELY
    chosen = running(np.where(on, layout.length, 0.0))
    total = max(float(chosen[-1]), 1.0)
    last, coming = nearest(on)
    last, coming = np.concatenate([[-50], last[:-1]]), np.concatenate([coming[1:], [n + 50]])
    columns.add(
        chosen_before=chosen[:-1] / total,
        chosen_after=(total - chosen[1:]) / total,
        chosen_letters=np.full(n, np.log1p(chosen[-1])),
        chosen_share=np.full(n, chosen[-1] / layout.total),
        since_chosen=at - last,
        until_chosen=coming - at,
        letters_since_chosen=np.where(last >= 0, letters[:-1] - letters[np.maximum(last, 0) + 1], _FAR),
        letters_until_chosen=np.where(coming < n, letters[np.minimum(coming, n - 1)] - letters[1:], _FAR),
    )
    for level in (1, 2):
        around = layout.up[level]
        columns.add(
            **{
                f"with_chosen_before{level}": (last >= 0) & (around[np.maximum(last, 0)] == around),
                f"with_chosen_after{level}": (coming < n) & (around[np.minimum(coming, n - 1)] == around),
            }
        )


def _region(layout: Layout, columns: Columns, likely: Numbers) -> None:
    """Where the sure blocks begin and end, and the element that holds most of what is likely and least of the rest."""
    n, at = layout.n, layout.at
    on = likely > _LIKELY
    sure = np.flatnonzero((likely > _SURE) & (layout.length > _LONG))
    first, last = (int(sure[0]), int(sure[-1])) if len(sure) else (-1, -1)
    top = float(np.sort(likely)[-5:].mean())
    gain = layout.within(running(np.sqrt(layout.length) * (likely - 0.4)))
    gain[layout.end == layout.first] = -_FAR
    best = len(gain) - 1 - int(np.argmax(gain[::-1]))
    columns.add(
        from_first_sure=at - first,
        from_last_sure=at - last,
        mean_chosen=np.full(n, likely[on].mean() if on.any() else 0.0),
        mean_top=np.full(n, top),
        likely_of_top=likely / max(top, 0.05),
        levels_to_region=layout.levels_to(best),
        from_region_first=at - layout.first[best],
        from_region_end=layout.end[best] - at,
    )
