"""What each feature of the ranker adds: the same ranking with its weight at 0, the other weights as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from indexer.build import Progress, silent
from indexer.runs import ranked
from indexer.workshop import Workshop
from matcher.engine import View
from matcher.metrics import Qrels, metric
from matcher.model import Profile
from matcher.statistics import Difference, Interval, bootstrap, paired

TOP = 10
NDCG = metric(f"ndcg@{TOP}")


@dataclass(frozen=True, slots=True)
class Ablation:
    """nDCG@10 without one feature, and the loss: with it minus without it, query by query."""

    feature: str
    without: Interval
    loss: Difference


def ablations(
    shop: Workshop, view: Callable[[], View], queries: Sequence[Profile], qrels: Qrels, progress: Progress = silent
) -> tuple[Ablation, ...]:
    """One per feature with a weight above 0, the dearest first."""
    weights = shop.weights.weights
    used = [name for name, weight in weights.items() if weight > 0]

    def values(changed: Mapping[str, float]) -> Mapping[str, float]:
        engine = replace(shop, weights=replace(shop.weights, weights=changed)).engine(view)
        run = ranked(engine, queries, TOP)
        return {query.id: NDCG(run[query.id], qrels[query.id]) for query in queries if any(qrels[query.id].values())}

    full = values(weights)
    found = []
    for done, feature in enumerate(used, 1):
        left = values({**weights, feature: 0.0})
        loss = paired([full[id] for id in left], list(left.values()))
        found.append(Ablation(feature, bootstrap(list(left.values())), loss))
        progress("逐项去掉特征", done, len(used))
    return tuple(sorted(found, key=lambda a: (-a.loss.interval.mean, a.feature)))
