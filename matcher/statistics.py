"""How sure a figure is: intervals, paired tests, separation and calibration. NumPy only; every chance has a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = Sequence[float] | npt.NDArray[np.float64]

RESAMPLES = 2_000
ROUNDS = 10_000
DRAWN = 1 << 20
"""Values drawn at a time."""
EXACT_UP_TO = 12
"""With so few pairs all 2^n sign patterns are tried instead of drawn."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its confidence interval, over `n` values."""

    mean: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class Difference:
    """A minus B over the same queries: the interval of the mean, and how easily chance alone would give as much."""

    interval: Interval
    p_bootstrap: float
    p_permutation: float


@dataclass(frozen=True, slots=True)
class Bin:
    """One line of a reliability table: what was promised and what happened, for `n` predictions."""

    low: float
    high: float
    promised: float
    happened: float
    n: int


def bootstrap(values: Values, resamples: int = RESAMPLES, seed: int = 0, confidence: float = 0.95) -> Interval:
    """The mean with its percentile-bootstrap interval. NaN throughout, n = 0, when there are no values."""
    data = np.asarray(values, dtype=np.float64)
    if not len(data):
        return Interval(np.nan, np.nan, np.nan, 0)
    mean = float(data.mean())
    low, high = np.quantile(_resampled(data, resamples, seed), [(1 - confidence) / 2, (1 + confidence) / 2])
    # Means of equal numbers may differ in the last bit from the number; the interval must still contain its mean.
    return Interval(mean, min(float(low), mean), max(float(high), mean), len(data))


def paired(a: Values, b: Values, resamples: int = RESAMPLES, rounds: int = ROUNDS, seed: int = 0) -> Difference:
    """Whether A beats B, query by query; both p values are two-sided. ValueError when the lengths differ."""
    if len(a) != len(b):
        raise ValueError(f"{len(a)} values against {len(b)}: a paired test needs the same queries")
    gain = np.asarray(a, dtype=np.float64) - np.asarray(b, dtype=np.float64)
    return Difference(
        bootstrap(gain, resamples, seed), paired_bootstrap(gain, resamples, seed), permutation(gain, rounds, seed)
    )


def paired_bootstrap(gain: Values, resamples: int = RESAMPLES, seed: int = 0) -> float:
    """Two-sided p value: twice the smaller share of resampled means on one side of 0 (those at 0 count on both)."""
    data = np.asarray(gain, dtype=np.float64)
    if not np.any(data):
        return 1.0
    means = _resampled(data, resamples, seed)
    tail = min(int((means <= 0).sum()), int((means >= 0).sum()))
    return min(1.0, 2 * (tail + 1) / (resamples + 1))


def permutation(gain: Values, rounds: int = ROUNDS, seed: int = 0) -> float:
    """Two-sided p value of Fisher's randomisation test: how often random signs give a mean at least as far from 0.

    Exact for up to EXACT_UP_TO values; otherwise drawn, counting the observed signs among them so p is never 0.
    """
    data = np.asarray(gain, dtype=np.float64)
    n = len(data)
    if not np.any(data):
        return 1.0
    bound = abs(float(data.sum())) * (1 - 1e-9)  # sums of the same numbers in another order differ in the last bits
    if n <= EXACT_UP_TO:
        patterns = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
        return float((np.abs((1 - 2 * patterns) @ data) >= bound).mean())
    signs = np.random.default_rng(seed).integers(0, 2, size=(rounds, n), dtype=np.int8) * 2 - 1
    return (int((np.abs(signs @ data) >= bound).sum()) + 1) / (rounds + 1)


def _resampled(data: npt.NDArray[np.float64], resamples: int, seed: int) -> npt.NDArray[np.float64]:
    """Means of `resamples` draws with replacement, drawn so many at a time that memory stays small."""
    rng = np.random.default_rng(seed)
    most = max(1, DRAWN // len(data))
    sizes = [min(most, resamples - done) for done in range(0, resamples, most)]
    return np.concatenate([data[rng.integers(0, len(data), (size, len(data)))].mean(axis=1) for size in sizes])


def auc(positives: Values, negatives: Values) -> float:
    """The chance that a positive scores above a negative, ties counting half (Mann–Whitney). NaN if a side is empty."""
    high, low = np.asarray(positives, dtype=np.float64), np.sort(np.asarray(negatives, dtype=np.float64))
    if not len(high) or not len(low):
        return float("nan")
    below, up_to = np.searchsorted(low, high, "left"), np.searchsorted(low, high, "right")
    return float((below + up_to).sum() / (2 * len(high) * len(low)))


def auc_interval(
    positives: Values, negatives: Values, resamples: int = RESAMPLES, seed: int = 0, confidence: float = 0.95
) -> Interval:
    """`auc` with its percentile-bootstrap interval; each side is resampled by itself. `n` is the size of both sides."""
    value = auc(positives, negatives)
    high, low = np.asarray(positives, dtype=np.float64), np.asarray(negatives, dtype=np.float64)
    if np.isnan(value):
        return Interval(value, value, value, len(high) + len(low))
    rng = np.random.default_rng(seed)
    draws = [
        auc(high[rng.integers(0, len(high), len(high))], low[rng.integers(0, len(low), len(low))])
        for _ in range(resamples)
    ]
    bottom, top = np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(value, float(bottom), float(top), len(high) + len(low))


def abstention_auc(answerable: Values, unanswerable: Values) -> float:
    """How well the best score of a query tells queries with a suitable answer from those without one; 0.5 is blind."""
    return auc(answerable, unanswerable)


def reliability(probabilities: Values, outcomes: Values, bins: int = 10) -> tuple[Bin, ...]:
    """Predictions in bins of about equal size, lowest first. Equal predictions never part, so there may be fewer bins.

    ValueError when the lengths differ.
    """
    if len(probabilities) != len(outcomes):
        raise ValueError(f"{len(probabilities)} probabilities for {len(outcomes)} outcomes")
    promised, happened = np.asarray(probabilities, dtype=np.float64), np.asarray(outcomes, dtype=np.float64)
    order = np.argsort(promised, kind="stable")
    promised, happened = promised[order], happened[order]
    edges = sorted(
        {int(np.searchsorted(promised, promised[i * len(promised) // bins], "left")) for i in range(bins)}
        if len(promised)
        else set()
    )
    stops = [*edges[1:], len(promised)]
    return tuple(
        Bin(float(promised[a]), float(promised[b - 1]), float(promised[a:b].mean()), float(happened[a:b].mean()), b - a)
        for a, b in zip(edges, stops, strict=False)
    )


def calibration_error(probabilities: Values, outcomes: Values, bins: int = 10) -> float:
    """Expected calibration error over equal-mass bins: mean distance of promised from happened. NaN without data."""
    table = reliability(probabilities, outcomes, bins)
    total = sum(line.n for line in table)
    return sum(line.n * abs(line.promised - line.happened) for line in table) / total if total else float("nan")
