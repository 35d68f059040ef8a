"""URLs: the one form in which pressmark keeps them, whose they are, and what they tell before anything is fetched.

`canonical` follows the URL standard (url.spec.whatwg.org), as browsers do, and leaves out the fragment and the
parameters of `pipelines.tracking_parameters`. It takes nothing else away: what might choose another page stays.
`plain_form` goes further and may be wrong; it is a hint that two URLs show one article, never a URL to fetch.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

import ada_url

from pipelines.suffixes import registered_name
from pipelines.tracking_parameters import AMBIGUOUS_NAMES, NAMES, PREFIXES, TELLING_VALUES

MAX_URL = 8_000
"""Characters of a URL; what is longer is no URL for us. RFC 9110, 4.1, recommends that at least as many are supported,
and what goes far beyond is made up: each step of a crawl would take time by its length."""

MAX_HOST = 253
"""Characters of a host name (RFC 1035, 2.3.4, as written with dots); no longer one can be looked up."""

MAX_CACHED = 2_048
"""Characters; what is longer is worked out each time, so that no page can fill the memory with its URLs."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DEFAULT_PORTS = {"http": "80", "https": "443"}

# URLs that the standard's parser gives back unchanged, so that most links need no parser: lower-case host without
# digits-only last label and without punycode; no port, no user, no dot segments, nothing to escape.
_ALREADY_STANDARD = re.compile(
    r"https?://(?!xn--)(?:[a-z0-9_-]+\.(?!xn--))*[a-z][a-z0-9-]*/"
    r"(?!\.)(?:[A-Za-z0-9_~!$&()*+,;=:@-]|/(?!\.)|(?<!/)\.)*"
    r"(\?[A-Za-z0-9._~!$&()*+,;=:@/?%-]*)?",
    re.ASCII,
)
_ABSOLUTE_PATH = re.compile(r"/(?![/\\.])(?:[A-Za-z0-9_~!$&()*+,;=:@-]|/(?!\.)|(?<!/)\.)*", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")


class UrlTooLong(ValueError):
    """The URL has more than `MAX_URL` characters."""


def standard_form(url: str, base: str = "") -> str:
    """An http or https URL as the URL standard serialises it, resolved against *base* where it is relative.

    Raises ValueError when it is no http or https URL, UrlTooLong or ValueError when it or its host is too long.

    >>> standard_form(" HTTPS://Example.COM:443/a/../b c#top")
    'https://example.com/b%20c#top'
    """
    _check_length(url)
    if _SURROGATE.search(url):  # the standard parses scalar values
        url = _SURROGATE.sub("\ufffd", url)
    try:
        href: str = ada_url.join_url(base, url) if base else ada_url.normalize_url(url)
    except ValueError:
        raise ValueError(f"no URL: {url[:200]!r}") from None
    if not href.startswith(("http://", "https://")):
        raise ValueError(f"no http or https URL: {url[:200]!r}")
    _check_host(href)
    if "xn--" in href:
        _check_punycode(href)
    return href


def _check_length(url: str) -> None:
    if len(url) > MAX_URL:
        raise UrlTooLong(f"longer than {MAX_URL:,} characters: {url[:80]!r}…")


def _check_host(href: str) -> None:
    if len(href) > MAX_HOST and len(_split_port(host_of(href))[0].rstrip(".")) > MAX_HOST:
        raise ValueError(f"a host name of more than {MAX_HOST} characters: {href[:80]!r}…")


def canonical(url: str, base: str = "") -> str:
    """The form in which a URL is kept and compared: that of the URL standard, without fragment and tracking.

    Idempotent. *base* is the URL that a relative one is resolved against. Raises ValueError when it is no
    http or https URL, UrlTooLong when it has more than `MAX_URL` characters.

    >>> canonical("/News/a?utm_source=x&id=7#top", "https://Example.com:443/")
    'https://example.com/News/a?id=7'
    """
    if len(url) <= MAX_CACHED:
        return _canonical(url, base)
    _check_length(url)
    return _canonical.__wrapped__(url, base)


class UrlWithCredentials(ValueError):
    """The URL brings a user or a password along."""


def outlink(url: str, base: str = "") -> str:
    """The canonical form of a URL that a page names.

    Raises ValueError as `canonical` does, and UrlWithCredentials: such a URL is not followed, and its password is kept
    in no table.
    """
    found = canonical(url, without_credentials(base) if "@" in base else base)
    if "@" in found and has_credentials(found):
        raise UrlWithCredentials(f"with a password: {without_credentials(found)[:80]!r}")
    return found


@lru_cache(maxsize=16_384)  # the navigation of a site is on each of its pages
def _canonical(url: str, base: str) -> str:
    if base and _ABSOLUTE_PATH.fullmatch(url) and _ALREADY_STANDARD.fullmatch(base):
        url = base[: base.index("/", 8)] + url
    elif not _ALREADY_STANDARD.fullmatch(url):
        url = standard_form(url, base).partition("#")[0]
    _check_host(url)
    _check_length(url)  # what is escaped has grown
    address, mark, query = url.partition("?")
    return _without_tracking(address, query) if mark and query else url


def joined(base: str, url: str) -> str:
    """As `urllib.parse.urljoin`, which is not asked where *url* is absolute already. Raises ValueError as that does.

    >>> joined("https://example.com/a/", "b"), joined("https://example.com/a/", "https://example.org/c")
    ('https://example.com/a/b', 'https://example.org/c')
    """
    return url if _LEFT_BY_JOINING.fullmatch(url) else urljoin(base, url)


_LEFT_BY_JOINING = re.compile(r"https?://[A-Za-z0-9.-]+/[A-Za-z0-9/._~%&=,-]*", re.ASCII)
"""What `urljoin` gives back as it is, and takes its time to."""


def registered_domain(url: str) -> str:
    """Whose page it is: the registered domain of its host; for an address or a single name, that with the port.

    Total: a string that is no URL gives what stands in the place of the host.

    >>> registered_domain("https://www.bbc.co.uk/news"), registered_domain("http://127.0.0.1:8000/")
    ('bbc.co.uk', '127.0.0.1:8000')
    """
    scheme, mark, rest = url.partition("://")
    if not mark:
        scheme, rest = "http", url
    netloc = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rpartition("@")[2]
    return _owner(netloc, scheme) if len(netloc) <= MAX_CACHED else _owner.__wrapped__(netloc, scheme)


@lru_cache(maxsize=16_384)
def _owner(netloc: str, scheme: str) -> str:
    host, port = _split_port(netloc.lower())
    host = host.rstrip(".")
    if host.startswith("[") or _is_number(host.rpartition(".")[2]) or "." not in host:
        return f"{host}:{port or _DEFAULT_PORTS.get(scheme.lower(), '80')}"
    return registered_name(host)


def same_site(one: str, other: str) -> bool:
    """Whether two URLs belong to one registered domain (or one address and port)."""
    return registered_domain(one) == registered_domain(other)


def host_of(url: str) -> str:
    """Host and, where it is not the default, port of a URL in canonical form.

    >>> host_of("https://www.example.com:8443/a")
    'www.example.com:8443'
    """
    return url.split("/", 3)[2].rpartition("@")[2]


def has_credentials(url: str) -> bool:
    """Whether a URL in canonical form carries a user or a password."""
    return "@" in url.split("/", 3)[2]


def without_credentials(url: str) -> str:
    """A URL without user and password, which are no part of where a page is, and a secret.

    >>> without_credentials("https://jane:pw@www.example.com/@jane")
    'https://www.example.com/@jane'
    """
    scheme, slashes, rest = url.partition("//")
    netloc = re.split(r"[/?#]", rest, maxsplit=1)[0]
    return f"{scheme}{slashes}{rest[netloc.rindex('@') + 1 :]}" if "@" in netloc else url


def _split_port(netloc: str) -> tuple[str, str]:
    host, colon, port = netloc.rpartition(":")
    return (host, port) if colon and port.isdigit() else (netloc.rstrip(":"), "")


def _is_number(label: str) -> bool:
    return label.isdigit() or bool(re.fullmatch(r"0x[0-9a-f]*", label))


def _check_punycode(href: str) -> None:
    """Raises ValueError for a label that no name is encoded as; ada lets it pass in hosts that are ASCII throughout."""
    for label in host_of(href).partition(":")[0].split("."):
        if label.startswith("xn--"):
            try:
                decoded = label[4:].encode("ascii").decode("punycode")
            except UnicodeError:
                decoded = ""
            if decoded.isascii() or ada_url.idna_to_ascii(decoded) != label.encode():
                raise ValueError(f"no host name: {href[:200]!r}")


def _without_tracking(address: str, query: str) -> str:
    parts = query.split("&")
    kept = [part for part in parts if not _is_tracking(part)]
    if len(kept) == len(parts):
        return f"{address}?{query}"
    rest = "&".join(kept)
    return f"{address}?{rest}" if rest else address


def _is_tracking(part: str) -> bool:
    name, _, value = part.partition("=")
    name = name.lower()
    return name in NAMES or name.startswith(PREFIXES) or (name in AMBIGUOUS_NAMES and value.lower() in TELLING_VALUES)


# --- one article under several URLs ---------------------------------------------------------------------------------

_VARIANT_HOSTS = re.compile(r"^(?:(?:www|m|mobile|amp|wap|touch)\.)+(?=[^.]+\.)")
_VARIANT_PATHS = re.compile(
    r"/(?:amp|print|printable|printview|mobile)(?=/?$)|^/(?:amp|mobile|print)(?=/)|(?<=.)(?:\.amp|-amp|\.print)(?=(?:\.s?html?)?$)"
)
_VARIANT_PARAMETERS = frozenset(
    {
        *("amp", "amp=1", "amp=true", "outputtype=amp", "view=amp", "_amp=true", "output=amp"),
        *("print", "print=1", "print=true", "print=yes", "print=print", "view=print", "format=print", "printable=1"),
        *("mobile=1", "m=1", "view=mobile", "viewmode=print", "printer_friendly=1", "tmpl=component"),
    }
)
_SESSION_NAMES = _words("jsessionid phpsessid sessionid session_id sessid cfid cftoken zenid oscsid")
_SHORT_SESSION_NAMES = _words("s sid session")
_SESSION_VALUE = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-z]{26}", re.ASCII | re.IGNORECASE)
_SESSION_PATH = re.compile(
    r";(?:jsessionid|phpsessid|sessionid|sid)=[^/?;]*|/\((?:[A-Z]\([^/()]*\))+\)(?=/)", re.IGNORECASE
)


