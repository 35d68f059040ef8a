"""Registered domains follow the Public Suffix List."""

from __future__ import annotations

import time

import pytest
import tldextract

from pipelines.suffixes import registered_name

HOSTS = [
    "example.com",
    "www.example.com",
    "a.b.example.co.uk",
    "www.ck",
    "a.www.ck",
    "x.y.other.ck",
    "a.b.c.kobe.jp",
    "www.city.kobe.jp",
    "one.blogspot.com",
    "user.github.io",
    "www.xn--55qx5d.cn",
    "news.bund.de",
    "deep.er.pmlive.com",
    "a.b.compute.amazonaws.com",
]


@pytest.mark.parametrize("host", HOSTS)
def test_the_algorithm_is_that_of_tldextract(host):
    """The list read without tldextract's code gives what that code gives from it."""
    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
    found = extract(host)
    assert registered_name(host) == (found.top_domain_under_public_suffix or host)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("www.pharmaledger.example", "pharmaledger.example"),
        ("pharmaledger.example", "pharmaledger.example"),
        ("a.b.test", "b.test"),
        ("localhost", "localhost"),
        ("co.uk", "co.uk"),
        ("www.example.com.", "example.com"),
    ],
)
def test_hosts_that_the_list_does_not_know(host, name):
    """Below a top-level domain that is not listed two labels count; a suffix or a single name is its own."""
    assert registered_name(host) == name


def test_only_the_end_of_a_name_is_looked_at():
    """A name of a hundred thousand labels, which no server has, takes no longer than another."""
    begun = time.process_time()
    found = registered_name("a." * 100_000 + "kobe.jp")

    assert (found, time.process_time() - begun < 0.5) == ("a.a.kobe.jp", True)
