"""What each feature of the ranker adds: the same ranking without it, the other weights as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexer.arms import DEPTH
from indexer.build import Progress, silent
from matcher.engine import Engine
from matcher.evaluate import evaluate
from matcher.metrics import Qrels
from matcher.model import Match, Profile
from matcher.statistics import Difference, Interval, paired

METRIC = "ndcg@10"


@dataclass(frozen=True, slots=True)
class Ablation:
    """nDCG@10 without one feature, and the loss: with it minus without it, query by query."""

    feature: str
    without: Interval
    loss: Difference


def ablations(
    engine: Engine, queries: Sequence[Profile], qrels: Qrels, progress: Progress = silent
) -> tuple[Ablation, ...]:
    """One per feature with a weight above 0, the dearest first.

    A score is the sum of its evidence, so a weight of 0 is that evidence left out: one ranking serves them all.
    """
    full: dict[str, tuple[Match, ...]] = {}
    for done, query in enumerate(queries, 1):
        full[query.id] = engine.match(query, k=DEPTH).matches
        progress("逐项去掉特征", done, len(queries))
    base = evaluate(full, qrels, [METRIC])[METRIC].values
    found = []
    for feature in (name for name, weight in engine.weights.weights.items() if weight > 0):
        column = evaluate({id: without(matches, feature) for id, matches in full.items()}, qrels, [METRIC])[METRIC]
        loss = paired([base[id] for id in column.values], list(column.values.values()))
        found.append(Ablation(feature, column.interval, loss))
    return tuple(sorted(found, key=lambda a: (-a.loss.interval.mean, a.feature)))


def without(matches: Sequence[Match], feature: str) -> list[Match]:
    """The same matches in the order they would have without one source of evidence."""
    left = [replace(m, evidence=tuple(e for e in m.evidence if e.source != feature)) for m in matches]
    return sorted(left, key=lambda m: (-m.score, m.id))
