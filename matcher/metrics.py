"""How good one ranked list is, in the field's standard words. Higher is better, from 0 to 1.

A metric's name may carry a cut-off and a level: `ndcg@10`, `recall@10`, `recall@10-l1` (a document of grade 1 counts as
relevant; without it the caller's level decides). `ndcg` has the exponential gain 2^grade − 1 of Burges et al. 2005 and
`ndcg_linear` the gain `grade` of Järvelin & Kekäläinen 2002, both with the discount 1 / log2(rank + 1).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from matcher.errors import InvalidInput


class Ranked(Protocol):
    """A Hit, a Match, or anything else that was ranked."""

    @property
    def id(self) -> str: ...

    @property
    def score(self) -> float: ...


Grades = Mapping[str, int]
"""Document id → grade of one query: 3 solves it, 2 substantially applicable, 1 partly related. Absent means 0."""

Qrels = Mapping[str, Grades]
"""Query id → its grades."""

Answer = Ranked | tuple[str, float]

Run = Mapping[str, Sequence[Answer]]
"""Query id → its answers, best first. The order is taken as it is; no metric looks at a score."""

SUITABLE = 2
"""From this grade on a document answers the query; below it is only related."""


def ranked_ids(answers: Sequence[Answer]) -> tuple[str, ...]:
    """The ids in their order. InvalidInput when one id is ranked twice, since every metric would count it twice."""
    ids = tuple(answer[0] if isinstance(answer, tuple) else answer.id for answer in answers)
    if len(set(ids)) != len(ids):
        twice = next(id for i, id in enumerate(ids) if id in ids[:i])
        raise InvalidInput(f"排序结果中「{twice}」出现了两次，请先去重", id=twice)
    return ids


def ndcg(ids: Sequence[str], grades: Grades, k: int, level: int = 1) -> float:
    """Discounted gain 2^grade − 1 of the first k, as a share of the best possible."""
    return _share_of_ideal(ids, grades, k, lambda grade: 2.0**grade - 1)


def ndcg_linear(ids: Sequence[str], grades: Grades, k: int, level: int = 1) -> float:
    """Discounted gain `grade` of the first k, as a share of the best possible."""
    return _share_of_ideal(ids, grades, k, float)


def recall(ids: Sequence[str], grades: Grades, k: int, level: int = SUITABLE) -> float:
    """The share of the relevant documents that stand among the first k."""
    return _hits(ids, grades, k, level) / _relevant(grades, level)


def precision(ids: Sequence[str], grades: Grades, k: int, level: int = SUITABLE) -> float:
    """The share of k that is relevant; a list shorter than k is not excused."""
    return _hits(ids, grades, k, level) / k


def hit(ids: Sequence[str], grades: Grades, k: int, level: int = SUITABLE) -> float:
    """1 if any of the first k is relevant, else 0. Also called success@k."""
    return float(_hits(ids, grades, k, level) > 0)


def mrr(ids: Sequence[str], grades: Grades, k: int, level: int = SUITABLE) -> float:
    """1 / rank of the first relevant document among the first k, or 0."""
    return next((1 / rank for rank, id in enumerate(ids[:k], 1) if grades.get(id, 0) >= level), 0.0)


def average_precision(ids: Sequence[str], grades: Grades, k: int, level: int = SUITABLE) -> float:
    """Mean, over all relevant documents, of the precision at their rank; 0 for those not among the first k."""
    found, total = 0, 0.0
    for rank, id in enumerate(ids[:k], 1):
        if grades.get(id, 0) >= level:
            found += 1
            total += found / rank
    return total / _relevant(grades, level)


def _share_of_ideal(ids: Sequence[str], grades: Grades, k: int, gain: Callable[[int], float]) -> float:
    ideal = sorted(grades.values(), reverse=True)
    return _discounted([grades.get(id, 0) for id in ids[:k]], gain) / _discounted(ideal[:k], gain)


def _discounted(grades: Sequence[int], gain: Callable[[int], float]) -> float:
    return math.fsum(gain(grade) / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))


def _hits(ids: Sequence[str], grades: Grades, k: int, level: int) -> int:
    return sum(grades.get(id, 0) >= level for id in ids[:k])


def _relevant(grades: Grades, level: int) -> int:
    return sum(grade >= level for grade in grades.values())


Measure = Callable[[Sequence[str], Grades, int, int], float]

MEASURES: Mapping[str, Measure] = {
    "ndcg": ndcg,
    "ndcg_linear": ndcg_linear,
    "recall": recall,
    "precision": precision,
    "hit": hit,
    "mrr": mrr,
    "map": average_precision,
}
GRADED = frozenset({"ndcg", "ndcg_linear"})
"""These use the grades themselves, so any grade above 0 makes a query count."""

EVERYTHING = 2**31
"""The cut-off of a metric named without one."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One column of an evaluation: a measure with its cut-off and its level."""

    name: str
    measure: Measure
    k: int
    level: int

    def __call__(self, answers: Sequence[Answer], grades: Grades) -> float:
        """The value in [0, 1], or NaN when no document of the query reaches the level: nothing is there to find."""
        if not _relevant(grades, self.level):
            return math.nan
        return self.measure(ranked_ids(answers), grades, self.k, self.level)


_NAME = re.compile(r"(?P<measure>[a-z_]+)(?:@(?P<k>[1-9][0-9]{0,5}))?(?:-l(?P<level>[1-9]))?")


def metric(name: str, level: int = SUITABLE) -> Metric:
    """The metric of that name, such as `ndcg@10` or `hit@1-l3`. InvalidInput for a name nobody knows."""
    found = _NAME.fullmatch(name)
    if found is None or found["measure"] not in MEASURES:
        raise InvalidInput(
            f"没有名为「{name}」的指标，可用：{'、'.join(MEASURES)}（可加 @名次，如 ndcg@10）", name=name
        )
    measure = found["measure"]
    if measure in GRADED:
        level = 1
    if found["level"]:
        if measure in GRADED:
            raise InvalidInput(f"指标「{measure}」使用全部等级，不能再指定等级：{name}", name=name)
        level = int(found["level"])
    k = int(found["k"] or EVERYTHING)
    if measure == "precision" and k == EVERYTHING:
        raise InvalidInput("指标 precision 需要名次，例如 precision@5", name=name)
    return Metric(name, MEASURES[measure], k, level)
