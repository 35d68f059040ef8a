"""What a site file's layout selects on a page, put in the place of what the general readers found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from archive.model import Article, Evidence
from pipelines.authors import people_in
from pipelines.dates import habits_of
from pipelines.moments import machine_date
from pipelines.page import Page, fold
from pipelines.pruning import prune

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from pipelines.site import Layout


def apply_layout(article: Article, page: Page, layout: Layout) -> Article:
    """*article* with what *layout* selects; where a selector finds nothing, the general reader's value stays.

    The body is not among them: its reader asks `blocks_in` for the blocks, see `pipelines.body`.
    """
    changes: dict[str, str | tuple[str, ...]] = {}
    evidence: list[Evidence] = []
    for field, selector in _selectors(layout).items():
        nodes = page.tree.css(selector) if selector else []
        raw = _raw(field, nodes)
        values = _values(field, raw, page, article)
        if values:
            changes |= values
            evidence.append(Evidence(field=field, source="site-file", selector=selector, raw=raw[:1000], chosen=True))
    if not evidence:
        return article
    fields = {e.field for e in evidence}
    others = tuple(replace(e, chosen=False) if e.field in fields else e for e in article.evidence)
    return replace(article, evidence=(*evidence, *others), **changes)  # type: ignore[arg-type]  # names come from _values


def without_removed(page: Page, layout: Layout) -> Page:
    """*page* for the reader of the body: parsed anew without what *layout* removes, where there is some of it."""
    if not any(page.tree.css_first(selector) for selector in layout.remove):
        return page
    source, _ = prune(page.html.encode("utf-8", "replace"))
    tree = LexborHTMLParser(source)
    for selector in layout.remove:
        for node in tree.css(selector):
            node.decompose()
    return replace(page, tree=tree)


def blocks_in(page: Page, selector: str) -> list[int]:
    """The blocks that stand in the elements which *selector* selects, in the page's order."""
    within = {node.mem_id: True for node in page.tree.css(selector)}
    return [block for block, (first, _) in enumerate(page.blocks.spans) if within and _stands_in(first, within)]


def _stands_in(node: LexborNode, known: dict[int, bool]) -> bool:
    """Whether *node* stands in one of the elements that are *known* to; what is found out on the way is added."""
    way: list[int] = []
    at: LexborNode | None = node
    while at is not None and at.mem_id not in known:
        way.append(at.mem_id)
        at = at.parent
    stands = at is not None and known[at.mem_id]
    known.update(dict.fromkeys(way, stands))
    return stands


def _selectors(layout: Layout) -> dict[str, str]:
    return {
        "headline": layout.headline,
        "standfirst": layout.standfirst,
        "date_published": layout.date,
        "date_modified": layout.modified,
        "authors": layout.authors,
        "section": layout.section,
    }


def _raw(field: str, nodes: list[LexborNode]) -> str:
    """The text that the selected elements give; for dates the machine's form where there is one."""
    if not nodes:
        return ""
    if field == "authors":
        return "; ".join(fold(node.text(separator=" ")) for node in nodes[:40])
    attributes = nodes[0].attributes
    declared = (attributes.get("datetime") or attributes.get("content") or "") if field.startswith("date") else ""
    return declared or fold(nodes[0].text())


def _values(field: str, raw: str, page: Page, article: Article) -> dict[str, str | tuple[str, ...]]:
    if not raw:
        return {}
    if field.startswith("date"):
        iso = machine_date(raw, habits_of(page, article.language))
        return {field: iso, f"{field}_raw": raw} if iso else {}
    if field == "authors":
        names = people_in(raw)
        return {"authors": names, "authors_raw": raw} if names else {}
    return {field: raw}
