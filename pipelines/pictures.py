"""The pictures inside an article, with the caption and the credit that stand beside them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from archive.model import Image
from pipelines.blocks import TAGS, Blocks
from pipelines.urls import joined
from pipelines.vocabulary import HINT_BIT

_FIGURE: Final = TAGS.index("figure")
_FIGCAPTION: Final = TAGS.index("figcaption")
_SOURCES: Final = ("src", "data-src", "data-original", "data-lazy-src", "data-image", "data-srcset", "srcset")
_SMALLEST: Final = 100
_AROUND: Final = 6
"""Elements around a picture that a caption of it may stand in, counted from the inside."""

_MOST_LINES: Final = 20
_LONGEST_CAPTION: Final = 1_000
"""Letters of a caption; what is longer is an article in a `figcaption` that nobody closed."""

_MOST: Final = 200
_CREDIT: Final = re.compile(
    r"[\s(\[|–—/-]*(?:(?:photo(?:graph)?|image|picture|foto|bild|imagen|illustration|grafik)?\s*(?:credits?|courtesy|by|:|©)"
    r"|©|\(c\)|(?:photo|foto|bild|imagen|crédit|quelle|source|fuente)\s*:)[\s:]*(?P<credit>[^()]{2,120}?)[\s)\].]*$",
    re.IGNORECASE,
)


def pictures_of(blocks: Blocks, body: Collection[int], last: int, base_url: str) -> tuple[Image, ...]:
    """The pictures from the one just before *body* to the one behind the block *last*, without repetition."""
    if not body:
        return ()
    first = min(body)
    found: dict[str, Image] = {}
    for node, element, place in blocks.images[: _MOST * 5]:
        if first - 6 <= place <= last + 1 and len(found) < _MOST:
            url = _address(node.attributes, base_url)
            if url and url not in found:
                caption, credit = _caption(blocks, element, body)
                if place > first - 1 or caption or credit:
                    found[url] = Image(url=url, caption=caption, credit=credit)
    return tuple(found.values())


def marked_captions(blocks: Blocks) -> set[int]:
    """The blocks in every `figcaption` beside a picture."""
    if _FIGCAPTION not in blocks.tags:
        return set()
    pictured = set(_pictured(blocks))
    held = [
        range(blocks.first_blocks[element], blocks.end_blocks[element])
        for element, tag in enumerate(blocks.tags)
        if tag == _FIGCAPTION and blocks.parents[element] in pictured
    ]
    return {i for lines in held if _may_be_caption(blocks, lines) for i in lines}


def _may_be_caption(blocks: Blocks, lines: range) -> bool:
    return len(lines) <= _MOST_LINES and sum(len(blocks.texts[i]) for i in lines) <= _LONGEST_CAPTION


def _pictured(blocks: Blocks) -> Iterator[int]:
    """The elements close around pictures."""
    for _, innermost, _ in blocks.images:
        element = innermost
        for _ in range(_AROUND):
            if element < 0:
                break
            yield element
            element = blocks.parents[element]


def split_credit(caption: str) -> tuple[str, str]:
    """A caption without its credit, and the credit.

    >>> split_credit("The tower at dusk. Photo: Ann Poe / Agency")
    ('The tower at dusk.', 'Ann Poe / Agency')
    """
    match = _CREDIT.search(caption)
    if match is None:
        return caption, ""
    return caption[: match.start()].rstrip(" ([|–—-"), match["credit"].strip()


def _address(attributes: dict[str, str | None], base_url: str) -> str:
    """Where the picture lies; empty for an icon, a tracking pixel or a placeholder."""
    for side in ("width", "height"):
        size = attributes.get(side) or ""
        if size.isdigit() and int(size) < _SMALLEST:
            return ""
    for key in _SOURCES:
        source = (attributes.get(key) or "").strip()
        if source and not source.startswith(("data:", "blob:", "about:")):
            first = source.split()[0].rstrip(",") if "srcset" in key else source
            return _join(base_url, first)
    return ""


def _join(base_url: str, link: str) -> str:
    try:
        url = joined(base_url, link)
    except ValueError:
        return ""
    return url if url.startswith(("http://", "https://")) else ""


def _caption(blocks: Blocks, element: int, body: Collection[int]) -> tuple[str, str]:
    """Caption and credit of a picture: the lines of its figure, or the marked ones of the nearest element."""
    captions: list[str] = []
    credits_: list[str] = []
    for _ in range(4):
        if element < 0:
            break
        end = blocks.end_blocks[element] if blocks.end_blocks[element] >= 0 else len(blocks.texts)
        start = blocks.first_blocks[element]
        if end - start > 4:
            break
        for block in range(start, end):
            _sort_line(
                blocks, block, captions, credits_, in_figure=blocks.tags[element] == _FIGURE, in_body=block in body
            )
        if captions or credits_:
            break
        element = blocks.parents[element]
    caption, credit = split_credit(" ".join(captions))
    return caption, credit or split_credit(" ".join(credits_))[1] or " ".join(credits_)


def _sort_line(
    blocks: Blocks, block: int, captions: list[str], credits_: list[str], *, in_figure: bool, in_body: bool
) -> None:
    """Put the line into *captions* or *credits_* if it is either."""
    around = blocks.elements[block]
    parent = blocks.parents[around]
    hints = blocks.hints[around] | blocks.inline_hints[block] | (blocks.hints[parent] if parent >= 0 else 0)
    if in_body and blocks.tags[around] != _FIGCAPTION:
        return
    is_credit = hints & HINT_BIT["credit"] and not hints & HINT_BIT["caption"]
    if is_credit and not (blocks.tags[around] == _FIGCAPTION and split_credit(blocks.texts[block])[0]):
        credits_.append(blocks.texts[block])
    elif in_figure or blocks.tags[around] == _FIGCAPTION or hints & HINT_BIT["caption"]:
        captions.append(blocks.texts[block])
