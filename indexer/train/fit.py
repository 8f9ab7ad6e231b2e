"""The ranker's weights, fitted on judged pairs: never negative, so that more agreement never lowers a score.

First the order: a pairwise logistic loss over (better, worse) candidates of one demand (RankNet, Burges 2005), every
demand weighing the same. Then the meaning: scale and base are set by logistic regression (Platt 1999) so that the score
of a shown match is the log-odds that it is suitable.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from indexer.collections import Collection, read_collection
from indexer.runs import collection_view
from indexer.train.knowledge import Topic
from indexer.train.pseudo import collection_of
from matcher.adapters.shelves import Parts
from matcher.asked import ask
from matcher.evaluate import halves
from matcher.features import FEATURES, Pool, matrix
from matcher.metrics import SUITABLE
from matcher.model import Demand, Kind

Matrix = npt.NDArray[np.float64]
Shape = Callable[[Demand], Demand]

SOFT: Mapping[str, float] = {"region": 0.15, "maturity": 0.15}
"""Set by hand, and small: the judgments look at what is solved, not at where or how ripe; staff ask for both."""

BREVITY = "brevity"
"""The feature that is the same for all candidates: it takes part in the calibration only."""

TRUSTED = "semantic"
"""The feature that was trained on thousands of topics; all others were not."""

STRENGTH = 0.001

SEED = 7

ADDED = 4
"""Demands on unseen topics to one judged demand. Chosen among 0, 1, 2, 4 and 6 on the tune halves (no loss) and on
other unseen topics (nDCG@10 0.638, 0.659, 0.687, 0.685, 0.686)."""

SHOWN = 10
"""Matches per demand that the calibration looks at: those that people see."""


@dataclass(frozen=True, eq=False)
class Group:
    """One demand: features of its candidates, (candidates, features), and their grades."""

    features: Matrix
    grades: npt.NDArray[np.int64]


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
        asked = ask(parts.profile(shape(collection.demands[id])), parts.analyser, parts.encoder)
        judged = collection.qrels.get(id, {})
        grades = np.array([judged.get(candidate, 0) for candidate in shelf.ids], np.int64)
        out.append(Group(matrix(Pool.of(asked, shelf, rows, parts.taxonomy), names), grades))
    return out


def ranking_weights(groups: Sequence[Group], names: Sequence[str], strength: float) -> Matrix:
    """Non-negative weights of the features. `strength` holds every weight but that of TRUSTED near zero: a few dozen
    judged demands may say how much the others add to it, not replace it."""
    pairs = [_pairs(group) for group in groups if len(set(group.grades.tolist())) > 1]
    better = np.concatenate([p[0] for p in pairs])
    share = np.concatenate([p[1] for p in pairs]) / len(pairs)
    size = better.std(axis=0) + 1e-9
    scaled = better / size
    held = np.array([name != TRUSTED for name in names], np.float64) * strength

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        margin = scaled @ weights
        wrong = 1 / (1 + np.exp(np.clip(margin, -40, 40)))
        value = float(share @ np.logaddexp(0, -margin)) + float(held @ weights**2)
        return value, 2 * held * weights - (scaled * (share * wrong)[:, None]).sum(axis=0)

    start = np.full(scaled.shape[1], 0.3)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(start))
    return np.asarray(found.x / size, np.float64)


def _pairs(group: Group) -> tuple[Matrix, Matrix]:
    """Differences better − worse for all pairs of unequal grade, and each pair's share of this demand's weight."""
    order = np.argsort(-group.grades, kind="stable")
    best = [i for i in order.tolist() if group.grades[i] > 0]
    rows, weight = [], []
    for i in best:
        for j in np.flatnonzero(group.grades < group.grades[i]).tolist():
            rows.append(group.features[i] - group.features[j])
            weight.append(2.0 ** group.grades[i] - 2.0 ** group.grades[j])
    total = np.array(weight)
    return np.array(rows), total / total.sum()


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


def fit(
    tune: Sequence[Group], every: Sequence[Group], names: tuple[str, ...], strength: float = STRENGTH
) -> tuple[dict[str, float], float]:
    """Feature → weight, and the base, in log-odds: the order from `tune`, its meaning from demands of every length."""
    fixed = np.array([SOFT.get(name, 0.0) for name in names])
    free = [i for i, name in enumerate(names) if name not in SOFT and name != BREVITY]
    weights = np.zeros(len(names))
    weights[free] = ranking_weights(
        [Group(g.features[:, free], g.grades) for g in tune], [names[i] for i in free], strength
    )
    brevity = names.index(BREVITY)
    scale, allowance, base = calibration(*shown(every, weights, brevity))
    total = weights * scale + fixed
    total[brevity] = allowance
    return dict(zip(names, np.round(total, 4).tolist(), strict=True)), round(base - fixed.sum() / 2, 4)


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


def fit_gold(parts: Parts, gold: Path, path: Path, unseen: Sequence[Group]) -> None:
    """Fit on the tune halves of the gold collections, both registers together, and on demands about topics that the
    encoder which made their features has not seen; write the weights file.

    `unseen` keeps the ranker from trusting the encoder on every subject as on those it was trained on; ADDED times as
    many of them are used as there are judged demands. The report halves are not looked at; `scenematch evaluate --split
    report` measures on them.
    """
    by_shape: dict[Shape, list[Group]] = {shape: [] for shape in SHAPES}
    for name in GOLD:
        collection = read_collection(gold / name)
        ids, _ = halves(collection.answerable)
        for shape in SHAPES:
            by_shape[shape] += groups(collection, ids, parts, FITTED, shape)
    tune = by_shape[as_filed]
    added = unseen[: ADDED * len(tune)]
    weights, base = fit([*tune, *added], [group for made in by_shape.values() for group in made], FITTED)
    note = f"fitted on the tune halves of {' and '.join(GOLD)}, {len(tune)} demands, and {len(added)} on unseen topics"
    write(path, weights, base, note)


def unseen_groups(topics: Sequence[Topic], parts: Parts) -> list[Group]:
    """Demands made of topics that the encoder in `parts` was not trained on."""
    made = collection_of(topics, SEED)
    return groups(made, made.demands, parts, FITTED)


GOLD = ("dev", "lists")
"""Collections the ranker is fitted on: one in the words of the shop floor, one in those of public lists."""
