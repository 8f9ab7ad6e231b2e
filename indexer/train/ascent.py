"""Weights that raise nDCG@10 itself: coordinate ascent (Metzler & Croft 2007).

A pairwise loss counts every pair of candidates, most of which nobody will ever see, and one scale of scores must serve
demands of every kind. Here only the order of the first ten counts, and each register has a share of the goal that does
not depend on how many demands there are of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]

TOP = 10
NEAR = 60
"""Unsuitable candidates of a demand that are kept, the best by the weights at the start: others never come near."""

STEPS = (0.0, 0.5, 0.7, 0.85, 1.15, 1.4, 2.0)
"""What a weight is multiplied with to see whether the goal rises."""

FIRST = (0.1, 0.3, 0.8, 1.6)
"""What is tried for a weight below LEAST."""

LEAST = 0.05

PASSES = 4
"""Times that all weights are gone through, at most."""

BAGS = 8
"""Ascents over demands drawn anew, of which the mean is taken: one alone follows its few demands too closely."""

SEED = 7

_DISCOUNT = 1 / np.log2(np.arange(2, TOP + 2))


@dataclass(frozen=True, eq=False)
class Group:
    """One demand: features of its candidates, (candidates, features), and their grades."""

    features: Matrix
    grades: npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Register:
    """Demands of one kind, and their share of the goal."""

    groups: Sequence[Group]
    share: float


@dataclass(frozen=True, eq=False)
class _Gains:
    """A demand's near candidates, what each gains, and what the ideal order reaches."""

    features: Matrix
    gains: Matrix
    ideal: float

    @classmethod
    def of(cls, group: Group, start: Matrix) -> _Gains:
        best = np.argsort(-(group.features @ start), kind="stable")[:NEAR]
        rows = np.union1d(best, np.flatnonzero(group.grades))
        gains = 2.0 ** group.grades[rows].astype(np.float64) - 1
        most = np.sort(gains)[::-1][:TOP]
        return cls(group.features[rows], gains, float(most @ _DISCOUNT[: len(most)]))

    def ndcg(self, weights: Matrix) -> float:
        """nDCG@10 of the order by these weights."""
        order = np.argsort(-(self.features @ weights), kind="stable")[:TOP]
        return float(self.gains[order] @ _DISCOUNT[: len(order)]) / self.ideal


Goal = Sequence[tuple[Sequence[_Gains], float]]


def bagged(registers: Iterable[Register], start: Matrix, movable: Sequence[int]) -> Matrix:
    """The mean of BAGS ascents. Only the `movable` weights change, none below 0; registers without a judged demand
    count for nothing. The same demands and start give the same weights."""
    goal = [
        ([_Gains.of(group, start) for group in register.groups if group.grades.any()], register.share)
        for register in registers
    ]
    goal = [(gains, share) for gains, share in goal if gains]
    rng = np.random.default_rng(SEED)
    found = np.stack([_ascended(_drawn(goal, rng), start, movable) for _ in range(BAGS)])
    return np.asarray(found.mean(axis=0), np.float64)


def _drawn(goal: Goal, rng: np.random.Generator) -> Goal:
    """As many demands of each register, drawn with replacement."""
    return [([gains[i] for i in rng.integers(0, len(gains), len(gains))], share) for gains, share in goal]


def _ascended(goal: Goal, start: Matrix, movable: Sequence[int]) -> Matrix:
    weights, best = start.copy(), _reached(goal, start)
    for _ in range(PASSES):
        before = best
        for place in movable:
            now = weights[place]
            for tried in [now * step for step in STEPS] if now >= LEAST else FIRST:
                other = weights.copy()
                other[place] = tried
                if (reached := _reached(goal, other)) > best:
                    weights, best = other, reached
        if best == before:
            break
    return weights


def _reached(goal: Goal, weights: Matrix) -> float:
    return sum(share * sum(gains.ndcg(weights) for gains in register) / len(register) for register, share in goal)
