"""Subscriptions: a site that is read as one who pays for it, by headers or by the form of its login page.

    DOWNLOADER_MIDDLEWARES = {"crawler.subscriptions.LogIn": 150}

What a subscriber is known by comes from environment variables alone, is held in memory alone, and is sent to nobody but
the registered domain of the form (or of the home page), never without TLS where that has it. Each request is asked
anew, so a redirect to elsewhere takes nothing along. A login happens before the first page of a job, and again when a
reply shows that the session has ended, three times at most; one that is refused is not tried again, and its site is
left to a later job. robots.txt and the pauses hold for the requests of a login too.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode, urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.cookies import CookieJar

from archive.errors import UsageError
from archive.model import Capture, NotAnArticle, Reading
from crawler.context import LEASE
from crawler.failures import ExchangeFailed
from crawler.folding import OF_LOGIN
from crawler.frontier import Lease
from crawler.keeping import KEEPING, Keeping
from crawler.masking import Secrets
from crawler.prerequisites import ask_first, prerequisite
from crawler.scheduler import PAGES
from crawler.wire import LOGIN, content_of
from pipelines.read import SESSION_ENDED
from pipelines.site import Login, Site
from pipelines.urls import registered_domain

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

log = logging.getLogger(__name__)

MAX_LOGINS = 3
"""Logins to one site in one job."""

_SESSION = "pressmark_session"
"""Key of `request.meta` for the number of the session in which a request was made."""

_MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONG = 12
"""Letters of a cookie's value from which on it is masked in texts as well."""

_MOST = 2 * 2**20
_LINE_BREAK = re.compile(r"[\x00-\x08\n-\x1f\x7f]")
_ENCODABLE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class LoginFailed(IgnoreRequest):
    """A login did not come about; the message says why, and holds no secret."""


@dataclass(frozen=True, slots=True)
class Form:
    """A login form, filled in."""

    action: str
    """Where it is sent."""

    body: bytes
    """What is sent."""


class Subscription:
    """One site's login and its session; lives as long as the job."""

    def __init__(self, site: Site, login: Login, values: Mapping[str, str]) -> None:
        self.site = site.name
        self.login = login
        self.headers = {name: values[variable] for name, variable in login.header}
        self.fields = {name: values[variable] for name, variable in login.fields}
        self.cookies = CookieJar()
        self.lock = asyncio.Lock()
        self.session = 0
        """How many logins have succeeded; 0 before the first."""
        self.is_open = bool(login.header)
        """Whether no login is needed for now."""
        self.problem = ""
        """Why its login did not come about; empty as long as none has failed."""
        self.asked_again: set[str] = set()
        """URLs that are fetched once more, since the session had ended."""
        self._with_sign: set[str] = set()  # kinds of pages that have shown the sign of a session
        self._place = urlsplit(login.form or site.home)
        self._domain = registered_domain(login.form or site.home)

    def may_know(self, url: str) -> bool:
        """Whether the secrets may be sent to that URL."""
        is_safe = url.startswith("https:") or self._place.scheme == "http"
        return is_safe and registered_domain(url) == self._domain

    @property
    def secrets(self) -> Secrets:
        """What is masked in all that is kept of the site."""
        cookies = (cookie.value or "" for cookie in self.cookies)
        values = (*self.headers.values(), *self.fields.values(), *(one for one in cookies if len(one) >= _LONG))
        return Secrets(values=values, headers=tuple(self.headers))

    def introduce(self, request: Request) -> None:
        """Have a request show who asks; the answer is asked for without a coding, so that it can be masked."""
        for name, value in self.headers.items():
            request.headers[name] = value.encode("latin-1")
        self.cookies.add_cookie_header(request)
        request.headers["Accept-Encoding"] = "identity"
        is_told = request.url not in self.asked_again and self.session < MAX_LOGINS
        expects_sign = is_told and _kind(request) in self._with_sign
        request.meta[KEEPING] = Keeping(secrets=self.secrets, sign=self.login.success if expects_sign else "")
        request.meta[_SESSION] = self.session

    def hear(self, request: Request, response: Response) -> None:
        """Take the cookies of an answer, and see whether pages show that we are known."""
        if not self.may_know(response.url):
            return
        self.cookies.extract_cookies(response, request)
        kind = _kind(request)
        if self.login.success and kind not in self._with_sign and self.login.success in _text(response):
            self._with_sign.add(kind)

    def began(self) -> None:
        """A login has succeeded."""
        self.session += 1
        self.is_open = True

    def has_ended(self, response: Response, capture: Capture, reading: Reading | None) -> bool:
        """Whether a page is to be asked for again after a new login; told once for each URL, within the bound."""
        was_in = response.meta.get(_SESSION, 0)
        is_new = response.url not in self.asked_again and _path(response.url) != _path(self.login.form)
        if not was_in or not is_new or not self._shows_end(capture, reading):
            return False
        if was_in == self.session == MAX_LOGINS:
            return False
        if was_in == self.session:
            self.is_open = False
        self.asked_again.add(response.url)
        return True

    def _shows_end(self, capture: Capture, reading: Reading | None) -> bool:
        if SESSION_ENDED in capture.notes.split("; "):
            return True
        if not isinstance(reading, NotAnArticle):
            return False
        leads_to_form = any(_path(link.url) == _path(self.login.form) for link in reading.links)
        return reading.reason == "login" or (reading.reason == "redirect" and leads_to_form)


