"""Imports, the index, keys, health and errors as they go in and out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from api.schemas.base import WHOLE, In, Line, Out

_ERROR: dict[str, Any] = {
    "error": {
        "code": "not_found",
        "message": "没有编号为“D-000042”的需求，可能已被删除。",
        "details": {"kind": "demand", "id": "D-000042"},
        "request_id": "5d2f0c8a4f0e4c0f9f5b7c1f8f7f2a10",
    }
}


class Fault(Out):
    """一个错误。code 固定不变，供程序判断；message 是给人看的中文。"""

    code: str
    message: str
    details: dict[str, Any]
    request_id: str


class ErrorOut(Out):
    """所有错误的统一格式。"""

    model_config = ConfigDict(json_schema_extra={"examples": [_ERROR]})

    error: Fault


class JobOut(Out):
    """一次重建索引。"""

    id: str
    state: Literal["running", "succeeded", "failed"]
    started_at: str
    finished_at: str | None
    report: Annotated[dict[str, Any] | None, Field(description="成功时的结果")]
    message: Annotated[str, Field(description="失败时的原因和办法")]


class RebuildOut(Out):
    """已经开始的重建。"""

    job: JobOut


class IndexOut(Out):
    """索引现状。changed_since 条记录在索引之后有变动，查询时另行精确比对，不会遗漏。"""

    generation: str | None
    built_at: str
    revision: int
    covered_revision: int
    changed_since: int
    counts: dict[str, int]
    encoder: str
    analyser: str
    taxonomy: str
    weights: str
    stale: Annotated[str, Field(description="索引已不适用的原因；为空表示适用")]
    index_server: Annotated[
        str | None, Field(description="向量服务器不能用的原因；为空表示正常，null 表示没有使用向量服务器")
    ]
    job: JobOut | None


class KeyIn(In):
    """要创建的访问密钥。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "staff", "days": 90, "label": "前台电脑"}]})

    role: Annotated[Literal["viewer", "staff", "admin"], Field(description="查看、场景经理、管理员")]
    days: Annotated[int, Field(ge=1, le=3650, description="有效天数"), WHOLE] = 90
    label: Annotated[Line, Field(max_length=100, description="备注，便于以后辨认")] = ""


class KeyOut(Out):
    """一个访问密钥，不含密钥本身。"""

    prefix: str
    role: Literal["viewer", "staff", "admin"]
    label: str
    created_at: str
    expires_at: str
    revoked: bool
    last_used: str | None


class KeyCreated(Out):
    """新密钥；token 只在此时给出一次。"""

    key: KeyOut
    token: str


class KeyList(Out):
    """全部密钥，包括停用和过期的，最早的在前。"""

    items: list[KeyOut]


class Health(Out):
    """status 为 ok 或 unavailable；checks 是各项检查的结果。"""

    status: Literal["ok", "unavailable"]
    checks: dict[str, str]


class Vocabulary(Out):
    """筛选可用的词：行业、技术方向、地区、成熟度、资质。"""

    industries: list[str]
    technologies: list[str]
    regions: list[str]
    maturities: list[str]
    qualifications: list[str]
