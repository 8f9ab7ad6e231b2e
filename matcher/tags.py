"""Which record has which tag, as one table: filters and agreement are column operations, whatever the size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from matcher.ports import RowNumbers, Rows


@dataclass(frozen=True, eq=False)
class TagTable:
    """`cells[row, column]` is 1 where the record has the tag `names[column]`."""

    names: tuple[str, ...]
    cells: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, tags: Sequence[frozenset[str]]) -> TagTable:
        """One row per record, one column per tag that any of them has, in sorted order."""
        names = tuple(sorted({tag for row in tags for tag in row}))
        at = {name: column for column, name in enumerate(names)}
        cells = np.zeros((len(tags), len(names)), np.uint8)
        for row, own in enumerate(tags):
            cells[row, [at[tag] for tag in own]] = 1
        return cls(names, cells)

    def __len__(self) -> int:
        return len(self.cells)

    @cached_property
    def _at(self) -> dict[str, int]:
        return {name: column for column, name in enumerate(self.names)}

    def columns(self, tags: Iterable[str]) -> list[int]:
        """The columns of those tags that some record has, in the order asked."""
        return [self._at[tag] for tag in tags if tag in self._at]

    def having(self, tags: Iterable[str]) -> Rows:
        """True for every record that has at least one of the tags."""
        return np.asarray(self.cells[:, self.columns(tags)].any(axis=1), np.bool_)

    def shared(self, rows: RowNumbers, tags: Iterable[str]) -> npt.NDArray[np.int64]:
        """How many of the tags each of the rows has."""
        cells = self.cells[rows[:, None], np.array(self.columns(tags), np.int64)]
        counts: npt.NDArray[np.int64] = cells.sum(axis=1, dtype=np.int64)
        return counts

    def of_row(self, row: int) -> frozenset[str]:
        """The tags of one record."""
        return frozenset(self.names[column] for column in np.flatnonzero(self.cells[row]))

    def counts(self, facet: str, rows: Rows) -> dict[str, int]:
        """Value → how many of the chosen records have it, for one facet, without zeros, most frequent first."""
        start = facet + ":"
        columns = [column for column, name in enumerate(self.names) if name.startswith(start)]
        totals = self.cells[rows][:, columns].sum(axis=0, dtype=np.int64)
        found = {self.names[c][len(start) :]: int(n) for c, n in zip(columns, totals, strict=True) if n}
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
