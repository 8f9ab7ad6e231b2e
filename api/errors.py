"""Trouble as an HTTP answer: one table, one shape.

    {"error": {"code": "not_found", "message": "没有编号为…", "details": {…}, "request_id": "…"}}

`code` is for programs and never changes, `message` is Chinese and fit to be shown. No answer ever carries a stack, a
path of this machine or SQL.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.pages.refusals import refusal_page, wants_page
from matcher import errors

log = logging.getLogger("scenematch.api")


class BadJson(errors.InvalidInput):
    """The body is not strict JSON."""

    code = "invalid_json"


class SlowRequest(errors.MatcherError):
    """The body did not arrive in time."""

    code = "request_timeout"


class Overloaded(errors.MatcherError):
    """More requests at once than the service takes."""

    code = "overloaded"


class UnknownHost(errors.MatcherError):
    """The service was called by a name that is not its own."""

    code = "unknown_host"


class SafeMode(errors.Unavailable):
    """Several starts failed in a row, so that the service came up without index and writing."""

    code = "safe_mode"


STATUS: Mapping[type[errors.MatcherError], int] = {
    BadJson: 400,
    errors.InvalidInput: 422,
    errors.TooLarge: 413,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.RejectedGeneration: 409,
    errors.Unauthorized: 401,
    errors.Forbidden: 403,
    errors.Locked: 429,
    SlowRequest: 408,
    UnknownHost: 421,
    Overloaded: 429,
    errors.Unavailable: 503,
    errors.BrokenGeneration: 503,
    errors.UnsafeModel: 500,
    errors.MatcherError: 500,
}
"""The nearest class of an error decides."""

HEADERS: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    408: {"Connection": "close"},
    413: {"Connection": "close"},
    429: {"Retry-After": "1"},
    503: {"Retry-After": "5"},
}

PLAIN: Mapping[int, tuple[str, str]] = {
    400: ("bad_request", "请求的格式不对，无法读取。"),
    404: ("not_found", "没有这个地址；请核对网址，接口一览见 /docs。"),
    405: ("method_not_allowed", "这个地址不支持这种请求方法。"),
    413: ("too_large", "发送的内容超过了上限。"),
}
"""What the framework itself refuses: status → code and sentence."""

UNEXPECTED = "服务内部出错，已记入日志；请把请求编号告诉管理员。"

SAYS: Mapping[str, str] = {
    "missing": "缺少这一项",
    "extra_forbidden": "不认识的字段",
    "string_too_long": "文字太长",
    "string_too_short": "文字太短",
    "string_type": "应为文字",
    "string_pattern_mismatch": "写法不对，或含有不允许的字符",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "finite_number": "应为有限的数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "list_type": "应为列表",
    "dict_type": "应为 JSON 对象",
    "model_type": "应为 JSON 对象",
    "model_attributes_type": "应为 JSON 对象",
    "none_required": "应为空",
    "too_long": "条目太多",
    "too_short": "条目太少",
    "greater_than_equal": "数值太小",
    "greater_than": "数值太小",
    "less_than_equal": "数值太大",
    "literal_error": "不在可选值之内",
    "union_tag_invalid": "不在可选值之内",
    "value_error": "内容不合要求",
}
"""Kind of validation error → the sentence about one field. Others get the general one."""


def status_of(error: errors.MatcherError) -> int:
    """The HTTP status of an error of the family."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def error_body(code: str, message: str, request_id: str, details: Mapping[str, Any] | None = None) -> bytes:
    """The one shape, as JSON."""
    error = {"code": code, "message": message, "details": dict(details or {}), "request_id": request_id}
    return orjson.dumps({"error": _plain(error)})


def error_response(
    request: Request,
    status: int,
    code: str,
    message: str,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The one shape for a program, a page for a person; with the headers the status calls for."""
    more = {**HEADERS.get(status, {}), **(headers or {})}
    if wants_page(request):
        return refusal_page(request, status, code, message, more)
    body = error_body(code, message, request_id(request), details)
    return Response(body, status_code=status, media_type="application/json", headers=more)


def told(error: errors.MatcherError, request: Request) -> Response:
    """An error of the family as an answer."""
    status = status_of(error)
    if status >= 500:
        log.error("%s %s: %s", request_id(request), error.code, error)
    return error_response(request, status, error.code, str(error), error.details)


def unexpected(error: Exception, request: Request) -> Response:
    """A fault of ours: the stack goes to the log, never into the answer."""
    log.error("%s unexpected %s", request_id(request), type(error).__name__, exc_info=error)
    return error_response(request, 500, "internal_error", UNEXPECTED)


def add_handlers(app: FastAPI) -> None:
    """What routes and the framework raise ends in the one shape; api.front does the same for the rest."""

    def expected(request: Request, error: Exception) -> Response:
        assert isinstance(error, errors.MatcherError)
        return told(error, request)

    def framework(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        # Reading the body happens inside the framework, which wraps whatever went wrong there.
        if isinstance(error.__cause__, errors.MatcherError):
            return told(error.__cause__, request)
        code, says = PLAIN.get(error.status_code, ("http_error", "请求无法处理。"))
        headers = {"Allow": _methods(request)} if error.status_code == 405 else error.headers
        return error_response(request, error.status_code, code, says, headers=headers)

    def malformed(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        fields = [_field(each) for each in error.errors()[:20]]
        first = fields[0]
        says = f"请求内容不合要求：{first['field'] or '正文'}{first['message']}。"
        return error_response(request, 422, "invalid_input", says, {"fields": fields})

    app.add_exception_handler(errors.MatcherError, expected)
    app.add_exception_handler(HTTPException, framework)
    app.add_exception_handler(RequestValidationError, malformed)


def request_id(request: Request) -> str:
    """The number of this request, which the answer's X-Request-Id repeats."""
    return str(request.scope.get("request_id", ""))


def _methods(request: Request) -> str:
    """The methods of this address. The framework would name only those of the first route that has it."""
    routes = [route for route in request.app.routes if route.path_regex.match(request.scope["path"])]
    return ", ".join(sorted({method for route in routes for method in route.methods}))


def _field(error: Mapping[str, Any]) -> dict[str, str]:
    """One validation error: where, which kind, and what to do. The value itself is not repeated."""
    where: Sequence[Any] = error["loc"][1:] if error["loc"] and error["loc"][0] in _PLACES else error["loc"]
    kind = str(error["type"])
    says = SAYS.get(kind, "内容不合要求")
    if kind == "value_error" and isinstance(reason := error.get("ctx", {}).get("error"), ValueError):
        says = str(reason)
    return {"field": ".".join(map(str, where)), "type": kind, "message": says}


_PLACES = frozenset({"body", "query", "path", "header"})


def _plain(value: Any) -> Any:
    """The value as JSON can hold it; half surrogates from a hostile address become question marks."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {_plain(str(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    return value if isinstance(value, int | float | bool | None) else _plain(str(value))
