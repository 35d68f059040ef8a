"""What the pages of a site declare of the site itself in JSON-LD: its name, language, address and sections.

Such data is often left over from a template, so that what most pages say counts, and each URL must belong to the site.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipelines.json_ld import Json, Node, text_of, types_of
from pipelines.urls import article_likeness, canonical, is_not_a_page
from spiders.candidates import ARTICLE_LIKE

_ABOUT_THE_SITE = frozenset({"WebSite", "NewsMediaOrganization"})
_NAVIGATION = frozenset({"SiteNavigationElement", "CollectionPage"})
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_MOST_NODES, _MOST_ITEMS, _LONGEST_NAME = 200, 100, 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a site's pages say of the site."""

    name: str = ""
    """What the site is called; empty when no page says."""

    language: str = ""
    """Tag of its language, lower case; empty when no page says."""

    home: str = ""
    """Its address in canonical form; empty when no page gives one that belongs to it."""

    sections: tuple[str, ...] = ()
    """URLs of its sections: steps of bread crumbs between home and the page, and items of navigation lists."""


NOTHING_DECLARED = Declared()


def declared(pages: Iterable[tuple[str, Sequence[Node]]], covers: Callable[[str], bool]) -> Declared:
    """What *pages*, each its URL and its JSON-LD nodes, say of the site whose URLs *covers* knows."""
    names, languages, homes = Counter[str](), Counter[str](), Counter[str]()
    sections: dict[str, None] = {}
    for url, nodes in pages:
        for node in nodes[:_MOST_NODES]:
            types = set(types_of(node))
            if types & _ABOUT_THE_SITE:
                names[" ".join(text_of(node.get("name")).split())[:_LONGEST_NAME]] += 1
                languages[_language(node)] += 1
                homes[_own(text_of(node.get("url")), url, covers)] += 1
            found = (_own(link, url, covers) for link in _sections(node, types))
            sections |= dict.fromkeys(link for link in found if link and link != url)
    home = _most(homes)
    return Declared(
        name=_most(names),
        language=_most(languages),
        home=home,
        sections=tuple(link for link in sections if link != home and not is_not_a_page(link)),
    )


def _language(node: Node) -> str:
    tag = text_of(node.get("inLanguage")).lower().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else ""


def _sections(node: Node, types: set[str]) -> Iterator[str]:
    """URLs that a node gives as sections."""
    if types & _NAVIGATION:
        urls = node.get("url")
        yield from (one for one in (urls if isinstance(urls, list) else [urls])[:_MOST_ITEMS] if isinstance(one, str))
    items = node.get("itemListElement")
    if not isinstance(items, list):
        return
    if "BreadcrumbList" in types:
        yield from map(_url_of, items[1:-1][:_MOST_ITEMS])  # between home and the page itself
    elif "ItemList" in types:
        links = [_url_of(item) for item in items[:_MOST_ITEMS] if not _is_article(item)]
        yield from (link for link in links if article_likeness(link) < ARTICLE_LIKE)


def _is_article(item: Json) -> bool:
    of = item.get("item", item) if isinstance(item, dict) else None
    return isinstance(of, dict) and any(kind.endswith(("Article", "Posting")) for kind in types_of(of))


def _url_of(item: Json) -> str:
    """The URL of a list item: its own, or that of what it lists."""
    if not isinstance(item, dict):
        return item if isinstance(item, str) else ""
    of = item.get("item")
    if isinstance(of, dict):
        return text_of(of.get("url")) or text_of(of.get("@id"))
    return of if isinstance(of, str) else text_of(item.get("url"))


def _own(link: str, base: str, covers: Callable[[str], bool]) -> str:
    """A link in canonical form; empty for one that is none, or leads to another site."""
    try:
        url = canonical(link, base) if link else ""
    except ValueError:
        return ""
    return url if url and covers(url) else ""


def _most(words: Counter[str]) -> str:
    """What was said most often; empty when nothing was."""
    said = [(count, word) for word, count in words.items() if word]
    return max(said, key=lambda one: (one[0], one[1]), default=(0, ""))[1]
