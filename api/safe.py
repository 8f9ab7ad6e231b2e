"""Safe mode: what is stored can be read, nothing is written, nothing is matched, and everybody is told why."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, cast

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.cards import Cards
from api.errors import SafeMode, told
from api.metrics import Metrics
from api.pages.refusals import wants_page
from api.parts import Parts
from api.traffic import Traffic
from api.verified import Verified
from matcher.errors import MatcherError
from matcher.settings import Settings
from matcher.store import Store

WHY = (
    "服务连续多次没能正常启动，现在以安全模式运行：只能查看已有数据，不能修改，也不能匹配。"
    "请管理员运行 scenematch doctor 查明原因（索引损坏时运行 scenematch build 或 scenematch rollback），再重启服务。"
)
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Off:
    """Stands for a part that is switched off: whatever is asked of it is refused, with the reason."""

    def __getattr__(self, name: str) -> Off:
        return self

    def __call__(self, *args: object, **options: object) -> Any:
        raise SafeMode(WHY)

    def refresh(self) -> bool:
        """There is nothing to look for."""
        return False

    def close(self) -> None:
        """Nothing was opened."""


def safe_parts(settings: Settings) -> Parts:
    """Parts that read the database, where that can be read, and refuse all else."""
    off = cast(Any, Off())
    try:
        store = Store.open(settings.database_url, write=False)
    except MatcherError:
        store = off
    reading: dict[str, Any] = {
        "settings": settings,
        "store": store,
        "metrics": Metrics(),
        "verified": Verified(store.keys),
        "cards": Cards(store),
        "traffic": Traffic(),
    }
    return Parts(**{part.name: reading.get(part.name, off) for part in fields(Parts)})


class Guard:
    """ASGI middleware of safe mode: only reading, and for whoever opens a page the reason instead."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (scope["method"] not in READING or wants_page(Request(scope))):
            await told(SafeMode(WHY), Request(scope))(scope, receive, send)
            return
        await self._app(scope, receive, send)
