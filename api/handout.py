"""Files that leave the house: numbered, recorded, and made without anybody's contact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import quote

from fastapi import Response

from api.caller import Caller
from api.exporting.lists import TITLES, Placed, list_document, list_workbook
from api.exporting.match_report import Suggested, match_report
from api.exporting.monthly import Landing, Month, monthly_document, monthly_workbook
from api.exporting.paper import DOCX
from api.exporting.workbook import XLSX, workbook
from api.figuring import Figures, Scope
from api.parts import Parts
from matcher.engagement import Engagement
from matcher.errors import TooLarge
from matcher.filters import Filter, Only, Without
from matcher.model import Demand, Kind, Match, Solution
from matcher.periods import BEIJING, Period, local_day, month
from matcher.placing import NOWHERE
from matcher.profile import takes_part
from matcher.store import utc_now
from matcher.store.exports import record_export
from matcher.store.followup import FollowUp
from matcher.store.outlooks import Outlooks
from matcher.workflow import DemandState, Stage, state_of

Format = Literal["docx", "xlsx"]
TYPES: dict[str, str] = {"docx": DOCX, "xlsx": XLSX}

MOST = {"docx": 1_000, "xlsx": 50_000}
"""Records that one list holds; a document with more is of no use to anybody."""

SUGGESTED, REFERENCE = 5, 3
"""Solutions in a match report where staff made no shortlist: suitable ones, and the nearest where none is."""

OUT = frozenset({Stage.EXCLUDED, Stage.SHELVED})


@dataclass(frozen=True, slots=True)
class Handout:
    """One file: what it is called, in Chinese, and its content."""

    name: str
    format: Format
    content: bytes

    def response(self) -> Response:
        """The file as a download."""
        disposition = (
            f"attachment; filename=\"export.{self.format}\"; filename*=UTF-8''{quote(self.name)}.{self.format}"
        )
        headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
        return Response(self.content, headers=headers, media_type=TYPES[self.format])


class Handouts:
    """The files of one service. All methods block, so they belong in the thread pool."""

    def __init__(self, parts: Parts, figures: Figures) -> None:
        self._parts, self._store, self._figures = parts, parts.store, figures

    def list(
        self, caller: Caller, kind: Kind, format: Format, *, batch: str = "", published_only: bool = False
    ) -> Handout:
        """机会清单 or 能力清单 of a batch, or of everything in force. TooLarge for more than MOST."""
        with self._store.read_snapshot() as snapshot:
            outlooks = Outlooks(snapshot).all(kind)
            found: list[Placed] = [
                (record, outlooks[record.id].place if record.id in outlooks else NOWHERE)
                for record, _ in snapshot.records(kind)
                if takes_part(record)
                and (not batch or record.batch == batch)
                and (record.kind is Kind.SOLUTION or _goes_out(record.status, published_only=published_only))
            ]
        if len(found) > MOST[format]:
            raise TooLarge(f"清单有 {len(found)} 条，超过 {MOST[format]} 条；请按批次导出。", found=len(found))
        title = f"{TITLES[kind]}（{batch}）" if batch else TITLES[kind]
        number = self._numbered(caller, title, len(found))
        if format == "xlsx":
            return Handout(title, format, list_workbook(kind, found, number, batch=batch))
        return Handout(title, format, list_document(kind, found, number, batch=batch, day=_today()))

    def match_report(self, caller: Caller, demand_id: str, *, note: str = "") -> Handout:
        """匹配报告 of one demand: its shortlist, or where there is none what the engine finds. NotFound."""
        with self._store.read_snapshot() as snapshot:
            demand = snapshot.get(Kind.DEMAND, demand_id)
            pairs = {pair.solution_id: pair for pair in FollowUp(snapshot).of_demand(demand_id)}
        assert isinstance(demand, Demand)
        shortlist = tuple(self._suggested(demand, pairs))
        title = f"匹配报告-{demand.title[:40]}"
        number = self._numbered(caller, f"匹配报告（{demand.id}）", 1)
        content = match_report(demand, shortlist, number, office=self._office, day=_today(), note=note)
        return Handout(title, "docx", content)

    def monthly(self, caller: Caller, name: str, format: Format, scope: Scope) -> Handout:
        """月报 of the month "2026-03", within a scope. InvalidInput for what is no month."""
        period = month(name)
        picture = self._figures.picture(scope, utc_now())
        made = Month(
            period,
            scope.says(),
            picture.facts.journeys,
            picture.facts.standings,
            picture.gaps,
            picture.table("vendors"),
            tuple(self._landings(scope, period)),
            picture.cities,
        )
        number = self._numbered(caller, made.title, len(made.journeys))
        if format == "xlsx":
            return Handout(made.title, format, monthly_workbook(made, number))
        return Handout(made.title, format, monthly_document(made, number, office=self._office, day=_today()))

    def table(self, caller: Caller, name: str, scope: Scope) -> Handout:
        """One table of the figures in full. NotFound for an unknown one."""
        table = self._figures.picture(scope, utc_now()).table(name)
        number = self._numbered(caller, f"统计表：{table.title}", len(table.rows))
        return Handout(table.title, "xlsx", workbook([table], number))

    @property
    def _office(self) -> str:
        return self._parts.settings.office

    def _numbered(self, caller: Caller, what: str, rows: int) -> str:
        with self._store.writing(caller.actor) as writer:
            return record_export(writer, what, rows)

    def _suggested(self, demand: Demand, pairs: dict[str, Engagement]) -> Iterator[Suggested]:
        chosen = frozenset(id for id, pair in pairs.items() if pair.stage not in OUT)
        barred = frozenset(id for id, pair in pairs.items() if pair.stage in OUT)
        found = self._matches(demand, (Only(chosen),) if chosen else (Without(barred),), len(chosen) or SUGGESTED)
        good = [match for match in found if match.grade >= self._parts.search.suitable]
        kept = found if chosen else (good or found[:REFERENCE])
        records = self._store.get_many(Kind.SOLUTION, [match.id for match in kept])
        for match in kept:
            solution = records.get(match.id)
            if isinstance(solution, Solution):
                stage = pairs[match.id].stage.value if match.id in pairs else ""
                grade = match.grade
                good_enough = grade >= self._parts.search.suitable
                yield Suggested(solution, match, self._parts.search.label(grade), good_enough, stage)

    def _matches(self, demand: Demand, filters: Sequence[Filter], k: int) -> Sequence[Match]:
        profile = self._parts.search.profile(demand)
        return self._parts.search.match(profile, k=k, filters=filters).matches

    def _landings(self, scope: Scope, period: Period) -> Iterator[Landing]:
        """The pairs that landed in the period, by day."""
        facts = self._figures.picture(scope, utc_now()).facts
        within = [(pair.landed, pair) for pair in facts.pairings if pair.landed is not None and pair.landed in period]
        landed = sorted(within, key=lambda each: (each[0], each[1].demand, each[1].solution))
        demands = self._store.get_many(Kind.DEMAND, [pair.demand for _, pair in landed])
        solutions = self._store.get_many(Kind.SOLUTION, [pair.solution for _, pair in landed])
        for at, pair in landed:
            demand, solution = demands.get(pair.demand), solutions.get(pair.solution)
            if isinstance(demand, Demand) and isinstance(solution, Solution):
                yield Landing(_day(at), demand.title, demand.organization, solution.title, solution.vendor)


def _goes_out(status: str, *, published_only: bool) -> bool:
    state = state_of(status)
    wanted = {DemandState.PUBLISHED} if published_only else set(DemandState) - {DemandState.DRAFT, DemandState.CLOSED}
    return state in wanted


def _day(at: datetime) -> str:
    return at.astimezone(BEIJING).date().isoformat()


def _today() -> str:
    day = local_day(utc_now())
    return f"{day.year}年{day.month}月{day.day}日"
