"""robots.txt as RFC 9309 says, and as Google's parser does where the RFC leaves it open.

Whatever the bytes are, something comes out: a file that is HTML has no rules. What lies beyond `MAX_BYTES` is not read
(RFC 9309, 2.5). Whether a robots.txt that could not be fetched allows anything is not decided here.
"""

from __future__ import annotations

import codecs
import math
import re
from dataclasses import dataclass, field

from archive.model import Link, Listing
from pipelines.patterns import PathPattern
from pipelines.urls import UrlTooLong, outlink

MAX_BYTES = 500 * 1024
MAX_LINE = 2083 * 8  # as Google's parser: eight times the longest URL of a browser that long was the strictest
MAX_CRAWL_DELAY = 60.0
"""Seconds; a file that asks for more gets this much."""
MAX_SITEMAPS = 1_000
MAX_WILDCARDS = 5_000
"""Rules with `*` or `$` for one agent. Beyond it a file is read as stricter than it is: of a Disallow only what stands
before the first star counts, and an Allow does not."""

_MUCH = 1_000_000
"""Characters of a path, times patterns with `*` or `$`."""

_AGENT_KEYS = ("user-agent", "useragent", "user agent")
_ALLOW_KEYS = ("allow",)
_DISALLOW_KEYS = ("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw", "desallow")
_DELAY_KEYS = ("crawl-delay", "crawldelay", "crawl delay")
_SITEMAP_KEYS = ("sitemap", "site-map")
_MEANINGS = tuple(
    (key, meaning)
    for meaning, keys in (
        ("agent", _AGENT_KEYS),
        ("disallow", _DISALLOW_KEYS),
        ("allow", _ALLOW_KEYS),
        ("delay", _DELAY_KEYS),
        ("sitemap", _SITEMAP_KEYS),
    )
    for key in keys
)
_NOT_IN_PRODUCT_TOKEN = re.compile(r"[^a-zA-Z_-]")
_TO_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}|[\x80-\xff]")
_PATH_START = re.compile("[/?;]")


@dataclass(slots=True)
class _Group:
    """Rules, and the agents that they are for."""

    rules: list[tuple[str, bool]] = field(default_factory=list)
    delay: float | None = None


class Robots:
    r"""What one robots.txt allows.

    >>> robots = Robots(b"User-agent: *\nDisallow: /login\nCrawl-delay: 2\nSitemap: https://example.com/map.xml")
    >>> robots.allowed("https://example.com/login?next=/", "pressmark"), robots.crawl_delay("pressmark")
    (False, 2.0)
    """

    def __init__(self, content: bytes) -> None:
        self._groups: dict[str, list[_Group]] = {}
        self._rule_sets: dict[str, _RuleSet] = {}
        found: list[str] = []
        text = _decoded(content[:MAX_BYTES])
        self._read(text, found)
        self.sitemaps: tuple[str, ...] = tuple(dict.fromkeys(found))[:MAX_SITEMAPS]
        self.notes: tuple[str, ...] = _notes(content, text, len(self.sitemaps), len(set(found)))

    def allowed(self, url: str, agent: str) -> bool:
        """Whether *agent*, a product token such as `pressmark`, may fetch an http or https URL.

        robots.txt itself is always allowed (RFC 9309, 2.2.2).
        """
        path = _path_of(url)
        return path == "/robots.txt" or self._rules_for(agent).allows(path)

    def prepare(self, agent: str) -> None:
        """Make the rules of *agent* ready, which the first question does else."""
        self._rules_for(agent)

    def takes_long(self, url: str, agent: str) -> bool:
        """Whether `allowed` has so much to compare that it takes more than a few milliseconds."""
        return len(url) * len(self._rules_for(agent).wildcards) > _MUCH

    def crawl_delay(self, agent: str) -> float | None:
        """Seconds that *agent* shall wait between two requests, 0 to `MAX_CRAWL_DELAY`; None when not said."""
        delays = [group.delay for group in self._groups_for(agent) if group.delay is not None]
        return max(delays, default=None)

    def _rules_for(self, agent: str) -> _RuleSet:
        if agent not in self._rule_sets:
            self._rule_sets[agent] = _RuleSet([rule for group in self._groups_for(agent) for rule in group.rules])
        return self._rule_sets[agent]

    def _groups_for(self, agent: str) -> list[_Group]:
        product = agent.partition("/")[0].lower()
        own = self._groups.get(product, []) if product != "*" else []
        return own or self._groups.get("*", [])

    def _read(self, text: str, sitemaps: list[str]) -> None:
        group, has_rules = None, False
        for meaning, value in _lines(text):
            if meaning == "sitemap":
                sitemaps.append(value)
            elif meaning == "agent":
                if group is None or has_rules:
                    group, has_rules = _Group(), False
                self._join(group, value)
            elif group is not None and meaning == "delay":
                group.delay = _delay(value, group.delay)
            elif group is not None:
                has_rules = True
                group.rules.append((value, meaning == "allow"))

    def _join(self, group: _Group, value: str) -> None:
        is_global = value[:1] == "*" and not value[1:2].strip()
        groups = self._groups.setdefault("*" if is_global else _product(value), [])
        if not groups or groups[-1] is not group:
            groups.append(group)


