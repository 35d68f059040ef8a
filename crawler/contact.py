"""Who crawls must be reachable: a contact is needed before hosts of other people are asked for anything."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from archive.errors import UsageError
from crawler.guard import Guard, connect_to, networks
from crawler.orders import CrawlOrder

# RFC 6761 and RFC 6762: names that stand for no host of the open internet; RFC 2606: those of documentation
_OF_NOBODY = (
    "localhost",
    "local",
    "test",
    "invalid",
    "example",
    "internal",
    "example.com",
    "example.net",
    "example.org",
)


def require_contact(order: CrawlOrder, hosts: Iterable[str]) -> None:
    """Raises UsageError where a public host would be crawled by nobody in particular.

    One's own hosts need none: addresses that are not public, names that `--connect-to` serves from such an address, and
    names that nobody can have. A single page that is asked for alone needs none either.
    """
    if order.contact or order.alone:
        return
    places = map(connect_to, order.connect_to)
    served_here = {place.host for place in places if place.to_host and not _is_public(place.to_host, order)}
    hosts = [] if "" in served_here else hosts  # every name is served from there
    public = [host for host in hosts if host not in served_here and _is_public(host, order)]
    if public:
        raise UsageError(
            f"{public[0]} is a public host: say who crawls it with `--contact https://your.site/crawler`, "
            "or once for all with PRESSMARK_CONTACT"
        )


def _is_public(host: str, order: CrawlOrder) -> bool:
    host = host.strip("[]").lower().rstrip(".")
    try:
        ip_address(host)
    except ValueError:
        return not any(host == name or host.endswith(f".{name}") for name in _OF_NOBODY)
    return Guard().permits(host) and not any(ip_address(host) in network for network in networks(order.allow_networks))