def subscriptions_of(sites: Iterable[Site], environment: Mapping[str, str]) -> dict[str, Subscription]:
    """The subscriptions of *sites*, by name. Raises UsageError for a variable that is missing, and names it."""
    return {site.name: _subscription(site, site.login, environment) for site in sites if site.login is not None}


def _subscription(site: Site, login: Login, environment: Mapping[str, str]) -> Subscription:
    values = {variable: environment.get(variable, "").strip() for variable in login.variables}
    unset = next((variable for variable, value in values.items() if not value), "")
    if unset:
        raise UsageError(
            f"the environment variable {unset} is not set, which [login] in {site.name}.toml names; "
            "set it, or take [login] out to crawl the site as a guest"
        )
    for _, variable in login.header:
        if not _ENCODABLE.fullmatch(values[variable]):
            raise UsageError(f"the environment variable {variable} holds letters that no header may have")
    if broken := next((variable for variable, value in values.items() if _LINE_BREAK.search(value)), ""):
        raise UsageError(f"the environment variable {broken} holds a line break or another control character")
    return Subscription(site, login, values)


class LogIn:
    """The downloader middleware."""

    def __init__(self, crawler: Crawler, subscriptions: Mapping[str, Subscription]) -> None:
        self._crawler = crawler
        self._subscriptions = subscriptions

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, getattr(crawler.pressmark_job, "subscriptions", {}))  # type: ignore[attr-defined]  # put there by the add-on

    async def process_request(self, request: Request) -> None:
        """Log in where that is still to be done, and show who asks."""
        subscription = self._of(request)
        if subscription is None:
            return
        if _is_page(request):
            await self._begin(subscription, request)
        subscription.introduce(request)

    def process_response(self, request: Request, response: Response) -> Response:
        """Take the cookies that an answer renews."""
        subscription = self._of(request)
        if subscription is not None:
            subscription.hear(request, response)
        return response

    def _of(self, request: Request) -> Subscription | None:
        """The subscription that a request may use; robots.txt and the login itself have no lease, or one of theirs."""
        lease: Lease | None = request.meta.get(LEASE) if self._subscriptions else None
        if lease is None or lease.kind == "robots":
            return None
        subscription = self._subscriptions.get(lease.site)
        return subscription if subscription is not None and subscription.may_know(request.url) else None

    async def _begin(self, subscription: Subscription, request: Request) -> None:
        """Log in, once for all who wait for it. Raises LoginFailed, at once when it has failed before."""
        async with subscription.lock:
            if subscription.problem:
                raise LoginFailed(subscription.problem)
            if subscription.is_open:
                return
            try:
                await self._log_in(subscription, request)
            except LoginFailed as failure:
                subscription.problem = str(failure)
                log.warning("%s: the login failed: %s; the site is left to a later job", subscription.site, failure)
                raise
            subscription.began()
            log.info("%s: logged in", subscription.site)

    async def _log_in(self, subscription: Subscription, cause: Request) -> None:
        login = subscription.login
        page = await self._follow(subscription, Request(login.form), cause)
        form = filled_in(_text(page), page.url, subscription.fields)
        if not subscription.may_know(form.action):
            raise LoginFailed("its form is sent to another site, or without TLS")
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        asked = Request(form.action, method="POST", body=form.body, headers=headers)
        answer = await self._follow(subscription, asked, cause)
        problem = _refusal(login, answer, has_cookies=len(subscription.cookies) > 0)
        if problem:
            raise LoginFailed(problem)

    async def _follow(self, subscription: Subscription, request: Request, cause: Request) -> Response:
        """The answer behind the redirects of a step of the login."""
        for _ in range(_MAX_REDIRECTS + 1):
            response = await self._ask(subscription, request, cause)
            location = (response.headers.get("Location") or b"").decode("latin-1").strip()
            if response.status not in _REDIRECTS or not location:
                return response
            target = urljoin(response.url, location).partition("#")[0]
            if not subscription.may_know(target):
                raise LoginFailed("it leads to another site, or on without TLS")
            request = Request(target)
        raise LoginFailed(f"more than {_MAX_REDIRECTS} redirects")

    async def _ask(self, subscription: Subscription, request: Request, cause: Request) -> Response:
        asked = prerequisite(request, cause, discovered=OF_LOGIN)
        asked.meta[LOGIN] = True
        subscription.introduce(asked)
        try:
            response = await ask_first(self._crawler, asked)
        except (ExchangeFailed, IgnoreRequest) as failure:
            raise LoginFailed(str(failure)) from None
        subscription.hear(asked, response)
        return response


