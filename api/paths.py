"""Ids in addresses. An id may hold any letter, a slash too (2025/03-12), so a path is cut before it is decoded."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import Path
from pydantic import BeforeValidator
from starlette.types import ASGIApp, Receive, Scope, Send

from api.schemas.base import RecordId

RecordPath = Annotated[RecordId, Path(alias="id", description="编号"), BeforeValidator(unquote)]


def quoted(id: str) -> str:
    """The id as one segment of an address."""
    return quote(id, safe="")


class Segments:
    """ASGI middleware: an encoded slash stays inside its segment instead of cutting it in two.

    Servers decode the whole path at once. Here each segment is decoded by itself, and only the slash and the percent
    sign stay encoded, which RecordPath undoes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw = scope.get("raw_path")
        if scope["type"] == "http" and raw and b"%" in raw:
            parts = raw.partition(b"?")[0].decode("latin-1").split("/")
            scope["path"] = "/".join(_half_decoded(part) for part in parts)
        await self._app(scope, receive, send)


def _half_decoded(segment: str) -> str:
    return unquote(segment).replace("%", "%25").replace("/", "%2F")
