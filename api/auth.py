"""Who may do what: one table of roles, and one dependency by which every route declares the permission it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, get_args

from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from api.caller import Caller
from api.verified import Verified
from matcher.errors import Forbidden, Unauthorized
from matcher.store import ROLE_NAMES, Role

Permission = Literal[
    "match:run",
    "records:read",
    "records:write",
    "contacts:read",
    "imports:write",
    "index:read",
    "index:rebuild",
    "metrics:read",
    "followup:read",
    "followup:write",
    "keys:manage",
]

_VIEWER: frozenset[Permission] = frozenset({"match:run", "records:read", "index:read", "metrics:read", "followup:read"})
_STAFF: frozenset[Permission] = _VIEWER | {
    "records:write",
    "contacts:read",
    "imports:write",
    "index:rebuild",
    "followup:write",
}

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    "viewer": _VIEWER,
    "staff": _STAFF,
    "admin": frozenset(get_args(Permission)),
}
"""Role → what it may do. Nothing that is not here is allowed."""


def may(role: Role, permission: Permission) -> bool:
    """Whether the table lets this role do this."""
    return permission in PERMISSIONS[role]


NO_KEY = "请在请求头 Authorization 里附上访问密钥：Bearer 密钥。密钥由管理员用 scenematch token create 创建。"

_BEARER = HTTPBearer(
    auto_error=False, scheme_name="ApiKey", description="访问密钥，用 `scenematch token create --role staff` 创建。"
)


class Permit:
    """The dependency of a route: lets the caller in who has the permission, and tells the route who it is."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(
        self, request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
    ) -> Caller:
        """Unauthorized without a valid key, Forbidden when its role lacks the permission."""
        if credentials is None:
            raise Unauthorized(NO_KEY)
        verified: Verified = request.app.state.parts.verified
        token = credentials.credentials
        key = verified.recent(token)
        if key is None:
            key = await run_in_threadpool(verified.check, token)
        request.scope["caller"] = key.prefix
        caller = Caller(key.label or key.prefix, key.role, key.actor)
        request.state.caller = caller
        if not may(key.role, self.permission):
            raise Forbidden(
                f"“{ROLE_NAMES[key.role]}”密钥没有这项权限；请换用权限更高的密钥，或请管理员操作。",
                permission=self.permission,
                role=key.role,
            )
        return caller


class Public:
    """The dependency of a route that anybody may call: health, and the page's own files."""

    async def __call__(self) -> None: ...


Matching = Annotated[Caller, Depends(Permit("match:run"))]
Reading = Annotated[Caller, Depends(Permit("records:read"))]
Writing = Annotated[Caller, Depends(Permit("records:write"))]
ReadingContacts = Annotated[Caller, Depends(Permit("contacts:read"))]
Importing = Annotated[Caller, Depends(Permit("imports:write"))]
ReadingIndex = Annotated[Caller, Depends(Permit("index:read"))]
Rebuilding = Annotated[Caller, Depends(Permit("index:rebuild"))]
ReadingMetrics = Annotated[Caller, Depends(Permit("metrics:read"))]
ReadingFollowUp = Annotated[Caller, Depends(Permit("followup:read"))]
WritingFollowUp = Annotated[Caller, Depends(Permit("followup:write"))]
ManagingKeys = Annotated[Caller, Depends(Permit("keys:manage"))]
Anybody = Annotated[None, Depends(Public())]


def rules(app: FastAPI) -> dict[tuple[str, str], Permission | None]:
    """(method, path) → the permission it needs, None for anybody. RuntimeError for a route that declares none.

    Called when the app is created, so that a route without a rule cannot be served at all.
    """
    found: dict[tuple[str, str], Permission | None] = {}
    for route in app.routes:
        if not isinstance(route, APIRoute):
            raise RuntimeError(f"{route} is no API route, so nothing guards it")
        declared = [call for call in _calls(route.dependant) if isinstance(call, Permit | Public)]
        if len(declared) != 1:
            raise RuntimeError(f"{route.path} must declare exactly one permission, it declares {len(declared)}")
        for method in route.methods or ():
            found[method, route.path] = declared[0].permission if isinstance(declared[0], Permit) else None
    return found


def _calls(dependant: Dependant) -> Iterator[object]:
    for each in dependant.dependencies:
        yield each.call
        yield from _calls(each)