def filled_in(html: str, url: str, fields: Mapping[str, str]) -> Form:
    """The form on a login page that has all of *fields*, filled in. Raises LoginFailed where there is none."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    for form in tree.css("form"):
        given = _given(form.css("input, button"))
        if not fields.keys() <= given.keys():
            continue
        if (form.attributes.get("method") or "").lower() != "post":
            raise LoginFailed("its form would put the password into a URL (its method is not POST)")
        action = urljoin(url, form.attributes.get("action") or url).partition("#")[0]
        return Form(action, urlencode({**given, **fields}).encode("ascii"))
    raise LoginFailed(f"its page has no form with the fields {', '.join(fields)}")


def _given(controls: Iterable[LexborNode]) -> dict[str, str]:
    """What a form sends as it stands: boxes that are ticked, and of its buttons the first, as browsers do."""
    given: dict[str, str] = {}
    is_sent_by_button = False
    for control in controls:
        attributes = control.attributes
        name, kind = attributes.get("name"), (attributes.get("type") or "").lower()
        is_button = kind == "submit" or (control.tag == "button" and not kind)
        is_left_out = kind in {"reset", "button", "image", "file"} or (is_button and is_sent_by_button)
        is_sent_by_button |= is_button
        if name and not is_left_out and (kind not in {"checkbox", "radio"} or "checked" in attributes):
            given[name] = attributes.get("value") or ""
    return given


def _refusal(login: Login, answer: Response, *, has_cookies: bool) -> str:
    """Why an answer to a login is none that we are known by; empty when it is."""
    text = _text(answer)
    if login.failure and login.failure in text:
        return f"the answer says {login.failure!r}"
    if answer.status >= 400:
        return f"the answer has status {answer.status}"
    if login.success:
        return "" if login.success in text else f"the answer lacks {login.success!r}"
    if not has_cookies:
        return "the answer sets no cookie"
    return "the answer is the form again" if _path(answer.url) == _path(login.form) else ""


def _is_page(request: Request) -> bool:
    return _kind(request) in PAGES


def _kind(request: Request) -> str:
    """What is expected of a request; empty for those of a login."""
    lease: Lease | None = request.meta.get(LEASE)
    return lease.kind if lease is not None else ""


def _path(url: str) -> str:
    return url.partition("?")[0].rstrip("/")


def _text(response: Response) -> str:
    return unescape(content_of(response, _MOST).decode("utf-8", "replace"))
