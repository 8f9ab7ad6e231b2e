"""A sentence-transformers CrossEncoder folder (bge-reranker and the like) behind the Reranker port."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from matcher.adapters.model_folder import check, fingerprint
from matcher.adapters.transformer_encoder import OFFLINE
from matcher.errors import InvalidInput, Unavailable
from matcher.model import Profile

SETTING = "SCENEMATCH_RERANKER"
HEAD = "ForSequenceClassification"
"""How the architecture of a model ends that scores pairs. The library would open any other with a random head."""

UNSAID = ("LABEL_0", "LABEL_1")
"""The labels that the library assumes where a configuration names none."""

LONGEST = 512
"""Tokens of both texts that are read; what is beyond costs time and most such models never saw."""

BATCH = 16

REMEMBERED = 20_000
"""Pairs of which the score is kept: a page asks for the same ranking more than once."""


class CrossEncoderReranker:
    """Reads query and candidate together. One thread at a time: the tokenizer is not made for more."""

    def __init__(self, folder: Path) -> None:
        """Raises InvalidInput for a folder that is no cross-encoder, UnsafeModel for one that could run code,
        Unavailable when the library is not installed."""
        self._model, self._activation = _load(folder)
        self._lock = Lock()
        self._known: dict[tuple[str, str], float] = {}
        self.name = f"{folder.name}@{fingerprint(folder)}"
        if not np.isfinite(self._predicted([("需求", "方案")])).all():
            raise InvalidInput(f"精排模型 {folder.name} 算不出有效的分数，请换一个模型。", folder=str(folder))

    def scores(self, query: Profile, candidates: Sequence[Profile]) -> Sequence[float]:
        asked = query.text()
        pairs = [(asked, candidate.text()) for candidate in candidates]
        with self._lock:
            fresh = [pair for pair in dict.fromkeys(pairs) if pair not in self._known]
            if len(self._known) + len(fresh) > REMEMBERED:
                self._known.clear()
                fresh = list(dict.fromkeys(pairs))
            self._known.update(zip(fresh, self._predicted(fresh), strict=True))
            return [self._known[pair] for pair in pairs]

    def _predicted(self, pairs: list[tuple[str, str]]) -> list[float]:
        if not pairs:
            return []
        found: Any = self._model.predict(
            pairs, batch_size=BATCH, activation_fn=self._activation, convert_to_numpy=True, show_progress_bar=False
        )
        return [float(score) for score in np.asarray(found, np.float64)]


def _load(folder: Path) -> tuple[Any, Any]:
    """The model, with every path to a network closed, and the sigmoid that its score goes through."""
    if not folder.is_dir():
        raise InvalidInput(f"精排模型文件夹不存在：{folder}。请检查 {SETTING}。", folder=str(folder))
    check(folder)
    _require_head(folder)
    os.environ.update(OFFLINE)
    try:
        import torch
        from sentence_transformers import CrossEncoder
    except ImportError as missing:
        hint = "加载精排模型需要 sentence-transformers：请运行 pip install 'scenematch[train]'。"
        raise Unavailable(hint) from missing
    model = CrossEncoder(str(folder), device="cpu", max_length=LONGEST, trust_remote_code=False, local_files_only=True)
    return model, torch.nn.Sigmoid()


def _require_head(folder: Path) -> None:
    """Refuse encoders and models of several labels, which would be opened and give meaningless scores."""
    config = folder / "config.json"
    try:
        content = json.loads(config.read_text("utf-8"))
        architectures = tuple(map(str, content.get("architectures") or ()))
        labels = len(content.get("id2label") or UNSAID)
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise InvalidInput(f"{config} 无法读取：{error}。请检查 {SETTING}。", folder=str(folder)) from error
    if not any(name.endswith(HEAD) for name in architectures) or labels != 1:
        raise InvalidInput(
            f"{folder.name} 不是精排模型：需要只输出一个分数的 CrossEncoder（…{HEAD}）。请检查 {SETTING}。",
            folder=str(folder),
        )
