"""The ranker's weights, fitted on judged pairs: never negative, so that more agreement never lowers a score.

First the order: the weights that raise nDCG@10 on demands of every register (`ascent`). Then the meaning: scale and
base are set by logistic regression (Platt 1999) so that the score of a shown match is the log-odds that it is suitable.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from indexer.collections import Collection, read_collection
from indexer.runs import collection_view
from indexer.train.ascent import Group, Matrix, Register, bagged
from indexer.train.knowledge import Topic
from indexer.train.pairs import Public
from indexer.train.pseudo import collection_of, pairs_of
from matcher.adapters.shelves import Parts
from matcher.asked import ask
from matcher.evaluate import halves
from matcher.features import FEATURES, Pool, matrix
from matcher.metrics import SUITABLE
from matcher.model import Demand, Kind

Shape = Callable[[Demand], Demand]

SOFT: Mapping[str, float] = {"region": 0.15, "maturity": 0.15, "object": 0.05, "task_object": 0.25, "site": 0.05}
"""Set by hand, and small. The judgments look at what is solved, not at where or how ripe; staff ask for both. What the
work is done on, and where, the other features know already, and wrong offers share it as often as right ones: weights
that the search found for them raised nothing on demands it had not seen. They are there to be read.
"""

BREVITY = "brevity"
"""The feature that is the same for all candidates: it takes part in the calibration only."""

TRUSTED = "semantic"
"""The feature that was trained on thousands of topics; all others were not. Their weights are found beside its own,
which stays as it is until the calibration: an order knows no scale."""

START: Mapping[str, float] = {TRUSTED: 12.0, "lexical": 2.0, "lexical_words": 4.0}
"""Where the search begins: the meaning, and as much of both kinds of common words as does no harm."""

SEED = 7

ADDED = 4
"""Demands on unseen topics to one judged demand: half of them are left to measure on."""

FOREIGN, POOL = 60, 300
"""Demands from each source of public pairs, and solutions among which each has its own."""

SHARES: Mapping[str, float] = {"dev": 0.35, "lists": 0.2, "hard": 0.12, "unseen": 0.13, "foreign": 0.1, "short": 0.1}
"""Register → its share of the goal. How they were chosen: docs/adr/0007 and 0008."""

SHOWN = 10
"""Matches per demand that the calibration looks at: those that people see."""


def as_filed(demand: Demand) -> Demand:
    """The whole demand."""
    return demand


def title_only(demand: Demand) -> Demand:
    """As somebody types it who is in a hurry."""
    return Demand(demand.id, demand.title, industries=demand.industries)


def one_sentence(demand: Demand) -> Demand:
    """The first sentence of the description, without a title."""
    return Demand(demand.id, "", description=re.split(r"(?<=[。！？；])", demand.description)[0])


SHAPES: tuple[Shape, ...] = (as_filed, title_only, one_sentence)
"""How long a demand may be; the calibration learns from all of them."""


def groups(
    collection: Collection, ids: Iterable[str], parts: Parts, names: tuple[str, ...], shape: Shape = as_filed
) -> list[Group]:
    """Every solution of the collection as a candidate of each of the demands, written in that shape."""
    shelf = collection_view(collection, parts)().sides[Kind.SOLUTION].base
    rows = np.arange(len(shelf))
    out = []
    for id in ids:
        asked = ask(parts.profile(shape(collection.demands[id])), parts.analyser, parts.encoder, parts.context)
        judged = collection.qrels.get(id, {})
        grades = np.array([judged.get(candidate, 0) for candidate in shelf.ids], np.int64)
        out.append(Group(matrix(Pool.of(asked, shelf, rows, parts.taxonomy), names), grades))
    return out


def calibration(scores: Matrix, brevity: Matrix, suitable: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
    """(scale, weight of brevity, base): P(suitable) = σ(scale · score + weight · brevity + base), weight ≥ 0."""

    def loss(x: Matrix) -> float:
        margin = np.exp(x[0]) * scores + np.exp(x[1]) * brevity + x[2]
        return float(np.logaddexp(0, np.where(suitable, -1, 1) * margin).mean())

    start = np.array([0.0, 0.0, -float(scores.mean())])
    found = minimize(loss, start, method="Nelder-Mead", options={"maxiter": 4000})
    return float(np.exp(found.x[0])), float(np.exp(found.x[1])), float(found.x[2])


def shown(groups: Sequence[Group], weights: Matrix, brevity: int) -> tuple[Matrix, Matrix, npt.NDArray[np.bool_]]:
    """Of the matches people would see: score, the demand's brevity (a column of the features), whether suitable."""
    scores, short, suitable = [], [], []
    for group in groups:
        total = group.features @ weights
        best = np.argsort(-total, kind="stable")[:SHOWN]
        scores.append(total[best])
        short.append(group.features[best, brevity])
        suitable.append(group.grades[best] >= SUITABLE)
    return np.concatenate(scores), np.concatenate(short), np.concatenate(suitable)


