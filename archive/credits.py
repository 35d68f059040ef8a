"""Credit lines: whom a text names as its source, and whether that is a wire for press releases or a news agency.

A credit is looked for where press and wires put it: in the dateline, and in the last lines. Names are data; a line
"Source: …" counts whatever the name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["release", "agency", ""]

BEGINNING, END = 300, 400
"""Characters at the beginning and at the end in which a credit is looked for."""

LONGEST = 60
"""Characters of a name behind "Source:"; what is longer is a sentence."""

_RELEASES = (
    ("PR Newswire", r"pr\s?newswire|cision"),
    ("Business Wire", r"business\s?wire"),
    ("GlobeNewswire", r"globe\s?newswire"),
    ("Accesswire", r"access\s?(?:newswire|wire)"),
    ("EQS", r"eqs(?:-news|-ad-?hoc|\sgroup)?|dgap(?:-news|-ad-?hoc)?"),
    ("news aktuell", r"news\s?aktuell|^ots$|presseportal"),
    ("Newsfile", r"newsfile(?:\scorp\.?)?"),
    ("PRWeb", r"prweb"),
    ("EurekAlert", r"eurekalert!?"),
    ("PR Times", r"pr\s?times"),
    ("Releasewire", r"releasewire"),
)
_AGENCIES = (
    ("Reuters", r"reuters"),
    ("AP", r"associated press|^ap$"),
    ("AFP", r"agence france-presse|\bafp\b"),
    ("dpa", r"\bdpa\b|dpa-afx"),
    ("Bloomberg", r"bloomberg(?:\snews)?"),
    ("PA Media", r"pa media|press association"),
    ("Dow Jones", r"dow jones(?:\snewswires)?"),
    ("ANSA", r"\bansa\b"),
    ("EFE", r"\befe\b"),
    ("Xinhua", r"xinhua|新华社"),
    ("Kyodo", r"kyodo(?:\snews)?|共同通信"),
    ("Jiji", r"jiji press|時事通信"),
)
_TABLES: tuple[tuple[Kind, tuple[tuple[str, str], ...]], ...] = (("release", _RELEASES), ("agency", _AGENCIES))
_KNOWN = tuple(
    (name, kind, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE))
    for kind, table in _TABLES
    for name, pattern in table
)
_LABELS = r"sources?|source and photo|quellen?|fuente|fonte|bron|källa|credit|出典|情報元|配信元|来源"
_LABELLED = re.compile(rf"(?:^|\n|\[|\()\s*(?:{_LABELS})\s*[:：]\s*(?P<name>[^\n\])]+)", re.IGNORECASE)
# "SOURCE Acme Inc." is how releases end at wires, with the company's own name
_SHOUTED = re.compile(r"(?:^|\n)\s*SOURCE\s+(?P<name>[A-Z][^\n]+)\s*$")
_DATELINE = re.compile(r"[/(-]\s*(?P<name>[^/()\n]{2,40}?)\s*[/)]\s*(?:[-–—]|$)|[-–—]\s*\((?P<after>[^()\n]{2,40})\)")


@dataclass(frozen=True, slots=True)
class Credit:
    """Whom a text names as its source."""

    name: str
    """The name in its usual form, or as it is written."""

    kind: Kind
    """`release` for a wire of press releases, `agency` for a news agency, empty for anybody else."""


def credit(body: str, publisher: str = "") -> Credit | None:
    r"""The credit of a normalised body, of *publisher* if it is itself a wire or an agency, or None.

    >>> credit("LONDON, 3 March (Reuters) - Shares rose.").name, credit("Shares rose.\n\nSource: Acme plc").name
    ('Reuters', 'Acme plc')
    """
    begin, end = body[:BEGINNING], body[-END:]
    for found in _LABELLED.finditer(end):
        name = found["name"].strip(" .*")
        if 0 < len(name) <= LONGEST:
            return _known(name) or Credit(name, "")
    if (shouted := _SHOUTED.search(end)) and len(shouted["name"]) <= LONGEST:
        return _known(shouted["name"]) or Credit(shouted["name"].rstrip("."), "release")
    for found in _DATELINE.finditer(begin):
        if (known := _known(found["name"] or found["after"])) is not None:
            return known
    return _known(publisher)


def _known(name: str) -> Credit | None:
    return next((Credit(known, kind) for known, kind, pattern in _KNOWN if pattern.search(name)), None)
