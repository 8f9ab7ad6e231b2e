"""A workbook, CSV or JSONL file in, a report of every row out."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import FastAPI, File, Form, Response, UploadFile

from api.auth import Importing
from api.documenting import guarded
from api.idempotency import IdempotencyKey
from api.parts import Parts
from api.receiving import receive
from api.schemas.service import ImportOut
from matcher.model import Kind


def add_routes(app: FastAPI, parts: Parts) -> None:
    @app.post(
        "/api/v1/imports",
        tags=["导入"],
        summary="导入需求清单或方案清单",
        description="接受 .xlsx、.csv、.jsonl，最大 20 MB、5 万行。编号相同的记录会被更新；"
        "有问题的行逐行列出，其余照常入库。先用 `dry_run` 检查一遍再导入，更稳妥。",
        response_model=ImportOut,
        responses=guarded("imports:write", body=True),
    )
    def import_file(
        file: Annotated[UploadFile, File(description="清单文件")],
        caller: Importing,
        kind: Annotated[Literal["demand", "solution", ""], Form(description="需求还是方案；留空则按表头判断")] = "",
        dry_run: Annotated[bool, Form(description="只检查，不保存")] = False,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        return receive(parts, file, Kind(kind) if kind else None, caller, dry_run=dry_run, key=idempotency_key)
