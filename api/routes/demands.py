"""Demands: file one and get its ranking at once; read, change, withdraw, match."""

from __future__ import annotations

from fastapi import FastAPI, Response

from api.auth import Matching, ReadingContacts, ReadingOwn, Removing, Writing
from api.desk import PATHS, TOP, Desk
from api.documenting import guarded
from api.idempotency import IdempotencyKey
from api.parts import Parts
from api.paths import RecordPath
from api.routes.listing import Listing, TopK
from api.schemas.base import ContactOut, RevealIn
from api.schemas.imports import HistoryOut
from api.schemas.ranking import DemandFiled, DemandRanking, SolutionRanking
from api.schemas.records import DemandFields, DemandIn, DemandOut, DemandPage
from matcher.model import Kind

_PATH = PATHS[Kind.DEMAND]
_TAG = "需求"


def add_routes(app: FastAPI, parts: Parts) -> None:
    desk = Desk(Kind.DEMAND, parts)
    _add_filing(app, desk)
    _add_reading(app, desk)
    _add_matching(app, desk)


def _add_filing(app: FastAPI, desk: Desk) -> None:
    @app.post(
        _PATH,
        tags=[_TAG],
        summary="新建需求，并立即给出匹配的方案和相似的需求",
        description="不填编号时由系统编号。保存成功后才返回；响应头 Location 是新需求的地址。",
        status_code=201,
        response_model=DemandFiled,
        responses=guarded("records:write", 409, body=True),
    )
    def create_demand(body: DemandIn, caller: Writing, idempotency_key: IdempotencyKey = None) -> Response:
        return desk.create(body, caller, idempotency_key)

    @app.put(
        _PATH + "/{id}",
        tags=[_TAG],
        summary="按编号新建或整条替换需求",
        description="没有填的项按空白处理；联系方式不填则保留原来的。新建时返回 201。",
        response_model=DemandOut,
        responses={201: {"model": DemandOut, "description": "新建"}, **guarded("records:write", body=True)},
    )
    def replace_demand(id: RecordPath, body: DemandIn, caller: Writing) -> Response:
        return desk.replace(id, body, caller)

    @app.patch(
        _PATH + "/{id}",
        tags=[_TAG],
        summary="修改需求的某几项",
        description="只改发送的各项，其余不变；要清空一项就发送空白。",
        response_model=DemandOut,
        responses=guarded("records:write", 404, 409, body=True),
    )
    def change_demand(id: RecordPath, body: DemandFields, caller: Writing) -> Response:
        return desk.change(id, body, caller)

    @app.delete(
        _PATH + "/{id}",
        tags=[_TAG],
        summary="删除需求及其联系方式",
        description="立即从匹配结果中消失，不能恢复。",
        status_code=204,
        response_class=Response,
        responses=guarded("records:remove", 404),
    )
    def delete_demand(id: RecordPath, caller: Removing) -> Response:
        return desk.withdraw(id, caller)


def _add_reading(app: FastAPI, desk: Desk) -> None:
    @app.get(
        _PATH,
        tags=[_TAG],
        summary="需求列表",
        description="按编号排列，分页，可筛选；不填的条件不筛选。",
        response_model=DemandPage,
        responses=guarded("records:read"),
    )
    def list_demands(query: Listing, caller: ReadingOwn) -> Response:
        return desk.list(query, caller)

    @app.get(
        _PATH + "/{id}",
        tags=[_TAG],
        summary="按编号查看需求",
        description="不含联系方式。",
        response_model=DemandOut,
        responses=guarded("records:read", 404),
    )
    def read_demand(id: RecordPath, caller: ReadingOwn) -> Response:
        return desk.read(id, caller)

    @app.get(
        _PATH + "/{id}/contact",
        tags=[_TAG],
        summary="需求的联系方式（已遮盖）",
        description="只露出姓氏和号码的首尾，例如 138****5678。没有填写的各项为空。",
        response_model=ContactOut,
        responses=guarded("records:read", 404),
    )
    def read_demand_contact(id: RecordPath, caller: ReadingOwn) -> Response:
        return desk.contact(id, caller)

    @app.post(
        _PATH + "/{id}/contact/reveal",
        tags=[_TAG],
        summary="查看需求的完整联系方式",
        description="个人信息：必须写明用途，每次查看都记入审计。没有填写的各项为空。",
        response_model=ContactOut,
        responses=guarded("contacts:read", 404, body=True),
    )
    def reveal_demand_contact(id: RecordPath, body: RevealIn, caller: ReadingContacts) -> Response:
        return desk.reveal(id, body.reason, caller)

    @app.get(
        _PATH + "/{id}/history",
        tags=[_TAG],
        summary="需求的历次变动",
        description="谁在什么时候、由哪次导入改了哪几项，前后逐项对照，最近的在前。记录删除后内容随之清除，只留下变动本身。",
        response_model=HistoryOut,
        responses=guarded("records:read", 404),
    )
    def demand_history(id: RecordPath, caller: ReadingOwn) -> Response:
        return desk.history(id, caller)


def _add_matching(app: FastAPI, desk: Desk) -> None:
    @app.get(
        _PATH + "/{id}/matches",
        tags=[_TAG],
        summary="为已保存的需求匹配方案",
        description="与 POST /api/v1/match 相同，查询的是已保存的需求。",
        response_model=SolutionRanking,
        responses=guarded("match:run", 404),
    )
    def match_demand(id: RecordPath, caller: Matching, top_k: TopK = TOP) -> Response:
        return desk.matches(id, top_k, caller)

    @app.get(
        _PATH + "/{id}/similar",
        tags=[_TAG],
        summary="与这条需求相似的需求",
        description="用于发现重复填报和可以合并对接的需求；不含它自己。",
        response_model=DemandRanking,
        responses=guarded("match:run", 404),
    )
    def similar_demands(id: RecordPath, caller: Matching, top_k: TopK = TOP) -> Response:
        return desk.similar(id, top_k)
