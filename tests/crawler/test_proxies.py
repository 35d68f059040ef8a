"""A crawl goes through the proxy that Scrapy's ordinary means name, and the guard holds there as far as it can."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from crawler.newsweb import Server
from tests.crawler.forked_crawls import Crawls, Ended
from tests.crawler.tiny_web import TinyWeb, captured

HOST = "paper.example"


def run(zygote: Crawls, server: Server, kept: Path, **asked: Any) -> Ended:
    """A crawl of a host that nobody but the proxy, which is the server itself, can find."""
    proxy = f"http://reader:letmein-4711@127.0.0.1:{server.port}"
    order = {"targets": [f"http://{HOST}/"], "collection": str(kept), "allow_networks": []}
    return zygote.run(environment={"http_proxy": proxy, "no_proxy": "own.example"}, **order | asked)


def outcomes(kept: Path, host: str) -> set[str]:
    """How the exchanges with a host ended."""
    with closing(sqlite3.connect(kept / "catalog.db")) as db:
        return {
            outcome for (outcome,) in db.execute("select outcome from captures where url like ?", (f"%//{host}/%",))
        }


def test_a_proxy_of_the_environment(zygote: Crawls, web: TinyWeb, server: Server, kept: Path) -> None:
    """All requests go to it, that for robots.txt too, though it is on loopback; its password is kept nowhere."""
    ended = run(zygote, server, kept)
    with closing(sqlite3.connect(kept / "catalog.db")) as db:
        hosts = {url.split("/")[2] for (url,) in db.execute("select url from captures")}
    wire = b"".join(gzip.decompress(path.read_bytes()) for path in (kept / "archive").glob("*.gz"))

    assert (ended.status, set(captured(kept)), hosts) == (0, web.paths, {HOST})
    assert {entry.host for entry in server.log} == {HOST}
    assert "/robots.txt" in {entry.path for entry in server.log}
    assert (b"Proxy-Authorization: ******" in wire, b"letmein-4711" in wire) == (True, False)
    assert b"WARC-IP-Address" not in wire


def test_hosts_that_need_none(zygote: Crawls, server: Server, kept: Path) -> None:
    """What `no_proxy` names is asked directly; with HTTPPROXY_ENABLED off, so is everything."""
    direct = {"connect_to": [f"own.example:80:127.0.0.1:{server.port}"], "allow_networks": ["127.0.0.0/8"]}
    run(zygote, server, kept, targets=["http://own.example/"], max_pages=1, **direct)
    with closing(sqlite3.connect(kept / "catalog.db")) as db:
        addresses = db.execute("select distinct ip from captures where url like 'http://own.example/%'").fetchall()
    asked = len(server.log)
    off = run(zygote, server, kept, settings={"HTTPPROXY_ENABLED": False, "PRESSMARK_RETRY_WAITS": []})

    assert addresses == [("127.0.0.1",)]
    assert (off.status, outcomes(kept, HOST), len(server.log)) == (9, {"dns"}, asked)


def test_private_names_behind_a_proxy(zygote: Crawls, server: Server, kept: Path) -> None:
    """A name that leads to an address which is not public is not asked of the proxy, nor is such an address."""
    names = {HOST: "10.1.2.3"}
    by_name = run(zygote, server, kept, names=names)
    by_number = run(zygote, server, kept, targets=["http://2130706433/"])

    assert (by_name.status, by_number.status) == (9, 9)
    assert (outcomes(kept, HOST), outcomes(kept, "127.0.0.1")) == ({"blocked"}, {"blocked"})
    assert server.log == ()
