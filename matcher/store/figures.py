"""The facts that the figures of the report are counted from, read in one snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import false, func, select

from matcher.activity import Pairing
from matcher.gaps import Standing
from matcher.journey import Journey, Step, reached
from matcher.model import Kind
from matcher.placing import NOWHERE
from matcher.profile import ABSENT, MERGED
from matcher.store import followup_tables, schema
from matcher.store.funnel import funnel_facts
from matcher.store.outlooks import Outlooks
from matcher.store.snapshot import Snapshot
from matcher.workflow import DemandState, Stage, state_of

CLOSED_TO_GAPS = frozenset({DemandState.DRAFT, DemandState.CLOSED})
"""Demands that nobody looks for a solution for."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything counted. `offers` are (solution id, title, vendor) of the solutions on file."""

    journeys: tuple[Journey, ...]
    standings: tuple[Standing, ...]
    pairings: tuple[Pairing, ...]
    offers: tuple[tuple[str, str, str], ...]


def facts(snapshot: Snapshot) -> Facts:
    """All facts of this moment. Records that the lookout has not looked at yet count as 未注明 and unanswered."""
    pairings = _pairings(snapshot)
    recommended = {pairing.solution for pairing in pairings if pairing.recommended is not None}
    journeys, standings, offers = [], [], []
    steps = reached(funnel_facts(snapshot))
    looked = {kind: Outlooks(snapshot).all(kind) for kind in Kind}
    offered = {id: outlook.place.direction for id, outlook in looked[Kind.SOLUTION].items()}
    for kind in Kind:
        outlooks = looked[kind]
        table = schema.RECORDS[kind]
        query = select(table.c.id, table.c.title, table.c.owner, table.c.batch, table.c.status)
        counted = (table.c.deleted == false(), table.c.status != MERGED)
        for row in snapshot.connection.execute(query.where(*counted).order_by(table.c.id)).all():
            outlook = outlooks.get(row.id)
            where = outlook.place if outlook else NOWHERE
            if kind is Kind.DEMAND:
                own = steps.get(row.id, {})
                if outlook and outlook.suitable_at:
                    own[Step.CANDIDATES] = min(own.get(Step.CANDIDATES, outlook.suitable_at), outlook.suitable_at)
                journeys.append(Journey(row.id, row.batch, where.city, where.industry, own))
                counts = row.status not in ABSENT and state_of(row.status) not in CLOSED_TO_GAPS
                answered = outlook is not None and outlook.suitable
            else:
                offers.append((row.id, row.title, row.owner))
                counts, answered = row.status not in ABSENT, row.id in recommended
            if counts:
                best = outlook.grade if outlook else None
                # A demand rarely names a technology; the nearest solution tells what it would take.
                direction = where.direction or (offered.get(outlook.counterpart, "") if outlook else "")
                owner = (row.title, row.owner, where.industry, direction, where.city)
                standings.append(Standing(row.id, kind, *owner, answered, best))
    return Facts(tuple(journeys), tuple(standings), pairings, tuple(offers))


def mark(snapshot: Snapshot) -> tuple[object, ...]:
    """A value that is another one whenever any of the facts may be: what a remembered answer is known by."""
    connection = snapshot.connection
    seqs = [
        connection.execute(select(func.max(table.c.seq))).scalar()
        for table in (followup_tables.events, followup_tables.shown)
    ]
    return (snapshot.revision, Outlooks(snapshot).position(), *seqs)


def _pairings(snapshot: Snapshot) -> tuple[Pairing, ...]:
    """Every pair and when it first came to each stage; a later stage implies that it was recommended."""
    table, events = followup_tables.engagements, followup_tables.events
    arrived = select(events.c.subject, events.c.arrived, func.min(events.c.at)).where(events.c.kind == "move")
    first: dict[str, dict[str, datetime]] = {}
    for number, stage, at in snapshot.connection.execute(arrived.group_by(events.c.subject, events.c.arrived)):
        first.setdefault(number, {})[stage] = at
    columns = (table.c.number, table.c.demand_id, table.c.solution_id, table.c.stage, table.c.updated_at)
    return tuple(
        _pairing(first.get(row.number, {}), row.demand_id, row.solution_id, row.stage, row.updated_at)
        for row in snapshot.connection.execute(select(*columns).order_by(table.c.number))
    )


def _pairing(at: Mapping[str, datetime], demand: str, solution: str, stage: str, last: datetime) -> Pairing:
    steps = (Stage.RECOMMENDED, Stage.CONTACTING, Stage.VERIFYING, Stage.LANDED)
    times = [at[step.value] for step in steps if step.value in at]
    return Pairing(
        demand,
        solution,
        recommended=min(times, default=None),
        contacted=at.get(Stage.CONTACTING.value),
        piloted=at.get(Stage.VERIFYING.value),
        landed=at.get(Stage.LANDED.value) if stage == Stage.LANDED.value else None,
        last=last,
    )