def plain_form(url: str) -> str:
    """What a URL in canonical form has in common with its AMP, mobile, print and session variants: a hint.

    Two URLs with one plain form probably show one article. It is not meant to be fetched.

    >>> plain_form("https://m.example.com/news/a/amp/"), plain_form("http://www.example.com/news/a?print=1")
    ('https://example.com/news/a', 'https://example.com/news/a')
    """
    form = _plain_form(url)
    while (plainer := _plain_form(canonical(form))) != form:  # what was taken away may have hidden another mark
        form = plainer
    return form


def _plain_form(url: str) -> str:
    address, _, query = without_session(url).partition("?")
    _, _, rest = address.partition("://")
    host, _, path = rest.partition("/")
    kept = [p for p in query.split("&") if p and p.lower() not in _VARIANT_PARAMETERS]
    path = _VARIANT_PATHS.sub("", "/" + path).rstrip("/")
    return f"https://{_VARIANT_HOSTS.sub('', host)}{path}" + ("?" + "&".join(kept) if kept else "")


def is_variant(url: str) -> bool:
    """Whether a URL in canonical form has the mark of an AMP, print or mobile page of some other URL.

    >>> is_variant("https://example.com/news/a/amp/"), is_variant("https://example.com/news/a/")
    (True, False)
    """
    address, _, query = url.partition("?")
    path = "/" + address.split("/", 3)[3]
    return bool(_VARIANT_PATHS.search(path)) or any(p.lower() in _VARIANT_PARAMETERS for p in query.split("&"))


