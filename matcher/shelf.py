"""Everything needed to search one side: all solutions, or all demands. Never changes once made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from matcher.halves import widened
from matcher.model import Kind, Profile
from matcher.ports import LexicalIndex, RowNumbers, Rows, VectorIndex, Vectors
from matcher.tags import TagTable

DENSE_FIELDS = ("title", "body", "needs")
"""The fields whose own vectors are kept, in the order of `Shelf.field_vectors`. `needs` holds cases too."""


class Profiles(Protocol):
    """Profiles by row; may read each from disk when asked."""

    def __len__(self) -> int: ...

    def __getitem__(self, row: int) -> Profile: ...


@dataclass(frozen=True, eq=False)
class Shelf:
    """One side of the index. Row r of every part is the same record.

    whole          unit vectors of the whole text, (rows, dim)
    sizes          length of the sum of term vectors that each was made from, (rows,); 0 where the encoder adds up none
    context        unit vectors of the whole text by the context model, (rows, its dim); (rows, 0) without one
    contexts       the index over them; None without such a model
    field_vectors  unit vectors of each of DENSE_FIELDS, (fields, rows, dim); zero for an empty field
    money          lowest and highest amount in 万元, (rows, 2), NaN where unknown or in another currency
    """

    kind: Kind
    ids: Sequence[str]
    row_of: Mapping[str, int]
    vectors: VectorIndex
    lexical: LexicalIndex
    whole: npt.NDArray[np.float16]
    sizes: npt.NDArray[np.float32]
    context: npt.NDArray[np.float16]
    contexts: VectorIndex | None
    field_vectors: npt.NDArray[np.float16]
    tags: TagTable
    money: npt.NDArray[np.float32]
    profiles: Profiles

    def __len__(self) -> int:
        return len(self.ids)

    def dense(self, rows: RowNumbers, query: Vectors) -> npt.NDArray[np.float32]:
        """Cosines of a query vector, (dim,), with the rows' whole vectors, (rows,)."""
        return _cosines(self.whole[rows], query)

    def dense_field(self, field: str, rows: RowNumbers, query: Vectors) -> npt.NDArray[np.float32]:
        """The same with the vectors of one of DENSE_FIELDS; the others are not even read from disk."""
        return _cosines(self.field_vectors[DENSE_FIELDS.index(field)][rows], query)

    def in_context(self, rows: RowNumbers, query: Vectors) -> npt.NDArray[np.float32]:
        """The same with the context model's vectors; 0 where the shelf has none."""
        if self.context.shape[1] != len(query):
            return np.zeros(len(rows), np.float32)
        return _cosines(self.context[rows], query)

    def nearest_in_context(self, query: Vectors, k: int, allowed: Rows) -> RowNumbers:
        """The k rows that the context model puts nearest; none where the shelf was not read by it."""
        if self.contexts is None or self.context.shape[1] != len(query):
            return np.zeros(0, np.int64)
        return self.contexts.nearest(query, k, allowed)

    def every_row(self) -> Rows:
        """A mask that allows all."""
        return np.ones(len(self), np.bool_)


def _cosines(halves: npt.NDArray[np.float16], query: Vectors) -> npt.NDArray[np.float32]:
    """Products in double precision, rounded: in single precision they would depend on how many rows there are and on
    the machine's SIMD width, and so would a score."""
    return np.asarray(widened(halves).astype(np.float64) @ query.astype(np.float64), np.float32)
