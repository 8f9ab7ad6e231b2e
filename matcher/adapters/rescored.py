"""Nearest rows in two steps: candidates from something quick, then their scores from the stored vectors.

Shared by the indexes whose quick step may round, or leave a few rows out: what they return is scored and ordered like
the answers of the exact index.
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from matcher.adapters.exact import SLACK, ScoredIndex, Stored, cosines, single
from matcher.adapters.roster import Found, Roster, RowNumbers, at_least_kth
from matcher.ports import Rows, Vectors

SMALL_POOL = 1_500
"""With this many allowed rows or fewer, all of them are scored exactly: cheaper than looking for candidates."""


class RescoredIndex(ScoredIndex):
    """A VectorIndex but for the candidates. `vectors` holds the rows of the roster, (rows, dim)."""

    def __init__(self, roster: Roster, vectors: Stored) -> None:
        super().__init__(roster)
        self.vectors = vectors

    @abstractmethod
    def _candidates(self, query: Vectors, count: int, allowed: Rows | None) -> RowNumbers:
        """About the `count` nearest allowed rows, in any order; all of them when `count` is how many are allowed."""

    @abstractmethod
    def _first(self, k: int) -> int:
        """How many candidates to look at first for the k best."""

    def _scored(self, query: Vectors, k: int, allowed: Rows | None) -> Found:
        available = len(self) if allowed is None else int(np.count_nonzero(allowed))
        if available == len(self):
            allowed = None
        if allowed is not None and available <= SMALL_POOL:
            rows = np.flatnonzero(allowed)
            return rows, cosines(self.vectors, rows, query)
        wanted = self._first(k)
        while True:
            asked = min(wanted, available)
            rows = self._candidates(query, asked, allowed)
            rough = single(self.vectors[rows]) @ query
            if asked == available or len(at_least_kth(rough, k, 3 * SLACK)) < len(rows):
                rows = rows[at_least_kth(rough, k, 2 * SLACK)]
                return rows, cosines(self.vectors, rows, query)
            wanted *= 4  # even the last candidate ties with the k-th: more may, outside; equal texts are common
