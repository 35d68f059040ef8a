"""What stands around the main matter of a page: navigation, login form, boxes, footer, comments."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from .plan import Slot, day_text
from .prose.grammar import dice
from .prose.names import company_name
from .prose.tongue import Tongue
from .traps import entry_anchors
from .view import Anchor, Box, Frame

if TYPE_CHECKING:
    from .site import Site

AMP_DESIGNS = ("modern", "misleading")
"""Designs whose articles have an AMP page; the others have one for the printer."""


class Furniture:
    """The surroundings of all pages of one site at one moment."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.plan = site.plan
        self.names = dice("names", self.plan.seed, self.plan.index).randrange(3)

    def near(self, slot: Slot) -> list[Slot]:
        """Up to three earlier articles, which stay the same however the web advances."""
        count = len(self.site.all_slots)
        numbers = dict.fromkeys((slot.number * 7 + step) % min(count, self.site.count) for step in (1, 3, 6))
        return [self.site.all_slots[number] for number in numbers if number != slot.number]

    def after(self, slot: Slot, near: list[Slot]) -> tuple[Box, ...]:
        words = slot.tongue.words
        variant = f"/amp/{slot.identifier}" if slot.design in AMP_DESIGNS else f"/print/{slot.identifier}"
        share = [
            Anchor(href=f"/go/{slot.identifier}", text="Link"),
            Anchor(href="mailto:?subject=" + quote(slot.headline), text="E-Mail"),
        ]
        if slot.design not in AMP_DESIGNS:
            share.append(Anchor(href=variant, text=words["print"]))
        boxes = [
            Box(role="share", title=words["share"], links=tuple(share)),
            Box(
                role="tags",
                title=words["tags"],
                links=tuple(Anchor(href=f"/tag/{label(word)}", text=word) for word in slot.keywords),
            ),
            Box(
                role="related",
                title=words["related"],
                links=tuple(Anchor(href=other.path, text=other.headline) for other in near),
            ),
        ]
        if has_comments(slot):
            boxes.append(Box(role="comments", title=words["comments"], lines=self.comments(slot)))
        return tuple(box for box in boxes if box.links or box.lines)

    def comments(self, slot: Slot) -> tuple[str, ...]:
        rng, grammar = dice("comments", self.plan.seed, self.plan.index, slot.number), slot.tongue.grammar
        count = 1 + (self.site.state.generation % 3 if self.plan.restless else 0)
        lines = []
        for _ in range(count):
            day = day_text(
                slot.tongue, slot.published.date().replace(year=2019, month=rng.randint(1, 12), day=rng.randint(1, 28))
            )
            lines += [f"{grammar.word('first', rng)}, {day}", grammar.say(slot.tongue.words["comment"], rng, {})]
        return tuple(lines)

    def paywall(self, tongue: Tongue) -> str:
        offer = f'<a href="/subscribe/">{tongue.words["offer"]}</a>'
        return f'<div class="paywall"><p>{tongue.words["paywall"]}</p>{offer}</div>'

    def article_frame(self, slot: Slot) -> Frame:
        head = (
            f'<link rel="amphtml" href="{self.plan.origin}/amp/{slot.identifier}" />\n'
            if slot.design in AMP_DESIGNS
            else ""
        )
        if slot.tongue.code != self.plan.tongue.code:
            return replace(
                self.frame(slot.headline, canonical=slot.path, extra=head),
                tongue=slot.tongue,
                charset=self.meta_charset(slot.tongue),
            )
        return self.frame(slot.headline, canonical=slot.path, extra=head)

    def meta_charset(self, tongue: Tongue) -> str:
        return self.site.charset(tongue) if self.plan.declared in ("meta", "both") else ""

    def frame(self, title: str, *, canonical: str = "", extra: str = "") -> Frame:
        plan = self.plan
        feeds = (
            f'<link rel="alternate" type="application/rss+xml" title="{escape(plan.name)}" href="{plan.rss}" />\n'
            f'<link rel="alternate" type="application/atom+xml" title="Atom" href="{plan.origin}{plan.atom}" />\n'
            if plan.index % 5 != 4
            else ""
        )
        return Frame(
            site=plan.name,
            home=f"{plan.origin}/",
            tongue=plan.tongue,
            title=title,
            canonical=plan.origin + canonical if canonical else "",
            charset=self.meta_charset(plan.tongue),
            head=extra + feeds,
            nav=self.nav(),
            login=self.login_form(),
            cookies=self.cookies(),
            boxes=self.boxes,
            footer=self.footer(),
            names=self.names,
        )

    def nav(self) -> tuple[Anchor, ...]:
        plan, words = self.plan, self.plan.tongue.words
        sections = [Anchor(href=plan.section_path(key), text=plan.tongue.sections[key]) for key in self.site.sections]
        more = [Anchor(href="/events/", text=words["events"]), Anchor(href="/directory/", text=words["directory"])]
        traps = list(entry_anchors()) if self.site.traps else []
        return (Anchor(href="/", text=words["home"]), *sections, *more, *traps)

    def footer(self) -> tuple[Anchor, ...]:
        words = self.plan.tongue.words
        pairs = {
            "/about/": "about",
            "/privacy/": "privacy",
            "/contact/": "contact",
            "/search?q=trial": "search",
            "/members/area": "subscribe",
            "/preview/next-issue": "latest",
            "/old/lost-story": "readmore",
            "/old/dead-link": "source",
        }
        return tuple(Anchor(href=href, text=words[word]) for href, word in pairs.items())

    def cookies(self) -> str:
        """The cookie banner."""
        words = self.plan.tongue.words
        buttons = " ".join(f'<button type="button">{words[word]}</button>' for word in ("accept", "refuse"))
        return f"<p>{words['cookies']}</p>{buttons}"

    def login_form(self) -> str:
        words = self.plan.tongue.words
        return (
            f'<form action="/login" method="post"><div>{words["login"]}</div><div>{words["anonymous"]}</div>'
            f'<label>{words["email"]} <input type="text" name="email" /></label> <label>{words["password"]} '
            f'<input type="password" name="password" /></label> <input type="submit" value="{words["enter"]}" /></form>'
        )

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """Boxes beside the text; on a restless site they change whenever the web advances."""
        words, grammar = self.plan.tongue.words, self.plan.tongue.grammar
        rng = dice("boxes", self.plan.seed, self.plan.index, self.site.state.generation if self.plan.restless else 0)
        popular = rng.sample(self.site.all_slots[: self.site.count], min(5, self.site.count))
        jobs = [grammar.say(words["job"], rng, {}) for _ in range(3)]
        cards = [
            grammar.say(words["card"], rng, {"company": company_name(rng, self.plan.tongue.code)}) for _ in range(2)
        ]
        field, button = '<input type="text" name="email" />', f'<input type="submit" value="{words["subscribe"]}" />'
        subscribe = f'<form action="/login" method="post">{field} {button}</form>'
        boxes = [
            Box(
                role="popular",
                title=words["popular"],
                links=tuple(
                    Anchor(href=f"{slot.path}{'&' if '?' in slot.path else '?'}ref=popular", text=slot.headline)
                    for slot in popular
                ),
            ),
            Box(
                role="jobs",
                title=words["jobs"],
                links=tuple(Anchor(href=f"/jobs/{n}", text=job) for n, job in enumerate(jobs)),
            ),
            Box(role="newsletter", title=words["newsletter"], markup=subscribe),
            Box(
                role="directory",
                title=words["directory"],
                links=(Anchor(href="/directory/", text=words["addcompany"]),),
                lines=tuple(cards),
            ),
            Box(
                role="infographics",
                title=words["infographics"],
                links=(Anchor(href="/infographics/1", text=words["infographics"] + " 1"),),
            ),
            Box(
                role="reports",
                title=words["intelligence"],
                links=(Anchor(href="/reports/market-2026.pdf", text=words["pdf"]),),
            ),
            Box(role="advert", title=words["advert"], links=(Anchor(href=self.site.advert, text=words["offer"]),)),
        ]
        if self.plan.restless:
            latest = tuple(Anchor(href=slot.path, text=slot.headline) for slot in self.site.slots[:5])
            boxes.insert(1, Box(role="latest", title=words["latest"], links=latest))
        left_out = dice("left out", self.plan.seed, self.plan.index).sample(range(2, len(boxes)), 2)
        return tuple(box for place, box in enumerate(boxes) if place not in left_out)


def has_comments(slot: Slot) -> bool:
    """Whether readers have commented on the article: on one in five."""
    return slot.number % 5 == 1 and slot.design != "seed"


def label(words: str) -> str:
    """Words as a segment of a path.

    >>> label("Clinical trials")
    'clinical-trials'
    """
    return quote("-".join(words.lower().split()))
