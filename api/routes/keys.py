"""API keys over HTTP, for administrators; the first one is made with the console command."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Path, Response

from api.auth import ManagingKeys
from api.documenting import guarded
from api.parts import Parts
from api.presenting import json_response
from api.reporting import key_json
from api.schemas.service import KeyCreated, KeyIn, KeyList, KeyOut
from matcher.store import utc_now


def add_routes(app: FastAPI, parts: Parts) -> None:
    @app.get(
        "/api/v1/keys",
        tags=["密钥"],
        summary="访问密钥列表",
        description="包括停用和过期的，最早的在前；不含密钥本身。",
        response_model=KeyList,
        responses=guarded("keys:manage"),
    )
    def list_keys(caller: ManagingKeys) -> Response:
        return json_response({"items": [key_json(key) for key in parts.store.keys.list()]})

    @app.post(
        "/api/v1/keys",
        tags=["密钥"],
        summary="创建访问密钥",
        description="token 只在响应里给出这一次，系统不保存它，请立即转交使用人。",
        status_code=201,
        response_model=KeyCreated,
        responses=guarded("keys:manage", body=True),
    )
    def create_key(body: KeyIn, caller: ManagingKeys) -> Response:
        key, token = parts.store.keys.create(body.role, body.days, now=utc_now(), label=body.label, actor=caller.actor)
        return json_response({"key": key_json(key), "token": token}, 201)

    @app.delete(
        "/api/v1/keys/{prefix}",
        tags=["密钥"],
        summary="停用访问密钥",
        description="立即失效，不能恢复；重复停用没有影响。",
        response_model=KeyOut,
        responses=guarded("keys:manage", 404),
    )
    def revoke_key(
        prefix: Annotated[str, Path(max_length=64, description="密钥中点号之前的部分")], caller: ManagingKeys
    ) -> Response:
        revoked = parts.store.keys.revoke(prefix, now=utc_now(), actor=caller.actor)
        parts.verified.forget()
        return json_response(key_json(revoked))
