"""How to cite one article: BibTeX, and CSL-JSON for Zotero, pandoc and word processors.

A citation names the record that the article was read from, so that whoever has the archive finds the same bytes.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from archive.results import Shown

_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_ESCAPED = re.compile(r"[\\~^&%$#_{}]")


def csl(shown: Shown) -> dict[str, Any]:
    """The article as an item of CSL-JSON (Citation Style Language 1.0.2)."""
    article, mark = _of(shown)
    said = {
        "id": _key(article),
        "type": "article-newspaper",
        "title": article["headline"],
        "author": [{"literal": name} for name in article["authors"]],
        "container-title": article["publisher"] or article["site"],
        "section": article["section"],
        "issued": _date_parts(article["date_published"]),
        "accessed": _date_parts(_read_at(shown)),
        "URL": article["url"],
        "language": article["language"],
        "archive": mark.warc if mark else "",
        "archive_location": f"{mark.record_id} {mark.payload_digest}" if mark else "",
    }
    return {name: value for name, value in said.items() if value}


def bibtex(shown: Shown) -> str:
    """The article as an `@online` entry, for biblatex; BibTeX's own styles take it as `@misc`."""
    article, mark = _of(shown)
    fields = {
        "author": " and ".join(f"{{{_escaped(name)}}}" for name in article["authors"]),
        "title": f"{{{_escaped(article['headline'])}}}",
        "organization": _escaped(article["publisher"] or article["site"]),
        "date": article["date_published"][:10],
        "url": article["url"].replace("{", "%7B").replace("}", "%7D"),
        "urldate": _read_at(shown)[:10],
        "language": _escaped(article["language"]),
        "note": _escaped(f"pressmark {mark.record_id} {mark.payload_digest}") if mark else "",
    }
    lines = ",\n".join(f"  {name:<12} = {{{value}}}" for name, value in fields.items() if value)
    return f"@online{{{_key(article)},\n{lines}\n}}"


def _of(shown: Shown) -> tuple[dict[str, Any], Any]:
    assert shown.article is not None, "a page that is no article has nothing to cite"
    return shown.article, shown.pressmark


def _read_at(shown: Shown) -> str:
    """When the response was captured that the article was read from."""
    mark = shown.pressmark
    return next((c.captured_at for c in shown.captures if mark and c.pressmark.record_id == mark.record_id), "")


def _key(article: dict[str, Any]) -> str:
    """Who or where, when, and the first word that says something: `smith2026vaccine`."""
    names = article["authors"][0].split() if article["authors"] else []
    who = names[-1] if names else article["site"].partition(".")[0]
    words = [word for word in re.findall(r"\w+", article["headline"]) if len(word) > 3]
    return _plain(who) + article["date_published"][:4] + _plain(words[0] if words else "") or "article"


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", letters)


def _escaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: _SPECIAL.get(found[0], f"\\{found[0]}"), " ".join(text.split()))


def _date_parts(instant: str) -> dict[str, list[list[int]]]:
    found = re.match(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", instant)
    return {"date-parts": [[int(part) for part in found.groups() if part]]} if found else {}
