"""The browser that renders pages: one Chromium, to which the whole web is what we hand it.

It has no network: names lead nowhere, and every address lies behind a proxy that is not there. Each request of a page
is intercepted and answered by a function of ours, or refused. scrapy-playwright lets the browser fetch by itself, so
that neither its bytes nor the addresses that it dials are ours to keep and to refuse; hence Playwright alone.

Playwright is an extra (`browser`), imported when the first page is rendered.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from archive.errors import UsageError
from crawler.failures import RenderFailed

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page, Playwright, Route

log = logging.getLogger(__name__)

EXECUTABLES = ("chromium", "chromium-browser", "google-chrome")

MAX_SECONDS = 120.0
"""How long a page may take, the pauses between the requests for it included."""

MAX_DOM = 10_000_000
"""Characters of what a browser may make of a page."""

PAGES_OF_ONE = 200
"""Pages after which the browser is started anew: Playwright forgets no intercepted request before (its issue 3121)."""

_QUIET = 0.5
_STARTING = 60.0
_ENDING = 10.0
_NOWHERE = "http://127.0.0.1:9"
_ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-dev-shm-usage",
    "--js-flags=--max-old-space-size=512",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a page asks for."""

    url: str
    """Absolute URL, without fragment."""

    method: str
    """GET, POST, …"""

    kind: str
    """What it is for, in Playwright's words: document, script, stylesheet, xhr, fetch, image, …"""

    headers: Mapping[str, str]
    """Headers that the page's scripts or the browser set, by their names in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What it gets."""

    status: int
    """HTTP status."""

    headers: Mapping[str, str]
    """Its headers."""

    body: bytes
    """Its content, decoded."""


Give = Callable[[Wanted], Awaitable[Given | None]]
"""Answers what a page asks for; None refuses it."""


def executable(told: str | None = None) -> str:
    """The Chromium that is *told*, or that is installed; empty where there is none."""
    return next((path for name in ((told,) if told else EXECUTABLES) if (path := shutil.which(name))), "")


def require_browser(site: str, told: str | None = None) -> None:
    """Raises UsageError where pages cannot be rendered, and says what to install."""
    if find_spec("playwright") is None:
        raise UsageError(f"{site}.toml says `render = true`, which needs `pip install 'pressmark[browser]'`")
    if not executable(told):
        what = (
            f"{told} (PRESSMARK_BROWSER) is no program" if told else "install Chromium (Debian: apt install chromium)"
        )
        raise UsageError(f"{site}.toml says `render = true`, which needs a browser: {what}")


@dataclass
class _Traffic:
    """What goes on between a page and us."""

    in_flight: int = 0
    last: float = field(default_factory=time.monotonic)
    has_begun: bool = False

    def allows(self, asked: Wanted, page: str) -> bool:
        """True for all but documents, and for the first of those, which is the page: no frame, window, or next page."""
        if asked.kind != "document":
            return True
        is_first, self.has_begun = not self.has_begun, True
        return is_first and asked.url == page

    def is_quiet(self) -> bool:
        return self.in_flight == 0 and time.monotonic() - self.last > _QUIET


