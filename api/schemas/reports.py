"""Figures and files of the report as they go in and out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.schemas.base import In, Line, Out, RecordId, Text


class ColumnOut(Out):
    """一列。form 说明数字是什么：count 个数，share 比例（0–1），days 天数，text 文字。"""

    label: str
    form: Literal["text", "count", "share", "days"]


class TableOut(Out):
    """一张统计表。rows 每行与 columns 一一对应；total 是合计行，没有时为 null；没有数据的格为 null。"""

    name: str
    title: str
    columns: list[ColumnOut]
    rows: list[list[str | int | float | None]]
    total: list[str | int | float | None] | None
    note: str


class FileIn(In):
    """要生成的文件。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"what": "monthly", "format": "docx", "month": "2026-03", "batch": "第一批"}]}
    )

    what: Annotated[
        Literal["monthly", "opportunities", "capabilities", "match"],
        Field(description="月报、机会清单、能力清单、匹配报告（只有 docx）"),
    ]
    format: Literal["docx", "xlsx"] = "docx"
    month: Annotated[Line, Field(description="月报的月份，如 2026-03")] = ""
    batch: Annotated[Line, Field(description="批次；留空表示全部")] = ""
    published_only: Annotated[bool, Field(description="机会清单只列已发布的需求")] = False
    demand: Annotated[RecordId | Literal[""], Field(description="匹配报告的需求编号")] = ""
    note: Annotated[Text, Field(description="匹配报告里的中心意见")] = ""
