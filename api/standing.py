"""The alerts that the present state of things calls for, from the records, their outlooks and the pairs in work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from matcher.alerts import Draft, OpenDemand, Related, standing
from matcher.engagement import Engagement
from matcher.model import Demand, Kind
from matcher.patience import Patience
from matcher.placing import industry_of
from matcher.profile import takes_part
from matcher.store import Snapshot
from matcher.store.followup import EngagementQuery, FollowUp
from matcher.store.outlooks import Outlook, Outlooks
from matcher.taxonomy import Taxonomy
from matcher.workflow import ACTIVE, DemandState, Stage, state_of

PAGE = 1000

NOT_YET = frozenset({DemandState.DRAFT, DemandState.INCOMPLETE})
"""Demands that wait for their filer, so nobody is reminded of them."""


def standing_now(snapshot: Snapshot, taxonomy: Taxonomy, now: datetime, patience: Patience) -> list[Draft]:
    """Every standing alert that holds at `now`."""
    pairs = list(_pairs(snapshot, (*ACTIVE, Stage.LANDED)))
    landed = {pair.demand_id for pair in pairs if pair.stage is Stage.LANDED}
    demands = list(_open_demands(snapshot, taxonomy, landed))
    known = {each.demand.id: each for each in demands}
    solutions = snapshot.get_many(Kind.SOLUTION, [pair.solution_id for pair in pairs])
    told = []
    for pair in pairs:
        demand, solution = known.get(pair.demand_id), solutions.get(pair.solution_id)
        if demand is not None and solution is not None:
            told.append((pair, f"{demand.demand.title} ↔ {solution.title}", demand.industries))
    return list(standing(demands, told, now, patience))


def _open_demands(snapshot: Snapshot, taxonomy: Taxonomy, landed: set[str]) -> Iterator[OpenDemand]:
    read = Outlooks(snapshot)
    outlooks, filed = read.all(Kind.DEMAND), read.filed_at(Kind.DEMAND)
    titles = _titles(snapshot, outlooks)
    for record, _ in snapshot.records(Kind.DEMAND):
        if isinstance(record, Demand) and takes_part(record) and state_of(record.status) not in NOT_YET:
            outlook = outlooks.get(record.id)
            best: tuple[Related, ...] = ()
            if outlook is not None and outlook.counterpart in titles:
                title = titles[outlook.counterpart]
                best = (Related(Kind.SOLUTION, outlook.counterpart, title, outlook.grade),)
            industry = industry_of(record, taxonomy)
            yield OpenDemand(
                record,
                filed[record.id],
                (industry,) if industry else (),
                outlook is not None and outlook.suitable,
                best,
                record.id in landed,
            )


def _titles(snapshot: Snapshot, outlooks: dict[str, Outlook]) -> dict[str, str]:
    """The titles of the nearest solutions of demands that have no suitable one."""
    nearest = {each.counterpart for each in outlooks.values() if not each.suitable and each.counterpart}
    return {id: record.title for id, record in snapshot.get_many(Kind.SOLUTION, sorted(nearest)).items()}


def _pairs(snapshot: Snapshot, stages: tuple[Stage, ...]) -> Iterator[Engagement]:
    follow_up, offset = FollowUp(snapshot), 0
    while True:
        page = follow_up.engagements(EngagementQuery(stages=stages, limit=PAGE, offset=offset))
        yield from page.items
        offset += PAGE
        if offset >= page.total:
            return
