"""The URLs of one article, read as they are served: whatever was captured of it is one article with its aliases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random
from urllib.parse import urljoin, urlsplit

from archive.index import Catalog
from archive.warc_read import CapturedRecord
from crawler.bindings import default_reader
from crawler.newsweb import NewsWeb
from tests.archive.catalogs import capture

WEB = NewsWeb(11, sites=5, articles=6)


def test_every_url_of_an_article(tmp_path: Path) -> None:
    """Campaign links, AMP and print pages, numbers of visits, http and https, hosts and redirects: one article each.

    They are captured in any order.
    """
    reader = default_reader()
    seen = [(url, article.url) for article in WEB.articles for url in _ways_to(article.url, article.aliases)]
    Random(1).shuffle(seen)
    with Catalog.open(tmp_path / "catalog.db", reader_id="test") as catalog:
        for second, (url, _) in enumerate(seen):
            reply = WEB.reply(urlsplit(url).hostname or "", url.split("/", 3)[-1].join(("/", "")))
            headers = "".join(f"{name}: {value}\r\n" for name, value in reply.headers)
            head = f"HTTP/1.1 {reply.status} X\r\nContent-Type: {reply.mime}\r\n{headers}\r\n".encode()
            one = capture(url, captured_at=WEB.now + timedelta(seconds=second), status=reply.status)
            catalog.add(one, reader.read(CapturedRecord(capture=one, block=head + reply.body)))
        catalog.commit()
        rows = catalog.connection.execute(
            "select c.url, u.article_id from captures as c left join article_urls as u using (urlkey)"
        )
        article_of = dict(rows.fetchall())
    found: dict[str, set[str | None]] = {}
    for url, canonical in seen:
        found.setdefault(canonical, set()).add(article_of[url])
    ids = [only for every in found.values() if len(every) == 1 for only in every]

    assert {url: every for url, every in found.items() if len(every) != 1} == {}
    assert len(set(ids)) == len(ids)
    assert None not in ids


def _ways_to(canonical: str, aliases: tuple[str, ...]) -> list[str]:
    visit = canonical + ("&" if "?" in canonical else "?") + "PHPSESSID=0f9c3a55"
    secure = canonical.replace("http://", "https://")
    return [canonical, secure, visit, *(urljoin(canonical, alias) for alias in aliases)]
