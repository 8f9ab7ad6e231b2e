"""The funnel, its breakdowns and response times, counted again by brute force on drawn histories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.activity import BANDS, Pairing, response, responses, vendors
from matcher.engagement import Fact, Milestone
from matcher.errors import InvalidInput
from matcher.funnel import Row, breakdown, counts, during, funnel
from matcher.journey import DIMENSIONS, MEANINGS, UNNAMED, Journey, Step, reached
from matcher.periods import BEIJING, local_day, month, month_of, months_back, year_to

START = datetime(2026, 1, 1, tzinfo=UTC)

times = st.integers(0, 400 * 24).map(lambda hours: START + timedelta(hours=hours))
journeys = st.lists(
    st.builds(
        Journey,
        id=st.uuids().map(str),
        batch=st.sampled_from(["", "第一批", "第二批"]),
        city=st.sampled_from(["", "广州", "佛山"]),
        industry=st.sampled_from(["", "汽车", "陶瓷"]),
        reached=st.dictionaries(st.sampled_from(list(Step)[1:]), times, max_size=7).flatmap(
            lambda rest: times.map(lambda first: {Step.COLLECTED: first, **rest})
        ),
    ),
    max_size=30,
)


def day(n: int) -> datetime:
    return START + timedelta(days=n)


def test_counts_rates_and_medians() -> None:
    some = [
        Journey("a", reached={Step.COLLECTED: day(0), Step.VALID: day(2), Step.PUBLISHED: day(5)}),
        Journey("b", reached={Step.COLLECTED: day(0), Step.VALID: day(4)}),
        Journey("c", reached={Step.COLLECTED: day(1), Step.CANDIDATES: day(2)}),
        Journey("d", reached={Step.COLLECTED: day(0), Step.VALID: day(6), Step.CONTACT: day(9), Step.LANDED: day(40)}),
    ]
    bars = funnel(some)
    assert [bar.count for bar in bars] == [4, 3, 2, 1, 1, 1, 1, 0]
    assert [bar.of_previous for bar in bars] == [None, 3 / 4, 2 / 3, 1 / 2, 1, 1, 1, 0]
    assert [bar.of_first for bar in bars] == [1, 3 / 4, 1 / 2, 1 / 4, 1 / 4, 1 / 4, 1 / 4, 0]
    assert [bar.days for bar in bars] == [None, 4, 3, None, None, None, None, None]


def test_nothing_at_all() -> None:
    assert [(bar.count, bar.of_previous, bar.of_first, bar.days) for bar in funnel([])] == [(0, None, None, None)] * 8


def test_a_candidate_counts_after_publishing_and_implies_nothing() -> None:
    found = {Step.COLLECTED: day(0), Step.CANDIDATES: day(0)}
    assert Journey("a", reached=found).furthest is Step.COLLECTED
    assert Journey("a", reached={**found, Step.PUBLISHED: day(3)}).furthest is Step.CANDIDATES
    assert Journey("a", reached={**found, Step.CONTACT: day(3)}).furthest is Step.CONTACT


@settings(max_examples=40, deadline=None)
@given(journeys)
def test_the_funnel_by_brute_force(some: list[Journey]) -> None:
    acts = [s for s in Step if s is not Step.CANDIDATES]
    for bar in funnel(some):
        passed = [
            j
            for j in some
            if any(s in j.reached for s in acts if s >= bar.step)
            or (bar.step is Step.CANDIDATES and {Step.PUBLISHED, Step.CANDIDATES} <= j.reached.keys())
        ]
        assert bar.count == len(passed)
        before = bar.step - 1
        taken = [
            max(0.0, (j.reached[bar.step] - j.reached[Step(before)]).total_seconds() / 86400)
            for j in passed
            if bar.step in j.reached and before in j.reached
        ]
        assert bar.days == (median(taken) if taken and before else None)
    held = counts(some)
    assert list(held) == sorted(held, reverse=True)


@settings(max_examples=40, deadline=None)
@given(journeys, st.sampled_from(list(DIMENSIONS)))
def test_every_breakdown_adds_up(some: list[Journey], dimension: str) -> None:
    rows = breakdown(some, dimension)
    assert tuple(map(sum, zip(*(row.counts for row in rows), strict=True))) == (counts(some) if some else ())
    assert len({row.name for row in rows}) == len(rows)
    assert all(row.name != UNNAMED for row in rows[:-1])
    whole = response(some)
    parts = responses(some, dimension)
    assert sum(part.contacted for part in parts) == whole.contacted
    assert sum(part.waiting for part in parts) == whole.waiting
    assert sum(sum(part.bands) for part in parts) == sum(whole.bands) == whole.contacted


@settings(max_examples=40, deadline=None)
@given(journeys)
def test_the_months_add_up_to_the_year(some: list[Journey]) -> None:
    year = year_to(month("2026-12"))
    monthly = [during(some, month(name)).counts for name in months_back("2026-12", 12)]
    assert tuple(map(sum, zip(*monthly, strict=True))) == during(some, year).counts


@settings(max_examples=40, deadline=None)
@given(journeys)
def test_response_times_by_brute_force(some: list[Journey]) -> None:
    taken = sorted(
        max(0.0, (j.reached[Step.CONTACT] - j.reached[Step.COLLECTED]).total_seconds() / 86400)
        for j in some
        if Step.CONTACT in j.reached
    )
    found = response(some)
    assert found.contacted == len(taken)
    assert found.days == (median(taken) if taken else None)
    for at, (_, most) in enumerate(BANDS):
        assert sum(found.bands[: at + 1]) == sum(days <= most for days in taken)
    if taken:
        assert found.slow is not None
        assert sum(days <= found.slow for days in taken) >= 0.9 * len(taken)
        assert found.slow in taken


def test_rows_in_order() -> None:
    some = [Journey("a", batch="第一批"), Journey("b"), Journey("c", batch="第二批"), Journey("d", batch="第二批")]
    eight = (0,) * 7
    assert breakdown(some, "batch") == (
        Row("第二批", (2, *eight)),
        Row("第一批", (1, *eight)),
        Row(UNNAMED, (1, *eight)),
    )
    months = [Journey(m, reached={Step.COLLECTED: month(m).start}) for m in ("2026-01", "2026-03", "2026-02")]
    assert [row.name for row in breakdown(months, "month")] == ["2026-03", "2026-02", "2026-01"]


def test_the_calendar_is_beijing_s() -> None:
    late = datetime(2026, 2, 28, 16, 30, tzinfo=UTC)
    assert month_of(late) == "2026-03"
    assert local_day(late).isoformat() == "2026-03-01"
    march = month("2026-03")
    assert march.label == "2026年3月"
    assert late in march
    assert march.end not in march
    assert march.start == datetime(2026, 3, 1, tzinfo=BEIJING)
    assert year_to(march).label == "2026年累计"
    assert months_back("2026-02", 4) == ("2025-11", "2025-12", "2026-01", "2026-02")


@pytest.mark.parametrize("text", ["2026-13", "2026", "202603", "", "1999-01", "2026-3"])
def test_what_is_no_month(text: str) -> None:
    with pytest.raises(InvalidInput, match="月份"):
        month(text)


def test_vendors_add_up_and_stand_in_order() -> None:
    offers = [("s1", "甲", "启明"), ("s2", "乙", "启明"), ("s3", "丙", "远山"), ("s4", "丁", "")]
    pairs = [
        Pairing("d1", "s1", day(1), day(2), day(3), day(4), last=day(4)),
        Pairing("d2", "s3", day(1), day(2), last=day(9)),
        Pairing("d3", "s3", day(1), last=day(1)),
        Pairing("d3", "gone", day(1), last=day(1)),
    ]
    rows = vendors(offers, pairs)
    told = [(v.name, v.solutions, v.recommended, v.contacted, v.piloted, v.landed, v.last) for v in rows]
    assert told == [
        ("启明", 2, 1, 1, 1, 1, day(4)),
        ("远山", 1, 2, 1, 0, 0, day(9)),
        (UNNAMED, 1, 1, 0, 0, 0, day(1)),
    ]
    assert rows[0].titles == {"s1": "甲", "s2": "乙"}
    assert sum(v.recommended for v in rows) == len(pairs)


def test_every_step_has_a_name_and_a_meaning() -> None:
    assert list(MEANINGS) == list(Step)
    assert "→".join(step.label for step in Step) == "收集→有效→发布→有候选→对接→验证→落地→案例"


def test_facts_are_sorted_by_demand() -> None:
    facts = [
        Fact("a", Milestone.COLLECTED, day(0)),
        Fact("a", Milestone.CANDIDATES, day(1)),
        Fact("b", Milestone.COLLECTED, day(2)),
    ]
    assert reached(facts) == {
        "a": {Step.COLLECTED: day(0), Step.CANDIDATES: day(1)},
        "b": {Step.COLLECTED: day(2)},
    }
    assert [step.name for step in Step] == [milestone.name for milestone in Milestone]
