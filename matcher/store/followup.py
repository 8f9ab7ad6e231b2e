"""Reading the follow-up: pairs, what happened to them, pilots, files, cases, batches, and the facts of the funnel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from matcher.engagement import Attachment, Batch, Case, CaseState, Engagement, Event, Pilot, Shown
from matcher.errors import InvalidInput, NotFound
from matcher.store import followup_rows as rows
from matcher.store import followup_tables as tables
from matcher.store import schema
from matcher.store.codec import checked, fold
from matcher.store.snapshot import TEXT_LIMIT, Snapshot
from matcher.workflow import ACTIVE, Stage

MOST = 1000


@dataclass(frozen=True, slots=True)
class EngagementQuery:
    """Which pairs are asked for; what is empty or None does not filter.

    `text` is looked for in both records, as in lists of records. `overdue_on` keeps pairs in work whose next step was
    due before that day, `idle_since` those in work that nobody touched since.
    """

    stages: tuple[Stage, ...] = ()
    owner: str = ""
    demand_id: str = ""
    solution_id: str = ""
    text: str = ""
    overdue_on: date | None = None
    idle_since: datetime | None = None
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class EngagementPage:
    """Pairs, the last touched first, and how many the filters leave; `by_stage` counts all stages without the stage
    filter."""

    items: tuple[Engagement, ...]
    total: int
    by_stage: Mapping[Stage, int]


class FollowUp:
    """What `Store.read_snapshot()` or `Store.writing()` sees of the follow-up; good inside that block only."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._connection = snapshot.connection

    # ── pairs ───────────────────────────────────────────────────────────────────────────────────────────────────
    def engagement(self, number: str) -> Engagement:
        """One pair. NotFound."""
        table = tables.engagements
        row = self._one(select(table).where(table.c.number == checked(number)))
        if row is None:
            raise NotFound(f"没有编号为“{number[:40]}”的对接。", number=number)
        return rows.engagement_of(row)

    def pair(self, demand_id: str, solution_id: str) -> Engagement | None:
        """The engagement of these two, if there is one."""
        table = tables.engagements
        query = select(table).where(table.c.demand_id == demand_id, table.c.solution_id == solution_id)
        row = self._one(query)
        return rows.engagement_of(row) if row else None

    def engagements(self, query: EngagementQuery) -> EngagementPage:
        """Pairs, the last touched first. InvalidInput for a limit outside 1–1000 or a text over 200 letters."""
        if not 1 <= query.limit <= MOST or query.offset < 0:
            raise InvalidInput(f"每页条数应在 1 到 {MOST} 之间，起始位置不能是负数。")
        table = tables.engagements
        kept = _conditions(query)
        staged = [*kept, table.c.stage.in_([stage.value for stage in query.stages])] if query.stages else kept
        counted = select(table.c.stage, func.count()).where(*kept).group_by(table.c.stage)
        found = {Stage(stage): count for stage, count in self._connection.execute(counted)}
        by_stage = {stage: found.get(stage, 0) for stage in Stage}
        ordered = select(table).where(*staged).order_by(table.c.updated_at.desc(), table.c.number)
        items = self._all(ordered.limit(query.limit).offset(query.offset))
        total = sum(count for stage, count in by_stage.items() if not query.stages or stage in query.stages)
        return EngagementPage(tuple(map(rows.engagement_of, items)), total, by_stage)

    def of_demand(self, demand_id: str) -> tuple[Engagement, ...]:
        """All pairs of a demand, in the order they were made."""
        table = tables.engagements
        query = select(table).where(table.c.demand_id == checked(demand_id)).order_by(table.c.number)
        return tuple(map(rows.engagement_of, self._all(query)))

    def of_solution(self, solution_id: str) -> tuple[Engagement, ...]:
        """All pairs of a solution, in the order they were made."""
        table = tables.engagements
        query = select(table).where(table.c.solution_id == checked(solution_id)).order_by(table.c.number)
        return tuple(map(rows.engagement_of, self._all(query)))

    def owners(self) -> tuple[str, ...]:
        """Everybody who follows up a pair, by name."""
        table = tables.engagements
        query = select(table.c.owner).where(table.c.owner != "").distinct()
        return tuple(sorted(self._connection.execute(query).scalars()))

    def events(self, subject: str) -> tuple[Event, ...]:
        """What happened to a pair (its number) or a demand ("demand:ID"), in order."""
        table = tables.events
        query = select(table).where(table.c.subject == checked(subject)).order_by(table.c.seq)
        return tuple(map(rows.event_of, self._all(query)))

    def recent_events(self, limit: int = 50) -> tuple[Event, ...]:
        """What happened last, newest first."""
        table = tables.events
        return tuple(map(rows.event_of, self._all(select(table).order_by(table.c.seq.desc()).limit(limit))))

    # ── what belongs to a pair ──────────────────────────────────────────────────────────────────────────────────
    def pilots(self, engagement: str) -> tuple[Pilot, ...]:
        """The pilots of a pair, in order."""
        table = tables.pilots
        query = select(table).where(table.c.engagement == checked(engagement)).order_by(table.c.number)
        return tuple(map(rows.pilot_of, self._all(query)))

    def pilot(self, number: str) -> Pilot:
        """One pilot. NotFound."""
        row = self._one(select(tables.pilots).where(tables.pilots.c.number == checked(number)))
        if row is None:
            raise NotFound(f"没有编号为“{number[:40]}”的验证记录。", number=number)
        return rows.pilot_of(row)

    def attachments(self, engagement: str) -> tuple[Attachment, ...]:
        """The files of a pair, in order."""
        table = tables.attachments
        query = select(table).where(table.c.engagement == checked(engagement)).order_by(table.c.number)
        return tuple(map(rows.attachment_of, self._all(query)))

    def attachment(self, number: str) -> Attachment:
        """One file's description. NotFound."""
        row = self._one(select(tables.attachments).where(tables.attachments.c.number == checked(number)))
        if row is None:
            raise NotFound(f"没有编号为“{number[:40]}”的附件，可能已被删除。", number=number)
        return rows.attachment_of(row)

    # ── cases and batches ───────────────────────────────────────────────────────────────────────────────────────
    def case(self, number: str) -> Case:
        """One case. NotFound."""
        row = self._one(select(tables.cases).where(tables.cases.c.number == checked(number)))
        if row is None:
            raise NotFound(f"没有编号为“{number[:40]}”的典型案例。", number=number)
        return rows.case_of(row)

    def cases(self, *, engagement: str = "", solution_id: str = "", state: CaseState | None = None) -> tuple[Case, ...]:
        """Cases by number; what is empty does not filter."""
        table = tables.cases
        query = select(table).order_by(table.c.number)
        if engagement:
            query = query.where(table.c.engagement == checked(engagement))
        if solution_id:
            query = query.where(table.c.solution_id == checked(solution_id))
        if state:
            query = query.where(table.c.state == state.value)
        return tuple(map(rows.case_of, self._all(query)))

    def batches(self) -> tuple[Batch, ...]:
        """All batches, the oldest first."""
        table = tables.batches
        return tuple(map(rows.batch_of, self._all(select(table).order_by(table.c.created_at, table.c.name))))

    def batch(self, name: str) -> Batch:
        """One batch. NotFound."""
        row = self._one(select(tables.batches).where(tables.batches.c.name == checked(name)))
        if row is None:
            raise NotFound(f"没有名为“{name[:40]}”的批次。", name=name)
        return rows.batch_of(row)

    # ── rankings shown ──────────────────────────────────────────────────────────────────────────────────────────
    def last_shown(self, demand_id: str) -> Shown | None:
        """The ranking shown last for a demand."""
        table = tables.shown
        query = select(table).where(table.c.demand_id == demand_id).order_by(table.c.seq.desc()).limit(1)
        row = self._one(query)
        return rows.shown_of(row) if row else None

    def all_last_shown(self) -> tuple[Shown, ...]:
        """The ranking shown last for each demand that any was shown for, by demand."""
        table = tables.shown
        newest = select(func.max(table.c.seq)).group_by(table.c.demand_id)
        query = select(table).where(table.c.seq.in_(newest)).order_by(table.c.demand_id)
        return tuple(map(rows.shown_of, self._all(query)))

    def _one(self, query: Select[Any]) -> Any:
        return self._connection.execute(query).one_or_none()

    def _all(self, query: Select[Any]) -> Sequence[Any]:
        return self._connection.execute(query).all()


