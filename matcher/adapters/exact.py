"""Brute force over unit vectors in NumPy: the default for small data, the double in tests, the oracle for the rest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from matcher.adapters.roster import Found, Roster, RowNumbers, at_least_kth
from matcher.halves import widened
from matcher.model import Hit
from matcher.ports import Rows, Vectors

SLACK = 1e-5
"""More than the error of a float32 inner product of two unit vectors of a few thousand dimensions."""

BLOCK = 16_384
"""Rows of halves widened at a time."""


class ScoredIndex(ABC):
    """A VectorIndex but for the scores: given those of the rows among which the k best are, the rest is the same."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster

    @abstractmethod
    def _scored(self, query: Vectors, k: int, allowed: Rows | None) -> Found:
        """Rows among which the k best are, with their scores, in no order. `query` has length 1, k ≥ 1."""

    def __len__(self) -> int:
        return len(self._roster)

    def search(self, query: Vectors, k: int, allowed: Rows | None = None) -> list[Hit]:
        """See VectorIndex."""
        return self._roster.hits(*self._found(query, k, allowed))

    def nearest(self, query: Vectors, k: int, allowed: Rows | None = None) -> RowNumbers:
        """See VectorIndex."""
        return self._found(query, k, allowed)[0]

    def _found(self, query: Vectors, k: int, allowed: Rows | None) -> Found:
        query = unit(query)
        if k <= 0 or not len(self) or not query.any():
            return self._roster.first(max(k, 0), allowed)
        rows, scores = self._scored(query, k, allowed)
        best = self._roster.best(rows, scores, k)
        return rows[best], scores[best]


class ExactIndex(ScoredIndex):
    """A VectorIndex that is slow above about 100 000 rows and never wrong."""

    def __init__(self, ids: Sequence[str], vectors: Vectors) -> None:
        """`vectors` has shape (len(ids), dim); rows of unit length or all zero. Raises ValueError on other lengths."""
        if len(ids) != len(vectors):
            raise ValueError(f"{len(ids)} ids for {len(vectors)} vectors")
        super().__init__(Roster(ids))
        self._vectors = np.ascontiguousarray(vectors, dtype=np.float32)

    def _scored(self, query: Vectors, k: int, allowed: Rows | None) -> Found:
        return scanned(self._vectors, query, k, allowed)


def unit(query: Vectors) -> Vectors:
    """The query at unit length; a zero query stays zero."""
    query = np.asarray(query, dtype=np.float32)
    norm = float(np.linalg.norm(query.astype(np.float64)))
    return query if norm == 0 else (query / np.float32(norm)).astype(np.float32)


Stored = npt.NDArray[np.float16] | npt.NDArray[np.float32]
"""Rows as an index holds them, (rows, dim): halves where they hold the rows without loss, as those of a shelf do."""


def single(vectors: Stored) -> Vectors:
    """The rows as single precision, one behind the other."""
    return widened(vectors) if vectors.dtype == np.float16 else np.ascontiguousarray(vectors, dtype=np.float32)


def scanned(vectors: Stored, query: Vectors, k: int, allowed: Rows | None) -> Found:
    """Every allowed row looked at: those among which the k best are, with their scores, in no order.

    Rows may lie on disk: of halves, no more than a block at a time is held in single precision. k ≥ 1.
    """
    rows = np.arange(len(vectors)) if allowed is None else np.flatnonzero(allowed)
    if vectors.dtype == np.float16:
        blocks = [rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK)]
        rough = np.concatenate([np.zeros(0, np.float32), *(single(vectors[block]) @ query for block in blocks)])
    else:
        rough = vectors @ query if allowed is None else vectors[rows] @ query
    rows = rows[at_least_kth(rough, k, SLACK)]
    return rows, cosines(vectors, rows, query)


def cosines(vectors: Stored, rows: RowNumbers, query: Vectors) -> Vectors:
    """The scores of some rows, in float64 and then rounded to float32, clipped to [-1, 1].

    A float32 product depends on the row's position and on the machine's SIMD width, so that equal vectors would not
    tie; a rounded float64 product does not.
    """
    exact = single(vectors[rows]).astype(np.float64) @ query.astype(np.float64)
    return np.clip(exact, -1.0, 1.0).astype(np.float32)
