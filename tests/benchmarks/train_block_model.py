"""Trains the block model on the public pages beside the checkout, and says what it is worth on pages it never saw.

    python -m tests.benchmarks.train_block_model              cross-validated figures for each set
    python -m tests.benchmarks.train_block_model --trainings 4  the same, for four lots drawn: mean, least and most
    python -m tests.benchmarks.train_block_model --write      cross-validated, then the weights in pipelines/

Needs `pip install -e '.[train]'`. Folds are by registered domain: no site is in both halves. The figures are of the
body alone, as the reader of articles chooses it, by the scorer that comes with the pages; those of the weights
themselves on the same pages are higher, and mean little.

All that is drawn by lot has a fixed seed, that of the weights in use being the first. Chance moves the figures of a set
of a hundred pages by some hundredths: the mean of several trainings says what the way of training is worth. The weights
carry `recipe`, a digest of parameters, sets and columns,
which a test compares.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from archive.model import Article
from pipelines import body as body_reader
from pipelines.article import read_article
from pipelines.block_context import context
from pipelines.block_features import Declared, Layout, features
from pipelines.blocks import Blocks
from pipelines.body_lines import Fields
from pipelines.headline import read_headline
from pipelines.json_ld import article_node
from pipelines.lines import headline_block
from pipelines.page import Page as OpenPage
from pipelines.page import open_page
from pipelines.standfirst import read_standfirst
from pipelines.urls import registered_domain
from tests.benchmarks.block_labels import shares
from tests.benchmarks.extraction import scorer
from tests.benchmarks.extraction_readers import CAPTURED_AT
from tests.benchmarks.real_pages import PUBLIC

if TYPE_CHECKING:
    from catboost import CatBoostClassifier

WHOLE_BODIES = {"seb": 1.0, "fundus": 1.0, "wcxb": 1.0, "n4k": 1.0, "wcxbother": 0.5}
"""Sets with whole bodies, and how much a page of them weighs."""

SNIPPETS = {"teval": 2.0}
"""Sets that say of a few texts only whether they belong to the body, and how much a page of them weighs."""

SHOWN = ("F1", "acc", "P10", "snip")
FOLDS = 5
TREES = 250
"""Trees of each of the two models that are written: more of them gain no more than 0.001."""

SEED = 1
"""Of the training whose weights are written."""

SCALE = 1000
NEVER = 1e30
"""A border that no value reaches, for trees of less depth."""

PARAMETERS: dict[str, Any] = {
    "iterations": TREES, "depth": 6, "learning_rate": 0.06, "l2_leaf_reg": 6, "rsm": 0.3, "border_count": 64,
    "bootstrap_type": "Bernoulli", "subsample": 0.7, "boosting_type": "Plain", "random_seed": SEED, "thread_count": 2,
    "verbose": False, "allow_writing_files": False,
}  # fmt: skip


@dataclass(slots=True, eq=False)
class Page:
    """One page as the model sees it."""

    set: str
    """Name of its set."""

    weight: float
    """How much it weighs in the training."""

    truth: dict[str, Any]
    """Its line of the ground truth."""

    fold: int
    """The fold that it is judged in."""

    blocks: Blocks
    """Its blocks."""

    fields: Fields
    """What is read as other fields."""

    layout: Layout
    """How they lie."""

    table: np.ndarray
    """Blocks x columns."""

    labels: np.ndarray
    """1 for a block of the body, 0 for another, NaN where nobody said."""

    first: np.ndarray = field(default_factory=lambda: np.empty(0))
    """What the first model, trained on other sites, thinks of each block."""

    second: np.ndarray = field(default_factory=lambda: np.empty(0))
    """And the second."""

    @property
    def weights(self) -> np.ndarray:
        """A block weighs by its words, a page by few of its blocks."""
        words = np.array([len(text.split()) for text in self.blocks.texts], dtype=float)
        return np.minimum(words, 60) ** 0.3 * 10 / len(words) ** 0.5 * self.weight


def main() -> None:
    """Cross-validate, print, and with --write train on everything and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="train on all pages and write the weights")
    parser.add_argument("--trainings", type=int, default=1, metavar="N", help="cross-validate N trainings (default 1)")
    options = parser.parse_args()
    if not PUBLIC.is_dir():
        sys.exit("skipped: ../shared/extraction/public is not there")
    names, pages = _pages()
    first_tables = [page.table for page in pages]
    more_names = _cross_validate(pages)
    trainings = [_scores(pages)]
    for seed in range(2, options.trainings + 1):
        for page, table in zip(pages, first_tables, strict=True):
            page.table = table
        _cross_validate(pages, seed)
        trainings.append(_scores(pages))
    _report(pages, trainings)
    if options.write:
        folder = Path(body_reader.__file__).parent
        _write(_fit(pages), [*names, *more_names], folder / "block_model_context.json")
        for page, table in zip(pages, first_tables, strict=True):
            page.table = table
        _write(_fit(pages), names, folder / "block_model.json")


