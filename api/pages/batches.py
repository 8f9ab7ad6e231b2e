"""The state of a demand as a part of its page, and the batches in which demands are published."""

from __future__ import annotations

from collections import Counter
from datetime import date

from fastapi import FastAPI, Request, Response

from api.auth import ReadingFollowUp, WritingFollowUp
from api.following import Following
from api.pages.followup import rows
from api.pages.forms import Form, Sent
from api.pages.people import people
from api.pages.shell import redirect, render
from api.parts import Parts
from api.paths import RecordPath, quoted
from api.routes.engagements import today
from matcher.errors import InvalidInput
from matcher.model import Demand, Kind
from matcher.store import Snapshot
from matcher.store.demand_states import DemandStates
from matcher.store.followup import FollowUp
from matcher.workflow import BATCH, REASON, DemandState, state_of

PATH = "/batches"
LISTED = 200
"""Demands of a batch that the page lists."""


def add_routes(app: FastAPI, parts: Parts) -> None:
    following = Following(parts)
    _add_states(app, parts, following)
    _add_batches(app, parts)


def _add_states(app: FastAPI, parts: Parts, following: Following) -> None:
    @app.get("/demands/{id}/workflow", include_in_schema=False)
    def demand_workflow(request: Request, id: RecordPath, caller: ReadingFollowUp) -> Response:
        standing = following.standing(id, caller.role)
        with parts.store.read_snapshot() as snapshot:
            book = FollowUp(snapshot)
            pairs = rows(snapshot, book.of_demand(id), caller.role)
            batches = [batch.name for batch in book.batches()]
        return render(
            request,
            "followup/demand.html",
            names=people(request, parts),
            standing=standing,
            pairs=pairs,
            batches=batches,
            reason=REASON,
            batch=BATCH,
        )

    @app.post("/demands/{id}/workflow", include_in_schema=False)
    def move_demand_page(request: Request, id: RecordPath, caller: WritingFollowUp, form: Sent) -> Response:
        to = _state(form["to"])
        with parts.store.writing(caller.actor) as writer:
            DemandStates(writer).move(id, to, reason=form["reason"], batch=form["batch"])
        says = request.app.state.shell.texts("followup.demand_moved", state=to.value)
        return redirect(request, f"/demands/{quoted(id)}", ("success", says))


def _add_batches(app: FastAPI, parts: Parts) -> None:
    @app.get(PATH, include_in_schema=False)
    def batches(request: Request, caller: ReadingFollowUp) -> Response:
        with parts.store.read_snapshot() as snapshot:
            found = [(batch, *_demands(snapshot, batch.name)) for batch in FollowUp(snapshot).batches()]
        return render(request, "followup/batches.html", batches=found[::-1], today=today(), ready=DemandState.READY)

    @app.post(PATH, include_in_schema=False)
    def save_batch(request: Request, caller: WritingFollowUp, form: Sent) -> Response:
        with parts.store.writing(caller.actor) as writer:
            states = DemandStates(writer)
            batch = states.put_batch(form["name"], publish_on=_day(form), note=form["note"])
            if ids := tuple(dict.fromkeys(form["demands"].replace("，", " ").replace("、", " ").split())):
                states.assign(batch.name, ids)
        says = request.app.state.shell.texts("followup.batch_saved", batch=batch.name)
        return redirect(request, PATH, ("success", says))

    @app.post(PATH + "/publish", include_in_schema=False)
    def publish_batch_page(request: Request, caller: WritingFollowUp, form: Sent) -> Response:
        with parts.store.writing(caller.actor) as writer:
            done = DemandStates(writer).publish_batch(form["name"])
        texts = request.app.state.shell.texts
        says = texts("followup.batch_published", batch=done.batch.name, n=len(done.published))
        left = texts("followup.batch_left", n=len(done.left)) if done.left else ""
        return redirect(request, PATH, ("success", says + left))


def _demands(snapshot: Snapshot, name: str) -> tuple[list[tuple[Demand, DemandState]], Counter[DemandState]]:
    """The demands of a batch with their states, and how many are in each."""
    page = snapshot.page(Kind.DEMAND, batch=name, limit=LISTED)
    found = [(each, state_of(each.status)) for each in page.items if isinstance(each, Demand)]
    return found, Counter(state for _, state in found)


def _state(text: str) -> DemandState:
    if text not in set(DemandState):
        raise InvalidInput(f"没有“{text[:20]}”这个状态。")
    return DemandState(text)


def _day(form: Form) -> date | None:
    if not form["publish_on"]:
        return None
    try:
        return date.fromisoformat(form["publish_on"])
    except ValueError:
        raise InvalidInput("日期写法不对，应像 2026-12-31。") from None
