"""The states of demands, and the batches in which they are published."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import false, insert, select, update

from matcher.engagement import Batch
from matcher.errors import Conflict
from matcher.model import Demand, Kind
from matcher.store import followup_tables as tables
from matcher.store import schema
from matcher.store.followup import FollowUp
from matcher.store.followup_log import log, said
from matcher.store.writer import Writer
from matcher.workflow import BATCH, CODES, REASON, DemandState, demand_move, state_of


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing a batch did: the demands that went out, and those of the batch that were not ready."""

    batch: Batch
    published: tuple[str, ...]
    left: tuple[str, ...]


class DemandStates(FollowUp):
    """What a block of `Store.writing()` can do to the states of demands and to batches."""

    def __init__(self, writer: Writer) -> None:
        super().__init__(writer)
        self._writer = writer

    def move(self, id: str, to: DemandState, *, reason: str = "", batch: str = "", on: date | None = None) -> Demand:
        """One step of the workflow; `batch` puts the demand into that batch, which is made when there is none.

        NotFound; IllegalMove, Forbidden, InvalidInput as `matcher.workflow` says.
        """
        demand = self._writer.get(Kind.DEMAND, id)
        assert isinstance(demand, Demand)
        reason, batch = said(reason, "原因"), said(batch, "批次") or demand.batch
        now = state_of(demand.status)
        demand_move(now, to, self._writer.actor.role, [n for n, v in ((REASON, reason), (BATCH, batch)) if v])
        moved = replace(demand, status=CODES[to], batch=batch if to is DemandState.PUBLISHED else demand.batch)
        self._writer.put(moved)
        if to is DemandState.PUBLISHED:
            self._opened(batch)
        log(self._writer, "state", f"demand:{id}", id, start=now.value, to=to.value, says=reason, on=on)
        return moved

    def put_batch(self, name: str, *, publish_on: date | None = None, note: str = "") -> Batch:
        """Make the batch, or change its planned day and note."""
        name, note = said(name, "批次名称", needed=True), said(note, "说明")
        self._opened(name)
        table = tables.batches
        values = {"publish_on": publish_on.isoformat() if publish_on else None, "note": note}
        self._connection.execute(update(table).where(table.c.name == name).values(values))
        self._writer.audit("batch.put", f"batch:{name}")
        return self.batch(name)

    def assign(self, name: str, ids: tuple[str, ...]) -> Batch:
        """Put these demands into the batch; NotFound for an unknown one leaves all as they were."""
        name = said(name, "批次名称", needed=True)
        self._opened(name)
        for id in ids:
            demand = self._writer.get(Kind.DEMAND, id)
            assert isinstance(demand, Demand)
            self._writer.put(replace(demand, batch=name))
        return self.batch(name)

    def publish_batch(self, name: str) -> Published:
        """Every 已完善 demand of the batch becomes 已发布, in one commit. NotFound; Conflict when none is ready."""
        batch = self.batch(name)
        waiting = self._waiting(name)
        ready = [id for id, state in waiting if state is DemandState.READY]
        left = tuple(id for id, state in waiting if state is not DemandState.READY)
        if not ready:
            raise Conflict(f"“{name}”里没有已完善的需求可以发布；请先审核。", left=list(left))
        for id in ready:
            self.move(id, DemandState.PUBLISHED, batch=name)
        at = batch.published_at or self._writer.now
        table = tables.batches
        self._connection.execute(update(table).where(table.c.name == name).values(published_at=at))
        self._writer.audit("batch.publish", f"batch:{name}", detail=f"published={len(ready)} left={len(left)}")
        return Published(replace(batch, published_at=at), tuple(ready), left)

    def _waiting(self, name: str) -> list[tuple[str, DemandState]]:
        """The demands of the batch that are neither published nor closed, by id."""
        table = schema.demands
        query = select(table.c.id, table.c.status).where(table.c.batch == name, table.c.deleted == false())
        found = [(row.id, state_of(row.status)) for row in self._connection.execute(query.order_by(table.c.id))]
        return [(id, state) for id, state in found if state not in (DemandState.PUBLISHED, DemandState.CLOSED)]

    def _opened(self, name: str) -> None:
        """Make the batch unless it is there."""
        table = tables.batches
        if self._one(select(table.c.name).where(table.c.name == name)) is None:
            self._connection.execute(insert(table).values(name=name, note="", created_at=self._writer.now))
