"""What a site file's layout selects on a page, put in the place of what the general readers found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archive.model import Article, Evidence
from pipelines.authors import people_in
from pipelines.dates import habits_of
from pipelines.moments import machine_date
from pipelines.page import Page, fold

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from pipelines.site import Layout


def apply_layout(article: Article, page: Page, layout: Layout) -> Article:
    """*article* with what *layout* selects; where a selector finds nothing, the general reader's value stays.

    The body is not among them: its reader needs the elements, not their text.
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
