"""One's own page: the password, and the browsers that are logged in."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Path, Request, Response

from api.auth import Oneself
from api.caller import Caller
from api.entrance import source_of
from api.pages.forms import Sent
from api.pages.shell import redirect, render
from api.pages.signing import pack_flash
from api.parts import Parts
from matcher.errors import InvalidInput, Locked
from matcher.store import utc_now

PATH = "/profile"


def add_routes(app: FastAPI, parts: Parts) -> None:
    @app.get(PATH, include_in_schema=False)
    def profile(request: Request, caller: Oneself) -> Response:
        return _page(request, parts, caller)

    @app.post(f"{PATH}/password", include_in_schema=False)
    def change_password(request: Request, form: Sent, caller: Oneself) -> Response:
        texts = request.app.state.shell.texts
        old, new, again = (form.secret(name) for name in ("old", "new", "again"))
        try:
            if new != again:
                raise InvalidInput(texts("login.not_the_same"), field="again")
            account = parts.store.accounts.get(caller.account)
            agent = request.headers.get("user-agent", "")
            secret = parts.entrance.change_password(account, old, new, source=source_of(request), agent=agent)
        except (InvalidInput, Locked) as error:
            return _page(request, parts, caller, {str(error.details.get("field", "old")): str(error)})
        response = redirect(request, PATH)
        parts.entrance.give(response, secret)
        flash = pack_flash(("success", texts("profile.changed")), secret)
        response.set_cookie("scenematch_flash", flash, max_age=60, path="/", httponly=True, samesite="lax")
        return response

    @app.post(f"{PATH}/sessions/{{id}}/end", include_in_schema=False)
    def end_session(request: Request, id: Annotated[str, Path(max_length=64)], caller: Oneself) -> Response:
        parts.store.sessions.revoke(caller.account, id, now=utc_now(), actor=caller.actor)
        parts.entrance.forget()
        return redirect(request, PATH, ("success", request.app.state.shell.texts("profile.ended")))


def _page(request: Request, parts: Parts, caller: Caller, errors: dict[str, str] | None = None) -> Response:
    account, now = parts.store.accounts.get(caller.account), utc_now()
    current = parts.store.sessions.find(caller.secret, now)
    return render(
        request,
        "profile.html",
        status=422 if errors else 200,
        account=account,
        must=parts.entrance.must_change(account),
        sessions=parts.store.sessions.of(caller.account, now),
        current=current.id if current else "",
        errors=errors or {},
        rule=parts.entrance.passwords.policy.describe(),
    )
