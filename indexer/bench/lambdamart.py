"""LambdaMART beside the shipped weights, on the same features: `python -m indexer.bench.lambdamart`.

Gradient-boosted trees (Burges 2010) with monotone constraints, so that more agreement never lowers a score either. They
are fitted on the tune halves of the gold collections and measured on the report halves, like the weights. Needs
lightgbm, which the product does not use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.collections import read_collection
from indexer.train.ascent import Group, Matrix
from indexer.train.fit import FITTED, GOLD, groups
from indexer.workshop import workshop
from matcher.evaluate import halves
from matcher.metrics import metric
from matcher.settings import Settings
from matcher.statistics import Interval, bootstrap, paired

NDCG = metric("ndcg@10")
ROUNDS = 150
LEAVES = 7
SEEDS = 5
"""Trees are averaged over so many seeds: with a few dozen demands one run says little."""

Scoring = Callable[[Matrix], Matrix]


@dataclass(frozen=True, slots=True)
class Reached:
    """One ranker on one report half: nDCG@10 with its interval, query by query as well."""

    ranker: str
    collection: str
    values: tuple[float, ...]

    @property
    def interval(self) -> Interval:
        return bootstrap(self.values)


def reached(ranker: str, collection: str, judged: Sequence[Group], score: Scoring) -> Reached:
    """nDCG@10 of every demand when its candidates are ordered by that score."""
    values = []
    for group in judged:
        names = [f"{number:05}" for number in range(len(group.grades))]
        scores = score(group.features)
        order = np.argsort(-scores, kind="stable")[:10]
        grades = {names[i]: int(group.grades[i]) for i in np.flatnonzero(group.grades).tolist()}
        values.append(NDCG([(names[i], float(scores[i])) for i in order.tolist()], grades))
    return Reached(ranker, collection, tuple(values))


def trees(tune: Sequence[Group]) -> Scoring:
    """LambdaMART fitted on these demands; every feature may only raise a score."""
    import lightgbm

    features = np.concatenate([group.features for group in tune])
    grades = np.concatenate([group.grades for group in tune])
    sizes = [len(group.grades) for group in tune]
    rankers = [
        lightgbm.LGBMRanker(
            n_estimators=ROUNDS,
            num_leaves=LEAVES,
            learning_rate=0.05,
            min_child_samples=10,
            subsample=0.8,
            subsample_freq=1,
            colsample_bytree=0.8,
            monotone_constraints=[1] * features.shape[1],
            random_state=seed,
            n_jobs=1,
            verbose=-1,
        ).fit(features, grades, group=sizes)
        for seed in range(SEEDS)
    ]
    return lambda rows: np.mean([ranker.booster_.predict(rows) for ranker in rankers], axis=0)


def main() -> int:
    """Print both rankers on both report halves, with a paired test; 0 when done, 1 without lightgbm."""
    try:
        import lightgbm
    except ImportError:
        print("lightgbm is not installed here: pip install lightgbm")
        return 1
    shop = workshop(Settings.from_env())
    tune: list[Group] = []
    report: dict[str, list[Group]] = {}
    for name in GOLD:
        collection = read_collection(shop.settings.data / "gold" / name)
        fitted, measured = halves(collection.answerable)
        tune += groups(collection, fitted, shop.parts, FITTED)
        report[name] = groups(collection, measured, shop.parts, FITTED)
    weights = np.array([shop.weights.weights.get(name, 0.0) for name in FITTED])
    grown = trees(tune)
    print(f"lightgbm {lightgbm.__version__}, encoder {shop.parts.encoder.name}, {len(tune)} demands to fit on")
    for name, judged in report.items():
        ours = reached("weights", name, judged, lambda rows: rows @ weights)
        theirs = reached("LambdaMART", name, judged, grown)
        difference = paired(ours.values, theirs.values)
        for each in (ours, theirs):
            print(f"{name:8} {each.ranker:12} nDCG@10 {each.interval}")
        print(f"{name:8} weights − LambdaMART {difference.interval}, p {difference.p_permutation:.3f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
