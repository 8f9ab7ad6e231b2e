"""Is it alive, is it ready, how is it doing."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI, Response

from api.auth import Anybody, ReadingMetrics
from api.documenting import failing, guarded
from api.parts import Parts
from api.presenting import json_response
from api.schemas.service import Health
from matcher.errors import MatcherError, Unavailable

OPENMETRICS = "text/plain; version=0.0.4; charset=utf-8"
NO_INDEX = "还没有索引；请运行 scenematch build，或以管理员身份调用 POST /api/v1/index/rebuild。"


def add_routes(app: FastAPI, parts: Parts) -> None:
    @app.get(
        "/livez",
        tags=["健康"],
        summary="进程是否在运行",
        description="只要进程能应答就是 200，不检查数据库和索引。无需密钥。",
        response_model=Health,
        responses=failing(500),
    )
    async def livez(anybody: Anybody) -> Response:
        return json_response({"status": "ok", "checks": {}})

    def ready(anybody: Anybody) -> Response:
        checks = {"database": _told(_database), "index": _told(_index)}
        fine = all(says == "ok" for says in checks.values())
        checks |= _server()
        return json_response({"status": "ok" if fine else "unavailable", "checks": checks}, 200 if fine else 503)

    for path, name in (("/readyz", "readyz"), ("/healthz", "healthz")):
        app.get(
            path,
            tags=["健康"],
            summary="能否提供服务",
            description="数据库可读、索引已启用时为 200，否则为 503 并说明原因。向量服务器不能用时仍为 200，另行说明。"
            "/healthz 与 /readyz 相同。无需密钥。",
            response_model=Health,
            responses={503: {"model": Health, "description": "暂时不能提供服务"}, **failing(500)},
            name=name,
            operation_id=name,
        )(ready)

    @app.get(
        "/metrics",
        tags=["健康"],
        summary="运行指标（Prometheus 格式）",
        description="请求数和耗时、匹配次数、没有合适结果的次数、索引版本和落后程度。不含任何记录内容。",
        response_class=Response,
        responses={
            200: {
                "description": "Prometheus 文本格式",
                "content": {"text/plain": {"example": "scenematch_store_revision 12.0\n"}},
            },
            **guarded("metrics:read"),
        },
    )
    def metrics(caller: ReadingMetrics) -> Response:
        return Response(parts.metrics.exposition(parts.search.describe(), parts.warming.ready), media_type=OPENMETRICS)

    def _database() -> None:
        parts.store.revision()

    def _index() -> None:
        if parts.search.describe().generation is None:
            raise Unavailable(NO_INDEX)

    def _server() -> dict[str, str]:
        """Told, and no reason for a 503: without its index server the service answers all the same."""
        try:
            server = parts.search.describe().server
        except MatcherError:
            return {}  # the index says why
        return {} if server is None else {"index_server": server or "ok"}


def _told(check: Callable[[], None]) -> str:
    try:
        check()
    except MatcherError as error:
        return str(error)
    return "ok"
