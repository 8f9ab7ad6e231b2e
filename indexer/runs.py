"""Rankings of whole collections: the engine's, and those of each arm and fusion it is compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from indexer.collections import Collection
from matcher.adapters.shelves import Parts, assemble, prepare
from matcher.engine import Engine, Side, View
from matcher.metrics import Run
from matcher.model import Kind, Profile, Record

DEPTH = 100


def collection_view(collection: Collection, parts: Parts) -> Callable[[], View]:
    """A fixed view over a collection's records, with nothing changed since."""
    sides = {}
    records: Sequence[Record]
    for kind, records in (
        (Kind.DEMAND, list(collection.demands.values())),
        (Kind.SOLUTION, list(collection.solutions.values())),
    ):
        base = assemble(kind, prepare(records, parts))
        sides[kind] = Side(base, np.zeros(len(base), np.bool_), assemble(kind, prepare([], parts)))
    view = View(collection.name, sides)
    return lambda: view


def ranked(engine: Engine, queries: Sequence[Profile], k: int = DEPTH) -> Run:
    """Query id → hits, best first."""
    return {query.id: engine.hits(query, k=k) for query in queries}
