"""A paper whose pages are empty without scripts: they ask for their text, and for much that they should not get."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from crawler.newsweb import Reply

APP, DATA, ADS = "app.example", "data.example", "ads.example"
HOME = f"http://{APP}/"
STORY = f"http://{APP}/2026/11/20/the-plant-of-the-town-opens"
SECOND = f"http://{APP}/2026/11/21/the-harbour-gets-a-second-crane"
RESERVED = f"http://{APP}/2026/11/22/what-is-not-to-be-mined"
_WORDS = "The ministry said on Tuesday that the new plant will be ready by spring and employ four hundred people. "
TEXT = {STORY: f"By the river. {_WORDS * 4}", SECOND: f"At the sea. {_WORDS * 4}"}
HEADLINES = {STORY: "The plant of the town opens", SECOND: "The harbour gets a second crane"}
_SHELL = "<!DOCTYPE html><html lang=en><head><title>App</title>%s</head><body><div id=app></div>%s</body></html>"
_SCRIPT = "<link rel=stylesheet href=/app.css><script src=/app.js defer></script>"
_APP = """
const app = document.getElementById("app");
const ignore = () => {};
async function show() {
    fetch("http://ads.example/auction").catch(ignore);
    fetch("http://10.11.12.13/secret").catch(ignore);
    fetch("/private/numbers.json").catch(ignore);
    fetch("/count", {method: "POST", body: location.href}).catch(ignore);
    navigator.sendBeacon("/beacon", "seen");
    new WebSocket("ws://app.example/live").onerror = ignore;
    new Image().src = "http://ads.example/pixel.png";
    const answer = await fetch("http://data.example/go?page=" + encodeURIComponent(location.pathname));
    const told = await answer.json();
    document.title = told.title;
    app.innerHTML = told.html;
    window.open("/popup");
}
show().catch(problem => { app.textContent = "failed: " + problem; });
"""


class ScriptedWeb:
    """The paper, the host of its data, and one of advertisements. Its second story has its text without scripts too.

    A third one, of the feed alone, reserves text and data mining.
    """

    hosts = (APP, DATA, ADS)
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)

    def reply(self, host: str, target: str) -> Reply:
        """The answer for a path."""
        path, _, query = target.partition("?")
        url = f"http://{host}{path}"
        if path == "/robots.txt":
            return Reply(mime="text/plain", body=b"User-agent: *\nDisallow: /private\n")
        if host == DATA:
            return self._data(path, query)
        if url in (HOME, STORY, SECOND):
            return Reply(
                body=(_SHELL % (_SCRIPT, _of(url) if url == SECOND else "")).encode(), etag='"shell"', gzip=True
            )
        if url == RESERVED:
            return Reply(body=(_SHELL % (_SCRIPT, "")).encode(), headers=(("TDM-Reservation", "1"),))
        if path == "/app.js":
            return Reply(mime="text/javascript", body=_APP.encode(), gzip=True)
        if path == "/feed/":
            return Reply(mime="application/rss+xml", body=_feed().encode())
        if path == "/app.css":
            return Reply(mime="text/css", body=b"#app { color: black }")
        return Reply(status=404, mime="text/html", body=b"<h1>Not here</h1>")

    def _data(self, path: str, query: str) -> Reply:
        """What a page asks for; it is one redirect away."""
        anybody = (("Access-Control-Allow-Origin", "*"),)
        if path == "/go":
            return Reply(status=302, headers=(("Location", f"/story.json?{query}"), *anybody))
        url = f"http://{APP}{query.partition('=')[2].replace('%2F', '/')}"
        told = {"title": HEADLINES.get(url, "App"), "html": self._list() if url == HOME else _of(url)}
        return Reply(mime="application/json", body=json.dumps(told).encode(), headers=anybody)

    def _list(self) -> str:
        return "<h1>App</h1>" + "".join(f'<p><a href="{url}">{words}</a></p>' for url, words in HEADLINES.items())


def _feed() -> str:
    told = {**HEADLINES, RESERVED: "What is not to be mined"}
    items = "".join(f"<item><title>{words}</title><link>{url}</link></item>" for url, words in told.items())
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>App</title>{items}</channel></rss>'


def _of(url: str) -> str:
    paragraph = f"<p>{TEXT.get(url, '')}</p>"
    return f"<article><h1>{HEADLINES.get(url, 'App')}</h1>{paragraph * 2}</article>"
