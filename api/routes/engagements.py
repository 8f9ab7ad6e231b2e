"""Pairs of demand and solution: shortlist, exclude, move on, note, arrange, try out, keep files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import FastAPI, File, Path, Query, Response, UploadFile
from fastapi.responses import FileResponse

from api.attachments import disposition
from api.auth import ReadingFollowUp, WritingFollowUp
from api.documenting import guarded
from api.following import Detail, Following
from api.parts import Parts
from api.paths import RecordPath
from api.presenting import json_response
from api.schemas.followup import (
    ArrangeIn,
    AttachmentOut,
    EngagementDetail,
    EngagementList,
    EngagementOut,
    ExcludeIn,
    MoveIn,
    NoteIn,
    PilotIn,
    PilotOut,
    Shortlist,
    ShortlistIn,
    StageName,
)
from matcher.engagement import Engagement
from matcher.store import utc_now
from matcher.store.followup import EngagementQuery, FollowUp
from matcher.store.followup_log import CHINA
from matcher.store.followup_writer import FollowUpWriter
from matcher.workflow import Move, Stage

_PATH = "/api/v1/engagements"
_TAG = "对接"

Number = Annotated[str, Path(max_length=20, pattern=r"^[A-Z]-\d{6,}$", description="编号")]


def add_routes(app: FastAPI, parts: Parts) -> None:
    following = Following(parts)
    _add_pairs(app, parts)
    _add_reading(app, parts, following)
    _add_steps(app, parts)
    _add_pilots(app, following)
    _add_files(app, parts, following)


def _add_pairs(app: FastAPI, parts: Parts) -> None:
    @app.post(
        "/api/v1/demands/{id}/shortlist",
        tags=[_TAG],
        summary="把方案列为需求的候选",
        description="建立一条对接，阶段为候选。已有对接时返回 409 和它的编号。",
        status_code=201,
        response_model=EngagementOut,
        responses=guarded("followup:write", 404, 409, body=True),
    )
    def shortlist(id: RecordPath, body: ShortlistIn, caller: WritingFollowUp) -> Response:
        with parts.store.writing(caller.actor) as writer:
            made = FollowUpWriter(writer).shortlist(
                id, body.solution_id, owner=body.owner or caller.name, grade=body.grade, note=body.note
            )
        return json_response(made, 201, {"Location": f"{_PATH}/{made.number}"})

    @app.post(
        "/api/v1/demands/{id}/exclusions",
        tags=[_TAG],
        summary="排除一个方案",
        description="写明原因。以后为这条需求匹配时不再出现，重建索引后也一样；要恢复，把对接移回候选。",
        status_code=201,
        response_model=EngagementOut,
        responses=guarded("followup:write", 404, 409, body=True),
    )
    def exclude(id: RecordPath, body: ExcludeIn, caller: WritingFollowUp) -> Response:
        with parts.store.writing(caller.actor) as writer:
            made = FollowUpWriter(writer).exclude(
                id, body.solution_id, body.reason, owner=caller.name, grade=body.grade
            )
        return json_response(made, 201, {"Location": f"{_PATH}/{made.number}"})

    @app.get(
        "/api/v1/demands/{id}/shortlist",
        tags=[_TAG],
        summary="一条需求的全部对接",
        description="包括已排除和搁置的，按编号排列。",
        response_model=Shortlist,
        responses=guarded("followup:read"),
    )
    def read_shortlist(id: RecordPath, caller: ReadingFollowUp) -> Response:
        with parts.store.read_snapshot() as snapshot:
            return json_response({"items": FollowUp(snapshot).of_demand(id)})


def _add_reading(app: FastAPI, parts: Parts, following: Following) -> None:
    @app.get(
        _PATH,
        tags=[_TAG],
        summary="对接列表",
        description="最近有变动的在前；不填的条件不筛选。by_stage 是不计阶段筛选时各阶段的条数。",
        response_model=EngagementList,
        responses=guarded("followup:read"),
    )
    def list_engagements(
        caller: ReadingFollowUp,
        stage: Annotated[list[StageName] | None, Query(max_length=10, description="阶段，可重复填写")] = None,
        owner: Annotated[str, Query(max_length=100, description="跟进人，须完全相同")] = "",
        demand: Annotated[str, Query(max_length=128, description="需求编号")] = "",
        solution: Annotated[str, Query(max_length=128, description="方案编号")] = "",
        text: Annotated[str, Query(max_length=200, description="在需求和方案的名称、单位和说明中查找")] = "",
        overdue: Annotated[bool, Query(description="只看下一步已经过期的")] = False,
        idle_days: Annotated[int, Query(ge=0, le=3650, description="只看这么多天没有进展的，0 为不筛选")] = 0,
        limit: Annotated[int, Query(ge=1, le=100, description="每页条数")] = 20,
        offset: Annotated[int, Query(ge=0, le=10_000_000, description="从第几条开始，0 为第一条")] = 0,
    ) -> Response:
        query = EngagementQuery(
            stages=tuple(map(Stage, stage or ())),
            owner=owner,
            demand_id=demand,
            solution_id=solution,
            text=text,
            overdue_on=today() if overdue else None,
            idle_since=utc_now() - timedelta(days=idle_days) if idle_days else None,
            limit=limit,
            offset=offset,
        )
        with parts.store.read_snapshot() as snapshot:
            page = FollowUp(snapshot).engagements(query)
        found = {"items": page.items, "total": page.total, "limit": limit, "offset": offset}
        return json_response({**found, "by_stage": {stage.value: count for stage, count in page.by_stage.items()}})

    @app.get(
        _PATH + "/{number}",
        tags=[_TAG],
        summary="一条对接的全部内容",
        description="经过、验证、附件、案例，以及你现在可以走的步骤（moves）。",
        response_model=EngagementDetail,
        responses=guarded("followup:read", 404),
    )
    def read_engagement(number: Number, caller: ReadingFollowUp) -> Response:
        return json_response(detail_json(following.detail(number, caller.role)))


def _add_steps(app: FastAPI, parts: Parts) -> None:
    @app.post(
        _PATH + "/{number}/moves",
        tags=[_TAG],
        summary="推进对接",
        description="只能走合法的一步；需要的原因或下一步没有填则返回 422，步骤不合法返回 409。",
        response_model=EngagementOut,
        responses=guarded("followup:write", 404, 409, body=True),
    )
    def move_engagement(number: Number, body: MoveIn, caller: WritingFollowUp) -> Response:
        with parts.store.writing(caller.actor) as writer:
            moved = FollowUpWriter(writer).move(
                number,
                Stage(body.to),
                reason=body.reason,
                next_step=body.next_step,
                next_on=_day(body.next_on),
                on=_day(body.on),
                version=body.version,
            )
        return json_response(moved)

    @app.post(
        _PATH + "/{number}/notes",
        tags=[_TAG],
        summary="记一件事",
        description="电话、拜访、报价等；写进经过，不能修改或删除。",
        status_code=201,
        response_model=EngagementOut,
        responses=guarded("followup:write", 404, body=True),
    )
    def note_engagement(number: Number, body: NoteIn, caller: WritingFollowUp) -> Response:
        with parts.store.writing(caller.actor) as writer:
            return json_response(FollowUpWriter(writer).note(number, body.text, on=_day(body.on)), 201)

    @app.patch(
        _PATH + "/{number}",
        tags=[_TAG],
        summary="更换跟进人或下一步",
        description="只改发送的各项。",
        response_model=EngagementOut,
        responses=guarded("followup:write", 404, 409, body=True),
    )
    def arrange_engagement(number: Number, body: ArrangeIn, caller: WritingFollowUp) -> Response:
        with parts.store.writing(caller.actor) as writer:
            kept = FollowUpWriter(writer).arrange(
                number,
                owner=body.owner,
                next_step=body.next_step,
                next_on=_day(body.next_on),
                version=body.version,
            )
        return json_response(kept)


def _add_pilots(app: FastAPI, following: Following) -> None:
    @app.post(
        _PATH + "/{number}/pilots",
        tags=[_TAG],
        summary="登记一次验证",
        description="地点、规模、起止日期和指标实测；不填 measures 时列出需求的全部指标要求，等待填写。",
        status_code=201,
        response_model=PilotOut,
        responses=guarded("followup:write", 404, 409, body=True),
    )
    def add_pilot(number: Number, body: PilotIn, caller: WritingFollowUp) -> Response:
        return json_response(following.add_pilot(number, body, caller.actor), 201)

    @app.put(
        "/api/v1/pilots/{number}",
        tags=[_TAG],
        summary="更新验证记录",
        description="整条替换；不填 measures 则保留原来的指标实测。",
        response_model=PilotOut,
        responses=guarded("followup:write", 404, body=True),
    )
    def change_pilot(number: Number, body: PilotIn, caller: WritingFollowUp) -> Response:
        return json_response(following.change_pilot(number, body, caller.actor))


def _add_files(app: FastAPI, parts: Parts, following: Following) -> None:
    @app.post(
        _PATH + "/{number}/files",
        tags=[_TAG],
        summary="上传附件",
        description="PDF、Office 文档、图片或文本，最大 20 MB，每条对接最多 50 个。",
        status_code=201,
        response_model=AttachmentOut,
        responses=guarded("followup:write", 404, 409, body=True),
    )
    def attach_file(
        number: Number, file: Annotated[UploadFile, File(description="文件")], caller: WritingFollowUp
    ) -> Response:
        return json_response(following.attach(number, file.filename or "", file.file, caller.actor), 201)

    @app.get(
        "/api/v1/files/{number}",
        tags=[_TAG],
        summary="下载附件",
        description="总是作为文件下载，不在浏览器里打开。",
        response_class=Response,
        responses={
            200: {"description": "附件的内容", "content": {"application/octet-stream": {}}},
            **guarded("followup:read", 404),
        },
    )
    def read_file(number: Number, caller: ReadingFollowUp) -> Response:
        return send_file(parts, following, number)

    @app.delete(
        "/api/v1/files/{number}",
        tags=[_TAG],
        summary="删除附件",
        description="内容立即删除，不能恢复；经过里留下一条记录。",
        status_code=204,
        response_class=Response,
        responses=guarded("followup:write", 404),
    )
    def delete_file(number: Number, caller: WritingFollowUp) -> Response:
        following.detach(number, caller.actor)
        return Response(status_code=204)


def send_file(parts: Parts, following: Following, number: str) -> Response:
    """The content of an attachment, to be saved and not shown. NotFound."""
    with parts.store.read_snapshot() as snapshot:
        file = FollowUp(snapshot).attachment(number)
    headers = {"Content-Disposition": disposition(file.name), "Cache-Control": "no-store"}
    return FileResponse(following.files.path(file), headers=headers, media_type=file.type)


def moves_json(moves: Iterable[Move[Any]]) -> list[dict[str, Any]]:
    """Legal moves as they go out."""
    return [{"to": move.to.value, "name": move.name, "needs": list(move.needs)} for move in moves]


def detail_json(detail: Detail) -> dict[str, Any]:
    """Everything about a pair."""
    pair: Engagement = detail.engagement
    return {
        "engagement": pair,
        "demand_title": detail.demand.title if detail.demand else "",
        "solution_title": detail.solution.title if detail.solution else "",
        "moves": moves_json(detail.moves),
        "events": detail.events,
        "pilots": detail.pilots,
        "files": detail.files,
        "cases": detail.cases,
    }


def today() -> date:
    """The present day in China."""
    return datetime.now(CHINA).date()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
