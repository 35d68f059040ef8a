"""Other readers of articles, each on the pages of one set: run by `tests.benchmarks.extraction` in `.venv-peers`.

    .venv-peers/bin/python tests/benchmarks/extraction_peers.py READER SET.jsonl > PREDICTIONS.jsonl

They pin old versions of libraries that we use too, so they live apart, and this file imports nothing of ours.
"""

from __future__ import annotations

import gzip
import json
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Prediction = dict[str, Any]
NO_URL = "http://page.invalid/"


def main() -> None:
    """Write a prediction for each page of the set to stdout, with the CPU milliseconds that it took."""
    reader, truth = sys.argv[1], Path(sys.argv[2])
    logging.disable(logging.CRITICAL)
    read = READERS[reader]()
    for line in truth.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        content = gzip.decompress((truth.parent / row["html"]).read_bytes())
        begun = time.process_time()
        prediction = _guarded(read, content, row["url"] or NO_URL)
        ms = 1000 * (time.process_time() - begun)
        print(json.dumps({"id": row["id"], "ms": ms, **prediction}, default=str), flush=True)


def _guarded(read: Callable[[bytes, str], Prediction], content: bytes, url: str) -> Prediction:
    """What the reader makes of a page; a page that it raises on counts as read empty."""
    try:
        return read(content, url)
    except Exception as error:  # noqa: BLE001 - whatever a foreign library raises is its answer
        return {"raised": f"{type(error).__name__}: {error}"[:200]}


def _trafilatura(**options: bool) -> Callable[[bytes, str], Prediction]:
    from trafilatura import bare_extraction

    def read(content: bytes, url: str) -> Prediction:
        document = bare_extraction(content, url=url, with_metadata=True, include_comments=False, **options)
        if document is None:
            return {}
        authors = (document.author or "").split("; ")
        return {"headline": document.title, "authors": authors, "date_published": document.date, "body": document.text}

    return read


def _readability() -> Callable[[bytes, str], Prediction]:
    from lxml import html
    from readability import Document

    def read(content: bytes, url: str) -> Prediction:
        document = Document(content, url=url)
        summary = html.fromstring(document.summary(html_partial=True))
        lines = (" ".join(block.text_content().split()) for block in _leaves(summary))
        return {"headline": document.short_title(), "body": "\n\n".join(line for line in lines if line)}

    return read


_BLOCKS = ["p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "td", "div"]


def _leaves(root: Any) -> list[Any]:
    """The elements with text that hold no further blocks; the root where it has none."""
    found = [e for e in root.iter(*_BLOCKS) if next(e.iterdescendants(*_BLOCKS), None) is None]
    return found or [root]


def _newspaper() -> Callable[[bytes, str], Prediction]:
    from newspaper import Article

    def read(content: bytes, url: str) -> Prediction:
        article = Article(url, fetch_images=False)
        article.download(input_html=content.decode("utf-8", "replace"))
        article.parse()
        return {
            "headline": article.title,
            "authors": article.authors,
            "date_published": article.publish_date and article.publish_date.date().isoformat(),
            "body": article.text,
        }

    return read


def _news_please() -> Callable[[bytes, str], Prediction]:
    from newsplease import NewsPlease

    def read(content: bytes, url: str) -> Prediction:
        article = NewsPlease.from_html(content.decode("utf-8", "replace"), url=url, fetch_images=False)
        return {
            "headline": article.title,
            "standfirst": article.description,
            "authors": article.authors,
            "date_published": article.date_publish and article.date_publish.date().isoformat(),
            "body": article.maintext,
        }

    return read


READERS: dict[str, Callable[[], Callable[[bytes, str], Prediction]]] = {
    "trafilatura": _trafilatura,
    "trafilatura, precision": lambda: _trafilatura(favor_precision=True),
    "readability-lxml": _readability,
    "newspaper4k": _newspaper,
    "news-please": _news_please,
}

if __name__ == "__main__":
    main()
