"""Who may do what: one table of roles, and one dependency by which every route and page declares what it needs.

A caller is a program with an API key or a person with a session. Rights reach "all" records or, for a member, its
"own": such a reach opens only routes that say they look after it (`own=True`), everything else stays shut.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, get_args

from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from api.caller import Caller
from api.entrance import Entrance, check_origin, source_of
from api.pages.signing import FIELD, HEADER, is_form_token
from api.verified import Verified
from matcher.errors import Forbidden, PasswordExpired, Unauthorized
from matcher.store import ACCOUNT_ROLES, ROLE_NAMES, Actor, Role, Session

Permission = Literal[
    "match:run",
    "records:read",
    "records:write",
    "records:remove",
    "contacts:read",
    "exports:contacts",
    "imports:write",
    "index:read",
    "index:rebuild",
    "metrics:read",
    "followup:read",
    "followup:write",
    "alerts:use",
    "reports:read",
    "exports:make",
    "words:read",
    "words:write",
    "keys:manage",
    "accounts:manage",
    "audit:read",
    "self:manage",
]
"""object:action. Reading a contact means the whole of it; who may read the record sees it masked."""

Reach = Literal["all", "own"]


def _grant(**reach: Reach) -> Mapping[str, Reach]:
    return reach


GRANTS: Mapping[Permission, Mapping[str, Reach]] = {
    "match:run": _grant(viewer="all", staff="all", admin="all"),
    "records:read": _grant(viewer="all", staff="all", admin="all", member="own"),
    "records:write": _grant(staff="all", admin="all", member="own"),
    "records:remove": _grant(staff="all", admin="all"),
    "contacts:read": _grant(staff="all", admin="all"),
    "exports:contacts": _grant(admin="all"),
    "imports:write": _grant(staff="all", admin="all"),
    "index:read": _grant(viewer="all", staff="all", admin="all"),
    "index:rebuild": _grant(staff="all", admin="all"),
    "metrics:read": _grant(viewer="all", staff="all", admin="all"),
    "followup:read": _grant(viewer="all", staff="all", admin="all"),
    "followup:write": _grant(staff="all", admin="all"),
    "alerts:use": _grant(viewer="all", staff="all", admin="all"),
    "reports:read": _grant(viewer="all", staff="all", admin="all"),
    "exports:make": _grant(staff="all", admin="all"),
    "words:read": _grant(viewer="all", staff="all", admin="all"),
    "words:write": _grant(staff="all", admin="all"),
    "keys:manage": _grant(admin="all"),
    "accounts:manage": _grant(admin="all"),
    "audit:read": _grant(admin="all"),
    "self:manage": _grant(viewer="all", staff="all", admin="all", member="all"),
}
"""object × action × role → how far it reaches. Nothing that is not here is allowed."""

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    role: frozenset(permission for permission, reach in GRANTS.items() if role in reach) for role in ACCOUNT_ROLES
}
"""The same by role."""

if GRANTS.keys() != set(get_args(Permission)):
    raise RuntimeError("a permission is missing in the table of grants")


def may(role: Role, permission: Permission) -> bool:
    """Whether the table lets this role do this, at least with its own records."""
    return permission in PERMISSIONS[role]


NO_KEY = "请在请求头 Authorization 里附上访问密钥：Bearer 密钥。密钥由管理员用 scenematch token create 创建。"

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

_BEARER = HTTPBearer(
    auto_error=False, scheme_name="ApiKey", description="访问密钥，用 `scenematch token create --role staff` 创建。"
)


class Permit:
    """The dependency of a route: lets the caller in who has the permission, and tells the route who it is.

    With `own=True` the route promises to show and change only records of `caller.organization` where that is not empty.
    """

    def __init__(self, permission: Permission, *, own: bool = False) -> None:
        self.permission, self.own = permission, own

    async def __call__(
        self, request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
    ) -> Caller:
        """Unauthorized without a valid key or session, Forbidden when the role lacks the permission.

        Forbidden too for a form without its token and for a request that another site made; PasswordExpired.
        """
        if credentials is not None:
            caller = await _program(request, credentials.credentials)
        else:
            caller = await _person(request, changing=self.permission == "self:manage")
        request.scope["caller"] = caller.actor.name
        request.state.caller = caller
        reach = GRANTS[self.permission].get(caller.role)
        bound = reach == "all" or (reach == "own" and self.own and caller.organization)
        if not bound or (self.permission == "self:manage" and not caller.secret):
            raise Forbidden(
                f"“{ROLE_NAMES[caller.role]}”{'账号' if caller.secret else '密钥'}没有这项权限；"
                f"请换用权限更高的{'账号' if caller.secret else '密钥'}，或请管理员操作。",
                permission=self.permission,
                role=caller.role,
            )
        return caller


async def _program(request: Request, token: str) -> Caller:
    verified: Verified = request.app.state.parts.verified
    key = verified.recent(token)
    if key is None:
        key = await run_in_threadpool(verified.check, token)
    return Caller(key.label or key.prefix, key.role, Actor(key.prefix, key.role, source_of(request)))


async def _person(request: Request, *, changing: bool) -> Caller:
    """`changing` lets somebody in whose password has expired."""
    entrance: Entrance = request.app.state.parts.entrance
    secret = request.cookies.get(entrance.cookie, "")
    session = entrance.recent(secret) or (await run_in_threadpool(entrance.find, secret) if secret else None)
    if session is None:
        raise Unauthorized(NO_KEY if not secret else "登录已过期，请重新登录。")
    caller = caller_from(session, secret, source_of(request))
    # Known from here on, so that a refusal is a page with its menu.
    request.state.caller = caller
    if request.method not in SAFE:
        check_origin(request)
        if not is_form_token(await _sent_token(request), secret):
            raise Forbidden("这个页面已经过期，内容没有保存；请刷新页面后再试一次。")
    if not changing and entrance.must_change(session.account):
        raise PasswordExpired("密码已到期或是初始密码，请先修改密码。")
    return caller


def caller_from(session: Session, secret: str, source: str) -> Caller:
    """The person of a session."""
    who = session.account
    return Caller(who.name, who.role, who.actor(source), who.organization, who.login, secret)


async def _sent_token(request: Request) -> str:
    if (token := request.headers.get(HEADER)) is not None:
        return token
    if request.headers.get("content-type", "").startswith(FORMS):
        form: FormData = await request.form()
        return str(form.get(FIELD, ""))
    return ""


class Public:
    """The dependency of a route that anybody may call: health, and the page's own files."""

    async def __call__(self) -> None: ...


