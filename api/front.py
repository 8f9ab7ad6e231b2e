"""The outermost layer: gives each request a number, each answer its headers, and keeps count of both."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import unexpected
from api.metrics import Metrics

log = logging.getLogger("scenematch.access")

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
"""On every answer, unless the route says otherwise. Not "no-referrer": with it browsers send "Origin: null" with our
own forms, which could then not be told from another site's."""

UNROUTED = "(none)"
"""The route in metrics of a request that met none; its path is not used, since anybody may invent paths."""

_NUMBER = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Front:
    """ASGI middleware around everything else, so that even an unexpected fault is answered in the one shape."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["request_id"] = _request_id(scope)
        status, begun = 0, time.perf_counter()

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = scope["request_id"]
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, dressed)
        except Exception as error:
            if status:
                raise  # too late for another answer: the server breaks the connection off
            await unexpected(error, Request(scope))(scope, receive, dressed)
        finally:
            seconds = time.perf_counter() - begun
            route = getattr(scope.get("route"), "path", UNROUTED)
            self._metrics.answered(scope["method"], route, status, seconds)
            log.info(
                "%s %s %s %d %.1fms key=%s",
                scope["request_id"],
                scope["method"],
                route,
                status,
                seconds * 1000,
                scope.get("caller", "-"),
            )


def _request_id(scope: Scope) -> str:
    """The client's own number when it is harmless, else a new one."""
    given: str = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    return given if _NUMBER.fullmatch(given) else uuid.uuid4().hex
