"""Trouble as a page: what happened, in Chinese, and what to do; as a short message where htmx asked for a part."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request, Response

from api.pages.shell import is_part, login_address, redirect, render, toast
from matcher.errors import PasswordExpired

PAGES = frozenset({400, 401, 403, 404, 405, 408, 409, 413, 422, 429, 500, 503})
"""Statuses with words of their own in errors.toml."""


def wants_page(request: Request) -> bool:
    """Whether a person waits for this answer in a browser, and not a program."""
    if request.scope["path"].startswith("/api/"):
        return False
    return "text/html" in request.headers.get("accept", "") or is_part(request)


def refusal_page(request: Request, status: int, code: str, message: str, headers: Mapping[str, str]) -> Response:
    """The error as a page of its own, or as a toast on the page that is open. Without a session: the login page."""
    if status == 401:
        return redirect(request, login_address(request))
    if code == PasswordExpired.code:
        return redirect(request, "/profile", ("warning", message))
    shown = status if status in PAGES else 400 if status < 500 else 500
    if is_part(request):
        response = toast(render(request, "errors/part.html", status=status, says=message), message, "danger")
    else:
        response = render(request, "errors/page.html", status=status, told=status, kind=f"s{shown}", says=message)
    for name, value in headers.items():
        response.headers[name] = value
    return response
