"""Can the engine's own figures be believed: does it know when nothing fits, and does a grade mean what it says?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from matcher.metrics import Answer, Qrels, Run
from matcher.model import Hit
from matcher.statistics import RESAMPLES, Interval, calibration_error

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
    """Run → its separation. Every run has the same queries in the same order, and the same resamples of them; the p
    value of the difference to the baseline is two-sided. Without queries on one side there is no figure."""
    sizes = len(positives[baseline]), len(negatives[baseline])
    if not all(sizes):
        return {name: Separation(Interval(math.nan, math.nan, math.nan, sum(sizes))) for name in positives}
    rng = np.random.default_rng(seed)
    up, down = (rng.multinomial(size, [1 / size] * size, RESAMPLES) for size in sizes)
    draws: dict[str, npt.NDArray[np.float64]] = {}
    means: dict[str, float] = {}
    for name in positives:
        above = _above(positives[name], negatives[name])
        means[name] = float(above.mean())
        draws[name] = ((up @ above) * down).sum(axis=1) / above.size
    table = {}
    for name, mean in means.items():
        interval = _interval(mean, draws[name], sum(sizes))
        if name == baseline:
            table[name] = Separation(interval)
            continue
        gain = draws[name] - draws[baseline]
        tail = min(int((gain <= 1e-12).sum()), int((gain >= -1e-12).sum()))  # sums of the same numbers differ in bits
        p = min(1.0, 2 * (tail + 1) / (RESAMPLES + 1))
        table[name] = Separation(interval, _interval(mean - means[baseline], gain, sum(sizes)), p)
    return table


def _above(positives: Scores, negatives: Scores) -> npt.NDArray[np.float64]:
    """1 where the positive is above the negative, a half where they tie; its mean is the AUC (Mann–Whitney)."""
    high, low = np.asarray(positives, np.float64)[:, None], np.asarray(negatives, np.float64)[None, :]
    return np.asarray((high > low) + 0.5 * (high == low), dtype=np.float64)


def _interval(mean: float, draws: npt.NDArray[np.float64], n: int) -> Interval:
    low, high = np.quantile(draws, [0.025, 0.975])
    return Interval(mean, min(float(low), mean), max(float(high), mean), n)


def calibration(
    shown: Mapping[str, Sequence[Hit]], qrels: Qrels, level: int, seed: int = 0, resamples: int = 500
) -> Interval:
    """Expected calibration error of the grade (as a share of 1) against judgments of at least `level`, over the shown
    matches of all these queries, in ten bins of equal mass; the interval resamples queries. `n` counts matches.

    A score is in log-odds; its probability is what the grade shows, unrounded.
    """
    rows = [
        (
            [1 / (1 + math.exp(-max(-40.0, min(40.0, hit.score)))) for hit in hits],
            [float(qrels.get(query, {}).get(hit.id, 0) >= level) for hit in hits],
        )
        for query, hits in shown.items()
        if hits
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
    return _interval(whole, np.array(draws), sum(map(len, promised)))