def without_session(url: str) -> str:
    """A URL in canonical form without the number of a visit, in its query or path.

    >>> without_session("https://example.com/a;jsessionid=1A2B?id=3&PHPSESSID=0f9c")
    'https://example.com/a?id=3'
    """
    while (bare := _without_session(url)) != url:
        url = canonical(bare)  # a path may end with a dot now, and behind one number another may come to light
    return url


def _without_session(url: str) -> str:
    address, _, query = url.partition("?")
    if ";" in address or "(" in address:
        address = _SESSION_PATH.sub("", address)
    if not query:
        return url if address == url else address
    rest = "&".join(part for part in query.split("&") if not _is_session(part))
    return f"{address}?{rest}" if rest else address


def _is_session(part: str) -> bool:
    name, _, value = part.partition("=")
    name = name.lower()
    if name in _SESSION_NAMES or name.startswith("aspsessionid"):
        return True
    return name in _SHORT_SESSION_NAMES and bool(_SESSION_VALUE.fullmatch(value))


# --- what a URL tells before it is fetched --------------------------------------------------------------------------

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_WHOLE_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:([-/_.])(\d{1,2}|[a-z]{3,9})\2(\d{1,2})|(\d\d)(\d\d))(?!\d)", re.IGNORECASE
)
_YEAR_MONTH = re.compile(r"/((?:19|20)\d\d)[-/](\d{1,2}|[a-z]{3,9})(?=/)", re.IGNORECASE)
_NOT_PAGES = _words("""
    pdf jpg jpeg png gif webp svg ico bmp tif tiff avif css js mjs json xml rss atom rdf txt csv zip gz tgz rar 7z tar
    exe dmg apk mp3 mp4 m4a m4v mov avi wmv webm ogg wav flv doc docx xls xlsx ppt pptx odt rtf epub ics woff woff2
    ttf eot map swf webmanifest bin iso
    """)
