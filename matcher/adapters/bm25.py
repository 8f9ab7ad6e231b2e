"""BM25F (Robertson & Zaragoza 2009): field-weighted, saturated once, with every term's share available."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from matcher.adapters.forward import Document, Forward
from matcher.adapters.roster import RowNumbers
from matcher.model import FIELDS, Hit
from matcher.ports import Rows

Scores = npt.NDArray[np.float32]
Query = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Bm25Parameters:
    """`weights` and `b` per field; `k1` saturates the weighted term frequency."""

    k1: float = 1.2
    weights: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(FIELDS, 1.0))
    b: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(FIELDS, 0.75))


class Statistics:
    """What BM25 knows of a collection: its size, in how many records each term is, the average field lengths."""


class Overlap:
    """What a query and some rows share; the work is done once, then every score is cheap."""

    def scores(self) -> Scores:
        """Full BM25F score per row, 0 where nothing is shared."""
        raise NotImplementedError

    def field_scores(self, field: str) -> Scores:
        """Plain BM25 on one field per row, with the collection's idf."""
        raise NotImplementedError

    def contributions(self, position: int) -> dict[str, float]:
        """Term → share of the score of the row at `position`; only shared terms."""
        raise NotImplementedError


class Bm25Index:
    """A LexicalIndex. `statistics` may be handed to another build, so that changed rows score with frozen statistics."""

    statistics: Statistics

    @classmethod
    def build(
        cls,
        ids: Sequence[str],
        documents: Forward | Iterable[Document],
        parameters: Bm25Parameters | None = None,
        statistics: Statistics | None = None,
    ) -> Bm25Index:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def search(self, query: Query, k: int, allowed: Rows | None = None, max_terms: int | None = None) -> list[Hit]:
        """See LexicalIndex. `max_terms` finds candidates by the m strongest terms only (weight × idf); scores stay full."""
        raise NotImplementedError

    def overlap(self, query: Query, rows: RowNumbers) -> Overlap:
        """Everything shared by the query and these rows: total, per-field scores, contributions."""
        raise NotImplementedError

    def contributions(self, query: Query, id: str) -> dict[str, float]:
        """See LexicalIndex. Raises NotFound for an unknown id."""
        raise NotImplementedError

    def score_rows(self, query: Query, rows: RowNumbers) -> Scores:
        """Full scores of the given rows, in their order."""
        raise NotImplementedError

    def field_scores(self, query: Query, rows: RowNumbers, field: str) -> Scores:
        """Plain BM25 of one field for the given rows."""
        raise NotImplementedError

    def idf(self, term: str) -> float:
        """ln(1 + (N − df + 0.5)/(df + 0.5)); for an unknown term df is 0."""
        raise NotImplementedError

    def self_score(self, query: Query) -> float:
        """The score of a record with each query term once in a field of weight 1 and average length: Σ weight × idf."""
        raise NotImplementedError

    def save(self, folder: Path) -> None:
        raise NotImplementedError

    @classmethod
    def load(cls, folder: Path) -> Bm25Index:
        """Opens what `save` wrote, memory-mapped. Raises BrokenGeneration."""
        raise NotImplementedError
