"""A simulated news web for the demo, the tests and the benchmarks.

    web = NewsWeb(1, sites=4, articles=60)
    with serve(web) as server:
        crawl(web.home_urls, connect_to=web.connect_to(server.port))
    web.articles        # the truth, to compare with

Everything follows from the seed number: publishers, people, texts, page designs, languages and charsets. What the
sites do wrong stands in `MISBEHAVIOURS`, with the report or standard that each comes from. All hosts lie below
`.example` (RFC 2606). The package uses the standard library alone.
"""

from .misbehaviours import MISBEHAVIOURS, Misbehaviour
from .pages import PageServer
from .reply import Reply
from .seed_shape import SEED_SHAPED, Surroundings, seed_markups
from .server import LogEntry, Server, ServerProcess, Visit, serve
from .web import Changes, NewsWeb, PlannedArticle, PlannedPage, demo_web

__all__ = [
    "MISBEHAVIOURS",
    "SEED_SHAPED",
    "Changes",
    "LogEntry",
    "Misbehaviour",
    "NewsWeb",
    "PageServer",
    "PlannedArticle",
    "PlannedPage",
    "Reply",
    "Server",
    "ServerProcess",
    "Surroundings",
    "Visit",
    "demo_web",
    "seed_markups",
    "serve",
]
