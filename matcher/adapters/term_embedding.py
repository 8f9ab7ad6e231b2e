"""The term-embedding model as a sentence-transformers module: for training, and for anyone who has that library.

Loaded by its dotted path from the installed package; a model folder never carries code. Not imported when serving: the
library takes seconds and some 500 MB. Serving reads the same folder with `term_encoder`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from sentence_transformers.base.modules.input_module import InputModule

from matcher.adapters.term_encoder import CONFIG, VOCABULARY, WEIGHTS
from matcher.analyser import Analyser
from matcher.lexicon import Lexicon
from matcher.settings import Settings


class Counting(Protocol):
    """What counts terms: the analyser, or in training something that remembers what it counted."""

    @property
    def version(self) -> str: ...

    def counts(self, text: str) -> Mapping[str, int]: ...


def default_analyser() -> Analyser:
    """The analyser of this installation's data folder."""
    settings = Settings.from_env()
    return Analyser.load(Lexicon.load(settings.data / "lexicon"), settings.cache_folder)


FEW = 8
"""A text of so few terms loses none of them in training."""


def quantise(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """float32 (terms, dim) to int8 rows with one float32 scale each; a row's largest value becomes ±127."""
    scales = np.abs(weights).max(axis=1) / 127
    rows = np.rint(weights / np.where(scales == 0, 1, scales)[:, None])
    return rows.astype(np.int8), scales.astype(np.float32)


class TermEmbedding(InputModule):  # type: ignore[misc]
    """Sum of the analyser's term vectors. Follow it with Normalize for unit vectors.

    `dropout` is the share of a text's terms that a training step leaves out, which halves its cost and keeps the model
    from leaning on one word. It is no part of the saved model.
    """

    dropout: float = 0.0

    modalities: list[str] = ["text"]  # noqa: RUF012 - the library's own declaration

    def __init__(self, terms: Sequence[str], weights: np.ndarray, analyser: Counting | None = None) -> None:
        super().__init__()
        self.terms = list(terms)
        self.rows = {term: row for row, term in enumerate(self.terms)}
        self.analyser = analyser or default_analyser()
        self.embedding = torch.nn.EmbeddingBag(len(self.terms), weights.shape[1], mode="sum", sparse=True)
        with torch.no_grad():
            self.embedding.weight.copy_(torch.from_numpy(np.asarray(weights, np.float32)))

    def preprocess(self, inputs: Sequence[str], prompt: str | None = None, **_: Any) -> dict[str, torch.Tensor]:
        rows: list[int] = []
        counts: list[float] = []
        offsets: list[int] = []
        for text in inputs:
            offsets.append(len(rows))
            for term, count in self.analyser.counts((prompt or "") + text).items():
                row = self.rows.get(term)
                if row is not None:
                    rows.append(row)
                    counts.append(count)
        return {
            "input_ids": torch.tensor(rows, dtype=torch.long),
            "offsets": torch.tensor(offsets, dtype=torch.long),
            "counts": torch.tensor(counts, dtype=torch.float32),
        }

    def forward(self, features: dict[str, torch.Tensor], **_: Any) -> dict[str, torch.Tensor]:
        features = self._thinned(features) if self.training and self.dropout else features
        # A batch uses each row many times over. Looking the used rows up once keeps the sparse gradient to those rows;
        # EmbeddingBag(sparse=True) by itself would write out one gradient row per occurrence, hundreds of megabytes.
        rows, place = features["input_ids"].unique(return_inverse=True)
        used = torch.nn.functional.embedding(rows, self.embedding.weight, sparse=True)
        features["sentence_embedding"] = torch.nn.functional.embedding_bag(
            place, used, features["offsets"], mode="sum", per_sample_weights=features["counts"]
        )
        return features

    def _thinned(self, features: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The same texts with some of their terms left out; short ones lose none."""
        rows, offsets = features["input_ids"], features["offsets"]
        lengths = torch.diff(offsets, append=torch.tensor([len(rows)]))
        spared = torch.repeat_interleave(lengths <= FEW, lengths)
        kept = (torch.rand(len(rows)) >= self.dropout) | spared
        starts = torch.cat([torch.zeros(1, dtype=torch.long), kept.long().cumsum(0)])
        return {**features, "input_ids": rows[kept], "counts": features["counts"][kept], "offsets": starts[offsets]}

    @property
    def max_seq_length(self) -> float:
        return float("inf")

    def get_embedding_dimension(self) -> int:
        return int(self.embedding.embedding_dim)

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        folder = Path(output_path)
        rows, scales = quantise(self.embedding.weight.detach().numpy())
        save_file({"weights": torch.from_numpy(rows), "scales": torch.from_numpy(scales)}, str(folder / WEIGHTS))
        (folder / VOCABULARY).write_text("\n".join(self.terms), "utf-8")
        config = {"analyser": self.analyser.version, "dim": self.get_embedding_dimension(), "terms": len(self.terms)}
        (folder / CONFIG).write_text(json.dumps(config, indent=2) + "\n", "utf-8")

    @classmethod
    def load(cls, model_name_or_path: str, subfolder: str = "", **_: Any) -> TermEmbedding:
        folder = Path(model_name_or_path) / subfolder
        tensors = load_file(str(folder / WEIGHTS))
        weights = tensors["weights"].numpy().astype(np.float32) * tensors["scales"].numpy()[:, None]
        return cls((folder / VOCABULARY).read_text("utf-8").split("\n"), weights)
