"""The four doors of the engine. Adapters live in `matcher/adapters`; contract tests in `tests/contracts`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from matcher.model import Hit, Profile

Vectors = npt.NDArray[np.float32]
"""Shape (rows, dim), float32; rows have unit length, or are all zero for a text without known terms."""

Rows = npt.NDArray[np.bool_]
"""Shape (size of the index,): True where a row may be returned."""


RowNumbers = npt.NDArray[np.int64]
"""Shape (rows,): positions in an index."""

Scores = npt.NDArray[np.float32]
"""Shape (rows,): one score per row asked about."""


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


@runtime_checkable
class BagEncoder(Encoder, Protocol):
    """An encoder that adds up term vectors, so that a cosine is exactly a sum over pairs of terms."""

    def bag(self, counts: Mapping[str, float]) -> Vectors:
        """The sum of the counted terms' vectors, shape (dim,), not unit length; zero when no term is known."""
        ...

    def knows(self, term: str) -> bool:
        """Whether the term has a vector of its own; that of any other is zero."""
        ...

    def vectors(self, terms: Sequence[str]) -> Vectors:
        """One row per term, shape (terms, dim), not unit length; zero for an unknown term."""
        ...

    def numbers(self, terms: Sequence[str]) -> RowNumbers:
        """A number per term, by which its vector is found sooner than by its letters; -1 for an unknown term."""
        ...

    def lengths(self, numbers: RowNumbers) -> Scores:
        """The length of each numbered term's vector; 0 for -1."""
        ...

    def products(self, ours: RowNumbers, theirs: RowNumbers) -> Vectors:
        """Inner products of the terms' vectors, shape (len(ours), len(theirs)); 0 for -1. To be changed at will."""
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

    def nearest(self, query: Vectors, k: int, allowed: Rows | None = None) -> RowNumbers:
        """The rows of the hits of `search`, best first: for whoever needs no ids, which take longer than the search."""
        ...


class Overlap(Protocol):
    """What a query and some rows have in common, looked up once and asked about in several ways."""

    def scores(self) -> Scores:
        """One full-query score per row, in the order the rows were given; 0 where no term is shared."""
        ...

    def field_scores(self, field: str) -> Scores:
        """The same with one field of FIELDS only, as plain BM25 over that field."""
        ...

    def word_scores(self, words: Mapping[str, float], doubled: AbstractSet[str]) -> Scores:
        """The score by some of the query's terms alone, with weights of their own, and each by the square of its idf: a
        rare word then says more than many common ones. Of `doubled` terms half the occurrences count."""
        ...

    def tally(self, gains: Mapping[str, float]) -> Scores:
        """Per row the sum over its shared terms of the term's gain times how often the row has it."""
        ...

    def contributions(self, position: int) -> dict[str, float]:
        """Term → its share of the score of the row at this position. Only shared terms; the sum is the score."""
        ...

    def shared_in(self, position: int, field: str) -> frozenset[str]:
        """The shared terms that stand in this field of the row at this position."""
        ...


class LexicalIndex(Protocol):
    """Field-weighted BM25 over the analyser's terms. A query maps terms to weights above 0."""

    def __len__(self) -> int: ...

    def search(
        self, query: Mapping[str, float], k: int, allowed: Rows | None = None, max_terms: int | None = None
    ) -> list[Hit]:
        """The k best records that share at least one term with `query`, best first, ties by id.

        score is the sum of the shared terms' contributions, always > 0; records sharing no term are absent, so fewer
        than k may return. `max_terms` keeps only that many strongest query terms (weight × idf): our queries are
        whole documents, and candidates do not need all of one.
        """
        ...

    def strongest(
        self, query: Mapping[str, float], k: int, allowed: Rows | None = None, max_terms: int | None = None
    ) -> RowNumbers:
        """The rows of the hits of `search`, in ascending order; cheaper: mostly no score is needed for it.

        Where several could be the last one there may be more than k, by a fifth at most.
        """
        ...

    def overlap(self, query: Mapping[str, float], rows: RowNumbers) -> Overlap:
        """Exact scores of chosen rows, in full and by field, with their workings."""
        ...

    def words(self, row: int, telling: Callable[[str], bool]) -> dict[str, int]:
        """Term → how often, of one record as it was indexed, in the order of its text: those that `telling` accepts.

        It is asked about a term once for all records, so it must always answer alike.
        """
        ...

    def self_score(self, query: Mapping[str, float], power: int = 1) -> float:
        """The score of an average-length record that has every query term once: the yardstick that makes scores of
        different queries comparable. Above 0 for a query with any term. `power` is that of the idf, 2 for
        `Overlap.word_scores`."""
        ...


class Reranker(Protocol):
    """A second opinion on (query, candidate) pairs, for one more named feature; a cross-encoder for instance."""

    @property
    def name(self) -> str: ...

    def scores(self, query: Profile, candidates: Sequence[Profile]) -> Sequence[float]:
        """One relevance per candidate, in order, in [0, 1]."""
        ...
