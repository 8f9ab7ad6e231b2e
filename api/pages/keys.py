"""API keys, for administrators: which there are, a new one (shown once), and switching one off."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import FastAPI, Path, Request, Response

from api.auth import ManagingKeys
from api.pages.forms import Sent
from api.pages.shell import redirect, render
from api.parts import Parts
from matcher.errors import InvalidInput
from matcher.store import ROLES, Role, utc_now

PATH = "/keys"
DAYS = (30, 90, 180, 365)


def add_routes(app: FastAPI, parts: Parts) -> None:
    @app.get(PATH, include_in_schema=False)
    def keys_page(request: Request, caller: ManagingKeys) -> Response:
        return _page(request, parts)

    @app.post(PATH, include_in_schema=False)
    def make_key(request: Request, form: Sent, caller: ManagingKeys) -> Response:
        days = int(form["days"]) if form["days"].isascii() and form["days"].isdigit() else 0
        try:
            if not form["label"]:
                raise InvalidInput("请写明这个密钥给谁用，以便以后辨认。", field="label")
            _, token = parts.store.keys.create(
                cast(Role, form["role"]), days, now=utc_now(), label=form["label"][:100], actor=caller.actor
            )
        except InvalidInput as error:
            return _page(request, parts, error={str(error.details.get("field", "role")): str(error)})
        return _page(request, parts, token=token)

    @app.post(f"{PATH}/{{prefix}}/revoke", include_in_schema=False)
    def switch_off_key(request: Request, prefix: Annotated[str, Path(max_length=64)], caller: ManagingKeys) -> Response:
        parts.store.keys.revoke(prefix, now=utc_now(), actor=caller.actor)
        parts.verified.forget()
        return redirect(request, PATH, ("success", request.app.state.shell.texts("keys.revoked", prefix=prefix)))


def _page(request: Request, parts: Parts, *, token: str = "", error: dict[str, str] | None = None) -> Response:
    return render(
        request,
        "keys.html",
        status=422 if error else 200,
        keys=parts.store.keys.list()[::-1],
        now=utc_now(),
        roles=ROLES,
        days=DAYS,
        token=token,
        errors=error or {},
    )