_PAGE_ENDINGS = _words("html htm shtml xhtml phtml php aspx asp jsp jspx cfm do action story article ece amp")
_NEWS_WORDS = _words("""
    news article articles story stories press-release press-releases pressrelease news-release blog post posts
    analysis opinion feature features interview interviews archive archives magazine insight insights comment
    editorial editorials breaking latest nachrichten artikel actualites actualite noticias noticia notizie
    """)
_OTHER_WORDS = _words("""
    tag tags category categories topic topics author authors contributor contributors people staff profile search
    login signin sign-in signup register registration subscribe subscription subscriptions account my-account user
    users about about-us contact contact-us privacy privacy-policy cookie-policy cookies terms legal imprint impressum
    help faq faqs advertise advertising media-kit jobs job careers vacancies events event calendar webinars directory
    companies company-directory newsletter newsletters feed feeds rss sitemap page pages cart shop store checkout
    print email share wp-admin wp-json wp-content wp-includes wp-login.php cdn-cgi api static assets
    """)
_ARTICLE_NUMBER = re.compile(r"(?:^|&)(?:p|id|[an]id|itemid|(?:article|story|news)(?:_?id)?)=\d+", re.IGNORECASE)
_NUMBER = re.compile(r"\d{4,}|(?<![a-z0-9])(?=[a-z]*\d)[a-z0-9]{10,}$")
_ID = re.compile(r"[!a-z]{0,4}[-_]?[\d_-]+|(?=[a-z]*\d)[a-z0-9]{8,}")
_LIST_WORDS = _words("category categories topic topics")
_LAST_WORDS = _words("index default amp print artikel article story html s view full")
_WORD_BREAK = re.compile(r"[-_+,. ]+")
_SCORE_OF_WORDS = (0.0, 0.0, 0.05, 0.25, 0.4, 0.5)


class _Signs(NamedTuple):
    """What the path of a URL shows, read once."""

    segments: list[str]
    slug: str
    ending: str
    words: int
    has_number: bool


def date_in(url: str) -> date | None:
    """The day that stands in a URL's path; None when there is none or no such day exists.

    >>> date_in("https://example.com/news/2018/jun/18/a-story")
    datetime.date(2018, 6, 18)
    """
    for found in _WHOLE_DATE.finditer(urlsplit(url).path):
        year, _, month, day, month2, day2 = found.groups()
        try:
            return date(int(year), _month(month or month2), int(day or day2))
        except ValueError:
            continue
    return None


def month_in(url: str) -> str:
    """The month that stands in a URL's path as `2018-06`, also where the day does; empty when there is none.

    >>> month_in("https://example.com/2018/06/a-story")
    '2018-06'
    """
    day = date_in(url)
    if day:
        return f"{day:%Y-%m}"
    found = _YEAR_MONTH.search(urlsplit(url).path)
    month = _month(found[2]) if found else 0
    return f"{found[1]}-{month:02}" if found and 1 <= month <= 12 else ""


