"""One simulated site: which page it gives for which path."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cached_property
from hashlib import sha1
from html import escape
from random import Random
from urllib.parse import parse_qsl

from . import announcements
from .designs import DESIGNS, Design
from .furniture import AMP_DESIGNS, Furniture, label
from .media import pdf, png
from .plan import Membership, SitePlan, Slot, blocks_of, day_text, initial_times, plan_slot
from .prose.grammar import dice
from .prose.names import company_name
from .prose.tongue import Tongue
from .reply import Reply
from .seed_shape import SEED_SHAPED, seed_markups
from .traps import trap_page
from .view import Anchor, ArticleView, Frame, Teaser

PER_PAGE = 10
SMALL_PAGES = {
    "/about/": "about",
    "/privacy/": "about",
    "/contact/": "about",
    "/login": "login",
    "/jobs/": "jobs",
    "/directory/": "directory",
    "/infographics/": "infographic",
    "/events/": "events",
    "/subscribe/": "offer",
}
"""Kind of page by path, for pages that are neither articles nor made from them."""
_TRACKING = ("utm_", "mc_", "fbclid", "ref")
_CODECS = {"iso-8859-1": "cp1252", "windows-1252": "cp1252"}
"""Python's codec for a declared charset: by the Encoding Standard iso-8859-1 is read as windows-1252."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What has happened on a site since the web began."""

    now: datetime
    """The present."""

    generation: int = 0
    """How often the web has advanced."""

    added: tuple[datetime, ...] = ()
    """When further articles appeared."""

    edits: Mapping[int, tuple[int, datetime]]
    """By article number: how often it was changed, and when last."""

    withdrawn: frozenset[int] = frozenset()
    """Numbers of withdrawn articles."""

    changed_at: datetime | None = None
    """When the site last changed; None when it never did."""


