"""The states of demands, the batches they are published in, and the typical cases that come of them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from urllib.parse import unquote

from fastapi import FastAPI, Path, Query, Response
from pydantic import BeforeValidator, StringConstraints

from api.auth import ReadingFollowUp, WritingFollowUp
from api.documenting import guarded
from api.following import DemandStanding, Following
from api.parts import Parts
from api.paths import RecordPath
from api.presenting import json_response
from api.routes.engagements import Number, moves_json
from api.schemas.followup import (
    BatchDemandsIn,
    BatchIn,
    BatchList,
    BatchOut,
    BatchPublished,
    CaseIn,
    CaseList,
    CaseOut,
    DemandMoveIn,
    DemandStateOut,
)
from matcher.engagement import CaseState
from matcher.model import Demand
from matcher.store.cases import CaseWriter
from matcher.store.demand_states import DemandStates
from matcher.store.followup import FollowUp
from matcher.workflow import DemandState

BatchPath = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*\S[^\x00]*$"),
    Path(alias="name", description="批次名称"),
    BeforeValidator(unquote),
]


def add_routes(app: FastAPI, parts: Parts) -> None:
    following = Following(parts)
    _add_states(app, parts, following)
    _add_batches(app, parts)
    _add_cases(app, parts)


def _add_states(app: FastAPI, parts: Parts, following: Following) -> None:
    @app.get(
        "/api/v1/demands/{id}/state",
        tags=["需求状态"],
        summary="需求的状态和经过",
        description="现在的状态、你可以走的步骤、以前的每一步。",
        response_model=DemandStateOut,
        responses=guarded("followup:read", 404),
    )
    def demand_state(id: RecordPath, caller: ReadingFollowUp) -> Response:
        return _standing(following.standing(id, caller.role))

    @app.post(
        "/api/v1/demands/{id}/moves",
        tags=["需求状态"],
        summary="改变需求的状态",
        description="草稿、待审核、待补正、已完善、已发布、已关闭之间，只能走合法的一步。",
        response_model=DemandStateOut,
        responses=guarded("followup:write", 404, 409, body=True),
    )
    def move_demand(id: RecordPath, body: DemandMoveIn, caller: WritingFollowUp) -> Response:
        on = date.fromisoformat(body.on) if body.on else None
        with parts.store.writing(caller.actor) as writer:
            DemandStates(writer).move(id, DemandState(body.to), reason=body.reason, batch=body.batch, on=on)
        return _standing(following.standing(id, caller.role))


def _standing(standing: DemandStanding) -> Response:
    demand = standing.demand
    assert isinstance(demand, Demand)
    return json_response(
        {
            "id": demand.id,
            "state": standing.state.value,
            "batch": demand.batch,
            "moves": moves_json(standing.moves),
            "events": standing.events,
        }
    )


def _add_batches(app: FastAPI, parts: Parts) -> None:
    @app.get(
        "/api/v1/batches",
        tags=["批次"],
        summary="全部批次",
        description="最早建立的在前。",
        response_model=BatchList,
        responses=guarded("followup:read"),
    )
    def list_batches(caller: ReadingFollowUp) -> Response:
        with parts.store.read_snapshot() as snapshot:
            return json_response({"items": FollowUp(snapshot).batches()})

    @app.put(
        "/api/v1/batches/{name}",
        tags=["批次"],
        summary="建立批次，或修改计划发布日期和说明",
        description="名称例如“第一批”。",
        response_model=BatchOut,
        responses=guarded("followup:write", body=True),
    )
    def put_batch(name: BatchPath, body: BatchIn, caller: WritingFollowUp) -> Response:
        day = date.fromisoformat(body.publish_on) if body.publish_on else None
        with parts.store.writing(caller.actor) as writer:
            return json_response(DemandStates(writer).put_batch(name, publish_on=day, note=body.note))

    @app.post(
        "/api/v1/batches/{name}/demands",
        tags=["批次"],
        summary="把需求放进批次",
        description="有一个编号不存在，就一条也不动。",
        response_model=BatchOut,
        responses=guarded("followup:write", 404, body=True),
    )
    def assign_batch(name: BatchPath, body: BatchDemandsIn, caller: WritingFollowUp) -> Response:
        with parts.store.writing(caller.actor) as writer:
            return json_response(DemandStates(writer).assign(name, tuple(body.demands)))

    @app.post(
        "/api/v1/batches/{name}/publish",
        tags=["批次"],
        summary="发布批次",
        description="批次里已完善的需求一次全部发布；还没有审核完的留下，在 left 里列出。",
        response_model=BatchPublished,
        responses=guarded("followup:write", 404, 409),
    )
    def publish_batch(name: BatchPath, caller: WritingFollowUp) -> Response:
        with parts.store.writing(caller.actor) as writer:
            return json_response(DemandStates(writer).publish_batch(name))


def _add_cases(app: FastAPI, parts: Parts) -> None:
    @app.get(
        "/api/v1/cases",
        tags=["典型案例"],
        summary="典型案例",
        description="按编号排列；不填的条件不筛选。",
        response_model=CaseList,
        responses=guarded("followup:read"),
    )
    def list_cases(
        caller: ReadingFollowUp,
        solution: Annotated[str, Query(max_length=128, description="方案编号")] = "",
        state: Annotated[Literal["草稿", "已发布", "已撤回", ""], Query(description="状态")] = "",
    ) -> Response:
        with parts.store.read_snapshot() as snapshot:
            found = FollowUp(snapshot).cases(solution_id=solution, state=CaseState(state) if state else None)
        return json_response({"items": found})

    @app.post(
        "/api/v1/engagements/{number}/cases",
        tags=["典型案例"],
        summary="把已落地的对接写成典型案例",
        description="先存为草稿，发布后才参与匹配。",
        status_code=201,
        response_model=CaseOut,
        responses=guarded("followup:write", 404, 409, body=True),
    )
    def draft_case(number: Number, body: CaseIn, caller: WritingFollowUp) -> Response:
        with parts.store.writing(caller.actor) as writer:
            return json_response(CaseWriter(writer).draft(number, body.title, body.text), 201)

    @app.put(
        "/api/v1/cases/{number}",
        tags=["典型案例"],
        summary="修改典型案例",
        description="已发布的案例改后立即按新的文字参与匹配。",
        response_model=CaseOut,
        responses=guarded("followup:write", 404, body=True),
    )
    def rewrite_case(number: Number, body: CaseIn, caller: WritingFollowUp) -> Response:
        with parts.store.writing(caller.actor) as writer:
            return json_response(CaseWriter(writer).rewrite(number, body.title, body.text))

    @app.post(
        "/api/v1/cases/{number}/publish",
        tags=["典型案例"],
        summary="发布典型案例",
        description="从此算作方案的案例，立即参与匹配。重复发布没有影响。",
        response_model=CaseOut,
        responses=guarded("followup:write", 404),
    )
    def publish_case(number: Number, caller: WritingFollowUp) -> Response:
        with parts.store.writing(caller.actor) as writer:
            return json_response(CaseWriter(writer).publish(number))

    @app.post(
        "/api/v1/cases/{number}/withdraw",
        tags=["典型案例"],
        summary="撤回典型案例",
        description="立即不再参与匹配。",
        response_model=CaseOut,
        responses=guarded("followup:write", 404, 409),
    )
    def withdraw_case(number: Number, caller: WritingFollowUp) -> Response:
        with parts.store.writing(caller.actor) as writer:
            return json_response(CaseWriter(writer).withdraw(number))
