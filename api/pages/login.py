"""Coming in and going out: the login page, the first set-up, logging out, and the address without a path."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response

from api.auth import Anybody, Oneself
from api.entrance import check_origin, source_of
from api.pages.forms import Sent
from api.pages.menu import start_of
from api.pages.shell import redirect, render
from api.parts import Parts
from matcher.errors import Conflict, InvalidInput, Locked, MatcherError, Unauthorized, Unavailable
from matcher.store import Actor, Session, utc_now

EXPECTED = (Unauthorized, Locked, InvalidInput, Unavailable)


def add_routes(app: FastAPI, parts: Parts) -> None:
    _add_start(app, parts)
    _add_login(app, parts)
    _add_setup(app, parts)


def _add_start(app: FastAPI, parts: Parts) -> None:
    @app.get("/", include_in_schema=False)
    def start(request: Request, anybody: Anybody) -> Response:
        session = _session(request, parts)
        return redirect(request, start_of(session.account.role) if session else "/login")

    @app.post("/logout", include_in_schema=False)
    def logout(request: Request, caller: Oneself) -> Response:
        parts.store.sessions.end(caller.secret, now=utc_now(), actor=caller.actor)
        parts.entrance.forget()
        response = redirect(request, "/login")
        parts.entrance.take_back(response)
        return response


def _add_login(app: FastAPI, parts: Parts) -> None:
    @app.get("/login", include_in_schema=False)
    def login_page(request: Request, anybody: Anybody) -> Response:
        if (session := _session(request, parts)) is not None:
            return redirect(request, _local(request.query_params.get("next", "")) or start_of(session.account.role))
        return _login_form(request, parts)

    @app.post("/login", include_in_schema=False)
    def login(request: Request, form: Sent, anybody: Anybody) -> Response:
        check_origin(request)
        source, agent = source_of(request), request.headers.get("user-agent", "")
        try:
            secret, account = parts.entrance.login(form["login"], form.secret("password"), source, agent)
        except EXPECTED as error:
            return _login_form(request, parts, form["login"], error)
        response = redirect(request, _local(form["next"]) or start_of(account.role))
        parts.entrance.give(response, secret)
        return response


def _add_setup(app: FastAPI, parts: Parts) -> None:
    @app.get("/setup", include_in_schema=False)
    def setup_page(request: Request, anybody: Anybody) -> Response:
        return _setup_form(request, parts, request.query_params.get("token", ""))

    @app.post("/setup", include_in_schema=False)
    def set_up(request: Request, form: Sent, anybody: Anybody) -> Response:
        check_origin(request)
        source = source_of(request)
        try:
            if not parts.store.accounts.is_setup_link(form["token"], utc_now()):
                raise Unauthorized(request.app.state.shell.texts("login.setup_used"))
            if form.secret("password") != form.secret("again"):
                raise InvalidInput(request.app.state.shell.texts("login.not_the_same"), field="again")
            hashed = parts.entrance.passwords.accept(form.secret("password"), form["login"])
            parts.store.accounts.set_up(
                form["token"],
                form["login"],
                form["name"],
                hashed,
                now=utc_now(),
                actor=Actor(form["login"][:32], "admin", source),
            )
        except (*EXPECTED, Conflict) as error:
            return _setup_form(request, parts, form["token"], form["login"], form["name"], error)
        response = redirect(request, start_of("admin"))
        agent = request.headers.get("user-agent", "")
        parts.entrance.give(
            response, parts.store.sessions.open(form["login"], now=utc_now(), source=source, agent=agent)
        )
        return response


def _login_form(request: Request, parts: Parts, login: str = "", error: MatcherError | None = None) -> Response:
    return render(
        request,
        "login.html",
        status=429 if isinstance(error, Locked) else 422 if error else 200,
        login=login,
        error=str(error) if error else "",
        next=_local(request.query_params.get("next", "")),
        fresh=not parts.store.accounts.any(),
    )


def _setup_form(
    request: Request, parts: Parts, token: str, login: str = "", name: str = "", error: MatcherError | None = None
) -> Response:
    return render(
        request,
        "setup.html",
        status=422 if error else 200,
        token=token,
        good=parts.store.accounts.is_setup_link(token, utc_now()),
        login=login,
        name=name,
        error=str(error) if error else "",
        wrong=str(error.details.get("field", "")) if error else "",
        rule=parts.entrance.passwords.policy.describe(),
    )


def _session(request: Request, parts: Parts) -> Session | None:
    secret = request.cookies.get(parts.entrance.cookie, "")
    return parts.entrance.find(secret) if secret else None


def _local(address: str) -> str:
    """The address when it is a page of ours, "" otherwise, so that no link leads through our login to elsewhere."""
    parts = urlsplit(address)
    ours = address.startswith("/") and not address.startswith("//") and not parts.scheme and not parts.netloc
    return address if ours and address.isprintable() and "\\" not in address else ""
