"""Can the engine's own figures be believed: does it know when nothing fits, and does a grade mean what it says?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matcher.metrics import Answer, Qrels, Run
from matcher.model import Match
from matcher.statistics import RESAMPLES, Interval, auc, auc_interval, calibration_error

NOTHING = -math.inf
"""The best score of a query without any answer."""

Scores = Sequence[float]


@dataclass(frozen=True, slots=True)
class Separation:
    """How well a run's best scores tell queries with a suitable answer from those without (AUC), and how far that is
    from the baseline's; None for the baseline itself."""

    auc: Interval
    against: Interval | None = None
    p: float | None = None

    def json(self) -> dict[str, Any]:
        """For programs; a figure that does not exist is null."""
        out: dict[str, Any] = figures(self.auc)
        if self.against is not None:
            out |= {"difference": figures(self.against), "p_bootstrap": self.p}
        return out


def figures(interval: Interval) -> dict[str, Any]:
    """An interval for programs: {"mean", "low", "high", "n"}; null where there is no value."""
    known = bool(interval.n) and not math.isnan(interval.mean)
    mean, low, high = (interval.mean, interval.low, interval.high) if known else (None, None, None)
    return {"mean": mean, "low": low, "high": high, "n": interval.n}


def best_scores(run: Run, queries: Iterable[str], without: Qrels | None = None) -> list[float]:
    """The best score of each query; with `without`, the best one among answers that these judgments do not name."""
    apart: Qrels = without or {}
    return [_best(run.get(query, ()), {id for id, grade in apart.get(query, {}).items() if grade}) for query in queries]


def _best(answers: Sequence[Answer], apart: set[str]) -> float:
    pairs = (a if isinstance(a, tuple) else (a.id, a.score) for a in answers)
    return next((float(score) for id, score in pairs if id not in apart), NOTHING)


def separations(
    positives: Mapping[str, Scores], negatives: Mapping[str, Scores], baseline: str, seed: int = 0
) -> dict[str, Separation]:
    """Run → its separation. Every run has the same queries in the same order; the difference to the baseline is
    resampled over queries, the same ones for both, and its p value is two-sided."""
    table = {}
    for name in positives:
        interval = auc_interval(positives[name], negatives[name], seed=seed)
        if name == baseline or math.isnan(interval.mean):
            table[name] = Separation(interval)
            continue
        ours, theirs = (positives[name], negatives[name]), (positives[baseline], negatives[baseline])
        table[name] = Separation(interval, *_difference(ours, theirs, seed))
    return table


def _difference(ours: tuple[Scores, Scores], theirs: tuple[Scores, Scores], seed: int) -> tuple[Interval, float]:
    rng = np.random.default_rng(seed)
    (up, down), (base_up, base_down) = (tuple(np.asarray(side) for side in pair) for pair in (ours, theirs))
    draws = np.empty(RESAMPLES)
    for i in range(RESAMPLES):
        p, n = rng.integers(0, len(up), len(up)), rng.integers(0, len(down), len(down))
        draws[i] = auc(up[p], down[n]) - auc(base_up[p], base_down[n])
    mean = auc(*ours) - auc(*theirs)
    low, high = np.quantile(draws, [0.025, 0.975])
    tail = min(int((draws <= 0).sum()), int((draws >= 0).sum()))
    p_value = min(1.0, 2 * (tail + 1) / (RESAMPLES + 1))
    return Interval(mean, min(float(low), mean), max(float(high), mean), len(up) + len(down)), p_value


def calibration(
    shown: Mapping[str, Sequence[Match]], qrels: Qrels, level: int, seed: int = 0, resamples: int = 500
) -> Interval:
    """Expected calibration error of the grade (as a share of 1) against judgments of at least `level`, over the shown
    matches of all these queries, in ten bins of equal mass; the interval resamples queries. `n` counts matches."""
    rows = [
        ([m.grade / 100 for m in matches], [float(qrels.get(q, {}).get(m.id, 0) >= level) for m in matches])
        for q, matches in shown.items()
        if matches
    ]
    if not rows:
        return Interval(math.nan, math.nan, math.nan, 0)
    promised, happened = [np.array(p) for p, _ in rows], [np.array(h) for _, h in rows]
    whole = calibration_error(np.concatenate(promised), np.concatenate(happened))
    rng = np.random.default_rng(seed)
    draws = []
    for _ in range(resamples):
        chosen = rng.integers(0, len(rows), len(rows))
        draws.append(
            calibration_error(
                np.concatenate([promised[i] for i in chosen]), np.concatenate([happened[i] for i in chosen])
            )
        )
    low, high = np.quantile(draws, [0.025, 0.975])
    return Interval(whole, min(float(low), whole), max(float(high), whole), sum(map(len, promised)))
