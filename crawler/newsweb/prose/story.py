"""A story: first the brief (who, what, headline), then, when somebody asks for it, the whole text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from .grammar import dice, pick
from .names import company_name, drug_name, trial_name
from .tongue import Beat, Tongue

BlockKind = Literal["p", "h", "ul", "quote", "table", "figure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of an article, in reading order."""

    kind: BlockKind
    """Paragraph, sub-heading, list, block quotation, table or picture."""

    text: str = ""
    """The text; for a picture its caption. Empty for a list or a table."""

    rows: tuple[tuple[str, ...], ...] = ()
    """Rows of a table; items of a list, one in a row."""

    credit: str = ""
    """Who took the picture; empty elsewhere."""

    def plain(self) -> str:
        """The block as plain text: list items begin with "- " and stand apart, cells are parted by " | "."""
        if self.kind == "ul":
            return "\n\n".join(f"- {row[0]}" for row in self.rows)
        if self.kind == "table":
            return "\n".join(" | ".join(row) for row in self.rows)
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What is known of a story before it is written."""

    tongue: Tongue
    """Its language."""

    beat: Beat
    """Its kind."""

    cast: Mapping[str, str]
    """Words that are the same throughout: companies, people, figures."""

    headline: str
    """The headline."""

    standfirst: str
    """The standfirst."""

    keywords: tuple[str, ...]
    """Topics, in order."""

    key: tuple[object, ...]
    """What the numbers of the text are drawn from."""


def make_brief(tongue: Tongue, *key: object, year: int, pattern: tuple[object, ...] = ()) -> Brief:
    """The brief that belongs to *key*. Briefs with the same *pattern* use the same wordings for another cast."""
    rng = dice("brief", *key)
    cast = _cast(tongue, rng, year)
    choices = dice("brief", *pattern) if pattern else rng
    beat = pick(choices, tongue.beats)
    say = tongue.grammar.say
    return Brief(
        tongue=tongue,
        beat=beat,
        cast=cast,
        headline=say(pick(choices, beat.headlines), choices, cast, rng),
        standfirst=say(pick(choices, beat.standfirsts), choices, cast, rng),
        keywords=tuple(dict.fromkeys(say(word, choices, cast, rng) for word in beat.keywords)),
        key=(*key, pattern),
    )


def write_story(brief: Brief, *, pattern: tuple[object, ...] = ()) -> tuple[Block, ...]:
    """The text of a story, always the same for one brief."""
    return _Desk(brief, pattern).write()


def edited(blocks: tuple[Block, ...], brief: Brief, share: float, *key: object) -> tuple[Block, ...]:
    """The text with about *share* of its running text replaced by other sentences of that language's common stock."""
    rng = dice("edit", *key)
    total = sum(len(block.text) for block in blocks if block.kind == "p")
    changed, out = 0, list(blocks)
    places = [place for place, block in enumerate(blocks) if block.kind == "p"]
    rng.shuffle(places)
    for place in places:
        block = blocks[place]
        if changed + len(block.text) / 2 > share * total:
            continue
        out[place] = replace(block, text=brief.tongue.grammar.draw("context", rng, brief.cast))
        changed += len(block.text)
    return tuple(out)


def introduced(blocks: tuple[Block, ...], brief: Brief, *key: object) -> tuple[Block, ...]:
    """The text with a paragraph of the newspaper's own before it."""
    intro = brief.tongue.grammar.draw("intro", dice("intro", *key), brief.cast)
    return (Block(kind="p", text=intro), *blocks)


