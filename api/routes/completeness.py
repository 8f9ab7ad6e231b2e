"""How complete a record is, what to ask its filer, and the letter that asks it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated

from fastapi import FastAPI, Query, Response

from api.asking import record_of
from api.auth import Reading, may
from api.caller import Caller
from api.desk import PATHS
from api.documenting import guarded
from api.exporting.paper import DOCX
from api.letter_docx import write
from api.parts import Parts
from api.paths import RecordPath
from api.presenting import attachment, completeness_json, json_response
from api.schemas.completeness import CheckIn, CompletenessOut
from matcher.errors import Forbidden
from matcher.letter import compose
from matcher.model import Demand, Kind
from matcher.store import record_export

CHINA = timezone(timedelta(hours=8))
"""The office's clock, by which a letter is dated; it has no summer time."""

ANSWER_DAYS = 10
_TAG = "完整度"


def add_routes(app: FastAPI, parts: Parts) -> None:
    @app.post(
        "/api/v1/completeness",
        tags=[_TAG],
        summary="检查一条需求或方案是否完整，不保存",
        description="给出 0 到 100 分和理由、要追问的问题、含糊用语和读出的指标。",
        response_model=CompletenessOut,
        responses=guarded("records:read", body=True),
    )
    def check_completeness(body: CheckIn, caller: Reading) -> Response:
        record = record_of(Kind(body.kind), body)
        return json_response(completeness_json(parts.checker.check(record, record.contact)))

    _add_stored(app, parts, Kind.DEMAND, "需求")
    _add_stored(app, parts, Kind.SOLUTION, "方案")

    @app.get(
        f"{PATHS[Kind.DEMAND]}/{{id}}/letter.docx",
        tags=[_TAG],
        summary="补正通知（Word 文档）",
        description="按完整度检查的结果列出要补充的问题，可以直接发给填报单位。"
        "`contact` 为 true 时写上填报人的联系方式（需要权限 contacts:read，并在 `reason` 写明用途）。"
        "每次导出都编号并记入审计，编号印在页脚。没有要补的内容时返回 409。",
        response_class=Response,
        responses={200: {"content": {DOCX: {}}, "description": "Word 文档"}, **guarded("records:read", 404, 409)},
    )
    def letter(
        id: RecordPath,
        caller: Reading,
        days: Annotated[int, Query(ge=1, le=180, description="给填报单位几天时间")] = ANSWER_DAYS,
        contact: Annotated[bool, Query(description="写上填报人的联系方式")] = False,
        reason: Annotated[str, Query(max_length=200, description="用途；写上联系方式时必填")] = "",
    ) -> Response:
        return _letter(parts, id, caller, days, named=contact, reason=reason)


def _add_stored(app: FastAPI, parts: Parts, kind: Kind, name: str) -> None:
    @app.get(
        f"{PATHS[kind]}/{{id}}/completeness",
        tags=[_TAG],
        summary=f"已保存的{name}是否完整",
        description="与 POST /api/v1/completeness 相同，查的是已保存的记录；有没有联系方式计入得分，但不显示。",
        response_model=CompletenessOut,
        responses=guarded("records:read", 404),
        name=f"{kind.value}_completeness",
    )
    def stored_completeness(id: RecordPath, caller: Reading) -> Response:
        with parts.store.read_snapshot() as snapshot:
            record, contact = snapshot.get(kind, id), snapshot.contact(kind, id)
        return json_response(completeness_json(parts.checker.check(record, contact)))


def _letter(parts: Parts, id: str, caller: Caller, days: int, *, named: bool, reason: str) -> Response:
    if named and not may(caller.role, "contacts:read"):
        raise Forbidden(
            "在通知上写联系方式需要查看联系方式的权限；可以去掉 contact 再导出。", permission="contacts:read"
        )
    with parts.store.read_snapshot() as snapshot:
        demand, contact = snapshot.get(Kind.DEMAND, id), snapshot.contact(Kind.DEMAND, id)
    assert isinstance(demand, Demand)
    today = datetime.now(UTC).astimezone(CHINA).date()
    checked = parts.checker.check(demand, contact)
    told = contact if named else None
    office = parts.settings.office
    page = compose(demand, checked, office=office, today=today, due=today + timedelta(days=days), contact=told)
    with parts.store.writing(caller.actor) as writer:
        number = record_export(writer, f"补正通知（{id}）", 1, contacts=named, reason=reason)
    return attachment(write(page, number), f"补正通知-{id}.docx", DOCX)
