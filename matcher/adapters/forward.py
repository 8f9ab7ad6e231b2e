"""Counted terms of records, record by record: what a lexical index is built from, and what a rebuild reuses."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from matcher.adapters.arrays import broken, read_array, write_array
from matcher.adapters.vocabulary import Vocabulary
from matcher.model import FIELDS

Document = Mapping[str, Mapping[str, int]]
"""Field (a name of matcher.model.FIELDS) → term → how often, 1 or more. A missing field is an empty one."""

MOST = np.iinfo(np.uint16).max
"""Counts above this are kept as this: BM25 is saturated long before. Lengths stay exact."""

DTYPES = {"starts": np.int64, "terms": np.int32, "fields": np.uint8, "counts": np.uint16, "lengths": np.float64}
"""The arrays of a Forward on disk, one .npy file each."""


class _Numbering(dict[str, int]):
    """Gives every new term the next number."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


@dataclass(frozen=True, eq=False)
class Forward:
    """Term counts of records in row order.

    Row r owns the cells starts[r]:starts[r + 1]; a cell says that a term (its number in the vocabulary) stands in a
    field (its place in FIELDS) so many times. Cells of a row go by field. `lengths` has shape (rows, fields): terms in
    each field, repetitions included.
    """

    vocabulary: Vocabulary
    starts: npt.NDArray[np.int64]
    terms: npt.NDArray[np.int32]
    fields: npt.NDArray[np.uint8]
    counts: npt.NDArray[np.uint16]
    lengths: npt.NDArray[np.float64]

    @classmethod
    def count(cls, documents: Iterable[Document]) -> Forward:
        """One row per document, in order. Raises ValueError for a field that FIELDS lacks and for counts below 1."""
        numbering = _Numbering()
        terms, counts, sizes = array("i"), array("q"), array("q")
        for document in documents:
            if not document.keys() <= set(FIELDS):
                raise ValueError(f"unknown fields: {sorted(document.keys() - set(FIELDS))}")
            for field in FIELDS:
                counted = document.get(field, {})
                terms.extend(map(numbering.__getitem__, counted))
                counts.extend(counted.values())
                sizes.append(len(counted))
        number_of_cells = np.array(sizes, dtype=np.int64).reshape(-1, len(FIELDS))
        rows = len(number_of_cells)
        every = np.array(counts, dtype=np.int64)
        if every.size and every.min() < 1:
            raise ValueError("a term's count is 1 or more")
        fields = np.tile(np.arange(len(FIELDS), dtype=np.uint8), rows).repeat(number_of_cells.ravel())
        place = np.arange(rows * len(FIELDS)).repeat(number_of_cells.ravel())
        lengths = np.bincount(place, weights=every, minlength=rows * len(FIELDS)).reshape(rows, len(FIELDS))
        return cls._compact(
            tuple(numbering),
            _starts(number_of_cells.sum(axis=1)),
            np.array(terms, dtype=np.int32),
            fields,
            np.minimum(every, MOST).astype(np.uint16),
            np.asarray(lengths, dtype=np.float64),
        )

    @classmethod
    def _compact(
        cls,
        names: Sequence[str],
        starts: npt.NDArray[np.int64],
        terms: npt.NDArray[np.int32],
        fields: npt.NDArray[np.uint8],
        counts: npt.NDArray[np.uint16],
        lengths: npt.NDArray[np.float64],
    ) -> Forward:
        """Renumbers by ascending term and drops unused names: equal rows, equal arrays, whatever their past."""
        used = np.flatnonzero(np.bincount(terms, minlength=len(names))).tolist()
        order = sorted(used, key=names.__getitem__)
        renumber = np.full(len(names), -1, dtype=np.int32)
        renumber[order] = np.arange(len(order), dtype=np.int32)
        return cls(Vocabulary(names[old] for old in order), starts, renumber[terms], fields, counts, lengths)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, rows: Sequence[int] | npt.NDArray[np.int64]) -> Forward:
        """The chosen rows, in that order; terms that none of them has are forgotten."""
        chosen = np.asarray(rows, dtype=np.int64)
        sizes = np.diff(self.starts)[chosen]
        cells, _ = self.cells(chosen)
        return self._compact(
            self.vocabulary.terms,
            _starts(sizes),
            self.terms[cells],
            self.fields[cells],
            self.counts[cells],
            self.lengths[chosen],
        )

    @classmethod
    def concat(cls, parts: Sequence[Forward]) -> Forward:
        """The rows of all parts, one part after the other."""
        if not parts:
            return cls.count(())
        names = tuple(dict.fromkeys(term for part in parts for term in part.vocabulary.terms))
        common = Vocabulary(names)
        return cls._compact(
            names,
            _starts(np.concatenate([np.diff(part.starts) for part in parts])),
            np.concatenate([common.numbers(part.vocabulary.terms)[part.terms] for part in parts]),
            np.concatenate([part.fields for part in parts]),
            np.concatenate([part.counts for part in parts]),
            np.concatenate([part.lengths for part in parts]),
        )

    def save(self, folder: Path) -> None:
        """Writes terms.json and one .npy per array into `folder`, made if need be."""
        folder.mkdir(parents=True, exist_ok=True)
        self.vocabulary.save(folder / "vocabulary.json")
        for name in DTYPES:
            write_array(folder / f"{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path) -> Forward:
        """Opens what `save` wrote, memory-mapped. Raises BrokenGeneration when the files do not fit together."""
        found = {
            name: read_array(folder / f"{name}.npy", dtype, ndim=2 if name == "lengths" else 1)
            for name, dtype in DTYPES.items()
        }
        forward = cls(Vocabulary.load(folder / "vocabulary.json"), **found)
        if not len(forward.starts) or forward.lengths.shape != (len(forward), len(FIELDS)):
            raise broken("lengths.npy")
        if any(len(found[name]) != forward.starts[-1] for name in ("terms", "fields", "counts")):
            raise broken("starts.npy")
        return forward

    def counts_of(self, row: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint16]]:
        """The terms of a row's cells and how often each stands there; a term of several fields comes several times."""
        cells = slice(int(self.starts[row]), int(self.starts[row + 1]))
        return self.terms[cells], self.counts[cells]

    def cells(self, rows: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
        """The numbers of all cells of the rows, row after row, and for each its place among the rows."""
        first = self.starts[rows]
        sizes = self.starts[rows + 1] - first
        cells = (first - _starts(sizes)[:-1]).repeat(sizes)
        cells += np.arange(len(cells))
        return cells, np.arange(len(rows), dtype=np.int32).repeat(sizes)


def _starts(sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes, dtype=np.int64)])
