"""A small world for laws: the gold solutions prepared once, any of them on a shelf in any order within milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from indexer.collections import read_collection
from indexer.workshop import Workshop, workshop
from matcher.adapters.shelves import Prepared, assemble, joined, prepare, taken
from matcher.engine import Engine, Side, View
from matcher.filters import Filter
from matcher.model import Hit, Kind, Profile, Record
from matcher.settings import Settings
from matcher.shelf import Shelf

EVERYTHING = 500
"""A k beyond the size of any shelf made here, so that a ranking shows every record."""


@dataclass(frozen=True, eq=False)
class World:
    """The gold solutions as rows to choose from, the gold demands as queries, and the shipped engine."""

    shop: Workshop
    rows: Prepared
    demands: Sequence[Profile]

    def shelf(self, keep: Sequence[int], *more: Record) -> Shelf:
        """A shelf of these rows, in this order, and of further records behind them."""
        rows = taken(self.rows, keep)
        return assemble(Kind.SOLUTION, joined([rows, prepare(more, self.shop.parts)]) if more else rows)

    def changed(self, base: Shelf, *records: Record) -> Shelf:
        """Records filed since the base was built: they borrow its statistics."""
        return assemble(Kind.SOLUTION, prepare(records, self.shop.parts), base.lexical.statistics)  # type: ignore[attr-defined]

    def engine(self, base: Shelf, delta: Shelf | None = None, hidden: Sequence[int] = ()) -> Engine:
        """The engine over a base, what was filed since, and the rows of the base that no longer count."""
        gone = np.zeros(len(base), np.bool_)
        gone[list(hidden)] = True
        nothing = assemble(Kind.DEMAND, prepare([], self.shop.parts))
        empty = assemble(Kind.SOLUTION, prepare([], self.shop.parts))
        sides = {
            Kind.SOLUTION: Side(base, gone, empty if delta is None else delta),
            Kind.DEMAND: Side(nothing, np.zeros(0, np.bool_), nothing),
        }
        view = View("laws", sides)
        return self.shop.engine(lambda: view)

    def ranked(self, engine: Engine, query: Profile, filters: Sequence[Filter] = ()) -> list[Hit]:
        """Every record that may be returned, best first."""
        return engine.hits(query, k=EVERYTHING, filters=filters)


@pytest.fixture(scope="session")
def world(root: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    shop = workshop(Settings.from_env({"SCENEMATCH_HOME": str(tmp_path_factory.mktemp("home"))}))
    collection = read_collection(root / "data" / "gold" / "dev")
    demands = [shop.parts.profile(demand) for demand in collection.demands.values()]
    return World(shop, prepare(list(collection.solutions.values()), shop.parts), demands)
