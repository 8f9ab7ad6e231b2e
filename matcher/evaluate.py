"""Runs held against judgments: scores per query, a comparison with its tests, and halves for tuning and reporting."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matcher.metrics import SUITABLE, Qrels, Run, metric
from matcher.statistics import Difference, Interval, bootstrap, paired

METRICS = ("ndcg@10", "recall@10", "hit@1", "hit@3", "mrr")
"""What an evaluation prints unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Column:
    """One metric of one run: its interval, the value of each query that counts, and how it differs from the baseline."""

    metric: str
    interval: Interval
    values: Mapping[str, float]
    against: Difference | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs × metrics over the same queries. `baseline` is the run the others are tested against; empty for none."""

    metrics: tuple[str, ...]
    runs: Mapping[str, Mapping[str, Column]]
    baseline: str = ""

    def text(self) -> str:
        """An aligned table for a terminal."""
        return _aligned(self._cells())

    def markdown(self) -> str:
        """The same table in Markdown."""
        head, *rows = self._cells()
        lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)

    def json(self) -> dict[str, Any]:
        """For programs: {"baseline", "metrics", "runs": {run: {metric: {"mean", "low", "high", "n", …}}}}."""
        raise NotImplementedError

    def _cells(self) -> list[list[str]]:
        raise NotImplementedError


def evaluate(run: Run, qrels: Qrels, metrics: Sequence[str] = METRICS, level: int = SUITABLE) -> dict[str, Column]:
    """Metric → its column. A query missing from the run scores 0; one with nothing to find is left out (see Metric)."""
    raise NotImplementedError


def compare(
    runs: Mapping[str, Run], qrels: Qrels, metrics: Sequence[str] = METRICS, baseline: str = "", level: int = SUITABLE
) -> Comparison:
    """All runs side by side, in the given order, each tested against `baseline` query by query."""
    raise NotImplementedError


def halves(ids: Iterable[str], seed: int = 0) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(tune, report): each id by the parity of its own SHA-256, so the same everywhere and whatever else is in the set."""
    raise NotImplementedError
