"""The shipped model: a bag of term embeddings, read with NumPy alone.

A text's vector is the sum of its terms' vectors, weighted by how often each occurs, brought to unit length. So the
cosine of two texts is exactly a sum over pairs of their terms, which is shown to people. The folder is in the
sentence-transformers format; `term_embedding` is the same thing for that library, equal to 1e-5 (contract test).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import safe_open

from matcher.adapters.model_folder import fingerprint
from matcher.analyser import Analyser
from matcher.asked import unit
from matcher.errors import InvalidInput
from matcher.ports import RowNumbers, Scores, Vectors

CONFIG = "term_embedding.json"
VOCABULARY = "vocabulary.txt"
WEIGHTS = "model.safetensors"


class TermEncoder:
    """Reads a term-embedding folder. int8 rows with one scale each stay int8 in memory; only used rows are widened."""

    def __init__(self, folder: Path, analyser: Analyser) -> None:
        config = json.loads((folder / CONFIG).read_text("utf-8"))
        self._analyser = analyser
        terms = (folder / VOCABULARY).read_text("utf-8").split("\n")
        self._rows = {term: row for row, term in enumerate(terms) if term}
        with safe_open(str(folder / WEIGHTS), framework="numpy") as tensors:
            self._weights: npt.NDArray[np.int8] = tensors.get_tensor("weights")
            self._scales: npt.NDArray[np.float32] = tensors.get_tensor("scales").astype(np.float32)
        if len(self._weights) != len(terms) or len(self._scales) != len(terms):
            raise InvalidInput(f"模型 {folder.name} 不完整：词表 {len(terms)} 行，权重 {len(self._weights)} 行。")
        self._lengths: npt.NDArray[np.float32] = np.full(len(terms), np.nan, np.float32)
        self.trained_with: str = config["analyser"]
        self.name = f"{folder.name}@{fingerprint(folder)}"
        self.dim = int(self._weights.shape[1])

    def queries(self, texts: Sequence[str]) -> Vectors:
        out = np.zeros((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            out[row] = self.bag(self._analyser.counts(text))
        return unit(out)

    def documents(self, texts: Sequence[str]) -> Vectors:
        return self.queries(texts)

    def bag(self, counts: Mapping[str, float]) -> Vectors:
        rows = self._numbers(counts, len(counts))
        known = rows >= 0
        if not known.any():
            return np.zeros(self.dim, np.float32)
        rows = rows[known]
        weights = np.fromiter(counts.values(), np.float32, len(counts))[known] * self._scales[rows]
        summed: Vectors = weights @ self._weights.take(rows, axis=0).astype(np.float32)
        return summed

    def knows(self, term: str) -> bool:
        return term in self._rows

    def vectors(self, terms: Sequence[str]) -> Vectors:
        rows = self.numbers(terms)
        out = self._integers(rows)
        out *= self._scales[rows][:, None]
        out[rows < 0] = 0
        return out

    def numbers(self, terms: Sequence[str]) -> RowNumbers:
        return self._numbers(terms, len(terms))

    def lengths(self, numbers: RowNumbers) -> Scores:
        unknown = np.isnan(self._lengths[numbers])
        if unknown.any():  # two threads may both work them out, and then note the same
            new = numbers[unknown]
            integers = self._integers(new)
            self._lengths[new] = np.sqrt(np.einsum("td,td->t", integers, integers)) * self._scales[new]
        found: Scores = self._lengths[numbers]
        found[numbers < 0] = 0
        return found

    def products(self, ours: RowNumbers, theirs: RowNumbers) -> Vectors:
        """Products of whole numbers below 2²⁴ are exact in single precision, so these are the same on every machine."""
        scales = [np.where(rows < 0, np.float32(0), self._scales[rows]) for rows in (ours, theirs)]
        found: Vectors = self._integers(ours) @ self._integers(theirs).T
        found *= np.multiply.outer(*scales)
        return found

    def _integers(self, rows: RowNumbers) -> Vectors:
        """The int8 rows as float32, without their scales; -1 gives any row."""
        return self._weights.take(rows, axis=0, mode="wrap").astype(np.float32)

    def _numbers(self, terms: Iterable[str], count: int) -> RowNumbers:
        return np.fromiter(map(self._rows.get, terms, repeat(-1)), np.int64, count)
