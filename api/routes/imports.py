"""Imports: a list in, a report of every row out; looked at, corrected, committed, undone."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import FastAPI, File, Form, Path, Query, Response, UploadFile

from api.auth import Importing
from api.documenting import guarded
from api.idempotency import IdempotencyKey
from api.importing import ImportDesk
from api.parts import Parts
from api.presenting import XLSX, json_response
from api.schemas.imports import (
    CommitIn,
    CorrectionsIn,
    ImportOut,
    ImportRowPage,
    Mode,
    Outcome,
    PairsIn,
    SuspectedPage,
    UndoIn,
    UndoneOut,
    UploadOut,
    UploadPage,
)
from indexer.answers import Answers
from indexer.filing import Decisions
from indexer.suspected import MOST
from matcher.model import Kind

_PATH = "/api/v1/imports"
_TAG = "导入"

SENT_BACK = "核对，退回填报单位补正"
"""What a marked list is for, where nobody says otherwise."""

ImportId = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,40}$", description="导入编号，例如 I-000012")]
Limit = Annotated[int, Query(ge=1, le=200, description="每页条数")]
Offset = Annotated[int, Query(ge=0, le=10_000_000, description="从第几条开始，0 为第一条")]


def _later(says: str) -> dict[int | str, dict[str, Any]]:
    return {202: {"model": UploadOut, "description": says}}


def add_routes(app: FastAPI, parts: Parts) -> None:
    desk = ImportDesk.of(parts)
    _add_upload(app, desk)
    _add_reading(app, desk)
    _add_repeats(app, desk)
    _add_steps(app, desk)


def _add_upload(app: FastAPI, desk: ImportDesk) -> None:
    @app.post(
        _PATH,
        tags=[_TAG],
        summary="导入需求清单或方案清单",
        description="接受 .xlsx、.xls、.csv、.tsv、.docx（表格）、.jsonl，最大 20 MB、5 万行。"
        "默认读完就入库，返回逐行的报告；"
        "`dry_run` 只检查、什么都不留下；`preview` 先读入、不入库，返回导入编号，看过、更正之后再用 commit 入库。"
        "编号相同（没有编号时单位和名称都相同）的记录会被更新，内容没有变化的不动；空白单元格不会清掉已有的内容。",
        response_model=ImportOut | UploadOut,
        responses={
            202: {"model": UploadOut, "description": "已收下，正在读取"},
            **guarded("imports:write", 409, body=True),
        },
    )
    def import_file(
        file: Annotated[UploadFile, File(description="清单文件")],
        caller: Importing,
        kind: Annotated[Literal["demand", "solution", ""], Form(description="需求还是方案；留空则按表头判断")] = "",
        dry_run: Annotated[bool, Form(description="只检查，什么都不留下")] = False,
        preview: Annotated[bool, Form(description="先读入、不入库，之后再确认")] = False,
        mode: Annotated[Mode, Form(description="good：合格的行入库；all：全部合格才入库")] = "good",
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        chosen = Kind(kind) if kind else None
        if dry_run:
            return desk.dry_run(file, chosen)
        if preview:
            return desk.upload(file, chosen, mode, caller)
        return desk.at_once(file, chosen, mode, caller, idempotency_key)


def _add_reading(app: FastAPI, desk: ImportDesk) -> None:
    @app.get(
        _PATH,
        tags=[_TAG],
        summary="历次导入",
        description="最近的在前：谁在什么时候导入了哪个文件，结果如何。",
        response_model=UploadPage,
        responses=guarded("imports:write"),
    )
    def list_imports(caller: Importing, limit: Limit = 20, offset: Offset = 0) -> Response:
        return desk.page(limit, offset)

    @app.get(
        _PATH + "/{id}",
        tags=[_TAG],
        summary="一次导入的现状和进度",
        description="正在处理时 progress 说明做到哪里；读完后 forms 列出各张表的表头和待确认的列，counts 是各类行数。",
        response_model=UploadOut,
        responses=guarded("imports:write", 404),
    )
    def read_import(id: ImportId, caller: Importing) -> Response:
        return desk.read(id)

    @app.get(
        _PATH + "/{id}/rows",
        tags=[_TAG],
        summary="逐行的结果",
        description="每行读成了什么、有什么问题、入库会新增还是更新、与已入库的有什么不同。可按结果筛选。",
        response_model=ImportRowPage,
        responses=guarded("imports:write", 404),
    )
    def import_rows(
        id: ImportId,
        caller: Importing,
        outcome: Annotated[list[Outcome], Query(description="只看这些结果；不填看全部")] = [],  # noqa: B006
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> Response:
        return desk.rows(id, outcome, limit, offset)

    @app.get(
        _PATH + "/{id}/report.xlsx",
        tags=[_TAG],
        summary="标出问题的表格",
        description="上传的表格原样返回，最右边多一列“问题与建议”，有问题的单元格涂色，另有一张“导入结果”汇总。"
        "改好后可以直接重新上传。表里有送来的联系方式，所以同其他导出一样编号、记入审计，编号印在汇总里。",
        response_class=Response,
        responses={200: {"content": {XLSX: {}}, "description": "工作簿"}, **guarded("imports:write", 404)},
    )
    def marked_list(
        id: ImportId,
        caller: Importing,
        reason: Annotated[str, Query(max_length=200, description="用途")] = SENT_BACK,
    ) -> Response:
        return desk.marked(id, caller, reason)


def _add_repeats(app: FastAPI, desk: ImportDesk) -> None:
    @app.get(
        _PATH + "/{id}/repeats",
        tags=[_TAG],
        summary="清单里的疑似重复",
        description="新增的各条与已入库的、与清单里其他行相比，谁先填报，逐栏有什么不同。"
        f"新增超过 {MOST} 条的清单，入库之后才在后台比对。",
        response_model=SuspectedPage,
        responses=guarded("imports:write", 404),
    )
    def import_repeats(id: ImportId, caller: Importing, limit: Limit = 50, offset: Offset = 0) -> Response:
        return json_response(desk.suspected(id, limit, offset))

    @app.post(
        _PATH + "/{id}/repeats",
        tags=[_TAG],
        summary="判断清单里的疑似重复",
        description="判断先记下，确认入库时照办：merge 保留先填报的一条，空着的栏目用另一条补上，"
        "另一条的编号从此指向它；keep、different 两条都保留，以后不再提示。撤销整次导入时合并也一并撤销。",
        response_model=SuspectedPage,
        responses=guarded("imports:write", 404, 409, body=True),
    )
    def decide_import_repeats(id: ImportId, body: PairsIn, caller: Importing) -> Response:
        desk.decide(id, {(Kind(p.kind), p.older, p.newer): (p.decision, p.note) for p in body.decisions})
        return json_response(desk.suspected(id, 50, 0))


def _add_steps(app: FastAPI, desk: ImportDesk) -> None:
    @app.post(
        _PATH + "/{id}/corrections",
        tags=[_TAG],
        summary="更正和确认，然后重新读一遍",
        description="更正的单元格用同样的规则重新读；确认过的表头对应关系会记住，以后同样的表直接沿用。"
        "几秒内读完就直接返回结果，否则返回 202，之后查看进度。",
        response_model=UploadOut,
        responses={
            202: {"model": UploadOut, "description": "正在重新读取"},
            **guarded("imports:write", 404, 409, body=True),
        },
    )
    def correct_import(id: ImportId, body: CorrectionsIn, caller: Importing) -> Response:
        answers = Answers(
            body.mappings,
            {(cell.sheet, cell.row, cell.field): cell.value for cell in body.corrections},
            frozenset((each.sheet, each.row, each.code) for each in body.agreed),
        )
        return desk.correct(id, answers, caller, remember=body.remember)

    @app.post(
        _PATH + "/{id}/commit",
        tags=[_TAG],
        summary="确认入库",
        description="全部写入是一次提交，要么都在、要么都不在；入库后立即可以匹配，条数很多时自动开始重建索引。"
        "几秒内写完就直接返回结果，否则返回 202，之后查看进度。",
        response_model=UploadOut,
        responses={
            202: {"model": UploadOut, "description": "正在入库"},
            **guarded("imports:write", 404, 409, body=True),
        },
    )
    def commit_import(id: ImportId, body: CommitIn, caller: Importing) -> Response:
        decisions = Decisions(
            frozenset((place.sheet, place.row) for place in body.skip),
            {(each.sheet, each.row): each.into for each in body.merge},
            body.later,
        )
        return desk.commit(id, body.mode, decisions, caller)

    @app.post(
        _PATH + "/{id}/undo",
        tags=[_TAG],
        summary="撤销整次导入",
        description="新增的记录删除，更新的记录恢复原样，联系方式也恢复。导入之后又改过的记录会列出并拒绝撤销；"
        "`keep_edited` 保留它们、只撤销其余的。",
        response_model=UndoneOut,
        responses=guarded("imports:write", 404, 409, body=True),
    )
    def undo_import(id: ImportId, body: UndoIn, caller: Importing) -> Response:
        return desk.undo(id, caller, keep_edited=body.keep_edited)

    @app.post(
        _PATH + "/{id}/cancel",
        tags=[_TAG],
        summary="取消导入",
        description="正在读取或入库的，在下一批之前停下，什么都不写入；等待确认的，放弃并清除文件。",
        response_model=UploadOut,
        responses=guarded("imports:write", 404, 409),
    )
    def cancel_import(id: ImportId, caller: Importing) -> Response:
        return desk.cancel(id, caller)
