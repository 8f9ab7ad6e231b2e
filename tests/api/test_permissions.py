"""Every route × every role: what the table allows is allowed, everything else is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import FastAPI

from api.auth import GRANTS, PERMISSIONS, Permit, Public, Reading, needs, rules
from api.pages.signing import HEADER, form_token
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
            ("DELETE", "/{id}", "records:remove"),
            ("GET", "/{id}/contact", "records:read"),
            ("POST", "/{id}/contact/reveal", "contacts:read"),
            ("GET", "/{id}/matches", "match:run"),
            ("GET", "/{id}/similar", "match:run"),
            ("GET", "/{id}/completeness", "records:read"),
            ("GET", "/{id}/history", "records:read"),
        )
    },
    ("POST", "/api/v1/imports"): "imports:write",
    ("GET", "/api/v1/templates/{kind}.xlsx"): "imports:write",
    ("GET", "/api/v1/exports/{kind}.xlsx"): "records:read",
    ("GET", "/api/v1/imports"): "imports:write",
    ("GET", "/api/v1/imports/{id}"): "imports:write",
    ("GET", "/api/v1/imports/{id}/rows"): "imports:write",
    ("GET", "/api/v1/imports/{id}/report.xlsx"): "imports:write",
    ("GET", "/api/v1/imports/{id}/repeats"): "imports:write",
    **{
        ("POST", f"/api/v1/imports/{{id}}/{step}"): "imports:write"
        for step in ("corrections", "repeats", "commit", "undo", "cancel")
    },
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
    **{
        (method, f"/api/v1/alerts{path}"): "alerts:use"
        for method, path in (
            ("GET", ""),
            ("GET", "/subscription"),
            ("PUT", "/subscription"),
            ("POST", "/{number}/dismiss"),
            ("POST", "/{number}/snooze"),
            ("POST", "/{number}/restore"),
        )
    },
    ("GET", "/api/v1/reports/{name}"): "reports:read",
    ("POST", "/api/v1/exports"): "exports:make",
    ("GET", "/api/v1/keys"): "keys:manage",
    ("POST", "/api/v1/keys"): "keys:manage",
    ("DELETE", "/api/v1/keys/{prefix}"): "keys:manage",
    ("GET", "/metrics"): "metrics:read",
    ("GET", "/livez"): None,
    ("GET", "/readyz"): None,
    ("GET", "/healthz"): None,
    ("GET", "/openapi.json"): None,
    ("GET", "/docs"): None,
}

PAGES: dict[tuple[str, str], str | None] = {
    ("GET", "/"): None,
    ("GET", "/login"): None,
    ("POST", "/login"): None,
    ("GET", "/setup"): None,
    ("POST", "/setup"): None,
    ("POST", "/logout"): "self:manage",
    ("GET", "/profile"): "self:manage",
    ("POST", "/profile/password"): "self:manage",
    ("POST", "/profile/sessions/{id}/end"): "self:manage",
    **{
        (method, f"/{kind}{path}"): permission
        for kind in ("demands", "solutions")
        for method, path, permission in (
            ("GET", "", "records:read"),
            ("POST", "", "records:write"),
            ("GET", "/new", "records:write"),
            ("GET", "/{id}", "records:read"),
            ("POST", "/{id}", "records:write"),
            ("GET", "/{id}/edit", "records:write"),
            ("GET", "/{id}/history", "records:read"),
            ("GET", "/{id}/completeness", "records:read"),
            ("POST", "/{id}/withdraw", "records:remove"),
            ("POST", "/{id}/reveal", "contacts:read"),
        )
    },
    ("GET", "/accounts"): "accounts:manage",
    ("POST", "/accounts"): "accounts:manage",
    ("GET", "/accounts/new"): "accounts:manage",
    ("GET", "/accounts/{login}"): "accounts:manage",
    ("POST", "/accounts/{login}"): "accounts:manage",
    **{
        ("POST", f"/accounts/{{login}}/{act}"): "accounts:manage" for act in ("password", "disable", "enable", "unlock")
    },
    ("GET", "/audit"): "audit:read",
    ("GET", "/exports"): "audit:read",
    ("POST", "/audit/verify"): "audit:read",
    ("POST", "/audit/export"): "audit:read",
    ("GET", "/keys"): "keys:manage",
    ("POST", "/keys"): "keys:manage",
    ("POST", "/keys/{prefix}/revoke"): "keys:manage",
    **{("GET", f"/alerts{path}"): "alerts:use" for path in ("", "/bell", "/settings")},
    **{
        ("POST", f"/alerts/{path}"): "alerts:use"
        for path in ("{number}/dismiss", "{number}/snooze", "{number}/restore", "settings")
    },
    **{("GET", f"/reports{path}"): "reports:read" for path in ("", "/{tab}", "/files")},
    **{("POST", f"/reports/files/{what}"): "exports:make" for what in ("table", "monthly", "list", "match")},
    **{
        (method, f"/words{path}"): f"words:{'read' if method == 'GET' or path == '/preview' else 'write'}"
        for method, path in (
            ("GET", ""),
            ("POST", "/entry"),
            ("POST", "/entry/remove"),
            ("GET", "/changes"),
            ("POST", "/changes/{seq}/withdraw"),
            ("POST", "/preview"),
            ("GET", "/preview"),
            ("POST", "/publish"),
            ("POST", "/build"),
            ("GET", "/editions"),
            ("POST", "/editions/{number}/undo"),
            ("GET", "/why"),
        )
    },
    ("GET", "/words/entry"): "words:write",
    **{
        (method, f"/imports{path}"): "imports:write"
        for method, path in (
            ("GET", ""),
            ("POST", ""),
            ("GET", "/{id}"),
            ("GET", "/{id}/progress"),
            ("POST", "/{id}/cell"),
            ("POST", "/{id}/agree"),
            ("POST", "/{id}/headers"),
            ("POST", "/{id}/repeats"),
            ("POST", "/{id}/commit"),
            ("POST", "/{id}/undo"),
            ("POST", "/{id}/cancel"),
        )
    },
    ("GET", "/system"): "index:read",
    ("POST", "/system/rebuild"): "index:rebuild",
    ("POST", "/desk/save"): "records:write",
    **{
        ("GET", path): "followup:read"
        for path in (
            "/desk",
            "/desk/demands/{id}",
            "/desk/solutions/{id}",
            "/followup",
            "/followup/{number}",
            "/followup-files/{number}",
            "/demands/{id}/workflow",
            "/batches",
        )
    },
    **{("POST", f"/desk/{path}"): "followup:read" for path in ("results", "similar", "compare")},
    **{
        ("POST", path): "followup:write"
        for path in (
            "/desk/demands/{id}/shortlist",
            "/desk/demands/{id}/exclude",
            "/followup/{number}/move",
            "/followup/{number}/note",
            "/followup/{number}/arrange",
            "/followup/{number}/pilot",
            "/followup/{number}/files",
            "/followup/{number}/files/{file}/delete",
            "/followup/{number}/case",
            "/followup/{number}/case/{case}/withdraw",
            "/demands/{id}/workflow",
            "/batches",
            "/batches/publish",
        )
    },
}
"""The console's pages; each page adds its addresses."""