def _conditions(query: EngagementQuery) -> list[ColumnElement[bool]]:
    """Everything but the stage filter."""
    table = tables.engagements
    if len(query.text) > TEXT_LIMIT:
        raise InvalidInput(f"筛选文字太长，最多 {TEXT_LIMIT} 个字。")
    checked("".join((query.owner, query.demand_id, query.solution_id, query.text)))
    kept: list[ColumnElement[bool]] = []
    for column, value in (
        (table.c.owner, query.owner),
        (table.c.demand_id, query.demand_id),
        (table.c.solution_id, query.solution_id),
    ):
        if value:
            kept.append(column == value)
    if words := fold(query.text):
        kept.append(or_(*(_told(side, column, words) for side, column in _SIDES)))
    in_work = table.c.stage.in_([stage.value for stage in ACTIVE])
    if query.overdue_on:
        kept.append(and_(in_work, table.c.next_on < query.overdue_on.isoformat()))
    if query.idle_since:
        kept.append(and_(in_work, table.c.updated_at < query.idle_since))
    return kept


_SIDES = ((schema.demands, tables.engagements.c.demand_id), (schema.solutions, tables.engagements.c.solution_id))


def _told(side: Any, column: Any, words: str) -> ColumnElement[bool]:
    return exists(select(side.c.id).where(side.c.id == column, side.c.words.contains(words, autoescape=True)))
