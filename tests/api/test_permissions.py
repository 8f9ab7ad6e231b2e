"""Every route × every role: what the table allows is allowed, everything else is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import FastAPI

from api.auth import PERMISSIONS, Reading, rules
from matcher.store import utc_now

NOBODY = 401
DENIED = 403
ROLES = ("viewer", "staff", "admin")

WANTED: dict[tuple[str, str], str | None] = {
    ("POST", "/api/v1/match"): "match:run",
    ("GET", "/api/v1/vocabulary"): "records:read",
    ("POST", "/api/v1/completeness"): "records:read",
    ("GET", "/api/v1/repeats"): "records:read",
    ("GET", "/api/v1/repeats/{a}/{b}"): "records:read",
    ("POST", "/api/v1/repeats/{a}/{b}/decision"): "records:write",
    ("DELETE", "/api/v1/repeats/{a}/{b}/decision"): "records:write",
    ("GET", "/api/v1/organization-names"): "records:read",
    ("POST", "/api/v1/organization-names"): "records:write",
    ("DELETE", "/api/v1/organization-names"): "records:write",
    ("GET", "/api/v1/demands/{id}/letter.docx"): "records:read",
    **{
        (method, f"/api/v1/{kind}{path}"): permission
        for kind in ("demands", "solutions")
        for method, path, permission in (
            ("POST", "", "records:write"),
            ("GET", "", "records:read"),
            ("GET", "/{id}", "records:read"),
            ("PUT", "/{id}", "records:write"),
            ("PATCH", "/{id}", "records:write"),
            ("DELETE", "/{id}", "records:write"),
            ("GET", "/{id}/contact", "contacts:read"),
            ("GET", "/{id}/matches", "match:run"),
            ("GET", "/{id}/similar", "match:run"),
            ("GET", "/{id}/completeness", "records:read"),
        )
    },
    ("POST", "/api/v1/imports"): "imports:write",
    ("GET", "/api/v1/index"): "index:read",
    ("POST", "/api/v1/index/rebuild"): "index:rebuild",
    **{
        (method, f"/api/v1/{path}"): f"followup:{'read' if method == 'GET' else 'write'}"
        for method, path in (
            ("POST", "demands/{id}/shortlist"),
            ("GET", "demands/{id}/shortlist"),
            ("POST", "demands/{id}/exclusions"),
            ("GET", "demands/{id}/state"),
            ("POST", "demands/{id}/moves"),
            ("GET", "engagements"),
            ("GET", "engagements/{number}"),
            ("PATCH", "engagements/{number}"),
            ("POST", "engagements/{number}/moves"),
            ("POST", "engagements/{number}/notes"),
            ("POST", "engagements/{number}/pilots"),
            ("POST", "engagements/{number}/files"),
            ("POST", "engagements/{number}/cases"),
            ("PUT", "pilots/{number}"),
            ("GET", "files/{number}"),
            ("DELETE", "files/{number}"),
            ("GET", "cases"),
            ("PUT", "cases/{number}"),
            ("POST", "cases/{number}/publish"),
            ("POST", "cases/{number}/withdraw"),
            ("GET", "batches"),
            ("PUT", "batches/{name}"),
            ("POST", "batches/{name}/demands"),
            ("POST", "batches/{name}/publish"),
        )
    },
    ("GET", "/api/v1/keys"): "keys:manage",
    ("POST", "/api/v1/keys"): "keys:manage",
    ("DELETE", "/api/v1/keys/{prefix}"): "keys:manage",
    ("GET", "/metrics"): "metrics:read",
    ("GET", "/livez"): None,
    ("GET", "/readyz"): None,
    ("GET", "/healthz"): None,
    ("GET", "/openapi.json"): None,
    ("GET", "/"): None,
    ("GET", "/docs"): None,
}

PAGES: dict[tuple[str, str], str | None] = {
    ("GET", "/system"): "index:read",
    ("POST", "/system/rebuild"): "index:rebuild",
}
"""The console's pages; each page adds its addresses."""


def test_every_route_needs_what_the_table_says(service: Any) -> None:
    found = {key: value for key, value in rules(service.app).items() if not key[1].startswith("/static/")}
    assert found == WANTED | PAGES
    assert all(need is None for (_, path), need in rules(service.app).items() if path.startswith("/static/"))


def test_roles_grow() -> None:
    assert PERMISSIONS["viewer"] < PERMISSIONS["staff"] < PERMISSIONS["admin"]
    assert PERMISSIONS["viewer"] == {"match:run", "records:read", "index:read", "metrics:read", "followup:read"}
    assert PERMISSIONS["admin"] - PERMISSIONS["staff"] == {"keys:manage"}


@pytest.mark.parametrize("role", [None, *ROLES])
def test_the_whole_matrix(service: Any, monkeypatch: pytest.MonkeyPatch, role: str | None) -> None:
    """Refusals come before the body is looked at, so an empty one tells allowed from refused everywhere."""
    monkeypatch.setattr(
        service.parts.rebuild, "start", lambda: pytest.fail("started") if role == "viewer" else started()
    )
    for (method, path), permission in rules(service.app).items():
        address = re.sub(r"\{\w+\}", "nobody-has-this", path)
        status = service.call(method, address, role).status_code
        if permission is None:
            assert status in (200, 503), (method, path)
        elif role is None:
            assert status == NOBODY, (method, path)
        elif permission in PERMISSIONS[role]:
            assert status not in (NOBODY, DENIED), (method, path, status)
        else:
            assert status == DENIED, (method, path)


def started() -> Any:
    from api.rebuild import Job

    return Job("j1", "running", utc_now())


def test_a_route_without_a_permission_cannot_be_served(service: Any) -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/forgotten")
    def forgotten() -> None: ...

    with pytest.raises(RuntimeError, match="/forgotten must declare exactly one permission, it declares 0"):
        rules(app)


def test_a_route_with_two_permissions_cannot_be_served() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/doubtful")
    def doubtful(one: Reading, two: Reading) -> None: ...

    with pytest.raises(RuntimeError, match="it declares 2"):
        rules(app)


def test_the_frameworks_own_pages_are_not_served_unguarded() -> None:
    with pytest.raises(RuntimeError, match="nothing guards it"):
        rules(FastAPI())


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Bearer sm0000000000.wrong",
        "Basic c206YQ==",
        "Bearer \x80\xff",
        "bearer x.y.z",
    ],
)
def test_bad_keys_are_refused(service: Any, header: str) -> None:
    answer = service.call("GET", "/api/v1/demands", None, headers={"Authorization": header.encode("latin-1")})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["error"]["code"] == "unauthorized"


def test_a_revoked_key_is_dead_at_once(service: Any) -> None:
    made = service.call("POST", "/api/v1/keys", json={"role": "viewer", "days": 1, "label": "试用"}).json()
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert service.client.get("/api/v1/demands", headers=headers).status_code == 200
    assert service.call("DELETE", f"/api/v1/keys/{made['key']['prefix']}").json()["revoked"] is True
    answer = service.client.get("/api/v1/demands", headers=headers)
    assert (answer.status_code, answer.json()["error"]["message"]) == (401, "这个访问密钥已被停用；请管理员重新创建。")


def test_keys_are_listed_without_their_secrets(service: Any) -> None:
    made = service.call("POST", "/api/v1/keys", json={"role": "staff"}).json()
    listed = service.call("GET", "/api/v1/keys")
    assert made["key"]["prefix"] in [key["prefix"] for key in listed.json()["items"]]
    assert made["token"].partition(".")[2] not in listed.text
    assert service.call("DELETE", "/api/v1/keys/unknown").status_code == 404