def article_likeness(url: str) -> float:
    """How probable it is, from 0 to 1, that a URL in canonical form leads to an article; nothing is fetched.

    >>> article_likeness("https://example.com/news/2018/06/18/new-drug-approved-in-europe") > 0.8
    True
    >>> article_likeness("https://example.com/tag/oncology-and-haematology-in-europe")
    0.1
    """
    address, _, query = url.partition("?")
    signs = _signs_of(address)
    if signs.ending in _NOT_PAGES or not (signs.segments or query):
        return 0.0
    score = _slug_score(signs) + _place_score(address, signs)
    score += 0.4 if has_article_number(query) else -0.05 * min(query.count("&") + 1, 4) if query else 0.0
    if signs.segments and signs.segments[-1].isdigit() and len(signs.segments[-1]) <= 4 and not signs.words:
        score = min(score, 0.2)  # an archive of a year, month or day
    if any(segment in _OTHER_WORDS for segment in signs.segments):
        score = min(score, 0.1 if len(signs.segments) < 3 or signs.words < 4 else 0.4)
    return round(min(max(score, 0.0), 1.0), 2)


def is_section_like(url: str) -> bool:
    """Whether a URL in canonical form looks like a section of a site, as navigation names them; nothing is fetched.

    >>> is_section_like("https://example.com/news/oncology/"), is_section_like("https://example.com/about")
    (True, False)
    """
    address, _, query = url.partition("?")
    signs = _signs_of(address)
    if query or not 1 <= len(signs.segments) <= 3 or signs.has_number or signs.ending in _NOT_PAGES:
        return False
    return all(_count_words(part) <= 3 and not part.isdigit() for part in signs.segments) and not (
        _OTHER_WORDS & {*signs.segments, signs.slug} - _LIST_WORDS
    )


def is_not_a_page(url: str) -> bool:
    """Whether a URL in canonical form ends as a picture, a document, a style sheet or another file that is no page.

    >>> is_not_a_page("https://example.com/report.pdf?x=1"), is_not_a_page("https://example.com/a.html")
    (True, False)
    """
    _, dot, ending = url.partition("?")[0].rpartition("/")[2].rpartition(".")
    return bool(dot) and ending.lower() in _NOT_PAGES


def _signs_of(address: str) -> _Signs:
    path = address.split("/", 3)[3].lower() if address.count("/") > 2 else ""
    segments = [s for s in unquote(path).split("/") if s]
    last = segments[-1] if segments else ""
    slug, dot, ending = last.rpartition(".")
    if not dot or (ending not in _NOT_PAGES and ending not in _PAGE_ENDINGS):
        slug, ending = last, ""
    ends = (slug, *segments[-3:-1]) if _ID.fullmatch(slug) or slug in _LAST_WORDS else (slug,)
    slug, words = max(((end, _count_words(end)) for end in ends), key=lambda end: end[1])
    return _Signs(segments, slug, ending, words, any(_NUMBER.search(end) for end in ends))


def _count_words(slug: str) -> int:
    return sum(len(word) > 1 and not word.isdigit() for word in _WORD_BREAK.split(slug))


def _slug_score(signs: _Signs) -> float:
    by_words = _SCORE_OF_WORDS[min(signs.words, 5)] if signs.slug not in _OTHER_WORDS else 0.0
    by_length = 0.1 if len(signs.slug) >= 40 else 0.0
    return by_words + by_length + (0.25 if signs.has_number else 0.0) + (0.1 if signs.ending and signs.words else 0.0)


def _place_score(address: str, signs: _Signs) -> float:
    score = 0.35 if _WHOLE_DATE.search(address) else 0.25 if _YEAR_MONTH.search(address) else 0.0
    if any(s in _NEWS_WORDS for s in signs.segments[:-1]):
        score += 0.2
    if len(signs.segments) >= 3:
        score += 0.05
    return score


def has_article_number(query: str) -> bool:
    """Whether a query chooses a page by its number.

    >>> has_article_number("section=news&id=7"), has_article_number("page=7")
    (True, False)
    """
    return bool(_ARTICLE_NUMBER.search(query))


def _month(text: str) -> int:
    return int(text) if text.isdigit() else _MONTHS.find(text[:3].lower()) // 4 + 1