def test_every_route_needs_what_the_table_says(service: Any) -> None:
    found = {key: value for key, value in rules(service.app).items() if not key[1].startswith("/static/")}
    assert found == WANTED | PAGES
    assert all(need is None for (_, path), need in rules(service.app).items() if path.startswith("/static/"))


def test_roles_grow() -> None:
    assert PERMISSIONS["viewer"] < PERMISSIONS["staff"] < PERMISSIONS["admin"]
    assert PERMISSIONS["viewer"] >= {"match:run", "records:read", "index:read", "metrics:read"}
    assert not PERMISSIONS["viewer"] & {"records:write", "contacts:read", "imports:write"}
    only = {"keys:manage", "accounts:manage", "audit:read", "exports:contacts"}
    assert PERMISSIONS["admin"] - PERMISSIONS["staff"] >= only
    assert set(GRANTS) == PERMISSIONS["admin"]
    assert {p: reach["member"] for p, reach in GRANTS.items() if "member" in reach} == {
        "records:read": "own",
        "records:write": "own",
        "self:manage": "all",
    }


def wanted(need: Permit | Public, role: str) -> bool:
    """What the table says of a role with a session."""
    if isinstance(need, Public):
        return True
    reach = GRANTS[need.permission].get(role)
    return reach == "all" or (reach == "own" and need.own)


@pytest.mark.parametrize("role", ["viewer", "staff", "admin", "member"])
def test_every_route_for_every_person(service: Any, monkeypatch: pytest.MonkeyPatch, role: str) -> None:
    """With a session and the page's token: allowed is anything but 401 and 403, and everything else is 403."""
    monkeypatch.setattr(service.parts.rebuild, "start", started)
    monkeypatch.setattr(service.parts.previews, "start", started)
    for (method, path), need in needs(service.app).items():
        if path in ("/logout", "/setup"):  # the one would end the session, the other is shut: there are accounts
            continue
        address = re.sub(r"\{\w+\}", "nobody-has-this", path)
        status = service.visit(method, address, role, headers={"Accept": "application/json"}).status_code
        assert (status not in (NOBODY, DENIED)) == (wanted(need, role) or path == "/login"), (method, path, status)


def test_a_session_without_the_token_changes_nothing(service: Any) -> None:
    """The negative control of the walk above, and every way a foreign page could try."""
    posts = [key for key, need in needs(service.app).items() if key[0] != "GET" and isinstance(need, Permit)]
    cookie = {"Cookie": f"scenematch={service.secrets['admin']}"}
    token = form_token(service.secrets["admin"])
    for method, path in posts:
        address = re.sub(r"\{\w+\}", "nobody-has-this", path)
        for headers in (
            {},
            {HEADER: "wrong"},
            {HEADER: form_token(service.secrets["staff"])},
            {HEADER: token, "Origin": "http://elsewhere.example"},
            {HEADER: token, "Origin": "null"},
            {HEADER: token, "Sec-Fetch-Site": "cross-site"},
            {HEADER: token, "Sec-Fetch-Site": "same-site"},
            {"Content-Type": "text/plain"},
        ):
            answer = service.client.request(method, address, headers={**cookie, **headers}, content=b"{}")
            assert answer.status_code == DENIED, (method, path, headers)


@pytest.mark.parametrize("role", [None, *ROLES])
def test_the_whole_matrix_with_keys(service: Any, monkeypatch: pytest.MonkeyPatch, role: str | None) -> None:
    """Refusals come before the body is looked at, so an empty one tells allowed from refused everywhere."""
    monkeypatch.setattr(
        service.parts.rebuild, "start", lambda: pytest.fail("started") if role == "viewer" else started()
    )
    monkeypatch.setattr(service.parts.previews, "start", started)
    for (method, path), permission in rules(service.app).items():
        if permission is None and (method, path) in PAGES:
            continue
        address = re.sub(r"\{\w+\}", "nobody-has-this", path)
        status = service.call(method, address, role, follow_redirects=False).status_code
        if permission is None:
            assert status in (200, 503), (method, path)
        elif role is None:
            assert status == NOBODY, (method, path)
        elif permission in PERMISSIONS[role] and permission != "self:manage":
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
