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
    field_vectors  unit vectors by field, float16, (rows, len(DENSE_FIELDS), dim); zero for an empty field
    money          lowest and highest amount in 万元, (rows, 2), NaN where unknown or in another currency
    """

    kind: Kind
    ids: Sequence[str]
    row_of: Mapping[str, int]
    vectors: VectorIndex
    lexical: LexicalIndex
    whole: npt.NDArray[np.float16]
    field_vectors: npt.NDArray[np.float16]
    tags: TagTable
    money: npt.NDArray[np.float32]
    profiles: Profiles

    def __len__(self) -> int:
        return len(self.ids)

    def dense(self, rows: RowNumbers, queries: Vectors) -> npt.NDArray[np.float32]:
        """Cosines of the rows' whole vectors with a query vector, (dim,), or with several, (dim, queries)."""
        cosines: npt.NDArray[np.float32] = widened(self.whole[rows]) @ queries
        return cosines

    def dense_fields(self, rows: RowNumbers, queries: Vectors) -> npt.NDArray[np.float32]:
        """Cosines of the rows' field vectors with query vectors, (queries, dim): (rows, len(DENSE_FIELDS), queries)."""
        fields = widened(self.field_vectors[rows])
        cosines = (queries @ fields.reshape(-1, fields.shape[2]).T).T
        return cosines.reshape(len(rows), len(DENSE_FIELDS), len(queries))

    def every_row(self) -> Rows:
        """A mask that allows all."""
        return np.ones(len(self), np.bool_)
