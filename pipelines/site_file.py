"""The form of a site file, and what is said about one that does not have it.

Kept apart from `pipelines.site`, since pydantic costs 0.2 s to import and most commands need no site file.
"""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from archive.model import REQUISITE_RELS
from pipelines.patterns import PathPattern
from pipelines.site import Layout, Login, Politeness, Site, SiteFileError
from pipelines.urls import canonical, registered_domain

_TABLE = re.compile(r"\s*\[\[?\s*([\w.\"'-]+)\s*\]\]?")
_KEY = re.compile(r"\s*([\w-]+|\"[^\"]*\"|'[^']*')\s*=")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_HOST = re.compile(r"(?:[a-z0-9_-]+\.)*[a-z0-9-]+(?::\d{1,5})?|\[[0-9a-f:.]+\]:\d{1,5}")
_SELECTOR = re.compile(r"[\w\s.#>+*,=\"'\[\]^$|:()-]{1,200}")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_FIELD_NAME = re.compile(r"[!#$%&'*+.^`|~\w-]{1,100}")
_OURS = frozenset({"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "user-agent"})
_DANGEROUS = ("~", ":has", "script")


def _selector(text: str) -> str:
    """A CSS selector of the harmless kind: its cost grows no faster than the page."""
    if not _SELECTOR.fullmatch(text) or any(part in text for part in _DANGEROUS):
        raise ValueError("is no plain CSS selector of at most 200 characters (`~` and `:has` are not allowed)")
    from selectolax.lexbor import LexborHTMLParser

    try:
        LexborHTMLParser("<p>").css(text)
    except Exception:  # noqa: BLE001 - selectolax raises a class of its own for each kind of mistake
        raise ValueError("is no CSS selector") from None
    return text


def _pattern(text: str) -> str:
    if not text.startswith(("/", "*")) or len(text) > 200:
        raise ValueError('is no path pattern: at most 200 characters, beginning with "/" or "*", as in robots.txt')
    return text


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise ValueError('is no language tag in lower case, such as "en" or "pt-br"')
    return text


def _time_zone(text: str) -> str:
    known = _time_zones()
    if text not in known:
        raise ValueError("is no IANA time zone" + _did_you_mean(text, known))
    return text


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise ValueError('is no host name in lower case, such as "example.com"')
    return text


def _url(text: str) -> str:
    try:
        return canonical(text)
    except ValueError:
        raise ValueError("is no http or https URL") from None


def _variable(text: str) -> str:
    """The name of an environment variable, of a form that hardly a password has; what else it is, is not repeated."""
    if not _VARIABLE.fullmatch(text):
        raise ValueError(
            "names no environment variable, such as EXAMPLE_PASSWORD (capitals, digits and at least one _); "
            "a secret itself does not belong in a site file"
        )
    return text


def _header_name(text: str) -> str:
    if not _FIELD_NAME.fullmatch(text) or text.lower() in _OURS:
        raise ValueError("is no header that a site file may set")
    return text


Variable = Annotated[str, AfterValidator(_variable)]
Selector = Annotated[str, AfterValidator(_selector)]
Pattern = Annotated[str, AfterValidator(_pattern)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class LayoutTable(_Table):
    """A `[[layouts]]` table; see `pipelines.site.Layout`."""

    until: date | None = None
    headline: Selector | Literal[""] = ""
    standfirst: Selector | Literal[""] = ""
    body: Selector | Literal[""] = ""
    date_: Selector | Literal[""] = Field("", alias="date")
    modified: Selector | Literal[""] = ""
    authors: Selector | Literal[""] = ""
    section: Selector | Literal[""] = ""
    remove: list[Selector] = []


class PolitenessTable(_Table):
    """The `[politeness]` table; see `pipelines.site.Politeness`."""

    delay: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] | None = None
    concurrency: Annotated[int, Field(ge=1, le=16)] = 1


class LoginTable(_Table):
    """The `[login]` table; see `pipelines.site.Login`."""

    header: dict[Annotated[str, AfterValidator(_header_name)], Variable] = {}
    form: str = ""
    fields_: dict[str, Variable] = Field({}, alias="fields")
    success: Annotated[str, Field(max_length=200)] = ""
    failure: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.header) == bool(self.form):
            raise ValueError("needs either `header` or `form`")
        if bool(self.form) != bool(self.fields_):
            raise ValueError("needs `fields` beside `form`: names of its fields, each with an environment variable")
        if self.header and (self.success or self.failure):
            raise ValueError("has `success` or `failure`, which belong to a form")
        return self


class SiteTable(_Table):
    """A whole site file; see `pipelines.site.Site`."""

    name: str
    home: Annotated[str, AfterValidator(_url)]
    domains: list[Annotated[str, AfterValidator(_host)]] = []
    feeds: list[str] = []
    sitemaps: list[str] = []
    sections: list[str] = []
    article: list[Pattern] = []
    exclude: list[Pattern] = []
    language: Annotated[str, AfterValidator(_language)] | Literal[""] = ""
    time_zone: Annotated[str, AfterValidator(_time_zone)] | Literal[""] = ""
    check_certificate: bool = True
    render: bool = False
    render_hosts: list[Annotated[str, AfterValidator(_host)]] = []
    requisites: list[Literal["css", "script", "font", "image"]] = []
    politeness: PolitenessTable = PolitenessTable()
    login: LoginTable | None = None
    obey: list[Literal["noarchive", "tdm"]] = []
    layouts: list[LayoutTable] = []
    checked: date | Literal[False] = False

    @field_validator("feeds", "sitemaps", "sections")
    @classmethod
    def _resolved(cls, urls: list[str], info: ValidationInfo) -> list[str]:
        home = info.data.get("home", "")
        try:
            return [canonical(url, home) for url in urls]
        except ValueError:
            raise ValueError("holds something that is no URL, also not one relative to home") from None

    @field_validator("login")
    @classmethod
    def _at_home(cls, login: LoginTable | None, info: ValidationInfo) -> LoginTable | None:
        if login is None or not login.form:
            return login
        home = info.data.get("home", "")
        try:
            form = canonical(login.form, home)
        except ValueError:
            raise ValueError("has a `form` that is no URL, also not one relative to home") from None
        if registered_domain(form) not in {registered_domain(home), *info.data.get("domains", ())}:
            raise ValueError("has a `form` on a domain that is not the site's")
        if home.startswith("https:") and not form.startswith("https:"):
            raise ValueError("has a `form` that would send the password without TLS")
        return login.model_copy(update={"form": form})

    @field_validator("login")
    @classmethod
    def _not_rendered(cls, login: LoginTable | None, info: ValidationInfo) -> LoginTable | None:
        if login is not None and info.data.get("render"):
            raise ValueError("and `render` do not go together: a browser is told no secrets")
        return login

    @field_validator("layouts")
    @classmethod
    def _in_order(cls, layouts: list[LayoutTable]) -> list[LayoutTable]:
        ends = [layout.until for layout in layouts]
        dated = [end for end in ends if end is not None]
        if None in ends[:-1] or dated != sorted(set(dated)):
            raise ValueError("stand in the order of `until`, the oldest first; only the last may have none")
        return layouts


def read_site(name: str, table: dict[str, Any], *, path: Path, text: str) -> Site:
    """The site that a parsed file describes. Raises SiteFileError, which names the line in *text*."""
    try:
        checked = SiteTable.model_validate(table)
    except ValidationError as error:
        raise _explained(error, path, text) from None
    if checked.name != name:
        line = _line_of(text, ("name",))
        raise SiteFileError(path, line, f"name is {checked.name!r}, but the file is called {path.name!r}")
    return Site(
        name=checked.name,
        home=checked.home,
        domains=frozenset({registered_domain(checked.home), *checked.domains}),
        feeds=tuple(checked.feeds),
        sitemaps=tuple(checked.sitemaps),
        sections=tuple(checked.sections),
        article=tuple(map(PathPattern, checked.article)),
        exclude=tuple(map(PathPattern, checked.exclude)),
        language=checked.language,
        time_zone=checked.time_zone,
        politeness=Politeness(delay=checked.politeness.delay, concurrency=checked.politeness.concurrency),
        check_certificate=checked.check_certificate,
        login=_login(checked.login),
        render=checked.render,
        render_hosts=frozenset(checked.render_hosts),
        requisites=tuple(rel for rel in REQUISITE_RELS if rel in checked.requisites),
        obey=frozenset(checked.obey),
        layouts=tuple(_layout(layout) for layout in checked.layouts),
        checked=checked.checked or None,
    )


def _layout(table: LayoutTable) -> Layout:
    return Layout(**{**table.model_dump(by_alias=True), "remove": tuple(table.remove)})


def _login(table: LoginTable | None) -> Login | None:
    if table is None:
        return None
    told = table.model_dump(by_alias=True) | {"header": tuple(table.header.items())}
    return Login(**told | {"fields": tuple(table.fields_.items())})


def _explained(error: ValidationError, path: Path, text: str) -> SiteFileError:
    """The first mistake of a file, where it stands and what may have been meant."""
    first = error.errors()[0]
    is_unknown = first["type"] == "extra_forbidden"
    place = [part for part in first["loc"] if isinstance(part, int) or part in _KEYS or is_unknown]
    if first["loc"][0] == "login" and len(first["loc"]) > 1 and not is_unknown:
        place = list(first["loc"][:3])  # the name of a header or field, which may be called as a key of ours
    if len(place) > 1 and place[-2] in ("checked", "until"):
        place.pop()  # pydantic's name of a branch of a union, which looks like a key of ours
    key = ".".join(str(part) for part in place)
    line = _line_of(text, tuple(place))
    if is_unknown:
        table = SiteTable if len(place) == 1 else _TABLES[str(place[0])]
        return SiteFileError(path, line, f"unknown key {place[-1]!r}" + _did_you_mean(str(place[-1]), _keys_of(table)))
    if first["type"] == "missing":
        return SiteFileError(path, line, f"{key!r} is missing")
    if place[0] == "login":  # what was given may be a secret
        return SiteFileError(path, line, f"{key} {first['msg'].removeprefix('Value error, ')}")
    value = f"{first['input']!r}"
    value = value if len(value) < 80 else value[:77] + "..."
    _, is_own, message = first["msg"].rpartition("Value error, ")
    return SiteFileError(path, line, f"{key} {value} {message}" if is_own else f"{key} {value}: {message}")


def _keys_of(table: type[_Table]) -> list[str]:
    return [field.alias or name for name, field in table.model_fields.items()]


_TABLES: dict[str, type[_Table]] = {"politeness": PolitenessTable, "layouts": LayoutTable, "login": LoginTable}
_KEYS = frozenset(_keys_of(SiteTable)).union(*map(_keys_of, _TABLES.values()))


def _did_you_mean(text: str, known: Any) -> str:
    near = get_close_matches(text, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def _line_of(text: str, place: tuple[str | int, ...]) -> int:
    """The line of a key, by the table and the key that stand in *place*; 1 when it is not found."""
    wanted = [part for part in place if isinstance(part, str)]
    if len(wanted) == 3:  # in a table within a table, or within braces behind the key
        within = _line_of(text, (f"{wanted[0]}.{wanted[1]}", wanted[2]))
        return within if within > 1 else _line_of(text, (wanted[0], wanted[1]))
    number = next((part for part in place if isinstance(part, int)), 0)
    table, seen, header = "", -1, 1
    for line, source in enumerate(text.splitlines(), 1):
        opened = _TABLE.match(source)
        if opened and "=" not in source.partition("]")[0]:
            table = opened[1]
            seen += table == wanted[0] and source.lstrip().startswith("[[")
            if table == wanted[0] and max(seen, 0) == number:
                header = line
            continue
        key = _KEY.match(source)
        is_in_table = (not table and len(wanted) == 1) or (table == wanted[0] and max(seen, 0) == number)
        if key and is_in_table and key[1].strip("\"'") == wanted[-1]:
            return line
    return header
