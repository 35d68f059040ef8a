"""Sites: what is known of one beforehand, from the TOML files below `spiders/sites`.

A site file says where a site begins, which language and time zone it writes in, and, as far as somebody has tried it on
its pages, how they are laid out. It holds values alone: no code, no regular expressions. A file is checked in full when
its site is first asked for; see `pipelines.site_file`.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from archive.errors import UsageError
from pipelines.patterns import PathPattern
from pipelines.urls import canonical, host_of, registered_domain

SITES = Path(__file__).resolve().parent.parent / "spiders" / "sites"
"""The site files that come with pressmark."""


OBEYED = frozenset({"noarchive", "tdm"})
"""Reservations of pages that can be obeyed."""


class SiteFileError(UsageError):
    """A site file is wrong; the message names the file and the line."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}, line {line}: {problem}")
        self.path = path
        self.line = line


class UnknownSite(UsageError):
    """No site file has this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the article pages of a site are laid out, until a day. Each part is a CSS selector."""

    until: date | None = None
    """The last day on which pages were captured in this layout; None for the present one."""

    headline: str = ""
    """The element that holds the headline; empty where the general reader finds it."""

    standfirst: str = ""
    """The element that holds the standfirst; empty where the general reader finds it."""

    body: str = ""
    """The element or elements that hold the text; empty where the general reader finds it."""

    date: str = ""
    """The element that holds the date of publication; empty where the general reader finds it."""

    modified: str = ""
    """The element that holds the date of the last change; empty where the general reader finds it."""

    authors: str = ""
    """The element or elements that hold the names of the authors; empty where the general reader finds them."""

    section: str = ""
    """The element that holds the section's name; empty where the general reader finds it."""

    remove: tuple[str, ...] = ()
    """Elements inside the body that do not belong to the article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Politeness:
    """How a site asks to be treated, beyond its robots.txt."""

    delay: float | None = None
    """Seconds between two requests; None for the default."""

    concurrency: int = 1
    """Requests in flight at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How a subscriber is known to a site. Secrets are named by the environment variable that holds them, no more."""

    header: tuple[tuple[str, str], ...] = ()
    """Headers that are sent with each request, each with the variable that holds its value; empty for a form."""

    form: str = ""
    """URL of the page with the form; empty for headers."""

    fields: tuple[tuple[str, str], ...] = ()
    """Names of the form's fields, each with the variable that holds what is filled in."""

    success: str = ""
    """Text that pages have for those alone who are logged in; empty when there is none."""

    failure: str = ""
    """Text of the answer to a login that was refused; empty when it is not known."""

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the environment variables that it needs."""
        return tuple(variable for _, variable in (*self.header, *self.fields))


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One site, as its file describes it."""

    name: str
    """What it is called on the command line and in the catalog; the file's name without `.toml`."""

    home: str
    """URL of its home page, in canonical form."""

    domains: frozenset[str]
    """Registered domains or host names that belong to it; that of `home` always does."""

    feeds: tuple[str, ...] = ()
    """URLs of its feeds; empty when they are to be discovered."""

    sitemaps: tuple[str, ...] = ()
    """URLs of its sitemaps; empty when they are to be discovered."""

    sections: tuple[str, ...] = ()
    """URLs of its section pages; empty when they are to be discovered."""

    article: tuple[PathPattern, ...] = ()
    """Path patterns of its articles; empty when none were tried."""

    exclude: tuple[PathPattern, ...] = ()
    """Path patterns that are never fetched."""

    language: str = ""
    """BCP 47 tag of the language that it writes in; empty when it writes in several."""

    time_zone: str = ""
    """IANA name of the zone in which its pages give times without an offset; empty when unknown."""

    politeness: Politeness = Politeness()
    """How it asks to be treated."""

    check_certificate: bool = True
    """False where whatever certificate its hosts show is taken; each capture then says so."""

    login: Login | None = None
    """How its subscriber logs in; None where it is crawled as by anybody."""

    render: bool = False
    """Whether its pages are given to a browser, and what its scripts make of them is read."""

    render_hosts: frozenset[str] = frozenset()
    """Hosts beside its own domains that its scripts may ask while a page is rendered."""

    requisites: tuple[str, ...] = ()
    """What its pages need to be shown and is fetched with them: some of `archive.model.REQUISITE_RELS`."""

    obey: frozenset[str] = frozenset()
    """What of that which its pages reserve is obeyed: noarchive, tdm."""

    layouts: tuple[Layout, ...] = ()
    """Its layouts, the oldest first."""

    checked: date | None = None
    """When the file was last checked against the live site; None for never."""

    def layout(self, on: date) -> Layout | None:
        """The layout of pages captured on a day: the first that has not ended by then; None when none is known."""
        return next((layout for layout in self.layouts if layout.until is None or layout.until >= on), None)


