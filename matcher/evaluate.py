"""Runs held against judgments: scores per query, a comparison with its tests, and halves for tuning and reporting."""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from matcher.errors import InvalidInput
from matcher.metrics import SUITABLE, Answer, Qrels, Run, metric
from matcher.statistics import Difference, Interval, auc_interval, bootstrap, paired

METRICS = ("ndcg@10", "recall@10", "hit@1", "hit@3", "mrr")
"""What an evaluation prints unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Column:
    """One metric of one run: its interval, the value of each query that counts, how it differs from the baseline."""

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
        """An aligned table for a terminal; Chinese characters take two columns."""
        head, *rows = self._cells()
        widths = [max(_width(line[i]) for line in (head, *rows)) for i in range(len(head))]
        return "\n".join(
            "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in (head, *rows)
        )

    def markdown(self) -> str:
        """The same table in Markdown."""
        head, *rows = self._cells()
        rule = ["---", *("---:" for _ in head[1:])]
        return "\n".join("| " + " | ".join(line) + " |" for line in (head, rule, *rows))

    def json(self) -> dict[str, Any]:
        """For programs: {"baseline", "metrics", "runs": {run: {metric: {"mean", "low", "high", "n", …}}}}.

        A run other than the baseline adds "difference", "difference_low", "difference_high", "p_bootstrap" and
        "p_permutation". A figure that does not exist (no query counts) is null.
        """
        return {
            "baseline": self.baseline or None,
            "metrics": list(self.metrics),
            "runs": {
                run: {name: _figures(column) for name, column in columns.items()} for run, columns in self.runs.items()
            },
        }

    def _cells(self) -> list[list[str]]:
        head = ["", *self.metrics]
        return [head, *([run, *(_cell(columns[m]) for m in self.metrics)] for run, columns in self.runs.items())]


def evaluate(run: Run, qrels: Qrels, metrics: Sequence[str] = METRICS, level: int = SUITABLE) -> dict[str, Column]:
    """Metric → its column. A query missing from the run scores 0; one with nothing to find is left out (see Metric)."""
    columns = {}
    for name in metrics:
        measure = metric(name, level)
        every = {query: measure(run.get(query, ()), grades) for query, grades in qrels.items()}
        values = {query: value for query, value in every.items() if not math.isnan(value)}
        columns[name] = Column(name, bootstrap(list(values.values())), values)
    return columns


def compare(
    runs: Mapping[str, Run], qrels: Qrels, metrics: Sequence[str] = METRICS, baseline: str = "", level: int = SUITABLE
) -> Comparison:
    """All runs side by side, in the given order, each tested against `baseline` query by query.

    InvalidInput when the baseline is not among the runs.
    """
    if baseline and baseline not in runs:
        raise InvalidInput(f"没有名为「{baseline}」的结果可作基线，现有：{'、'.join(runs)}", baseline=baseline)
    table = {name: evaluate(run, qrels, metrics, level) for name, run in runs.items()}
    if baseline:
        table = {
            name: columns
            if name == baseline
            else {m: _tested(column, table[baseline][m]) for m, column in columns.items()}
            for name, columns in table.items()
        }
    return Comparison(tuple(metrics), table, baseline)


def abstention(run: Run, answerable: Iterable[str], unanswerable: Iterable[str]) -> Interval:
    """How well the best score of a query tells whether it has a suitable answer at all: AUC with its interval.

    A query without any answer counts as the lowest of all scores.
    """
    best = {query: float(_score(answers[0])) for query, answers in run.items() if answers}
    return auc_interval(
        [best.get(query, -math.inf) for query in answerable], [best.get(query, -math.inf) for query in unanswerable]
    )


def halves(ids: Iterable[str], seed: int = 0) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(tune, report): each id by its own SHA-256 alone, so the same on every machine and whatever else is in the set.

    Order is kept. The halves are equal only on average.
    """
    every = tuple(ids)
    tune = frozenset(id for id in every if hashlib.sha256(f"{seed}\0{id}".encode()).digest()[0] % 2 == 0)
    return tuple(id for id in every if id in tune), tuple(id for id in every if id not in tune)


def _score(answer: Answer) -> float:
    return answer[1] if isinstance(answer, tuple) else answer.score


def _tested(column: Column, base: Column) -> Column:
    queries = list(column.values)
    if not queries:
        return column
    return replace(column, against=paired([column.values[q] for q in queries], [base.values[q] for q in queries]))


def _figures(column: Column) -> dict[str, float | int | None]:
    figures: dict[str, float | int | None] = {
        "mean": _number(column.interval.mean),
        "low": _number(column.interval.low),
        "high": _number(column.interval.high),
        "n": column.interval.n,
    }
    if column.against:
        difference = column.against.interval
        figures |= {
            "difference": difference.mean,
            "difference_low": difference.low,
            "difference_high": difference.high,
            "p_bootstrap": column.against.p_bootstrap,
            "p_permutation": column.against.p_permutation,
        }
    return figures


def _number(value: float) -> float | None:
    """JSON has no NaN."""
    return None if math.isnan(value) else value


def _cell(column: Column) -> str:
    if not column.interval.n:
        return "—"
    shown = str(column.interval)
    return f"{shown} p={column.against.p_permutation:.3f}" if column.against else shown


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
