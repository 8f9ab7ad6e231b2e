"""Limits that hold whatever a client claims: bytes of a body, seconds to send it, requests at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Overloaded, SlowRequest, told
from api.traffic import Traffic
from matcher.errors import TooLarge

JSON_BYTES = 2 * 1024 * 1024
UPLOAD_BYTES = 20 * 1024 * 1024
FORM_BYTES = 64 * 1024
"""What a multipart body may have around its file."""

UPLOADS: Mapping[str, int] = {"/api/v1/imports": UPLOAD_BYTES + FORM_BYTES}
"""Paths with a limit of their own."""

FILES = re.compile(r"(?:/api/v1/engagements|/followup)/[^/]+/files")
"""Paths that take a file of a pair; as large as an import."""

UNLIMITED = ("/livez", "/readyz", "/healthz", "/static/")
"""What is answered however busy the service is: whether it lives, and the files of its pages."""

BODY_S = 30.0
"""How long a client may take to send its body."""

AT_ONCE = 256
"""Requests in work. One more is refused at once, which is kinder than a queue that nobody waits for."""


class Limits:
    """ASGI middleware. Counts the bytes that arrive; a Content-Length that says too much is refused before any."""

    def __init__(self, app: ASGIApp, traffic: Traffic, *, body_s: float = BODY_S, at_once: int = AT_ONCE) -> None:
        self._app, self._traffic, self._body_s, self._at_once = app, traffic, body_s, at_once

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(UNLIMITED):
            await self._app(scope, receive, send)
            return
        limit = _limit(scope["path"])
        refusal = self._refusal(scope, limit)
        if refusal is not None:
            await told(refusal, Request(scope))(scope, receive, send)
            return
        self._traffic.begin()
        try:
            await self._app(scope, _counted(receive, limit, self._body_s), send)
        finally:
            self._traffic.end()

    def _refusal(self, scope: Scope, limit: int) -> TooLarge | Overloaded | None:
        if self._traffic.running >= self._at_once:
            return Overloaded("同时处理的请求太多，请稍后再试。")
        length = dict(scope["headers"]).get(b"content-length", b"")
        return too_large(limit) if length.isdigit() and int(length) > limit else None


def _limit(path: str) -> int:
    """Bytes that a body sent there may have."""
    return UPLOAD_BYTES + FORM_BYTES if FILES.fullmatch(path) else UPLOADS.get(path, JSON_BYTES)


def too_large(limit: int) -> TooLarge:
    """The error of a body over the limit, in bytes."""
    return TooLarge(f"发送的内容超过 {limit // 1024 // 1024} MB 的上限，请拆分后再发送。", limit_bytes=limit)


def _counted(receive: Receive, limit: int, seconds: float) -> Receive:
    """`receive` that raises once more than `limit` bytes have come, or when the body takes longer than `seconds`."""
    loop = asyncio.get_running_loop()
    until, got, complete = loop.time() + seconds, 0, False

    async def counted() -> Message:
        nonlocal got, complete
        if complete:
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            raise SlowRequest(f"内容在 {seconds:g} 秒内没有发送完，请检查网络后重试。") from None
        got += len(message.get("body", b""))
        if got > limit:
            raise too_large(limit)
        complete = not message.get("more_body", False)
        return message

    return counted