class _RuleSet:
    """The rules for one agent, ready to match: the longest pattern wins, Allow wins a tie (RFC 9309, 2.2.2)."""

    def __init__(self, rules: list[tuple[str, bool]]) -> None:
        self.prefixes: dict[str, bool] = {}
        wildcards: dict[str, bool] = {}
        for value, allow in rules:
            pattern = _escaped(value)
            into = wildcards if "*" in pattern or pattern.endswith("$") else self.prefixes
            into[pattern] = allow or into.get(pattern, False)
            if allow and pattern.rpartition("/")[2].startswith("index.htm"):
                wildcards[pattern[: pattern.rindex("/") + 1] + "$"] = True
        self.prefixes.pop("", None)
        for pattern in list(wildcards)[MAX_WILDCARDS:]:
            if not wildcards.pop(pattern):
                self.prefixes.setdefault(pattern.partition("*")[0].removesuffix("$"), False)
        self.lengths = sorted({len(prefix) for prefix in self.prefixes}, reverse=True)
        ordered = sorted(wildcards.items(), key=lambda item: (-len(item[0]), not item[1]))
        self.wildcards = [(len(text), allow, PathPattern(text)) for text, allow in ordered]

    def allows(self, path: str) -> bool:
        longest, allow = self._longest_prefix(path)
        for length, allows, pattern in self.wildcards:
            if length < longest or (length == longest and allow):
                break
            if pattern.matches(path):
                return allows or (length == longest and allow)
        return allow

    def _longest_prefix(self, path: str) -> tuple[int, bool]:
        for length in self.lengths:
            allow = self.prefixes.get(path[:length])
            if allow is not None:
                return length, allow
        return 0, True


def read_robots(content: bytes, *, url: str) -> Listing:
    """A robots.txt as a listing: the sitemaps that it names, resolved against its URL *url*."""
    robots = Robots(content)
    links, notes = [], list(robots.notes)
    for sitemap in robots.sitemaps:
        try:
            links.append(Link(url=outlink(sitemap, url), rel="sitemap"))
        except UrlTooLong as long:
            notes.append(f"sitemap: {long}")
        except ValueError:
            continue
    return Listing(form="robots", links=tuple(dict.fromkeys(links)), notes=tuple(notes))


def _decoded(content: bytes) -> str:
    """The text with one character for each byte, so that patterns can be escaped bytewise."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = content.decode("utf-16", "ignore").encode("utf-8", "ignore")
    # A byte order mark may be torn: as Google's parser, any beginning of it is skipped.
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF8[:2], codecs.BOM_UTF8[:1]):
        content = content.removeprefix(mark)
    return content.replace(b"\0", b"").decode("latin-1")  # NUL: UTF-16 without a mark, or junk


def _lines(text: str) -> list[tuple[str, str]]:
    found = []
    meanings: dict[str, str] = {}
    for line in text.replace("\r", "\n").split("\n"):
        key, value = _key_and_value(line[:MAX_LINE].partition("#")[0])
        if key not in meanings:
            meanings[key] = _meaning(key)
        if meanings[key]:
            found.append((meanings[key], value))
    return found


def _key_and_value(line: str) -> tuple[str, str]:
    key, colon, value = line.partition(":")
    if colon:
        return key, value.strip()
    words = line.split(None, 2)  # a forgotten colon is forgiven where it is clear where it should be
    return (words[0], words[1]) if len(words) == 2 else ("", "")


def _meaning(key: str) -> str:
    key = key.strip().lower()
    return next((meaning for start, meaning in _MEANINGS if key.startswith(start)), "")


def _product(agent: str) -> str:
    """The product token that an agent line begins with; what follows it is not compared."""
    return _NOT_IN_PRODUCT_TOKEN.split(agent, maxsplit=1)[0].lower()


def _escaped(pattern: str) -> str:
    def escape(found: re.Match[str]) -> str:
        return found[0].upper() if found[0][0] == "%" else f"%{ord(found[0]):02X}"

    return _TO_ESCAPE.sub(escape, pattern)


def _path_of(url: str) -> str:
    start = 2 if url.startswith("//") else 0
    scheme_end = url.find("://", start)
    early = _PATH_START.search(url, start)
    if scheme_end >= 0 and not (early and early.start() < scheme_end):
        start = scheme_end + 3
    path = _PATH_START.search(url, start)
    if path is None:
        return "/"
    before_fragment = url.partition("#")[0]
    if len(before_fragment) <= path.start():
        return "/"
    text = before_fragment[path.start() :]
    return text if text.startswith("/") else "/" + text


def _delay(value: str, earlier: float | None) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return earlier
    if math.isnan(seconds) or seconds < 0:
        return earlier
    return max(min(seconds, MAX_CRAWL_DELAY), earlier or 0.0)


def _notes(content: bytes, text: str, kept: int, named: int) -> tuple[str, ...]:
    notes = []
    if len(content) > MAX_BYTES:
        notes.append(f"robots: {len(content):,} bytes, {MAX_BYTES:,} read")
    if text.lstrip()[:1] == "<":
        notes.append("robots: is markup")
    if named > kept:
        notes.append(f"sitemaps: {named:,} named, {kept:,} kept")
    return tuple(notes)
