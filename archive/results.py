"""What questions to the catalog are answered with: frozen values, told apart from how they are found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from archive.lock import Holder
from archive.syndication import Family


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressmark:
    """Where the bytes stand that something was read from. Record id and digest stay when files move."""

    record_id: str
    """WARC-Record-ID of the response."""

    payload_digest: str
    """Digest of its payload."""

    warc: str
    """The file that it lies in now, below `archive/`."""

    offset: int
    """Its first byte there."""

    length: int
    """Its bytes there."""

    def __str__(self) -> str:
        return f"{self.warc} @{self.offset}+{self.length} {self.record_id} {self.payload_digest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article that a search found."""

    id: str
    """Id of the article."""

    url: str
    """Its URL."""

    site: str
    """Its site."""

    headline: str
    """Its headline."""

    authors: tuple[str, ...]
    """Its authors."""

    date_published: str
    """As in `Article`; empty when unknown."""

    section: str
    """Its section; empty when unknown."""

    language: str
    """Its language; empty when unknown."""

    first_captured_at: str
    """When it was first seen."""

    snippet: str
    """The words around the match, the match between the marks that were asked for."""

    score: float | None
    """How well it matches, greater is better; None where nothing was ranked."""

    pressmark: Pressmark
    """Where it was read from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One value among the articles that a search found."""

    value: str
    """The value: a site, section, author, keyword, language, or month."""

    count: int
    """How many articles have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """What a search found."""

    query: str
    """The query as it was run."""

    hits: tuple[Hit, ...]
    """The articles, best or newest first."""

    total: int
    """How many articles match."""

    more: bool = False
    """True when there are more than `total`, which were not counted; then only the newest of them were ranked."""

    facets: dict[str, tuple[Facet, ...]] = field(default_factory=dict)
    """By site, section, author, keyword, language and month (of publication or first capture), when asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCapture:
    """One visit to a page."""

    captured_at: str
    """When."""

    url: str
    """Which URL."""

    kind: str
    """response, revisit or failure."""

    status: int | None
    """HTTP status."""

    outcome: str
    """As in `Exchange`."""

    reading: str
    """What it was read as: article, listing, not_an_article, unreadable; empty for what has no reading of its own."""

    reason: str
    """Why it is no article, or the form of a listing."""

    job: str
    """The job that made it."""

    notes: str
    """What else is to be known of it, such as `certificate not checked`; empty when there is nothing."""

    pressmark: Pressmark
    """Where it lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRevision:
    """One distinct text of an article."""

    id: str
    """Id of the revision."""

    captured_at: str
    """When it was first seen."""

    record_id: str
    """The record that it was read from."""

    headline: str
    """Its headline."""

    standfirst: str
    """Its standfirst."""

    body: str
    """Its body."""

    content_hash: str
    """Hash of the three."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEvidence:
    """Where one value of a field was seen."""

    field: str
    """As in `Evidence`, like the others."""

    source: str
    """Kind of place."""

    selector: str
    """Place."""

    raw: str
    """Value as it stands there."""

    chosen: bool
    """Whether the field's value comes from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """Another article of the same cluster."""

    id: str
    """Id of the article."""

    url: str
    """Its URL."""

    site: str
    """Its site."""

    headline: str
    """Its headline."""

    date_published: str
    """As in `Article`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that is known of an article, or of a page that is none."""

    article: dict[str, Any] | None
    """The columns of `articles`, authors and keywords as lists; None for a page that is no article."""

    fields: dict[str, Any]
    """What the latest reading says beside them, such as `date_published_raw`."""

    pressmark: Pressmark | None
    """Where the article was read from."""

    urls: tuple[str, ...]
    """All URLs under which it was captured."""

    evidence: tuple[ShownEvidence, ...]
    """Where its fields come from, and what feeds and sitemaps announced of them."""

    captures: tuple[ShownCapture, ...]
    """Visits to any of its URLs, oldest first."""

    revisions: tuple[ShownRevision, ...]
    """Its texts, in the order in which they were first seen."""

    family: tuple[Relative, ...]
    """Other articles that are copies of it, or it of them."""

    syndication: Family | None
    """Who of them had the story first, and what each copied and added, itself among them; None without a family."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStatus:
    """How much is kept of one site."""

    site: str
    """Its name."""

    captures: int
    """Responses and revisits."""

    revisits: int
    """Those of them that brought nothing new."""

    failures: int
    """Exchanges without an answer."""

    articles: int
    """Articles."""

    last_captured_at: str
    """The newest capture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """One run."""

    job: str
    """Its name."""

    started_at: str
    """When it began."""

    finished_at: str | None
    """When it ended; None when it runs, or was killed."""

    sites: tuple[str, ...]
    """What it was to crawl."""

    exit: int | None
    """Its exit code; None when it runs, or was killed."""

    stats: dict[str, Any]
    """Its figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How a collection stands."""

    sites: tuple[SiteStatus, ...]
    """Its sites, by name."""

    jobs: tuple[JobStatus, ...]
    """Its last runs, newest first."""

    running: Holder | None
    """The job that writes to it now; None when none does."""

    captures: int
    """Responses, revisits and failures."""

    articles: int
    """Articles."""

    revisions: int
    """Distinct texts of articles."""

    reader: str
    """Id of the reader that read them."""

    warcs: int
    """Finished WARC files."""

    growing: int
    """WARC files that a running or killed job has not finished."""

    warc_bytes: int
    """Bytes of all WARC files."""

    catalog_bytes: int
    """Bytes of the catalog."""

    quarantined: int
    """Files in `quarantine/`."""
