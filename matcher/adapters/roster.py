"""Which id stands in which row of an index, and how equal scores are ordered. Shared by every index adapter."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from matcher.adapters.arrays import broken
from matcher.errors import NotFound
from matcher.model import Hit

RowNumbers = npt.NDArray[np.int64]

Found = tuple[RowNumbers, npt.NDArray[np.float32]]
"""Rows, best first, with their scores."""


class Roster:
    """The ids of an index in row order."""

    def __init__(self, ids: Sequence[str]) -> None:
        self.ids: tuple[str, ...] = tuple(ids)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def places(self) -> RowNumbers:
        """Per row, the place of its id among all ids in ascending order: the tie-break of every ranking."""
        if all(a <= b for a, b in pairwise(self.ids)):
            return np.arange(len(self.ids), dtype=np.int64)
        places = np.empty(len(self.ids), dtype=np.int64)
        places[sorted(range(len(self.ids)), key=self.ids.__getitem__)] = np.arange(len(self.ids))
        return places

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {id: row for row, id in enumerate(self.ids)}

    def __contains__(self, id: object) -> bool:
        return id in self._rows

    def row(self, id: str) -> int:
        """The row of one id. Raises NotFound."""
        try:
            return self._rows[id]
        except KeyError:
            raise NotFound(f"索引中没有编号为「{id}」的记录", id=id) from None

    def best(self, rows: RowNumbers, scores: npt.NDArray[np.float32], k: int) -> RowNumbers:
        """Positions of the k best of `rows`, by (−score, id). `scores` belongs to `rows`, position by position."""
        return np.lexsort((self.places[rows], -scores))[:k]

    def hits(self, rows: RowNumbers, scores: npt.NDArray[np.float32]) -> list[Hit]:
        """Hits of rows that are already in order, with their scores."""
        return [
            Hit(self.ids[row], score, rank)
            for rank, (row, score) in enumerate(zip(rows.tolist(), scores.tolist(), strict=True), 1)
        ]

    def first(self, k: int, allowed: npt.NDArray[np.bool_] | None) -> Found:
        """The rows of the k first allowed ids, all with score 0: the answer to a query that says nothing."""
        rows = np.arange(len(self)) if allowed is None else np.flatnonzero(allowed)
        rows = rows[np.argsort(self.places[rows], kind="stable")[:k]]
        return rows, np.zeros(len(rows), dtype=np.float32)

    def save(self, path: Path) -> None:
        """A JSON list, so that any id survives."""
        path.write_bytes(orjson.dumps(self.ids))

    @classmethod
    def load(cls, path: Path) -> Roster:
        """Raises BrokenGeneration when the file is no list of strings."""
        try:
            ids = orjson.loads(path.read_bytes())
        except (OSError, orjson.JSONDecodeError) as wrong:
            raise broken(path.name) from wrong
        if not isinstance(ids, list) or not all(isinstance(id, str) for id in ids):
            raise broken(path.name)
        return cls(ids)


def at_least_kth(scores: npt.NDArray[np.float32], k: int, slack: float) -> RowNumbers:
    """Positions of every score that could be among the k best when each may be wrong by `slack`; k ≥ 1."""
    if k >= len(scores):
        return np.arange(len(scores))
    kth = np.partition(scores, len(scores) - k)[len(scores) - k]
    return np.flatnonzero(scores >= kth - np.float32(slack))
