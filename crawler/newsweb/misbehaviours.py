"""What the simulated sites do wrong or in their own way, each with the report or standard that it comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Misbehaviour:
    """A way in which real sites differ from what a crawler would like."""

    name: str
    """Short name; pages and articles that show it carry it."""

    shown: str
    """What the simulated site does."""

    source: str
    """The upstream report or the standard."""


_TABLE = """
tracking-parameters | feed links carry utm_ and similar parameters | FreshRSS/FreshRSS#1865
feed-advertisement | an entry of the feed leads to another host | feedburner-era feeds; RSS 2.0 allows any link
gzip-sitemap | sitemaps are gzip files with application/gzip, without Content-Encoding
    | crawler-commons/crawler-commons#143
coded-gzip-sitemap | a .xml.gz sitemap is sent with Content-Encoding: gzip and is plain XML inside
    | webrecorder/browsertrix-crawler#578
sitemap-index | only the index is named, the news sitemap stands in it | commoncrawl/news-crawl#22
news-sitemap | Google-News sitemap with title, date and language | Google Search Central, news sitemap
meta-charset | the charset stands only in a meta element | WHATWG HTML, 13.2.3.2; assaf/zombie#691
latin1-is-windows-1252 | a page that says iso-8859-1 uses the quotes and dashes of windows-1252
    | WHATWG Encoding, 4.2; SimpleMachines/SMF#1717
shift-jis | a Japanese page in Shift_JIS on an English site | chardet's test files
misleading-json-ld | JSON-LD gives dates of the site and of other articles, the page's own date is only visible
    | adbar/htmldate#154
comment-dates | a reader's comment has the first date in the page | ageitgey/node-unfluff#93
related-links | lists of other articles inside and behind the text | adbar/trafilatura#584
paywall-teaser | only the first paragraphs are sent, then an offer
    | codelucas/newspaper#150; fivefilters/ftr-site-config#925
soft-404 | a missing page answers 200 with an apology | internetarchive/heritrix3#729
gone | a withdrawn article answers 410 | RFC 9110, 15.5.11
not-found | a dead link answers 404 | RFC 9110, 15.5.5
redirect-hops | a short link takes a 302 and a 301 to the article | RFC 9110, 15.4
host-alias | the same site answers with and without www. by a redirect | RFC 9110, 15.4.2
trailing-slash | the address without its last slash redirects to the one with it | RFC 9110, 15.4.2
amp-page | a second, shorter page says rel=canonical | AMP project, discovery
print-page | the same text for the printer, without a canonical link | webrecorder/pywb users' duplicates; RFC 6596
query-url | articles are told apart by a query parameter alone | RFC 3986, 3.4
robots-disallow | pages that robots.txt forbids are linked all the same | RFC 9309, 2.2.2
crawl-delay | robots.txt asks for a pause between requests | the field's common extension of RFC 9309
noindex | a page asks not to be indexed | Google Search Central, robots meta tag
legacy-tables | a page built of nested tables and font elements | HTML 3.2
xhtml-type | pages come as application/xhtml+xml with an XML declaration | RFC 3236
no-class-names | nothing but div elements without class or id | atomic and generated style sheets
calendar | every month links to the next one, without end | jake-bickle/Arachnid#6
session-ids | every answer puts a new session id into its links | RFC 3986, 6.2; Heritrix's canonicalisation rules
growing-paths | a relative link makes the path longer each time | autogram-is/spidergram#42
facets | filters combine to more pages than anybody can fetch | Google Search Central, faceted navigation
tarpit | pages of random words that link to more of them | Nepenthes; Cloudflare's AI Labyrinth
all-is-well | every unknown path answers 200 | internetarchive/heritrix3#729
syndicated-copy | a press release under several mastheads, verbatim or edited | mediacloud/backend#136
templated-report | reports of different companies written from one template | mediacloud/backend#396
silent-edit | an article changes without a word
    | the diffengine project
""".strip()

MISBEHAVIOURS: dict[str, Misbehaviour] = {
    name: Misbehaviour(name=name, shown=shown, source=source)
    for name, shown, source in (
        [part.strip() for part in line.split(" | ")] for line in _TABLE.replace("\n    |", " |").splitlines()
    )
}
"""By name."""
