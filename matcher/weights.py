"""The ranker's weights: a small readable file, fitted by `indexer.train.fit`, loaded by everybody."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matcher.errors import InvalidInput

RERANK = "rerank"
"""The feature that a second model gives, where there is one. Its weight is apart: without that model it is nothing."""

RERANK_WEIGHT = 2.0
"""Points for a score of 1 where the file names no `rerank`: enough to turn neighbours round, not to lift what has
nothing in common over what has. Not fitted; a site with judged demands fits its own."""


@dataclass(frozen=True, slots=True)
class Weights:
    """score = base + Σ weight · feature, in log-odds that a candidate is a suitable answer.

    `weights` are never negative, so more agreement never lowers a score; nor is `rerank`, which counts only with a
    re-ranking model. `suitable` is the grade (0–100) from which a match counts as a suitable answer; `labels` are
    (lowest grade, label), highest first.
    """

    version: str
    base: float
    weights: Mapping[str, float]
    suitable: int
    labels: tuple[tuple[int, str], ...]
    rerank: float = RERANK_WEIGHT

    @classmethod
    def load(cls, path: Path) -> Weights:
        """Raises InvalidInput for a file that is missing, malformed, or has a negative weight."""
        try:
            text = path.read_text("utf-8")
            raw = json.loads(text)
            weights = {str(name): float(value) for name, value in raw["weights"].items()}
            labels = tuple((int(low), str(label)) for low, label in raw["labels"])
            base, suitable = float(raw["base"]), int(raw["suitable"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InvalidInput(f"排序权重文件 {path.name} 无法读取：{error}") from error
        negative = sorted(name for name, value in weights.items() if value < 0)
        if negative:
            raise InvalidInput(f"排序权重文件 {path.name} 中 {'、'.join(negative)} 为负数；权重不能为负。")
        version = hashlib.sha256(text.encode()).hexdigest()[:12]
        rerank = weights.pop(RERANK, RERANK_WEIGHT)
        return cls(version, base, weights, suitable, tuple(sorted(labels, reverse=True)), rerank)

    def label(self, grade: int) -> str:
        """高度匹配, 较为匹配, 部分相关 …: the first label whose grade is reached."""
        return next((label for low, label in self.labels if grade >= low), self.labels[-1][1])
