"""The figures as data, and the documents that are made from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import FastAPI, Path, Query, Response

from api.auth import Exporting, ReadingReports
from api.documenting import guarded
from api.exporting.paper import DOCX
from api.exporting.tabular import Table
from api.exporting.workbook import XLSX
from api.figuring import TABLES, Figures, Scope
from api.handout import Handouts
from api.parts import Parts
from api.presenting import json_response
from api.schemas.reports import FileIn, TableOut
from matcher.errors import InvalidInput
from matcher.model import Kind
from matcher.store import utc_now

_TAG = "统计"
Batch = Annotated[str, Query(max_length=500, description="只看一个批次，写法须完全相同")]
City = Annotated[str, Query(max_length=500, description="只看一个地市，如 东莞")]
Industry = Annotated[str, Query(max_length=500, description="只看一个行业，用统计表里的名称")]
Month = Annotated[str, Query(max_length=500, description="只看一个收集月份，如 2026-09")]
Name = Annotated[str, Path(max_length=40, description=f"表名：{'、'.join(TABLES)}")]
_FILES: dict[str, Any] = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (DOCX, XLSX)}


def add_routes(app: FastAPI, parts: Parts) -> None:
    figures = Figures(parts.store, parts.search)
    _add_tables(app, figures)
    _add_files(app, Handouts(parts, figures))


def _add_tables(app: FastAPI, figures: Figures) -> None:
    @app.get(
        "/api/v1/reports/{name}",
        tags=[_TAG],
        summary="一张统计表",
        description="漏斗、趋势、按批次/地市/行业/月份的进展、供需缺口、区域、响应时间、供应商；与“统计分析”页相同。",
        response_model=TableOut,
        responses=guarded("reports:read", 404),
    )
    def report_table(
        name: Name,
        caller: ReadingReports,
        batch: Batch = "",
        city: City = "",
        industry: Industry = "",
        month: Month = "",
    ) -> Response:
        table = figures.picture(Scope(batch, city, industry, month), utc_now()).table(name)
        return json_response(table_json(name, table))


def _add_files(app: FastAPI, handouts: Handouts) -> None:
    @app.post(
        "/api/v1/exports",
        tags=[_TAG],
        summary="生成月报、机会清单、能力清单或匹配报告",
        description="返回文件本身。不含联系人；每份都有导出编号，印在页脚，并记入审计。",
        response_class=Response,
        responses={200: {"content": _FILES, "description": "文件"}, **guarded("exports:make", 404, 413, body=True)},
    )
    def make_export(body: FileIn, caller: Exporting) -> Response:
        match body.what:
            case "monthly":
                made = handouts.monthly(caller, body.month, body.format, Scope(batch=body.batch))
            case "match":
                if not body.demand:
                    raise InvalidInput("请写明需求编号（demand）。", field="demand")
                made = handouts.match_report(caller, body.demand, note=body.note)
            case "opportunities" | "capabilities":
                kind: Literal[Kind.DEMAND, Kind.SOLUTION] = (
                    Kind.DEMAND if body.what == "opportunities" else Kind.SOLUTION
                )
                made = handouts.list(caller, kind, body.format, batch=body.batch, published_only=body.published_only)
        return made.response()


def table_json(name: str, table: Table) -> dict[str, Any]:
    """A table as data."""
    return {
        "name": name,
        "title": table.title,
        "columns": [{"label": column.label, "form": column.form} for column in table.columns],
        "rows": [list(row) for row in table.rows],
        "total": list(table.total) if table.total else None,
        "note": table.note,
    }
