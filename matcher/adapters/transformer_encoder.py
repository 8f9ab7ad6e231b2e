"""Any sentence-transformers folder (bge, m3e, Qwen3-Embedding …), with its query and document prompts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from matcher.adapters.model_folder import TERM_EMBEDDING, check, fingerprint, modules
from matcher.asked import unit
from matcher.errors import Unavailable
from matcher.ports import Vectors

OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}


def load(folder: Path) -> Any:
    """The folder as a SentenceTransformer, after our own check, with every path to a network closed.

    Raises UnsafeModel for a folder that could run code, Unavailable when the library is not installed.
    """
    check(folder)
    os.environ.update(OFFLINE)
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as missing:
        hint = "加载这个模型需要 sentence-transformers：请运行 pip install 'scenematch[train]'。"
        raise Unavailable(hint) from missing
    # The library asks for trust_remote_code to import our own installed module by its dotted path. The folder was
    # checked above: it holds no code, and this is the only module outside the library that it may name.
    ours = TERM_EMBEDDING in modules(folder)
    return SentenceTransformer(str(folder), device="cpu", trust_remote_code=ours, local_files_only=True)


class TransformerEncoder:
    """The library behind the Encoder port."""

    def __init__(self, folder: Path) -> None:
        self._model = load(folder)
        self.name = f"{folder.name}@{fingerprint(folder)}"
        self.dim = int(self._model.get_sentence_embedding_dimension())

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(self._model.encode_query, texts)

    def documents(self, texts: Sequence[str]) -> Vectors:
        return self._encode(self._model.encode_document, texts)

    def _encode(self, encode: Any, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        rows: Any = encode(list(texts), batch_size=64, convert_to_numpy=True, show_progress_bar=False)
        rows = np.asarray(rows, np.float32)
        rows[[i for i, text in enumerate(texts) if not text.strip()]] = 0
        return unit(rows)
