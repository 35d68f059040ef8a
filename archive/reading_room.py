"""A collection for those who read it: the same verbs as the command line, typed, and nothing that writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Self, Unpack

from archive import query
from archive.errors import NoSuchCollection
from archive.places import is_collection, not_there
from archive.search import Filters, Sort, search

if TYPE_CHECKING:
    import sqlite3

    from archive.cite import Cited
    from archive.edits import Edit
    from archive.export import Form
    from archive.results import SearchResult, Shown, Status
    from archive.verify import Report


def open_collection(path: Path | str) -> ReadingRoom:
    """The collection at *path*, for reading. Raises NoSuchCollection, with the nearest names, when there is none."""
    if not is_collection(Path(path)):
        raise NoSuchCollection(not_there(Path(path)))
    return ReadingRoom(Path(path))


class ReadingRoom:
    """A collection that can be searched, shown and verified, also while a crawl writes to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        """The collection's folder."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing stays open between two questions, so that none of them holds up the writer."""

    def search(
        self,
        words: str = "",
        *,
        sort: Sort = "relevance",
        limit: int = 20,
        offset: int = 0,
        marks: tuple[str, str] = ("[", "]"),
        facets: bool = False,
        **filters: Unpack[Filters],
    ) -> SearchResult:
        """The articles that match; see `archive.search.search`."""
        with query.reading(self.path / "catalog.db") as db:
            return search(db, words, sort=sort, limit=limit, offset=offset, marks=marks, facets=facets, **filters)

    def show(self, what: str) -> Shown:
        """All that is known of an article, by its id, any of its URLs, or a record id; see `archive.query.show`."""
        with query.reading(self.path / "catalog.db") as db:
            return query.show(db, what)

    def diff(self, what: str = "", *, since: str = "", site: str = "") -> list[Edit]:
        """The edits of one article, oldest first, or the newest ones of all; see `archive.edits`."""
        from archive.edits import edits_of, newest_edits

        with query.reading(self.path / "catalog.db") as db:
            return edits_of(db, what) if what else newest_edits(db, since=since, site=site)

    def status(self, *, jobs: int = 10) -> Status:
        """How the collection stands, with its last *jobs*."""
        with query.reading(self.path / "catalog.db") as db:
            return query.status(db, self.path, jobs=jobs)

    def export(self, path: Path | str, form: Form, words: str = "", **filters: Unpack[Filters]) -> int:
        """Writes the articles that match into a file, and gives their number; see `archive.export.export`."""
        from archive.export import export

        with query.reading(self.path / "catalog.db") as db:
            return export(db, self.path, Path(path), form, words, **filters)

    def cite(
        self, folder: Path | str, words: str = "", *, key: Path | None = None, **filters: Unpack[Filters]
    ) -> Cited:
        """Freezes the articles that match in a folder, signed with *key* if it is given; see `archive.cite.cite`."""
        from archive.cite import cite

        with query.reading(self.path / "catalog.db") as db:
            return cite(db, self.path, Path(folder), words, key=key, **filters)

    def connect(self) -> sqlite3.Connection:
        """A connection to the catalog that can only read, for SQL; close it when you are done."""
        from archive import schema

        db = schema.connect(self.path / "catalog.db", readonly=True)
        schema.check(db, str(self.path / "catalog.db"))
        return db

    def verify(self, *, progress: Callable[[int], None] | None = None) -> Report:
        """Reads every byte and checks every digest; see `archive.verify.verify`."""
        from archive.verify import verify

        return verify(self.path, progress=progress)
