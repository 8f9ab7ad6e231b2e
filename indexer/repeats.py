"""The gold pairs of repeated and look-alike demands: reading them, fitting the judge on one half, reporting the other.

`python -m indexer.repeats` fits anew, which is due whenever the encoder changes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from indexer.jsonl import lines, parse_line, record_from_json
from indexer.workshop import Workshop, workshop
from matcher.adapters.repeats_file import load_repeats, save_repeats
from matcher.adapters.shelves import assemble, prepare
from matcher.errors import InvalidInput
from matcher.evaluate import halves
from matcher.model import Demand, Kind
from matcher.ports import Vectors
from matcher.repeats import FILE, LIKENESS, RepeatModel, Side, Tools, Two, likeness, opposed
from matcher.settings import Settings
from matcher.statistics import auc
from matcher.tables import text

PAIRS, MORE = "repeats.jsonl", "repeats_tune.jsonl"
"""Two hundred pairs, half of them reported on; and more pairs, for the tune half only."""

PENALTY = 0.005
"""L2 penalty on the weights, so that likenesses that say the same share it."""

FOLDS, DRAWS = 8, 2000

SHOWN_ONLY = frozenset({"same_region"})
"""Likenesses for people's eyes. Every gold pair names its regions, so `same_region` would only be `other_region` turned
round there, and would speak against demands that name none."""

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two demands, whether they are one need, in what they differ, and whether the judge is fitted on them.

    Pairs of one first demand stay in one half."""

    a: Demand
    b: Demand
    same: bool
    kind: str
    tune: bool = False


def gold_pairs(gold: Path) -> list[Pair]:
    """All pairs. Those of PAIRS are in the tune half when their first demand's id is, those of MORE all are."""
    pairs = read_pairs(gold / PAIRS)
    tuned = frozenset(halves(dict.fromkeys(pair.a.id for pair in pairs))[0])
    pairs = [replace(pair, tune=pair.a.id in tuned) for pair in pairs]
    return pairs + [replace(pair, tune=True) for pair in read_pairs(gold / MORE)]


def read_pairs(path: Path) -> list[Pair]:
    """In file order. InvalidInput names the line at fault."""
    pairs = []
    for number, line in lines(text(path).splitlines()):
        raw = parse_line(line, number)
        a, b = (record_from_json(Kind.DEMAND, raw.get(side) or {}, number) for side in ("a", "b"))
        if not isinstance(raw.get("same"), bool) or not isinstance(a, Demand) or not isinstance(b, Demand):
            raise InvalidInput(f"{path.name} 第 {number} 行：应有 a、b 两条需求和 same（true 或 false）", line=number)
        pairs.append(Pair(a, b, raw["same"], str(raw.get("kind", ""))))
    return pairs


@dataclass(frozen=True, eq=False)
class Measured:
    """The pairs with their likenesses, (pairs, LIKENESS), and which of them are in the tune half."""

    pairs: Sequence[Pair]
    features: Matrix
    same: npt.NDArray[np.bool_]
    tune: npt.NDArray[np.bool_]


def measure(shop: Workshop, pairs: Sequence[Pair], anchors: Vectors) -> Measured:
    """Every pair's likenesses; rare words are those of the pairs' own demands."""
    demands = {demand.id: demand for pair in pairs for demand in (pair.a, pair.b)}
    lexical = assemble(Kind.DEMAND, prepare(list(demands.values()), shop.parts)).lexical
    tools = Tools(shop.parts.analyser, shop.parts.encoder, anchors, lexical)
    sides = {id: Side.of(shop.parts.profile(d), tools, d.organization) for id, d in demands.items()}
    rows = [likeness(Two.of(sides[pair.a.id], sides[pair.b.id], tools)) for pair in pairs]
    return Measured(
        pairs,
        np.array([[row[name] for name in LIKENESS] for row in rows]),
        np.array([pair.same for pair in pairs]),
        np.array([pair.tune for pair in pairs]),
    )


def fit(measured: Measured, encoder: str) -> RepeatModel:
    """Logistic regression on the tune half, every weight with the sign its likeness must have. The threshold comes from
    pairs that were left out: FOLDS times, all pairs of some first demands."""
    rows = np.flatnonzero(measured.tune)
    model = _fitted(measured, rows, encoder)
    own = [measured.pairs[row].a.id for row in rows.tolist()]
    firsts = sorted(set(own))
    fold = {first: number % FOLDS for number, first in enumerate(firsts)}
    folds = np.array([fold[first] for first in own])
    promised = np.zeros(len(rows))
    for number in sorted(set(fold.values())):
        left_out = folds == number
        judge = _fitted(measured, rows[~left_out], encoder)
        promised[left_out] = probabilities(judge, measured.features[rows[left_out]])
    return RepeatModel(model.base, model.weights, best_threshold(promised, measured.same[rows]), encoder)


