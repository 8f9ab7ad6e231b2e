"""Follow-up: all pairs as a board by stage or as a list, with what is overdue and what stands still."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query, Request, Response

from api.auth import ReadingFollowUp
from api.pages.paging import page_number, paging
from api.pages.shell import render
from api.parts import Parts
from api.routes.engagements import today
from matcher.engagement import Engagement
from matcher.model import Demand, Kind, Solution
from matcher.store import Snapshot, utc_now
from matcher.store.followup import EngagementQuery, FollowUp
from matcher.workflow import ACTIVE, Move, Stage, pair_moves

PATH = "/followup"
COLUMN = 20
"""Pairs shown in one column of the board; the list has the rest."""
PER_PAGE = 20
IDLE = (0, 7, 14, 30, 60)
"""Days without progress that can be asked for."""

BOARD = (*ACTIVE, Stage.LANDED)
"""The columns; what is put aside is found in the list."""


@dataclass(frozen=True, slots=True)
class Row:
    """One pair as boards and lists show it; a removed record has no title."""

    pair: Engagement
    demand: str
    organization: str
    solution: str
    vendor: str
    moves: tuple[Move[Stage], ...]
    overdue: bool
    idle_days: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What the filters say."""

    view: str
    stage: str
    owner: str
    text: str
    overdue: bool
    idle: int

    def query(self, stages: tuple[Stage, ...], limit: int, offset: int = 0) -> EngagementQuery:
        """The store's query for these stages."""
        return EngagementQuery(
            stages=stages,
            owner=self.owner,
            text=self.text,
            overdue_on=today() if self.overdue else None,
            idle_since=utc_now() - timedelta(days=self.idle) if self.idle else None,
            limit=limit,
            offset=offset,
        )

    @property
    def narrowed(self) -> bool:
        return bool(self.stage or self.owner or self.text or self.overdue or self.idle)


def add_routes(app: FastAPI, parts: Parts) -> None:
    @app.get(PATH, include_in_schema=False)
    def followup(
        request: Request,
        caller: ReadingFollowUp,
        view: Annotated[Literal["board", "list"], Query()] = "board",
        stage: Annotated[str, Query(max_length=10)] = "",
        owner: Annotated[str, Query(max_length=100)] = "",
        text: Annotated[str, Query(max_length=200)] = "",
        overdue: Annotated[bool, Query()] = False,
        idle: Annotated[int, Query(ge=0, le=3650)] = 0,
    ) -> Response:
        asked = Asked(view, stage if stage in set(Stage) else "", owner, text.strip(), overdue, idle)
        with parts.store.read_snapshot() as snapshot:
            book = FollowUp(snapshot)
            values: dict[str, Any] = {"asked": asked, "owners": book.owners(), "idles": IDLE, "stages": tuple(Stage)}
            if asked.view == "board":
                page = book.engagements(asked.query((), 1))
                columns = [
                    (each, rows(snapshot, book.engagements(asked.query((each,), COLUMN)).items, caller.role))
                    for each in BOARD
                ]
                return render(request, "followup/board.html", columns=columns, counts=page.by_stage, **values)
            stages = (Stage(asked.stage),) if asked.stage else ()
            found = book.engagements(asked.query(stages, PER_PAGE, (page_number(request) - 1) * PER_PAGE))
            return render(
                request,
                "followup/list.html",
                rows=rows(snapshot, found.items, caller.role),
                counts=found.by_stage,
                paging=paging(request, found.total, PER_PAGE),
                **values,
            )


def rows(snapshot: Snapshot, pairs: Sequence[Engagement], role: str) -> tuple[Row, ...]:
    """Pairs with the titles of both sides."""
    demands = snapshot.get_many(Kind.DEMAND, [pair.demand_id for pair in pairs])
    solutions = snapshot.get_many(Kind.SOLUTION, [pair.solution_id for pair in pairs])
    day = today()
    return tuple(_row(pair, demands, solutions, role, day) for pair in pairs)


def _row(pair: Engagement, demands: Mapping[str, object], solutions: Mapping[str, object], role: str, day: date) -> Row:
    demand, solution = demands.get(pair.demand_id), solutions.get(pair.solution_id)
    in_work = pair.stage in ACTIVE
    return Row(
        pair=pair,
        demand=demand.title if isinstance(demand, Demand) else "",
        organization=demand.organization if isinstance(demand, Demand) else "",
        solution=solution.title if isinstance(solution, Solution) else "",
        vendor=solution.vendor if isinstance(solution, Solution) else "",
        moves=pair_moves(pair.stage, pair.before, role),
        overdue=in_work and pair.next_on is not None and pair.next_on < day,
        idle_days=(utc_now() - pair.updated_at).days if in_work else 0,
    )
