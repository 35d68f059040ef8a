"""A site of a dozen articles that shows strangers the first sentences alone, and its subscribers all."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs

from crawler.newsweb import Reply, Visit
from tests.crawler.tiny_web import TinyWeb

USER = "reader@library.example"
PASSWORD = "p&ss wörd/9"  # in forms, URLs, HTML and JSON it is written otherwise
SECRET_PART = "The minister had not been told."
_FULL = f"<p>{SECRET_PART} {'Those who pay may read how it went on in the town hall that night. ' * 6}</p></article>"
_WALL = "<p>Subscribers read on.</p></article>"


class PaywalledWeb(TinyWeb):
    """Its articles are whole for those with the cookie of a session, or with the key that it gave out."""

    form = "/account/login"
    key = "key-4711-for-the-library"

    def __init__(self, *, lasts: int = 1_000) -> None:
        super().__init__()
        self.lasts = lasts
        """How many pages a session lasts."""
        self.left = 0
        self.sessions = 0
        self.tries: list[dict[str, str]] = []
        """What was sent to the form."""
        self.visits: list[Visit] = []
        self.shows_wall = False
        """True: who is not known is led to the form, and does not get the beginning of an article."""
        self.greets = True

    @property
    def cookie(self) -> str:
        return f"session-{self.sessions}-of-nobody-else"

    def receive(self, visit: Visit) -> Reply | None:
        """Log in, or show an article as far as this visitor may see it."""
        self.visits.append(visit)
        if visit.path.startswith(self.form):
            return self._log_in(visit) if visit.method == "POST" else self._show_form()
        if not visit.path.startswith("/2026/"):
            return None
        return self._article(visit)

    def _show_form(self, problem: str = "") -> Reply:
        html = (
            f"<html><head><title>Log in</title></head><body><h1>Log in</h1>{problem}"
            "<form action=/search><input name=q></form>"
            f'<form method=post action="{self.form}?step=2"><input type=hidden name=token value=t0k3n>'
            "<input name=user><input type=password name=pass><input type=checkbox name=spam value=yes>"
            "</form></body></html>"
        )
        return Reply(body=html.encode(), headers=(("Set-Cookie", "visitor=some-visitor-or-other; Path=/"),))

    def _log_in(self, visit: Visit) -> Reply:
        sent = {name: values[0] for name, values in parse_qs(visit.body.decode()).items()}
        self.tries.append(sent)
        if (sent.get("user"), sent.get("pass"), sent.get("token")) != (USER, PASSWORD, "t0k3n"):
            return self._show_form(f"<p>Wrong password for {sent.get('user')}.</p>")
        self.sessions += 1
        self.left = self.lasts
        fields = (("Location", f"/welcome?for={USER}"), ("Set-Cookie", f"sid={self.cookie}; Path=/; HttpOnly"))
        return Reply(status=303, headers=fields)

    def _article(self, visit: Visit) -> Reply:
        is_known = self.left > 0 and f"sid={self.cookie}" in visit.fields.get("cookie", "")
        self.left -= is_known
        is_known = is_known or visit.fields.get("x-key") == self.key
        if not is_known and self.shows_wall:
            return Reply(status=302, headers=(("Location", f"{self.form}?back={visit.path}"),))
        reply = self.reply(visit.host, visit.path)
        greeting = (
            f"<p>Reading as {USER}</p><a href=/account/logout>Log out</a></body>"
            if is_known and self.greets
            else "</body>"
        )
        body = reply.body.replace(b"</article>", (_FULL if is_known else _WALL).encode())
        return replace(reply, body=body.replace(b"</body>", greeting.encode()), etag="")

    def reply(self, host: str, target: str) -> Reply:
        """As a tiny web, with a page behind the login."""
        if target.startswith("/welcome"):
            return Reply(body=b"<html><body><h1>Welcome</h1><a href=/account/logout>Log out</a></body></html>")
        return super().reply(host, target)
