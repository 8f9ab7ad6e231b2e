"""What routes and pages do with the follow-up: each method one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

from api.attachments import Attachments
from api.parts import Parts
from api.schemas.followup import MeasureIn, PilotIn
from matcher.engagement import Attachment, Case, Engagement, Event, Outcome, Pilot, PilotPlan
from matcher.measuring import blank_table, judged
from matcher.model import Demand, Kind, Record, Status
from matcher.store import Actor, Snapshot
from matcher.store.followup import FollowUp
from matcher.store.followup_writer import FollowUpWriter
from matcher.workflow import DemandState, Move, Stage, demand_moves, pair_moves, state_of


@dataclass(frozen=True, slots=True)
class Detail:
    """One pair with everything that belongs to it; a record that was removed is None."""

    engagement: Engagement
    demand: Record | None
    solution: Record | None
    moves: tuple[Move[Stage], ...]
    events: tuple[Event, ...]
    pilots: tuple[Pilot, ...]
    files: tuple[Attachment, ...]
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class DemandStanding:
    """Where a demand stands, what may be done with it and what was done."""

    demand: Record
    state: DemandState
    moves: tuple[Move[DemandState], ...]
    events: tuple[Event, ...]


class Following:
    """The follow-up of one service. All methods block, so they belong in the thread pool."""

    def __init__(self, parts: Parts) -> None:
        self._store = parts.store
        self.files = Attachments(parts.settings.home / "attachments")

    def detail(self, number: str, role: str) -> Detail:
        """A pair with all that belongs to it. NotFound."""
        with self._store.read_snapshot() as snapshot:
            book = FollowUp(snapshot)
            pair = book.engagement(number)
            return Detail(
                engagement=pair,
                demand=snapshot.get_many(Kind.DEMAND, [pair.demand_id]).get(pair.demand_id),
                solution=snapshot.get_many(Kind.SOLUTION, [pair.solution_id]).get(pair.solution_id),
                moves=pair_moves(pair.stage, pair.before, role),
                events=book.events(number),
                pilots=book.pilots(number),
                files=book.attachments(number),
                cases=book.cases(engagement=number),
            )

    def standing(self, id: str, role: str) -> DemandStanding:
        """Where a demand stands. NotFound."""
        with self._store.read_snapshot() as snapshot:
            demand = snapshot.get(Kind.DEMAND, id)
            state = state_of(demand.status)
            events = FollowUp(snapshot).events(f"demand:{id}")
        return DemandStanding(demand, state, demand_moves(state, role), events)

    def add_pilot(self, number: str, body: PilotIn, actor: Actor) -> Pilot:
        """A new pilot; without measures it lists everything the demand asks for."""
        with self._store.writing(actor) as writer:
            book = FollowUpWriter(writer)
            return book.add_pilot(number, _plan(body, writer, book.engagement(number)))

    def change_pilot(self, number: str, body: PilotIn, actor: Actor) -> Pilot:
        """The pilot with another plan; without measures those it has stay."""
        with self._store.writing(actor) as writer:
            book = FollowUpWriter(writer)
            old = book.pilot(number)
            return book.change_pilot(number, _plan(body, writer, book.engagement(old.engagement), old.plan))

    def attach(self, number: str, name: str, content: BinaryIO, actor: Actor) -> Attachment:
        """Keep a file with a pair: on the disk first, then named by the database."""
        with self._store.read_snapshot() as snapshot:
            FollowUp(snapshot).engagement(number)
        received, given = self.files.receive(name, content), ""
        try:
            with self._store.writing(actor) as writer:
                file = FollowUpWriter(writer).attach(
                    number, name=received.name, type=received.type, size=received.size, sha256=received.sha256
                )
                given = file.number
                self.files.keep(received, given)
        except BaseException:
            self.files.drop(received, given)
            raise
        return file

    def detach(self, number: str, actor: Actor) -> None:
        """Erase a file: from the database first, then from the disk."""
        with self._store.writing(actor) as writer:
            FollowUpWriter(writer).detach(number)
        self.files.erase(number)


def _plan(body: PilotIn, snapshot: Snapshot, pair: Engagement, old: PilotPlan | None = None) -> PilotPlan:
    return PilotPlan(
        place=body.place.strip(),
        scale=body.scale.strip(),
        begins=_day(body.begins),
        ends=_day(body.ends),
        outcome=Outcome(body.outcome),
        remark=body.remark.strip(),
        measures=judged(map(_row, body.measures)) if body.measures is not None else _measures(snapshot, pair, old),
    )


def _measures(snapshot: Snapshot, pair: Engagement, old: PilotPlan | None) -> Any:
    if old is not None:
        return old.measures
    demand = snapshot.get_many(Kind.DEMAND, [pair.demand_id]).get(pair.demand_id)
    return blank_table(demand) if isinstance(demand, Demand) else ()


def _row(measure: MeasureIn) -> tuple[str, str, Status | None]:
    return measure.requirement, measure.measured, Status(measure.status) if measure.status else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