class Site:
    """A site at one moment; after a change there is a new one."""

    def __init__(
        self,
        plan: SitePlan,
        count: int,
        began: datetime,
        state: State,
        members: Mapping[tuple[int, int], Membership],
        *,
        traps: bool,
        advert: str,
        agency: str,
    ) -> None:
        self.plan = plan
        self.count = count
        self.began = began
        self.state = state
        self.members = members
        self.traps = traps
        self.advert = advert
        self.agency = agency
        self.furniture = Furniture(self)

    # --- what there is ---

    @cached_property
    def all_slots(self) -> tuple[Slot, ...]:
        """Every article that was ever published, oldest first."""
        moments = initial_times(self.plan, self.count, self.began) + [
            at.astimezone(self.plan.zone) for at in self.state.added
        ]
        slots = []
        for number, moment in enumerate(moments):
            slot = plan_slot(self.plan, number, moment, self.members.get((self.plan.index, number)))
            if number in self.state.edits:
                edits, at = self.state.edits[number]
                slot = replace(slot, edits=edits, modified=at.astimezone(self.plan.zone))
            slots.append(slot)
        return tuple(slots)

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """Articles that can be read, newest first."""
        live = [slot for slot in self.all_slots if slot.number not in self.state.withdrawn]
        return tuple(sorted(live, key=lambda slot: slot.published, reverse=True))

    @cached_property
    def by_path(self) -> dict[str, Slot]:
        return {slot.path: slot for slot in self.all_slots}

    @cached_property
    def by_identifier(self) -> dict[int, Slot]:
        return {slot.identifier: slot for slot in self.all_slots}

    @cached_property
    def sections(self) -> tuple[str, ...]:
        present = {slot.section for slot in self.all_slots}
        return tuple(key for key in self.plan.tongue.sections if key in present)

    @cached_property
    def tags(self) -> dict[str, list[Slot]]:
        """Articles by the label of each topic."""
        return self._grouped(lambda slot: slot.keywords)

    @cached_property
    def authors(self) -> dict[str, list[Slot]]:
        """Articles by the label of each author."""
        return self._grouped(lambda slot: slot.authors)

    def _grouped(self, words: Callable[[Slot], tuple[str, ...]]) -> dict[str, list[Slot]]:
        groups: dict[str, list[Slot]] = {}
        for slot in self.slots:
            for word in words(slot):
                groups.setdefault(label(word), []).append(slot)
        return groups

    @cached_property
    def changed_at(self) -> datetime:
        """When lists on this site last changed."""
        newest = self.slots[0].published if self.slots else self.began
        return max(newest, self.state.changed_at or newest).astimezone(self.plan.zone)

    # --- answering ---

    def reply(self, target: str) -> Reply:
        """The answer to a request for *target*, a path with query."""
        path, _, query = target.partition("?")
        params = {
            key: value for key, value in parse_qsl(query, keep_blank_values=True) if not key.startswith(_TRACKING)
        }
        for answer in (
            self._article_or_variant,
            self._list_page,
            self._announcement,
            self._small_page,
            self._file,
            self._trap,
        ):
            reply = answer(path, params)
            if reply is not None:
                return reply
        return self._missing()

    def _article_or_variant(self, path: str, params: Mapping[str, str]) -> Reply | None:
        key = f"{path}?id={params['id']}" if path == "/article.asp" and "id" in params else path
        slot = self.by_path.get(key)
        if slot:
            return self._article(slot)
        if f"{path}/" in self.by_path:
            return self._redirect(301, f"{path}/")
        return self._variant(path)

    def _variant(self, path: str) -> Reply | None:
        kind, _, number = path.strip("/").partition("/")
        slot = self.by_identifier.get(int(number)) if number.isascii() and number.isdigit() else None
        if slot is None or slot.design == "seed":
            return None
        if kind == "go":
            return self._redirect(302, f"/r/{slot.identifier}")
        if kind == "r":
            return self._redirect(301, slot.path)
        if slot.number in self.state.withdrawn:
            return self._gone(slot)
        if kind == "amp" and slot.design in AMP_DESIGNS:
            return self._amp(slot)
        return self._print(slot) if kind == "print" and slot.design not in AMP_DESIGNS else None

    def _list_page(self, path: str, params: Mapping[str, str]) -> Reply | None:
        words = self.plan.tongue.words
        page = int(params["page"]) if params.get("page", "").isascii() and params.get("page", "").isdigit() else 1
        if path == "/":
            return self._listing(words["latest"], list(self.slots[: PER_PAGE + 4]), path, 1, home=True)
        for key in self.sections:
            if path == self.plan.section_path(key):
                return self._listing(
                    self.plan.tongue.sections[key], [slot for slot in self.slots if slot.section == key], path, page
                )
        kind, _, name = path.strip("/").partition("/")
        groups = {"tag": self.tags, "author": self.authors}.get(kind, {})
        if name in groups:
            return self._listing(name.replace("-", " ").title(), groups[name], path, page)
        if path == "/search":
            wanted = params.get("q", "").lower()
            found = [slot for slot in self.slots if wanted and wanted in slot.headline.lower()]
            return self._listing(
                f"{len(found)} {words['results']} “{params.get('q', '')}”", found, path, page, search=True
            )
        return None

    def _announcement(self, path: str, params: Mapping[str, str]) -> Reply | None:  # noqa: ARG002
        plan, newest = self.plan, self.slots[:20]
        if path == "/robots.txt":
            text = announcements.robots(plan, names_sitemap=plan.index % 4 != 3)
            return Reply(mime="text/plain", body=text.encode(), gzip=False)
        if path == plan.rss:
            return self._announce(announcements.rss(plan, newest, self.advert), "application/rss+xml; charset=utf-8")
        if path == plan.atom:
            return self._announce(announcements.atom(plan, newest, self.changed_at), "application/atom+xml")
        if path == plan.sitemap:
            return self._announce(
                announcements.sitemap_index(plan, self._changed_months(), self.changed_at), "application/xml"
            )
        if path == "/sitemaps/pages.xml":
            return self._announce(announcements.page_sitemap(plan, self._indexed_paths()), "application/xml")
        if path == "/news-sitemap.xml":
            return self._announce(announcements.news_sitemap(plan, self._of_two_days()), "application/xml")
        return self._month_sitemap(path)

    @cached_property
    def months(self) -> tuple[str, ...]:
        return tuple(sorted({f"{slot.published:%Y-%m}" for slot in self.slots}, reverse=True))

    def _changed_months(self) -> dict[str, datetime]:
        """By month: when something in it last changed."""
        changed: dict[str, datetime] = {}
        for slot in self.slots:
            month, at = f"{slot.published:%Y-%m}", slot.modified or slot.published
            changed[month] = max(changed.get(month, at), at)
        return {month: changed[month] for month in self.months}

    def _month_sitemap(self, path: str) -> Reply | None:
        month = path.removeprefix("/sitemaps/articles-").removesuffix(".xml.gz")
        if month not in self.months or not path.startswith("/sitemaps/articles-") or not path.endswith(".gz"):
            return None
        text = announcements.sitemap(self.plan, [slot for slot in self.slots if f"{slot.published:%Y-%m}" == month])
        if self.plan.index % 3 == 2:
            return replace(self._announce(text, "application/xml"), gzip=True)
        return self._with_validators(
            Reply(mime="application/gzip", body=gzip.compress(text.encode(), mtime=0)), self.changed_at
        )

    def _of_two_days(self) -> list[Slot]:
        newest = self.slots[0].published if self.slots else self.began
        return [slot for slot in self.slots if (newest - slot.published).days < 2]

    def _indexed_paths(self) -> list[str]:
        return ["/", *(self.plan.section_path(key) for key in self.sections), "/about/", "/directory/", "/jobs/"]

    def _announce(self, text: str, mime: str) -> Reply:
        return self._with_validators(Reply(mime=mime, body=text.encode(), gzip=self.plan.gzip), self.changed_at)

    def _small_page(self, path: str, params: Mapping[str, str]) -> Reply | None:  # noqa: ARG002
        words, rng = self.plan.tongue.words, dice("small", self.plan.seed, self.plan.index, path)
        kind = SMALL_PAGES.get(path)
        if kind == "login" or path.startswith("/members/"):
            return self._plain_page(words["login"], (words["anonymous"],), self.furniture.login_form())
        if kind:
            return self._plain_page(self._small_title(path), self._small_text(kind, rng), self._small_links(kind))
        if path.startswith("/jobs/"):
            return self._plain_page(self._job(path), self._small_text("jobs", rng))
        if path.startswith("/infographics/"):
            number = path.rstrip("/").rsplit("/", 1)[-1]
            return self._plain_page(
                words["infographics"], (), f'<p><img src="/img/infographic-{number}.png" alt="" /></p>'
            )
        if path == "/preview/next-issue":
            head = '<meta name="robots" content="noindex, nofollow" />\n'
            return self._plain_page(words["latest"], self._small_text("about", rng), head=head)
        if path == "/old/lost-story":
            return self._plain_page(words["missing"], (words["missingtext"],))
        return None

    def _plain_page(self, title: str, paragraphs: tuple[str, ...], markup: str = "", *, head: str = "") -> Reply:
        """A page of a heading and some text."""
        frame = self.furniture.frame(title, extra=head)
        return self._page(frame, self._design.plain(title, paragraphs, markup, frame))

    def _file(self, path: str, params: Mapping[str, str]) -> Reply | None:  # noqa: ARG002
        if path.startswith("/img/") and path.endswith(".png"):
            return Reply(mime="image/png", body=png(sum(path.encode())), headers=(("Cache-Control", "max-age=86400"),))
        if path.startswith("/reports/") and path.endswith(".pdf"):
            return Reply(mime="application/pdf", body=pdf(f"{self.plan.domain} {path}"))
        if path == "/css/main.css":
            return Reply(
                mime="text/css", body=b"body { font: 16px/1.5 Georgia, serif; max-width: 70em; margin: auto }\n"
            )
        if path == "/js/site.js":
            return Reply(mime="application/javascript", body=b"document.documentElement.className = 'js';\n")
        if path == "/favicon.ico":
            return Reply(mime="image/png", body=png(99, 16, 16))
        return None

    def _trap(self, path: str, params: Mapping[str, str]) -> Reply | None:
        if not self.traps:
            return None
        page = trap_page(path, params)
        if page is None and self.plan.index % 4 == 2:
            return replace(self._missing(), status=200)
        return Reply(body=page.encode()) if page is not None else None

    def _missing(self) -> Reply:
        return self._apology("missing", 404)

    def _gone(self, slot: Slot) -> Reply:
        return self._apology("gone", 410 if slot.number % 2 else 404)

    def _apology(self, word: str, status: int) -> Reply:
        words = self.plan.tongue.words
        page = self._plain_page(words[word], (words["missingtext"],))
        return replace(page, status=status, etag="", last_modified="")

    def _redirect(self, status: int, path: str) -> Reply:
        target = self.plan.origin + path
        body = f'<html><head><title>Moved</title></head><body><a href="{escape(target)}">Moved</a></body></html>'
        return Reply(status=status, mime="text/html", body=body.encode(), headers=(("Location", target),))

    # --- pages ---

    @property
    def _design(self) -> Design:
        return DESIGNS[self.plan.designs[0]]

    def _article(self, slot: Slot) -> Reply:
        if slot.number in self.state.withdrawn:
            return self._gone(slot)
        if slot.design == "seed":
            return self._changed(self._seed_page(), slot)
        design, frame = DESIGNS[slot.design], self.furniture.article_frame(slot)
        view = self.view(slot)
        frame = replace(frame, head=frame.head + design.article_head(view, frame))
        return self._changed(self._encoded(design.page(frame, design.article(view, frame)), design, slot.tongue), slot)

    def _changed(self, reply: Reply, slot: Slot) -> Reply:
        changed = max(slot.published, slot.modified or slot.published)
        if self.plan.restless and self.state.generation:
            changed = max(changed, self.state.now.astimezone(self.plan.zone))
        return self._with_validators(reply, changed)

    def _seed_page(self) -> Reply:
        markup = seed_markups(
            SEED_SHAPED.headline,
            SEED_SHAPED.standfirst,
            SEED_SHAPED.paragraphs,
            SEED_SHAPED.caption,
            SEED_SHAPED.date_text,
            SEED_SHAPED.section,
            SEED_SHAPED.surroundings,
            caption_after=SEED_SHAPED.caption_after,
            site=self.plan.name,
            nav=[(anchor.href, anchor.text) for anchor in self.furniture.nav()],
        )
        name = ("soup", "wrapped", "tables", "modern", "microdata")[self.plan.seed % 5]
        return Reply(
            mime="text/html; charset=utf-8", body=markup[name].encode(), gzip=self.plan.gzip, chunked=self.plan.chunked
        )

    def _amp(self, slot: Slot) -> Reply:
        design, view = DESIGNS["modern"], replace(self.view(slot), after=(), inline=None)
        frame = replace(self.furniture.article_frame(slot), boxes=(), nav=(), login="", cookies="", footer=())
        body = design.article(view, frame)
        page = (
            f'<!DOCTYPE html><html amp lang="{slot.tongue.code}"><head>'
            f'<meta charset="utf-8"><title>{escape(slot.headline)}</title>'
            f'<link rel="canonical" href="{escape(self.plan.origin + slot.path)}">'
            f'<script async src="/js/site.js"></script>{design.article_head(view, frame)}'
            f"</head><body>{body}</body></html>"
        )
        return self._changed(Reply(body=page.encode(), gzip=self.plan.gzip, chunked=self.plan.chunked), slot)

    def _print(self, slot: Slot) -> Reply:
        view = self.view(slot)
        text = "\n".join(
            f"<p>{escape(block.text, quote=False)}</p>"
            if block.kind in ("p", "h", "quote")
            else DESIGNS["modern"].block(block, view, self.furniture.article_frame(slot))
            for block in view.blocks
            if block.kind != "figure"
        )
        page = (
            f"<html><head><title>{escape(slot.headline)}</title></head>"
            f"<body><h1>{escape(slot.headline, quote=False)}</h1>"
            f"<h3>{escape(slot.standfirst, quote=False)}</h3><p>{view.day}</p>{text}<hr />"
            f"<p>{escape(self.plan.name)}, {escape(view.url)}</p></body></html>"
        )
        return self._changed(Reply(body=page.encode(), gzip=self.plan.gzip), slot)

    def _listing(
        self, title: str, slots: list[Slot], path: str, page: int, *, home: bool = False, search: bool = False
    ) -> Reply:
        pages = max(1, -(-len(slots) // PER_PAGE))
        if page < 1 or page > pages:
            return self._missing()
        shown = slots if home else slots[(page - 1) * PER_PAGE : page * PER_PAGE]
        teasers = [self._teaser(slot) for slot in shown]
        pager = [] if home else self._pager(path, page, pages)
        own = path if page == 1 else f"{path}?page={page}"
        frame = self.furniture.frame(title, canonical="" if search else own, extra=self._next_link(path, page, pages))
        return self._page(frame, self._design.listing(title, teasers, pager, frame))

    def _pager(self, path: str, page: int, pages: int) -> list[Anchor]:
        words = self.plan.tongue.words
        pager = []
        if page > 1:
            pager.append(Anchor(href=path if page == 2 else f"{path}?page={page - 1}", text=words["previous"]))
        if page < pages:
            pager.append(Anchor(href=f"{path}?page={page + 1}", text=words["next"]))
        return pager

    def _next_link(self, path: str, page: int, pages: int) -> str:
        if path == "/" or page >= pages:
            return ""
        return f'<link rel="next" href="{self.plan.origin}{path}?page={page + 1}" />\n'

    def _page(self, frame: Frame, main: str) -> Reply:
        return self._with_validators(self._encoded(self._design.page(frame, main), self._design), self.changed_at)

    def _encoded(self, page: str, design: Design, tongue: Tongue | None = None) -> Reply:
        charset = self.charset(tongue or self.plan.tongue)
        codec = _CODECS.get(charset, charset)
        mime = f"{design.mime}; charset={charset}" if self.plan.declared in ("header", "both") else design.mime
        return Reply(
            mime=mime, body=page.encode(codec, "xmlcharrefreplace"), gzip=self.plan.gzip, chunked=self.plan.chunked
        )

    def charset(self, tongue: Tongue) -> str:
        return "shift_jis" if tongue.code == "ja" else self.plan.charset

    def _with_validators(self, reply: Reply, changed: datetime) -> Reply:
        tag = sha1(reply.body, usedforsecurity=False).hexdigest()[:20]
        etag = f'W/"{tag}"' if self.plan.index % 4 == 2 else f'"{tag}"'
        when = format_datetime(changed.astimezone(UTC), usegmt=True)
        both = self.plan.validators
        return replace(
            reply,
            etag=etag if both in ("both", "etag") else "",
            last_modified=when if both in ("both", "modified") else "",
        )

    # --- parts of pages ---

    def view(self, slot: Slot) -> ArticleView:
        """An article as a design needs it."""
        plan, tongue = self.plan, slot.tongue
        near = self.furniture.near(slot)
        return ArticleView(
            url=plan.origin + slot.path,
            headline=slot.headline,
            standfirst=slot.standfirst,
            section=Anchor(href=plan.section_path(slot.section), text=self._section_name(slot)),
            authors=tuple(Anchor(href=f"/author/{label(author)}", text=author) for author in slot.authors),
            role=tongue.words["reporter"],
            day=day_text(tongue, slot.published.date()),
            iso=slot.published.isoformat(),
            modified=slot.modified.isoformat() if slot.modified else "",
            modified_day=day_text(tongue, slot.modified.date()) if slot.modified else "",
            built=self.state.now.isoformat(),
            blocks=blocks_of(plan, slot, self.members.get((plan.index, slot.number))),
            image=f"/img/{slot.identifier}.png",
            keywords=tuple(Anchor(href=f"/tag/{label(word)}", text=word) for word in slot.keywords),
            inline=Anchor(href=near[0].path, text=near[0].headline) if near and slot.number % 3 == 1 else None,
            others=tuple((plan.origin + other.path, other.headline, other.published.isoformat()) for other in near),
            after=self.furniture.after(slot, near),
            paywall=self.furniture.paywall(tongue) if slot.teaser else "",
        )

    def _section_name(self, slot: Slot) -> str:
        return self.plan.tongue.sections[slot.section]

    def _teaser(self, slot: Slot) -> Teaser:
        day = day_text(slot.tongue, slot.published.date()) if slot.number % 2 else ""
        return Teaser(href=slot.path, headline=slot.headline, standfirst=slot.standfirst, day=day)

    def _small_title(self, path: str) -> str:
        return self.plan.tongue.words.get(path.strip("/"), self.plan.tongue.words["offer"])

    def _small_text(self, kind: str, rng: Random) -> tuple[str, ...]:
        tongue = self.plan.tongue
        if kind == "about":
            return (f"{self.plan.name} {tongue.words['aboutsite']}", tongue.words["missingtext"])
        if kind == "directory":
            return tuple(
                tongue.grammar.say(tongue.words["card"], rng, {"company": company_name(rng, tongue.code)})
                for _ in range(6)
            )
        if kind == "jobs":
            return tuple(tongue.grammar.say(tongue.words["job"], rng, {}) for _ in range(5))
        return (tongue.words["paywall"],) if kind == "offer" else ()

    def _small_links(self, kind: str) -> str:
        if kind == "directory":
            return f'<p><a href="{self.agency}">{self.plan.tongue.words["readmore"]}</a></p>'
        if kind == "infographic":
            return '<p><a href="/infographics/1">1</a> <a href="/infographics/2">2</a></p>'
        return ""

    def _job(self, path: str) -> str:
        return self.plan.tongue.grammar.say(
            self.plan.tongue.words["job"], dice("job", self.plan.seed, self.plan.index, path), {}
        )
