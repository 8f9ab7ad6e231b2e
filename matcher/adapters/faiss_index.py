"""FAISS behind the VectorIndex port: exact for small shelves, a full scan of short codes with exact rescoring above.

Why these two kinds and where the line runs: docs/adr/0002-vector-index.md. Threads: every search is one thread, and
an index may be searched from many threads at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import faiss as _faiss
import numpy as np
import numpy.typing as npt

from matcher.adapters.arrays import broken, read_array, write_array
from matcher.adapters.exact import Stored, single
from matcher.adapters.rescored import RescoredIndex
from matcher.adapters.roster import Roster, RowNumbers
from matcher.ports import Rows, Vectors

faiss: Any = _faiss  # its stubs describe the C++ signatures, not the NumPy ones that Python has

Kind = Literal["flat", "ivf"]

CROSSOVER = 8_000
"""Rows from which `build` chooses "ivf" by itself; measured by indexer/bench/vector_crossover.py."""

PROMISED_RECALL = {"flat": 1.0, "ivf": 0.98}
"""Mean recall@200 against the exact index that the contract test holds each kind to."""

LISTS, CODE_DIMS, TRAINING_ROWS = 64, 2, 20_000
"""Of "ivf": inverted lists, all of them scanned; dimensions per 4-bit code; rows that train the codes."""

SMALLEST_IVF = 39 * LISTS
"""FAISS asks for 39 training rows per centre; with fewer rows than this "ivf" is stored flat."""

CANDIDATES, CANDIDATES_PER_HIT = 600, 3
"""How many coded candidates are rescored exactly: the larger of the first and k times the second."""

VECTOR_BYTES, LOOPS = 1 << 31, 1 << 24
"""Deserialisation limits given to FAISS: no single vector or loop of ours comes near them."""


class FaissIndex(RescoredIndex):
    """A VectorIndex over FAISS. `kind` "flat" equals the exact index; "ivf" keeps PROMISED_RECALL, its scores exact."""

    def __init__(self, roster: Roster, vectors: Stored, kind: Kind, index: Any) -> None:
        """Use `build` or `load`. `index` is the FAISS index, its labels the rows of `vectors`."""
        super().__init__(roster, vectors)
        self.kind: Kind = kind
        self._index = index

    @classmethod
    def build(cls, ids: Sequence[str], vectors: Stored, kind: Kind | None = None) -> FaissIndex:
        """An index of rows of unit length (or all zero), in row order; `kind` None chooses by size.

        The same vectors give the same index. Raises ValueError when there are more ids than rows or fewer.
        """
        if len(ids) != len(vectors):
            raise ValueError(f"{len(ids)} ids for {len(vectors)} vectors")
        chosen: Kind = kind or ("ivf" if len(ids) >= CROSSOVER else "flat")
        if chosen == "flat" or len(ids) < SMALLEST_IVF:
            return cls._flat(Roster(ids), vectors)
        return cls(Roster(ids), vectors, "ivf", _coded(single(vectors)))

    @classmethod
    def _flat(cls, roster: Roster, vectors: Stored) -> FaissIndex:
        """A scan is as fast as memory can be read, so halves are scanned as such: the same scores in half the time."""
        dim = vectors.shape[1]
        if vectors.dtype == np.float16:
            index = faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        else:
            index = faiss.IndexFlatIP(dim)
        if len(vectors):
            index.add(single(vectors))
        return cls(roster, vectors, "flat", index)

    def _first(self, k: int) -> int:
        return k + 16 if self.kind == "flat" else max(CANDIDATES, CANDIDATES_PER_HIT * k)

    def _candidates(self, query: Vectors, count: int, allowed: Rows | None) -> RowNumbers:
        faiss.omp_set_num_threads(1)  # per calling thread; a second thread does not speed one query up
        options: dict[str, Any] = {}
        if allowed is not None:
            options["sel"] = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        if self.kind == "ivf":
            parameters = faiss.SearchParametersIVF(nprobe=LISTS, **options)
        else:
            parameters = faiss.SearchParameters(**options)
        labels: npt.NDArray[np.int64] = self._index.search(query[None], count, params=parameters)[1][0]
        return labels[labels >= 0]

    def save(self, folder: Path) -> None:
        """Writes the index into `folder`, made if need be: ids.json, vectors.npy and, for "ivf", codes.faiss."""
        folder.mkdir(parents=True, exist_ok=True)
        self._roster.save(folder / "ids.json")
        write_array(folder / "vectors.npy", self.vectors)
        if self.kind == "ivf":
            (folder / "codes.faiss").write_bytes(faiss.serialize_index(self._index).tobytes())

    @classmethod
    def load(cls, folder: Path) -> FaissIndex:
        """Opens what `save` wrote; the vectors of "ivf" stay on disk, memory-mapped.

        Verify checksums first: FAISS reads flipped bits without noticing. Raises BrokenGeneration when the files do
        not fit together.
        """
        roster = Roster.load(folder / "ids.json")
        vectors = read_array(folder / "vectors.npy", (np.float16, np.float32), ndim=2)
        if len(vectors) != len(roster):
            raise broken("vectors.npy")
        if not (folder / "codes.faiss").exists():
            return cls._flat(roster, vectors)
        return cls(roster, vectors, "ivf", _read_codes(folder / "codes.faiss", vectors))


def _coded(vectors: Vectors) -> Any:
    """A FAISS index of 4-bit product codes in inverted lists. One thread and fixed seeds: the same index every time."""
    dim = vectors.shape[1]
    codes = dim // CODE_DIMS if dim % CODE_DIMS == 0 else dim
    faiss.omp_set_num_threads(1)
    index = faiss.IndexIVFPQFastScan(faiss.IndexFlatIP(dim), dim, LISTS, codes, 4, faiss.METRIC_INNER_PRODUCT)
    index.cp.niter = 8
    index.train(np.ascontiguousarray(vectors[:: max(1, len(vectors) // TRAINING_ROWS)]))
    index.add(vectors)
    return index


def _read_codes(path: Path, vectors: Stored) -> Any:
    faiss.set_deserialization_vector_byte_limit(VECTOR_BYTES)
    faiss.set_deserialization_loop_limit(LOOPS)
    faiss.set_deserialization_lattice_r2_limit(1)
    data = path.read_bytes()  # not read_index(path): it cannot open a path with Chinese characters on Windows
    if data[:4] != b"IwPf":  # the one type we write; FAISS must not be led to any of its other readers
        raise broken(path.name)
    try:
        index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
    except RuntimeError as wrong:
        raise broken(path.name) from wrong
    if (index.ntotal, index.d, index.nlist) != (*vectors.shape, LISTS):
        raise broken(path.name)
    return index