def cross_validated_bodies() -> dict[str, dict[str, dict[str, str]]]:
    """By set and page, the body as weights find it that never saw the site."""
    _, pages = _pages()
    _cross_validate(pages)
    bodies: dict[str, dict[str, dict[str, str]]] = {}
    for page in pages:
        bodies.setdefault(page.set, {})[page.truth["id"]] = _prediction(page)
    return bodies


def _cross_validate(pages: list[Page], seed: int = SEED) -> list[str]:
    """Judge each page by models that never saw its site; gives the names of the second one's further columns."""
    for fold in range(FOLDS):
        model = _fit([page for page in pages if page.fold != fold], seed)
        for page in _in_fold(pages, fold):
            page.first = _judge(model, page)
    more_names = _add_context(pages)
    for fold in range(FOLDS):
        model = _fit([page for page in pages if page.fold != fold], seed)
        for page in _in_fold(pages, fold):
            page.second = _judge(model, page)
    return more_names


def recipe(names: Sequence[str]) -> str:
    """A digest of all that the weights depend on beside the pages: parameters, sets with their weights, columns."""
    made_of = (PARAMETERS, TREES, WHOLE_BODIES, SNIPPETS, list(names))
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


def _in_fold(pages: list[Page], fold: int) -> list[Page]:
    return [page for page in pages if page.fold == fold]


def _judge(model: CatBoostClassifier, page: Page) -> np.ndarray:
    return np.asarray(model.predict_proba(page.table)[:, 1], dtype=np.float32)


