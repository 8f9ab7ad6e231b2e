"""Accounts, for administrators: who there is, a new one, another role, another password, off and on, unlocking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, cast, get_args

from fastapi import FastAPI, Path, Request, Response

from api.auth import ManagingAccounts
from api.caller import Caller
from api.pages.forms import Form, Sent
from api.pages.shell import redirect, render
from api.parts import Parts
from api.passwords import generated
from api.paths import quoted
from matcher.errors import Conflict, InvalidInput
from matcher.store import Role, utc_now

PATH = "/accounts"

Login = Annotated[str, Path(alias="login", max_length=64)]


def add_routes(app: FastAPI, parts: Parts) -> None:
    _add_reading(app, parts)
    _add_saving(app, parts)
    _add_acts(app, parts)


def _add_reading(app: FastAPI, parts: Parts) -> None:
    @app.get(PATH, include_in_schema=False)
    def accounts(request: Request, caller: ManagingAccounts) -> Response:
        store = parts.store.accounts
        return render(request, "accounts/list.html", accounts=store.list(), locked=store.locked(utc_now()))

    @app.get(f"{PATH}/new", include_in_schema=False)
    def new_account(request: Request, caller: ManagingAccounts) -> Response:
        return _form(request, None, {"role": "staff"})

    @app.get(f"{PATH}/{{login}}", include_in_schema=False)
    def account(request: Request, login: Login, caller: ManagingAccounts) -> Response:
        found = parts.store.accounts.get(login)
        return _form(request, login, {"name": found.name, "role": found.role, "organization": found.organization})


def _add_saving(app: FastAPI, parts: Parts) -> None:
    @app.post(PATH, include_in_schema=False)
    def create_account(request: Request, form: Sent, caller: ManagingAccounts) -> Response:
        password = generated()
        try:
            made = parts.store.accounts.create(
                form["login"],
                form["name"],
                _role(form),
                parts.entrance.passwords.accept(password, form["login"]),
                organization=form["organization"],
                now=utc_now(),
                actor=caller.actor,
            )
        except (InvalidInput, Conflict) as error:
            return _form(request, None, form, {str(error.details.get("field", "login")): str(error)})
        return render(request, "accounts/password.html", login=made.login, name=made.name, password=password)

    @app.post(f"{PATH}/{{login}}", include_in_schema=False)
    def change_account(request: Request, login: Login, form: Sent, caller: ManagingAccounts) -> Response:
        values = {"name": form["name"], "role": _role(form), "organization": form["organization"]}
        try:
            parts.store.accounts.change(login, **cast(Any, values), now=utc_now(), actor=caller.actor)
        except (InvalidInput, Conflict) as error:
            return _form(request, login, form, {str(error.details.get("field", "role")): str(error)})
        parts.entrance.forget()
        return redirect(request, PATH, ("success", request.app.state.shell.texts("accounts.saved", login=login)))

    @app.post(f"{PATH}/{{login}}/password", include_in_schema=False)
    def reset_password(request: Request, login: Login, caller: ManagingAccounts) -> Response:
        account, password = parts.store.accounts.get(login), generated()
        hashed = parts.entrance.passwords.accept(password, login)
        parts.store.accounts.set_password(login, hashed, now=utc_now(), must_change=True, actor=caller.actor)
        parts.entrance.forget()
        return render(request, "accounts/password.html", login=login, name=account.name, password=password)


def _add_acts(app: FastAPI, parts: Parts) -> None:
    store = parts.store.accounts
    acts: dict[str, Callable[[str, Caller], None]] = {
        "disable": lambda login, caller: store.disable(login, True, now=utc_now(), actor=caller.actor),
        "enable": lambda login, caller: store.disable(login, False, now=utc_now(), actor=caller.actor),
        "unlock": lambda login, caller: store.unlock(login, now=utc_now(), actor=caller.actor),
    }

    def add(name: str, act: Callable[[str, Caller], None]) -> None:
        @app.post(f"{PATH}/{{login}}/{name}", include_in_schema=False, name=f"account_{name}")
        def acted(request: Request, login: Login, caller: ManagingAccounts) -> Response:
            act(login, caller)
            parts.entrance.forget()
            says = request.app.state.shell.texts(f"accounts.{name}_done", login=login)
            return redirect(request, PATH, ("success", says))

    for name, act in acts.items():
        add(name, act)


def _role(form: Form) -> Role:
    if form["role"] not in get_args(Role):
        raise InvalidInput("请选择角色。", field="role")
    return cast(Role, form["role"])


def _form(request: Request, login: str | None, values: Any, errors: dict[str, str] | None = None) -> Response:
    return render(
        request,
        "accounts/form.html",
        status=422 if errors else 200,
        login=login,
        address=PATH if login is None else f"{PATH}/{quoted(login)}",
        values=values,
        roles=get_args(Role),
        errors=errors or {},
    )
