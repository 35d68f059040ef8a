"""Captures, readings and whole collections for the tests of the catalog."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from archive.collection import Collection
from archive.files import Files
from archive.group import build_group
from archive.index import Catalog
from archive.jobs import closing_note, opening_fields
from archive.model import Article, Capture, Entry, Evidence, Exchange, Link, Listing, NotAnArticle, Reading
from archive.rebuild import COMPARED
from archive.urlkey import url_key
from archive.warc_read import CapturedRecord
from archive.warc_write import WarcWriter

EPOCH = datetime(2026, 3, 1, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """An instant, so many minutes after the tests' beginning of time."""
    return EPOCH + timedelta(minutes=minutes)


def capture(url: str = "https://example.com/a", **values: object) -> Capture:
    """A response capture of *url*; its record id follows from URL, instant and kind."""
    when = values.pop("captured_at", at(0))
    assert isinstance(when, datetime)
    kind = values.get("kind", "response")
    made_up = uuid.uuid5(uuid.NAMESPACE_URL, f"{kind} {url} {when}")
    defaults = {
        "record_id": f"urn:uuid:{made_up}",
        "url": url,
        "urlkey": url_key(url),
        "captured_at": when,
        "kind": kind,
        "status": 200,
        "mime": "text/html",
        "payload_digest": f"sha1:{made_up.hex.upper()}",
        "warc": "one.warc.gz",
        "offset": int((when - EPOCH).total_seconds()) * 1000 + len(url),
        "length": 100,
        "site": "example.com",
    }
    return Capture(**(defaults | values))  # type: ignore[arg-type]


LONG = "Every word of this paragraph stands here so that the text is long enough to be told from others by its body. "


def article(headline: str = "A headline long enough", body: str = LONG * 3, **values: object) -> Article:
    """An article whose body is long enough to count."""
    return Article(headline=headline, body=body, **values)  # type: ignore[arg-type]


def full_of(texts: list[str], body: str) -> Article:
    """An article that has these strings wherever it can."""
    whole, several = " ".join(texts), tuple(texts)
    return Article(
        headline=whole,
        body=body,
        standfirst=whole,
        section=whole,
        publisher=whole,
        language=whole,
        date_published=whole,
        date_modified=whole,
        main_image=whole,
        authors=several,
        keywords=several,
        links=tuple(Link(url=text, text=text) for text in texts),
        evidence=tuple(Evidence(field=text, source=text, selector=text, raw=text, chosen=True) for text in texts),
    )


@dataclass(frozen=True)
class PageReader:
    """Reads the small pages of these tests: a line `kind: headline`, then the body."""

    id: str = "test reader 1"

    def read(self, record: CapturedRecord) -> Reading:
        """What the page says that it is."""
        message = record.message
        text = message.content().decode("utf-8", "replace")
        if 300 <= message.status < 400:
            return NotAnArticle(reason="redirect", links=(Link(url=message.header("Location"), rel="redirect"),))
        first, _, body = text.partition("\n")
        kind, _, headline = first.partition(": ")
        if kind == "feed":
            return Listing(form="rss", title=headline, entries=tuple(Entry(link=link) for link in body.split()))
        if kind != "article":
            return NotAnArticle(reason="other")
        links = tuple(Link(url=url) for url in re.findall(r"https?://\S+", body))
        return article(headline, body, url=record.capture.url, links=links, date_published="2026-03-01", language="en")


def make_reader() -> PageReader:
    """The reader of these tests, for spawned children too."""
    return PageReader()


def make_other_reader() -> PageReader:
    """The same, of another version."""
    return PageReader(id="test reader 2")


def page(
    text: str, url: str = "https://example.com/a", minutes: float = 0, status: str = "200 OK", **more: str
) -> Exchange:
    """An exchange in which *url* answers with *text*."""
    body = text.encode()
    headers = "".join(f"{name}: {value}\r\n" for name, value in more.items())
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode()
    return Exchange(
        url=url,
        request=f"GET {url} HTTP/1.1\r\n\r\n".encode(),
        response=head + body,
        started_at=at(minutes),
        finished_at=at(minutes) + timedelta(seconds=1),
        site="example.com",
        job="job 1",
    )


def numbered_ids(seed: int = 0) -> Callable[[], str]:
    """Record ids that are the same in every run."""
    count = iter(range(1_000_000))
    return lambda: f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, f'{seed} {next(count)}')}"


def write_warc(
    collection: Collection,
    exchanges: list[Exchange],
    *,
    name: str = "test",
    close: bool = True,
    files: Files | None = None,
    revisits: bool = True,
) -> list[Capture]:
    """Writes a WARC of these exchanges as a job does; with *close* False its file is left growing."""
    new_id = numbered_ids(sum(name.encode()))
    writer = WarcWriter(
        collection.path,
        prefix=name,
        warcinfo=opening_fields(f"job {name}", sites=["example.com"], software="pressmark/test"),
        clock=lambda: at(0),
        files=files,
        new_id=new_id,
        host="host",
        pid=1,
    )
    latest: dict[str, Capture] = {}
    captures = []
    for exchange in exchanges:
        previous = latest.get(exchange.url) if revisits else None
        written = writer.append(build_group(exchange, previous=previous, new_id=new_id))
        captures.append(written)
        if written.kind == "response":
            latest[exchange.url] = written
    writer.append_note(closing_note(f"job {name}", finished_at=at(99), stats={"pages": len(exchanges)}, exit_code=0))
    if close:
        writer.close()
    else:
        writer.sync()
    return captures


def some_exchanges(count: int = 12) -> list[Exchange]:
    """Articles, a feed, a redirect, an unchanged page, a failure."""
    articles = [
        page(
            f"article: Headline of the story number {n}\n{LONG * 4} Story {n}. https://example.com/other/{n % 3}",
            f"https://example.com/story/{n}",
            minutes=n,
        )
        for n in range(count)
    ]
    return [
        page("feed: News\nhttps://example.com/story/0 https://example.com/story/1", "https://example.com/feed", 0.5),
        *articles,
        page("", "https://example.com/old/1", 40, status="301 Moved", Location="https://example.com/story/1"),
        page(
            f"article: Headline of the story number 0\n{LONG * 4} Story 0. https://example.com/other/0",
            "https://example.com/story/0",
            minutes=50,
        ),
        page(
            f"article: Headline of the story number 2\n{LONG * 4} Story 2, edited.",
            "https://example.com/story/2",
            minutes=55,
        ),
        Exchange(
            url="https://gone.example/", started_at=at(60), finished_at=at(61), outcome="dns", error="no such host"
        ),
    ]


def tables(catalog: Catalog) -> dict[str, list[tuple[object, ...]]]:
    """All that a catalog says, table by table in the order of keys."""
    return {
        table: catalog.connection.execute(
            f"select {', '.join(columns)} from {table} order by {', '.join(columns[:key])}"
        ).fetchall()
        for table, columns, key in COMPARED
    }
