"""`python -m crawler.newsweb --seed 1 --port 8123`: serve a simulated web until it is interrupted."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence

from . import NewsWeb, serve
from .server import Server, obey


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve a web; with --control, obey the lines of standard input instead of waiting for an interrupt."""
    options = _parser().parse_args(arguments)
    web = NewsWeb(
        options.seed,
        sites=options.sites,
        articles=options.articles,
        families=options.families,
        crawl_delay=options.crawl_delay,
        traps=options.traps,
    )
    with serve(web, host=options.host, port=options.port, latency=options.latency) as server:
        if options.warm:
            server.warm([*web.article_urls(), *(page.url for page in web.pages())])
        if options.control:
            _obey_lines(server)
        else:
            _serve_until_interrupt(server, web)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m crawler.newsweb", description="Serve a simulated news web on loopback."
    )
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--sites", type=int, default=4)
    parser.add_argument("--articles", type=int, default=60)
    parser.add_argument("--crawl-delay", type=float, default=0.1, help="seconds, in robots.txt of every third site")
    parser.add_argument("--traps", action="store_true", help="calendars, session ids and other places without end")
    parser.add_argument("--families", type=int, help="stories with copies on other sites")
    parser.add_argument("--warm", action="store_true", help="make every page before serving, for measurements")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before every answer")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--control", action="store_true", help=argparse.SUPPRESS)
    return parser


def _serve_until_interrupt(server: Server, web: NewsWeb) -> None:
    for url, place in zip(web.home_urls, server.connect_to, strict=False):
        print(f"{url}  --connect-to {place}", flush=True)  # noqa: T201 - what the command is for
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


def _obey_lines(server: Server) -> None:
    print(json.dumps({"port": server.port}), flush=True)  # noqa: T201 - the answer to the parent
    for line in sys.stdin:
        print(json.dumps(obey(server, line)), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
