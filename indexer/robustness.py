"""How much of nDCG@10 is lost when the same demands arrive in another shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.build import Progress, silent
from indexer.collections import read_collection
from indexer.runs import collection_view, ranked
from indexer.splits import chosen
from indexer.trust import figures
from indexer.variants import Tables, variants
from indexer.workshop import Workshop
from matcher.metrics import metric
from matcher.model import Demand
from matcher.statistics import Difference, Interval, bootstrap, paired

TOP = 10
NDCG = metric(f"ndcg@{TOP}")


@dataclass(frozen=True, slots=True)
class Drop:
    """One variant: its own nDCG@10, and how much lower that is than the clean one, query by query."""

    variant: str
    reached: Interval
    drop: Difference

    def json(self) -> dict[str, Any]:
        """For programs."""
        return {"reached": figures(self.reached), "drop": figures(self.drop.interval), "p": self.drop.p_permutation}


@dataclass(frozen=True, slots=True)
class Robustness:
    """The clean figure of one collection's answerable demands, and every variant's drop."""

    collection: str
    clean: Interval
    drops: tuple[Drop, ...]

    def json(self) -> dict[str, Any]:
        """For programs."""
        return {"clean": figures(self.clean), "variants": {drop.variant: drop.json() for drop in self.drops}}


def robustness(shop: Workshop, folder: Path, split: str = "all", progress: Progress = silent) -> Robustness:
    """Ask every answerable demand of a split as it is and in every variant of `indexer.variants`."""
    collection = read_collection(folder)
    engine = shop.engine(collection_view(collection, shop.parts))
    ids = [id for id in chosen(tuple(collection.demands), split) if id in set(collection.answerable)]
    changes = variants(Tables.load(shop.settings.data))

    def asked(demands: Mapping[str, Demand]) -> Mapping[str, float]:
        run = ranked(engine, [shop.parts.profile(demand) for demand in demands.values()], TOP)
        return {id: NDCG(run[id], collection.qrels[id]) for id in ids}

    clean = asked({id: collection.demands[id] for id in ids})
    drops = []
    for done, (name, change) in enumerate(changes.items(), 1):
        values = asked({id: change(collection.demands[id]) for id in ids})
        loss = paired([clean[id] for id in ids], [values[id] for id in ids])
        drops.append(Drop(name, bootstrap([values[id] for id in ids]), loss))
        progress(f"{collection.name}：换一种写法", done, len(changes))
    return Robustness(collection.name, bootstrap([clean[id] for id in ids]), tuple(drops))
