"""What a query and some records share, term by term and field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

import numpy as np
import numpy.typing as npt

from matcher.adapters.bm25_weights import Bm25Parameters, Floats
from matcher.adapters.forward import Forward
from matcher.adapters.vocabulary import TermNumbers
from matcher.model import FIELDS

Scores = npt.NDArray[np.float32]
RowNumbers = npt.NDArray[np.int64]


class Overlap:
    """The shared terms of one query and some rows. Finding them is the work; every score from then on is cheap.

    Scores are summed in float64 and rounded to float32, so that equal records tie on every machine.
    """

    def __init__(
        self,
        forward: Forward,
        parameters: Bm25Parameters,
        stretch: Floats,
        rows: RowNumbers,
        terms: Sequence[str],
        numbers: TermNumbers,
        weights: Floats,
        idf: Floats,
    ) -> None:
        """`stretch` is the length normaliser of these rows, (rows, fields); `weights` and `idf` are per query term."""
        self._parameters, self._terms, self._rows = parameters, terms, len(rows)
        self._idf, self._gains = idf, weights * idf
        slots = np.zeros(len(forward.vocabulary), dtype=np.min_scalar_type(len(terms)))
        slots[numbers] = np.arange(1, len(terms) + 1)
        cells, place = forward.cells(rows)
        slot = slots.take(forward.terms.take(cells))
        shared = np.flatnonzero(slot != 0)
        source, row = cells[shared], place[shared].astype(np.int64)
        self._cell = row * len(terms) + slot[shared] - 1
        self._field = forward.fields[source]
        self._counts = forward.counts[source]
        self._frequency = self._counts / stretch[row, self._field]

    def _totals(
        self, frequency: Floats, chosen: npt.NDArray[np.bool_] | slice = slice(None)
    ) -> tuple[RowNumbers, Floats]:
        """Every (row, term) pair that shares something, as a cell number, and its frequency."""
        total: Floats = _summed(self._cell[chosen], frequency, self._rows * len(self._terms))
        cells = np.flatnonzero(total > 0)
        return cells, total[cells]

    def _points(self, cells: RowNumbers, total: Floats) -> Floats:
        return self._gains[cells % len(self._terms)] * self._parameters.saturate(total)

    def _sums(self, cells: RowNumbers, points: Floats) -> Scores:
        return _summed(cells // len(self._terms), points, self._rows).astype(np.float32)

    @cached_property
    def _all_totals(self) -> tuple[RowNumbers, Floats]:
        """`_totals` over all fields, weighted."""
        weights = self._parameters.per_field(self._parameters.weights)
        return self._totals(self._frequency * weights[self._field])

    @cached_property
    def _all_points(self) -> tuple[RowNumbers, Floats]:
        """Every shared (row, term) pair as a cell number, and its points."""
        cells, total = self._all_totals
        return cells, self._points(cells, total)

    def scores(self) -> Scores:
        """The full BM25F score per row, 0 where nothing is shared."""
        if not self._terms:
            return np.zeros(self._rows, dtype=np.float32)
        return self._sums(*self._all_points)

    def field_scores(self, field: str) -> Scores:
        """Plain BM25 on one field per row, with the idf of whole records."""
        if not self._terms:
            return np.zeros(self._rows, dtype=np.float32)
        chosen = self._field == FIELDS.index(field)
        cells, total = self._totals(self._frequency[chosen], chosen)
        return self._sums(cells, self._points(cells, total))

    def word_scores(self, words: Mapping[str, float], doubled: AbstractSet[str]) -> Scores:
        """See the Overlap of the ports."""
        if not self._terms:
            return np.zeros(self._rows, dtype=np.float32)
        cells, total = self._all_totals
        term = cells % len(self._terms)
        gains = np.array([words.get(name, 0.0) for name in self._terms]) * self._idf**2
        mentions = np.array([0.5 if name in doubled else 1.0 for name in self._terms])
        chosen = np.flatnonzero(gains[term])
        term = term[chosen]
        return self._sums(cells[chosen], gains[term] * self._parameters.saturate(total[chosen] * mentions[term]))

    def tally(self, gains: Mapping[str, float]) -> Scores:
        """See the Overlap of the ports."""
        if not self._terms:
            return np.zeros(self._rows, dtype=np.float32)
        gain = np.array([gains.get(name, 0.0) for name in self._terms])
        row, term = np.divmod(self._cell, len(self._terms))
        return _summed(row, gain[term] * self._counts, self._rows).astype(np.float32)

    def contributions(self, position: int) -> dict[str, float]:
        """Term → its share of the score of the row at `position`; only shared terms, in query order."""
        if not self._terms:
            return {}
        cells, points = self._all_points
        low, high = np.searchsorted(cells, [position * len(self._terms), (position + 1) * len(self._terms)])
        return {
            self._terms[cell % len(self._terms)]: share
            for cell, share in zip(cells[low:high].tolist(), points[low:high].tolist(), strict=True)
        }

    def shared_in(self, position: int, field: str) -> frozenset[str]:
        """See the Overlap of the ports."""
        if not self._terms:
            return frozenset()
        own = (self._cell // len(self._terms) == position) & (self._field == FIELDS.index(field))
        return frozenset(self._terms[at] for at in (self._cell[own] % len(self._terms)).tolist())


def _summed(places: RowNumbers, values: Floats, size: int) -> Floats:
    return np.asarray(np.bincount(places, weights=values, minlength=size), dtype=np.float64)
