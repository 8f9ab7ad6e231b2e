"""Rows of the follow-up tables as values and back."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
from sqlalchemy import Row

from matcher.engagement import (
    Attachment,
    Batch,
    Case,
    CaseState,
    Engagement,
    Event,
    Measure,
    Outcome,
    Pilot,
    PilotPlan,
    Shown,
)
from matcher.model import Status
from matcher.store.codec import checked
from matcher.workflow import Stage


def day(text: str | None) -> date | None:
    """A stored day."""
    return date.fromisoformat(text) if text else None


def engagement_of(row: Row[Any]) -> Engagement:
    """A row of `engagements`."""
    plain = dict(row._mapping)
    plain["stage"] = Stage(row.stage)
    plain["before"] = Stage(row.before) if row.before else None
    plain["next_on"] = day(row.next_on)
    return Engagement(**plain)


def engagement_row(engagement: Engagement) -> dict[str, Any]:
    """The columns of an engagement. InvalidInput for text that no database can hold."""
    return {
        "number": engagement.number,
        "demand_id": engagement.demand_id,
        "solution_id": engagement.solution_id,
        "stage": engagement.stage.value,
        "before": engagement.before.value if engagement.before else None,
        "owner": checked(engagement.owner),
        "next_step": checked(engagement.next_step),
        "next_on": engagement.next_on.isoformat() if engagement.next_on else None,
        "reason": checked(engagement.reason),
        "grade": engagement.grade,
        "version": engagement.version,
        "created_at": engagement.created_at,
        "updated_at": engagement.updated_at,
        "moved_at": engagement.moved_at,
    }


def event_of(row: Row[Any]) -> Event:
    """A row of `engagement_events`."""
    return Event(
        seq=row.seq,
        subject=row.subject,
        demand_id=row.demand_id,
        kind=row.kind,
        at=row.at,
        on=date.fromisoformat(row.day),
        actor=row.actor,
        start=row.start,
        to=row.arrived,
        says=row.says,
    )


def pilot_of(row: Row[Any]) -> Pilot:
    """A row of `pilots`."""
    return Pilot(row.number, row.engagement, plan_of(row.plan), row.created_at, row.updated_at)


def plan_text(plan: PilotPlan) -> str:
    """A plan as JSON. InvalidInput for text that no database can hold."""
    return checked(orjson.dumps(plan).decode())


def plan_of(text: str) -> PilotPlan:
    """The plan `plan_text` wrote."""
    plain: dict[str, Any] = orjson.loads(text)
    plain["begins"], plain["ends"] = day(plain["begins"]), day(plain["ends"])
    plain["outcome"] = Outcome(plain["outcome"])
    plain["measures"] = tuple(Measure(**{**m, "status": Status(m["status"])}) for m in plain["measures"])
    return PilotPlan(**plain)


def attachment_of(row: Row[Any]) -> Attachment:
    """A row of `attachments`."""
    return Attachment(**row._mapping)


def case_of(row: Row[Any]) -> Case:
    """A row of `cases`."""
    return Case(**{**row._mapping, "state": CaseState(row.state)})


def batch_of(row: Row[Any]) -> Batch:
    """A row of `batches`."""
    return Batch(**{**row._mapping, "publish_on": day(row.publish_on)})


def shown_of(row: Row[Any]) -> Shown:
    """A row of `shown`."""
    return Shown(**{**row._mapping, "matches": tuple((id, grade) for id, grade in orjson.loads(row.matches))})
