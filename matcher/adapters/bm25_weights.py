"""The arithmetic of BM25F: parameters, collection statistics, and the formula that index and explanation share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from matcher.adapters.forward import Forward
from matcher.adapters.vocabulary import UNKNOWN, Vocabulary
from matcher.model import FIELDS

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bm25Parameters:
    """`weights` and `b` per field, each field of FIELDS named; `k1` saturates the weighted term frequency."""

    k1: float = 1.2
    weights: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(FIELDS, 1.0))
    b: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(FIELDS, 0.75))

    def __post_init__(self) -> None:
        for name, values in (("weights", self.weights), ("b", self.b)):
            if set(values) != set(FIELDS):
                raise ValueError(f"{name} must name exactly {', '.join(FIELDS)}, not {', '.join(values)}")
        if self.k1 <= 0 or min(self.weights.values()) < 0 or not all(0 <= b <= 1 for b in self.b.values()):
            raise ValueError("k1 must be above 0, weights 0 or more, b from 0 to 1")

    def per_field(self, values: Mapping[str, float]) -> Floats:
        """`weights` or `b` as an array in FIELDS order."""
        return np.array([values[name] for name in FIELDS], dtype=np.float64)

    def saturate(self, frequency: Floats) -> Floats:
        """tf · (k1 + 1) / (k1 + tf)."""
        return frequency * (self.k1 + 1) / (self.k1 + frequency)


@dataclass(frozen=True, eq=False)
class Statistics:
    """What BM25 knows of a collection. `average_lengths` is per field, over the records that have the field."""

    records: int
    vocabulary: Vocabulary
    record_counts: npt.NDArray[np.int32]
    """Per term of the vocabulary, the number of records that have it in any field."""
    average_lengths: Floats

    def idf(self, terms: Sequence[str]) -> Floats:
        """ln(1 + (N − df + 0.5) / (df + 0.5)) per term, always > 0; an unknown term has df 0."""
        numbers = self.vocabulary.numbers(terms)
        known = numbers != UNKNOWN
        df = np.zeros(len(numbers), dtype=np.float64)
        df[known] = self.record_counts[numbers[known]]
        return self._idf(df)

    def idf_over(self, vocabulary: Vocabulary) -> Floats:
        """The same for every term of a vocabulary, in its order."""
        return self._idf(self.record_counts) if self.belongs_to(vocabulary) else self.idf(vocabulary.terms)

    def belongs_to(self, vocabulary: Vocabulary) -> bool:
        """Whether these are the statistics of the index with this vocabulary, rather than borrowed from another."""
        return vocabulary is self.vocabulary

    def _idf(self, df: npt.NDArray[Any]) -> Floats:
        return np.asarray(np.log1p((self.records - df + 0.5) / (df + 0.5)), dtype=np.float64)


def average_lengths(forward: Forward) -> Floats:
    """Per field, the mean length over the records that have it; 0 for a field that none has."""
    having = np.maximum(np.count_nonzero(forward.lengths, axis=0), 1)
    return np.asarray(forward.lengths.sum(axis=0) / having, dtype=np.float64)


def stretch(lengths: Floats, average: Floats, b: Floats) -> Floats:
    """The length normaliser 1 − b + b · length / average, shaped like `lengths`; 1 for an empty field."""
    return np.where(lengths > 0, 1 - b + b * lengths / np.where(average > 0, average, 1.0), 1.0)
