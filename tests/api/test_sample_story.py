"""The sample follow-up fits the sample lists, keeps to the workflow, and leaves the clock as it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from api.commands import demo
from api.sample_story import FILE, IMPORTED, STEPS, Calendar, read, tell
from matcher.errors import InvalidInput
from matcher.model import Kind
from matcher.settings import Settings
from matcher.store import Actor, Store, utc_now
from matcher.store.followup import EngagementQuery, FollowUp
from matcher.workflow import Stage

ACTOR = Actor("演示", "admin")


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def store(settings: Settings, calendar: Calendar) -> Iterator[Store]:
    with Store.open(settings.database_url, write=True, clock=calendar) as store:
        yield store


def test_the_lists_and_what_became_of_them(store: Store, calendar: Calendar, root: Path) -> None:
    demo._fill(store, calendar, root / "data" / "samples")
    with store.read_snapshot() as snapshot:
        follow = FollowUp(snapshot)
        pairs = {(p.demand_id, p.solution_id): p for p in follow.engagements(EngagementQuery(limit=100)).items}
        states = Counter(d.status for d in snapshot.page(Kind.DEMAND, limit=100).items)
        batches = {batch.name: batch.published_at is not None for batch in follow.batches()}
    assert Counter(pair.stage for pair in pairs.values()) == {
        Stage.CANDIDATE: 4,
        Stage.RECOMMENDED: 3,
        Stage.CONTACTING: 3,
        Stage.VERIFYING: 3,
        Stage.LANDED: 2,
        Stage.SHELVED: 1,
        Stage.EXCLUDED: 3,
    }
    assert pairs["D004", "S014"].stage is Stage.LANDED
    assert states == {"open": 29, "published": 18, "ready": 10, "incomplete": 3}
    assert batches == {"第一批": True, "第二批": False}
    told = utc_now() - pairs["D004", "S014"].created_at
    assert timedelta(days=67) < told < timedelta(days=69)


def test_the_steps_are_in_order_and_none_is_before_the_lists(root: Path) -> None:
    steps = list(read(root / "data" / "samples" / FILE))
    days = [step["ago"] for step in steps]
    assert days == sorted(days, reverse=True)
    assert days[0] < IMPORTED
    assert days[-1] >= 1
    assert {step["do"] for step in steps} == set(STEPS)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"ago": 9, "do": "dance"}', "dance"),
        ('{"ago": 9, "do": "note", "demand": "D1", "solution": "S1", "text": "一"}', "还没有列为候选"),
    ],
)
def test_a_step_that_cannot_be_taken(store: Store, calendar: Calendar, tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / FILE).write_text(line + "\n", "utf-8")
    with pytest.raises(InvalidInput, match=says):
        tell(store, calendar, tmp_path, ACTOR)
    assert utc_now() - calendar() < timedelta(days=1), "the clock is back"
