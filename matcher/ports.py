"""The four doors of the engine. Adapters live in `matcher/adapters`; contract tests in `tests/contracts`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from matcher.model import Hit, Profile

Vectors = npt.NDArray[np.float32]
"""Shape (rows, dim), float32; rows have unit length, or are all zero for a text without known terms."""

Rows = npt.NDArray[np.bool_]
"""Shape (size of the index,): True where a row may be returned."""


class Encoder(Protocol):
    """Text to unit vectors. `name` identifies the weights (a content hash is part of it): same name, same vectors."""

    @property
    def name(self) -> str: ...

    @property
    def dim(self) -> int: ...

    def queries(self, texts: Sequence[str]) -> Vectors:
        """One row per text, in order, for the asking side. An empty text gives a zero row. [] gives shape (0, dim)."""
        ...

    def documents(self, texts: Sequence[str]) -> Vectors:
        """The same for the side that is searched. Equal to `queries` unless the model has prompts."""
        ...


class VectorIndex(Protocol):
    """Nearest rows by inner product of unit vectors."""

    def __len__(self) -> int: ...

    def search(self, query: Vectors, k: int, allowed: Rows | None = None) -> list[Hit]:
        """The k nearest records, best first, ties by id.

        `query` has shape (dim,) and need not be unit length; score is the cosine, in [-1, 1]. Fewer than k come back
        only when fewer are allowed. `allowed` filters before ranking, never after. k = 0 gives []. Never raises on an
        empty index. A zero query gives every score 0, so the first k allowed ids.
        """
        ...


class LexicalIndex(Protocol):
    """Field-weighted BM25 over the analyser's terms."""

    def __len__(self) -> int: ...

    def search(self, query: Mapping[str, float], k: int, allowed: Rows | None = None) -> list[Hit]:
        """The k best records that share at least one term with `query` (term → weight > 0), best first, ties by id.

        score is the sum of `contributions`, always > 0; records sharing no term are absent, so fewer than k may return.
        """
        ...

    def contributions(self, query: Mapping[str, float], id: str) -> dict[str, float]:
        """Term → its share of this record's score; only shared terms. The sum equals the score `search` reports."""
        ...


class Reranker(Protocol):
    """A second opinion on (query, candidate) pairs, for one more named feature; a cross-encoder for instance."""

    @property
    def name(self) -> str: ...

    def scores(self, query: Profile, candidates: Sequence[Profile]) -> Sequence[float]:
        """One relevance per candidate, in order, in [0, 1]."""
        ...


