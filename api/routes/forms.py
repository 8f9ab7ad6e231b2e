"""Empty templates to be filled in, and records exported in the same form."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import FastAPI, Path, Query, Response

from api.auth import Importing, Reading
from api.documenting import guarded
from api.handing_out import Forms
from api.parts import Parts
from api.presenting import XLSX
from api.routes.listing import Listing
from matcher.model import Kind

_TAG = "导入"

KindPath = Annotated[Literal["demand", "solution"], Path(description="需求还是方案")]
_WORKBOOK: dict[int | str, dict[str, Any]] = {200: {"content": {XLSX: {}}, "description": "工作簿"}}


def add_routes(app: FastAPI, parts: Parts) -> None:
    forms = Forms(parts.store, parts.settings.data, lambda: parts.taxonomy)

    @app.get(
        "/api/v1/templates/{kind}.xlsx",
        tags=[_TAG],
        summary="征集表模板",
        description="空白的征集表：带下拉列表、填写说明和一行示例（导入时自动跳过）。填好后导入不丢任何内容。",
        response_class=Response,
        responses={**_WORKBOOK, **guarded("imports:write")},
    )
    def template(kind: KindPath, caller: Importing) -> Response:
        return forms.template(Kind(kind))

    @app.get(
        "/api/v1/exports/{kind}.xlsx",
        tags=[_TAG],
        summary="按征集表的样子导出记录",
        description="与模板同一格式，改过之后可以再导入，没有改动的内容原样不变。每次导出都编号并记录，编号印在表里。"
        "含联系方式的导出限管理员，并且要写明用途。",
        response_class=Response,
        responses={**_WORKBOOK, **guarded("records:read", 413)},
    )
    def export(
        kind: KindPath,
        query: Listing,
        caller: Reading,
        contacts: Annotated[bool, Query(description="是否包含联系方式")] = False,
        reason: Annotated[str, Query(max_length=200, description="用途；导出联系方式时必填")] = "",
    ) -> Response:
        return forms.export(Kind(kind), query, caller, contacts=contacts, reason=reason)
