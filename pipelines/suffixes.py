"""Where a registered domain begins: the algorithm of the Public Suffix List.

The list is the one that tldextract brings along. It is read straight from that package's folder, since importing
tldextract imports requests, at 0.2 s a process; a test holds both to the same answers. Its private part counts, so
that two blogs of one hosting service are two sites.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ada_url import idna_to_ascii


def registered_name(host: str) -> str:
    """The public suffix of a host name and the label before it; the host itself where it has none.

    A host below an unlisted top-level domain, such as the reserved `.example` and `.test`, keeps two labels
    (the list's default rule). *host* is lower case, in its ASCII form, and no IP address.

    >>> registered_name("www.news.bbc.co.uk"), registered_name("www.pharmaledger.example")
    ('bbc.co.uk', 'pharmaledger.example')
    """
    labels = host.rstrip(".").rsplit(".", _deepest() + 1)[-_deepest() - 1 :]
    return ".".join(labels[-_suffix_labels(labels) - 1 :])


def _suffix_labels(labels: list[str]) -> int:
    rules = _rules()
    for start in range(len(labels)):
        name = ".".join(labels[start:])
        if "!" + name in rules:
            return len(labels) - start - 1
        if name in rules or "*." + name.partition(".")[2] in rules:
            return len(labels) - start
    return 1


@cache
def _rules() -> frozenset[str]:
    spec = find_spec("tldextract")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("tldextract, which brings the Public Suffix List; run `pip install .`")
    text = Path(spec.origin).with_name(".tld_set_snapshot").read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    return frozenset(_ascii_form(line.split()[0]) for line in lines if line and not line.startswith("//"))


@cache
def _deepest() -> int:
    """Labels of the longest rule: no more of a name are looked at, however many it has."""
    return max(rule.count(".") for rule in _rules()) + 1


def _ascii_form(rule: str) -> str:
    return rule.lower() if rule.isascii() else idna_to_ascii(rule).decode("ascii")
