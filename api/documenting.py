"""What the OpenAPI document says of every route: its errors, and who may call it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from api.auth import PERMISSIONS, Permission
from api.errors import error_body
from api.schemas.service import ErrorOut
from matcher.store import ROLE_NAMES

EXAMPLES: Mapping[int, tuple[str, str, str]] = {
    400: ("正文不是合法的 JSON", "invalid_json", "正文不是合法的 JSON（第 1 行第 14 个字）。"),
    401: (
        "没有密钥或登录，或密钥无效、停用、过期",
        "unauthorized",
        "访问密钥无效；请检查是否完整复制，或请管理员重新创建。",
    ),
    403: ("密钥没有这项权限", "forbidden", "“查看”密钥没有这项权限；请换用权限更高的密钥，或请管理员操作。"),
    404: ("没有这条记录", "not_found", "没有编号为“D-000042”的需求，可能已被删除。"),
    408: ("内容发送得太慢", "request_timeout", "内容在 30 秒内没有发送完，请检查网络后重试。"),
    409: ("与现状冲突", "conflict", "编号为“D-000042”的需求已经存在；要修改它请用更新，要新增请换一个编号。"),
    413: ("内容太大", "too_large", "发送的内容超过 2 MB 的上限，请拆分后再发送。"),
    422: ("内容不合要求", "invalid_input", "请求内容不合要求：top_k数值太大。"),
    429: ("同时处理的请求太多", "overloaded", "同时处理的请求太多，请稍后再试。"),
    500: ("服务内部出错", "internal_error", "服务内部出错，已记入日志；请把请求编号告诉管理员。"),
    503: ("暂时不可用", "unavailable", "数据库正忙，刚才的操作没有保存；请稍后再试。"),
}
"""Status → what it means, with an example."""

ALWAYS = (401, 403, 422, 429, 500, 503)
WITH_BODY = (400, 408, 413)
"""Statuses that any guarded route may answer, and those of a route that takes a body."""


def guarded(permission: Permission, *more: int, body: bool = False) -> dict[int | str, dict[str, Any]]:
    """The error answers of a guarded route, for `responses=`."""
    roles = "、".join(ROLE_NAMES[role] for role, allowed in PERMISSIONS.items() if permission in allowed)
    statuses = sorted({*ALWAYS, *(WITH_BODY if body else ()), *more})
    found = failing(*statuses)
    found[403]["description"] += f"（需要权限 {permission}：{roles}）"
    return found


def failing(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of these statuses, each with an example."""
    found: dict[int | str, dict[str, Any]] = {}
    for status in statuses:
        says, code, message = EXAMPLES[status]
        example = json.loads(error_body(code, message, "5d2f0c8a4f0e4c0f9f5b7c1f8f7f2a10"))
        found[status] = {
            "model": ErrorOut,
            "description": says,
            "content": {"application/json": {"example": example}},
        }
    return found
