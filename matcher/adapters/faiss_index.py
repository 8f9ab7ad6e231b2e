"""FAISS behind the VectorIndex port."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from matcher.model import Hit
from matcher.ports import Rows, Vectors

Kind = Literal["flat", "hnsw", "ivf"]


class FaissIndex:
    """A VectorIndex over FAISS: `flat` is exact, `hnsw` and `ivf` keep the recall in PROMISED_RECALL."""

    kind: Kind

    @classmethod
    def build(cls, ids: Sequence[str], vectors: Vectors, kind: Kind | None = None) -> FaissIndex:
        """An index of unit (or zero) rows; `kind` None chooses by size."""
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def search(self, query: Vectors, k: int, allowed: Rows | None = None) -> list[Hit]:
        """See VectorIndex."""
        raise NotImplementedError

    def save(self, folder: Path) -> None:
        """Writes the index into an existing or new folder."""
        raise NotImplementedError

    @classmethod
    def load(cls, folder: Path) -> FaissIndex:
        """Opens what `save` wrote. Verify checksums before: FAISS does not notice bit-rot. Raises BrokenGeneration."""
        raise NotImplementedError