def order(registers: Mapping[str, Sequence[Group]], names: tuple[str, ...]) -> Matrix:
    """One weight for each of FITTED, those of `names` found on the `registers`, named in SHARES, the others 0."""
    columns = [FITTED.index(name) for name in names]
    weights = np.zeros(len(FITTED))
    weights[columns] = bagged(
        [
            Register([Group(group.features[:, columns], group.grades) for group in groups], SHARES[name])
            for name, groups in registers.items()
        ],
        np.array([START.get(name, 0.0) for name in names]),
        [i for i, name in enumerate(names) if name not in {*SOFT, BREVITY, TRUSTED}],
    )
    return weights


def meant(weights: Matrix, every: Sequence[Group]) -> tuple[dict[str, float], float]:
    """Feature → weight, and the base, in log-odds: the same order, its meaning from demands of `every` length."""
    fixed = np.array([SOFT.get(name, 0.0) for name in FITTED])
    brevity = FITTED.index(BREVITY)
    scale, allowance, base = calibration(*shown(every, weights, brevity))
    total = weights * scale + fixed
    total[brevity] = allowance
    return dict(zip(FITTED, np.round(total, 4).tolist(), strict=True)), round(base - fixed.sum() / 2, 4)


def write(path: Path, weights: Mapping[str, float], base: float, note: str) -> None:
    """The weights file as people read it; features without weight are left out."""
    content = {
        "note": note,
        "base": base,
        "weights": {name: value for name, value in weights.items() if value > 0},
        "suitable": 50,
        "labels": [[80, "高度匹配"], [50, "较为匹配"], [20, "部分相关"], [0, "关联较弱"]],
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")


FITTED = tuple(FEATURES)
"""All features take part in the fit; those that do not help get no weight."""

WITHOUT_CONTEXT = tuple(name for name in FITTED if name != "context")
"""Those that are there without a context model."""


def fit_gold(
    parts: Parts, gold: Path, plain: Path, contextual: Path | None, unseen: Sequence[Group], foreign: Sequence[Group]
) -> None:
    """Fit on the tune halves of the gold collections, all registers together, and on demands about topics and from
    public texts that the models which made their features have not seen; write the weights file `plain`, and with a
    context model `contextual`.

    `unseen` keeps the ranker from trusting the encoder on every subject as on those it was trained on; ADDED times as
    many of them are used as there are judged demands. `foreign` keeps it from fitting the registers of the gold
    collections alone; either may be empty. The report halves are not looked at; `scenematch evaluate --split report`
    measures on them.

    The weights with a context model are the mean of those found with and without it: what no model has met wants much
    of it, what the knowledge covers wants little, and nothing says how much of either a centre will get.
    """
    registers: dict[str, list[Group]] = {"short": []}
    hard = read_collection(gold / HARD)
    for name in GOLD:
        collection = read_collection(gold / name)
        ids, _ = halves(collection.answerable)
        for shape in SHAPES:
            registers.setdefault(name if shape is as_filed else "short", []).extend(
                groups(collection, ids, parts, FITTED, shape)
            )
    every = [group for made in registers.values() for group in made]
    judged = len(every) - len(registers["short"])
    added = list(unseen[: ADDED * judged])
    against = groups(hard, halves(hard.answerable)[0], parts, FITTED)
    every_register = {**registers, HARD: against, "unseen": added, "foreign": list(foreign)}
    note = (
        f"fitted on the tune halves of {', '.join(GOLD)} and {HARD}, {judged + len(against)} demands, {len(added)} on "
        f"unseen topics and {len(foreign)} from public texts"
    )
    known = {name: made for name, made in every_register.items() if made}
    without = order(known, WITHOUT_CONTEXT)
    write(plain, *meant(without, every), note)
    if contextual:
        write(contextual, *meant((without + order(known, FITTED)) / 2, every), note)


def unseen_groups(topics: Sequence[Topic], parts: Parts) -> list[Group]:
    """Demands made of topics that the encoder in `parts` was not trained on."""
    made = collection_of(topics, SEED)
    return groups(made, made.demands, parts, FITTED)


def public_groups(unmet: Public, parts: Parts) -> list[Group]:
    """Demands made of public pairs that the encoder in `parts` was not trained on, FOREIGN of each source; each has the
    answers of POOL others to tell its own from."""
    out = []
    for name, pairs in unmet.items():
        made = pairs_of(name, pairs, POOL)
        out += groups(made, list(made.demands)[:FOREIGN], parts, FITTED)
    return out


GOLD = ("dev", "lists")
"""Collections as centres have them: one in the words of the shop floor, one in those of public lists. Scores get their
meaning from these."""

HARD = "hard"
"""The collection in which the wrong offers have the demand's words and the right ones have not. Only the order learns
from it: among real offers a match is not that seldom what it seems."""