def shortened(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The first two thirds of the text."""
    kept = list(blocks[: max(3, len(blocks) * 2 // 3)])
    while kept[-1].kind in ("h", "figure"):
        kept.pop()
    return tuple(kept)


def credited(blocks: tuple[Block, ...], tongue: Tongue, agency: str) -> tuple[Block, ...]:
    """The text with a credit line for the agency that sent it."""
    return (*blocks, Block(kind="p", text=f"{tongue.words['source']}: {agency}"))


def plain_text(blocks: tuple[Block, ...]) -> str:
    """The body of an article: blocks with one blank line between them, pictures left out."""
    return "\n\n".join(block.plain() for block in blocks if block.kind != "figure")


def person_name(tongue: Tongue, rng: Random) -> str:
    """A person of that language."""
    first, last = tongue.grammar.word("first", rng), tongue.grammar.word("surname", rng)
    return f"{first} {last}" if tongue.spaced else last + first


def _cast(tongue: Tongue, rng: Random, year: int) -> dict[str, str]:
    word = tongue.grammar.word
    person, person2 = person_name(tongue, rng), person_name(tongue, rng)
    she = rng.random() < 0.5
    cast = {
        "company": company_name(rng, tongue.code),
        "rival": company_name(rng, tongue.code),
        "person": person,
        "surname1": person.split()[-1],
        "person2": person2,
        "they": "she" if she else "he",
        "their": "her" if she else "his",
        "drug": drug_name(rng),
        "trial": trial_name(rng),
        "phase": str(rng.randint(1, 3)),
        "series": pick(rng, "ABC"),
        "quarter": pick(rng, ("first quarter", "second quarter", "third quarter", "fourth quarter")),
        "year": str(year + rng.randint(1, 4)),
        "number": word("many", rng),
        "number2": str(rng.randint(40, 180)),
        "amount": word("sum", rng),
        "amount2": word("sum", rng),
        "percent": word("pct", rng),
        "percent2": word("pct", rng),
        "thing1": word("thing", rng),
        "region1": word("region", rng),
        "oldrole": word("role", rng),
    }
    cast |= {rule: word(rule, rng) for rule in ("disease", "device", "role")}
    if tongue.code != "ja":
        cast |= {rule: word(rule, rng) for rule in ("payer", "fund", "mechanism", "endpoint", "adverse")}
        cast |= {"adverse2": word("adverse", rng), "fund2": word("fund", rng), "disease2": word("disease", rng)}
        cast["agency"] = cast["agencyname"] = word("agency", rng)
    return cast


_QUOTES = {
    "en": ("“", ",”", "“", ".”"),
    "de": ("„", "“,", "„", ".“"),
    "fr": ("« ", " »,", "« ", ". »"),
    "ja": ("「", "」", "「", "」"),
}
_LENGTHS = {"en": (250, 900), "de": (250, 480), "fr": (250, 480), "ja": (170, 300)}


class _Desk:
    """Writes one story, block by block, without using a sentence twice."""

    def __init__(self, brief: Brief, pattern: tuple[object, ...]) -> None:
        self.brief = brief
        self.words = dice("words", *brief.key)
        self.rng = dice("pattern", *pattern) if pattern else self.words
        self.rules = brief.tongue.grammar.rules
        self.joint = " " if brief.tongue.spaced else ""
        self.pools = {
            "detail": self._shuffled(brief.beat.details),
            "context": self._shuffled(self.rules["context"]),
            "quote": self._shuffled(self.rules["quote"]),
            "outlook": self._shuffled(self.rules["outlook"]),
            "subheading": self._shuffled(self.rules["subheading"]),
        }
        self.speakers = self._shuffled(("person", "person2", "expert", "person"))

    def write(self) -> tuple[Block, ...]:
        low, high = _LENGTHS[self.brief.tongue.code]
        target = self.rng.randint(low, high)
        blocks = [Block(kind="p", text=self._say(pick(self.rng, self.brief.beat.openings)))]
        written, since_heading = self._length(blocks[0]), 0
        for turn in range(60):
            if written >= target:
                break
            if target > 380 and since_heading >= self.rng.randint(3, 6) and self.pools["subheading"]:
                blocks.append(Block(kind="h", text=self._say(self.pools["subheading"].pop())))
                since_heading = 0
            block = self._paragraph(turn)
            if block is None:
                break
            blocks.append(block)
            written += self._length(block)
            since_heading += 1
        self._insert_extras(blocks)
        blocks.append(Block(kind="p", text=self._sentences("outlook", 2)))
        return tuple(blocks)

    def _paragraph(self, turn: int) -> Block | None:
        wanted = (
            ("detail", "detail", "quote", "context")[turn % 4]
            if turn < 8
            else pick(self.rng, ("detail", "context", "quote"))
        )
        order = [wanted, *(kind for kind in ("context", "quote", "detail") if kind != wanted)]
        kind = next((kind for kind in order if self.pools[kind]), None)
        if kind is None:
            return None
        if kind == "quote":
            pulled = self.rng.random() < 0.12
            return Block(kind="quote" if pulled else "p", text=self._quotation())
        return Block(kind="p", text=self._sentences(kind, self.rng.randint(1, 3)))

    def _insert_extras(self, blocks: list[Block]) -> None:
        """A list, a table and a picture, each in some stories only, never just before or after a sub-heading."""
        say, rng = self._say, self.rng
        if rng.random() < 0.35:
            points = tuple((say(point),) for point in self._shuffled(self.rules["point"])[: rng.randint(3, 5)])
            lead = Block(kind="p", text=say(pick(rng, self.rules["pointlead"])))
            place = self._quiet_place(blocks)
            blocks[place:place] = [lead, Block(kind="ul", rows=points)]
        if rng.random() < 0.2:
            blocks.insert(self._quiet_place(blocks), Block(kind="table", rows=self._table()))
        if rng.random() < 0.6:
            caption = say(pick(rng, self.rules["caption"]))
            credit = person_name(self.brief.tongue, self.words)
            blocks.insert(self._quiet_place(blocks), Block(kind="figure", text=caption, credit=credit))

    def _quiet_place(self, blocks: list[Block]) -> int:
        places = [
            n
            for n in range(2, len(blocks))
            if blocks[n - 1].kind == blocks[n].kind == "p" and blocks[n - 1].text[-1] not in ":：。"
        ]
        return pick(self.rng, places) if places else len(blocks)

    def _table(self) -> tuple[tuple[str, ...], ...]:
        measures = self._shuffled(self.rules["measure"])[: self.rng.randint(3, 5)]
        rows = [(self._say(measure), self._say("{many}"), self._say("{many}")) for measure in measures]
        return (("", self.brief.cast["company"], self.brief.cast["rival"]), *rows)

    def _quotation(self) -> str:
        before, after, opened, closed = _QUOTES[self.brief.tongue.code]
        quote, said = (
            self._say(self.pools["quote"].pop()),
            self.brief.tongue.grammar.say("{said}", self.rng, self.brief.cast, self.words),
        )
        said = said[:1].lower() + said[1:]
        speaker = self._speaker()
        if self.brief.tongue.code == "ja":
            return f"{speaker}は{opened}{quote}{closed}{said}。"
        if self.brief.tongue.code in ("de", "fr"):
            return f"{before}{quote}{after} {said} {speaker}."
        if self.rng.random() < 0.7:
            return f"{before}{quote}{after} {speaker.removesuffix(',')} {said}."
        return (
            f"{speaker}, {said}: {opened}{quote}{closed}"
            if ", " in speaker
            else f"{speaker} {said}: {opened}{quote}{closed}"
        )

    def _speaker(self) -> str:
        who = self.speakers.pop() if self.speakers else "person"
        cast, tongue = self.brief.cast, self.brief.tongue
        if who == "expert":
            expert = tongue.grammar.word("expert", self.words)
            name = person_name(tongue, self.words)
            return f"{name}, {expert}" if tongue.spaced else f"{expert}の{name}氏"
        if not tongue.spaced:
            return f"{cast[who]}氏"
        return cast[who] if self.rng.random() < 0.5 else cast[who].split()[-1]

    def _sentences(self, kind: str, count: int) -> str:
        pool = self.pools[kind]
        return self.joint.join(self._say(pool.pop()) for _ in range(min(count, len(pool))))

    def _say(self, template: str) -> str:
        return self.brief.tongue.grammar.say(template, self.rng, self.brief.cast, self.words)

    def _shuffled(self, templates: Sequence[str]) -> list[str]:
        return self.rng.sample(templates, len(templates))

    def _length(self, block: Block) -> int:
        return len(block.text.split()) if self.brief.tongue.spaced else len(block.text) // 3
