"""The facts of the funnel: when each demand first reached each milestone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, false, func, select, true

from matcher.engagement import CaseState, Fact, Milestone
from matcher.profile import MERGED
from matcher.store import followup_tables as tables
from matcher.store import schema
from matcher.store.snapshot import Snapshot
from matcher.workflow import VALID, DemandState, Stage, state_of

_First = dict[tuple[str, Milestone], datetime]

ARRIVALS = {
    ("shortlist", Stage.CANDIDATE.value): Milestone.CANDIDATES,
    ("move", Stage.CONTACTING.value): Milestone.CONTACT,
    ("move", Stage.VERIFYING.value): Milestone.PILOT,
    ("move", Stage.LANDED.value): Milestone.LANDED,
    ("case", CaseState.PUBLISHED.value): Milestone.CASE,
    ("state", DemandState.READY.value): Milestone.VALID,
    ("state", DemandState.PUBLISHED.value): Milestone.PUBLISHED,
}
"""Kind of event and where it arrived → the milestone it stands for."""


def funnel_facts(snapshot: Snapshot) -> tuple[Fact, ...]:
    """One row per (demand, milestone) reached, by demand and in the funnel's order.

    A step that was undone does not count: 落地 needs a pair that is landed today, 案例 a case that is published today,
    有效 and 发布 a demand that was not sent back since. A demand filed as 已完善 or 已发布 was so from its first day.
    有候选 is the first ranking with a suitable solution, or the first pair shortlisted. Removed demands do not count,
    and merged ones count as the demand they were merged into, which has their pairs.
    """
    connection = snapshot.connection
    states = _states(connection)
    first: _First = {(id, Milestone.COLLECTED): at for id, (_, at) in states.items()}
    for id, milestone, at in (*_arrived(connection), *_suitable(connection)):
        if id in states:
            _earliest(first, id, milestone, at)
    landed, published = _landed(connection), _published(connection)
    for id, (state, filed) in states.items():
        if state in VALID:
            first.setdefault((id, Milestone.VALID), first.get((id, Milestone.PUBLISHED), filed))
        if state is DemandState.PUBLISHED:
            first.setdefault((id, Milestone.PUBLISHED), filed)
        undone = {
            Milestone.VALID: state not in VALID | {DemandState.CLOSED},
            Milestone.PUBLISHED: state not in (DemandState.PUBLISHED, DemandState.CLOSED),
            Milestone.LANDED: id not in landed,
            Milestone.CASE: id not in published,
        }
        for milestone, gone in undone.items():
            if gone:
                first.pop((id, milestone), None)
    return tuple(Fact(id, m, first[id, m]) for id in sorted(states) for m in Milestone if (id, m) in first)


def _earliest(first: _First, id: str, milestone: Milestone, at: datetime) -> None:
    known = first.get((id, milestone))
    first[id, milestone] = at if known is None else min(known, at)


def _states(connection: Connection) -> dict[str, tuple[DemandState, datetime]]:
    table = schema.demands
    query = select(table.c.id, table.c.status, table.c.created_at)
    query = query.where(table.c.deleted == false(), table.c.status != MERGED)
    return {row.id: (state_of(row.status), row.created_at) for row in connection.execute(query)}


def _arrived(connection: Connection) -> list[tuple[str, Milestone, datetime]]:
    """What happened to a pair counts for the demand that has it now."""
    table, pairs = tables.events, tables.engagements
    demand = func.coalesce(pairs.c.demand_id, table.c.demand_id)
    query = (
        select(demand, table.c.kind, table.c.arrived, func.min(table.c.at))
        .select_from(table.outerjoin(pairs, pairs.c.number == table.c.subject))
        .group_by(demand, table.c.kind, table.c.arrived)
    )
    return [
        (id, ARRIVALS[kind, arrived], at)
        for id, kind, arrived, at in connection.execute(query)
        if (kind, arrived) in ARRIVALS
    ]


def _suitable(connection: Connection) -> list[tuple[str, Milestone, datetime]]:
    table = tables.shown
    query = select(table.c.demand_id, func.min(table.c.at)).where(table.c.suitable == true())
    return [(id, Milestone.CANDIDATES, at) for id, at in connection.execute(query.group_by(table.c.demand_id))]


def _landed(connection: Connection) -> set[str]:
    table = tables.engagements
    return set(connection.execute(select(table.c.demand_id).where(table.c.stage == Stage.LANDED.value)).scalars())


def _published(connection: Connection) -> set[str]:
    table = tables.cases
    return set(
        connection.execute(select(table.c.demand_id).where(table.c.state == CaseState.PUBLISHED.value)).scalars()
    )
