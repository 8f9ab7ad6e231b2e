"""The matching desk: type a demand or open a filed one, see who can solve it and why, decide."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response

from api.auth import ReadingFollowUp, Writing, WritingFollowUp
from api.caller import Caller
from api.pages.desk_answer import TOPS, Answer, answer, asked_about, compared, stored, typed
from api.pages.forms import Form, Sent
from api.pages.shell import is_part, redirect, render, toast
from api.parts import Parts
from api.paths import RecordPath, quoted
from matcher.errors import InvalidInput
from matcher.model import Demand, Kind, Record
from matcher.store import Snapshot
from matcher.store.followup import FollowUp
from matcher.store.followup_writer import FollowUpWriter

PATH = "/desk"
SIMILAR = 5
WAITING = 8
MOST_COMPARED = 4
NOT_FILED = "(new)"
"""Stands for the id of a record that was only typed, where ids tell records apart."""


def add_routes(app: FastAPI, parts: Parts) -> None:
    _add_asking(app, parts)
    _add_more(app, parts)
    _add_deciding(app, parts)


def _add_asking(app: FastAPI, parts: Parts) -> None:
    @app.get(PATH, include_in_schema=False)
    def desk(
        request: Request, caller: ReadingFollowUp, kind: Annotated[str, Query(pattern="^(demand|solution)?$")] = ""
    ) -> Response:
        with parts.store.read_snapshot() as snapshot:
            waiting = waiting_demands(snapshot)
        return render(
            request, "desk/page.html", record=None, answer=None, kind=kind or "demand", waiting=waiting, tops=TOPS
        )

    @app.get(PATH + "/demands/{id}", include_in_schema=False)
    def desk_demand(request: Request, id: RecordPath, caller: ReadingFollowUp) -> Response:
        return _opened(request, parts, Kind.DEMAND, id, caller)

    @app.get(PATH + "/solutions/{id}", include_in_schema=False)
    def desk_solution(request: Request, id: RecordPath, caller: ReadingFollowUp) -> Response:
        return _opened(request, parts, Kind.SOLUTION, id, caller)

    @app.post(PATH + "/results", include_in_schema=False)
    def desk_results(request: Request, caller: ReadingFollowUp, form: Sent) -> Response:
        try:
            with parts.store.read_snapshot() as snapshot:
                record = asked_about(snapshot, form)
                found = answer(parts, snapshot, record, form)
        except InvalidInput as error:
            return render(request, "desk/say.html", says=str(error))
        if is_part(request):
            return _remembered(
                render(request, "desk/results.html", answer=found, swapped=True, tops=TOPS), parts, found, caller
            )
        return _remembered(_page(request, record, found), parts, found, caller)


def _opened(request: Request, parts: Parts, kind: Kind, id: str, caller: Caller) -> Response:
    """The desk with a filed record and its ranking."""
    with parts.store.read_snapshot() as snapshot:
        record = stored(snapshot, kind, id)
        found = answer(parts, snapshot, record)
    return _remembered(_page(request, record, found), parts, found, caller)


def _page(request: Request, record: Record, found: Answer) -> Response:
    values: dict[str, Any] = {"kind": record.kind.value, "waiting": (), "tops": TOPS}
    return render(request, "desk/page.html", record=record, answer=found, **values)


def _remembered(response: Response, parts: Parts, found: Answer, caller: Caller) -> Response:
    """The same answer, remembered once it is sent when it was the whole ranking of a filed demand."""
    if found.filed and found.plain and found.record.kind is Kind.DEMAND:
        response.background = parts.shown.later(found.record.id, found.ranking, caller.actor)
    return response


def _add_more(app: FastAPI, parts: Parts) -> None:
    @app.post(PATH + "/similar", include_in_schema=False)
    def desk_similar(request: Request, caller: ReadingFollowUp, form: Sent) -> Response:
        with parts.store.read_snapshot() as snapshot:
            record = asked_about(snapshot, form)
        return render(request, "desk/similar.html", found=likely_repeats(parts, record), kind=record.kind.value)

    @app.post(PATH + "/compare", include_in_schema=False)
    def desk_compare(request: Request, caller: ReadingFollowUp, form: Sent) -> Response:
        chosen = tuple(dict.fromkeys(form.all("pick")))
        if not 2 <= len(chosen) <= MOST_COMPARED:
            raise InvalidInput(f"请选 2 到 {MOST_COMPARED} 条再比较；现在选了 {len(chosen)} 条。")
        with parts.store.read_snapshot() as snapshot:
            record = asked_about(snapshot, form)
            cards = compared(parts, snapshot, record, chosen)
        asked = [requirement.text for requirement in cards[0].requirements] if cards else []
        answers = [{each.text: each for each in card.requirements} for card in cards]
        return render(request, "desk/compare.html", cards=cards, asked=asked, answers=answers, record=record)


def _add_deciding(app: FastAPI, parts: Parts) -> None:
    @app.post(PATH + "/save", include_in_schema=False)
    def desk_save(request: Request, caller: Writing, form: Sent) -> Response:
        record = parts.store.add(typed(form), actor=caller.actor)
        texts = request.app.state.shell.texts
        where = f"{PATH}/{record.kind.value}s/{quoted(record.id)}"
        return redirect(request, where, ("success", texts("desk.saved", id=record.id)))

    @app.post(PATH + "/demands/{id}/shortlist", include_in_schema=False)
    def desk_shortlist(request: Request, id: RecordPath, caller: WritingFollowUp, form: Sent) -> Response:
        with parts.store.writing(caller.actor) as writer:
            FollowUpWriter(writer).shortlist(
                id, form["solution"], owner=caller.name, grade=_grade(form), note=form["note"]
            )
        return _decided(request, parts, id, form, "desk.shortlisted")

    @app.post(PATH + "/demands/{id}/exclude", include_in_schema=False)
    def desk_exclude(request: Request, id: RecordPath, caller: WritingFollowUp, form: Sent) -> Response:
        with parts.store.writing(caller.actor) as writer:
            FollowUpWriter(writer).exclude(id, form["solution"], form["reason"], owner=caller.name, grade=_grade(form))
        return _decided(request, parts, id, form, "desk.excluded_now")


def _decided(request: Request, parts: Parts, demand: str, form: Form, says: str) -> Response:
    """The place for decisions of this card as it is now."""
    texts = request.app.state.shell.texts
    if not is_part(request):
        return redirect(request, f"{PATH}/demands/{quoted(demand)}", ("success", texts(says)))
    with parts.store.read_snapshot() as snapshot:
        pair = FollowUp(snapshot).pair(demand, form["solution"])
    values: dict[str, Any] = {"demand": demand, "solution": form["solution"], "grade": _grade(form), "pair": pair}
    return toast(render(request, "desk/decide.html", rank=form["rank"], **values), texts(says))


def waiting_demands(snapshot: Snapshot) -> tuple[Demand, ...]:
    """Demands for which nobody has shortlisted anything yet, the first ones by id."""
    page = snapshot.page(Kind.DEMAND, status="open", limit=100)
    book = FollowUp(snapshot)
    free = (each for each in page.items if isinstance(each, Demand) and not book.of_demand(each.id))
    return tuple(each for _, each in zip(range(WAITING), free, strict=False))


@dataclass(frozen=True, slots=True)
class Alike:
    """A record of the same side: how like it is (a grade), and how probably the two are one filing, in percent."""

    record: Record
    grade: int | None
    repeat: int | None
    says: str


def likely_repeats(parts: Parts, record: Record) -> tuple[Alike, ...]:
    """Probable repeats first, the likeliest before the others, then what is merely similar."""
    ranking = parts.search.similar(parts.search.profile(record), k=SIMILAR)
    grades = {match.id: match.grade for match in ranking.matches}
    asked = replace(record, id=record.id or NOT_FILED)
    suspected = {(s.b if s.a == asked.id else s.a): s for s in parts.repeats.find([asked])}
    ids = [*suspected, *(id for id in grades if id not in suspected)]
    with parts.store.read_snapshot() as snapshot:
        records = snapshot.get_many(record.kind, ids)
    return tuple(
        Alike(
            records[id],
            grades.get(id),
            round(100 * suspected[id].probability) if id in suspected else None,
            suspected[id].says if id in suspected else "",
        )
        for id in ids
        if id in records
    )


def _grade(form: Form) -> int | None:
    given = form["grade"]
    return min(100, int(given)) if given.isascii() and given.isdigit() and len(given) <= 3 else None