Matching = Annotated[Caller, Depends(Permit("match:run"))]
Reading = Annotated[Caller, Depends(Permit("records:read"))]
Writing = Annotated[Caller, Depends(Permit("records:write"))]
ReadingOwn = Annotated[Caller, Depends(Permit("records:read", own=True))]
WritingOwn = Annotated[Caller, Depends(Permit("records:write", own=True))]
Removing = Annotated[Caller, Depends(Permit("records:remove"))]
ReadingContacts = Annotated[Caller, Depends(Permit("contacts:read"))]
Importing = Annotated[Caller, Depends(Permit("imports:write"))]
ReadingIndex = Annotated[Caller, Depends(Permit("index:read"))]
Rebuilding = Annotated[Caller, Depends(Permit("index:rebuild"))]
ReadingMetrics = Annotated[Caller, Depends(Permit("metrics:read"))]
ReadingFollowUp = Annotated[Caller, Depends(Permit("followup:read"))]
WritingFollowUp = Annotated[Caller, Depends(Permit("followup:write"))]
UsingAlerts = Annotated[Caller, Depends(Permit("alerts:use"))]
ReadingReports = Annotated[Caller, Depends(Permit("reports:read"))]
Exporting = Annotated[Caller, Depends(Permit("exports:make"))]
ReadingWords = Annotated[Caller, Depends(Permit("words:read"))]
WritingWords = Annotated[Caller, Depends(Permit("words:write"))]
ManagingKeys = Annotated[Caller, Depends(Permit("keys:manage"))]
ManagingAccounts = Annotated[Caller, Depends(Permit("accounts:manage"))]
ReadingAudit = Annotated[Caller, Depends(Permit("audit:read"))]
Oneself = Annotated[Caller, Depends(Permit("self:manage"))]
Anybody = Annotated[None, Depends(Public())]


def rules(app: FastAPI) -> dict[tuple[str, str], Permission | None]:
    """(method, path) → the permission it needs, None for anybody. RuntimeError for a route that declares none.

    Called when the app is created, so that a route without a rule cannot be served at all.
    """
    return {key: need.permission if isinstance(need, Permit) else None for key, need in needs(app).items()}


def needs(app: FastAPI) -> dict[tuple[str, str], Permit | Public]:
    """(method, path) → what the route declares. RuntimeError as for `rules`."""
    found: dict[tuple[str, str], Permit | Public] = {}
    for route in app.routes:
        if not isinstance(route, APIRoute):
            raise RuntimeError(f"{route} is no API route, so nothing guards it")
        declared = [call for call in _calls(route.dependant) if isinstance(call, Permit | Public)]
        if len(declared) != 1:
            raise RuntimeError(f"{route.path} must declare exactly one permission, it declares {len(declared)}")
        for method in route.methods or ():
            found[method, route.path] = declared[0]
    return found


def _calls(dependant: Dependant) -> Iterator[object]:
    for each in dependant.dependencies:
        yield each.call
        yield from _calls(each)
