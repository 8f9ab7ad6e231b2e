"""The funnel 收集→有效→发布→有候选→对接→验证→落地→案例: counts, rates and median days, whole and broken down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from matcher.journey import DIMENSIONS, UNNAMED, Journey, Step
from matcher.periods import Period, days_between, month_of


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of a funnel.

    `of_previous` and `of_first` are shares in [0, 1], None where nothing came before. `days` is the median time from
    the step before for those that have both dates, None when none has.
    """

    step: Step
    count: int
    of_previous: float | None
    of_first: float | None
    days: float | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a breakdown: how many of the group passed each step, in the order of Step."""

    name: str
    counts: tuple[int, ...]

    def at(self, step: Step) -> int:
        """The count of one step."""
        return self.counts[step - 1]


def counts(journeys: Iterable[Journey]) -> tuple[int, ...]:
    """How many passed each step, in the order of Step. Never rises from one step to the next."""
    held = [0] * len(Step)
    for journey in journeys:
        for step in range(journey.furthest):
            held[step] += 1
    return tuple(held)


def funnel(journeys: Sequence[Journey]) -> tuple[Bar, ...]:
    """One bar per step."""
    held = counts(journeys)
    return tuple(
        Bar(
            step,
            held[step - 1],
            _share(held[step - 1], held[step - 2]) if step > 1 else None,
            _share(held[step - 1], held[0]),
            _days(journeys, step),
        )
        for step in Step
    )


def breakdown(journeys: Sequence[Journey], dimension: str) -> tuple[Row, ...]:
    """One row per value, largest first, those without one last. The columns add up to `counts(journeys)`.

    Months come in order of time, the latest first. KeyError for an unknown dimension.
    """
    key = DIMENSIONS[dimension].key
    groups: dict[str, list[Journey]] = {}
    for journey in journeys:
        groups.setdefault(key(journey) or UNNAMED, []).append(journey)
    rows = [Row(name, counts(group)) for name, group in groups.items()]
    if dimension == "month":
        rows.sort(key=lambda row: row.name, reverse=True)
    else:
        rows.sort(key=lambda row: (-row.counts[0], row.name))
    return tuple(sorted(rows, key=lambda row: row.name == UNNAMED))


def during(journeys: Iterable[Journey], period: Period) -> Row:
    """How many demands first reached each step within the period, by the dates recorded for the step itself."""
    held = [0] * len(Step)
    for journey in journeys:
        for step, when in journey.reached.items():
            if when in period and journey.passed(step):
                held[step - 1] += 1
    return Row(period.label, tuple(held))


def by_month(journeys: Iterable[Journey], months: Sequence[str]) -> tuple[Row, ...]:
    """`during` each of these months, in their order."""
    held = {name: [0] * len(Step) for name in months}
    for journey in journeys:
        furthest = journey.furthest
        for step, when in journey.reached.items():
            if step <= furthest and (row := held.get(month_of(when))) is not None:
                row[step - 1] += 1
    return tuple(Row(name, tuple(row)) for name, row in held.items())


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _days(journeys: Iterable[Journey], step: Step) -> float | None:
    if step is Step.COLLECTED:
        return None
    before = Step(step - 1)
    taken = [
        days_between(journey.reached[before], journey.reached[step])
        for journey in journeys
        if journey.passed(step) and before in journey.reached and step in journey.reached
    ]
    return median(taken) if taken else None
