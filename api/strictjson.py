"""JSON without its traps: no NaN, no infinite number, no key twice, no half surrogate, no NUL, no deep nesting."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.errors import BadJson

DEEPEST = 32

MOST_FILES, MOST_FIELDS = 10, 200
"""In one form."""

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def parse(raw: bytes) -> Any:
    """The value. BadJson says in Chinese what is wrong with it."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadJson("正文不是 UTF-8 编码。", position=error.start) from None
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_constant, parse_float=_number)
    except json.JSONDecodeError as error:
        raise BadJson(
            f"正文不是合法的 JSON（第 {error.lineno} 行第 {error.colno} 个字）。", position=error.pos
        ) from None
    except RecursionError:
        raise BadJson(f"正文嵌套太深，最多 {DEEPEST} 层。") from None
    except ValueError as error:  # an integer of thousands of digits
        raise BadJson("正文里有过长的数字。") from error
    _check(value, 0)
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise BadJson(f"字段“{twice[:40]}”写了两次。", field=twice[:40])
    return found


def _constant(name: str) -> NoReturn:
    raise BadJson(f"正文里有 {name}，JSON 不允许。")


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise BadJson("正文里有过大的数字。")
    return value


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise BadJson(f"正文嵌套太深，最多 {DEEPEST} 层。")
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            raise BadJson("文字里有无效字符（空字符或不成对的代理码）；请删除后再试。")
    elif isinstance(value, dict):
        for key, each in value.items():
            _check(key, depth + 1)
            _check(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            _check(each, depth + 1)


class StrictRequest(Request):
    """A request whose JSON is read strictly and whose form holds a few files and no more fields than a form has."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = parse(await self.body())
        return self._json

    def form(self, **limits: Any) -> Any:
        return super().form(**{**limits, "max_files": MOST_FILES, "max_fields": MOST_FIELDS})


class StrictRoute(APIRoute):
    """A route that reads its body through StrictRequest."""

    def get_route_handler(self) -> Any:
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await handle(StrictRequest(request.scope, request.receive))

        return strictly
