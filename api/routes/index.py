"""The index: what is being searched, and building it anew."""

from __future__ import annotations

from fastapi import FastAPI, Response

from api.auth import ReadingIndex, Rebuilding
from api.documenting import guarded
from api.parts import Parts
from api.presenting import index_json, job_json, json_response
from api.schemas.service import IndexOut, RebuildOut


def add_routes(app: FastAPI, parts: Parts) -> None:
    @app.get(
        "/api/v1/index",
        tags=["索引"],
        summary="索引现状和最近一次重建",
        description="正在使用哪一代索引、由什么建成、之后有多少变动，以及服务启动后最近一次重建的结果。",
        response_model=IndexOut,
        responses=guarded("index:read"),
    )
    def index(caller: ReadingIndex) -> Response:
        return json_response(index_json(parts.search.describe(), parts.search.weights, parts.rebuild.last()))

    @app.post(
        "/api/v1/index/rebuild",
        tags=["索引"],
        summary="重建索引",
        description="在后台重建并检验，合格才启用；期间照常可以匹配。"
        "同一时间只能有一个重建，用 GET /api/v1/index 查看进度。",
        status_code=202,
        response_model=RebuildOut,
        responses=guarded("index:rebuild", 409),
    )
    def rebuild(caller: Rebuilding) -> Response:
        job = parts.rebuild.start()
        parts.store.audit("index.rebuild", f"job:{job.id}", actor=caller.actor)
        return json_response({"job": job_json(job)}, 202, {"Location": "/api/v1/index"})
