"""sentence-transformers' StaticEmbedding read with `tokenizers` and NumPy: a first vector in 0.3 s, not 10."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from tokenizers import Tokenizer

from matcher.adapters.model_folder import fingerprint
from matcher.asked import unit
from matcher.errors import InvalidInput
from matcher.ports import Vectors


class StaticEncoder:
    """Mean of the token vectors, brought to unit length. Equal to the library to 1e-5 (contract test)."""

    def __init__(self, folder: Path, part: str = "") -> None:
        """`part` is the module's sub-folder as modules.json names it."""
        self._tokenizer = Tokenizer.from_file(str(folder / part / "tokenizer.json"))
        self._tokenizer.no_padding()
        with safe_open(str(folder / part / "model.safetensors"), framework="numpy") as tensors:
            keys = set(tensors.keys())
            if "embedding.weight" not in keys:
                raise InvalidInput(f"模型 {folder.name} 里没有 embedding.weight，不是 StaticEmbedding。")
            self._weights: npt.NDArray[np.float32] = tensors.get_tensor("embedding.weight").astype(np.float32)
        self.name = f"{folder.name}@{fingerprint(folder)}"
        self.dim = int(self._weights.shape[1])

    def queries(self, texts: Sequence[str]) -> Vectors:
        out = np.zeros((len(texts), self.dim), np.float32)
        for row, encoding in enumerate(self._tokenizer.encode_batch(list(texts), add_special_tokens=False)):
            if encoding.ids:
                out[row] = self._weights[encoding.ids].mean(axis=0)
        return unit(out)

    def documents(self, texts: Sequence[str]) -> Vectors:
        return self.queries(texts)