class Chromium:
    """Starts when the first page is rendered; renders one page at a time."""

    def __init__(
        self,
        program: str,
        *,
        user_agent: str,
        sandbox: bool | None = None,
        seconds: float = MAX_SECONDS,
        largest: int = MAX_DOM,
    ) -> None:
        self._program = program
        self._user_agent = user_agent
        self._sandbox = os.geteuid() != 0 if sandbox is None else sandbox  # Chromium refuses it to root
        self._seconds = seconds
        self._largest = largest
        self._lock = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._pages = 0

    async def render(self, url: str, give: Give) -> str:
        """What the scripts of the page at *url* make of it, as HTML. Raises RenderFailed; the next page has a new try.

        *give* is asked for the page itself too.
        """
        async with self._lock:
            seconds = _STARTING
            try:
                async with asyncio.timeout(seconds):
                    context = await self._context()
                seconds = self._seconds
                async with asyncio.timeout(seconds):
                    content = await self._render(context, url, give)
            except TimeoutError:
                await self._stop()
                what = "the browser did not start in" if seconds is _STARTING else "the page was not done after"
                raise RenderFailed(f"{what} {seconds:g} s") from None
            except _errors() as error:
                is_alive = self._browser is not None and self._browser.is_connected()
                if not is_alive:
                    await self._stop()
                problem = " ".join(str(error).split("\n", 1)[0].split())[:200]
                raise RenderFailed(problem if is_alive else f"the browser died: {problem}") from None
            if len(content) > self._largest:
                raise RenderFailed(f"the page has grown to {len(content):,} characters")
            return content

    async def close(self) -> None:
        """End the browser, if there is one."""
        async with self._lock:
            await self._stop()

    async def _render(self, context: BrowserContext, url: str, give: Give) -> str:
        traffic = _Traffic()
        died = asyncio.Event()
        try:
            page = await context.new_page()
            page.on("crash", lambda _: died.set())
            context.on("page", lambda opened: asyncio.ensure_future(_close(opened)))
            await context.route("**/*", lambda route: _answer(route, url, give, traffic))
            return await _unless(died, self._show(page, url, traffic))
        finally:
            with suppress(*_errors(), TimeoutError):
                async with asyncio.timeout(_ENDING):
                    await context.close()

    async def _show(self, page: Page, url: str, traffic: _Traffic) -> str:
        await page.goto(url, wait_until="commit", timeout=self._seconds * 1000)
        while not traffic.is_quiet():
            await asyncio.sleep(0.05)
            if traffic.is_quiet():
                await page.evaluate("0")  # answered when the page's scripts have come to rest; they may ask for more
        if not page.url.startswith(("http://", "https://")):
            raise RenderFailed(f"the page has left for {page.url[:80]}")
        return await page.content()

    async def _context(self) -> BrowserContext:
        if self._browser is None or not self._browser.is_connected() or self._pages >= PAGES_OF_ONE:
            await self._stop()
            self._browser = await self._start()
        self._pages += 1
        return await self._browser.new_context(
            user_agent=self._user_agent, accept_downloads=False, service_workers="block"
        )

    async def _start(self) -> Browser:
        from playwright.async_api import async_playwright

        self._playwright = await async_playwright().start()
        return await self._playwright.chromium.launch(
            executable_path=self._program,
            args=list(_ARGUMENTS),
            chromium_sandbox=self._sandbox,
            proxy={"server": _NOWHERE, "bypass": "<-loopback>"},
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )

    async def _stop(self) -> None:
        """End the browser and Playwright's program, which ends what is left of it."""
        browser, playwright = self._browser, self._playwright
        self._browser = self._playwright = None
        self._pages = 0
        if browser is not None:
            await _ended(browser.close())
        if playwright is not None:
            await _ended(playwright.stop())


async def _ended(ending: Awaitable[None]) -> None:
    """Wait for an end, which may not come: the process is hung, or gone already."""
    try:
        async with asyncio.timeout(_ENDING):
            await ending
    except TimeoutError:
        log.warning("the browser does not end")
    except _errors() as problem:
        log.info("the browser ended by itself: %s", problem)


def _errors() -> tuple[type[Exception], ...]:
    """What Playwright raises; asked for when something is raised, so that nothing is imported before."""
    from playwright.async_api import Error

    return (Error,)


async def _unless(died: asyncio.Event, showing: Coroutine[Any, Any, str]) -> str:
    """What *showing* gives. Raises RenderFailed when *died* is set before."""
    tasks = [asyncio.ensure_future(showing), asyncio.ensure_future(_fail_when(died))]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()
    finally:
        for task in tasks:
            task.cancel()


async def _fail_when(died: asyncio.Event) -> str:
    await died.wait()
    raise RenderFailed("the page's process died in the browser")


async def _close(page: Page) -> None:
    """Shut a window that a page opens."""
    with suppress(*_errors()):
        if await page.opener() is not None:
            await page.close()


async def _answer(route: Route, url: str, give: Give, traffic: _Traffic) -> None:
    """Answer one request of a page, or refuse it: of documents only the page itself is given, and that once."""
    request = route.request
    traffic.in_flight += 1
    try:
        with suppress(*_errors()):  # the page may be gone
            asked = Wanted(
                url=request.url.partition("#")[0],
                method=request.method,
                kind=request.resource_type,
                headers=request.headers,
            )
            if not traffic.allows(asked, url):
                await route.fulfill(status=204)  # so that the page that is there stays
            elif (given := await give(asked)) is None:
                await route.abort("blockedbyclient")
            else:
                await route.fulfill(status=given.status, headers=dict(given.headers), body=given.body)
    finally:
        traffic.in_flight -= 1
        traffic.last = time.monotonic()
