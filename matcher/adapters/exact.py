"""Brute force over unit vectors in NumPy: the default for small data, the double in tests, the oracle for the rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from matcher.adapters.roster import Found, Roster, RowNumbers, at_least_kth
from matcher.halves import widened
from matcher.model import Hit
from matcher.ports import Rows, Vectors

SLACK = 1e-5
"""More than the error of a float32 inner product of two unit vectors of a few thousand dimensions."""


class ExactIndex:
    """A VectorIndex that is slow above about 100 000 rows and never wrong."""

    def __init__(self, ids: Sequence[str], vectors: Vectors) -> None:
        """`vectors` has shape (len(ids), dim); rows of unit length or all zero. Raises ValueError on other lengths."""
        if len(ids) != len(vectors):
            raise ValueError(f"{len(ids)} ids for {len(vectors)} vectors")
        self._roster = Roster(ids)
        self._vectors = np.ascontiguousarray(vectors, dtype=np.float32)

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
        rows = np.arange(len(self)) if allowed is None else np.flatnonzero(allowed)
        rough = self._vectors @ query if allowed is None else self._vectors[rows] @ query
        rows = rows[at_least_kth(rough, k, SLACK)]
        scores = cosines(self._vectors, rows, query)
        best = self._roster.best(rows, scores, k)
        return rows[best], scores[best]


def unit(query: Vectors) -> Vectors:
    """The query at unit length; a zero query stays zero."""
    query = np.asarray(query, dtype=np.float32)
    norm = float(np.linalg.norm(query.astype(np.float64)))
    return query if norm == 0 else (query / np.float32(norm)).astype(np.float32)


Stored = npt.NDArray[np.float16] | npt.NDArray[np.float32]
"""Rows as an index holds them, (rows, dim): halves where they hold the rows without loss, as those of a shelf do."""


def cosines(vectors: Stored, rows: RowNumbers, query: Vectors) -> Vectors:
    """The scores of some rows, in float64 and then rounded to float32, clipped to [-1, 1].

    A float32 product depends on the row's position and on the machine's SIMD width, so that equal vectors would not
    tie; a rounded float64 product does not.
    """
    chosen = widened(vectors[rows]) if vectors.dtype == np.float16 else vectors[rows]
    exact = chosen.astype(np.float64) @ query.astype(np.float64)
    return np.clip(exact, -1.0, 1.0).astype(np.float32)
