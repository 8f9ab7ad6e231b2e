"""What the centre records about a pair of demand and solution on its way from shortlist to landing. All frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from matcher.model import Status
from matcher.workflow import Stage


@dataclass(frozen=True, slots=True)
class Engagement:
    """对接: one pair of demand and solution. `before` is the stage a shelved pair stood in.

    `grade` is the grade shown when it was shortlisted, None when none was. `version` counts changes: whoever writes
    says which version was read, so two people do not overwrite each other.
    """

    number: str
    demand_id: str
    solution_id: str
    stage: Stage
    before: Stage | None
    owner: str
    next_step: str
    next_on: date | None
    reason: str
    grade: int | None
    version: int
    created_at: datetime
    updated_at: datetime
    moved_at: datetime


EventKind = Literal["shortlist", "exclude", "move", "note", "plan", "pilot", "file", "case", "state"]
EVENT_NAMES: Mapping[EventKind, str] = {
    "shortlist": "列为候选",
    "exclude": "排除",
    "move": "推进",
    "note": "记事",
    "plan": "安排",
    "pilot": "验证",
    "file": "附件",
    "case": "典型案例",
    "state": "需求状态",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of what happened; never changed, never deleted. `on` is the day it happened, `at` when it was written.

    `subject` is the number of an engagement or "demand:ID"; `start` and `to` are states for a move, else empty.
    """

    seq: int
    subject: str
    demand_id: str
    kind: EventKind
    at: datetime
    on: date
    actor: str
    start: str
    to: str
    says: str


class Outcome(StrEnum):
    """How a pilot ended."""

    RUNNING = "进行中"
    PASSED = "通过"
    PARTLY = "部分通过"
    FAILED = "未通过"


@dataclass(frozen=True, slots=True)
class Measure:
    """One requirement of the demand and what the pilot measured. `says` is the comparison in Chinese."""

    requirement: str
    measured: str
    status: Status
    says: str = ""


@dataclass(frozen=True, slots=True)
class PilotPlan:
    """What people fill in about a pilot: where, how much of it, when, and what was measured."""

    place: str
    scale: str = ""
    begins: date | None = None
    ends: date | None = None
    outcome: Outcome = Outcome.RUNNING
    remark: str = ""
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True, slots=True)
class Pilot:
    """验证: a pilot of one pair."""

    number: str
    engagement: str
    plan: PilotPlan
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """附件: a file kept under a generated name. `name` is what its sender called it, for people only."""

    number: str
    engagement: str
    name: str
    type: str
    size: int
    sha256: str
    actor: str
    at: datetime


class CaseState(StrEnum):
    """Whether a case counts as evidence for its solution."""

    DRAFT = "草稿"
    PUBLISHED = "已发布"
    WITHDRAWN = "已撤回"


@dataclass(frozen=True, slots=True)
class Case:
    """典型案例: what came of a landed pair, in words fit to be published. While published its text is part of what the
    solution is matched by."""

    number: str
    engagement: str
    demand_id: str
    solution_id: str
    title: str
    text: str
    state: CaseState
    created_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Batch:
    """批次: one round of publishing. `publish_on` is the planned day, `published_at` when it was done."""

    name: str
    publish_on: date | None
    note: str
    created_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """Which ranking was shown for a stored demand: (solution id, grade), best first."""

    seq: int
    demand_id: str
    at: datetime
    generation: str
    suitable: bool
    matches: tuple[tuple[str, int], ...]


class Milestone(StrEnum):
    """The stages of the funnel."""

    COLLECTED = "收集"
    VALID = "有效"
    PUBLISHED = "发布"
    CANDIDATES = "有候选"
    CONTACT = "对接"
    PILOT = "验证"
    LANDED = "落地"
    CASE = "案例"


@dataclass(frozen=True, slots=True)
class Fact:
    """The first time that a demand reached a milestone. Nothing is inferred: a stage that was skipped has no fact."""

    demand_id: str
    milestone: Milestone
    at: datetime
