"""Counted terms of records, record by record: what a lexical index is built from, and what a rebuild reuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

Document = Mapping[str, Mapping[str, int]]
"""Field (a name of matcher.model.FIELDS) → term → how often. Missing fields are empty."""


class Forward:
    """Term counts of records in row order: one sparse matrix rows × terms per field, in one set of arrays."""

    @classmethod
    def count(cls, documents: Iterable[Document]) -> Forward:
        """One row per document, in order."""
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def take(self, rows: Sequence[int]) -> Forward:
        """The chosen rows, in that order; terms no longer used are forgotten."""
        raise NotImplementedError

    @classmethod
    def concat(cls, parts: Sequence[Forward]) -> Forward:
        """The rows of all parts, one after the other."""
        raise NotImplementedError

    def save(self, folder: Path) -> None:
        raise NotImplementedError

    @classmethod
    def load(cls, folder: Path) -> Forward:
        raise NotImplementedError