def _pages() -> tuple[list[str], list[Page]]:
    """The columns' names, and every page that has text."""
    names: list[str] = []
    pages: list[Page] = []
    for name in (*WHOLE_BODIES, *SNIPPETS):
        for line in (PUBLIC / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            truth = json.loads(line)
            content = gzip.decompress((PUBLIC / truth["html"]).read_bytes())
            opened = open_page(content, url=truth["url"], content_type="text/html", captured_at=CAPTURED_AT)
            if opened.blocks.texts:
                names, page = _page(name, truth, opened)
                pages.append(page)
    return names, pages


def _page(name: str, truth: dict[str, Any], opened: OpenPage) -> tuple[list[str], Page]:
    layout, declared, whole = Layout(opened.blocks), _declared(opened), name in WHOLE_BODIES
    columns, table = features(layout, declared)
    labels = _labels(opened.blocks.texts, truth, whole=whole)
    return list(columns), Page(
        set=name,
        weight=WHOLE_BODIES[name] if whole else SNIPPETS[name],
        truth=truth,
        fold=_fold(truth["url"]),
        blocks=opened.blocks,
        fields=_fields(opened, declared),
        layout=layout,
        table=np.ascontiguousarray(table.T),
        labels=labels,
    )


def _declared(page: OpenPage) -> Declared:
    """What the page says of itself, as the reader of articles finds it."""
    news = article_node(page.json_ld, page.url, page.title)
    headline = read_headline(page, news)
    standfirst = read_standfirst(page, news, headline_block(page, headline.text), headline.text)
    return body_reader.declared_on(page, headline.text, standfirst.text)


def _fields(page: OpenPage, declared: Declared) -> Fields:
    """What the reader of articles finds beside the body."""
    article = read_article(page)
    if not isinstance(article, Article):
        return _declared_fields(declared)
    lines = frozenset([article.date_published_raw, article.authors_raw, article.section])
    return Fields(headline=article.headline, standfirst=article.standfirst, lines=lines)


def _declared_fields(declared: Declared) -> Fields:
    return Fields(headline=declared.title, standfirst=declared.standfirst)


def _fold(url: str) -> int:
    return int(hashlib.sha256(registered_domain(url).encode()).hexdigest(), 16) % FOLDS


def _labels(texts: Sequence[str], truth: dict[str, Any], *, whole: bool) -> np.ndarray:
    if whole and truth.get("body"):
        return (np.array(shares(texts, truth["body"])) >= 0.5).astype(float)
    inside = [text for text in truth.get("must_have") or [] if text]
    outside = [text for text in truth.get("must_not") or [] if text]
    return np.array([_told(text, inside, outside) for text in texts])


def _told(text: str, inside: list[str], outside: list[str]) -> float:
    if any(snippet in text for snippet in inside):
        return 1.0
    return 0.0 if any(snippet in text and len(snippet) >= 0.4 * len(text) for snippet in outside) else np.nan


def _fit(pages: list[Page], seed: int = SEED) -> CatBoostClassifier:
    from catboost import CatBoostClassifier, Pool

    known = [~np.isnan(page.labels) for page in pages]
    table = np.concatenate([page.table[k] for page, k in zip(pages, known, strict=True)])
    labels = np.concatenate([page.labels[k] for page, k in zip(pages, known, strict=True)]).astype(int)
    weights = np.concatenate([page.weights[k] for page, k in zip(pages, known, strict=True)])
    model = CatBoostClassifier(**(PARAMETERS | {"random_seed": seed}))
    model.fit(Pool(table, labels, weight=weights))
    return model


def _add_context(pages: list[Page]) -> list[str]:
    names: list[str] = []
    for page in pages:
        names, more = context(page.layout, page.first)
        page.table = np.ascontiguousarray(np.hstack([page.table, more.T]))
    return list(names)


Trainings = list[dict[str, dict[str, float]]]
"""For each training, by set and column what was reached."""


def _scores(pages: list[Page]) -> dict[str, dict[str, float]]:
    score = scorer().score
    by_set = {}
    for name in (*WHOLE_BODIES, *SNIPPETS):
        judged = [page for page in pages if page.set == name]
        by_set[name] = score([page.truth for page in judged], {page.truth["id"]: _prediction(page) for page in judged})[
            0
        ]
    return by_set


def _report(pages: list[Page], trainings: Trainings) -> None:
    """Print the mean of the trainings for each set, and between which figures they lie."""
    width = 8 if len(trainings) == 1 else 22
    print(f"cross-validated in {FOLDS} folds by registered domain, body alone, trainings: {len(trainings)}")
    print(f"{'set':10}{'pages':>6}" + "".join(f"{column:>{width}}" for column in SHOWN))
    for name in trainings[0]:
        columns = ([scores[name].get(column) for scores in trainings] for column in SHOWN)
        cells = "".join(f"{_cell([f for f in figures if f is not None]):>{width}}" for figures in columns)
        print(f"{name:10}{sum(page.set == name for page in pages):6}{cells}", flush=True)


def _cell(figures: list[float]) -> str:
    if not figures:
        return "-"
    mean = f"{sum(figures) / len(figures):.3f}"
    return mean if len(figures) == 1 else f"{mean} ({min(figures):.3f}-{max(figures):.3f})"


def _prediction(page: Page) -> dict[str, str]:
    chosen = body_reader.choose(page.blocks, page.second, page.fields)
    return {"id": page.truth["id"], "body": "\n\n".join(page.blocks.texts[place] for place in chosen)}


def _write(model: CatBoostClassifier, names: list[str], path: Path) -> None:
    """The model as `pipelines.block_model` reads it: one tree a line, all of one depth, leaves in thousandths."""
    told = path.with_suffix(".catboost")
    model.save_model(str(told), format="json")
    plain = json.loads(told.read_text(encoding="utf-8"))
    told.unlink()
    flat = [feature["flat_feature_index"] for feature in plain["features_info"]["float_features"]]
    grown = plain["oblivious_trees"]
    used = sorted({flat[s["float_feature_index"]] for tree in grown for s in tree["splits"]})
    place = {column: at for at, column in enumerate(used)}
    scale, bias = plain["scale_and_bias"]
    trees = [json.dumps(tree, separators=(",", ":")) for tree in _trees(grown, flat, place, scale * SCALE)]
    columns = json.dumps([names[column] for column in used], separators=(",", ":"))
    start = bias[0] if isinstance(bias, list) else bias
    head = f'{{"recipe":"{recipe(names)}",\n"scale":{SCALE},"bias":{start:.6f},"columns":{columns},"trees":[\n'
    path.write_text(head + ",\n".join(trees) + "\n]}\n", encoding="utf-8")


def _trees(
    trees: list[dict[str, Any]], flat: list[int], place: dict[int, int], scale: float
) -> Iterator[dict[str, list[Any]]]:
    depth = max(len(tree["splits"]) for tree in trees)
    for tree in trees:
        ask = [place[flat[split["float_feature_index"]]] for split in tree["splits"]]
        above = [float(f"{split['border']:.6g}") for split in tree["splits"]]
        add = [round(value * scale) for value in tree["leaf_values"]]
        while len(ask) < depth:
            ask, above, add = [*ask, 0], [*above, NEVER], add + [0] * len(add)
        yield {"ask": ask, "above": above, "add": add}


if __name__ == "__main__":
    main()