_OF_PAGES = ("layouts", "time_zone")
"""Keys of a site file that change what its pages are read as."""


class Sites:
    """The sites that have a file. Equal files give an equal `digest`, wherever they lie."""

    def __init__(self, files: Iterable[tuple[Path, bytes]] = ()) -> None:
        self._files = {path.stem: (path, content) for path, content in files}
        self._tables = {name: _table(path, content) for name, (path, content) in self._files.items()}
        self._sites: dict[str, Site] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all sites, sorted."""
        return tuple(sorted(self._files))

    def __len__(self) -> int:
        return len(self._files)

    def __iter__(self) -> Iterator[Site]:
        """Each site, by name, checked in full; raises SiteFileError at the first file that is wrong."""
        return (self._site(name) for name in self.names)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the names and contents of all files, as hex."""
        digest = hashlib.sha256()
        for name in self.names:
            content = self._files[name][1].replace(b"\r\n", b"\n")
            digest.update(f"{name} {len(content)}\n".encode() + content)
        return digest.hexdigest()

    @cached_property
    def reading_digest(self) -> str:
        """SHA-256 of what the files say of pages, how they are laid out and what they need: what a reading depends on.

        A file that names feeds and sections alone changes no reading, so that one more of them reads nothing anew.
        """
        of_pages = {name: [table.get(key) for key in _OF_PAGES] for name, table in self._tables.items()}
        described = {domain for domain, name in self._claims.items() if any(of_pages[name])}
        told = [
            (domain, of_pages[name])
            for domain, name in sorted(self._claims.items())
            if domain in described or any(domain.endswith("." + wider) for wider in described)
        ]
        more = {name: chosen for name in self.names if (chosen := self._tables[name].get("requisites"))}
        return hashlib.sha256(json.dumps([told, more] if more else told, default=str).encode()).hexdigest()

    def named(self, name: str) -> Site:
        """The site of that name. Raises UnknownSite, which says what may have been meant."""
        if name not in self._files:
            near = get_close_matches(name.lower(), self.names, n=1, cutoff=0.5)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            raise UnknownSite(f"no site file is named {name!r}{meant} (`pressmark sites list` shows all)")
        return self._site(name)

    def of_url(self, url: str) -> Site | None:
        """The site that a URL belongs to; None when no file claims its host."""
        try:
            url = canonical(url)
        except ValueError:
            return None
        host = host_of(url)
        while host:
            if host in self._claims:
                return self._site(self._claims[host])
            host = host.partition(".")[2]
        name = self._claims.get(registered_domain(url))
        return self._site(name) if name else None

    def layout(self, url: str, on: date) -> Layout | None:
        """How a page of that URL, captured on a day, is laid out; None when nobody has said."""
        site = self.of_url(url)
        return site.layout(on.date() if isinstance(on, datetime) else on) if site else None

    def requisites(self, name: str) -> tuple[str, ...]:
        """What is fetched with the pages of the site of that name; empty also for one without a file."""
        return self._site(name).requisites if self._tables.get(name, {}).get("requisites") else ()

    def time_zone(self, url: str) -> str:
        """The zone in which a page of that URL gives times without an offset; empty when nobody has said."""
        site = self.of_url(url)
        return site.time_zone if site else ""

    @cached_property
    def _claims(self) -> dict[str, str]:
        claims: dict[str, str] = {}
        for name in reversed(self.names):
            claims |= dict.fromkeys(_claimed(self._tables[name]), name)
        return claims

    def _site(self, name: str) -> Site:
        if name not in self._sites:
            from pipelines.site_file import read_site  # pydantic, 0.2 s

            path, content = self._files[name]
            self._sites[name] = read_site(name, self._tables[name], path=path, text=content.decode("utf-8"))
        return self._sites[name]


def load_sites(folders: Iterable[Path] = (SITES,)) -> Sites:
    """The sites of all `*.toml` files in some folders; of two files of one name the later folder's counts.

    Raises SiteFileError for a file that is no TOML.
    """
    paths = [path for folder in folders for path in sorted(folder.glob("*.toml"))]
    return Sites((path, path.read_bytes()) for path in paths)


def _table(path: Path, content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SiteFileError(path, line, "is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        problem, _, place = str(error).partition(" (at ")
        line_text = place.partition("line ")[2].partition(",")[0]
        line = int(line_text) if line_text.isdigit() else content.count(b"\n") + 1
        raise SiteFileError(path, line, problem) from None


def _claimed(table: dict[str, Any]) -> Iterator[str]:
    """The domains that an unchecked table claims."""
    home, domains = table.get("home"), table.get("domains")
    if isinstance(home, str):
        yield registered_domain(home)
    if isinstance(domains, list):
        yield from (domain for domain in domains if isinstance(domain, str))
