"""A paper whose pages need more than their markup: style sheets, pictures and fonts, some of them on another host."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.newsweb import Reply
from crawler.newsweb.media import png

PAPER, CDN, COUNTER = "paper.example", "cdn.example", "counter.example"
HOME = f"http://{PAPER}/"
STORY = f"http://{PAPER}/2026/11/20/the-plant-of-the-town-opens"
PICTURE = f"http://{CDN}/plant.png?w=480&utm_source=paper"
_WORDS = "The ministry said on Tuesday that the new plant will be ready by spring and employ four hundred people. "
_HEAD = f"""<link rel=stylesheet href="//{CDN}/main.css"><link rel="shortcut icon" href="/icon.png">
<style>h1 {{ background: url("/heading.png") }}</style><script src="/site.js"></script>"""
_STORY = f"""<!DOCTYPE html><html lang=en><head><title>The plant opens</title>{_HEAD}</head><body><article>
<h1>The plant opens</h1><p>{_WORDS * 3}</p>
<figure><img id=picture src="{PICTURE}" srcset="/plant-wide.png 2x, /moved.png 3x"
 alt="The plant"></figure><p style="background: url(/line.png)">{_WORDS * 4}</p>
<img src="http://{COUNTER}/seen?page=1" width=1 height=1><img src="data:image/png;base64,AAAA">
<img src="http://{CDN}/private/no.png"></article></body></html>"""
_HOME = f"""<!DOCTYPE html><html lang=en><head><title>Paper</title>{_HEAD}</head>
<body><h1>Paper</h1><a href="{STORY}">The plant of the town opens its doors</a></body></html>"""
_MAIN = '@import "more.css"; @font-face { font-family: P; src: url(p.woff2) } body { background: url(paper.png) }'

_FILES = {
    (PAPER, "/"): Reply(body=_HOME.encode(), etag='"home"'),
    (PAPER, "/robots.txt"): Reply(mime="text/plain", body=b"User-agent: *\nDisallow:\n"),
    (CDN, "/robots.txt"): Reply(mime="text/plain", body=b"User-agent: *\nDisallow: /private\n"),
    (PAPER, STORY.removeprefix(HOME[:-1])): Reply(body=_STORY.encode(), gzip=True, etag='"story"'),
    (CDN, "/main.css"): Reply(mime="text/css", body=_MAIN.encode(), gzip=True),
    (CDN, "/more.css"): Reply(mime="text/css", body=b"p { background: url(too-deep.png) }"),
    (CDN, "/p.woff2"): Reply(mime="font/woff2", body=b"wOF2 a font"),
    (PAPER, "/site.js"): Reply(mime="text/javascript", body=b"document.title += '!'"),
    (PAPER, "/moved.png"): Reply(status=302, body=b"Moved", headers=(("Location", f"http://{CDN}/found.png"),)),
}
PICTURES = {
    (CDN, "/plant.png?w=480&utm_source=paper"): png(1, 480, 320),
    (CDN, "/paper.png"): png(2),
    (CDN, "/found.png"): png(3),
    (PAPER, "/plant-wide.png"): png(4, 960, 640),
    (PAPER, "/icon.png"): png(5, 16, 16),
    (PAPER, "/heading.png"): png(6),
    (PAPER, "/line.png"): png(7),
}


class PicturedWeb:
    """The paper, the host of its pictures, and one that counts visitors."""

    hosts = (PAPER, CDN, COUNTER)
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)

    def reply(self, host: str, target: str) -> Reply:
        """The answer for a path; the answer of a picture has no validator, so that it comes again in full."""
        if (host, target) in PICTURES:
            return Reply(mime="image/png", body=PICTURES[host, target])
        return _FILES.get((host, target), Reply(status=404, mime="text/html", body=b"<h1>Not here</h1>"))
