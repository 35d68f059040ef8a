"""Scrapy settings of pressmark, for `scrapy crawl news` as for `pressmark crawl`.

Here stands what an operator may want to change (`-s NAME=VALUE`). What pressmark needs to keep its promises is set by
the add-on, `crawler.addon.PressmarkAddon`, which also brings pressmark into a Scrapy project of your own.
"""

from __future__ import annotations

BOT_NAME = "pressmark"
SPIDER_MODULES = ["spiders.news"]
COMMANDS_MODULE = "crawler.commands"
ADDONS = {"crawler.addon.PressmarkAddon": 0}

PRESSMARK_COLLECTION = "news"
"""A name below `collections/`, or a path."""

PRESSMARK_CONTACT = ""
"""URL or address of the operator, told to every site in User-Agent."""

PRESSMARK_ALLOW_NETWORKS: list[str] = []
"""Networks (CIDR) that may be reached though they are not public, such as 127.0.0.0/8."""

PRESSMARK_CONNECT_TO: list[str] = []
"""HOST:PORT:ADDR:PORT, as in curl."""

PRESSMARK_OBEY: list[str] = []
"""Which reservations of pages are obeyed at all sites, beside those that a site's file names: noarchive, tdm."""

PRESSMARK_READING_CHILDREN = None
"""Processes that read pages; None for one a core but one, 0 for none: pages are read in the crawling process."""

PRESSMARK_MAX_PAGES = None
PRESSMARK_MAX_SECONDS = None
PRESSMARK_MAX_BYTES = None
PRESSMARK_SINCE = None
PRESSMARK_RECHECK = False

PRESSMARK_MAX_WARC_BYTES = 1_000_000_000
"""Size at which a new WARC file is begun."""

PRESSMARK_BROWSER = ""
"""Path of the Chromium that renders pages; empty for the one that is installed."""

PRESSMARK_BROWSER_SANDBOX = None
"""Whether Chromium shuts itself in; None where it can: not as root."""

PRESSMARK_RETRY_WAITS = [2, 20]
"""Seconds before each further attempt at a URL without an answer; after the last it is left to a later job."""

ROBOTSTXT_OBEY = True
DOWNLOAD_DELAY = 2
DOWNLOAD_DELAY_JITTER = 0
CONCURRENT_REQUESTS = 32
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en,*;q=0.5",
    "Accept-Encoding": "gzip, deflate",
}

LOG_LEVEL = "INFO"
LOG_FORMATTER = "crawler.addon.QuietFormatter"
LOGSTATS_INTERVAL = 0
FEED_EXPORT_ENCODING = "utf-8"
