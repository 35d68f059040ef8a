"""The words of a search query: FTS5's own, made kinder, and errors that point at the place."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches

from archive.errors import UsageError

FIELDS = ("headline", "standfirst", "body")
"""What `field: word` may name in a query."""


class QueryError(UsageError):
    """A search query that cannot be understood; the message points at the place."""


MAX_WORDS, MAX_REPEATS = 300, 10
"""Words that a query may have, and how often one of them: an excerpt takes the square of the places that match."""

_OPERATORS = {"AND", "OR", "NOT", "NEAR"}


def check_size(query: str) -> None:
    """Raises QueryError for a query that would keep the database busy for long."""
    counts = Counter(word.casefold() for word in re.findall(r"\w+", query) if word not in _OPERATORS)
    if counts.total() > MAX_WORDS:
        raise QueryError(f"{query[:40]!r}… has {counts.total():,} words; ask with at most {MAX_WORDS}")
    word, times = counts.most_common(1)[0] if counts else ("", 0)
    if times > MAX_REPEATS:
        raise QueryError(f"{query[:40]!r}… has {word[:40]!r} {times:,} times; once is enough")


_QUOTED = re.compile(r'("(?:[^"]|"")*")')
_ODD_WORD = re.compile(r"(\(*)((?:(?:headline|standfirst|body)\s*:\s*)?)([^\s\"():*^{}+,]*?)(\*?\)*)")
_PLAIN_WORD = re.compile(r"\w*")


def quote_odd_words(query: str) -> str:
    """The query with words such as `covid-19` or `AT&T` in quotation marks, without which FTS5 refuses them.

    >>> quote_odd_words('covid-19 AND (headline:AT&T OR "as-is")')
    '"covid-19" AND (headline:"AT&T" OR "as-is")'
    """
    parts = _QUOTED.split(query)
    for n in range(0, len(parts), 2):
        parts[n] = re.sub(r"\S+", _quote_odd_word, parts[n])
    return "".join(parts)


def _quote_odd_word(found: re.Match[str]) -> str:
    word = _ODD_WORD.fullmatch(found[0])
    if word is None or _PLAIN_WORD.fullmatch(word[3]) or not any(map(str.isalnum, word[3])) or word[3].startswith("-"):
        return found[0]
    return f'{word[1]}{word[2]}"{word[3]}"{word[4]}'


@contextmanager
def syntax_errors(db: sqlite3.Connection, query: str) -> Iterator[None]:
    """Turns what FTS5 says of a query into a QueryError that points at the place."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        raise QueryError(_explained(db, query, str(error))) from None


_NEAR = re.compile(r'fts5: syntax error near "(.*)"', re.DOTALL)
_NO_COLUMN = re.compile(r"no such column: (.*)", re.DOTALL)
_HELP = 'words, "a phrase", prefix*, AND, OR, NOT, NEAR(a b, 5), headline: word'


def _explained(db: sqlite3.Connection, query: str, message: str) -> str:
    if unknown := _NO_COLUMN.fullmatch(message):
        close = get_close_matches(unknown[1].lower(), FIELDS, n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(FIELDS)}."
        return f"{query!r}: no field {unknown[1]!r}; {hint} Put words with a colon in quotation marks."
    if message == "unterminated string":
        begin = query.rindex('"') + 1
        return f"{query!r}: unterminated string, from the quotation mark at character {begin}; a query has {_HELP}"
    near = _NEAR.fullmatch(message)
    if near is None:
        return f"{query!r}: {message}; a query has {_HELP}"
    at = _place_of(db, query, near[1], message)
    where = f"at character {at + 1}, near {near[1]!r}" if near[1] else "at its end, something is missing"
    return f"{query!r} cannot be understood {where}; a query has {_HELP}"


def _place_of(db: sqlite3.Connection, query: str, near: str, message: str) -> int:
    """Where in the query FTS5 stopped: at the first of these words up to which it says the same."""
    for found in re.finditer(re.escape(near), query) if near else ():
        try:
            db.execute(
                "select 1 from articles_fts where articles_fts match ? limit 1", (query[: found.end()],)
            ).fetchone()
        except sqlite3.OperationalError as error:
            if str(error) == message:
                return found.start()
    return max(query.rfind(near), 0)