def _fitted(measured: Measured, rows: npt.NDArray[np.intp], encoder: str) -> RepeatModel:
    signs = np.array([0.0 if name in SHOWN_ONLY else -1.0 if opposed(name) else 1.0 for name in LIKENESS])
    features, same = measured.features[rows] * signs, measured.same[rows].astype(np.float64)

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        z = weights[0] + features @ weights[1:]
        slope = 1 / (1 + np.exp(-z)) - same
        value = np.logaddexp(0, z).sum() - same @ z + PENALTY * weights[1:] @ weights[1:]
        return float(value), np.concatenate([[slope.sum()], features.T @ slope + 2 * PENALTY * weights[1:]])

    bounds = [(None, None)] + [(0, None)] * len(signs)
    found = minimize(loss, np.zeros(len(signs) + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    weights = dict(zip(LIKENESS, (found[1:] * signs).tolist(), strict=True))
    return RepeatModel(float(found[0]), {name: w for name, w in weights.items() if w}, 0.5, encoder)


def probabilities(model: RepeatModel, features: Matrix) -> Matrix:
    """One probability per row of likenesses."""
    return np.array([model.probability(dict(zip(LIKENESS, row, strict=True))) for row in features.tolist()])


def best_threshold(promised: Matrix, same: npt.NDArray[np.bool_]) -> float:
    """Half of the best F1 that any threshold reaches: the best one for probabilities that keep their promise (Lipton,
    Elkan & Naryanaswamy 2014). The one that did best on these pairs may lie anywhere on a long flat stretch."""
    edges = np.unique(np.concatenate([[0.0], promised, [1.0]]))
    return max(f1(promised >= cut, same)["f1"] for cut in ((edges[:-1] + edges[1:]) / 2).tolist()) / 2


def f1(judged: npt.NDArray[np.bool_], same: npt.NDArray[np.bool_]) -> dict[str, float]:
    """{"f1", "precision", "recall"} of judging `judged` to be repeats; 0 where nothing is judged or there is none."""
    right, said, there = int((judged & same).sum()), int(judged.sum()), int(same.sum())
    return {
        "f1": 2 * right / (said + there) if said + there else 0.0,
        "precision": right / said if said else 0.0,
        "recall": right / there if there else 0.0,
    }


def measured_repeats(shop: Workshop) -> dict[str, Any]:
    """The shipped judge on both halves, and on the report half by kind of pair; one fitted for the occasion where the
    shipped one was fitted with another encoder. Nothing is written."""
    model, table = _judge(shop)
    promised = probabilities(model, table.features)
    judged = promised >= model.threshold
    by_half: dict[str, Mapping[str, float]] = {}
    for name, rows in (("report", ~table.tune), ("tune", table.tune)):
        separated = auc(promised[rows & table.same], promised[rows & ~table.same])
        low, high = _interval(table, judged, np.flatnonzero(rows))
        figures = f1(judged[rows], table.same[rows])
        by_half[name] = {"pairs": int(rows.sum()), **figures, "f1_low": low, "f1_high": high, "auc": separated}
    kinds = {}
    for kind in dict.fromkeys(pair.kind for pair in table.pairs):
        rows = ~table.tune & np.array([pair.kind == kind for pair in table.pairs])
        right = float((judged == table.same)[rows].mean()) if rows.any() else 0.0
        kinds[kind] = {"pairs": int(rows.sum()), "right": right}
    return {
        "fitted_with": model.encoder,
        "threshold": model.threshold,
        "weights": dict(model.weights),
        "halves": by_half,
        "kinds": kinds,
    }


def _judge(shop: Workshop) -> tuple[RepeatModel, Measured]:
    models, encoder = shop.settings.data / "models", shop.parts.encoder.name
    pairs = gold_pairs(shop.settings.data / "gold")
    if (models / FILE).is_file() and RepeatModel.load(models).encoder == encoder:
        model, anchors = load_repeats(models, encoder)
        return model, measure(shop, pairs, anchors)
    table = measure(shop, pairs, anchors_of(shop))
    return fit(table, encoder), table


def _interval(table: Measured, judged: npt.NDArray[np.bool_], rows: npt.NDArray[np.intp]) -> tuple[float, float]:
    """The 95 % interval of F1, first demands drawn again with all their pairs."""
    by_first: dict[str, list[int]] = {}
    for row in rows.tolist():
        by_first.setdefault(table.pairs[row].a.id, []).append(row)
    groups, rng = list(by_first.values()), np.random.default_rng(0)
    drawn = []
    for _ in range(DRAWS):
        again = [row for at in rng.integers(0, len(groups), len(groups)) for row in groups[at]]
        drawn.append(f1(judged[again], table.same[again])["f1"])
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(low), float(high)


def anchors_of(shop: Workshop) -> Vectors:
    """One vector per topic of the knowledge: what its solutions say. A need is known by which of them would answer."""
    texts = []
    for path in sorted((shop.settings.data / "knowledge").glob("*.jsonl")):
        for _, line in lines(text(path).splitlines()):
            topic: Any = json.loads(line)
            words = (*topic["solution_terms"], *topic["demand_terms"])
            texts.append("\n".join((topic["topic"], *topic["solution"], *words)))
    return shop.parts.encoder.documents(texts)


def fit_and_save(shop: Workshop) -> None:
    """The judge for this installation's encoder, into the models folder."""
    anchors = anchors_of(shop).astype(np.float16)
    table = measure(shop, gold_pairs(shop.settings.data / "gold"), anchors.astype(np.float32))
    save_repeats(fit(table, shop.parts.encoder.name), anchors, shop.settings.data / "models")


def main() -> int:
    """Fit the judge to this installation's encoder and save it: the one way to do so."""
    shop = workshop(Settings.from_env())
    fit_and_save(shop)
    print(json.dumps(measured_repeats(shop), ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
